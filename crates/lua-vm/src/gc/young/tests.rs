//! Young collections: what old objects are given stays, what is dead goes, no piece is long.

#![allow(unsafe_code, reason = "looks at raw objects")]

use std::sync::{Arc, LazyLock};

use super::*;
use crate::image::{Image, Rehearsal};
use crate::native::{Cx, NativeResult, Pin, Val};
use crate::object::Table;
use crate::statics::{Statics, StaticsBuilder, UserdataType};
use crate::{Lua, Options, Proto, Run};

mod bounds;

struct Holder;

fn ask(cx: &mut Cx<'_>) -> NativeResult {
    cx.wait(None)
}

fn holder(cx: &mut Cx<'_>) -> NativeResult {
    let u = cx.userdata(Holder, &[]);
    cx.ret(u)
}

/// `hold(h, v)` lets a host object hold a value, `hold(h)` gives it.
fn hold(cx: &mut Cx<'_>) -> NativeResult {
    let (u, _) = cx.check_userdata_val::<Holder>(0)?;
    if cx.nargs() > 1 {
        cx.set_userdata_slot(u, 0, cx.arg(1));
    }
    cx.ret(u.slot(0))
}

/// A native function that keeps what it is called with.
fn keeper(cx: &mut Cx<'_>) -> NativeResult {
    let f = cx.native("keep", keep, &[Val::NIL]);
    cx.ret(f)
}

fn keep(cx: &mut Cx<'_>) -> NativeResult {
    if cx.nargs() > 0 {
        cx.set_upvalue(0, cx.arg(0));
    }
    cx.ret(cx.upvalue(0))
}

fn statics() -> Arc<Statics> {
    static STATICS: LazyLock<Arc<Statics>> = LazyLock::new(|| {
        let mut b = StaticsBuilder::new();
        b.func("ask", ask).local("holder", holder).local("hold", hold).local("keeper", keeper);
        b.userdata(UserdataType::new::<Holder>("holder"));
        b.build()
    });
    STATICS.clone()
}

fn compile(source: &str) -> Arc<Proto> {
    let parsed = lua_syntax::parse(source.as_bytes());
    assert!(parsed.errors.is_empty(), "{:?}", parsed.errors);
    crate::compile(&parsed.chunk, "test", &lua_syntax::LineIndex::new(source.as_bytes()))
        .expect("it compiles")
}

/// What the programs here begin with: values that can be told apart, and much that is dead at once.
const BEGIN: &str = "
    local function junk() for i = 1, 30 do local t = { 'junk ' .. i, {} } end end
    local function fresh(i) return { 'value ' .. i, i } end
    local function check(v, i) assert(type(v) == 'table' and v[1] == 'value ' .. i and v[2] == i, i) end
";

/// Interpreted by Miri, small numbers are enough.
fn number(of: usize, under_miri: usize) -> usize {
    if cfg!(miri) { under_miri } else { of }
}

/// A process that waits in `ask`.
struct Process {
    lua: Lua,
    root: Pin,
}

impl Process {
    fn of(mut lua: Lua, main: impl for<'cx> FnOnce(&mut Cx<'cx>) -> Val<'cx>) -> Process {
        let root = lua.enter(&mut (), |cx| {
            let main = main(cx);
            let thread = cx.thread(main, &[]);
            cx.pin(thread)
        });
        let mut process = Process { lua, root };
        process.run();
        process
    }

    fn new(source: &str) -> Process {
        let proto = compile(&[BEGIN, source].concat());
        Process::of(Lua::new(statics(), Options::default()), |cx| cx.load(proto))
    }

    /// The same with the part before `return` in an image.
    fn on_image(source: &str) -> Process {
        Process::of(Lua::from_image(image(source), Options::default()), |cx| cx.image_value(0))
    }

    fn run(&mut self) {
        let mut fuel = i64::MAX;
        let run = self.lua.run(&self.root, &mut fuel, &mut ());
        let said = self.lua.enter(&mut (), |cx| {
            let thread = cx.pinned(&self.root);
            cx.outcome(thread).first().map(|v| cx.plain_text(*v))
        });
        assert!(matches!(run, Run::Waiting), "{run:?} {said:?}");
    }

    /// Lets it go on with `i`, until it waits again.
    fn tell(&mut self, i: i64) {
        let told = self.lua.enter(&mut (), |cx| {
            let thread = cx.pinned(&self.root);
            cx.deliver(thread, &[i.into()])
        });
        assert!(told, "it waits");
        self.run();
    }

    /// A whole collection; what lives is old.
    fn age(&mut self) {
        self.lua.collect();
        self.lua.heap.begin_young();
        assert!(self.lua.heap.has_old());
    }

    fn collect_young(&mut self) -> usize {
        assert!(self.lua.heap.has_old());
        let roots = self.lua.roots();
        let work = self.lua.heap.collect_young(&Roots { values: &roots, current: ptr::null_mut() });
        if self.lua.heap.has_old() {
            self.is_clear();
        }
        work
    }

    /// Nothing lies above the live slots of a stack: it may be freed.
    fn is_clear(&self) {
        let mut p = self.lua.heap.head;
        // SAFETY: objects on the list are live, slots below the bound are initialised.
        unsafe {
            while !p.is_null() {
                if (*p).kind == Kind::Thread {
                    let t = p.cast::<Thread>();
                    for at in crate::thread::live_top(t)..(*t).stack_cap as usize {
                        assert!((*(*t).stack.add(at)).is_nil(), "slot {at}");
                    }
                }
                p = (*p).next;
            }
        }
    }

    /// Bytes without those of stacks, which grow and are trimmed in their own time; and objects.
    fn size(&self) -> (usize, usize) {
        (self.lua.heap.bytes - self.lua.heap.stacks, self.lua.heap.objects)
    }

    /// A message, then a young collection that frees what `junk` made.
    fn round(&mut self, i: i64) {
        let cycles = self.lua.heap.gc.cycles;
        self.tell(i);
        let before = self.size();
        self.collect_young();
        assert!(self.lua.heap.has_old() && self.lua.heap.gc.cycles == cycles, "not given up");
        let after = self.size();
        assert!(after.0 + 2000 < before.0 && after.1 + 80 < before.1, "{before:?} {after:?}");
    }
}

fn image(source: &str) -> Arc<Image> {
    let proto = compile(&[BEGIN, source].concat());
    let mut rehearsal = Rehearsal::new(statics(), Options::default());
    let lua = rehearsal.lua();
    let root = lua.enter(&mut (), |cx| {
        let main = cx.load(proto);
        let thread = cx.thread(main, &[]);
        cx.pin(thread)
    });
    assert!(matches!(lua.run(&root, &mut i64::MAX.clone(), &mut ()), Run::Finished));
    let main = lua.enter(&mut (), |cx| {
        let thread = cx.pinned(&root);
        let main = cx.outcome(thread)[0];
        cx.pin(main)
    });
    lua.unpin(root);
    rehearsal.seal(vec![main]).finish().expect("it can be shared")
}

/// Ways to have an old object hold a new one: what is there before, the store of `v`, and how it is found again.
const KINDS: [(&str, &str, &str, &str); 15] = [
    ("a field", "local t = { a = 1 }", "t.a = v", "t.a"),
    ("a new field", "local t, n = {}, 0", "t['n' .. n] = nil; n = n + 1; t['n' .. n] = v", "t['n' .. n]"),
    ("an element", "local t = { 1, 2 }", "t[2] = v", "t[2]"),
    ("an appended element", "local t = {}", "t[#t + 1] = v", "t[#t]"),
    ("an inserted element", "local t = { 1, 2 }", "table.insert(t, 1, v); t[4] = nil", "t[1]"),
    ("an element by a variable", "local t, k = { 1, 2 }, 2", "t[k] = v", "t[k]"),
    ("a raw field", "local t = {}", "rawset(t, 'a', v)", "t.a"),
    ("a key", "local t = {}", "local old = next(t); if old then t[old] = nil end; t[v] = 1", "next(t)"),
    ("a metatable", "local t = {}", "setmetatable(t, v)", "getmetatable(t)"),
    ("a cell", "local c; local function set(v) c = v end", "set(v)", "c"),
    (
        "a cell of an outer loop",
        "local c",
        "for i = 1, 2 do c = v end; local f = function() return c end",
        "c",
    ),
    ("a host object", "local h = holder()", "hold(h, v)", "hold(h)"),
    ("a native function", "local k = keeper()", "k(v)", "k()"),
    ("a global", "", "kept = v", "kept"),
    (
        "a sorted array",
        "local t = { 3, 2, 1 }",
        "table.sort(t, function(a, b) t[5] = v; return a < b end)",
        "t[5]",
    ),
];

/// A program that stores a value of its own with each message, and looks at it before and behind the wait. Between the stack and what
/// is written there are others that are not: whoever does not know what was written does not find the value.
fn stores(kind: &(&str, &str, &str, &str), main: bool) -> String {
    let (_, before, store, load) = kind;
    let (open, close) = if main { ("return function()", "end") } else { ("", "") };
    format!(
        "local far = {{ (function()
             {before}
             return {{
                 put = function(i) local v = fresh(i); {store} end,
                 get = function() return ({load}) end,
             }}
         end)() }}
         {open}
         local last
         while true do
             local i = ask()
             junk()
             if last then check(far[1].get(), last) end
             far[1].put(i)
             junk()
             check(far[1].get(), i)
             last = i
         end
         {close}"
    )
}

#[test]
fn what_an_old_object_is_given_stays() {
    for kind in &KINDS {
        let mut process = Process::new(&stores(kind, false));
        process.age();
        for i in 1..=6 {
            process.round(i);
        }
        process.age();
        process.round(7);
    }
}

#[test]
fn what_an_object_of_an_image_is_given_stays() {
    for kind in &KINDS {
        // Coroutines, host objects with a state and native functions with upvalues are in no image.
        if ["holder", "keeper"].iter().any(|what| kind.1.contains(what)) {
            continue;
        }
        let mut process = Process::on_image(&stores(kind, true));
        process.age();
        for i in 1..=6 {
            process.round(i);
        }
        process.age();
        process.round(7);
        // Bodies become objects like others, and what is old points to new ones.
        process.lua.detach();
        process.tell(8);
        assert!(!process.lua.heap.has_old());
        process.age();
        process.round(9);
    }
}

#[test]
fn survivors_stay_round_after_round() {
    let mut process = Process::new(
        "local list = {}
         while true do
             local i = ask()
             junk()
             -- Each holds the one before.
             list.last = { fresh(i), list.last }
             local at = list.last
             for n = i, 1, -1 do check(at[1], n); at = at[2] end
             assert(at == nil)
         end",
    );
    process.age();
    for i in 1..=number(40, 12) as i64 {
        process.round(i);
    }
}

#[test]
fn a_dead_old_object_goes_with_the_next_whole_collection() {
    let mut process = Process::new(
        "local kept
         local function set(v) kept = v end
         while true do
             local i = ask()
             if i > 0 then set(fresh(i)) else set(nil) end
         end",
    );
    process.age();
    process.tell(0);
    process.collect_young();
    let empty = process.size();
    process.tell(1);
    process.collect_young();
    let held = process.size();
    // The table, its array and the string.
    let value = size_of::<Table>() + 2 * size_of::<Value>() + crate::symbol::layout("value 1".len()).size();
    assert_eq!((held.0 - empty.0, held.1 - empty.1), (value, 2));
    process.tell(0);
    process.collect_young();
    assert_eq!(process.size(), held, "it is old");
    process.age();
    assert_eq!(process.size(), empty);
}

#[test]
fn what_lives_again_after_a_young_collection_is_counted_exactly() {
    let mut process = Process::new(
        "local list = {}
         while true do
             local i = ask()
             junk()
             list[#list + 1] = fresh(i)
         end",
    );
    process.age();
    for i in 1..=8 {
        process.round(i);
        let (bytes, objects, stacks) =
            (process.lua.heap.bytes, process.lua.heap.objects, process.lua.heap.stacks);
        let (mut found, mut size, mut p) = (0, 0, process.lua.heap.head);
        // SAFETY: objects on the list are live.
        unsafe {
            while !p.is_null() {
                found += 1;
                size += match (*p).kind {
                    Kind::Str => crate::symbol::layout((*p).word as usize).size(),
                    Kind::Table => size_of::<Table>() + Table::parts_size(p.cast()),
                    Kind::Closure => crate::heap::closure_layout((*p).word as usize).size(),
                    Kind::Native => crate::heap::native_layout((*p).word as usize).size(),
                    Kind::Userdata => crate::object::Userdata::size(p.cast()),
                    Kind::Thread => size_of::<Thread>() + crate::thread::size(p.cast()),
                    Kind::Cell => size_of::<crate::object::Cell>(),
                    Kind::Texts => packed::size(p),
                };
                p = (*p).next;
            }
        }
        assert_eq!((bytes, objects), (size, found), "{stacks} of them in stacks");
    }
}

#[test]
fn a_new_coroutine_ends_it() {
    let mut process = Process::new(
        "local co = coroutine.wrap(function()
             local held
             while true do
                 local i = coroutine.yield()
                 junk()
                 if held then check(held, i - 1) end
                 held = fresh(i)
             end
         end)
         co()
         while true do
             local i = ask()
             if i == 5 then coroutine.wrap(function() end)() end
             co(i)
         end",
    );
    process.age();
    for i in 1..=4 {
        process.tell(i);
        let before = process.size();
        process.collect_young();
        // The coroutine is known to nobody but the program.
        assert!(!process.lua.heap.has_old() && process.size() == before);
        process.age();
    }
    let pin = process.lua.enter(&mut (), |cx| cx.pin(Val::int(0)));
    process.tell(5);
    assert!(!process.lua.heap.has_old(), "its stack has no barrier");
    process.age();
    process.tell(6);
    process.lua.unpin(pin);
    assert_eq!(process.lua.stats().collections, 6);
}

#[test]
fn many_coroutines_are_not_taken_for_few() {
    // With the root and that of the host more than 256 by one or two, so that a byte would count one or two.
    for extra in 0..number(4, 1) {
        let mut process = Process::new(&format!(
            "local all = {{}}
             local function body()
                 local held
                 while true do
                     local i = coroutine.yield()
                     if held then check(held, i - 1) end
                     held = fresh(i)
                 end
             end
             for i = 1, 254 + {extra} do
                 all[i] = coroutine.create(body)
                 coroutine.resume(all[i])
             end
             while true do
                 local i = ask()
                 for n = 1, #all, 50 do assert(coroutine.resume(all[n], i)) end
                 junk()
             end"
        ));
        for i in 1..=number(3, 1) as i64 {
            process.lua.collect();
            process.lua.heap.begin_young();
            assert!(!process.lua.heap.has_old());
            process.tell(i);
            assert!(process.lua.rest(&mut i64::MAX.clone(), false));
        }
    }
}

#[test]
fn many_pins_and_a_long_stack_end_it() {
    let mut process = Process::new("while true do ask(); junk() end");
    process.age();
    process.round(1);
    let pins: Vec<Pin> = process.lua.enter(&mut (), |cx| (0..600).map(|i| cx.pin(Val::int(i))).collect());
    process.tell(2);
    let before = process.size();
    process.collect_young();
    assert_eq!((process.lua.heap.has_old(), process.size()), (false, before));
    for pin in pins {
        process.lua.unpin(pin);
    }

    let mut process = Process::new(
        "local function deep(n, v)
             if n > 0 then return (deep(n - 1, fresh(n))) end
             while true do local i = ask(); junk(); check(v, 1) end
         end
         deep(200)",
    );
    process.age();
    process.tell(1);
    let before = process.size();
    process.collect_young();
    assert_eq!((process.lua.heap.has_old(), process.size()), (false, before));
    process.age();
    process.tell(2);
}

#[test]
fn more_old_objects_than_are_looked_at_end_it() {
    let mut process = Process::new(
        // Much lives, so that no whole collection begins by itself.
        "local long, chain = ('x'):rep(200000)
         while true do
             local list = {}
             for i = 1, ask() do list[i] = {} end
             chain = { list, chain }
             junk()
         end",
    );
    process.age();
    let mut rounds = 0;
    while process.lua.heap.has_old() {
        process.tell(50);
        process.collect_young();
        rounds += 1;
        assert!(rounds < 30, "{} objects", process.lua.heap.objects);
    }
    assert!(rounds > 15, "after {rounds} rounds with {} objects", process.lua.heap.objects);
    // None is old or black, so that a collection is exact.
    process.lua.collect();
    let whole = process.size();
    process.lua.collect();
    assert_eq!(process.size(), whole);
    process.lua.heap.begin_young();
    assert!(!process.lua.heap.has_old(), "there are too many");
}

/// Three strings in one block, and the bytes of that.
fn strings(process: &mut Process) -> (crate::Fragment, usize) {
    let message = process.lua.enter(&mut (), |cx| {
        let t = cx.table(3, 0);
        for i in 0..3 {
            let text = cx.string(format!("a text of number {i}").as_bytes());
            cx.set_int(t, i + 1, text).expect("it can be written");
        }
        cx.copy_out(&[t.val()]).expect("plain data")
    });
    process.collect_young();
    (message, 24 + 3 * packed::stride("a text of number 0".len()))
}

#[test]
fn strings_of_a_message_are_kept_by_one_of_them() {
    // Where it is kept: in an old table, in an old cell, on the stack.
    for source in [
        "kept = 0; while true do kept = ask() end",
        "local kept; function get() return kept end; while true do kept = ask() end",
        "local kept; while true do local new = ask(); assert(kept ~= new); kept = new end",
    ] {
        let mut process = Process::new(source);
        process.age();
        let (message, block) = strings(&mut process);
        let empty = process.size();
        for i in 0..3 {
            process.lua.enter(&mut (), |cx| {
                let mut copy = message.share();
                let t = cx.adopt_one(&mut copy).expect("it fits").as_table().expect("a table");
                let thread = cx.pinned(&process.root);
                assert!(cx.deliver(thread, &[t.get_int(i + 1)]));
            });
            process.run();
            for _ in 0..2 {
                process.collect_young();
                // The block with all three; those of the rounds before are old.
                let blocks = i as usize + 1;
                assert_eq!(process.size(), (empty.0 + blocks * block, empty.1 + 3 * blocks));
            }
        }
        process.tell(0);
        process.age();
        assert_eq!(process.size(), empty);
    }
}

#[test]
fn what_is_pinned_stays() {
    let mut process = Process::new("while true do ask(); junk() end");
    process.age();
    let (message, block) = strings(&mut process);
    let empty = process.size();
    let (table, text) = process.lua.enter(&mut (), |cx| {
        let table = cx.table(0, 0);
        cx.set_int(table, 0, 77).expect("it can be written");
        let t = cx.adopt(&message).expect("it fits")[0].as_table().expect("a table");
        (cx.pin(table.val()), cx.pin(t.get_int(2)))
    });
    for i in 1..=3 {
        process.round(i);
        assert_eq!(process.size(), (empty.0 + block + size_of::<Table>() + 2 * 32, empty.1 + 4));
    }
    process.lua.enter(&mut (), |cx| {
        let t = cx.pinned(&table).as_table().expect("a table");
        assert_eq!(t.get_int(0).as_int(), Some(77));
        assert_eq!(cx.pinned(&text).as_bytes(), Some(&b"a text of number 1"[..]));
    });
    process.lua.unpin(table);
    process.lua.unpin(text);
    process.age();
    assert_eq!(process.size(), empty);
}

/// Numbers that look random.
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % n
    }
}

/// Numbers of the tables that are reachable, each of which knows its own under key 0.
fn reachable(root: Value) -> Vec<i64> {
    let (mut found, mut open) = (Vec::new(), vec![root]);
    while let Some(v) = open.pop() {
        // SAFETY: a table that is reachable is live.
        unsafe {
            let number = Table::get_int(v.as_table(), 0);
            assert!(number.is_int());
            if !found.contains(&number.as_int()) {
                found.push(number.as_int());
                open.extend(
                    (1..=SLOTS_EACH).map(|i| Table::get_int(v.as_table(), i)).filter(|v| v.is_table()),
                );
            }
        }
    }
    found
}

const SLOTS_EACH: i64 = 4;

#[test]
fn random_graphs_are_collected_exactly() {
    for seed in 0..number(60, 2) as u64 {
        let mut random = Random(seed);
        let mut next = 0;
        let mut made = |heap: &mut Heap| {
            let t = heap.new_table(0, 0);
            // SAFETY: the table is live.
            unsafe { Table::set(heap, t, Value::int(0), Value::int(next)).expect("it can be written") }
            next += 1;
            Value::table(t)
        };
        let mut heap = Heap::new(1 << 30);
        let roots = [made(&mut heap)];
        let pin = heap.pin(Value::NIL);
        heap.unpin(pin);
        let roots = Roots { values: &roots, current: ptr::null_mut() };
        let mut young = 0;
        for round in 0..number(200, 40) {
            for _ in 0..random.below(12) {
                // Walks to a table and stores there: nothing, a new table, or one that was there.
                let walk = |random: &mut Random| {
                    let mut at = roots.values[0];
                    for _ in 0..random.below(6) {
                        let i = 1 + random.below(SLOTS_EACH as usize) as i64;
                        // SAFETY: a table that is reachable is live.
                        let v = unsafe { Table::get_int(at.as_table(), i) };
                        if v.is_table() {
                            at = v;
                        }
                    }
                    at
                };
                let (to, i) = (walk(&mut random), 1 + random.below(SLOTS_EACH as usize) as i64);
                let v = match random.below(4) {
                    0 => Value::NIL,
                    1 => walk(&mut random),
                    _ => made(&mut heap),
                };
                // SAFETY: both are live.
                unsafe { Table::set(&mut heap, to.as_table(), Value::int(i), v).expect("it can be written") }
            }
            let before = reachable(roots.values[0]);
            if round % 9 == 0 {
                heap.collect_full(&roots);
                assert_eq!(heap.objects, before.len());
                heap.begin_young();
            } else if heap.has_old() {
                heap.collect_young(&roots);
                young += usize::from(heap.has_old());
            }
            assert_eq!(reachable(roots.values[0]), before);
        }
        assert!(young > number(40, 8), "{young} young collections");
    }
}

#[test]
fn a_process_that_waits_keeps_its_size() {
    let mut process = Process::new(
        "local state = { count = 0 }
         local function handle(i)
             local t = { 'message ' .. i, { i } }
             state.count = state.count + #t
             return function() return t end
         end
         while true do handle(ask())() end",
    );
    let rest = |process: &mut Process| assert!(process.lua.rest(&mut i64::MAX.clone(), false));
    rest(&mut process);
    for i in 0..3 {
        process.tell(100 + i);
        rest(&mut process);
    }
    let (stats, freed) = (process.lua.stats(), process.lua.freed());
    let rounds = number(1000, 20);
    for i in 0..rounds {
        process.tell(100 + i as i64 % 900);
        assert!(process.lua.stats().bytes > stats.bytes + 256);
        rest(&mut process);
        let now = process.lua.stats();
        assert_eq!((now.bytes, now.objects), (stats.bytes, stats.objects), "round {i}");
    }
    assert_eq!(process.lua.stats().collections, stats.collections, "no whole collection was needed");
    assert!(process.lua.freed() > freed + 256 * rounds);
}

#[test]
fn stress_collects_what_is_young() {
    let proto = compile(&format!(
        "{BEGIN}
         local state = {{}}
         for i = 1, {} do
             state[i % 7 + 1] = fresh(i)
             state['k' .. i % 5] = {{ state[i % 7 + 1] }}
             check(state['k' .. i % 5][1], i)
             if i % 50 == 0 then junk() end
         end
         return 'done'",
        number(400, 40)
    ));
    let mut lua = Lua::new(statics(), Options { stress: true, ..Options::default() });
    let root = lua.enter(&mut (), |cx| {
        let main = cx.load(proto);
        let thread = cx.thread(main, &[]);
        cx.pin(thread)
    });
    let (mut young, mut freed) = (0, 0);
    loop {
        let (cycles, swept, old) = (lua.heap.gc.cycles, lua.heap.swept, lua.heap.gc.old);
        let run = lua.run(&root, &mut 1, &mut ());
        let heap = &lua.heap;
        // Only a young collection moves the beginning of the old ones.
        let moved = !old.is_null() && heap.has_old() && heap.gc.old != old;
        young += usize::from(moved && heap.gc.cycles == cycles);
        freed += usize::from(moved && heap.swept != swept);
        match run {
            Run::OutOfFuel => {}
            Run::Finished => break,
            other => panic!("{other:?}"),
        }
    }
    assert!(
        young > number(100, 5) && freed > number(10, 0),
        "{young} young collections, {freed} freed something"
    );
}
