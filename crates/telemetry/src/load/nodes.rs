//! Node by node: rows come by node, then time; when a node's last row is read its files are written, so that only one
//! node is held in memory. What is left at the end is the manifest.

use std::collections::BTreeSet;
use std::sync::atomic::Ordering;

use flowtime_files::{Names, Staging, write_series};
use jiff::Timestamp;

use super::bins::{NodeBins, Rows, counted};
use super::request::Parts;
use super::warning::{Warning, WarningKind};
use super::{Control, FileEntry, Grid, LoadError, LoadOptions, Manifest, Metric, Provenance, Request, Span};
use crate::gold::GoldRow;
use crate::nearest::nearest;
use crate::source::{Query, SourceError, TelemetrySource};

/// Rows between two calls of the caller's progress.
const STRIDE: u64 = 1_024;

/// A load under way.
pub(super) struct Loading<'a> {
    request: &'a Request,
    options: &'a LoadOptions,
    parts: Parts,
    staging: &'a Staging<'a>,
    control: &'a Control<'a>,
    /// The nodes asked for; none for all.
    selected: BTreeSet<&'a str>,
    current: Option<NodeBins<'a>>,
    /// The nodes whose rows were read, and those of them with rows in the window.
    read: BTreeSet<String>,
    with_rows: BTreeSet<String>,
    unknown: Rows,
    unknown_node: String,
    rows: u64,
    names: Names,
    files: Vec<FileEntry>,
    warnings: Vec<Warning>,
    newest: Option<Timestamp>,
}

impl<'a> Loading<'a> {
    pub(super) fn new(
        request: &'a Request,
        options: &'a LoadOptions,
        parts: Parts,
        staging: &'a Staging<'a>,
        control: &'a Control<'a>,
    ) -> Self {
        Self {
            request,
            options,
            parts,
            staging,
            control,
            selected: request.nodes.iter().map(String::as_str).collect(),
            current: None,
            read: BTreeSet::new(),
            with_rows: BTreeSet::new(),
            unknown: Rows::default(),
            unknown_node: String::new(),
            rows: 0,
            names: Names::default(),
            files: Vec::new(),
            warnings: Vec::new(),
            newest: None,
        }
    }

    /// Reads all rows and writes all series files.
    pub(super) fn read(&mut self, source: &dyn TelemetrySource) -> Result<(), LoadError> {
        let window = &self.request.window;
        let nodes = self.selected.iter().map(|node| (*node).to_owned()).collect();
        let query = Query { start: window.start(), end: window.end(), nodes };
        let mut failure = None;
        let result = source.rows(&query, &mut |row| {
            self.push(source, row).map_err(|error| {
                failure = Some(error);
                SourceError::Interrupted
            })
        });
        match failure {
            Some(error) => return Err(error),
            None => result?,
        }
        self.finish_node()
    }

    /// What was loaded; `source` tells about nodes that were asked for in vain.
    pub(super) fn manifest(mut self, source: &dyn TelemetrySource) -> Result<Manifest, LoadError> {
        let window = &self.request.window;
        if self.files.is_empty() {
            return Err(LoadError::NoTelemetry {
                name: source.name(),
                nodes: self.request.nodes.clone(),
                start: window.start(),
                end: window.end(),
                known: source.nodes()?,
            });
        }
        self.warn_of_unknown();
        self.warn_of_absent(source)?;
        Ok(Manifest {
            window: Span::new(window),
            grid: Grid::new(window),
            files: self.files,
            warnings: self.warnings,
            provenance: Provenance {
                extraction_ts: self.newest,
                source: source.name(),
                loader_version: env!("CARGO_PKG_VERSION").to_owned(),
            },
        })
    }

    fn push(&mut self, source: &dyn TelemetrySource, row: GoldRow) -> Result<(), LoadError> {
        self.rows += 1;
        if self.control.stop.is_some_and(|stop| stop.load(Ordering::Relaxed)) {
            return Err(SourceError::Interrupted.into());
        }
        if let Some(progress) = self.control.progress.filter(|_| self.rows.is_multiple_of(STRIDE)) {
            progress(self.rows);
        }
        if !self.selected.is_empty() && !self.selected.contains(row.node.as_str()) {
            return self.pass_over(row);
        }
        if self.current.as_ref().is_none_or(|current| current.node != row.node) {
            self.begin_node(source, &row)?;
        }
        if let Some(current) = &mut self.current {
            current.push(row);
        }
        Ok(())
    }

    /// Counts a row of a node that nobody asked for.
    fn pass_over(&mut self, row: GoldRow) -> Result<(), LoadError> {
        self.unknown.add(row.ts);
        if self.unknown.count == 1 {
            self.unknown_node = row.node;
        }
        Ok(())
    }

    fn begin_node(&mut self, source: &dyn TelemetrySource, row: &GoldRow) -> Result<(), LoadError> {
        self.finish_node()?;
        if !self.read.insert(row.node.clone()) {
            return Err(out_of_order(source, row).into());
        }
        self.current = Some(NodeBins::new(row.node.clone(), &self.request.window, self.parts));
        Ok(())
    }

    /// Writes the files of the node whose last row was read.
    fn finish_node(&mut self) -> Result<(), LoadError> {
        let Some(bins) = self.current.take() else {
            return Ok(());
        };
        let node = bins.node.clone();
        let done = bins.finish(self.options);
        for (metric, values) in &done.series {
            self.write(&node, *metric, values)?;
        }
        self.warnings.extend(done.warnings);
        self.newest = self.newest.max(done.newest);
        if done.has_rows {
            self.with_rows.insert(node);
        }
        Ok(())
    }

    fn write(&mut self, node: &str, metric: Metric, values: &[f64]) -> Result<(), LoadError> {
        let path = self.names.file_name(&format!("{node}_{metric}"), ".csv");
        let digest = self.staging.file(&path, |file| write_series(file, values))?;
        self.files.push(FileEntry {
            node: node.to_owned(),
            metric,
            path,
            rows: self.request.window.bins(),
            checksum: self.options.checksums.then(|| format!("sha256:{digest}")),
        });
        Ok(())
    }

    fn warn_of_unknown(&mut self) {
        let (Rows { count, first: Some(first) }, node) = (&self.unknown, &self.unknown_node) else {
            return;
        };
        let message =
            format!("{} of nodes not asked for left out, like `{node}`, the first at {first}", counted(*count));
        self.warnings.push(Warning::about_node(WarningKind::UnknownNode, node, *count, message));
    }

    fn warn_of_absent(&mut self, source: &dyn TelemetrySource) -> Result<(), LoadError> {
        let absent: Vec<&str> = self.selected.iter().copied().filter(|node| !self.with_rows.contains(*node)).collect();
        let known = if absent.is_empty() { Vec::new() } else { source.nodes()? };
        for node in absent {
            let message = if known.iter().any(|one| one == node) {
                format!("no telemetry of `{node}` in the window")
            } else {
                let near = nearest(node, known.iter().map(String::as_str));
                let near = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
                format!("no telemetry of `{node}` in {}{near}", source.name())
            };
            self.warnings.push(Warning::about_node(WarningKind::MissingNode, node, 0, message));
        }
        Ok(())
    }
}

fn out_of_order(source: &dyn TelemetrySource, row: &GoldRow) -> SourceError {
    SourceError::Read {
        name: source.name(),
        reason: format!("the rows of `{}` don't follow each other", row.node),
        help: None,
        source: None,
    }
}
