//! Ambient module `process`: this process, its mail, and what it can do about others.

mod mail;
mod names;
mod send;
mod spawner;

use infra_base::{Data, EntryId, Error, Kind, Pid, Result};
use lua_api::{
    Answer, Class, Const, Cx, Group, Guest, Mailroom, Module, NativeResult, Num, Raise, Table, Val, View,
    message_object, val_to_data,
};
use spawner::{How, Plan};
use std::time::Duration;
use sys_process::Processes;

/// The global `process`.
pub(crate) fn module() -> Module {
    let events = Group::new("event", "Kinds of lifecycle events.")
        .value("CANCEL", Const::Text("pid.cancel"))
        .value("EXIT", Const::Text("pid.exit"))
        .value("LINK_DOWN", Const::Text("pid.link.down"));
    let top = Group::new("process", "This process, its mail, and what it can do about others.")
        .func("id(): string", "The id of the entry that runs.", id)
        .func("pid(): string", "The PID as text.", pid)
        .func(
            "send(destination: string, topic: string, ...any): (boolean?, error?)",
            "Queues a message for a PID or registered name; topics that begin with `@` are reserved. `Unavailable` (retryable) if the mailbox holds a million messages and events, or 256 MiB of them.",
            send::send,
        )
        .func("spawn(id: string, host: string, ...any): (string?, error?)", "Starts a process.", spawn)
        .func(
            "spawn_monitored(id: string, host: string, ...any): (string?, error?)",
            "Starts a process and monitors it: its end arrives as an EXIT event.",
            spawn_monitored,
        )
        .func(
            "spawn_linked(id: string, host: string, ...any): (string?, error?)",
            "Starts a process and links it: an abnormal end of one reaches the other.",
            spawn_linked,
        )
        .func(
            "spawn_linked_monitored(id: string, host: string, ...any): (string?, error?)",
            "Starts a process, links and monitors it.",
            spawn_linked_monitored,
        )
        .func("exec(id: string, host: string, ...any): (any, error?)", "Starts a process and waits for its result.", exec)
        .func("terminate(destination: string): (boolean?, error?)", "Ends a process at its next step.", terminate)
        .func(
            "cancel(destination: string, reason?: string, deadline?: string | number | Duration): (boolean?, error?)",
            "Asks a process to end by a CANCEL event; with a deadline (milliseconds or a duration text) it is ended when that is over. `Unavailable` if its mailbox is full, as for `send`.",
            cancel,
        )
        .func(
            "monitor(destination: string): (boolean?, error?)",
            "Asks for an EXIT event at the end of a process; `Unavailable` if the own mailbox is full. The event is never refused: where there is no room, a long error is cut, and a result becomes an error that says so.",
            monitor,
        )
        .func("unmonitor(destination: string): (boolean?, error?)", "Takes that back.", unmonitor)
        .func("link(destination: string): (boolean?, error?)", "Links with a process; `Unavailable` if the mailbox of one of them is full.", link)
        .func("unlink(destination: string): (boolean?, error?)", "Takes that back.", unlink)
        .func("get_options(): {trap_links: boolean}", "The options of this process.", get_options)
        .func(
            "set_options(options: {trap_links?: boolean}): (boolean, error?)",
            "Sets options: all of them or none.",
            set_options,
        )
        .func("with_context(values: {[string]: any}): SpawnBuilder", "A builder whose processes have these context values.", spawner::with_context_first)
        .func("with_options(options: {[string]: any}): (SpawnBuilder, error?)", "A builder with options.", spawner::with_options_first)
        .group(events)
        .group(names::group());
    let top = mail::add(top);
    Module::new(&[Class::Process, Class::Nondeterministic, Class::Workflow], top)
        .ambient()
        .object(message_object())
        .object(spawner::object())
        .record(
            "ProcessEvent",
            "{kind: string, from: string, at: integer, result: {value: any, error: error?}, reason: string}",
            "A lifecycle event: EXIT and LINK_DOWN have a `result`, CANCEL has a `reason`.",
        )
}

fn id(cx: &mut Cx<'_>) -> NativeResult {
    let id = cx.at().control.entry().clone();
    cx.give_text(id.as_str())
}

fn pid(cx: &mut Cx<'_>) -> NativeResult {
    let pid = exposed(cx)?;
    cx.give_text(&pid.to_string())
}

/// The process's own PID, from now on known to others.
pub(crate) fn exposed(cx: &mut Cx<'_>) -> Result<Pid, Raise> {
    if !cx.at().exposed {
        let processes = cx.service::<Processes>()?;
        processes.topology().expose(&cx.at().control);
        cx.at().exposed = true;
    }
    Ok(cx.at().control.pid())
}

/// The PID that argument `i` names: PID text or a registered name.
pub(crate) fn destination(cx: &mut Cx<'_>, i: usize) -> Result<Result<Pid>, Raise> {
    let processes = cx.service::<Processes>()?;
    resolve(cx, &processes, i)
}

fn resolve(cx: &mut Cx<'_>, processes: &Processes, i: usize) -> Result<Result<Pid>, Raise> {
    let text = cx.check_str(i)?;
    if text.is_empty() {
        return Ok(Err(Error::invalid("process: a PID or name expected, got an empty text")));
    }
    Ok(processes.topology().resolve(text))
}

/// `true`, or `nil, err`.
fn done(cx: &mut Cx<'_>, result: Result<()>) -> Answer {
    match result {
        Ok(()) => cx.ret(true),
        Err(error) => cx.fail(error),
    }
}

fn spawn(cx: &mut Cx<'_>) -> NativeResult {
    spawner::start(cx, 0, Plan::default(), How::default())
}

fn spawn_monitored(cx: &mut Cx<'_>) -> NativeResult {
    spawner::start(cx, 0, Plan::default(), How { monitor: true, link: false })
}

fn spawn_linked(cx: &mut Cx<'_>) -> NativeResult {
    spawner::start(cx, 0, Plan::default(), How { monitor: false, link: true })
}

fn spawn_linked_monitored(cx: &mut Cx<'_>) -> NativeResult {
    spawner::start(cx, 0, Plan::default(), How { monitor: true, link: true })
}

fn exec(cx: &mut Cx<'_>) -> NativeResult {
    spawner::exec(cx, 0, Plan::default())
}

fn terminate(cx: &mut Cx<'_>) -> NativeResult {
    let result = match destination(cx, 0)? {
        Ok(pid) => cx.service::<Processes>()?.terminate(pid),
        Err(error) => Err(error),
    };
    done(cx, result)
}

/// Bytes of the reason that a process is cancelled for.
const MAX_REASON: usize = 4 << 20;

fn cancel(cx: &mut Cx<'_>) -> NativeResult {
    let reason = if cx.arg(1).is_nil() { "" } else { cx.check_text(1, MAX_REASON)? };
    let grace = match cx.arg(2).view() {
        View::Nil => None,
        View::Int(_) | View::Float(_) => Some(match cx.check_num(2)? {
            Num::Int(ms) => Duration::from_millis(ms.max(0) as u64),
            Num::Float(ms) => Duration::from_secs_f64((ms / 1000.0).clamp(0.0, 1e9)),
        }),
        _ => match crate::time::check_duration(cx, 2)? {
            Ok(nanos) => Some(Duration::from_nanos(nanos.max(0) as u64)),
            Err(error) => return cx.fail(error),
        },
    };
    let from = exposed(cx)?;
    let result = match destination(cx, 0)? {
        Ok(pid) => cx.service::<Processes>()?.cancel(pid, from, reason, grace),
        Err(error) => Err(error),
    };
    done(cx, result)
}

fn monitor(cx: &mut Cx<'_>) -> NativeResult {
    let own = exposed(cx)?;
    let result = match destination(cx, 0)? {
        Ok(pid) => cx.service::<Processes>()?.topology().monitor(own, pid),
        Err(error) => Err(error),
    };
    done(cx, result)
}

fn link(cx: &mut Cx<'_>) -> NativeResult {
    let own = exposed(cx)?;
    let result = match destination(cx, 0)? {
        Ok(pid) => cx.service::<Processes>()?.topology().link(own, pid),
        Err(error) => Err(error),
    };
    done(cx, result)
}

fn unmonitor(cx: &mut Cx<'_>) -> NativeResult {
    let own = exposed(cx)?;
    let found = match destination(cx, 0)? {
        Ok(pid) => cx.service::<Processes>()?.topology().unmonitor(own, pid),
        Err(error) => return cx.fail(error),
    };
    let missing = || Error::new(Kind::NotFound, "process: it is not monitored").with_retryable(Some(false));
    done(cx, if found { Ok(()) } else { Err(missing()) })
}

fn unlink(cx: &mut Cx<'_>) -> NativeResult {
    let own = exposed(cx)?;
    match destination(cx, 0)? {
        Ok(pid) => {
            cx.service::<Processes>()?.topology().unlink(own, pid);
            cx.ret(true)
        }
        Err(error) => cx.fail(error),
    }
}

fn get_options(cx: &mut Cx<'_>) -> NativeResult {
    let trap = cx.at().control.traps_links();
    let table = cx.table(0, 1);
    cx.set_field(table, "trap_links", trap)?;
    cx.ret(table)
}

fn set_options(cx: &mut Cx<'_>) -> NativeResult {
    let options = cx.check_table(0)?;
    let mut trap = None;
    let mut cursor = 0;
    while let Some((next, key, value)) = options.entry_at(cursor) {
        cursor = next;
        let refused = match (key.as_bytes(), value.view()) {
            (Some(b"trap_links"), View::Bool(b)) => {
                trap = Some(b);
                continue;
            }
            (Some(b"trap_links"), _) => format!("option trap_links is a boolean, got {}", value.type_name()),
            (Some(name), _) => format!("option {} is not supported", String::from_utf8_lossy(name)),
            (None, _) => "options have text keys".to_owned(),
        };
        let error = lua_api::error_to_val(cx, &Error::invalid(format!("process: {refused}")));
        return cx.ret2(false, error);
    }
    if let Some(trap) = trap {
        cx.at().control.set_trap_links(trap);
    }
    cx.ret(true)
}

/// An entry id from argument `i`; a bare name belongs to the caller's namespace.
pub(crate) fn entry_id(cx: &mut Cx<'_>, i: usize, what: &str) -> Result<Result<EntryId>, Raise> {
    let text = cx.check_str(i)?;
    if text.is_empty() {
        return Ok(Err(Error::invalid(format!(
            "process: {what} expected (namespace:name), got an empty text"
        ))));
    }
    let id = if text.contains(':') {
        EntryId::parse(text)
    } else {
        EntryId::resolve(text, cx.at().control.entry().namespace())
    };
    Ok(id.map_err(Error::from))
}

/// The text keys of a table with plain values.
pub(crate) fn text_values<'cx>(
    cx: &mut Cx<'cx>,
    table: Table<'cx>,
    what: &str,
) -> Result<Vec<(Box<str>, Data)>, Error> {
    let mut out = Vec::new();
    let mut cursor = 0;
    while let Some((next, key, value)) = table.entry_at(cursor) {
        cursor = next;
        let Some(key) = key.as_bytes() else {
            return Err(Error::invalid(format!("{what} have text keys, got a {} key", key.type_name())));
        };
        let key = String::from_utf8_lossy(key).into_owned();
        let value = val_to_data(cx, value).map_err(|e| e.context(format_args!("value of \"{key}\"")))?;
        out.push((key.into(), value));
    }
    Ok(out)
}

/// Bytes in such values.
pub(crate) fn held(values: &[(Box<str>, Data)]) -> usize {
    values.iter().map(|(key, value)| size_of::<Box<str>>() + key.len() + value.size()).sum()
}

/// The channel object for a mail function.
pub(crate) fn give_channel<'cx>(cx: &mut Cx<'cx>, make: impl FnOnce(&mut Cx<'cx>) -> Val<'cx>) -> Answer {
    exposed(cx)?;
    let channel = make(cx);
    cx.ret(channel)
}

/// See [`Mailroom::inbox`].
pub(crate) fn inbox_of<'cx>(cx: &mut Cx<'cx>) -> Val<'cx> {
    Mailroom::inbox(cx).val()
}
