//! Metatables and metamethods.

#![allow(unsafe_code, reason = "reads raw objects")]

use crate::lua::Lua;
use crate::object::{Str, Table};
use crate::overlay::body;
use crate::value::{self, Value};

/// The metatable of a value, by its identity, or null.
#[inline]
pub(crate) fn metatable(lua: &Lua, v: Value) -> *mut Table {
    // SAFETY: the tag says the type of the live object.
    unsafe {
        match v.tag {
            value::TABLE => (*body(v.as_table())).meta,
            value::STR => lua.statics.string_meta,
            value::USERDATA => (*(*v.as_userdata()).info).meta,
            value::TYPE => lua.statics.type_meta,
            _ => std::ptr::null_mut(),
        }
    }
}

/// A metamethod by its symbol, or nil.
#[inline]
pub(crate) fn metamethod(lua: &Lua, v: Value, event: *const Str) -> Value {
    let meta = metatable(lua, v);
    if meta.is_null() {
        return Value::NIL;
    }
    // SAFETY: metatables of live values are live; events are symbols.
    unsafe { Table::get_key(body(meta), crate::table::string_key(event)) }
}

/// A metamethod by its text, or nil.
pub(crate) fn by_name(lua: &Lua, v: Value, event: &[u8]) -> Value {
    let meta = metatable(lua, v);
    if meta.is_null() {
        return Value::NIL;
    }
    // SAFETY: metatables of live values are live.
    unsafe { Table::get_bytes(meta, event) }
}
