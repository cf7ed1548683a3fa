//! The paths of a command line before they are read: one that leads nowhere is answered with the nearest name beside it,
//! a folder where one model is wanted with the models in it.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use flowtime::diagnostics::suggest::nearest;

use crate::files;
use crate::ui::Ui;

/// Models of a folder that are named.
const MODELS_SHOWN: usize = 3;

/// Whether all of `paths` lead somewhere; says which don't.
pub(crate) fn exist(paths: &[PathBuf], ui: &Ui) -> bool {
    let missing: Vec<&PathBuf> = paths.iter().filter(|path| is_missing(path)).collect();
    for path in &missing {
        ui.error(&format!("can't read `{}`: there is no such file or folder", path.display()));
        if let Some(near) = nearest_beside(path) {
            ui.help(&format!("use `{}`", near.display()));
        }
    }
    missing.is_empty()
}

/// Whether `path` may be a model; says why if it can't.
pub(crate) fn is_one_model(path: &PathBuf, ui: &Ui) -> bool {
    if !exist(std::slice::from_ref(path), ui) {
        return false;
    }
    if files::is_stdin(path) || !path.is_dir() {
        return true;
    }
    ui.error(&format!("`{}` is a folder; name a model in it", path.display()));
    let models = files::find_models(std::slice::from_ref(path)).unwrap_or_default();
    let names: Vec<String> = models.iter().take(MODELS_SHOWN).map(|model| format!("`{}`", model.display())).collect();
    match names.as_slice() {
        [] => {}
        [name] => ui.help(&format!("use {name}")),
        names => ui.help(&format!("use one of {}", names.join(", "))),
    }
    false
}

fn is_missing(path: &Path) -> bool {
    !files::is_stdin(path) && fs::metadata(path).is_err_and(|error| error.kind() == ErrorKind::NotFound)
}

/// What in the folder of `path` has nearly its name.
fn nearest_beside(path: &Path) -> Option<PathBuf> {
    let name = path.file_name()?.to_str()?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let entries = fs::read_dir(folder).ok()?.filter_map(Result::ok);
    let mut names: Vec<String> = entries.filter_map(|entry| entry.file_name().into_string().ok()).collect();
    names.sort();
    nearest(name, names.iter().map(String::as_str)).map(|near| path.with_file_name(near))
}
