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

/// `arrivals 150  served 145  (requests)`: a line for each unit, those without one first; nothing where there are none.
pub(crate) fn figures(values: &BTreeMap<&'static str, Option<f64>>, units: &BTreeMap<String, String>) -> String {
    let mut lines: BTreeMap<Option<&str>, Vec<String>> = BTreeMap::new();
    for (name, value) in values {
        let unit = units.get(*name).map(String::as_str);
        lines.entry(unit).or_default().push(format!("{name} {}", figure(*value)));
    }
    let end = |unit: Option<&str>| unit.map_or_else(String::new, |unit| format!("  ({unit})"));
    lines.into_iter().map(|(unit, parts)| format!("  {}{}\n", parts.join("  "), end(unit))).collect()
}
