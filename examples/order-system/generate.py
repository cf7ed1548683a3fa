#!/usr/bin/env python3
"""Makes the telemetry of one day of the OrderService, 288 bins of five minutes.

    python3 generate.py [FOLDER]        (default: the folder `telemetry` beside this file)

Standard library only, seeded, and the same bytes on every machine and Python: the only source of chance is
`random.Random(SEED).random()`, whose sequence Python guarantees, and the arithmetic (`+ - * /`, `sqrt`, `fsum`) is
rounded the same way everywhere. (`sum` over floats is not: it changed in Python 3.12.)

The day
    Demand follows HOURLY, orders per bin at each full hour, joined by straight lines, with the noise of a count:
    a standard deviation of the square root of the mean.
    The service takes at most CAPACITY orders a bin, sometimes a few less. What it can't take waits in a queue.
    Around noon demand exceeds the capacity: the queue grows, the service runs flat out until it has drained.
    A failed attempt is an error; it is tried again within the bin, so an order counts as served once and may
    arrive more than once: arrivals = served + errors. Attempts fail more often while the service is saturated.
    In the bins of GAP nothing was recorded; the loader filled them with zeros. The system itself went on.

Always true, and asserted below
    queue[t] = queue[t-1] + demand[t] - served[t],   served[t] <= CAPACITY,   all counts >= 0.
"""

import math
import pathlib
import random
import sys

SEED = 20251007
BINS = 288
BINS_PER_HOUR = 12
CAPACITY = 200
CAPACITY_DIP = 6
ERROR_RATE, ERROR_RATE_SATURATED = 0.004, 0.02
GAP = (12, 13)
# Orders per bin at 00:00, 01:00, … 24:00.
HOURLY = [42, 34, 28, 26, 30, 45, 72, 104, 132, 148, 156, 178]
HOURLY += [246, 214, 150, 142, 146, 158, 164, 148, 120, 96, 72, 54, 42]
METRICS = ("arrivals", "served", "errors", "demand", "queue")


def expected_demand(t):
    """Orders expected in bin t."""
    hour, part = divmod(t, BINS_PER_HOUR)
    return HOURLY[hour] + (HOURLY[hour + 1] - HOURLY[hour]) * part / BINS_PER_HOUR


def noisy_count(rng, mean):
    """A whole number around `mean`; twelve uniform draws less six are nearly a standard normal one."""
    normal = math.fsum(rng.random() for _ in range(12)) - 6
    return max(0, round(mean + math.sqrt(mean) * normal))


def simulate(rng):
    """One row per bin: a count for each of METRICS."""
    queue = 0
    for t in range(BINS):
        demand = noisy_count(rng, expected_demand(t))
        capacity = CAPACITY - int(rng.random() * (CAPACITY_DIP + 1))
        waiting = queue + demand
        served = min(waiting, capacity)
        rate = ERROR_RATE_SATURATED if waiting > capacity else ERROR_RATE
        errors = sum(rng.random() < rate for _ in range(served))
        assert 0 <= served <= CAPACITY and queue + demand - served >= 0
        queue = waiting - served
        yield dict(zip(METRICS, (served + errors, served, errors, demand, queue)))


def main():
    folder = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else pathlib.Path(__file__).parent / "telemetry"
    folder.mkdir(parents=True, exist_ok=True)
    rows = list(simulate(random.Random(SEED)))
    assert all(rows[t]["queue"] == 0 for t in (*GAP, GAP[0] - 1)), "a gap with a queue would break conservation"
    for t in GAP:
        rows[t] = dict.fromkeys(METRICS, 0)
    for metric in METRICS:
        lines = [f"{t},{row[metric]}\n" for t, row in enumerate(rows)]
        (folder / f"OrderService_{metric}.csv").write_bytes("".join(["bin_index,value\n", *lines]).encode())


if __name__ == "__main__":
    main()
