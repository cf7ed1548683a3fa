//! The distribution of a `pmf` series: which one, its parameters within their domains, its table.

use super::fields::{Fields, decode_choice};
use super::numbers::decode_numbers;
use super::value::{Typed, decode_bool, decode_number, parse_number, typed};
use crate::diagnostics::{Sink, codes};
use crate::model::schema::{DISTRIBUTIONS, Distribution, DistributionParameter};
use crate::model::yaml::Node;
use crate::model::{Pmf, PmfArg};
use crate::source::{Span, Spanned};

/// How far the probabilities of an empirical distribution may be from 1 together.
const SUM_TOLERANCE: f64 = 1e-9;

/// Decodes `pmf`.
pub(super) fn decode_pmf(node: &Node, has_seed: bool, sink: &mut Sink) -> Option<Pmf> {
    let fields = Fields::open_any(node, "a distribution", sink)?;
    fields.check_all_present(["type"].into_iter(), "a distribution", sink);
    let kind = fields.get("type")?;
    let names: Vec<&str> = DISTRIBUTIONS.iter().map(|distribution| distribution.name).collect();
    let distribution = &DISTRIBUTIONS[decode_choice(kind, "distribution", &names, sink)?];
    let name = format!("the distribution `{}`", distribution.name);
    fields.check_known(&name, || ["type", "sample"].into_iter().chain(own_keys(distribution)), sink);
    fields.check_all_present(own_keys(distribution), &name, sink);
    let sample = decode_sample(&fields, has_seed, sink);
    let args = decode_args(&fields, distribution, sink);
    let table = if distribution.table { decode_table(&fields, sink) } else { Some(Vec::new()) };
    Some(Pmf {
        span: node.span,
        distribution: Spanned::new(distribution.name.to_owned(), kind.span),
        args: args?,
        table: table?,
        sample: sample?,
    })
}

fn own_keys(distribution: &'static Distribution) -> impl Iterator<Item = &'static str> + Clone {
    let table: &[&str] = if distribution.table { &["values", "probabilities"] } else { &[] };
    distribution.parameters.iter().map(|parameter| parameter.name).chain(table.iter().copied())
}

fn decode_sample(fields: &Fields<'_>, has_seed: bool, sink: &mut Sink) -> Option<bool> {
    let Some(node) = fields.get("sample") else {
        return Some(false);
    };
    let sample = decode_bool(node, sink)?;
    if sample && !has_seed {
        sink.emit(codes::MISSING_KEY, node.span, "a sampled distribution needs a seed")
            .help("add `rng: { seed: 42 }` to the model");
    }
    Some(sample)
}

fn decode_args(
    fields: &Fields<'_>,
    distribution: &Distribution,
    sink: &mut Sink,
) -> Option<Vec<(String, Spanned<PmfArg>)>> {
    let mut args = Vec::new();
    for parameter in distribution.parameters {
        let arg = fields.get(parameter.name).and_then(|node| decode_arg(node, parameter, sink));
        args.extend(arg.map(|arg| (parameter.name.to_owned(), arg)));
    }
    check_order(&args, distribution, sink);
    (args.len() == distribution.parameters.len()).then_some(args)
}

fn decode_arg(node: &Node, parameter: &DistributionParameter, sink: &mut Sink) -> Option<Spanned<PmfArg>> {
    if let Some(Typed::Text(text)) = typed(node)
        && parse_number(text).is_none()
    {
        return Some(Spanned::new(PmfArg::Name(text.to_owned()), node.span));
    }
    let value = decode_number(node, sink)?;
    if parameter.domain.contains(value) {
        return Some(Spanned::new(PmfArg::Number(value), node.span));
    }
    let expected = parameter.domain.describe();
    sink.emit(codes::PMF_SHAPE, node.span, format!("`{}` is {value}, expected {expected}", parameter.name));
    None
}

/// `min` and `max` of the uniform distribution, where both are constant.
fn check_order(args: &[(String, Spanned<PmfArg>)], distribution: &Distribution, sink: &mut Sink) {
    let number = |key: &str| {
        args.iter().find(|(name, _)| name == key).and_then(|(_, arg)| match arg.value {
            PmfArg::Number(value) => Some((value, arg.span)),
            PmfArg::Name(_) => None,
        })
    };
    if distribution.name != "uniform" {
        return;
    }
    if let (Some((min, _)), Some((max, span))) = (number("min"), number("max"))
        && min > max
    {
        sink.emit(codes::PMF_SHAPE, span, format!("`max` is {max}, expected at least `min`, which is {min}"));
    }
}

fn decode_table(fields: &Fields<'_>, sink: &mut Sink) -> Option<Vec<(f64, f64)>> {
    let mut list = |key| fields.get(key).and_then(|node| decode_numbers(node, sink));
    let (values, probabilities) = (list("values"), list("probabilities"));
    let probabilities = probabilities.filter(|list| check_probabilities(list, sink));
    let values = values.filter(|list| check_values(list, sink));
    let (values, probabilities) = (values?, probabilities?);
    if values.value.len() != probabilities.value.len() {
        let (values, found) = (values.value.len(), probabilities.value.len());
        sink.emit(
            codes::PMF_SHAPE,
            probabilities.span,
            format!("expected one probability for each of {values} values, found {found}"),
        );
        return None;
    }
    Some(values.value.into_iter().zip(probabilities.value).collect())
}

fn check_values(list: &Spanned<Vec<f64>>, sink: &mut Sink) -> bool {
    let problem = match list.value.iter().find(|value| !value.is_finite()) {
        _ if list.value.is_empty() => "expected at least one value, found none".to_owned(),
        Some(value) => format!("expected finite values, found {value}"),
        None => return true,
    };
    report_table(list.span, problem, sink)
}

fn check_probabilities(list: &Spanned<Vec<f64>>, sink: &mut Sink) -> bool {
    let sum: f64 = list.value.iter().sum();
    let problem = match list.value.iter().find(|value| !(value.is_finite() && **value >= 0.0)) {
        Some(value) => format!("expected probabilities >= 0, found {value}"),
        None if (sum - 1.0).abs() > SUM_TOLERANCE => {
            format!("probabilities sum to {sum}, expected 1")
        }
        None => return true,
    };
    report_table(list.span, problem, sink)
}

fn report_table(span: Span, problem: String, sink: &mut Sink) -> bool {
    sink.emit(codes::PMF_SHAPE, span, problem);
    false
}
