//! Channels between coroutines of a process, `select`, and channels that the engine fills.
//!
//! Values wait in slots of the channel object, where the collector sees them. Waiters are kept by [`WaitId`]: a coroutine
//! that waits in a select stands in several queues, and all but the one that woke it are stale, recognised by generation
//! and dropped when met.

use crate::guest::Guest;
use crate::guest::may_wait;
use crate::host::{Host, Parcel, WaitId, Wake};
use crate::module::{Class, Group, Module, Object};
use core_sched::{Event, Message, Room};
use lua_vm::{Cx, Fields, Maker, NativeResult, Raise, Template, Userdata, Val, View};
use std::cell::RefCell;
use std::collections::VecDeque;

/// A value in a channel.
pub enum Item {
    /// Slot of the channel object.
    Slot(u32),
    /// A message, and the room that it takes in the mailbox until somebody receives it; with `true` it is received as its
    /// payload, not as a Message object.
    Message(Box<Message>, Room, bool),
    /// A lifecycle event.
    Event(Box<Event>),
    /// Made by a function when it is received.
    Make(Make),
}

/// Makes a value when it is received.
pub type Make = Box<dyn for<'cx> FnOnce(&mut Cx<'cx>) -> Result<Val<'cx>, Raise> + Send>;

/// A channel; the payload of its Lua object.
pub struct Channel {
    state: RefCell<State>,
}

struct State {
    capacity: usize,
    closed: bool,
    items: VecDeque<Item>,
    free: Vec<u32>,
    slots: u32,
    receivers: VecDeque<Waiter>,
    senders: VecDeque<(Waiter, Item)>,
}

#[derive(Clone, Copy)]
struct Waiter {
    wait: WaitId,
    case: u32,
}

/// What a receive found.
enum Received {
    Item(Item),
    Closed,
    Empty,
}

impl Template for Channel {
    /// Nothing can wait at the top level, and what is sent there ends the image before.
    fn template(&self) -> Option<Maker<Channel>> {
        let state = self.state.borrow();
        let fresh = !state.closed && state.slots == 0 && state.items.is_empty() && state.receivers.is_empty();
        let capacity = state.capacity;
        fresh.then(|| Box::new(move || Channel::with_room(capacity)) as Maker<Channel>)
    }
}

impl Channel {
    /// A new channel object with room for `capacity` values.
    pub(crate) fn create<'cx>(cx: &mut Cx<'cx>, capacity: usize) -> Userdata<'cx> {
        cx.userdata(Channel::with_room(capacity), &[])
    }

    fn with_room(capacity: usize) -> Channel {
        let state = State {
            capacity,
            closed: false,
            items: VecDeque::new(),
            free: Vec::new(),
            slots: 0,
            receivers: VecDeque::new(),
            senders: VecDeque::new(),
        };
        Channel { state: RefCell::new(state) }
    }

    /// Values that wait.
    pub fn len(&self) -> usize {
        self.state.borrow().items.len()
    }

    /// Does no value wait?
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Was it closed?
    pub fn is_closed(&self) -> bool {
        self.state.borrow().closed
    }

    /// Puts an item in from the engine: to a waiting receiver, else at the end, whatever the capacity. False: it is closed.
    pub fn offer(&self, host: &mut Host, item: Item) -> bool {
        let mut state = self.state.borrow_mut();
        if state.closed {
            return false;
        }
        match state.next_receiver(host) {
            Some(to) => {
                host.wake(to.wait, Wake::Channel { item: Some(Parcel::Item(item)), ok: true, case: to.case });
            }
            None => state.items.push_back(item),
        }
        true
    }

    /// Like [`offer`](Self::offer) for a value of this heap, but refuses when `capacity` values wait (timers and tickers
    /// drop what nobody takes).
    pub fn offer_value<'cx>(cx: &mut Cx<'cx>, this: Userdata<'cx>, value: Val<'cx>) -> bool {
        let Some(channel) = this.payload::<Channel>() else { return false };
        let mut state = channel.state.borrow_mut();
        if state.closed {
            return false;
        }
        if let Some(to) = state.next_receiver(cx.at()) {
            let pin = cx.pin(value);
            cx.at().wake(to.wait, Wake::Channel { item: Some(Parcel::Pinned(pin)), ok: true, case: to.case });
            return true;
        }
        if state.items.len() >= state.capacity.max(1) {
            return false;
        }
        let item = state.store(cx, this, value);
        state.items.push_back(item);
        true
    }

    /// Closes it: waiting receivers get `nil, false`, waiting senders raise. Values that wait stay readable.
    pub fn close(&self, host: &mut Host) {
        let mut state = self.state.borrow_mut();
        state.closed = true;
        for to in std::mem::take(&mut state.receivers) {
            host.wake(to.wait, Wake::Channel { item: None, ok: false, case: to.case });
        }
        for (from, item) in std::mem::take(&mut state.senders) {
            host.wake(from.wait, Wake::Channel { item: None, ok: false, case: from.case });
            if let Item::Slot(slot) = item {
                state.free.push(slot);
            }
        }
    }

    /// Messages that wait here count no longer against the bounds of the mailbox.
    pub(crate) fn uncount(&self, host: &mut Host) {
        for item in &mut self.state.borrow_mut().items {
            if let Item::Message(_, room, _) = item {
                host.freed.add(room.take());
            }
        }
    }

    /// Drops what waits of the mail of a process that ends.
    pub(crate) fn drop_mail(&self) {
        self.state.borrow_mut().items.retain(|item| !matches!(item, Item::Message(..) | Item::Event(_)));
    }

    /// Takes back everything that waits, oldest first (messages of a closed listener).
    pub fn drain(&self) -> VecDeque<Item> {
        std::mem::take(&mut self.state.borrow_mut().items)
    }
}

impl State {
    fn next_receiver(&mut self, host: &Host) -> Option<Waiter> {
        while let Some(waiter) = self.receivers.pop_front() {
            if host.is_waiting(waiter.wait) {
                return Some(waiter);
            }
        }
        None
    }

    fn next_sender(&mut self, host: &Host) -> Option<(Waiter, Item)> {
        while let Some((waiter, item)) = self.senders.pop_front() {
            if host.is_waiting(waiter.wait) {
                return Some((waiter, item));
            }
            if let Item::Slot(slot) = item {
                self.free.push(slot);
            }
        }
        None
    }

    fn add_receiver(&mut self, waiter: Waiter) {
        // Many a channel only ever has one: no room for more until there is a second.
        if self.receivers.capacity() == 0 {
            self.receivers.reserve_exact(1);
        }
        self.receivers.push_back(waiter);
    }

    /// Drops stale waiters now and then, so that a select in a loop does not pile them up.
    fn prune(&mut self, host: &Host) {
        if self.receivers.len() >= 16 && self.receivers.len().is_power_of_two() {
            self.receivers.retain(|w| host.is_waiting(w.wait));
        }
        if self.senders.len() >= 16 && self.senders.len().is_power_of_two() {
            let free = &mut self.free;
            self.senders.retain(|(w, item)| {
                let live = host.is_waiting(w.wait);
                if let (false, Item::Slot(slot)) = (live, item) {
                    free.push(*slot);
                }
                live
            });
        }
    }

    fn store<'cx>(&mut self, cx: &mut Cx<'cx>, this: Userdata<'cx>, value: Val<'cx>) -> Item {
        let slot = self.free.pop().unwrap_or_else(|| {
            self.slots += 1;
            self.slots - 1
        });
        cx.set_userdata_slot(this, slot as usize, value);
        Item::Slot(slot)
    }

    fn receive(&mut self, host: &mut Host) -> Received {
        match self.items.pop_front() {
            Some(item) => {
                if self.items.len() < self.capacity
                    && let Some((from, next)) = self.next_sender(host)
                {
                    self.items.push_back(next);
                    host.wake(from.wait, Wake::Channel { item: None, ok: true, case: from.case });
                }
                Received::Item(item)
            }
            None => match self.next_sender(host) {
                Some((from, item)) => {
                    host.wake(from.wait, Wake::Channel { item: None, ok: true, case: from.case });
                    Received::Item(item)
                }
                None if self.closed => Received::Closed,
                None => Received::Empty,
            },
        }
    }
}

/// The value of an item that was taken out of `this`.
fn open<'cx>(cx: &mut Cx<'cx>, this: Userdata<'cx>, item: Item) -> Result<Val<'cx>, Raise> {
    match item {
        Item::Slot(slot) => {
            let value = this.slot(slot as usize);
            cx.set_userdata_slot(this, slot as usize, Val::NIL);
            if let Some(channel) = this.payload::<Channel>() {
                channel.state.borrow_mut().free.push(slot);
            }
            Ok(value)
        }
        Item::Message(message, room, raw) => {
            cx.at().freed.add(room);
            crate::mailroom::message_to_val(cx, message, raw)
        }
        Item::Event(event) => crate::mailroom::event_to_val(cx, *event),
        Item::Make(make) => make(cx),
    }
}

/// The value of a parcel for the coroutine that received it.
fn unpack<'cx>(cx: &mut Cx<'cx>, this: Userdata<'cx>, parcel: Parcel) -> Result<Val<'cx>, Raise> {
    match parcel {
        Parcel::Pinned(pin) => {
            let value = cx.pinned(&pin);
            cx.unpin(pin);
            Ok(value)
        }
        Parcel::Item(item) => open(cx, this, item),
    }
}

/// `channel.new(size?)`
pub(crate) fn new(cx: &mut Cx<'_>) -> NativeResult {
    let capacity = cx.opt_int(0, 0)?.clamp(0, 1 << 24) as usize;
    let channel = Channel::create(cx, capacity);
    cx.ret(channel)
}

/// `ch:send(v)`
pub(crate) fn send(cx: &mut Cx<'_>) -> NativeResult {
    let (this, channel) = cx.check_userdata_val::<Channel>(0)?;
    let value = cx.arg(1);
    if try_send(cx, this, channel, value)? {
        return cx.ret(true);
    }
    may_wait(cx)?;
    let wait = cx.at().begin_wait();
    let mut state = channel.state.borrow_mut();
    let item = state.store(cx, this, value);
    state.prune(cx.at());
    state.senders.push_back((Waiter { wait, case: 0 }, item));
    cx.wait(Some(sent))
}

fn try_send<'cx>(
    cx: &mut Cx<'cx>,
    this: Userdata<'cx>,
    channel: &Channel,
    value: Val<'cx>,
) -> Result<bool, Raise> {
    let mut state = channel.state.borrow_mut();
    if state.closed {
        return Err(cx.error("send on closed channel"));
    }
    if let Some(to) = state.next_receiver(cx.at()) {
        let pin = cx.pin(value);
        cx.at().wake(to.wait, Wake::Channel { item: Some(Parcel::Pinned(pin)), ok: true, case: to.case });
        return Ok(true);
    }
    if state.items.len() < state.capacity {
        let item = state.store(cx, this, value);
        state.items.push_back(item);
        return Ok(true);
    }
    Ok(false)
}

fn sent(cx: &mut Cx<'_>) -> NativeResult {
    match cx.at().wake.take() {
        Some(Wake::Channel { ok: true, .. }) => cx.ret(true),
        _ => Err(cx.error("send on closed channel")),
    }
}

/// `ch:receive()`
pub(crate) fn receive(cx: &mut Cx<'_>) -> NativeResult {
    let (this, channel) = cx.check_userdata_val::<Channel>(0)?;
    let found = channel.state.borrow_mut().receive(cx.at());
    match found {
        Received::Item(item) => {
            let value = open(cx, this, item)?;
            cx.ret2(value, true)
        }
        Received::Closed => cx.ret2(Val::NIL, false),
        Received::Empty => {
            may_wait(cx)?;
            let wait = cx.at().begin_wait();
            let mut state = channel.state.borrow_mut();
            state.prune(cx.at());
            state.add_receiver(Waiter { wait, case: 0 });
            cx.wait(Some(received))
        }
    }
}

fn received(cx: &mut Cx<'_>) -> NativeResult {
    let (this, _) = cx.check_userdata_val::<Channel>(0)?;
    match cx.at().wake.take() {
        Some(Wake::Channel { item: Some(parcel), .. }) => {
            let value = unpack(cx, this, parcel)?;
            cx.ret2(value, true)
        }
        _ => cx.ret2(Val::NIL, false),
    }
}

/// `ch:close()`
pub(crate) fn close(cx: &mut Cx<'_>) -> NativeResult {
    let (_, channel) = cx.check_userdata_val::<Channel>(0)?;
    channel.close(cx.at());
    cx.ret0()
}

/// A case of a select: slot 0 the channel, slot 1 the value to send.
pub(crate) struct Case {
    send: bool,
}

/// `ch:case_send(v)`
pub(crate) fn case_send(cx: &mut Cx<'_>) -> NativeResult {
    let (this, _) = cx.check_userdata_val::<Channel>(0)?;
    let value = cx.arg(1);
    let case = cx.userdata(Case { send: true }, &[this.val(), value]);
    cx.ret(case)
}

/// `ch:case_receive()`
pub(crate) fn case_receive(cx: &mut Cx<'_>) -> NativeResult {
    let (this, _) = cx.check_userdata_val::<Channel>(0)?;
    let case = cx.userdata(Case { send: false }, &[this.val()]);
    cx.ret(case)
}

/// `channel.select{case, …, default = true}`: the first ready case in array order.
pub(crate) fn select(cx: &mut Cx<'_>) -> NativeResult {
    let cases = cx.check_table(0)?;
    let default = cx.arg(1).truthy() || cases.get_field("default").truthy();
    let count = cases.len();
    for i in 1..=count {
        let (case, this, channel) = case_at(cx, i)?;
        if case.send {
            let value = case_value(cx, i);
            if channel.is_closed() {
                return Err(cx.error(format_args!("select case {i}: send on closed channel")));
            }
            if try_send(cx, this, channel, value)? {
                return outcome(cx, this, Val::NIL, true);
            }
            continue;
        }
        let found = channel.state.borrow_mut().receive(cx.at());
        match found {
            Received::Item(item) => {
                let value = open(cx, this, item)?;
                return outcome(cx, this, value, true);
            }
            Received::Closed => return outcome(cx, this, Val::NIL, false),
            Received::Empty => {}
        }
    }
    if default {
        let result = cx.table(0, 2);
        cx.set_field(result, "default", true)?;
        cx.set_field(result, "ok", true)?;
        return cx.ret(result);
    }
    if count == 0 {
        return Err(cx.error("select without a case would wait for ever"));
    }
    may_wait(cx)?;
    let wait = cx.at().begin_wait();
    for i in 1..=count {
        let (case, this, channel) = case_at(cx, i)?;
        let waiter = Waiter { wait, case: (i - 1) as u32 };
        let value = case_value(cx, i);
        let mut state = channel.state.borrow_mut();
        state.prune(cx.at());
        if case.send {
            let item = state.store(cx, this, value);
            state.senders.push_back((waiter, item));
        } else {
            state.add_receiver(waiter);
        }
    }
    cx.wait(Some(selected))
}

fn selected(cx: &mut Cx<'_>) -> NativeResult {
    match cx.at().wake.take() {
        Some(Wake::Channel { item, ok, case }) => {
            let (kind, this, _) = case_at(cx, i64::from(case) + 1)?;
            if kind.send && !ok {
                return Err(cx.error(format_args!("select case {}: send on closed channel", case + 1)));
            }
            let value = match item {
                Some(parcel) => unpack(cx, this, parcel)?,
                None => Val::NIL,
            };
            outcome(cx, this, value, ok)
        }
        _ => Err(cx.error("the select ended without a result")),
    }
}

static OUTCOME: Fields<3> = Fields::new(["channel", "value", "ok"]);

fn outcome<'cx>(cx: &mut Cx<'cx>, this: Userdata<'cx>, value: Val<'cx>, ok: bool) -> NativeResult {
    let result = cx.record(&OUTCOME, [this.val(), value, Val::bool(ok)]);
    cx.ret(result)
}

/// Case `i` of the select's first argument.
fn case_at<'cx>(cx: &mut Cx<'cx>, i: i64) -> Result<(&'cx Case, Userdata<'cx>, &'cx Channel), Raise> {
    let cases = cx.check_table(0)?;
    if let View::Userdata(u) = cases.get_int(i).view()
        && let Some(case) = u.payload::<Case>()
        && let Some(this) = u.slot(0).as_userdata()
        && let Some(channel) = this.payload::<Channel>()
    {
        return Ok((case, this, channel));
    }
    let got = cases.get_int(i).type_name();
    Err(cx.error(format_args!("select case {i}: case_send or case_receive of a channel expected, got {got}")))
}

fn case_value<'cx>(cx: &mut Cx<'cx>, i: i64) -> Val<'cx> {
    cx.arg(0).as_table().and_then(|t| t.get_int(i).as_userdata()).map_or(Val::NIL, |u| u.slot(1))
}

/// The ambient module `channel`.
pub fn channel_module() -> Module {
    let top = Group::new("channel", "Channels between the coroutines of one process.")
        .local("new(size?: integer): Channel", "Makes a channel with room for `size` values; 0 = rendezvous.", new)
        .func(
            "select(cases: {any}, default?: boolean): {channel: Channel?, value: any, ok: boolean, default: boolean?}",
            "Waits for the first ready case in array order; with `default` it does not wait.",
            select,
        );
    let channel =
        Object::new::<Channel>("Channel", "Passes values between coroutines of the process that made it.")
            .template::<Channel>()
            .method(
                "send(value: any): boolean",
                "Sends, waiting for room or a receiver; raises when closed.",
                send,
            )
            .method("receive(): (any, boolean)", "Receives; `nil, false` when closed and drained.", receive)
            .method("close()", "Closes; values that wait stay readable.", close)
            .method("case_send(value: any): any", "A case of `select` that sends.", case_send)
            .method("case_receive(): any", "A case of `select` that receives.", case_receive);
    let case = Object::new::<Case>("Case", "A case of `channel.select`.");
    Module::new(&[Class::Deterministic, Class::Workflow], top).ambient().object(channel).object(case)
}
