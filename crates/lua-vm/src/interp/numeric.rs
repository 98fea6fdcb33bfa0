//! Fast ways of arithmetic on two numbers; false means that the slow way has to be taken.

#![allow(unsafe_code, reason = "writes a register through a raw pointer")]

use crate::value::{self, Value};

/// Integers stay integers, everything else becomes a float.
#[inline(always)]
pub(super) unsafe fn both(
    to: *mut Value,
    x: Value,
    y: Value,
    int: impl Fn(i64, i64) -> i64,
    float: impl Fn(f64, f64) -> f64,
) -> bool {
    let v = if x.tag == value::INT && y.tag == value::INT {
        Value::int(int(x.as_int(), y.as_int()))
    } else if x.tag == value::FLOAT && y.tag == value::FLOAT {
        Value::float(float(x.as_float(), y.as_float()))
    } else if x.tag == value::FLOAT && y.tag == value::INT {
        Value::float(float(x.as_float(), y.as_int() as f64))
    } else if x.tag == value::INT && y.tag == value::FLOAT {
        Value::float(float(x.as_int() as f64, y.as_float()))
    } else {
        return false;
    };
    // SAFETY: the caller passes a register.
    unsafe { *to = v }
    true
}

/// Always floats.
#[inline(always)]
pub(super) unsafe fn real(to: *mut Value, x: Value, y: Value, float: impl Fn(f64, f64) -> f64) -> bool {
    let fx = match x.tag {
        value::FLOAT => x.as_float(),
        value::INT => x.as_int() as f64,
        _ => return false,
    };
    let fy = match y.tag {
        value::FLOAT => y.as_float(),
        value::INT => y.as_int() as f64,
        _ => return false,
    };
    // SAFETY: the caller passes a register.
    unsafe { *to = Value::float(float(fx, fy)) }
    true
}

/// Integer division and remainder; divisors 0 and -1 take the slow way.
#[inline(always)]
pub(super) unsafe fn divide(
    to: *mut Value,
    x: Value,
    y: Value,
    int: impl Fn(i64, i64) -> i64,
    float: impl Fn(f64, f64) -> f64,
) -> bool {
    let v = if x.tag == value::INT && y.tag == value::INT && (y.as_int() as u64).wrapping_add(1) > 1 {
        Value::int(int(x.as_int(), y.as_int()))
    } else if x.tag == value::FLOAT && y.tag == value::FLOAT {
        Value::float(float(x.as_float(), y.as_float()))
    } else {
        return false;
    };
    // SAFETY: the caller passes a register.
    unsafe { *to = v }
    true
}

/// Integers only.
#[inline(always)]
pub(super) unsafe fn bits(to: *mut Value, x: Value, y: Value, int: impl Fn(i64, i64) -> i64) -> bool {
    if x.tag != value::INT || y.tag != value::INT {
        return false;
    }
    // SAFETY: the caller passes a register.
    unsafe { *to = Value::int(int(x.as_int(), y.as_int())) }
    true
}
