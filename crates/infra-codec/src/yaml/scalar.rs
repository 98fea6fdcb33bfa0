//! What a plain scalar means.

use super::node::Value;

/// Resolves a plain (unquoted) scalar.
pub(crate) fn resolve(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        _ => number(text).unwrap_or_else(|| Value::Text(text.into())),
    }
}

/// The number of `text`, if it is one.
pub(crate) fn number(text: &str) -> Option<Value> {
    let (negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        b'.' | b'0'..=b'9' => (false, text),
        _ => return None,
    };
    match digits {
        ".inf" | ".Inf" | ".INF" => {
            return Some(Value::Float(if negative { f64::NEG_INFINITY } else { f64::INFINITY }));
        }
        ".nan" | ".NaN" | ".NAN" if digits.len() == text.len() => return Some(Value::Float(f64::NAN)),
        _ => {}
    }
    let compact;
    let digits = if digits.contains('_') && digits.starts_with(|c: char| c.is_ascii_digit()) {
        compact = digits.replace('_', "");
        compact.as_str()
    } else {
        digits
    };
    if let Some((radix, digits)) = radix(digits) {
        if digits.is_empty() || !digits.chars().all(|c| c.is_digit(radix)) {
            return None;
        }
        return Some(whole(digits, radix, negative));
    }
    if digits.bytes().all(|c| c.is_ascii_digit()) && !digits.is_empty() {
        return Some(whole(digits, 10, negative));
    }
    float(digits).map(|v| Value::Float(if negative { -v } else { v }))
}

/// The base that a prefix names. A leading zero means base eight; `0` itself and `0.5` have none.
fn radix(digits: &str) -> Option<(u32, &str)> {
    let rest = digits.strip_prefix('0')?;
    match rest.as_bytes().first()? {
        b'x' | b'X' => Some((16, &rest[1..])),
        b'o' | b'O' => Some((8, &rest[1..])),
        b'b' | b'B' => Some((2, &rest[1..])),
        _ if rest.bytes().all(|c| c.is_ascii_digit()) => Some((8, rest)),
        _ => None,
    }
}

/// An integer; one that does not fit into 64 bits becomes a float.
fn whole(digits: &str, radix: u32, negative: bool) -> Value {
    let signed = if negative { format!("-{digits}") } else { digits.to_owned() };
    i64::from_str_radix(&signed, radix).map_or_else(
        |_| {
            let size = digits.chars().filter_map(|c| c.to_digit(radix));
            let size = size.fold(0.0, |sum, digit| sum * f64::from(radix) + f64::from(digit));
            let size = if radix == 10 { digits.parse().unwrap_or(size) } else { size };
            Value::Float(if negative { -size } else { size })
        },
        Value::Int,
    )
}

/// `1.5`, `.5`, `1.`, `1e3`; not what Rust also reads (`inf`, `nan`, `infinity`).
fn float(text: &str) -> Option<f64> {
    let mantissa_end = text.find(['e', 'E']).unwrap_or(text.len());
    let (mantissa, exponent) = text.split_at(mantissa_end);
    let digits = |s: &str| s.bytes().all(|c| c.is_ascii_digit());
    let (before, after) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    if !digits(before) || !digits(after) || before.len() + after.len() == 0 {
        return None;
    }
    if let Some(exponent) = exponent.get(1..) {
        let unsigned = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        if unsigned.is_empty() || !digits(unsigned) {
            return None;
        }
    }
    text.parse().ok()
}
