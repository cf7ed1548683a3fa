//! Formulas: text to tree ([`parse`]) and text to canonical text ([`print`]).

pub mod ast;
pub mod parse;
pub mod print;
pub mod token;
