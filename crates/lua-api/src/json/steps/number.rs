//! A number of very many digits, read in steps.

/// Digits that are kept. No double lies so near the middle of two others that it takes more to tell which is nearer: from
/// there on it counts only whether anything follows.
const KEPT: usize = 800;

#[derive(Clone, Copy, PartialEq)]
enum Part {
    Start,
    Whole,
    Point,
    Fraction,
    Mark,
    Sign,
    Exponent,
}

/// A number that is being read.
pub(super) struct Number {
    part: Part,
    /// Sign and the first digits that are not leading zeros; always ASCII.
    digits: String,
    kept: usize,
    /// A digit that was not kept is not zero.
    more: bool,
    /// The power of ten of the digits that are kept.
    scale: i64,
    leading_zero: bool,
    negative: bool,
    exponent: i64,
}

/// It is no number.
pub(super) struct Malformed;

impl Number {
    pub(super) fn new() -> Number {
        Number {
            part: Part::Start,
            digits: String::new(),
            kept: 0,
            more: false,
            scale: 0,
            leading_zero: false,
            negative: false,
            exponent: 0,
        }
    }

    /// Takes the next byte; false if it belongs to the number no more.
    pub(super) fn take(&mut self, byte: u8) -> Result<bool, Malformed> {
        self.part = match (self.part, byte) {
            (Part::Start, b'-') if self.digits.is_empty() => {
                self.digits.push('-');
                Part::Start
            }
            (Part::Start | Part::Whole, b'0'..=b'9') => {
                if self.leading_zero {
                    return Err(Malformed);
                }
                self.leading_zero = self.part == Part::Start && byte == b'0';
                self.digit(byte, false);
                Part::Whole
            }
            (Part::Whole, b'.') => Part::Point,
            (Part::Point | Part::Fraction, b'0'..=b'9') => {
                self.digit(byte, true);
                Part::Fraction
            }
            (Part::Whole | Part::Fraction, b'e' | b'E') => Part::Mark,
            (Part::Mark, b'+') => Part::Sign,
            (Part::Mark, b'-') => {
                self.negative = true;
                Part::Sign
            }
            (Part::Mark | Part::Sign | Part::Exponent, b'0'..=b'9') => {
                let exponent = self.exponent.saturating_mul(10).saturating_add(i64::from(byte - b'0'));
                // Beyond any length of text and any double; adding to it does not overflow.
                self.exponent = exponent.min(1 << 60);
                Part::Exponent
            }
            (Part::Whole | Part::Fraction | Part::Exponent, _) => return Ok(false),
            _ => return Err(Malformed),
        };
        Ok(true)
    }

    fn digit(&mut self, byte: u8, fraction: bool) {
        let kept = self.kept > 0 || byte != b'0';
        if kept && self.kept < KEPT {
            self.digits.push(char::from(byte));
            self.kept += 1;
            self.scale -= i64::from(fraction);
        } else if kept {
            self.more |= byte != b'0';
            self.scale += i64::from(!fraction);
        } else {
            self.scale -= i64::from(fraction);
        }
    }

    /// The double that is nearest; infinite if it is too large for one.
    pub(super) fn finish(mut self) -> Result<f64, Malformed> {
        if !matches!(self.part, Part::Whole | Part::Fraction | Part::Exponent) {
            return Err(Malformed);
        }
        if self.kept == 0 {
            self.digits.push('0');
        }
        if self.more {
            self.digits.push('1');
            self.scale -= 1;
        }
        let exponent = if self.negative { -self.exponent } else { self.exponent } + self.scale;
        let text = format!("{}e{exponent}", self.digits);
        text.parse().map_err(|_| Malformed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<f64> {
        let mut number = Number::new();
        for byte in text.bytes() {
            match number.take(byte) {
                Ok(true) => {}
                _ => return None,
            }
        }
        number.finish().ok()
    }

    #[test]
    fn long_numbers_are_what_they_are_in_one_piece() {
        let (zeros, digits) = ("0".repeat(5000), "1234567890".repeat(300));
        let half = "9007199254740993";
        for text in [
            "0".to_owned(),
            "-0".to_owned(),
            "12.5e-3".to_owned(),
            "1E+2".to_owned(),
            format!("1{zeros}e-5000"),
            format!("{digits}e-2990"),
            format!("-{digits}.{digits}e-2995"),
            format!("0.{zeros}{digits}e5000"),
            format!("0.{zeros}e{digits}"),
            format!("{half}.{zeros}"),
            format!("{half}.{zeros}1"),
            format!("{half}{zeros}e-5000"),
            format!("{half}{zeros}1e-5001"),
            format!("1e-{digits}"),
            format!("1e{digits}"),
            digits,
        ] {
            let expected: f64 = text.parse().expect("the standard library reads it");
            assert_eq!(
                read(&text).map(f64::to_bits),
                Some(expected.to_bits()),
                "{}",
                &text[..text.len().min(40)]
            );
        }
        for text in ["", "-", "01", "-01", "1.", ".5", "1e", "1e+", "1.e5", "--1", "1x", "1.5.5", "1e5e5"] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
