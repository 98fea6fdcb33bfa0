//! Cuts a program in two: the first part becomes an image, on top of which the rest runs.
//!
//! `A; B` becomes `A; return function(...) B end`: locals of A are upvalues of B, so that the same program works on shared
//! tables, cells and functions, and must not notice.

use lua_vm::{Image, Lua, Options, Pin, Rehearsal, Run, Statics};
use std::sync::Arc;

/// Offsets of the statements of a text but the first, in source order.
#[allow(dead_code, reason = "not for all who include this")]
pub(crate) fn places(source: &[u8]) -> Vec<usize> {
    let parsed = lua_syntax::parse(source);
    parsed.chunk.block.stats.iter().skip(1).map(|stat| stat.span.start as usize).collect()
}

/// Runs the text up to `at` in a rehearsal and seals what is there. `None`: its state cannot be shared, or it raised.
pub(crate) fn image(
    statics: &Arc<Statics>,
    source: &[u8],
    name: &str,
    at: usize,
    options: Options,
) -> Option<Arc<Image>> {
    let text = [&source[..at], b" return function(...) ", &source[at..], b"\nend"].concat();
    let parsed = lua_syntax::parse(&text);
    if !parsed.errors.is_empty() {
        return None;
    }
    let lines = lua_syntax::LineIndex::new(&text);
    let proto = lua_vm::compile(&parsed.chunk, name, &lines).ok()?;
    let mut rehearsal = Rehearsal::new(Arc::clone(statics), options);
    let lua = rehearsal.lua();
    let root = lua.enter(&mut (), |cx| {
        let chunk = cx.load(proto);
        let thread = cx.thread(chunk, &[]);
        cx.pin(thread)
    });
    let mut fuel = i64::MAX;
    if !matches!(lua.run(&root, &mut fuel, &mut ()), Run::Finished) {
        return None;
    }
    let rest = lua.enter(&mut (), |cx| {
        let thread = cx.pinned(&root);
        let rest = cx.outcome(thread)[0];
        cx.pin(rest)
    });
    lua.unpin(root);
    rehearsal.seal(vec![rest]).finish().ok()
}

/// A process on top of the image, and the coroutine that will run the rest.
pub(crate) fn start(image: &Arc<Image>, options: Options) -> (Lua, Pin) {
    let mut lua = Lua::from_image(Arc::clone(image), options);
    let root = lua.enter(&mut (), |cx| {
        let rest = cx.image_value(0);
        let thread = cx.thread(rest, &[]);
        cx.pin(thread)
    });
    (lua, root)
}
