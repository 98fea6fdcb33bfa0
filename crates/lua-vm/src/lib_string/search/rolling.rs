//! Plain search for a long text, in steps: by a hash of as many bytes that rolls through the text.
//!
//! A search that prepares itself with the text it looks for would do that anew in each slice, and a naive one takes the square of
//! the time where texts repeat themselves. A rolling hash has a state of four numbers. Its base is drawn for each node, so
//! that nobody can write texts whose hashes agree; where they do, the bytes are compared.

use super::{WINDOW, offset_slot};
use crate::native::{Cx, NativeResult, Val};
use crate::statics::{StaticsBuilder, UserdataType};
use std::cell::Cell;

/// Hashes are polynomials in the base modulo this prime.
const PRIME: u64 = (1 << 61) - 1;

pub(super) fn register(b: &mut StaticsBuilder) {
    b.userdata(UserdataType::new::<Search>("long search state"));
}

struct Search(Cell<State>);

#[derive(Clone, Copy)]
struct State {
    /// Bytes of the needle that are hashed.
    read: usize,
    needle: u64,
    /// Hash of as many bytes of the text from `at` on.
    window: u64,
    at: usize,
    /// How far the needle is equal at `at`, where the hashes agree.
    equal: Option<usize>,
}

fn product(a: u64, b: u64) -> u64 {
    let p = u128::from(a) * u128::from(b);
    sum((p as u64) & PRIME, (p >> 61) as u64)
}

/// Of two numbers up to the prime.
fn sum(a: u64, b: u64) -> u64 {
    let s = a + b;
    let s = (s & PRIME) + (s >> 61);
    if s >= PRIME { s - PRIME } else { s }
}

fn power(mut base: u64, mut n: usize) -> u64 {
    let mut result = 1;
    while n > 0 {
        if n & 1 == 1 {
            result = product(result, base);
        }
        base = product(base, base);
        n >>= 1;
    }
    result
}

fn base() -> u64 {
    crate::symbol::secret() % (PRIME - 1024) + 512
}

/// Slots: text, needle, two arguments, the offset to begin at.
pub(super) fn find(cx: &mut Cx<'_>) -> NativeResult {
    let at = offset_slot(cx, 4);
    let state = State { read: 0, needle: 0, window: 0, at, equal: None };
    let state = cx.userdata(Search(Cell::new(state)), &[]);
    cx.push(state);
    go_on(cx)
}

fn go_on(cx: &mut Cx<'_>) -> NativeResult {
    let (text, needle) =
        (cx.slot(0).as_bytes().unwrap_or_default(), cx.slot(1).as_bytes().unwrap_or_default());
    let state = cx.slot(5).as_userdata().and_then(|u| u.payload::<Search>());
    let cell = &state.expect("the slot holds the state").0;
    let mut s = cell.get();
    if text.len() - s.at < needle.len() {
        return cx.ret(Val::NIL);
    }
    loop {
        let work = if s.read < needle.len() {
            s.hash(text, needle)
        } else if let Some(equal) = s.equal {
            let end = needle.len().min(equal + WINDOW);
            let same = needle[equal..end] == text[s.at + equal..s.at + end];
            if same && end == needle.len() {
                let first = s.at as i64;
                return cx.ret2(first + 1, first + needle.len() as i64);
            }
            s.equal = same.then_some(end);
            if !same && !s.roll_once(text, needle.len()) {
                return cx.ret(Val::NIL);
            }
            WINDOW / 16
        } else if !s.roll(text, needle.len()) {
            return cx.ret(Val::NIL);
        } else {
            STEP * 4
        };
        crate::meter::count(work);
        if cx.charge(work) {
            cell.set(s);
            return cx.again(go_on);
        }
    }
}

/// Bytes that are hashed between two looks at the fuel.
const STEP: usize = 4096;

impl State {
    /// Hashes more of the needle and of what it is compared with first.
    fn hash(&mut self, text: &[u8], needle: &[u8]) -> usize {
        let base = base();
        let end = needle.len().min(self.read + STEP);
        for i in self.read..end {
            self.needle = sum(product(self.needle, base), u64::from(needle[i]));
            self.window = sum(product(self.window, base), u64::from(text[self.at + i]));
        }
        let work = (end - self.read) * 8;
        self.read = end;
        if end == needle.len() && self.needle == self.window {
            self.equal = Some(0);
        }
        work
    }

    /// Moves on until the hashes agree; false at the end.
    fn roll(&mut self, text: &[u8], len: usize) -> bool {
        let (base, first) = (base(), power(base(), len));
        for _ in 0..STEP {
            if !self.move_on(text, len, base, first) {
                return false;
            }
            if self.equal.is_some() {
                break;
            }
        }
        true
    }

    fn roll_once(&mut self, text: &[u8], len: usize) -> bool {
        self.move_on(text, len, base(), power(base(), len))
    }

    fn move_on(&mut self, text: &[u8], len: usize, base: u64, first: u64) -> bool {
        if self.at + len == text.len() {
            return false;
        }
        let (out, into) = (u64::from(text[self.at]), u64::from(text[self.at + len]));
        self.window = sum(product(self.window, base), into);
        self.window = sum(self.window, PRIME - product(first, out));
        self.at += 1;
        if self.window == self.needle {
            self.equal = Some(0);
        }
        true
    }
}
