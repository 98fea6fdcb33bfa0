//! Byte ranges of the source, and the mistakes that point at them.

/// Half-open byte range `start..end` of the source text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// The range `start..end`.
    pub fn new(start: u32, end: u32) -> Self {
        Self { start, end }
    }

    /// The smallest range that covers both.
    pub fn to(self, other: Span) -> Self {
        Self { start: self.start.min(other.start), end: self.end.max(other.end) }
    }
}

/// Finds line and column of a byte offset.
#[derive(Clone, Debug)]
pub struct LineIndex {
    starts: Box<[u32]>,
}

impl LineIndex {
    /// Indexes the line starts of `source`.
    pub fn new(source: &[u8]) -> Self {
        let breaks = source.iter().enumerate().filter(|(_, b)| **b == b'\n').map(|(i, _)| i as u32 + 1);
        Self { starts: std::iter::once(0).chain(breaks).collect() }
    }

    /// Of the offsets at which lines start: 0 first, in order.
    pub(crate) fn of_starts(starts: Vec<u32>) -> Self {
        debug_assert!(starts.first() == Some(&0), "the first line starts with the source");
        Self { starts: starts.into() }
    }

    /// Where each line starts.
    pub(crate) fn starts(&self) -> &[u32] {
        &self.starts
    }

    /// Line of `offset`, counted from 1.
    pub fn line(&self, offset: u32) -> u32 {
        self.starts.partition_point(|s| *s <= offset) as u32
    }

    /// Line and column of `offset`, both counted from 1; the column counts bytes.
    pub fn position(&self, offset: u32) -> (u32, u32) {
        let line = self.line(offset);
        (line, offset - self.starts[line as usize - 1] + 1)
    }
}

/// A mistake in the source: what is wrong and what would be right, where, and optionally a hint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// Lower case, no full stop, names the thing: `'end' expected to close 'if' at line 3, found 'else'`.
    pub message: String,
    /// The offending bytes.
    pub span: Span,
    /// How to mend it, where the parser knows.
    pub help: Option<String>,
}

impl SyntaxError {
    pub(crate) fn new(span: Span, message: impl Into<String>) -> Self {
        Self { message: message.into(), span, help: None }
    }

    pub(crate) fn help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }
}
