//! Lua module `funcs`: calls of functions by entry id, waited for or not.

use crate::process::held;
use core_dispatch::Context;
use infra_base::{Data, EntryId, Error, Payload};
use lua_api::{
    Answer, Channel, Class, Cx, Group, Guest, Item, Module, NativeResult, Object, Raise, Table, Userdata,
    Val, View, args_to_payloads, error_to_val, payload_object, payload_to_val, val_to_data,
};
use std::sync::Arc;
use std::time::Duration;
use sys_functions::{Call, Functions, FutureCall, Retry};

/// What `require("funcs")` returns.
pub(crate) fn module() -> Module {
    let top = Group::new("funcs", "Calls of functions by entry id.")
        .func(
            "call(target: string, ...any): (any, error?)",
            "Calls a function and waits for its result.",
            call,
        )
        .func(
            "async(target: string, ...any): (Future?, error?)",
            "Starts a call; the result comes through the Future.",
            start,
        )
        .local("new(): Executor", "An executor, to call with context or options.", new);
    let executor = Object::new::<Executor>(
        "Executor",
        "Calls functions with context and options; each step gives a new one.",
    )
    .shareable::<Executor>()
    .method("with_context(values: {[string]: any}): (Executor, error?)", "Adds context values.", with_context)
    .method(
        "with_options(options: CallOptions): (Executor, error?)",
        "Sets `timeout` (milliseconds or a duration text) and `retry`.",
        with_options,
    )
    .method(
        "call(target: string, ...any): (any, error?)",
        "Calls a function and waits for its result.",
        executor_call,
    )
    .method("async(target: string, ...any): (Future?, error?)", "Starts a call.", executor_async);
    let future = Object::new::<Future>("Future", "A started call.")
        .method(
            "response(): Channel<Payload>",
            "Gets one Payload (of an error, if the call failed), then closes.",
            response,
        )
        .method("channel(): Channel<Payload>", "The same as `response`.", response)
        .method("is_complete(): boolean", "Whether the result is there.", is_complete)
        .method("is_canceled(): boolean", "Whether `cancel` was called.", is_canceled)
        .method(
            "result(): (Payload?, error?)",
            "The result as a Payload; `nil, nil` while it is not there.",
            result,
        )
        .method("error(): (error?, boolean)", "The error and true, or nil and false.", error)
        .method("cancel(): (boolean?, error?)", "Ends the call.", cancel);
    Module::new(&[Class::Nondeterministic, Class::Workflow], top)
        .object(executor)
        .object(future)
        .options(
            "CallOptions",
            "{timeout?: integer | string, retry?: Retry}",
            "Durations are milliseconds or texts such as `1m30s`.",
        )
        .options(
            "Retry",
            "{max_attempts?: integer, initial_delay?: integer | string, max_delay?: integer | string, backoff_factor?: number, jitter?: number, retry_kinds?: {string}, skip_kinds?: {string}}",
            "How a failed call is tried again.",
        )
}

/// What an executor has gathered; immutable, each step copies.
#[derive(Clone, Default)]
struct Plan {
    values: Vec<(Box<str>, Data)>,
    timeout: Option<Duration>,
    retry: Option<Retry>,
    /// The first mistake; every call answers with it.
    error: Option<Error>,
}

struct Executor(Plan);

/// The id of a function in full: calls, unlike the references of entries, do not fill in a namespace.
fn target(cx: &mut Cx<'_>, at: usize) -> Result<Result<EntryId, Error>, Raise> {
    Ok(match cx.check_str(at)? {
        "" => Err(Error::invalid("funcs: the id of a function expected (namespace:name), got an empty text")),
        text => EntryId::parse(text).map_err(Error::from),
    })
}

/// The call that arguments `at..` ask for, and the bytes that it holds; `None` as for [`args_to_payloads`].
fn prepare(cx: &mut Cx<'_>, at: usize, plan: Plan) -> Result<Result<Option<(Call, usize)>, Error>, Raise> {
    let target = target(cx, at)?;
    if let Some(error) = plan.error {
        return Ok(Err(error));
    }
    let args = args_to_payloads(cx, at + 1);
    Ok(target.and_then(|target| Ok((target, args?))).map(|(target, args)| {
        let args = args?;
        let mut bytes = args.iter().map(Payload::size).sum();
        let host = cx.at();
        let mut context = host.frame.context.clone();
        if !plan.values.is_empty() {
            let own: &mut Context = Arc::make_mut(&mut context);
            let values = Arc::make_mut(&mut own.values);
            values.extend(plan.values);
            // The call has all of them for itself now.
            bytes += values.iter().map(|(key, value)| key.len() + value.size()).sum::<usize>();
        }
        let spawned = !host.is_alone();
        let (timeout, retry) = (plan.timeout, plan.retry);
        Some((Call { args, timeout, retry, spawned, ..Call::within(context, target) }, bytes))
    }))
}

/// Bytes that a started call takes beside what it holds: its task, its hold, its place among the operations; 1.9 KB were measured.
const STARTED: usize = 2 << 10;

fn run(cx: &mut Cx<'_>, at: usize, plan: Plan) -> Answer {
    let (call, held) = match prepare(cx, at, plan)? {
        Ok(Some(call)) => call,
        Ok(None) => return cx.retry(),
        Err(error) => return cx.fail(error),
    };
    let running = cx.service::<Functions>()?.call(call);
    cx.wait_holding(held, running, |cx, result| match result {
        Ok(payload) => {
            let value = payload_to_val(cx, payload)?;
            cx.ret(value)
        }
        Err(error) => cx.fail(error),
    })
}

fn begin(cx: &mut Cx<'_>, at: usize, plan: Plan) -> Answer {
    let (call, held) = match prepare(cx, at, plan)? {
        Ok(Some(call)) => call,
        Ok(None) => return cx.retry(),
        Err(error) => return cx.fail(error),
    };
    let held = held + STARTED;
    cx.hold_outside(held)?;
    let (handle, running) = cx.service::<Functions>()?.start_async(call);
    let channel = cx.channel(1);
    let future = Future(handle);
    let future = cx.userdata(future, &[channel.val()]);
    let pin = cx.pin(future.val());
    cx.background(held, running, move |cx, ()| {
        let future = cx.pinned(&pin).as_userdata();
        cx.unpin(pin);
        if let Some(future) = future {
            settle(cx, future);
        }
        cx.ret0()
    });
    cx.ret(future)
}

fn call(cx: &mut Cx<'_>) -> NativeResult {
    run(cx, 0, Plan::default())
}

fn start(cx: &mut Cx<'_>) -> NativeResult {
    begin(cx, 0, Plan::default())
}

fn new(cx: &mut Cx<'_>) -> NativeResult {
    let executor = cx.userdata(Executor(Plan::default()), &[]);
    cx.ret(executor)
}

fn plan(cx: &mut Cx<'_>) -> Result<Plan, Raise> {
    cx.check_userdata::<Executor>(0).map(|e| e.0.clone())
}

fn executor_call(cx: &mut Cx<'_>) -> NativeResult {
    let plan = plan(cx)?;
    run(cx, 1, plan)
}

fn executor_async(cx: &mut Cx<'_>) -> NativeResult {
    let plan = plan(cx)?;
    begin(cx, 1, plan)
}

/// The executor with the step applied; a mistake is the second result and is remembered.
fn step(cx: &mut Cx<'_>, mut plan: Plan, done: Result<(), Error>) -> Answer {
    let failed = done.err();
    if plan.error.is_none() {
        plan.error = failed.clone();
    }
    let held = held(&plan.values) + plan.error.as_ref().map_or(0, Error::size);
    let executor = cx.userdata(Executor(plan), &[]);
    cx.weigh(executor, held);
    match failed {
        None => cx.ret(executor),
        Some(error) => {
            let error = error_to_val(cx, &error);
            cx.ret2(executor, error)
        }
    }
}

fn with_context(cx: &mut Cx<'_>) -> NativeResult {
    let mut plan = plan(cx)?;
    let table = cx.check_table(1)?;
    let done =
        crate::process::text_values(cx, table, "context values").map(|values| plan.values.extend(values));
    step(cx, plan, done)
}

fn with_options(cx: &mut Cx<'_>) -> NativeResult {
    let mut plan = plan(cx)?;
    let table = cx.check_table(1)?;
    let done = read_options(cx, table, &mut plan);
    step(cx, plan, done)
}

fn read_options<'cx>(cx: &mut Cx<'cx>, table: Table<'cx>, plan: &mut Plan) -> Result<(), Error> {
    let mut cursor = 0;
    while let Some((next, key, value)) = table.entry_at(cursor) {
        cursor = next;
        match key.as_bytes() {
            Some(b"timeout") => plan.timeout = Some(timeout(value)?),
            Some(b"retry") => {
                let data = val_to_data(cx, value)?;
                let (retry, warnings) = Retry::read(Some(&data), "retry")?;
                if let Some(unknown) = warnings.first() {
                    return Err(Error::invalid(format!("funcs: {unknown}")));
                }
                plan.retry = retry;
            }
            Some(name) => {
                let name = String::from_utf8_lossy(name);
                return Err(Error::invalid(format!(
                    "funcs: option {name} is not supported (timeout, retry expected)"
                )));
            }
            None => return Err(Error::invalid("funcs: options have text keys")),
        }
    }
    Ok(())
}

/// Milliseconds as a number, or a duration text.
fn timeout(value: Val<'_>) -> Result<Duration, Error> {
    let wrong =
        || Error::invalid("funcs: option timeout is milliseconds above zero or a duration such as 5s");
    match value.view() {
        View::Str(text) => {
            let nanos = infra_base::parse_duration(&String::from_utf8_lossy(text)).map_err(|_| wrong())?;
            u64::try_from(nanos).ok().filter(|n| *n > 0).map(Duration::from_nanos).ok_or_else(wrong)
        }
        _ => {
            let ms = value.as_number().filter(|ms| *ms > 0.0 && ms.is_finite()).ok_or_else(wrong)?;
            Ok(Duration::from_secs_f64((ms / 1000.0).min(1e9)))
        }
    }
}

/// A Future object: slot 0 its channel, slot 1 the Payload of the result once somebody asked.
struct Future(FutureCall);

/// Passes the result to the channel, which then closes; a canceled call just closes it.
fn settle<'cx>(cx: &mut Cx<'cx>, object: Userdata<'cx>) {
    let Some(Future(call)) = object.payload::<Future>() else { return };
    let Some(lies_in) = object.slot(0).as_userdata() else { return };
    let Some(channel) = lies_in.payload::<Channel>() else { return };
    if let Some(result) = call.result().filter(|_| !call.is_canceled()) {
        let payload = result.unwrap_or_else(Payload::Error);
        // The channel, which lives as long as the Future at least, counts for the result in both.
        cx.weigh(lies_in, payload.size());
        channel.offer(cx.at(), Item::Make(Box::new(move |cx| Ok(payload_object(cx, payload)))));
    }
    channel.close(cx.at());
}

fn response(cx: &mut Cx<'_>) -> NativeResult {
    let (object, _) = cx.check_userdata_val::<Future>(0)?;
    let channel = object.slot(0);
    cx.ret(channel)
}

fn is_complete(cx: &mut Cx<'_>) -> NativeResult {
    let complete = cx.check_userdata::<Future>(0)?.0.is_complete();
    cx.ret(complete)
}

fn is_canceled(cx: &mut Cx<'_>) -> NativeResult {
    let canceled = cx.check_userdata::<Future>(0)?.0.is_canceled();
    cx.ret(canceled)
}

fn result(cx: &mut Cx<'_>) -> NativeResult {
    let (object, future) = cx.check_userdata_val::<Future>(0)?;
    let known = object.slot(1);
    if !known.is_nil() {
        return cx.ret(known);
    }
    match future.0.result() {
        None => cx.ret2(Val::NIL, Val::NIL),
        Some(Err(error)) => cx.fail(error),
        Some(Ok(payload)) => {
            let payload = payload_object(cx, payload);
            cx.set_userdata_slot(object, 1, payload);
            cx.ret(payload)
        }
    }
}

fn error(cx: &mut Cx<'_>) -> NativeResult {
    match cx.check_userdata::<Future>(0)?.0.result() {
        Some(Err(error)) => {
            let error = error_to_val(cx, &error);
            cx.ret2(error, true)
        }
        _ => cx.ret2(Val::NIL, false),
    }
}

fn cancel(cx: &mut Cx<'_>) -> NativeResult {
    let future = cx.check_userdata::<Future>(0)?;
    future.0.cancel("canceled by the caller");
    cx.ret(true)
}
