//! The control block of a process: what others hold of it.
//!
//! One lock guards the mailbox, the waker, the kill reason and the end, so their order is that of the lock:
//!
//! * A process that is a future of its own stores its waker at the end of a poll, and looks for news behind that: whoever delivers or
//!   kills has either left news by then, or finds that waker, takes it and wakes. No wake is lost, a burst of mail wakes once, and a
//!   call that ends in its first poll stores nothing.
//! * A spawned process lies in its control block while nobody polls it. Whoever delivers inside of a
//!   [`chain`] takes it out, hands it the mail, and has it polled next, instead of waking its task. While it is polled, news is
//!   noted in the block, and whoever puts it back sees the note; so its polls need the lock only when there is news.
//! * The end closes the mailbox in the critical section that takes the [`Ending`]: mail is either drained by that or
//!   refused with `Ok(false)`, and the ending runs once, whoever asks for it.
//!
//! The flags are written under the lock and read without it, where a late answer does no harm: the interpreter asks for
//! the kill flag at fuel zero, and a stale `false` is corrected by the wake that follows the flag.

use crate::body::{Activity, Figures, Look};
use crate::chain::{self, BoxProcess};
use crate::host::Gate;
use crate::mail::{BRIEF, Event, Inbox, Load, Mail, MailboxFull, Queued, Room, push};
use crate::near::Near;
use crate::sync::{AtomicBool, AtomicU8, Mutex, MutexGuard, Ordering};
use crate::turn;
use infra_base::{EntryId, Error, Kind, Payload, Pid};
use infra_clock::{Clock, Moment, Sleep};
use std::collections::VecDeque;
use std::sync::Arc;
use std::task::Waker;

/// How a process ended.
#[derive(Clone, Debug)]
pub struct Exit {
    /// What it returned, or why it failed.
    pub result: Result<Payload, Error>,
}

impl Exit {
    /// As others see it: an error without a kind is `Internal` once it leaves its process, and the chain of causes keeps
    /// the original.
    pub(crate) fn outside(self) -> Exit {
        let result = self.result.map_err(|error| match (error.kind(), error.label()) {
            // What it wraps is the original.
            (Kind::Unknown, None) if error.wrapped().is_some() => error.with_kind(Kind::Internal),
            (Kind::Unknown, None) => error.clone().with_kind(Kind::Internal).with_cause(error),
            _ => error,
        });
        Exit { result }
    }

    /// An end with an error.
    pub fn failed(error: Error) -> Exit {
        Exit { result: Err(error) }
    }
}

/// Reports the end of a process. Runs no guest code, must not block, is called exactly once: after the normal end, after a
/// kill, or from the drop of a process that did not get that far. The mailbox is closed and the body is gone by then.
pub trait Ending: Send {
    /// Releases names, tells links and monitors, answers owed replies.
    fn end(self: Box<Self>, control: &Arc<Control>, exit: &Exit);
}

const KILLED: u8 = 1;
const ENDED: u8 = 2;
const TRAP_LINKS: u8 = 4;
const PANICKED: u8 = 8;
const NUDGED: u8 = 16;

/// One allocation: kill flag, mailbox, waker, state.
pub struct Control {
    pid: Pid,
    entry: EntryId,
    gate: Option<Arc<Gate>>,
    flags: AtomicU8,
    /// There is mail, a kill, a limit, a question or a nudge that the process has not taken. Written under the lock.
    news: AtomicBool,
    inner: Mutex<Inner>,
}

struct Inner {
    /// Made by the first message, kill or limit.
    mailbox: Option<Box<Mailbox>>,
    place: Place,
    ending: Option<Box<dyn Ending>>,
}

impl Inner {
    fn orders(&mut self) -> &mut Orders {
        self.mailbox.get_or_insert_default().orders.get_or_insert_default()
    }
}

/// Where the process itself is.
enum Place {
    /// With whoever polls it as a future, a call inside its caller: the waker of its last poll that was not its end.
    Elsewhere(Option<Waker>),
    /// Here; with `true` its task is polled anyway (it is new, or a yield is about to pass) and sees the news then.
    Parked(BoxProcess, bool),
    /// Polled by a chain. `knocked`: its task was woken meanwhile.
    Running { knocked: bool },
    /// Its task is gone: whoever has it drops it.
    Evicted,
}

impl Place {
    const RUNNING: Place = Place::Running { knocked: false };

    /// Takes out a process that rests, to poll it.
    #[inline]
    fn rouse(&mut self) -> Option<BoxProcess> {
        if !matches!(self, Place::Parked(_, false)) {
            return None;
        }
        match std::mem::replace(self, Place::RUNNING) {
            Place::Parked(process, _) => Some(process),
            _ => None,
        }
    }
}

/// What the task of a process finds in its block.
pub(crate) enum Taken {
    /// The process, which is now running.
    Process(BoxProcess),
    /// Somebody polls it, and will do so once more.
    Running,
    /// It has ended.
    Gone,
}

/// What became of a process that a chain was done with.
pub(crate) enum Put {
    /// It lies in its control block.
    Parked,
    /// There is news for it: poll it again.
    Again(BoxProcess),
    /// Its task is gone: drop it.
    Evicted(BoxProcess),
}

/// What others want of the process.
#[derive(Default)]
struct Orders {
    reason: Option<Error>,
    /// Set by others, taken by the process at its next poll.
    limit: Option<Box<Limit>>,
    /// Questions, taken likewise.
    asked: Vec<Tell>,
}

/// What a process finds in its block.
#[derive(Default)]
pub(crate) struct News {
    /// Mail was put into its inbox.
    pub(crate) mail: bool,
    /// It is to step though nothing came.
    pub(crate) nudged: bool,
    /// Who wants a look at it.
    pub(crate) asked: Vec<Tell>,
}

/// Who asked a process for a look, and is told.
pub(crate) type Tell = Box<dyn FnOnce(Look) + Send>;

/// A kill at a moment; the process itself waits for it, so nothing is left behind when it ends before.
pub(crate) struct Limit {
    at: Moment,
    pub(crate) sleep: Sleep,
    pub(crate) reason: Error,
}

#[derive(Default)]
struct Mailbox {
    queue: VecDeque<Queued>,
    /// What counts against the bounds: `queue`, the process's inbox, and what the body holds.
    load: Load,
    /// Made by the first kill, limit or question.
    orders: Option<Box<Orders>>,
    /// Of a process that got mail; here, since whoever sends looks at the load.
    near: Near,
}

impl Inner {
    fn load(&mut self) -> &mut Load {
        &mut self.mailbox.get_or_insert_default().load
    }

    /// Takes back the room that a process which rests has given up. It is polled when mail comes, so who is refused for want of that room
    /// would be refused for ever.
    fn settle(&mut self) {
        if let (Some(mailbox), Place::Parked(process, _)) = (&mut self.mailbox, &mut self.place) {
            mailbox.load.subtract(&mut process.inbox().freed);
        }
    }

    /// Is there room for so much?
    #[inline]
    fn fits(&mut self, bytes: usize) -> bool {
        self.load().fits(bytes) || {
            self.settle();
            self.load().fits(bytes)
        }
    }
}

impl Control {
    /// The control block of a process of `entry` that is about to start.
    pub fn new(pid: Pid, entry: EntryId) -> Arc<Control> {
        Control::with_gate(pid, entry, None)
    }

    /// The same on a host whose slices pass `gate`.
    pub fn with_gate(pid: Pid, entry: EntryId, gate: Option<Arc<Gate>>) -> Arc<Control> {
        let inner = Inner { mailbox: None, place: Place::Elsewhere(None), ending: None };
        let (flags, news) = (AtomicU8::new(0), AtomicBool::new(false));
        Arc::new(Control { pid, entry, gate, flags, news, inner: Mutex::new(inner) })
    }

    /// Notes what is looked at first by whoever puts mail into it.
    pub fn note(&self, near: &mut Near) {
        near.add_value(self);
        // Not if it is locked: it may be that of the process that notes.
        if let Some(mailbox) = self.inner.try_lock().as_ref().and_then(|inner| inner.mailbox.as_deref()) {
            near.add_value(mailbox);
        }
    }

    /// Its address.
    pub fn pid(&self) -> Pid {
        self.pid
    }

    /// The entry that it runs.
    pub fn entry(&self) -> &EntryId {
        &self.entry
    }

    pub(crate) fn gate(&self) -> Option<&Arc<Gate>> {
        self.gate.as_ref()
    }

    /// Puts mail into the mailbox and wakes the process. `Ok(false)`: it has ended.
    pub fn deliver(&self, mail: Mail) -> Result<bool, MailboxFull> {
        let bytes = mail.size();
        let mut inner = self.inner.lock();
        if self.has(ENDED) {
            return Ok(false);
        }
        if !inner.fits(bytes) {
            // A call gives back what it took when it is polled.
            if let Place::Elsewhere(_) = inner.place {
                self.tell(inner);
            }
            return Err(MailboxFull);
        }
        inner.load().add(Room(bytes as u32));
        self.put(inner, (mail, bytes as u32));
        Ok(true)
    }

    /// Puts an event into the mailbox that must not be lost, and wakes the process. `false`: it has ended.
    ///
    /// It counts like a message while there is room. After that a brief form of it goes in, and where even that has no room it
    /// counts for nothing. Who links or monitors asks [`has_room`](Self::has_room) first, so a mailbox passes its bounds by a
    /// few hundred bytes for each relation at most that was there when it became full, and for the node's own requests.
    pub fn notify(&self, event: Event) -> bool {
        let bytes = event.size();
        let mut inner = self.inner.lock();
        if self.has(ENDED) {
            return false;
        }
        let (event, bytes) = if inner.fits(bytes) { (event, bytes) } else { event.brief() };
        let bytes = if inner.fits(bytes) { bytes as u32 } else { 0 };
        inner.load().add(Room(bytes));
        self.put(inner, (Mail::from(event), bytes));
        true
    }

    /// Is there room for a brief event? Who has none must not ask for more of them.
    pub fn has_room(&self) -> bool {
        let (messages, bytes) = self.mailbox_load();
        Load { messages: messages as u32, bytes: bytes as u32 }.fits(BRIEF)
    }

    /// Puts what was counted into the mailbox, or the inbox of a process that rests.
    #[inline]
    fn put(&self, mut inner: MutexGuard<'_, Inner>, queued: Queued) {
        let Inner { mailbox, place, .. } = &mut *inner;
        if chain::is_open()
            && let Some(mut process) = place.rouse()
        {
            if let Some(Mailbox { near, .. }) = mailbox.as_deref()
                && !near.is_of(turn::number())
            {
                process.fetch(near);
            }
            drop(inner);
            process.hand(queued);
            return chain::offer(process);
        }
        push(&mut mailbox.get_or_insert_default().queue, queued);
        self.tell(inner);
    }

    /// Ends the process with `reason` at its next poll or fuel check; the first reason wins.
    pub fn kill(&self, reason: Error) {
        let mut inner = self.inner.lock();
        if self.has(KILLED | ENDED) {
            return;
        }
        inner.orders().reason = Some(reason);
        self.flags.fetch_or(KILLED, Ordering::Release);
        self.tell(inner);
    }

    /// Has the process step soon though nothing came, to look after itself.
    pub fn nudge(&self) {
        let inner = self.inner.lock();
        if !self.has(KILLED | ENDED) {
            self.flags.fetch_or(NUDGED, Ordering::Release);
            self.tell(inner);
        }
    }

    /// Kills the process with `reason` at `at` if it lives by then; of several limits the earliest counts.
    pub fn kill_at(&self, clock: &Clock, at: Moment, reason: Error) {
        let limit = Box::new(Limit { at, sleep: clock.sleep_until(at), reason });
        let mut inner = self.inner.lock();
        if self.has(KILLED | ENDED) {
            return;
        }
        let orders = inner.orders();
        if orders.limit.as_ref().is_some_and(|known| known.at <= at) {
            return;
        }
        orders.limit = Some(limit);
        self.tell(inner);
    }

    /// Has somebody killed it? A body that sees this returns [`Step::Continue`](crate::Step::Continue).
    pub fn is_killed(&self) -> bool {
        self.has(KILLED)
    }

    /// Is it over? Once true its ending has run or is running.
    pub fn has_ended(&self) -> bool {
        self.has(ENDED)
    }

    /// Did it end with a panic? The log knows of that already.
    pub fn has_panicked(&self) -> bool {
        self.has(PANICKED)
    }

    pub(crate) fn set_panicked(&self) {
        self.flags.fetch_or(PANICKED, Ordering::Release);
    }

    /// Does it take link failures as events instead of ending with them?
    pub fn traps_links(&self) -> bool {
        self.has(TRAP_LINKS)
    }

    /// Sets the option `trap_links`.
    pub fn set_trap_links(&self, trap: bool) {
        if trap {
            self.flags.fetch_or(TRAP_LINKS, Ordering::Release);
        } else {
            self.flags.fetch_and(!TRAP_LINKS, Ordering::Release);
        }
    }

    /// Sets who is told of the end. Gives it back when the process has ended or somebody is told already.
    pub fn set_ending(&self, ending: Box<dyn Ending>) -> Result<(), Box<dyn Ending>> {
        let mut inner = self.inner.lock();
        if inner.ending.is_some() || self.has(ENDED) {
            return Err(ending);
        }
        inner.ending = Some(ending);
        Ok(())
    }

    /// Messages with events, and bytes, in the mailbox, the inbox and held by the body.
    pub fn mailbox_load(&self) -> (usize, usize) {
        let mut inner = self.inner.lock();
        inner.settle();
        let load = inner.mailbox.as_ref().map(|mailbox| mailbox.load).unwrap_or_default();
        (load.messages as usize, load.bytes as usize)
    }

    /// Has `tell` called with what the process does and has: at once if it rests, else when it is polled next. Dropped
    /// without a call when it has ended, or ends before.
    pub fn look(&self, tell: impl FnOnce(Look) + Send + 'static) {
        let mut inner = self.inner.lock();
        if self.has(ENDED) {
            return;
        }
        let look = match &inner.place {
            Place::Parked(process, due) => {
                let activity = if *due { Activity::Ready } else { Activity::Waiting };
                Some((activity, process.figures()))
            }
            Place::Elsewhere(_) | Place::Running { .. } | Place::Evicted => None,
        };
        match look {
            Some((activity, figures)) => {
                drop(inner);
                tell(self.seen(activity, figures));
            }
            None => {
                inner.orders().asked.push(Box::new(tell));
                self.tell(inner);
            }
        }
    }

    /// A look at the process, with what is known here.
    pub(crate) fn seen(&self, activity: Activity, figures: Option<Figures>) -> Look {
        Look { activity, figures, mail: self.mailbox_load() }
    }

    /// Whether mail, a kill or a question waits for the process. A body that looks between two turns of its own coroutines
    /// answers `Continue` for it, and meets it a turn later instead of a slice later.
    #[inline]
    pub fn has_news(&self) -> bool {
        self.news.load(Ordering::Acquire)
    }

    /// Stores the waker of a process that is a future of its own, at the end of a poll. False: there is news, which that waker would
    /// not be woken for.
    #[must_use]
    pub(crate) fn listen(&self, waker: &Waker) -> bool {
        if let Place::Elsewhere(known) = &mut self.inner.lock().place
            && !known.as_ref().is_some_and(|known| known.will_wake(waker))
        {
            *known = Some(waker.clone());
        }
        !self.has_news()
    }

    /// Takes mail, limit and questions. `Err`: the reason of a kill.
    pub(crate) fn take(&self, inbox: &mut Inbox, limit: &mut Option<Box<Limit>>) -> Result<News, Error> {
        let mut inner = self.inner.lock();
        let mut news = News::default();
        self.news.store(false, Ordering::Relaxed);
        if self.has(NUDGED) {
            self.flags.fetch_and(!NUDGED, Ordering::AcqRel);
            news.nudged = true;
        }
        let Some(mailbox) = &mut inner.mailbox else { return Ok(news) };
        if let Some(orders) = &mut mailbox.orders {
            if let Some(reason) = &orders.reason {
                return Err(reason.clone());
            }
            if let Some(new) = orders.limit.take()
                && limit.as_ref().is_none_or(|known| new.at < known.at)
            {
                *limit = Some(new);
            }
            news.asked = std::mem::take(&mut orders.asked);
        }
        mailbox.load.subtract(&mut inbox.freed);
        news.mail = !mailbox.queue.is_empty();
        if inbox.queue.is_empty() {
            std::mem::swap(&mut inbox.queue, &mut mailbox.queue);
        } else {
            inbox.queue.append(&mut mailbox.queue);
        }
        Ok(news)
    }

    /// Gives back the room of what the body took. Little of it waits for the next poll: the bound is then met a little
    /// early, and a message costs one lock instead of two.
    pub(crate) fn settle(&self, inbox: &mut Inbox) {
        // After a burst the buffer goes back; a chatting process keeps its own.
        if inbox.queue.is_empty() && inbox.queue.capacity() > 64 {
            inbox.queue = VecDeque::new();
        }
        if inbox.freed.is_much()
            && let Some(mailbox) = &mut self.inner.lock().mailbox
        {
            mailbox.load.subtract(&mut inbox.freed);
        }
    }

    /// The reason of a kill.
    pub(crate) fn reason(&self) -> Option<Error> {
        self.inner.lock().mailbox.as_ref()?.orders.as_ref()?.reason.clone()
    }

    /// Closes the mailbox and runs the ending; the second call does nothing.
    pub(crate) fn finish(self: &Arc<Self>, exit: &Exit) {
        let mut inner = self.inner.lock();
        if self.has(ENDED) {
            return;
        }
        self.flags.fetch_or(ENDED, Ordering::Release);
        let remains = inner.mailbox.take();
        let ending = inner.ending.take();
        drop(inner);
        drop(remains);
        if let Some(ending) = ending {
            ending.end(self, exit);
        }
    }

    fn has(&self, flag: u8) -> bool {
        self.flags.load(Ordering::Acquire) & flag != 0
    }

    /// Lets the process know that there is mail, a kill, a question or a nudge.
    fn tell(&self, mut inner: MutexGuard<'_, Inner>) {
        self.news.store(true, Ordering::Release);
        if chain::is_open()
            && let Some(process) = inner.place.rouse()
        {
            drop(inner);
            return chain::offer(process);
        }
        let waker = match &mut inner.place {
            Place::Running { .. } | Place::Parked(_, true) | Place::Evicted => None,
            Place::Parked(process, due) => {
                *due = true;
                process.task().clone()
            }
            Place::Elsewhere(waker) => waker.take(),
        };
        drop(inner);
        if let Some(waker) = waker {
            turn::woken();
            waker.wake();
        }
    }
}

/// Between the task of a spawned process, the process, and the chains that poll it.
impl Control {
    /// Puts a process that was never polled into its block.
    pub(crate) fn settle_in(&self, process: BoxProcess) {
        self.inner.lock().place = Place::Parked(process, true);
    }

    /// Whoever has the process polls it.
    pub(crate) fn set_running(&self) {
        self.inner.lock().place = Place::RUNNING;
    }

    /// Its task was woken: takes the process out to poll it.
    pub(crate) fn take_out(&self) -> Taken {
        let mut inner = self.inner.lock();
        let (place, taken) = match std::mem::replace(&mut inner.place, Place::Evicted) {
            Place::Parked(process, _) => (Place::RUNNING, Taken::Process(process)),
            Place::Running { .. } => (Place::Running { knocked: true }, Taken::Running),
            gone @ (Place::Elsewhere(_) | Place::Evicted) => (gone, Taken::Gone),
        };
        inner.place = place;
        taken
    }

    /// Puts a process back that a chain has polled.
    pub(crate) fn put_back(&self, process: BoxProcess, yields: bool) -> Put {
        let mut inner = self.inner.lock();
        match inner.place {
            Place::Evicted => return Put::Evicted(process),
            Place::Running { knocked } if (knocked || self.has_news()) && !yields => {
                inner.place = Place::RUNNING;
                return Put::Again(process);
            }
            Place::Running { .. } | Place::Elsewhere(_) | Place::Parked(..) => {}
        }
        if let Some(Mailbox { near, .. }) = inner.mailbox.as_deref_mut()
            && near.rest(turn::number())
        {
            process.note(near);
        }
        inner.place = Place::Parked(process, yields);
        Put::Parked
    }

    /// Puts a process back that was taken out but not polled; its task is woken by the caller. `Some`: the task is gone.
    pub(crate) fn postpone(&self, process: BoxProcess) -> Option<BoxProcess> {
        let mut inner = self.inner.lock();
        if let Place::Evicted = inner.place {
            return Some(process);
        }
        inner.place = Place::Parked(process, true);
        None
    }

    /// Its task ends: what lies here is to be dropped by the caller.
    pub(crate) fn evict(&self) -> Option<BoxProcess> {
        match std::mem::replace(&mut self.inner.lock().place, Place::Evicted) {
            Place::Parked(process, _) => Some(process),
            Place::Elsewhere(_) | Place::Running { .. } | Place::Evicted => None,
        }
    }
}
