//! A graph of tables survives the journey to another process, in any order of drops and collections.
#![no_main]

use std::sync::{Arc, LazyLock};

use libfuzzer_sys::fuzz_target;
use lua_vm::{Lua, Options, Run, Statics, StaticsBuilder};

/// Makes a graph from the choices in `...`, and the text of its shape.
const MAKE: &[u8] = b"
local bytes = ...
local at = 0
local function choose(n) at = at + 1 return (bytes:byte(at) or 0) % n end
local tables = {{}}
local function value()
  local kind = choose(11)
  if kind == 0 then return nil elseif kind == 1 then return choose(2) == 1
  elseif kind == 2 then return choose(256) - 128 elseif kind == 3 then return (choose(256) - 128) / 4
  elseif kind == 4 then return ('x'):rep(choose(256)) .. at elseif kind == 5 then return 'k' .. choose(8)
  elseif kind == 6 then return math.maxinteger - choose(3) elseif kind == 7 then return ('long'):rep(100) .. choose(3)
  elseif kind == 8 then return tables[choose(#tables) + 1]
  elseif kind == 9 then return string
  else local t = {} tables[#tables + 1] = t return t end
end
while at < #bytes do
  local t = tables[choose(#tables) + 1]
  local k = value()
  if choose(3) == 0 then t[#t + 1] = value() elseif k ~= nil and k == k then t[k] = value() end
end
graph = tables[1]
";

/// The text of `graph`: entries in their order, tables by the order in which they are met.
const SHAPE: &[u8] = b"
local seen, count, parts = {}, 0, {}
local function add(s) parts[#parts + 1] = s end
local todo = {...}
local function show(v)
  if type(v) ~= 'table' then add(type(v) .. ':' .. (math.type(v) or '') .. tostring(v)) return end
  if v == string then add('library') return end
  if not seen[v] then count = count + 1 seen[v] = count todo[#todo + 1] = v end
  add('#' .. seen[v])
end
seen[todo[1]] = 0
local i = 1
while todo[i] do
  add('{') for k, v in pairs(todo[i]) do show(k) add('=') show(v) add(',') end add('}')
  i = i + 1
end
return table.concat(parts)
";

fn run(
    lua: &mut Lua,
    source: &[u8],
    argument: impl for<'cx> FnOnce(&mut lua_vm::Cx<'cx>) -> lua_vm::Val<'cx>,
) -> Option<String> {
    let parsed = lua_syntax::parse(source);
    let proto =
        lua_vm::compile(&parsed.chunk, "target", &lua_syntax::LineIndex::new(source)).expect("it compiles");
    let root = lua.enter(&mut (), |cx| {
        let main = cx.load(proto);
        let argument = argument(cx);
        let thread = cx.thread(main, &[argument]);
        cx.pin(thread)
    });
    let mut fuel = 50_000_000;
    let run = lua.run(&root, &mut fuel, &mut ());
    let text = lua.enter(&mut (), |cx| {
        let thread = cx.pinned(&root);
        cx.outcome(thread).first().map(|v| cx.plain_text(*v))
    });
    lua.unpin(root);
    match run {
        Run::Finished => Some(text.unwrap_or_default()),
        Run::OutOfFuel | Run::Dead => None,
        other => panic!("{other:?}: {text:?}"),
    }
}

fn process(statics: &Arc<Statics>, stress: bool) -> Lua {
    Lua::new(Arc::clone(statics), Options { quota: 64 << 20, stress, ..Options::default() })
}

/// Made once: that takes longer than the rest.
static STATICS: LazyLock<Arc<Statics>> = LazyLock::new(|| StaticsBuilder::new().build());

fuzz_target!(|bytes: &[u8]| {
    let Some((order, bytes)) = bytes.split_first() else { return };
    if bytes.len() > 2000 {
        return;
    }
    let statics = &*STATICS;
    let mut from = process(statics, order & 1 != 0);
    if run(&mut from, MAKE, |cx| cx.string(bytes)).is_none() {
        return;
    }
    let Some(before) = run(&mut from, SHAPE, |cx| cx.globals().get_field("graph")) else { return };
    let mut fragment = from.enter(&mut (), |cx| {
        let graph = cx.globals().get_field("graph");
        cx.copy_out(&[graph]).expect("plain data travels")
    });
    if order & 2 != 0 {
        drop(from);
    }
    let mut to = process(statics, order & 4 != 0);
    let last = order >> 3 & 1;
    for time in 0..=last {
        to.enter(&mut (), |cx| {
            // The last one may take what it gets as it is.
            let taken = time == last && order & 64 != 0;
            let values = if taken { cx.adopt_all(&mut fragment) } else { cx.adopt(&fragment) };
            let graph = values.unwrap_or_else(|_| panic!("it fits"))[0];
            let globals = cx.globals();
            cx.set_field(globals, "graph", graph).unwrap_or_else(|_| panic!("a text key"));
        });
        if order & 16 != 0 {
            to.collect();
        }
    }
    if order & 32 != 0 {
        drop(fragment);
    }
    let after = run(&mut to, SHAPE, |cx| cx.globals().get_field("graph"));
    assert_eq!(Some(before), after);
});
