//! `--emit obj`: a model as files that programs in other languages are linked with: the object, its header, and the
//! header of the library that it needs. The object comes last: where it is, the others are.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;
use flowtime::check::{CheckedModel, SeriesId};
use flowtime::stages;
use flowtime_runtime::aot::{self, Cpu};

use super::{CompileArgs, Stage};
use crate::files;
use crate::progress::Progress;
use crate::ui::{Outcome, Ui};

/// What the library's own names begin with.
const RESERVED: &str = "flowtime";

#[derive(Debug, Args)]
pub(super) struct ObjectArgs {
    /// With `--emit obj`: begin the names for C with NAME instead of the file's name
    #[arg(long, value_name = "NAME", requires = "emit")]
    name: Option<String>,
    /// With `--emit obj`: let code use the instructions of `x86-64-v2` (the default) or `x86-64-v3`
    #[arg(long, value_name = "LEVEL", requires = "emit")]
    target_cpu: Option<Cpu>,
}

/// Whether the arguments about object files fit the others; says why if they don't.
pub(super) fn fits(args: &CompileArgs, ui: &Ui) -> bool {
    match problem(args) {
        None => true,
        Some((message, help)) => {
            ui.error(&message);
            ui.help(help);
            false
        }
    }
}

/// What is wrong, and what helps.
fn problem(args: &CompileArgs) -> Option<(String, &'static str)> {
    if args.emit != Some(Stage::Obj) {
        let given = [("--name", args.object.name.is_some()), ("--target-cpu", args.object.target_cpu.is_some())];
        let (flag, _) = given.into_iter().find(|(_, given)| *given)?;
        return Some((format!("`{flag}` is for object files alone"), "add `--emit obj`"));
    }
    let Some(path) = &args.output else {
        return Some(("an object file is not for standard output".to_owned(), "name it: `-o NAME.o`"));
    };
    if path.extension().is_some_and(|extension| extension == "h") {
        let message = format!("expected the name of an object file, found that of a header, `{}`", path.display());
        return Some((message, "name it: `-o NAME.o`; the header is written beside it"));
    }
    let name = name(&args.object, path);
    if name.to_ascii_lowercase().starts_with(RESERVED) {
        return Some((
            format!("names of C that begin with `{name}` are the library's"),
            "add `--name` and another one",
        ));
    }
    let message = || format!("expected a name for C, of letters, digits and `_` behind a letter, found `{name}`");
    (!is_identifier(&name)).then(|| (message(), "give `--name` another one"))
}

/// What names for C begin with: what was asked for, else the file's name as far as C takes it.
fn name(args: &ObjectArgs, path: &Path) -> String {
    if let Some(name) = &args.name {
        return name.clone();
    }
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let letter = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
    let name: String = stem.chars().map(letter).collect();
    if name.starts_with(|c: char| c.is_ascii_alphabetic()) { name } else { format!("model_{name}") }
}

fn is_identifier(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic()) && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// Compiles the model, while `progress` tells so, and writes object and headers.
pub(super) fn write(
    args: &CompileArgs,
    checked: &CheckedModel,
    only: Option<SeriesId>,
    progress: Progress,
    ui: &Ui,
) -> anyhow::Result<Outcome> {
    // `fits` saw to it that there is a path.
    let path = args.output.as_deref().unwrap_or(Path::new("model.o"));
    let (name, cpu) = (name(&args.object, path), args.object.target_cpu.unwrap_or_default());
    let (header, library) = (path.with_extension("h"), path.with_file_name("flowtime_rt.h"));
    let object = aot::object(&stages::program(checked, only).0, &name, cpu).context("can't compile the model")?;
    drop(progress);
    files::write(&library, aot::HEADER.as_bytes())?;
    files::write(&header, stages::header(checked, only, &name).as_bytes())?;
    files::write(path, &object)?;
    ui.note(&format!("wrote `{}`, `{}` and `{}`", path.display(), header.display(), library.display()));
    ui.note(&how_to_link(path));
    Ok(Outcome::Clean)
}

/// The command that links a program, as far as we know the places of things.
fn how_to_link(object: &Path) -> String {
    let link = |folder: &str| format!("cc main.c {} -L{folder} -lflowtime_rt -lpthread -ldl -lm", object.display());
    match library_folder() {
        Some(folder) => format!("link it: {}", link(&folder.display().to_string())),
        None => format!(
            "link it: {}\nwhere FOLDER has `libflowtime_rt.a`, from `cargo build --release -p flowtime-rt` in a clone",
            link("FOLDER")
        ),
    }
}

/// The folder of this program, if the library is there too.
fn library_folder() -> Option<PathBuf> {
    let folder = env::current_exe().ok()?.parent()?.to_owned();
    folder.join("libflowtime_rt.a").is_file().then_some(folder)
}
