//! Trees and formulas as canonical text. [`expr`] prints a tree on one line, for messages, hovers and `--emit ast`;
//! [`format()`] respaces a formula where it stands. Both spell alike: parsing what [`expr`] prints gives the same tree.

mod layout;

pub use layout::format;

use std::fmt::{self, Display, Formatter};

use crate::syntax::ast::{Arg, Direction, Expr, ExprKind, Offset, Unit};
use crate::syntax::token::is_plain_name;

/// The canonical text of a tree; what could not be parsed is `?`.
pub fn expr(tree: &Expr) -> String {
    Printed(tree).to_string()
}

/// The canonical text of an id: in backticks if it is no plain name.
pub fn id(id: &str) -> String {
    if is_plain_name(id) { id.to_string() } else { format!("`{id}`") }
}

struct Printed<'a>(&'a Expr);

impl Display for Printed<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match &self.0.kind {
            ExprKind::Number { value, integer: true } => write!(f, "{value}"),
            ExprKind::Number { value, integer: false } => write!(f, "{value:?}"),
            ExprKind::Duration { count, unit } => write!(f, "{count}{}", letter(*unit)),
            ExprKind::Bool(value) => write!(f, "{value}"),
            ExprKind::Null => f.write_str("null"),
            ExprKind::Name(name) => f.write_str(&id(&name.value)),
            ExprKind::Call { function, args } => {
                write!(f, "{}(", function.value)?;
                separated(f, args, ", ", print_arg)?;
                f.write_str(")")
            }
            ExprKind::Prefix { op, operand } => {
                let gap = if op.symbol == "NOT" { " " } else { "" };
                write!(f, "{}{gap}{}", op.symbol, Printed(operand))
            }
            ExprKind::Chain { first, rest } => {
                write!(f, "{}", Printed(first))?;
                rest.iter().try_for_each(|(op, operand)| write!(f, " {} {}", op.symbol, Printed(operand)))
            }
            ExprKind::Index { base, offset } => {
                write!(f, "{}[{}]", Printed(base), PrintedOffset(offset))
            }
            ExprKind::Array(items) => {
                f.write_str("[")?;
                separated(f, items, ", ", |f, item| write!(f, "{}", Printed(item)))?;
                f.write_str("]")
            }
            ExprKind::Paren(inner) => write!(f, "({})", Printed(inner)),
            ExprKind::Broken(parts) => separated(f, parts, " ? ", |f, part| write!(f, "{}", Printed(part))),
            ExprKind::Error => f.write_str("?"),
        }
    }
}

fn separated<T>(
    f: &mut Formatter<'_>,
    items: &[T],
    separator: &str,
    print: impl Fn(&mut Formatter<'_>, &T) -> fmt::Result,
) -> fmt::Result {
    for (at, item) in items.iter().enumerate() {
        f.write_str(if at == 0 { "" } else { separator })?;
        print(f, item)?;
    }
    Ok(())
}

fn print_arg(f: &mut Formatter<'_>, arg: &Arg) -> fmt::Result {
    if let Some(name) = &arg.name {
        write!(f, "{}=", name.value)?;
    }
    write!(f, "{}", Printed(&arg.value))
}

struct PrintedOffset<'a>(&'a Offset);

impl Display for PrintedOffset<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match &self.0.direction {
            Direction::Now => f.write_str("t"),
            Direction::Lag(amount) => write!(f, "t-{}", Printed(amount)),
            Direction::Lead(amount) => write!(f, "t+{}", Printed(amount)),
        }
    }
}

fn letter(unit: Unit) -> char {
    match unit {
        Unit::Minutes => 'm',
        Unit::Hours => 'h',
        Unit::Days => 'd',
        Unit::Weeks => 'w',
    }
}
