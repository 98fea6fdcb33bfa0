//! Lua module `system`: the node, its memory, hosts and services.

mod cluster;
mod hosts;
mod lock;
mod memory;
mod supervisor;

use infra_app::Shutdown;
use infra_base::Error;
use infra_clock::{Clock, Moment};
use lua_api::{Class, Cx, Group, Guest, Module, NativeResult, Node, Raise, Table, Val};
use std::sync::Arc;

/// What `require("system")` returns.
pub(crate) fn module() -> Module {
    let top = Group::new("system", "The node: its memory, modules, hosts and services.")
        .func(
            "exit(code?: integer): (boolean?, error?)",
            "Asks the node to stop in good order, with this exit status (0 to 255, 0 by default).",
            exit,
        )
        .func(
            "modules(): ({{name: string, description: string, class: {string}}}?, error?)",
            "The modules of the node, by name.",
            modules,
        )
        .func(
            "images(): ({ImageState}?, error?)",
            "What the top levels of programs have built, which their processes share, by generation, and how many hold each.",
            images,
        )
        .group(memory::memory_group())
        .group(memory::gc_group())
        .group(memory::runtime_group())
        .group(
            Group::new("process", "The process of the operating system.")
                .func("pid(): (integer?, error?)", "Its number.", pid)
                .func("hostname(): (string?, error?)", "The name of the machine.", hostname)
                .func("cwd(): (string?, error?)", "The directory that the node works in.", cwd),
        )
        .group(hosts::group())
        .group(supervisor::group())
        .group(cluster::node_group())
        .group(cluster::cluster_group())
        .group(cluster::raft_group())
        .group(lock::group());
    let module = Module::new(&[Class::Process, Class::Nondeterministic], top);
    records(module).notes(include_str!("system/notes.md"))
}

fn records(module: Module) -> Module {
    module
        .record(
            "ServiceState",
            "{id: string, status: string, desired: string, retry_count: integer, last_update: integer, started_at: integer, details?: string}",
            "A service; times are nanoseconds since 1970, `started_at` is 0 if it never ran.",
        )
        .record(
            "ImageState",
            "{id: string, generation: integer, bytes: integer, objects: integer, processes: integer, current: boolean}",
            "The image of a program.",
        )
        .record(
            "HostState",
            "{id: string, workers: integer, processes: integer, executed: integer, stolen: integer, queue_depth: integer}",
            "A host of processes.",
        )
        .record(
            "ProcessState",
            "{pid: string, host: string, source: string, state: string, steps?: integer, started_at?: integer, parent?: string, stats?: ProcessStats}",
            "A process; its figures are absent while it ends.",
        )
        .record(
            "ProcessStats",
            "{alloc: integer, heap_objects: integer, stack_in_use: integer, num_gc: integer, next_gc: integer, limit: integer, coroutines: integer, mailbox_messages: integer, mailbox_bytes: integer}",
            "Figures of a process.",
        )
        .record(
            "HeapStats",
            "{alloc: integer, heap_objects: integer, stack_in_use: integer, num_gc: integer, next_gc: integer, limit: integer, coroutines: integer}",
            "Figures of the heap of the calling process.",
        )
        .record(
            "SymbolStats",
            "{count: integer, bytes: integer, max_count: integer, max_bytes: integer}",
            "Names of code that the node shares, and their bounds.",
        )
        .record(
            "MemoryStats",
            "{alloc: integer, total_alloc: integer, sys: integer, heap_alloc: integer, heap_sys: integer, heap_idle: integer, heap_in_use: integer, heap_released: integer, heap_objects: integer, stack_in_use: integer, stack_sys: integer, mspan_in_use: integer, mspan_sys: integer, num_gc: integer, next_gc: integer, symbols: SymbolStats, process: HeapStats}",
            "Figures of all heaps.",
        )
}

fn node(cx: &mut Cx<'_>) -> Result<Arc<Node>, Raise> {
    cx.service::<Node>()
}

/// `system.exit(code?)`
fn exit(cx: &mut Cx<'_>) -> NativeResult {
    let code = cx.opt_int(0, 0)?;
    let Ok(status) = u8::try_from(code) else {
        return cx.fail(Error::invalid(format!("system: an exit status from 0 to 255 expected, got {code}")));
    };
    // If the node stops already, that is all that is wanted.
    cx.service::<Shutdown>()?.request(status, "system.exit");
    cx.ret(true)
}

/// `system.modules()`
fn modules(cx: &mut Cx<'_>) -> NativeResult {
    let node = node(cx)?;
    let list = cx.table(node.modules.len(), 0);
    for (i, module) in node.modules.iter().enumerate() {
        let item = cx.table(0, 3);
        text(cx, item, "name", module.name)?;
        text(cx, item, "description", module.doc)?;
        let classes = cx.table(module.classes.len(), 0);
        for (at, class) in module.classes.iter().enumerate() {
            let class = cx.string(class.as_str().as_bytes());
            cx.set_int(classes, at as i64 + 1, class)?;
        }
        cx.set_field(item, "class", classes)?;
        cx.set_int(list, i as i64 + 1, item)?;
    }
    cx.ret(list)
}

/// Rows that are made between two looks at others.
const PORTION: usize = 64;

/// `system.images()`
fn images(cx: &mut Cx<'_>) -> NativeResult {
    let list = cx.table(0, 0);
    cx.push(list);
    list_images(cx, 0, 0)
}

/// Writes the images above a generation into the list that lies above the arguments, behind `done` rows.
fn list_images(cx: &mut Cx<'_>, mut after: u64, done: usize) -> NativeResult {
    let slot = cx.nargs();
    let list = cx.slot(slot).as_table().expect("the list was pushed behind the arguments");
    let portion = (node(cx)?.images)(after, PORTION);
    for (i, image) in portion.iter().enumerate() {
        after = image.generation;
        let row = cx.table(0, 6);
        text(cx, row, "id", image.entry.as_str())?;
        let generation = usize::try_from(image.generation).unwrap_or(usize::MAX);
        let (bytes, objects, processes) = (image.bytes, image.objects, image.holders);
        numbers(
            cx,
            row,
            &[("generation", generation), ("bytes", bytes), ("objects", objects), ("processes", processes)],
        )?;
        cx.set_field(row, "current", image.current)?;
        cx.set_int(list, (done + i + 1) as i64, row)?;
    }
    if portion.len() < PORTION {
        return cx.ret(list);
    }
    cx.wait_for(tokio::task::yield_now(), move |cx, ()| list_images(cx, after, done + PORTION))
}

/// `system.process.pid()`
fn pid(cx: &mut Cx<'_>) -> NativeResult {
    cx.ret(i64::from(std::process::id()))
}

/// `system.process.hostname()`
fn hostname(cx: &mut Cx<'_>) -> NativeResult {
    let name = rustix::system::uname();
    cx.give_text(&name.nodename().to_string_lossy())
}

/// `system.process.cwd()`
fn cwd(cx: &mut Cx<'_>) -> NativeResult {
    match std::env::current_dir() {
        Ok(path) => cx.give_text(&path.to_string_lossy()),
        Err(error) => {
            cx.fail(Error::internal(format!("system: the working directory is not known: {error}")))
        }
    }
}

/// Sets a field to a text.
fn text<'cx>(cx: &mut Cx<'cx>, table: Table<'cx>, key: &str, value: &str) -> Result<(), Raise> {
    let value = cx.string(value.as_bytes());
    cx.set_field(table, key, value)
}

/// Sets fields to whole numbers.
fn numbers<'cx>(cx: &mut Cx<'cx>, table: Table<'cx>, fields: &[(&str, usize)]) -> Result<(), Raise> {
    fields.iter().try_for_each(|(key, value)| cx.set_field(table, key, number(*value)))
}

/// A count or size as Lua has it.
fn number<'cx>(value: usize) -> Val<'cx> {
    Val::int(i64::try_from(value).unwrap_or(i64::MAX))
}

/// Nanoseconds since 1970 of a moment of the monotonic clock.
fn wall(clock: &Clock, moment: Moment) -> i64 {
    let ago = clock.now().since(moment).as_nanos();
    clock.wall().saturating_sub(i64::try_from(ago).unwrap_or(i64::MAX))
}
