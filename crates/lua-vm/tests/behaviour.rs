//! Runs the Lua files of `tests/lua`: with much fuel, in tiny slices, under constant collection.

use libtest_mimic::{Arguments, Failed, Trial};
use lua_vm::{Lua, Options, Pin, Run, StaticsBuilder};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The folders whose cases need nothing but the base libraries.
const AREAS: [&str; 7] = ["base", "string", "table", "math", "errors", "coroutine", "language"];

/// How a case is run.
#[derive(Clone, Copy)]
struct Mode {
    name: &'static str,
    /// Fuel of a slice.
    slice: i64,
    /// Collect whenever something was allocated.
    stress: bool,
}

const MODES: [Mode; 3] = [
    Mode { name: "whole", slice: i64::MAX, stress: false },
    Mode { name: "slices", slice: 1, stress: false },
    Mode { name: "stress", slice: 100_000, stress: true },
];

/// Cases that work on so much data that collecting at each allocation takes minutes.
const NOT_STRESSED: [&str; 0] = [];

fn main() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/lua");
    let mut trials = Vec::new();
    for area in AREAS {
        let cases = cases(&root.join(area));
        assert!(!cases.is_empty(), "tests/lua/{area} has no case");
        for path in cases {
            let case = format!("{area}/{}", path.file_stem().unwrap_or_default().to_string_lossy());
            for mode in MODES {
                if mode.stress && NOT_STRESSED.contains(&case.as_str()) {
                    continue;
                }
                let path = path.clone();
                trials.push(Trial::test(format!("{case} ({})", mode.name), move || run(&path, mode)));
            }
        }
    }
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

fn cases(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    let mut paths: Vec<PathBuf> = entries
        .map(|entry| entry.expect("a readable folder").path())
        .filter(|path| path.extension().is_some_and(|e| e == "lua"))
        .collect();
    paths.sort();
    paths
}

fn run(path: &Path, mode: Mode) -> Result<(), Failed> {
    let source = std::fs::read(path)?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    if !source.starts_with(b"-- ") {
        return Err("the first line is not a caption".into());
    }
    let parsed = lua_syntax::parse(&source);
    if let Some(error) = parsed.errors.first() {
        return Err(format!("{name}: {} at {:?}", error.message, error.span).into());
    }
    let lines = lua_syntax::LineIndex::new(&source);
    let proto = lua_vm::compile(&parsed.chunk, &name, &lines).map_err(|e| e.message)?;
    let mut lua =
        Lua::new(StaticsBuilder::new().build(), Options { stress: mode.stress, ..Options::default() });
    let root = lua.enter(&mut (), |cx| {
        let main = cx.load(Arc::clone(&proto));
        let thread = cx.thread(main, &[]);
        cx.pin(thread)
    });
    finish(&mut lua, &root, mode)
}

fn finish(lua: &mut Lua, root: &Pin, mode: Mode) -> Result<(), Failed> {
    loop {
        let mut fuel = mode.slice;
        match lua.run(root, &mut fuel, &mut ()) {
            Run::Finished => return Ok(()),
            Run::OutOfFuel => {}
            Run::Raised(trace) => {
                let text = lua.enter(&mut (), |cx| {
                    let thread = cx.pinned(root);
                    let raised = cx.outcome(thread).first().copied();
                    raised.map(|v| match cx.to_bytes(v) {
                        Some(text) => String::from_utf8_lossy(text).into_owned(),
                        None => cx.plain_text(v),
                    })
                });
                let frames: Vec<String> = trace.iter().map(ToString::to_string).collect();
                let text = text.unwrap_or_else(|| "nothing".into());
                return Err(format!("{text}\n{}", frames.join("\n")).into());
            }
            other => return Err(format!("the case ended with {other:?}").into()),
        }
    }
}
