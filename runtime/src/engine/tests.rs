//! Programs of all shapes by both backends, and what the engine promises about runs.

use std::cell::RefCell;
use std::sync::atomic::{AtomicBool, Ordering};

use cranelift_entity::EntityRef;

use self::generated::{Generator, NUMBERS, Random};
use super::*;
use crate::aot;
use crate::builtins;
use crate::ir::{Builder, Grid, InputId, OutputId, ParamId, Type, ValueId, encode};
use crate::plan::Step;

mod broken;
mod generated;
mod kept;
mod pairs;

const JIT: Options = Options { backend: Backend::Jit, effort: Effort::Normal, simd: Simd::Baseline, expected_runs: 1 };
const BOTH: Options = Options { backend: Backend::Both, ..JIT };

fn grid(bins: usize) -> Grid {
    Grid { bins, bin_minutes: 5, start_minutes: None }
}

/// A program over one input.
fn program(bins: usize, build: impl FnOnce(&mut Builder, ValueId)) -> Program {
    let mut builder = Builder::new(grid(bins));
    let input = builder.input(InputId::new(0));
    build(&mut builder, input);
    builder.finish()
}

fn infix(builder: &mut Builder, symbol: &str, left: ValueId, right: ValueId) -> ValueId {
    builder.call(builtins::infix(symbol).unwrap(), &[Some(left), Some(right)])
}

fn function(builder: &mut Builder, name: &str, args: &[ValueId]) -> ValueId {
    let args: Vec<_> = args.iter().copied().map(Some).collect();
    builder.call(builtins::function(name).unwrap(), &args)
}

/// Runs a program by both backends, which compares them.
fn check_both(program: Program, context: &str) -> Prepared {
    let widest = Options { simd: Simd::detect(), ..BOTH };
    check_level(program.clone(), &widest, context);
    check_level(program, &BOTH, context)
}

fn check_level(program: Program, options: &Options, context: &str) -> Prepared {
    let bins = program.grid().bins;
    let mut random = Random(77);
    let columns: Vec<Vec<f64>> =
        (0..4).map(|_| (0..bins).map(|_| random.pick(&NUMBERS) + random.below(5) as f64).collect()).collect();
    let columns: Vec<&[f64]> = columns.iter().map(Vec::as_slice).collect();
    let prepared = prepare(program, options).unwrap_or_else(|error| panic!("{context}: {error}"));
    let found = prepared.run(&Inputs { columns: &columns, params: &[0.5, 3.0] }, &RunControl::default());
    if let Err(error) = found {
        panic!("{context}: {error}\n{}\n{}", prepared.program(), prepared.regions());
    }
    prepared
}

#[test]
fn any_program_leaves_the_bits_of_the_interpreter() {
    let count = std::env::var("CASES").map_or(200, |count| count.parse().unwrap());
    let programs = (0..count).map(|seed| (seed, Generator::new(seed).program()));
    let valid = programs.filter(|(_, program)| verify(program).is_ok());
    let ran = valid.map(|(seed, program)| check_both(program, &format!("seed {seed}"))).count() as u64;
    assert!(ran > count / 2, "only {ran} programs of {count} were valid");
}

/// `q = q[t-1] + ... + q[t-1]`, and a chain as long that is no recurrence.
#[test]
fn a_program_too_large_for_a_function_is_split() {
    let program = program(1_500, |b, x| {
        let slot = b.slot(Type::Num);
        let before = b.delay(slot, 1, None);
        let far = b.delay(slot, 9, Some(x));
        let (mut q, mut chain) = (far, x);
        for step in 0..1_200 {
            let number = b.number(f64::from(step) * 1e-3);
            let scaled = infix(b, "*", before, number);
            q = infix(b, "-", scaled, q);
            let scaled = infix(b, "*", x, number);
            chain = infix(b, "-", scaled, chain);
        }
        b.fill(slot, q);
        b.output(q);
        b.output(chain);
    });
    let prepared = check_both(program, "split");
    let steps: Vec<_> = prepared.plan().stages.iter().flat_map(|stage| &stage.steps).collect();
    assert!(steps.iter().any(|step| matches!(step, Step::Alternate(regions) if regions.len() > 1)));
    assert!(prepared.stats().map_regions > 1);
}

#[test]
fn parameters_change_between_runs_and_columns_stay() {
    let program = program(3, |b, x| {
        let factor = b.param(ParamId::new(0));
        let scaled = infix(b, "*", x, factor);
        let total = function(b, "CUMSUM", &[scaled]);
        b.output(total);
    });
    for backend in [Backend::Interp, Backend::Jit] {
        let mut frame = prepare(program.clone(), &Options { backend, ..JIT }).unwrap().frame().unwrap();
        frame.load(&[&[1.0, 2.0, 3.0]]).unwrap();
        for factor in [1.0, -2.0, 1.0] {
            frame.run(&[factor], &RunControl::default()).unwrap();
            assert_eq!(frame.output(OutputId::new(0)), [factor, 3.0 * factor, 6.0 * factor]);
        }
    }
}

#[test]
fn a_run_tells_each_tile_and_stops_when_asked() {
    let program = program(3_000, |b, x| {
        let total = function(b, "CUMSUM", &[x]);
        b.output(total);
    });
    let prepared = prepare(program, &JIT).unwrap();
    let inputs = Inputs { columns: &[&[1.0; 3_000]], params: &[] };
    let (told, cancel) = (RefCell::new(Vec::new()), AtomicBool::new(false));
    let progress = |done, total| {
        told.borrow_mut().push((done, total));
        cancel.store(done == 2, Ordering::Relaxed);
    };
    prepared.run(&inputs, &RunControl { progress: Some(&progress), ..RunControl::default() }).unwrap();
    assert_eq!(told.take(), [(0, 3), (1, 3), (2, 3), (3, 3)]);
    cancel.store(false, Ordering::Relaxed);
    let stopped =
        prepared.run(&inputs, &RunControl { cancel: Some(&cancel), progress: Some(&progress), observe: None });
    assert!(matches!(stopped, Err(RunError::Cancelled)));
    assert_eq!(told.take(), [(0, 3), (1, 3), (2, 3)]);
}

#[test]
fn what_does_not_fit_is_refused() {
    let prepared = prepare(
        program(2, |b, x| {
            b.output(x);
        }),
        &JIT,
    )
    .unwrap();
    let control = RunControl::default();
    let run =
        |columns: &[&[f64]], out: &mut [&mut [f64]]| prepared.run_into(&Inputs { columns, params: &[] }, &control, out);
    assert!(matches!(run(&[], &mut [&mut [0.0; 2]]), Err(RunError::Inputs(_))));
    assert!(matches!(run(&[&[1.0]], &mut [&mut [0.0; 2]]), Err(RunError::Inputs(_))));
    assert!(matches!(run(&[&[1.0, 2.0]], &mut []), Err(RunError::Outputs { expected: 1, bins: 2 })));
    assert!(matches!(run(&[&[1.0, 2.0]], &mut [&mut [0.0]]), Err(RunError::Outputs { .. })));
    assert!(run(&[&[1.0, 2.0]], &mut [&mut [0.0; 2]]).is_ok());
}

#[test]
fn a_prepared_program_runs_in_several_threads_and_outlives_its_first_handle() {
    let first = prepare(
        program(2_000, |b, x| {
            let total = function(b, "CUMSUM", &[x]);
            b.output(total);
        }),
        &JIT,
    )
    .unwrap();
    let handles: Vec<_> = (0..3).map(|_| first.clone()).collect();
    drop(first);
    let threads = handles.into_iter().map(|prepared| {
        std::thread::spawn(move || {
            let frame =
                prepared.run(&Inputs { columns: &[&[1.0; 2_000]], params: &[] }, &RunControl::default()).unwrap();
            frame.output(OutputId::new(0))[1_999]
        })
    });
    let results: Vec<_> = threads.collect::<Vec<_>>().into_iter().map(|thread| thread.join().unwrap()).collect();
    assert_eq!(results, [2_000.0; 3]);
}

#[test]
fn a_cache_prepares_once_and_drops_what_was_unused_longest() {
    let programs: Vec<_> = (1..=3)
        .map(|bins| {
            program(bins, |b, x| {
                b.output(x);
            })
        })
        .collect();
    let cache = Cache::new(600);
    let options = Options { backend: Backend::Interp, ..JIT };
    let get = |index: usize| cache.prepare(&programs[index], &options).unwrap();
    let first = get(0);
    get(1);
    assert!(std::ptr::eq(get(0).program(), first.program()));
    get(2);
    assert_eq!(cache.len(), 2);
    assert!(std::ptr::eq(get(0).program(), first.program()));
}

#[test]
fn a_hash_tells_programs_and_grids_apart() {
    let hash = |bins, lag| {
        program_hash(&program(bins, |b, x| {
            let before = b.shift(x, lag, None);
            b.output(before);
        }))
    };
    assert_eq!(hash(3, 1), hash(3, 1));
    assert_ne!(hash(3, 1), hash(3, 2));
    assert_ne!(hash(3, 1), hash(4, 1));
}

#[test]
fn a_small_model_that_runs_once_is_interpreted() {
    let choose = |bins, expected_runs| {
        let program = program(bins, |b, x| {
            let twice = infix(b, "+", x, x);
            b.output(twice);
        });
        prepare(program, &Options { backend: Backend::Auto, expected_runs, ..JIT }).unwrap().backend()
    };
    assert_eq!(choose(24, 1), Backend::Interp);
    assert_eq!(choose(24, 100_000), Backend::Jit);
    assert_eq!(choose(1_000_000, 1), Backend::Jit);
}

/// Bytes in an object file lead to the plan that its code was made for.
#[test]
fn any_program_has_the_same_plan_after_its_bytes() {
    let programs = (0..200).map(|seed| (seed, Generator::new(seed).program()));
    for (seed, program) in programs.filter(|(_, program)| verify(program).is_ok()) {
        let digest = aot::digest(&program, &passes::plan(&program));
        assert!(aot::plan(&encode(&program), &digest).is_ok(), "seed {seed}");
        let other = digest.map(|byte| !byte);
        assert_eq!(aot::plan(&encode(&program), &other).err(), Some(aot::Status::Mismatch), "seed {seed}");
    }
}
