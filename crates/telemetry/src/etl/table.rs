//! CSV with a header: each line below it becomes a record, by the columns that a shape knows. A column with the JSON of an
//! object, as exports have it, is opened up.

use std::io::Read;
use std::path::Path;

use csv::StringRecord;

use super::error::EtlError;
use super::ndjson;
use super::record::{Fault, Field, Record, Shape, Target, shorten};
use crate::lines::Bounded;

/// The header of a table, as what its columns lead to.
#[derive(Debug)]
pub(super) struct Header {
    targets: Vec<Target>,
}

impl Header {
    /// Reads the header in `names`; the columns of `needed` must be there, on their own or inside a nested one.
    pub(super) fn new(names: &StringRecord, shape: &Shape, needed: &[Field], path: &Path) -> Result<Self, EtlError> {
        let targets: Vec<Target> = names.iter().map(|name| shape.target(name.trim())).collect();
        let has = |field| targets.iter().any(|target| matches!(target, Target::Field(found, _) if *found == field));
        match needed.iter().find(|field| !has(**field)) {
            Some(field) => Err(EtlError::NoColumn {
                path: path.to_owned(),
                column: shape.name_of(*field),
                found: shorten(&names.iter().collect::<Vec<_>>().join(",")),
            }),
            None => Ok(Self { targets }),
        }
    }

    /// Reads a line into `record`, which it clears.
    pub(super) fn parse(&self, cells: &StringRecord, shape: &Shape, record: &mut Record) -> Result<(), Fault> {
        record.clear();
        if cells.len() != self.targets.len() {
            let reason = format!("expected {} cells, found {}", self.targets.len(), cells.len());
            return Err(Fault::new(cells.len().min(self.targets.len()).to_string(), reason));
        }
        for (at, (cell, target)) in cells.iter().zip(&self.targets).enumerate() {
            match target {
                Target::Field(field, rank) if !cell.is_empty() => record.set(*field, *rank, cell),
                Target::Nested => ndjson::parse_nested(cell, shape, record)
                    .map_err(|fault| Fault::new((at + 1).to_string(), fault.reason))?,
                _ => {}
            }
        }
        Ok(())
    }
}

/// A reader of the table in `file` that leaves it to us what is a bad line.
pub(super) fn reader<R: Read>(file: R) -> csv::Reader<Bounded<R>> {
    csv::ReaderBuilder::new().flexible(true).buffer_capacity(1 << 18).from_reader(Bounded::new(file))
}
