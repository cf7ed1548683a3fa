//! The commands, one a file: its options, and the function that carries it out.

pub(crate) mod bench;
pub(crate) mod check;
pub(crate) mod compile;
pub(crate) mod completions;
pub(crate) mod demo;
pub(crate) mod diff;
pub(crate) mod etl;
pub(crate) mod explain;
pub(crate) mod fmt;
pub(crate) mod functions;
pub(crate) mod gold;
pub(crate) mod init;
pub(crate) mod load;
pub(crate) mod overlay;
pub(crate) mod replay;
pub(crate) mod run;
pub(crate) mod schema;
pub(crate) mod state;
pub(crate) mod template;
pub(crate) mod test;
pub(crate) mod trace;
pub(crate) mod verify;
