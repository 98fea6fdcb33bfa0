//! Patterns, replacements, formats and packing take any bytes, and charge what they do.
#![no_main]

use std::sync::{Arc, LazyLock};

use libfuzzer_sys::fuzz_target;
use lua_vm::{Lua, Options, Proto, Run, Statics, StaticsBuilder};

/// `...`: pattern, subject, replacement. Whatever raises must raise a text.
const SOURCE: &[u8] = b"
local p, s, r = ...
local function try(f, ...)
  local ok, e = pcall(f, ...)
  assert(ok or type(e) == 'string')
  return ok, e
end
try(string.find, s, p)
try(string.match, s, p)
try(function() for a, b in s:gmatch(p) do end end)
try(string.gsub, s, p, r)
try(string.gsub, s, p, function(a) return a end)
try(string.gsub, s, p, {})
try(string.find, s, p, 1, true)
for _, v in ipairs{1, -1.5, s, 1 << 62} do try(string.format, p, v, s, 2, 3) end
local ok, packed = try(string.pack, p, 1, s, 2, s)
if ok then try(string.unpack, p, packed) end
try(string.unpack, p, s)
try(string.packsize, p)
try(tonumber, s)
try(tonumber, s, 36)
";

/// Made once: that takes longer than the rest.
static MADE: LazyLock<(Arc<Statics>, Arc<Proto>)> = LazyLock::new(|| {
    let parsed = lua_syntax::parse(SOURCE);
    let lines = lua_syntax::LineIndex::new(SOURCE);
    (StaticsBuilder::new().build(), lua_vm::compile(&parsed.chunk, "target", &lines).expect("it compiles"))
});

fuzz_target!(|bytes: &[u8]| {
    let mut parts = bytes.splitn(3, |b| *b == b'\n');
    let mut part = || parts.next().unwrap_or_default();
    let (pattern, subject, replacement) = (part(), part(), part());
    let (statics, proto) = &*MADE;
    let mut lua = Lua::new(Arc::clone(statics), Options { quota: 16 << 20, ..Options::default() });
    let root = lua.enter(&mut (), |cx| {
        let main = cx.load(Arc::clone(proto));
        let args = [cx.string(pattern), cx.string(subject), cx.string(replacement)];
        let thread = cx.thread(main, &args);
        cx.pin(thread)
    });
    for _ in 0..200 {
        let mut fuel = 10_000;
        match lua.run(&root, &mut fuel, &mut ()) {
            Run::OutOfFuel => assert!(fuel > -10_000_000, "one step took {fuel}"),
            Run::Finished | Run::Dead => return,
            Run::Raised(_) => {
                let text = lua.enter(&mut (), |cx| {
                    let thread = cx.pinned(&root);
                    let raised = cx.outcome(thread)[0];
                    cx.plain_text(raised)
                });
                panic!("{text}");
            }
            Run::Yielded | Run::Waiting => unreachable!("it neither yields nor waits"),
        }
    }
});
