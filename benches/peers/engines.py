"""The peers. Each engine is a function (workload, inputs, params) -> callable that computes all outputs once.

None means that the peer has no sensible way to say the workload. What the callable returns is kept until the next
call, so that no peer is charged for freeing memory that a user would keep.
"""

import time

import numexpr
import numba
import numpy as np
import pandas
import polars

from formulas import chains, flows, outcome

SERVICES, WINDOW = 20, 12


class Arrays:
    """Operations of numpy; pandas series take them too."""

    add, sub, mul = staticmethod(np.add), staticmethod(np.subtract), staticmethod(np.multiply)
    min, max = staticmethod(np.minimum), staticmethod(np.maximum)
    series = staticmethod(lambda value: value)

    @staticmethod
    def div(a, b):
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(b == 0.0, 0.0, a / b)

    @staticmethod
    def if_greater(a, b, then, other):
        return np.where(a > b, then, other)


class Text:
    """Operations as text, for numexpr (`where`) and for generated Python (`if`)."""

    add = staticmethod(lambda a, b: f"({a} + {b})")
    sub = staticmethod(lambda a, b: f"({a} - {b})")
    mul = staticmethod(lambda a, b: f"({a} * {b})")

    def __init__(self, choose, keep=None):
        self.choose, self.keep, self.lines = choose, keep, []

    def div(self, a, b):
        return self.choose(f"{b} == 0.0", "0.0", f"({a} / {b})")

    def min(self, a, b):
        return self.choose(f"{a} < {b}", a, b)

    def max(self, a, b):
        return self.choose(f"{a} > {b}", a, b)

    def if_greater(self, a, b, then, other):
        return self.choose(f"{a} > {b}", then, other)

    def series(self, text):
        if self.keep is None:
            return text
        self.lines.append(text)
        return self.keep.format(len(self.lines) - 1)


class Frames:
    """Operations of polars expressions."""

    add = staticmethod(lambda a, b: a + b)
    sub = staticmethod(lambda a, b: a - b)
    mul = staticmethod(lambda a, b: a * b)
    series = staticmethod(lambda value: value)
    div = staticmethod(lambda a, b: polars.when(b == 0.0).then(0.0).otherwise(a / b))
    if_greater = staticmethod(lambda a, b, then, other: polars.when(a > b).then(then).otherwise(other))

    @staticmethod
    def min(a, b):
        return polars.min_horizontal(a, b)

    @staticmethod
    def max(a, b):
        return polars.max_horizontal(a, b)


def kind(workload):
    """`W1`, `W3`, …, and what is particular to it: stored, or figure and window."""
    name, *rest = workload["workload"].split()
    return name, rest


def stored(name, values):
    return values if name == "W1" else values[-3:]


# numpy and pandas


def numpy_engine(workload, inputs, params):
    name, rest = kind(workload)
    if name in ("W1", "W2"):
        return lambda: stored(name, chains(Arrays, inputs))
    if name == "W3":
        return lambda: [numpy_rolling(x, rest[0], int(rest[1])) for x in inputs]
    if name == "W4":
        return lambda: [numpy_queue(inputs[i], inputs[64 + i]) for i in range(64)]
    return lambda: fleet(Arrays, rest, inputs, params, numpy_shift, numpy_rolling, numpy_queue)


def numpy_shift(x):
    return np.concatenate(([0.0], x[:-1]))


def numpy_queue(arrivals, served):
    """A queue that never falls below 0 is its free walk less that walk's lowest point."""
    walk = np.cumsum(arrivals - served)
    return walk - np.minimum(np.minimum.accumulate(walk), 0.0)


def numpy_rolling(x, figure, window):
    if figure in ("ROLLING_MAX", "ROLLING_MIN"):
        edge = -np.inf if figure == "ROLLING_MAX" else np.inf
        windows = np.lib.stride_tricks.sliding_window_view(np.concatenate((np.full(window - 1, edge), x)), window)
        return windows.max(axis=1) if figure == "ROLLING_MAX" else windows.min(axis=1)
    total = np.cumsum(x)
    result = total.copy()
    result[window:] -= total[:-window]
    if figure == "ROLLING_MEAN":
        result /= np.minimum(np.arange(1, len(x) + 1), window)
    return result


def pandas_engine(workload, inputs, params):
    name, rest = kind(workload)
    columns = [pandas.Series(x) for x in inputs]
    if name in ("W1", "W2"):
        return lambda: stored(name, chains(Arrays, columns))
    if name == "W3":
        return lambda: [pandas_rolling(x, rest[0], int(rest[1])) for x in columns]
    return None


def pandas_rolling(x, figure, window):
    rolling = x.rolling(window, min_periods=1)
    return getattr(rolling, figure.removeprefix("ROLLING_").lower())()


def fleet(by, rest, inputs, params, shift, rolling, queue):
    """W5: the services one after another."""
    results = []
    for service in range(SERVICES):
        arrivals, capacity, failures = inputs[3 * service : 3 * service + 3]
        demand = arrivals * params[0]
        upstream = shift(demand)
        offered, headroom, served, utilization = flows(by, demand, upstream, capacity, failures)
        peak = rolling(offered, "ROLLING_MAX", WINDOW)
        smooth = rolling(served, "ROLLING_MEAN", WINDOW)
        queued = queue(offered, capacity)
        latency, overload, score = outcome(by, queued, smooth, peak, capacity, headroom, utilization)
        computed = [demand, upstream, offered, headroom, served, utilization]
        computed += [peak, smooth, queued, latency, overload, score]
        results += computed if rest == ["all"] else [score]
    return results


# numexpr


def numexpr_engine(workload, inputs, params):
    name, _ = kind(workload)
    if name not in ("W1", "W2"):
        return None
    names = {f"x{i}": x for i, x in enumerate(inputs)}
    by = Text(lambda condition, then, other: f"where({condition}, {then}, {other})", "v{}")
    chains(by, list(names))
    compiled = [numexpr.NumExpr(line, [(v, np.double) for v in used(line)]) for line in by.lines]

    def run():
        values = dict(names)
        for i, (line, expression) in enumerate(zip(by.lines, compiled)):
            values[f"v{i}"] = expression(*(values[v] for v in used(line)))
        return stored(name, [values[f"v{i}"] for i in range(len(by.lines))])

    return run


def used(line):
    """The names in an expression, in order."""
    words = "".join(c if c.isalnum() else " " for c in line).split()
    return sorted({word for word in words if word[0] in "xv" and word[1:].isdigit()})


# polars


def polars_engine(workload, inputs, params):
    name, rest = kind(workload)
    frame = polars.DataFrame({f"x{i}": x for i, x in enumerate(inputs)})
    columns = [polars.col(f"x{i}") for i in range(len(inputs))]
    if name in ("W1", "W2"):
        results = stored(name, chains(Frames, columns))
    elif name == "W3":
        results = [polars_rolling(x, rest[0], int(rest[1])) for x in columns]
    elif name == "W4":
        results = [polars_queue(columns[i], columns[64 + i]) for i in range(64)]
    else:
        shift = lambda x: x.shift(1, fill_value=0.0)
        results = fleet(Frames, rest, columns, params, shift, polars_rolling, polars_queue)
    query = frame.lazy().select([result.alias(f"r{i}") for i, result in enumerate(results)])
    return lambda: query.collect().get_columns()


def polars_rolling(x, figure, window):
    return getattr(x, figure.lower())(window, min_samples=1)


def polars_queue(arrivals, served):
    walk = (arrivals - served).cum_sum()
    return walk - polars.min_horizontal(walk.cum_min(), 0.0)


# numba


def numba_engine(workload, inputs, params):
    """One compiled loop per workload, as one would write it by hand; compiled before the clock starts."""
    name, rest = kind(workload)
    results = np.empty((outputs_of(name, rest), len(inputs[0])))
    if name in ("W1", "W2"):
        loop, args = numba_chains(name), (inputs, results)
    elif name == "W3":
        loop, args = numba_windows[rest[0]], (inputs, int(rest[1]), results)
    elif name == "W4":
        loop, args = numba_queues, (inputs, results)
    else:
        loop, args = numba_fleet(rest), (inputs, params[0], results)
    is_new = not loop.signatures
    start = time.perf_counter_ns()
    loop(*args)
    if is_new:
        workload["compileNs"] = time.perf_counter_ns() - start

    def run():
        loop(*args)
        return results

    return run


def outputs_of(name, rest):
    return {"W1": 30, "W2": 3, "W3": 8, "W4": 64, "W5": 240 if rest == ["all"] else 20}[name]


def generated(header, lines):
    """A function compiled from text."""
    space = {"np": np}
    exec("\n".join([header, *lines]), space)
    return numba.njit(error_model="numpy")(space["loop"])


def python_text(keep):
    return Text(lambda condition, then, other: f"({then} if {condition} else {other})", keep)


def numba_chains(name):
    by = python_text("v{}")
    chains(by, [f"x{i}" for i in range(12)])
    first = 0 if name == "W1" else 27
    body = [f"    x{i} = x[{i}, t]" for i in range(12)]
    body += [f"    v{i} = {line}" for i, line in enumerate(by.lines)]
    body += [f"    r[{i - first}, t] = v{i}" for i in range(first, 30)]
    return generated("def loop(x, r):", ["  for t in range(x.shape[1]):", *body])


@numba.njit(error_model="numpy")
def numba_queues(x, r):
    for i in range(64):
        state = 0.0
        for t in range(x.shape[1]):
            state = max(0.0, state + x[i, t] - x[64 + i, t])
            r[i, t] = state


def numba_extreme(sign):
    """A queue of candidates: each bin enters and leaves it once."""

    @numba.njit(error_model="numpy")
    def column(x, window, r):
        places = np.empty(len(x), np.int64)
        first, last = 0, 0
        for t in range(len(x)):
            while last > first and sign * x[places[last - 1]] <= sign * x[t]:
                last -= 1
            places[last] = t
            last += 1
            if places[first] <= t - window:
                first += 1
            r[t] = x[places[first]]

    return column


def numba_total(is_mean):
    """A running sum. It drifts, as ours doesn't."""

    @numba.njit(error_model="numpy")
    def column(x, window, r):
        total = 0.0
        for t in range(len(x)):
            total += x[t]
            if t >= window:
                total -= x[t - window]
            r[t] = total / min(t + 1, window) if is_mean else total

    return column


def each_column(column):
    @numba.njit(error_model="numpy")
    def loop(x, window, r):
        for i in range(x.shape[0]):
            column(x[i], window, r[i])

    return loop


numba_max, numba_mean = numba_extreme(1.0), numba_total(True)
numba_windows = {
    "ROLLING_MAX": each_column(numba_max),
    "ROLLING_MIN": each_column(numba_extreme(-1.0)),
    "ROLLING_SUM": each_column(numba_total(False)),
    "ROLLING_MEAN": each_column(numba_mean),
}


def numba_fleet(rest):
    """A loop, two windows and another loop per service, over scratch rows where the rows are not stored."""
    first, last = python_text("f{}"), python_text("o{}")
    flows(first, "demand", "upstream", "capacity", "failures")
    outcome(last, "w[8, t]", "w[7, t]", "w[6, t]", "capacity", "w[3, t]", "w[5, t]")
    lines = [
        "  n = x.shape[1]",
        "  scratch = np.empty((12, n))",
        f"  for i in range({SERVICES}):",
        "    w = r[12 * i:12 * i + 12]" if rest == ["all"] else "    w = scratch",
        "    upstream, queue = 0.0, 0.0",
        "    for t in range(n):",
        "      demand, capacity, failures = x[3 * i, t] * growth, x[3 * i + 1, t], x[3 * i + 2, t]",
        *(f"      f{j} = {line}" for j, line in enumerate(first.lines)),
        "      queue = max(0.0, queue + f0 - capacity)",
        "      w[0, t], w[1, t], w[8, t] = demand, upstream, queue",
        "      w[2, t], w[3, t], w[4, t], w[5, t] = f0, f1, f2, f3",
        "      upstream = demand",
        f"    rolling_max(w[2], {WINDOW}, w[6])",
        f"    rolling_mean(w[4], {WINDOW}, w[7])",
        "    for t in range(n):",
        "      capacity = x[3 * i + 1, t]",
        *(f"      o{j} = {line}" for j, line in enumerate(last.lines)),
        "      w[9, t], w[10, t], w[11, t] = o0, o1, o2",
        *([] if rest == ["all"] else ["    r[i] = w[11]"]),
    ]
    space = {"np": np, "rolling_max": numba_max, "rolling_mean": numba_mean}
    exec("\n".join(["def loop(x, growth, r):", *lines]), space)
    return numba.njit(error_model="numpy")(space["loop"])


ENGINES = {
    "numba": numba_engine,
    "numexpr": numexpr_engine,
    "polars": polars_engine,
    "pandas": pandas_engine,
    "numpy": numpy_engine,
}
