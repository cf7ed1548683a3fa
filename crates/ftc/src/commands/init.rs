//! `ftc init`: a small model with its data, to begin with. Never overwrites.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;

use crate::interrupt;
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
        let example = if args.folder == Path::new(".") { ", for example `ftc init my-model`" } else { "" };
        ui.help(&format!("name another folder{example}"));
        return Ok(Outcome::Problems);
    }
    interrupt::after_writing(|| write_all(&args.folder))?;
    let model = args.folder.join("model.yaml");
    let wrote: Vec<String> = FILES.iter().map(|(name, _)| args.folder.join(name).display().to_string()).collect();
    ui.note(&format!("wrote {}; run it with `ftc run {}`", wrote.join(", "), model.display()));
    Ok(Outcome::Clean)
}

/// Writes all files; if one can't be written, what was made for the others is removed.
fn write_all(folder: &Path) -> anyhow::Result<()> {
    let is_new = !folder.exists();
    for (at, (name, text)) in FILES.iter().enumerate() {
        if let Err(error) = write_new(&folder.join(name), text) {
            remove(folder, &FILES[..at]);
            if is_new {
                let _ = fs::remove_dir(folder);
            }
            return Err(error);
        }
    }
    Ok(())
}

fn write_new(path: &Path, text: &str) -> anyhow::Result<()> {
    let failed = || format!("can't write `{}`", path.display());
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).with_context(failed)?;
    }
    let mut file = fs::File::create_new(path).with_context(failed)?;
    let written = file.write_all(text.as_bytes());
    if written.is_err() {
        let _ = fs::remove_file(path);
    }
    written.with_context(failed)
}

/// Removes `files`, and the folders between them and `folder` that are empty then.
fn remove(folder: &Path, files: &[(&str, &str)]) {
    for (name, _) in files {
        let path = folder.join(name);
        let _ = fs::remove_file(&path);
        for between in path.ancestors().skip(1).take_while(|between| *between != folder) {
            let _ = fs::remove_dir(between);
        }
    }
}
