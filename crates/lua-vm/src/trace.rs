//! Positions and tracebacks of Lua frames.

#![allow(unsafe_code, reason = "reads frames")]

use std::fmt;

use crate::object::{Closure, Thread};
use crate::proto::Proto;

/// One Lua function on a stack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TraceFrame {
    /// Name of the chunk, usually the entry id.
    pub source: String,
    /// Line that was executed.
    pub line: u32,
    /// Name of the function as the code that defined it says; `main chunk` for the chunk itself.
    pub name: String,
}

impl fmt::Display for TraceFrame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: in {}", self.source, self.line, self.name)
    }
}

impl TraceFrame {
    /// The frame that a line of a traceback shows, as `Display` writes it; `None` for other lines.
    pub fn parse(line: &str) -> Option<TraceFrame> {
        // Names of chunks may hold anything, numbers of lines are before the first fit.
        line.match_indices(": in ").find_map(|(at, between)| {
            let (source, number) = line[..at].rsplit_once(':')?;
            let name = line[at + between.len()..].to_owned();
            Some(TraceFrame { source: source.to_owned(), line: number.parse().ok()?, name })
        })
    }
}

/// Frames of one coroutine that a traceback shows at either end, and half of what it shows at either end in all.
const LIMIT: usize = 40;

unsafe fn frame(t: *const Thread, i: usize) -> Option<TraceFrame> {
    // SAFETY: the caller passes a live thread and a frame that exists; Lua frames point to live closures.
    unsafe {
        let f = &(&(*t).frames)[i];
        if f.native {
            return None;
        }
        let proto = &*(*f.callee.cast::<Closure>()).proto;
        Some(TraceFrame {
            source: proto.source.to_string(),
            line: proto.line_at(f.pc),
            name: proto.name.to_string(),
        })
    }
}

/// Shows the Lua frames of the coroutine that `root` rests in and of those that resumed it, innermost first, `most` at most.
pub(crate) fn visit(root: *const Thread, most: usize, visit: &mut dyn FnMut(&Proto, u32)) {
    let mut left = most;
    // SAFETY: the caller passes a live root; its innermost coroutine and the parents of that are reachable from it, and Lua
    // frames point to live closures.
    unsafe {
        let innermost: *const Thread = (*root).innermost;
        let mut t = if innermost.is_null() { root } else { innermost };
        for _ in 0..COROUTINES {
            if t.is_null() {
                return;
            }
            for f in (&(*t).frames).iter().rev().filter(|f| !f.native) {
                if left == 0 {
                    return;
                }
                left -= 1;
                let proto = &*(*f.callee.cast::<Closure>()).proto;
                visit(proto, proto.line_at(f.pc));
            }
            t = (*t).parent;
        }
    }
}

/// Coroutines that a traceback goes through.
const COROUTINES: usize = 64;

/// The Lua frames of a coroutine and of those that resumed it, innermost first.
pub(crate) fn traceback(t: *const Thread) -> Vec<TraceFrame> {
    let mut out = Vec::new();
    let mut t = t;
    for _ in 0..COROUTINES {
        if t.is_null() {
            break;
        }
        own(&mut out, t);
        // SAFETY: a running coroutine and its parents are live.
        t = unsafe { (*t).parent };
    }
    out
}

/// Adds the frames of one coroutine; the middle of a long traceback is left out.
pub(crate) fn own(out: &mut Vec<TraceFrame>, t: *const Thread) {
    // SAFETY: the caller passes a live coroutine.
    let n = unsafe { (&(*t).frames).len() };
    if n > 2 * LIMIT {
        upper(out, t);
        lower(out, t);
        return;
    }
    add(out, t, 0..n);
}

/// Adds the innermost frames of a deep stack.
pub(crate) fn upper(out: &mut Vec<TraceFrame>, t: *const Thread) {
    // SAFETY: as above.
    let n = unsafe { (&(*t).frames).len() };
    add(out, t, n.saturating_sub(LIMIT)..n);
}

/// Adds its outermost frames.
pub(crate) fn lower(out: &mut Vec<TraceFrame>, t: *const Thread) {
    // SAFETY: as above.
    let n = unsafe { (&(*t).frames).len() };
    add(out, t, 0..n.min(LIMIT + 1));
}

fn add(out: &mut Vec<TraceFrame>, t: *const Thread, frames: std::ops::Range<usize>) {
    for i in frames.rev() {
        // SAFETY: as above; the frames exist.
        out.extend(unsafe { frame(t, i) });
    }
    if out.len() > 4 * LIMIT {
        out.drain(2 * LIMIT..out.len() - 2 * LIMIT);
    }
}

/// The traceback of what is being raised.
#[derive(Default)]
pub(crate) struct Trace(pub(crate) Vec<TraceFrame>);

/// Whether the Lua frame on top calls a method, whose object lies at `base`.
pub(crate) fn calls_method(t: *const Thread, base: u32) -> bool {
    // SAFETY: the thread runs; Lua frames point to live closures.
    unsafe {
        match (&(*t).frames).last() {
            Some(f) if !f.native && base > f.base && base - f.base <= 256 => {
                let proto = &*(*f.callee.cast::<Closure>()).proto;
                proto.calls_method(f.pc, (base - 1 - f.base) as u8)
            }
            _ => false,
        }
    }
}

/// `chunk:line: ` of the function at `level` (1 = the innermost frame below the running native), or empty.
pub(crate) fn place(t: *const Thread, level: usize) -> String {
    if level == 0 || t.is_null() {
        return String::new();
    }
    // SAFETY: the thread runs.
    unsafe {
        let n = (&(*t).frames).len();
        // A native that runs without a frame of its own is not on the list.
        n.checked_sub(level)
            .and_then(|i| frame(t, i))
            .map_or(String::new(), |f| format!("{}:{}: ", f.source, f.line))
    }
}

/// The name of the chunk of the nearest Lua function: through natives, and through those that resumed the coroutine.
pub(crate) fn caller(t: *const Thread) -> Option<String> {
    let mut t = t;
    while !t.is_null() {
        // SAFETY: a running coroutine and its parents are live; Lua frames point to live closures.
        unsafe {
            if let Some(f) = (&(*t).frames).iter().rev().find(|f| !f.native) {
                return Some((*(*f.callee.cast::<Closure>()).proto).source.to_string());
            }
            t = (*t).parent;
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::TraceFrame;

    #[test]
    fn a_shown_frame_is_read_back() {
        for (source, line, name) in
            [("app:lib", 4, "M.fail"), ("a: in b", 12, "main chunk"), ("=[C:7", 0, "t.x: in y")]
        {
            let frame = TraceFrame { source: source.to_owned(), line, name: name.to_owned() };
            assert_eq!(TraceFrame::parse(&frame.to_string()), Some(frame));
        }
        assert_eq!(TraceFrame::parse("..."), None);
        assert_eq!(TraceFrame::parse("app:lib:x: in f"), None);
    }
}
