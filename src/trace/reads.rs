//! What a call reads of its arguments, bin by bin: all bins of a small window, the one that stands for a larger one, both
//! ends of a difference, the bins that a kernel weighs.

use super::Step;
use super::choose::representative;
use super::operands::Operand;
use super::walk::{Site, Walker};
use crate::check::tree::{Argument, Call, Node};
use crate::driver::RunError;
use flowtime_runtime::builtins::{Choice, Reads};

/// Bins of a window that are shown one by one.
const SHOWN_BINS: usize = 3;

/// An argument of a call, and what the call reads of it.
pub(super) struct Read<'m> {
    node: &'m Node,
    reads: Reads,
    argument: usize,
    role: Option<String>,
    is_skipped: bool,
}

/// The arguments that are values, with the name of their parameter where that tells something. One that a call has
/// written for itself, at its own place, is none.
pub(super) fn arguments<'m>(node: &Node, call: &'m Call) -> Vec<Read<'m>> {
    let named = call.args.len() > 1 && !call.builtin.variadic;
    let param = |place| call.builtin.param(place).filter(|param| named && param.name != "x");
    let role = |place| param(place).map(|param| param.name.to_owned());
    let read = |(argument, (value, reads)): (usize, (&'m Argument, Reads))| {
        let child = value.value().filter(|child| child.span != node.span)?;
        let is_skipped = reads != Reads::NOW || call.builtin.carries;
        Some(Read { node: child, reads, argument, role: role(argument), is_skipped })
    };
    call.args.iter().zip(call.reads()).enumerate().filter_map(read).collect()
}

/// A bin of an argument that is read by itself, and what it is taken times.
struct Term {
    bin: usize,
    weight: f64,
    role: Option<String>,
}

impl<'m> Walker<'m> {
    /// What a call reads of one argument on the way to `result`: an operand a bin, or one that stands for many.
    pub(super) fn reads(
        &mut self,
        read: &Read<'m>,
        call: &Call,
        result: &Step,
        at: Site,
    ) -> Result<Vec<Operand<'m>>, RunError> {
        if let Some(terms) = terms(call, read.reads, result.bin) {
            return self.terms(read, terms, at);
        }
        let last = self.checked.model.grid.bins as usize - 1;
        let Some((from, to)) = window(read.reads, result.bin, last) else { return Ok(Vec::new()) };
        if to - from < SHOWN_BINS {
            return (from..=to).map(|bin| self.operand_of(read, bin, None, at)).collect();
        }
        let parts = self.parts(at.series)?;
        let (bin, what) = representative(&parts.column(read.node)[from..=to], call.builtin.choice, result.value);
        let note = format!("{what} bins {from}-{to}{}", self.times(from, to));
        Ok(vec![self.operand_of(read, from + bin, Some(note), at)?])
    }

    /// The terms of a sum; of many the one that counts most.
    fn terms(&mut self, read: &Read<'m>, mut terms: Vec<Term>, at: Site) -> Result<Vec<Operand<'m>>, RunError> {
        let mut note = None;
        if terms.len() > SHOWN_BINS {
            let parts = self.parts(at.series)?;
            let column = parts.column(read.node);
            let parts: Vec<f64> = terms.iter().map(|term| term.weight * column[term.bin]).collect();
            let (most, _) = representative(&parts, Choice::Computed, f64::NAN);
            note = Some(format!("counts most of {} bins", terms.len()));
            terms = vec![terms.swap_remove(most)];
        }
        let operand = |Term { bin, role, .. }| {
            let operand = self.operand_of(read, bin, note.clone(), at)?;
            Ok(Operand { role: role.or_else(|| operand.role.clone()), ..operand })
        };
        terms.into_iter().map(operand).collect()
    }

    fn operand_of(
        &mut self,
        read: &Read<'m>,
        bin: usize,
        note: Option<String>,
        at: Site,
    ) -> Result<Operand<'m>, RunError> {
        let &Read { node, argument, ref role, is_skipped, .. } = read;
        Ok(Operand { role: role.clone(), note, argument, is_skipped, ..self.operand(node, bin, at)? })
    }
}

/// The terms of an argument that a call does not read bin after bin: both ends of a difference, or what a kernel weighs.
/// Nothing lies before bin 0.
fn terms(call: &Call, reads: Reads, bin: usize) -> Option<Vec<Term>> {
    let Reads::Lags { max, .. } = reads else { return None };
    let earlier = |lag: usize| bin.checked_sub(lag);
    if call.builtin.choice == Choice::Difference {
        let Some(oldest) = usize::try_from(max).ok().and_then(earlier) else { return Some(Vec::new()) };
        let role = Some("-".to_owned());
        return Some(vec![Term { bin, weight: 1.0, role: None }, Term { bin: oldest, weight: -1.0, role }]);
    }
    let taps = call.args.iter().find_map(|argument| match argument {
        Argument::Kernel(taps) => Some(taps),
        _ => None,
    });
    let term = |(lag, weight): (usize, &f64)| {
        let role = Some(format!("{weight} ×"));
        Some(Term { bin: earlier(lag)?, weight: *weight, role })
    };
    let weighed = taps?.iter().enumerate().filter(|(_, weight)| **weight != 0.0);
    Some(weighed.filter_map(term).rev().collect())
}

/// The first and last bin that are read at `bin`, if there are any.
fn window(reads: Reads, bin: usize, last: usize) -> Option<(usize, usize)> {
    let at_lag = |lag: i64| (bin as i64).saturating_sub(lag);
    let (from, to) = match reads {
        Reads::Nothing => return None,
        Reads::All => (0, last),
        Reads::Lags { min, max } => (at_lag(max).max(0) as usize, at_lag(min).clamp(-1, last as i64) as usize),
    };
    (to <= last && from <= to).then_some((from, to))
}
