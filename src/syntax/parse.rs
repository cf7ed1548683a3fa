//! A formula in, its tree out. Parsing never fails: what is wrong goes to the sink, and stands in the tree as an `Error`
//! or `Broken` node so that the names around it are still checked. This is the only caller of the generated parser.

use lalrpop_util::lalrpop_mod;

use crate::diagnostics::{Sink, codes};
use crate::model::Formula;
use crate::syntax::ast::{Expr, ExprKind};
use crate::syntax::build::Build;
use crate::syntax::repair::repair;
use crate::syntax::report::Report;
use crate::syntax::token::{Lexeme, lex};

lalrpop_mod!(
    #[expect(
        clippy::all,
        unreachable_pub,
        unused_qualifications,
        clippy::allow_attributes,
        clippy::allow_attributes_without_reason,
        clippy::cloned_instead_of_copied,
        clippy::panic,
        clippy::unwrap_used,
        reason = "generated"
    )]
    expr
);

/// The longest formula, in bytes of decoded text.
pub const MAX_FORMULA_LENGTH: usize = 64 * 1024;

/// The tree of `formula`; what is wrong with it goes to `sink`.
pub fn parse(formula: &Formula, sink: &mut Sink) -> Expr {
    let mut report = Report::new(formula);
    let lexemes = lexemes(&mut report);
    let (report, tree) = match lexemes.as_deref() {
        Some(lexemes) if !lexemes.is_empty() => parse_lexemes(report, lexemes),
        _ => (report, None),
    };
    report.finish(sink);
    tree.unwrap_or_else(|| Expr { kind: ExprKind::Error, span: formula.map.whole(), depth: 1 })
}

/// The lexemes for the parser; `None` where there is nothing to parse, and that has been reported.
fn lexemes(report: &mut Report<'_>) -> Option<Vec<Lexeme>> {
    let formula = report.formula();
    let length = formula.text.len();
    if length > MAX_FORMULA_LENGTH {
        let message = format!("the formula has {length} bytes, more than {MAX_FORMULA_LENGTH}");
        let diagnostic = report.emit(codes::FORMULA_TOO_LONG, (0, length), message);
        diagnostic.span = formula.map.whole();
        diagnostic.help("split it into several series");
        return None;
    }
    let repaired = repair(report, &lex(&formula.text))?;
    if repaired.is_empty() && !report.has_errors() {
        report.emit(codes::EMPTY_FORMULA, (0, length), "the formula is empty").span = formula.map.whole();
    }
    Some(repaired)
}

fn parse_lexemes<'f>(report: Report<'f>, lexemes: &'f [Lexeme]) -> (Report<'f>, Option<Expr>) {
    let build = Build::new(report, lexemes);
    let tokens = lexemes.iter().map(|lexeme| match build.may_go_on() {
        true => Ok((lexeme.start, lexeme.token, lexeme.end)),
        false => Err(()),
    });
    let parsed = expr::FormulaParser::new().parse(&build, tokens);
    let tree = parsed.map_err(|error| build.unexpected(error)).ok();
    build.finish(tree)
}
