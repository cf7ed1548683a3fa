//! What a verification found, in words.

use flowtime_runtime::engine::Backend;

use crate::warnings::exact;

/// Something in a stored run that is not as it should be.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Mismatch {
    /// A series file is not there.
    #[error("`{path}` is missing")]
    NoFile {
        /// The file, relative to the run.
        path: String,
    },
    /// A series file is not the one that was written.
    #[error("`{path}` has the SHA-256 {found}, expected {expected}")]
    Digest {
        /// The file, relative to the run.
        path: String,
        /// What `run.json` says.
        expected: String,
        /// What it is.
        found: String,
    },
    /// A series file and the columns say different things.
    #[error("`{path}` and `series/columns.bin` differ {}", place(*bin))]
    File {
        /// The file, relative to the run.
        path: String,
        /// The first bin that differs; none if the header or the length does.
        bin: Option<usize>,
    },
    /// The two files of columns say different things.
    #[error("`series/bins.bin` and `series/columns.bin` differ at bin {bin}")]
    Bins {
        /// The first bin that differs.
        bin: usize,
    },
    /// A data file of the model is not the one that the run was evaluated with.
    #[error("the data file `{path}` was changed: `{id}` at bin {bin} was {}, now {}", exact(*stored), exact(*found))]
    Input {
        /// The file, relative to the run.
        path: String,
        /// The series.
        id: String,
        /// The first bin that differs.
        bin: usize,
        /// What the run has there.
        stored: f64,
        /// What the file has there.
        found: f64,
    },
    /// The model has a series that the columns lack.
    #[error("`series/columns.bin` has no column `{id}`")]
    NoColumn {
        /// The series.
        id: String,
    },
    /// The columns have a series that the model lacks.
    #[error("`series/columns.bin` has a column `{id}`, the model does not")]
    SurplusColumn {
        /// The series.
        id: String,
    },
    /// The evaluation gives other values.
    #[error("{}", value(id, *bin, *stored, *found, *backend, *differing))]
    Value {
        /// The series.
        id: String,
        /// The first bin that differs.
        bin: usize,
        /// What the run has there.
        stored: f64,
        /// What the evaluation gives.
        found: f64,
        /// What evaluated.
        backend: Backend,
        /// In how many bins they differ.
        differing: usize,
    },
}

fn place(bin: Option<usize>) -> String {
    bin.map_or("in header or length".to_owned(), |bin| format!("at bin {bin}"))
}

fn value(id: &str, bin: usize, stored: f64, found: f64, backend: Backend, differing: usize) -> String {
    let how = match backend {
        Backend::Interp => "interpreted",
        Backend::Jit | Backend::Both | Backend::Auto => "compiled",
    };
    let rest = if differing > 1 { format!("; {differing} bins differ") } else { String::new() };
    format!("`{id}` at bin {bin}: stored {}, {how} {}{rest}", exact(stored), exact(found))
}

impl Mismatch {
    /// The same about the data file `path`, which a series without a formula came from.
    pub(super) fn of_input(self, path: &str) -> Self {
        match self {
            Mismatch::Value { id, bin, stored, found, .. } => {
                Mismatch::Input { path: path.to_owned(), id, bin, stored, found }
            }
            other => other,
        }
    }
}

/// The mismatch of two columns of `id`, if a bit of them differs; all NaNs are one value.
pub(super) fn of_values(id: &str, stored: &[f64], found: &[f64], backend: Backend) -> Option<Mismatch> {
    let same = |a: f64, b: f64| a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan());
    let mut differing = (0..stored.len().min(found.len())).filter(|bin| !same(stored[*bin], found[*bin]));
    let bin = differing.next()?;
    let (stored, found, differing) = (stored[bin], found[bin], 1 + differing.count());
    Some(Mismatch::Value { id: id.to_owned(), bin, stored, found, backend, differing })
}
