//! Telemetry for models: events become a table of bins, called Gold, and a window of that table becomes dense series
//! files with a manifest.
//!
//! ```text
//! events, metrics ──etl──► Gold (SQLite, CSV, Parquet, Azure Data Explorer) ──loader──► {node}_{metric}.csv, manifest.json
//! ```
//!
//! - [`time`] has bins and windows, [`gold`] the rows of the table.
//! - [`etl`] makes Gold of events and metrics, [`demo`] makes events and metrics of a small system.
//! - [`kql`] writes the ETL as a script that a Kusto database runs by itself.
//! - [`source`] is where the loader reads rows from, whatever holds them.
//! - [`load`] makes series files of them.
//!
//! Everything written is whole or not there: tables change in one transaction, folders appear by one rename.
#![forbid(unsafe_code)]

pub mod demo;
pub mod etl;
pub mod gold;
pub mod kql;
mod lines;
pub mod load;
mod nearest;
pub mod source;
pub mod time;
