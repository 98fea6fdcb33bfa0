//! Values of literals: string escapes and numerals, as PUC Lua 5.3 reads them.

use crate::span::{Span, SyntaxError};

/// The value of a numeral.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Number {
    /// No fraction, no exponent, fits 64 bits (hexadecimal: wraps).
    Int(i64),
    /// Everything else.
    Float(f64),
}

/// White space of the C locale.
pub(crate) fn is_space(byte: u8) -> bool {
    byte.is_ascii_whitespace() || byte == 0x0b
}

/// `\r\n` and `\n\r` are one line break.
pub(crate) fn is_line_pair(pair: [u8; 2]) -> bool {
    matches!(pair, [b'\r', b'\n'] | [b'\n', b'\r'])
}

/// The value of the numeral `text`, which is not empty; `None` if it is malformed.
pub fn number(text: &[u8]) -> Option<Number> {
    if let [b'0', b'x' | b'X', digits @ ..] = text {
        return hexadecimal(digits);
    }
    if text.iter().all(u8::is_ascii_digit) {
        let value = text
            .iter()
            .try_fold(0i64, |value, digit| value.checked_mul(10)?.checked_add(i64::from(digit - b'0')));
        if let Some(value) = value {
            return Some(Number::Int(value));
        }
    }
    // Only digits, '.', 'e' and signs get past this, so none of the other spellings that Rust knows.
    if !text.iter().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'e' | b'E' | b'+' | b'-')) {
        return None;
    }
    std::str::from_utf8(text).ok()?.parse().ok().map(Number::Float)
}

/// `digits` stand behind `0x`.
fn hexadecimal(digits: &[u8]) -> Option<Number> {
    let (mantissa, exponent) = match digits.iter().position(|b| b | 0x20 == b'p') {
        Some(at) => (&digits[..at], Some(&digits[at + 1..])),
        None => (digits, None),
    };
    let mut wrapped = 0u64;
    // The leading 60 significant bits; what falls off sets the lowest bit, which rounds correctly.
    let mut bits = 0u64;
    let mut scale = 0i64;
    let mut point = false;
    let mut any = false;
    for byte in mantissa {
        if *byte == b'.' {
            if point {
                return None;
            }
            point = true;
            continue;
        }
        let digit = u64::from(char::from(*byte).to_digit(16)?);
        any = true;
        wrapped = wrapped.wrapping_mul(16).wrapping_add(digit);
        if bits >> 60 == 0 {
            bits = bits << 4 | digit;
            scale -= if point { 4 } else { 0 };
        } else {
            bits |= u64::from(digit != 0);
            scale += if point { 0 } else { 4 };
        }
    }
    if !any {
        return None;
    }
    let Some(exponent) = exponent else {
        return Some(if point { Number::Float(scaled(bits, scale)) } else { Number::Int(wrapped as i64) });
    };
    let (negative, exponent) = match exponent {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        rest => (false, rest),
    };
    if exponent.is_empty() || !exponent.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let exponent =
        exponent.iter().fold(0i64, |value, digit| (value * 10 + i64::from(digit - b'0')).min(1 << 40));
    Some(Number::Float(scaled(bits, scale + if negative { -exponent } else { exponent })))
}

/// `bits * 2^exponent`, rounded once.
fn scaled(bits: u64, exponent: i64) -> f64 {
    if bits == 0 {
        return 0.0;
    }
    // Below 2^-1074 there is nothing: shift there by hand, so that a subnormal result is not rounded twice.
    let (mut bits, mut exponent) = (bits, exponent);
    if exponent < -1074 {
        let shift = -1074 - exponent;
        let top = 64 - i64::from(bits.leading_zeros());
        if top - shift <= 53 {
            // The result is subnormal or has few bits: round to a multiple of 2^-1074 here.
            if shift > top {
                return 0.0;
            }
            let low = if shift == 64 { bits } else { bits & ((1 << shift) - 1) };
            bits = if shift == 64 { 0 } else { bits >> shift };
            let half = 1u64 << (shift - 1);
            bits += u64::from(low > half || (low == half && bits & 1 == 1));
            exponent = -1074;
        }
    }
    let mut value = bits as f64;
    while exponent > 0 && value.is_finite() {
        let step = exponent.min(1000);
        value *= power_of_two(step);
        exponent -= step;
    }
    while exponent < 0 && value != 0.0 {
        let step = exponent.max(-1000);
        value *= power_of_two(step);
        exponent -= step;
    }
    value
}

/// `2^exponent` for a normal result.
fn power_of_two(exponent: i64) -> f64 {
    f64::from_bits(((exponent + 1023) as u64) << 52)
}

/// The bytes of the string literal that stands at `span` of `source`, delimiters included.
pub(crate) fn string(source: &[u8], span: Span) -> Result<Box<[u8]>, SyntaxError> {
    let text = &source[span.start as usize..span.end as usize];
    if text.first() == Some(&b'[') {
        return Ok(long_string(text));
    }
    let body = &text[1..text.len() - 1];
    if !body.contains(&b'\\') {
        return Ok(body.into());
    }
    Unescape { body, pos: 0, base: span.start + 1, out: Vec::with_capacity(body.len()) }.run()
}

fn long_string(text: &[u8]) -> Box<[u8]> {
    let bracket = 2 + text[1..].iter().take_while(|b| **b == b'=').count();
    let mut body = &text[bracket..text.len() - bracket];
    let line_break = |body: &[u8]| match body {
        [a, b, ..] if is_line_pair([*a, *b]) => 2,
        [b'\n' | b'\r', ..] => 1,
        _ => 0,
    };
    body = &body[line_break(body)..];
    if !body.contains(&b'\r') {
        return body.into();
    }
    let mut out = Vec::with_capacity(body.len());
    while let Some(&byte) = body.first() {
        let skip = line_break(body);
        out.push(if skip > 0 { b'\n' } else { byte });
        body = &body[skip.max(1)..];
    }
    out.into()
}

/// Resolves the escapes of a short string.
struct Unescape<'s> {
    body: &'s [u8],
    pos: usize,
    /// Offset of `body` in the source.
    base: u32,
    out: Vec<u8>,
}

impl Unescape<'_> {
    fn run(mut self) -> Result<Box<[u8]>, SyntaxError> {
        while let Some(&byte) = self.body.get(self.pos) {
            if byte == b'\\' {
                self.escape()?;
            } else {
                self.out.push(byte);
                self.pos += 1;
            }
        }
        Ok(self.out.into())
    }

    fn peek(&self) -> Option<u8> {
        self.body.get(self.pos).copied()
    }

    fn escape(&mut self) -> Result<(), SyntaxError> {
        let start = self.pos;
        self.pos += 2;
        let byte = self.body[start + 1];
        let plain = match byte {
            b'a' => 0x07,
            b'b' => 0x08,
            b'f' => 0x0c,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'v' => 0x0b,
            b'\\' | b'"' | b'\'' => byte,
            b'\n' | b'\r' => {
                self.pos += usize::from(self.peek().is_some_and(|next| is_line_pair([byte, next])));
                b'\n'
            }
            b'z' => {
                while self.peek().is_some_and(is_space) {
                    self.pos += 1;
                }
                return Ok(());
            }
            b'x' => self.hex_byte(start)?,
            b'u' => return self.code_point(start),
            b'0'..=b'9' => self.decimal_byte(start)?,
            _ => {
                let error = self.error(start, format_args!("unknown escape '\\{}'", printable(byte)));
                return Err(error.help("a backslash itself is written '\\\\'"));
            }
        };
        self.out.push(plain);
        Ok(())
    }

    fn hex_byte(&mut self, start: usize) -> Result<u8, SyntaxError> {
        let mut value = 0;
        for _ in 0..2 {
            let Some(digit) = self.peek().and_then(|b| char::from(b).to_digit(16)) else {
                return Err(self.error(start, format_args!("'\\x' needs two hexadecimal digits")));
            };
            value = value << 4 | digit as u8;
            self.pos += 1;
        }
        Ok(value)
    }

    fn decimal_byte(&mut self, start: usize) -> Result<u8, SyntaxError> {
        self.pos = start + 1;
        let mut value = 0u32;
        for _ in 0..3 {
            let Some(digit) = self.peek().filter(u8::is_ascii_digit) else { break };
            value = value * 10 + u32::from(digit - b'0');
            self.pos += 1;
        }
        u8::try_from(value).map_err(|_| {
            self.error(start, format_args!("escape '\\{value}' is too large, the most is '\\255'"))
        })
    }

    fn code_point(&mut self, start: usize) -> Result<(), SyntaxError> {
        const NEEDS: &str = "'\\u' needs hexadecimal digits in braces, as in '\\u{20AC}'";
        if self.peek() != Some(b'{') {
            return Err(self.error(start, format_args!("{NEEDS}")));
        }
        self.pos += 1;
        let mut value = 0u32;
        let mut digits = 0;
        while let Some(digit) = self.peek().and_then(|b| char::from(b).to_digit(16)) {
            self.pos += 1;
            digits += 1;
            value = value << 4 | digit;
            if value > 0x0010_ffff {
                return Err(
                    self.error(start, format_args!("'\\u{{…}}' is too large, the most is '\\u{{10FFFF}}'"))
                );
            }
        }
        if digits == 0 || self.peek() != Some(b'}') {
            return Err(self.error(start, format_args!("{NEEDS}")));
        }
        self.pos += 1;
        encode_utf8(value, &mut self.out);
        Ok(())
    }

    /// A mistake from the backslash at `start` to where reading stopped.
    fn error(&self, start: usize, message: std::fmt::Arguments<'_>) -> SyntaxError {
        let end = self.pos.clamp(start + 1, self.body.len());
        SyntaxError::new(Span::new(self.base + start as u32, self.base + end as u32), message.to_string())
    }
}

/// As Lua does it: surrogates are encoded like any other number.
fn encode_utf8(value: u32, out: &mut Vec<u8>) {
    let tail = |shift: u32| 0x80 | (value >> shift & 0x3f) as u8;
    match value {
        0..0x80 => out.push(value as u8),
        0x80..0x800 => out.extend([0xc0 | (value >> 6) as u8, tail(0)]),
        0x800..0x1_0000 => out.extend([0xe0 | (value >> 12) as u8, tail(6), tail(0)]),
        _ => out.extend([0xf0 | (value >> 18) as u8, tail(12), tail(6), tail(0)]),
    }
}

fn printable(byte: u8) -> String {
    if byte.is_ascii_graphic() { char::from(byte).to_string() } else { format!("{{0x{byte:02x}}}") }
}

#[cfg(test)]
mod tests;
