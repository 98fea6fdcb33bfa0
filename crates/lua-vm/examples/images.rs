//! Runs a case in a fresh process or on an image: `images fresh|image file.lua case rounds`.
//!
//! Prints the result and the seconds of processor time of the case alone. Instructions, for ratios that do not depend on the load of the
//! machine: `valgrind --tool=callgrind`, at two numbers of rounds.

#![allow(clippy::print_stdout, reason = "a command-line program")]

use lua_vm::{Lua, Options, Pin, Proto, Rehearsal, Run, StaticsBuilder};
use std::sync::Arc;

#[global_allocator]
static ALLOCATOR: infra_alloc::Allocator = infra_alloc::Allocator;

/// Runs a coroutine to its end and keeps its first result.
fn finish(lua: &mut Lua, root: &Pin) -> Pin {
    loop {
        match lua.run(root, &mut 100_000, &mut ()) {
            Run::OutOfFuel => {}
            Run::Finished => break,
            other => panic!("it ended with {other:?}"),
        }
    }
    lua.enter(&mut (), |cx| {
        let thread = cx.pinned(root);
        let value = cx.outcome(thread)[0];
        cx.pin(value)
    })
}

fn chunk(lua: &mut Lua, proto: Arc<Proto>) -> Pin {
    let root = lua.enter(&mut (), |cx| {
        let chunk = cx.load(proto);
        let thread = cx.thread(chunk, &[]);
        cx.pin(thread)
    });
    let value = finish(lua, &root);
    lua.unpin(root);
    value
}

/// Processor time of this process.
fn cpu_seconds() -> f64 {
    let text = std::fs::read_to_string("/proc/self/schedstat").unwrap_or_default();
    let nanoseconds = text.split(' ').next().and_then(|n| n.parse::<f64>().ok()).unwrap_or(0.0);
    nanoseconds / 1e9
}

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [mode, path, case, rounds] = &args[..] else {
        panic!("usage: images fresh|image file.lua case rounds")
    };
    let source = std::fs::read(path).expect("the file can be read");
    let parsed = lua_syntax::parse(&source);
    let lines = lua_syntax::LineIndex::new(&source);
    let proto = lua_vm::compile(&parsed.chunk, path, &lines).unwrap_or_else(|e| panic!("{}", e[0].message));
    let statics = StaticsBuilder::new().build();
    let (mut lua, cases) = match mode.as_str() {
        "image" => {
            let mut rehearsal = Rehearsal::new(statics, Options::default());
            let cases = chunk(rehearsal.lua(), proto);
            let image = rehearsal.seal(vec![cases]).finish().unwrap_or_else(|why| panic!("{why}"));
            (Lua::from_image(image, Options::default()), None)
        }
        _ => {
            let mut lua = Lua::new(statics, Options::default());
            let cases = chunk(&mut lua, proto);
            (lua, Some(cases))
        }
    };
    let rounds: i64 = rounds.parse().expect("a number of rounds");
    let root = lua.enter(&mut (), |cx| {
        let cases = match &cases {
            Some(pin) => cx.pinned(pin),
            None => cx.image_value(0),
        };
        let f = cases.as_table().expect("the file returns its cases").get_field(case);
        let thread = cx.thread(f, &[rounds.into()]);
        cx.pin(thread)
    });
    let start = cpu_seconds();
    let result = finish(&mut lua, &root);
    let seconds = cpu_seconds() - start;
    let text = lua.enter(&mut (), |cx| {
        let value = cx.pinned(&result);
        cx.plain_text(value)
    });
    println!("{mode}\t{case}\t{text}\t{seconds:.4}");
}
