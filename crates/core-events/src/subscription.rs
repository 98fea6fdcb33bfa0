//! What a subscriber holds: a queue of its own, or a guard for a queue of somebody else's.

use crate::bus::{Bus, Event, Row};
use parking_lot::Mutex;
use std::collections::VecDeque;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

/// Events that the queue of a host subscriber holds.
pub const CAPACITY: usize = 4096;

/// Takes events for one subscriber.
pub trait Sink: Send + Sync + 'static {
    /// Takes the event, or answers `false` if there is no room; must not wait. `lost` events before it found no room, and
    /// whoever owns the queue is to be told. Called by publishers, several at once; without any lock of the bus.
    fn deliver(&self, event: &Arc<Event>, lost: u64) -> bool;
}

/// Ends a subscription when dropped. A delivery that is going on at that moment may still arrive.
pub struct SinkGuard {
    pub(crate) bus: Bus,
    pub(crate) row: Arc<Row>,
}

impl Drop for SinkGuard {
    fn drop(&mut self) {
        self.bus.remove(&self.row);
    }
}

/// What a subscription gives.
#[derive(Clone, Debug)]
pub enum Delivery {
    /// An event.
    Event(Arc<Event>),
    /// That many events were lost here, because the queue was full.
    Lost(u64),
}

/// A queue of events; ends when closed or dropped.
pub struct Subscription {
    pub(crate) shared: Arc<Shared>,
    pub(crate) guard: Option<SinkGuard>,
}

/// The queue between publishers and one receiver.
pub(crate) struct Shared {
    capacity: usize,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    queue: VecDeque<Delivery>,
    /// Events among them; notes of loss take no room.
    events: usize,
    /// Lost since the last event in the queue.
    lost: u64,
    closed: bool,
    waker: Option<Waker>,
}

impl Shared {
    pub(crate) fn new(capacity: usize) -> Shared {
        Shared { capacity: capacity.max(1), state: Mutex::default() }
    }
}

impl Sink for Shared {
    fn deliver(&self, event: &Arc<Event>, _lost: u64) -> bool {
        let waker = {
            let mut state = self.state.lock();
            if state.closed {
                return true;
            }
            if state.events >= self.capacity {
                // Counted here rather than by the bus: a receiver that only drains learns of it without another event.
                state.lost += 1;
                return true;
            }
            if state.lost > 0 {
                let lost = std::mem::take(&mut state.lost);
                state.queue.push_back(Delivery::Lost(lost));
            }
            state.queue.push_back(Delivery::Event(event.clone()));
            state.events += 1;
            state.waker.take()
        };
        if let Some(waker) = waker {
            waker.wake();
        }
        true
    }
}

impl State {
    fn pop(&mut self) -> Option<Delivery> {
        match self.queue.pop_front() {
            Some(delivery) => {
                self.events -= usize::from(matches!(delivery, Delivery::Event(_)));
                Some(delivery)
            }
            None if self.lost > 0 => Some(Delivery::Lost(std::mem::take(&mut self.lost))),
            None => None,
        }
    }
}

impl Subscription {
    /// The next event or loss; `None` when the subscription is closed and empty.
    pub async fn recv(&mut self) -> Option<Delivery> {
        std::future::poll_fn(|cx| self.poll_recv(cx)).await
    }

    /// As [`recv`](Self::recv), for pollers.
    pub fn poll_recv(&mut self, cx: &mut Context<'_>) -> Poll<Option<Delivery>> {
        let mut state = self.shared.state.lock();
        match state.pop() {
            Some(delivery) => Poll::Ready(Some(delivery)),
            None if state.closed => Poll::Ready(None),
            None => {
                state.waker = Some(cx.waker().clone());
                Poll::Pending
            }
        }
    }

    /// Everything that is there now.
    pub fn drain(&mut self) -> Vec<Delivery> {
        let mut state = self.shared.state.lock();
        std::iter::from_fn(|| state.pop()).collect()
    }

    /// Takes no more events; those in the queue can still be received.
    pub fn close(&mut self) {
        self.guard = None;
        let waker = {
            let mut state = self.shared.state.lock();
            state.closed = true;
            state.waker.take()
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        self.close();
    }
}
