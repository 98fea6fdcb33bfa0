//! Numbers and text: Lua's reading and writing of integers and floats.
//!
//! Reading follows Lua 5.3. Writing deviates where the dialect does: a float with a whole value prints
//! without `.0`, other floats print the shortest digits that read back as the same value.

/// A number as Lua sees it: the two representations stay apart.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Number {
    /// A 64-bit integer.
    Int(i64),
    /// A double.
    Float(f64),
}

/// The value of the hexadecimal or larger-base digit `c`, up to base 36.
fn digit(c: u8) -> Option<u32> {
    char::from(c).to_digit(36)
}

/// Whether `c` is white space in the C locale.
pub(crate) const fn is_space(c: u8) -> bool {
    matches!(c, b' ' | b'\t'..=b'\r')
}

fn trim(mut text: &[u8]) -> &[u8] {
    while let [first, rest @ ..] = text
        && is_space(*first)
    {
        text = rest;
    }
    while let [rest @ .., last] = text
        && is_space(*last)
    {
        text = rest;
    }
    text
}

fn split_sign(text: &[u8]) -> (bool, &[u8]) {
    match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, text),
    }
}

/// Longest text that may be a numeral, white space included: longer ones are none, so that reading one is short work.
pub const MAX_NUMERAL: usize = 4096;

/// Reads a numeral as Lua's string-to-number conversion does: white space around it is ignored,
/// hexadecimal integers wrap around, decimal integers beyond 64 bits become floats. `None` if the whole
/// text is not one numeral (`inf` and `nan` are not), or is longer than [`MAX_NUMERAL`].
#[must_use]
pub fn parse(text: &[u8]) -> Option<Number> {
    if text.len() > MAX_NUMERAL {
        return None;
    }
    let text = trim(text);
    let (negative, digits) = split_sign(text);
    if let [b'0', b'x' | b'X', hex @ ..] = digits {
        return parse_hex(negative, hex);
    }
    match parse_decimal_int(negative, digits) {
        Some(i) => Some(Number::Int(i)),
        None => parse_decimal_float(text, digits).map(Number::Float),
    }
}

/// The integer of all-decimal `digits`; `None` if there is another byte or the value does not fit.
fn parse_decimal_int(negative: bool, digits: &[u8]) -> Option<i64> {
    if digits.is_empty() {
        return None;
    }
    let mut value = 0i64;
    for &c in digits {
        let d = c.wrapping_sub(b'0');
        if d > 9 {
            return None;
        }
        // Built downwards, because the smallest integer has no positive counterpart.
        value = value.checked_mul(10)?.checked_sub(i64::from(d))?;
    }
    if negative { Some(value) } else { value.checked_neg() }
}

fn parse_decimal_float(signed: &[u8], digits: &[u8]) -> Option<f64> {
    // Rust's reader accepts names such as `inf`; a numeral starts with a digit or a point and a digit.
    if !digits.iter().all(|c| matches!(c, b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-')) {
        return None;
    }
    std::str::from_utf8(signed).ok()?.parse().ok()
}

fn parse_hex(negative: bool, hex: &[u8]) -> Option<Number> {
    let (mut wrapped, mut significant, mut sticky) = (0u64, 0u64, false);
    let (mut any, mut exponent, mut fraction, mut at) = (false, 0i64, false, 0);
    while let Some(&c) = hex.get(at) {
        if c == b'.' && !fraction {
            fraction = true;
        } else if let Some(d) = digit(c).filter(|d| *d < 16) {
            any = true;
            wrapped = (wrapped << 4) | u64::from(d);
            if significant >> 56 == 0 {
                significant = (significant << 4) | u64::from(d);
                exponent -= if fraction { 4 } else { 0 };
            } else {
                sticky |= d != 0;
                exponent += if fraction { 0 } else { 4 };
            }
        } else {
            break;
        }
        at += 1;
    }
    if !any {
        return None;
    }
    let tail = &hex[at..];
    if tail.is_empty() && !fraction {
        let value = wrapped.cast_signed();
        return Some(Number::Int(if negative { value.wrapping_neg() } else { value }));
    }
    if let [b'p' | b'P', power @ ..] = tail {
        exponent = exponent.saturating_add(parse_power(power)?);
    } else if !tail.is_empty() {
        return None;
    }
    // The sticky bit stands for all digits that were cut off, so that the one rounding below is right.
    let value = scale(significant << 1 | u64::from(sticky), exponent.saturating_sub(1));
    Some(Number::Float(if negative { -value } else { value }))
}

fn parse_power(text: &[u8]) -> Option<i64> {
    let (negative, digits) = split_sign(text);
    if digits.is_empty() {
        return None;
    }
    let mut value = 0i64;
    for &c in digits {
        let d = c.wrapping_sub(b'0');
        if d > 9 {
            return None;
        }
        // Beyond this the result is zero or infinity whatever the mantissa.
        value = (value * 10 + i64::from(d)).min(1 << 40);
    }
    Some(if negative { -value } else { value })
}

/// `mantissa × 2^exponent`, rounded once, to nearest even; the lowest bit may be a sticky bit.
#[expect(clippy::cast_precision_loss, reason = "the conversion is the rounding that is wanted")]
fn scale(mantissa: u64, exponent: i64) -> f64 {
    if mantissa == 0 {
        return 0.0;
    }
    let bits = i64::from(64 - mantissa.leading_zeros());
    // The result is below 2^top.
    let top = bits.saturating_add(exponent);
    if top > 1024 {
        return f64::INFINITY;
    }
    if top < -1075 {
        return 0.0;
    }
    if top > -1021 {
        // A normal result: the conversion rounds, scaling by a power of two is exact (or overflows).
        return ldexp(mantissa as f64, exponent);
    }
    // A subnormal result has bits of weight 2^-1074 and more only: shift to that weight and round here.
    let shift = -1074 - exponent;
    if shift <= 0 {
        return ldexp(mantissa as f64, exponent);
    }
    let shift = u32::try_from(shift).unwrap_or(u32::MAX).min(127);
    let wide = u128::from(mantissa);
    let (kept, rest, half) = (wide >> shift, wide & ((1 << shift) - 1), 1u128 << (shift - 1));
    let up = rest > half || (rest == half && kept & 1 == 1);
    f64::from_bits(u64::try_from(kept).unwrap_or(u64::MAX) + u64::from(up))
}

/// `x × 2^exponent`, as C's `ldexp`.
#[must_use]
pub fn ldexp(x: f64, exponent: i64) -> f64 {
    // Two steps are not always enough: from the largest to the smallest magnitude it is 2,100 powers.
    let mut left = exponent.clamp(-2200, 2200);
    let mut x = x;
    while left > 0 {
        let step = left.min(1023);
        x *= power_of_two(step);
        left -= step;
    }
    while left < 0 {
        // Leaves 53 bits of room, so that a value becomes subnormal in the last step only.
        let step = if left < -1022 { -969 } else { left };
        x *= power_of_two(step);
        left -= step;
    }
    x
}

/// `2^e` for a normal result, `-1022 <= e <= 1023`.
fn power_of_two(e: i64) -> f64 {
    f64::from_bits(u64::try_from(e + 1023).expect("the exponent is that of a normal double") << 52)
}

/// The mantissa in `[0.5, 1)` and the exponent with `x = mantissa × 2^exponent`, as C's `frexp`.
#[must_use]
pub fn frexp(x: f64) -> (f64, i64) {
    if x == 0.0 || !x.is_finite() {
        return (x, 0);
    }
    let (normal, bias) = if x.is_subnormal() { (x * power_of_two(64), 64) } else { (x, 0) };
    let bits = normal.to_bits();
    let exponent = i64::from((bits >> 52) as u16 & 0x7ff) - 1022;
    (f64::from_bits(bits & !(0x7ff << 52) | 1022 << 52), exponent - bias)
}

/// Reads an integer of `base` 2–36 as `tonumber(text, base)` does; it wraps around. `None` beyond [`MAX_NUMERAL`], too.
#[must_use]
pub fn parse_base(text: &[u8], base: u32) -> Option<i64> {
    if text.len() > MAX_NUMERAL {
        return None;
    }
    let (negative, digits) = split_sign(trim(text));
    // `trim` ran before the sign was taken off, so a space after the sign is refused below.
    if digits.is_empty() {
        return None;
    }
    let mut value = 0i64;
    for &c in digits {
        let d = digit(c).filter(|d| *d < base)?;
        value = value.wrapping_mul(i64::from(base)).wrapping_add(i64::from(d));
    }
    Some(if negative { value.wrapping_neg() } else { value })
}

/// The integer equal to `x`, if there is one.
#[must_use]
pub fn float_to_int(x: f64) -> Option<i64> {
    // -(2^63) is a double, 2^63 - 1 is not: the upper bound is open.
    let inside = (-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&x);
    #[expect(clippy::cast_possible_truncation, reason = "the range was checked")]
    (inside && x.trunc() == x).then_some(x as i64)
}

const PAIRS: &[u8; 200] = b"0001020304050607080910111213141516171819\
2021222324252627282930313233343536373839\
4041424344454647484950515253545556575859\
6061626364656667686970717273747576777879\
8081828384858687888990919293949596979899";

/// Appends the decimal digits of `value`.
pub fn write_uint(out: &mut Vec<u8>, mut value: u64) {
    let mut buffer = [0u8; 20];
    let mut at = buffer.len();
    while value >= 100 {
        let pair = (value % 100) as usize * 2;
        value /= 100;
        at -= 2;
        buffer[at..at + 2].copy_from_slice(&PAIRS[pair..pair + 2]);
    }
    if value >= 10 {
        let pair = value as usize * 2;
        at -= 2;
        buffer[at..at + 2].copy_from_slice(&PAIRS[pair..pair + 2]);
    } else {
        at -= 1;
        buffer[at] = b'0' + value as u8;
    }
    out.extend_from_slice(&buffer[at..]);
}

/// Appends `value` in decimal, as `tostring` writes it.
pub fn write_int(out: &mut Vec<u8>, value: i64) {
    if value < 0 {
        out.push(b'-');
    }
    write_uint(out, value.unsigned_abs());
}

/// Appends `value` as `tostring` writes it: whole values as integers (`3`, `-0`), others with the
/// shortest digits that read back; powers of ten below -4 and from 21 on as exponents (`1e-05`,
/// `1e+21`); `inf`, `-inf`, `nan`.
pub fn write_float(out: &mut Vec<u8>, value: f64) {
    if value.is_nan() {
        return out.extend_from_slice(b"nan");
    }
    if value.is_sign_negative() {
        out.push(b'-');
    }
    let value = value.abs();
    if value.is_infinite() {
        return out.extend_from_slice(b"inf");
    }
    // Below 2^53 a whole double and its decimal digits are the same number.
    if value < 9_007_199_254_740_992.0 && value.trunc() == value {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked right above")]
        return write_uint(out, value as u64);
    }
    let mut text = Scratch::default();
    text.write(format_args!("{value:e}"));
    let text = text.as_bytes();
    let split = text.iter().position(|c| *c == b'e').expect("the exponent form has an `e`");
    let exponent: i32 =
        std::str::from_utf8(&text[split + 1..]).ok().and_then(|e| e.parse().ok()).expect("decimal exponent");
    // The mantissa is `d` or `d.ddd`.
    let (first, rest) = (text[0], text.get(2..split).unwrap_or_default());
    if !(-4..21).contains(&exponent) {
        out.push(first);
        if !rest.is_empty() {
            out.push(b'.');
            out.extend_from_slice(rest);
        }
        return write_exponent(out, b'e', exponent);
    }
    if exponent < 0 {
        out.extend_from_slice(b"0.");
        out.resize(out.len() + exponent.unsigned_abs() as usize - 1, b'0');
        out.push(first);
        return out.extend_from_slice(rest);
    }
    let whole = exponent.unsigned_abs() as usize;
    out.push(first);
    if whole >= rest.len() {
        out.extend_from_slice(rest);
        out.resize(out.len() + whole - rest.len(), b'0');
    } else {
        out.extend_from_slice(&rest[..whole]);
        out.push(b'.');
        out.extend_from_slice(&rest[whole..]);
    }
}

/// Appends an exponent as C writes it: sign and at least two digits.
pub(crate) fn write_exponent(out: &mut Vec<u8>, letter: u8, exponent: i32) {
    out.push(letter);
    out.push(if exponent < 0 { b'-' } else { b'+' });
    let exponent = exponent.unsigned_abs();
    if exponent < 10 {
        out.push(b'0');
    }
    write_uint(out, u64::from(exponent));
}

/// A small buffer on the stack for what `core::fmt` writes; 32 bytes hold any shortest double.
#[derive(Default)]
struct Scratch {
    bytes: [u8; 32],
    len: usize,
}

impl Scratch {
    fn write(&mut self, args: std::fmt::Arguments<'_>) {
        std::fmt::Write::write_fmt(self, args).expect("a shortest double has at most 24 bytes");
    }

    fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.len]
    }
}

impl std::fmt::Write for Scratch {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        let end = self.len + text.len();
        self.bytes.get_mut(self.len..end).ok_or(std::fmt::Error)?.copy_from_slice(text.as_bytes());
        self.len = end;
        Ok(())
    }
}

#[cfg(test)]
mod tests;
