//! A Kusto cluster on loopback for other clients: it prints its address and the rows that FlowTime's own source reads
//! from it, one JSON array a line, then serves until standard input ends.

#[expect(dead_code, clippy::unwrap_used, reason = "it belongs to the tests")]
#[path = "../tests/cluster/mod.rs"]
mod cluster;

use flowtime_telemetry::gold::GoldRow;
use flowtime_telemetry::source::kusto::{KustoSettings, KustoSource, credential};
use flowtime_telemetry::source::{Query, TelemetrySource};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let cluster = cluster::Cluster::start_with(rows()?, vec![], 500_000, Some("a-token"));
    let address = cluster.spec().parse()?;
    let credential = credential(&address, &|name| (name == "FLOWTIME_KUSTO_TOKEN").then(|| "a-token".to_owned()))?;
    let source = KustoSource::new(address, credential, KustoSettings::default())?;
    println!("{}", cluster.url());
    let (start, end) = ("2025-10-07T00:00:00Z".parse()?, "2025-10-08T00:00:00Z".parse()?);
    source.rows(&Query { start, end, nodes: vec![] }, &mut |row| {
        println!("{}", line(&row));
        Ok(())
    })?;
    println!();
    std::io::copy(&mut std::io::stdin(), &mut std::io::sink())?;
    Ok(())
}

/// A day and an hour of three nodes, every third depth unknown.
fn rows() -> Result<Vec<GoldRow>, jiff::Error> {
    let start: Timestamp = "2025-10-06T23:00:00Z".parse()?;
    let extraction_ts = "2025-10-08T01:00:00.1234567Z".parse()?;
    let row = |node: &str, bin: i64| GoldRow {
        ts: start + SignedDuration::from_mins(5 * bin),
        node: node.to_owned(),
        arrivals: Some(100 + bin),
        served: Some(1 << 50),
        errors: (bin % 5 > 0).then_some(bin),
        external_demand: None,
        queue_depth: (bin % 3 > 0).then_some(bin as f64 / 3.0),
        schema_version: "2.0".to_owned(),
        extraction_ts,
        known_data_gaps: if bin == 20 { "[12, 13]".to_owned() } else { String::new() },
    };
    let nodes = ["Orders", "Billing", "it's \"odd\" \\ é"];
    Ok(nodes.iter().flat_map(|node| (0..300).map(move |bin| row(node, bin))).collect())
}

fn line(row: &GoldRow) -> Value {
    json!([
        row.ts.to_string(),
        row.node,
        row.arrivals,
        row.served,
        row.errors,
        row.external_demand,
        row.queue_depth,
        row.schema_version,
        row.extraction_ts.to_string(),
        row.known_data_gaps,
    ])
}
