//! How often a value can change: never, between runs, or from bin to bin. The rate of a call is that of the value which
//! the runtime's builder makes of it, so nothing about builtins is said here again.

use super::SeriesType;
use super::tree::{Argument, Call, Kind, Node};
use flowtime_runtime::ir::{Builder, Grid, InputId, ParamId, Rate};

/// Tells rates; see [`Rates::of`].
#[derive(Debug)]
pub struct Rates {
    /// Asked for the rates of calls; its program is never run.
    scratch: Builder,
}

impl Rates {
    /// Over models of this grid.
    pub fn new(grid: Grid) -> Self {
        Self { scratch: Builder::new(grid) }
    }

    /// The rate of `node`, given what its series hold.
    pub fn of(&mut self, node: &Node, types: &[SeriesType]) -> Rate {
        match &node.kind {
            Kind::Number(_) | Kind::Bool(_) | Kind::Error => Rate::Constant,
            Kind::Param(_) => Rate::Uniform,
            Kind::Series(id) => types[id.index()].rate,
            Kind::Chain { first, rest } => {
                let first = self.of(first, types);
                rest.iter().map(|link| self.of(&link.operand, types)).fold(first, Rate::max)
            }
            Kind::Call(call) => self.of_call(call, types),
        }
    }

    fn of_call(&mut self, call: &Call, types: &[SeriesType]) -> Rate {
        let mut args = Vec::with_capacity(call.args.len());
        for argument in &call.args {
            match argument {
                Argument::Absent => args.push(None),
                Argument::Int(value, _) => args.push(Some(self.scratch.number(*value as f64))),
                Argument::Kernel(taps) => args.extend(taps.iter().map(|tap| Some(self.scratch.number(*tap)))),
                Argument::Error => return Rate::Constant,
                Argument::Value(node) => {
                    let rate = self.of(node, types);
                    args.push(Some(self.stand_in(rate)));
                }
            }
        }
        let value = self.scratch.call(call.builtin, &args);
        self.scratch.rate(value)
    }

    /// Some value of this rate.
    fn stand_in(&mut self, rate: Rate) -> flowtime_runtime::ir::ValueId {
        match rate {
            Rate::Constant => self.scratch.number(1.0),
            Rate::Uniform => self.scratch.param(ParamId::from_u32(0)),
            Rate::Series => self.scratch.input(InputId::from_u32(0)),
        }
    }
}
