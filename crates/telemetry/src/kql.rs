//! The ETL in Kusto's own language: a script of tables, functions and a view that a database runs by itself, giving the
//! rows that the embedded ETL gives. What users name goes into it as checked names and quoted texts only.

use std::collections::BTreeMap;

use crate::gold::SCHEMA_VERSION;
use crate::time::BinSize;

const PIPELINE: &str = include_str!("kql/pipeline.kql");
/// Bins that are looked at on either side of an empty one.
const AROUND: &str = "12";

/// What a script is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The length of bins.
    pub bin: BinSize,
    /// The queue of each node; without any the script leaves the mapping alone.
    pub mapping: BTreeMap<String, String>,
    /// Where events are.
    pub events: EventsTable,
    /// The table of metrics, with the columns of `AzureMetrics`.
    pub metrics: String,
    /// Whether only the earliest event of a message and type counts, instead of each delivery.
    pub first_only: bool,
    /// From which median of the bins around it on an empty bin is a gap, in events.
    pub busy: u32,
}

impl Default for Settings {
    fn default() -> Self {
        let (mapping, metrics) = (BTreeMap::new(), "AzureMetrics".to_owned());
        Settings { bin: BinSize::DEFAULT, mapping, events: EventsTable::Classic, metrics, first_only: false, busy: 5 }
    }
}

/// The tables that App Insights writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventsTable {
    /// `customEvents`, with `timestamp` and `customDimensions`.
    Classic,
    /// `AppEvents` of a workspace, with `TimeGenerated` and `Properties`.
    Workspace,
}

/// A name that Kusto can't take.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{found}` is no name of a table")]
pub struct NameError {
    /// What was given.
    pub found: String,
}

impl NameError {
    /// What the user can do about it, beginning with a verb.
    pub fn help(&self) -> &'static str {
        "write letters, digits, spaces and `_`, `.` or `-`"
    }
}

/// The script for `settings`.
///
/// # Errors
/// The table of metrics has no name that Kusto can take.
pub fn script(settings: &Settings) -> Result<String, NameError> {
    let [events, time, name, dimensions, count] = match settings.events {
        EventsTable::Classic => ["customEvents", "timestamp", "name", "customDimensions", "itemCount"],
        EventsTable::Workspace => ["AppEvents", "TimeGenerated", "Name", "Properties", "ItemCount"],
    };
    // The earliest event of a message may be long before the window.
    let (from, dedupe) = match settings.first_only {
        true => ("", "\n    | summarize arg_min(at, weight) by node, messageId, eventType"),
        false => (">= StartTime and ", ""),
    };
    let from = if from.is_empty() { String::new() } else { format!("{time} {from}") };
    let metrics = entity(&settings.metrics).ok_or_else(|| NameError { found: settings.metrics.clone() })?;
    let (bin, busy, mapping) = (timespan(settings.bin, 1), settings.busy.to_string(), mapping(&settings.mapping));
    let parts = [
        ("{{bin}}", bin.as_str()),
        ("{{two_bins}}", &timespan(settings.bin, 2)),
        ("{{events}}", events),
        ("{{event_from}}", &from),
        ("{{event_time}}", time),
        ("{{event_name}}", name),
        ("{{dimensions}}", dimensions),
        ("{{item_count}}", count),
        ("{{dedupe}}", dedupe),
        ("{{around}}", AROUND),
        ("{{busy}}", &busy),
        ("{{schema_version}}", SCHEMA_VERSION),
        ("{{metrics}}", &metrics),
        ("{{mapping}}", &mapping),
    ];
    Ok(parts.into_iter().fold(PIPELINE.to_owned(), |script, (place, text)| script.replace(place, text)))
}

/// `name` as Kusto takes it, if it does: letters, digits, spaces, `_`, `.` and `-`.
pub fn entity(name: &str) -> Option<String> {
    let good = |c: char| c.is_alphanumeric() || matches!(c, '_' | ' ' | '.' | '-');
    if name.trim().is_empty() || name.len() > 1_024 || !name.chars().all(good) {
        return None;
    }
    let plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    let starts_well = !name.starts_with(|c: char| c.is_ascii_digit());
    Some(if plain && starts_well { name.to_owned() } else { format!("['{name}']") })
}

/// The command that replaces the mapping, or nothing.
fn mapping(mapping: &BTreeMap<String, String>) -> String {
    if mapping.is_empty() {
        return String::new();
    }
    let rows: Vec<String> =
        mapping.iter().map(|(node, queue)| format!("    {}, {}", literal(node), literal(queue))).collect();
    let rows = rows.join(",\n");
    format!(".set-or-replace NodeQueueMapping <|\ndatatable (node: string, inputQueue: string) [\n{rows}\n]\n\n")
}

/// A text as Kusto and JSON write it alike.
fn literal(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// `count` bins as a literal in the largest unit that fits.
fn timespan(bin: BinSize, count: u64) -> String {
    let minutes = u64::from(bin.minutes()) * count;
    let units = [(1_440, "d"), (60, "h"), (1, "m")];
    let (unit, name) = units.into_iter().find(|(unit, _)| minutes.is_multiple_of(*unit)).unwrap_or((1, "m"));
    format!("{}{name}", minutes / unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_mapping(node: &str, queue: &str) -> Settings {
        Settings { mapping: [(node.to_owned(), queue.to_owned())].into(), ..Settings::default() }
    }

    #[test]
    fn every_place_is_filled() {
        let weekly = Settings { bin: "1w".parse().unwrap(), first_only: true, ..with_mapping("a", "b") };
        for settings in [Settings::default(), Settings { events: EventsTable::Workspace, ..weekly }] {
            let script = script(&settings).unwrap();
            assert!(!script.contains("{{") && !script.contains("}}"), "{script}");
        }
    }

    #[test]
    fn texts_of_users_stay_texts() {
        let script = script(&with_mapping("a\"]\n\n.drop table NodeTimeBin //", "back\\slash {{bin}}")).unwrap();
        assert!(script.contains(r#"    "a\"]\n\n.drop table NodeTimeBin //", "back\\slash {{bin}}""#), "{script}");
        assert!(!script.lines().any(|line| line.starts_with(".drop")));
    }

    #[test]
    fn names_of_tables_are_checked_and_quoted() {
        assert_eq!(entity("AzureMetrics").as_deref(), Some("AzureMetrics"));
        assert_eq!(entity("My Metrics").as_deref(), Some("['My Metrics']"));
        assert_eq!(entity("1st").as_deref(), Some("['1st']"));
        let error = script(&Settings { metrics: "x'] | take 1 //".to_owned(), ..Settings::default() }).unwrap_err();
        assert_eq!(error.to_string(), "`x'] | take 1 //` is no name of a table");
        assert_eq!(error.help(), "write letters, digits, spaces and `_`, `.` or `-`");
        assert_eq!(entity(""), None);
    }

    #[test]
    fn bins_are_literals_of_kusto() {
        let literals = ["5m", "1h", "90m", "1w"].map(|text| timespan(text.parse().unwrap(), 1));
        assert_eq!(literals, ["5m", "1h", "90m", "7d"]);
    }
}
