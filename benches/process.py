#!/usr/bin/env python3
"""W7 and W8: the release binary as a process, from files to files.

    cargo build --release --bin ftc
    python3 benches/process.py target/release/ftc

W7 runs a fleet of 300 series over 288 bins, 60 of them from CSV files, and writes its artifacts: time of a new process
with warm page cache, and peak memory. W8 loads 300 files of 288 rows, and 30 of a million rows: how fast text becomes
columns. Prints one Markdown table. Needs nothing but Python; files go to a temporary folder.
"""

import argparse
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import time

SERVICES = 20

SERVICE = """\
  - {{ id: arrivals_{i}, kind: const, source: "file://arrivals_{i}.csv" }}
  - {{ id: capacity_{i}, kind: const, source: "file://capacity_{i}.csv" }}
  - {{ id: failures_{i}, kind: const, source: "file://failures_{i}.csv" }}
  - {{ id: demand_{i}, kind: expr, expr: "arrivals_{i} * growth" }}
  - {{ id: upstream_{i}, kind: expr, expr: "SHIFT(demand_{i}, 1)" }}
  - {{ id: offered_{i}, kind: expr, expr: "demand_{i} + upstream_{i} * failures_{i}" }}
  - {{ id: headroom_{i}, kind: expr, expr: "MAX(capacity_{i} - offered_{i}, 0)" }}
  - {{ id: served_{i}, kind: expr, expr: "MIN(offered_{i}, capacity_{i})" }}
  - {{ id: utilization_{i}, kind: expr, expr: "served_{i} / capacity_{i}" }}
  - {{ id: peak_{i}, kind: expr, expr: "ROLLING_MAX(offered_{i}, 12)" }}
  - {{ id: smooth_{i}, kind: expr, expr: "ROLLING_MEAN(served_{i}, 12)" }}
  - {{ id: queue_{i}, kind: expr, initial: 0, expr: "MAX(0, SHIFT(queue_{i}, 1) + offered_{i} - capacity_{i})" }}
  - {{ id: latency_{i}, kind: expr, expr: "queue_{i} / smooth_{i}" }}
  - {{ id: overload_{i}, kind: expr, expr: "IF(peak_{i} > capacity_{i}, peak_{i} - capacity_{i}, 0)" }}
  - {{ id: score_{i}, kind: expr, expr: "IF(headroom_{i} > 0, utilization_{i} + latency_{i}, overload_{i})" }}
"""


def main():
    args = arguments()
    print("| what | time | text read | peak memory |\n|---|---:|---:|---:|")
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        report("W7 run, 300 series × 288 bins", measure(args, fleet(folder / "fleet")))
        report("W8 load, 300 files × 288 rows", measure(args, loads(folder / "small", 300, 288)))
        if not args.quick:
            report("W8 load, 30 files × 1M rows", measure(args, loads(folder / "large", 30, 1_000_000)))


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("ftc", type=pathlib.Path, help="the release binary")
    parser.add_argument("--runs", type=int, default=20, help="how often each is run; the fastest counts")
    parser.add_argument("--quick", action="store_true", help="leave out the million rows")
    return parser.parse_args()


def header(bins):
    return f"schemaVersion: 1\ngrid: {{ bins: {bins}, binSize: 5, binUnit: minutes }}\n"


def fleet(folder):
    """The model of W5 with its data."""
    folder.mkdir()
    choose = random.Random(5)
    for i in range(SERVICES):
        column(folder / f"arrivals_{i}.csv", (choose.randrange(200) for _ in range(288)))
        column(folder / f"capacity_{i}.csv", (90 + choose.randrange(60) for _ in range(288)))
        column(folder / f"failures_{i}.csv", (choose.randrange(1000) / 5000 for _ in range(288)))
    nodes = "".join(SERVICE.format(i=i) for i in range(SERVICES))
    growth = "parameters:\n  - { id: growth, value: 1.1 }\n"
    (folder / "model.yaml").write_text(header(288) + growth + "nodes:\n" + nodes)
    return folder, ["--out", str(folder / "runs")]


def loads(folder, files, rows):
    """A model of const series alone, and one figure of the last, so that there is a result. Nothing is written."""
    folder.mkdir()
    choose = random.Random(8)
    numbers = [f"{choose.random() * 1000:.6f}" for _ in range(rows)]
    for i in range(files):
        column(folder / f"s{i}.csv", numbers)
    nodes = "".join(f'  - {{ id: s{i}, kind: const, source: "file://s{i}.csv" }}\n' for i in range(files))
    total = " + ".join(f"AVG(s{i})" for i in range(files))
    (folder / "model.yaml").write_text(header(rows) + f'nodes:\n{nodes}  - {{ id: total, kind: expr, expr: "{total}" }}\n')
    return folder, []


def column(path, numbers):
    path.write_text("t,value\n" + "".join(f"{t},{number}\n" for t, number in enumerate(numbers)))


def measure(args, case):
    """The fastest run, the bytes of text that it read, and the highest peak of memory."""
    folder, options = case
    command = [str(args.ftc.resolve()), "run", str(folder / "model.yaml"), *options]
    best, peak = float("inf"), 0
    for _ in range(args.runs if folder.name != "large" else 3):
        start = time.perf_counter()
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        message = process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)
        best, peak = min(best, time.perf_counter() - start), max(peak, usage.ru_maxrss)
        if status != 0:
            sys.exit(f"{' '.join(command)} failed:\n{message.decode()}")
    return best, sum(path.stat().st_size for path in folder.glob("*.csv")), peak


def report(what, measured):
    seconds, size, peak = measured
    print(f"| {what} | {seconds * 1e3:.1f} ms | {size / seconds / 1e9:.3f} GB/s | {peak / 1024:.0f} MiB |", flush=True)


if __name__ == "__main__":
    main()
