//! Pages: parts of a query that stay well below what Kusto answers at once, 500,000 rows or 64 MB. A page is a range of
//! nodes over the whole window, or, for a node with more rows than a page has, a range of its days. Pages one after
//! another give the rows by node, then time.

use jiff::{SignedDuration, Timestamp};

use super::super::Query;
use super::record::Cell;

/// Nodes that one query names at most, so that its parameters stay small.
const MOST_NODES: usize = 2_000;

/// What a page may hold.
#[derive(Clone, Copy, Debug)]
pub(super) struct PageLimit {
    pub(super) rows: u64,
    pub(super) bytes: u64,
}

/// The rows with `start <= ts < end` of `nodes`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Page {
    pub(super) start: Timestamp,
    pub(super) end: Timestamp,
    pub(super) nodes: Vec<String>,
}

/// The pages of `query`, whose rows lie as `cells` say.
pub(super) fn plan(query: &Query, mut cells: Vec<Cell>, limit: PageLimit) -> Vec<Page> {
    cells.sort_by(|a, b| (&a.node, a.day).cmp(&(&b.node, b.day)));
    let mut planner = Planner { query, limit, pages: Vec::new(), nodes: Vec::new(), load: Load::default() };
    cells.chunk_by(|a, b| a.node == b.node).for_each(|days| planner.add_node(days));
    planner.finish_range();
    planner.pages
}

/// What a part of a query weighs.
#[derive(Clone, Copy, Default)]
struct Load {
    rows: u64,
    bytes: u64,
}

impl Load {
    fn of(cells: &[Cell]) -> Load {
        cells.iter().fold(Load::default(), |load, cell| load.plus(Load { rows: cell.rows, bytes: cell.bytes }))
    }

    fn plus(self, other: Load) -> Load {
        Load { rows: self.rows.saturating_add(other.rows), bytes: self.bytes.saturating_add(other.bytes) }
    }

    fn fits(self, limit: PageLimit) -> bool {
        self.rows <= limit.rows && self.bytes <= limit.bytes
    }
}

struct Planner<'q> {
    query: &'q Query,
    limit: PageLimit,
    pages: Vec<Page>,
    /// The range of nodes that is being filled.
    nodes: Vec<String>,
    load: Load,
}

impl Planner<'_> {
    fn add_node(&mut self, days: &[Cell]) {
        let load = Load::of(days);
        if !self.load.plus(load).fits(self.limit) || self.nodes.len() == MOST_NODES {
            self.finish_range();
        }
        if !load.fits(self.limit) {
            return self.split_days(days);
        }
        self.load = self.load.plus(load);
        self.nodes.extend(days.first().map(|cell| cell.node.clone()));
    }

    fn finish_range(&mut self) {
        let nodes = std::mem::take(&mut self.nodes);
        self.load = Load::default();
        if !nodes.is_empty() {
            self.pages.push(Page { start: self.query.start, end: self.query.end, nodes });
        }
    }

    /// A node that is too much for a page, as ranges of days; a day that is too much alone is asked for all the same.
    fn split_days(&mut self, days: &[Cell]) {
        let mut rest = days;
        while let Some((first, later)) = rest.split_first() {
            let mut load = Load::of(std::slice::from_ref(first));
            let fitting = later.iter().take_while(|cell| {
                load = load.plus(Load::of(std::slice::from_ref(cell)));
                load.fits(self.limit)
            });
            let (range, after) = rest.split_at(1 + fitting.count());
            self.pages.extend(self.day_range(range));
            rest = after;
        }
    }

    fn day_range(&self, days: &[Cell]) -> Option<Page> {
        let (first, last) = (days.first()?, days.last()?);
        let end = last.day.saturating_add(SignedDuration::from_hours(24)).unwrap_or(self.query.end);
        let (start, end) = (first.day.max(self.query.start), end.min(self.query.end));
        Some(Page { start, end, nodes: vec![first.node.clone()] })
    }
}

#[cfg(test)]
mod tests;
