"""The elementwise formulas of the workloads, written once: each peer brings its own operations and gets its own form.

They follow crates/testing/src/workloads/{elementwise,fleet}.rs line by line; the results are compared with those that
the workloads were exported with, so a difference would be seen.
"""


def chains(by, x):
    """W1 and W2: thirty series over twelve inputs, in the order of the outputs."""
    add, sub, mul, div, lo, hi, choose = by.add, by.sub, by.mul, by.div, by.min, by.max, by.if_greater
    v = []

    def row(*values):
        v.extend(by.series(value) for value in values)
        return v[-3:]

    a0, b0, c0 = row(add(x[0], x[1]), sub(x[2], x[3]), mul(x[4], x[5]))
    a1, b1, c1 = row(mul(a0, x[6]), hi(b0, x[7]), lo(c0, a0))
    a2, b2, c2 = row(hi(a1, x[8]), add(b1, c0), div(c1, x[9]))
    a3, b3, c3 = row(sub(a2, b1), div(b2, x[10]), choose(c2, x[11], c2, x[0]))
    a4, b4, c4 = row(div(a3, x[1]), choose(b3, x[2], a3, b3), add(c3, x[3]))
    a5, b5, c5 = row(lo(a4, c3), mul(b4, x[4]), hi(c4, x[5]))
    a6, b6, c6 = row(choose(a5, x[6], x[7], a5), lo(b5, c5), sub(c5, x[8]))
    a7, b7, c7 = row(add(a6, x[9]), sub(b6, a6), mul(c6, x[10]))
    a8, b8, c8 = row(mul(a7, x[11]), add(b7, x[0]), div(c7, a7))
    row(lo(a8, x[1]), hi(b8, x[2]), sub(c8, x[3]))
    return v


def flows(by, demand, upstream, capacity, failures):
    """Offered, headroom, served and utilization of a service."""
    offered = by.series(by.add(demand, by.mul(upstream, failures)))
    headroom = by.series(by.max(by.sub(capacity, offered), 0.0))
    served = by.series(by.min(offered, capacity))
    return offered, headroom, served, by.series(by.div(served, capacity))


def outcome(by, queue, smooth, peak, capacity, headroom, utilization):
    """Latency, overload and score of a service."""
    latency = by.series(by.div(queue, smooth))
    overload = by.series(by.if_greater(peak, capacity, by.sub(peak, capacity), 0.0))
    score = by.if_greater(headroom, 0.0, by.add(utilization, latency), overload)
    return latency, overload, by.series(score)
