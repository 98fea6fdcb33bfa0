//! Long texts of natives: built from pieces, then copied into a string in steps that the slice allows.
//!
//! A [`Text`] holds short pieces as bytes and long ones as ranges of strings that lie in the native's slots, so that nothing
//! long is copied before the end. [`finish`] makes the string: at once if it is short, else a *draft*, a string of zeros that is
//! filled block by block between slices. A draft is known by its mark, which the last block removes; no program has seen
//! it before.

use crate::native::{Cx, Flow, NativeResult, Raise, Val};
use crate::statics::{StaticsBuilder, UserdataType};
use std::cell::RefCell;

/// Bytes that are copied between two looks at the fuel, and most bytes of a piece that is held as such.
pub(crate) const BLOCK: usize = 1 << 16;
/// Ranges from here on are not copied into a piece.
const LONG: usize = 4096;
/// Bytes that a unit of fuel copies into fresh memory.
pub(crate) const COPIED: usize = 8;

pub(crate) fn register(b: &mut StaticsBuilder) {
    b.userdata(UserdataType::new::<Joining>("text state"));
}

#[derive(Debug)]
enum Piece {
    Bytes(Vec<u8>),
    /// A range of the string in a slot.
    Range {
        slot: usize,
        from: usize,
        to: usize,
    },
}

/// A long text that a native builds in pieces, to be returned with [`Cx::ret_text`].
#[derive(Debug, Default)]
pub struct Text {
    pieces: Vec<Piece>,
    /// Bytes in `pieces`.
    sealed: usize,
    tail: Vec<u8>,
}

impl Text {
    /// Its length in bytes.
    pub fn len(&self) -> usize {
        self.sealed + self.tail.len()
    }

    /// Whether it is the empty text.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Where short things are appended, some KiB at a time at most.
    #[inline]
    pub fn tail(&mut self) -> &mut Vec<u8> {
        if self.tail.len() >= BLOCK {
            self.seal();
        }
        &mut self.tail
    }

    fn seal(&mut self) {
        if !self.tail.is_empty() {
            self.sealed += self.tail.len();
            self.pieces.push(Piece::Bytes(std::mem::take(&mut self.tail)));
        }
    }

    /// Appends a range of `bytes`, which are those of the string in `slot` of the native that runs. It has to stay there.
    #[inline]
    pub(crate) fn push(&mut self, slot: usize, bytes: &[u8], from: usize, to: usize) {
        if to - from < LONG {
            self.tail().extend_from_slice(&bytes[from..to]);
            return;
        }
        self.seal();
        self.sealed += to - from;
        self.pieces.push(Piece::Range { slot, from, to });
    }

    /// Whether `bytes` has to lie in a slot to be appended without a long copy.
    #[inline]
    pub(crate) fn is_long(bytes: &[u8]) -> bool {
        bytes.len() >= LONG
    }
}

/// A text that is being copied into the draft two slots below.
struct Joining(RefCell<Progress>);

struct Progress {
    text: Text,
    /// Piece, offset in it, offset in the draft.
    piece: usize,
    offset: usize,
    at: usize,
    /// A second result waits in the slot below.
    second: bool,
}

/// Returns the text, and `second` behind it.
pub(crate) fn finish<'cx>(cx: &mut Cx<'cx>, mut text: Text, second: Option<Val<'cx>>) -> NativeResult {
    if text.pieces.is_empty() {
        cx.charge(text.len() / COPIED);
        cx.reserve(text.len())?;
        let v = cx.string(&text.tail);
        cx.push(v);
        second.into_iter().for_each(|second| cx.push(second));
        return Ok(Flow::values(1 + usize::from(second.is_some())));
    }
    text.seal();
    let draft = cx.draft(text.len())?;
    cx.push(draft);
    cx.push(second.unwrap_or(Val::NIL));
    let progress = Progress { text, piece: 0, offset: 0, at: 0, second: second.is_some() };
    let state = cx.userdata(Joining(RefCell::new(progress)), &[]);
    cx.push(state);
    join(cx)
}

/// Slots, from the top: state, second result, draft.
fn join(cx: &mut Cx<'_>) -> NativeResult {
    let top = cx.len();
    let state = cx.slot(top - 1).as_userdata().and_then(|u| u.payload::<Joining>());
    let mut state = state.expect("the slot holds the state").0.borrow_mut();
    let p = &mut *state;
    while let Some(piece) = p.text.pieces.get_mut(p.piece) {
        let source: &[u8] = match piece {
            Piece::Bytes(bytes) => bytes,
            Piece::Range { slot, from, to } => &cx.slot(*slot).as_bytes().unwrap_or_default()[*from..*to],
        };
        let n = (source.len() - p.offset).min(BLOCK);
        cx.fill_draft(top - 3, p.at, n, |out| out.copy_from_slice(&source[p.offset..p.offset + n]));
        p.at += n;
        p.offset += n;
        if p.offset == source.len() {
            p.offset = 0;
            p.piece += 1;
            // Its memory is given back as soon as it is copied.
            *piece = Piece::Bytes(Vec::new());
        }
        if cx.charge(n / COPIED + 16) && p.piece < p.text.pieces.len() {
            return cx.again(join);
        }
    }
    let (draft, second) = (cx.finished_draft(top - 3), cx.slot(top - 2));
    cx.push(draft);
    if p.second {
        cx.push(second);
    }
    Ok(Flow::values(1 + usize::from(p.second)))
}

/// Returns a string of `len` bytes that `fill` writes block by block, from an offset on, with the string in slot 0 at hand.
/// `then` names itself: the native that calls `fill_blocks` with the same `fill`.
pub(crate) fn start_blocks(cx: &mut Cx<'_>, len: usize, then: crate::NativeFn) -> NativeResult {
    let draft = cx.draft(len)?;
    cx.push(draft);
    cx.push(Val::int(0));
    then(cx)
}

/// Slots: a string first, the draft and the offset on top.
pub(crate) fn fill_blocks(
    cx: &mut Cx<'_>,
    fill: fn(&[u8], usize, &mut [u8]),
    then: crate::NativeFn,
) -> NativeResult {
    let top = cx.len();
    let source = cx.slot(0).as_bytes().unwrap_or_default();
    let total = cx.slot(top - 2).as_bytes().unwrap_or_default().len();
    let mut at = cx.slot(top - 1).as_int().unwrap_or_default() as usize;
    while at < total {
        let n = (total - at).min(BLOCK);
        cx.fill_draft(top - 2, at, n, |out| fill(source, at, out));
        at += n;
        if cx.charge(n / COPIED) && at < total {
            cx.set_slot(top - 1, Val::int(at as i64));
            return cx.again(then);
        }
    }
    let v = cx.finished_draft(top - 2);
    cx.ret(v)
}

/// All arguments, which are strings, as one: `..` of long ones.
pub(crate) fn join_arguments(cx: &mut Cx<'_>) -> NativeResult {
    let mut text = Text::default();
    for i in 0..cx.nargs() {
        let part = cx.arg(i).as_bytes().unwrap_or_default();
        text.push(i, part, 0, part.len());
    }
    finish(cx, text, None)
}

impl<'cx> Cx<'cx> {
    /// Returns one string, made in steps that the slice allows.
    pub fn ret_text(&mut self, text: Text) -> NativeResult {
        finish(self, text, None)
    }

    /// A string of zeros to be filled with [`Cx::fill_draft`]. Raises if it does not fit.
    fn draft(&mut self, len: usize) -> Result<Val<'cx>, Raise> {
        self.reserve(len)?;
        if len > crate::heap::MAX_STR {
            return Err(self.error("string is too long"));
        }
        self.charge(len.min(crate::block::LARGE) / 16);
        Ok(self.new_draft(len))
    }
}
