//! Numbers from and to text.

/// A number in the representation it has.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Number {
    Int(i64),
    Float(f64),
}

/// Reads a numeral as Lua's lexer does, blanks around it allowed; `None` if it is not one.
pub(crate) fn parse(text: &[u8]) -> Option<Number> {
    let text = text.trim_ascii();
    let (negative, digits) = match text.first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    if digits.len() > 2 && digits[0] == b'0' && digits[1] | 32 == b'x' {
        let mut n: i64 = 0;
        for d in &digits[2..] {
            n = n.wrapping_mul(16).wrapping_add(i64::from((*d as char).to_digit(16)?));
        }
        return Some(Number::Int(if negative { n.wrapping_neg() } else { n }));
    }
    if !digits.iter().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'e' | b'E' | b'+' | b'-')) {
        return None;
    }
    let s = std::str::from_utf8(text).ok()?;
    if digits.iter().all(u8::is_ascii_digit)
        && let Ok(i) = s.parse::<i64>()
    {
        return Some(Number::Int(i));
    }
    s.parse::<f64>().ok().map(Number::Float)
}

/// Appends the text of an integer.
pub(crate) fn write_int(out: &mut Vec<u8>, i: i64) {
    use std::io::Write;
    // Writing to a vector cannot fail.
    let _ = write!(out, "{i}");
}

/// Appends the text of a float: whole ones without `.0`, others with the fewest digits that read back.
pub(crate) fn write_float(out: &mut Vec<u8>, f: f64) {
    use std::io::Write;
    // Writing to a vector cannot fail.
    let _ = if f.is_nan() {
        write!(out, "{}", if f.is_sign_negative() { "-nan" } else { "nan" })
    } else if f.is_infinite() {
        write!(out, "{}", if f > 0.0 { "inf" } else { "-inf" })
    } else {
        write!(out, "{f}")
    };
}
