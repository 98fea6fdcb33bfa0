//! `string.find`, `match` and `gmatch`.

use super::{end_offset, offset_slot, start_offset, text_arg};
use crate::native::{Cx, Flow, NativeFn, NativeResult, Raise, Val};
use crate::pattern::{Capture, Matcher, Outcome, is_plain};
use crate::statics::{StaticsBuilder, UserdataType};
use memchr::memmem;
use std::cell::RefCell;

/// Steps of a matcher between two looks at the fuel.
pub(super) const BUDGET: u64 = 4096;
/// Bytes of plain search between two looks at the fuel.
const WINDOW: usize = 1 << 16;

/// A search that gave way.
struct Search(RefCell<Option<Matcher>>);

/// The state behind an iterator of `gmatch`.
struct Matches(RefCell<Iteration>);

struct Iteration {
    matcher: Matcher,
    /// A search has begun and not ended.
    searching: bool,
    /// Where the next search starts, and the end of the last match.
    at: usize,
    last: Option<usize>,
}

pub(super) fn register(b: &mut StaticsBuilder) {
    b.userdata(UserdataType::new::<Search>("search state"));
    b.userdata(UserdataType::new::<Matches>("match state"));
}

pub(super) fn find(cx: &mut Cx<'_>) -> NativeResult {
    let (text, pattern) = (text_arg(cx, 0)?, text_arg(cx, 1)?);
    let Some(start) = start(cx, text)? else { return cx.ret(Val::NIL) };
    if cx.arg(3).truthy() || is_plain(pattern) {
        let start = Val::int(start as i64);
        cx.set_len(4);
        cx.push(start);
        return find_plain(cx);
    }
    let mut matcher = Matcher::new(pattern, true);
    matcher.begin(start, None);
    search(cx, &mut matcher, true)
}

pub(super) fn match_(cx: &mut Cx<'_>) -> NativeResult {
    let (text, pattern) = (text_arg(cx, 0)?, text_arg(cx, 1)?);
    let Some(start) = start(cx, text)? else { return cx.ret(Val::NIL) };
    let mut matcher = Matcher::new(pattern, true);
    matcher.begin(start, None);
    search(cx, &mut matcher, false)
}

/// The offset that argument 3 asks for; `None` behind the end.
fn start(cx: &mut Cx<'_>, text: &[u8]) -> Result<Option<usize>, Raise> {
    let start = start_offset(cx.opt_int(2, 1)?, text.len());
    Ok(Some(start).filter(|start| *start == end_offset(*start as i64, text.len())))
}

/// Slots: text, pattern, two arguments, the offset to go on at.
fn find_plain(cx: &mut Cx<'_>) -> NativeResult {
    let (text, needle) = (text_arg(cx, 0)?, text_arg(cx, 1)?);
    let mut at = offset_slot(cx, 4);
    let finder = memmem::Finder::new(needle);
    loop {
        // Windows overlap, so that what lies across their border is found.
        let end = text.len().min(at.saturating_add(WINDOW).saturating_add(needle.len()));
        let found = finder.find(&text[at..end]);
        let stop = cx.charge((found.unwrap_or(end - at) + needle.len()) / 16);
        if let Some(offset) = found {
            let first = (at + offset) as i64;
            return cx.ret2(first + 1, first + needle.len() as i64);
        }
        if end == text.len() {
            return cx.ret(Val::NIL);
        }
        at += WINDOW;
        if stop {
            cx.set_slot(4, Val::int(at as i64));
            return cx.again(find_plain);
        }
    }
}

/// What the matcher finds as the results of `find` or `match`.
fn search(cx: &mut Cx<'_>, matcher: &mut Matcher, positions: bool) -> NativeResult {
    let (text, pattern) = (text_arg(cx, 0)?, text_arg(cx, 1)?);
    match advance(cx, matcher, text, pattern)? {
        Outcome::NoMatch => cx.ret(Val::NIL),
        Outcome::Match { start, end } => {
            if !positions {
                return push_captures(cx, matcher, text, Some((start, end)));
            }
            cx.push(start as i64 + 1);
            cx.push(end as i64);
            let Flow { n, .. } = push_captures(cx, matcher, text, None)?;
            Ok(Flow::values(n as usize + 2))
        }
        Outcome::More => {
            cx.set_len(4);
            let state = cx.userdata(Search(RefCell::new(Some(matcher.clone()))), &[]);
            cx.push(state);
            let then: NativeFn =
                if positions { |cx| search_more(cx, true) } else { |cx| search_more(cx, false) };
            cx.again(then)
        }
    }
}

fn search_more(cx: &mut Cx<'_>, positions: bool) -> NativeResult {
    let state = cx.slot(4).as_userdata().and_then(|u| u.payload::<Search>());
    let mut matcher = state.and_then(|state| state.0.take()).expect("the slot holds the matcher");
    search(cx, &mut matcher, positions)
}

/// Steps until there is an answer or the slice is used up (`More`).
pub(super) fn advance(
    cx: &mut Cx<'_>,
    matcher: &mut Matcher,
    text: &[u8],
    pattern: &[u8],
) -> Result<Outcome, Raise> {
    loop {
        let mut budget = BUDGET;
        let outcome = matcher.step(text, pattern, &mut budget);
        let stop = cx.charge((BUDGET - budget) as usize);
        match outcome {
            Err(e) => return Err(cx.error(e)),
            Ok(Outcome::More) if !stop => {}
            Ok(outcome) => return Ok(outcome),
        }
    }
}

/// Capture `index` as a value.
pub(super) fn capture<'cx>(cx: &mut Cx<'cx>, matcher: &Matcher, text: &[u8], index: usize) -> Val<'cx> {
    match matcher.capture(index) {
        Capture::Position(at) => Val::int(at as i64 + 1),
        Capture::Range(start, end) => cx.string(&text[start..end]),
    }
}

/// Pushes all captures, or the `whole` match if there is none.
pub(super) fn push_captures(
    cx: &mut Cx<'_>,
    matcher: &Matcher,
    text: &[u8],
    whole: Option<(usize, usize)>,
) -> NativeResult {
    if let (0, Some((start, end))) = (matcher.captures(), whole) {
        let v = cx.string(&text[start..end]);
        return cx.ret(v);
    }
    for index in 0..matcher.captures() {
        let v = capture(cx, matcher, text, index);
        cx.push(v);
    }
    Ok(Flow::values(matcher.captures()))
}

pub(super) fn gmatch(cx: &mut Cx<'_>) -> NativeResult {
    let (_, pattern) = (text_arg(cx, 0)?, text_arg(cx, 1)?);
    let matcher = Matcher::new(pattern, false);
    let state = Iteration { matcher, searching: false, at: 0, last: None };
    let state = cx.userdata(Matches(RefCell::new(state)), &[]);
    let upvalues = [cx.arg(0), cx.arg(1), state.val()];
    let iterator = cx.native("gmatch iterator", gmatch_next, &upvalues);
    cx.ret(iterator)
}

fn gmatch_next(cx: &mut Cx<'_>) -> NativeResult {
    let (Some(text), Some(pattern)) = (cx.upvalue(0).as_bytes(), cx.upvalue(1).as_bytes()) else {
        unreachable!("the iterator was made with two strings");
    };
    let state = cx.upvalue(2).as_userdata().and_then(|u| u.payload::<Matches>());
    let mut state = state.expect("the iterator was made with its state").0.borrow_mut();
    if !state.searching {
        let (at, last) = (state.at, state.last);
        state.matcher.begin(at, last);
        state.searching = true;
    }
    let outcome = advance(cx, &mut state.matcher, text, pattern);
    if !matches!(outcome, Ok(Outcome::More)) {
        state.searching = false;
    }
    match outcome? {
        Outcome::More => cx.again(gmatch_next),
        Outcome::NoMatch => {
            // Behind the end, so that later calls find nothing either.
            state.at = text.len() + 1;
            cx.ret(Val::NIL)
        }
        Outcome::Match { start, end } => {
            (state.at, state.last) = (end, Some(end));
            push_captures(cx, &state.matcher, text, Some((start, end)))
        }
    }
}
