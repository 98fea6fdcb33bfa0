//! Channels between coroutines of a process, `select`, and channels that the engine fills.
//!
//! Values wait in slots of the channel object, where the collector sees them. Waiters are kept by [`WaitId`]: a coroutine
//! that waits in a select stands in several queues, and all but the one that woke it are stale, recognised by generation
//! and dropped when met.
//!
//! Whoever meets a waiter ends its native for it: the results lie where that coroutine goes on. Only what the other side has to
//! make or raise itself goes through a [`Wake`]. Whoever waits passes its turn on without leaving the heap ([`rest`]).

use crate::guest::Guest;
use crate::guest::{may_wait, waits_too_early};
use crate::host::{Host, WaitId, Wake};
use crate::mailroom::Mailroom;
use crate::module::{Class, Group, Module, Object};
use core_sched::{Event, Message, Room};
use lua_vm::{Cx, Fields, Maker, NativeFn, NativeResult, Raise, Root, Table, Template, Userdata, Val, View};
use std::cell::RefCell;
use std::collections::VecDeque;
use std::num::NonZeroU32;

/// A value in a channel.
pub enum Item {
    /// Slot of the channel object.
    Slot(u32),
    /// A message, and the room that it takes in the mailbox until somebody receives it; with `true` it is received as its
    /// payload, not as a Message object.
    Message(Box<Message>, Room, bool),
    /// A lifecycle event, and its room.
    Event(Box<Event>, Room),
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
    /// Bytes of messages that wait here and count no longer to the mailbox, but to this object.
    left: usize,
    receivers: Queue<Waiter>,
    senders: Queue<Sender>,
}

/// Who waits, in order. Nearly always it is one.
struct Queue<T> {
    first: Option<T>,
    #[allow(clippy::box_collection, reason = "each channel has two of these, which most never need")]
    more: Option<Box<VecDeque<T>>>,
}

impl<T> Default for Queue<T> {
    fn default() -> Self {
        Queue { first: None, more: None }
    }
}

impl<T: Copy> Queue<T> {
    fn is_empty(&self) -> bool {
        self.first.is_none()
    }

    /// Puts an item in, behind those that are there.
    #[inline]
    fn push(&mut self, item: T, live: impl FnMut(&T) -> bool) {
        if self.first.is_none() {
            self.first = Some(item);
        } else {
            self.push_behind(item, live);
        }
    }

    /// Now and then what is not `live` is dropped before, so that a select in a loop does not pile it up.
    #[cold]
    fn push_behind(&mut self, item: T, live: impl FnMut(&T) -> bool) {
        let more = self.more.get_or_insert_default();
        if more.len() >= 16 && more.len().is_power_of_two() {
            more.retain(live);
        }
        more.push_back(item);
    }

    #[inline]
    fn pop(&mut self) -> Option<T> {
        let first = self.first?;
        self.first = None;
        if let Some(more) = &mut self.more {
            self.first = more.pop_front();
        }
        Some(first)
    }
}

/// Somebody who waits for a receiver.
#[derive(Clone, Copy)]
struct Sender {
    waiter: Waiter,
    /// Of a select: the slot of the channel object where its value lies. That of a plain send is still its argument.
    slot: u32,
}

#[derive(Clone, Copy)]
struct Waiter {
    wait: WaitId,
    /// Number of the select case, from 1; `None` for a plain send or receive.
    case: Option<NonZeroU32>,
}

impl Waiter {
    /// It, `root`, waits no longer: it sent to `this`, or received `value` from it.
    #[inline(always)]
    fn finish<'cx>(self, cx: &mut Cx<'cx>, root: Root, this: Userdata<'cx>, value: Option<Val<'cx>>) {
        let done = match (self.case, value) {
            (None, Some(value)) => cx.finish(root, [value, Val::bool(true)]),
            (None, None) => cx.finish(root, [Val::bool(true)]),
            (Some(_), value) => finish_select(cx, root, this, value),
        };
        debug_assert!(done, "who stands in a channel waits");
    }
}

/// A select gets a table that says which case it was; out of the way of plain sends and receives.
#[inline(never)]
fn finish_select<'cx>(cx: &mut Cx<'cx>, root: Root, this: Userdata<'cx>, value: Option<Val<'cx>>) -> bool {
    let result = record(cx, this, value.unwrap_or(Val::NIL), true);
    cx.finish(root, [result.val()])
}

/// What a receive found.
enum Received<'cx> {
    Value(Val<'cx>),
    /// What makes a value.
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
            left: 0,
            receivers: Queue::default(),
            senders: Queue::default(),
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
            if let Item::Message(_, room, _) | Item::Event(_, room) = item {
                host.freed.add(room);
            }
            return false;
        }
        while let Some(to) = state.receivers.pop() {
            if host.is_waiting(to.wait) {
                return host.wake(to.wait, Wake::Channel { item: Some(item), case: to.case });
            }
        }
        state.items.push_back(item);
        true
    }

    /// The first who waits for nothing but a value of this channel; it is ready, and gets the value from the caller. `None`: then
    /// [`offer`](Self::offer) is the way.
    #[inline]
    pub(crate) fn claim(&self, host: &mut Host) -> Option<Root> {
        let mut state = self.state.borrow_mut();
        let first =
            state.receivers.first.filter(|first| first.case.is_none() && host.is_waiting(first.wait))?;
        state.receivers.pop();
        host.claim(first.wait)
    }

    /// Like [`offer`](Self::offer) for a value of this heap, but refuses when `capacity` values wait (timers and tickers
    /// drop what nobody takes).
    pub fn offer_value<'cx>(cx: &mut Cx<'cx>, this: Userdata<'cx>, value: Val<'cx>) -> bool {
        let Some(channel) = this.payload::<Channel>() else { return false };
        let mut state = channel.state.borrow_mut();
        if state.closed {
            return false;
        }
        if let Some((to, root)) = state.next_receiver(cx.at()) {
            to.finish(cx, root, this, Some(value));
            return true;
        }
        if state.items.len() >= state.capacity.max(1) {
            return false;
        }
        state.push(cx, this, value);
        true
    }

    /// Closes it: waiting receivers get `nil, false`, waiting senders raise. Values that wait stay readable.
    pub fn close(&self, host: &mut Host) {
        self.close_for(host, usize::MAX);
    }

    /// The same for at most so many of those who wait: how many it were.
    fn close_for(&self, host: &mut Host, most: usize) -> usize {
        let mut state = self.state.borrow_mut();
        state.closed = true;
        let mut done = 0;
        while done < most {
            let waiter = if let Some(to) = state.receivers.pop() {
                to
            } else if let Some(sender) = state.senders.pop() {
                state.forget(sender);
                sender.waiter
            } else {
                break;
            };
            host.wake(waiter.wait, Wake::Channel { item: None, case: waiter.case });
            done += 1;
        }
        done
    }

    /// Messages that wait in `this` count no longer against the bounds of the mailbox, but to the heap.
    pub(crate) fn uncount<'cx>(cx: &mut Cx<'cx>, this: Userdata<'cx>) {
        let Some(channel) = this.payload::<Channel>() else { return };
        let mut state = channel.state.borrow_mut();
        let State { items, left, .. } = &mut *state;
        for item in items {
            if let Item::Message(message, room, _) = item
                && !room.is_none()
            {
                *left += message.size();
                cx.at().freed.add(room.take());
            }
        }
        cx.weigh(this, *left);
    }

    /// A message that counted to `this` was taken out of it.
    #[cold]
    fn take_off<'cx>(cx: &mut Cx<'cx>, this: Userdata<'cx>, size: usize) {
        let Some(channel) = this.payload::<Channel>() else { return };
        let left = &mut channel.state.borrow_mut().left;
        *left = left.saturating_sub(size);
        cx.weigh(this, *left);
    }

    /// Drops what waits of the mail of a process that ends.
    pub(crate) fn drop_mail(&self) {
        self.state.borrow_mut().items.retain(|item| !matches!(item, Item::Message(..) | Item::Event(..)));
    }

    /// Takes back the messages that wait, oldest first (of a listener that ends); the rest stays.
    pub(crate) fn take_messages(&self) -> Vec<(Box<Message>, Room)> {
        let mut taken = Vec::new();
        let items = &mut self.state.borrow_mut().items;
        for item in std::mem::take(items) {
            match item {
                Item::Message(message, room, _) => taken.push((message, room)),
                other => items.push_back(other),
            }
        }
        taken
    }
}

impl State {
    /// Nobody takes a value, nor is there room for one.
    #[inline(always)]
    fn must_wait(&self) -> bool {
        !self.closed && self.receivers.is_empty() && self.items.len() >= self.capacity
    }

    /// The next that receives; it is ready now.
    #[inline(always)]
    fn next_receiver(&mut self, host: &mut Host) -> Option<(Waiter, Root)> {
        loop {
            let waiter = self.receivers.pop()?;
            if let Some(root) = host.claim(waiter.wait) {
                return Some((waiter, root));
            }
        }
    }

    /// The next that sends; it is ready now.
    #[inline(always)]
    fn next_sender(&mut self, host: &mut Host) -> Option<(Sender, Root)> {
        loop {
            let sender = self.senders.pop()?;
            if let Some(root) = host.claim(sender.waiter.wait) {
                return Some((sender, root));
            }
            self.forget(sender);
        }
    }

    /// Nobody takes the value of `sender` any more.
    #[inline(never)]
    fn forget(&mut self, sender: Sender) {
        if sender.waiter.case.is_some() {
            self.free.push(sender.slot);
        }
    }

    #[inline]
    fn add_receiver(&mut self, host: &Host, waiter: Waiter) {
        self.receivers.push(waiter, |w| host.is_waiting(w.wait));
    }

    #[inline]
    fn add_sender(&mut self, host: &Host, sender: Sender) {
        let free = &mut self.free;
        self.senders.push(sender, |s| {
            let live = host.is_waiting(s.waiter.wait);
            if !live && s.waiter.case.is_some() {
                free.push(s.slot);
            }
            live
        });
    }

    fn store<'cx>(&mut self, cx: &mut Cx<'cx>, this: Userdata<'cx>, value: Val<'cx>) -> u32 {
        let slot = self.free.pop().unwrap_or_else(|| {
            self.slots += 1;
            self.slots - 1
        });
        cx.set_userdata_slot(this, slot as usize, value);
        slot
    }

    #[inline(never)]
    fn push<'cx>(&mut self, cx: &mut Cx<'cx>, this: Userdata<'cx>, value: Val<'cx>) {
        let slot = self.store(cx, this, value);
        self.items.push_back(Item::Slot(slot));
    }

    /// The value in a slot, which is free then.
    fn empty<'cx>(&mut self, cx: &mut Cx<'cx>, this: Userdata<'cx>, slot: u32) -> Val<'cx> {
        let value = this.slot(slot as usize);
        cx.set_userdata_slot(this, slot as usize, Val::NIL);
        self.free.push(slot);
        value
    }

    /// Takes what a sender, `root`, waits with.
    #[inline(always)]
    fn take<'cx>(&mut self, cx: &mut Cx<'cx>, this: Userdata<'cx>, sender: Sender, root: Root) -> Val<'cx> {
        let Sender { waiter, slot } = sender;
        if waiter.case.is_some() {
            let value = self.empty(cx, this, slot);
            waiter.finish(cx, root, this, None);
            return value;
        }
        let value = cx.finish_for(root, 1, |_| [Val::bool(true)]);
        debug_assert!(value.is_some(), "who stands in a channel waits");
        value.unwrap_or(Val::NIL)
    }

    #[inline(always)]
    fn receive<'cx>(&mut self, cx: &mut Cx<'cx>, this: Userdata<'cx>) -> Received<'cx> {
        match self.receive_waiting(cx, this) {
            Some(value) => Received::Value(value),
            None => self.receive_other(cx, this),
        }
    }

    /// What the first sender waits with, if nothing lies in the channel. Apart from the rest, and not as a [`Received`]: a value that passes
    /// through one is written as two words and read as one, and such a read waits until both have left the store buffer.
    #[inline(always)]
    fn receive_waiting<'cx>(&mut self, cx: &mut Cx<'cx>, this: Userdata<'cx>) -> Option<Val<'cx>> {
        if !self.items.is_empty() {
            return None;
        }
        let (sender, root) = self.next_sender(cx.at())?;
        Some(self.take(cx, this, sender, root))
    }

    /// What else there is to receive, if that gave nothing.
    #[inline(always)]
    fn receive_other<'cx>(&mut self, cx: &mut Cx<'cx>, this: Userdata<'cx>) -> Received<'cx> {
        if !self.items.is_empty() {
            return self.receive_item(cx, this);
        }
        if self.closed { Received::Closed } else { Received::Empty }
    }

    /// Takes the first of what waits in the channel; a sender that has room now is done.
    #[inline(never)]
    fn receive_item<'cx>(&mut self, cx: &mut Cx<'cx>, this: Userdata<'cx>) -> Received<'cx> {
        let received = match self.items.pop_front() {
            Some(Item::Slot(slot)) => Received::Value(self.empty(cx, this, slot)),
            Some(item) => Received::Item(item),
            None => return Received::Empty,
        };
        if self.items.len() < self.capacity
            && let Some((sender, root)) = self.next_sender(cx.at())
        {
            let next = self.take(cx, this, sender, root);
            self.push(cx, this, next);
        }
        received
    }
}

/// The value of an item that was taken out of `this`.
fn open<'cx>(cx: &mut Cx<'cx>, this: Userdata<'cx>, item: Item) -> Result<Val<'cx>, Raise> {
    match item {
        Item::Slot(slot) => Ok(match this.payload::<Channel>() {
            Some(channel) => channel.state.borrow_mut().empty(cx, this, slot),
            None => Val::NIL,
        }),
        Item::Message(message, room, raw) => {
            let mut size = room.bytes();
            if room.is_none() {
                size = message.size();
                Channel::take_off(cx, this, size);
            }
            cx.at().freed.add(room);
            crate::mailroom::message_to_val(cx, message, size, raw)
        }
        Item::Event(event, room) => {
            cx.at().freed.add(room);
            crate::mailroom::event_to_val(cx, *event)
        }
        Item::Make(make) => make(cx),
    }
}

/// The running coroutine waits where `queue` enters it, and the next one that is ready goes on in its place; `then` is for what
/// a [`Wake`] says.
#[inline(always)]
fn rest<'cx>(cx: &mut Cx<'cx>, then: NativeFn, queue: impl FnOnce(&mut Host, WaitId)) -> NativeResult {
    let host = cx.at();
    if !host.may_wait {
        return Err(waits_too_early(cx));
    }
    let wait = host.begin_wait();
    queue(host, wait);
    let next = host.pass();
    waits(cx, then, next)
}

/// The same for one that stands in its queues; `next` is who goes on.
#[inline(always)]
fn waits(cx: &mut Cx<'_>, then: NativeFn, next: Option<Root>) -> NativeResult {
    match next {
        Some(next) => cx.wait_and_pass(Some(then), next),
        None => cx.wait(Some(then)),
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
    let state = &mut *channel.state.borrow_mut();
    if !state.must_wait() {
        let value = cx.arg(1);
        if try_send(cx, this, state, value)? {
            return cx.ret(true);
        }
    }
    rest(cx, refused, |host, wait| {
        let waiter = Waiter { wait, case: None };
        state.add_sender(host, Sender { waiter, slot: 0 });
    })
}

#[inline(always)]
fn try_send<'cx>(
    cx: &mut Cx<'cx>,
    this: Userdata<'cx>,
    state: &mut State,
    value: Val<'cx>,
) -> Result<bool, Raise> {
    if state.closed {
        return Err(cx.error("send on closed channel"));
    }
    if let Some((to, root)) = state.next_receiver(cx.at()) {
        to.finish(cx, root, this, Some(value));
        return Ok(true);
    }
    if state.items.len() < state.capacity {
        state.push(cx, this, value);
        return Ok(true);
    }
    Ok(false)
}

/// The channel was closed while its sender waited.
fn refused(cx: &mut Cx<'_>) -> NativeResult {
    cx.at().take_wake();
    Err(cx.error("send on closed channel"))
}

/// `ch:receive()`
pub(crate) fn receive(cx: &mut Cx<'_>) -> NativeResult {
    let (this, channel) = cx.check_userdata_val::<Channel>(0)?;
    let mut state = channel.state.borrow_mut();
    if let Some(value) = state.receive_waiting(cx, this) {
        return cx.ret2(value, true);
    }
    match state.receive_other(cx, this) {
        Received::Value(value) => cx.ret2(value, true),
        Received::Item(item) => {
            // Making the value may look into the channel.
            drop(state);
            let value = open(cx, this, item)?;
            cx.ret2(value, true)
        }
        Received::Closed => cx.ret2(Val::NIL, false),
        Received::Empty => rest(cx, received, |host, wait| {
            state.add_receiver(host, Waiter { wait, case: None });
        }),
    }
}

fn received(cx: &mut Cx<'_>) -> NativeResult {
    let (this, _) = cx.check_userdata_val::<Channel>(0)?;
    match cx.at().take_wake() {
        Some(Wake::Channel { item: Some(item), .. }) => {
            let value = open(cx, this, item)?;
            cx.ret2(value, true)
        }
        _ => cx.ret2(Val::NIL, false),
    }
}

/// Who is woken in one piece, and what that costs in units.
const WOKEN: usize = 1000;
const WAKING: usize = 250;

/// `ch:close()`
pub(crate) fn close(cx: &mut Cx<'_>) -> NativeResult {
    let (_, channel) = cx.check_userdata_val::<Channel>(0)?;
    let woken = channel.close_for(cx.at(), WOKEN);
    cx.charge(woken * WAKING);
    if woken == WOKEN { cx.again(close) } else { cx.ret0() }
}

/// Most cases of a select, which are looked at, and entered, in one piece.
const MAX_CASES: i64 = 10_000;
/// Units of a case.
const CASE: usize = 50;

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
    if count > MAX_CASES {
        return Err(cx.error(format_args!("select of {count} cases, at most {MAX_CASES}")));
    }
    cx.charge(count as usize * CASE);
    for i in 1..=count {
        let (case, this, channel) = case_at(cx, i)?;
        if case.send {
            let value = case_value(cx, i);
            if channel.is_closed() {
                return Err(cx.error(format_args!("select case {i}: send on closed channel")));
            }
            if try_send(cx, this, &mut channel.state.borrow_mut(), value)? {
                return outcome(cx, this, Val::NIL, true);
            }
            continue;
        }
        let found = channel.state.borrow_mut().receive(cx, this);
        match found {
            Received::Value(value) => return outcome(cx, this, value, true),
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
        let waiter = Waiter { wait, case: NonZeroU32::new(i as u32) };
        let value = case_value(cx, i);
        let mut state = channel.state.borrow_mut();
        if case.send {
            let slot = state.store(cx, this, value);
            state.add_sender(cx.at(), Sender { waiter, slot });
        } else {
            state.add_receiver(cx.at(), waiter);
        }
    }
    let next = cx.at().pass();
    waits(cx, selected, next)
}

fn selected(cx: &mut Cx<'_>) -> NativeResult {
    match cx.at().take_wake() {
        Some(Wake::Channel { item, case: Some(case) }) => {
            let (kind, this, _) = case_at(cx, i64::from(case.get()))?;
            match item {
                None if kind.send => {
                    Err(cx.error(format_args!("select case {case}: send on closed channel")))
                }
                None => outcome(cx, this, Val::NIL, false),
                Some(item) => {
                    let value = open(cx, this, item)?;
                    outcome(cx, this, value, true)
                }
            }
        }
        _ => Err(cx.error("the select ended without a result")),
    }
}

static OUTCOME: Fields<3> = Fields::new(["channel", "value", "ok"]);

fn outcome<'cx>(cx: &mut Cx<'cx>, this: Userdata<'cx>, value: Val<'cx>, ok: bool) -> NativeResult {
    let result = record(cx, this, value, ok);
    cx.ret(result)
}

fn record<'cx>(cx: &mut Cx<'cx>, this: Userdata<'cx>, value: Val<'cx>, ok: bool) -> Table<'cx> {
    cx.record(&OUTCOME, [this.val(), value, Val::bool(ok)])
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

/// `subscribe(topic, channel)`: routes messages of a topic into an existing channel.
fn subscribe(cx: &mut Cx<'_>) -> NativeResult {
    let topic = cx.check_str(0)?;
    let (channel, _) = cx.check_userdata_val::<Channel>(1)?;
    if topic.starts_with('@') {
        return Err(cx.arg_error(0, "topics that begin with '@' are reserved"));
    }
    Mailroom::attach(cx, topic, channel, false);
    cx.ret0()
}

/// `unsubscribe(channel)`: ends it.
fn unsubscribe(cx: &mut Cx<'_>) -> NativeResult {
    let (channel, _) = cx.check_userdata_val::<Channel>(0)?;
    Mailroom::detach(cx, channel);
    cx.ret0()
}

/// The ambient module `channel`.
pub fn channel_module() -> Module {
    let top = Group::new("channel", "Channels between the coroutines of one process.")
        .local("new<T>(size?: integer): Channel<T>", "Makes a channel with room for `size` values; 0 = rendezvous.", new)
        .func(
            "select(cases: table, default?: boolean): {channel: Channel<any>, value: any, ok: boolean, default?: boolean}",
            "Waits for the first ready case in array order; with `default` it does not wait. At most 10,000 cases.",
            select,
        );
    let channel =
        Object::new::<Channel>("Channel", "Passes values between coroutines of the process that made it.")
            .generic("T")
            .template::<Channel>()
            .method(
                "send(value: T): boolean",
                "Sends, waiting for room or a receiver; raises when closed.",
                send,
            )
            .method("receive(): (T, boolean)", "Receives; `nil, false` when closed and drained.", receive)
            .method("close()", "Closes; values that wait stay readable.", close)
            .method("case_send(value: T): Case", "A case of `select` that sends.", case_send)
            .method("case_receive(): Case", "A case of `select` that receives.", case_receive);
    let case = Object::new::<Case>("Case", "A case of `channel.select`.");
    Module::new(&[Class::Deterministic, Class::Workflow], top)
        .ambient()
        .object(channel)
        .object(case)
        .global(
            "subscribe(topic: string, channel: Channel<any>)",
            "Sends the messages of a topic into a channel that is there.",
            subscribe,
        )
        .global("unsubscribe(channel: Channel<any>)", "Ends that.", unsubscribe)
}
