//! A plan as text, for `--emit regions` and bug reports: stage by stage what is set up and what each tile runs, each
//! value with its operation and where it lives.

use std::fmt::{self, Display, Formatter};

use super::{Place, Plan, RegionId, RegionKind, Stage, Start, StartPlace, Step};
use crate::ir::{PrintedOp, Program, ValueId};

/// A plan beside its program, to be displayed.
#[derive(Clone, Copy, Debug)]
pub struct Listing<'a> {
    /// The program.
    pub program: &'a Program,
    /// Its plan.
    pub plan: &'a Plan,
}

impl Display for Listing<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let layout = self.plan.layout;
        writeln!(
            f,
            "memory: {} columns, {} of tile scratch, {} states, {} numbers",
            layout.columns,
            self.plan.scratch.len(),
            layout.states,
            layout.numbers
        )?;
        self.plan.inputs.iter().try_for_each(|(input, column)| writeln!(f, "{input} -> {column}"))?;
        for (number, stage) in self.plan.stages.iter().enumerate() {
            self.print_stage(f, number, stage)?;
        }
        self.plan.outputs.iter().try_for_each(|(output, column)| writeln!(f, "{output} <- {column}"))
    }
}

impl Listing<'_> {
    fn print_stage(&self, f: &mut Formatter<'_>, number: usize, stage: &Stage) -> fmt::Result {
        writeln!(f, "stage {number}")?;
        stage.uniforms.iter().try_for_each(|&value| self.print_value(f, "  ", value))?;
        stage.fills.iter().try_for_each(|value| writeln!(f, "  fill the column of {value}"))?;
        stage.starts.iter().try_for_each(|start| print_start(f, start))?;
        stage.steps.iter().try_for_each(|step| self.print_step(f, step))?;
        stage
            .kept
            .iter()
            .try_for_each(|&scratch| writeln!(f, "  keep {} bins of {scratch}", self.plan.scratch[scratch].kept))?;
        stage.ends.iter().try_for_each(|column| writeln!(f, "  end of {column}: 0"))
    }

    fn print_step(&self, f: &mut Formatter<'_>, step: &Step) -> fmt::Result {
        if let Step::Loop(region) = step {
            return self.print_region(f, *region);
        }
        match step {
            Step::Window(window) => writeln!(f, "  {window}")?,
            _ => writeln!(f, "  scan in turns")?,
        }
        self.plan.values_of(step).try_for_each(|value| self.print_value(f, "    ", value))
    }

    fn print_region(&self, f: &mut Formatter<'_>, region: RegionId) -> fmt::Result {
        let kind = match self.plan.regions[region].kind {
            RegionKind::Map => "map",
            RegionKind::Scan => "scan",
            RegionKind::Pairs => return self.print_pairs(f, region),
        };
        writeln!(f, "  {kind} {region}")?;
        for (number, values) in self.plan.regions[region].loops().enumerate() {
            if number > 0 {
                writeln!(f, "  next loop")?;
            }
            values.iter().try_for_each(|&value| self.print_value(f, "    ", value))?;
        }
        Ok(())
    }

    fn print_pairs(&self, f: &mut Formatter<'_>, region: RegionId) -> fmt::Result {
        writeln!(f, "  scan {region}, two beside each other")?;
        for [first, second] in self.plan.regions[region].pairs() {
            first.iter().try_for_each(|&value| self.print_value(f, "    ", value))?;
            let alone = first == second;
            writeln!(f, "  {}", if alone { "alone" } else { "beside" })?;
            second.iter().filter(|_| !alone).try_for_each(|&value| self.print_value(f, "    ", value))?;
        }
        Ok(())
    }

    fn print_value(&self, f: &mut Formatter<'_>, indent: &str, value: ValueId) -> fmt::Result {
        let home = &self.plan.homes[value];
        write!(f, "{indent}{value} = {}", PrintedOp(self.program, value))?;
        let source = self.program.source(value).and_then(|source| self.plan.place(source));
        if let Some(source) = source.filter(|_| home.state.is_none()) {
            write!(f, " of {source}")?;
        }
        if home.chooses {
            write!(f, ", its start chosen")?;
        }
        if let Some(state) = home.state.expand() {
            write!(f, " in {state}")?;
        }
        home.number.expand().map_or(Ok(()), |number| write!(f, " -> {number}"))?;
        self.plan.place(value).map_or(Ok(()), |place| write!(f, " -> {place}"))?;
        writeln!(f)
    }
}

impl Display for Place {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Place::Column(column) => write!(f, "{column}"),
            Place::Scratch(scratch) => write!(f, "{scratch}"),
        }
    }
}

fn print_start(f: &mut Formatter<'_>, start: &Start) -> fmt::Result {
    match start.place {
        StartPlace::Before(place) => write!(f, "  start of {place}: ")?,
        StartPlace::State(state) => write!(f, "  start of {state}: ")?,
        StartPlace::Unseen(state) => return writeln!(f, "  start of {state}: nothing seen"),
    }
    match start.initial.expand() {
        Some(initial) => writeln!(f, "bin 0 of {initial}"),
        None => writeln!(f, "0"),
    }
}
