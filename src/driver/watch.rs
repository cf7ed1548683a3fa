//! How a run can be watched and stopped: who asked is told of each step as it begins, and of the evaluation what the
//! engine tells.

use crate::origins::Origins;
use flowtime_runtime::engine::{Prepared, RunControl};

/// A step of [`run`](super::run).
#[derive(Clone, Copy, Debug)]
pub enum Step<'a> {
    /// A const series is read.
    Load {
        /// Its id.
        series: &'a str,
        /// Which of them, from 0.
        index: usize,
        /// How many there are.
        count: usize,
    },
    /// The program is prepared, then evaluated.
    Evaluate {
        /// Its series.
        series: usize,
        /// Its bins.
        bins: usize,
    },
    /// The program is ready to be evaluated.
    Prepared {
        /// The program.
        prepared: &'a Prepared,
        /// The series that its values come from.
        origins: &'a Origins,
    },
}

/// Who watches a run.
#[derive(Clone, Copy)]
pub struct Watch<'a> {
    /// Told of each step as it begins.
    pub step: &'a dyn Fn(Step<'_>),
    /// Stops the evaluation, and is told how far it is and what it did.
    pub control: RunControl<'a>,
}

impl Default for Watch<'_> {
    /// Nobody: nothing is told, and nothing stops it.
    fn default() -> Self {
        Watch { step: &|_| {}, control: RunControl::default() }
    }
}

impl std::fmt::Debug for Watch<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Watch").field("control", &self.control).finish_non_exhaustive()
    }
}
