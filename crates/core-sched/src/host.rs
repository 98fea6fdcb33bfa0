//! Admission: how many slices of a host's processes run at once.

use crate::sync::{AtomicUsize, Mutex, Ordering};
use crate::turn;
use std::collections::BTreeMap;
use std::task::Waker;

/// A gate on concurrent slices, taken by the outermost process within one poll and never held across `Pending`.
///
/// First come, first served: a slot that becomes free while others wait is handed to the longest waiting one, which
/// keeps it until its poll, so late comers do not overtake. A gate without limit costs one atomic read.
pub struct Gate {
    /// `usize::MAX`: no limit. Written under the lock.
    width: AtomicUsize,
    queue: Mutex<Queue>,
}

#[derive(Default)]
struct Queue {
    /// Slots taken, including those handed to waiters that were not polled yet.
    taken: usize,
    last_ticket: u64,
    /// In the order of arrival; tickets only grow.
    waiting: BTreeMap<u64, Waker>,
    /// Tickets that own a slot; as many as fit at most.
    handed: Vec<u64>,
}

/// A place in the queue of a gate; 0 is none.
#[derive(Default)]
pub(crate) struct Ticket(u64);

/// How a process got through a gate.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Entry {
    /// There is no limit: nothing to give back.
    Free,
    /// With a slot, which goes back with [`Gate::leave`].
    Slot,
    /// Not at all; its waker is queued.
    Wait,
}

impl Gate {
    /// At most `width` slices at once (at least one); `None` = no limit.
    pub fn new(width: Option<usize>) -> Gate {
        Gate { width: AtomicUsize::new(number(width)), queue: Mutex::new(Queue::default()) }
    }

    /// Its width; `None` = no limit.
    pub fn width(&self) -> Option<usize> {
        Some(self.width.load(Ordering::Acquire)).filter(|width| *width != usize::MAX)
    }

    /// Processes that wait for a slot.
    pub fn waiting(&self) -> usize {
        self.queue.lock().waiting.len()
    }

    /// Changes the width. Who is inside stays; who waits and fits now gets in.
    pub fn resize(&self, width: Option<usize>) {
        let mut queue = self.queue.lock();
        let width = number(width);
        self.width.store(width, Ordering::Release);
        let mut wakers = Vec::new();
        while queue.taken < width
            && let Some((ticket, waker)) = queue.waiting.pop_first()
        {
            queue.taken += 1;
            queue.handed.push(ticket);
            wakers.push(waker);
        }
        drop(queue);
        turn::woken();
        wakers.into_iter().for_each(Waker::wake);
    }

    /// Gets through, or queues `waker`.
    pub(crate) fn enter(&self, ticket: &mut Ticket, waker: &Waker) -> Entry {
        if ticket.0 == 0 && self.width.load(Ordering::Acquire) == usize::MAX {
            return Entry::Free;
        }
        let mut queue = self.queue.lock();
        if ticket.0 != 0 {
            if let Some(at) = queue.handed.iter().position(|t| *t == ticket.0) {
                queue.handed.swap_remove(at);
                ticket.0 = 0;
                return Entry::Slot;
            }
            queue.waiting.insert(ticket.0, waker.clone());
            return Entry::Wait;
        }
        if queue.taken < self.width.load(Ordering::Acquire) {
            queue.taken += 1;
            return Entry::Slot;
        }
        queue.last_ticket += 1;
        ticket.0 = queue.last_ticket;
        let place = ticket.0;
        queue.waiting.insert(place, waker.clone());
        Entry::Wait
    }

    /// Gives a slot back, to the longest waiting process if there is one and the gate was not narrowed meanwhile.
    pub(crate) fn leave(&self) {
        let mut queue = self.queue.lock();
        let fits = queue.taken <= self.width.load(Ordering::Acquire);
        let next = if fits { queue.waiting.pop_first() } else { None };
        let Some((ticket, waker)) = next else {
            queue.taken -= 1;
            return;
        };
        queue.handed.push(ticket);
        drop(queue);
        turn::woken();
        waker.wake();
    }

    /// Gives up a place in the queue, or the slot that was handed to it.
    pub(crate) fn give_up(&self, ticket: &mut Ticket) {
        if ticket.0 == 0 {
            return;
        }
        let mut queue = self.queue.lock();
        let place = std::mem::take(&mut ticket.0);
        if queue.waiting.remove(&place).is_none() {
            queue.handed.retain(|t| *t != place);
            drop(queue);
            self.leave();
        }
    }
}

fn number(width: Option<usize>) -> usize {
    width.map_or(usize::MAX, |width| width.max(1))
}
