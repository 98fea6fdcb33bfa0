//! `string.gsub`: replacement by text, by table and by function.

use super::search::{advance, capture, captures, matcher};
use super::{MAX_STRING, text_arg};
use crate::long;
use crate::native::{Cx, Flow, NativeResult, Raise, Table, Userdata, Val, View};
use crate::pattern::{Capture, Matcher, Outcome};
use crate::statics::{StaticsBuilder, UserdataType};
use crate::symbol::LONG;
use crate::text::{self, Part, Text};
use smallvec::smallvec;
use std::cell::RefCell;

/// Replacements between two looks at the fuel.
const BLOCK: usize = 64;
/// Longest chain of `__index` tables.
const MAX_CHAIN: usize = 100;

/// Directives of a replacement text between two looks at the fuel, and bytes that are looked through for each.
const DIRECTIVES: usize = 256;
const WINDOW: usize = 1 << 12;

/// Where a replacement stands. Slots: text, pattern, replacement, count, this once it calls or gives way, and long answers.
struct State {
    matcher: Matcher,
    out: Text,
    /// Everything before this offset is in `out`.
    at: usize,
    /// End of the last match.
    last: Option<usize>,
    /// The match that is being replaced.
    found: (usize, usize),
    count: i64,
    limit: i64,
    searching: bool,
    /// The replacement is text without `%`.
    plain: bool,
    /// How far the replacement text is expanded for this match.
    expanding: Option<usize>,
    /// Answers that lie in slots behind the fifth.
    kept: usize,
}

struct Saved(RefCell<Option<Box<State>>>);

pub(super) fn register(b: &mut StaticsBuilder) {
    b.userdata(UserdataType::new::<Saved>("replacement state"));
}

pub(super) fn gsub(cx: &mut Cx<'_>) -> NativeResult {
    text_arg(cx, 0)?;
    let pattern = text_arg(cx, 1)?;
    let replacement = cx.arg(2);
    let mut plain = false;
    if replacement.as_table().is_none() && !replacement.is_function() {
        if cx.to_bytes(replacement).is_none() {
            return Err(cx.type_error(2, "string/function/table"));
        }
        let by = text_arg(cx, 2)?;
        // A long one is read as it is expanded.
        plain = by.len() <= WINDOW && !by.contains(&b'%');
    }
    let limit = cx.opt_int(3, i64::MAX)?;
    cx.set_len(4);
    let state = State {
        matcher: matcher(cx, pattern, true)?,
        out: Text::default(),
        at: 0,
        last: None,
        found: (0, 0),
        count: 0,
        limit,
        searching: false,
        plain,
        expanding: None,
        kept: 0,
    };
    run(cx, Box::new(state))
}

/// The object in slot 4 that keeps the state; made when first needed.
fn keeper<'cx>(cx: &mut Cx<'cx>) -> (Userdata<'cx>, &'cx Saved) {
    if cx.len() == 4 {
        let saved = cx.userdata(Saved(RefCell::new(None)), &[]);
        cx.push(saved);
    }
    let saved = cx.slot(4).as_userdata().and_then(|u| Some((u, u.payload::<Saved>()?)));
    saved.expect("the slot holds the keeper")
}

fn keep<'cx>(cx: &mut Cx<'cx>, (object, saved): (Userdata<'cx>, &Saved), state: Box<State>) {
    cx.weigh(object, size_of::<State>() + state.out.held() + state.matcher.held());
    saved.0.replace(Some(state));
}

fn give_way(cx: &mut Cx<'_>, state: Box<State>) -> NativeResult {
    let keeper = keeper(cx);
    keep(cx, keeper, state);
    cx.again(more)
}

fn take(cx: &mut Cx<'_>) -> Box<State> {
    keeper(cx).1.0.take().expect("the keeper was given the state")
}

fn more(cx: &mut Cx<'_>) -> NativeResult {
    let state = take(cx);
    run(cx, state)
}

/// The function or `__index` has answered.
fn called(cx: &mut Cx<'_>) -> NativeResult {
    let answer = cx.result(0);
    let mut state = take(cx);
    cx.set_len(5 + state.kept);
    let text = text_arg(cx, 0)?;
    replace_by(cx, &mut state, text, answer)?;
    run(cx, state)
}

#[allow(clippy::too_many_lines, reason = "one loop over the matches")]
fn run(cx: &mut Cx<'_>, mut state: Box<State>) -> NativeResult {
    let (text, pattern) = (text_arg(cx, 0)?, text_arg(cx, 1)?);
    let replacement = cx.slot(2);
    let mut block = 0;
    let mut written = state.out.len();
    while state.count < state.limit || state.expanding.is_some() {
        if let (Some(_), View::Str(by)) = (state.expanding, replacement.view()) {
            expand(cx, &mut state, text, by)?;
            check_room(cx, &state)?;
            if cx.charge(DIRECTIVES * 16) && state.expanding.is_some() {
                return give_way(cx, state);
            }
            continue;
        }
        if !state.searching {
            if state.last.is_some() && state.matcher.is_anchored() {
                break;
            }
            let (at, last) = (state.at, state.last);
            state.matcher.begin(at, last);
            state.searching = true;
        }
        let (start, end) = match advance(cx, &mut state.matcher, text, pattern)? {
            Outcome::NoMatch => break,
            Outcome::Match { start, end } => (start, end),
            Outcome::More => {
                return give_way(cx, state);
            }
        };
        state.searching = false;
        state.out.push(0, text, state.at, start);
        state.at = end;
        state.last = Some(end);
        state.found = (start, end);
        state.count += 1;
        match replacement.view() {
            View::Str(by) if state.plain => state.out.push(2, by, 0, by.len()),
            View::Str(by) => {
                state.expanding = Some(0);
                expand(cx, &mut state, text, by)?;
            }
            View::Table(table) => {
                let key = match state.matcher.captures() {
                    0 => Part::Range { slot: 0, from: start, to: end },
                    _ => capture(&state.matcher, 0, 0),
                };
                let key = match key {
                    Part::Range { from, to, .. } if to - from > LONG => {
                        // Made and looked up in steps.
                        let keeper = keeper(cx);
                        let get = cx.native("index", long::get, &[]);
                        cx.push(get);
                        cx.push(replacement);
                        keep(cx, keeper, state);
                        return text::values(cx, smallvec![key], |cx, _| cx.call(2, called));
                    }
                    Part::Range { from, to, .. } => {
                        cx.charge((to - from) / text::COPIED);
                        block += (to - from) / 1024;
                        cx.string(&text[from..to])
                    }
                    Part::Int(i) => Val::int(i),
                    Part::Float(f) => Val::float(f),
                };
                cx.is_ready_key(key);
                match look_up(cx, table, key)? {
                    Looked::Found(v) => replace_by(cx, &mut state, text, v)?,
                    Looked::Handler(handler, object) => {
                        let keeper = keeper(cx);
                        cx.push(handler);
                        cx.push(object);
                        cx.push(key);
                        keep(cx, keeper, state);
                        return cx.call(2, called);
                    }
                }
            }
            _ => {
                check_room(cx, &state)?;
                let keeper = keeper(cx);
                cx.push(replacement);
                let arguments = captures(&state.matcher, 0, Some((start, end)));
                keep(cx, keeper, state);
                return text::values(cx, arguments, |cx, n| cx.call(n, called));
            }
        }
        block += 1;
        if block >= BLOCK {
            block = 0;
            check_room(cx, &state)?;
            let bytes = state.out.len() - std::mem::replace(&mut written, state.out.len());
            if cx.charge(BLOCK * 8 + bytes.min(BLOCK * LONG) / text::COPIED) {
                return give_way(cx, state);
            }
        }
    }
    finish(cx, state, text)
}

fn finish(cx: &mut Cx<'_>, mut state: Box<State>, text: &[u8]) -> NativeResult {
    if state.count == 0 {
        let whole = cx.slot(0);
        return cx.ret2(whole, 0);
    }
    state.out.push(0, text, state.at, text.len());
    check_room(cx, &state)?;
    cx.set_slot(3, Val::int(state.count));
    if let Some(keeper) = cx.slot(4).as_userdata() {
        cx.weigh(keeper, 0);
    }
    text::finish_with(cx, state.out, |cx| {
        let count = cx.slot(3);
        cx.push(count);
        Ok(Flow::values(2))
    })
}

fn check_room(cx: &mut Cx<'_>, state: &State) -> Result<(), Raise> {
    if state.out.len() > MAX_STRING {
        return Err(cx.error("resulting string too large"));
    }
    cx.reserve(state.out.len())
}

/// Appends the replacement text `by` with its captures filled in, from where it stopped on, up to some number of captures.
fn expand(cx: &mut Cx<'_>, state: &mut State, text: &[u8], by: &[u8]) -> Result<(), Raise> {
    let (start, end) = state.found;
    let mut from = state.expanding.take().unwrap_or(0);
    for _ in 0..DIRECTIVES {
        let window = by.len().min(from + WINDOW);
        let Some(offset) = memchr::memchr(b'%', &by[from..window]) else {
            state.out.push(2, by, from, window);
            if window == by.len() {
                return Ok(());
            }
            from = window;
            continue;
        };
        let at = from + offset;
        state.out.push(2, by, from, at);
        match by.get(at + 1) {
            Some(b'%') => state.out.tail().push(b'%'),
            Some(b'0') => state.out.push(0, text, start, end),
            Some(digit @ b'1'..=b'9') => {
                let index = usize::from(digit - b'1');
                if index < state.matcher.captures() {
                    match state.matcher.capture(index) {
                        Capture::Position(at) => crate::number::write_uint(state.out.tail(), at as u64 + 1),
                        Capture::Range(from, to) => state.out.push(0, text, from, to),
                    }
                } else if index == 0 {
                    // Without captures `%1` is the whole match.
                    state.out.push(0, text, start, end);
                } else {
                    let message = format!("invalid capture index %{} in replacement string", index + 1);
                    return Err(cx.error(message));
                }
            }
            _ => return Err(cx.error("invalid use of '%' in replacement string")),
        }
        from = at + 2;
    }
    state.expanding = Some(from);
    Ok(())
}

/// Appends what a table or function gave: text, or the match itself for `nil` and `false`.
fn replace_by<'cx>(cx: &mut Cx<'cx>, state: &mut State, text: &[u8], v: Val<'cx>) -> Result<(), Raise> {
    if !v.truthy() {
        let (start, end) = state.found;
        state.out.push(0, text, start, end);
        return Ok(());
    }
    match cx.to_bytes(v) {
        Some(by) if Text::is_long(by) => {
            keeper(cx);
            cx.push(v);
            state.kept += 1;
            state.out.push(4 + state.kept, by, 0, by.len());
            check_room(cx, state)
        }
        Some(by) => {
            state.out.tail().extend_from_slice(by);
            Ok(())
        }
        None => {
            let name = cx.type_name_of(v);
            Err(cx.error(format_args!("invalid replacement value (a {name})")))
        }
    }
}

/// What reading a table with metatables comes to.
enum Looked<'cx> {
    Found(Val<'cx>),
    /// This function answers for this object.
    Handler(Val<'cx>, Val<'cx>),
}

fn look_up<'cx>(cx: &mut Cx<'cx>, table: Table<'cx>, key: Val<'cx>) -> Result<Looked<'cx>, Raise> {
    let mut table = table;
    for _ in 0..MAX_CHAIN {
        let v = table.get(key);
        if !v.is_nil() {
            return Ok(Looked::Found(v));
        }
        let handler = cx.metamethod(table.val(), "__index");
        match handler.view() {
            View::Nil => return Ok(Looked::Found(Val::NIL)),
            View::Table(next) => table = next,
            _ => return Ok(Looked::Handler(handler, table.val())),
        }
    }
    Err(cx.error("'__index' chain too long; possibly a loop"))
}
