//! Reads one bin of a stored run as a fresh caller would, and tells how long each part took:
//! `cargo run --release -p flowtime-runs --example read_bin -- RUN BIN`.

use std::path::Path;
use std::time::Instant;

use flowtime_runs::{ReadError, StoredRun};

fn main() -> Result<(), ReadError> {
    let mut args = std::env::args().skip(1);
    let path = args.next().unwrap_or_default();
    let bin = args.next().and_then(|bin| bin.parse().ok()).unwrap_or_default();
    let begin = Instant::now();
    let run = StoredRun::open(Path::new(&path))?;
    let opened = begin.elapsed();
    let nodes = run.topology()?.nodes.len();
    let topology = begin.elapsed();
    let columns = run.columns()?;
    let header = begin.elapsed();
    let values = columns.bin(bin)?;
    let all = begin.elapsed();
    println!("{nodes} nodes, {} columns of {} bins", values.len(), columns.bins());
    println!("index {opened:?}, topology {:?}, header {:?}", topology - opened, header - topology);
    println!("values {:?}, all {all:?}", all - header);
    Ok(())
}
