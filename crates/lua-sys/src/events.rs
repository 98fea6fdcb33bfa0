//! Lua module `events`: facts that happened, for whoever asked for them.
//!
//! What a process subscribed to reaches it through its mailbox, in order with its messages and under the same bounds. Events
//! that found the mailbox full are counted; the next one that arrives is preceded by `{system = "events", kind = "lost"}`.

use core_dispatch::ResourceId;
use core_events::{Bus, Event, Pattern, Sink, SinkGuard};
use core_sched::{Control, Mail, Message, Topic};
use infra_base::{Data, Error, Map, Payload, Payloads, Result};
use lua_api::{
    Channel, Class, Cx, Group, Guest, Mailroom, Module, NativeResult, Object, Raise, arg_to_payload,
};
use std::cell::Cell;
use std::sync::Arc;

/// What `require("events")` returns.
pub(crate) fn module() -> Module {
    let top = Group::new("events", "Facts that happened, for whoever asked for them.")
        .func(
            "subscribe(system: string, kind?: string): (Subscription?, error?)",
            "Subscribes to events by patterns: segments between dots, `*` for one, `**` for any number, `(a|b)`, a trailing `*` as prefix.",
            subscribe,
        )
        .func(
            "send(system: string, kind: string, path: string, data?: any): (boolean?, error?)",
            "Tells all subscribers, this process included, that something happened; returns at once.",
            send,
        );
    let object = Object::new::<Subscribed>("Subscription", "What `events.subscribe` gives.")
        .method(
            "channel(): Channel<Event>",
            "Gets `{system, kind, path, data}`; the same channel each time.",
            channel,
        )
        .method("close()", "Ends it and closes its channel; events that wait there stay readable.", close);
    Module::new(&[Class::Io, Class::Nondeterministic], top).object(object).record(
        "Event",
        "{system: string, kind: string, path: string, data: any}",
        "What a subscription gets.",
    )
}

/// A Subscription object; slot 0 its channel. What keeps the subscription is a resource of the frame, since the channel may
/// outlive the object.
struct Subscribed {
    topic: Topic,
    guard: Cell<Option<ResourceId>>,
}

/// Puts events into the mailbox of a process, under the topic of one subscription.
struct Mailbox {
    control: Arc<Control>,
    topic: Topic,
}

impl Sink for Mailbox {
    fn deliver(&self, event: &Arc<Event>, lost: u64) -> bool {
        if lost > 0 && !self.put(loss(lost)) {
            return false;
        }
        let mut payloads: Payloads = [&event.system, &event.kind, &event.path]
            .map(|text| Payload::Data(Data::Text(text.clone())))
            .into_iter()
            .collect();
        payloads.extend(event.data.clone());
        self.put(payloads)
    }
}

impl Mailbox {
    fn put(&self, payloads: Payloads) -> bool {
        let message = Message { from: None, topic: self.topic.clone(), payloads };
        // A process that has ended takes nothing, and nothing is lost by that.
        self.control.deliver(Mail::from(message)).is_ok()
    }
}

/// The event that tells of lost ones.
fn loss(count: u64) -> Payloads {
    let mut data = Map::default();
    data.insert("count".into(), Data::Int(i64::try_from(count).unwrap_or(i64::MAX)));
    let texts = ["events", "lost", "mailbox"].map(|text| Payload::Data(Data::text(text)));
    texts.into_iter().chain([Payload::Data(Data::Map(data))]).collect()
}

/// Argument `i`, a text that must not be empty.
fn text<'cx>(cx: &mut Cx<'cx>, i: usize, what: &str) -> Result<Result<&'cx str>, Raise> {
    let text = cx.check_str(i)?;
    let empty = || Error::invalid(format!("events: {what} expected, got an empty text"));
    Ok(if text.is_empty() { Err(empty()) } else { Ok(text) })
}

/// `events.subscribe(system, kind?)`
fn subscribe(cx: &mut Cx<'_>) -> NativeResult {
    let system = text(cx, 0, "a system")?;
    let kind = cx.opt_str(1)?.unwrap_or("*");
    let patterns = system.and_then(|system| {
        let kind = if kind.is_empty() { "*" } else { kind };
        Ok((Pattern::parse(system)?, Pattern::parse(kind)?))
    });
    let (system, kind) = match patterns {
        Ok(patterns) => patterns,
        Err(error) => return cx.fail(error),
    };
    let bus = cx.service::<Bus>()?;
    let channel = cx.channel(0);
    let topic = Mailroom::attach_events(cx, channel);
    let sink = Mailbox { control: cx.at().control.clone(), topic: topic.clone() };
    let guard: SinkGuard = bus.subscribe_sink(system, kind, Arc::new(sink));
    let guard = Cell::new(Some(cx.at().frame.own.resources().add(guard)));
    let object = cx.userdata(Subscribed { topic, guard }, &[channel.val()]);
    cx.ret(object)
}

/// `events.send(system, kind, path, data?)`
fn send(cx: &mut Cx<'_>) -> NativeResult {
    let texts = (text(cx, 0, "a system")?, text(cx, 1, "a kind")?, text(cx, 2, "a path")?);
    let (system, kind, path) = match texts {
        (Ok(system), Ok(kind), Ok(path)) => (system, kind, path),
        (Err(error), _, _) | (_, Err(error), _) | (_, _, Err(error)) => return cx.fail(error),
    };
    let data = match cx.arg(3).is_nil() {
        true => None,
        // Made even if nobody listens: what cannot travel is a mistake either way.
        false => match arg_to_payload(cx, 3) {
            Ok(Some(payload)) => Some(payload),
            Ok(None) => return cx.retry(),
            Err(error) => return cx.fail(error.context("events: data")),
        },
    };
    cx.service::<Bus>()?.publish(system, kind, path, || data);
    cx.ret(true)
}

/// `subscription:channel()`
fn channel(cx: &mut Cx<'_>) -> NativeResult {
    let (subscription, _) = cx.check_userdata_val::<Subscribed>(0)?;
    let channel = subscription.slot(0);
    cx.ret(channel)
}

/// `subscription:close()`
fn close(cx: &mut Cx<'_>) -> NativeResult {
    let (subscription, this) = cx.check_userdata_val::<Subscribed>(0)?;
    if let Some(guard) = this.guard.take() {
        drop(cx.at().frame.own.resources().take(guard));
        Mailroom::forget(cx, &this.topic);
    }
    if let Some(channel) = subscription.slot(0).as_userdata().and_then(|u| u.payload::<Channel>()) {
        channel.close(cx.at());
    }
    cx.ret0()
}
