//! Runs a program of text in our engine, with what it prints as the result.

use std::sync::{Arc, OnceLock};

use lua_vm::{Cx, Lua, NativeResult, Options, Pin, Proto, Run, Statics, StaticsBuilder};

/// How a program is run.
#[derive(Clone, Copy)]
pub(crate) struct Mode {
    /// Fuel of a slice.
    pub(crate) slice: i64,
    /// Fuel of the whole run.
    pub(crate) fuel: i64,
    /// Bytes of the heap.
    pub(crate) quota: usize,
    /// Collect whenever something was allocated.
    pub(crate) stress: bool,
}

/// What came of a program.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum End {
    Finished,
    /// The text of what was raised.
    Raised(String),
    /// The message of the parser or the compiler.
    Refused(String),
    OutOfFuel,
    OutOfMemory,
}

/// Base libraries and a `print` that adds a line to the host's bytes; made once, since that takes longer than most programs.
pub(crate) fn statics() -> Arc<Statics> {
    static STATICS: OnceLock<Arc<Statics>> = OnceLock::new();
    let made = STATICS.get_or_init(|| {
        let mut b = StaticsBuilder::new();
        b.func("print", print);
        b.build()
    });
    Arc::clone(made)
}

fn print(cx: &mut Cx<'_>) -> NativeResult {
    let line = cx.check_bytes(0)?;
    let out = cx.host::<Vec<u8>>();
    out.extend_from_slice(line);
    out.push(b'\n');
    cx.ret0()
}

/// What `source` prints, and how it ends.
pub(crate) fn run(statics: &Arc<Statics>, source: &[u8], mode: Mode) -> (Vec<u8>, End) {
    match compile(source) {
        Ok(proto) => execute(statics, proto, mode),
        Err(message) => (Vec::new(), End::Refused(message)),
    }
}

/// The code of `source`, or the message of the parser or the compiler.
pub(crate) fn compile(source: &[u8]) -> Result<Arc<Proto>, String> {
    let parsed = lua_syntax::parse(source);
    if let Some(error) = parsed.errors.first() {
        return Err(error.message.clone());
    }
    let lines = lua_syntax::LineIndex::new(source);
    lua_vm::compile(&parsed.chunk, "stdin", &lines).map_err(|mistakes| mistakes[0].message.clone())
}

/// What a program prints, and how it ends.
pub(crate) fn execute(statics: &Arc<Statics>, proto: Arc<Proto>, mode: Mode) -> (Vec<u8>, End) {
    let mut lua = Lua::new(
        Arc::clone(statics),
        Options { quota: mode.quota, stress: mode.stress, ..Options::default() },
    );
    let mut out = Vec::new();
    let root = lua.enter(&mut out, |cx| {
        let main = cx.load(proto);
        let thread = cx.thread(main, &[]);
        cx.pin(thread)
    });
    let end = finish(&mut lua, &root, &mut out, mode);
    (out, end)
}

/// Slices between two rests.
const RESTS: u32 = 7;

/// Runs a coroutine to its end.
pub(crate) fn finish(lua: &mut Lua, root: &Pin, out: &mut Vec<u8>, mode: Mode) -> End {
    let mut left = mode.fuel;
    let mut slices = 0;
    while left > 0 {
        let mut fuel = mode.slice.min(left);
        left -= fuel;
        let run = lua.run(root, &mut fuel, out);
        left += fuel;
        match run {
            Run::Finished => return End::Finished,
            Run::OutOfFuel => {
                // Now and then as if it waited: what is young is collected.
                slices += 1;
                if slices % RESTS == 0 {
                    lua.rest(&mut i64::MAX.clone(), false);
                }
            }
            Run::Raised(_) => {
                let text = lua.enter(out, |cx| {
                    let thread = cx.pinned(root);
                    cx.outcome(thread).first().map(|v| cx.plain_text(*v))
                });
                return End::Raised(text.unwrap_or_default());
            }
            Run::Dead => return End::OutOfMemory,
            // A yield of the root: nothing resumes it.
            Run::Yielded | Run::Waiting => return End::Finished,
        }
    }
    End::OutOfFuel
}
