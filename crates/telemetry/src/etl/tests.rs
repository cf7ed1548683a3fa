//! The ETL on small files: what comes out of what goes in, what is said about what can't be read, and that nothing but
//! the content of the files matters.

mod again;
mod bad_input;
mod by_sql;
mod chapter;
mod formats;
mod sameness;

use std::fs;
use std::path::PathBuf;

use jiff::Timestamp;
use tempfile::TempDir;

use super::{Dedupe, EtlError, Job, Summary, run};
use crate::gold::{GoldRow, GoldStore};
use crate::source::Query;
use crate::time::{BinSize, parse_utc};

const MAPPING: &str = "node,inputQueue\nOrderService,orders-in\nBillingService,billing-in\n";

fn at(text: &str) -> Timestamp {
    parse_utc(text).unwrap()
}

/// A folder with files, and a job about them.
struct Fixture {
    folder: TempDir,
    job: Job,
}

impl Fixture {
    /// A mapping of two nodes, and no events yet.
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        fs::write(path("mapping.csv"), MAPPING).unwrap();
        let job = Job {
            events: Vec::new(),
            metrics: Vec::new(),
            mapping: Some(path("mapping.csv")),
            gold: path("gold.db"),
            rejects: path("rejects.ndjson"),
            from: None,
            to: None,
            bin: BinSize::DEFAULT,
            dedupe: Dedupe::Delivery,
            max_rejects: 0,
            growing: false,
            busy: 5,
            now: at("2025-10-07T15:00:00Z"),
        };
        Self { folder, job }
    }

    /// With a file of events.
    fn events(mut self, name: &str, text: &str) -> Self {
        self.job.events.push(self.file(name, text));
        self
    }

    /// With a file of metrics.
    fn metrics(mut self, name: &str, text: &str) -> Self {
        self.job.metrics.push(self.file(name, text));
        self
    }

    /// With a window.
    fn window(mut self, from: &str, to: &str) -> Self {
        (self.job.from, self.job.to) = (Some(at(from)), Some(at(to)));
        self
    }

    fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        fs::write(&path, text).unwrap();
        path
    }

    fn run(&self) -> Result<Summary, EtlError> {
        run(&self.job, &|_| {}, None)
    }

    /// Runs the job, which must succeed, and gives all rows of Gold.
    fn rows(&self) -> Vec<GoldRow> {
        self.run().unwrap();
        self.gold()
    }

    fn gold(&self) -> Vec<GoldRow> {
        let store = GoldStore::read(&self.job.gold).unwrap();
        let mut rows = Vec::new();
        let all = Query { start: Timestamp::MIN, end: Timestamp::MAX, nodes: Vec::new() };
        let keep = &mut |row| {
            rows.push(row);
            Ok::<(), EtlError>(())
        };
        store.rows(&all, keep).unwrap();
        rows
    }

    /// Runs the job and compares what it says, with names of files instead of paths.
    fn check_fails(&self, expected: &str) {
        let error = self.run().unwrap_err();
        let mut said = error.to_string();
        if let EtlError::Rejects { first, .. } = &error {
            said.extend(first.iter().map(|reject| format!("\n{reject}")));
        }
        if let EtlError::Read { source, .. } | EtlError::Write { source, .. } = &error {
            said.push_str(&format!(": {source}"));
        }
        let folder = format!("{}/", self.folder.path().display());
        assert_eq!(said.replace(&folder, ""), expected);
        assert!(!self.job.gold.exists(), "Gold is untouched");
    }
}

/// An event as a line of JSON.
fn event(time: &str, name: &str, node: &str, message: &str) -> String {
    format!(
        r#"{{"timestamp":"{time}","name":"{name}","customDimensions":{{"node":"{node}","messageId":"{message}"}},"itemCount":1}}"#
    ) + "\n"
}

/// What Gold says of a bin, on one line.
fn line(row: &GoldRow) -> String {
    let count = |count: Option<i64>| count.map_or("-".to_owned(), |count| count.to_string());
    let counts = [row.arrivals, row.served, row.errors, row.external_demand].map(count).join(" ");
    let depth = row.queue_depth.map_or("-".to_owned(), |depth| depth.to_string());
    format!("{} {} {counts} {depth} {}", row.ts.strftime("%H:%M"), row.node, row.known_data_gaps).trim_end().to_owned()
}

fn check_rows(fixture: &Fixture, expected: &[&str]) {
    let found: Vec<String> = fixture.rows().iter().map(line).collect();
    assert_eq!(found, expected);
}
