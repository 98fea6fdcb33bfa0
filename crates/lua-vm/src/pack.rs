//! Binary layouts of `string.pack`, `unpack` and `packsize`.

/// The widest integer that a layout may ask for, in bytes.
const MAX_INT: usize = 16;
/// Width of a native `int`, of `size_t` and the alignment of `!` without a number.
const INT: usize = 4;
const WORD: usize = 8;

/// Digits of a size; what follows them is no option.
const MAX_DIGITS: usize = 32;

/// Why a layout or its data are refused. Programs match on these texts, so they are Lua's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum PackError {
    #[error("invalid format option '{}'", char::from(*.0))]
    Option(u8),
    #[error("integral size ({0}) out of limits [1,16]")]
    Size(usize),
    #[error("missing size for format option 'c'")]
    MissingSize,
    #[error("invalid next option for option 'X'")]
    NextOption,
    #[error("format asks for alignment not power of 2")]
    Alignment,
    #[error("integer overflow")]
    Overflow,
    #[error("unsigned overflow")]
    UnsignedOverflow,
    #[error("string longer than given size")]
    LongString,
    #[error("string length does not fit in given size")]
    StringLength,
    #[error("string contains zeros")]
    Zeros,
    #[error("variable-size format in packsize")]
    Variable,
    #[error("format result too large")]
    TooLarge,
    #[error("data string too short")]
    ShortData,
    #[error("unfinished string for format 'z'")]
    Unfinished,
    #[error("{0}-byte integer does not fit into Lua Integer")]
    Wide(usize),
}

/// What an element of a layout is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A signed integer of the element's size.
    Int,
    /// An unsigned integer.
    Uint,
    /// A float of 4 or 8 bytes.
    Float,
    /// Bytes of a fixed size, filled up with zeros.
    Chars,
    /// A string behind its length, which has the element's size.
    String,
    /// A string that a zero ends.
    Zero,
    /// A byte of filling.
    Padding,
    /// Alignment, changes of byte order: no data.
    Nothing,
}

/// One element of a layout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Element {
    pub(crate) kind: Kind,
    /// Bytes of its fixed part.
    pub(crate) size: usize,
    /// Zeros in front of it, for alignment.
    pub(crate) padding: usize,
    pub(crate) little: bool,
}

/// Reads a layout element by element; its state is small enough to be kept between steps.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Layout {
    at: usize,
    little: bool,
    max_align: usize,
}

impl Layout {
    pub(crate) fn new() -> Layout {
        Layout { at: 0, little: cfg!(target_endian = "little"), max_align: 1 }
    }

    /// The next element of `format`, for an offset of `total` bytes from the start of the data.
    pub(crate) fn next(&mut self, format: &[u8], total: usize) -> Result<Option<Element>, PackError> {
        if self.at >= format.len() {
            return Ok(None);
        }
        let letter = format[self.at];
        let (kind, size) = self.option(format)?;
        let mut align = size;
        if letter == b'X' {
            // `X` aligns as the option behind it would, and consumes that option.
            if self.at >= format.len() {
                return Err(PackError::NextOption);
            }
            let next = self.option(format)?;
            if next.0 == Kind::Chars || next.1 == 0 {
                return Err(PackError::NextOption);
            }
            align = next.1;
        }
        let mut padding = 0;
        if align > 1 && kind != Kind::Chars {
            let align = align.min(self.max_align);
            if !align.is_power_of_two() {
                return Err(PackError::Alignment);
            }
            padding = total.wrapping_neg() & (align - 1);
        }
        Ok(Some(Element { kind, size, padding, little: self.little }))
    }

    /// Reads one option: its kind and the size of its data.
    fn option(&mut self, format: &[u8]) -> Result<(Kind, usize), PackError> {
        let letter = format[self.at];
        self.at += 1;
        Ok(match letter {
            b'b' => (Kind::Int, 1),
            b'B' => (Kind::Uint, 1),
            b'h' => (Kind::Int, 2),
            b'H' => (Kind::Uint, 2),
            b'i' => (Kind::Int, self.limit(format, INT)?),
            b'I' => (Kind::Uint, self.limit(format, INT)?),
            b'l' | b'j' => (Kind::Int, 8),
            b'L' | b'J' | b'T' => (Kind::Uint, 8),
            b'f' => (Kind::Float, 4),
            b'd' | b'n' => (Kind::Float, 8),
            b's' => (Kind::String, self.limit(format, WORD)?),
            b'c' => (Kind::Chars, self.number(format).ok_or(PackError::MissingSize)?),
            b'z' => (Kind::Zero, 0),
            b'x' => (Kind::Padding, 1),
            b'X' | b' ' => (Kind::Nothing, 0),
            b'<' | b'>' | b'=' => {
                self.little = letter == b'<' || (letter == b'=' && cfg!(target_endian = "little"));
                (Kind::Nothing, 0)
            }
            b'!' => {
                self.max_align = self.limit(format, WORD)?;
                (Kind::Nothing, 0)
            }
            other => return Err(PackError::Option(other)),
        })
    }

    fn number(&mut self, format: &[u8]) -> Option<usize> {
        let mut value = None;
        let end = self.at + MAX_DIGITS;
        while let Some(c @ b'0'..=b'9') = format.get(self.at)
            && self.at < end
        {
            // A size that does not fit is larger than any data; the caller refuses it.
            value = Some(value.unwrap_or(0usize).saturating_mul(10).saturating_add(usize::from(c - b'0')));
            self.at += 1;
        }
        value
    }

    fn limit(&mut self, format: &[u8], default: usize) -> Result<usize, PackError> {
        match self.number(format) {
            None => Ok(default),
            Some(size @ 1..=MAX_INT) => Ok(size),
            Some(size) => Err(PackError::Size(size)),
        }
    }
}

impl Element {
    /// Appends `value`, which is checked against the size.
    pub(crate) fn write_int(&self, out: &mut Vec<u8>, value: i64) -> Result<(), PackError> {
        if self.size < 8 {
            let bits = self.size * 8;
            if self.kind == Kind::Int {
                let limit = 1i64 << (bits - 1);
                if !(-limit..limit).contains(&value) {
                    return Err(PackError::Overflow);
                }
            } else if value.cast_unsigned() >> bits != 0 {
                return Err(PackError::UnsignedOverflow);
            }
        }
        let fill = if self.kind == Kind::Int && value < 0 { 0xff } else { 0 };
        self.write_bytes(out, value, fill);
        Ok(())
    }

    fn write_bytes(&self, out: &mut Vec<u8>, value: i64, fill: u8) {
        let mut bytes = [fill; MAX_INT];
        bytes[..8].copy_from_slice(&value.to_le_bytes());
        let bytes = &mut bytes[..self.size];
        if !self.little {
            bytes.reverse();
        }
        out.extend_from_slice(bytes);
    }

    /// Appends `value` as a float of the element's size.
    pub(crate) fn write_float(&self, out: &mut Vec<u8>, value: f64) {
        #[expect(clippy::cast_possible_truncation, reason = "that is what the layout asks for")]
        match (self.size, self.little) {
            (4, true) => out.extend_from_slice(&(value as f32).to_le_bytes()),
            (4, false) => out.extend_from_slice(&(value as f32).to_be_bytes()),
            (_, true) => out.extend_from_slice(&value.to_le_bytes()),
            (_, false) => out.extend_from_slice(&value.to_be_bytes()),
        }
    }

    /// How many bytes a text of `len` bytes takes, without the padding in front; checks what can be checked by the length.
    pub(crate) fn text_size(&self, len: usize) -> Result<usize, PackError> {
        match self.kind {
            Kind::Chars if len > self.size => Err(PackError::LongString),
            Kind::Chars => Ok(self.size),
            Kind::Zero => Ok(len + 1),
            _ if self.size < 8 && len >> (self.size * 8) != 0 => Err(PackError::StringLength),
            _ => Ok(self.size + len),
        }
    }

    /// Appends what goes before a text of `len` bytes.
    pub(crate) fn write_len(&self, out: &mut Vec<u8>, len: usize) {
        if self.kind == Kind::String {
            self.write_bytes(out, len as i64, 0);
        }
    }

    /// Where the element ends if it begins at `total`, for layouts whose size is known.
    pub(crate) fn end(&self, total: usize) -> Result<usize, PackError> {
        if matches!(self.kind, Kind::String | Kind::Zero) {
            return Err(PackError::Variable);
        }
        let end = total.checked_add(self.padding).and_then(|t| t.checked_add(self.size));
        end.filter(|t| *t <= i32::MAX as usize).ok_or(PackError::TooLarge)
    }

    /// Reads the integer in `data`, which has the element's size.
    pub(crate) fn read_int(&self, data: &[u8]) -> Result<i64, PackError> {
        let mut bytes = [0; MAX_INT];
        let bytes = &mut bytes[..data.len()];
        bytes.copy_from_slice(data);
        if !self.little {
            bytes.reverse();
        }
        let (low, high) = bytes.split_at(bytes.len().min(8));
        let negative = self.kind == Kind::Int && low.last().is_some_and(|byte| byte & 0x80 != 0);
        let mut word = [if negative { 0xff } else { 0 }; 8];
        word[..low.len()].copy_from_slice(low);
        // What is wider than a Lua integer has to be mere extension of it.
        let extension = if negative { 0xff } else { 0 };
        if high.iter().any(|byte| *byte != extension) {
            return Err(PackError::Wide(self.size));
        }
        Ok(i64::from_le_bytes(word))
    }

    /// Reads the float in `data`, which has the element's size.
    pub(crate) fn read_float(&self, data: &[u8]) -> f64 {
        fn bytes<const N: usize>(data: &[u8]) -> [u8; N] {
            data.try_into().expect("the caller cut out as many bytes as the element has")
        }
        match (self.size, self.little) {
            (4, true) => f32::from_le_bytes(bytes(data)).into(),
            (4, false) => f32::from_be_bytes(bytes(data)).into(),
            (_, true) => f64::from_le_bytes(bytes(data)),
            (_, false) => f64::from_be_bytes(bytes(data)),
        }
    }
}

#[cfg(test)]
mod tests;
