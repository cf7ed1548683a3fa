//! The rules once more as plain SQL: generated events and metrics with all their odd cases stand in a table as they came,
//! and one query makes the rows of them that the ETL makes by streaming, hashing and staging.

use rusqlite::{Connection, ToSql};

use super::*;

/// From when on events are generated, in seconds: half an hour before 1970, so that some times are negative.
const BEGIN: i64 = -1_800;
/// Bins of the window that are asked for, in seconds.
const WINDOW: (i64, i64) = (-900, 5_100);
const NODES: [&str; 4] = ["OrderService", "BillingService", "ShippingService", "é,\"x\""];

/// Numbers that look like chance and are the same each time: a linear congruential generator, its upper bits.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }
}

/// An event as it is generated; its time is in milliseconds.
struct Given {
    time: i64,
    name: &'static str,
    node: &'static str,
    message: u64,
    count: u64,
}

/// Events of two hours: ends of bins, redeliveries, sampled ones, other names; each may come again, later in the file.
fn events(dice: &mut Dice) -> Vec<Given> {
    let mut events = Vec::new();
    for _ in 0..3_000 {
        let second = BEGIN + dice.below(7_200) as i64;
        let millisecond = [0, 1, 999, dice.below(1_000) as i64][dice.below(4) as usize];
        let on_edge = dice.below(5) == 0;
        let second = if on_edge { second.div_euclid(300) * 300 - dice.below(2) as i64 } else { second };
        let names = ["MessageReceived", "MESSAGEPROCESSED", "MessageFailed", "MessageSent"];
        let event = Given {
            time: second * 1_000 + millisecond,
            name: names[dice.below(4) as usize],
            node: NODES[dice.below(4) as usize],
            message: dice.below(900),
            count: 1 + dice.below(3) * dice.below(2),
        };
        for _ in 0..1 + dice.below(8) / 6 {
            let place = dice.below(events.len() as u64 + 1) as usize;
            let again = Given { count: event.count + dice.below(10) / 9, ..event };
            events.insert(place, again);
        }
    }
    events
}

/// Measurements of two mapped queues and one that is not, the same one twice with two values at times.
fn metrics(dice: &mut Dice) -> Vec<(i64, &'static str, &'static str, u64)> {
    let mut metrics = Vec::new();
    for _ in 0..400 {
        let time = BEGIN + 60 * dice.below(120) as i64;
        let name = ["IncomingMessages", "ActiveMessages", "ActiveMessageCount", "Other"][dice.below(4) as usize];
        let queue = ["orders-in", "ORDERS-IN", "billing-in", "elsewhere"][dice.below(4) as usize];
        for _ in 0..=dice.below(2) {
            metrics.push((time, queue, name, dice.below(7)));
        }
    }
    metrics
}

fn time(milliseconds: i64) -> String {
    Timestamp::from_millisecond(milliseconds).unwrap().to_string()
}

fn as_files(events: &[Given], metrics: &[(i64, &str, &str, u64)]) -> Fixture {
    let line = |Given { time: at, name, node, message, count }: &Given| {
        let dimensions = serde_json::json!({ "node": node, "messageId": message.to_string() });
        serde_json::json!({ "timestamp": time(*at), "name": name, "customDimensions": dimensions, "itemCount": count })
            .to_string()
            + "\n"
    };
    let table: String = metrics
        .iter()
        .map(|(at, queue, name, value)| format!("{},{queue},{name},{value}\n", time(at * 1_000)))
        .collect();
    Fixture::new()
        .events("e.ndjson", &events.iter().map(line).collect::<String>())
        .metrics("m.csv", &format!("timestamp,queue,metric,value\n{table}"))
}

const TABLES: &str = "
CREATE TABLE event (time INTEGER, name TEXT, node TEXT, message TEXT, count INTEGER);
CREATE TABLE metric (time INTEGER, queue TEXT, name TEXT, value REAL);
CREATE TABLE mapping (node TEXT, queue TEXT);
INSERT INTO mapping VALUES ('OrderService', 'orders-in'), ('BillingService', 'billing-in');
CREATE VIEW bins AS
    WITH RECURSIVE bins(bin) AS (SELECT -900 UNION ALL SELECT bin + 300 FROM bins WHERE bin + 300 < 5100) SELECT bin FROM bins;";

/// Each delivery once, with the largest count that it came with.
const DELIVERIES: &str = "
CREATE VIEW once AS
SELECT node, lower(name) AS name, max(count) AS count,
    (time - (time % 300000 + 300000) % 300000) / 1000 AS bin
FROM event WHERE lower(name) IN ('messagereceived', 'messageprocessed', 'messagefailed')
GROUP BY node, lower(name), message, time;";

/// The earliest delivery of each message.
const MESSAGES: &str = "
CREATE VIEW once AS
SELECT node, name, count, (time - (time % 300000 + 300000) % 300000) / 1000 AS bin FROM (
    SELECT node, lower(name) AS name, count, time, row_number() OVER (
        PARTITION BY node, lower(name), message ORDER BY time, count DESC) AS place
    FROM event WHERE lower(name) IN ('messagereceived', 'messageprocessed', 'messagefailed'))
WHERE place = 1;";

const ROWS: &str = "
WITH nodes AS (SELECT node FROM once UNION SELECT node FROM mapping),
counts AS (
    SELECT node, bin, sum(iif(name = 'messagereceived', count, 0)) AS arrivals,
        sum(iif(name = 'messageprocessed', count, 0)) AS served, sum(iif(name = 'messagefailed', count, 0)) AS errors
    FROM once GROUP BY node, bin),
measured AS (
    SELECT lower(queue) AS queue, time, iif(name = 'IncomingMessages', 'incoming', 'depth') AS kind, max(value) AS value
    FROM metric WHERE name <> 'Other' GROUP BY 1, 2, 3),
queues AS (
    SELECT queue, time - (time % 300 + 300) % 300 AS bin,
        sum(value) FILTER (WHERE kind = 'incoming') AS incoming, avg(value) FILTER (WHERE kind = 'depth') AS depth
    FROM measured GROUP BY 1, 2)
SELECT nodes.node, bins.bin, coalesce(arrivals, 0), coalesce(served, 0), coalesce(errors, 0),
    CAST(coalesce(incoming, arrivals, 0) AS INTEGER), iif(mapping.queue IS NULL, NULL, coalesce(depth, 0.0))
FROM nodes CROSS JOIN bins LEFT JOIN counts USING (node, bin) LEFT JOIN mapping USING (node)
LEFT JOIN queues ON queues.queue = mapping.queue AND queues.bin = bins.bin
ORDER BY nodes.node, bins.bin";

/// A row as both ways tell it.
type Row = (String, i64, [i64; 4], Option<f64>);

fn rows_by_sql(dedupe: Dedupe, events: &[Given], metrics: &[(i64, &str, &str, u64)]) -> Vec<Row> {
    let connection = Connection::open_in_memory().unwrap();
    let once = if dedupe == Dedupe::Message { MESSAGES } else { DELIVERIES };
    connection.execute_batch(&format!("{TABLES}{once}")).unwrap();
    let put = |sql: &str, values: &[&dyn ToSql]| connection.prepare_cached(sql).unwrap().execute(values).unwrap();
    for Given { time, name, node, message, count } in events {
        let count = i64::try_from(*count).unwrap();
        put("INSERT INTO event VALUES (?, ?, ?, ?, ?)", &[time, name, node, &message.to_string(), &count]);
    }
    for (time, queue, name, value) in metrics {
        put("INSERT INTO metric VALUES (?, ?, ?, ?)", &[time, queue, name, &(*value as f64)]);
    }
    let mut statement = connection.prepare(ROWS).unwrap();
    let row = |row: &rusqlite::Row<'_>| {
        Ok((row.get(0)?, row.get(1)?, [row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?], row.get(6)?))
    };
    statement.query_map([], row).unwrap().collect::<Result<_, _>>().unwrap()
}

fn check_equal(dedupe: Dedupe, seed: u64) {
    let mut dice = Dice(seed);
    let (events, metrics) = (events(&mut dice), metrics(&mut dice));
    let mut fixture = as_files(&events, &metrics);
    fixture.job.dedupe = dedupe;
    let [from, to] = [WINDOW.0, WINDOW.1].map(|second| Timestamp::from_second(second).ok());
    (fixture.job.from, fixture.job.to) = (from, to);
    let row = |row: GoldRow| {
        let counts = [row.arrivals, row.served, row.errors, row.external_demand].map(Option::unwrap);
        (row.node, row.ts.as_second(), counts, row.queue_depth)
    };
    let found: Vec<Row> = fixture.rows().into_iter().map(row).collect();
    let expected = rows_by_sql(dedupe, &events, &metrics);
    assert_eq!(found.len(), 4 * 20);
    assert!(found == expected, "seed {seed}, {dedupe:?}\n{found:?}\n{expected:?}");
}

#[test]
fn the_bins_are_those_of_plain_sql() {
    for seed in 0..8 {
        check_equal(Dedupe::Delivery, seed);
        check_equal(Dedupe::Message, seed);
    }
}
