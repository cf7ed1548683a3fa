//! The outputs of a run as a table: one line each with its figures and a sparkline. Figures are for reading, rounded to
//! what fits; the exact ones are in the artifacts. A sparkline shows the means of buckets of bins between the smallest
//! and the largest value.

use flowtime::driver::OutputColumn;
use flowtime_runs::Figures;

/// An output and its unit, empty where it has none.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row<'a> {
    pub(crate) output: &'a OutputColumn,
    pub(crate) unit: &'a str,
}

/// Characters of a sparkline where nothing bounds it; on a terminal what is left up to `SPARK_MOST`, none where not even
/// `SPARK_LEAST` fit.
const SPARK_WIDTH: usize = 24;
const SPARK_MOST: usize = 60;
const SPARK_LEAST: usize = 8;
/// Characters of a unit shown at most.
const UNIT_WIDTH: usize = 12;
const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
const HEADINGS: [&str; 7] = ["series", "unit", "min", "mean", "max", "last", "missing"];
/// The columns that are text.
const TEXTS: usize = 2;
const GAP: usize = 2;

/// The table of `rows`, no wider than `width` if one is given.
pub(crate) fn render(rows: &[Row<'_>], width: Option<usize>) -> String {
    let heading = HEADINGS.map(str::to_owned);
    let cells: Vec<[String; 7]> = rows.iter().map(|row| figures(row, width)).collect();
    let mut widths: [usize; 7] = std::array::from_fn(|column| {
        let lengths = cells.iter().map(|row| row[column].chars().count());
        lengths.chain([heading[column].len()]).max().unwrap_or_default()
    });
    let too_wide = width.is_some_and(|width| taken(&widths) > width + GAP);
    if too_wide || rows.iter().all(|row| row.unit.is_empty()) {
        widths[1] = 0;
    }
    let spark = width.map_or(SPARK_WIDTH, |width| width.saturating_sub(taken(&widths)).min(SPARK_MOST));
    let spark = if spark < SPARK_LEAST { 0 } else { spark };
    let mut table = line(&heading, &widths, if spark > 0 { "trend" } else { "" });
    for (row, cells) in rows.iter().zip(&cells) {
        table.push_str(&line(cells, &widths, &sparkline(&row.output.values, spark)));
    }
    table
}

/// Which side of its column a cell stands on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Align {
    Left,
    Right,
}

/// `lines` of cells in columns, no spaces at their ends; `aligns` has one for each column.
pub(crate) fn aligned(lines: &[Vec<String>], aligns: &[Align]) -> String {
    let width = |column: usize| lines.iter().filter_map(|line| Some(line.get(column)?.chars().count())).max();
    let widths: Vec<usize> = (0..aligns.len()).map(|column| width(column).unwrap_or_default()).collect();
    let mut text = String::new();
    for line in lines {
        for ((cell, width), align) in line.iter().zip(&widths).zip(aligns) {
            let cell = if *align == Align::Left { format!("{cell:<width$}") } else { format!("{cell:>width$}") };
            text.push_str(&cell);
            text.push_str(&" ".repeat(GAP));
        }
        text.truncate(text.trim_end_matches(' ').len());
        text.push('\n');
    }
    text
}

/// The columns of the terminal before the sparkline.
fn taken(widths: &[usize; 7]) -> usize {
    widths.iter().filter(|width| **width > 0).map(|width| width + GAP).sum()
}

/// One line: texts to the left, figures to the right, no spaces at its end; a column of width 0 is left out.
fn line(cells: &[String; 7], widths: &[usize; 7], trend: &str) -> String {
    let mut text = String::new();
    for (column, (cell, width)) in cells.iter().zip(widths).enumerate().filter(|(_, (_, width))| **width > 0) {
        let cell = if column < TEXTS { format!("{cell:<width$}") } else { format!("{cell:>width$}") };
        text.push_str(&cell);
        text.push_str(&" ".repeat(GAP));
    }
    text.push_str(trend);
    text.truncate(text.trim_end().len());
    text + "\n"
}

fn figures(row: &Row<'_>, width: Option<usize>) -> [String; 7] {
    let Figures { min, mean, max, last, missing } = Figures::of(&row.output.values);
    let figure = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), short);
    let unit: String = row.unit.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect();
    [
        shorten(&row.output.name, width.map_or(usize::MAX, |width| (width / 3).max(12))),
        shorten(&unit, UNIT_WIDTH),
        figure(min),
        figure(mean),
        figure(max),
        figure(last),
        missing.to_string(),
    ]
}

/// `text` in `width` characters: its beginning and its end.
fn shorten(text: &str, width: usize) -> String {
    let count = text.chars().count();
    if count <= width {
        return text.to_owned();
    }
    let tail = (width - 1) / 2;
    let head = text.chars().take(width - 1 - tail);
    head.chain(['…']).chain(text.chars().skip(count - tail)).collect()
}

/// A number in at most nine characters or so: `0.3333`, `1234.57`, `100.8k`, `1.235M`, `1.5e9`, `1.5e-7`.
fn short(value: f64) -> String {
    let size = value.abs();
    if size == 0.0 || size.is_infinite() {
        return value.to_string();
    }
    match size {
        ..1e-4 => scaled(value),
        ..1.0 => trim_zeros(&format!("{value:.4}")),
        ..1e4 => trim_zeros(&format!("{value:.2}")),
        _ => scaled(value),
    }
}

/// Four digits with `k` or `M` or an exponent.
fn scaled(value: f64) -> String {
    let text = format!("{value:.3e}");
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let rounded: f64 = text.parse().unwrap_or(value);
    let places = |exponent: usize| 3 - exponent % 3;
    match exponent.parse() {
        Ok(exponent @ 3..6) => trim_zeros(&format!("{:.*}", places(exponent), rounded / 1e3)) + "k",
        Ok(exponent @ 6..9) => trim_zeros(&format!("{:.*}", places(exponent), rounded / 1e6)) + "M",
        _ => format!("{}e{exponent}", trim_zeros(digits)),
    }
}

fn trim_zeros(text: &str) -> String {
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text.to_owned() }
}

/// The course of `values` in at most `width` characters, each the mean of its bins; blank where all are missing.
pub(crate) fn sparkline(values: &[f64], width: usize) -> String {
    let width = width.min(values.len());
    let finite = || values.iter().copied().filter(|value| value.is_finite());
    let low = finite().fold(f64::INFINITY, f64::min);
    let high = finite().fold(f64::NEG_INFINITY, f64::max);
    let bounds = |at: usize| at * values.len() / width;
    let means = (0..width).map(|at| finite_mean(&values[bounds(at)..bounds(at + 1)]));
    means.map(|mean| mean.map_or(' ', |mean| bar(mean, low, high))).collect()
}

fn finite_mean(values: &[f64]) -> Option<f64> {
    let finite = || values.iter().filter(|value| value.is_finite());
    let count = finite().count() as f64;
    (count > 0.0).then(|| finite().map(|value| value / count).sum())
}

fn bar(value: f64, low: f64, high: f64) -> char {
    if low == high {
        return BARS[0];
    }
    // Halves first: the distance of two finite numbers may not be one.
    let share = (value / 2.0 - low / 2.0) / (high / 2.0 - low / 2.0);
    BARS[((share * BARS.len() as f64) as usize).min(BARS.len() - 1)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use flowtime::check::SeriesId;

    fn output(name: &str, values: &[f64]) -> OutputColumn {
        OutputColumn { name: name.to_owned(), series: SeriesId(0), values: values.to_vec() }
    }

    fn check_table(outputs: &[OutputColumn; 2], units: [&str; 2], expected: &str) {
        let rows: Vec<Row<'_>> = outputs.iter().zip(units).map(|(output, unit)| Row { output, unit }).collect();
        assert_eq!(render(&rows, None), expected);
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
        check_short(9999.5, "9999.5");
        check_short(10_000.0, "10k");
        check_short(-100_849.0, "-100.8k");
        check_short(999_999.0, "1M");
        check_short(1_234_567.0, "1.235M");
        check_short(123_456_789.0, "123.5M");
        check_short(999_999_999.0, "1e9");
        check_short(1.0123e12, "1.012e12");
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
        check_table(&outputs, ["", ""], expected);
    }

    #[test]
    fn the_table_has_units_where_an_output_has_one() {
        let outputs = [output("served", &[1.0; 4]), output("ratio", &[1.0; 4])];
        let expected = "\
series  unit  min  mean  max  last  missing  trend
served  jobs    1     1    1     1        0  ▁▁▁▁
ratio           1     1    1     1        0  ▁▁▁▁
";
        check_table(&outputs, ["jobs", ""], expected);
    }

    #[test]
    fn long_names_lose_their_middle() {
        assert_eq!(shorten("queue_depth_of_orders", 12), "queue_…rders");
        assert_eq!(shorten("queue", 5), "queue");
    }

    #[test]
    fn the_table_fits_a_narrow_terminal() {
        let output = output("a_series_with_a_rather_long_name", &[1.5; 100]);
        let lines_of = |width| render(&[Row { output: &output, unit: "requests" }], Some(width));
        assert!(lines_of(70).contains("requests") && !lines_of(50).contains("requests"));
        for width in [70, 60, 50] {
            let table = lines_of(width);
            assert!(table.lines().all(|line| line.chars().count() <= width), "{table}");
        }
        assert_eq!(lines_of(300).matches('▁').count(), SPARK_MOST);
    }

    #[test]
    fn a_sparkline_shows_gaps_and_bears_extreme_values() {
        assert_eq!(sparkline(&[0.0, f64::NAN, f64::INFINITY, 1.0], 24), "▁  █");
        assert_eq!(sparkline(&[f64::MIN, f64::MAX], 24), "▁█");
        assert_eq!(sparkline(&[5.0; 3], 24), "▁▁▁");
        assert_eq!(sparkline(&[0.1; 7], 2), "▁▁");
        assert_eq!(sparkline(&[0.0, 2.0, 4.0, 4.0], 2), "▃█");
        assert_eq!(sparkline(&[], 24), "");
    }
}
