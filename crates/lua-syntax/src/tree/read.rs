//! Reads a tree, and holds it against what the parser guarantees.
//!
//! Code generator and checker take trees without asking again; code of a wrong tree could read registers that are not there. What
//! they may rely on, and what is refused here by name if it does not hold:
//!
//! * **Bytes**: magic and version are ours, numbers are as short as they can be, no list is longer than what is left, nothing is
//!   left behind the tree.
//! * **Names** are ASCII letters, digits and `_`, begin with no digit, and are no reserved words; only the type of all functions
//!   is named `function`, alone and without arguments. The words of the type syntax (`type`, `as`, …) are names like others.
//!   (The code generator keeps names of its own that no source can spell.)
//! * **Places**: spans nest and follow each other in the order of the source, and lie within its length; a name spans as many
//!   bytes as it has, other tokens at least one, strings two more than their text. So no two declarations, calls or tables begin
//!   at the same place, by which code generator and checker tell them apart. Lines ascend from 0.
//! * **Height**: at most `MAX_DEPTH` levels of nesting and `MAX_HEIGHT` levels of tree, both counted as the parser counts them.
//! * **Blocks**: `return` is the last statement of its block. A chunk spans all of its source.
//! * **Statements**: a `local` has a name, an assignment a target and a value, `for … in` a variable and an expression, an `if`
//!   an arm, type parameters that are there at least one. Targets are names, fields or indexes, in no parentheses; a call as a
//!   statement is a call of a function or method.
//! * **Operators** bind as they are written: an operand that binds looser than what it is in stands in parentheses. Suffixes
//!   (`.a`, `[i]`, `()`, `:m()`) stand behind names, parentheses and suffixes; casts and `!` behind these, literals and casts.
//!   A concatenation has two parts at least, none of which is one.
//! * **Literals**: a float is no NaN and in expressions neither negative nor -0; integers are any (hexadecimal ones wrap), and
//!   so are the bytes of strings.
//! * **Types** bind as they are written: `|` looser than `&`, and that than suffixes and annotations; `extends` loosest, and not
//!   at all directly behind a cast. Unions and intersections have two members at least, none of which is one of the same kind. A named
//!   type has a name, a primitive no arguments, `<>` at least one. Bases of interfaces are named types without annotations.
//! * **Vararg** annotations stand only where there is `...`.
//!
//! What needs scopes (labels, `break`, `...`, limits of functions) is asked of no tree: the code generator does that. Arguments of
//! annotations are any expressions, `self` is a name like others, and parameters may share a name: so it is in sources.

mod expr;
mod stat;
mod ty;

use super::tags::{self, Layout, remark};
use super::{MAGIC, MAX_BYTES, Remark, Tree, TreeError, VERSION};
use crate::ast::{Block, Chunk, Name};
use crate::comments::Comment;
use crate::lexer::is_name_byte;
use crate::parser::{MAX_DEPTH, MAX_HEIGHT};
use crate::span::{LineIndex, Span};
use crate::token::Tok;
use std::borrow::Cow;

type Res<T> = Result<T, TreeError>;

pub(super) fn tree(bytes: &[u8]) -> Res<Tree> {
    let refused = |message: Cow<'static, str>| Err(TreeError { message, at: None });
    let Some(behind) = bytes.strip_prefix(&MAGIC) else {
        return refused("the bytes are no syntax tree".into());
    };
    match behind.first() {
        Some(&VERSION) => {}
        Some(other) => {
            return refused(
                format!("syntax tree of version {other}, this wippy reads version {VERSION}").into(),
            );
        }
        None => return refused("syntax tree without a version".into()),
    }
    if bytes.len() > MAX_BYTES {
        let text = format!("syntax tree of {} bytes, {MAX_BYTES} at most are read", bytes.len());
        return refused(text.into());
    }
    let mut r = Reader {
        bytes,
        at: MAGIC.len() + 1,
        promised: 0,
        names: Vec::new(),
        length: 0,
        cursor: 0,
        depth: 0,
        height: 0,
    };
    r.length = r.short()?;
    let lines = r.lines()?;
    r.cursor = 0;
    let remarks = r.list(0, "", Reader::remark)?;
    r.cursor = 0;
    let stats = r.stats()?;
    if r.at < bytes.len() {
        return r.fail("bytes follow behind the last statement");
    }
    let chunk = Chunk { block: Block { stats, span: Span::new(0, r.length) } };
    Ok(Tree { chunk, lines, remarks })
}

/// The first bytes of a node, see [`Layout`].
#[derive(Clone, Copy)]
struct Head {
    kind: u8,
    /// Another link follows.
    more: bool,
    gap: u32,
}

struct Reader<'b> {
    bytes: &'b [u8],
    /// Bytes that were read.
    at: usize,
    /// Elements of lists that are still to come.
    promised: u64,
    /// Names that may be referred to.
    names: Vec<&'b str>,
    /// Of the source.
    length: u32,
    /// Place in the source behind what was read last.
    cursor: u32,
    /// As the parser's.
    depth: u32,
    height: u32,
}

impl<'b> Reader<'b> {
    /// `message` about what was read last.
    fn fail<T>(&self, message: impl Into<Cow<'static, str>>) -> Res<T> {
        Err(TreeError { message: message.into(), at: Some(self.at) })
    }

    // ---- bytes -----------------------------------------------------------------------------------------------------

    fn byte(&mut self) -> Res<u8> {
        match self.bytes.get(self.at) {
            Some(byte) => {
                self.at += 1;
                Ok(*byte)
            }
            None => self.fail("the bytes end too early"),
        }
    }

    fn take(&mut self, count: u64) -> Res<&'b [u8]> {
        let rest = &self.bytes[self.at..];
        match usize::try_from(count).ok().and_then(|count| rest.get(..count)) {
            Some(taken) => {
                self.at += taken.len();
                Ok(taken)
            }
            None => self.fail("the bytes end too early"),
        }
    }

    fn number(&mut self) -> Res<u64> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            let bits = u64::from(byte & 0x7f);
            if bits << shift >> shift != bits {
                return self.fail("a number does not fit 64 bits");
            }
            value |= bits << shift;
            if byte < 0x80 {
                if byte == 0 && shift > 0 {
                    return self.fail("a number is longer than it needs to be");
                }
                return Ok(value);
            }
        }
        self.fail("a number does not fit 64 bits")
    }

    /// A number of 32 bits.
    fn short(&mut self) -> Res<u32> {
        match u32::try_from(self.number()?) {
            Ok(number) => Ok(number),
            Err(_) => self.fail("a number does not fit 32 bits"),
        }
    }

    /// Flags, of which `known` may be set.
    fn flags(&mut self, known: u64) -> Res<u64> {
        let flags = self.number()?;
        if flags & !known == 0 { Ok(flags) } else { self.fail("an unknown flag is set") }
    }

    fn flag(&mut self) -> Res<bool> {
        Ok(self.flags(1)? == 1)
    }

    fn head(&mut self, layout: Layout) -> Res<Head> {
        let byte = self.byte()?;
        let kind = byte & ((1 << layout.kind) - 1);
        let more = layout.mark == 1 && byte >> layout.kind & 1 == 1;
        let gap = u32::from(byte >> (layout.kind + layout.mark));
        if gap < layout.most() {
            return Ok(Head { kind, more, gap });
        }
        let rest = self.short()?;
        match gap.checked_add(rest) {
            Some(gap) => Ok(Head { kind, more, gap }),
            None => self.fail("a number does not fit 32 bits"),
        }
    }

    /// A list of at least `least`; `what` says that it is shorter.
    fn list<T>(
        &mut self,
        least: u64,
        what: &'static str,
        read: impl FnMut(&mut Self) -> Res<T>,
    ) -> Res<Vec<T>> {
        let count = self.number()?;
        if count < least {
            return self.fail(what);
        }
        let mut items = self.room(count, 0)?;
        self.fill(&mut items, count, read)?;
        Ok(items)
    }

    /// Room for so many elements, and for those that are `known`. Each takes a byte at least, so that all that is there room for, outer lists included, is still
    /// to come: many lists that claim to be long do not take more memory than one.
    fn room<T>(&mut self, count: u64, known: usize) -> Res<Vec<T>> {
        let left = (self.bytes.len() - self.at) as u64;
        match count.checked_add(self.promised).filter(|all| *all <= left) {
            Some(all) => {
                self.promised = all;
                Ok(Vec::with_capacity(usize::try_from(count).unwrap_or_default() + known))
            }
            None => self.fail(format!("a list of {count} is longer than the bytes that are left")),
        }
    }

    /// Reads `count` elements, for which there is room.
    fn fill<T>(
        &mut self,
        items: &mut Vec<T>,
        count: u64,
        mut read: impl FnMut(&mut Self) -> Res<T>,
    ) -> Res<()> {
        for _ in 0..count {
            self.promised -= 1;
            items.push(read(self)?);
        }
        Ok(())
    }

    // ---- places ----------------------------------------------------------------------------------------------------

    /// Moves the cursor on, and says where it is then.
    fn skip(&mut self, bytes: u32) -> Res<u32> {
        match self.cursor.checked_add(bytes).filter(|place| *place <= self.length) {
            Some(place) => {
                self.cursor = place;
                Ok(place)
            }
            None => self.fail("a place lies behind the end of the source"),
        }
    }

    /// A place behind the cursor, where it moves.
    fn place(&mut self) -> Res<u32> {
        let gap = self.short()?;
        self.skip(gap)
    }

    /// Behind the byte that closes something.
    fn close(&mut self) -> Res<u32> {
        self.place()?;
        self.skip(1)
    }

    // ---- height ----------------------------------------------------------------------------------------------------

    /// Runs `read` one level deeper.
    fn nested<T>(&mut self, read: impl FnOnce(&mut Self) -> Res<T>) -> Res<T> {
        if self.depth >= MAX_DEPTH {
            return self.fail(format!("nesting is deeper than {MAX_DEPTH} levels"));
        }
        self.depth += 1;
        let outer = std::mem::replace(&mut self.height, 0);
        let value = read(self)?;
        self.depth -= 1;
        self.link()?;
        self.height = self.height.max(outer);
        Ok(value)
    }

    /// Accounts for one more node on top of what was read at this level.
    fn link(&mut self) -> Res<()> {
        self.height += 1;
        if self.height > MAX_HEIGHT {
            return self.fail(format!("the tree is more than {MAX_HEIGHT} levels high"));
        }
        Ok(())
    }

    // ---- names -----------------------------------------------------------------------------------------------------

    fn name(&mut self) -> Res<Name> {
        self.place()?;
        self.word()
    }

    /// A name that begins at the cursor.
    fn word(&mut self) -> Res<Name> {
        let name = self.any_word()?;
        if Tok::keyword(name.text.as_bytes()).is_some() {
            return self.fail(format!("'{}' is a reserved word and cannot be a name", name.text));
        }
        Ok(name)
    }

    /// The same that may be `function`.
    fn any_word(&mut self) -> Res<Name> {
        let text = match self.number()? {
            0 => self.new_name()?,
            number => {
                let known = usize::try_from(number - 1).ok().and_then(|at| self.names.get(at));
                match known {
                    Some(name) => *name,
                    None => {
                        return self
                            .fail(format!("name {number} is referred to, there are {}", self.names.len()));
                    }
                }
            }
        };
        let start = self.cursor;
        // A source has less than 4 GiB, and so has what lies within it.
        let end = self.skip(u32::try_from(text.len()).unwrap_or(u32::MAX))?;
        Ok(Name { text: text.into(), span: Span::new(start, end) })
    }

    fn new_name(&mut self) -> Res<&'b str> {
        let len = self.number()?;
        let text = self.take(len)?;
        let begins = text.first().is_some_and(|byte| !byte.is_ascii_digit());
        let text = std::str::from_utf8(text).ok().filter(|t| begins && t.bytes().all(is_name_byte));
        let Some(text) = text else {
            return self.fail("a name is not made of ASCII letters, digits and '_' behind a letter or '_'");
        };
        if text != "function" && Tok::keyword(text.as_bytes()).is_some() {
            return self.fail(format!("'{text}' is a reserved word and cannot be a name"));
        }
        if text.len() <= tags::SHARED {
            self.names.push(text);
        }
        Ok(text)
    }

    // ---- around the tree -------------------------------------------------------------------------------------------

    fn lines(&mut self) -> Res<LineIndex> {
        let mut starts = self.list(0, "", |r| {
            r.place()?;
            r.skip(1)
        })?;
        starts.insert(0, 0);
        Ok(LineIndex::of_starts(starts))
    }

    fn remark(&mut self) -> Res<Remark> {
        let start = self.place()?;
        let end = self.place()?;
        let flags = self.flags(remark::LONG | remark::ALONE | remark::LEADING | remark::TEXT)?;
        let has = |flag: u64| flags & flag != 0;
        let text = if has(remark::TEXT) { self.take((end - start).into())? } else { &[] };
        if end - start < 2 {
            return self.fail("a comment has fewer than two bytes");
        }
        if has(remark::TEXT) && (has(remark::LONG) || !text.starts_with(b"--") || text.contains(&b'\n')) {
            return self.fail("the text of a comment is not that of a short one");
        }
        let comment = Comment {
            span: Span::new(start, end),
            long: has(remark::LONG),
            alone: has(remark::ALONE),
            leading: has(remark::LEADING),
        };
        Ok(Remark { comment, text: text.into() })
    }
}
