//! Models that the object file has to do justice to, one for each way to compute, and data that is awkward.

/// Bins of the models here: some tiles and a part of one.
pub(crate) const BINS: usize = 2_500;

/// The nodes of models, by name; `a` and `b` are awkward data, `scale` and `limit` parameters.
pub(crate) const MODELS: &[(&str, &str)] = &[
    (
        "elementwise",
        r#"
  - { id: sums, kind: expr, expr: "a * scale + b / (a - 3) - limit" }
  - { id: calls, kind: expr, expr: "EXP(b * 0.01) + LN(ABS(a)) + POW(ABS(a), 1.3) + a % 0.7 + SQRT(b)" }
  - { id: picks, kind: expr, expr: "IF(a > b AND NOT (a == 2), MAX(a, b, limit), COALESCE(b, a, 0))" }
  - { id: 'odd "id" ??/ \é*/', kind: expr, expr: "a + 1" }
  - { id: rounds, kind: expr, expr: "ROUND(a) + FLOOR(b) * CEIL(a) + PULSE(7) + RAMP(0, 5) + BIN()" }"#,
    ),
    (
        "recurrences",
        r#"
  - { id: queue, kind: expr, expr: "MAX(0, queue[t-1] + a - served)", initial: 5 }
  - { id: served, kind: expr, expr: "MIN(limit + queue[t-1] * 0.2, 40) + EXP(0 - queue[t-1])" }
  - { id: far, kind: expr, expr: "COALESCE(far[t-9], 0) * 0.5 + b" , initial: 1 }
  - { id: total, kind: expr, expr: "CUMSUM(a) - CUMMAX(b) + EMA(a, 0.2)" }"#,
    ),
    (
        "windows",
        r#"
  - { id: most, kind: expr, expr: "ROLLING_MAX(a, 12) - ROLLING_MIN(b, 288) + ROLLING_MAX(a * scale, 3)" }
  - { id: mean, kind: expr, expr: "ROLLING_MEAN(a, 12) + ROLLING_SUM(b, 300) / ROLLING_COUNT(b, 5)" }
  - { id: spread, kind: expr, expr: "ROLLING_STD(a, 24)" }
  - { id: echo, kind: expr, expr: "CONV(a, [0.5, 0.25, 0, 0.125]) + HOLD(b, 3)" }
  - { id: shifts, kind: expr, expr: "a[t-1] + a[t+2] - SHIFT(b, 1500) + DELTA(b, 7)" }
  - { id: capacity, kind: expr, expr: "infer_capacity_from_saturation(a, b, mean)" }"#,
    ),
    (
        "reductions",
        r#"
  - { id: shares, kind: expr, expr: "a / SUM(a) + b / AVG(b)" }
  - { id: ranks, kind: expr, expr: "IF(a > PERCENTILE(a, 95), MAXOF(a), MINOF(b)) + PERCENTILE(b * scale, limit)" }
  - { id: uniform, kind: expr, expr: "COUNT(a > b) * scale" }
  - { id: later, kind: expr, expr: "ROLLING_SUM(a - AVG(a), 12) + later[t-1] * 0.5", initial: 0 }"#,
    ),
    (
        "samples",
        r#"
  - { id: arrivals, kind: pmf, pmf: { type: poisson, lambda: 20, sample: true } }
  - { id: noise, kind: pmf, pmf: { type: normal, mean: 0, stddev: 2, sample: true } }
  - { id: backlog, kind: expr, expr: "MAX(0, backlog[t-1] + arrivals + noise - 2 * limit)", initial: 0 }"#,
    ),
];

/// Numbers of all kinds, one a line, reproducible.
pub(crate) fn data(seed: u64) -> String {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state % 1_000
    };
    let number = |random: u64| match random {
        0..60 => "NaN".to_owned(),
        60..70 => "-0".to_owned(),
        70..80 => "5e-324".to_owned(),
        80..85 => "1e-310".to_owned(),
        85..88 => "inf".to_owned(),
        88..90 => "-1e300".to_owned(),
        _ => format!("{}", random as f64 * 0.037),
    };
    (0..BINS).map(|_| number(next()) + "\n").collect()
}
