//! Starting processes: the plain functions and the builder behind `with_context`.

use super::{entry_id, exposed, held, text_values};
use core_dispatch::Context;
use core_sched::Topic;
use infra_base::{Data, Error, Payload, Payloads};
use lua_api::{Answer, Cx, Guest, NativeResult, Object, Raise, args_to_payloads, payload_to_val, pid_text};
use std::sync::Arc;
use sys_process::{Processes, Spawn};

/// What a builder has gathered; immutable, each step copies.
#[derive(Clone, Default)]
pub(crate) struct Plan {
    values: Vec<(Box<str>, Data)>,
    name: Option<Box<str>>,
    messages: Vec<(Topic, Payloads)>,
    /// The first mistake; every terminal operation answers with it.
    error: Option<Error>,
}

impl Plan {
    /// Bytes that it holds.
    fn held(&self) -> usize {
        let messages = self.messages.iter().map(|(topic, payloads)| {
            size_of::<(Topic, Payloads)>() + topic.len() + payloads.iter().map(Payload::size).sum::<usize>()
        });
        held(&self.values)
            + self.name.as_ref().map_or(0, |name| name.len())
            + messages.sum::<usize>()
            + self.error.as_ref().map_or(0, Error::size)
    }
}

/// What ties the child to its parent.
#[derive(Clone, Copy, Default)]
pub(crate) struct How {
    pub(crate) link: bool,
    pub(crate) monitor: bool,
}

/// A process to start from the arguments `at` (entry), `at + 1` (host) and the rest; `None` as for [`args_to_payloads`].
fn prepare(cx: &mut Cx<'_>, at: usize, plan: Plan) -> Result<Result<Option<Spawn>, Error>, Raise> {
    let entry = entry_id(cx, at, "an entry id")?;
    let host = entry_id(cx, at + 1, "the id of a host")?;
    let parent = exposed(cx)?;
    if let Some(error) = plan.error {
        return Ok(Err(error));
    }
    let args = args_to_payloads(cx, at + 2);
    Ok(entry.and_then(|entry| Ok((entry, host?, args?))).map(|(entry, host, args)| {
        let args = args?;
        let mut context = cx.at().frame.context.clone();
        if !plan.values.is_empty() {
            let own: &mut Context = Arc::make_mut(&mut context);
            Arc::make_mut(&mut own.values).extend(plan.values);
        }
        let spawn = Spawn::new(entry, host);
        Some(Spawn { args, parent: Some(parent), context, name: plan.name, messages: plan.messages, ..spawn })
    }))
}

/// Starts a process; its PID as text, or `nil, err`.
pub(crate) fn start(cx: &mut Cx<'_>, at: usize, plan: Plan, how: How) -> Answer {
    let spawn = match prepare(cx, at, plan)? {
        Ok(Some(spawn)) => Spawn { link: how.link, monitor: how.monitor, ..spawn },
        Ok(None) => return cx.retry(),
        Err(error) => return cx.fail(error),
    };
    match cx.service::<Processes>()?.spawn(spawn) {
        Ok(pid) => {
            let text = pid_text(cx, pid);
            cx.ret(text)
        }
        Err(error) => cx.fail(error),
    }
}

/// Starts a process and waits for its result.
pub(crate) fn exec(cx: &mut Cx<'_>, at: usize, plan: Plan) -> Answer {
    let spawn = match prepare(cx, at, plan)? {
        Ok(Some(spawn)) => spawn,
        Ok(None) => return cx.retry(),
        Err(error) => return cx.fail(error),
    };
    match cx.service::<Processes>()?.exec(spawn) {
        Ok(running) => cx.wait_for(running, |cx, result| match result {
            Ok(payload) => {
                let value = payload_to_val(cx, payload)?;
                cx.ret(value)
            }
            Err(error) => cx.fail(error),
        }),
        Err(error) => cx.fail(error),
    }
}

/// A SpawnBuilder object.
struct Builder(Plan);

fn plan(cx: &mut Cx<'_>) -> Result<Plan, Raise> {
    cx.check_userdata::<Builder>(0).map(|b| b.0.clone())
}

/// The builder with the step applied; a mistake is the second result and is remembered.
fn step(cx: &mut Cx<'_>, mut plan: Plan, done: Result<(), Error>) -> Answer {
    let failed = done.err();
    if plan.error.is_none() {
        plan.error = failed.clone();
    }
    let held = plan.held();
    let builder = cx.userdata(Builder(plan), &[]);
    cx.weigh(builder, held);
    match failed {
        None => cx.ret(builder),
        Some(error) => {
            let error = lua_api::error_to_val(cx, &error);
            cx.ret2(builder, error)
        }
    }
}

fn add_context(cx: &mut Cx<'_>, mut plan: Plan, at: usize) -> Answer {
    let table = cx.check_table(at)?;
    let done = text_values(cx, table, "context values").map(|values| plan.values.extend(values));
    step(cx, plan, done)
}

fn add_options(cx: &mut Cx<'_>, plan: Plan, at: usize) -> Answer {
    let table = cx.check_table(at)?;
    let mut cursor = 0;
    let mut done = Ok(());
    while let Some((next, key, _)) = table.entry_at(cursor) {
        cursor = next;
        let name = key.as_bytes().map_or_else(|| "?".into(), String::from_utf8_lossy);
        done = Err(Error::invalid(format!("process: option {name} is not supported")));
    }
    step(cx, plan, done)
}

pub(super) fn with_context_first(cx: &mut Cx<'_>) -> NativeResult {
    add_context(cx, Plan::default(), 0)
}

pub(super) fn with_options_first(cx: &mut Cx<'_>) -> NativeResult {
    add_options(cx, Plan::default(), 0)
}

fn with_context(cx: &mut Cx<'_>) -> NativeResult {
    let plan = plan(cx)?;
    add_context(cx, plan, 1)
}

fn with_options(cx: &mut Cx<'_>) -> NativeResult {
    let plan = plan(cx)?;
    add_options(cx, plan, 1)
}

fn with_name(cx: &mut Cx<'_>) -> NativeResult {
    let mut plan = plan(cx)?;
    let name = cx.check_str(1)?;
    let done = if name.is_empty() {
        Err(Error::invalid("process: a name expected, got an empty text"))
    } else {
        Ok(())
    };
    plan.name = Some(name.into());
    step(cx, plan, done)
}

fn with_message(cx: &mut Cx<'_>) -> NativeResult {
    let mut plan = plan(cx)?;
    let topic = cx.check_str(1)?;
    let done = if topic.is_empty() || topic.starts_with('@') {
        Err(Error::invalid(format!("process: topic \"{topic}\" is reserved or empty")))
    } else {
        match args_to_payloads(cx, 2) {
            Ok(Some(payloads)) => {
                plan.messages.push((Topic::from(topic), payloads));
                Ok(())
            }
            Ok(None) => return cx.retry(),
            Err(error) => Err(error),
        }
    };
    step(cx, plan, done)
}

fn spawn(cx: &mut Cx<'_>) -> NativeResult {
    let plan = plan(cx)?;
    start(cx, 1, plan, How::default())
}

fn spawn_monitored(cx: &mut Cx<'_>) -> NativeResult {
    let plan = plan(cx)?;
    start(cx, 1, plan, How { monitor: true, link: false })
}

fn spawn_linked(cx: &mut Cx<'_>) -> NativeResult {
    let plan = plan(cx)?;
    start(cx, 1, plan, How { monitor: false, link: true })
}

fn spawn_linked_monitored(cx: &mut Cx<'_>) -> NativeResult {
    let plan = plan(cx)?;
    start(cx, 1, plan, How { monitor: true, link: true })
}

fn exec_method(cx: &mut Cx<'_>) -> NativeResult {
    let plan = plan(cx)?;
    exec(cx, 1, plan)
}

pub(super) fn object() -> Object {
    Object::new::<Builder>(
        "SpawnBuilder",
        "Starts processes with context, name, messages; each step gives a new builder.",
    )
    .method(
        "with_context(values: {[string]: any}): (SpawnBuilder, error?)",
        "Adds context values.",
        with_context,
    )
    .method("with_options(options: {[string]: any}): (SpawnBuilder, error?)", "Adds options.", with_options)
    .method(
        "with_name(name: string): (SpawnBuilder, error?)",
        "Names the process; if the name is taken, its owner gets the messages instead.",
        with_name,
    )
    .method(
        "with_message(topic: string, ...any): (SpawnBuilder, error?)",
        "Puts a message into the mailbox before the process runs.",
        with_message,
    )
    .method("spawn(id: string, host: string, ...any): (string?, error?)", "Starts a process.", spawn)
    .method(
        "spawn_monitored(id: string, host: string, ...any): (string?, error?)",
        "Starts and monitors.",
        spawn_monitored,
    )
    .method(
        "spawn_linked(id: string, host: string, ...any): (string?, error?)",
        "Starts and links.",
        spawn_linked,
    )
    .method(
        "spawn_linked_monitored(id: string, host: string, ...any): (string?, error?)",
        "Starts, links and monitors.",
        spawn_linked_monitored,
    )
    .method(
        "exec(id: string, host: string, ...any): (any, error?)",
        "Starts and waits for the result.",
        exec_method,
    )
}
