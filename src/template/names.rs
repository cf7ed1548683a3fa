//! What placeholders may name: the parameters that the template declares, those that every template has, and the flags
//! `has.{node}.{metric}`. All placeholders of a template are checked here, in branches not taken too, before any is
//! replaced.

use std::collections::BTreeSet;

use super::parameter::{ParameterDeclaration, ParameterType};
use super::placeholder::{self, Token, TokenKind};
use crate::diagnostics::suggest::{excerpt, nearest};
use crate::diagnostics::{Sink, codes};
use crate::model::yaml::{Node, NodeKind, Scalar};
use crate::source::Span;

/// The parameters that every template has.
pub(super) const RESERVED: &[(&str, ParameterType)] = &[
    ("window.start", ParameterType::String),
    ("window.bins", ParameterType::Number),
    ("grid.binSize", ParameterType::Number),
    ("grid.binUnit", ParameterType::String),
    ("telemetry_dir", ParameterType::String),
    ("output_dir", ParameterType::String),
];

/// The metrics that telemetry may have of a node.
pub const METRICS: &[&str] = &["arrivals", "served", "errors", "demand", "queue"];

/// Node and metric of `has.{node}.{metric}`.
pub(super) fn flag(name: &str) -> Option<(&str, &str)> {
    name.strip_prefix("has.")?.rsplit_once('.').filter(|(node, _)| !node.is_empty())
}

/// Checks each placeholder below `node`, a part of a template that holds parts of a model.
pub(super) fn check(node: &Node, declared: &[ParameterDeclaration], sink: &mut Sink) {
    match &node.kind {
        NodeKind::Scalar(scalar) => check_scalar(scalar, declared, sink),
        NodeKind::Sequence(items) => items.iter().for_each(|item| check(item, declared, sink)),
        NodeKind::Mapping(entries) => {
            for entry in entries.iter() {
                if !placeholder::is_plain(&entry.key.value) {
                    let message = format!("key `{}` holds a placeholder", excerpt(&entry.key.value));
                    sink.emit(codes::PLACEHOLDER_SYNTAX, entry.key.span, message)
                        .help("write keys as they are; placeholders stand in values");
                }
                check(&entry.value, declared, sink);
            }
        }
    }
}

fn check_scalar(scalar: &Scalar, declared: &[ParameterDeclaration], sink: &mut Sink) {
    if placeholder::is_plain(&scalar.text) {
        return;
    }
    match placeholder::scan(&scalar.text) {
        Ok(tokens) => tokens.iter().for_each(|token| check_token(token, scalar, declared, sink)),
        Err(malformed) => {
            let span = scalar.map.span(malformed.at.start, malformed.at.end);
            sink.emit(codes::PLACEHOLDER_SYNTAX, span, malformed.message).help(malformed.help);
        }
    }
}

fn check_token(token: &Token<'_>, scalar: &Scalar, declared: &[ParameterDeclaration], sink: &mut Sink) {
    let (TokenKind::Value(name) | TokenKind::If(name)) = token.kind else { return };
    let at = token.at.start + scalar.text[token.at.clone()].rfind(name).unwrap_or(0);
    let span = scalar.map.span(at, at + name.len());
    let kind = match (flag(name), RESERVED.iter().find(|(reserved, _)| *reserved == name)) {
        (Some((_, metric)), _) => return check_metric(metric, name, span, sink),
        (_, Some((_, kind))) => Some(*kind),
        _ => declared.iter().find(|parameter| parameter.name == name).map(|parameter| parameter.kind),
    };
    match kind {
        None => report_unknown(name, span, declared, sink),
        Some(kind) if matches!(token.kind, TokenKind::If(_)) && kind != ParameterType::Boolean => {
            let message = format!("expected a boolean, `{name}` is {}", kind.described());
            sink.emit(codes::NOT_A_CONDITION, span, message)
                .help("name a boolean parameter, or a flag `has.{node}.{metric}`");
        }
        Some(_) => {}
    }
}

fn check_metric(metric: &str, name: &str, span: Span, sink: &mut Sink) {
    if METRICS.contains(&metric) {
        return;
    }
    let message = format!("`{}` names no metric, expected one of `{}`", excerpt(name), METRICS.join("`, `"));
    let diagnostic = sink.emit(codes::UNKNOWN_PLACEHOLDER, span, message);
    if let Some(near) = nearest(metric, METRICS.iter().copied()) {
        let right = format!("{}{near}", &name[..name.len() - metric.len()]);
        diagnostic.help(format!("write `{right}`")).fix(format!("write `{right}`"), span, right);
    }
}

fn report_unknown(name: &str, span: Span, declared: &[ParameterDeclaration], sink: &mut Sink) {
    let diagnostic =
        sink.emit(codes::UNKNOWN_PLACEHOLDER, span, format!("the template has no parameter `{}`", excerpt(name)));
    let known = declared.iter().map(|parameter| parameter.name.as_str());
    match nearest(name, known.chain(RESERVED.iter().map(|(name, _)| *name))) {
        Some(near) => diagnostic.help(format!("write `{near}`")).fix(format!("write `{near}`"), span, near),
        None => diagnostic.help("declare it under `parameters`"),
    };
}

/// Adds the flags that are named below `node`.
pub(super) fn collect_flags(node: &Node, flags: &mut BTreeSet<(String, String)>) {
    match &node.kind {
        NodeKind::Scalar(scalar) => {
            for token in placeholder::scan(&scalar.text).unwrap_or_default() {
                if let TokenKind::Value(name) | TokenKind::If(name) = token.kind
                    && let Some((node, metric)) = flag(name)
                {
                    flags.insert((node.to_owned(), metric.to_owned()));
                }
            }
        }
        NodeKind::Sequence(items) => items.iter().for_each(|item| collect_flags(item, flags)),
        NodeKind::Mapping(entries) => entries.iter().for_each(|entry| collect_flags(&entry.value, flags)),
    }
}
