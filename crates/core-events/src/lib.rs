//! The event bus: facts that happened, for whoever asked for them.
//!
//! An event has a system, a kind, a path and maybe data; the seed page's topic is `system.kind`. Publishing puts it into
//! the queue of every subscriber that matches, in the publisher's own call: it never waits, and events of one publisher
//! arrive in their order. A queue that is full loses the event; the loss is counted and told to the subscriber ahead of
//! the next event it gets. Without subscribers an event is not even built.

mod bus;
mod pattern;
mod subscription;

pub use bus::{Bus, Event, component};
pub use pattern::Pattern;
pub use subscription::{CAPACITY, Delivery, Sink, SinkGuard, Subscription};
