//! Numbers for people: few digits, a dash where there is none.

use std::collections::BTreeMap;

/// A number with at most four digits behind the point.
pub(crate) fn figure(value: Option<f64>) -> String {
    match value {
        None => "-".to_owned(),
        Some(0.0) => "0".to_owned(),
        Some(value) if (1e-4..1e15).contains(&value.abs()) => {
            format!("{value:.4}").trim_end_matches('0').trim_end_matches('.').to_owned()
        }
        Some(value) => format!("{value:e}"),
    }
}

/// `arrivals 150  served 145` on a line behind `head`; nothing where there are none.
pub(crate) fn figures(head: &str, values: &BTreeMap<&'static str, Option<f64>>) -> String {
    if values.is_empty() {
        return String::new();
    }
    let parts: Vec<String> = values.iter().map(|(name, value)| format!("{name} {}", figure(*value))).collect();
    format!("{head}{}\n", parts.join("  "))
}
