//! The interface for embedders: running, waiting, delivering, fuel, quota, pins, fragments, userdata.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::sync::{Arc, LazyLock};

use lua_vm::{
    Cx, ErrorObject, Lua, NativeDef, NativeResult, NotPortable, Options, Pin, Proto, Run, Statics,
    StaticsBuilder, UserdataType, View,
};

/// Interpreted by Miri, small numbers are enough.
fn number(of: usize, under_miri: usize) -> usize {
    if cfg!(miri) { under_miri } else { of }
}

struct Counter(std::cell::Cell<i64>);

fn ask(cx: &mut Cx<'_>) -> NativeResult {
    cx.wait(None)
}

fn ask_twice(cx: &mut Cx<'_>) -> NativeResult {
    cx.wait(Some(ask_again))
}

fn ask_again(cx: &mut Cx<'_>) -> NativeResult {
    let first = cx.result(0);
    cx.set_len(0);
    cx.push(first);
    cx.wait(Some(add))
}

fn add(cx: &mut Cx<'_>) -> NativeResult {
    let sum = cx.slot(0).as_int().unwrap() + cx.result(0).as_int().unwrap();
    cx.ret(sum)
}

fn counter(cx: &mut Cx<'_>) -> NativeResult {
    let u = cx.userdata(Counter(0.into()), &[]);
    cx.ret(u)
}

fn increment(cx: &mut Cx<'_>) -> NativeResult {
    let c = cx.check_userdata::<Counter>(0)?;
    c.0.set(c.0.get() + 1);
    cx.ret(c.0.get())
}

fn note(cx: &mut Cx<'_>) -> NativeResult {
    let text = cx.check_str(0)?.to_owned();
    cx.host::<Vec<String>>().push(text);
    cx.ret0()
}

/// Made once: under Miri that takes longer than most tests.
fn statics() -> Arc<Statics> {
    static STATICS: LazyLock<Arc<Statics>> = LazyLock::new(fresh_statics);
    STATICS.clone()
}

fn fresh_statics() -> Arc<Statics> {
    let mut b = StaticsBuilder::new();
    b.func("ask", ask).func("ask_twice", ask_twice).func("counter", counter).func("note", note);
    b.userdata(UserdataType::new::<Counter>("counter").method("increment", increment));
    b.build()
}

fn compile(source: &str) -> Arc<Proto> {
    let parsed = lua_syntax::parse(source.as_bytes());
    assert!(parsed.errors.is_empty(), "{:?}", parsed.errors);
    lua_vm::compile(&parsed.chunk, "test", &lua_syntax::LineIndex::new(source.as_bytes())).unwrap()
}

fn start(lua: &mut Lua, source: &str) -> Pin {
    let proto = compile(source);
    lua.enter(&mut (), |cx| {
        let f = cx.load(proto);
        let t = cx.thread(f, &[]);
        cx.pin(t)
    })
}

fn process(source: &str) -> (Lua, Pin) {
    let mut lua = Lua::new(statics(), Options::default());
    let root = start(&mut lua, source);
    (lua, root)
}

/// Runs with `slice` of fuel until something else than its end happens.
fn run(lua: &mut Lua, root: &Pin, slice: i64) -> Run {
    loop {
        let mut fuel = slice;
        match lua.run(root, &mut fuel, &mut ()) {
            Run::OutOfFuel => {}
            other => return other,
        }
    }
}

fn outcome(lua: &mut Lua, root: &Pin) -> Vec<String> {
    lua.enter(&mut (), |cx| {
        let t = cx.pinned(root);
        cx.outcome(t).into_iter().map(|v| cx.plain_text(v)).collect()
    })
}

fn deliver(lua: &mut Lua, root: &Pin, i: i64) -> bool {
    lua.enter(&mut (), |cx| {
        let t = cx.pinned(root);
        cx.deliver(t, &[i.into()])
    })
}

#[test]
fn a_wait_inside_nested_coroutines_goes_on_in_the_innermost() {
    let source = "
        local function each(n)
          return coroutine.wrap(function()
            for i = 1, n do
              local ok, v = pcall(function() return ask(i) end)
              coroutine.yield(v)
            end
          end)
        end
        local sum = 0
        for v in each(3) do sum = sum + v end
        return sum, select('#', ask())";
    for slice in [1, 10_000] {
        let (mut lua, root) = process(source);
        for i in [10, 20, 30, 40] {
            assert!(matches!(run(&mut lua, &root, slice), Run::Waiting));
            assert!(matches!(run(&mut lua, &root, slice), Run::Waiting), "still waits without a delivery");
            assert!(deliver(&mut lua, &root, i));
            assert!(!deliver(&mut lua, &root, i), "one delivery a wait");
        }
        assert!(matches!(run(&mut lua, &root, slice), Run::Finished));
        assert_eq!(outcome(&mut lua, &root), ["60", "1"]);
    }
}

#[test]
fn a_delivered_error_is_raised_where_the_wait_was() {
    let (mut lua, root) = process("local ok, e = pcall(ask) return ok, e:message(), e:kind()");
    assert!(matches!(run(&mut lua, &root, 100), Run::Waiting));
    lua.enter(&mut (), |cx| {
        let e = cx.userdata(ErrorObject::new("gone").with_kind("NotFound"), &[]).val();
        let t = cx.pinned(&root);
        assert!(cx.deliver_raise(t, e));
    });
    assert!(matches!(run(&mut lua, &root, 100), Run::Finished));
    assert_eq!(outcome(&mut lua, &root), ["false", "gone", "NotFound"]);
}

#[test]
fn a_continuation_sees_what_was_delivered_and_may_wait_again() {
    let (mut lua, root) = process("return ask_twice()");
    for i in [1, 2] {
        assert!(matches!(run(&mut lua, &root, 100), Run::Waiting));
        assert!(deliver(&mut lua, &root, i));
    }
    assert!(matches!(run(&mut lua, &root, 100), Run::Finished));
    assert_eq!(outcome(&mut lua, &root), ["3"]);
}

#[test]
fn a_root_yields_to_the_host_and_goes_on() {
    let (mut lua, root) = process("local a = coroutine.yield(1, 2) local b = coroutine.yield(a) return b");
    assert!(matches!(run(&mut lua, &root, 100), Run::Yielded));
    assert_eq!(outcome(&mut lua, &root), ["1", "2"]);
    assert!(deliver(&mut lua, &root, 7));
    assert!(matches!(run(&mut lua, &root, 100), Run::Yielded));
    assert_eq!(outcome(&mut lua, &root), ["7"]);
    assert!(matches!(run(&mut lua, &root, 100), Run::Finished));
    assert_eq!(outcome(&mut lua, &root), ["nil"]);
}

#[test]
fn roots_run_by_turns_and_share_the_globals() {
    let (mut lua, a) = process("for i = 1, 3 do n = (n or 0) + 1 ask() end return n");
    let b = start(&mut lua, "for i = 1, 3 do n = (n or 0) + 10 ask() end return n");
    for _ in 0..3 {
        for root in [&a, &b] {
            assert!(matches!(run(&mut lua, root, 5), Run::Waiting));
            assert!(deliver(&mut lua, root, 0));
        }
    }
    assert!(matches!(run(&mut lua, &a, 5), Run::Finished));
    assert_eq!(outcome(&mut lua, &a), ["33"]);
    assert!(matches!(run(&mut lua, &b, 5), Run::Finished));
}

#[test]
fn an_endless_loop_uses_up_its_fuel_again_and_again() {
    for source in [
        "while true do end",
        "local function f() return f() end f()",
        "::top:: goto top",
        "repeat until false",
    ] {
        let (mut lua, root) = process(source);
        for _ in 0..number(1000, 20) {
            let mut fuel = 50;
            assert!(matches!(lua.run(&root, &mut fuel, &mut ()), Run::OutOfFuel), "{source}");
            assert!(fuel <= 0);
        }
    }
}

#[test]
fn exceeding_the_quota_ends_the_process_past_every_pcall() {
    let sources = [
        "local function f(n) return 1 + f(n + 1) end pcall(f, 1)",
        "local t = {} pcall(function() for i = 1, 1e9 do t[i] = i end end)",
        "local t = {} pcall(function() for i = 1, 1e9 do t['k' .. i] = i end end)",
        "local s = 'x' pcall(function() while true do s = s .. s end end)",
        "pcall(string.rep, 'x', 1 << 30)",
        "local function g() return pcall(g) end g()",
        "local function co() return coroutine.wrap(co)() end pcall(co)",
        "local t = setmetatable({}, {__index = function(t, k) return t[k + 1] end}) pcall(function() return t[1] end)",
    ];
    for source in sources {
        let quota = number(4 << 20, 128 << 10);
        let mut lua = Lua::new(statics(), Options { quota, ..Options::default() });
        let root = start(&mut lua, source);
        assert!(matches!(run(&mut lua, &root, 100_000), Run::Dead), "{source}");
        assert!(matches!(run(&mut lua, &root, 100_000), Run::Dead), "dead stays dead");
    }
}

/// What natives keep outside the heap for objects and for calls that are not over counts, too.
#[test]
fn memory_of_natives_counts_against_the_quota() {
    let (quota, long, some) = (number(4 << 20, 128 << 10), number(1 << 17, 1 << 12), number(4000, 400));
    let kept = format!(
        "local kept, long, some = {{}}, ('x'):rep({long}), ('y'):rep({some})
        local function suspended(f) local co = coroutine.wrap(f) co() return co end
        local items = {{}} for i = 1, 30 do items[i] = some end
        items[31] = setmetatable({{}}, {{__tostring = function() coroutine.yield() return '' end}})
        for i = 1, 100 do kept[i] = "
    );
    let values = [
        "errors.new(long)",
        "errors.wrap('cause', long)",
        "(function() local t = {} for j = 1, 50 do t[j] = errors.new{message = 'm', kind = long} end return t end)()",
        "errors.new{message = 'm', details = {long}}",
        "errors.wrap(errors.new(long), 'context'):cause()",
        "suspended(function() local n = 0
            long:gsub('.', function() n = n + 1 if n == 30 then coroutine.yield() end return some end) end)",
        "suspended(function() return (('%s'):rep(31)):format(table.unpack(items)) end)",
    ];
    for value in values {
        let options = Options { quota, ..Options::default() };
        let mut lua = Lua::new(statics(), options);
        let root = start(&mut lua, &format!("{kept} {value} end"));
        assert!(matches!(run(&mut lua, &root, 100_000), Run::Dead), "{value}");
        // What is not kept counts for a while only.
        let mut lua = Lua::new(statics(), options);
        let root = start(&mut lua, &format!("{kept} {value} kept[i] = nil end"));
        assert!(matches!(run(&mut lua, &root, 100_000), Run::Finished), "{value}");
        lua.collect();
        assert!(lua.stats().bytes < quota / 4, "{value}: {:?}", lua.stats());
    }
}

#[test]
fn who_allocates_is_met_in_the_act() {
    let source = "local function hog(n) local t = {} for i = 1, n do t[i] = {i} end return #t end
        local function idle(n) local s = 0 for i = 1, n do s = s + i end return s end
        for i = 1, 200 do idle(100) hog(100) end
        coroutine.wrap(function() for i = 1, 100 do hog(100) end end)()";
    for stress in [false, true] {
        let mut lua = Lua::new(statics(), Options { stress, ..Options::default() });
        let root = start(&mut lua, source);
        let (mut bytes, mut objects, mut stops) = (0, 0, 0);
        loop {
            let (before, mut fuel) = (lua.allocated(), i64::MAX);
            lua.watch(10_000);
            let run = lua.run(&root, &mut fuel, &mut ());
            lua.unwatch();
            let after = lua.allocated();
            bytes += after.0.wrapping_sub(before.0);
            objects += after.1.wrapping_sub(before.1);
            if matches!(run, Run::Finished) {
                break;
            }
            assert!(matches!(run, Run::OutOfFuel) && fuel > 0, "{run:?}");
            if after.0.wrapping_sub(before.0) >= 10_000 {
                stops += 1;
                let mut stack = Vec::new();
                lua.stack(&root, 9, &mut |proto, line| stack.push((proto.name().to_owned(), line)));
                assert_eq!(stack[0], ("hog".to_owned(), 1), "{stack:?}");
                assert_eq!(stack.last().unwrap().0, "main chunk");
            }
        }
        assert!((30_000..34_000).contains(&objects), "{objects} objects");
        assert!(bytes > 30_000 * 48 && (stress || stops > bytes / 25_000), "{bytes} bytes, {stops} stops");
    }
}

#[test]
fn garbage_does_not_count_against_the_quota_for_long() {
    let (quota, rounds) = (number(1 << 20, 64 << 10), number(200_000, 2000));
    let mut lua = Lua::new(statics(), Options { quota, ..Options::default() });
    let body = "local t = {i, tostring(i), function() return i end}";
    let root = start(&mut lua, &format!("for i = 1, {rounds} do {body} end"));
    assert!(matches!(run(&mut lua, &root, 1000), Run::Finished));
    lua.collect();
    assert!(lua.stats().bytes < 32 << 10, "{:?}", lua.stats());
}

#[test]
fn garbage_of_the_smallest_objects_does_not_pile_up() {
    let rounds = number(1_000_000, 5000);
    let (mut lua, root) =
        process(&format!("local words = {{}} for i = 1, {rounds} do words[i % 64] = 'w' .. i end"));
    let mut most = 0;
    while !matches!(lua.run(&root, &mut 10_000, &mut ()), Run::Finished) {
        most = most.max(lua.stats().bytes);
    }
    assert!(most < 256 << 10, "{most} bytes for 64 strings");
}

#[test]
fn a_raise_that_nobody_catches_has_a_traceback() {
    let (mut lua, root) =
        process("local function f()\n error({code = 1})\nend\nlocal function g()\n f()\n return 1\nend\ng()");
    let Run::Raised(trace) = run(&mut lua, &root, 100) else { panic!("it raises") };
    let lines: Vec<_> = trace.iter().map(|f| (f.name.as_str(), f.line)).collect();
    assert_eq!(lines, [("f", 2), ("g", 5), ("main chunk", 8)]);
    assert!(outcome(&mut lua, &root)[0].starts_with("table: "));
}

fn traced(source: &str) -> Vec<String> {
    let (mut lua, root) = process(source);
    let Run::Raised(trace) = run(&mut lua, &root, 100_000) else { panic!("it raises") };
    trace.iter().map(ToString::to_string).collect()
}

#[test]
fn a_traceback_goes_through_wrapped_coroutines() {
    let source = "local function inner()\n error('x')\nend
local outer = coroutine.wrap(function()\n coroutine.wrap(function() inner() end)()\nend)\nouter()";
    let expected = ["2: in inner", "5: in anonymous", "5: in anonymous", "7: in main chunk"];
    assert_eq!(traced(source), expected.map(|line| format!("test:{line}")));
    // What was caught on the way leaves nothing behind.
    let source = "pcall(coroutine.wrap(function() error('caught') end))
local co = coroutine.create(function() error('given back') end) coroutine.resume(co)
error('other')";
    assert_eq!(traced(source), ["test:3: in main chunk"]);
    let depth = number(1000, 100);
    let deep = "local function f(n) if n == 0 then error('x') end return 1 + coroutine.wrap(f)(n - 1) end";
    assert!(traced(&format!("{deep} f({depth})")).len() <= 160);
}

#[test]
fn functions_are_called_in_tracebacks_what_they_are_assigned_to() {
    let bodies = [
        ("local a = function() error() end a()", "a"),
        ("b = function() error() end b()", "b"),
        ("local t = {c = function() error() end} t.c()", "c"),
        ("local t = {} t.d = function() error() end t.d()", "t.d"),
        ("local t = {u = {}} function t.u.e() error() end t.u.e()", "t.u.e"),
        ("local t = {} function t:f() error() end t:f()", "t:f"),
        ("local function g() error() end g()", "g"),
        ("(function() error() end)()", "anonymous"),
        ("local t = {[1] = function() error() end} t[1]()", "anonymous"),
        ("local a = (function() return function() error() end end)() a()", "anonymous"),
    ];
    for (source, name) in bodies {
        assert_eq!(traced(source)[0], format!("test:1: in {name}"), "{source}");
    }
}

#[test]
fn the_host_is_reached_from_natives() {
    let (mut lua, root) = process("note('a') note('b')");
    let mut host: Vec<String> = Vec::new();
    let mut fuel = 1000;
    assert!(matches!(lua.run(&root, &mut fuel, &mut host), Run::Finished));
    assert_eq!(host, ["a", "b"]);
}

#[test]
fn userdata_have_methods_and_are_checked() {
    let source = "
        local c = counter()
        c:increment()
        local ok, e = pcall(c.increment, 5)
        local ok2, e2 = pcall(function() c.x = 1 end)
        return c:increment(), type(c), e, e2";
    let (mut lua, root) = process(source);
    assert!(matches!(run(&mut lua, &root, 100), Run::Finished));
    let out = outcome(&mut lua, &root);
    assert_eq!(out[..2], ["2", "userdata"]);
    assert_eq!(out[2], "bad argument #1 to 'increment' (counter expected, got number)");
    assert!(out[3].contains("attempt to index a counter value"), "{}", out[3]);
}

#[test]
fn fragments_keep_shape_and_name_what_cannot_travel() {
    let source = "
        local shared = {1, 2, nil, 4}
        local t = {a = shared, b = shared, name = ('x'):rep(300), [2.5] = true, [true] = -0.0}
        t.self = t
        t.err = errors.new({message = 'm', kind = 'Invalid', details = {n = 1}})
        good = setmetatable(t, {__index = {hidden = 1}})
        bad = {1, {callback = print2 or function() end}}
        worse = {[{}] = coroutine.create(function() end)}";
    let (mut lua, root) = process(source);
    assert!(matches!(run(&mut lua, &root, 1000), Run::Finished));
    let fragment = lua.enter(&mut (), |cx| {
        let g = cx.globals();
        let at = |name: &str| g.get_field(name);
        let error: NotPortable = cx.copy_out(&[at("bad")]).unwrap_err();
        assert_eq!((error.path.as_str(), error.what), ("[2].callback", "function"));
        assert_eq!(cx.copy_out(&[at("worse")]).unwrap_err().what, "thread");
        cx.copy_out(&[at("good"), 5.into()]).unwrap()
    });
    drop(lua);
    assert!(fragment.size() > 300);
    let texts = std::thread::spawn(move || {
        let mut lua = Lua::new(statics(), Options::default());
        let proto = compile(
            "local t = ...
             return t.self == t, t.a == t.b, #t.a, t.a[4], t.name == ('x'):rep(300), t[2.5], 1 / t[true],
                    t.hidden, t.err:kind(), t.err:details().n, getmetatable(t)",
        );
        let root = lua.enter(&mut (), |cx| {
            let values = cx.adopt(&fragment).unwrap();
            assert_eq!(values.len(), 2);
            assert!(matches!(values[1].view(), View::Int(5)));
            let f = cx.load(proto);
            let t = cx.thread(f, &values);
            cx.pin(t)
        });
        let done = run(&mut lua, &root, 100);
        assert!(matches!(done, Run::Finished), "{done:?} {:?}", outcome(&mut lua, &root));
        outcome(&mut lua, &root)
    })
    .join()
    .unwrap();
    assert_eq!(texts, ["true", "true", "4", "4", "true", "true", "-inf", "nil", "Invalid", "1", "nil"]);
}

/// Strings of a message share blocks. Whoever takes a message over, whole or as a copy, may drop its strings in any order,
/// keep single ones, and collect between; the bytes come back when no string of a block is reached any more.
#[test]
fn strings_of_a_message_live_and_die_with_their_block() {
    // One more is a multiple of seven.
    let many = number(300, 62);
    let source = format!(
        "message = {{}}
        for i = 1, {many} do message[i] = ('s'):rep(i) .. i end
        message.long, message.longer = ('l'):rep(5000), ('L'):rep(2000000)"
    );
    let (mut lua, root) = process(&source);
    assert!(matches!(run(&mut lua, &root, 1000), Run::Finished));
    let mut fragment = lua.enter(&mut (), |cx| {
        let message = cx.globals().get_field("message");
        cx.copy_out(&[message]).unwrap()
    });
    drop(lua);
    for stress in [false, true] {
        for take in [false, true] {
            let options = Options { stress, ..Options::default() };
            let mut lua = Lua::new(statics(), options);
            lua.collect();
            let empty = lua.stats().bytes;
            let proto = compile(&format!(
                "local message = ...
                 local kept = {{}}
                 for i = #message, 1, -1 do
                     if i % 7 == 0 then kept[#kept + 1] = message[i] end
                     message[i] = nil
                 end
                 assert(message.long == ('l'):rep(5000) and #message.longer == 2000000)
                 message.long, message.longer = nil, nil
                 for n, text in ipairs(kept) do
                     local i = {many} + 1 - n * 7
                     assert(text == ('s'):rep(i) .. i, i)
                 end
                 return #kept"
            ));
            let mut copy = lua_vm::Fragment::default();
            if take {
                let pin = lua.enter(&mut (), |cx| {
                    let again = cx.adopt(&fragment).unwrap()[0];
                    cx.pin(again)
                });
                copy = lua.enter(&mut (), |cx| {
                    let again = cx.pinned(&pin);
                    cx.unpin(pin);
                    cx.copy_out(&[again]).unwrap()
                });
            }
            let root = lua.enter(&mut (), |cx| {
                let values = if take { cx.adopt_all(&mut copy) } else { cx.adopt(&fragment) }.unwrap();
                assert!(copy.is_empty());
                let f = cx.load(proto);
                let t = cx.thread(f, &values);
                cx.pin(t)
            });
            let done = run(&mut lua, &root, 1000);
            assert!(matches!(done, Run::Finished), "{done:?} {:?}", outcome(&mut lua, &root));
            assert_eq!(outcome(&mut lua, &root), [(many / 7).to_string()]);
            lua.unpin(root);
            lua.collect();
            lua.collect();
            let left = lua.stats().bytes;
            assert!(left < empty + 4096, "{left} bytes after {empty}");
        }
    }
    // What nobody took goes with the fragment.
    fragment = lua_vm::Fragment::default();
    assert!(fragment.is_empty());
}

#[test]
fn deep_fragments_need_no_native_stack() {
    let depth = number(200_000, 2000);
    let (mut lua, root) = process(&format!("t = {{}} for i = 1, {depth} do t = {{t}} end"));
    assert!(matches!(run(&mut lua, &root, 1000), Run::Finished));
    lua.enter(&mut (), |cx| {
        let t = cx.globals().get_field("t");
        let f = cx.copy_out(&[t]).unwrap();
        assert_eq!(cx.adopt(&f).unwrap().len(), 1);
    });
}

#[test]
fn pins_keep_values_and_give_them_back() {
    let mut lua = Lua::new(statics(), Options::default());
    let pin = lua.enter(&mut (), |cx| {
        let s = cx.string(b"kept alive by a pin");
        cx.pin(s)
    });
    lua.collect();
    lua.enter(&mut (), |cx| assert_eq!(cx.pinned(&pin).as_bytes(), Some(&b"kept alive by a pin"[..])));
    let before = lua.stats().objects;
    lua.unpin(pin);
    lua.collect();
    assert_eq!(lua.stats().objects, before - 1);
}

#[test]
fn an_idle_process_is_small() {
    let (mut lua, root) = process("local t = {1, 2, name = 'x'} function f() return t end ask()");
    assert!(matches!(run(&mut lua, &root, 1000), Run::Waiting));
    lua.collect();
    let bytes = lua.stats().bytes + size_of::<Lua>();
    assert!(bytes < 4096, "{bytes} bytes");
}

#[test]
fn processes_are_send() {
    fn send<T: Send>() {}
    send::<Lua>();
    send::<lua_vm::Fragment>();
}

#[test]
fn libraries_travel_by_reference_within_one_runtime_only() {
    let statics = statics();
    let mut from = Lua::new(Arc::clone(&statics), Options::default());
    let fragment = from.enter(&mut (), |cx| {
        let string = cx.globals().get_field("string");
        cx.copy_out(&[string]).unwrap()
    });
    let mut to = Lua::new(statics, Options::default());
    to.enter(&mut (), |cx| {
        let v = cx.adopt(&fragment).unwrap()[0];
        assert!(v.raw_eq(cx.globals().get_field("string")));
    });
    let mut stranger = Lua::new(fresh_statics(), Options::default());
    drop((from, to));
    stranger.enter(&mut (), |cx| assert!(cx.adopt(&fragment).is_err()));
}

#[test]
fn a_panic_in_a_native_leaves_a_dead_process_that_can_be_dropped() {
    let mut b = StaticsBuilder::new();
    b.func("boom", |_| panic!("on purpose"));
    let mut lua = Lua::new(b.build(), Options::default());
    let root = start(&mut lua, "local t = {} for i = 1, 100 do t[i] = {} end pcall(boom)");
    let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| run(&mut lua, &root, 1000)));
    assert!(caught.is_err());
    assert!(matches!(run(&mut lua, &root, 1000), Run::Dead));
}

#[test]
fn a_process_that_is_taken_out_or_whose_memory_is_taken_can_be_dropped_and_asked() {
    let (mut lua, root) = process("kept = ('x'):rep(1 << 20) ask()");
    assert!(matches!(run(&mut lua, &root, 1_000_000), Run::Waiting));
    let mut taken = lua.take();
    lua.collect();
    assert!(matches!(run(&mut lua, &root, 1_000_000), Run::Dead));
    assert_eq!((lua.stats().bytes, lua.is_dead()), (0, true));

    let mut remains = taken.take_remains().expect("it is large");
    while !remains.free_slice() {}
    taken.collect();
    taken.rest(&mut i64::MAX.clone(), false);
    taken.detach();
    taken.keep_pins(std::iter::empty());
    assert!(matches!(run(&mut taken, &root, 1_000_000), Run::Dead));
    assert_eq!(taken.pins().payload::<Counter>(&root).map(|_| ()), None);
}

#[test]
fn a_process_that_waits_shortly_keeps_a_little_garbage() {
    let (mut lua, root) = process("while true do local t = ('x'):rep(ask()) end");
    let rest = |lua: &mut Lua, shortly: bool| assert!(lua.rest(&mut i64::MAX.clone(), shortly));
    let make = |lua: &mut Lua, bytes: i64| {
        assert!(deliver(lua, &root, bytes));
        assert!(matches!(run(lua, &root, 1_000_000), Run::Waiting));
    };
    assert!(matches!(run(&mut lua, &root, 1_000_000), Run::Waiting));
    make(&mut lua, 3000);
    make(&mut lua, 0);
    rest(&mut lua, true);
    assert!(!lua.can_wait() && lua.stats().collections == 1, "what it began with goes at once");
    let base = lua.stats().bytes;

    make(&mut lua, 4000);
    make(&mut lua, 0);
    rest(&mut lua, true);
    assert!(lua.can_wait() && lua.stats().bytes > base + 4000, "a little is kept");
    rest(&mut lua, false);
    assert!(!lua.can_wait() && lua.stats().bytes < base + 100, "not for long");

    make(&mut lua, 20_000);
    make(&mut lua, 0);
    rest(&mut lua, true);
    assert!(lua.stats().bytes < base + 100, "much is not");
}

#[test]
#[should_panic(expected = "enter is not called")]
fn a_process_without_memory_is_not_entered() {
    let (mut lua, root) = process("kept = ('x'):rep(1 << 20)");
    assert!(matches!(run(&mut lua, &root, 1_000_000), Run::Finished));
    drop(lua.take_remains().expect("it is large"));
    lua.enter(&mut (), |cx| cx.table(0, 0).len());
}

#[test]
fn the_host_has_no_upvalues() {
    let (mut lua, _) = process("");
    assert!(lua.enter(&mut (), |cx| cx.upvalue(0).is_nil() && cx.name() == "?"));
}

fn own_name(cx: &mut Cx<'_>) -> NativeResult {
    let name = cx.check_str(1)?.to_owned();
    let shared = cx.arg(0).as_bytes().unwrap().to_vec();
    let own = cx.string(format!("own {name}, not {}", String::from_utf8_lossy(&shared)).as_bytes());
    cx.ret(own)
}

#[test]
fn free_names_that_a_unit_imports_are_asked_for_where_they_mean_different_things() {
    let mut b = StaticsBuilder::new();
    b.name_linker(NativeDef::local("import", own_name));
    let statics = b.build();
    // The names lie beyond the constants that instructions reach.
    let far: String = (0..number(70_000, 100)).map(|n| format!("{n}.25,")).collect();
    for before in [String::new(), format!("local _ = {{{far}}} ")] {
        let source = before
            + "x, y = 'X', 'Y' local function f() return x end local g = f() return x, y, g, #x, _G.x, x == y";
        let parsed = lua_syntax::parse(source.as_bytes());
        let lines = lua_syntax::LineIndex::new(source.as_bytes());
        let proto = lua_vm::compile_unit(&parsed.chunk, "test", &lines, &["x".into(), "z".into()]).unwrap();
        for (own_names, expected) in [
            (true, ["own x, not X", "Y", "own x, not X", "12", "X", "false"]),
            (false, ["X", "Y", "X", "1", "X", "false"]),
        ] {
            let mut lua = Lua::new(statics.clone(), Options { own_names, ..Options::default() });
            let proto = proto.clone();
            let root = lua.enter(&mut (), |cx| {
                let f = cx.load(proto);
                let t = cx.thread(f, &[]);
                cx.pin(t)
            });
            assert!(matches!(run(&mut lua, &root, 1), Run::Finished));
            assert_eq!(outcome(&mut lua, &root), expected);
        }
    }
}
