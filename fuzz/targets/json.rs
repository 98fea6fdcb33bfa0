//! Any bytes decode to a value or an error; what was decoded encodes to one text, again and again.
#![no_main]

use std::sync::{Arc, LazyLock};

use libfuzzer_sys::fuzz_target;
use lua_api::{decode_json, encode_json};
use lua_vm::{Lua, Options, Proto, Run, Statics, StaticsBuilder};

/// Holes of an array and mixed keys are refused, nothing else that was decoded.
const SOURCE: &[u8] = b"
local value, wrong = decode(...)
if wrong ~= nil then return end
local once, refused = encode(value)
if refused ~= nil then return end
local again, bad = decode(once)
assert(bad == nil, 'own text is refused: ' .. once)
assert(encode(again) == once, once)
";

static MADE: LazyLock<(Arc<Statics>, Arc<Proto>)> = LazyLock::new(|| {
    let parsed = lua_syntax::parse(SOURCE);
    let lines = lua_syntax::LineIndex::new(SOURCE);
    let mut statics = StaticsBuilder::new();
    lua_api::install(&[], &mut statics);
    statics.local("decode", decode_json).local("encode", encode_json);
    (statics.build(), lua_vm::compile(&parsed.chunk, "target", &lines).expect("it compiles"))
});

fuzz_target!(|text: &[u8]| {
    let (statics, proto) = &*MADE;
    let mut lua = Lua::new(Arc::clone(statics), Options { quota: 16 << 20, ..Options::default() });
    let root = lua.enter(&mut (), |cx| {
        let main = cx.load(Arc::clone(proto));
        let args = [cx.string(text)];
        let thread = cx.thread(main, &args);
        cx.pin(thread)
    });
    // The length of the text decides how long slices are.
    let slice = if text.len() % 2 == 0 { 1 } else { 10_000 };
    loop {
        match lua.run(&root, &mut slice.clone(), &mut ()) {
            Run::OutOfFuel => {}
            Run::Finished | Run::Dead => return,
            other => panic!("{other:?}"),
        }
    }
});
