#!/usr/bin/env python3
"""Compares our times with those of numpy, numexpr, numba, polars and pandas on the same data, one thread each.

    cargo run --release -p flowtime-testing --example export_workloads -- target/workloads
    cargo run --release -p flowtime-testing --example time_workloads -- --json > target/ours.json
    python3 -m venv target/peers && target/peers/bin/pip install -r benches/peers/requirements.txt
    target/peers/bin/python benches/peers/peers.py target/workloads target/ours.json

Prints one Markdown table: our nanoseconds per series and bin, and how many times as long each other takes. A result
that differs from ours by more than rounding is marked with `!`. Run all three on a quiet machine, one after another.
"""

import os

THREADS = ["OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMEXPR_NUM_THREADS", "NUMBA_NUM_THREADS"]
for variable in [*THREADS, "NUMEXPR_MAX_THREADS", "POLARS_MAX_THREADS"]:
    os.environ[variable] = "1"
if hasattr(os, "sched_setaffinity"):
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})

import argparse
import json
import pathlib
import time

import numpy as np

from engines import ENGINES

SECONDS = 0.3
LEAST_RUNS = 3
OURS = ["native", "jit", "interp", "baseline"]


def main():
    args = arguments()
    ours = {(line["workload"], line["bins"], line["backend"]): line for line in json.loads(args.ours.read_text())}
    index = json.loads((args.folder / "index.json").read_text())
    columns = [name for name in OURS if name != args.backend] + list(ENGINES)
    print(f"| workload | bins | {args.backend} ns | " + " | ".join(columns) + " | numba compile |")
    print("|---|---:|---:|" + "---:|" * (len(columns) + 1))
    for workload in index:
        if workload["workload"].startswith(tuple(args.only)) and workload["bins"] <= args.bins:
            print(row(args, workload, ours), flush=True)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path, help="what export_workloads wrote")
    parser.add_argument("ours", type=pathlib.Path, help="what time_workloads --json printed")
    parser.add_argument("--backend", default="jit", help="which of our backends the ratios are to")
    parser.add_argument("--only", nargs="*", default=["W"], help="beginnings of the workloads' names")
    parser.add_argument("--bins", type=int, default=1_000_000, help="the most bins")
    return parser.parse_args()


def row(args, workload, ours):
    key = (workload["workload"], workload["bins"])
    mine = ours.get((*key, args.backend))
    if mine is None:
        return f"| {key[0]} | {key[1]:,} | |"
    prepare, evaluate = mine["prepareNs"], mine["evalNsMin"]
    own = [ours.get((*key, name)) for name in OURS if name != args.backend]
    cells = [ratio(line["evalNsMin"], evaluate) if line else "" for line in own]
    cells += [peer(name, workload, args.folder, evaluate) for name in ENGINES]
    cells.append(ratio(workload["compileNs"], prepare) if "compileNs" in workload and prepare else "")
    each = evaluate / (workload["series"] * workload["bins"])
    return f"| {key[0]} | {key[1]:,} | {each:.3f} | " + " | ".join(cells) + " |"


def ratio(time_ns, ours_ns):
    times = time_ns / ours_ns
    return f"{times:,.0f}×" if times >= 20 else f"{times:.1f}×" if times >= 3 else f"{times:.2f}×"


def peer(name, workload, folder, ours_ns):
    """The cell of one peer: blank where it has no way to say the workload."""
    inputs = np.load(folder / workload["folder"] / "inputs.npy")
    run = ENGINES[name](workload, inputs, workload["params"])
    if run is None:
        return ""
    best, results = fastest(run)
    expected = np.load(folder / workload["folder"] / "outputs.npy")
    same = len(results) == len(expected) and all(is_close(*pair) for pair in zip(results, expected))
    return ratio(best, ours_ns) + ("" if same else " !")


def is_close(found, expected):
    scale = max(1.0, float(np.abs(expected).max()))
    return np.allclose(np.asarray(found), expected, rtol=1e-9, atol=1e-9 * scale)


def fastest(run):
    """The shortest of some runs in nanoseconds, and a result."""
    results = run()
    best, begin, runs = float("inf"), time.perf_counter(), 0
    while runs < LEAST_RUNS or time.perf_counter() - begin < SECONDS:
        start = time.perf_counter_ns()
        results = run()
        best = min(best, time.perf_counter_ns() - start)
        runs += 1
    return best, results


if __name__ == "__main__":
    main()
