//! Symbols: node-wide, immortal, capped strings for constants, so that equal names are one pointer.

#![allow(unsafe_code, reason = "immortal strings are leaked by hand")]

use std::cell::Cell;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{LazyLock, PoisonError, RwLock};

use hashbrown::HashTable;

use crate::object::{FROZEN, Header, IMMORTAL, Kind, STR_BYTES, Str};
use crate::table::string_key;
use crate::value::Value;

/// Longest text that becomes a symbol.
pub(crate) const MAX_LEN: usize = 40;

/// The symbols of the node: how many there are, and their bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SymbolStats {
    /// Number of symbols; they are never freed.
    pub count: usize,
    /// Bytes of their texts.
    pub bytes: usize,
    /// Most symbols; names of code beyond belong to the code, which works as well.
    pub most: usize,
    /// Most bytes of their texts.
    pub most_bytes: usize,
}

/// Symbols of the node at the moment.
pub fn symbols() -> SymbolStats {
    SYMBOLS.stats()
}

static SYMBOLS: Symbols = Symbols::new(1_000_000, 64 << 20);

/// A table of symbols that takes so many, and so many bytes of texts.
struct Symbols {
    most: usize,
    most_bytes: usize,
    table: RwLock<Table>,
}

struct Ptr(*const Str);
// SAFETY: symbols are immutable and never freed.
unsafe impl Send for Ptr {}
// SAFETY: as above.
unsafe impl Sync for Ptr {}

/// Found by their hashes, which they have anyway.
struct Table {
    symbols: HashTable<Ptr>,
    bytes: usize,
}

impl Symbols {
    const fn new(most: usize, most_bytes: usize) -> Symbols {
        let table = RwLock::new(Table { symbols: HashTable::new(), bytes: 0 });
        Symbols { most, most_bytes, table }
    }

    fn stats(&self) -> SymbolStats {
        let table = self.table.read().unwrap_or_else(PoisonError::into_inner);
        let (count, bytes) = (table.symbols.len(), table.bytes);
        SymbolStats { count, bytes, most: self.most, most_bytes: self.most_bytes }
    }

    fn find(&self, hash: u32, bytes: &[u8]) -> Option<*const Str> {
        self.table.read().unwrap_or_else(PoisonError::into_inner).find(hash, bytes)
    }

    /// The symbol with this text, of this hash, made if there is room for it.
    fn find_or_add(&self, hash: u32, bytes: &[u8]) -> Option<*const Str> {
        let mut table = self.table.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(symbol) = table.find(hash, bytes) {
            return Some(symbol);
        }
        if table.symbols.len() >= self.most || table.bytes + bytes.len() > self.most_bytes {
            return None;
        }
        let s = new_immortal(bytes, true);
        table.bytes += bytes.len();
        table.add(hash, s);
        Some(s)
    }
}

impl Table {
    fn find(&self, hash: u32, bytes: &[u8]) -> Option<*const Str> {
        // SAFETY: symbols are never freed and have their hash.
        let is_it = |p: &Ptr| unsafe { (*p.0).hash == hash && Str::bytes(p.0) == bytes };
        self.symbols.find(spread(hash), is_it).map(|p| p.0)
    }

    fn add(&mut self, hash: u32, symbol: *const Str) {
        // SAFETY: as above.
        self.symbols.insert_unique(spread(hash), Ptr(symbol), |p| spread(unsafe { (*p.0).hash }));
    }
}

/// The table takes places from the lower bits and tells entries apart by the highest.
fn spread(hash: u32) -> u64 {
    u64::from(hash) << 32 | u64::from(hash)
}

/// Drawn with the first hash of a text, which comes before the first table: nobody can make keys that collide.
static SECRET: AtomicU64 = AtomicU64::new(0);

/// The node's secret; not 0 as soon as there is a text.
#[inline(always)]
pub(crate) fn secret() -> u64 {
    SECRET.load(Relaxed)
}

#[cold]
fn draw_secret() -> u64 {
    let drawn = RandomState::new().build_hasher().finish() | 1;
    SECRET.compare_exchange(0, drawn, Relaxed, Relaxed).err().unwrap_or(drawn)
}

const MULTIPLIER: u64 = 0x9e37_79b9_7f4a_7c15;

/// Both halves of a product: each bit of the result depends on all bits of both factors.
#[inline(always)]
fn fold(a: u64, b: u64) -> u64 {
    let p = u128::from(a) * u128::from(b);
    (p as u64) ^ (p >> 64) as u64
}

#[inline(always)]
fn halves(h: u64) -> u32 {
    ((h >> 32) ^ h) as u32
}

/// Hash of a key that is no text, under the node's secret.
#[inline(always)]
pub(crate) fn hash_word(tag: u64, data: u64) -> u32 {
    debug_assert!(secret() != 0);
    halves(fold(data ^ secret(), tag ^ MULTIPLIER))
}

/// Texts up to this length are hashed and compared for the price of an instruction.
pub(crate) const SHORT: usize = 256;
/// Texts longer than this are hashed and compared in steps, those in between at once, and charged.
pub(crate) const LONG: usize = 1 << 16;
/// The bit of a hash that texts up to [`SHORT`] have and longer ones have not: who looks up a string in a hurry asks for it,
/// and takes a slow way for whatever is longer or not hashed yet.
pub(crate) const QUICK: u32 = 1;

/// The hash of a text that is read piece by piece; every piece but the last is whole words of 8 bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hashing(u64);

impl Hashing {
    /// For a text of `len` bytes.
    #[inline]
    pub(crate) fn new(len: usize) -> Hashing {
        let secret = match secret() {
            0 => draw_secret(),
            secret => secret,
        };
        Hashing(secret ^ (len as u64).wrapping_mul(MULTIPLIER))
    }

    /// Goes on from [`Hashing::state`].
    pub(crate) fn resume(state: i64) -> Hashing {
        Hashing(state.cast_unsigned())
    }

    pub(crate) fn state(self) -> i64 {
        self.0.cast_signed()
    }

    #[inline]
    pub(crate) fn add(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks::<8>();
        for w in words {
            self.0 = fold(self.0 ^ u64::from_le_bytes(*w), MULTIPLIER);
        }
        if !rest.is_empty() {
            let mut w = [0; 8];
            w[..rest.len()].copy_from_slice(rest);
            self.0 = fold(self.0 ^ u64::from_le_bytes(w), MULTIPLIER);
        }
    }

    /// The hash of the text, which has `len` bytes; never 0.
    #[inline]
    pub(crate) fn finish(self, len: usize) -> u32 {
        let hash = halves(fold(self.0, secret()));
        if len <= SHORT { hash | QUICK } else { (hash & !QUICK).max(QUICK << 1) }
    }
}

/// Hash of a text under the node's secret; never 0.
pub(crate) fn hash_bytes(bytes: &[u8]) -> u32 {
    let mut hashing = Hashing::new(bytes.len());
    hashing.add(bytes);
    hashing.finish(bytes.len())
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
        let found = SYMBOLS.find(hash, bytes);
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
    SYMBOLS.find_or_add(hash_bytes(bytes), bytes)
}

/// The stored form of a string constant: a symbol, or a string of its own that is added to `owned`.
pub(crate) fn constant(bytes: &[u8], owned: &mut Owned) -> Value {
    let s = intern(bytes).unwrap_or_else(|| {
        let s = new_immortal(bytes, false);
        owned.0.push(s);
        #[cfg(test)]
        LIVE.set(LIVE.get() + 1);
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

/// Strings outside every heap that are no symbols; freed with this. Whoever has it keeps it as long as values may point to them: code
/// does, and while code is made or read it may come to nothing.
#[derive(Default)]
pub(crate) struct Owned(Vec<*const Str>);

#[cfg(test)]
thread_local! {
    /// Strings that somebody on this thread owns.
    pub(crate) static LIVE: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

#[cfg(test)]
impl Owned {
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }
}

impl Drop for Owned {
    fn drop(&mut self) {
        for s in &self.0 {
            // SAFETY: `constant` made it with this layout. Values come to it through closures of a prototype only, in heaps that keep
            // the root prototype until their objects are gone; a message takes the bytes along.
            unsafe { std::alloc::dealloc(s.cast_mut().cast(), layout(Str::len(*s))) }
            #[cfg(test)]
            LIVE.set(LIVE.get() - 1);
        }
    }
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
    t_type = "type",
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Code that is refused, or generated a second time because types are linked, keeps no constants.
    #[test]
    fn constants_go_with_the_code_they_were_made_for() {
        let long = "x".repeat(100);
        let sources = [
            format!("local a = '{long}' break"),
            format!("local function f() return '{long}' end goto nowhere"),
            format!("type T = number @min(1) local a = '{long}' local b = T return a, b"),
            format!("local m = require('m') local a = '{long}' type T = m.T local b = T return a, b"),
        ];
        for source in sources {
            let before = LIVE.get();
            let parsed = lua_syntax::parse(source.as_bytes());
            let lines = lua_syntax::LineIndex::new(source.as_bytes());
            let made = crate::compile(&parsed.chunk, "test", &lines);
            assert_eq!(made.is_ok(), source.starts_with("type") || source.starts_with("local m"), "{source}");
            assert_eq!(LIVE.get() - before, usize::from(made.is_ok()), "{source}");
            drop(made);
            assert_eq!(LIVE.get(), before, "{source}");
        }
    }
    use crate::value::{FLOAT, INT};
    use std::collections::HashSet;

    /// Tables take slots from the lower bits of a hash, large ones segments from the upper bits: whatever the pattern of
    /// the keys, both have to be as good as drawn at random, which would leave 37 of 100 slots empty.
    #[test]
    fn keys_of_any_pattern_spread_over_lower_and_upper_bits() {
        assert!(lookup(b"draws the secret").is_none());
        hash_bytes(b"draws the secret");
        const N: u64 = 4096;
        type Pattern = fn(u64) -> (u64, u64);
        let patterns: [(&str, Pattern); 9] = [
            ("consecutive", |i| (INT, i)),
            ("negative", |i| (INT, i.wrapping_neg())),
            ("even", |i| (INT, i * 2 + 1_000_000)),
            ("multiples of 2^40", |i| (INT, i << 40)),
            ("multiples of 2^50", |i| (INT, i << 50)),
            ("squares", |i| (INT, i * i)),
            ("halves", |i| (FLOAT, (i as f64 * 0.5).to_bits())),
            ("tenths", |i| (FLOAT, (i as f64 * 0.1).to_bits())),
            ("addresses", |i| (9, 0x7f00_1234_0000 + i * 48)),
        ];
        for (name, key) in patterns {
            let hashes: Vec<u32> = (1..=N).map(key).map(|(tag, data)| hash_word(tag, data)).collect();
            for (bits, slots) in [
                ("lower", hashes.iter().map(|h| h & 0xfff).collect::<HashSet<_>>()),
                ("upper", hashes.iter().map(|h| h >> 20).collect()),
            ] {
                assert!(slots.len() > 2_300, "{name}: {} of {N} slots by {bits} bits", slots.len());
            }
        }
    }

    #[test]
    fn a_table_takes_as_many_symbols_and_bytes_as_it_may() {
        static FEW: Symbols = Symbols::new(3, 1000);
        static SHORT_ONES: Symbols = Symbols::new(1000, 20);
        let add = |symbols: &Symbols, text: &[u8]| symbols.find_or_add(hash_bytes(text), text);
        let a = add(&FEW, b"a").expect("room");
        assert!(add(&FEW, b"b").is_some() && add(&FEW, b"").is_some());
        assert_eq!(add(&FEW, b"d"), None, "the fourth");
        assert_eq!((add(&FEW, b"a"), FEW.find(hash_bytes(b"a"), b"a")), (Some(a), Some(a)));
        assert_eq!(FEW.stats(), SymbolStats { count: 3, bytes: 2, most: 3, most_bytes: 1000 });

        assert!(add(&SHORT_ONES, b"of twelve ch").is_some());
        assert_eq!(add(&SHORT_ONES, b"nine char"), None, "the 21st byte");
        assert!(add(&SHORT_ONES, b"of eight").is_some());
        assert_eq!((add(&SHORT_ONES, b"x"), add(&SHORT_ONES, b"").is_some()), (None, true));
        assert_eq!(SHORT_ONES.stats(), SymbolStats { count: 3, bytes: 20, most: 1000, most_bytes: 20 });
    }

    /// Names of two words of which the first makes up for the second under a hash without a secret.
    #[test]
    fn names_that_collide_without_the_secret_spread_over_the_places_of_the_table() {
        const N: u64 = 4096;
        const TARGET: u64 = 0x0123_4567_89ab_cdef;
        let plain = |bytes: &[u8]| {
            let mut hashing = Hashing((bytes.len() as u64).wrapping_mul(MULTIPLIER));
            hashing.add(bytes);
            hashing.0
        };
        let names: Vec<[u8; 16]> = (0..N)
            .map(|i| {
                let mut name = [0; 16];
                name[..8].copy_from_slice(&i.to_le_bytes());
                let half = fold(16_u64.wrapping_mul(MULTIPLIER) ^ i, MULTIPLIER);
                name[8..].copy_from_slice(&(half ^ TARGET).to_le_bytes());
                name
            })
            .collect();
        assert!(names.iter().all(|name| plain(name) == fold(TARGET, MULTIPLIER)), "they all collide");
        let hashes: HashSet<u32> = names.iter().map(|name| hash_bytes(name)).collect();
        assert!(hashes.len() as u64 > N - 10, "{} hashes of {N} names", hashes.len());
        for (bits, places) in [
            ("lower", hashes.iter().map(|h| spread(*h) >> 1 & 0xfff).collect::<HashSet<_>>()),
            ("upper", hashes.iter().map(|h| spread(*h) >> 52).collect()),
        ] {
            assert!(places.len() > 2_300, "{} places of {N} by {bits} bits", places.len());
        }
    }

    #[test]
    fn a_text_that_is_hashed_in_pieces_has_the_hash_of_the_whole() {
        let text: Vec<u8> = (0..1000u32).map(|i| (i * 31 % 251) as u8).collect();
        let mut hashing = Hashing::new(text.len());
        let (first, rest) = text.split_at(512);
        let (second, third) = rest.split_at(8);
        [first, second, third].into_iter().for_each(|piece| hashing.add(piece));
        assert_eq!(Hashing::resume(hashing.state()).finish(text.len()), hash_bytes(&text));
        assert!(hash_bytes(&text[..SHORT]) & QUICK != 0 && hash_bytes(&text[..=SHORT]) & QUICK == 0);
    }
}
