//! The data files of a model inside its run folder. A relative source keeps its path there, so the model's text stays
//! as it is. One that leaves the model's folder (absolute, `..`), or would lie where the run's own files do, is copied
//! to `sources/`, and its scalar in the run's `model.yaml` is rewritten to say so: either way the copy of the model
//! resolves inside the run folder.

use std::collections::BTreeMap;
use std::path::{Component, Path};

use flowtime::model::{ConstData, Model, SeriesKind};
use flowtime::source::Span;
use flowtime_files::Names;

/// Files and folders of the run itself.
const RESERVED: &[&str] = &["run.json", "model.yaml", "topology.json", "series", "debug", "sources"];

/// One file to copy.
#[derive(Debug, PartialEq)]
pub(crate) struct SourceCopy {
    /// The source as the loader takes it.
    pub(crate) source: String,
    /// Its path in the run folder, parts separated by `/`.
    pub(crate) target: String,
}

/// What to copy, in the order of the sources' names, and what to rewrite in the model's text.
#[derive(Debug, Default)]
pub(crate) struct SourcePlan {
    pub(crate) copies: Vec<SourceCopy>,
    pub(crate) edits: Vec<(Span, String)>,
}

/// Decides for each source of `model` where its copy lies.
pub(crate) fn plan(model: &Model) -> SourcePlan {
    let mut places: BTreeMap<&str, Vec<Span>> = BTreeMap::new();
    for series in &model.series {
        if let SeriesKind::Const(ConstData::Source(source)) = &series.kind {
            places.entry(&source.value).or_default().push(source.span);
        }
    }
    let mut names = Names::default();
    let mut copied = BTreeMap::new();
    let mut plan = SourcePlan::default();
    for (source, spans) in places {
        let (file, column) = split_column(source);
        let (target, moved) =
            copied.entry(file).or_insert_with(|| plan_copy(file, &mut names, &mut plan.copies)).clone();
        if moved {
            plan.edits.extend(spans.into_iter().map(|span| (span, format!("file://{target}{column}"))));
        }
    }
    plan
}

/// Plans the copy of one file; the answer is its path in the run folder and whether the model has to say so.
fn plan_copy(file: &str, names: &mut Names, copies: &mut Vec<SourceCopy>) -> (String, bool) {
    let (target, moved) = match kept_path(file) {
        Some(path) => (path, false),
        None => (format!("sources/{}", moved_name(file, names)), true),
    };
    if !copies.iter().any(|copy| copy.target == target) {
        copies.push(SourceCopy { source: file.to_owned(), target: target.clone() });
    }
    (target, moved)
}

/// `data.parquet#column` names a column of the file.
fn split_column(source: &str) -> (&str, &str) {
    match source.rfind('#') {
        Some(at) if source[..at].to_ascii_lowercase().ends_with(".parquet") => source.split_at(at),
        _ => (source, ""),
    }
}

fn path_of(file: &str) -> &Path {
    Path::new(file.strip_prefix("file://").unwrap_or(file))
}

/// The path of a source that can stay where it is, relative to the model.
fn kept_path(file: &str) -> Option<String> {
    let mut parts = Vec::new();
    for component in path_of(file).components() {
        match component {
            Component::Normal(part) => parts.push(part.to_str()?),
            Component::CurDir => {}
            Component::ParentDir | Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    let first = parts.first()?;
    let reserved = RESERVED.iter().any(|name| name.eq_ignore_ascii_case(first));
    (!reserved).then(|| parts.join("/"))
}

fn moved_name(file: &str, names: &mut Names) -> String {
    let path = path_of(file);
    let part = |part: Option<&std::ffi::OsStr>| part.and_then(|part| part.to_str()).unwrap_or_default().to_owned();
    let extension = match part(path.extension()) {
        extension if extension.is_empty() => extension,
        extension => format!(".{}", flowtime_files::encode(&extension)),
    };
    names.file_name(&part(path.file_stem()), &extension)
}

/// `text` with `edits` applied; an edit given twice (a scalar reached through two aliases) counts once.
pub(crate) fn apply_edits(text: &str, mut edits: Vec<(Span, String)>) -> String {
    edits.sort_by_key(|(span, _)| (span.start, span.end));
    edits.dedup_by_key(|(span, _)| *span);
    let mut edited = String::with_capacity(text.len());
    let mut at = 0;
    for (span, new_text) in edits {
        let (start, end) = (span.start as usize, span.end as usize);
        if let (Some(before), Some(old)) = (text.get(at..start), text.get(start..end)) {
            edited.push_str(before);
            edited.push_str(&new_text);
            at = start + old.trim_end().len();
        }
    }
    edited.push_str(&text[at..]);
    edited
}

#[cfg(test)]
mod tests {
    use super::*;
    use flowtime::model::Series;
    use flowtime::source::{FileId, Spanned};

    fn series(source: &str, at: u32) -> Series {
        let span = Span::new(FileId(0), at, at + source.len() as u32);
        let data = ConstData::Source(Spanned::new(source.to_owned(), span));
        let id = Spanned::new(format!("s{at}"), span);
        Series { id, kind: SeriesKind::Const(data), unit: None, description: None }
    }

    fn check_plan(sources: &[&str], copies: &[(&str, &str)], text: &str) {
        let mut all = String::new();
        let mut model = Model::default();
        for source in sources {
            model.series.push(series(source, all.len() as u32));
            all.push_str(source);
            all.push('\n');
        }
        let plan = plan(&model);
        let found: Vec<_> = plan.copies.iter().map(|copy| (copy.source.as_str(), copy.target.as_str())).collect();
        assert_eq!(found, copies);
        assert_eq!(apply_edits(&all, plan.edits), text);
    }

    #[test]
    fn relative_sources_keep_their_path_and_the_text() {
        check_plan(
            &["file://telemetry/a.csv", "./telemetry/a.csv"],
            &[("./telemetry/a.csv", "telemetry/a.csv")],
            "file://telemetry/a.csv\n./telemetry/a.csv\n",
        );
    }

    #[test]
    fn sources_from_elsewhere_move_into_the_run() {
        check_plan(
            &["file:///srv/a.csv", "../a.csv", "x/../b c.csv"],
            &[
                ("../a.csv", "sources/a.csv"),
                ("file:///srv/a.csv", "sources/a~2.csv"),
                ("x/../b c.csv", "sources/b%20c.csv"),
            ],
            "file://sources/a~2.csv\nfile://sources/a.csv\nfile://sources/b%20c.csv\n",
        );
    }

    #[test]
    fn no_source_lies_where_the_run_writes() {
        check_plan(&["Series/a.csv"], &[("Series/a.csv", "sources/a.csv")], "file://sources/a.csv\n");
    }

    #[test]
    fn columns_of_one_parquet_file_copy_it_once() {
        check_plan(
            &["/d.parquet#a", "/d.parquet#b"],
            &[("/d.parquet", "sources/d.parquet")],
            "file://sources/d.parquet#a\nfile://sources/d.parquet#b\n",
        );
    }
}
