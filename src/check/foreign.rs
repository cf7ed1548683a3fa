//! What other tools call our functions and values: one line each, so that a name from there is answered with ours.

use crate::diagnostics::Diagnostic;
use crate::source::Span;

/// What stands for a foreign function.
#[derive(Clone, Copy, Debug)]
pub(super) enum Ours {
    /// A function with the same arguments.
    Function(&'static str),
    /// Something else to write.
    Write(&'static str),
}

use Ours::{Function, Write};

/// Foreign functions in upper case.
const FUNCTIONS: &[(&[&str], Ours)] = &[
    (&["LAG", "PREV", "PREVIOUS", "DELAY"], Function("SHIFT")),
    (&["MOVING_AVG", "MOVING_AVERAGE", "MOVAVG", "ROLLING_AVG", "SMA"], Function("ROLLING_MEAN")),
    (&["MOVING_SUM", "SUM_OVER"], Function("ROLLING_SUM")),
    (&["ROLLING_STDDEV", "MOVING_STD"], Function("ROLLING_STD")),
    (&["MEAN", "AVERAGE"], Function("AVG")),
    (&["CLIP", "BOUND"], Function("CLAMP")),
    (&["IFF", "IIF", "IFELSE", "IF_ELSE"], Function("IF")),
    (&["QUANTILE"], Write("PERCENTILE(x, 95)")),
    (&["P50", "MEDIAN"], Write("PERCENTILE(x, 50)")),
    (&["P90"], Write("PERCENTILE(x, 90)")),
    (&["P95"], Write("PERCENTILE(x, 95)")),
    (&["P99"], Write("PERCENTILE(x, 99)")),
    (&["STD", "STDDEV", "STDEV"], Write("ROLLING_STD(x, window)")),
    (&["ISNAN", "IS_NAN", "ISNULL", "IS_NULL", "ISNA", "ISMISSING"], Function("IS_MISSING")),
    (&["IFNULL", "NVL", "FILLNA", "FILL"], Function("COALESCE")),
    (&["LOG"], Function("LN")),
    (&["CEILING"], Function("CEIL")),
    (&["MODULO"], Write("x % y")),
    (&["CUM_SUM", "RUNNING_SUM", "RUNNING_TOTAL"], Function("CUMSUM")),
    (&["CONVOLVE", "CONVOLUTION"], Function("CONV")),
    (&["XOR"], Write("a != b")),
    (&["HOUR", "HOUROFDAY"], Function("HOUR_OF_DAY")),
    (&["WEEKDAY", "DAYOFWEEK", "DOW"], Function("DAY_OF_WEEK")),
];

/// Foreign values in lower case, and what to do.
const NAMES: &[(&[&str], &str)] = &[
    (&["nan", "na", "none", "missing", "undefined"], "test for missing values with `IS_MISSING(x)`"),
    (&["yes", "on"], "write `true`"),
    (&["no", "off"], "write `false`"),
    (&["inf", "infinity"], "write a number that is large enough, such as `1e300`"),
    (&["pi"], "write `3.141592653589793`"),
];

impl Ours {
    /// Says what to write instead of the name at `span`.
    pub(super) fn advise(self, span: Span, diagnostic: &mut Diagnostic) {
        match self {
            Function(name) => {
                diagnostic.help(format!("use `{name}`")).fix(format!("replace with `{name}`"), span, name);
            }
            Write(formula) => {
                diagnostic.help(format!("write `{formula}`"));
            }
        }
    }
}

/// What stands for the function that other tools call `name`.
pub(super) fn function(name: &str) -> Option<Ours> {
    let name = name.to_ascii_uppercase();
    FUNCTIONS.iter().find(|(theirs, _)| theirs.contains(&name.as_str())).map(|(_, ours)| *ours)
}

/// What to do about the value that other tools call `name`.
pub(super) fn name(name: &str) -> Option<&'static str> {
    let name = name.to_ascii_lowercase();
    NAMES.iter().find(|(theirs, _)| theirs.contains(&name.as_str())).map(|(_, advice)| *advice)
}

/// The function meant by a call of `name` with `count` arguments, which it does not take.
pub(super) fn other_arity(name: &str, count: usize) -> Option<&'static str> {
    let advice = match (name, count) {
        ("MAX", 1) => "use `MAXOF(x)` for the largest of all bins, `CUMMAX(x)` for the largest so far",
        ("MIN", 1) => "use `MINOF(x)` for the smallest of all bins, `CUMMIN(x)` for the smallest so far",
        ("AVG", 2) => "use `ROLLING_MEAN(x, window)` for the mean of a window",
        ("SUM", 2) => "use `ROLLING_SUM(x, window)` for the sum of a window",
        ("MAXOF", 2) => "use `ROLLING_MAX(x, window)` for the largest of a window, `MAX(a, b)` for the larger of two",
        ("MINOF", 2) => "use `ROLLING_MIN(x, window)` for the smallest of a window, `MIN(a, b)` for the smaller of two",
        _ => return None,
    };
    Some(advice)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_function_that_stands_for_a_foreign_one_exists_and_the_foreign_one_does_not() {
        for (theirs, ours) in FUNCTIONS {
            if let Function(name) = ours {
                assert!(flowtime_runtime::builtins::function(name).is_some(), "{name}");
            }
            for name in *theirs {
                assert!(flowtime_runtime::builtins::function(name).is_none(), "{name}");
            }
        }
    }
}
