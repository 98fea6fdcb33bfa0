//! Lua virtual machine: code generator, heap, interpreter and base libraries.
//!
//! Knows nothing of the system above it. The way through: source → `lua_syntax::parse` → [`compile`] → [`Proto`], shared by
//! all processes; [`StaticsBuilder`] → [`Statics`], shared likewise; [`Lua`] = one process, made from the statics;
//! [`Cx::load`] makes a function of a prototype, [`Cx::thread`] a root coroutine of a function, [`Cx::pin`] keeps it,
//! [`Lua::run`] runs it. [`Rehearsal`] runs top-level code once and seals what it made as an [`Image`], from which
//! [`Lua::from_image`] starts processes.
//!
//! Files: `value object symbol types` (representation) · `block rest heap gc table thread` (storage) · `image overlay detach` (shared state) · `codegen proto` (code) · `interp meta
//! coerce trace` (execution) · `native weight statics lua fragment error` (interface) · `base_lib coroutine_lib` (functions that
//! need the interpreter: pcall, xpcall, error, assert, select, next, pairs, ipairs, raw*, setmetatable, getmetatable, type,
//! tostring, coroutine.*). Libraries in terms of [`Cx`] only: `lib_string lib_table lib_math lib_errors lib_os lib_number lib_type`
//! (tonumber, unpack), with `pattern format number` beneath. Each library file has one function
//! `pub(crate) fn register(b: &mut StaticsBuilder)`, called by [`libraries`].

#![allow(clippy::needless_borrow, reason = "a borrow through a raw pointer is written out")]

mod arith;
mod base_lib;
mod block;
mod codegen;
mod coerce;
mod coroutine_lib;
mod detach;
mod error;
mod fetch;
mod format;
mod fragment;
mod frame;
mod gc;
mod heap;
mod image;
mod interp;
mod lib_errors;
mod lib_math;
mod lib_number;
mod lib_string;
mod lib_table;
#[cfg(test)]
mod lib_tests;
mod lib_type;
mod long;
mod lua;
mod meta;
pub mod meter;
mod native;
pub mod number;
mod object;
mod opcode;
mod overlay;
mod pack;
mod packed;
mod pattern;
mod proto;
mod rest;
mod statics;
mod symbol;
mod table;
mod text;
mod thread;
mod trace;
mod types;
mod value;
mod weight;

pub use codegen::{compile, compile_unit};
pub use coroutine_lib::library as coroutine_library;
pub use error::ErrorObject;
pub use fetch::fetch;
pub use fragment::{Fragment, NotPortable, Portable, Rubble, Shape, Transfer};
pub use gc::ask_when_late;
pub use heap::HeapStats;
pub use image::{Image, Rehearsal, Sealing, Undertaker, Unshareable};
pub use lua::{Lua, Options, Pins, Remains, Run};
pub use native::{
    Cx, DynNative, Fields, Flow, NativeFn, NativeResult, Num, Pair, Pin, Raise, Root, Table, Userdata, Val,
    View, Walk,
};
pub use proto::{CodeId, CodeKey, Proto, Unusable};
pub use statics::{
    Const, Dismantle, Effect, Lib, Maker, NativeDef, Shared, Statics, StaticsBuilder, Template, UserdataType,
    shared,
};
pub use symbol::{SymbolStats, symbols};
pub use text::Text;
pub use trace::TraceFrame;
pub use types::{Imported, Type, TypeNames};

/// The one list of base libraries.
pub(crate) fn libraries(b: &mut StaticsBuilder) {
    text::register(b);
    base_lib::register(b);
    coroutine_lib::register(b);
    lib_string::register(b);
    lib_table::register(b);
    lib_number::register(b);
    lib_math::register(b);
    lib_errors::register(b);
    lib_type::register(b);
}
