//! The committed texts in `tests/kql` are those that are written and sent; Microsoft's parser and a KQL engine check
//! them there. `UPDATE=1` rewrites them.
#![cfg(feature = "kusto")]
#![expect(clippy::unwrap_used, reason = "a test")]

use std::fs;
use std::path::Path;

use flowtime_telemetry::kql::{EventsTable, Settings, script};
use flowtime_telemetry::source::kusto::queries;

fn check_text(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/kql/{name}.kql"));
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&path, text).unwrap();
    }
    let committed = fs::read_to_string(&path).unwrap_or_default();
    assert!(committed == text, "{} is out of date: run the test with UPDATE=1", path.display());
}

#[test]
fn queries_are_the_committed_ones() {
    for (name, text) in queries() {
        check_text(&format!("query-{name}"), &text);
    }
}

#[test]
fn scripts_are_the_committed_ones() {
    let orders = ("OrderService".to_owned(), "orders-in".to_owned());
    let billing = ("BillingService".to_owned(), "billing-in".to_owned());
    let chapter = Settings { mapping: [orders, billing].into(), ..Settings::default() };
    check_text("script", &script(&chapter).unwrap());
    let bin = "1w".parse().unwrap();
    let odd = [("it's \"odd\" \\ é\u{1}".to_owned(), "q\n".to_owned())].into();
    let metrics = "My Metrics".to_owned();
    let weekly = Settings { bin, mapping: odd, events: EventsTable::Workspace, metrics, first_only: true, busy: 7 };
    check_text("script-weekly", &script(&weekly).unwrap());
}
