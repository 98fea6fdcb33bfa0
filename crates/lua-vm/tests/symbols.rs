//! Names of code work as before when the node has as many symbols as it may.
//!
//! In a program of its own, since symbols stay.

#![allow(clippy::unwrap_used, reason = "tests")]

use lua_vm::{Cx, Fragment, Lua, NativeResult, Options, Run, StaticsBuilder, symbols};
use std::fmt::Write;

fn send(cx: &mut Cx<'_>) -> NativeResult {
    let value = cx.arg(0);
    let copied = cx.copy_out(&[value]).map_err(|refused| cx.error(refused))?;
    cx.host::<Option<Fragment>>().replace(copied);
    cx.ret0()
}

fn receive(cx: &mut Cx<'_>) -> NativeResult {
    let mut sent = cx.host::<Option<Fragment>>().take().unwrap();
    let values = cx.adopt_all(&mut sent)?;
    cx.ret(values[0])
}

/// Runs a chunk in a process of its own, then frees both.
fn run(source: &str, mail: &mut Option<Fragment>) {
    let mut builder = StaticsBuilder::new();
    builder.func("send", send).func("receive", receive);
    let parsed = lua_syntax::parse(source.as_bytes());
    assert!(parsed.errors.is_empty(), "{:?}", parsed.errors);
    let lines = lua_syntax::LineIndex::new(source.as_bytes());
    let proto = lua_vm::compile(&parsed.chunk, "case", &lines).unwrap();
    let mut lua = Lua::new(builder.build(), Options { stress: true, ..Options::default() });
    let root = lua.enter(mail, |cx| {
        let f = cx.load(proto);
        let t = cx.thread(f, &[]);
        cx.pin(t)
    });
    let run = lua.run(&root, &mut i64::MAX.clone(), mail);
    let text = lua.enter(mail, |cx| {
        let thread = cx.pinned(&root);
        cx.outcome(thread).first().map(|v| cx.plain_text(*v))
    });
    assert!(matches!(run, Run::Finished), "{source}: {run:?}, {text:?}");
}

/// Compiles code with names that nobody had before until no more of them become symbols.
fn fill_up() {
    const NAMES: usize = 5000;
    let mut next = 0;
    while symbols().count < symbols().most {
        assert!(next <= symbols().most, "{:?} after {next} names", symbols());
        let mut source = String::from("return {");
        for _ in 0..NAMES {
            write!(source, "n{next:x}=1,").unwrap();
            next += 1;
        }
        source.push('}');
        let parsed = lua_syntax::parse(source.as_bytes());
        let lines = lua_syntax::LineIndex::new(source.as_bytes());
        lua_vm::compile(&parsed.chunk, "names", &lines).unwrap();
    }
}

#[test]
fn names_past_the_cap_are_constants_keys_and_messages_as_before() {
    if cfg!(miri) {
        return;
    }
    let mut mail = None;
    run("return 1", &mut mail);
    let before = symbols();
    assert!(before.count > 0 && before.bytes > before.count && before.count < before.most);
    fill_up();
    let full = symbols();
    assert_eq!(full.count, full.most);
    assert!(full.bytes > before.bytes && full.bytes <= full.most_bytes);

    run(
        "local t = { late_a = 'late_b' }
        local key = 'late' .. '_a'
        assert(t.late_a == 'late_b' and t[key] == 'late' .. '_b' and t.late_b == nil and key == 'late_a' and key ~= 'late_b')
        t[key] = 'late_c' assert(t.late_a == 'late_c' and next(t) == 'late_a')
        t.late_a = nil assert(next(t) == nil)
        late_global = 'late_d' assert(_G['late_' .. 'global'] == 'late_d')
        local class = {} class.__index = class function class:late_method() return self.late_field end
        local object = setmetatable({ late_field = 7 }, class)
        assert(object:late_method() == 7 and object['late_' .. 'method'](object) == 7)
        for i = 1, 100 do t['late_' .. i] = i end
        assert(t.late_1 == 1 and t.late_50 == 50 and t.late_100 == 100 and t.late_101 == nil)
        assert(('late_x'):upper() == 'LATE_X' and #'late_x' == 6 and 'late_x' < 'late_y')
        assert(not pcall(error, 'late_e') and select(2, pcall(error, 'late_e', 0)) == 'late_e')
        send({ late_key = 'late_value', [1] = 'late_value', late_more = { late_key = 'late_key' } })",
        &mut mail,
    );
    // The code that had these names is gone.
    run(
        "local got = receive()
        assert(got.late_key == 'late_value' and got[1] == got.late_key and got.late_more.late_key == 'late_key')
        assert(got['late' .. '_key'] == 'late' .. '_value')
        send('late_alone')",
        &mut mail,
    );
    run("assert(receive() == 'late_alone')", &mut mail);
    assert_eq!(symbols(), full, "nothing was added");
}
