//! The C header of a compiled model: how many columns go in and come out, what they are called, and the function.
//!
//! Names of series may be any text: they stand in strings, where every byte can be written, and give names to macros as
//! far as these are distinct.

use std::collections::BTreeSet;

use super::outputs;
use crate::check::{CheckedModel, SeriesId};
use crate::lower::{self, Flags};
use crate::model::Parameter;

/// The header of the object file of [`super::program`], whose functions are called `NAME_…`.
pub fn header(checked: &CheckedModel, only: Option<SeriesId>, name: &str) -> String {
    let inputs = lower::lower(checked, &outputs(checked, only), &[], Flags::Off, &lower::Given::new()).inputs;
    let inputs: Vec<&str> = inputs.into_iter().map(|series| checked.id(series)).collect();
    let params: Vec<&str> = checked.model.parameters.iter().map(|param| param.id.value.as_str()).collect();
    let outputs: Vec<&str> = match only {
        Some(series) => vec![checked.id(series)],
        None => checked.outputs.iter().map(|(name, _)| name.as_str()).collect(),
    };
    let upper = name.to_ascii_uppercase();
    let grid = checked.grid();
    let mut text = format!(
        "/* A model compiled by ftc {}: link with its object file and libflowtime_rt. */
#ifndef FLOWTIME_MODEL_{upper}_H
#define FLOWTIME_MODEL_{upper}_H

#include \"flowtime_rt.h\"

#ifdef __cplusplus
extern \"C\" {{
#endif

/* The numbers of every column, and the minutes between them. */
#define {upper}_BINS {}
#define {upper}_BIN_MINUTES {}
",
        env!("CARGO_PKG_VERSION"),
        grid.bins,
        grid.bin_minutes
    );
    text += &places(name, "input", &inputs);
    text += &places(name, "param", &params);
    text += &defaults(name, &checked.model.parameters);
    text += &places(name, "output", &outputs);
    text + &format!(
        "
/* Evaluates the model; see flowtime_rt.h for what it expects and returns. */
int {name}_run(const double *const *inputs, const double *params, double *const *outputs, size_t bins);

#ifdef __cplusplus
}}
#endif

#endif
"
    )
}

/// How many there are of a kind, the place of each, and their names.
fn places(name: &str, kind: &str, ids: &[&str]) -> String {
    let prefix = format!("{}_{}", name.to_ascii_uppercase(), kind.to_ascii_uppercase());
    let mut text = format!("\n#define {prefix}S {}\n", ids.len());
    let mut taken = BTreeSet::new();
    for (place, id) in ids.iter().enumerate() {
        let suffix = macro_name(id);
        if taken.insert(suffix.clone()) {
            text += &format!("#define {prefix}_{suffix} {place}\n");
        }
    }
    text += &format!("static const char *const {name}_{kind}_names[{prefix}S + 1] = {{\n");
    ids.iter().for_each(|id| text += &format!("    {},\n", string(id)));
    text + "    NULL\n};\n"
}

/// The values that the model gives its parameters.
fn defaults(name: &str, params: &[Parameter]) -> String {
    let upper = name.to_ascii_uppercase();
    let mut text = format!(
        "/* What the model gives them; the last number is none of them. */\nstatic const double {name}_param_defaults[{upper}_PARAMS + 1] = {{\n"
    );
    for param in params {
        text += &format!("    {:?},{}\n", param.value.value, bounds(param));
    }
    text + "    0\n};\n"
}

fn bounds(param: &Parameter) -> String {
    match (param.min, param.max) {
        (None, None) => String::new(),
        (Some(min), None) => format!(" /* at least {min:?} */"),
        (None, Some(max)) => format!(" /* at most {max:?} */"),
        (Some(min), Some(max)) => format!(" /* {min:?} to {max:?} */"),
    }
}

/// An id as a part of a macro's name.
fn macro_name(id: &str) -> String {
    let letter = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' };
    id.chars().map(letter).collect()
}

/// A string of C with these bytes.
fn string(text: &str) -> String {
    let byte = |byte: u8| match byte {
        b'"' | b'\\' | b'?' => format!("\\{}", char::from(byte)),
        b' '..=b'~' => char::from(byte).to_string(),
        _ => format!("\\{byte:03o}"),
    };
    let bytes: String = text.bytes().map(byte).collect();
    format!("\"{bytes}\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_string_holds_any_bytes() {
        assert_eq!(string("a \"b\" c:\\d ??="), r#""a \"b\" c:\\d \?\?=""#);
        assert_eq!(string("ü\n7"), r#""\303\274\0127""#);
    }

    #[test]
    fn a_macro_is_called_once() {
        let text = places("queue", "input", &["a.b", "a_B", "c"]);
        let macros: Vec<&str> = text.lines().filter(|line| line.starts_with('#')).collect();
        assert_eq!(macros, ["#define QUEUE_INPUTS 3", "#define QUEUE_INPUT_A_B 0", "#define QUEUE_INPUT_C 2"]);
    }
}
