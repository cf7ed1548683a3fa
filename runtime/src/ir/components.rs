//! Strongly connected components of any graph over `0..count`, by Tarjan's algorithm with its stack on the heap.
//!
//! Linear in nodes and edges, whatever the depth of the graph. The result depends on nothing but the graph and the order
//! of its edges, and lists each component after the components it leads to.

/// The components of the graph, those that a component leads to before it; the nodes of each in ascending order.
///
/// With `successors` giving what a node reads, this is an order to compute in. A component of one node may still be a
/// cycle: a node that leads to itself.
///
/// ```
/// use flowtime_runtime::ir::components;
///
/// let reads = [vec![1], vec![2], vec![1, 3], vec![]];
/// assert_eq!(components(4, |node| reads[node].iter().copied()), [vec![3], vec![1, 2], vec![0]]);
/// ```
pub fn components<I>(count: usize, mut successors: impl FnMut(usize) -> I) -> Vec<Vec<usize>>
where
    I: IntoIterator<Item = usize>,
{
    let mut search =
        Search { order: vec![UNSEEN; count], low: vec![0; count], seen: 0, open: Vec::new(), done: Vec::new() };
    let mut path: Vec<(usize, I::IntoIter)> = Vec::new();
    for root in 0..count {
        if search.order[root] == UNSEEN {
            search.enter(root);
            path.push((root, successors(root).into_iter()));
        }
        while let Some((node, edges)) = path.last_mut() {
            let node = *node;
            match edges.next() {
                Some(next) if search.order[next] == UNSEEN => {
                    search.enter(next);
                    path.push((next, successors(next).into_iter()));
                }
                Some(next) => search.meet(node, next),
                None => {
                    path.pop();
                    search.leave(node, path.last().map(|&(parent, _)| parent));
                }
            }
        }
    }
    search.done
}

/// The place in the order of nodes not yet seen.
const UNSEEN: usize = usize::MAX;
/// The low link of nodes whose component is complete: above every place, so that an edge to them changes nothing.
const CLOSED: usize = usize::MAX;

struct Search {
    /// The place of each node in the order of discovery.
    order: Vec<usize>,
    /// The earliest open place that each node is known to lead to.
    low: Vec<usize>,
    seen: usize,
    /// Nodes seen whose component isn't complete.
    open: Vec<usize>,
    done: Vec<Vec<usize>>,
}

impl Search {
    fn enter(&mut self, node: usize) {
        self.order[node] = self.seen;
        self.low[node] = self.seen;
        self.seen += 1;
        self.open.push(node);
    }

    fn meet(&mut self, node: usize, next: usize) {
        self.low[node] = self.low[node].min(self.low[next]);
    }

    fn leave(&mut self, node: usize, parent: Option<usize>) {
        if self.low[node] == self.order[node] {
            self.close(node);
        }
        if let Some(parent) = parent {
            self.meet(parent, node);
        }
    }

    /// Completes the component of `root`: it and all that was opened after it.
    fn close(&mut self, root: usize) {
        let is_root = |&node: &usize| node == root;
        let start = self.open.iter().rposition(is_root).unwrap_or_default();
        let mut component = self.open.split_off(start);
        component.sort_unstable();
        for &node in &component {
            self.low[node] = CLOSED;
        }
        self.done.push(component);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::components;

    fn check_components(edges: &[&[usize]], expected: &[&[usize]]) {
        let found = components(edges.len(), |node| edges[node].iter().copied());
        assert_eq!(found, expected, "of {edges:?}");
    }

    /// Runs on the stack that any model must do with.
    fn on_small_stack<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
        std::thread::Builder::new().stack_size(512 * 1024).spawn(work).unwrap().join().unwrap()
    }

    #[test]
    fn what_a_node_leads_to_comes_before_it() {
        check_components(&[], &[]);
        check_components(&[&[1], &[2], &[]], &[&[2], &[1], &[0]]);
        check_components(&[&[], &[0], &[0, 1]], &[&[0], &[1], &[2]]);
        check_components(&[&[2, 1], &[3], &[3], &[]], &[&[3], &[2], &[1], &[0]]);
    }

    #[test]
    fn nodes_on_a_cycle_are_one_component_in_ascending_order() {
        check_components(&[&[0]], &[&[0]]);
        check_components(&[&[2], &[0], &[1]], &[&[0, 1, 2]]);
        check_components(&[&[1], &[0, 2], &[3], &[2]], &[&[2, 3], &[0, 1]]);
    }

    #[test]
    fn a_cycle_may_close_over_several_loops() {
        check_components(&[&[1], &[2, 0], &[1, 3], &[4, 2], &[5, 3], &[]], &[&[5], &[0, 1, 2, 3, 4]]);
    }

    #[test]
    fn an_edge_to_a_finished_component_joins_nothing() {
        check_components(&[&[1, 2], &[], &[1, 0]], &[&[1], &[0, 2]]);
    }

    #[test]
    fn a_million_nodes_need_no_stack() {
        const COUNT: usize = 1_000_000;
        let chain = on_small_stack(|| components(COUNT, |node| (node + 1 < COUNT).then_some(node + 1)));
        assert_eq!((chain.len(), &chain[0]), (COUNT, &vec![COUNT - 1]));
        let ring = on_small_stack(|| components(COUNT, |node| [(node + 1) % COUNT]));
        assert_eq!((ring.len(), ring[0].len()), (1, COUNT));
    }

    /// Which nodes each node leads to, itself among them.
    fn reach(edges: &[Vec<usize>]) -> Vec<Vec<bool>> {
        let nodes = 0..edges.len();
        let row = |a: usize| nodes.clone().map(|b| a == b || edges[a].contains(&b)).collect();
        let mut reach: Vec<Vec<bool>> = nodes.clone().map(row).collect();
        for via in nodes.clone() {
            for a in nodes.clone() {
                for b in nodes.clone() {
                    reach[a][b] |= reach[a][via] && reach[via][b];
                }
            }
        }
        reach
    }

    fn graphs() -> impl Strategy<Value = Vec<Vec<usize>>> {
        (1..9_usize).prop_flat_map(|count| {
            let next = proptest::collection::vec(0..count, 0..3);
            proptest::collection::vec(next, count)
        })
    }

    proptest! {
        #[test]
        fn nodes_share_a_component_when_each_leads_to_the_other(edges in graphs()) {
            let reach = reach(&edges);
            let reaches = |a: usize, b: usize| reach[a][b];
            let found = components(edges.len(), |node| edges[node].iter().copied());
            let place = |node| found.iter().position(|component| component.contains(&node));
            for a in 0..edges.len() {
                for b in 0..edges.len() {
                    prop_assert_eq!(place(a) == place(b), reaches(a, b) && reaches(b, a));
                    prop_assert!(!reaches(a, b) || place(b) <= place(a));
                }
            }
        }
    }
}
