//! Formulas: text to tree ([`parse`]) and text to canonical text ([`mod@print`]).
//!
//! The way is `token` (text to lexemes), `repair` (reports what no grammar rule has a good message for and hands on a
//! stream whose brackets balance), the generated grammar, and `build` (what each rule of the grammar does).

pub mod ast;
mod build;
mod lexical;
pub mod parse;
pub mod print;
mod repair;
mod report;
pub mod token;
mod unexpected;

#[cfg(test)]
mod tests;
