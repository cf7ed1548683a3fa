//! What a model looks like on its way to numbers, as text for people: the syntax trees, the typed trees, the program,
//! the graph of its series, the plan and the machine code, the C header of its object file. A checked model goes in, and perhaps one series to look at;
//! nothing is computed.

mod asm;
mod ast;
mod dag;
mod header;
mod typed;

pub use asm::asm;
pub use dag::{dag, dot};
pub use header::header;

use crate::check::{CheckedModel, Rates, SeriesId};
use crate::lower::{self, Flags};
use crate::origins::Origins;
use flowtime_runtime::ir::Program;

/// The syntax trees of the formulas.
pub fn ast(checked: &CheckedModel, only: Option<SeriesId>) -> String {
    each(checked, only, |series| ast::tree(&checked.model.series[series.index()].kind))
}

/// The resolved trees of the formulas, each node with its type and rate.
pub fn typed(checked: &CheckedModel, only: Option<SeriesId>) -> String {
    let mut rates = Rates::new(checked.grid());
    each(checked, only, |series| Some(typed::tree(checked, &mut rates, checked.formulas[series.index()].as_ref()?)))
}

/// The program that computes the outputs, or the one series, and the series that its values come from.
pub fn program(checked: &CheckedModel, only: Option<SeriesId>) -> (Program, Origins) {
    let lowered = lower::lower(checked, &outputs(checked, only), &[], Flags::Off, &lower::Given::new());
    (lowered.program, lowered.origins)
}

fn outputs(checked: &CheckedModel, only: Option<SeriesId>) -> Vec<SeriesId> {
    match only {
        Some(series) => vec![series],
        None => checked.outputs.iter().map(|(_, series)| *series).collect(),
    }
}

/// The program as text, with the names of what goes in and comes out.
pub fn ir(checked: &CheckedModel, only: Option<SeriesId>) -> String {
    let outputs = outputs(checked, only);
    let lowered = lower::lower(checked, &outputs, &[], Flags::Off, &lower::Given::new());
    let mut text = String::new();
    for (at, input) in lowered.inputs.iter().enumerate() {
        text.push_str(&format!("# input{at} is {}\n", checked.id(*input)));
    }
    for (at, param) in checked.model.parameters.iter().enumerate() {
        text.push_str(&format!("# param{at} is {}\n", param.id.value));
    }
    for (at, output) in outputs.iter().enumerate() {
        text.push_str(&format!("# out{at} is {}\n", checked.id(*output)));
    }
    text + &lowered.program.to_string()
}

/// One block a series: its head, and what `show` says of it, indented by two.
fn each(checked: &CheckedModel, only: Option<SeriesId>, mut show: impl FnMut(SeriesId) -> Option<String>) -> String {
    let all = (0..).map(SeriesId).take(checked.model.series.len());
    let mut text = String::new();
    for series in all.filter(|series| only.is_none_or(|only| only == *series)) {
        if let Some(tree) = show(series) {
            text.push_str(&format!("{}\n{tree}", checked.id(series)));
        }
    }
    text
}

/// A line of a tree at `depth`.
fn line(text: &mut String, depth: usize, what: &str) {
    text.push_str(&"  ".repeat(depth));
    text.push_str(what);
    text.push('\n');
}
