//! Runs a Lua script: `luarun file.lua args…`. For benches and tests; `print` goes to standard output.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command-line program")]

use lua_vm::{Cx, Lib, Lua, NativeDef, NativeResult, Options, Run, StaticsBuilder, View};

#[global_allocator]
static ALLOCATOR: infra_alloc::Allocator = infra_alloc::Allocator;

fn print(cx: &mut Cx<'_>) -> NativeResult {
    let mut line = Vec::new();
    for i in 0..cx.nargs() {
        if i > 0 {
            line.push(b'\t');
        }
        match cx.arg(i).view() {
            View::Str(s) => line.extend_from_slice(s),
            _ => line.extend_from_slice(cx.plain_text(cx.arg(i)).as_bytes()),
        }
    }
    println!("{}", String::from_utf8_lossy(&line));
    cx.ret0()
}

/// Processor time of this process.
fn cpu_seconds() -> f64 {
    let text = std::fs::read_to_string("/proc/self/schedstat").unwrap_or_default();
    let nanoseconds = text.split(' ').next().and_then(|n| n.parse::<f64>().ok()).unwrap_or(0.0);
    nanoseconds / 1e9
}

fn main() {
    let mut args = std::env::args().skip(1);
    let path = args.next().expect("usage: luarun file.lua args");
    let source = std::fs::read(&path).expect("the script can be read");
    let parsed = lua_syntax::parse(&source);
    let lines = lua_syntax::LineIndex::new(&source);
    let report = |e: &lua_syntax::SyntaxError| -> ! {
        let (line, column) = lines.position(e.span.start);
        eprintln!("{path}:{line}:{column}: {}", e.message);
        std::process::exit(1)
    };
    if let Some(e) = parsed.errors.first() {
        report(e);
    }
    let proto = lua_vm::compile(&parsed.chunk, &path, &lines).unwrap_or_else(|e| report(&e[0]));

    let mut b = StaticsBuilder::new();
    b.func("print", print);
    let clock = NativeDef::boxed("clock", Box::new(|cx| cx.ret(cpu_seconds())));
    b.global("os", Lib::new().value("clock", clock));
    let statics = b.build();
    let stress = std::env::var_os("LUARUN_STRESS").is_some();
    let slice: i64 = std::env::var("LUARUN_FUEL").ok().and_then(|s| s.parse().ok()).unwrap_or(100_000);
    let quota = std::env::var("LUARUN_QUOTA").ok().and_then(|s| s.parse().ok()).unwrap_or(4 << 30);
    let mut lua = Lua::new(statics, Options { quota, stress, ..Options::default() });
    let mut host = ();
    let root = lua.enter(&mut host, |cx| {
        let t = cx.table(4, 0);
        for (i, a) in args.enumerate() {
            let s = cx.string(a.as_bytes());
            cx.set_int(t, i as i64 + 1, s).expect("an integer key");
        }
        let globals = cx.globals();
        cx.set_field(globals, "arg", t).expect("a text key");
        let f = cx.load(proto);
        let thread = cx.thread(f, &[]);
        cx.pin(thread)
    });
    loop {
        let mut fuel = slice;
        match lua.run(&root, &mut fuel, &mut host) {
            Run::OutOfFuel => {}
            Run::Finished => break,
            Run::Raised(trace) => {
                let text = lua.enter(&mut host, |cx| {
                    let t = cx.pinned(&root);
                    let v = cx.outcome(t)[0];
                    cx.plain_text(v)
                });
                eprintln!("luarun: {text}");
                for f in trace {
                    eprintln!("\t{f}");
                }
                std::process::exit(1);
            }
            other => {
                eprintln!("luarun: {other:?}");
                std::process::exit(2);
            }
        }
    }
    if std::env::var_os("LUARUN_STATS").is_some() {
        eprintln!("{:?}", lua.stats());
    }
}
