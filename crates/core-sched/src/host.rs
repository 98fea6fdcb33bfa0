//! Admission: how many slices of a host's processes run at once.

use crate::sync::Mutex;
use std::collections::BTreeMap;
use std::task::Waker;

/// A gate on concurrent slices, taken by the outermost process within one poll and never held across `Pending`.
///
/// First come, first served: a slot that becomes free while others wait is handed to the longest waiting one, which
/// keeps it until its poll, so late comers do not overtake.
pub struct Gate {
    slots: usize,
    queue: Mutex<Queue>,
}

#[derive(Default)]
struct Queue {
    /// Slots taken, including those handed to waiters that were not polled yet.
    taken: usize,
    last_ticket: u64,
    /// In the order of arrival; tickets only grow.
    waiting: BTreeMap<u64, Waker>,
    /// Tickets that own a slot; at most `slots`.
    handed: Vec<u64>,
}

/// A place in the queue of a gate; 0 is none.
#[derive(Default)]
pub(crate) struct Ticket(u64);

impl Gate {
    /// At most `slots` slices at once; at least one.
    pub fn new(slots: usize) -> Gate {
        Gate { slots: slots.max(1), queue: Mutex::new(Queue::default()) }
    }

    /// Its width.
    pub fn slots(&self) -> usize {
        self.slots
    }

    /// Takes a slot, or queues `waker`; a taken slot goes back with [`leave`](Self::leave).
    pub(crate) fn enter(&self, ticket: &mut Ticket, waker: &Waker) -> bool {
        let mut queue = self.queue.lock();
        if ticket.0 != 0 {
            if let Some(at) = queue.handed.iter().position(|t| *t == ticket.0) {
                queue.handed.swap_remove(at);
                ticket.0 = 0;
                return true;
            }
            queue.waiting.insert(ticket.0, waker.clone());
            return false;
        }
        if queue.taken < self.slots {
            queue.taken += 1;
            return true;
        }
        queue.last_ticket += 1;
        ticket.0 = queue.last_ticket;
        let place = ticket.0;
        queue.waiting.insert(place, waker.clone());
        false
    }

    /// Gives a slot back, to the longest waiting process if there is one.
    pub(crate) fn leave(&self) {
        let mut queue = self.queue.lock();
        let Some((ticket, waker)) = queue.waiting.pop_first() else {
            queue.taken -= 1;
            return;
        };
        queue.handed.push(ticket);
        drop(queue);
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
