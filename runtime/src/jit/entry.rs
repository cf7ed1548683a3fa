//! What generated code calls: the scalar functions of the builtin table, for entries without inline code.
//!
//! Pointers come in, become slices of the lengths that come with them, and go no further. The entry is named by its
//! place in the table; a place outside it, which generated code never has, gives a missing value.

use std::slice;
use std::sync::LazyLock;

use crate::builtins::{self, Bin, Builtin, Meaning, ScanState};
use crate::ir::Grid;

/// What can be called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Entry {
    /// index, args, count
    Elementwise,
    /// index, bin, grid, args, count
    Source,
    /// index, state, args, count
    Scan,
    /// index, column, bin, args, count
    Window,
}

impl Entry {
    /// The name space of the symbols that generated code may refer to; the index is that of the variant.
    pub(super) const NAMESPACE: u32 = 1;
    /// How many there are.
    pub(super) const COUNT: usize = 4;

    /// How many parameters it takes.
    pub(super) fn params(self) -> usize {
        match self {
            Entry::Elementwise => 3,
            Entry::Scan => 4,
            Entry::Source | Entry::Window => 5,
        }
    }

    /// The address of a symbol, if there is such a symbol.
    pub(super) fn address(namespace: u32, index: u32) -> Option<usize> {
        match (namespace, index) {
            (Self::NAMESPACE, 0) => Some(elementwise as *const () as usize),
            (Self::NAMESPACE, 1) => Some(source as *const () as usize),
            (Self::NAMESPACE, 2) => Some(scan as *const () as usize),
            (Self::NAMESPACE, 3) => Some(window as *const () as usize),
            _ => None,
        }
    }
}

static TABLE: LazyLock<Vec<&'static Builtin>> = LazyLock::new(|| builtins::all().collect());

fn meaning(index: usize) -> Option<Meaning> {
    TABLE.get(index).map(|builtin| builtin.meaning)
}

/// The arguments of a call.
///
/// # Safety
/// `args` points to `count` numbers that nothing writes during `'a`.
unsafe fn arguments<'a>(args: *const f64, count: usize) -> &'a [f64] {
    // SAFETY: the caller says so.
    unsafe { slice::from_raw_parts(args, count) }
}

/// # Safety
/// `args` points to `count` numbers.
unsafe extern "C" fn elementwise(index: usize, args: *const f64, count: usize) -> f64 {
    match meaning(index) {
        // SAFETY: generated code stored `count` numbers into its stack slot just before.
        Some(Meaning::Elementwise(eval)) => eval(unsafe { arguments(args, count) }),
        _ => f64::NAN,
    }
}

/// # Safety
/// `args` points to `count` numbers, `grid` to the grid of the run.
unsafe extern "C" fn source(index: usize, t: usize, grid: *const Grid, args: *const f64, count: usize) -> f64 {
    match meaning(index) {
        Some(Meaning::Source(eval)) => {
            // SAFETY: generated code stored `count` numbers into its stack slot just before, and passes the reference
            // to the grid that `kernel` lent it for the call.
            let (args, grid) = unsafe { (arguments(args, count), &*grid) };
            eval(Bin { t, grid }, args)
        }
        _ => f64::NAN,
    }
}

/// # Safety
/// `args` points to `count` numbers, `state` to the two cells of the scan's state.
unsafe extern "C" fn scan(index: usize, state: *mut [f64; 2], args: *const f64, count: usize) -> f64 {
    match meaning(index) {
        Some(Meaning::Scan(eval)) => {
            // SAFETY: generated code stored `count` numbers into its stack slot just before; the plan gave this scan
            // two states, `kernel` checked that there are as many as the plan has, and nothing else refers to them now.
            let (args, cells) = unsafe { (arguments(args, count), &mut *state) };
            let mut state = ScanState { value: cells[0], seen: cells[1] != 0.0 };
            let result = eval(&mut state, args);
            *cells = [state.value, f64::from(u8::from(state.seen))];
            result
        }
        _ => f64::NAN,
    }
}

/// # Safety
/// `args` points to `count` numbers, `column` to bin 0 of a column that is computed up to bin `t`.
unsafe extern "C" fn window(index: usize, column: *const f64, t: usize, args: *const f64, count: usize) -> f64 {
    match meaning(index) {
        Some(Meaning::Window(eval)) => {
            // SAFETY: generated code stored `count` numbers into its stack slot just before; bin `t` is one of the
            // grid's, all of which are in the column, and nothing writes to the column during the call.
            let (args, column) = unsafe { (arguments(args, count), slice::from_raw_parts(column, t + 1)) };
            eval(column, t, args)
        }
        _ => f64::NAN,
    }
}
