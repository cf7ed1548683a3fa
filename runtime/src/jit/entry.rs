//! Where code of others comes in: what generated code calls, and what programs call that are linked with a model.
//!
//! Pointers come in, become slices of the lengths that come with them, and go no further. Generated code calls the scalar
//! functions of the builtin table, named by their places in it; a place outside, which it never has, gives a missing
//! value. Other programs get a status, never a panic.

use std::ffi::c_char;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;
use std::slice;
use std::sync::atomic::{AtomicPtr, Ordering};
use std::sync::{Arc, LazyLock};

use super::kernel::{Call, Code};
use crate::aot::{self, ABI, Cpu, Digest, Status};
use crate::builtins::{self, Bin, Builtin, Meaning, ScanState};
use crate::engine::{Backend, Inputs, Prepared, RunControl};
use crate::ir::Grid;
use crate::kernels::Simd;

/// What generated code can call.
#[cfg(feature = "compile")]
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

#[cfg(feature = "compile")]
impl Entry {
    /// The name space of the symbols that generated code may refer to; the index is that of the variant.
    pub(super) const NAMESPACE: u32 = 1;
    /// All of them.
    pub(super) const ALL: [Entry; 4] = [Entry::Elementwise, Entry::Source, Entry::Scan, Entry::Window];
    /// How many there are.
    pub(super) const COUNT: usize = Self::ALL.len();

    /// How many parameters it takes.
    pub(super) fn params(self) -> usize {
        match self {
            Entry::Elementwise => 3,
            Entry::Scan => 4,
            Entry::Source | Entry::Window => 5,
        }
    }

    /// The name by which object files refer to it.
    pub(super) fn symbol(self) -> &'static str {
        match self {
            Entry::Elementwise => "flowtime_rt_elementwise",
            Entry::Source => "flowtime_rt_source",
            Entry::Scan => "flowtime_rt_scan",
            Entry::Window => "flowtime_rt_window",
        }
    }

    /// The entry that a symbol stands for, if there is such a symbol.
    pub(super) fn of(namespace: u32, index: u32) -> Option<Entry> {
        Self::ALL.get(index as usize).copied().filter(|_| namespace == Self::NAMESPACE)
    }

    /// Its address.
    pub(super) fn address(self) -> usize {
        match self {
            Entry::Elementwise => flowtime_rt_elementwise as *const () as usize,
            Entry::Source => flowtime_rt_source as *const () as usize,
            Entry::Scan => flowtime_rt_scan as *const () as usize,
            Entry::Window => flowtime_rt_window as *const () as usize,
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
// SAFETY: nothing else has this name.
#[unsafe(no_mangle)]
unsafe extern "C" fn flowtime_rt_elementwise(index: usize, args: *const f64, count: usize) -> f64 {
    match meaning(index) {
        // SAFETY: generated code stored `count` numbers into its stack slot just before.
        Some(Meaning::Elementwise(eval)) => eval(unsafe { arguments(args, count) }),
        _ => f64::NAN,
    }
}

/// # Safety
/// `args` points to `count` numbers, `grid` to the grid of the run.
// SAFETY: nothing else has this name.
#[unsafe(no_mangle)]
unsafe extern "C" fn flowtime_rt_source(
    index: usize,
    t: usize,
    grid: *const Grid,
    args: *const f64,
    count: usize,
) -> f64 {
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
// SAFETY: nothing else has this name.
#[unsafe(no_mangle)]
unsafe extern "C" fn flowtime_rt_scan(index: usize, state: *mut [f64; 2], args: *const f64, count: usize) -> f64 {
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
// SAFETY: nothing else has this name.
#[unsafe(no_mangle)]
unsafe extern "C" fn flowtime_rt_window(
    index: usize,
    column: *const f64,
    t: usize,
    args: *const f64,
    count: usize,
) -> f64 {
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

/// A model as it stands in an object file; `object` writes it.
#[repr(C)]
struct Model {
    abi: u32,
    /// The level of the processor that the functions need.
    cpu: u32,
    digest: Digest,
    program: *const u8,
    program_len: usize,
    /// Those of the plan's regions, in order.
    functions: *const Call,
    function_count: usize,
    /// Null until the first run, then there as long as the process.
    prepared: AtomicPtr<Prepared>,
}

/// Runs a model over the columns of a foreign caller; the result is a [`Status`]. Several threads may do so at once.
///
/// # Safety
/// `model` is what `object` wrote. `inputs`, `params` and `outputs` are as `flowtime_rt.h` says: as many pointers or
/// numbers as the model has, the pointers null or those of `bins` numbers each, outputs used by no other thread.
// SAFETY: nothing else has this name.
#[unsafe(no_mangle)]
unsafe extern "C" fn flowtime_rt_run(
    model: *const Model,
    inputs: *const *const f64,
    params: *const f64,
    outputs: *const *mut f64,
    bins: usize,
) -> i32 {
    // SAFETY: the caller says so.
    let run = || unsafe { run_linked(model, inputs, params, outputs, bins) };
    let status = catch_unwind(AssertUnwindSafe(run)).unwrap_or(Err(Status::Internal));
    status.err().unwrap_or(Status::Ok).code()
}

/// What a status means, in English; the text stays.
// SAFETY: nothing else has this name.
#[unsafe(no_mangle)]
extern "C" fn flowtime_rt_message(status: i32) -> *const c_char {
    let known = Status::ALL.into_iter().find(|known| known.code() == status);
    known.map_or(c"an unknown status", Status::message).as_ptr()
}

/// # Safety
/// That of [`flowtime_rt_run`].
unsafe fn run_linked(
    model: *const Model,
    inputs: *const *const f64,
    params: *const f64,
    outputs: *const *mut f64,
    bins: usize,
) -> Result<(), Status> {
    aot::check_floats()?;
    // SAFETY: the caller gives what `object` wrote.
    let prepared = unsafe { prepared(model) }?;
    let program = prepared.program();
    if bins != program.grid().bins {
        return Err(Status::Bins);
    }
    // SAFETY: the caller gives as many pointers and numbers as the model has, which are no fewer than the program reads.
    let (inputs, params, outputs) = unsafe {
        (
            foreign(inputs, program.input_count())?,
            foreign(params, program.param_count())?,
            foreign(outputs, program.outputs().len())?,
        )
    };
    let [input_addresses, output_addresses] = [
        inputs.iter().map(|input| input.addr()).collect::<Vec<_>>(),
        outputs.iter().map(|output| output.addr()).collect::<Vec<_>>(),
    ];
    aot::check_columns(&input_addresses, &output_addresses, bins)?;
    // SAFETY: each column has `bins` numbers, says the caller; none is null or misaligned unless there are no bins, and no
    // output overlaps another column, which was checked; and no other thread uses them during the call.
    let (inputs, mut outputs): (Vec<&[f64]>, Vec<&mut [f64]>) = unsafe {
        (
            inputs.iter().map(|&input| column(input, bins)).collect(),
            outputs.iter().map(|&output| column_mut(output, bins)).collect(),
        )
    };
    let inputs = Inputs { columns: &inputs, params };
    Ok(prepared.run_into(&inputs, &RunControl::default(), &mut outputs)?)
}

/// So many items of a caller, who may give a null pointer where there are none.
///
/// # Safety
/// `items` is null or points to `count` items that stay as they are during `'a`.
unsafe fn foreign<'a, T>(items: *const T, count: usize) -> Result<&'a [T], Status> {
    match count {
        0 => Ok(&[]),
        _ if items.is_null() || !items.is_aligned() => Err(Status::Pointer),
        // SAFETY: the caller says so, and it is neither null nor misaligned.
        _ => Ok(unsafe { slice::from_raw_parts(items, count) }),
    }
}

/// # Safety
/// `numbers` points to `bins` numbers that nothing writes during `'a`, or there are none.
unsafe fn column<'a>(numbers: *const f64, bins: usize) -> &'a [f64] {
    match bins {
        0 => &[],
        // SAFETY: the caller says so.
        _ => unsafe { slice::from_raw_parts(numbers, bins) },
    }
}

/// # Safety
/// `numbers` points to `bins` numbers that nothing else uses during `'a`, or there are none.
unsafe fn column_mut<'a>(numbers: *mut f64, bins: usize) -> &'a mut [f64] {
    match bins {
        0 => &mut [],
        // SAFETY: the caller says so.
        _ => unsafe { slice::from_raw_parts_mut(numbers, bins) },
    }
}

/// The model, ready to run: made so by the first run, kept for all others.
///
/// # Safety
/// `model` is null or what `object` wrote.
unsafe fn prepared<'a>(model: *const Model) -> Result<&'a Prepared, Status> {
    if model.is_null() || !model.is_aligned() {
        return Err(Status::Pointer);
    }
    // SAFETY: the version comes first in every version of the record, whatever else is in it.
    if unsafe { model.cast::<u32>().read() } != ABI {
        return Err(Status::Mismatch);
    }
    // SAFETY: it's a record of this version, says the version; only its last field is ever written, atomically.
    let model = unsafe { &*model };
    let mut found = model.prepared.load(Ordering::Acquire);
    if found.is_null() {
        // SAFETY: the caller gives what `object` wrote.
        let own = Box::into_raw(Box::new(unsafe { prepare(model) }?));
        match model.prepared.compare_exchange(ptr::null_mut(), own, Ordering::AcqRel, Ordering::Acquire) {
            Ok(_) => found = own,
            Err(earlier) => {
                found = earlier;
                // SAFETY: it came from `into_raw` just now, and nobody else has seen it.
                drop(unsafe { Box::from_raw(own) });
            }
        }
    }
    // SAFETY: it came from `into_raw`, here or on another thread, and is never freed once it is in the record.
    Ok(unsafe { &*found })
}

/// # Safety
/// `model` is what `object` wrote, of this version.
unsafe fn prepare(model: &Model) -> Result<Prepared, Status> {
    if !Cpu::has(model.cpu) {
        return Err(Status::Processor);
    }
    // SAFETY: `object` wrote the lengths beside the places.
    let (program, functions) =
        unsafe { (foreign(model.program, model.program_len)?, foreign(model.functions, model.function_count)?) };
    let (program, plan) = aot::plan(program, &model.digest)?;
    if functions.len() != plan.regions.len() {
        return Err(Status::Mismatch);
    }
    let kinds = plan.regions.values().map(|region| region.kind).collect();
    // SAFETY: the digest says that these functions were emitted for this plan, and code that is linked stays.
    let code = unsafe { Code::linked(functions.to_vec(), kinds, plan.layout) };
    Ok(Prepared::new(Arc::new(program), plan, Backend::Jit, Simd::detect(), Some(code)))
}
