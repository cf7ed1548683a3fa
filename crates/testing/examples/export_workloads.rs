//! Writes the workloads' inputs and expected outputs for other engines to read: one folder per workload and size with
//! `inputs.npy` and `outputs.npy` (a row per column, 64-bit floats), and `index.json` that lists the folders.
//!
//! `cargo run --release -p flowtime-testing --example export_workloads -- DIR`

use std::error::Error;
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::Path;

use flowtime_testing::workloads::{BINS, Columns, Workload, all};
use serde_json::{Value, json};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).ok_or("name a folder to write to")?;
    let folder = Path::new(&folder);
    let mut index = Vec::new();
    for workload in BINS.into_iter().flat_map(all) {
        index.push(export(folder, &workload)?);
    }
    fs::write(folder.join("index.json"), serde_json::to_string_pretty(&index)?)?;
    Ok(())
}

/// Writes one workload; its line of the index.
fn export(folder: &Path, workload: &Workload) -> Result<Value, Box<dyn Error>> {
    let name = format!("{} {}", workload.name, workload.bins()).to_lowercase().replace(' ', "-");
    fs::create_dir_all(folder.join(&name))?;
    let mut outputs = workload.outputs();
    workload.run_native(&mut outputs);
    write_columns(&folder.join(&name).join("inputs.npy"), &workload.inputs, workload.bins())?;
    write_columns(&folder.join(&name).join("outputs.npy"), &outputs, workload.bins())?;
    let (series, params) = (workload.series, &workload.params);
    Ok(
        json!({ "workload": workload.name, "bins": workload.bins(), "series": series, "params": params, "folder": name }),
    )
}

/// The NumPy format, version 1: a magic word, the length of the header, the header, the numbers.
fn write_columns(path: &Path, columns: &Columns, bins: usize) -> Result<(), Box<dyn Error>> {
    let shape = format!("({}, {bins})", columns.bins().len());
    let header = format!("{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}, }}");
    let padded = format!("{header:<117}\n");
    let mut file = BufWriter::new(File::create(path)?);
    file.write_all(b"\x93NUMPY\x01\x00")?;
    file.write_all(&u16::try_from(padded.len())?.to_le_bytes())?;
    file.write_all(padded.as_bytes())?;
    for number in columns.bins().flatten() {
        file.write_all(&number.to_le_bytes())?;
    }
    Ok(file.flush()?)
}
