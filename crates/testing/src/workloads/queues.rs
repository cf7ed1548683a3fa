//! W4: 64 queues `MAX(0, SHIFT(q,1) + a - s)`, each of its own arrivals and served.

use flowtime_runtime::ir::{Builder, Type, ValueId};

use super::algebra::Algebra;
use super::native::eight_queues;
use super::{Columns, Workload, builder, counts, inputs};

const QUEUES: usize = 64;

/// W4.
pub fn queues(bins: usize) -> Workload {
    let mut builder = builder(bins);
    let inputs = inputs(&mut builder, 2 * QUEUES);
    let (arrivals, served) = inputs.split_at(QUEUES);
    for (&arrivals, &served) in arrivals.iter().zip(served) {
        let queue = queue(&mut builder, arrivals, served);
        builder.output(queue);
    }
    let (program, inputs) = (builder.finish(), counts(2 * QUEUES, bins, 4));
    Workload { name: "W4".to_owned(), series: QUEUES, program, inputs, params: Vec::new(), native: Box::new(run) }
}

/// A queue over what arrives and what is served.
pub(super) fn queue(builder: &mut Builder, arrivals: ValueId, served: ValueId) -> ValueId {
    let slot = builder.slot(Type::Num);
    let before = builder.delay(slot, 1, None);
    let with_arrivals = builder.add(before, arrivals);
    let rest = builder.sub(with_arrivals, served);
    let zero = builder.number(0.0);
    let queue = builder.max(zero, rest);
    builder.fill(slot, queue);
    queue
}

fn run(inputs: &Columns, _: &[f64], outputs: &mut Columns) {
    let inputs: Vec<&[f64]> = inputs.padded().collect();
    let (arrivals, served) = inputs.split_at(QUEUES);
    let mut outputs: Vec<&mut [f64]> = outputs.padded_mut().collect();
    let groups = arrivals.chunks_exact(8).zip(served.chunks_exact(8)).zip(outputs.chunks_exact_mut(8));
    for ((arrivals, served), queues) in groups {
        let queues = std::array::from_fn(|queue| std::mem::take(&mut queues[queue]));
        eight_queues(std::array::from_fn(|queue| arrivals[queue]), std::array::from_fn(|queue| served[queue]), queues);
    }
}
