//! FlowTime's compiler: text in, a runtime program and diagnostics out.
#![forbid(unsafe_code)]

pub mod diagnostics;
pub mod model;
pub mod source;
pub mod syntax;
