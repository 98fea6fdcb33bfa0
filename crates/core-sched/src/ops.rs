//! Outstanding operations of one process: one is polled directly, several have a waker each.
//!
//! A lone operation gets the waker of the process and costs nothing else. With the second one a set is allocated: a wake
//! puts the operation's id on the ready list and wakes the process, which polls what is on the list and nothing else.

use crate::sync::{AtomicBool, Mutex, Ordering};
use crate::turn;
use rustc_hash::FxHashMap;
use std::collections::VecDeque;
use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};

/// Fuel that a look at an operation costs.
const POLL_COST: i64 = 64;

/// A running operation.
pub type Operation<D> = Pin<Box<dyn Future<Output = D> + Send>>;

/// Names an operation of one process; never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct OpId(u64);

/// Outstanding and completed operations of one process.
pub struct Ops<D> {
    last_id: u64,
    lone: Option<(OpId, Operation<D>)>,
    set: Option<Box<Set<D>>>,
    done: VecDeque<D>,
    /// Something was started since the last poll.
    fresh: bool,
}

struct Set<D> {
    running: FxHashMap<u64, Member<D>>,
    ready: Arc<Ready>,
    /// Taken off the ready list but not polled: the fuel ran out before.
    left: VecDeque<u64>,
}

struct Member<D> {
    operation: Operation<D>,
    waker: Arc<OpWaker>,
}

struct Ready(Mutex<ReadyList>);

#[derive(Default)]
struct ReadyList {
    ids: VecDeque<u64>,
    process: Option<Waker>,
}

struct OpWaker {
    id: u64,
    /// On the ready list; cleared before the operation is polled, so a wake during the poll counts.
    listed: AtomicBool,
    ready: Arc<Ready>,
}

impl Wake for OpWaker {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        if self.listed.swap(true, Ordering::AcqRel) {
            return;
        }
        let mut list = self.ready.0.lock();
        list.ids.push_back(self.id);
        let process = list.process.take();
        drop(list);
        if let Some(process) = process {
            process.wake();
        }
    }
}

impl<D: Send + 'static> Ops<D> {
    pub(crate) fn new() -> Self {
        Ops { last_id: 0, lone: None, set: None, done: VecDeque::new(), fresh: false }
    }

    /// Starts an operation; it is polled in the process's own poll, for the first time after the step, and dropped when
    /// the process ends.
    pub fn start(&mut self, operation: Operation<D>) -> OpId {
        self.fresh = true;
        self.last_id += 1;
        let id = OpId(self.last_id);
        match self.lone.take() {
            None if self.set.as_ref().is_none_or(|set| set.running.is_empty()) => {
                self.lone = Some((id, operation))
            }
            lone => {
                let set = self.set.get_or_insert_with(|| Box::new(Set::new()));
                if let Some((first, operation)) = lone {
                    set.add(first, operation);
                }
                set.add(id, operation);
            }
        }
        id
    }

    /// Drops an operation. `false`: it has completed already.
    pub fn cancel(&mut self, id: OpId) -> bool {
        if self.lone.as_ref().is_some_and(|(lone, _)| *lone == id) {
            self.lone = None;
            return true;
        }
        self.set.as_mut().is_some_and(|set| set.running.remove(&id.0).is_some())
    }

    /// The next completed operation.
    pub fn next_done(&mut self) -> Option<D> {
        self.done.pop_front()
    }

    /// Operations that run.
    pub fn running(&self) -> usize {
        usize::from(self.lone.is_some()) + self.set.as_ref().map_or(0, |set| set.running.len())
    }

    /// Is there an operation with news, or a new one, that the last poll did not get to?
    pub(crate) fn has_unpolled(&self) -> bool {
        self.fresh || self.set.as_ref().is_some_and(|set| !set.left.is_empty())
    }

    /// Polls what may have news, until the fuel is used up. Did anything complete?
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> bool {
        self.fresh = false;
        let before = self.done.len();
        if let Some((_, operation)) = &mut self.lone {
            turn::woken();
            if let Poll::Ready(done) = operation.as_mut().poll(cx) {
                self.lone = None;
                self.done.push_back(done);
            }
        } else if let Some(set) = &mut self.set {
            set.poll(cx, &mut self.done);
        }
        self.done.len() > before
    }

    /// Drops everything.
    pub(crate) fn clear(&mut self) {
        self.lone = None;
        self.set = None;
        self.done = VecDeque::new();
    }
}

impl<D> Set<D> {
    fn new() -> Self {
        let ready = Arc::new(Ready(Mutex::new(ReadyList::default())));
        Set { running: FxHashMap::default(), ready, left: VecDeque::new() }
    }

    /// A new member is ready: it was never polled with a waker of its own.
    fn add(&mut self, id: OpId, operation: Operation<D>) {
        let waker = Arc::new(OpWaker { id: id.0, listed: AtomicBool::new(true), ready: self.ready.clone() });
        self.running.insert(id.0, Member { operation, waker });
        self.left.push_back(id.0);
    }

    fn poll(&mut self, cx: &mut Context<'_>, done: &mut VecDeque<D>) {
        {
            let mut list = self.ready.0.lock();
            if !list.process.as_ref().is_some_and(|known| known.will_wake(cx.waker())) {
                list.process = Some(cx.waker().clone());
            }
            self.left.append(&mut list.ids);
        }
        while let Some(id) = self.left.pop_front() {
            let Some(member) = self.running.get_mut(&id) else { continue };
            // A swap, not a store: a wake that found the flag set is seen by the poll below.
            member.waker.listed.swap(false, Ordering::AcqRel);
            let waker = Waker::from(member.waker.clone());
            // Fuel bounds this loop. Under tokio's own budget every timer behind the first hundred would answer
            // "not now" and list itself again, n times for n timers.
            turn::set_fuel(turn::fuel() - POLL_COST);
            turn::woken();
            let mut operation = pin!(tokio::task::unconstrained(member.operation.as_mut()));
            if let Poll::Ready(value) = operation.as_mut().poll(&mut Context::from_waker(&waker)) {
                self.running.remove(&id);
                done.push_back(value);
            }
            if turn::fuel() <= 0 {
                break;
            }
        }
    }
}

#[cfg(test)]
mod tests;
