//! `system.memory`, `system.gc`, `system.runtime`: Go's names for what this node has.

use super::{node, number, numbers};
use infra_base::{Error, Result};
use lua_api::{Cx, Group, Guest, NativeResult, Val};
use sys_process::{Cores, Processes};
use tokio::runtime::Handle;

pub(super) fn memory_group() -> Group {
    Group::new("memory", "Memory of all Lua heaps.")
        .func(
            "stats(): (MemoryStats?, error?)",
            "Figures of all heaps in bytes and counts; `process` holds those of the calling process.",
            stats,
        )
        .func("allocated(): (integer?, error?)", "Bytes in all heaps, garbage included.", allocated)
        .func("heap_objects(): (integer?, error?)", "Objects in all heaps, garbage included.", heap_objects)
        .func(
            "set_limit(bytes: integer): (integer?, error?)",
            "Changes the soft limit of all heaps together; -1 for none. Returns the limit before.",
            set_limit,
        )
        .func(
            "get_limit(): (integer?, error?)",
            "The soft limit of all heaps in bytes; -1 for none.",
            get_limit,
        )
}

pub(super) fn gc_group() -> Group {
    Group::new("gc", "Garbage collection.")
        .func(
            "collect(): (boolean?, error?)",
            "Collects the garbage of this process before it goes on, and that of others when they run next.",
            collect,
        )
        .func(
            "set_percent(percent: integer): (integer?, error?)",
            "How much a heap grows between two collections, in percent of what lives; negative for none. Returns the value before.",
            set_percent,
        )
        .func("get_percent(): (integer?, error?)", "The growth between two collections.", get_percent)
}

pub(super) fn runtime_group() -> Group {
    Group::new("runtime", "What runs the processes.")
        .func("goroutines(): (integer?, error?)", "Coroutines of all processes, and tasks of services.", goroutines)
        .func(
            "max_procs(n?: integer): (integer?, error?)",
            "How many slices a host may run at once; with `n`, changes it for hosts that start later and returns the value before.",
            max_procs,
        )
        .func("cpu_count(): (integer?, error?)", "Cores of the machine.", cpu_count)
}

/// `system.memory.stats()`
fn stats(cx: &mut Cx<'_>) -> NativeResult {
    let memory = node(cx)?.memory.clone();
    let (total, limit) = (memory.total(), memory.limit());
    let resident = match resident() {
        Ok(bytes) => bytes,
        Err(error) => return cx.fail(error),
    };
    let table = cx.table(0, 17);
    let allocated = usize::try_from(total.allocated).unwrap_or(usize::MAX);
    let collections = usize::try_from(total.collections).unwrap_or(usize::MAX);
    numbers(
        cx,
        table,
        &[
            ("alloc", total.bytes),
            ("total_alloc", allocated),
            ("sys", resident),
            ("heap_alloc", total.bytes),
            ("heap_sys", resident),
            ("heap_idle", resident.saturating_sub(total.bytes)),
            ("heap_in_use", total.bytes),
            ("heap_released", 0),
            ("heap_objects", total.objects),
            ("stack_in_use", total.stacks),
            ("stack_sys", total.stacks),
            ("mspan_in_use", 0),
            ("mspan_sys", 0),
            ("num_gc", collections),
            ("next_gc", limit.unwrap_or(0)),
        ],
    )?;
    let known = lua_api::symbols();
    let symbols = cx.table(0, 4);
    numbers(
        cx,
        symbols,
        &[
            ("count", known.count),
            ("bytes", known.bytes),
            ("max_count", known.most),
            ("max_bytes", known.most_bytes),
        ],
    )?;
    cx.set_field(table, "symbols", symbols)?;
    let own = cx.heap();
    let coroutines = cx.at().live();
    let process = cx.table(0, 7);
    numbers(
        cx,
        process,
        &[
            ("alloc", own.bytes + own.outside),
            ("heap_objects", own.objects),
            ("stack_in_use", own.stacks),
            ("num_gc", own.collections as usize),
            ("next_gc", own.next),
            ("limit", own.quota),
            ("coroutines", coroutines),
        ],
    )?;
    cx.set_field(table, "process", process)?;
    cx.ret(table)
}

/// Resident bytes of the program.
fn resident() -> Result<usize> {
    let unknown = |why: &dyn std::fmt::Display| {
        Error::internal(format!("system: the resident memory is not known: {why}"))
    };
    let text = std::fs::read_to_string("/proc/self/statm").map_err(|e| unknown(&e))?;
    let pages = text.split(' ').nth(1).and_then(|pages| pages.parse::<usize>().ok());
    Ok(pages.ok_or_else(|| unknown(&"its figures cannot be read"))? * rustix::param::page_size())
}

/// `system.memory.allocated()`
fn allocated(cx: &mut Cx<'_>) -> NativeResult {
    let bytes = node(cx)?.memory.total().bytes;
    cx.ret(number(bytes))
}

/// `system.memory.heap_objects()`
fn heap_objects(cx: &mut Cx<'_>) -> NativeResult {
    let objects = node(cx)?.memory.total().objects;
    cx.ret(number(objects))
}

/// -1 for none.
fn limit<'cx>(limit: Option<usize>) -> Val<'cx> {
    limit.map_or(Val::int(-1), number)
}

/// `system.memory.set_limit(bytes)`
fn set_limit(cx: &mut Cx<'_>) -> NativeResult {
    let bytes = cx.check_int(0)?;
    let new = match usize::try_from(bytes) {
        Err(_) if bytes == -1 => None,
        Ok(bytes) if bytes > 0 => Some(bytes),
        _ => {
            let wrong = format!("system: a limit above 0, or -1 for none, expected, got {bytes}");
            return cx.fail(Error::invalid(wrong));
        }
    };
    let before = node(cx)?.memory.set_limit(new);
    cx.ret(limit(before))
}

/// `system.memory.get_limit()`
fn get_limit(cx: &mut Cx<'_>) -> NativeResult {
    let present = node(cx)?.memory.limit();
    cx.ret(limit(present))
}

/// `system.gc.collect()`
fn collect(cx: &mut Cx<'_>) -> NativeResult {
    // Its own part is done before it goes on.
    cx.at().wishes = node(cx)?.memory.wish();
    cx.collect();
    cx.ret(true)
}

/// `system.gc.set_percent(percent)`
fn set_percent(cx: &mut Cx<'_>) -> NativeResult {
    let percent = cx.check_int(0)?;
    let Ok(new) = i32::try_from(percent.max(-1)) else {
        return cx.fail(Error::invalid(format!("system: {percent} percent is too much")));
    };
    let before = node(cx)?.memory.set_pause(new);
    cx.ret(i64::from(before))
}

/// `system.gc.get_percent()`
fn get_percent(cx: &mut Cx<'_>) -> NativeResult {
    let percent = node(cx)?.memory.pause();
    cx.ret(i64::from(percent))
}

/// `system.runtime.goroutines()`
fn goroutines(cx: &mut Cx<'_>) -> NativeResult {
    let coroutines = node(cx)?.memory.total().coroutines;
    let processes = cx.service::<Processes>()?.scheduler().live();
    let tasks = Handle::try_current().map_or(0, |runtime| runtime.metrics().num_alive_tasks());
    cx.ret(number(coroutines + tasks.saturating_sub(processes)))
}

/// `system.runtime.max_procs(n?)`
fn max_procs(cx: &mut Cx<'_>) -> NativeResult {
    let cores = cx.service::<Cores>()?;
    if cx.arg(0).is_nil() {
        return cx.ret(number(cores.wanted()));
    }
    let wanted = cx.check_int(0)?;
    match usize::try_from(wanted) {
        Ok(wanted) if wanted > 0 => cx.ret(number(cores.want(wanted))),
        _ => cx.fail(Error::invalid(format!("system: a number above 0 expected, got {wanted}"))),
    }
}

/// `system.runtime.cpu_count()`
fn cpu_count(cx: &mut Cx<'_>) -> NativeResult {
    let cores = cx.service::<Cores>()?.all();
    cx.ret(number(cores))
}
