//! Cycles within one bin: series whose reads at lag 0 lead back to themselves have no solution. Each knot of such
//! series is reported once, as the shortest cycle through its first series in the file.

use super::SeriesId;
use super::dependencies::{Definition, Read};
use super::tree::{Argument, Kind, Node};
use crate::diagnostics::{Sink, codes};
use crate::source::Span;
use flowtime_runtime::ir::components;
use std::collections::VecDeque;

/// The longest path printed whole.
const LONGEST_PATH: usize = 12;

/// Reports the cycles of reads at lag 0.
pub(super) fn check(series: &[Definition<'_>], reads: &[Vec<Read>], sink: &mut Sink) {
    let within_bin =
        |from: usize| reads[from].iter().filter(|read| read.is_within_bin()).map(|read| read.to.0 as usize);
    let knots = components(series.len(), |from| within_bin(from).collect::<Vec<_>>());
    for knot in knots {
        let first = knot.iter().copied().min().unwrap_or_default();
        if knot.len() > 1 || within_bin(first).any(|to| to == first) {
            let path = shortest_cycle(first, reads);
            report(first, &path, series, reads, sink);
        }
    }
}

/// The reads that lead from `first` back to it, breadth first.
fn shortest_cycle(first: usize, reads: &[Vec<Read>]) -> Vec<Read> {
    let mut came_by: Vec<Option<(usize, Read)>> = vec![None; reads.len()];
    let mut queue = VecDeque::from([first]);
    while let Some(from) = queue.pop_front() {
        for read in reads[from].iter().filter(|read| read.is_within_bin()) {
            let to = read.to.0 as usize;
            if came_by[to].is_none() {
                came_by[to] = Some((from, *read));
                queue.push_back(to);
            }
            if to == first {
                return walk_back(first, &came_by);
            }
        }
    }
    Vec::new()
}

fn walk_back(first: usize, came_by: &[Option<(usize, Read)>]) -> Vec<Read> {
    let mut path = Vec::new();
    let mut at = first;
    while let Some((from, read)) = came_by[at] {
        path.push(read);
        at = from;
        if at == first {
            break;
        }
    }
    path.reverse();
    path
}

fn report(first: usize, path: &[Read], series: &[Definition<'_>], reads: &[Vec<Read>], sink: &mut Sink) {
    let Some(primary) = path.first() else { return };
    let id = |id: SeriesId| series[id.0 as usize].id;
    let names: Vec<&str> = std::iter::once(series[first].id).chain(path.iter().map(|read| id(read.to))).collect();
    let message = format!("series depend on each other within one bin: `{}`", print_path(&names));
    let diagnostic = sink.emit(codes::CYCLE, primary.span, message);
    diagnostic.here(format!("`{}` reads `{}` at the same bin", names[0], names[1]));
    for (step, read) in path.iter().enumerate().skip(1).take(LONGEST_PATH) {
        diagnostic.label(read.span, format!("`{}` reads `{}`", names[step], names[step + 1]));
    }
    let advice = advice(path, &names, series, reads);
    let readers = std::iter::once(first).chain(path.iter().map(|read| read.to.index()));
    let by_kernel = readers.zip(path).any(|(reader, read)| is_read_by_kernel(read, series[reader].formula));
    diagnostic.help(if by_kernel { advice + "; or begin the kernel with 0" } else { advice });
}

/// What to write at which step, with the names of the series along `path`.
fn advice(path: &[Read], names: &[&str], series: &[Definition<'_>], reads: &[Vec<Read>]) -> String {
    let step = step_to_lag(path, series, reads);
    let (reader, lagged) = (names[step], names[step + 1]);
    let start = match path.get(step) {
        Some(read) if series[read.to.index()].has_initial => String::new(),
        _ if path.len() == 1 => ", and declare `initial` on it".to_owned(),
        _ => format!(", and declare `initial` on `{lagged}`"),
    };
    let lagged = crate::syntax::print::id(lagged);
    if path.len() == 1 {
        return format!("read the bin before with `SHIFT({lagged}, 1)`{start}");
    }
    format!("break the cycle at one step: read the bin before, for example `SHIFT({lagged}, 1)` in `{reader}`{start}")
}

/// The step of `path` that reads what is carried from bin to bin, which is where a lag is meant: a series that has a
/// start, else a queue, else one that reads itself, else the first; of equals the last.
fn step_to_lag(path: &[Read], series: &[Definition<'_>], reads: &[Vec<Read>]) -> usize {
    let is_carried = |read: &Read| {
        let (definition, own) = (&series[read.to.index()], &reads[read.to.index()]);
        (definition.has_initial, definition.is_queue, own.iter().any(|own| own.to == read.to))
    };
    (0..path.len()).max_by_key(|step| is_carried(&path[*step])).unwrap_or_default()
}

/// Whether `formula` reads `read` at lag 0 by the first tap of a kernel.
fn is_read_by_kernel(read: &Read, formula: Option<&Node>) -> bool {
    let mut found = false;
    let mut look = |node: &Node| {
        if let Kind::Call(call) = &node.kind
            && call.args.iter().any(|argument| matches!(argument, Argument::Kernel(_)))
        {
            let within = |argument: &Argument| argument.value().is_some_and(|value| holds(value.span, read.span));
            found |= call.args.iter().any(within);
        }
    };
    if let Some(formula) = formula {
        formula.walk(&mut look);
    }
    found
}

fn holds(outer: Span, inner: Span) -> bool {
    outer.start <= inner.start && inner.end <= outer.end
}

fn print_path(names: &[&str]) -> String {
    if names.len() <= LONGEST_PATH {
        return names.join(" → ");
    }
    let half = LONGEST_PATH / 2;
    let skipped = names.len() - 2 * half;
    format!("{} → … {skipped} more … → {}", names[..half].join(" → "), names[names.len() - half..].join(" → "))
}
