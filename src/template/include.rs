//! The files that a template is made of: the template first, then what it includes, in the order of the lists and each
//! file once. A file that includes itself by any way, one outside the folder and one that can't be read are reported
//! where they are named.

use std::io;

use super::schema::{INCLUDE, TEMPLATE};
use super::set::TemplateSet;
use crate::diagnostics::suggest::nearest;
use crate::diagnostics::{Sink, codes};
use crate::load::reason;
use crate::model::decode::fields::{Fields, open_list};
use crate::model::decode::value::decode_text;
use crate::model::yaml::{self, Node};
use crate::source::{Sources, Spanned};

/// The longest way from a template to an included file.
const MAX_DEPTH: usize = 32;
/// The most files of a template.
const MAX_FILES: usize = 1000;

/// One file.
#[derive(Clone, Debug)]
pub(super) struct Part {
    pub(super) path: String,
    pub(super) tree: Node,
}

/// What is read so far.
pub(super) struct Files<'a> {
    pub(super) set: &'a dyn TemplateSet,
    pub(super) sources: &'a mut Sources,
    pub(super) parts: Vec<Part>,
}

impl Files<'_> {
    /// Takes in `text`, the file at `path`, and all that it includes.
    pub(super) fn add(&mut self, path: &str, text: &str, sink: &mut Sink) {
        self.add_below(path, text, &mut Vec::new(), sink);
    }

    /// `way` are the paths from the template to the file that includes this one.
    fn add_below(&mut self, path: &str, text: &str, way: &mut Vec<String>, sink: &mut Sink) {
        let id = self.sources.add(self.set.display(path), text);
        let Some(tree) = yaml::parse(id, text, sink) else { return };
        if way.is_empty() && is_model(&tree, sink) {
            return;
        }
        let includes = read_includes(&tree, way.is_empty(), sink);
        self.parts.push(Part { path: path.to_owned(), tree });
        way.push(path.to_owned());
        for include in includes {
            self.include(&include, way, sink);
        }
        way.pop();
    }

    fn include(&mut self, include: &Spanned<String>, way: &mut Vec<String>, sink: &mut Sink) {
        let base = way.last().map_or("", String::as_str);
        let Some(path) = resolve(&include.value, base) else {
            sink.emit(codes::INCLUDE_OUTSIDE, include.span, format!("`{}` leaves the templates folder", include.value))
                .help("write the path from the templates folder, for example `shared/common-topology.yaml`");
            return;
        };
        if let Some(at) = way.iter().position(|other| *other == path) {
            let cycle: Vec<&str> = way[at..].iter().chain([&path]).map(String::as_str).collect();
            let message = format!("circular include: {}", cycle.join(" → "));
            sink.emit(codes::INCLUDE_CYCLE, include.span, message).help("remove one of these includes");
        } else if way.len() >= MAX_DEPTH || self.parts.len() >= MAX_FILES {
            let message = format!("includes are more than {MAX_DEPTH} deep or {MAX_FILES} files");
            sink.emit(codes::LIMIT_EXCEEDED, include.span, message);
        } else if !self.parts.iter().any(|part| part.path == path) {
            match self.set.read(&path) {
                Ok(text) => self.add_below(&path, &text, way, sink),
                Err(error) => self.report_unreadable(include, &path, &error, sink),
            }
        }
    }

    fn report_unreadable(&self, include: &Spanned<String>, path: &str, error: &io::Error, sink: &mut Sink) {
        if error.kind() == io::ErrorKind::PermissionDenied && error.raw_os_error().is_none() {
            sink.emit(
                codes::INCLUDE_OUTSIDE,
                include.span,
                format!("`{path}` leaves the templates folder through a link"),
            )
            .help("put a copy of the file into the folder");
            return;
        }
        let message = format!("can't include `{path}`: {}", reason(error));
        let diagnostic = sink.emit(codes::INCLUDE_UNREADABLE, include.span, message);
        let known = self.set.paths().unwrap_or_default();
        if let Some(near) = nearest(path, known.iter().map(String::as_str)).filter(|near| *near != path) {
            diagnostic.help(format!("write `{near}`")).fix(format!("write `{near}`"), include.span, near);
        }
    }
}

/// Whether a model stands where a template should; says so.
fn is_model(tree: &Node, sink: &mut Sink) -> bool {
    let version = tree.key("schemaVersion").filter(|_| tree.key("templateType").is_none());
    if let Some(key) = version {
        sink.emit(codes::MISTAKEN_KIND, key.span, "this is a model, not a template").help("check it with `ftc check`");
    }
    version.is_some()
}

/// The includes of a file whose keys are checked here; only a template itself needs those that are required.
fn read_includes(tree: &Node, is_template: bool, sink: &mut Sink) -> Vec<Spanned<String>> {
    let fields = if is_template {
        Fields::open(tree, &TEMPLATE, sink)
    } else {
        let fields = Fields::open_any(tree, "an included file", sink);
        if let Some(fields) = &fields {
            fields.check_known("an included file", || TEMPLATE.keys.iter().map(|key| key.name), sink);
        }
        fields
    };
    let node = fields.and_then(|fields| fields.get("includes"));
    let items = node.map_or(&[] as &[_], |node| open_list(node, "a list under `includes`", sink));
    let path = |item: &Node, sink: &mut Sink| {
        Fields::open(item, &INCLUDE, sink)?.get("path").and_then(|node| decode_text(node, sink))
    };
    items.iter().filter_map(|item| path(item, sink)).collect()
}

/// The path from the root of the set; one that begins with `.` is relative to the file `base`. Nothing if it leaves the
/// set.
fn resolve(path: &str, base: &str) -> Option<String> {
    let is_absolute = path.starts_with('/') || path.contains(['\\', ':', '\0']);
    let is_relative = path.starts_with("./") || path.starts_with("../");
    let mut parts: Vec<&str> = Vec::new();
    if is_relative && let Some((folder, _)) = base.rsplit_once('/') {
        parts.extend(folder.split('/'));
    }
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    (!is_absolute && !parts.is_empty()).then(|| parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::resolve;

    #[test]
    fn an_include_stays_in_the_folder() {
        for (path, expected) in [
            ("shared/a.yaml", Some("shared/a.yaml")),
            ("./a.yaml", Some("telemetry/a.yaml")),
            ("../shared/a.yaml", Some("shared/a.yaml")),
            ("shared/../a.yaml", Some("a.yaml")),
            ("../../a.yaml", None),
            ("a/../../b.yaml", None),
            ("/etc/passwd", None),
            ("file:///etc/passwd", None),
            ("..\\a.yaml", None),
            (".", None),
            ("", None),
        ] {
            assert_eq!(resolve(path, "telemetry/base.yaml").as_deref(), expected, "{path}");
        }
    }
}
