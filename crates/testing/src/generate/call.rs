//! A call with arguments that its entry takes, by what the entry says of its parameters.
//!
//! Arguments are made first; then the entry is asked which bins it reads of each, and one that would look ahead inside
//! an open recurrence is replaced by a settled value.

use flowtime_runtime::builtins::{ArgValue, Builtin, Default, Meaning, Param, ParamKind, Reads, Syntax, count};
use flowtime_runtime::ir::{Rate, Type, ValueId};

use super::Generator;
use crate::data;

/// Around the sizes of vectors, halves and tiles.
const SIZES: [i64; 20] = [1, 2, 3, 4, 5, 7, 8, 9, 12, 15, 16, 17, 31, 32, 33, 63, 64, 65, 100, 288];
const TAPS: [f64; 8] = [0.5, 0.0, -0.25, 1.0, 0.0, 0.1, -0.0, 1e308];

impl Generator<'_, '_> {
    /// A call of `entry`; sometimes its convention is counted too, as a run does.
    pub(super) fn call(&mut self, entry: &'static Builtin) -> ValueId {
        let ty = self.any_type();
        let mut args = self.args(entry, ty);
        self.settle(entry, &mut args);
        if self.choices.one_in(4) {
            self.count_convention(entry, &args);
        }
        self.builder.call(entry, &args)
    }

    fn count_convention(&mut self, entry: &Builtin, args: &[Option<ValueId>]) {
        if let (Some(convention), None) = (entry.convention, self.open) {
            let mask = convention.mask(&mut self.builder, args);
            let bins = self.builder.call(count(), &[Some(mask)]);
            self.made.extend([mask, bins]);
        }
    }

    /// An argument for each parameter, for a variadic one up to three more, for a kernel its taps.
    fn args(&mut self, entry: &'static Builtin, same: Type) -> Vec<Option<ValueId>> {
        let mut args = Vec::new();
        for place in 0..entry.params.len() {
            match entry.params[place].kind {
                ParamKind::Kernel => args.extend(self.taps()),
                _ => args.push(self.arg(entry, place, same)),
            }
        }
        let more = if entry.variadic { self.choices.below(4) } else { 0 };
        for place in args.len()..args.len() + more {
            args.push(self.arg(entry, place, same));
        }
        args
    }

    fn arg(&mut self, entry: &'static Builtin, place: usize, same: Type) -> Option<ValueId> {
        let param = entry.param(place)?;
        if entry.syntax == Syntax::Sample && place < 2 {
            let half_of_key = self.choices.word() >> 32;
            return Some(self.builder.number(half_of_key as f64));
        }
        if param.default != Default::Required && self.choices.one_in(2) {
            return self.default(param);
        }
        Some(self.value_for(entry, place, param.kind, same))
    }

    fn default(&mut self, param: &Param) -> Option<ValueId> {
        let last = self.builder.grid().bins.saturating_sub(1);
        match param.default {
            Default::Required | Default::Absent => None,
            Default::Number(number) => Some(self.builder.number(number)),
            Default::LastBin => Some(self.builder.number(last as f64)),
        }
    }

    fn value_for(&mut self, entry: &Builtin, place: usize, kind: ParamKind, same: Type) -> ValueId {
        let most = if place > 0 && is_reduction(entry) { Rate::Uniform } else { Rate::Series };
        match kind {
            ParamKind::Num => self.value(Type::Num, most, false),
            ParamKind::Bool => self.value(Type::Bool, most, false),
            ParamKind::Same => self.value(same, most, false),
            ParamKind::SameUniform => self.value(same, Rate::Uniform, false),
            ParamKind::Uniform { min, max } => self.uniform(min, max),
            ParamKind::Int { min } => self.whole(min),
            ParamKind::Kernel => self.builder.number(1.0),
        }
    }

    /// A number within the bounds, or any that is known at run time only.
    fn uniform(&mut self, min: f64, max: f64) -> ValueId {
        let value = self.value(Type::Num, Rate::Uniform, false);
        match self.builder.constant(value) {
            Some(number) if number.is_nan() => self.builder.number(max),
            Some(number) => self.builder.number(number.clamp(min, max)),
            None => value,
        }
    }

    /// A size: small, about as large as the grid, or beyond it; negative where that is allowed.
    fn whole(&mut self, min: i64) -> ValueId {
        let bins = self.builder.grid().bins as i64;
        let size = match self.choices.below(16) {
            0 => min.max(0),
            1 => self.choices.pick(&[bins - 1, bins, bins + 1]).min(300),
            2 => self.choices.pick(&[bins * 2, 1 << 33]),
            _ => self.choices.pick(&SIZES),
        };
        let sign = if min < 0 && self.choices.one_in(4) { -1 } else { 1 };
        self.builder.number((sign * size).max(min) as f64)
    }

    /// Taps with zeros before, within and after; or values and their probabilities, as a distribution takes them.
    fn taps(&mut self) -> Vec<Option<ValueId>> {
        let zeros = if self.choices.one_in(2) { self.choices.below(4) } else { 0 };
        let count = 1 + self.choices.below(8);
        let taps: Vec<f64> = if self.choices.one_in(4) {
            (0..4).flat_map(|_| [data::number(self.choices), 0.25]).collect()
        } else {
            let taps = (0..count).map(|_| self.choices.pick(&TAPS));
            vec![0.0; zeros].into_iter().chain(taps).collect()
        };
        taps.into_iter().map(|tap| Some(self.builder.number(tap))).collect()
    }

    /// Replaces each argument that would be read ahead, or as a whole, inside the open recurrence.
    fn settle(&mut self, entry: &'static Builtin, args: &mut [Option<ValueId>]) {
        let taps: Vec<f64> = args.iter().flatten().filter_map(|&arg| self.builder.constant(arg)).collect();
        let known: Vec<ArgValue<'_>> =
            args.iter().enumerate().map(|(place, &arg)| self.known(entry, place, arg, &taps)).collect();
        let looks_ahead =
            |place: usize| matches!((entry.reads)(place, &known), Reads::All | Reads::Lags { min: ..0, .. });
        let places: Vec<usize> = (0..args.len().min(entry.params.len())).filter(|&place| looks_ahead(place)).collect();
        for place in places {
            if let Some(arg) = args[place] {
                let ty = self.builder.ty(arg);
                args[place] = Some(self.value(ty, Rate::Series, true));
            }
        }
    }

    /// An argument as the entry's `reads` sees it. Of taps it is enough that no entry reads ahead by them.
    fn known<'t>(&self, entry: &'static Builtin, place: usize, arg: Option<ValueId>, taps: &'t [f64]) -> ArgValue<'t> {
        let constant = arg.and_then(|arg| self.builder.constant(arg));
        match (entry.param(place).map(|param| param.kind), arg, constant) {
            (_, None, _) => ArgValue::Absent,
            (Some(ParamKind::Kernel), ..) => ArgValue::Kernel(taps),
            (Some(ParamKind::Int { .. }), _, Some(number)) => ArgValue::Int(number as i64),
            _ => ArgValue::Value,
        }
    }
}

/// Whether its arguments but the first are uniform; what lowers into one says so by what it reads.
fn is_reduction(entry: &Builtin) -> bool {
    matches!(entry.meaning, Meaning::Reduce(_))
}
