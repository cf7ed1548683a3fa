//! The outputs of a run as a table: one line each with its figures and a sparkline. Figures are for reading, rounded to
//! what fits; the exact ones are in the artifacts. Missing values count in `missing` alone.

use flowtime::driver::OutputColumn;

/// Characters of a sparkline; fewer on a narrow terminal, none where not even `SPARK_LEAST` fit.
const SPARK_WIDTH: usize = 24;
const SPARK_LEAST: usize = 8;
const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
const HEADINGS: [&str; 7] = ["series", "min", "mean", "max", "last", "missing", "trend"];
const GAP: usize = 2;

/// The table of `outputs`, no wider than `width` if one is given.
pub(crate) fn render(outputs: &[OutputColumn], width: Option<usize>) -> String {
    let rows: Vec<[String; 6]> = outputs.iter().map(|output| figures(output, width)).collect();
    let widths: [usize; 6] = std::array::from_fn(|column| {
        let cells = rows.iter().map(|row| row[column].chars().count());
        cells.chain([HEADINGS[column].len()]).max().unwrap_or_default()
    });
    let taken = widths.iter().sum::<usize>() + GAP * widths.len();
    let spark = width.map_or(SPARK_WIDTH, |width| width.saturating_sub(taken).min(SPARK_WIDTH));
    let spark = if spark < SPARK_LEAST { 0 } else { spark };
    let heading = HEADINGS.map(str::to_owned);
    let heading_trend = if spark > 0 { HEADINGS[6] } else { "" };
    let mut table = line(&heading[..6], &widths, heading_trend);
    for (output, row) in outputs.iter().zip(&rows) {
        table.push_str(&line(row, &widths, &sparkline(&output.values, spark)));
    }
    table
}

/// One line: the first cell to the left, the others to the right, no spaces at its end.
fn line(cells: &[String], widths: &[usize; 6], trend: &str) -> String {
    let mut text = format!("{:<1$}", cells[0], widths[0]);
    for (cell, width) in cells.iter().zip(widths).skip(1) {
        text.push_str(&format!("{:GAP$}{cell:>width$}", ""));
    }
    text.push_str(&format!("{:GAP$}{trend}", ""));
    text.truncate(text.trim_end().len());
    text + "\n"
}

fn figures(output: &OutputColumn, width: Option<usize>) -> [String; 6] {
    let present = || output.values.iter().copied().filter(|value| !value.is_nan());
    let count = present().count();
    let figure = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), short);
    let mean = (count > 0).then(|| present().sum::<f64>() / count as f64);
    [
        shorten(&output.name, width.map_or(usize::MAX, |width| (width / 3).max(12))),
        figure(present().reduce(f64::min)),
        figure(mean),
        figure(present().reduce(f64::max)),
        figure(output.values.last().copied().filter(|value| !value.is_nan())),
        (output.values.len() - count).to_string(),
    ]
}

/// `name` in `width` characters.
fn shorten(name: &str, width: usize) -> String {
    if name.chars().count() <= width {
        return name.to_owned();
    }
    name.chars().take(width - 1).chain(['…']).collect()
}

/// A number in at most nine characters or so: `0.3333`, `128`, `1234.57`, `1.235M`, `1.5e-7`.
fn short(value: f64) -> String {
    let size = value.abs();
    if size == 0.0 || size.is_infinite() {
        return value.to_string();
    }
    match size {
        ..1e-4 => trim_zeros_exponent(&format!("{value:.3e}")),
        ..1.0 => trim_zeros(&format!("{value:.4}")),
        ..1e6 => trim_zeros(&format!("{value:.2}")),
        ..1e9 => trim_zeros(&format!("{:.3}", value / 1e6)) + "M",
        ..1e12 => trim_zeros(&format!("{:.3}", value / 1e9)) + "G",
        _ => trim_zeros_exponent(&format!("{value:.3e}")),
    }
}

fn trim_zeros(text: &str) -> String {
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text.to_owned() }
}

fn trim_zeros_exponent(text: &str) -> String {
    match text.split_once('e') {
        Some((digits, exponent)) => format!("{}e{exponent}", trim_zeros(digits)),
        None => text.to_owned(),
    }
}

/// The course of `values` in at most `width` characters, each the mean of its bins; blank where all are missing.
fn sparkline(values: &[f64], width: usize) -> String {
    let width = width.min(values.len());
    let bounds = |at: usize| at * values.len() / width;
    let means: Vec<Option<f64>> = (0..width).map(|at| finite_mean(&values[bounds(at)..bounds(at + 1)])).collect();
    let low = means.iter().flatten().copied().fold(f64::INFINITY, f64::min);
    let high = means.iter().flatten().copied().fold(f64::NEG_INFINITY, f64::max);
    means.into_iter().map(|mean| mean.map_or(' ', |mean| bar(mean, low, high))).collect()
}

fn finite_mean(values: &[f64]) -> Option<f64> {
    let finite = || values.iter().filter(|value| value.is_finite());
    let count = finite().count() as f64;
    (count > 0.0).then(|| finite().map(|value| value / count).sum())
}

fn bar(value: f64, low: f64, high: f64) -> char {
    // Halves first: the distance of two finite numbers may not be one.
    let share = (value / 2.0 - low / 2.0) / (high / 2.0 - low / 2.0);
    let top = BARS.len() - 1;
    if share.is_nan() { BARS[0] } else { BARS[((share * BARS.len() as f64) as usize).min(top)] }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flowtime::check::SeriesId;

    fn output(name: &str, values: &[f64]) -> OutputColumn {
        OutputColumn { name: name.to_owned(), series: SeriesId(0), values: values.to_vec() }
    }

    fn check_short(value: f64, expected: &str) {
        assert_eq!(short(value), expected);
    }

    #[test]
    fn figures_are_short() {
        check_short(0.0, "0");
        check_short(1.0 / 3.0, "0.3333");
        check_short(128.0, "128");
        check_short(-1234.567, "-1234.57");
        check_short(100_000.0, "100000");
        check_short(1_234_567.0, "1.235M");
        check_short(1.5e-7, "1.5e-7");
        check_short(1e300, "1e300");
        check_short(f64::NEG_INFINITY, "-inf");
    }

    #[test]
    fn the_table_lines_figures_up_and_counts_missing_values() {
        let outputs = [output("served", &[0.0, 1.0, 2.0, 7.0]), output("queue", &[f64::NAN; 4])];
        let expected = "\
series  min  mean  max  last  missing  trend
served    0   2.5    7     7        0  ▁▂▃█
queue     -     -    -     -        4
";
        assert_eq!(render(&outputs, None), expected);
    }

    #[test]
    fn the_table_fits_a_narrow_terminal() {
        let outputs = [output("a_series_with_a_rather_long_name", &[1.5; 100])];
        for width in [60, 50] {
            let table = render(&outputs, Some(width));
            assert!(table.lines().all(|line| line.chars().count() <= width), "{table}");
        }
    }

    #[test]
    fn a_sparkline_shows_gaps_and_bears_extreme_values() {
        assert_eq!(sparkline(&[0.0, f64::NAN, f64::INFINITY, 1.0], 24), "▁  █");
        assert_eq!(sparkline(&[f64::MIN, f64::MAX], 24), "▁█");
        assert_eq!(sparkline(&[5.0; 3], 24), "▁▁▁");
        assert_eq!(sparkline(&[], 24), "");
    }
}
