//! Chains: processes that write to each other are polled one after the other in one turn of a worker.
//!
//! The first process of a chain is the one whose task was woken. Mail that a chain's process sends to a process that rests
//! takes that one out of its control block, and it is polled next, here, without going through the queues of tokio: no
//! other worker is called for two processes that chat, and the receiver's data stay in this processor's cache. Of several
//! receivers the last one stays; the others are woken in the ordinary way, so that other workers find them.
//!
//! Processes that are spawned inside of a chain are polled in it, too, in the order of their birth, when nobody got mail. Such a
//! one gets a task only if it has not ended when the chain goes on, or was not reached: one that starts, works a little and ends costs
//! no task at all, and whoever starts a thousand does not call another worker for each of them.
//!
//! A chain lasts one slice at most, or some while a worker is idle. What is left of it then is woken like everybody else,
//! or behind those of it that have yielded.

use crate::body::Figures;
use crate::control::{Control, Exit, Put};
use crate::mail::{Inbox, Queued};
use crate::near::Near;
use crate::process::Yield;
use crate::scheduler::{self, Counted};
use crate::turn;
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

/// A process of any engine: a [`Process`](crate::Process), whatever its body.
///
/// As a future it can be awaited inside another one's poll; [`Scheduler::spawn`](crate::Scheduler::spawn) gives it a task of its own.
pub trait AnyProcess: Future<Output = Exit> + Send + Unpin {
    /// Its control block.
    fn control(&self) -> &Arc<Control>;
    /// The waker of the task that it was spawned in; `None` before that task's first poll and while it is polled.
    fn task(&mut self) -> &mut Option<Waker>;
    /// It is spawned: from now on it lies in its control block while nobody polls it.
    fn settle(&mut self);
    /// Puts mail into its inbox.
    fn hand(&mut self, mail: Queued);
    /// Its end of its mailbox.
    fn inbox(&mut self) -> &mut Inbox;
    /// Notes what its next poll looks at first.
    fn note(&self, near: &mut Near);
    /// Has that fetched, without a look at itself.
    fn fetch(&self, near: &Near);
    /// What its body says about itself.
    fn figures(&self) -> Option<Figures>;
}

/// A process that can be spawned or awaited.
pub type BoxProcess = Box<dyn AnyProcess>;

thread_local! {
    static OPEN: Cell<bool> = const { Cell::new(false) };
    /// Who is polled next.
    static NEXT: RefCell<Option<BoxProcess>> = const { RefCell::new(None) };
    /// Who was spawned and is polled after that.
    static UNBORN: RefCell<VecDeque<(BoxProcess, Counted)>> = const { RefCell::new(VecDeque::new()) };
}

/// A member of a chain. Its block says that it is running.
struct Link {
    process: BoxProcess,
    /// It was spawned in this chain and has no task yet; its place among the live.
    unborn: Option<Counted>,
}

/// Is a chain under way on this thread?
#[inline]
pub(crate) fn is_open() -> bool {
    OPEN.get()
}

/// Has the chain that is under way poll `process` next. Its block says that it is running.
pub(crate) fn offer(process: BoxProcess) {
    if let Some(before) = NEXT.replace(Some(process)) {
        wake(postpone(before));
    }
}

/// Has it poll one that has no task yet, later.
pub(crate) fn adopt(process: BoxProcess, counted: Counted) {
    process.control().set_running();
    UNBORN.with_borrow_mut(|unborn| unborn.push_back((process, counted)));
}

/// Puts a process back unpolled: its task, which is to be woken.
fn postpone(mut process: BoxProcess) -> Option<Waker> {
    let (control, task) = (process.control().clone(), process.task().clone());
    if control.postpone(process).is_none() { task } else { None }
}

fn wake(task: Option<Waker>) {
    if let Some(task) = task {
        turn::woken();
        task.wake();
    }
}

/// Is somebody polled next that got mail?
pub(crate) fn has_next() -> bool {
    NEXT.with_borrow(Option::is_some)
}

/// Does somebody wait for its first poll?
pub(crate) fn has_unborn() -> bool {
    UNBORN.with_borrow(|unborn| !unborn.is_empty())
}

/// Does the chain go on? With those that got mail only while nobody has yielded, who would wait for them; with children anyway: those
/// that work for longer than a slice get a task with their first poll, which an idle worker takes.
fn goes_on() -> bool {
    turn::chain_left() > 0 || ((has_next() && !turn::somebody_yielded() || has_unborn()) && turn::renew())
}

/// Who is polled now.
fn next() -> Option<Link> {
    if let Some(process) = NEXT.take() {
        return Some(Link { process, unborn: None });
    }
    let (process, counted) = UNBORN.with_borrow_mut(VecDeque::pop_front)?;
    Some(Link { process, unborn: Some(counted) })
}

/// Polls a process until it has nothing more to do or its slice is over. `Ready`: it has ended; its task, if it has one.
fn poll(Link { mut process, unborn }: Link) -> Poll<Option<Waker>> {
    loop {
        let task = process.task().take();
        // A call that was polled outside of a chain may have yielded on this thread.
        turn::take_yielded();
        let waker = task.as_ref().unwrap_or(Waker::noop());
        let polled = Pin::new(&mut process).poll(&mut Context::from_waker(waker));
        let yields = turn::take_yielded();
        if polled.is_ready() {
            process.control().evict();
            return Poll::Ready(task);
        }
        if let Some(counted) = unborn {
            // The first poll of the task sees what came meanwhile, and wakers learn of it.
            scheduler::give_task(process, counted);
            return Poll::Pending;
        }
        *process.task() = task;
        let control = process.control().clone();
        match control.put_back(process, yields) {
            Put::Parked => return Poll::Pending,
            Put::Evicted(gone) => {
                drop(gone);
                return Poll::Pending;
            }
            Put::Again(again) => process = again,
        }
    }
}

/// Polls `first`, then whoever it and its successors write to. `Ready`: `first` has ended.
pub(crate) fn run(first: BoxProcess) -> Poll<()> {
    run_after(first, || ())
}

/// The same; `before` is done inside the chain (the models send mail there).
pub(crate) fn run_after(first: BoxProcess, before: impl FnOnce()) -> Poll<()> {
    let chain = Chain::open();
    before();
    let ended = poll(Link { process: first, unborn: None });
    while goes_on()
        && let Some(next) = next()
    {
        if let Poll::Ready(task) = poll(next) {
            wake(task);
        }
    }
    drop(chain);
    ended.map(drop)
}

/// A chain on this thread; when it ends, what it did not get to is left to tokio.
struct Chain(());

impl Chain {
    fn open() -> Chain {
        OPEN.set(true);
        turn::start_chain();
        Chain(())
    }
}

impl Drop for Chain {
    fn drop(&mut self) {
        OPEN.set(false);
        turn::end_chain();
        if let Some(next) = NEXT.take() {
            match postpone(next) {
                // Not before those who have yielded in it, mostly who wrote to it: it would keep them waiting.
                Some(task) if turn::somebody_yielded() => _ = Yield::begin(task),
                task => wake(task),
            }
        }
        while let Some((process, counted)) = UNBORN.with_borrow_mut(VecDeque::pop_front) {
            scheduler::give_task(process, counted);
        }
    }
}
