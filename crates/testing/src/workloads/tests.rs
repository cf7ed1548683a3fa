//! Native versions and the baseline leave the interpreter's bits.

use flowtime_runtime::interp;

use super::{Workload, all};
use crate::baseline::Baseline;
use crate::check::first_difference;

/// Around the lanes and the tiles.
const BINS: [usize; 4] = [1, 7, 300, 1_100];

fn check_version(version: impl Fn(&Workload) -> Vec<Vec<f64>>) {
    for workload in BINS.into_iter().flat_map(all) {
        let inputs: Vec<&[f64]> = workload.inputs.bins().collect();
        let expected = interp::run(&workload.program, &inputs, &workload.params).unwrap();
        let difference = first_difference(&expected, &version(&workload));
        assert_eq!(difference, None, "{} over {} bins", workload.name, workload.bins());
    }
}

#[test]
fn native_versions_leave_the_bits_of_the_interpreter() {
    check_version(|workload| {
        let mut outputs = workload.outputs();
        workload.run_native(&mut outputs);
        outputs.bins().map(<[f64]>::to_vec).collect()
    });
}

#[test]
fn the_baseline_leaves_the_bits_of_the_interpreter() {
    check_version(|workload| {
        let inputs: Vec<&[f64]> = workload.inputs.bins().collect();
        Baseline::new(&workload.program).unwrap().run(&inputs, &workload.params)
    });
}

#[test]
fn results_are_numbers_that_vary() {
    for workload in all(288) {
        let mut outputs = workload.outputs();
        workload.run_native(&mut outputs);
        for (output, column) in outputs.bins().enumerate() {
            let varies = column.iter().any(|x| *x != column[0]);
            let is_finite = column.iter().all(|x| x.is_finite());
            assert!(varies && is_finite, "out{output} of {}: {column:?}", workload.name);
        }
    }
}
