//! Runs the Lua files of `tests/lua`: whole, in slices, under stress, from sealed code, on images.
//!
//! For the last, a file is cut in two at many places, and the second part runs on top of an image of the first, which some
//! processes leave on the way.

use libtest_mimic::{Arguments, Failed, Trial};
use lua_vm::{CodeKey, Lua, Options, Pin, Run, StaticsBuilder};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

#[path = "support/cut.rs"]
mod cut;

/// The folders whose cases need nothing but the base libraries.
const AREAS: [&str; 8] = ["base", "string", "table", "math", "errors", "coroutine", "language", "types"];

/// How a case is run.
#[derive(Clone, Copy)]
struct Mode {
    name: &'static str,
    /// Fuel of a slice.
    slice: i64,
    /// Collect whenever something was allocated.
    stress: bool,
    /// Run the code that was sealed and opened again.
    sealed: bool,
    /// Behind each slice the process is told that it waits: it collects what is young.
    rests: bool,
    /// Before this slice the process asks for a copy of its image.
    detach: Option<usize>,
}

const MODES: [Mode; 5] = [
    Mode { name: "whole", slice: i64::MAX, stress: false, sealed: false, rests: false, detach: None },
    Mode { name: "slices", slice: 1, stress: false, sealed: false, rests: false, detach: None },
    Mode { name: "stress", slice: 100_000, stress: true, sealed: false, rests: false, detach: None },
    Mode { name: "sealed", slice: i64::MAX, stress: false, sealed: true, rests: false, detach: None },
    Mode { name: "rests", slice: 40, stress: false, sealed: false, rests: true, detach: None },
];

/// The same for a process that leaves its image, at once or in the midst of it.
const DETACHED: [Mode; 4] = [
    Mode { name: "detached", slice: i64::MAX, stress: false, sealed: false, rests: false, detach: Some(0) },
    Mode { name: "detached later", slice: 1, stress: false, sealed: false, rests: false, detach: Some(1) },
    Mode {
        name: "detached between rests",
        slice: 40,
        stress: false,
        sealed: false,
        rests: true,
        detach: Some(1),
    },
    Mode {
        name: "detached under stress",
        slice: 100,
        stress: true,
        sealed: false,
        rests: false,
        detach: Some(1),
    },
];

/// Cases that work on so much data that collecting at each allocation takes minutes.
const NOT_STRESSED: [&str; 0] = [];

/// Collections that freed something without a cycle of the collector.
static YOUNG: AtomicUsize = AtomicUsize::new(0);

/// Images of a case: cuts at so many places, evenly spread.
const CUTS: usize = 24;

/// Cases that say what a local is called in messages: it is an upvalue behind a cut.
const NAMES_LOCALS: [&str; 0] = [];

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
            if !NAMES_LOCALS.contains(&case.as_str()) {
                trials.push(Trial::test(format!("{case} (images)"), move || on_images(&path)));
            }
        }
    }
    let conclusion = libtest_mimic::run(&Arguments::from_args(), trials);
    let young = YOUNG.load(Relaxed);
    assert!(conclusion.num_filtered_out > 0 || young > 2_000, "only {young} collections of what is young");
    conclusion.exit();
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
    let mut proto = lua_vm::compile(&parsed.chunk, &name, &lines).map_err(|e| e[0].message.clone())?;
    if mode.sealed {
        let key = CodeKey::new(&[0; 32]);
        let id = key.id(&name, &source);
        proto = key.open(&id, &key.seal(&id, &proto))?;
    }
    let mut lua =
        Lua::new(StaticsBuilder::new().build(), Options { stress: mode.stress, ..Options::default() });
    let root = lua.enter(&mut (), |cx| {
        let main = cx.load(Arc::clone(&proto));
        let thread = cx.thread(main, &[]);
        cx.pin(thread)
    });
    finish(&mut lua, &root, mode)
}

/// Two processes from each image: what the first does must not be seen by the second.
fn on_images(path: &Path) -> Result<(), Failed> {
    let source = std::fs::read(path)?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let statics = StaticsBuilder::new().build();
    let places = cut::places(&source);
    for at in places.iter().step_by(places.len() / CUTS + 1) {
        let Some(image) = cut::image(&statics, &source, &name, *at, Options::default()) else { continue };
        for mode in MODES.iter().chain(&DETACHED) {
            // Another slice for each cut.
            let mode = Mode { detach: mode.detach.map(|n| n * (at % 61)), ..*mode };
            let options = Options { stress: mode.stress, ..Options::default() };
            let (mut lua, root) = cut::start(&image, options);
            let line = source[..*at].iter().filter(|b| **b == b'\n').count() + 1;
            finish(&mut lua, &root, mode)
                .map_err(|e| format!("cut at line {line}, {}: {}", mode.name, e.message().unwrap_or("")))?;
        }
    }
    Ok(())
}

fn finish(lua: &mut Lua, root: &Pin, mode: Mode) -> Result<(), Failed> {
    for slice in 0.. {
        if mode.detach == Some(slice) {
            lua.detach();
        }
        let mut fuel = mode.slice;
        match lua.run(root, &mut fuel, &mut ()) {
            Run::Finished => return Ok(()),
            Run::OutOfFuel if mode.rests => rest(lua),
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
    unreachable!("the slices never end")
}

fn rest(lua: &mut Lua) {
    let (collections, freed) = (lua.stats().collections, lua.freed());
    let done = lua.rest(&mut i64::MAX.clone(), false);
    assert!(done, "it had fuel");
    if lua.freed() > freed && lua.stats().collections == collections {
        YOUNG.fetch_add(1, Relaxed);
    }
}
