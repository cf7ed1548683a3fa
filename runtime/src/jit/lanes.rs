//! What inline code of the builtin table is written with: vectors of neighbouring bins, and what is known of them.
//!
//! A number is an `F64X2`, a truth value a mask of all ones or all zeros per lane; in memory it is 1 or 0. In a loop bin
//! by bin only the first lane counts, or each lane is another recurrence. Each method is exactly one IEEE operation per
//! lane, or moves bits; what is known (a constant, never missing) only chooses between forms with the same results.

use std::fmt;

use cranelift_codegen::ir::condcodes::FloatCC;
use cranelift_codegen::ir::types::{F64, F64X2, I64X2};
use cranelift_codegen::ir::{ConstantData, InstBuilder, MemFlagsData, Type as ClifType, Value};
use cranelift_frontend::FunctionBuilder;

use crate::ir::Type;

/// One value at the bins of a vector.
#[derive(Clone, Copy, Debug)]
pub struct Vector {
    pub(super) value: Value,
    pub(super) ty: Type,
    /// Whether it is known not to be NaN.
    present: bool,
    constant: Option<f64>,
}

/// What a scan carries: its last result, and whether a present value has been seen.
#[derive(Clone, Copy, Debug)]
pub struct Carried {
    /// The last result.
    pub value: Vector,
    /// Whether a present value has been seen.
    pub seen: Vector,
}

/// Writes the code of one value.
pub struct Lanes<'a, 'f> {
    pub(super) builder: &'a mut FunctionBuilder<'f>,
    /// The address of the current bin of column 0, and of its bin 0.
    pub(super) position: [Value; 2],
    /// How many bins a vector has.
    pub(super) width: usize,
}

impl fmt::Debug for Lanes<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lanes").field("width", &self.width).finish_non_exhaustive()
    }
}

impl Vector {
    /// A number of which nothing is known.
    pub(super) fn number(value: Value) -> Self {
        Vector { value, ty: Type::Num, present: false, constant: None }
    }

    /// A truth value.
    pub(super) fn mask(value: Value) -> Self {
        Vector { value, ty: Type::Bool, present: true, constant: None }
    }

    /// The number at every bin, if it is known when the code is made.
    pub fn constant(&self) -> Option<f64> {
        self.constant
    }

    /// Whether it is known not to be missing at any bin.
    pub fn is_present(&self) -> bool {
        self.present
    }

    /// The same, known not to be missing or not known.
    pub fn with_present(self, present: bool) -> Self {
        Vector { present, ..self }
    }

    fn is(&self, number: f64) -> bool {
        self.constant.is_some_and(|constant| constant.to_bits() == number.to_bits())
    }
}

/// A method for a Cranelift instruction of one or two operands.
macro_rules! operation {
    ($($name:ident($($operand:ident),*) = $instruction:ident, $doc:literal;)*) => {$(
        #[doc = $doc]
        pub fn $name(&mut self, $($operand: Vector),*) -> Vector {
            Vector::number(self.builder.ins().$instruction($($operand.value),*))
        }
    )*};
}

/// A method for a comparison.
macro_rules! comparison {
    ($($name:ident = $condition:ident, $doc:literal;)*) => {$(
        #[doc = $doc]
        pub fn $name(&mut self, a: Vector, b: Vector) -> Vector {
            Vector::mask(self.builder.ins().fcmp(FloatCC::$condition, a.value, b.value))
        }
    )*};
}

impl Lanes<'_, '_> {
    operation! {
        add(a, b) = fadd, "`a + b`";
        sub(a, b) = fsub, "`a - b`";
        mul(a, b) = fmul, "`a * b`";
        div(a, b) = fdiv, "`a / b`, as IEEE has it";
        sqrt(a) = sqrt, "The square root.";
        floor(a) = floor, "The largest whole number not above.";
        ceil(a) = ceil, "The smallest whole number not below.";
        trunc(a) = trunc, "Without its fraction.";
    }

    comparison! {
        lt = LessThan, "`a < b`";
        le = LessThanOrEqual, "`a <= b`";
        gt = GreaterThan, "`a > b`";
        ge = GreaterThanOrEqual, "`a >= b`";
        lt_or_missing = UnorderedOrLessThan, "`a < b`, or true where either is missing";
        gt_or_missing = UnorderedOrGreaterThan, "`a > b`, or true where either is missing";
    }

    /// `a == b` of numbers or of truth values.
    pub fn eq(&mut self, a: Vector, b: Vector) -> Vector {
        match a.ty {
            Type::Num => Vector::mask(self.builder.ins().fcmp(FloatCC::Equal, a.value, b.value)),
            Type::Bool => {
                let differ = self.ne(a, b);
                self.not(differ)
            }
        }
    }

    /// `a != b` of numbers or of truth values; true where a number is missing.
    pub fn ne(&mut self, a: Vector, b: Vector) -> Vector {
        Vector::mask(match a.ty {
            Type::Num => self.builder.ins().fcmp(FloatCC::NotEqual, a.value, b.value),
            Type::Bool => self.builder.ins().bxor(a.value, b.value),
        })
    }

    /// The same number at every bin.
    pub fn splat(&mut self, number: f64) -> Vector {
        let value = self.constant_lanes(F64X2, [number.to_bits(); 2]);
        Vector { value, ty: Type::Num, present: !number.is_nan(), constant: Some(number) }
    }

    /// The same truth value at every bin.
    pub fn splat_truth(&mut self, truth: bool) -> Vector {
        let bits = if truth { u64::MAX } else { 0 };
        let value = self.constant_lanes(I64X2, [bits; 2]);
        Vector { constant: Some(f64::from(u8::from(truth))), ..Vector::mask(value) }
    }

    /// The numbers of the bins.
    pub fn bin(&mut self) -> Vector {
        let [position, origin] = self.position;
        let bytes = self.builder.ins().isub(position, origin);
        let bin = self.builder.ins().ushr_imm_s(bytes, 3);
        let number = self.builder.ins().fcvt_from_sint(F64, bin);
        let first = Vector::number(self.builder.ins().splat(F64X2, number)).with_present(true);
        if self.width == 1 {
            return first;
        }
        let steps = self.constant_lanes(F64X2, [0f64.to_bits(), 1f64.to_bits()]);
        self.add(first, Vector::number(steps)).with_present(true)
    }

    /// With the other sign.
    pub fn neg(&mut self, a: Vector) -> Vector {
        Vector::number(self.builder.ins().fneg(a.value)).with_present(a.present)
    }

    /// Without its sign.
    pub fn abs(&mut self, a: Vector) -> Vector {
        Vector::number(self.builder.ins().fabs(a.value)).with_present(a.present)
    }

    /// The size of one with the sign of the other.
    pub fn copy_sign(&mut self, size: Vector, sign: Vector) -> Vector {
        let sign_bit = self.splat(-0.0).value;
        let size_bits = self.builder.ins().band_not(size.value, sign_bit);
        let sign_bits = self.builder.ins().band(sign.value, sign_bit);
        Vector::number(self.builder.ins().bor(size_bits, sign_bits)).with_present(size.present)
    }

    /// Where a number is missing.
    pub fn missing(&mut self, a: Vector) -> Vector {
        if a.present {
            return self.splat_truth(false);
        }
        Vector::mask(self.builder.ins().fcmp(FloatCC::Unordered, a.value, a.value))
    }

    /// Where both hold.
    pub fn and(&mut self, a: Vector, b: Vector) -> Vector {
        Vector::mask(self.builder.ins().band(a.value, b.value))
    }

    /// Where at least one holds.
    pub fn or(&mut self, a: Vector, b: Vector) -> Vector {
        Vector::mask(self.builder.ins().bor(a.value, b.value))
    }

    /// Where it doesn't hold.
    pub fn not(&mut self, a: Vector) -> Vector {
        Vector::mask(self.builder.ins().bnot(a.value))
    }

    /// `then` where the mask holds, `other` elsewhere; both of one type.
    pub fn select(&mut self, mask: Vector, then: Vector, other: Vector) -> Vector {
        let present = then.present && other.present;
        if other.is(0.0) {
            return self.keep(mask, then).with_present(present);
        }
        if then.is(0.0) && then.ty == Type::Num {
            return self.clear(mask, other).with_present(present);
        }
        let value = match then.ty {
            Type::Bool => self.builder.ins().bitselect(mask.value, then.value, other.value),
            Type::Num => {
                let mask = self.bits(F64X2, mask.value);
                self.builder.ins().bitselect(mask, then.value, other.value)
            }
        };
        Vector { value, ty: then.ty, present, constant: None }
    }

    /// The number where the mask holds, 0 elsewhere.
    pub fn keep(&mut self, mask: Vector, then: Vector) -> Vector {
        let value = match then.ty {
            Type::Bool => self.builder.ins().band(mask.value, then.value),
            Type::Num => {
                let mask = self.bits(F64X2, mask.value);
                self.builder.ins().band(mask, then.value)
            }
        };
        Vector { value, constant: None, ..then }
    }

    /// The number where the mask doesn't hold, 0 there.
    pub fn clear(&mut self, mask: Vector, other: Vector) -> Vector {
        let mask = self.bits(F64X2, mask.value);
        let value = self.builder.ins().band_not(other.value, mask);
        Vector::number(value).with_present(other.present)
    }

    /// The number, but missing where the mask holds: all bits set are one of the NaNs.
    pub fn erase(&mut self, mask: Vector, other: Vector) -> Vector {
        let mask = self.bits(F64X2, mask.value);
        Vector::number(self.builder.ins().bor(other.value, mask))
    }

    /// `MIN(a, b)` of the language.
    pub fn smaller(&mut self, a: Vector, b: Vector) -> Vector {
        self.extreme(a, b, Self::lt, Self::lt_or_missing)
    }

    /// `MAX(a, b)` of the language.
    pub fn larger(&mut self, a: Vector, b: Vector) -> Vector {
        // With its operands swapped this is the comparison that becomes one instruction.
        self.extreme(a, b, |lanes, a, b| lanes.lt(b, a), Self::gt_or_missing)
    }

    /// a where it is missing or compares, else b.
    fn extreme(
        &mut self,
        a: Vector,
        b: Vector,
        compare: impl Fn(&mut Self, Vector, Vector) -> Vector,
        compare_or_missing: impl Fn(&mut Self, Vector, Vector) -> Vector,
    ) -> Vector {
        let present = a.present && b.present;
        if b.present && !a.present {
            let mask = compare_or_missing(self, a, b);
            return self.choose(mask, a, b);
        }
        let mask = compare(self, a, b);
        let extreme = self.choose(mask, a, b);
        if a.present {
            return extreme.with_present(present);
        }
        let missing = self.missing(a);
        self.erase(missing, extreme)
    }

    /// `select` without shortcuts.
    fn choose(&mut self, mask: Vector, then: Vector, other: Vector) -> Vector {
        let mask = self.bits(F64X2, mask.value);
        Vector::number(self.builder.ins().bitselect(mask, then.value, other.value))
    }

    /// A truth value as the number 1 or 0.
    pub fn as_number(&mut self, a: Vector) -> Vector {
        match a.ty {
            Type::Num => a,
            Type::Bool => {
                let one = self.splat(1.0);
                self.keep(a, one).with_present(true)
            }
        }
    }

    /// The number from memory as a vector of the type that it stands for.
    pub(super) fn of_memory(&mut self, number: Value, ty: Type) -> Vector {
        let number = Vector::number(number);
        match ty {
            Type::Num => number,
            Type::Bool => {
                let zero = self.splat(0.0);
                self.ne(number, zero)
            }
        }
    }

    fn constant_lanes(&mut self, ty: ClifType, lanes: [u64; 2]) -> Value {
        let bytes: Vec<u8> = lanes.iter().flat_map(|lane| lane.to_le_bytes()).collect();
        let constant = self.builder.func.dfg.constants.insert(ConstantData::from(bytes.as_slice()));
        self.builder.ins().vconst(ty, constant)
    }

    /// The same bits as another type.
    pub(super) fn bits(&mut self, ty: ClifType, value: Value) -> Value {
        let flags = MemFlagsData::new().with_endianness(cranelift_codegen::ir::Endianness::Little);
        self.builder.ins().bitcast(ty, flags, value)
    }
}
