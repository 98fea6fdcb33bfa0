//! Long payloads in steps: a copied-out value as JSON text, bytes as a string.
//!
//! The JSON text is that of the plain data which the value would be, without making it.

use crate::convert::{Portable, Step, leaf, refuse, too_deep};
use crate::json::steps::{PART, write_part};
use crate::json::write_bytes;
use crate::{Cx, NativeFn, NativeResult, Raise};
use bytes::Bytes;
use infra_base::{Data, Error, Payload};
use infra_codec::json::{encode, write_float, write_int};
use lua_vm::{Fragment, Shape, StaticsBuilder, Text, UserdataType};
use std::cell::RefCell;
use std::sync::Arc;

/// Values between two looks at the fuel.
const VALUES: usize = 64;

/// What follows [`plain_json`].
type Then = fn(&mut Cx<'_>, Result<Bytes, Error>) -> NativeResult;

/// What is under way; lies on top while it gives way.
struct Saved(RefCell<Option<(PlainJson, Then)>>);

pub(crate) fn install(statics: &mut StaticsBuilder) {
    statics.userdata(UserdataType::new::<Saved>("payload state"));
}

/// Pushes long bytes as a string, then `then` runs.
pub fn push_bytes(cx: &mut Cx<'_>, bytes: Bytes, then: NativeFn) -> NativeResult {
    cx.reserve(bytes.len())?;
    let mut text = Text::default();
    text.share(bytes);
    cx.make_text(text, then)
}

/// Writes a long value of Lua as JSON text; `then` gets it, with the slots as they are now. `None`: the payload is something
/// else, or so short that it takes no steps, or no table and `tables` are asked for.
pub fn plain_json(cx: &mut Cx<'_>, payload: &Payload, tables: bool, then: Then) -> Option<NativeResult> {
    let Payload::Portable(source) = payload else { return None };
    let value = source.as_any().downcast_ref::<Portable>()?;
    if source.size() <= 2 * PART || tables && !matches!(value.fragment().shape(0), Some(Shape::Table { .. }))
    {
        return None;
    }
    let text = PlainJson {
        source: Arc::new(value.fragment().share()),
        at: 0,
        levels: Vec::new(),
        text: None,
        out: Vec::new(),
        pieces: Vec::new(),
        len: 0,
        joined: None,
    };
    let saved = cx.userdata(Saved(RefCell::new(Some((text, then)))), &[]);
    cx.push(saved);
    Some(go_on(cx))
}

fn go_on(cx: &mut Cx<'_>) -> NativeResult {
    let top = cx.len() - 1;
    let object = cx.slot(top).as_userdata().expect("the slot holds the state");
    let saved = object.payload::<Saved>().expect("the slot holds the state");
    let (mut text, then) = saved.0.take().expect("the state was put back");
    let done = match text.step(cx) {
        Ok(Some(bytes)) => Ok(bytes),
        Ok(None) => {
            cx.weigh(object, text.held());
            saved.0.replace(Some((text, then)));
            return cx.again(go_on);
        }
        Err(NoText::Refused(error)) => Err(error),
        Err(NoText::Raised(raise)) => return Err(raise),
    };
    cx.weigh(object, 0);
    cx.set_len(top);
    then(cx, done)
}

/// The JSON text of a payload that holds a value of Lua.
struct PlainJson {
    source: Arc<Fragment>,
    /// Number of the next item.
    at: usize,
    levels: Vec<Level>,
    /// How far a long text is written.
    text: Option<usize>,
    out: Vec<u8>,
    /// Full pieces; those that were joined are empty.
    pieces: Vec<Vec<u8>>,
    len: usize,
    joined: Option<(usize, Vec<u8>)>,
}

/// A table that is being written.
struct Level {
    array: usize,
    pairs: usize,
    written: usize,
    /// Number of the item that is the last key.
    key: usize,
    /// The key is written, and its value comes next.
    keyed: bool,
}

/// Why there is no text.
enum NoText {
    /// The value has no plain form.
    Refused(Error),
    /// It does not fit the quota.
    Raised(Raise),
}

impl PlainJson {
    /// Bytes that it holds.
    fn held(&self) -> usize {
        self.len + self.out.capacity() + self.joined.as_ref().map_or(0, |joined| joined.1.len())
    }

    /// Goes on as long as the slice allows; `None`: it is not done.
    fn step(&mut self, cx: &mut Cx<'_>) -> Result<Option<Bytes>, NoText> {
        while self.joined.is_none() {
            let (before, mut over) = (self.written(), false);
            for _ in 0..VALUES {
                over = !self.item().map_err(NoText::Refused)?;
                if over || self.written() > before + PART {
                    break;
                }
            }
            if self.out.len() >= PART || over {
                self.len += self.out.len();
                self.pieces.push(std::mem::take(&mut self.out));
            }
            cx.reserve(self.held()).map_err(NoText::Raised)?;
            if over {
                cx.reserve(2 * self.len).map_err(NoText::Raised)?;
                self.joined = Some((0, Vec::with_capacity(self.len)));
            }
            if cx.charge(VALUES * 8 + (self.written().saturating_sub(before)) / 2) {
                return Ok(None);
            }
        }
        let Some((next, joined)) = &mut self.joined else { return Ok(None) };
        while let Some(piece) = self.pieces.get_mut(*next) {
            joined.extend_from_slice(piece);
            let n = std::mem::take(piece).len();
            *next += 1;
            if cx.charge(n / 8 + 16) && *next < self.pieces.len() {
                return Ok(None);
            }
        }
        Ok(Some(Bytes::from(std::mem::take(joined))))
    }

    fn written(&self) -> usize {
        self.len + self.out.len()
    }

    /// Writes the next item, or a part of one; false at the end.
    fn item(&mut self) -> Result<bool, Error> {
        let source = Arc::clone(&self.source);
        let fragment = &*source;
        if let Some(level) = self.levels.last() {
            if level.written == level.array + level.pairs && !level.keyed && self.text.is_none() {
                self.out.push(if level.pairs > 0 { b'}' } else { b']' });
                self.levels.pop();
                return Ok(!self.levels.is_empty());
            }
            // A long text that is being written is a key only if there is no array.
            if level.written >= level.array && !level.keyed && (self.text.is_none() || level.array == 0) {
                return self.key(fragment).map(|()| true);
            }
        } else if self.at > 0 && self.text.is_none() {
            return Ok(false);
        }
        let shape = fragment.shape(self.at).unwrap_or(Shape::Nil);
        if self.levels.len() > Data::MAX_DEPTH {
            return Err(too_deep());
        }
        if self.text.is_none()
            && let Some(level) = self.levels.last_mut()
        {
            if level.written < level.array && level.written > 0 {
                self.out.push(b',');
            }
            level.written += 1;
        }
        match shape {
            Shape::Nil => self.out.extend_from_slice(b"null"),
            Shape::Bool(b) => self.out.extend_from_slice(if b { b"true" } else { b"false" }),
            Shape::Int(i) => write_int(&mut self.out, i),
            Shape::Float(f) => write_float(&mut self.out, f),
            Shape::Str(text) if !self.text(text) => return Ok(true),
            Shape::Str(_) => {}
            Shape::Table { array, pairs } => {
                self.at += 1;
                if let Some(level) = self.levels.last_mut() {
                    level.keyed = false;
                }
                // A table with both is refused at its first key.
                self.out.push(if pairs > 0 { b'{' } else { b'[' });
                self.levels.push(Level { array, pairs, written: 0, key: 0, keyed: false });
                return Ok(true);
            }
            other => {
                let data = leaf(other).map_err(|what| self.refuse(fragment, &what))?;
                self.out.extend_from_slice(&encode(&data));
            }
        }
        self.at += 1;
        if let Some(level) = self.levels.last_mut() {
            level.keyed = false;
        }
        Ok(!self.levels.is_empty())
    }

    /// Writes some of a text; true when all of it is written.
    fn text(&mut self, text: &[u8]) -> bool {
        let at = self.text.take();
        if at.is_none() && text.len() <= PART {
            write_bytes(&mut self.out, text);
            return true;
        }
        let at = at.unwrap_or_else(|| {
            self.out.push(b'"');
            0
        });
        let end = write_part(&mut self.out, text, at);
        if end < text.len() {
            self.text = Some(end);
            return false;
        }
        self.out.push(b'"');
        true
    }

    /// Writes a key, or some of it.
    fn key(&mut self, fragment: &Fragment) -> Result<(), Error> {
        let Some(level) = self.levels.last() else { return Ok(()) };
        let (written, array) = (level.written, level.array);
        match fragment.shape(self.at) {
            Some(Shape::Str(key)) if array == 0 => {
                if written > 0 && self.text.is_none() {
                    self.out.push(b',');
                }
                if self.text(key) {
                    self.out.push(b':');
                    if let Some(level) = self.levels.last_mut() {
                        (level.key, level.keyed) = (self.at, true);
                    }
                    self.at += 1;
                }
                Ok(())
            }
            Some(Shape::Str(_)) => Err(self.refuse_here(fragment, "a table with both text and number keys")),
            _ => Err(self.refuse_here(fragment, "a table with other keys than text or 1..n")),
        }
    }

    /// The value that is being written has no plain form.
    fn refuse(&self, fragment: &Fragment, what: &str) -> Error {
        refuse(&self.path(fragment, self.levels.len()), what)
    }

    /// The innermost table has none.
    fn refuse_here(&self, fragment: &Fragment, what: &str) -> Error {
        refuse(&self.path(fragment, self.levels.len().saturating_sub(1)), what)
    }

    /// The way through the outermost `levels`.
    fn path(&self, fragment: &Fragment, levels: usize) -> Vec<Step> {
        let step = |level: &Level| match fragment.shape(level.key) {
            Some(Shape::Str(key)) if level.pairs > 0 => Step::Key(String::from_utf8_lossy(key).into_owned()),
            _ => Step::Index(level.written),
        };
        self.levels[..levels].iter().map(step).collect()
    }
}
