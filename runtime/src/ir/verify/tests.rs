//! What `verify` refuses, one case a rule, and what it lets pass.

use cranelift_entity::EntityRef;

use super::{VerifyError, verify};
use crate::builtins::Builtin;
use crate::ir::entries::{ABOVE, ADD, BIN, CONV, DIV, IF, MIN, MUL, RECTIFY, RUNNING_SUM, SUB, TOTAL, WINDOW_SUM};
use crate::ir::program::Value;
use crate::ir::{Builder, Grid, InputId, Op, ParamId, Program, Rate, SlotId, Type, ValueId};

const GRID: Grid = Grid { bins: 4, bin_minutes: 5, start_minutes: None };

fn check_refused(build: impl FnOnce(&mut Builder), expected: &str) {
    let mut builder = Builder::new(GRID);
    build(&mut builder);
    check_verified(&builder.finish(), Err(expected));
}

fn check_verified(program: &Program, expected: Result<(), &str>) {
    let found = verify(program).map_err(|error| error.to_string());
    assert_eq!(found, expected.map_err(str::to_owned), "of\n{program}");
}

/// A program of the one value `op`.
fn check_op_refused(op: Op, expected: &str) {
    let mut program = Builder::new(GRID).finish();
    program.values.push(Value { op, ty: Type::Num, rate: Rate::Series });
    check_verified(&program, Err(expected));
}

/// What is built, and a call of `builtin` past folding and lowering.
fn raw_call(builder: Builder, builtin: &'static Builtin, args: &[ValueId]) -> Program {
    let mut program = builder.finish();
    let op = Op::Call { builtin, args: args.into() };
    program.values.push(Value { op, ty: Type::Num, rate: Rate::Series });
    program
}

#[test]
fn a_recurrence_of_delays_passes() {
    let mut b = Builder::new(GRID);
    let slot = b.slot(Type::Num);
    let (start, x) = (b.param(ParamId::new(0)), b.input(InputId::new(0)));
    let before = b.delay(slot, 1, Some(start));
    let (two, ahead) = (b.number(2.0), b.shift(x, -1, None));
    let inflow = b.call(&MUL, &[Some(before), Some(two)]);
    let window = b.call(&WINDOW_SUM, &[Some(inflow), Some(two)]);
    let total = b.call(&TOTAL, &[Some(x)]);
    let share = b.call(&DIV, &[Some(window), Some(total)]);
    let queue = b.call(&SUB, &[Some(share), Some(ahead)]);
    b.fill(slot, queue);
    b.output(queue);
    check_verified(&b.finish(), Ok(()));
}

#[test]
fn operands_are_made_before_their_users() {
    let next = ValueId::new(0);
    check_op_refused(Op::Lead { value: next, by: 1 }, "`v0` reads `v0`, which is not made before it");
    let args = [next, next].into();
    check_op_refused(Op::Call { builtin: &ADD, args }, "`v0` reads `v0`, which is not made before it");
}

#[test]
fn slots_exist_are_filled_and_agree_in_type() {
    let slot = SlotId::new(3);
    check_op_refused(Op::Delay { slot, lag: 1, initial: None }, "`v0` reads `slot3`, which does not exist");
    check_refused(
        |b| {
            b.slot(Type::Num);
        },
        "`slot0` is empty",
    );
    check_refused(
        |b| {
            let (slot, number) = (b.slot(Type::Bool), b.number(1.0));
            b.fill(slot, number);
        },
        "`slot0` takes bool, found num",
    );
    check_refused(
        |b| {
            let (x, truth) = (b.input(InputId::new(0)), b.boolean(true));
            b.shift(x, 1, Some(truth));
        },
        "`v2` takes num, found bool",
    );
    check_refused(
        |b| {
            let slot = b.slot(Type::Num);
            b.fill(slot, ValueId::new(7));
        },
        "`slot0` holds `v7`, which does not exist",
    );
}

#[test]
fn outputs_exist() {
    check_refused(
        |b| {
            b.output(ValueId::new(7));
        },
        "`out0` holds `v7`, which does not exist",
    );
}

#[test]
fn shifts_go_by_a_bin_at_least() {
    check_refused(
        |b| {
            let (slot, x) = (b.slot(Type::Num), b.input(InputId::new(0)));
            b.fill(slot, x);
            b.delay(slot, 0, None);
        },
        "`v1` shifts by 0",
    );
}

#[test]
fn a_call_has_the_arguments_of_its_entry() {
    let x = ValueId::new(0);
    let cases: [(&'static Builtin, &[ValueId]); 6] =
        [(&ADD, &[x]), (&ADD, &[x, x, x]), (&BIN, &[x]), (&MIN, &[x, x, x]), (&TOTAL, &[]), (&RECTIFY, &[x])];
    for (builtin, args) in cases {
        let mut b = Builder::new(GRID);
        b.input(InputId::new(0));
        let (value, name, found) = (ValueId::new(1), builtin.name, args.len());
        assert_eq!(verify(&raw_call(b, builtin, args)), Err(VerifyError::WrongCount { value, name, found }));
    }
}

#[test]
fn arguments_have_the_types_of_their_parameters() {
    check_refused(
        |b| {
            let (x, truth) = (b.input(InputId::new(0)), b.boolean(true));
            b.call(&ADD, &[Some(x), Some(truth)]);
        },
        "`v2` takes num, found bool",
    );
    check_refused(
        |b| {
            let x = b.input(InputId::new(0));
            b.call(&IF, &[Some(x), Some(x), Some(x)]);
        },
        "`v1` takes bool, found num",
    );
    check_refused(
        |b| {
            let (x, truth) = (b.input(InputId::new(0)), b.boolean(true));
            let condition = b.call(&ABOVE, &[Some(x), Some(x)]);
            b.call(&IF, &[Some(condition), Some(x), Some(truth)]);
        },
        "`v3` takes num, found bool",
    );
}

#[test]
fn integers_and_taps_are_constants_and_integers_whole() {
    let call = |builtin: &'static Builtin, number: f64| {
        move |b: &mut Builder| {
            let (x, number) = (b.input(InputId::new(0)), b.number(number));
            b.call(builtin, &[Some(x), Some(number)]);
        }
    };
    check_refused(call(&WINDOW_SUM, 2.5), "argument 1 of `v2` is no whole number from 1 up");
    check_refused(call(&WINDOW_SUM, 0.0), "argument 1 of `v2` is no whole number from 1 up");
    check_refused(call(&WINDOW_SUM, f64::NAN), "argument 1 of `v2` is no whole number from 1 up");
    for builtin in [&WINDOW_SUM, &CONV] {
        let mut b = Builder::new(GRID);
        let args = [b.input(InputId::new(0)), b.param(ParamId::new(0))];
        check_verified(&raw_call(b, builtin, &args), Err("argument 1 of `v2` can't be uniform"));
    }
}

#[test]
fn a_reduction_takes_one_column() {
    check_refused(
        |b| {
            let x = Some(b.input(InputId::new(0)));
            b.call(&TOTAL, &[x, x]);
        },
        "argument 1 of `v1` can't be series",
    );
}

#[test]
fn an_argument_of_which_nothing_is_read_is_constant() {
    let mut b = Builder::new(GRID);
    let (x, zero) = (b.input(InputId::new(0)), b.number(0.0));
    check_verified(&raw_call(b, &CONV, &[x, zero]), Err("`v2` reads nothing of `v0`"));
}

/// A cycle of one delay through what `close` makes of it.
fn check_cycle(close: impl FnOnce(&mut Builder, ValueId) -> ValueId, expected: Result<(), &str>) {
    let mut b = Builder::new(GRID);
    let slot = b.slot(Type::Num);
    let before = b.delay(slot, 1, None);
    let value = close(&mut b, before);
    b.fill(slot, value);
    check_verified(&b.finish(), expected);
}

#[test]
fn inside_a_cycle_nothing_looks_ahead() {
    check_cycle(|b, before| b.shift(before, -1, None), Err("`v1` looks ahead at `v0`, which depends on it"));
    check_cycle(|b, before| b.call(&TOTAL, &[Some(before)]), Err("`v1` looks ahead at `v0`, which depends on it"));
    check_cycle(
        |b, before| {
            let x = b.input(InputId::new(0));
            let next = b.shift(x, 1, Some(before));
            b.call(&ADD, &[Some(before), Some(next)])
        },
        Err("`v2` looks ahead at `v0`, which depends on it"),
    );
    check_cycle(|b, before| b.call(&RUNNING_SUM, &[Some(before)]), Ok(()));
    check_cycle(
        |b, before| {
            let (zero, one) = (b.number(0.0), b.number(1.0));
            b.call(&CONV, &[Some(before), Some(zero), Some(one)])
        },
        Ok(()),
    );
}

#[test]
fn a_component_may_look_ahead_at_what_does_not_depend_on_it() {
    check_cycle(
        |b, before| {
            let x = b.input(InputId::new(0));
            let (ahead, total) = (b.shift(x, -1, None), b.call(&TOTAL, &[Some(x)]));
            let outside = b.call(&MUL, &[Some(ahead), Some(total)]);
            b.call(&ADD, &[Some(before), Some(outside)])
        },
        Ok(()),
    );
}
