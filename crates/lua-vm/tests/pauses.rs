//! No program holds its worker: steps are bounded, and natives are paid for.
//!
//! Measured in units of fuel, a nanosecond or a few each, never in time.

#![allow(clippy::unwrap_used, reason = "tests")]

use lua_vm::{Lua, Options, Pin, Run, StaticsBuilder};

/// Units by which a slice may go beyond its end.
const BEYOND: i64 = 100_000;
const SLICE: i64 = 10_000;

/// What a program took.
struct Figures {
    beyond: i64,
    total: i64,
    collections: u64,
}

/// A process that is to run a program.
fn start(source: &str, quota: usize) -> (Lua, Pin) {
    let parsed = lua_syntax::parse(source.as_bytes());
    assert!(parsed.errors.is_empty(), "{source}: {:?}", parsed.errors);
    let lines = lua_syntax::LineIndex::new(source.as_bytes());
    let proto = lua_vm::compile(&parsed.chunk, "case", &lines).unwrap();
    let mut lua = Lua::new(StaticsBuilder::new().build(), Options { quota, ..Options::default() });
    let root = lua.enter(&mut (), |cx| {
        let f = cx.load(proto);
        let t = cx.thread(f, &[]);
        cx.pin(t)
    });
    (lua, root)
}

/// How a program ends, the units by which its slices went beyond their ends, and the most bytes that it had.
fn end(source: &str, quota: usize) -> (Run, i64, usize) {
    let (mut lua, root) = start(source, quota);
    let (mut beyond, mut most) = (0, 0);
    loop {
        let mut fuel = SLICE;
        let run = lua.run(&root, &mut fuel, &mut ());
        beyond = beyond.max(-fuel);
        most = most.max(lua.stats().bytes);
        if !matches!(run, Run::OutOfFuel) {
            return (run, beyond, most);
        }
    }
}

fn run(source: &str) -> Figures {
    let (mut lua, root) = start(source, 1 << 30);
    let mut figures = Figures { beyond: 0, total: 0, collections: 0 };
    loop {
        let mut fuel = SLICE;
        let run = lua.run(&root, &mut fuel, &mut ());
        figures.beyond = figures.beyond.max(-fuel);
        figures.total += SLICE - fuel;
        match run {
            Run::OutOfFuel => {}
            Run::Finished => break,
            Run::Raised(_) => {
                let text = lua.enter(&mut (), |cx| {
                    let thread = cx.pinned(&root);
                    let raised = cx.outcome(thread)[0];
                    cx.plain_text(raised)
                });
                panic!("{source} raised {text}");
            }
            other => panic!("{source}: {other:?}"),
        }
    }
    figures.collections = lua.stats().collections;
    figures
}

/// Runs programs whose steps have to be short and that have to pay at least so many units.
fn short_steps(cases: &[(i64, &str)]) {
    let mut failed = Vec::new();
    for (least, source) in cases {
        let figures = run(source);
        if figures.beyond > BEYOND {
            failed.push(format!("{} units in one piece: {source}", figures.beyond));
        }
        if figures.total < *least {
            failed.push(format!("paid {} units: {source}", figures.total));
        }
    }
    assert!(failed.is_empty(), "\n{}", failed.join("\n"));
}

#[test]
fn the_collector_works_in_short_steps_whatever_the_heap_looks_like() {
    let cases = [
        "local keep = {} for i = 1, 200000 do keep[i] = { i } end for i = 1, 400000 do keep[i % 200000 + 1] = { i } end",
        "local keep = {} for i = 1, 200000 do keep[-i] = { i } end for i = 1, 400000 do keep[-(i % 200000)] = { i } end",
        "local function down(n) if n == 0 then return {} end local t = down(n - 1) return t and { n } end
         for i = 1, 3 do down(150000) end",
        "local all = {} for i = 1, 20000 do
           local co = coroutine.wrap(function() local t = { i } while true do coroutine.yield(t) end end) co() all[i] = co end
         for round = 1, 3 do for i = 1, #all do all[i]() end end
         for i = 1, 200000 do local t = { i } end",
        "local list for i = 1, 300000 do list = { list } end list = nil for i = 1, 300000 do local t = { i } end",
        "local nest = {} local at = nest for i = 1, 200 do local t = {} for k = 1, 2000 do t[k] = { k } end at[0] = t at = t end
         for i = 1, 400000 do local t = { i } end",
    ];
    for source in cases {
        let figures = run(source);
        assert!(figures.beyond <= BEYOND, "{} units in one step: {source}", figures.beyond);
        assert!(figures.collections > 0, "{source}");
    }
}

#[test]
fn code_without_loops_gives_way() {
    let lines = |line: &str, n: usize| format!("local function f() {} end f()", line.repeat(n));
    let text = "local s, t = string.rep('ab', 30000), string.rep('ab', 29999) .. 'ac' ";
    let cases = [
        lines(" local x = string.rep('x', 60000)", 150),
        text.to_owned() + &lines(" x = s .. t", 500),
        text.to_owned() + &lines(" x = s == t", 2000),
        text.to_owned() + &lines(" x = s < t", 2000),
        text.to_owned() + &lines(" x = s:upper()", 500),
    ];
    let cases: Vec<(i64, &str)> = cases.iter().map(|source| (1_000_000, source.as_str())).collect();
    short_steps(&cases);
}

#[test]
fn recursion_through_any_handler_gives_way_and_ends_at_the_quota() {
    for (event, expression) in [
        ("__eq", "a == b"),
        ("__eq", "a ~= b"),
        ("__lt", "a < b"),
        ("__le", "a <= b"),
        ("__lt", "a <= b"),
        ("__concat", "a .. b"),
        ("__add", "a + b"),
        ("__index", "a.x"),
        ("__len", "#a"),
    ] {
        let source = format!(
            "local mt = {{}} mt.{event} = function(a, b) b = b or a return {expression} end
             local a, b = setmetatable({{}}, mt), setmetatable({{}}, mt) return {expression}"
        );
        let (run, beyond, peak) = end(&source, 8 << 20);
        assert!(matches!(run, Run::Dead), "{source}: {run:?}");
        assert!(beyond <= BEYOND, "{beyond} units in one piece: {source}");
        assert!(peak <= 12 << 20, "{peak} bytes: {source}");
    }
}

#[test]
fn a_deep_stack_unwinds_in_steps() {
    short_steps(&[(
        400_000,
        "local function down(n) if n == 0 then return 0 end return 1 + down(n - 1) end down(190000)",
    )]);
}

#[test]
fn long_texts_are_made_and_changed_in_steps_and_paid_for() {
    // 16 MB each: at least a unit for 16 bytes.
    let text = "local s = string.rep('abcd', 4000000)";
    let cases = [
        "",
        "local t = s:upper()",
        "local t = s:reverse()",
        "local t = s:sub(2)",
        "local t = s .. s .. 1",
        "local t = s .. setmetatable({}, { __concat = function(a) return a end })",
        "local t = string.rep(s, 2, ', ')",
        "local t = string.rep('x', 3000000, ', ')",
        "local t = table.concat({ s, 1, 'x' }, s)",
        "local t = s:gsub('d', 'xyz')",
        "local t = s:gsub('^.*$', '%1%1%%')",
        "local t = ('x'):gsub('x', s)",
        "local t = ('xx'):gsub('x', function() return s end)",
        "local t = ('%'):rep(200000) t = ('x'):gsub('x', t)",
        "local t = string.format('%s-%10s', s, s)",
        "local t = string.format('%s', setmetatable({}, { __tostring = function() return s end }))",
        "local t = string.format('%q', s)",
        "local t = string.rep('äb', 1000000) t = t:upper() t = t:lower()",
    ];
    let cases: Vec<String> = cases.iter().map(|case| format!("{text} {case}")).collect();
    let cases: Vec<(i64, &str)> = cases.iter().map(|case| (1_000_000, case.as_str())).collect();
    short_steps(&cases);
}

#[test]
fn a_text_made_in_steps_is_the_text() {
    let source = "
        local s = string.rep('aB1 ', 50001)
        assert(#s == 200004 and s:sub(-4) == 'aB1 ' and s:sub(199997, 200000) == 'aB1 ')
        local r = string.rep('ab', 70000, ',')
        assert(#r == 209999 and r:sub(1, 8) == 'ab,ab,ab' and r:sub(-5) == 'ab,ab' and not r:find('aa', 1, true))
        local long = string.rep(s, 3, '|')
        assert(long == s .. '|' .. s .. '|' .. s)
        assert(s:upper():lower():upper() == string.rep('AB1 ', 50001))
        assert(s:reverse():reverse() == s and s:reverse():sub(1, 4) == ' 1Ba')
        local u = string.rep('äÖ', 30000)
        assert(u:upper() == string.rep('ÄÖ', 30000) and u:lower() == string.rep('äö', 30000))
        local bytes = string.rep('\\xffa', 40000)
        assert(bytes:upper() == string.rep('\\xffA', 40000))
        assert(table.concat({ s, 1, 'x', s }, '--') == s .. '--1--x--' .. s)
        assert(#table.concat({ s, s, s }, s) == 5 * #s)
        assert(s .. 1 .. s == s .. '1' .. s and #(1 .. s .. 2.5) == #s + 4)
        local t, n = s:gsub('B1', '%0%0')
        assert(n == 50001 and t == string.rep('aB1B1 ', 50001))
        assert(('x-x'):gsub('x', s) == s .. '-' .. s)
        assert(('x-x'):gsub('x', function() return s end) == s .. '-' .. s)
        assert(('x-y'):gsub('%a', { x = s, y = 'z' }) == s .. '-z')
        assert(('x'):gsub('x', string.rep('%0%%', 1000)) == string.rep('x%', 1000))
        assert(string.format('%s|%5s|%.3s|%d', s, s, s, 7) == s .. '|' .. s .. '|aB1|7')
        local object = setmetatable({}, { __tostring = function() return s end })
        assert(string.format('<%s-%s>', object, object) == '<' .. s .. '-' .. s .. '>')
        local q = string.rep('a\\n\"\\0' .. '1', 10000)
        assert(string.format('%q', q) == '\"' .. string.rep('a\\\\\\n\\\\\"\\\\0001', 10000) .. '\"')
        local copy = {} copy[s] = 1
        assert(copy[string.rep('aB1 ', 50001)] == 1)";
    run(source);
}

#[test]
fn tables_grow_shrink_and_are_compacted_in_steps() {
    let source = "
        local t = {}
        for i = 1, 300000 do t[i * 2.5] = i end
        for i = 1, 300000 do assert(t[i * 2.5] == i) end
        for i = 1, 300000 do if i % 3 > 0 then t[i * 2.5] = nil end end
        for i = 1, 300000 do t['k' .. i] = i end
        for i = 1, 300000 do assert(t['k' .. i] == i and t[i * 2.5] == (i % 3 == 0 and i or nil)) end
        local n, last = 0, 0
        for k, v in pairs(t) do
          n = n + 1
          if type(k) == 'number' then assert(v > last, 'order') last = v end
        end
        assert(n == 400000, n)
        for k in pairs(t) do t[k] = nil end
        assert(next(t) == nil)
        for i = 1, 300000 do t[-i] = { i } end
        for i = 1, 300000 do assert(t[-i][1] == i) end
        local reserved = table.create(0, 100000)
        for i = 1, 200000 do reserved[-i] = i end
        for i = 1, 200000 do assert(reserved[-i] == i) end";
    short_steps(&[(1_000_000, source)]);
}

/// Records that all lead to each other, and a generic type around them.
fn entangled(records: usize) -> String {
    let one =
        |i: usize| format!("type R{i} = {{a: R{}?, b: R{}?}} ", (i + 1) % records, (i * 7 + 3) % records);
    let records: String = (0..records).map(one).collect();
    format!("{records} type G<T> = {{r: R0, v: T}} type N = number type S = string ")
}

#[test]
fn large_types_are_compared_and_found_in_tables_in_short_steps() {
    let makes =
        "local t = {} for i = 1, 20 do local a, b = G(N), G(N) assert(a == b and a ~= G(S)) t[a] = i end
        assert(t[G(N)] == 20)";
    let made = run(&(entangled(250) + makes));
    // A unit is about a nanosecond; nothing may hold a worker for a millisecond.
    assert!(made.beyond <= 1_000_000, "{} units in one piece", made.beyond);
    assert!(made.total >= 61 * 64 * 1000, "{} units in all", made.total);
    // What a unit declares was hashed when it was loaded, however large it is.
    let asks =
        "local t = {} for _ = 1, 1000 do t[R0] = 1 assert(R0 ~= G and t[R1.a] == nil and R1 <= R1) end";
    let declared = run(&(entangled(20_000) + asks));
    assert!(declared.beyond <= BEYOND, "{} units in one piece", declared.beyond);
    let larger = run(&format!("{} assert(not pcall(function() return G(N) end))", entangled(20_000)));
    assert!(larger.beyond <= 1_000_000, "{} units in one piece", larger.beyond);
}

/// Runs a program that never has enough until its process is dead; the most bytes that its heap had.
fn exhaust(source: &str, quota: usize) -> usize {
    let parsed = lua_syntax::parse(source.as_bytes());
    let lines = lua_syntax::LineIndex::new(source.as_bytes());
    let proto = lua_vm::compile(&parsed.chunk, "case", &lines).unwrap();
    let mut lua = Lua::new(StaticsBuilder::new().build(), Options { quota, ..Options::default() });
    let root = lua.enter(&mut (), |cx| {
        let f = cx.load(proto);
        let t = cx.thread(f, &[]);
        cx.pin(t)
    });
    let mut most = 0;
    loop {
        let mut fuel = SLICE;
        let run = lua.run(&root, &mut fuel, &mut ());
        most = most.max(lua.stats().bytes);
        assert!(-fuel <= BEYOND, "{} units in one piece at the end: {source}", -fuel);
        match run {
            Run::OutOfFuel => {}
            Run::Dead => return most,
            other => panic!("{source}: {other:?}"),
        }
    }
}

#[test]
fn whatever_a_process_hoards_it_ends_at_its_quota_past_every_pcall() {
    let cases = [
        "local function f() return 1 + f() end pcall(f)",
        "local function f(...) return 1 + f(1, ...) end pcall(f)",
        "local function f() return pcall(f) end f()",
        "local function f() coroutine.wrap(f)() end pcall(f)",
        "local t = setmetatable({}, { __index = function(t, k) return t[k + 1] end }) pcall(function() return t[1] end)",
        "local t = {} pcall(function() for i = 1, 1e9 do t[i] = i end end)",
        "local t = {} pcall(function() for i = 1, 1e9 do t[-i] = i end end)",
        "local t = {} pcall(function() for i = 1, 1e9 do t[i] = { i } end end)",
        "local s = 'x' pcall(function() while true do s = s .. s end end)",
        "local t = {} pcall(function() while true do t[#t + 1] = string.rep('x', 100000 + #t) end end)",
        "pcall(string.rep, 'x', 1e9)",
        "pcall(table.create, 1e8)",
    ];
    const QUOTA: usize = 24 << 20;
    for source in cases {
        let most = exhaust(source, QUOTA);
        assert!(most <= QUOTA + QUOTA / 2 + (1 << 20), "{} KiB: {source}", most >> 10);
    }
}

/// Runs `source` until it yields, with collections at that pace.
fn resting(source: &str, pause: i32) -> (Lua, lua_vm::Pin) {
    let parsed = lua_syntax::parse(source.as_bytes());
    let lines = lua_syntax::LineIndex::new(source.as_bytes());
    let proto = lua_vm::compile(&parsed.chunk, "case", &lines).unwrap();
    let mut lua = Lua::new(StaticsBuilder::new().build(), Options { quota: 1 << 30, ..Options::default() });
    lua.set_pause(pause);
    let root = lua.enter(&mut (), |cx| {
        let f = cx.load(proto);
        let t = cx.thread(f, &[]);
        cx.pin(t)
    });
    let run = lua.run(&root, &mut i64::MAX.clone(), &mut ());
    assert!(matches!(run, Run::Yielded), "{source}: {run:?}");
    (lua, root)
}

/// Lets it collect until it has nothing to do; the number of steps.
fn rest(lua: &mut Lua, source: &str) -> usize {
    for steps in 1.. {
        let mut fuel = SLICE;
        let done = lua.rest(&mut fuel, false);
        assert!(fuel > -BEYOND, "{} units in one piece: {source}", -fuel);
        if done {
            return steps;
        }
    }
    unreachable!("it ends")
}

#[test]
fn who_waits_gives_back_deep_stacks_in_short_steps_and_then_rests() {
    const DOWN: &str = "local function down(n) if n == 0 then return 0 end return 1 + down(n - 1) end";
    let cases = [
        "down(100000) coroutine.yield()",
        // What lives is as large as the stack, so the heap by itself asks for no collection.
        "local t = {} for i = 1, 200000 do t[i] = { i } end down(30000) coroutine.yield(t)",
        "local co = coroutine.wrap(function() down(100000) coroutine.yield() down(10) end) co() coroutine.yield(co)",
    ];
    for case in cases {
        let source = format!("{DOWN} {case} down(100000) coroutine.yield()");
        let (mut lua, root) = resting(&source, 100);
        assert!(lua.stats().stacks > 1 << 20, "{source}");
        rest(&mut lua, &source);
        assert!(lua.stats().stacks < 2 << 10, "{} bytes of stacks: {source}", lua.stats().stacks);
        let (collections, mut fuel) = (lua.stats().collections, SLICE);
        assert!(lua.rest(&mut fuel, false) && fuel == SLICE, "it goes on working: {source}");
        assert_eq!(lua.stats().collections, collections, "{source}");
        // The stack is good for another one.
        let run = lua.wake(&root, &mut i64::MAX.clone(), &mut ());
        assert!(matches!(run, Run::Yielded), "{source}: {run:?}");
        rest(&mut lua, &source);
        assert!(lua.stats().stacks < 2 << 10, "{} bytes of stacks: {source}", lua.stats().stacks);
    }
}

#[test]
fn giving_back_many_deep_stacks_is_paid_for() {
    let source = "local function down(n) if n == 0 then return 0 end return 1 + down(n - 1) end
        local all = {}
        for i = 1, 50 do all[i] = coroutine.wrap(function() down(10000) coroutine.yield() end) all[i]() end
        coroutine.yield(all)";
    let (mut lua, _root) = resting(source, -1);
    lua.set_pause(100);
    let before = lua.stats().stacks;
    let steps = rest(&mut lua, source);
    assert!(before > 30 << 20 && lua.stats().stacks < 100 << 10, "{before} to {}", lua.stats().stacks);
    assert!(steps >= 20, "{steps} steps of {SLICE} units");
}

#[test]
fn who_waits_deep_down_keeps_what_it_uses_and_rests() {
    let source =
        "local function down(n) if n == 0 then coroutine.yield() return 0 end return 1 + down(n - 1) end
        local function deep(n) if n == 0 then return 0 end return 1 + deep(n - 1) end
        deep(100000) assert(down(20000) == 20000) coroutine.yield()";
    let (mut lua, root) = resting(source, 100);
    let before = lua.stats().stacks;
    rest(&mut lua, source);
    let kept = lua.stats().stacks;
    assert!(kept < before / 2 && kept > 20_000 * 16, "{kept} of {before} bytes");
    let mut fuel = SLICE;
    assert!(lua.rest(&mut fuel, false) && fuel == SLICE, "it goes on working");
    assert!(matches!(lua.wake(&root, &mut i64::MAX.clone(), &mut ()), Run::Yielded));
    rest(&mut lua, source);
    assert!(lua.stats().stacks < 2 << 10, "{} bytes", lua.stats().stacks);
}
