//! `string.find`, `match` and `gmatch`.

use super::{end_offset, offset_slot, start_offset, text_arg};
use crate::native::{Cx, Flow, NativeFn, NativeResult, Raise, Val};
use crate::pattern::{Capture, Matcher, Outcome, is_plain};
use crate::statics::{StaticsBuilder, UserdataType};
use crate::text::{self, Part, Parts};
use memchr::memmem;
use smallvec::smallvec;
use std::cell::RefCell;

mod rolling;

/// Steps of a matcher between two looks at the fuel.
pub(super) const BUDGET: u64 = 4096;
/// Bytes of plain search between two looks at the fuel.
const WINDOW: usize = 1 << 16;
/// Longest pattern, and longest text that is searched for as a whole.
const MAX_PATTERN: usize = 1 << 16;

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
    rolling::register(b);
}

pub(super) fn find(cx: &mut Cx<'_>) -> NativeResult {
    let (text, pattern) = (text_arg(cx, 0)?, text_arg(cx, 1)?);
    let Some(start) = start(cx, text)? else { return cx.ret(Val::NIL) };
    if cx.arg(3).truthy() || (pattern.len() <= MAX_PATTERN && is_plain(pattern)) {
        let start = Val::int(start as i64);
        cx.set_len(4);
        cx.push(start);
        return if pattern.len() <= MAX_PATTERN { find_plain(cx) } else { rolling::find(cx) };
    }
    let mut matcher = matcher(cx, pattern, true)?;
    matcher.begin(start, None);
    search(cx, matcher, true)
}

pub(super) fn match_(cx: &mut Cx<'_>) -> NativeResult {
    let (text, pattern) = (text_arg(cx, 0)?, text_arg(cx, 1)?);
    let Some(start) = start(cx, text)? else { return cx.ret(Val::NIL) };
    let mut matcher = matcher(cx, pattern, true)?;
    matcher.begin(start, None);
    search(cx, matcher, false)
}

/// A matcher of the pattern, which is read in part and charged.
pub(super) fn matcher(cx: &mut Cx<'_>, pattern: &[u8], anchors: bool) -> Result<Matcher, Raise> {
    if pattern.len() > MAX_PATTERN {
        let n = pattern.len();
        return Err(cx.error(format_args!("pattern too complex ({n} bytes, at most {MAX_PATTERN})")));
    }
    cx.charge(pattern.len() / 4);
    Ok(Matcher::new(pattern, anchors))
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
    cx.charge(needle.len() / 4);
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
fn search(cx: &mut Cx<'_>, mut matcher: Matcher, positions: bool) -> NativeResult {
    let (text, pattern) = (text_arg(cx, 0)?, text_arg(cx, 1)?);
    match advance(cx, &mut matcher, text, pattern)? {
        Outcome::NoMatch => cx.ret(Val::NIL),
        Outcome::Match { start, end } => {
            if !positions {
                return text::values(cx, captures(&matcher, 0, Some((start, end))), returned);
            }
            let mut found: Parts = smallvec![Part::Int(start as i64 + 1), Part::Int(end as i64)];
            found.extend(captures(&matcher, 0, None));
            text::values(cx, found, returned)
        }
        Outcome::More => {
            cx.set_len(4);
            let held = matcher.held();
            let state = cx.userdata(Search(RefCell::new(Some(matcher))), &[]);
            cx.weigh(state, held);
            cx.push(state);
            let then: NativeFn =
                if positions { |cx| search_more(cx, true) } else { |cx| search_more(cx, false) };
            cx.again(then)
        }
    }
}

fn search_more(cx: &mut Cx<'_>, positions: bool) -> NativeResult {
    let state = cx.slot(4).as_userdata().and_then(|u| u.payload::<Search>());
    let matcher = state.and_then(|state| state.0.take()).expect("the slot holds the matcher");
    search(cx, matcher, positions)
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

fn returned(_: &mut Cx<'_>, n: usize) -> NativeResult {
    Ok(Flow::values(n))
}

/// Capture `index` of the text in a slot.
pub(super) fn capture(matcher: &Matcher, slot: usize, index: usize) -> Part {
    match matcher.capture(index) {
        Capture::Position(at) => Part::Int(at as i64 + 1),
        Capture::Range(from, to) => Part::Range { slot, from, to },
    }
}

/// All captures of the text in a slot, or the `whole` match if there is none.
pub(super) fn captures(matcher: &Matcher, slot: usize, whole: Option<(usize, usize)>) -> Parts {
    if let (0, Some((from, to))) = (matcher.captures(), whole) {
        return smallvec![Part::Range { slot, from, to }];
    }
    (0..matcher.captures()).map(|index| capture(matcher, slot, index)).collect()
}

pub(super) fn gmatch(cx: &mut Cx<'_>) -> NativeResult {
    let (_, pattern) = (text_arg(cx, 0)?, text_arg(cx, 1)?);
    let matcher = matcher(cx, pattern, false)?;
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
    let state = cx.upvalue(2).as_userdata().and_then(|u| Some((u, u.payload::<Matches>()?)));
    let (object, state) = state.expect("the iterator was made with its state");
    let mut state = state.0.borrow_mut();
    if !state.searching {
        let (at, last) = (state.at, state.last);
        state.matcher.begin(at, last);
        state.searching = true;
    }
    let outcome = advance(cx, &mut state.matcher, text, pattern);
    cx.weigh(object, state.matcher.held());
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
            let slot = cx.len();
            cx.push(cx.upvalue(0));
            text::values(cx, captures(&state.matcher, slot, Some((start, end))), returned)
        }
    }
}
