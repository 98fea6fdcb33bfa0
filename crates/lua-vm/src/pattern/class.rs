//! Character classes and sets of Lua patterns, as bit sets over bytes (C locale).

use super::PatternError;

/// The escape character of patterns.
pub(super) const ESCAPE: u8 = b'%';

/// A set of bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ByteSet([u64; 4]);

impl ByteSet {
    const EMPTY: ByteSet = ByteSet([0; 4]);

    #[inline]
    pub(crate) const fn contains(&self, byte: u8) -> bool {
        self.0[byte as usize >> 6] >> (byte & 63) & 1 != 0
    }

    const fn insert(&mut self, byte: u8) {
        self.0[byte as usize >> 6] |= 1 << (byte & 63);
    }

    const fn insert_range(&mut self, first: u8, last: u8) {
        let mut byte = first as usize;
        while byte <= last as usize {
            self.insert(byte as u8);
            byte += 1;
        }
    }

    const fn with(mut self, first: u8, last: u8) -> ByteSet {
        self.insert_range(first, last);
        self
    }

    const fn union(mut self, other: &ByteSet) -> ByteSet {
        let mut word = 0;
        while word < 4 {
            self.0[word] |= other.0[word];
            word += 1;
        }
        self
    }

    const fn complement(mut self) -> ByteSet {
        let mut word = 0;
        while word < 4 {
            self.0[word] = !self.0[word];
            word += 1;
        }
        self
    }
}

static ALL: ByteSet = ByteSet::EMPTY.complement();
static LOWER: ByteSet = ByteSet::EMPTY.with(b'a', b'z');
static UPPER: ByteSet = ByteSet::EMPTY.with(b'A', b'Z');
static DIGIT: ByteSet = ByteSet::EMPTY.with(b'0', b'9');
static ALPHA: ByteSet = ByteSet::EMPTY.with(b'a', b'z').with(b'A', b'Z');
static ALNUM: ByteSet = ALPHA_CONST.with(b'0', b'9');
const ALPHA_CONST: ByteSet = ByteSet::EMPTY.with(b'a', b'z').with(b'A', b'Z');
static HEX: ByteSet = ByteSet::EMPTY.with(b'0', b'9').with(b'a', b'f').with(b'A', b'F');
static SPACE: ByteSet = ByteSet::EMPTY.with(b'\t', b'\r').with(b' ', b' ');
static CONTROL: ByteSet = ByteSet::EMPTY.with(0, 31).with(127, 127);
static GRAPH: ByteSet = ByteSet::EMPTY.with(33, 126);
static PUNCT: ByteSet = ByteSet::EMPTY.with(33, 47).with(58, 64).with(91, 96).with(123, 126);
static ZERO: ByteSet = ByteSet::EMPTY.with(0, 0);

/// The set of `%letter` and whether it is complemented; `None` if `letter` names no class.
fn class(letter: u8) -> Option<(&'static ByteSet, bool)> {
    let set = match letter.to_ascii_lowercase() {
        b'a' => &ALPHA,
        b'c' => &CONTROL,
        b'd' => &DIGIT,
        b'g' => &GRAPH,
        b'l' => &LOWER,
        b'p' => &PUNCT,
        b's' => &SPACE,
        b'u' => &UPPER,
        b'w' => &ALNUM,
        b'x' => &HEX,
        // Lua 5.1's name of the zero byte; patterns may contain `\0` itself since 5.2.
        b'z' => &ZERO,
        _ => return None,
    };
    Some((set, letter.is_ascii_uppercase()))
}

/// What one pattern item accepts at one position.
#[derive(Clone, Copy, Debug)]
pub(super) enum Single {
    /// This byte.
    Byte(u8),
    /// A byte of the set, or one outside it if the flag is set.
    Class(&'static ByteSet, bool),
    /// A byte of a `[set]`.
    Set(ByteSet),
}

impl Single {
    /// Reads the single-character item at `at`; returns it with the offset behind it. Sets found are
    /// remembered in `sets`, because a pattern's items are read once for each position tried.
    #[inline]
    pub(super) fn read(
        pattern: &[u8],
        at: usize,
        sets: &mut Vec<(usize, usize, ByteSet)>,
    ) -> Result<(Single, usize), PatternError> {
        match pattern[at] {
            ESCAPE => match pattern.get(at + 1) {
                None => Err(PatternError::TrailingEscape),
                Some(&letter) => Ok((
                    class(letter).map_or(Single::Byte(letter), |(set, inverse)| Single::Class(set, inverse)),
                    at + 2,
                )),
            },
            b'[' => {
                // In order of their offsets; a generated pattern may have thousands.
                let place = sets.partition_point(|(start, ..)| *start < at);
                if let Some((start, end, set)) = sets.get(place)
                    && *start == at
                {
                    return Ok((Single::Set(*set), *end));
                }
                let (set, end) = read_set(pattern, at)?;
                sets.insert(place, (at, end, set));
                Ok((Single::Set(set), end))
            }
            b'.' => Ok((Single::Class(&ALL, false), at + 1)),
            byte => Ok((Single::Byte(byte), at + 1)),
        }
    }

    #[inline]
    pub(super) fn accepts(&self, byte: u8) -> bool {
        match self {
            Single::Byte(b) => *b == byte,
            Single::Class(set, inverse) => set.contains(byte) != *inverse,
            Single::Set(set) => set.contains(byte),
        }
    }

    /// How many bytes at the start of `text` are accepted.
    #[inline]
    pub(super) fn run(&self, text: &[u8]) -> usize {
        let refused = match self {
            Single::Byte(b) => text.iter().position(|c| c != b),
            Single::Class(set, false) if std::ptr::eq(*set, &raw const ALL) => None,
            Single::Class(set, inverse) => text.iter().position(|c| set.contains(*c) == *inverse),
            Single::Set(set) => text.iter().position(|c| !set.contains(*c)),
        };
        refused.unwrap_or(text.len())
    }
}

/// Reads the `[set]` that opens at `at`; returns it with the offset behind its `]`.
pub(super) fn read_set(pattern: &[u8], at: usize) -> Result<(ByteSet, usize), PatternError> {
    let inverse = pattern.get(at + 1) == Some(&b'^');
    let start = at + 1 + usize::from(inverse);
    // The first byte is an element even if it is `]`.
    let mut end = start;
    loop {
        match pattern.get(end) {
            None => return Err(PatternError::MissingBracket),
            Some(b']') if end > start => break,
            Some(&ESCAPE) if end + 1 < pattern.len() => end += 2,
            Some(_) => end += 1,
        }
    }
    let mut set = ByteSet::EMPTY;
    let mut p = start;
    while p < end {
        let byte = pattern[p];
        if byte == ESCAPE && p + 1 < end {
            let letter = pattern[p + 1];
            match class(letter) {
                Some((class, false)) => set = set.union(class),
                Some((class, true)) => set = set.union(&class.complement()),
                None => set.insert(letter),
            }
            p += 2;
        } else if p + 2 < end && pattern[p + 1] == b'-' {
            set.insert_range(byte, pattern[p + 2]);
            p += 3;
        } else {
            set.insert(byte);
            p += 1;
        }
    }
    Ok((if inverse { set.complement() } else { set }, end + 1))
}
