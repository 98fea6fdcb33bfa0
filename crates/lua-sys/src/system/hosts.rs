//! `system.hosts`: hosts of processes, and what runs on them.

use super::{PORTION, number, numbers, text, wall};
use core_sched::{Activity, Figures};
use infra_base::EntryId;
use lua_api::{Cx, Group, Guest, NativeResult, Raise, Table};
use sys_entries::Entries;
use sys_process::{ProcessHost, Processes, Seen};

pub(super) fn group() -> Group {
    Group::new("hosts", "Hosts of processes.")
        .func("list(): ({HostState}?, error?)", "The hosts, by id.", list)
        .func(
            "processes(host: string): ({ProcessState}?, error?)",
            "The processes of a host, oldest first, each with what it does and its figures.",
            processes,
        )
}

/// `system.hosts.list()`
fn list(cx: &mut Cx<'_>) -> NativeResult {
    let hosts = cx.service::<Entries>()?.all::<dyn ProcessHost>();
    let list = cx.table(hosts.len(), 0);
    for (i, (id, host)) in hosts.iter().enumerate() {
        let figures = host.figures();
        let item = cx.table(0, 6);
        text(cx, item, "id", id.as_str())?;
        let ended = usize::try_from(figures.completed + figures.failed).unwrap_or(usize::MAX);
        numbers(
            cx,
            item,
            &[
                ("workers", figures.workers),
                ("processes", figures.live),
                ("executed", ended),
                ("stolen", 0),
                ("queue_depth", figures.queued),
            ],
        )?;
        cx.set_int(list, i as i64 + 1, item)?;
    }
    cx.ret(list)
}

/// `system.hosts.processes(host)`
fn processes(cx: &mut Cx<'_>) -> NativeResult {
    let name = cx.check_str(0)?;
    let entries = cx.service::<Entries>()?;
    let found = EntryId::parse(name).map_err(Into::into);
    let host = match found.and_then(|id| entries.get::<dyn ProcessHost>(&id).map(|_| id)) {
        Ok(host) => host,
        Err(error) => return cx.fail(error.context("system")),
    };
    let looking = cx.service::<Processes>()?.look(&host);
    cx.wait_for(looking, |cx, seen| {
        let list = cx.table(seen.len(), 0);
        cx.push(list);
        fill(cx, seen.into_iter(), 0)
    })
}

/// Writes the rows behind `done` into the list that lies above the arguments.
fn fill(cx: &mut Cx<'_>, mut seen: std::vec::IntoIter<Seen>, done: usize) -> NativeResult {
    let slot = cx.nargs();
    let list = cx.slot(slot).as_table().expect("the list was pushed behind the arguments");
    for (i, process) in seen.by_ref().take(PORTION).enumerate() {
        let row = row(cx, &process)?;
        cx.set_int(list, (done + i + 1) as i64, row)?;
    }
    if seen.len() == 0 {
        return cx.ret(list);
    }
    cx.wait_for(tokio::task::yield_now(), move |cx, ()| fill(cx, seen, done + PORTION))
}

fn row<'cx>(cx: &mut Cx<'cx>, seen: &Seen) -> Result<Table<'cx>, Raise> {
    let (control, look) = (&seen.control, &seen.look);
    let row = cx.table(0, 8);
    text(cx, row, "pid", &control.pid().to_string())?;
    text(cx, row, "host", control.pid().host.as_str())?;
    text(cx, row, "source", control.entry().as_str())?;
    let state = match look.activity {
        Activity::Running => "running",
        Activity::Ready => "ready",
        Activity::Waiting => "waiting",
    };
    text(cx, row, "state", state)?;
    if let Some(figures) = &look.figures {
        let steps = usize::try_from(figures.steps).unwrap_or(usize::MAX);
        cx.set_field(row, "steps", number(steps))?;
        let started = wall(&cx.at().system.clock.clone(), figures.started);
        cx.set_field(row, "started_at", started)?;
        if let Some(parent) = figures.parent {
            text(cx, row, "parent", &parent.to_string())?;
        }
        let stats = stats(cx, figures, look.mail)?;
        cx.set_field(row, "stats", stats)?;
    }
    Ok(row)
}

fn stats<'cx>(cx: &mut Cx<'cx>, figures: &Figures, mail: (usize, usize)) -> Result<Table<'cx>, Raise> {
    let table = cx.table(0, 9);
    let collections = usize::try_from(figures.collections).unwrap_or(usize::MAX);
    numbers(
        cx,
        table,
        &[
            ("alloc", figures.bytes),
            ("heap_objects", figures.objects),
            ("stack_in_use", figures.stacks),
            ("num_gc", collections),
            ("next_gc", figures.next),
            ("limit", figures.limit),
            ("coroutines", figures.coroutines),
            ("mailbox_messages", mail.0),
            ("mailbox_bytes", mail.1),
        ],
    )?;
    Ok(table)
}
