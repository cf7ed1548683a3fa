//! What the builder shares, folds and lowers, seen in the print of the program.

use cranelift_entity::EntityRef;

use super::Builder;
use crate::ir::entries::{ABOVE, ADD, CONV, IF, MAX, MUL, NEG, RECTIFY, RUNNING_SUM, SAMPLE, TOTAL, WINDOW_SUM};
use crate::ir::{Grid, InputId, ParamId, Rate, Type, ValueId};

const GRID: Grid = Grid { bins: 4, bin_minutes: 5, start_minutes: None };

/// Builds a program and compares its print, but for the line of the grid.
fn check_printed(build: impl FnOnce(&mut Builder), expected: &[&str]) {
    let mut builder = Builder::new(GRID);
    build(&mut builder);
    let printed = builder.finish().to_string();
    assert_eq!(printed.lines().skip(1).collect::<Vec<_>>(), expected);
}

fn x(builder: &mut Builder) -> ValueId {
    builder.input(InputId::new(0))
}

#[test]
fn equal_calls_are_one_value() {
    check_printed(
        |b| {
            let (x, y) = (x(b), b.input(InputId::new(1)));
            let first = b.call(&ADD, &[Some(x), Some(y)]);
            let second = b.call(&ADD, &[Some(x), Some(y)]);
            b.call(&MUL, &[Some(first), Some(second)]);
            b.call(&ADD, &[Some(y), Some(x)]);
        },
        &[
            "v0: num series = input0",
            "v1: num series = input1",
            "v2: num series = v0 + v1",
            "v3: num series = v2 * v2",
            "v4: num series = v1 + v0",
        ],
    );
}

#[test]
fn constants_are_equal_by_type_and_bits_and_all_nans_are_one() {
    let mut b = Builder::new(GRID);
    let other_nan = f64::from_bits(0xfff8_0000_0000_0007);
    assert_eq!(b.number(f64::NAN), b.number(other_nan));
    assert_ne!(b.number(0.0), b.number(-0.0));
    assert_ne!(b.number(1.0), b.boolean(true));
    assert_eq!(b.boolean(true), b.boolean(true));
}

#[test]
fn folding_gives_what_the_entry_gives() {
    let awkward = [0.0, -0.0, 1.0, -1.0, 0.5, 1e308, 5e-324, f64::INFINITY, f64::NAN];
    for (left, right) in awkward.iter().flat_map(|&left| awkward.map(|right| (left, right))) {
        let mut b = Builder::new(GRID);
        let args = [Some(b.number(left)), Some(b.number(right))];
        let sum = b.call(&ADD, &args);
        let expected = b.number(left + right);
        assert_eq!(sum, expected, "{left} + {right}");
    }
}

#[test]
fn a_call_without_all_its_arguments_is_not_folded() {
    check_printed(
        |b| {
            let two = b.number(2.0);
            b.call(&IF, &[Some(two)]);
        },
        &["v0: num constant = 2.0", "v1: num constant = IF(v0)"],
    );
}

#[test]
fn folding_reaches_through_calls_and_types() {
    check_printed(
        |b| {
            let (two, three) = (b.number(2.0), b.number(3.0));
            let above = b.call(&ABOVE, &[Some(three), Some(two)]);
            let negative = b.call(&NEG, &[Some(three)]);
            b.call(&IF, &[Some(above), Some(negative), Some(two)]);
        },
        &["v0: num constant = 2.0", "v1: num constant = 3.0", "v2: bool constant = true", "v3: num constant = -3.0"],
    );
}

#[test]
fn a_variadic_entry_folds_from_the_left_and_one_argument_is_itself() {
    check_printed(
        |b| {
            let (x, y, z) = (x(b), b.input(InputId::new(1)), b.param(ParamId::new(0)));
            assert_eq!(b.call(&MAX, &[Some(x)]), x);
            b.call(&MAX, &[Some(x), Some(y), Some(z)]);
        },
        &[
            "v0: num series = input0",
            "v1: num series = input1",
            "v2: num uniform = param0",
            "v3: num series = MAX(v0, v1)",
            "v4: num series = MAX(v3, v2)",
        ],
    );
}

#[test]
fn an_entry_that_lowers_leaves_what_it_means() {
    check_printed(
        |b| {
            let x = x(b);
            b.call(&RECTIFY, &[Some(x)]);
        },
        &["v0: num series = input0", "v1: num constant = 0.0", "v2: num series = MAX(v1, v0)"],
    );
}

#[test]
fn absent_arguments_at_the_end_are_dropped() {
    check_printed(
        |b| {
            let x = x(b);
            let total = b.call(&TOTAL, &[Some(x), None]);
            assert_eq!(b.call(&TOTAL, &[Some(x)]), total);
        },
        &["v0: num series = input0", "v1: num uniform = TOTAL(v0)"],
    );
}

#[test]
fn seeded_samples_are_never_shared() {
    check_printed(
        |b| {
            let key = Some(b.number(1.0));
            b.call(&SAMPLE, &[key, key]);
            b.call(&SAMPLE, &[key, key]);
        },
        &[
            "v0: num constant = 1.0",
            "v1: num series = sample of poisson(v0, v0)",
            "v2: num series = sample of poisson(v0, v0)",
        ],
    );
}

#[test]
fn slots_are_never_shared_but_equal_delays_of_one_are() {
    let mut b = Builder::new(GRID);
    let (first, second) = (b.slot(Type::Num), b.slot(Type::Num));
    let start = Some(b.number(5.0));
    let delay = b.delay(first, 1, start);
    assert_eq!(b.delay(first, 1, start), delay);
    assert_ne!(b.delay(first, 1, None), delay);
    assert_ne!(b.delay(first, 2, start), delay);
    assert_ne!(b.delay(second, 1, start), delay);
}

#[test]
fn a_shift_is_the_value_a_delay_or_a_lead() {
    check_printed(
        |b| {
            let x = x(b);
            assert_eq!(b.shift(x, 0, None), x);
            let lag = b.shift(x, 1, None);
            assert_eq!(b.shift(x, 1, None), lag);
            b.shift(x, 2, Some(lag));
            b.shift(x, -3, None);
            b.shift(x, i64::MIN, None);
        },
        &[
            "v0: num series = input0",
            "v1: num series = delay slot0 by 1",
            "v2: num series = delay slot0 by 2 from v1",
            "v3: num series = lead v0 by 3",
            "v4: num series = lead v0 by 4294967295",
            "slot0: num = v0",
        ],
    );
}

#[test]
fn a_column_of_which_nothing_is_read_becomes_zero() {
    check_printed(
        |b| {
            let (x, zero) = (x(b), b.number(0.0));
            b.call(&CONV, &[Some(x), Some(zero), Some(zero)]);
        },
        &["v0: num series = input0", "v1: num constant = 0.0", "v2: num series = CONV(v1, v1, v1)"],
    );
}

#[test]
fn a_rate_follows_from_operation_and_operands() {
    let mut b = Builder::new(GRID);
    let (number, param, x) = (b.number(2.0), b.param(ParamId::new(0)), x(&mut b));
    let mut check = |expected, value: &dyn Fn(&mut Builder) -> ValueId| {
        let value = value(&mut b);
        assert_eq!(b.rate(value), expected);
    };
    check(Rate::Constant, &|_| number);
    check(Rate::Uniform, &|_| param);
    check(Rate::Series, &|_| x);
    check(Rate::Uniform, &|b| b.call(&ADD, &[Some(number), Some(param)]));
    check(Rate::Series, &|b| b.call(&ADD, &[Some(param), Some(x)]));
    check(Rate::Uniform, &|b| b.call(&TOTAL, &[Some(x)]));
    check(Rate::Series, &|b| b.call(&WINDOW_SUM, &[Some(number), Some(number)]));
    check(Rate::Series, &|b| b.call(&RUNNING_SUM, &[Some(number)]));
    check(Rate::Series, &|b| b.shift(number, 1, None));
    check(Rate::Series, &|b| b.shift(number, -1, None));
}

#[test]
fn a_same_result_has_the_type_of_its_same_arguments() {
    let mut b = Builder::new(GRID);
    let (x, truth, number) = (x(&mut b), b.boolean(true), b.number(1.0));
    let condition = b.call(&ABOVE, &[Some(x), Some(number)]);
    let truths = b.call(&IF, &[Some(condition), Some(truth), Some(condition)]);
    let numbers = b.call(&IF, &[Some(condition), Some(x), Some(number)]);
    assert_eq!((b.ty(condition), b.ty(truths), b.ty(numbers)), (Type::Bool, Type::Bool, Type::Num));
    let shifted = b.shift(truths, -1, None);
    assert_eq!(b.ty(shifted), Type::Bool);
}

#[test]
fn a_program_prints_its_grid_slots_and_outputs() {
    let mut b = Builder::new(Grid { start_minutes: Some(60), ..GRID });
    let slot = b.slot(Type::Num);
    let (start, x) = (b.number(5.0), x(&mut b));
    let before = b.delay(slot, 1, Some(start));
    let queue = b.call(&ADD, &[Some(before), Some(x)]);
    b.fill(slot, queue);
    b.output(queue);
    b.slot(Type::Bool);
    let expected = "\
grid: 4 bins of 5 minutes from minute 60
v0: num constant = 5.0
v1: num series = input0
v2: num series = delay slot0 by 1 from v0
v3: num series = v2 + v1
slot0: num = v3
slot1: bool is empty
out0 = v3
";
    assert_eq!(b.finish().to_string(), expected);
}
