//! Text to values.

use super::number::Number;
use super::{PART, Work, give_way, more, save, table_slot};
use crate::json::wrong;
use crate::{Cx, Guest, NativeResult, Raise, Val};
use infra_base::Data;
use lua_vm::Text;

/// Returns the value of the text in slot 0, or `nil, err`.
pub(crate) fn decode(cx: &mut Cx<'_>) -> NativeResult {
    cx.set_len(1);
    cx.push(Val::NIL);
    let (levels, expects) = (Vec::new(), Expects::Value);
    Decoder { at: 0, levels, expects, long: None, number: None, wrong: None }.run(cx)
}

pub(super) struct Decoder {
    at: usize,
    levels: Vec<Open>,
    expects: Expects,
    /// The string that is being read, if it is long.
    long: Option<Long>,
    /// The same of a number, and where it began.
    number: Option<(Number, usize)>,
    wrong: Option<Wrong>,
}

/// A table that is being filled; in `slot`, and behind it the key whose value comes next.
#[derive(Clone, Copy)]
enum Open {
    Array { slot: usize, n: i64 },
    Object { slot: usize },
}

#[derive(Clone, Copy, PartialEq)]
enum Expects {
    Value,
    /// An item or the end of the array.
    First,
    /// A key, or the end of the object if it is the first.
    Key {
        first: bool,
    },
    /// The key is there, but the object cannot look for it yet; its state lies behind it.
    Settled,
    Colon,
    /// A comma or the end of what is open.
    Comma,
    End,
    /// What a long string became lies on top.
    Made {
        key: bool,
    },
}

/// A long string: what was read of it, between its quotes.
struct Long {
    out: Text,
    key: bool,
}

/// The text is malformed at `at`; its lines are counted up to `seen`.
struct Wrong {
    reason: &'static str,
    at: usize,
    seen: usize,
    line: usize,
    start: usize,
}

/// Why the text is malformed, or that the quota is exceeded.
enum Bad {
    Text(&'static str),
    Raise(Raise),
}

impl From<Raise> for Bad {
    fn from(raise: Raise) -> Bad {
        Bad::Raise(raise)
    }
}

const NO_NUMBER: Bad = Bad::Text("invalid number");
const UNFINISHED: Bad = Bad::Text("EOF while parsing a string");
const NO_UNICODE: Bad = Bad::Text("invalid unicode code point");
const CONTROL: Bad = Bad::Text("control character (\\u0000-\\u001F) found while parsing a string");

impl Decoder {
    pub(super) fn held(&self) -> usize {
        self.long.as_ref().map_or(0, |long| long.out.held())
    }

    pub(super) fn run(mut self, cx: &mut Cx<'_>) -> NativeResult {
        let text = cx.slot(0).as_bytes().unwrap_or_default();
        loop {
            if let Some(wrong) = &mut self.wrong {
                if let Some(message) = wrong.place(cx, text) {
                    return cx.fail(self::wrong(&message));
                }
                return give_way(cx, Work::Decode(self));
            }
            if self.long.is_some() && text.get(self.at) == Some(&b'"') {
                return self.make(cx);
            }
            let before = self.at;
            match self.step(cx, text) {
                Ok(true) => {}
                Ok(false) => {
                    let value = cx.slot(2);
                    return cx.ret(value);
                }
                Err(Bad::Raise(raise)) => return Err(raise),
                Err(Bad::Text(reason)) => {
                    let at = self.at.min(text.len());
                    self.wrong = Some(Wrong { reason, at, seen: 0, line: 1, start: 0 });
                    continue;
                }
            }
            if cx.charge(16 + (self.at - before)) {
                return give_way(cx, Work::Decode(self));
            }
        }
    }

    /// Reads one token, or some of one; false at the end.
    fn step(&mut self, cx: &mut Cx<'_>, text: &[u8]) -> Result<bool, Bad> {
        match self.expects {
            Expects::Made { key } => {
                self.made(cx, key)?;
                return Ok(true);
            }
            Expects::Settled => {
                let slot = cx.len() - 4;
                if cx.settle_key(table_slot(cx, slot), slot + 1, slot + 2) {
                    cx.set_len(slot + 2);
                    self.expects = Expects::Colon;
                }
                return Ok(true);
            }
            _ => {}
        }
        if self.long.is_some() {
            self.string_part(cx, text)?;
            return Ok(true);
        }
        if self.number.is_some() {
            self.number_part(cx, text)?;
            return Ok(true);
        }
        let spaces =
            text[self.at..].iter().take(PART).take_while(|b| matches!(b, b' ' | b'\n' | b'\r' | b'\t'));
        let spaces = spaces.count();
        self.at += spaces;
        if spaces == PART {
            return Ok(true);
        }
        let next = text.get(self.at).copied();
        match (self.expects, next) {
            (Expects::End, None) => return Ok(false),
            (Expects::End, Some(_)) => return Err(Bad::Text("trailing characters")),
            (Expects::First, Some(b']')) | (Expects::Key { first: true }, Some(b'}')) => self.close(cx)?,
            (Expects::Comma, _) => self.comma(cx, next)?,
            (Expects::Colon, Some(b':')) => {
                self.at += 1;
                self.expects = Expects::Value;
            }
            (Expects::Colon, _) => return Err(Bad::Text("expected `:`")),
            (Expects::Key { .. }, Some(b'"')) => self.string(cx, text, true)?,
            (Expects::Key { .. }, Some(_)) => return Err(Bad::Text("key must be a string")),
            (_, None) => return Err(Bad::Text("EOF while parsing a value")),
            (_, Some(byte)) => self.value(cx, text, byte)?,
        }
        Ok(true)
    }

    fn comma(&mut self, cx: &mut Cx<'_>, next: Option<u8>) -> Result<(), Bad> {
        match (self.levels.last(), next) {
            (Some(Open::Array { .. }), Some(b']')) | (Some(Open::Object { .. }), Some(b'}')) => {
                self.close(cx)
            }
            (Some(open), Some(b',')) => {
                self.at += 1;
                self.expects = match open {
                    Open::Array { .. } => Expects::Value,
                    Open::Object { .. } => Expects::Key { first: false },
                };
                Ok(())
            }
            (Some(Open::Array { .. }), Some(_)) => Err(Bad::Text("expected `,` or `]`")),
            (_, None) => Err(Bad::Text("EOF while parsing a list or an object")),
            _ => Err(Bad::Text("expected `,` or `}`")),
        }
    }

    fn value(&mut self, cx: &mut Cx<'_>, text: &[u8], byte: u8) -> Result<(), Bad> {
        let rest = &text[self.at..];
        let value = match byte {
            b'{' | b'[' => {
                if self.levels.len() >= Data::MAX_DEPTH - 1 {
                    return Err(Bad::Text("recursion limit exceeded"));
                }
                self.at += 1;
                let slot = cx.len();
                let table = cx.table(0, 0);
                cx.push(table);
                if byte == b'{' {
                    cx.mark_text_keyed(table);
                    self.levels.push(Open::Object { slot });
                    self.expects = Expects::Key { first: true };
                } else {
                    self.levels.push(Open::Array { slot, n: 0 });
                    self.expects = Expects::First;
                }
                return Ok(());
            }
            b'"' => return self.string(cx, text, false),
            b'-' | b'0'..=b'9' => {
                let of_number = |b: &&u8| matches!(b, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E');
                if rest.iter().take(PART).take_while(of_number).count() == PART {
                    self.number = Some((Number::new(), self.at));
                    return Ok(());
                }
                self.number(rest)?
            }
            _ => {
                let words: [(&[u8], Val<'_>); 3] =
                    [(b"null", Val::NIL), (b"true", Val::bool(true)), (b"false", Val::bool(false))];
                let Some((word, value)) = words.into_iter().find(|(word, _)| rest.starts_with(word)) else {
                    return Err(Bad::Text("expected value"));
                };
                self.at += word.len();
                value
            }
        };
        self.place(cx, value)
    }

    /// Puts a whole value where it belongs.
    fn place<'cx>(&mut self, cx: &mut Cx<'cx>, value: Val<'cx>) -> Result<(), Bad> {
        self.expects = Expects::Comma;
        match self.levels.last_mut() {
            None => {
                cx.push(value);
                self.expects = Expects::End;
            }
            Some(Open::Array { slot, n }) => {
                *n += 1;
                let table = table_slot(cx, *slot);
                cx.set_int(table, *n, value)?;
            }
            Some(Open::Object { slot }) => {
                let (table, key) = (table_slot(cx, *slot), cx.slot(*slot + 1));
                cx.set(table, key, value)?;
                cx.set_len(*slot + 1);
            }
        }
        Ok(())
    }

    fn close(&mut self, cx: &mut Cx<'_>) -> Result<(), Bad> {
        self.at += 1;
        let (Some(Open::Array { slot, .. }) | Some(Open::Object { slot })) = self.levels.pop() else {
            return Err(Bad::Text("expected value"));
        };
        let table = cx.slot(slot);
        cx.set_len(slot);
        self.place(cx, table)
    }

    // ---- strings ---------------------------------------------------------------------------------------------

    /// A string, which is a key if `key` says so; a long one is only begun.
    fn string(&mut self, cx: &mut Cx<'_>, text: &[u8], key: bool) -> Result<(), Bad> {
        self.at += 1;
        let from = self.at;
        let part = &text[from..text.len().min(from + PART)];
        let mut out = Vec::new();
        let mut done = 0;
        loop {
            let rest = &part[done..];
            let Some(plain) = rest.iter().position(|b| matches!(b, b'"' | b'\\' | 0..=31)) else {
                if from + PART >= text.len() {
                    self.at = text.len();
                    return Err(UNFINISHED);
                }
                self.at = from;
                self.long = Some(Long { out: Text::default(), key });
                return Ok(());
            };
            self.at = from + done + plain;
            match rest[plain] {
                b'"' if out.is_empty() => {
                    self.at += 1;
                    return self.short(cx, &rest[..plain], key);
                }
                b'"' => {
                    out.extend_from_slice(&rest[..plain]);
                    self.at += 1;
                    return self.short(cx, &out, key);
                }
                b'\\' => {
                    out.extend_from_slice(&rest[..plain]);
                    self.escape(text, &mut out)?;
                    done = (self.at - from).min(part.len());
                }
                _ => return Err(CONTROL),
            }
        }
    }

    fn short(&mut self, cx: &mut Cx<'_>, bytes: &[u8], key: bool) -> Result<(), Bad> {
        let text = std::str::from_utf8(bytes).map_err(|_| NO_UNICODE)?;
        cx.reserve(bytes.len())?;
        let value = if key { cx.key(text) } else { cx.string(bytes) };
        if key {
            cx.push(value);
            self.expects = Expects::Colon;
            return Ok(());
        }
        self.place(cx, value)
    }

    /// Reads some of a long string, up to its quote: what needs no escape is a range of the text.
    fn string_part(&mut self, cx: &mut Cx<'_>, text: &[u8]) -> Result<(), Bad> {
        let end = text.len().min(self.at + PART);
        let Some(mut long) = self.long.take() else { return Ok(()) };
        let mut escaped = Vec::new();
        while self.at < end {
            let rest = &text[self.at..end];
            let plain = rest.iter().position(|b| matches!(b, b'"' | b'\\' | 0..=31));
            let run = &rest[..plain.unwrap_or(rest.len())];
            let whole = match std::str::from_utf8(run) {
                Ok(_) => run.len(),
                // A character that the part cuts.
                Err(e) if plain.is_none() && e.error_len().is_none() && end < text.len() => e.valid_up_to(),
                Err(_) => return Err(NO_UNICODE),
            };
            long.out.push(0, text, self.at, self.at + whole);
            self.at += whole;
            match plain.map(|at| rest[at]) {
                None if end == text.len() => return Err(UNFINISHED),
                None | Some(b'"') => break,
                Some(b'\\') => {
                    escaped.clear();
                    self.escape(text, &mut escaped)?;
                    long.out.tail().extend_from_slice(&escaped);
                }
                Some(_) => return Err(CONTROL),
            }
        }
        if self.at == text.len() {
            return Err(UNFINISHED);
        }
        cx.reserve(long.out.held())?;
        self.long = Some(long);
        Ok(())
    }

    /// A long string is read up to its quote: makes it, in steps, and gives way.
    fn make(mut self, cx: &mut Cx<'_>) -> NativeResult {
        let Some(Long { out, key }) = self.long.take() else { return give_way(cx, Work::Decode(self)) };
        self.at += 1;
        self.expects = Expects::Made { key };
        save(cx, Work::Decode(self));
        cx.make_text(out, |cx| cx.again(more))
    }

    /// The long string lies on top.
    fn made(&mut self, cx: &mut Cx<'_>, key: bool) -> Result<(), Bad> {
        let top = cx.len() - 1;
        if key {
            cx.set_len(top + 3);
            self.expects = Expects::Settled;
            return Ok(());
        }
        let value = cx.slot(top);
        cx.set_len(top);
        self.place(cx, value)
    }

    fn escape(&mut self, text: &[u8], out: &mut Vec<u8>) -> Result<(), Bad> {
        let letter = *text.get(self.at + 1).ok_or(UNFINISHED)?;
        self.at += 2;
        out.push(match letter {
            b'"' | b'\\' | b'/' => letter,
            b'b' => 8,
            b'f' => 12,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'u' => {
                let mut code = self.hex(text)?;
                if (0xd800..0xdc00).contains(&code) && text[self.at..].starts_with(b"\\u") {
                    self.at += 2;
                    let low = self.hex(text)?;
                    if !(0xdc00..0xe000).contains(&low) {
                        return Err(Bad::Text("lone leading surrogate in hex escape"));
                    }
                    code = 0x1_0000 + ((code - 0xd800) << 10 | (low - 0xdc00));
                }
                let c = char::from_u32(code).ok_or(Bad::Text("lone leading surrogate in hex escape"))?;
                out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
                return Ok(());
            }
            _ => return Err(Bad::Text("invalid escape")),
        });
        Ok(())
    }

    fn hex(&mut self, text: &[u8]) -> Result<u32, Bad> {
        let digits = text.get(self.at..self.at + 4).ok_or(UNFINISHED)?;
        self.at += 4;
        digits.iter().try_fold(0, |code, digit| {
            let digit = char::from(*digit).to_digit(16).ok_or(Bad::Text("invalid escape"))?;
            Ok(code << 4 | digit)
        })
    }

    // ---- numbers ---------------------------------------------------------------------------------------------

    fn number<'cx>(&mut self, rest: &[u8]) -> Result<Val<'cx>, Bad> {
        let digits = |from: usize| rest[from..].iter().take_while(|b| b.is_ascii_digit()).count();
        let sign = usize::from(rest[0] == b'-');
        let whole = digits(sign);
        let mut end = sign + whole;
        let mut is_float = false;
        if whole == 0 || (whole > 1 && rest[sign] == b'0') {
            return Err(NO_NUMBER);
        }
        if rest.get(end) == Some(&b'.') {
            is_float = true;
            let fraction = digits(end + 1);
            if fraction == 0 {
                return Err(NO_NUMBER);
            }
            end += 1 + fraction;
        }
        if matches!(rest.get(end), Some(b'e' | b'E')) {
            is_float = true;
            let sign = usize::from(matches!(rest.get(end + 1), Some(b'+' | b'-')));
            let exponent = digits(end + 1 + sign);
            if exponent == 0 {
                return Err(NO_NUMBER);
            }
            end += 1 + sign + exponent;
        }
        let text = std::str::from_utf8(&rest[..end]).unwrap_or_default();
        self.at += end;
        if let (false, Ok(int)) = (is_float || text == "-0", text.parse()) {
            return Ok(Val::int(int));
        }
        self::float(text.parse().map_err(|_| NO_NUMBER)?)
    }

    /// Reads some of a number of very many digits, which is no integer of 64 bits.
    fn number_part(&mut self, cx: &mut Cx<'_>, text: &[u8]) -> Result<(), Bad> {
        let Some((mut number, start)) = self.number.take() else { return Ok(()) };
        let end = text.len().min(self.at + PART);
        cx.charge(PART);
        while let Some(byte) = text[..end].get(self.at) {
            match number.take(*byte) {
                Ok(true) => self.at += 1,
                Ok(false) => return self.long_number(cx, number, start),
                Err(_) => {
                    self.at = start;
                    return Err(NO_NUMBER);
                }
            }
        }
        if end == text.len() {
            return self.long_number(cx, number, start);
        }
        self.number = Some((number, start));
        Ok(())
    }

    /// The number that began at `start` is read.
    fn long_number(&mut self, cx: &mut Cx<'_>, number: Number, start: usize) -> Result<(), Bad> {
        let Ok(value) = number.finish() else {
            self.at = start;
            return Err(NO_NUMBER);
        };
        self.place(cx, float(value)?)
    }
}

fn float<'cx>(float: f64) -> Result<Val<'cx>, Bad> {
    if float.is_finite() { Ok(Val::float(float)) } else { Err(Bad::Text("number out of range")) }
}

impl Wrong {
    /// Counts some of the lines before the mistake; the message when all are counted.
    fn place(&mut self, cx: &mut Cx<'_>, text: &[u8]) -> Option<String> {
        const WINDOW: usize = 8 * PART;
        while self.seen < self.at {
            let end = self.at.min(self.seen + WINDOW);
            let part = &text[self.seen..end];
            self.line += part.iter().filter(|b| **b == b'\n').count();
            if let Some(newline) = part.iter().rposition(|b| *b == b'\n') {
                self.start = self.seen + newline + 1;
            }
            self.seen = end;
            if cx.charge(WINDOW / 8) && self.seen < self.at {
                return None;
            }
        }
        Some(format!("{} at line {} column {}", self.reason, self.line, self.at - self.start))
    }
}
