//! `ftc schema`: the JSON Schema of model files, from the tables that the compiler itself reads them with.

use clap::Args;
use flowtime::model::schema::json_schema;

use crate::ui::{Outcome, Ui};

#[derive(Debug, Args)]
pub(crate) struct SchemaArgs {}

/// Writes the schema to standard output.
pub(crate) fn schema(_: &SchemaArgs, ui: &Ui) -> anyhow::Result<Outcome> {
    ui.result(&format!("{:#}\n", json_schema()))?;
    Ok(Outcome::Clean)
}
