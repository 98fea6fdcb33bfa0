//! Where mail goes inside a process: topic listeners, inbox, events, and what nobody has asked for yet.

use crate::channel::{Channel, Item};
use crate::convert::{opens_at_once, payload_to_val};
use crate::guest::Guest;
use crate::host::Host;
use crate::module::Object;
use crate::peer::{Peer, pid_text};
use core_sched::{Event, Mail, Message, Near, Room, Topic};
use infra_base::{Error, Payload, Payloads, Result, Salted};
use lua_vm::{Cx, Fields, Pair, Pin, Pins, Raise, Root, Userdata, Val};
use std::cell::{Cell, RefCell};
use std::collections::{HashMap, VecDeque};

/// Topic listeners, inbox and events of one process. Everything is made on first use.
#[derive(Default)]
pub struct Mailroom {
    inbox: Option<Pin>,
    events: Option<Pin>,
    rest: Option<Box<Rest>>,
}

/// A message that no channel claimed, with its place in the order of arrival.
type Kept = (u64, Box<Message>, Room);

/// What a process that only has an inbox does without.
#[derive(Default)]
struct Rest {
    listeners: HashMap<Topic, Listener, Salted>,
    /// By topic.
    kept: HashMap<Topic, VecDeque<Kept>, Salted>,
    arrived: u64,
    kept_events: VecDeque<(Box<Event>, Room)>,
    /// Event subscriptions made so far; numbers their topics.
    subscriptions: u32,
}

impl Mailroom {
    fn rest(&mut self) -> &mut Rest {
        self.rest.get_or_insert_default()
    }

    fn listener(&mut self, topic: &str) -> Option<&mut Listener> {
        self.rest.as_mut()?.listeners.get_mut(topic)
    }
}

/// How the topics of event subscriptions begin. Topics that begin with `@` are the system's own.
const EVENT_TOPIC: &str = "@events/";

/// Bytes that a subscription takes of the bus, of the frame and here, as seen from outside.
const SUBSCRIPTION: usize = 640;

struct Listener {
    channel: Option<Pin>,
    /// Received as Message objects instead of payloads.
    messages: bool,
    /// The channel was made for this.
    own: bool,
}

/// Payload of a Message object.
pub(crate) struct MessageObject {
    message: RefCell<Box<Message>>,
    /// Slot 0 is not its Payload object, but what that holds.
    opened: Cell<bool>,
}

impl Mailroom {
    /// Notes what is looked at when mail comes.
    pub(crate) fn note(&self, near: &mut Near) {
        if let Some(rest) = &self.rest {
            near.add_value(&rest.listeners);
        }
    }

    /// Can anything from outside still arrive in a channel that a coroutine may wait on?
    pub fn is_open(&self) -> bool {
        let listens = self.rest.as_ref().is_some_and(|rest| !rest.listeners.is_empty());
        self.inbox.is_some() || self.events.is_some() || listens
    }

    /// Puts a piece of mail where it belongs.
    pub fn route(cx: &mut Cx<'_>, mail: Mail, room: Room) {
        match mail {
            Mail::Message(message) => Self::place(cx, message, room),
            Mail::Event(event) => {
                let (pins, host) = cx.pins_and_host::<Host>();
                match channel_of(pins, host.mail.events.as_ref()) {
                    Some(channel) => _ = channel.offer(host, Item::Event(event, room)),
                    None => host.mail.rest().kept_events.push_back((event, room)),
                }
            }
        }
    }

    /// Puts a message into the listener of its topic, else the inbox, else aside.
    fn place(cx: &mut Cx<'_>, message: Box<Message>, room: Room) {
        let (pins, host) = cx.pins_and_host::<Host>();
        let mail = &mut host.mail;
        let topic = &message.topic;
        let own = topic.starts_with('@');
        let listener = mail.rest.as_ref().and_then(|rest| rest.listeners.get(topic));
        let (pin, raw) = match listener {
            Some(listener) => (listener.channel.as_ref(), !listener.messages),
            None if own => (None, false),
            None => (mail.inbox.as_ref(), false),
        };
        match channel_of(pins, pin) {
            Some(channel) => {
                let receiver = if raw { None } else { channel.claim(host) };
                match receiver {
                    Some(receiver) => hand_over(cx, receiver, message, room),
                    None => _ = channel.offer(host, Item::Message(message, room, raw)),
                }
            }
            // What was under way when its subscription ended.
            None if own => host.freed.add(room),
            None => {
                let rest = mail.rest();
                rest.arrived += 1;
                let place = rest.arrived;
                rest.kept.entry(message.topic.clone()).or_default().push_back((place, message, room));
            }
        }
    }

    /// The inbox; messages kept so far go into it.
    pub fn inbox<'cx>(cx: &mut Cx<'cx>) -> Userdata<'cx> {
        if let Some(channel) = held(cx, |m| Some(&mut m.inbox)) {
            return channel;
        }
        let channel = cx.channel(0);
        let pin = cx.pin(channel.val());
        cx.at().mail.inbox = Some(pin);
        let Some(rest) = &mut cx.at().mail.rest else { return channel };
        let mut kept: Vec<_> = std::mem::take(&mut rest.kept).into_values().flatten().collect();
        kept.sort_unstable_by_key(|(place, ..)| *place);
        for (_, message, room) in kept {
            offer(cx, channel, Item::Message(message, room, false));
        }
        channel
    }

    /// The channel of lifecycle events; events kept so far go into it.
    pub fn events<'cx>(cx: &mut Cx<'cx>) -> Userdata<'cx> {
        if let Some(channel) = held(cx, |m| Some(&mut m.events)) {
            return channel;
        }
        let channel = cx.channel(0);
        let pin = cx.pin(channel.val());
        cx.at().mail.events = Some(pin);
        let Some(rest) = &mut cx.at().mail.rest else { return channel };
        for (event, room) in std::mem::take(&mut rest.kept_events) {
            offer(cx, channel, Item::Event(event, room));
        }
        channel
    }

    /// The listener of a topic. Messages of that topic that nobody claimed go into it; later ones no longer reach the inbox.
    pub fn listen<'cx>(cx: &mut Cx<'cx>, topic: &str, messages: bool) -> Userdata<'cx> {
        if let Some(channel) = held(cx, |m| m.listener(topic).map(|l| &mut l.channel)) {
            return channel;
        }
        let channel = cx.channel(1);
        Self::connect(cx, topic, channel, messages, true);
        channel
    }

    /// Routes a topic into an existing channel.
    pub fn attach<'cx>(cx: &mut Cx<'cx>, topic: &str, channel: Userdata<'cx>, messages: bool) {
        Self::connect(cx, topic, channel, messages, false);
    }

    fn connect<'cx>(cx: &mut Cx<'cx>, topic: &str, channel: Userdata<'cx>, messages: bool, own: bool) {
        let pin = cx.pin(channel.val());
        let listener = Listener { channel: Some(pin), messages, own };
        let before = cx.at().mail.rest().listeners.insert(Topic::from(topic), listener);
        if let Some(pin) = before.and_then(|l| l.channel) {
            cx.unpin(pin);
        }
        for (_, message, room) in cx.at().mail.rest().kept.remove(topic).into_iter().flatten() {
            offer(cx, channel, Item::Message(message, room, !messages));
        }
    }

    /// Routes an event subscription into `channel`; the topic under which its events come: system, kind, path and maybe data
    /// as payloads. They are received as one table. What the node keeps for it counts to the channel.
    pub fn attach_events<'cx>(cx: &mut Cx<'cx>, channel: Userdata<'cx>) -> Topic {
        let rest = cx.at().mail.rest();
        rest.subscriptions += 1;
        let topic = Topic::from(format!("{EVENT_TOPIC}{}", rest.subscriptions));
        Self::connect(cx, &topic, channel, false, true);
        cx.weigh(channel, SUBSCRIPTION);
        topic
    }

    /// Ends what [`attach_events`](Self::attach_events) began; what waits in the channel stays there.
    pub fn forget(cx: &mut Cx<'_>, topic: &str) {
        let gone = cx.at().mail.rest().listeners.remove(topic);
        if let Some(pin) = gone.and_then(|l| l.channel) {
            let channel = cx.pinned(&pin).as_userdata();
            cx.unpin(pin);
            if let Some(channel) = channel {
                Channel::uncount(cx, channel);
            }
        }
    }

    /// The process ends and its state stays for another: that one must not find mail of this one. Channels that were made for
    /// mail are closed.
    pub(crate) fn end(pins: Pins<'_>, host: &mut Host) {
        let Mailroom { inbox, events, rest } = std::mem::take(&mut host.mail);
        let listeners = rest.map(|rest| rest.listeners).unwrap_or_default().into_values();
        let made = [inbox, events].into_iter().map(|channel| (channel, true));
        for (pin, own) in made.chain(listeners.map(|listener| (listener.channel, listener.own))) {
            let Some(channel) = channel_of(pins, pin.as_ref()) else { continue };
            channel.drop_mail();
            if own {
                channel.close(host);
            }
        }
    }

    /// Ends what [`listen`](Self::listen) or [`attach`](Self::attach) began; messages that wait in the channel go to the
    /// inbox or are kept. False: no topic is routed into `channel`.
    pub fn detach<'cx>(cx: &mut Cx<'cx>, channel: Userdata<'cx>) -> bool {
        let topics: Vec<Topic> = cx.at().mail.rest().listeners.keys().cloned().collect();
        let found = topics.into_iter().find(|topic| {
            let target = held(cx, |m| m.listener(topic).map(|l| &mut l.channel));
            target.is_some_and(|t| t.val().raw_eq(channel.val()))
        });
        let Some(topic) = found else { return false };
        // They still count, so they are taken before the channel is forgotten.
        let waiting = channel.payload::<Channel>().map(Channel::take_messages).unwrap_or_default();
        Self::forget(cx, &topic);
        for (message, room) in waiting {
            Mailroom::place(cx, message, room);
        }
        true
    }
}

/// The channel that a pin of the host holds; the pin is lent for the look and put back.
fn held<'cx>(
    cx: &mut Cx<'cx>,
    pick: impl Fn(&mut Mailroom) -> Option<&mut Option<Pin>>,
) -> Option<Userdata<'cx>> {
    let pin = pick(&mut cx.at().mail)?.take()?;
    let channel = cx.pinned(&pin).as_userdata();
    if let Some(place) = pick(&mut cx.at().mail) {
        *place = Some(pin);
    }
    channel
}

/// The channel that a pin holds.
fn channel_of<'a>(pins: Pins<'a>, pin: Option<&Pin>) -> Option<&'a Channel> {
    pins.payload(pin?)
}

fn offer<'cx>(cx: &mut Cx<'cx>, channel: Userdata<'cx>, item: Item) {
    if let Some(payload) = channel.payload::<Channel>() {
        payload.offer(cx.at(), item);
    }
}

/// Ends the receive in which `receiver` waits with a message.
fn hand_over(cx: &mut Cx<'_>, receiver: Root, message: Box<Message>, room: Room) {
    let size = if room.is_none() { message.size() } else { room.bytes() };
    cx.at().freed.add(room);
    let value = message_object_of(cx, message, size);
    let done = cx.finish(receiver, [value, Val::bool(true)]);
    debug_assert!(done, "who stands in a channel waits");
}

/// A Message object of a message of so many bytes.
fn message_object_of<'cx>(cx: &mut Cx<'cx>, message: Box<Message>, size: usize) -> Val<'cx> {
    let object = MessageObject { message: RefCell::new(message), opened: Cell::new(false) };
    let object = cx.userdata(object, &[Val::NIL]);
    cx.weigh(object, size);
    object.val()
}

/// A received message of so many bytes: a Message object, or with `raw` its payload: one value as it is, several as an array, none as nil.
pub(crate) fn message_to_val<'cx>(
    cx: &mut Cx<'cx>,
    message: Box<Message>,
    size: usize,
    raw: bool,
) -> Result<Val<'cx>, Raise> {
    if !raw {
        return Ok(message_object_of(cx, message, size));
    }
    if message.topic.starts_with(EVENT_TOPIC) {
        return bus_event_to_val(cx, message.payloads);
    }
    let mut values = message.payloads.into_iter();
    match values.len() {
        0 => Ok(Val::NIL),
        1 => payload_to_val(cx, values.next().unwrap_or_else(|| Payload::Data(infra_base::Data::Null))),
        n => {
            let list = cx.table(n, 0);
            for (i, payload) in values.enumerate() {
                let value = payload_to_val(cx, payload)?;
                cx.set_int(list, i as i64 + 1, value)?;
            }
            Ok(list.val())
        }
    }
}

/// `{system, kind, path, data}`
fn bus_event_to_val<'cx>(cx: &mut Cx<'cx>, payloads: Payloads) -> Result<Val<'cx>, Raise> {
    let table = cx.table(0, 4);
    for (name, payload) in ["system", "kind", "path", "data"].into_iter().zip(payloads) {
        let value = payload_to_val(cx, payload)?;
        cx.set_field(table, name, value)?;
    }
    Ok(table.val())
}

static EVENT: Fields<5> = Fields::new(["kind", "from", "at", "result", "reason"]);
static RESULT: Fields<2> = Fields::new(["value", "error"]);

/// `{kind, from, at, result = {value, error}}` or `{kind, from, at, reason}`.
pub(crate) fn event_to_val<'cx>(cx: &mut Cx<'cx>, event: Event) -> Result<Val<'cx>, Raise> {
    let (kind, from, at) = match &event {
        Event::Exit { from, at, .. } => ("pid.exit", Some(*from), *at),
        Event::LinkDown { from, at, .. } => ("pid.link.down", Some(*from), *at),
        Event::Cancel { from, at, .. } => ("pid.cancel", *from, *at),
    };
    let kind = cx.key(kind);
    let from = from.map_or(Val::NIL, |pid| pid_text(cx, pid));
    let (result, reason) = match event {
        Event::Exit { result, .. } | Event::LinkDown { result, .. } => (result_to_val(cx, result)?, Val::NIL),
        Event::Cancel { reason, .. } => (Val::NIL, cx.string(reason.as_bytes())),
    };
    Ok(cx.record(&EVENT, [kind, from, Val::int(at / 1_000_000_000), result, reason]).val())
}

fn result_to_val<'cx>(cx: &mut Cx<'cx>, result: Result<Payload, Error>) -> Result<Val<'cx>, Raise> {
    let values = match result {
        Ok(payload) => [payload_to_val(cx, payload)?, Val::NIL],
        Err(error) => [Val::NIL, crate::errors::error_to_val(cx, &error)],
    };
    Ok(cx.record(&RESULT, values).val())
}

/// `msg:topic()`
pub(crate) fn topic(cx: &mut Cx<'_>) -> lua_vm::NativeResult {
    let this = cx.check_userdata::<MessageObject>(0)?;
    // A topic that the program compares with is a symbol already: no new string, and equal by address.
    let topic = cx.key(&this.message.borrow().topic);
    cx.ret(topic)
}

/// `msg:from()`
pub(crate) fn from(cx: &mut Cx<'_>) -> lua_vm::NativeResult {
    let this = cx.check_userdata::<MessageObject>(0)?;
    let from = this.message.borrow().from;
    match from {
        Some(pid) => {
            let text = Peer::text_of(cx, pid);
            cx.ret(text)
        }
        None => cx.ret(Val::NIL),
    }
}

/// `msg:payload()`: a Payload object, a table of them for several, nil for none.
pub(crate) fn payload(cx: &mut Cx<'_>) -> lua_vm::NativeResult {
    let (object, this) = cx.check_userdata_val::<MessageObject>(0)?;
    let known = object.slot(0);
    if this.opened.take() {
        let value = crate::convert::opened_payload(cx, known);
        cx.set_userdata_slot(object, 0, value);
        return cx.ret(value);
    }
    if !known.is_nil() {
        return cx.ret(known);
    }
    let value = {
        let payloads = &mut this.message.borrow_mut().payloads;
        if payloads.len() > 1 {
            payload_list(cx, std::mem::take(payloads))?
        } else {
            payloads.pop().map_or(Val::NIL, |only| crate::convert::payload_object(cx, only))
        }
    };
    cx.weigh(object, this.message.borrow().size());
    cx.set_userdata_slot(object, 0, value);
    cx.ret(value)
}

/// `msg:payload():data()` of a value of Lua, without the object between.
static DATA: Pair = Pair { name: "data", func: data };

fn data(cx: &mut Cx<'_>) -> Option<lua_vm::NativeResult> {
    let (object, this) = cx.check_userdata_val::<MessageObject>(0).ok()?;
    let known = object.slot(0);
    if this.opened.get() {
        return Some(cx.ret(known));
    }
    let mut message = this.message.borrow_mut();
    if !known.is_nil() || message.payloads.len() != 1 || !opens_at_once(&message.payloads[0]) {
        return None;
    }
    let payload = message.payloads.pop()?;
    let rest = message.size();
    drop(message);
    this.opened.set(true);
    Some(payload_to_val(cx, payload).and_then(|value| {
        cx.weigh(object, rest);
        cx.set_userdata_slot(object, 0, value);
        cx.ret(value)
    }))
}

/// A table of Payload objects.
#[inline(never)]
fn payload_list<'cx>(cx: &mut Cx<'cx>, payloads: Payloads) -> Result<Val<'cx>, Raise> {
    let list = cx.table(payloads.len(), 0);
    for (i, payload) in payloads.into_iter().enumerate() {
        let object = crate::convert::payload_object(cx, payload);
        cx.set_int(list, i as i64 + 1, object)?;
    }
    Ok(list.val())
}

/// The Message object of `process.inbox()`.
pub fn message_object() -> Object {
    Object::new::<MessageObject>("Message", "A received message.")
        .method("topic(): string", "Its topic.", topic)
        .method("from(): string", "The sender's PID; nil if it did not come from a process.", from)
        .method("payload(): Payload", "Its Payload, a table of them for several, nil for none.", payload)
        .pair(&DATA)
}
