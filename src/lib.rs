//! FlowTime's compiler: text in, a runtime program and diagnostics out.
#![forbid(unsafe_code)]

pub mod check;
pub mod diagnostics;
pub mod driver;
pub mod load;
mod lower;
pub mod manual;
pub mod model;
pub mod origins;
pub mod source;
pub mod stages;
pub mod syntax;
pub mod template;
pub mod trace;
