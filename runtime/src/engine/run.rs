//! One run: stage by stage, tile by tile, step by step.
//!
//! Loops are machine code; uniform values, windows and reductions are computed here. Between tiles the run looks whether
//! it is to stop, and tells how far it is.

use std::ops::Range;
use std::sync::atomic::Ordering;

use cranelift_entity::EntityRef;

use super::frame::Workspace;
use super::window::compute;
use super::{Backend, Difference, Inputs, Prepared, RunControl, RunError, Work};
use crate::builtins::{Builtin, Meaning};
use crate::interp;
use crate::ir::{Op, Program, Rate, ValueId};
use crate::jit::{Code, Memory};
use crate::kernels::reduce;
use crate::plan::{HALO, Place, Plan, RegionId, Stage, Start, StartPlace, Step, Track};

/// Whether inputs fit a program.
pub(super) fn check_inputs(program: &Program, inputs: &Inputs<'_>) -> Result<(), RunError> {
    check_columns(program, inputs.columns)?;
    Ok(interp::check_params(program, inputs.params)?)
}

/// Whether columns fit a program.
pub(super) fn check_columns(program: &Program, columns: &[&[f64]]) -> Result<(), RunError> {
    Ok(interp::check_inputs(program, columns)?)
}

/// Runs over the columns that are loaded.
pub(super) fn run(
    prepared: &Prepared,
    work: &mut Workspace,
    params: &[f64],
    control: &RunControl<'_>,
) -> Result<(), RunError> {
    interp::check_params(prepared.program(), params)?;
    let Some(code) = prepared.code() else {
        return interpret_into(prepared, work, params, control);
    };
    let both = prepared.backend() == Backend::Both;
    // How far both are, the slower one tells.
    let silent = RunControl { progress: control.progress.filter(|_| !both), ..*control };
    let (program, plan) = (prepared.program(), prepared.plan());
    Run { prepared, program, plan, code, params, control: &silent, work }.run()?;
    if both { compare(prepared, work, params, control) } else { Ok(()) }
}

/// The outputs as the interpreter leaves them.
fn interpret(
    prepared: &Prepared,
    work: &Workspace,
    params: &[f64],
    control: &RunControl<'_>,
) -> Result<Vec<Vec<f64>>, RunError> {
    let (program, plan) = (prepared.program(), prepared.plan());
    let unread = vec![0.0; plan.layout.bins];
    let mut columns = vec![unread.as_slice(); program.input_count()];
    for &(input, column) in &plan.inputs {
        columns[input.index()] = work.column(plan, column);
    }
    let outputs = interp::run_looking(program, &columns, params, &mut |done, total| look(control, done, total))?;
    control.did(Work::Interpret);
    Ok(outputs)
}

fn interpret_into(
    prepared: &Prepared,
    work: &mut Workspace,
    params: &[f64],
    control: &RunControl<'_>,
) -> Result<(), RunError> {
    look(control, 0, 1)?;
    let outputs = interpret(prepared, work, params, control)?;
    for (output, &column) in outputs.iter().zip(prepared.plan().outputs.values()) {
        work.columns.get_mut()[prepared.plan().layout.bins_of(column)].copy_from_slice(output);
    }
    look(control, 1, 1)
}

/// The first difference between what the code left and what the interpreter leaves is an error.
fn compare(prepared: &Prepared, work: &Workspace, params: &[f64], control: &RunControl<'_>) -> Result<(), RunError> {
    let expected = interpret(prepared, work, params, control)?;
    let outputs = prepared.program().outputs().zip(prepared.plan().outputs.values());
    for (((output, value), &column), expected) in outputs.zip(&expected) {
        let found = work.column(prepared.plan(), column);
        if let Some(bin) = (0..expected.len()).find(|&bin| !is_same(expected[bin], found[bin])) {
            let [interp, jit] = [expected[bin], found[bin]].map(f64::to_bits);
            return Err(RunError::Differs(Difference { output, value, bin, interp, jit }));
        }
    }
    Ok(())
}

/// The same bits; all NaNs are one.
fn is_same(a: f64, b: f64) -> bool {
    a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan())
}

/// Stops or tells, as the caller wishes.
fn look(control: &RunControl<'_>, done: usize, total: usize) -> Result<(), RunError> {
    if control.cancel.is_some_and(|cancel| cancel.load(Ordering::Relaxed)) {
        return Err(RunError::Cancelled);
    }
    if let Some(progress) = control.progress {
        progress(done, total);
    }
    Ok(())
}

struct Run<'a> {
    prepared: &'a Prepared,
    program: &'a Program,
    plan: &'a Plan,
    code: &'a Code,
    params: &'a [f64],
    control: &'a RunControl<'a>,
    work: &'a mut Workspace,
}

impl Run<'_> {
    fn run(&mut self) -> Result<(), RunError> {
        let plan = self.plan;
        let (length, count) = (plan.layout.tile, plan.layout.bins);
        let tiles = count.div_ceil(length);
        self.work.states.fill(0.0);
        for (number, stage) in plan.stages.iter().enumerate() {
            self.begin(stage);
            self.control.did(Work::Setup { stage: number });
            for tile in 0..tiles {
                look(self.control, number * tiles + tile, plan.stages.len() * tiles)?;
                let bins = tile * length..usize::min((tile + 1) * length, count);
                for (at, step) in stage.steps.iter().enumerate() {
                    self.step(step, bins.clone())?;
                    self.control.did(Work::Step { stage: number, step: at });
                }
                if tile + 1 < tiles {
                    self.keep(stage);
                }
            }
            self.end(stage);
        }
        look(self.control, plan.stages.len() * tiles, plan.stages.len() * tiles)
    }

    /// Uniform values, and what stands before bin 0.
    fn begin(&mut self, stage: &Stage) {
        for &value in &stage.uniforms {
            let number = self.uniform(value);
            self.set_number(value, number);
        }
        for &value in &stage.fills {
            let number = self.number(value);
            if let Some(column) = self.plan.homes[value].column.expand() {
                self.work.columns.get_mut()[self.plan.layout.bins_of(column)].fill(number);
            }
        }
        stage.starts.iter().for_each(|start| self.start(start));
    }

    fn start(&mut self, start: &Start) {
        let initial = start.initial.expand().map_or(0.0, |initial| self.first(initial));
        match start.place {
            StartPlace::Before(Place::Column(column)) => {
                let bin_0 = self.plan.layout.start(column);
                self.work.columns.get_mut()[bin_0 - HALO..bin_0].fill(initial);
            }
            StartPlace::Before(Place::Scratch(scratch)) => {
                let Track { start, kept } = self.plan.scratch[scratch];
                self.work.scratch.get_mut()[start - kept..start].fill(initial);
            }
            StartPlace::State(state) => self.work.states[state.index()] = initial,
            StartPlace::Unseen(state) => self.work.states[state.index()..][..2].copy_from_slice(&[f64::NAN, 0.0]),
        }
    }

    /// Moves the last bins of a whole tile before the next.
    fn keep(&mut self, stage: &Stage) {
        for &scratch in &stage.kept {
            let Track { start, kept } = self.plan.scratch[scratch];
            let end = start + self.plan.layout.tile;
            self.work.scratch.get_mut().copy_within(end - kept..end, start - kept);
        }
    }

    /// Zeros behind the last bin, for leads.
    fn end(&mut self, stage: &Stage) {
        for &column in &stage.ends {
            let bins = self.plan.layout.bins_of(column);
            self.work.columns.get_mut()[bins.end..bins.end + HALO].fill(0.0);
        }
    }

    fn step(&mut self, step: &Step, bins: Range<usize>) -> Result<(), RunError> {
        match step {
            Step::Loop(region) => self.call(std::slice::from_ref(region), bins),
            Step::Alternate(regions) => bins.into_iter().try_for_each(|bin| self.call(regions, bin..bin + 1)),
            Step::Window(window) => {
                compute(self.prepared, *window, self.work, bins);
                Ok(())
            }
        }
    }

    fn call(&mut self, regions: &[RegionId], bins: Range<usize>) -> Result<(), RunError> {
        let work = &mut *self.work;
        let mut memory = Memory {
            columns: work.columns.get_mut(),
            scratch: work.scratch.get_mut(),
            numbers: &work.numbers,
            states: &mut work.states,
            grid: self.program.grid(),
        };
        for &region in regions {
            self.code.call(region, &mut memory, bins.clone())?;
        }
        Ok(())
    }

    /// The number of a uniform value, computed from what is there.
    fn uniform(&mut self, value: ValueId) -> f64 {
        match self.program.op(value) {
            Op::Param(param) => self.params[param.index()],
            Op::Call { builtin, args } => match builtin.meaning {
                Meaning::Elementwise(eval) => {
                    self.gather(args);
                    eval(&self.work.args)
                }
                Meaning::Reduce(_) => {
                    self.gather(&args[1..]);
                    self.reduce(value, builtin)
                }
                // Nothing else is uniform.
                _ => f64::NAN,
            },
            _ => self.number(value),
        }
    }

    /// The number of a reduction whose arguments are gathered.
    fn reduce(&mut self, value: ValueId, builtin: &'static Builtin) -> f64 {
        let source = self.program.source(value).and_then(|source| self.plan.homes[source].column.expand());
        let (Some(kernel), Some(source)) = (reduce::Kernel::new(builtin), source) else {
            return f64::NAN;
        };
        let work = &mut *self.work;
        let column = &work.columns.get()[self.plan.layout.bins_of(source)];
        kernel.run(self.prepared.simd(), column, &work.args, &mut work.room)
    }

    /// Puts the numbers of uniform values where a function finds them.
    fn gather(&mut self, args: &[ValueId]) {
        self.work.args.clear();
        for &arg in args {
            let number = self.number(arg);
            self.work.args.push(number);
        }
    }

    fn number(&self, value: ValueId) -> f64 {
        self.plan.homes[value].number.expand().map_or(f64::NAN, |number| self.work.numbers[number.index()])
    }

    fn set_number(&mut self, value: ValueId, number: f64) {
        if let Some(place) = self.plan.homes[value].number.expand() {
            self.work.numbers[place.index()] = number;
        }
    }

    /// What any value is at bin 0; 0 on a grid without bins.
    fn first(&self, value: ValueId) -> f64 {
        match (self.program.rate(value), self.plan.homes[value].column.expand()) {
            (Rate::Series, Some(column)) => self.work.column(self.plan, column).first().copied().unwrap_or(0.0),
            _ => self.number(value),
        }
    }
}
