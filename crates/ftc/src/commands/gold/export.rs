//! `ftc gold export`: the rows of a store as a file that imports to the same rows.

use std::io::{self, BufWriter, Write};
use std::path::PathBuf;
use std::sync::atomic::Ordering;

use anyhow::Context;
use clap::{Args, ValueEnum};
use flowtime_telemetry::gold::{Format, GoldStore, RowWriter};
use flowtime_telemetry::source::Query;

use super::Selection;
use crate::ui::{Outcome, Ui};
use crate::{files, interrupt};

#[derive(Debug, Args)]
pub(super) struct ExportArgs {
    #[command(flatten)]
    selection: Selection,
    /// Only these nodes
    #[arg(long, value_name = "NODE", value_delimiter = ',')]
    nodes: Vec<String>,
    /// The file to write; standard output without it
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// How to write it; the file's name tells where this doesn't
    #[arg(long, value_enum)]
    format: Option<FormatArg>,
}

/// How rows are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum FormatArg {
    /// Comma-separated values with a header
    Csv,
    /// A JSON object per line
    Ndjson,
    /// Columns, in a build with the feature `parquet`
    Parquet,
}

impl From<FormatArg> for Format {
    fn from(format: FormatArg) -> Self {
        match format {
            FormatArg::Csv => Format::Csv,
            FormatArg::Ndjson => Format::Ndjson,
            FormatArg::Parquet => Format::Parquet,
        }
    }
}

/// Writes the rows.
pub(super) fn export(args: &ExportArgs, ui: &Ui) -> anyhow::Result<Outcome> {
    if !args.selection.is_in_order(ui) {
        return Ok(Outcome::Problems);
    }
    let told = args.format.map(Format::from).or_else(|| Format::of(args.out.as_ref()?));
    let format = told.unwrap_or(Format::Csv);
    let store = args.selection.store()?;
    let query = args.selection.query(args.nodes.clone());
    let Some(path) = &args.out else {
        write_rows(&store, &query, format, &mut io::stdout())?;
        return Ok(Outcome::Clean);
    };
    let written = interrupt::while_writing(|| files::write_with(path, |file| write_rows(&store, &query, format, file)));
    if interrupt::STOP.load(Ordering::Relaxed) {
        return Ok(Outcome::Interrupted);
    }
    ui.note(&format!("exported {} to {}", crate::models::counted(written?, "row"), path.display()));
    Ok(Outcome::Clean)
}

/// Writes the rows of `query` and counts them.
pub(super) fn write_rows(
    store: &GoldStore,
    query: &Query,
    format: Format,
    out: &mut (dyn Write + Send),
) -> anyhow::Result<usize> {
    let mut out = BufWriter::new(out);
    let mut writer = RowWriter::new(&mut out, format).context("can't write rows")?;
    let mut rows = 0;
    store.rows::<anyhow::Error>(query, &mut |row| {
        anyhow::ensure!(!interrupt::STOP.load(Ordering::Relaxed), "interrupted");
        rows += 1;
        writer.write(&row).context("can't write rows")
    })?;
    writer.finish().and_then(|()| out.flush()).context("can't write rows")?;
    Ok(rows)
}
