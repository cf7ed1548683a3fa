//! Tells the state of a stored run at one bin as a fresh caller would, and how long each part took:
//! `cargo run --release -p flowtime-runs --example read_bin -- RUN BIN`.

use std::path::Path;
use std::time::Instant;

use flowtime_runs::state::{StateView, Thresholds};
use flowtime_runs::{ReadError, StoredRun};

fn main() -> Result<(), ReadError> {
    let mut args = std::env::args().skip(1);
    let path = args.next().unwrap_or_default();
    let bin = args.next().and_then(|bin| bin.parse().ok()).unwrap_or_default();
    let begin = Instant::now();
    let run = StoredRun::open(Path::new(&path))?;
    let index = begin.elapsed();
    run.topology()?;
    let topology = begin.elapsed();
    let columns = run.columns()?;
    let header = begin.elapsed();
    let state = StateView::of(&run, Thresholds::default())?.at(bin)?;
    let all = begin.elapsed();
    println!("{} nodes, {} columns of {} bins", state.nodes.len(), columns.labels().len(), columns.bins());
    println!("index {index:?}, topology {:?}, header {:?}", topology - index, header - topology);
    println!("state {:?}, all {all:?}", all - header);
    Ok(())
}
