//! Which bins of its operands a value reads.
//!
//! For a call its entry says so, given the arguments that are known when the program is built; a delay reads so many
//! bins back, a lead so many on. A delay's start counts as all bins: it has to be there before bin 0.

use super::{Op, Program, ValueId};
use crate::builtins::{ArgValue, Builtin, Meaning, ParamKind, Reads};

/// Parameters of an entry at most.
const MOST_PARAMS: usize = 16;

impl Program {
    /// The operands of a value with the bins that its bin t reads of each, in the order of [`Program::operands`].
    pub fn reads(&self, value: ValueId) -> impl Iterator<Item = (ValueId, Reads)> + use<> {
        let reads = match self.op(value) {
            Op::Const(_) | Op::Param(_) | Op::Input(_) | Op::Forward(_) => Vec::new(),
            Op::Call { builtin, args } => self.call_reads(builtin, args),
            Op::Delay { slot, lag, initial } => {
                let slot = self.slot_value(*slot).map(|value| (value, exactly(i64::from(*lag))));
                slot.into_iter().chain(initial.map(|initial| (initial, Reads::All))).collect()
            }
            Op::Lead { value, by } => vec![(*value, exactly(-i64::from(*by)))],
        };
        reads.into_iter()
    }

    /// The operand that a delay, a lead, a window or a reduction reads at other bins.
    pub fn source(&self, value: ValueId) -> Option<ValueId> {
        match self.op(value) {
            Op::Delay { slot, .. } => self.slot_value(*slot),
            Op::Lead { value: source, .. } => Some(*source),
            Op::Call { builtin, args } => {
                let reads_elsewhere = matches!(builtin.meaning, Meaning::Window(_) | Meaning::Reduce(_));
                args.first().copied().filter(|_| reads_elsewhere)
            }
            Op::Const(_) | Op::Param(_) | Op::Input(_) | Op::Forward(_) => None,
        }
    }

    /// The arguments of a call with the bins that its bin t reads of each.
    pub(super) fn call_reads(&self, builtin: &'static Builtin, args: &[ValueId]) -> Vec<(ValueId, Reads)> {
        let taps = self.taps(builtin, args);
        let mut values = [ArgValue::Absent; MOST_PARAMS];
        let values = &mut values[..builtin.params.len().min(MOST_PARAMS)];
        for (index, value) in values.iter_mut().enumerate() {
            *value = self.arg_value(builtin, args, index, &taps);
        }
        let reads = |index: usize| match builtin.param(index).map(|param| param.kind) {
            None | Some(ParamKind::Int { .. } | ParamKind::Kernel) => Reads::Nothing,
            Some(_) => (builtin.reads)(index.min(values.len().saturating_sub(1)), values),
        };
        args.iter().enumerate().map(|(index, &arg)| (arg, reads(index))).collect()
    }

    /// The taps of the call's kernel, if it takes one.
    fn taps(&self, builtin: &Builtin, args: &[ValueId]) -> Vec<f64> {
        let first = builtin.params.iter().position(|param| param.kind == ParamKind::Kernel);
        let taps = first.and_then(|first| args.get(first..)).unwrap_or_default();
        taps.iter().filter_map(|&tap| self.constant(tap)).collect()
    }

    /// Argument `index` as the entry's `reads` sees it.
    fn arg_value<'a>(&self, builtin: &Builtin, args: &[ValueId], index: usize, taps: &'a [f64]) -> ArgValue<'a> {
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

#[cfg(test)]
mod tests {
    use cranelift_entity::EntityRef;

    use crate::builtins::Reads;
    use crate::ir::entries::{ADD, CONV, TOTAL, WINDOW_SUM};
    use crate::ir::{Builder, Grid, InputId, ParamId, ValueId};

    const GRID: Grid = Grid { bins: 4, bin_minutes: 5, start_minutes: None };

    /// Compares what the value that `build` makes of an input reads of each operand.
    fn check_reads(build: impl FnOnce(&mut Builder, ValueId) -> ValueId, expected: &[Reads]) {
        let mut builder = Builder::new(GRID);
        let x = builder.input(InputId::new(0));
        let value = build(&mut builder, x);
        let program = builder.finish();
        let (operands, reads): (Vec<_>, Vec<_>) = program.reads(value).unzip();
        assert_eq!(reads, expected, "of {value} in\n{program}");
        assert_eq!(operands, program.operands(value).collect::<Vec<_>>());
    }

    fn lags(min: i64, max: i64) -> Reads {
        Reads::Lags { min, max }
    }

    #[test]
    fn a_call_reads_what_its_entry_says() {
        check_reads(|b, x| b.call(&ADD, &[Some(x), Some(x)]), &[Reads::NOW, Reads::NOW]);
        check_reads(|b, x| b.call(&TOTAL, &[Some(x)]), &[Reads::All]);
        check_reads(
            |b, x| {
                let param = b.param(ParamId::new(0));
                b.call(&TOTAL, &[Some(x), Some(param)])
            },
            &[Reads::All, Reads::NOW],
        );
    }

    #[test]
    fn nothing_is_read_of_integers_and_taps_but_they_say_what_is_read() {
        check_reads(
            |b, x| {
                let window = b.number(3.0);
                b.call(&WINDOW_SUM, &[Some(x), Some(window)])
            },
            &[lags(0, 2), Reads::Nothing],
        );
        check_reads(
            |b, x| {
                let taps = [0.0, 0.5, 0.25, 0.0].map(|tap| Some(b.number(tap)));
                b.call(&CONV, &[Some(x), taps[0], taps[1], taps[2], taps[3]])
            },
            &[lags(1, 2), Reads::Nothing, Reads::Nothing, Reads::Nothing, Reads::Nothing],
        );
    }

    #[test]
    fn a_delay_reads_back_and_all_of_its_start() {
        check_reads(|b, x| b.shift(x, 2, None), &[lags(2, 2)]);
        check_reads(|b, x| b.shift(x, 2, Some(x)), &[lags(2, 2), Reads::All]);
    }

    #[test]
    fn a_lead_reads_ahead() {
        check_reads(|b, x| b.shift(x, -2, None), &[lags(-2, -2)]);
        check_reads(|b, x| b.shift(x, i64::MIN, None), &[lags(-4_294_967_295, -4_294_967_295)]);
    }
}
