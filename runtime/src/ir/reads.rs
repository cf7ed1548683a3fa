//! Which bins of its operands a value reads.
//!
//! For a call its entry says so, given the arguments that are known when the program is built; a delay reads so many
//! bins back, a lead so many on. A delay's start counts as all bins: it has to be there before bin 0.

use super::{Op, Program, ValueId};
use crate::builtins::{ArgValue, Builtin, ParamKind, Reads};

impl Program {
    /// The operands of a value with the bins that its bin t reads of each, in the order of [`Program::operands`].
    pub fn reads(&self, value: ValueId) -> impl Iterator<Item = (ValueId, Reads)> + use<> {
        let reads = match self.op(value) {
            Op::Const(_) | Op::Param(_) | Op::Input(_) => Vec::new(),
            Op::Call { builtin, args } => self.call_reads(builtin, args),
            Op::Delay { slot, lag, initial } => {
                let slot = self
                    .slot_value(*slot)
                    .map(|value| (value, exactly(i64::from(*lag))));
                slot.into_iter()
                    .chain(initial.map(|initial| (initial, Reads::All)))
                    .collect()
            }
            Op::Lead { value, by } => vec![(*value, exactly(-i64::from(*by)))],
        };
        reads.into_iter()
    }

    /// The arguments of a call with the bins that its bin t reads of each.
    pub(super) fn call_reads(
        &self,
        builtin: &'static Builtin,
        args: &[ValueId],
    ) -> Vec<(ValueId, Reads)> {
        let taps = self.taps(builtin, args);
        let values: Vec<_> = (0..builtin.params.len())
            .map(|index| self.arg_value(builtin, args, index, &taps))
            .collect();
        let reads = |index: usize| match builtin.param(index).map(|param| param.kind) {
            None | Some(ParamKind::Int { .. } | ParamKind::Kernel) => Reads::Nothing,
            Some(_) => (builtin.reads)(index.min(values.len() - 1), &values),
        };
        args.iter()
            .enumerate()
            .map(|(index, &arg)| (arg, reads(index)))
            .collect()
    }

    /// The taps of the call's kernel, if it takes one.
    fn taps(&self, builtin: &Builtin, args: &[ValueId]) -> Vec<f64> {
        let first = builtin
            .params
            .iter()
            .position(|param| param.kind == ParamKind::Kernel);
        let taps = first
            .and_then(|first| args.get(first..))
            .unwrap_or_default();
        taps.iter().filter_map(|&tap| self.constant(tap)).collect()
    }

    /// Argument `index` as the entry's `reads` sees it.
    fn arg_value<'a>(
        &self,
        builtin: &Builtin,
        args: &[ValueId],
        index: usize,
        taps: &'a [f64],
    ) -> ArgValue<'a> {
        let Some(&arg) = args.get(index) else {
            return ArgValue::Absent;
        };
        match (builtin.params[index].kind, self.constant(arg)) {
            (ParamKind::Kernel, _) => ArgValue::Kernel(taps),
            (ParamKind::Int { .. }, Some(number)) => ArgValue::Int(number as i64),
            _ => ArgValue::Value,
        }
    }
}

fn exactly(lag: i64) -> Reads {
    Reads::Lags { min: lag, max: lag }
}
