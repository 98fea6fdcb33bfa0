//! Long texts of natives: built from pieces, then copied into a string in steps that the slice allows.
//!
//! A [`Text`] holds short pieces as bytes and long ones as ranges of strings that lie in the native's slots, so that nothing
//! long is copied before the end. [`finish`] makes the string: at once if it is short, else a *draft*, a string of zeros that is
//! filled block by block between slices. A draft is known by its mark, which the last block removes; no program has seen
//! it before. [`values`] makes several results of which some may be long.

use crate::native::{Cx, Flow, NativeFn, NativeResult, Raise, Val};
use crate::statics::{StaticsBuilder, UserdataType};
use smallvec::SmallVec;
use std::cell::RefCell;
use std::fmt;

/// Bytes that are copied between two looks at the fuel, and most bytes of a piece that is held as such.
pub(crate) const BLOCK: usize = 1 << 16;
/// Ranges from here on are not copied into a piece.
pub(crate) const LONG: usize = 4096;
/// Bytes that a unit of fuel copies into fresh memory.
pub(crate) const COPIED: usize = 8;

pub(crate) fn register(b: &mut StaticsBuilder) {
    b.userdata(UserdataType::new::<Joining>("text state"));
    b.userdata(UserdataType::new::<Making>("values state"));
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
    Zeros(usize),
    Shared(Shared),
}

/// Bytes that somebody else keeps, too.
struct Shared(Box<dyn AsRef<[u8]> + Send>);

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes", self.0.as_ref().as_ref().len())
    }
}

/// A long text that a native builds in pieces, to be returned with [`Cx::ret_text`].
#[derive(Debug, Default)]
pub struct Text {
    pieces: Vec<Piece>,
    /// Bytes in `pieces`, and those of them that are its own.
    sealed: usize,
    own: usize,
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

    /// Bytes that it holds: what a state that keeps it weighs (see [`Cx::weigh`]).
    pub fn held(&self) -> usize {
        self.own + self.tail.capacity() + self.pieces.capacity() * size_of::<Piece>()
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
            self.own += self.tail.capacity();
            self.pieces.push(Piece::Bytes(std::mem::take(&mut self.tail)));
        }
    }

    /// Appends a range of `bytes`, which are those of the string in `slot` of the native that runs. It has to stay there.
    #[inline]
    pub fn push(&mut self, slot: usize, bytes: &[u8], from: usize, to: usize) {
        if to - from < LONG {
            self.tail().extend_from_slice(&bytes[from..to]);
            return;
        }
        self.seal();
        self.sealed += to - from;
        self.pieces.push(Piece::Range { slot, from, to });
    }

    /// Appends bytes that may be many, without copying them now.
    pub fn own(&mut self, bytes: Vec<u8>) {
        if bytes.len() < LONG {
            self.tail().extend_from_slice(&bytes);
            return;
        }
        self.seal();
        self.sealed += bytes.len();
        self.own += bytes.capacity();
        self.pieces.push(Piece::Bytes(bytes));
    }

    /// Appends bytes that stay where they are until they are copied into the string.
    pub fn share(&mut self, bytes: impl AsRef<[u8]> + Send + 'static) {
        self.seal();
        self.sealed += bytes.as_ref().len();
        self.pieces.push(Piece::Shared(Shared(Box::new(bytes))));
    }

    /// Appends zeros.
    pub(crate) fn zeros(&mut self, n: usize) {
        if n < LONG {
            let len = self.tail().len();
            self.tail.resize(len + n, 0);
            return;
        }
        self.seal();
        self.sealed += n;
        self.pieces.push(Piece::Zeros(n));
    }

    /// Whether `bytes` has to lie in a slot to be appended without a long copy.
    #[inline]
    pub(crate) fn is_long(bytes: &[u8]) -> bool {
        bytes.len() >= LONG
    }
}

/// A text that is being copied into the draft below.
struct Joining(RefCell<Progress>);

struct Progress {
    text: Text,
    /// Piece, offset in it, offset in the draft.
    piece: usize,
    offset: usize,
    at: usize,
    /// What happens with the string.
    then: NativeFn,
}

/// Returns the text.
pub(crate) fn finish(cx: &mut Cx<'_>, text: Text) -> NativeResult {
    finish_with(cx, text, |_| Ok(Flow::values(1)))
}

/// Makes the text, which is pushed as a string; then `then` runs.
pub(crate) fn finish_with(cx: &mut Cx<'_>, mut text: Text, then: NativeFn) -> NativeResult {
    if text.pieces.is_empty() {
        cx.charge(text.len() / COPIED);
        cx.reserve(text.len())?;
        let v = cx.string(&text.tail);
        cx.push(v);
        return then(cx);
    }
    text.seal();
    let draft = cx.draft(text.len())?;
    cx.push(draft);
    let held = text.held();
    let progress = Progress { text, piece: 0, offset: 0, at: 0, then };
    let state = cx.userdata(Joining(RefCell::new(progress)), &[]);
    cx.weigh(state, held);
    cx.push(state);
    join(cx)
}

/// Slots, from the top: state, draft.
fn join(cx: &mut Cx<'_>) -> NativeResult {
    let top = cx.len();
    let state = cx.slot(top - 1).as_userdata().and_then(|u| u.payload::<Joining>());
    let mut state = state.expect("the slot holds the state").0.borrow_mut();
    let p = &mut *state;
    while let Some(piece) = p.text.pieces.get_mut(p.piece) {
        let source: &[u8] = match piece {
            Piece::Bytes(bytes) => bytes,
            Piece::Shared(bytes) => bytes.0.as_ref().as_ref(),
            Piece::Range { slot, from, to } => &cx.slot(*slot).as_bytes().unwrap_or_default()[*from..*to],
            Piece::Zeros(n) => {
                // What is not written is zero.
                p.at += *n;
                p.piece += 1;
                continue;
            }
        };
        let n = (source.len() - p.offset).min(BLOCK);
        cx.fill_draft(top - 2, p.at, n, |out| out.copy_from_slice(&source[p.offset..p.offset + n]));
        p.at += n;
        p.offset += n;
        if p.offset == source.len() {
            p.offset = 0;
            p.piece += 1;
            // Its memory is given back as soon as it is copied.
            *piece = Piece::Zeros(0);
        }
        if cx.charge(n / COPIED + 16) && p.piece < p.text.pieces.len() {
            return cx.again(join);
        }
    }
    let then = p.then;
    cx.finished_draft(top - 2);
    cx.set_len(top - 1);
    then(cx)
}

/// A value that a native makes.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Part {
    Int(i64),
    Float(f64),
    /// A range of the string in a slot, as a string.
    Range {
        slot: usize,
        from: usize,
        to: usize,
    },
}

pub(crate) type Parts = SmallVec<[Part; 4]>;

/// What follows [`values`]: it gets the number of values, which are the last slots.
pub(crate) type Then = for<'a, 'cx> fn(&'a mut Cx<'cx>, usize) -> NativeResult;

/// Values that are being made; those that are complete, and the draft, are the slots below.
struct Making(RefCell<Made>);

struct Made {
    parts: Parts,
    next: usize,
    /// A draft is being filled; so much is done.
    draft: Option<usize>,
    then: Then,
}

/// Pushes the values of `parts`, then `then` runs.
pub(crate) fn values(cx: &mut Cx<'_>, parts: Parts, then: Then) -> NativeResult {
    let bytes: usize = parts.iter().map(Part::len).sum();
    if bytes <= BLOCK && parts.len() <= FEW {
        cx.charge(bytes / COPIED + parts.len());
        cx.reserve(bytes)?;
        for part in &parts {
            part.push(cx);
        }
        return then(cx, parts.len());
    }
    let state = cx.userdata(Making(RefCell::new(Made { parts, next: 0, draft: None, then })), &[]);
    cx.push(state);
    make(cx)
}

/// Values that are made without looking at the fuel.
const FEW: usize = 256;

impl Part {
    fn len(&self) -> usize {
        match self {
            Part::Range { from, to, .. } => to - from,
            Part::Int(_) | Part::Float(_) => 0,
        }
    }

    fn push(&self, cx: &mut Cx<'_>) {
        match *self {
            Part::Int(i) => cx.push(i),
            Part::Float(f) => cx.push(f),
            Part::Range { slot, from, to } => {
                let v = cx.string(&cx.slot(slot).as_bytes().unwrap_or_default()[from..to]);
                cx.push(v);
            }
        }
    }
}

/// Slots, from the top: state, a draft if there is one, the values so far.
fn make(cx: &mut Cx<'_>) -> NativeResult {
    let top = cx.len() - 1;
    let state = cx.slot(top).as_userdata().expect("the slot holds the state");
    let mut made = state.payload::<Making>().expect("the slot holds the state").0.borrow_mut();
    cx.set_len(top);
    while let Some(part) = made.parts.get(made.next).copied() {
        match (part, made.draft) {
            (Part::Range { from, to, .. }, None) if to - from > BLOCK => {
                let draft = cx.draft(to - from)?;
                cx.push(draft);
                made.draft = Some(0);
            }
            (Part::Range { slot, from, to }, Some(at)) => {
                let source = &cx.slot(slot).as_bytes().unwrap_or_default()[from..to];
                let n = (source.len() - at).min(BLOCK);
                cx.fill_draft(cx.len() - 1, at, n, |out| out.copy_from_slice(&source[at..at + n]));
                cx.charge(n / COPIED);
                made.draft = Some(at + n);
                if at + n == source.len() {
                    cx.finished_draft(cx.len() - 1);
                    made.draft = None;
                    made.next += 1;
                }
            }
            _ => {
                cx.reserve(part.len())?;
                part.push(cx);
                cx.charge(part.len() / COPIED + 2);
                made.next += 1;
            }
        }
        if cx.charge(0) {
            cx.push(state);
            return cx.again(make);
        }
    }
    let (then, n) = (made.then, made.parts.len());
    drop(made);
    then(cx, n)
}

/// Returns a string of `len` bytes that `fill` writes block by block, from an offset on, with the string in slot 0 at hand.
/// `then` names itself: the native that calls `fill_blocks` with the same `fill`.
pub(crate) fn start_blocks(cx: &mut Cx<'_>, len: usize, then: NativeFn) -> NativeResult {
    let draft = cx.draft(len)?;
    cx.push(draft);
    cx.push(Val::int(0));
    then(cx)
}

/// Slots: a string first, the draft and the offset on top.
pub(crate) fn fill_blocks(
    cx: &mut Cx<'_>,
    fill: fn(&[u8], usize, &mut [u8]),
    then: NativeFn,
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
    finish(cx, text)
}

impl<'cx> Cx<'cx> {
    /// Returns one string, made in steps that the slice allows.
    pub fn ret_text(&mut self, text: Text) -> NativeResult {
        finish(self, text)
    }

    /// Makes the string of a text in the same way and pushes it, then `then` runs.
    pub fn make_text(&mut self, text: Text, then: NativeFn) -> NativeResult {
        finish_with(self, text, then)
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
