//! Runs the Lua files about the modules here: whole, in slices of one unit, and under stress.

#![allow(clippy::unwrap_used, reason = "tests")]

use lua_vm::{Lua, Options, Run, StaticsBuilder};
use std::path::Path;

/// The modules are globals, and there is no log to print to.
const REQUIRE: &str = "local print = type local function require(name) return _G[name] end ";

/// Cases that are left out: two with so much data that they take long in slices, or under stress, or go to the end of their memory; and two
/// that need channels.
const LEFT_OUT: [&str; 4] = ["json/encode_refused", "json/encode_scalars", "json/long", "payload/refused"];

/// The most units by which a slice went over its end.
fn run(name: &str, text: &str, slice: i64, stress: bool) -> Result<i64, String> {
    let text = format!("{REQUIRE}{text}");
    let parsed = lua_syntax::parse(text.as_bytes());
    assert!(parsed.errors.is_empty(), "{name}: {:?}", parsed.errors);
    let lines = lua_syntax::LineIndex::new(text.as_bytes());
    let proto = lua_vm::compile(&parsed.chunk, name, &lines).unwrap();
    let mut builder = StaticsBuilder::new();
    let modules: Vec<_> = lua_std::modules().into_iter().map(lua_api::Module::ambient).collect();
    lua_api::install(&modules, &mut builder);
    let mut lua = Lua::new(builder.build(), Options { stress, ..Options::default() });
    let root = lua.enter(&mut (), |cx| {
        let f = cx.load(proto);
        let t = cx.thread(f, &[]);
        cx.pin(t)
    });
    let mut beyond = 0;
    loop {
        let mut fuel = slice;
        let run = lua.run(&root, &mut fuel, &mut ());
        beyond = beyond.max(-fuel);
        match run {
            Run::OutOfFuel => {}
            Run::Finished => return Ok(beyond),
            Run::Raised(_) => {
                let text = lua.enter(&mut (), |cx| {
                    let raised = cx.outcome(cx.pinned(&root))[0];
                    match cx.to_bytes(raised) {
                        Some(text) => String::from_utf8_lossy(text).into_owned(),
                        None => cx.plain_text(raised),
                    }
                });
                return Err(format!("{name} (slices of {slice}, stress {stress}): {text}"));
            }
            other => return Err(format!("{name}: {other:?}")),
        }
    }
}

#[test]
fn cases_end_the_same_whatever_the_slices_are() {
    let mut failed = Vec::new();
    let (mut count, mut left_out) = (0, 0);
    for area in ["json", "payload"] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/lua").join(area);
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let name = format!("{area}/{}", path.file_stem().unwrap().to_string_lossy());
            if LEFT_OUT.contains(&name.as_str()) {
                left_out += 1;
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            count += 1;
            failed.extend(run(&name, &text, i64::MAX, false).err());
            failed.extend(run(&name, &text, 1, false).err());
            failed.extend(run(&name, &text, 1_000, true).err());
        }
    }
    println!("{count} cases, left out: {}", LEFT_OUT.join(", "));
    assert!(count > 8 && left_out == LEFT_OUT.len(), "{count} cases, {left_out} left out");
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

/// The cases of `bench/pauses.lua` measure the same in time.
#[test]
fn long_texts_and_large_tables_are_read_and_written_in_short_steps() {
    const BEYOND: i64 = 100_000;
    let cases = [
        "local s = string.rep('a\\n', 500000) assert(json.decode(json.encode(s)) == s)",
        "local k, t = string.rep('k', 1000000), {} for i = 1, 3 do t[k .. i] = i end
         assert(json.decode(json.encode(t))[k .. 3] == 3)",
        "local k, t = string.rep('k', 20000), {} for i = 1, 200 do t[k .. i] = i end json.encode(t)",
        "assert(json.decode('[0.' .. string.rep('1234567890', 100000) .. ']')[1] > 0.1)",
        "local s = string.rep(' \\n', 500000) assert(json.decode(s .. '{\"a\"' .. s .. ':' .. s .. '1}' .. s).a == 1)",
        "local v, e = json.decode(string.rep('\\n', 2000000) .. 'x') assert(e:message():find('line 2000001'))",
        "local s = '[' .. string.rep('{},', 2700) .. '{}]' assert(#json.encode(json.decode(s)) == #s)",
        "local e = errors.new(string.rep('a\\n', 200000)) assert(#json.encode({ e }) == 65536 + 32759 + 4)",
        "local t = {} for i = 1, 40000 do t[i] = { id = i, name = 'n' .. i } end
         local p = payload.new(t):transcode(payload.format.JSON) assert(#p:data() == 40000)
         assert(#p:transcode(payload.format.LUA):data() == 40000)
         p = payload.new(t) p:data() assert(#p:transcode(payload.format.STRING):data() > 40000)",
        "local s = string.rep('a\\n', 500000) assert(payload.new(s):transcode(payload.format.JSON):data() == s)",
    ];
    let mut failed = Vec::new();
    for case in cases {
        match run(case, case, 10_000, false) {
            Ok(..=BEYOND) => {}
            Ok(beyond) => failed.push(format!("{beyond} units in one piece: {case}")),
            Err(error) => failed.push(error),
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}
