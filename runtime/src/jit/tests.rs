//! What code may refer to and what it may be called with.

use cranelift_codegen::binemit::Reloc;
use cranelift_entity::EntityRef;

use super::kernel::{Fault, Function, Symbol};
use crate::builtins;
use crate::ir::{Builder, Grid, InputId};
use crate::jit::{Code, Effort, Memory, compile};
use crate::passes;
use crate::plan::{HALO, Layout, RegionId, RegionKind};

/// Lays down a function with a place for the address of a symbol.
fn lay_down(kind: Reloc, namespace: u32, index: u32) -> Result<Code, Fault> {
    let symbols = vec![Symbol { offset: 0, kind, namespace, index, addend: 0 }];
    Code::new(vec![Function { kind: RegionKind::Map, code: vec![0; 8], symbols }], Layout::default())
}

#[test]
fn unknown_symbols_are_refused() {
    assert!(lay_down(Reloc::Abs8, 1, 0).is_ok());
    for (kind, namespace, index) in [(Reloc::Abs8, 1, 99), (Reloc::Abs8, 0, 0), (Reloc::X86CallPCRel4, 1, 0)] {
        assert!(matches!(lay_down(kind, namespace, index), Err(Fault::UnknownSymbol)), "{kind} {namespace} {index}");
    }
}

#[test]
fn memory_and_bins_that_do_not_fit_are_refused() {
    let mut builder = Builder::new(Grid { bins: 2_000, bin_minutes: 5, start_minutes: None });
    let x = builder.input(InputId::new(0));
    let sum = builder.call(builtins::infix("+").unwrap(), &[Some(x), Some(x)]);
    builder.output(sum);
    let program = builder.finish();
    let plan = passes::plan(&program);
    let code = compile(&program, &plan, Effort::Normal).unwrap();
    let cells = plan.layout.cells().unwrap();
    let call = |region: u32, cells: usize, bins: std::ops::Range<usize>| {
        let mut columns = vec![0.0; cells];
        let (scratch, states): (&mut [f64], &mut [f64]) = (&mut [], &mut []);
        let mut memory = Memory { columns: &mut columns, scratch, numbers: &[], states, grid: program.grid() };
        code.call(RegionId::from_u32(region), &mut memory, bins)
    };
    for (region, cells, bins) in [
        (1, cells, 0..2),
        (0, cells - 1, 0..2),
        (0, cells, 0..1_025),
        (0, cells, 1..2),
        (0, cells, 2..2),
        (0, cells, 1_024..2_001),
    ] {
        assert!(call(region, cells, bins.clone()).is_err(), "{region} {cells} {bins:?}");
    }
}

/// A function that is wrong: it stores into the cell behind the columns that it is lent.
#[cfg(target_arch = "x86_64")]
fn wild(layout: Layout) -> Code {
    // What it is given points at bin 0 of column 0, behind the cells before it.
    let beyond = i32::try_from((layout.cells().unwrap() - HALO) * size_of::<f64>()).unwrap();
    // mov qword ptr [rdi + beyond], 1; ret
    let code = [&[0x48, 0xc7, 0x87][..], &beyond.to_le_bytes(), &1_i32.to_le_bytes(), &[0xc3]].concat();
    Code::new(vec![Function { kind: RegionKind::Map, code, symbols: Vec::new() }], layout).unwrap()
}

/// `.ci/run` sets `FLOWTIME_WILD_STORE` and expects valgrind to see the store: then nothing of ours lies behind the
/// columns. Else a cell does, so that the test is sound.
#[test]
#[cfg(target_arch = "x86_64")]
fn a_store_behind_the_columns_reaches_what_lies_there() {
    let is_wild = std::env::var_os("FLOWTIME_WILD_STORE").is_some();
    let layout = Layout { bins: 8, columns: 2, ..Layout::default() };
    let cells = layout.cells().unwrap();
    let mut memory = vec![0.0; if is_wild { cells } else { cells + 1 }];
    let grid = Grid { bins: 8, bin_minutes: 5, start_minutes: None };
    let (scratch, states): (&mut [f64], &mut [f64]) = (&mut [], &mut []);
    let mut lent = Memory { columns: &mut memory[..cells], scratch, numbers: &[], states, grid: &grid };
    wild(layout).call(RegionId::from_u32(0), &mut lent, 0..8).unwrap();
    assert_eq!(memory.get(cells).map(|cell| cell.to_bits()), (!is_wild).then_some(1));
}
