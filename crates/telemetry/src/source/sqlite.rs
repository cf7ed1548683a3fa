//! A Gold store as a source: its rows as they stand in the table.

use super::{Query, SourceError, TelemetrySource};
use crate::gold::{GoldError, GoldRow, GoldStore};
use crate::time::BinSize;

impl TelemetrySource for GoldStore {
    fn name(&self) -> String {
        self.path().display().to_string()
    }

    fn bin(&self) -> Result<BinSize, SourceError> {
        Ok(GoldStore::bin(self))
    }

    fn nodes(&self) -> Result<Vec<String>, SourceError> {
        Ok(GoldStore::nodes(self)?)
    }

    fn rows(&self, query: &Query, each: &mut dyn FnMut(GoldRow) -> Result<(), SourceError>) -> Result<(), SourceError> {
        GoldStore::rows(self, query, each)
    }
}

impl From<GoldError> for SourceError {
    fn from(error: GoldError) -> Self {
        match error {
            GoldError::Row { path, node, ts, reason } => {
                SourceError::Row { place: format!("{}, node `{node}` at `{ts}`", path.display()), reason }
            }
            error => SourceError::Store(error),
        }
    }
}
