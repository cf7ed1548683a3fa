//! A program that is ready to run: shared by its handles, freed with the last one.

use std::fmt;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError};

use cranelift_entity::PrimaryMap;

use super::frame::{Frame, Workspace};
use super::run::{check_inputs, run};
use super::{Backend, RunError, Stats, Work};
use crate::ir::{OutputId, Program};
use crate::jit::{self, Code, CompileError};
use crate::kernels::Simd;
use crate::kernels::window::Kernel;
use crate::plan::{Listing, Plan, RegionId, RegionKind, WindowId};

/// How often memory of runs into the caller's columns is kept for the next one.
const KEPT: usize = 4;
/// Cells of memory that is kept at most: 64 MiB.
const KEPT_CELLS: usize = 8 << 20;

/// A program that is ready to run. Clones are handles of the same code.
#[derive(Clone, Debug)]
pub struct Prepared {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    program: Arc<Program>,
    plan: Plan,
    backend: Backend,
    simd: Simd,
    code: Option<Code>,
    kernels: PrimaryMap<WindowId, Kernel>,
    /// Memory that no run uses now.
    idle: Mutex<Vec<Workspace>>,
}

/// What a run reads.
#[derive(Clone, Copy, Debug, Default)]
pub struct Inputs<'a> {
    /// A column for each input, with a number per bin.
    pub columns: &'a [&'a [f64]],
    /// A number for each parameter.
    pub params: &'a [f64],
}

/// How a run can be watched and stopped.
#[derive(Clone, Copy, Default)]
pub struct RunControl<'a> {
    /// Looked at once a tile; set, it ends the run.
    pub cancel: Option<&'a AtomicBool>,
    /// Called once a tile with how much is done and how much there is; the interpreter counts otherwise.
    pub progress: Option<&'a dyn Fn(usize, usize)>,
    /// Called after each part of the work, so that it can be timed.
    pub observe: Option<&'a dyn Fn(Work)>,
}

impl RunControl<'_> {
    pub(super) fn did(&self, work: Work) {
        if let Some(observe) = self.observe {
            observe(work);
        }
    }
}

impl fmt::Debug for RunControl<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RunControl").field("cancel", &self.cancel).finish_non_exhaustive()
    }
}

impl Prepared {
    /// What `prepare` made ready, or what was compiled beforehand.
    pub(crate) fn new(program: Arc<Program>, plan: Plan, backend: Backend, simd: Simd, code: Option<Code>) -> Self {
        let kernels = plan.windows.values().filter_map(|window| Kernel::new(window.builtin, &window.args)).collect();
        let idle = Mutex::default();
        Prepared { inner: Arc::new(Inner { program, plan, backend, simd, code, kernels, idle }) }
    }

    /// What computes it: never [`Backend::Auto`].
    pub fn backend(&self) -> Backend {
        self.inner.backend
    }

    /// The program.
    pub fn program(&self) -> &Program {
        &self.inner.program
    }

    /// How it runs.
    pub fn plan(&self) -> &Plan {
        &self.inner.plan
    }

    /// The widest instructions that kernels use.
    pub fn simd(&self) -> Simd {
        self.inner.simd
    }

    pub(super) fn kernel(&self, window: WindowId) -> Option<&Kernel> {
        self.inner.kernels.get(window)
    }

    pub(super) fn code(&self) -> Option<&Code> {
        self.inner.code.as_ref()
    }

    /// Runs into new columns.
    pub fn run(&self, inputs: &Inputs<'_>, control: &RunControl<'_>) -> Result<Frame, RunError> {
        check_inputs(&self.inner.program, inputs)?;
        let mut frame = self.frame()?;
        frame.load(inputs.columns)?;
        control.did(Work::Load);
        frame.run(inputs.params, control)?;
        Ok(frame)
    }

    /// Runs into the columns given, one for each output, each with a number per bin.
    pub fn run_into(
        &self,
        inputs: &Inputs<'_>,
        control: &RunControl<'_>,
        outputs: &mut [&mut [f64]],
    ) -> Result<(), RunError> {
        check_inputs(&self.inner.program, inputs)?;
        self.check_outputs(outputs)?;
        let mut work = self.take_idle().map_or_else(|| self.workspace(), Ok)?;
        work.load(&self.inner.plan, inputs.columns);
        control.did(Work::Load);
        run(self, &mut work, inputs.params, control)?;
        for ((_, &column), output) in self.inner.plan.outputs.iter().zip(outputs) {
            output.copy_from_slice(work.column(&self.inner.plan, column));
        }
        self.keep_idle(work);
        Ok(())
    }

    /// Memory for runs: the columns to load, and those that a run leaves.
    pub fn frame(&self) -> Result<Frame, RunError> {
        Ok(Frame::new(self.clone(), self.workspace()?))
    }

    fn workspace(&self) -> Result<Workspace, RunError> {
        Workspace::new(&self.inner.program, &self.inner.plan).ok_or(RunError::NoMemory)
    }

    fn check_outputs(&self, outputs: &[&mut [f64]]) -> Result<(), RunError> {
        let (expected, bins) = (self.inner.plan.outputs.len(), self.inner.program.grid().bins);
        let fits = outputs.len() == expected && outputs.iter().all(|column| column.len() == bins);
        fits.then_some(()).ok_or(RunError::Outputs { expected, bins })
    }

    fn take_idle(&self) -> Option<Workspace> {
        self.inner.idle.lock().unwrap_or_else(PoisonError::into_inner).pop()
    }

    fn keep_idle(&self, work: Workspace) {
        let mut idle = self.inner.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < KEPT && self.inner.plan.layout.cells().is_some_and(|cells| cells <= KEPT_CELLS) {
            idle.push(work);
        }
    }

    /// What it consists of.
    pub fn stats(&self) -> Stats {
        let plan = self.plan();
        let map_regions = plan.regions.values().filter(|region| region.kind == RegionKind::Map).count();
        Stats {
            values: self.program().len(),
            stages: plan.stages.len(),
            map_regions,
            scan_regions: plan.regions.len() - map_regions,
            windows: plan.windows.len(),
            columns: plan.layout.columns,
            scratch: plan.scratch.len(),
            run_bytes: plan.layout.bytes(),
            code_bytes: self.code().map_or(0, Code::len),
        }
    }

    /// The plan as text.
    pub fn regions(&self) -> impl fmt::Display + use<'_> {
        Listing { program: self.program(), plan: self.plan() }
    }

    /// The functions as text, as they go into the code generator; none of an interpreted program.
    pub fn clif(&self) -> Result<Option<String>, CompileError> {
        self.code().map(|_| jit::clif(self.program(), self.plan())).transpose()
    }

    /// The machine code of each region; none of an interpreted program.
    pub fn machine_code(&self) -> impl Iterator<Item = (RegionId, &[u8])> {
        let code = self.code().into_iter();
        code.flat_map(|code| self.plan().regions.keys().map(|region| (region, code.bytes(region))))
    }

    /// The outputs in order.
    pub fn outputs(&self) -> impl ExactSizeIterator<Item = OutputId> {
        self.plan().outputs.keys()
    }
}
