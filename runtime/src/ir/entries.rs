//! A handful of entries, one of each meaning, for the tests of program and interpreter: they stand on no family.

use crate::builtins::{ArgValue, Builtin, Choice, Default, Emit, Meaning, Param, ParamKind, Reads, ResultType, Syntax};

pub(crate) static ADD: Builtin = entry("+", Syntax::Infix, &[NUM, NUM], Meaning::Elementwise(|args| args[0] + args[1]));
pub(crate) static SUB: Builtin = entry("-", Syntax::Infix, &[NUM, NUM], Meaning::Elementwise(|args| args[0] - args[1]));
pub(crate) static MUL: Builtin = entry("*", Syntax::Infix, &[NUM, NUM], Meaning::Elementwise(|args| args[0] * args[1]));
pub(crate) static DIV: Builtin = entry("/", Syntax::Infix, &[NUM, NUM], Meaning::Elementwise(|args| args[0] / args[1]));
pub(crate) static NEG: Builtin = entry("-", Syntax::Prefix, &[NUM], Meaning::Elementwise(|args| -args[0]));

/// `args[0] > args[1]`, the only entry whose result is a truth value.
pub(crate) static ABOVE: Builtin = Builtin {
    result: ResultType::Bool,
    ..entry(">", Syntax::Infix, &[NUM, NUM], Meaning::Elementwise(|args| f64::from(u8::from(args[0] > args[1]))))
};

pub(crate) static MAX: Builtin = Builtin {
    variadic: true,
    ..entry("MAX", Syntax::Function, &[NUM, NUM], Meaning::Elementwise(|args| args[0].max(args[1])))
};

pub(crate) static MIN: Builtin = Builtin {
    variadic: true,
    ..entry("MIN", Syntax::Function, &[NUM, NUM], Meaning::Elementwise(|args| args[0].min(args[1])))
};

pub(crate) static IF: Builtin = Builtin {
    result: ResultType::Same,
    ..entry(
        "IF",
        Syntax::Function,
        &[param(ParamKind::Bool), param(ParamKind::Same), param(ParamKind::Same)],
        Meaning::Elementwise(|args| if args[0] == 1.0 { args[1] } else { args[2] }),
    )
};

/// The sum of the last bins, no more of the column than there is.
pub(crate) static WINDOW_SUM: Builtin = Builtin {
    reads: |_, args| match args[1] {
        ArgValue::Int(window) => Reads::Lags { min: 0, max: window - 1 },
        _ => Reads::All,
    },
    ..entry(
        "WINDOW_SUM",
        Syntax::Function,
        &[NUM, param(ParamKind::Int { min: 1 })],
        Meaning::Window(|column, t, args| column[(t + 1).saturating_sub(args[0] as usize)..=t].iter().sum()),
    )
};

pub(crate) static CONV: Builtin = Builtin {
    reads: |_, args| {
        let ArgValue::Kernel(taps) = args[1] else {
            return Reads::All;
        };
        let read = |tap: &f64| *tap != 0.0;
        match (taps.iter().position(read), taps.iter().rposition(read)) {
            (Some(min), Some(max)) => Reads::Lags { min: min as i64, max: max as i64 },
            _ => Reads::Nothing,
        }
    },
    ..entry(
        "CONV",
        Syntax::Function,
        &[NUM, param(ParamKind::Kernel)],
        Meaning::Window(|column, t, taps| {
            let term = |(k, tap): (usize, &f64)| {
                if *tap != 0.0 && k <= t { column[t - k] * tap } else { 0.0 }
            };
            taps.iter().enumerate().map(term).sum()
        }),
    )
};

pub(crate) static RUNNING_SUM: Builtin = entry(
    "RUNNING_SUM",
    Syntax::Function,
    &[NUM],
    Meaning::Scan(|state, args| {
        state.value = if state.seen { state.value + args[0] } else { args[0] };
        state.seen = true;
        state.value
    }),
);

pub(crate) static TOTAL: Builtin = Builtin {
    reads: |param, _| if param == 0 { Reads::All } else { Reads::NOW },
    ..entry(
        "TOTAL",
        Syntax::Function,
        &[NUM, Param { default: Default::Absent, ..NUM }],
        Meaning::Reduce(|column, args| column.iter().sum::<f64>() + args.first().unwrap_or(&0.0)),
    )
};

pub(crate) static BIN: Builtin = entry("BIN", Syntax::Function, &[], Meaning::Source(|bin, _| bin.t as f64));

pub(crate) static SAMPLE: Builtin =
    entry("poisson", Syntax::Sample, &[NUM, NUM], Meaning::Source(|bin, args| args[0] + args[1] + bin.t as f64));

/// `MAX(0, a)`, in terms of another entry.
pub(crate) static RECTIFY: Builtin = entry(
    "RECTIFY",
    Syntax::Function,
    &[NUM],
    Meaning::Lower(|builder, args| {
        let zero = builder.number(0.0);
        builder.call(&MAX, &[Some(zero), args[0]])
    }),
);

/// A function of one number.
pub(crate) const fn elementwise(name: &'static str, eval: fn(&[f64]) -> f64) -> Builtin {
    entry(name, Syntax::Function, &[NUM], Meaning::Elementwise(eval))
}

pub(crate) const NUM: Param = param(ParamKind::Num);

const fn param(kind: ParamKind) -> Param {
    Param { name: "x", kind, default: Default::Required, doc: "" }
}

pub(crate) const fn entry(name: &'static str, syntax: Syntax, params: &'static [Param], meaning: Meaning) -> Builtin {
    Builtin {
        name,
        syntax,
        params,
        variadic: false,
        result: ResultType::Num,
        reads: |_, _| Reads::NOW,
        needs_window: false,
        convention: None,
        requires: None,
        choice: Choice::Computed,
        carries: false,
        meaning,
        emit: Emit::Call,
        fast: None,
        summary: "",
        edge: "",
        examples: &[],
    }
}
