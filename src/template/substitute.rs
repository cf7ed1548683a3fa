//! Placeholders to values, in the parsed tree: a scalar goes in, a scalar comes out, so no value can become structure.
//! Each byte of the new text knows the characters of the template that it was made from. The template has been checked:
//! every placeholder is well formed and every name known.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::Value;

use super::names::flag;
use super::placeholder::{self, Token, TokenKind};
use super::value;
use crate::model::ScalarStyle;
use crate::model::decode::value::is_null;
use crate::model::yaml::{Entry, Node, NodeKind, Scalar};
use crate::source::{ScalarMap, ScalarMapBuilder, Span};

/// The values of one instantiation.
#[derive(Clone, Debug, Default)]
pub(super) struct Scope {
    /// By name, reserved ones too; what has no value is not in it.
    pub(super) values: BTreeMap<String, Value>,
    /// Node and metric of the telemetry files that there are.
    pub(super) available: BTreeSet<(String, String)>,
}

impl Scope {
    fn value(&self, name: &str) -> Value {
        match flag(name) {
            Some((node, metric)) => Value::Bool(self.available.contains(&(node.to_owned(), metric.to_owned()))),
            None => self.values.get(name).cloned().unwrap_or_default(),
        }
    }

    fn is_true(&self, name: &str) -> bool {
        self.value(name) == Value::Bool(true)
    }
}

/// `node` with its placeholders replaced. A key whose placeholder comes to nothing is left out, but for `enabled`, which
/// is off then.
pub(super) fn substitute(node: &Node, scope: &Scope) -> Node {
    let kind = match &node.kind {
        NodeKind::Scalar(scalar) => return substitute_scalar(node, scalar, scope),
        NodeKind::Sequence(items) => NodeKind::Sequence(items.iter().map(|item| substitute(item, scope)).collect()),
        NodeKind::Mapping(entries) => {
            NodeKind::Mapping(entries.iter().filter_map(|entry| substitute_entry(entry, scope)).collect())
        }
    };
    Node { kind, span: node.span }
}

fn substitute_entry(entry: &Entry, scope: &Scope) -> Option<Entry> {
    let value = substitute(&entry.value, scope);
    let comes_to_nothing = is_null(&value) && !is_null(&entry.value) && &*entry.key.value != "enabled";
    (!comes_to_nothing).then(|| Entry { key: entry.key.clone(), value })
}

fn substitute_scalar(node: &Node, scalar: &Scalar, scope: &Scope) -> Node {
    if placeholder::is_plain(&scalar.text) {
        return node.clone();
    }
    let Ok(tokens) = placeholder::scan(&scalar.text) else { return node.clone() };
    let taken = taken(&tokens, scope);
    if let [Token { kind: TokenKind::Value(name), .. }] = taken.as_slice() {
        return value_node(&scope.value(name), node.span);
    }
    let mut text = String::new();
    let mut map = ScalarMapBuilder::new(node.span.file);
    for token in &taken {
        push(token, scalar, scope, &mut text, &mut map);
    }
    let map = map.finish(node.span);
    let (style, tag) = style(&tokens, &taken, scalar);
    Node { kind: NodeKind::Scalar(Arc::new(Scalar { text, style, tag, map })), span: node.span }
}

/// The tokens that the conditions let through, without the conditions themselves.
fn taken<'t>(tokens: &[Token<'t>], scope: &Scope) -> Vec<Token<'t>> {
    let mut taken = Vec::new();
    // For each open condition, whether what follows is taken.
    let mut open: Vec<bool> = Vec::new();
    for token in tokens {
        match token.kind {
            TokenKind::If(name) => open.push(scope.is_true(name)),
            TokenKind::Else => open.iter_mut().rev().take(1).for_each(|last| *last = !*last),
            TokenKind::EndIf => {
                open.pop();
            }
            TokenKind::Text | TokenKind::Braces | TokenKind::Value(_) => {
                if open.iter().all(|taken| *taken) {
                    taken.push(token.clone());
                }
            }
        }
    }
    taken
}

fn push(token: &Token<'_>, scalar: &Scalar, scope: &Scope, text: &mut String, map: &mut ScalarMapBuilder) {
    let replaced = match token.kind {
        TokenKind::Value(name) => value::text(&scope.value(name)),
        TokenKind::Braces => "{{".to_owned(),
        _ => {
            text.push_str(&scalar.text[token.at.clone()]);
            map.push_part(&scalar.map, token.at.start, token.at.end);
            return;
        }
    };
    let span = scalar.map.span(token.at.start, token.at.end);
    map.push_replaced(replaced.len() as u32, span);
    text.push_str(&replaced);
}

/// How the new text is to be read. One chosen by a condition, with no value in it, is the author's own, so that `null`
/// and `5` mean what they do without quotes; any other is text. Blocks stay blocks, where formulas may have comments.
fn style(tokens: &[Token<'_>], taken: &[Token<'_>], scalar: &Scalar) -> (ScalarStyle, Option<String>) {
    let is_chosen = tokens.iter().any(|token| matches!(token.kind, TokenKind::If(_)));
    let has_value = taken.iter().any(|token| matches!(token.kind, TokenKind::Value(_)));
    match scalar.style {
        ScalarStyle::Literal | ScalarStyle::Folded => (scalar.style, scalar.tag.clone()),
        _ if scalar.tag.is_some() => (scalar.style, scalar.tag.clone()),
        _ if is_chosen && !has_value => (ScalarStyle::Plain, None),
        _ => (ScalarStyle::DoubleQuoted, None),
    }
}

/// A scalar of the value's own type, written at `span`.
pub(super) fn value_node(value: &Value, span: Span) -> Node {
    let text = value::text(value);
    let style = if value.is_string() { ScalarStyle::DoubleQuoted } else { ScalarStyle::Plain };
    scalar_node(text, style, span)
}

/// A scalar all of whose text was made from `span`.
pub(super) fn scalar_node(text: String, style: ScalarStyle, span: Span) -> Node {
    let mut map = ScalarMapBuilder::new(span.file);
    map.push_replaced(text.len() as u32, span);
    let map: ScalarMap = map.finish(span);
    Node { kind: NodeKind::Scalar(Arc::new(Scalar { text, style, tag: None, map })), span }
}
