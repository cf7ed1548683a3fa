//! Recurrences alike, two in a vector: the same bits however many there are and whatever they read and leave.

use super::*;
use crate::plan::{RegionKind, TILE};

/// Around the vectors and the tiles.
const BINS: [usize; 6] = [1, 2, 7, 288, TILE, TILE + 5];

/// So many queues of which each reads the same way, from columns, a parameter and other loops, and which remember in a
/// truth value whether they were ever full.
fn queues(bins: usize, count: u32) -> Program {
    program(bins, |b, x| {
        let (zero, full, factor) = (b.number(0.0), b.number(12.0), b.param(ParamId::new(0)));
        for index in 0..count {
            let input = b.input(InputId::from_u32(index % 4));
            let number = b.number(f64::from(index));
            let served = infix(b, "-", input, number);
            let start = (index % 3 == 0).then_some(number);
            let (slot, was_full) = (b.slot(Type::Num), b.slot(Type::Bool));
            let (before, ever) = (b.delay(slot, 1, start), b.delay(was_full, 1, None));
            let arrived = infix(b, "*", x, factor);
            let sum = infix(b, "+", before, arrived);
            let rest = infix(b, "-", sum, served);
            let kept = function(b, "IF", &[ever, served, rest]);
            let queue = function(b, "MAX", &[zero, kept]);
            let is_full = infix(b, ">", queue, full);
            let ever_full = infix(b, "OR", ever, is_full);
            b.fill(slot, queue);
            b.fill(was_full, ever_full);
            // Some leave all that they have, others only the last of it.
            let left = if index % 4 == 1 { vec![queue, before, ever_full] } else { vec![queue] };
            for value in left {
                b.output(value);
            }
        }
    })
}

fn pairs(prepared: &Prepared) -> usize {
    let pairs = prepared.plan().regions.values().filter(|region| region.kind == RegionKind::Pairs);
    pairs.map(|region| region.pairs().count()).sum()
}

#[test]
fn recurrences_alike_share_vectors_and_leave_the_same_bits() {
    for bins in BINS {
        for count in [4, 5, 8, 11] {
            let prepared = check_both(queues(bins, count), &format!("{count} queues over {bins} bins"));
            assert_eq!(pairs(&prepared), count.div_ceil(2) as usize, "of {}", prepared.regions());
        }
    }
}

#[test]
fn few_recurrences_share_loops_bin_by_bin() {
    assert_eq!(pairs(&check_both(queues(288, 3), "three queues")), 0);
}

#[test]
fn recurrences_that_differ_in_a_constant_are_not_alike() {
    let differing = program(288, |b, x| {
        for index in 0..8 {
            let (slot, share) = (b.slot(Type::Num), b.number(1.0 / f64::from(index + 2)));
            let before = b.delay(slot, 1, None);
            let faded = infix(b, "*", before, share);
            let next = infix(b, "+", faded, x);
            b.fill(slot, next);
            b.output(next);
        }
    });
    assert_eq!(pairs(&check_both(differing, "fading")), 0);
}
