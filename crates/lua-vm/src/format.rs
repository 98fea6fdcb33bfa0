//! The conversions of `string.format`, with C's meaning of flags, width and precision.

use crate::number::write_exponent;
use std::io::Write as _;

/// Why a format string is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum FormatError {
    #[error("invalid option '%{}' to 'format'", char::from(*.0))]
    Conversion(u8),
    #[error("invalid option '%' to 'format' (the format ends with '%')")]
    End,
    #[error("invalid format (repeated flags)")]
    Flags,
    #[error("invalid format (width or precision too long)")]
    TooLong,
}

/// How an argument is converted: the part of a format between `%` and the letter, and the letter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Spec {
    left: bool,
    plus: bool,
    space: bool,
    alternative: bool,
    zero: bool,
    width: usize,
    precision: Option<usize>,
    conversion: u8,
}

/// So many flags there may be, of whatever kinds.
const FLAGS: usize = 5;

/// The classes of conversions: what argument is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wants {
    /// `%c %d %i %o %u %x %X`
    Integer,
    /// `%a %A %e %E %f %F %g %G`
    Float,
    /// `%s`
    Text,
    /// `%q`
    Literal,
}

impl Spec {
    /// Reads the specification behind a `%`, whose offset is `at`; returns it with the offset behind it.
    /// The caller has dealt with `%%`.
    pub(crate) fn read(format: &[u8], at: usize) -> Result<(Spec, usize), FormatError> {
        let mut spec = Spec::default();
        let mut p = at;
        loop {
            let flag = match format.get(p) {
                Some(b'-') => &mut spec.left,
                Some(b'+') => &mut spec.plus,
                Some(b' ') => &mut spec.space,
                Some(b'#') => &mut spec.alternative,
                Some(b'0') => &mut spec.zero,
                _ => break,
            };
            *flag = true;
            p += 1;
            if p - at > FLAGS {
                return Err(FormatError::Flags);
            }
        }
        (spec.width, p) = two_digits(format, p)?;
        if format.get(p) == Some(&b'.') {
            let (precision, next) = two_digits(format, p + 1)?;
            spec.precision = Some(precision);
            p = next;
        }
        spec.conversion = *format.get(p).ok_or(FormatError::End)?;
        match spec.conversion {
            b'c' | b'd' | b'i' | b'o' | b'u' | b'x' | b'X' => {}
            b'a' | b'A' | b'e' | b'E' | b'f' | b'F' | b'g' | b'G' => {}
            b's' | b'q' => {}
            other => return Err(FormatError::Conversion(other)),
        }
        Ok((spec, p + 1))
    }

    pub(crate) fn wants(&self) -> Wants {
        match self.conversion {
            b'c' | b'd' | b'i' | b'o' | b'u' | b'x' | b'X' => Wants::Integer,
            b's' => Wants::Text,
            b'q' => Wants::Literal,
            _ => Wants::Float,
        }
    }

    /// Whether the argument's text goes in unchanged.
    pub(crate) fn is_bare(&self) -> bool {
        self.width == 0 && self.precision.is_none()
    }

    /// Whether a long text is taken as it is: longer than any width, and not cut.
    pub(crate) fn takes_all(&self) -> bool {
        self.precision.is_none()
    }

    /// Appends `value` by a conversion that wants an integer.
    pub(crate) fn write_int(&self, out: &mut Vec<u8>, value: i64) {
        let mut digits = Vec::new();
        let mut prefix: &[u8] = b"";
        let magnitude = match self.conversion {
            b'c' => return self.pad(out, b"", &[value as u8], false),
            b'd' | b'i' => {
                if self.is_bare() && !self.plus && !self.space {
                    return crate::number::write_int(out, value);
                }
                prefix = self.sign(value < 0);
                value.unsigned_abs()
            }
            _ => value.cast_unsigned(),
        };
        let written = match self.conversion {
            b'x' => write!(digits, "{magnitude:x}"),
            b'X' => write!(digits, "{magnitude:X}"),
            b'o' => write!(digits, "{magnitude:o}"),
            _ => write!(digits, "{magnitude}"),
        };
        written.expect("a vector takes all bytes");
        if self.alternative && magnitude != 0 {
            match self.conversion {
                b'x' => prefix = b"0x",
                b'X' => prefix = b"0X",
                _ => {}
            }
        }
        if let Some(precision) = self.precision {
            if precision == 0 && magnitude == 0 {
                digits.clear();
            }
            let missing = precision.saturating_sub(digits.len());
            digits.splice(..0, std::iter::repeat_n(b'0', missing));
        }
        if self.alternative && self.conversion == b'o' && digits.first() != Some(&b'0') {
            digits.insert(0, b'0');
        }
        self.pad(out, prefix, &digits, self.precision.is_none());
    }

    /// Appends `value` by a conversion that wants a float.
    pub(crate) fn write_float(&self, out: &mut Vec<u8>, value: f64) {
        let upper = self.conversion.is_ascii_uppercase();
        let sign = self.sign(value.is_sign_negative() && !value.is_nan());
        if !value.is_finite() {
            let name: &[u8] = match (value.is_nan(), upper) {
                (true, false) => b"nan",
                (true, true) => b"NAN",
                (false, false) => b"inf",
                (false, true) => b"INF",
            };
            return self.pad(out, sign, name, false);
        }
        let mut digits = Vec::new();
        let value = value.abs();
        match self.conversion.to_ascii_lowercase() {
            b'e' => self.exponent(&mut digits, value, self.precision.unwrap_or(6)),
            b'f' => self.fixed(&mut digits, value, self.precision.unwrap_or(6)),
            b'g' => self.general(&mut digits, value),
            _ => self.hexadecimal(&mut digits, value),
        }
        let mut prefix = sign.to_vec();
        if matches!(self.conversion, b'a' | b'A') {
            prefix.extend_from_slice(b"0x");
        }
        if upper {
            digits.make_ascii_uppercase();
            prefix.make_ascii_uppercase();
        }
        self.pad(out, &prefix, &digits, true);
    }

    /// Appends `text`, cut off at the precision.
    pub(crate) fn write_text(&self, out: &mut Vec<u8>, text: &[u8]) {
        let len = self.precision.map_or(text.len(), |precision| precision.min(text.len()));
        self.pad(out, b"", &text[..len], false);
    }

    fn sign(&self, negative: bool) -> &'static [u8] {
        match (negative, self.plus, self.space) {
            (true, ..) => b"-",
            (false, true, _) => b"+",
            (false, false, true) => b" ",
            _ => b"",
        }
    }

    /// Appends prefix and body, filled up to the width; zeros go between them if `zeros` may be used.
    fn pad(&self, out: &mut Vec<u8>, prefix: &[u8], body: &[u8], zeros: bool) {
        let fill = self.width.saturating_sub(prefix.len() + body.len());
        let zeros = zeros && self.zero && !self.left;
        out.resize(out.len() + if self.left || zeros { 0 } else { fill }, b' ');
        out.extend_from_slice(prefix);
        out.resize(out.len() + if zeros { fill } else { 0 }, b'0');
        out.extend_from_slice(body);
        out.resize(out.len() + if self.left { fill } else { 0 }, b' ');
    }

    fn fixed(&self, out: &mut Vec<u8>, value: f64, precision: usize) {
        write!(out, "{value:.precision$}").expect("a vector takes all bytes");
        if precision == 0 && self.alternative {
            out.push(b'.');
        }
    }

    fn exponent(&self, out: &mut Vec<u8>, value: f64, precision: usize) {
        let (digits, exponent) = rounded(value, precision);
        out.push(digits[0]);
        if precision > 0 || self.alternative {
            out.push(b'.');
        }
        out.extend_from_slice(&digits[1..]);
        write_exponent(out, b'e', exponent);
    }

    fn general(&self, out: &mut Vec<u8>, value: f64) {
        let precision = self.precision.unwrap_or(6).max(1);
        let (mut digits, exponent) = rounded(value, precision - 1);
        let whole = usize::try_from(exponent).ok();
        let fixed = exponent >= -4 && whole.is_none_or(|e| e < precision);
        if !self.alternative {
            let least = if fixed { whole.unwrap_or(0) + 1 } else { 1 };
            while digits.len() > least && digits.last() == Some(&b'0') {
                digits.pop();
            }
        }
        let point = match (fixed, whole) {
            (true, Some(whole)) => whole + 1,
            (true, None) => {
                out.extend_from_slice(b"0.");
                out.resize(out.len() + exponent.unsigned_abs() as usize - 1, b'0');
                return out.extend_from_slice(&digits);
            }
            (false, _) => 1,
        };
        out.extend_from_slice(&digits[..point]);
        if point < digits.len() || self.alternative {
            out.push(b'.');
        }
        out.extend_from_slice(&digits[point..]);
        if !fixed {
            write_exponent(out, b'e', exponent);
        }
    }

    /// The hexadecimal form without `0x`: `1.8p+1`.
    fn hexadecimal(&self, out: &mut Vec<u8>, value: f64) {
        let bits = value.to_bits();
        let (fraction, biased) = (bits & ((1 << 52) - 1), (bits >> 52) as i32);
        let exponent = match (biased, fraction) {
            (0, 0) => 0,
            (0, _) => -1022,
            _ => biased - 1023,
        };
        let mut mantissa = fraction | u64::from(biased != 0) << 52;
        let mut places = 13;
        match self.precision {
            Some(precision) if precision < 13 => {
                let cut = (13 - precision) * 4;
                let (rest, half) = (mantissa & ((1 << cut) - 1), 1u64 << (cut - 1));
                mantissa >>= cut;
                mantissa += u64::from(rest > half || (rest == half && mantissa & 1 == 1));
                places = precision;
            }
            Some(_) => {}
            None => {
                while places > 0 && mantissa & 0xf == 0 {
                    mantissa >>= 4;
                    places -= 1;
                }
            }
        }
        let digits = format!("{mantissa:0width$x}", width = places + 1);
        out.extend_from_slice(&digits.as_bytes()[..1]);
        let more = self.precision.map_or(0, |precision| precision.saturating_sub(13));
        if places + more > 0 || self.alternative {
            out.push(b'.');
        }
        out.extend_from_slice(&digits.as_bytes()[1..]);
        out.resize(out.len() + more, b'0');
        out.push(b'p');
        out.push(if exponent < 0 { b'-' } else { b'+' });
        crate::number::write_uint(out, u64::from(exponent.unsigned_abs()));
    }
}

/// The digits `d ddd` of `value` with `places` digits behind the first, and the power of ten of the first.
fn rounded(value: f64, places: usize) -> (Vec<u8>, i32) {
    let mut text = Vec::with_capacity(places + 8);
    write!(text, "{value:.places$e}").expect("a vector takes all bytes");
    let split = text.iter().position(|c| *c == b'e').expect("the exponent form has an `e`");
    let exponent = std::str::from_utf8(&text[split + 1..])
        .ok()
        .and_then(|e| e.parse().ok())
        .expect("a decimal exponent");
    text.truncate(split);
    if places > 0 {
        text.remove(1);
    }
    (text, exponent)
}

/// Up to two digits at `p`; returns their value and the offset behind them.
fn two_digits(format: &[u8], mut p: usize) -> Result<(usize, usize), FormatError> {
    let (mut value, start) = (0, p);
    while let Some(c @ b'0'..=b'9') = format.get(p) {
        if p - start == 2 {
            return Err(FormatError::TooLong);
        }
        value = value * 10 + usize::from(c - b'0');
        p += 1;
    }
    Ok((value, p))
}

/// Appends the bytes `from..to` of the literal that a Lua parser reads back as `text` (`%q`): its quotes with the first and
/// last ones.
pub(crate) fn quote_part(out: &mut Vec<u8>, text: &[u8], from: usize, to: usize) {
    if from == 0 {
        out.push(b'"');
    }
    for (at, &byte) in text[..to].iter().enumerate().skip(from) {
        match byte {
            b'"' | b'\\' | b'\n' => out.extend_from_slice(&[b'\\', byte]),
            0..=31 | 127 => {
                out.push(b'\\');
                // A digit behind a short escape would be read as part of it.
                if text.get(at + 1).is_some_and(u8::is_ascii_digit) {
                    out.push(b'0' + byte / 100);
                    out.push(b'0' + byte / 10 % 10);
                    out.push(b'0' + byte % 10);
                } else {
                    crate::number::write_uint(out, u64::from(byte));
                }
            }
            _ => out.push(byte),
        }
    }
    if to == text.len() {
        out.push(b'"');
    }
}

/// Appends an integer as a literal (`%q`); the smallest one has no decimal literal.
pub(crate) fn quote_int(out: &mut Vec<u8>, value: i64) {
    if value == i64::MIN {
        out.extend_from_slice(b"0x8000000000000000");
    } else {
        crate::number::write_int(out, value);
    }
}

/// Appends a float as a literal that is read back as the same float (`%q`).
pub(crate) fn quote_float(out: &mut Vec<u8>, value: f64) {
    if value.is_nan() {
        out.extend_from_slice(b"(0/0)");
    } else if value.is_infinite() {
        out.extend_from_slice(if value > 0.0 { b"1e9999" } else { b"-1e9999" });
    } else {
        Spec { conversion: b'a', ..Spec::default() }.write_float(out, value);
    }
}

#[cfg(test)]
mod tests;
