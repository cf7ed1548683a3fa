//! What a run leaves behind: the folder `{root}/{runId}/` with its record, model, topology, series and sources.
//!
//! [`write()`] takes an evaluated model and writes all of it under a temporary name beside the final one; the run appears
//! by one rename, whole or not at all. The same model and data give the same bytes, but for the record's times and
//! `provenance.generatedAt`. A run folder is self-contained: its `model.yaml` checks and runs where it lies.
//!
//! - [`RunRecord`] is `run.json`; [`record`] makes one without writing anything.
//! - [`evaluate`] evaluates a model with all that a run keeps, [`validate()`] says what looks wrong in the result.
//! - [`replay()`] goes the whole way from telemetry and a template to a run.
//! - [`run_test`] runs one of a model's own tests.
//! - [`verify()`] evaluates a stored run again and compares every bit.
//! - [`runs_in`] lists the complete runs of a root; leftovers of killed writers are none.
//! - [`overlay()`](overlay::overlay) lays a change over a stored run: what if.
//! - [`StoredRun`] reads a run back, as little of it as is asked for.
//! - The layout of `series/columns.bin` is described in [`columns`].
#![forbid(unsafe_code)]

mod artifacts;
pub mod columns;
mod dag;
pub mod diff;
mod error;
mod figures;
mod id;
mod model_test;
pub mod overlay;
mod record;
pub mod replay;
mod sources;
pub mod state;
pub mod stored;
mod topology;
mod trace;
pub mod validate;
mod verify;
pub mod warnings;
mod write;

pub use error::WriteError;
pub use figures::Figures;
pub use flowtime_files::FileError;
pub use model_test::{TestProblem, TestResult, run_test};
pub use record::{
    Engine, GridRecord, Provenance, RunIndex, RunRecord, SeriesRecord, Status, TelemetryRecord, Timings, WindowRecord,
};
pub use replay::{ReplayError, ReplayRequest, replay};
pub use state::{State, StateView};
pub use stored::{ReadError, StoredModel, StoredRun};
pub use topology::{EdgeRecord, NodeRecord, PlaceRecord, TopologyRecord};
pub use trace::note_gaps;
pub use validate::{evaluate, validate};
pub use verify::{Mismatch, Verification, VerifyError, VerifyStep, verify};
pub use warnings::{Severity, Warning};
pub use write::{Lineage, Mode, Options, Run, Telemetry, Written, record, runs_in, write};
