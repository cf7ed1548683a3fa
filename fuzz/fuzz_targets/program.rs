//! Any bytes as the choices that make a typed program and its data. Machine code, and the interpreter over the same
//! program built in another order, must leave the bits that the interpreter leaves.

#![no_main]

use flowtime_runtime::engine::{Backend, Inputs, Options, RunControl, prepare};
use flowtime_runtime::interp;
use flowtime_runtime::ir::Program;
use flowtime_testing::Choices;
use flowtime_testing::check::check_case;
use flowtime_testing::generate::case;
use flowtime_testing::rebuild::{Order, Rebuild};
use libfuzzer_sys::fuzz_target;

fn machine_code(program: &Program, inputs: &[&[f64]], params: &[f64]) -> Vec<Vec<f64>> {
    let options = Options { backend: Backend::Jit, ..Options::default() };
    let prepared = prepare(program.clone(), &options).expect("a valid program can be prepared");
    let frame = prepared.run(&Inputs { columns: inputs, params }, &RunControl::default()).expect("and run");
    frame.outputs().map(<[f64]>::to_vec).collect()
}

fn backwards(program: &Program, inputs: &[&[f64]], params: &[f64]) -> Vec<Vec<f64>> {
    let other = Rebuild { order: Order::Backwards, ..Rebuild::of(program) }.run(program);
    interp::run(&other, inputs, params).expect("the same program is as valid")
}

fuzz_target!(|bytes: &[u8]| {
    let case = case(&mut Choices::spelled(bytes));
    for path in [machine_code, backwards] {
        if let Err(failure) = check_case("these bytes", &case, path) {
            panic!("{failure}");
        }
    }
});
