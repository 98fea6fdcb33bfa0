//! Durations as text: `1h30m`, `1.5s`, `250ms`, and `d` and `w` beside the usual units.

use std::fmt;

/// Why a text is no duration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DurationError(String);

impl fmt::Display for DurationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for DurationError {}

impl From<DurationError> for crate::Error {
    fn from(e: DurationError) -> Self {
        crate::Error::invalid(e.0)
    }
}

/// Nanoseconds of a unit.
fn unit(name: &str) -> Option<u64> {
    Some(match name {
        "ns" => 1,
        // Micro sign and Greek mu look the same.
        "us" | "\u{b5}s" | "\u{3bc}s" => 1_000,
        "ms" => 1_000_000,
        "s" => 1_000_000_000,
        "m" => 60 * 1_000_000_000,
        "h" => 3_600 * 1_000_000_000,
        "d" => 24 * 3_600 * 1_000_000_000,
        "w" => 7 * 24 * 3_600 * 1_000_000_000,
        _ => return None,
    })
}

/// Nanoseconds of a duration text: an optional sign, then numbers (fractions allowed) each with a unit out of
/// `ns us µs ms s m h d w`. A lone `0` needs no unit.
pub fn parse_duration(text: &str) -> Result<i64, DurationError> {
    let bad =
        |why: &str| DurationError(format!("\"{text}\" is not a duration: {why} (30s, 1m, 2h15m expected)"));
    let (negative, mut rest) = match text.as_bytes().first() {
        Some(b'-') => (true, &text[1..]),
        Some(b'+') => (false, &text[1..]),
        _ => (false, text),
    };
    if rest.is_empty() {
        return Err(bad("it is empty"));
    }
    if rest == "0" {
        return Ok(0);
    }
    let mut total: u128 = 0;
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let (number, tail) = rest.split_at(end);
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        if whole.is_empty() && fraction.is_empty() || fraction.contains('.') {
            return Err(bad("a number is missing or malformed"));
        }
        let end = tail.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(tail.len());
        let (name, tail) = tail.split_at(end);
        let Some(scale) = unit(name) else {
            return Err(if name.is_empty() {
                bad(&format!("{number} has no unit"))
            } else {
                bad(&format!("unit \"{name}\" is unknown"))
            });
        };
        let whole: u128 =
            if whole.is_empty() { 0 } else { whole.parse().map_err(|_| bad("it is too long"))? };
        total = whole
            .checked_mul(u128::from(scale))
            .and_then(|w| total.checked_add(w))
            .and_then(|t| t.checked_add(part(fraction, scale)))
            .filter(|t| *t <= i64::MAX as u128)
            .ok_or_else(|| bad("it is too long"))?;
        rest = tail;
    }
    let total = total as i64;
    Ok(if negative { -total } else { total })
}

/// `0.fraction` of `scale`, cut to whole nanoseconds; digits beyond the eighteenth do not count.
fn part(fraction: &str, scale: u64) -> u128 {
    let digits = &fraction[..fraction.len().min(18)];
    let value: u128 = digits.parse().unwrap_or(0);
    value * u128::from(scale) / 10u128.pow(digits.len() as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_unit_and_combination() {
        for (text, nanos) in [
            ("0", 0),
            ("0s", 0),
            ("5ns", 5),
            ("1us", 1_000),
            ("1µs", 1_000),
            ("1μs", 1_000),
            ("250ms", 250_000_000),
            ("1.5s", 1_500_000_000),
            (".5s", 500_000_000),
            ("1.s", 1_000_000_000),
            ("1h30m", 5_400_000_000_000),
            ("-1m", -60_000_000_000),
            ("+1m", 60_000_000_000),
            ("1d", 86_400_000_000_000),
            ("2w", 1_209_600_000_000_000),
            ("0.0000000009s", 0),
        ] {
            assert_eq!(parse_duration(text), Ok(nanos), "{text}");
        }
    }

    #[test]
    fn bad_texts_say_why() {
        for (text, why) in [
            ("", "it is empty"),
            ("-", "it is empty"),
            ("10", "10 has no unit"),
            ("1h30", "30 has no unit"),
            ("5 s", "unit \" s\" is unknown"),
            ("5parsec", "unit \"parsec\" is unknown"),
            (".s", "a number is missing"),
            ("1.2.3s", "a number is missing or malformed"),
            ("s", "a number is missing"),
            ("9999999h", "it is too long"),
            ("99999999999999999999999999999999999999999999s", "it is too long"),
        ] {
            let message = parse_duration(text).expect_err(text).to_string();
            assert!(message.contains(why), "{text}: {message}");
        }
    }
}
