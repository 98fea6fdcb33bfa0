//! Arithmetic of Lua 5.3 on values, without metamethods.

use crate::opcode::Op;
use crate::value::{self, Value, float_to_int};

/// Why an operation on numbers fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ArithError {
    /// Not two numbers.
    Type,
    DivideByZero,
    ModuloByZero,
    /// A float without integer value met a bitwise operator.
    NoInteger,
}

#[inline(always)]
pub(crate) fn floor_div(a: i64, b: i64) -> i64 {
    let q = a.wrapping_div(b);
    if (a % b != 0) && ((a < 0) != (b < 0)) { q - 1 } else { q }
}

#[inline(always)]
pub(crate) fn floor_mod(a: i64, b: i64) -> i64 {
    let r = a.wrapping_rem(b);
    if r != 0 && (r ^ b) < 0 { r + b } else { r }
}

#[inline(always)]
pub(crate) fn float_mod(a: f64, b: f64) -> f64 {
    let r = a % b;
    if r != 0.0 && (r < 0.0) != (b < 0.0) { r + b } else { r }
}

pub(crate) fn shift_left(a: i64, n: i64) -> i64 {
    match n {
        0..=63 => ((a as u64) << n) as i64,
        -63..=-1 => ((a as u64) >> -n) as i64,
        _ => 0,
    }
}

pub(crate) fn shift_right(a: i64, n: i64) -> i64 {
    shift_left(a, n.checked_neg().unwrap_or(i64::MAX))
}

pub(crate) fn pow(a: f64, b: f64) -> f64 {
    if b == 2.0 { a * a } else { a.powf(b) }
}

fn float_of(v: Value) -> Option<f64> {
    match v.tag {
        value::INT => Some(v.as_int() as f64),
        value::FLOAT => Some(v.as_float()),
        _ => None,
    }
}

/// The integer of an operand of a bitwise operator.
fn bits_of(v: Value) -> Result<i64, ArithError> {
    match v.tag {
        value::INT => Ok(v.as_int()),
        value::FLOAT => float_to_int(v.as_float()).ok_or(ArithError::NoInteger),
        _ => Err(ArithError::Type),
    }
}

/// `a op b` for two numbers.
pub(crate) fn binary(op: Op, a: Value, b: Value) -> Result<Value, ArithError> {
    use Op::*;
    if let BAnd | BOr | BXor | Shl | Shr = op {
        // The type of both is checked before the value of either.
        if !a.is_number() || !b.is_number() {
            return Err(ArithError::Type);
        }
        let (x, y) = (bits_of(a)?, bits_of(b)?);
        return Ok(Value::int(match op {
            BAnd => x & y,
            BOr => x | y,
            BXor => x ^ y,
            Shl => shift_left(x, y),
            _ => shift_right(x, y),
        }));
    }
    if a.is_int() && b.is_int() {
        let (x, y) = (a.as_int(), b.as_int());
        match op {
            Add => return Ok(Value::int(x.wrapping_add(y))),
            Sub => return Ok(Value::int(x.wrapping_sub(y))),
            Mul => return Ok(Value::int(x.wrapping_mul(y))),
            IDiv if y == 0 => return Err(ArithError::DivideByZero),
            IDiv if y == -1 => return Ok(Value::int(x.wrapping_neg())),
            IDiv => return Ok(Value::int(floor_div(x, y))),
            Mod if y == 0 => return Err(ArithError::ModuloByZero),
            Mod if y == -1 => return Ok(Value::int(0)),
            Mod => return Ok(Value::int(floor_mod(x, y))),
            _ => {}
        }
    }
    let (Some(x), Some(y)) = (float_of(a), float_of(b)) else { return Err(ArithError::Type) };
    Ok(Value::float(match op {
        Add => x + y,
        Sub => x - y,
        Mul => x * y,
        Div => x / y,
        Mod => float_mod(x, y),
        IDiv => (x / y).floor(),
        _ => pow(x, y),
    }))
}

/// Folds an operation on two literals; `None` if it would raise.
pub(crate) fn fold(op: Op, a: Value, b: Value) -> Option<Value> {
    binary(op, a, b).ok()
}

/// `a < b` for an integer and a float, exactly.
pub(crate) fn int_lt_float(i: i64, f: f64) -> bool {
    if f.is_nan() {
        return false;
    }
    if f >= 9_223_372_036_854_775_808.0 {
        return true;
    }
    if f <= -9_223_372_036_854_775_808.0 {
        return false;
    }
    // `f` fits: i < f is i < ceil(f).
    i < f.ceil() as i64 || (f.ceil() >= 9_223_372_036_854_775_808.0)
}

/// `a <= b` for an integer and a float, exactly.
pub(crate) fn int_le_float(i: i64, f: f64) -> bool {
    if f.is_nan() {
        return false;
    }
    if f >= 9_223_372_036_854_775_808.0 {
        return true;
    }
    if f < -9_223_372_036_854_775_808.0 {
        return false;
    }
    i <= f.floor() as i64
}

/// `a < b` for two numbers.
pub(crate) fn num_lt(a: Value, b: Value) -> bool {
    match (a.tag, b.tag) {
        (value::INT, value::INT) => a.as_int() < b.as_int(),
        (value::FLOAT, value::FLOAT) => a.as_float() < b.as_float(),
        (value::INT, _) => int_lt_float(a.as_int(), b.as_float()),
        _ => !b_nan(a) && !int_le_float(b.as_int(), a.as_float()),
    }
}

/// `a <= b` for two numbers.
pub(crate) fn num_le(a: Value, b: Value) -> bool {
    match (a.tag, b.tag) {
        (value::INT, value::INT) => a.as_int() <= b.as_int(),
        (value::FLOAT, value::FLOAT) => a.as_float() <= b.as_float(),
        (value::INT, _) => int_le_float(a.as_int(), b.as_float()),
        _ => !b_nan(a) && !int_lt_float(b.as_int(), a.as_float()),
    }
}

fn b_nan(v: Value) -> bool {
    v.as_float().is_nan()
}
