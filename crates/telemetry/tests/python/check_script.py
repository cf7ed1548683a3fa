"""Runs the emitted Kusto script over events and metrics, and compares its rows with those of a plain reading of the rules.

    python check_script.py [--ftc PATH]

With `--ftc`, also with those that the program at PATH makes of the same events. `duckdb-kql` evaluates the script; two
of its constructs that the engine doesn't know are replaced by what they mean for the data at hand (see REPLACED). The
commands that make tables and the view are checked by Microsoft's parser instead, in `../kql`.
"""

import argparse
import csv
import json
import random
import re
import sqlite3
import statistics
import subprocess
import sys
import tempfile
from collections import defaultdict
from datetime import datetime, timedelta
from pathlib import Path

import duckdb_kql

SCRIPT = Path(__file__).parent.parent / "kql" / "script.kql"
REPLACED = [
    # Bins of five minutes begin at midnight whatever they are counted from.
    (r"Origin \+ bin\((.+?) - Origin, BinSize\)", r"bin(\1, BinSize)"),
    # The table at hand has no such column.
    (re.escape('column_ifexists("EntityName", "")'), '""'),
]
START, END = datetime(2025, 10, 7, 10), datetime(2025, 10, 7, 14)
BIN = timedelta(minutes=5)
MAPPING = {"OrderService": "orders-in", "BillingService": "billing-in"}
KINDS = ["MessageReceived", "MessageProcessed", "MessageFailed"]
NAMES = {"incoming": ["IncomingMessages"], "completed": ["CompletedMessages", "CompleteMessage"],
         "depth": ["ActiveMessageCount", "ActiveMessages"]}


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--ftc")
    ftc = arguments.parse_args().ftc
    events, metrics = make_events(), make_metrics()
    found = run_script(events, metrics)
    expected = plain_rows(events, metrics)
    compare("the rules", found, expected)
    if ftc:
        compare("ftc etl", found, run_ftc(ftc, events, metrics))
    gaps = sum(1 for row in found if row[-1])
    assert 0 < gaps < len(found), "gaps and whole bins are both wanted"
    print(f"{len(found)} rows, {gaps} of them gaps: the script gives what it should")


def make_events():
    """Events of three nodes, one without a queue: gaps, quiet hours, duplicates, redeliveries, samples."""
    rng = random.Random(7)
    events = []
    for node in ["OrderService", "BillingService", "AuditService"]:
        for minute in range(-70, 310):
            bin_of = minute // 5
            if node == "OrderService" and bin_of in (4, 5, 30) or node == "BillingService" and (bin_of == 10 or minute > 100):
                continue
            for index in range(rng.randrange(0, 2 if node == "BillingService" else 4)):
                at = START + timedelta(minutes=minute, milliseconds=rng.randrange(60_000))
                name = rng.choice(KINDS)
                if rng.random() < 0.1:
                    name = name.lower()
                weight = rng.choice([1, 1, 1, 3])
                event = (at, name, node, f"{minute}-{index}", weight)
                events.append(event)
                if rng.random() < 0.2:
                    events.append(event)
                if rng.random() < 0.1:
                    events.append((at + timedelta(seconds=1), *event[1:]))
    rng.shuffle(events)
    return events


def make_metrics():
    """A measurement a minute; one queue is quiet for a while, the other not measured for a while."""
    rng = random.Random(8)
    metrics = []
    for queue in MAPPING.values():
        for minute in range(0, 240):
            if queue == "billing-in" and 150 <= minute < 170:
                continue
            at = START + timedelta(minutes=minute)
            quiet = minute // 5 == 10 or minute > 120 if queue == "billing-in" else minute // 5 in (4, 30)
            for kind, names in NAMES.items():
                value = 0.0 if quiet else float(rng.randrange(1, 9))
                metrics.append((at, f"/subscriptions/x/queues/{queue}", rng.choice(names), value))
    return metrics + metrics[::7]


def run_script(events, metrics):
    con = duckdb_kql.connect()
    con.sql("create table customEvents(timestamp timestamp, name varchar, customDimensions json, itemCount integer)")
    con.sql("create table AzureMetrics(TimeGenerated timestamp, ResourceId varchar, MetricName varchar, Total double, Average double)")
    con.sql("create table NodeQueueMapping(node varchar, inputQueue varchar)")
    dimensions = lambda node, message: json.dumps({"node": node, "messageId": message})
    rows = [(at, name, dimensions(node, message), weight) for at, name, node, message, weight in events]
    con.executemany("insert into customEvents values (?, ?, ?, ?)", rows)
    con.executemany("insert into AzureMetrics values (?, ?, ?, ?, ?)", [(*metric, metric[3]) for metric in metrics])
    con.executemany("insert into NodeQueueMapping values (?, ?)", list(MAPPING.items()))
    duckdb_kql.set_functions(read_functions())
    literal = lambda time: f"datetime({time.isoformat()}Z)"
    result = duckdb_kql.query(con, f"FlowTimeBins({literal(START)}, {literal(END)})")
    columns = [column.lower() for column in result.columns]
    assert columns == ["ts", "node", "arrivals", "served", "errors", "external_demand", "queue_depth",
                       "schema_version", "extraction_ts", "known_data_gaps"], columns
    rows = result.fetchall()
    assert all(row[7] == "2.0" for row in rows)
    return sorted((row[1], row[0], *row[2:7], row[9]) for row in rows)


def read_functions():
    text = re.sub(r"^[ \t]*//.*$", "", SCRIPT.read_text(), flags=re.M)
    for construct, meaning in REPLACED:
        text, count = re.subn(construct, meaning, text)
        assert count, f"the script has no {construct} any more"
    commands = re.split(r"^(?=\.)", text, flags=re.M)
    functions = [command.partition(" ")[2].strip() for command in commands if command.startswith(".create-or-alter function")]
    assert len(functions) == 4, functions
    return functions


def plain_rows(events, metrics):
    """The contract's rules, one after another."""
    floor = lambda at: at - (at - datetime(1970, 1, 1)) % BIN
    weights = {}
    for at, name, node, message, weight in events:
        key = (node, message, name.lower(), at.replace(microsecond=at.microsecond // 1000 * 1000))
        weights[key] = max(weights.get(key, 0), weight)
    counts = defaultdict(lambda: [0, 0, 0])
    for (node, _, name, at), weight in weights.items():
        counts[node, floor(at)][[kind.lower() for kind in KINDS].index(name)] += weight
    values = {}
    for at, resource, name, value in metrics:
        kind = next(kind for kind, names in NAMES.items() if name in names)
        key = (resource.split("/")[-1], kind, at)
        values[key] = max(values.get(key, 0.0), value)
    measured = defaultdict(lambda: defaultdict(list))
    for (queue, kind, at), value in values.items():
        measured[queue, floor(at)][kind].append(value)
    reach = 12 * BIN
    inside = [ts for _, ts in [*counts, *measured] if START - reach <= ts < END + reach]
    known = (min(inside), max(inside))
    rows = []
    for node in sorted({node for node, _ in counts} | set(MAPPING)):
        queue, ts = MAPPING.get(node), START
        while ts < END:
            rows.append(plain_row(node, queue, ts, counts, measured.get((queue, ts)), known))
            ts += BIN
    return rows


def plain_row(node, queue, ts, counts, measures, known):
    arrivals, served, errors = counts.get((node, ts), [0, 0, 0])
    incoming = sum(measures["incoming"]) if measures and measures["incoming"] else None
    depth = statistics.fmean(measures["depth"]) if measures and measures["depth"] else None
    around = [ts + step * BIN for step in range(-12, 13) if step and known[0] <= ts + step * BIN <= known[1]]
    busy = around and statistics.median([sum(counts.get((node, bin_of), [0])) for bin_of in around]) >= 5
    has_messages = (incoming or 0) > 0 or (depth or 0) > 0
    is_gap = not (arrivals or served or errors) and bool(has_messages or not measures or busy)
    demand = arrivals if incoming is None else round(incoming)
    return (node, ts, arrivals, served, errors, demand, None if queue is None else depth or 0.0,
            f'["{ts.isoformat()}Z"]' if is_gap else "")


def run_ftc(ftc, events, metrics):
    with tempfile.TemporaryDirectory() as folder:
        path = lambda name: str(Path(folder) / name)
        with open(path("events.ndjson"), "w") as file:
            for at, name, node, message, weight in events:
                dimensions = {"node": node, "messageId": message}
                event = {"timestamp": f"{at.isoformat()}Z", "name": name, "customDimensions": dimensions, "itemCount": weight}
                file.write(json.dumps(event) + "\n")
        write_csv(path("metrics.csv"), ["TimeGenerated", "ResourceId", "MetricName", "Total", "Average"],
                  [(f"{at.isoformat()}Z", resource, name, value, value) for at, resource, name, value in metrics])
        write_csv(path("mapping.csv"), ["node", "inputQueue"], MAPPING.items())
        command = [ftc, "etl", "--events", path("events.ndjson"), "--metrics", path("metrics.csv"), "--mapping",
                   path("mapping.csv"), "--gold", path("gold.db"), "--from", f"{START.isoformat()}Z", "--to", f"{END.isoformat()}Z"]
        subprocess.run(command, check=True)
        rows = sqlite3.connect(path("gold.db")).execute(
            "select node, ts, arrivals, served, errors, external_demand, queue_depth, known_data_gaps from NodeTimeBin")
        return sorted((row[0], datetime.fromisoformat(row[1].rstrip("Z")), *row[2:]) for row in rows)


def write_csv(path, header, rows):
    with open(path, "w", newline="") as file:
        csv.writer(file).writerows([header, *rows])


def compare(what, found, expected):
    for left, right in zip(found, expected):
        depth_differs = left[6] != right[6] and (None in (left[6], right[6]) or abs(left[6] - right[6]) > 1e-9)
        if left[:6] != right[:6] or left[7] != right[7] or depth_differs:
            sys.exit(f"the script and {what} differ:\n  script    {left}\n  expected  {right}")
    if len(found) != len(expected):
        sys.exit(f"the script gives {len(found)} rows, {what} {len(expected)}")


main()
