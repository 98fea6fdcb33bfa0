//! No program holds its worker: steps are bounded, and natives are paid for.
//!
//! Measured in units of fuel, a nanosecond or a few each, never in time.

#![allow(clippy::unwrap_used, reason = "tests")]

use lua_vm::{Lua, Options, Run, StaticsBuilder};

/// Units by which a slice may go beyond its end.
const BEYOND: i64 = 100_000;
const SLICE: i64 = 10_000;

/// What a program took.
struct Figures {
    beyond: i64,
    total: i64,
    collections: u64,
}

fn run(source: &str) -> Figures {
    let parsed = lua_syntax::parse(source.as_bytes());
    assert!(parsed.errors.is_empty(), "{source}: {:?}", parsed.errors);
    let lines = lua_syntax::LineIndex::new(source.as_bytes());
    let proto = lua_vm::compile(&parsed.chunk, "case", &lines).unwrap();
    let mut lua = Lua::new(StaticsBuilder::new().build(), Options { quota: 1 << 30, ..Options::default() });
    let root = lua.enter(&mut (), |cx| {
        let f = cx.load(proto);
        let t = cx.thread(f, &[]);
        cx.pin(t)
    });
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
fn a_deep_stack_unwinds_in_steps() {
    short_steps(&[(
        400_000,
        "local function down(n) if n == 0 then return 0 end return 1 + down(n - 1) end down(190000)",
    )]);
}
