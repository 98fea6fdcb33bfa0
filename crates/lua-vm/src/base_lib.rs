//! Global functions that need the interpreter: protected calls, errors, iteration, metatables, types.

use crate::long;
use crate::native::{Cx, Flow, NativeResult, Raise, Table, Val, View, Walk};
use crate::statics::{NativeDef, StaticsBuilder};
use crate::symbol::{SHORT, names};
use crate::table::PASSED;
use crate::text::{self, Text};
use crate::value::{self, Value};

/// Marks of natives that the loop handles by itself.
pub(crate) const NEXT: u16 = 1;
pub(crate) const IPAIRS: u16 = 2;

pub(crate) fn register(b: &mut StaticsBuilder) {
    b.iterators(NativeDef::known("next", next, NEXT), NativeDef::known("ipairs", ipairs_step, IPAIRS));
    b.local("pcall", pcall)
        .local("xpcall", xpcall)
        .local("error", error)
        .local("assert", assert)
        .local("select", select)
        .local("pairs", pairs)
        .local("ipairs", ipairs)
        .local("rawget", rawget)
        .local("rawset", rawset)
        .local("rawequal", rawequal)
        .local("setmetatable", setmetatable)
        .local("getmetatable", getmetatable)
        .local("type", type_of)
        .local("tostring", tostring);
}

fn pcall(cx: &mut Cx<'_>) -> NativeResult {
    cx.check_any(0)?;
    let args = cx.nargs() - 1;
    cx.pcall(args, pcall_done)
}

fn pcall_done(cx: &mut Cx<'_>) -> NativeResult {
    let n = cx.results();
    let ok = Val::bool(cx.succeeded());
    cx.insert(cx.len() - n, ok);
    Ok(Flow::values(n + 1))
}

fn xpcall(cx: &mut Cx<'_>) -> NativeResult {
    cx.check_any(0)?;
    let (f, handler) = (cx.arg(0), cx.arg(1));
    if !handler.is_function() {
        return Err(cx.type_error(1, "function"));
    }
    // The handler stays in slot 1 below the call. Further arguments are not passed on.
    cx.set_len(2);
    cx.push(f);
    cx.pcall(0, xpcall_done)
}

fn xpcall_done(cx: &mut Cx<'_>) -> NativeResult {
    if cx.succeeded() {
        return pcall_done(cx);
    }
    let (handler, raised) = (cx.slot(1), cx.result(0));
    cx.push(handler);
    cx.push(raised);
    cx.pcall(1, handled)
}

/// What the handler returned, or raised itself.
fn handled(cx: &mut Cx<'_>) -> NativeResult {
    let v = cx.result(0);
    cx.ret2(false, v)
}

fn error(cx: &mut Cx<'_>) -> NativeResult {
    let v = cx.arg(0);
    let level = cx.opt_int(1, 1)?;
    if v.as_bytes().is_some() && level > 0 { raise_placed(cx, 0, level as usize) } else { Err(cx.raise(v)) }
}

/// Raises the text in slot `slot`, behind the place at `level`.
fn raise_placed(cx: &mut Cx<'_>, slot: usize, level: usize) -> NativeResult {
    let mut out = Text::default();
    out.tail().extend_from_slice(cx.place(level).as_bytes());
    let text = cx.slot(slot).as_bytes().unwrap_or_default();
    out.push(slot, text, 0, text.len());
    text::finish_with(cx, out, |cx| {
        let message = cx.slot(cx.len() - 1);
        Err(cx.raise(message))
    })
}

fn assert(cx: &mut Cx<'_>) -> NativeResult {
    if cx.check_any(0)?.truthy() {
        return Ok(Flow::values(cx.nargs()));
    }
    if cx.nargs() < 2 {
        return Err(cx.error("assertion failed!"));
    }
    let v = cx.arg(1);
    if v.as_bytes().is_some() { raise_placed(cx, 1, 1) } else { Err(cx.raise(v)) }
}

fn select(cx: &mut Cx<'_>) -> NativeResult {
    let rest = cx.nargs().saturating_sub(1);
    if cx.arg(0).as_bytes() == Some(b"#") {
        return cx.ret(rest as i64);
    }
    let i = cx.check_int(0)?;
    let skip = if i < 0 { rest as i64 + i } else { i - 1 };
    if i == 0 || skip < 0 {
        return Err(cx.arg_error(0, "index out of range"));
    }
    Ok(Flow::values(rest.saturating_sub(skip as usize)))
}

fn next(cx: &mut Cx<'_>) -> NativeResult {
    cx.check_table(0)?;
    let key = cx.arg(1);
    if cx.is_ready_key(key) { next_behind(cx) } else { next_settled(cx) }
}

/// The key is long.
fn next_settled(cx: &mut Cx<'_>) -> NativeResult {
    if cx.settle_argument(2) { next_behind(cx) } else { cx.again(next_settled) }
}

fn next_behind(cx: &mut Cx<'_>) -> NativeResult {
    let t = cx.check_table(0)?;
    let Some(cursor) = t.cursor_of(cx.slot(1)) else { return Err(cx.error("invalid key to 'next'")) };
    next_at(cx, t, cursor)
}

fn next_at<'cx>(cx: &mut Cx<'cx>, t: Table<'cx>, mut cursor: usize) -> NativeResult {
    loop {
        match t.walk(cursor) {
            Walk::Entry(_, k, v) => return cx.ret2(k, v),
            Walk::End => return cx.ret(Val::NIL),
            Walk::Later(next) => cursor = next,
        }
        if cx.charge(PASSED) {
            cx.set_len(1);
            cx.push(cursor as i64);
            return cx.again(next_more);
        }
    }
}

/// Slots: table, cursor.
fn next_more(cx: &mut Cx<'_>) -> NativeResult {
    let t = cx.check_table(0)?;
    let cursor = cx.slot(1).as_int().unwrap_or_default() as usize;
    next_at(cx, t, cursor)
}

fn pairs(cx: &mut Cx<'_>) -> NativeResult {
    let t = cx.check_table(0)?;
    let next = cx.lua_ref().statics.next;
    cx.push(Val::new(next));
    cx.push(t);
    cx.push(Val::NIL);
    Ok(Flow::values(3))
}

fn ipairs(cx: &mut Cx<'_>) -> NativeResult {
    let t = cx.check_any(0)?;
    let step = cx.lua_ref().statics.ipairs;
    cx.push(Val::new(step));
    cx.push(t);
    cx.push(0);
    Ok(Flow::values(3))
}

fn ipairs_step(cx: &mut Cx<'_>) -> NativeResult {
    let i = cx.check_int(1)?.wrapping_add(1);
    let v = match cx.arg(0).as_table() {
        Some(t) => t.get_int(i),
        None => Val::NIL,
    };
    if !v.is_nil() {
        return cx.ret2(i, v);
    }
    cx.set_len(2);
    cx.set_slot(1, Val::int(i));
    cx.index(cx.arg(0), Val::int(i), ipairs_indexed)
}

fn ipairs_indexed(cx: &mut Cx<'_>) -> NativeResult {
    let v = cx.result(0);
    if v.is_nil() {
        return cx.ret(Val::NIL);
    }
    let i = cx.slot(1);
    cx.ret2(i, v)
}

fn rawget(cx: &mut Cx<'_>) -> NativeResult {
    let t = cx.check_table(0)?;
    let key = cx.check_any(1)?;
    if cx.is_ready_key(key) { cx.ret(t.get(key)) } else { rawget_settled(cx) }
}

fn rawget_settled(cx: &mut Cx<'_>) -> NativeResult {
    if !cx.settle_argument(2) {
        return cx.again(rawget_settled);
    }
    let v = cx.check_table(0)?.get(cx.slot(1));
    cx.ret(v)
}

fn rawset(cx: &mut Cx<'_>) -> NativeResult {
    let t = cx.check_table(0)?;
    let (key, v) = (cx.check_any(1)?, cx.check_any(2)?);
    if !cx.is_ready_key(key) {
        cx.set_len(3);
        return rawset_settled(cx);
    }
    cx.set(t, key, v)?;
    cx.ret(t)
}

fn rawset_settled(cx: &mut Cx<'_>) -> NativeResult {
    if !cx.settle_argument(3) {
        return cx.again(rawset_settled);
    }
    let t = cx.check_table(0)?;
    cx.set(t, cx.slot(1), cx.slot(2))?;
    cx.ret(t)
}

fn rawequal(cx: &mut Cx<'_>) -> NativeResult {
    let (a, b) = (cx.check_any(0)?, cx.check_any(1)?);
    if a.as_bytes().is_some() && b.as_bytes().is_some_and(|b| b.len() > SHORT) {
        cx.set_len(2);
        return long::equal(cx);
    }
    cx.ret(a.raw_eq(b))
}

fn setmetatable(cx: &mut Cx<'_>) -> NativeResult {
    let t = cx.check_table(0)?;
    let meta = match cx.arg(1).view() {
        View::Nil if cx.nargs() > 1 => None,
        View::Table(m) => Some(m),
        _ => return Err(cx.type_error(1, "nil or table")),
    };
    if !cx.metamethod(t.val(), "__metatable").is_nil() {
        return Err(cx.error("cannot change a protected metatable"));
    }
    cx.set_metatable(t, meta)?;
    cx.ret(t)
}

fn getmetatable(cx: &mut Cx<'_>) -> NativeResult {
    let v = cx.check_any(0)?;
    let shown = cx.metamethod(v, "__metatable");
    if !shown.is_nil() {
        return cx.ret(shown);
    }
    let meta = crate::meta::metatable(cx.lua_ref(), v.raw);
    if meta.is_null() { cx.ret(Val::NIL) } else { cx.ret(Val::new(Value::table(meta))) }
}

fn type_of(cx: &mut Cx<'_>) -> NativeResult {
    let v = cx.check_any(0)?;
    let n = names();
    let name = match v.raw.tag {
        value::NIL => n.t_nil,
        value::FALSE | value::TRUE => n.t_boolean,
        value::INT | value::FLOAT => n.t_number,
        value::STR => n.t_string,
        value::TABLE => n.t_table,
        value::USERDATA => n.t_userdata,
        value::THREAD => n.t_thread,
        value::TYPE => n.t_type,
        _ => n.t_function,
    };
    cx.ret(Val::new(Value::str(name)))
}

fn tostring(cx: &mut Cx<'_>) -> NativeResult {
    let v = cx.check_any(0)?;
    match v.view() {
        View::Str(_) => return cx.ret(v),
        View::Table(_) | View::Userdata(_) | View::Type(_) => {
            let f = cx.metamethod(v, "__tostring");
            if !f.is_nil() {
                cx.push(f);
                cx.push(v);
                return cx.call(1, tostring_done);
            }
        }
        _ => {}
    }
    let text = cx.plain_text(v);
    let s = cx.string(text.as_bytes());
    cx.ret(s)
}

fn tostring_done(cx: &mut Cx<'_>) -> NativeResult {
    let text = tostring_answer(cx)?;
    cx.ret(text)
}

/// What `__tostring` has answered, as a string.
pub(crate) fn tostring_answer<'cx>(cx: &mut Cx<'cx>) -> Result<Val<'cx>, Raise> {
    let v = cx.result(0);
    match v.view() {
        View::Str(_) => Ok(v),
        View::Int(_) | View::Float(_) => {
            let text = cx.plain_text(v);
            Ok(cx.string(text.as_bytes()))
        }
        _ => Err(cx.error("'__tostring' must return a string")),
    }
}
