//! `ftc gold import`: rows of files into a store, all or none.

use std::path::PathBuf;

use clap::Args;
use flowtime_telemetry::gold::{self, ImportError, ImportOptions, ReadError};
use flowtime_telemetry::time::BinSize;
use jiff::Timestamp;

use super::bin_size;
use crate::models::counted;
use crate::pace::Pace;
use crate::progress::Progress;
use crate::ui::{Outcome, Ui};
use crate::{interrupt, paths};

#[derive(Debug, Args)]
pub(super) struct ImportArgs {
    /// Files with the columns `ts`, `node`, `arrivals`, …, in any order
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// The store; it is made if it isn't there
    #[arg(long, value_name = "FILE")]
    gold: PathBuf,
    /// The length of the bins
    #[arg(long, visible_alias = "bin", value_name = "SIZE", value_parser = bin_size, default_value_t = BinSize::DEFAULT)]
    bin_size: BinSize,
}

/// Imports the files and says how many rows there were.
pub(super) fn import(args: &ImportArgs, ui: &Ui) -> anyhow::Result<Outcome> {
    if !paths::exist(&args.files, ui) {
        return Ok(Outcome::Failed);
    }
    let (progress, pace) = (Progress::new(ui.shows_progress()), Pace::new());
    let options = ImportOptions {
        made: Timestamp::now(),
        stop: Some(&interrupt::STOP),
        progress: Some(&|rows| progress.say(&format!("reading {}", pace.rate(rows, "rows")))),
    };
    let result = interrupt::while_writing(|| gold::import(&args.gold, args.bin_size, &args.files, &options));
    drop(progress);
    match result {
        Ok(done) => {
            let older =
                if done.older > 0 { format!(", {} of them older than those there", done.older) } else { String::new() };
            ui.note(&format!("imported {} into {}{older}", counted(done.rows as usize, "row"), args.gold.display()));
            Ok(Outcome::Clean)
        }
        Err(ImportError::Interrupted) => Ok(Outcome::Interrupted),
        Err(ImportError::Rows { errors, count }) => {
            for error in &errors {
                ui.error(&error.to_string());
                error.help().iter().for_each(|help| ui.help(help));
            }
            ui.error(&ImportError::Rows { errors: Vec::new(), count }.to_string());
            Ok(Outcome::Problems)
        }
        Err(error @ ImportError::File(ReadError::Content { .. })) => {
            ui.failure(&error.into());
            Ok(Outcome::Problems)
        }
        Err(error) => Err(error.into()),
    }
}
