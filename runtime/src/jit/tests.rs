//! What code may refer to and what it may be called with.

use cranelift_codegen::binemit::Reloc;
use cranelift_entity::EntityRef;

use super::kernel::{Code, Fault, Function, Memory, Symbol};
use crate::builtins;
use crate::ir::{Builder, Grid, InputId};
use crate::jit::{Effort, compile};
use crate::passes;
use crate::plan::{Layout, RegionId, RegionKind};

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
