//! Object Scanner: a stream as lines, words, bytes or characters.

use super::{Read, Stream, read_from, stream_of};
use infra_base::Error;
use lua_api::{Cx, Guest, NativeResult, Object, Val};
use std::cell::RefCell;

/// The longest line or word.
const MAX_TOKEN: usize = 1 << 20;
/// Bytes asked of the stream at a time.
const STEP: usize = 32 << 10;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Split {
    Lines,
    Words,
    Bytes,
    Runes,
}

/// A Scanner object; slot 0 its stream.
pub(crate) struct Scanner {
    state: RefCell<State>,
}

struct State {
    split: Split,
    /// Bytes read; those before `at` were given out.
    buffer: Vec<u8>,
    at: usize,
    /// The stream is at its end.
    over: bool,
    text: Vec<u8>,
    error: Option<Error>,
}

/// What the front of a buffer holds.
#[derive(Debug, PartialEq, Eq)]
enum Front {
    /// The token and how many bytes it takes.
    Token(std::ops::Range<usize>, usize),
    /// More bytes are needed to tell.
    More,
    /// Nothing is left.
    End,
}

impl Split {
    fn front(self, bytes: &[u8], over: bool) -> Front {
        match self {
            Split::Lines => match bytes.iter().position(|b| *b == b'\n') {
                Some(at) => Front::Token(0..at - usize::from(bytes[..at].ends_with(b"\r")), at + 1),
                None if !over => Front::More,
                None if bytes.is_empty() => Front::End,
                None => Front::Token(0..bytes.len() - usize::from(bytes.ends_with(b"\r")), bytes.len()),
            },
            Split::Words => {
                let Some(start) = bytes.iter().position(|b| !b.is_ascii_whitespace()) else {
                    return if over { Front::End } else { Front::More };
                };
                match bytes[start..].iter().position(u8::is_ascii_whitespace) {
                    Some(length) => Front::Token(start..start + length, start + length + 1),
                    None if over => Front::Token(start..bytes.len(), bytes.len()),
                    None => Front::More,
                }
            }
            Split::Bytes if !bytes.is_empty() => Front::Token(0..1, 1),
            Split::Runes if !bytes.is_empty() => rune(bytes, over),
            Split::Bytes | Split::Runes => {
                if over {
                    Front::End
                } else {
                    Front::More
                }
            }
        }
    }
}

/// One character; a byte that begins none stands for itself.
fn rune(bytes: &[u8], over: bool) -> Front {
    let head = &bytes[..bytes.len().min(4)];
    let length = match std::str::from_utf8(head) {
        Ok(text) => text.chars().next().map_or(1, char::len_utf8),
        Err(e) if e.valid_up_to() > 0 => {
            let first = std::str::from_utf8(&head[..e.valid_up_to()]).ok().and_then(|t| t.chars().next());
            first.map_or(1, char::len_utf8)
        }
        // Cut off in the middle.
        Err(e) if e.error_len().is_none() && !over => return Front::More,
        Err(_) => 1,
    };
    Front::Token(0..length, length)
}

/// `stream:scanner(split?)`
pub(super) fn scanner(cx: &mut Cx<'_>) -> NativeResult {
    let (stream, _) = cx.check_userdata_val::<Stream>(0)?;
    let split = match cx.opt_str(1)?.unwrap_or("lines") {
        "lines" => Split::Lines,
        "words" => Split::Words,
        "bytes" => Split::Bytes,
        "runes" => Split::Runes,
        other => {
            let message = format!("split \"{other}\" is none of \"lines\", \"words\", \"bytes\", \"runes\"");
            return cx.fail(Error::invalid(message));
        }
    };
    let state = State { split, buffer: Vec::new(), at: 0, over: false, text: Vec::new(), error: None };
    let scanner = cx.userdata(Scanner { state: RefCell::new(state) }, &[stream.val()]);
    cx.ret(scanner)
}

/// `scanner:scan()`
fn scan(cx: &mut Cx<'_>) -> NativeResult {
    let scanner = cx.check_userdata::<Scanner>(0)?;
    let mut state = scanner.state.borrow_mut();
    if state.error.is_some() {
        return cx.ret(false);
    }
    match state.split.front(&state.buffer[state.at..], state.over) {
        Front::Token(range, length) => {
            let State { buffer, at, text, .. } = &mut *state;
            text.clear();
            text.extend_from_slice(&buffer[*at + range.start..*at + range.end]);
            *at += length;
            cx.ret(true)
        }
        Front::End => {
            state.text.clear();
            cx.ret(false)
        }
        Front::More if state.buffer.len() - state.at > MAX_TOKEN => {
            drop(state);
            more(cx, Err(Error::internal("a line or word is longer than 1 MiB")))
        }
        Front::More => {
            let at = std::mem::take(&mut state.at);
            state.buffer.drain(..at);
            drop(state);
            let stream = stream_of(cx)?;
            read_from(cx, stream, STEP, more)
        }
    }
}

/// Takes in what the stream gave, then looks again.
fn more(cx: &mut Cx<'_>, read: Read) -> NativeResult {
    let scanner = cx.check_userdata::<Scanner>(0)?;
    match read {
        Ok(Some(bytes)) => scanner.state.borrow_mut().buffer.extend_from_slice(&bytes),
        Ok(None) => scanner.state.borrow_mut().over = true,
        Err(error) => {
            let value = lua_api::error_to_val(cx, &error);
            let mut state = scanner.state.borrow_mut();
            state.text.clear();
            state.error = Some(error);
            return cx.ret2(false, value);
        }
    }
    scan(cx)
}

/// `scanner:text()`
fn text(cx: &mut Cx<'_>) -> NativeResult {
    let scanner = cx.check_userdata::<Scanner>(0)?;
    let text = cx.string(&scanner.state.borrow().text);
    cx.ret(text)
}

/// `scanner:err()`
fn err(cx: &mut Cx<'_>) -> NativeResult {
    let scanner = cx.check_userdata::<Scanner>(0)?;
    match &scanner.state.borrow().error {
        Some(error) => cx.give_text(error.message()),
        None => cx.ret(Val::NIL),
    }
}

pub(super) fn object() -> Object {
    Object::new::<Scanner>("Scanner", "A stream as lines, words, bytes or characters.")
        .method(
            "scan(): (boolean, error?)",
            "Goes to the next piece; false at the end and after a failure.",
            scan,
        )
        .method("text(): string", "The piece, without line end or blanks.", text)
        .method("err(): string?", "The message of the failure that ended it.", err)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All tokens of `text` when it arrives in pieces of `step` bytes.
    fn tokens(split: Split, text: &[u8], step: usize) -> Vec<String> {
        let (mut out, mut at, mut have) = (Vec::new(), 0, 0);
        loop {
            match split.front(&text[at..have], have == text.len()) {
                Front::Token(range, length) => {
                    out.push(String::from_utf8_lossy(&text[at + range.start..at + range.end]).into_owned());
                    at += length;
                }
                Front::More => have = (have + step).min(text.len()),
                Front::End => return out,
            }
        }
    }

    #[test]
    fn splits_the_same_whatever_the_pieces() {
        let cases: [(Split, &str, &[&str]); 8] = [
            (Split::Lines, "a\nb\r\n\nc", &["a", "b", "", "c"]),
            (Split::Lines, "a\n", &["a"]),
            (Split::Lines, "", &[]),
            (Split::Lines, "\n\r\n", &["", ""]),
            (Split::Words, "  one\ttwo \n three", &["one", "two", "three"]),
            (Split::Words, " \n", &[]),
            (Split::Bytes, "ab", &["a", "b"]),
            (Split::Runes, "aé€😀", &["a", "é", "€", "😀"]),
        ];
        for (split, text, expected) in cases {
            for step in 1..=text.len().max(1) {
                assert_eq!(tokens(split, text.as_bytes(), step), expected, "{split:?} {text:?} by {step}");
            }
        }
    }

    #[test]
    fn bytes_that_are_no_text_stand_for_themselves() {
        for step in 1..=5 {
            let found = tokens(Split::Runes, b"a\xff\xe2\x82z", step).len();
            assert!((4..=5).contains(&found), "{found} pieces by {step}");
        }
        assert_eq!(rune(b"\xe2\x82", true), Front::Token(0..1, 1));
        assert_eq!(rune(b"\xe2\x82", false), Front::More);
    }
}
