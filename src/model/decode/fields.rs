//! A mapping read against its [`Section`]: unknown, missing and misplaced keys are reported once, here; what is left
//! is looked up by name. An optional key with the value `null` counts as not given.

use super::value::{is_null, report_kind};
use crate::diagnostics::suggest::{excerpt, nearest};
use crate::diagnostics::{Sink, codes};
use crate::model::schema::{Section, foreign};
use crate::model::yaml::{Entry, Node, NodeKind};
use crate::source::Span;

/// The entries of a mapping whose keys have been checked.
#[derive(Clone, Copy)]
pub(crate) struct Fields<'a> {
    entries: &'a [Entry],
    /// Where a missing key is reported: the `id` value, else the first key, else the mapping.
    pub(crate) place: Span,
}

impl<'a> Fields<'a> {
    /// Opens `node` as a mapping with the keys of `section`.
    pub(crate) fn open(node: &'a Node, section: &Section, sink: &mut Sink) -> Option<Self> {
        let fields = Self::open_any(node, section.name, sink)?;
        fields.check_known(section.name, || section.keys.iter().map(|key| key.name), sink);
        let required = section.keys.iter().filter(|key| key.required).map(|key| key.name);
        fields.check_all_present(required, section.name, sink);
        Some(fields)
    }

    /// Opens `node` as a mapping; its keys are the caller's to check.
    pub(crate) fn open_any(node: &'a Node, name: &str, sink: &mut Sink) -> Option<Self> {
        let NodeKind::Mapping(entries) = &node.kind else {
            report_kind(node, &format!("{name} with its keys"), sink);
            return None;
        };
        let id = entries.iter().find(|entry| &*entry.key.value == "id").map(|entry| entry.value.span);
        let place = id.or_else(|| entries.first().map(|entry| entry.key.span)).unwrap_or(node.span);
        Some(Self { entries, place })
    }

    /// All entries but those whose key begins with `x-`.
    pub(crate) fn entries(&self) -> impl Iterator<Item = &'a Entry> {
        self.entries.iter().filter(|entry| !entry.key.value.starts_with("x-"))
    }

    /// The value of a key, if it is given and not null.
    pub(crate) fn get(&self, key: &str) -> Option<&'a Node> {
        self.entry(key).map(|entry| &entry.value).filter(|node| !is_null(node))
    }

    /// A key and its value, also where that is null.
    pub(crate) fn entry(&self, key: &str) -> Option<&'a Entry> {
        self.entries.iter().find(|entry| &*entry.key.value == key)
    }

    /// Whether a key that is not given stands here misspelled, which has been reported.
    pub(crate) fn is_misspelled(&self, key: &str) -> bool {
        self.entry(key).is_none() && self.entries().any(|entry| meant(&entry.key.value, std::iter::once(key)).is_some())
    }

    /// Reports keys that are none of `known`, with the nearest one.
    pub(crate) fn check_known<'k, I>(&self, name: &str, known: impl Fn() -> I, sink: &mut Sink)
    where
        I: Iterator<Item = &'k str> + Clone,
    {
        for Entry { key, .. } in self.entries() {
            if known().any(|known| known == &*key.value) {
                continue;
            }
            let message = format!("unknown key `{}` in {name}", excerpt(&key.value));
            let diagnostic = sink.emit(codes::UNKNOWN_KEY, key.span, message);
            match meant(&key.value, known()).filter(|near| self.entry(near).is_none()) {
                Some(near) => diagnostic.help(format!("write `{near}`")).fix(format!("write `{near}`"), key.span, near),
                None => diagnostic.help("remove it, or begin it with `x-` to keep it as a note"),
            };
        }
    }

    /// Reports which of `keys` are not there, together, and which have no value; whether all are given.
    pub(crate) fn check_all_present<'k>(
        &self,
        keys: impl Iterator<Item = &'k str>,
        name: &str,
        sink: &mut Sink,
    ) -> bool {
        let (mut missing, mut all) = (Vec::new(), true);
        for key in keys {
            match self.entry(key) {
                None if self.is_misspelled(key) => all = false,
                None => missing.push(format!("`{key}`")),
                Some(entry) if is_null(&entry.value) => {
                    sink.emit(codes::MISSING_KEY, entry.key.span, format!("key `{key}` of {name} has no value"));
                    all = false;
                }
                Some(_) => {}
            }
        }
        if let Some(keys) = join(&missing, "and") {
            let noun = if missing.len() == 1 { "key" } else { "keys" };
            sink.emit(codes::MISSING_KEY, self.place, format!("{name} needs the {noun} {keys}"));
        }
        all && missing.is_empty()
    }

    /// The value of a key that must be there; an empty one is a formula without text.
    pub(crate) fn formula(&self, key: &str, name: &str, sink: &mut Sink) -> Option<&'a Node> {
        if self.entry(key).is_none() {
            self.check_all_present(std::iter::once(key), name, sink);
        }
        self.entry(key).map(|entry| &entry.value)
    }

    /// Reports keys that belong to another kind than `kind`; `owners` says which keys are whose.
    pub(crate) fn check_owned(&self, kind: &str, owners: &[(&str, &[&str])], what: &str, sink: &mut Sink) {
        for Entry { key, value } in self.entries() {
            let Some((owner, _)) = owners.iter().find(|(_, keys)| keys.contains(&&*key.value)) else {
                continue;
            };
            if *owner != kind && !is_null(value) {
                let message = format!("key `{}` belongs to {what} `{owner}`, this is `{kind}`", key.value);
                sink.emit(codes::CONFLICTING_KEYS, key.span, message).help("remove the key, or change the kind");
            }
        }
    }
}

/// The items of a list.
pub(crate) fn open_list<'a>(node: &'a Node, expected: &str, sink: &mut Sink) -> &'a [Node] {
    if let NodeKind::Sequence(items) = &node.kind {
        return items;
    }
    report_kind(node, expected, sink);
    &[]
}

/// One of `words`, by its place among them.
pub(crate) fn decode_choice(node: &Node, what: &str, words: &[&str], sink: &mut Sink) -> Option<usize> {
    let text = super::value::decode_text(node, sink)?;
    if let Some(at) = words.iter().position(|word| *word == text.value) {
        return Some(at);
    }
    let expected: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    let found = excerpt(&text.value);
    let message = format!("unknown {what} `{found}`, expected {}", join(&expected, "or").unwrap_or_default());
    let diagnostic = sink.emit(codes::VALUE_NOT_ALLOWED, node.span, message);
    if let Some(near) = meant(&text.value, words.iter().copied()) {
        diagnostic.help(format!("write `{near}`")).fix(format!("write `{near}`"), node.span, near);
    }
    None
}

/// Words as a person lists them: "`a`, `b` and `c`"; nothing of none.
pub(crate) fn join(words: &[String], conjunction: &str) -> Option<String> {
    match words {
        [] => None,
        [one] => Some(one.clone()),
        [firsts @ .., last] => Some(format!("{} {conjunction} {last}", firsts.join(", "))),
    }
}

/// The candidate that `word` means in other tools, else the nearest one.
fn meant<'k>(word: &str, candidates: impl Iterator<Item = &'k str> + Clone) -> Option<&'k str> {
    foreign::meant(word, candidates.clone()).or_else(|| nearest(word, candidates))
}
