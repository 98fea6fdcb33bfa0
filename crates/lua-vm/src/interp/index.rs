//! Reading and writing of fields: metatables, and whatever the fast ways of the loop do not handle.

#![allow(unsafe_code, reason = "works on raw objects")]

use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use super::operate::{call_meta, error};
use super::{Ctl, call};
use crate::frame::{Frame, Ret};
use crate::lua::Lua;
use crate::native::NativeFn;
use crate::object::{Closure, IMMORTAL, Node, SHARED, Str, Table};
use crate::opcode::{self, NO_HINT, Op};
use crate::overlay::{body, shared_body};
use crate::symbol::{LONG, Names};
use crate::table::string_key;
use crate::value::{self, Value};

/// Metatables chained longer than this are taken for a loop.
const MAX_CHAIN: usize = 2000;
/// Links that the fast way follows, which does not charge them.
const FAST_CHAIN: usize = 16;
/// Units of a link: two look-ups.
const LINK: i64 = 16;
/// Bits of `hdr.small` of a metatable: what it surely lacks.
const NO_INDEX: u16 = 1;
const NO_NEWINDEX: u16 = 2;

/// `__index` of a metatable, found by its slot hint.
#[inline(always)]
pub(super) unsafe fn index_of(names: &Names, meta: *mut Table) -> Value {
    // SAFETY: the caller passes a live table, where its content is; so everywhere here.
    unsafe {
        let hint = (*meta).hdr.word;
        if hint < (*meta).node_len {
            let node = (*meta).nodes.add(hint as usize);
            if (*node).key.data == names.index as u64 {
                return (*node).val;
            }
        }
        index_of_slow(names, meta)
    }
}

#[inline(never)]
unsafe fn index_of_slow(names: &Names, meta: *mut Table) -> Value {
    // SAFETY: see `index_of`; immortal tables, shared bodies too, are never written.
    unsafe {
        if (*meta).hdr.small & NO_INDEX != 0 {
            return Value::NIL;
        }
        let node = Table::find(meta, string_key(names.index));
        let writable = (*meta).hdr.mark & IMMORTAL == 0;
        if node.is_null() || (*node).val.is_nil() {
            if writable {
                (*meta).hdr.small |= NO_INDEX;
            }
            return Value::NIL;
        }
        if writable {
            (*meta).hdr.word = node.offset_from((*meta).nodes) as u32;
        }
        (*node).val
    }
}

unsafe fn newindex_of(names: &Names, meta: *mut Table) -> Value {
    // SAFETY: see `index_of`.
    unsafe {
        let meta = body(meta).cast_mut();
        if (*meta).hdr.small & NO_NEWINDEX != 0 {
            return Value::NIL;
        }
        let v = Table::get_key(meta, string_key(names.newindex));
        if v.is_nil() && (*meta).hdr.mark & IMMORTAL == 0 {
            (*meta).hdr.small |= NO_NEWINDEX;
        }
        v
    }
}

/// Finds out what a metatable lacks and where `__index` is, before it becomes immortal.
pub(crate) unsafe fn prepare_meta(names: &Names, t: *mut Table) {
    // SAFETY: the caller passes a live, private table.
    unsafe {
        (*t).hdr.small &= !(NO_INDEX | NO_NEWINDEX);
        index_of_slow(names, t);
        newindex_of(names, t);
    }
}

/// The value under a constant name of a table, or the method of a host object or string, if it is not nil and where the hint says;
/// null otherwise.
#[inline(always)]
pub(super) unsafe fn hinted(lua: *mut Lua, obj: Value, key: Value, hint: u32) -> *const Value {
    // SAFETY: see `index_of`; the tag says the type of the live object.
    unsafe {
        match obj.tag {
            value::TABLE => {
                let t = obj.as_table();
                let found = node_at((*t).nodes, (*t).node_len, key, hint);
                if found.is_null() && (*t).hdr.mark & SHARED != 0 {
                    // The face of a shared table has no nodes, so that private tables do not pay for the question.
                    let t = shared_body(t);
                    return node_at((*t).nodes, (*t).node_len, key, hint);
                }
                found
            }
            value::USERDATA => {
                let (nodes, count) = (*(*obj.as_userdata()).info).method_nodes;
                node_at(nodes, count, key, hint)
            }
            value::STR => {
                let t = (&(*lua).statics).string_methods;
                if t.is_null() { std::ptr::null() } else { node_at((*t).nodes, (*t).node_len, key, hint) }
            }
            _ => std::ptr::null(),
        }
    }
}

/// The value of node `hint`, if that is the one of `key`, and not nil.
#[inline(always)]
unsafe fn node_at(nodes: *const Node, count: u32, key: Value, hint: u32) -> *const Value {
    // SAFETY: see `index_of`.
    unsafe {
        if hint < count {
            let node = nodes.add(hint as usize);
            if (*node).key.data == key.data && (*node).key.tag == key.tag && !(*node).val.is_nil() {
                return &raw const (*node).val;
            }
        }
        std::ptr::null()
    }
}

/// What [`hinted`] does not find, where [`field`] says [`ASK`] or which is no table: does the instruction before the program counter
/// of `ci`, which reads a field by a constant name.
#[inline(never)]
pub(super) unsafe fn read(lua: *mut Lua, ci: *const Frame) -> Ctl {
    // SAFETY: see `get`; the instruction has two words, the second of which is the name and the hint.
    unsafe {
        let hint_at = (*ci).pc.sub(1);
        let (w, word) = ((*hint_at.sub(1)).load(Relaxed), (*hint_at).load(Relaxed));
        let base = (*(*lua).current).stack.add((*ci).base as usize);
        let key = *(&(*(*(*ci).callee.cast::<Closure>()).proto).consts).as_ptr().add((word >> 16) as usize);
        let (obj, reg) = if Op::of(w) == Op::GetGlobal {
            (Value::table((*lua).heap.globals_face), 256)
        } else {
            (*base.add(opcode::b(w)), opcode::b(w))
        };
        let t = methods(lua, obj);
        if !t.is_null() {
            let v = field((*lua).names, t, key, word, hint_at);
            if v.tag != ASK {
                *base.add(opcode::a(w)) = v;
                return Ctl::Next;
            }
        }
        get(lua, obj, Value { tag: value::STR, data: key.data }, opcode::a(w), reg)
    }
}

/// An integer key: where the content of the table is, and the value there.
#[inline(always)]
pub(super) unsafe fn element(t: *const Table, i: i64) -> (*const Table, Value) {
    // SAFETY: see `index_of`.
    unsafe {
        let t = body(t);
        (t, Table::get_index(t, i))
    }
}

/// The tag of no value that a field can have: a handler that is no table has to be asked.
pub(super) const ASK: u64 = value::CELL;

/// A field by a constant name through tables only; notes in the word at `hint_at`, which was `word`, where it was found.
#[inline(never)]
pub(super) unsafe fn field(
    names: &Names,
    t: *mut Table,
    key: Value,
    word: u32,
    hint_at: *const AtomicU32,
) -> Value {
    // SAFETY: see `index_of`; the word belongs to code that lives.
    unsafe {
        let hint = word & 0xffff;
        let mut t = body(t).cast_mut();
        for _ in 0..FAST_CHAIN {
            let there = node_at((*t).nodes, (*t).node_len, key, hint);
            if !there.is_null() {
                return *there;
            }
            let node = Table::find(t, key);
            if !node.is_null() && !(*node).val.is_nil() {
                let slot = node.offset_from((*t).nodes) as u32;
                if slot < NO_HINT {
                    (*hint_at).store((word & 0xffff_0000) | slot, Relaxed);
                }
                return (*node).val;
            }
            let meta = (*t).meta;
            if meta.is_null() {
                return Value::NIL;
            }
            let content = body(meta).cast_mut();
            let h = index_of(names, content);
            if h.is_nil() {
                return Value::NIL;
            }
            if h.tag != value::TABLE {
                break;
            }
            // Nearly always a class is its own `__index`.
            t = if h.as_table() == meta { content } else { body(h.as_table()).cast_mut() };
        }
        Value { tag: ASK, data: 0 }
    }
}

/// The table in which fields of a value that is no table are looked up; null if there is none.
unsafe fn methods(lua: *mut Lua, obj: Value) -> *mut Table {
    // SAFETY: see `index_of`; the tag says the type of the live object.
    unsafe {
        match obj.tag {
            value::USERDATA => (*(*obj.as_userdata()).info).methods,
            value::STR => (&(*lua).statics).string_methods,
            _ => std::ptr::null_mut(),
        }
    }
}

/// R[a] = obj[key]; `reg` holds the object.
#[inline(never)]
pub(super) unsafe fn get(lua: *mut Lua, obj: Value, key: Value, a: usize, reg: usize) -> Ctl {
    // SAFETY: see `index_of`; the frame on top is the Lua frame that executes.
    unsafe {
        let mut at = obj;
        for _ in 0..MAX_CHAIN {
            let h = if at.is_table() {
                let t = body(at.as_table());
                if !is_ready(lua, t, key) {
                    let native = long_native(lua, crate::long::get);
                    return call_meta(lua, native, &[at, key], Ret::Register, a as u32);
                }
                let v = Table::get(t, key);
                let meta = (*t).meta;
                if !v.is_nil() || meta.is_null() {
                    return store(lua, a, v);
                }
                let h = index_of((*lua).names, body(meta).cast_mut());
                if h.is_nil() {
                    return store(lua, a, Value::NIL);
                }
                h
            } else {
                let h = crate::meta::metamethod(&*lua, at, (*lua).names.index);
                if h.is_nil() {
                    return index_error(lua, at, reg);
                }
                h
            };
            if matches!(h.tag, value::CLOSURE | value::NATIVE) {
                return call_meta(lua, h, &[at, key], Ret::Register, a as u32);
            }
            (*lua).fuel -= LINK;
            at = h;
        }
        call::drive(lua, error(lua, "'__index' chain too long; possibly a loop"))
    }
}

/// Whether the table answers for the key at once. Strings that are not long get their hash, which is charged like comparing them.
#[inline]
unsafe fn is_ready(lua: *mut Lua, t: *const Table, key: Value) -> bool {
    // SAFETY: see `get`; the tag says that the payload is a live string.
    unsafe { key.tag != value::STR || Str::is_quick(key.as_str()) || make_ready(lua, t, key.as_str()) }
}

#[cold]
#[inline(never)]
unsafe fn make_ready(lua: *mut Lua, t: *const Table, s: *const Str) -> bool {
    // SAFETY: see `get`.
    unsafe {
        if Str::len(s) <= LONG {
            (*lua).fuel -= crate::long::price(s);
            Str::hash(s);
            return true;
        }
        if (*s).hash == 0 {
            return false;
        }
        let twin = Table::twin(t, string_key(s));
        twin.is_null() || twin == s
    }
}

/// A native of `long` as a value.
unsafe fn long_native(lua: *mut Lua, native: NativeFn) -> Value {
    // SAFETY: see `get`.
    unsafe { Value::native((*lua).heap.new_native(native, (*lua).names.index, &[])) }
}

#[inline]
unsafe fn store(lua: *mut Lua, a: usize, v: Value) -> Ctl {
    // SAFETY: see `get`.
    unsafe {
        let t = (*lua).current;
        let base = (&(*t).frames).last().expect("a Lua frame executes").base as usize;
        *(*t).stack.add(base + a) = v;
        Ctl::Next
    }
}

#[cold]
unsafe fn index_error(lua: *mut Lua, obj: Value, reg: usize) -> Ctl {
    // SAFETY: see `get`.
    unsafe {
        let name = super::operate::operand(lua, reg);
        let what = crate::native::type_name_of_raw(obj);
        call::drive(lua, error(lua, &format!("attempt to index a {what} value{name}")))
    }
}

/// obj[key] = val; `reg` holds the object.
#[inline(never)]
pub(super) unsafe fn set(lua: *mut Lua, obj: Value, key: Value, val: Value, reg: usize) -> Ctl {
    // SAFETY: see `get`.
    unsafe {
        let mut at = obj;
        for _ in 0..MAX_CHAIN {
            let h = if at.is_table() {
                let t = at.as_table();
                if !is_ready(lua, t, key) {
                    let native = long_native(lua, crate::long::set);
                    return call_meta(lua, native, &[at, key, val], Ret::Discard, 0);
                }
                let meta = (*body(t)).meta;
                let h = if meta.is_null() || !Table::get(t, key).is_nil() {
                    Value::NIL
                } else {
                    newindex_of((*lua).names, meta)
                };
                if h.is_nil() {
                    return match Table::set(&mut (*lua).heap, t, key, val) {
                        Ok(()) => Ctl::Next,
                        Err(e) => call::drive(lua, error(lua, e.message())),
                    };
                }
                h
            } else {
                let h = crate::meta::metamethod(&*lua, at, (*lua).names.newindex);
                if h.is_nil() {
                    return index_error(lua, at, reg);
                }
                h
            };
            if matches!(h.tag, value::CLOSURE | value::NATIVE) {
                return call_meta(lua, h, &[at, key, val], Ret::Discard, 0);
            }
            (*lua).fuel -= LINK;
            at = h;
        }
        call::drive(lua, error(lua, "'__newindex' chain too long; possibly a loop"))
    }
}

/// R[a], … of a table constructor.
#[inline(never)]
pub(super) unsafe fn set_list(
    lua: *mut Lua,
    t: *mut Table,
    from: *const Value,
    n: usize,
    start: usize,
) -> Ctl {
    // SAFETY: see `get`; the table is fresh, so it is private, and neither black nor frozen unless a collection came
    // between.
    unsafe {
        (*lua).fuel -= n as i64 / 8;
        let heap = &mut (*lua).heap;
        heap.barrier_back_any(t);
        Table::reserve_array(heap, t, start + n);
        if (*t).arr_len as usize == start && (*t).node_len == 0 {
            std::ptr::copy_nonoverlapping(from, (*t).arr.add(start), n);
            (*t).arr_len = (start + n) as u32;
            Table::trim(t);
            return Ctl::Next;
        }
        // Holes before, or keyed items of the constructor: one by one, and positional items win.
        for i in 0..n {
            let key = Value::int((start + i + 1) as i64);
            if Table::set(heap, t, key, *from.add(i)).is_err() {
                return call::drive(lua, error(lua, "table is too large"));
            }
        }
        Ctl::Next
    }
}

/// Writes a field by a constant name to a table that is neither black nor frozen; the slot where it is. `None` if a
/// metatable has to be asked.
#[inline]
pub(super) unsafe fn set_field(lua: *mut Lua, t: *mut Table, key: Value, v: Value) -> Option<u32> {
    // SAFETY: see `get`.
    unsafe {
        let node = Table::find(t, key);
        if !node.is_null() && !(*node).val.is_nil() {
            (*node).val = v;
            return Some(node.offset_from((*t).nodes) as u32);
        }
        if !(*t).meta.is_null() {
            return None;
        }
        let at = (*t).node_len;
        if node.is_null() && !v.is_nil() && at < (*t).node_cap && (*t).index.is_null() {
            // A fresh object gets its fields: no search, no growth.
            (*t).nodes.add(at as usize).write(Node { key, val: v });
            (*t).node_len = at + 1;
            (*t).hdr.small = 0;
            return Some(at);
        }
        Table::set_key(&mut (*lua).heap, t, key, v).ok().map(|()| u32::MAX)
    }
}
