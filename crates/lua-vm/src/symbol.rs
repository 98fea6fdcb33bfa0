//! Symbols: node-wide, immortal, capped strings for constants, so that equal names are one pointer.

#![allow(unsafe_code, reason = "immortal strings are leaked by hand")]

use std::cell::Cell;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::{LazyLock, RwLock};

use rustc_hash::FxBuildHasher;
use std::collections::HashMap;

use crate::object::{FROZEN, Header, IMMORTAL, Kind, STR_BYTES, Str};
use crate::table::string_key;
use crate::value::Value;

/// Longest text that becomes a symbol.
pub(crate) const MAX_LEN: usize = 40;
const MAX_COUNT: usize = 1_000_000;
const MAX_BYTES: usize = 64 << 20;

struct Ptr(*const Str);
// SAFETY: symbols are immutable and never freed.
unsafe impl Send for Ptr {}
// SAFETY: as above.
unsafe impl Sync for Ptr {}

#[derive(Default)]
struct Table {
    by_text: HashMap<&'static [u8], Ptr, FxBuildHasher>,
    bytes: usize,
}

static TABLE: LazyLock<RwLock<Table>> = LazyLock::new(Default::default);

static SECRET: LazyLock<u64> = LazyLock::new(|| RandomState::new().build_hasher().finish() | 1);

/// Hash of a text under the node's secret; never 0.
pub(crate) fn hash_bytes(bytes: &[u8]) -> u32 {
    const M: u64 = 0x9e37_79b9_7f4a_7c15;
    let fold = |a: u64, b: u64| {
        let p = u128::from(a) * u128::from(b);
        (p as u64) ^ (p >> 64) as u64
    };
    let mut h = *SECRET ^ (bytes.len() as u64).wrapping_mul(M);
    let (words, rest) = bytes.as_chunks::<8>();
    for w in words {
        h = fold(h ^ u64::from_le_bytes(*w), M);
    }
    if !rest.is_empty() {
        let mut w = [0; 8];
        w[..rest.len()].copy_from_slice(rest);
        h = fold(h ^ u64::from_le_bytes(w), M);
    }
    h = fold(h, *SECRET | 1);
    ((h >> 32) ^ h) as u32 | 1
}

/// Symbols that a thread found lately, by hash.
const FOUND: usize = 512;

thread_local! {
    static LATELY: [Cell<*const Str>; FOUND] = const { [const { Cell::new(std::ptr::null()) }; FOUND] };
}

/// The symbol with this text, if there is one. Names that natives write again and again are found without the lock.
pub(crate) fn lookup(bytes: &[u8]) -> Option<*const Str> {
    if bytes.len() > MAX_LEN {
        return None;
    }
    let hash = hash_bytes(bytes);
    LATELY.with(|lately| {
        let place = &lately[hash as usize / 2 % FOUND];
        let known = place.get();
        // SAFETY: what is kept there are symbols, which are never freed and have their hash.
        if !known.is_null() && unsafe { (*known).hash == hash && Str::bytes(known) == bytes } {
            return Some(known);
        }
        let found = TABLE.read().unwrap_or_else(|e| e.into_inner()).by_text.get(bytes).map(|p| p.0);
        if let Some(symbol) = found {
            place.set(symbol);
        }
        found
    })
}

/// The symbol with this text, made if need be; `None` for long texts and when the table is full.
pub(crate) fn intern(bytes: &[u8]) -> Option<*const Str> {
    if let Some(s) = lookup(bytes) {
        return Some(s);
    }
    if bytes.len() > MAX_LEN {
        return None;
    }
    let mut table = TABLE.write().unwrap_or_else(|e| e.into_inner());
    if let Some(p) = table.by_text.get(bytes) {
        return Some(p.0);
    }
    if table.by_text.len() >= MAX_COUNT || table.bytes + bytes.len() > MAX_BYTES {
        return None;
    }
    let s = new_immortal(bytes, true);
    table.bytes += bytes.len();
    // SAFETY: the string is never freed.
    table.by_text.insert(unsafe { Str::bytes(s) }, Ptr(s));
    Some(s)
}

/// The stored form of a string constant: a symbol, or a string of its own that is added to `owned`.
pub(crate) fn constant(bytes: &[u8], owned: &mut Vec<*const Str>) -> Value {
    let s = intern(bytes).unwrap_or_else(|| {
        let s = new_immortal(bytes, false);
        owned.push(s);
        s
    });
    // SAFETY: the string is immortal and has its hash.
    unsafe { string_key(s) }
}

/// Layout of a string object of `len` bytes.
pub(crate) fn layout(len: usize) -> std::alloc::Layout {
    std::alloc::Layout::from_size_align(STR_BYTES + len, 8).expect("string lengths are below 4 GiB")
}

/// A string outside every heap; symbols are leaked, others belong to who asked.
pub(crate) fn new_immortal(bytes: &[u8], symbol: bool) -> *const Str {
    let layout = layout(bytes.len());
    // SAFETY: the layout is not empty; all fields and bytes are written before the pointer is used.
    unsafe {
        let s = std::alloc::alloc(layout).cast::<Str>();
        if s.is_null() {
            std::alloc::handle_alloc_error(layout);
        }
        (&raw mut (*s).hdr).write(Header {
            next: std::ptr::null_mut(),
            kind: Kind::Str,
            mark: FROZEN | IMMORTAL,
            small: u16::from(symbol),
            word: bytes.len() as u32,
        });
        (&raw mut (*s).hash).write(hash_bytes(bytes));
        std::ptr::copy_nonoverlapping(bytes.as_ptr(), s.cast::<u8>().add(STR_BYTES), bytes.len());
        s
    }
}

/// Frees a string made by `new_immortal` with `symbol` false.
///
/// # Safety
/// Nothing may use the string any more.
pub(crate) unsafe fn free_immortal(s: *const Str) {
    // SAFETY: it was allocated with this layout.
    unsafe { std::alloc::dealloc(s.cast_mut().cast(), layout(Str::len(s))) }
}

macro_rules! names {
    ($($field:ident = $text:literal),* $(,)?) => {
        /// Symbols that the interpreter itself uses.
        pub(crate) struct Names { $(pub(crate) $field: *const Str),* }
        impl Names {
            fn new() -> Names {
                Names { $($field: intern($text.as_bytes()).expect("the first symbols fit")),* }
            }
        }
    };
}

names! {
    index = "__index", newindex = "__newindex", call = "__call", add = "__add", sub = "__sub", mul = "__mul",
    div = "__div", modulo = "__mod", pow = "__pow", unm = "__unm", idiv = "__idiv", band = "__band", bor = "__bor",
    bxor = "__bxor", shl = "__shl", shr = "__shr", bnot = "__bnot", concat = "__concat", len = "__len", eq = "__eq",
    lt = "__lt", le = "__le",
    t_nil = "nil", t_boolean = "boolean", t_number = "number", t_string = "string", t_table = "table",
    t_function = "function", t_userdata = "userdata", t_thread = "thread",
}

// SAFETY: symbols are immutable and never freed.
unsafe impl Send for Names {}
// SAFETY: as above.
unsafe impl Sync for Names {}

static NAMES: LazyLock<Names> = LazyLock::new(Names::new);

/// The interpreter's own symbols.
pub(crate) fn names() -> &'static Names {
    &NAMES
}
