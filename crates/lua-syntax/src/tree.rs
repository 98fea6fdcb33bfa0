//! The serialised form of a tree: code that is shipped without its source.
//!
//! [`encode`] writes what [`parse`](crate::parse) made of a source, [`decode`] reads any bytes: what it accepts has all that the
//! parser guarantees, so that nobody behind it has to ask where a tree came from. The source itself is not in the bytes; of
//! comments only the places are, and the text of those that speak to the checker of types.
//!
//! ```text
//! tree    = magic version length lines remarks statements
//! lines   = count, then the length of each line but the last, less one
//! remarks = count, then of each comment: gap, length, flags, and its text if the checker reads it
//! list    = count, then that many
//! number  = LEB128, in as few bytes as it takes
//! name    = gap, then 0 and the text, or the number of an earlier one; long ones are always written
//! ```
//!
//! Nodes come in the order of the source. Places are distances from the end of what was read before, the *cursor*, so that spans
//! nest and follow each other whatever the bytes are; what follows from other places (a binary expression ends where its right
//! operand does) is not written. Expressions and types are written as the parser reads them: a first part, then what is built on
//! it (`.name`, `(…)`, `+ …`, `| …`), each marked if another follows. So chains need no recursion, and nesting is counted as
//! the parser counts it. A first byte holds form, mark and a short gap; see [`tags`].

mod read;
mod tags;
mod write;

use crate::ast::Chunk;
use crate::comments::{Comment, comments};
use crate::span::LineIndex;
use std::borrow::Cow;
use std::fmt;

/// What the bytes begin with; no text does.
const MAGIC: [u8; 4] = *b"\x1bLT\n";
/// The version of the form that is written and read; raised whenever form or language change.
const VERSION: u8 = 1;

/// Most bytes of a tree: some seven megabytes of source. It takes 150 times as much memory at worst.
pub const MAX_BYTES: usize = 4 << 20;

/// A tree without its source.
#[derive(Debug)]
pub struct Tree {
    /// As [`parse`](crate::parse) gave it; `chunk.block.span.end` is the length of the source in bytes.
    pub chunk: Chunk,
    /// Where the lines of the source start, so that errors of the code can name them.
    pub lines: LineIndex,
    /// The comments of the source, in order.
    pub remarks: Vec<Remark>,
}

/// A comment, and its text if that says something to the checker of types.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    /// Where it stands.
    pub comment: Comment,
    /// All of it, as many bytes as its span, if it is a [`directive`]; otherwise empty.
    pub text: Box<[u8]>,
}

/// The comments of a source that parses, as a tree carries them.
pub fn remarks(source: &[u8]) -> Vec<Remark> {
    let remark = |comment: Comment| {
        let text = &source[comment.span.start as usize..comment.span.end as usize];
        let kept = !comment.long && directive(text).is_some();
        Remark { comment, text: if kept { text.into() } else { Box::default() } }
    };
    comments(source).into_iter().map(remark).collect()
}

/// What follows `lint:` in the text of a short comment that begins with it.
pub fn directive(text: &[u8]) -> Option<&[u8]> {
    let dashes = text.iter().take_while(|b| **b == b'-').count();
    text[dashes..].trim_ascii_start().strip_prefix(b"lint:")
}

/// Bytes that are no tree of ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TreeError {
    message: Cow<'static, str>,
    /// `None`: all of them.
    at: Option<usize>,
}

impl fmt::Display for TreeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.at {
            Some(at) => write!(f, "{} at byte {at} of the syntax tree", self.message),
            None => f.write_str(&self.message),
        }
    }
}

impl std::error::Error for TreeError {}

/// The bytes of a tree. `chunk` is what [`parse`](crate::parse) gave without an error, the others are of the same source.
pub fn encode(chunk: &Chunk, lines: &LineIndex, remarks: &[Remark]) -> Vec<u8> {
    write::tree(chunk, lines, remarks)
}

/// The tree that `bytes` hold, which may come from anybody. Takes time in proportion to their number, at most 150 bytes of
/// memory for each of them, and stack as the parser does: half a MiB where code is optimised.
///
/// # Errors
/// They are no tree, one of another version, one that the parser makes of no source, or more than [`MAX_BYTES`]; it says why and
/// at which byte.
pub fn decode(bytes: &[u8]) -> Result<Tree, TreeError> {
    read::tree(bytes)
}

#[cfg(test)]
pub(crate) mod tests;
