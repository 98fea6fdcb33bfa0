//! Processes that leave their image: nothing that they hold may change, whenever they leave.

#[path = "support/cut.rs"]
mod cut;

use lua_vm::{Image, Options, Run, Statics, StaticsBuilder};
use std::sync::{Arc, OnceLock};

fn statics() -> Arc<Statics> {
    static STATICS: OnceLock<Arc<Statics>> = OnceLock::new();
    STATICS.get_or_init(|| StaticsBuilder::new().build()).clone()
}

/// An image of what stands before the line `-- cut`, which returns a text.
fn image(source: &str) -> Arc<Image> {
    let at = source.find("-- cut").expect("the source is cut");
    cut::image(&statics(), source.as_bytes(), "case", at, Options::default()).expect("it can be shared")
}

/// What the rest of the program returns when the process leaves its image before slice `detach`.
fn outcome(image: &Arc<Image>, fuel: i64, detach: Option<u64>) -> (String, u64) {
    let (mut lua, root) = cut::start(image, Options::default());
    let mut slices = 0;
    loop {
        if detach == Some(slices) {
            lua.detach();
        }
        match lua.run(&root, &mut fuel.clone(), &mut ()) {
            Run::OutOfFuel => slices += 1,
            Run::Finished | Run::Raised(_) => break,
            other => panic!("{other:?}"),
        }
    }
    let text = lua.enter(&mut (), |cx| {
        let thread = cx.pinned(&root);
        let first = cx.outcome(thread).first().copied().expect("it returns a text");
        first.as_bytes().map_or_else(|| "no text".into(), |text| String::from_utf8_lossy(text).into_owned())
    });
    (text, slices)
}

/// Leaves the image before each of the slices of a run.
fn leaves_anywhere(source: &str, expected: &str) {
    let image = image(source);
    let (text, slices) = outcome(&image, 1, None);
    assert_eq!(text, expected);
    // Interpreted by Miri, some are enough.
    let step = if cfg!(miri) { slices as usize / 2 + 1 } else { 1 };
    for at in (0..=slices).step_by(step) {
        let (text, _) = outcome(&image, 1, Some(at));
        assert_eq!(text, expected, "detached before slice {at} of {slices}");
    }
    assert_eq!(outcome(&image, 1, None).0, expected, "others see nothing of it");
}

#[test]
fn detach_keeps_identity_and_keys() {
    leaves_anywhere(
        "local keys, set = {}, {}
        for i = 1, 12 do keys[i] = { i } set[keys[i]] = i end
        local function f() return f end
        set[f] = 'f'
        -- cut
        local out, mine = {}, { [keys[1]] = 1, [f] = 2, f = f, keys = keys, set = set }
        for i = 1, 12 do mine[keys[i]] = i * 2 end
        for i = 1, 12, 3 do set[keys[i]] = nil end
        local sum = 0
        for k, v in pairs(mine) do if type(v) == 'number' then sum = sum + v end end
        for k in pairs(set) do set[k] = nil set[#out + 100] = nil end
        for i = 1, 12 do sum = sum + mine[keys[i]] end
        return table.concat({ sum, tostring(mine[f() or 0]), tostring(mine.f == f and f() == f), tostring(next(set)), tostring(rawequal(mine.keys, keys)) }, ' ')",
        "314 2 true nil true",
    );
}

#[test]
fn detach_keeps_numbers_metatables_and_frozen_tables() {
    leaves_anywhere(
        "local Class = {}
        Class.__index = Class
        Class.__eq = function(a, b) return a.n == b.n end
        Class.__len = function(a) return a.n end
        local one, ice = setmetatable({ n = 1 }, Class), table.freeze({ 1, { 2 } })
        local known = tostring(one)
        function Class:name() return tostring(Class) end
        -- cut
        local two = setmetatable({ n = 1 }, Class)
        local seen, fn = tostring(Class), tostring(Class.name)
        Class.more = function(self) return self.n + 10 end
        local frozen = pcall(function() ice[1] = 2 end)
        ice[2][1] = 3
        local same = tostring(one) == known and one:name() == seen and tostring(Class.name) == fn
        return table.concat({ tostring(same), tostring(one == two), tostring(rawequal(one, two)), #one, one:more(), tostring(getmetatable(two) == Class),
            tostring(frozen), ice[2][1], tostring(table.isfrozen(ice)), tostring(table.isfrozen(ice[2])) }, ' ')",
        "true true false 1 11 true false 3 true false",
    );
}

#[test]
fn detach_keeps_captured_variables_frames_and_coroutines() {
    leaves_anywhere(
        "local n, log = 0, {}
        local function bump(by) n = n + by return n end
        local function deep(d, f) if d == 0 then return f() end return (deep(d - 1, f)) + 1 end
        local function produce() for i = 1, 4 do log[#log + 1] = coroutine.yield(bump(i)) end return 'end' end
        -- cut
        local a, b = coroutine.create(produce), coroutine.wrap(produce)
        local sum = 0
        for i = 1, 4 do
            local _, v = coroutine.resume(a, i)
            sum = sum + v + b('b' .. i)
            sum = sum + deep(3, function() return bump(1) end)
            n = n + 1
        end
        local ok, e = pcall(function() for _, v in ipairs(log) do if v == 'b3' then error({ code = n }) end end end)
        local sorted = { 5, 3, 4, 1 }
        table.sort(sorted, function(x, y) bump(0) return x < y end)
        return table.concat({ sum, n, #log, table.concat(log, ','), tostring(ok), e.code, table.concat(sorted, '') }, ' ')",
        "162 28 3 b2,b3,b4 false 28 1345",
    );
}

#[test]
fn detach_keeps_globals_and_slots_of_shared_objects() {
    leaves_anywhere(
        "COUNT, T = 1, { 'shared' }
        local failure = errors.new({ message = 'm', details = { n = 1 } })
        function global() COUNT = COUNT + 1 return _G.COUNT end
        -- cut
        LATER = global()
        local d = failure:details()
        d.n = d.n + T[1]:len()
        _G.T[2] = 'mine'
        local same = failure:details() == d and _G._G == _G and T == _G.T
        return table.concat({ LATER, COUNT, global(), #T, failure:details().n, tostring(same), tostring(rawget(_G, 'LATER')) }, ' ')",
        "2 2 3 2 7 true 2",
    );
}

/// A table whose index is in segments, with keys that are copied.
#[test]
fn detach_finds_its_keys_in_large_tables() {
    let many = if cfg!(miri) { 100 } else { 60_000 };
    let source = format!(
        "local keys = {{}}
        for i = 1, 40 do keys[i] = {{}} end
        -- cut
        local all = {{}}
        for i = 1, {many} do all['k' .. i] = i if i % 1500 == 0 then all[keys[i // 1500]] = i end end
        for i = 1, {many}, 2 do all['k' .. i] = nil end
        for i = 1, {many} // 4 do all['n' .. i] = i end
        local found = 0
        for i = 1, 40 do if all[keys[i]] == i * 1500 then found = found + 1 end end
        local walked = 0
        for k, v in pairs(all) do walked = walked + 1 end
        return found .. ' ' .. walked"
    );
    let image = image(&source);
    let (expected, slices) = outcome(&image, 100_000, None);
    assert!(cfg!(miri) || expected == "40 45040", "{expected}");
    let step = slices as usize / if cfg!(miri) { 2 } else { 16 } + 1;
    for at in (0..slices).step_by(step) {
        assert_eq!(outcome(&image, 100_000, Some(at)).0, expected, "before slice {at} of {slices}");
    }
}

/// Objects of a process after `rounds` of a loop over a shared table, in slices between which it waits or not.
#[cfg(not(miri))]
fn objects_after(rounds: u64, waits: bool) -> usize {
    let image = image(
        "local list, big = {}, {}
        for i = 1, 8 do list[i] = i big[i] = { i } end
        -- cut
        while true do for i = 1, 8 do list[i] = list[i] + 1 end end",
    );
    let (mut lua, root) = cut::start(&image, Options::default());
    for _ in 0..rounds {
        assert!(matches!(lua.run(&root, &mut 20_000, &mut ()), Run::OutOfFuel));
        if waits {
            while !lua.rest(&mut i64::MAX.clone(), false) {}
        }
    }
    lua.stats().objects
}

#[test]
#[cfg(not(miri))]
fn detach_comes_by_itself_to_who_works_on_shared_tables_and_not_to_who_waits() {
    let before = objects_after(1, false);
    assert!(objects_after(1_000, false) > before, "it has a copy of its own");
    assert_eq!(objects_after(1_000, true), before, "it has not");
}

#[test]
#[cfg(not(miri))]
fn detach_respects_the_quota() {
    let image = image(
        "local list = {} for i = 1, 2000 do list[i] = { i } end
        -- cut
        local n = 0
        while n < 3000 do n = n + 1 for i = 1, 100 do list[i][1] = n end end
        return 'done'",
    );
    let options = Options { quota: 300 << 10, ..Options::default() };
    assert!(image.bytes() > options.quota);
    let (mut lua, root) = cut::start(&image, options);
    let ended = loop {
        match lua.run(&root, &mut 100_000, &mut ()) {
            Run::OutOfFuel => {}
            other => break other,
        }
    };
    assert!(matches!(ended, Run::Finished), "{ended:?}");
}

#[test]
fn detach_takes_pins_and_the_values_of_the_image_along() {
    let image = image("T = { n = 1 } -- cut\nT.n = T.n + 1 return tostring(T.n)");
    let (mut lua, root) = cut::start(&image, Options::default());
    let (pin, rest_pin) = lua.enter(&mut (), |cx| {
        let (t, rest) = (cx.globals().get_field("T"), cx.image_value(0));
        (cx.pin(t), cx.pin(rest))
    });
    lua.detach();
    assert!(matches!(lua.run(&root, &mut i64::MAX.clone(), &mut ()), Run::Finished));
    lua.collect();
    lua.enter(&mut (), |cx| {
        let t = cx.pinned(&pin).as_table().expect("a table");
        assert_eq!(t.get_field("n").as_int(), Some(2), "the pin sees what the process wrote");
        assert!(t.val().raw_eq(cx.globals().get_field("T")));
        let rest = cx.image_value(0);
        assert!(rest.is_function() && rest.raw_eq(cx.pinned(&rest_pin)));
    });
}
