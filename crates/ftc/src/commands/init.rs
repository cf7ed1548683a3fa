//! `ftc init`: a small model with its data, to begin with. Never overwrites.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;

use crate::ui::{Outcome, Ui};

/// What is written, by path below the folder.
const FILES: &[(&str, &str)] = &[
    ("model.yaml", include_str!("../../starter/model.yaml")),
    ("model.schema.json", include_str!("../../../../docs/model.schema.json")),
    ("telemetry/arrivals.csv", include_str!("../../starter/telemetry/arrivals.csv")),
];

#[derive(Debug, Args)]
pub(crate) struct InitArgs {
    /// The folder; made if it isn't there
    #[arg(default_value = ".")]
    folder: PathBuf,
}

/// Writes the files, or none if one of them is there.
pub(crate) fn init(args: &InitArgs, ui: &Ui) -> anyhow::Result<Outcome> {
    let taken = FILES.iter().map(|(name, _)| args.folder.join(name)).find(|path| path.symlink_metadata().is_ok());
    if let Some(path) = taken {
        ui.error(&format!("`{}` is there already", path.display()));
        ui.help("name another folder, for example `ftc init my-model`");
        return Ok(Outcome::Problems);
    }
    for (name, text) in FILES {
        write_new(&args.folder.join(name), text)?;
    }
    let model = args.folder.join("model.yaml");
    let wrote: Vec<String> = FILES.iter().map(|(name, _)| args.folder.join(name).display().to_string()).collect();
    ui.note(&format!("wrote {}; run it with `ftc run {}`", wrote.join(", "), model.display()));
    Ok(Outcome::Clean)
}

fn write_new(path: &Path, text: &str) -> anyhow::Result<()> {
    let failed = || format!("can't write `{}`", path.display());
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).with_context(failed)?;
    }
    let mut file = fs::File::create_new(path).with_context(failed)?;
    file.write_all(text.as_bytes()).with_context(failed)
}
