//! Images: random programs cut in two, writes to all that is shared, what cannot be, who frees it.

#[path = "support/cut.rs"]
mod cut;

use lua_vm::{
    Cx, Image, Lib, Lua, Maker, NativeDef, NativeResult, Options, Pin, Rehearsal, Run, Statics,
    StaticsBuilder, Template, Unshareable, UserdataType,
};
use std::cell::Cell;
use std::fmt::Write;
use std::sync::{Arc, OnceLock};

/// Interpreted by Miri, a program takes a second.
const PROGRAMS: u64 = if cfg!(miri) { 2 } else { 300 };
const STATEMENTS: usize = if cfg!(miri) { 10 } else { 60 };
const CUTS: usize = if cfg!(miri) { 2 } else { 12 };

fn statics() -> Arc<Statics> {
    static STATICS: OnceLock<Arc<Statics>> = OnceLock::new();
    STATICS
        .get_or_init(|| {
            let mut builder = StaticsBuilder::new();
            builder.userdata(
                UserdataType::new::<Counter>("counter")
                    .template::<Counter>()
                    .local("up", up)
                    .local("keep", keep),
            );
            builder.global("through", NativeDef::local("through", through));
            builder.global("counter", Lib::new().value("new", NativeDef::local("new", new_counter)));
            builder.build()
        })
        .clone()
}

/// An object with a state: it counts from where the top level left it.
struct Counter {
    count: Cell<i64>,
}

impl Template for Counter {
    fn template(&self) -> Option<Maker<Counter>> {
        let count = self.count.get();
        (count >= 0).then(|| Box::new(move || Counter { count: Cell::new(count) }) as Maker<Counter>)
    }
}

fn new_counter(cx: &mut Cx<'_>) -> NativeResult {
    let count = cx.opt_int(0, 0)?;
    let counter = cx.userdata(Counter { count: Cell::new(count) }, &[]);
    cx.ret(counter)
}

/// Its argument as it would come out of a message.
fn through(cx: &mut Cx<'_>) -> NativeResult {
    let v = cx.arg(0);
    let mut fragment = cx.copy_out(&[v]).expect("plain data");
    let v = cx.adopt_all(&mut fragment)?[0];
    cx.ret(v)
}

fn up(cx: &mut Cx<'_>) -> NativeResult {
    let counter = cx.check_userdata::<Counter>(0)?;
    counter.count.set(counter.count.get() + 1);
    let count = counter.count.get();
    cx.ret(count)
}

/// Gives the value that the object kept, and keeps another.
fn keep(cx: &mut Cx<'_>) -> NativeResult {
    let (object, _) = cx.check_userdata_val::<Counter>(0)?;
    let (before, next) = (object.slot(0), cx.arg(1));
    cx.set_userdata_slot(object, 0, next);
    cx.ret(before)
}

fn compiled(source: &str) -> Arc<lua_vm::Proto> {
    let parsed = lua_syntax::parse(source.as_bytes());
    assert!(parsed.errors.is_empty(), "{}\n{source}", parsed.errors[0].message);
    let lines = lua_syntax::LineIndex::new(source.as_bytes());
    lua_vm::compile(&parsed.chunk, "case", &lines).unwrap_or_else(|e| panic!("{}\n{source}", e[0].message))
}

/// A coroutine of the text's chunk.
fn chunk(lua: &mut Lua, source: &str) -> Pin {
    let proto = compiled(source);
    lua.enter(&mut (), |cx| {
        let chunk = cx.load(proto);
        let thread = cx.thread(chunk, &[]);
        cx.pin(thread)
    })
}

/// The text that the coroutine returns or raises; slices of `fuel`.
fn text(lua: &mut Lua, root: Pin, fuel: i64) -> String {
    text_detached(lua, root, fuel, None)
}

/// The same for a process that leaves its image before the slice of that number.
fn text_detached(lua: &mut Lua, root: Pin, fuel: i64, detach: Option<u64>) -> String {
    let mut slice = 0;
    let ended = loop {
        if detach == Some(slice) {
            lua.detach();
        }
        slice += 1;
        match lua.run(&root, &mut fuel.clone(), &mut ()) {
            Run::OutOfFuel => {}
            other => break other,
        }
    };
    assert!(matches!(ended, Run::Finished | Run::Raised(_)), "{ended:?}");
    let text = lua.enter(&mut (), |cx| {
        let thread = cx.pinned(&root);
        let first = cx.outcome(thread).first().copied();
        first.map_or(String::new(), |v| match v.as_bytes() {
            Some(text) => String::from_utf8_lossy(text).into_owned(),
            None => cx.plain_text(v),
        })
    });
    lua.unpin(root);
    text
}

/// The image after the text, whose first value it keeps.
fn sealed(source: &str) -> Result<Arc<Image>, Unshareable> {
    let mut rehearsal = Rehearsal::new(statics(), Options::default());
    let root = chunk(rehearsal.lua(), source);
    let ended = rehearsal.lua().run(&root, &mut i64::MAX.clone(), &mut ());
    assert!(matches!(ended, Run::Finished), "{ended:?}: {:?}", rehearsal.refused());
    let value = rehearsal.lua().enter(&mut (), |cx| {
        let thread = cx.pinned(&root);
        let value = cx.outcome(thread).first().copied().unwrap_or(lua_vm::Val::NIL);
        cx.pin(value)
    });
    rehearsal.lua().unpin(root);
    rehearsal.seal(vec![value]).finish()
}

/// Runs the function that the image keeps.
fn call(image: &Arc<Image>) -> String {
    let (mut lua, root) = cut::start(image, Options::default());
    text(&mut lua, root, i64::MAX)
}

// ---- random programs -----------------------------------------------------------------------------------------------

struct Random(u64);

impl Random {
    fn next(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % n
    }
    fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.next(of.len())]
    }
}

const TABLES: [&str; 6] = ["a", "b", "c", "deep.x", "deep.y", "G"];
const KEYS: [&str; 14] =
    ["1", "2", "3", "4", "7", "'x'", "'y'", "'z'", "2.5", "true", "a", "n", "#a + 1", "nil"];
const VALUES: [&str; 12] = ["nil", "nil", "1", "2", "'v'", "n", "{}", "b", "a.x", "{ x = 1 }", "say", "1.5"];

/// Statements over shared tables, cells and metatables, one a line; the last one returns all that was said.
fn program(seed: u64) -> String {
    let mut r = Random(seed.wrapping_mul(77) + 5);
    let mut out = String::from(
        "local out = {}\n\
         local function say(...) local p = {} for i = 1, select('#', ...) do p[i] = tostring((select(i, ...))) end out[#out + 1] = table.concat(p, ' ') end\n\
         local a, b, c, deep, n = {}, { 1, 2, 3, x = 1 }, { 'p', 'q' }, { x = {}, y = { 5, 6, 7 } }, 0\n\
         G = { 1, 2, x = 'g' }\n\
         local function bump(d) n = n + d return n end\n\
         local reads = { __index = function(t, k) return tostring(k) .. '!' end }\n\
         local falls = { __index = b }\n\
         local writes = { __newindex = function(t, k, v) n = n + 1 rawset(t, k, v) end, __len = function() return 42 end }\n\
         local function try(f) local ok, e = pcall(f) say(ok, e) end\n",
    );
    for _ in 0..STATEMENTS {
        let (t, u, k, v) = (r.one(&TABLES), r.one(&TABLES), r.one(&KEYS), r.one(&VALUES));
        let line = match r.next(22) {
            0..=3 => format!("try(function() {t}[{k}] = {v} end)"),
            4 => format!("try(function() say({t}[{k}], {t}.x, #{t}) end)"),
            5 => format!("try(function() table.insert({t}, {v}) end)"),
            6 => format!("try(function() say(table.remove({t})) end)"),
            7 => format!("try(function() for k, v in pairs({t}) do {u}[k] = nil say(k, type(v)) end end)"),
            8 => format!("try(function() for k in pairs({t}) do {t}[k] = {v} end end)"),
            9 => format!("try(function() local k = next({t}) say(k) {t}[k] = nil say(next({t}, k)) end)"),
            10 => format!(
                "try(function() setmetatable({t}, {}) end)",
                r.one(&["reads", "falls", "writes", "nil", "nil"])
            ),
            11 => {
                format!("try(function() say(rawget({t}, {k}), rawlen and 0, getmetatable({t}) == reads) end)")
            }
            12 => format!("say(bump({}))", r.next(5)),
            13 => format!("n = n * 2 + {}", r.next(9)),
            14 => format!(
                "try(function() table.sort({t}, function(p, q) return tostring(p) < tostring(q) end) end)"
            ),
            15 => format!("say(tostring({t}), {t} == {u}, tostring(bump))"),
            16 => format!("try(function() {t}.f = function() return n, {u} end say({t}.f()) end)"),
            17 => format!("V{} = {v}", r.next(3)),
            18 => format!("say(V{}, G.x, _G.G == G, rawget(_G, 'V1'))", r.next(3)),
            19 => format!("try(function() reads.__index = {} end)", r.one(&["nil", "b", "c"])),
            20 => {
                format!(
                    "try(function() for i, v in ipairs({t}) do if i > 9 then break end say(i, type(v)) end say(unpack({t})) end)"
                )
            }
            21 if r.next(4) == 0 => format!("try(function() table.freeze({t}) end)"),
            _ => format!("say(table.isfrozen({t}), n)"),
        };
        _ = writeln!(out, "{line}");
    }
    out + "for _, t in ipairs({ a, b, c, deep.x, deep.y, G, reads }) do for k, v in next, t do say(k, v) end say(rawequal(t, a)) end return table.concat(out, '\\n')\n"
}

#[test]
fn image_random_programs_do_not_notice() {
    let mut cuts = 0;
    for seed in 0..PROGRAMS {
        let source = program(seed);
        let mut fresh = Lua::new(statics(), Options::default());
        let root = chunk(&mut fresh, &source);
        let expected = text(&mut fresh, root, i64::MAX);
        let places = cut::places(source.as_bytes());
        for at in places.iter().step_by(places.len() / CUTS + 1) {
            let image = cut::image(&statics(), source.as_bytes(), "case", *at, Options::default());
            let image = image.unwrap_or_else(|| panic!("seed {seed}: no image at {at}\n{source}"));
            cuts += 1;
            // The second process must not see what the first wrote.
            let some = 1 + seed as i64;
            let ways = [
                (false, i64::MAX, None),
                (true, some, None),
                (false, i64::MAX, Some(0)),
                (false, some, Some(seed % 17)),
                (true, some, Some(seed % 29)),
            ];
            for (stress, fuel, detach) in ways {
                let (mut lua, root) = cut::start(&image, Options { stress, ..Options::default() });
                let got = text_detached(&mut lua, root, fuel, detach);
                assert_eq!(got, expected, "seed {seed}, cut at {at}, detached {detach:?}\n{source}");
            }
        }
    }
    assert!(cuts >= PROGRAMS, "{cuts} images");
}

// ---- writes --------------------------------------------------------------------------------------------------------

const SHOP: &str = "
    local count, log, keyed = 0, {}, setmetatable({}, { __index = function(_, k) return k end })
    local Class = {}
    Class.__index = Class
    function Class.new(n) return setmetatable({ n = n }, Class) end
    function Class:get() return self.n end
    local all = { log, keyed, Class, { { {} } }, getmetatable(keyed), _G }
    return function()
        count = count + 1
        log[#log + 1] = 'called'
        local o = Class.new(count)
        Class.extra = (Class.extra or 0) + 1
        function Class:get() return -self.n end
        keyed.x = #log
        VISITS = (VISITS or 0) + 1
        for i, t in ipairs(all) do t.mark = i for k, v in pairs(t) do t[k] = v end setmetatable(t, getmetatable(t)) end
        all[#all + 1] = {}
        return table.concat({ count, #log, o:get(), Class.extra, keyed.x, VISITS, #all, all[1].mark }, ' ')
    end";

#[test]
fn image_a_process_that_writes_every_object_leaves_the_others_alone() {
    let image = sealed(SHOP).expect("it can be shared");
    let (mut lua, root) = cut::start(&image, Options::default());
    assert_eq!(text(&mut lua, root, i64::MAX), "1 1 -1 1 1 1 7 1");
    // The same process goes on from what it wrote, others from the image.
    let again = lua.enter(&mut (), |cx| {
        let f = cx.image_value(0);
        let thread = cx.thread(f, &[]);
        cx.pin(thread)
    });
    lua.collect();
    assert_eq!(text(&mut lua, again, i64::MAX), "2 2 -2 2 2 2 8 1");
    assert_eq!(call(&image), "1 1 -1 1 1 1 7 1");
}

#[test]
fn image_processes_on_several_threads_share_it() {
    let image = sealed(SHOP).expect("it can be shared");
    let rounds = if cfg!(miri) { 1 } else { 200 };
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                for _ in 0..rounds {
                    assert_eq!(call(&image), "1 1 -1 1 1 1 7 1");
                }
            });
        }
    });
}

#[test]
fn image_is_freed_with_its_last_process() {
    let image = sealed(SHOP).expect("it can be shared");
    let (mut lua, root) = cut::start(&image, Options::default());
    let weak = Arc::downgrade(&image);
    drop(image);
    assert_eq!(text(&mut lua, root, i64::MAX), "1 1 -1 1 1 1 7 1");
    assert!(weak.upgrade().is_some());
    drop(lua);
    assert!(weak.upgrade().is_none());
}

#[test]
fn image_texts_of_messages_belong_to_it_like_others() {
    let source = "
        local t = {}
        for i = 1, MANY do t['key ' .. i] = 'value ' .. i end
        t.long = ('x'):rep(100000)
        t = through(t)
        return function()
            local seen = {}
            for i = 1, MANY do
                local value = t['key ' .. i]
                if value ~= 'value ' .. i then return i end
                seen[value] = true
            end
            t.own = through(('y'):rep(20))
            return #t.long .. t.own
        end"
    .replace("MANY", if cfg!(miri) { "20" } else { "300" });
    let image = sealed(&source).expect("it can be shared");
    let wanted = format!("100000{}", "y".repeat(20));
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                for detach in [None, Some(0)] {
                    let (mut lua, root) = cut::start(&image, Options { stress: true, ..Options::default() });
                    assert_eq!(text_detached(&mut lua, root, 10_000, detach), wanted);
                    lua.collect();
                }
            });
        }
    });
}

#[test]
fn image_a_read_makes_nothing_private() {
    let source = "local t = { 1, 2, x = { y = 1 } } return function() local n = 0 for k, v in pairs(t) do n = n + 1 end return n + t.x.y + #t end";
    let image = sealed(source).expect("it can be shared");
    let (mut lua, root) = cut::start(&image, Options::default());
    let before = lua.stats().objects;
    assert_eq!(text(&mut lua, root, i64::MAX), "6");
    assert_eq!(lua.stats().objects, before);
}

#[test]
fn image_what_leaves_the_process_is_what_it_wrote() {
    let source = "T = { 1, 2, x = { 'kept' } } return function() T.x[2] = 'added' T[1] = nil return '' end";
    let image = sealed(source).expect("it can be shared");
    let (mut lua, root) = cut::start(&image, Options::default());
    assert_eq!(text(&mut lua, root, i64::MAX), "");
    let fragment = lua.enter(&mut (), |cx| {
        let t = cx.globals().get_field("T");
        cx.copy_out(&[t])
    });
    let mut other = Lua::new(statics(), Options::default());
    let copied = other.enter(&mut (), |cx| {
        let t = cx.adopt(&fragment.expect("plain data")).expect("it fits")[0].as_table().expect("a table");
        let x = t.get_field("x").as_table().expect("a table");
        (t.get_int(1).as_int(), t.get_int(2).as_int(), x.len(), x.is_frozen())
    });
    assert_eq!(copied, (None, Some(2), 2, false));
}

// ---- what cannot be shared -----------------------------------------------------------------------------------------

#[test]
fn image_refuses_coroutines_iterators_and_huge_tables() {
    let why = |source| sealed(source).err();
    assert_eq!(why("co = coroutine.create(function() end)"), Some(Unshareable::Coroutine));
    assert_eq!(why("next_word = string.gmatch('a b', '%a')"), Some(Unshareable::Iterator));
    assert_eq!(why("t = table.create(70000)"), Some(Unshareable::LargeTable));
    assert_eq!(why("local co = coroutine.wrap(function() return 1 end) x = co()"), None);
    assert_eq!(why("for w in string.gmatch('a b', '%a') do x = w end"), None);
    assert_eq!(why("e = errors.new('kept')"), None);
}

#[test]
fn image_a_native_with_effects_ends_the_rehearsal_before_it_runs() {
    for source in [
        "x = math.random()",
        "x = pcall(math.random)",
        "local f = math.random x = table.concat({ f() })",
        "x = setmetatable({}, { __index = math.random }).y",
        "x = coroutine.wrap(math.random)()",
    ] {
        let mut rehearsal = Rehearsal::new(statics(), Options::default());
        let root = chunk(rehearsal.lua(), source);
        let ended = rehearsal.lua().run(&root, &mut i64::MAX.clone(), &mut ());
        assert!(matches!(ended, Run::Dead), "{source}: {ended:?}");
        assert_eq!(rehearsal.refused().as_deref(), Some("random"), "{source}");
    }
}

#[test]
fn image_errors_keep_their_details_apart() {
    let source = "local e = errors.new({ message = 'm', details = { n = 1 } })
        return function() local d = e:details() d.n = d.n + 1 return tostring(e:details().n) .. tostring(e:details() == d) end";
    let image = sealed(source).expect("it can be shared");
    assert_eq!(call(&image), "2true");
    assert_eq!(call(&image), "2true");
}

// ---- templates -----------------------------------------------------------------------------------------------------

const COUNTERS: &str = "
    local a, b = counter.new(5), counter.new()
    local all, known = { a, b, [a] = 'a' }, tostring(a)
    a:up()
    return function()
        local out = { a:up(), a:up(), b:up(), all[all[1]], tostring(all[2]:keep({ 7 })), #b:keep(a), tostring(tostring(a) == known) }
        out[#out + 1] = b:keep(nil) == a and all[1] == a and 'same' or 'other'
        return table.concat(out, ' ')
    end";

#[test]
fn image_templates_begin_in_each_process_as_the_top_level_left_them() {
    let image = sealed(COUNTERS).expect("it can be shared");
    for _ in 0..2 {
        assert_eq!(call(&image), "7 8 1 a nil 1 true same");
    }
    for slice in [1, 100] {
        for at in [0, 3, 20] {
            let (mut lua, root) = cut::start(&image, Options { stress: true, ..Options::default() });
            assert_eq!(text_detached(&mut lua, root, slice, Some(at)), "7 8 1 a nil 1 true same");
        }
    }
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| assert_eq!(call(&image), "7 8 1 a nil 1 true same"));
        }
    });
}

#[test]
fn image_templates_are_seen_through_pins_of_a_process_that_rests() {
    let image =
        sealed("C = counter.new(1) return function() C:up() return '' end").expect("it can be shared");
    let start = || {
        let (mut lua, root) = cut::start(&image, Options::default());
        let pin = lua.enter(&mut (), |cx| {
            let c = cx.globals().get_field("C");
            cx.pin(c)
        });
        (lua, root, pin)
    };
    let count = |lua: &Lua, pin: &Pin| lua.pins().payload::<Counter>(pin).expect("a counter").count.get();
    let ((mut lua, root, pin), (other, _, same)) = (start(), start());
    assert_eq!(count(&lua, &pin), 1);
    assert_eq!(text(&mut lua, root, i64::MAX), "");
    assert_eq!((count(&lua, &pin), count(&other, &same)), (2, 1));
}

#[test]
fn image_refuses_a_state_that_cannot_be_made_again() {
    assert_eq!(sealed("C = counter.new(-1)").err(), Some(Unshareable::Object("counter")));
    assert_eq!(sealed("C = counter.new() C:keep(1)").err(), Some(Unshareable::Object("counter")));
}

// ---- large images --------------------------------------------------------------------------------------------------

#[test]
fn image_is_sealed_in_slices() {
    let many = if cfg!(miri) { 50 } else { 30_000 };
    let source = format!(
        "local list = {{}}
        for i = 1, 100 do list[i] = {{}} end
        for i = 1, {many} do local n = i list[i % 100 + 1][i] = {{ i, function() n = n + 1 return n end }} _ = {{ i }} end
        return function() return list[{many} % 100 + 1][{many}][2]() + 2 .. '' end"
    );
    let mut rehearsal = Rehearsal::new(statics(), Options::default());
    let root = chunk(rehearsal.lua(), &source);
    assert!(matches!(rehearsal.lua().run(&root, &mut i64::MAX.clone(), &mut ()), Run::Finished));
    let value = rehearsal.lua().enter(&mut (), |cx| {
        let thread = cx.pinned(&root);
        let value = cx.outcome(thread)[0];
        cx.pin(value)
    });
    rehearsal.lua().unpin(root);
    let mut checks = 1;
    let slice = if cfg!(miri) { 500 } else { 50_000 };
    while rehearsal.check(&mut slice.clone()).is_none() {
        checks += 1;
    }
    let mut sealing = rehearsal.seal(vec![value]);
    let (mut slices, mut worst) = (1, 0);
    let image = loop {
        let mut fuel = slice;
        let done = sealing.step(&mut fuel);
        worst = worst.max(-fuel);
        match done {
            Some(image) => break image.expect("it can be shared"),
            None => slices += 1,
        }
    };
    assert_eq!(call(&image), format!("{}", many + 3));
    assert!(checks > 3 && slices > 8, "{checks} and {slices} slices");
    assert!(worst < 20_000, "a step took {worst} units more than it was given");
}
