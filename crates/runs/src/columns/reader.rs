//! Reads `columns.bin` by positioned reads: the header at once, then exactly the values asked for; few bins of many
//! columns come from `bins.bin`, where a run has one.

use std::collections::HashMap;
use std::fs::File;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use super::by_bin::{self, BinFile};
use super::head::{HEAD, Head, damaged, read, read_values, take_u32};
use super::{ColumnKind, MAGIC};
use crate::stored::ReadError;

/// Bins up to which all columns of a bin are read, where only some may be asked for.
const FEW_BINS: usize = 500;

/// The columns of a run on the disk, open for reading.
#[derive(Debug)]
pub struct ColumnFile {
    file: File,
    path: PathBuf,
    bins: usize,
    offset: u64,
    labels: Vec<Label>,
    /// For each kind the columns by id.
    places: [HashMap<String, usize>; ColumnKind::ALL.len()],
    by_bin: OnceLock<Option<BinFile>>,
}

/// What a column is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// What it is to the run.
    pub kind: ColumnKind,
    /// The output's name, else a series' id.
    pub id: String,
}

impl ColumnFile {
    /// Opens the file at `path` and reads its header.
    ///
    /// # Errors
    /// It isn't there, can't be read, is damaged, or of a version that this program doesn't know.
    pub fn open(path: &Path) -> Result<Self, ReadError> {
        let failed = |source| ReadError::file(path, source);
        let file = File::open(path).map_err(failed)?;
        let head = Head::read(&file, MAGIC, path)?;
        let names = read(&file, HEAD as u64, head.offset as usize - HEAD).map_err(failed)?;
        let labels = parse_labels(&names, head.columns).ok_or_else(|| damaged(path, "its header makes no sense"))?;
        let places = places(&labels);
        let bins = usize::try_from(head.bins).map_err(|_| damaged(path, "it has too many bins"))?;
        let by_bin = OnceLock::new();
        Ok(Self { file, path: path.to_owned(), bins, offset: head.offset, labels, places, by_bin })
    }

    /// How many values each column has.
    pub fn bins(&self) -> usize {
        self.bins
    }

    /// The columns in the order of the file; a column's place here is its number for the other functions.
    pub fn labels(&self) -> &[Label] {
        &self.labels
    }

    /// The number of the column of this kind and name.
    pub fn find(&self, kind: ColumnKind, id: &str) -> Option<usize> {
        self.places[kind as usize].get(id).copied()
    }

    /// The values of all columns at `bin`, missing ones NaN; other bins are not read.
    ///
    /// # Errors
    /// There is no such bin, or the system can't read.
    pub fn bin(&self, bin: usize) -> Result<Vec<f64>, ReadError> {
        let columns: Vec<usize> = (0..self.labels.len()).collect();
        Ok(self.slices(&columns, bin..bin.saturating_add(1))?.into_iter().flatten().collect())
    }

    /// The values of these columns in `bins`, a list for each column in their order, missing ones NaN. Few bins of many
    /// columns take few reads.
    ///
    /// # Errors
    /// There is no such column or bin, or the system can't read.
    pub fn slices(&self, columns: &[usize], bins: Range<usize>) -> Result<Vec<Vec<f64>>, ReadError> {
        self.check_bins(&bins)?;
        columns.iter().try_for_each(|column| self.check_column(*column))?;
        let count = self.labels.len();
        if by_bin::is_one_read(count, self.bins) {
            let all = self.values(0, count * self.bins)?;
            return Ok(gather(columns, bins, |column, bin| all[column * self.bins + bin]));
        }
        match self.by_bin()?.filter(|_| bins.len() <= FEW_BINS) {
            Some(file) => {
                let (rows, first) = (file.read(bins.clone())?, bins.start);
                Ok(gather(columns, bins, |column, bin| rows[(bin - first) * count + column]))
            }
            None => columns.iter().map(|column| self.slice(*column, bins.clone())).collect(),
        }
    }

    /// The values of a column in `bins`, missing ones NaN.
    ///
    /// # Errors
    /// There is no such column or bin, or the system can't read.
    pub fn slice(&self, column: usize, bins: Range<usize>) -> Result<Vec<f64>, ReadError> {
        self.check_column(column)?;
        self.check_bins(&bins)?;
        self.values(column * self.bins + bins.start, bins.len())
    }

    /// All values of a column, missing ones NaN.
    ///
    /// # Errors
    /// There is no such column, or the system can't read.
    pub fn column(&self, column: usize) -> Result<Vec<f64>, ReadError> {
        self.slice(column, 0..self.bins)
    }

    /// The first bin at which `bins.bin` has other bits than this file; none where they agree or there is only this one.
    pub(crate) fn first_bin_apart(&self) -> Result<Option<usize>, ReadError> {
        let (Some(file), count) = (self.by_bin()?, self.labels.len()) else { return Ok(None) };
        for begin in (0..self.bins).step_by(FEW_BINS) {
            let bins = begin..self.bins.min(begin + FEW_BINS);
            let rows = file.read(bins.clone())?;
            let mut first = None;
            for column in 0..count {
                let values = self.slice(column, bins.clone())?;
                let apart = (0..values.len()).find(|at| values[*at].to_bits() != rows[at * count + column].to_bits());
                first = first.into_iter().chain(apart).min();
            }
            if let Some(at) = first {
                return Ok(Some(begin + at));
            }
        }
        Ok(None)
    }

    /// The same values by bin, where the run has them so.
    fn by_bin(&self) -> Result<Option<&BinFile>, ReadError> {
        if let Some(file) = self.by_bin.get() {
            return Ok(file.as_ref());
        }
        let count = self.labels.len();
        let file = match by_bin::is_kept(count, self.bins) {
            true => BinFile::open(self.path.with_file_name("bins.bin"), count, self.bins)?,
            false => None,
        };
        Ok(self.by_bin.get_or_init(|| file).as_ref())
    }

    fn check_column(&self, column: usize) -> Result<(), ReadError> {
        let columns = self.labels.len();
        if column < columns { Ok(()) } else { Err(ReadError::NoColumn { column, columns }) }
    }

    fn check_bins(&self, bins: &Range<usize>) -> Result<(), ReadError> {
        let bin = bins.end.saturating_sub(1).max(bins.start);
        let inside = bins.start <= bins.end && bins.end <= self.bins;
        inside.then_some(()).ok_or(ReadError::NoBin { bin, bins: self.bins })
    }

    /// `count` values from the one numbered `first` over all columns.
    fn values(&self, first: usize, count: usize) -> Result<Vec<f64>, ReadError> {
        let values = read_values(&self.file, self.offset + 8 * first as u64, count);
        values.map_err(|source| ReadError::file(&self.path, source))
    }
}

/// A list of values for each of `columns`, from wherever `value` finds one by column and bin.
fn gather(columns: &[usize], bins: Range<usize>, value: impl Fn(usize, usize) -> f64) -> Vec<Vec<f64>> {
    let slice = |column: &usize| bins.clone().map(|bin| value(*column, bin)).collect();
    columns.iter().map(slice).collect()
}

fn places(labels: &[Label]) -> [HashMap<String, usize>; ColumnKind::ALL.len()] {
    let mut places: [HashMap<String, usize>; ColumnKind::ALL.len()] = Default::default();
    for (at, label) in labels.iter().enumerate() {
        places[label.kind as usize].insert(label.id.clone(), at);
    }
    places
}

fn parse_labels(mut bytes: &[u8], count: u32) -> Option<Vec<Label>> {
    let mut labels = Vec::new();
    for _ in 0..count {
        let kind = take_u32(&mut bytes)?;
        let kind = ColumnKind::ALL.into_iter().find(|known| *known as u32 == kind)?;
        let length = take_u32(&mut bytes)? as usize;
        let id = std::str::from_utf8(bytes.split_off(..length)?).ok()?.to_owned();
        labels.push(Label { kind, id });
    }
    Some(labels)
}
