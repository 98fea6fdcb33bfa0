//! The library `math`: Lua 5.3's functions, some of older versions, numbers by chance.

use crate::native::{Cx, NativeFn, NativeResult, Num, Val};
use crate::number::{float_to_int, frexp, ldexp};
use crate::statics::{Lib, StaticsBuilder};

pub(crate) fn register(b: &mut StaticsBuilder) {
    let lib = Lib::new()
        .local("abs", abs)
        .local("ceil", ceil)
        .local("floor", floor)
        .local("max", max)
        .local("min", min)
        .local("fmod", fmod)
        .local("mod", fmod)
        .local("modf", modf)
        .local("sqrt", |cx| float(cx, f64::sqrt))
        .local("exp", |cx| float(cx, f64::exp))
        .local("log", log)
        .local("log10", |cx| float(cx, f64::log10))
        .local("pow", |cx| float2(cx, f64::powf))
        .local("sin", |cx| float(cx, f64::sin))
        .local("cos", |cx| float(cx, f64::cos))
        .local("tan", |cx| float(cx, f64::tan))
        .local("asin", |cx| float(cx, f64::asin))
        .local("acos", |cx| float(cx, f64::acos))
        .local("atan", atan)
        .local("atan2", |cx| float2(cx, f64::atan2))
        .local("sinh", |cx| float(cx, f64::sinh))
        .local("cosh", |cx| float(cx, f64::cosh))
        .local("tanh", |cx| float(cx, f64::tanh))
        .local("deg", |cx| float(cx, f64::to_degrees))
        .local("rad", |cx| float(cx, f64::to_radians))
        .local("frexp", split_exponent)
        .local("ldexp", join_exponent)
        .local("tointeger", to_integer)
        .local("type", kind)
        .local("ult", ult)
        .func("random", random)
        .func("randomseed", random_seed)
        .value("pi", std::f64::consts::PI)
        .value("huge", f64::INFINITY)
        .value("maxinteger", i64::MAX)
        .value("mininteger", i64::MIN);
    b.global("math", lib);
}

fn float(cx: &mut Cx<'_>, f: fn(f64) -> f64) -> NativeResult {
    let x = cx.check_float(0)?;
    cx.ret(f(x))
}

fn float2(cx: &mut Cx<'_>, f: fn(f64, f64) -> f64) -> NativeResult {
    let (x, y) = (cx.check_float(0)?, cx.check_float(1)?);
    cx.ret(f(x, y))
}

fn value<'cx>(number: Num) -> Val<'cx> {
    match number {
        Num::Int(i) => Val::int(i),
        Num::Float(f) => Val::float(f),
    }
}

/// An integer if the whole float `x` fits, as `floor` and `ceil` return it.
fn whole<'cx>(x: f64) -> Val<'cx> {
    float_to_int(x).map_or(Val::float(x), Val::int)
}

fn abs(cx: &mut Cx<'_>) -> NativeResult {
    match cx.check_num(0)? {
        Num::Int(i) => cx.ret(i.wrapping_abs()),
        Num::Float(f) => cx.ret(f.abs()),
    }
}

fn floor(cx: &mut Cx<'_>) -> NativeResult {
    match cx.check_num(0)? {
        Num::Int(i) => cx.ret(i),
        Num::Float(f) => cx.ret(whole(f.floor())),
    }
}

fn ceil(cx: &mut Cx<'_>) -> NativeResult {
    match cx.check_num(0)? {
        Num::Int(i) => cx.ret(i),
        Num::Float(f) => cx.ret(whole(f.ceil())),
    }
}

/// `a < b`, exact for an integer and a float.
pub(crate) fn less(a: Num, b: Num) -> bool {
    match (a, b) {
        (Num::Int(a), Num::Int(b)) => a < b,
        (Num::Float(a), Num::Float(b)) => a < b,
        (Num::Int(a), Num::Float(b)) => int_below(a, b),
        (Num::Float(a), Num::Int(b)) => !a.is_nan() && !int_below(b, a) && float_to_int(a) != Some(b),
    }
}

/// `i < f`.
fn int_below(i: i64, f: f64) -> bool {
    const LIMIT: f64 = 9_223_372_036_854_775_808.0;
    if f >= LIMIT {
        true
    } else if f > -LIMIT {
        #[expect(clippy::cast_possible_truncation, reason = "the range was checked")]
        let up = f.ceil() as i64;
        i < up
    } else {
        false
    }
}

/// The first of all arguments that no other one `beats`. `again` is who calls.
fn best(cx: &mut Cx<'_>, beats: fn(Num, Num) -> bool, again: NativeFn) -> NativeResult {
    for i in 0..cx.nargs() {
        if cx.arg(i).as_bytes().is_some() {
            // Replaced, so that what gives way reads no text twice.
            let number = cx.check_num(i)?;
            cx.set_slot(i, value(number));
            if cx.charge(0) {
                return cx.again(again);
            }
        }
    }
    let mut found = cx.check_num(0)?;
    for i in 1..cx.nargs() {
        let other = cx.check_num(i)?;
        if beats(other, found) {
            found = other;
        }
    }
    cx.charge(cx.nargs() * 2);
    cx.ret(value(found))
}

fn max(cx: &mut Cx<'_>) -> NativeResult {
    best(cx, |a, b| less(b, a), max)
}

fn min(cx: &mut Cx<'_>) -> NativeResult {
    best(cx, less, min)
}

/// The remainder that has the sign of the dividend.
fn fmod(cx: &mut Cx<'_>) -> NativeResult {
    match (cx.check_num(0)?, cx.check_num(1)?) {
        (Num::Int(_), Num::Int(0)) => Err(cx.arg_error(1, "zero")),
        (Num::Int(a), Num::Int(b)) => cx.ret(a.wrapping_rem(b)),
        _ => float2(cx, |a, b| a % b),
    }
}

fn modf(cx: &mut Cx<'_>) -> NativeResult {
    let x = match cx.check_num(0)? {
        Num::Int(i) => return cx.ret2(i, 0.0),
        Num::Float(x) => x,
    };
    let fraction = if x.is_infinite() { 0.0 } else { x - x.trunc() };
    cx.ret2(whole(x.trunc()), fraction)
}

fn log(cx: &mut Cx<'_>) -> NativeResult {
    let x = cx.check_float(0)?;
    if cx.arg(1).is_nil() {
        return cx.ret(x.ln());
    }
    let base = cx.check_float(1)?;
    cx.ret(if base == 2.0 {
        x.log2()
    } else if base == 10.0 {
        x.log10()
    } else {
        x.ln() / base.ln()
    })
}

fn atan(cx: &mut Cx<'_>) -> NativeResult {
    let (y, x) = (cx.check_float(0)?, cx.opt_float(1, 1.0)?);
    cx.ret(y.atan2(x))
}

fn split_exponent(cx: &mut Cx<'_>) -> NativeResult {
    let (mantissa, exponent) = frexp(cx.check_float(0)?);
    cx.ret2(mantissa, exponent)
}

fn join_exponent(cx: &mut Cx<'_>) -> NativeResult {
    let (mantissa, exponent) = (cx.check_float(0)?, cx.check_int(1)?);
    cx.ret(ldexp(mantissa, exponent))
}

fn to_integer(cx: &mut Cx<'_>) -> NativeResult {
    let v = cx.check_any(0)?;
    let number = crate::coerce::to_number(v.raw).map(Val::new);
    let integer = number.and_then(|v| v.as_int().or_else(|| v.as_number().and_then(float_to_int)));
    cx.ret(integer.map_or(Val::NIL, Val::int))
}

fn kind(cx: &mut Cx<'_>) -> NativeResult {
    let v = cx.check_any(0)?;
    let name: &[u8] = match (v.as_int(), v.as_number()) {
        (Some(_), _) => b"integer",
        (None, Some(_)) => b"float",
        (None, None) => return cx.ret(Val::NIL),
    };
    let name = cx.string(name);
    cx.ret(name)
}

fn ult(cx: &mut Cx<'_>) -> NativeResult {
    let (a, b) = (cx.check_int(0)?, cx.check_int(1)?);
    cx.ret(a.cast_unsigned() < b.cast_unsigned())
}

/// The next number of the process's sequence (SplitMix64).
fn draw(cx: &mut Cx<'_>) -> u64 {
    let state = &mut cx.lua().random;
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

fn random(cx: &mut Cx<'_>) -> NativeResult {
    let (low, high) = match cx.nargs() {
        0 => {
            // 53 bits are what a double below 1 can show.
            let unit = (draw(cx) >> 11) as f64 / (1u64 << 53) as f64;
            return cx.ret(unit);
        }
        1 => (1, cx.check_int(0)?),
        2 => (cx.check_int(0)?, cx.check_int(1)?),
        _ => return Err(cx.error("wrong number of arguments")),
    };
    if low > high {
        return Err(cx.arg_error(cx.nargs() - 1, "interval is empty"));
    }
    let span = high.wrapping_sub(low).cast_unsigned();
    let drawn = between(cx, span);
    cx.ret(low.wrapping_add(drawn.cast_signed()))
}

/// A number from 0 to `span`, each as likely as the other.
fn between(cx: &mut Cx<'_>, span: u64) -> u64 {
    let Some(count) = span.checked_add(1) else {
        return draw(cx);
    };
    // The upper half of the product is the number; the few draws that would favour some numbers are repeated.
    let threshold = count.wrapping_neg() % count;
    loop {
        let product = u128::from(draw(cx)) * u128::from(count);
        if product as u64 >= threshold {
            return (product >> 64) as u64;
        }
    }
}

/// Accepted for the sake of old programs; the host seeds each process.
fn random_seed(cx: &mut Cx<'_>) -> NativeResult {
    if cx.nargs() > 0 {
        cx.check_num(0)?;
    }
    cx.ret0()
}
