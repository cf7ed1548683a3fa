//! `ftc gold query`: the bins of a node, with the course of each metric above them. Bins without a row and known gaps are
//! marked.

use std::io;

use clap::Args;
use flowtime::diagnostics::suggest::nearest;
use flowtime_telemetry::gold::{Format, GoldError, GoldRow, GoldStore};
use flowtime_telemetry::load::mark_known;
use flowtime_telemetry::time::Window;

use super::{Selection, export};
use crate::figure::figure;
use crate::models::counted;
use crate::table::{self, Align};
use crate::ui::{Outcome, Ui};

const METRICS: [&str; 5] = ["arrivals", "served", "errors", "external_demand", "queue_depth"];
/// Characters of the course of a metric where nothing bounds it, and beside it.
const SPARK_WIDTH: usize = 96;
const SPARK_MARGIN: usize = 18;

#[derive(Debug, Args)]
pub(super) struct QueryArgs {
    #[command(flatten)]
    selection: Selection,
    /// The node
    #[arg(long)]
    node: String,
    /// Write one JSON object per row
    #[arg(long, conflicts_with = "csv")]
    json: bool,
    /// Write CSV
    #[arg(long)]
    csv: bool,
}

/// Shows the bins.
pub(super) fn query(args: &QueryArgs, ui: &Ui) -> anyhow::Result<Outcome> {
    if !args.selection.is_in_order(ui) {
        return Ok(Outcome::Problems);
    }
    let store = args.selection.store()?;
    let query = args.selection.query(vec![args.node.clone()]);
    let mut rows = Vec::new();
    store.rows::<GoldError>(&query, &mut |row| {
        rows.push(row);
        Ok(())
    })?;
    let (Some(first), Some(last)) = (rows.first(), rows.last()) else {
        return nothing(&store, &args.node, ui);
    };
    let format = if args.json { Some(Format::Ndjson) } else { args.csv.then_some(Format::Csv) };
    if let Some(format) = format {
        export::write_rows(&store, &query, format, &mut io::stdout())?;
        return Ok(Outcome::Clean);
    }
    let bin = store.bin();
    let begin = bin.floor(args.selection.from.unwrap_or(first.ts));
    let end = args.selection.to.map_or(last.ts.as_second() + bin.seconds(), |to| bin.floor(to));
    let bins = u32::try_from((end - begin) / bin.seconds()).unwrap_or(u32::MAX).max(1);
    let window = Window::new(jiff::Timestamp::from_second(begin)?, bins, bin)?;
    ui.result(&Shown::new(&window, &rows).text(&args.node, ui.width()))?;
    Ok(Outcome::Clean)
}

/// Says that there are no rows, and why that may be.
fn nothing(store: &GoldStore, node: &str, ui: &Ui) -> anyhow::Result<Outcome> {
    let nodes = store.nodes()?;
    if nodes.iter().any(|one| one == node) {
        ui.error(&format!("there are no rows of `{node}` in that time"));
        ui.help("see when there are some with `ftc gold info`");
    } else {
        ui.error(&format!("there is no node `{node}`"));
        if let Some(near) = nearest(node, nodes.iter().map(String::as_str)) {
            ui.help(&format!("use `{near}`"));
        }
    }
    Ok(Outcome::Problems)
}

/// The bins of a window with their rows.
struct Shown<'a> {
    window: &'a Window,
    rows: Vec<Option<&'a GoldRow>>,
    gaps: Vec<bool>,
}

impl<'a> Shown<'a> {
    fn new(window: &'a Window, found: &'a [GoldRow]) -> Self {
        let bins = window.bins() as usize;
        let (mut rows, mut gaps) = (vec![None; bins], vec![false; bins]);
        for row in found {
            mark_known(&row.known_data_gaps, window, &mut gaps);
            if let Some(place) = window.bin_at(row.ts).and_then(|bin| rows.get_mut(bin as usize)) {
                *place = Some(row);
            }
        }
        for (gap, row) in gaps.iter_mut().zip(&rows) {
            *gap |= row.is_none();
        }
        Self { window, rows, gaps }
    }

    fn text(&self, node: &str, width: Option<usize>) -> String {
        let window = self.window;
        let gaps = self.gaps.iter().filter(|gap| **gap).count();
        let (start, end, bin) = (window.start(), window.end(), window.bin());
        let mut text = format!(
            "{node}: {start} to {end}, {} of {bin}, {}\n\n",
            counted(self.rows.len(), "bin"),
            counted(gaps, "gap")
        );
        let width = width.map_or(SPARK_WIDTH, |width| width.saturating_sub(SPARK_MARGIN));
        for (metric, name) in METRICS.iter().enumerate() {
            let values: Vec<f64> = (0..self.rows.len()).map(|bin| self.value(bin, metric)).collect();
            let spark = table::sparkline(&values, width).replace(' ', "·");
            text.push_str(&format!("{name:<15}  {spark}\n"));
        }
        text.push('\n');
        text + &self.table()
    }

    /// A metric's value in a bin; gaps are missing.
    fn value(&self, bin: usize, metric: usize) -> f64 {
        let row = self.rows[bin].filter(|_| !self.gaps[bin]);
        row.and_then(|row| numbers(row)[metric]).unwrap_or(f64::NAN)
    }

    fn table(&self) -> String {
        let heading = [&["ts"][..], &METRICS, &[""]].concat();
        let mut lines = vec![heading.into_iter().map(str::to_owned).collect()];
        for (bin, row) in (0..).zip(&self.rows) {
            let numbers = row.map_or([None; METRICS.len()], numbers);
            let mut line = vec![self.window.start_of(bin).to_string()];
            line.extend(numbers.map(figure));
            line.push(if self.gaps[bin as usize] { "gap".to_owned() } else { String::new() });
            lines.push(line);
        }
        let [left, right] = [Align::Left, Align::Right];
        table::aligned(&lines, &[left, right, right, right, right, right, left])
    }
}

fn numbers(row: &GoldRow) -> [Option<f64>; METRICS.len()] {
    let count = |count: Option<i64>| count.map(|count| count as f64);
    [count(row.arrivals), count(row.served), count(row.errors), count(row.external_demand), row.queue_depth]
}
