//! Subscribers by system, and delivery to those that match.

use crate::pattern::Pattern;
use crate::subscription::{CAPACITY, Shared, Sink, SinkGuard, Subscription};
use infra_app::Component;
use infra_base::{Payload, Salted};
use parking_lot::RwLock;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Something that happened.
#[derive(Debug)]
pub struct Event {
    /// Who says it: `registry`, `process`, `supervisor`, or an application's own word.
    pub system: Box<str>,
    /// What happened: `entry.create`, `started`.
    pub kind: Box<str>,
    /// To what: an entry id, a PID, a name.
    pub path: Box<str>,
    /// More about it. Subscribers share the event; who needs its own value clones it.
    pub data: Option<Payload>,
}

/// The event bus of a node; cheap to clone.
#[derive(Clone, Default)]
pub struct Bus(Arc<Inner>);

#[derive(Default)]
struct Inner {
    /// Number of subscribers; zero is the fast way out.
    count: AtomicUsize,
    table: RwLock<Table>,
}

#[derive(Default)]
struct Table {
    /// Subscribers of exactly one system.
    exact: HashMap<Box<str>, Vec<Arc<Row>>, Salted>,
    /// All others.
    others: Vec<Arc<Row>>,
}

/// A subscriber.
pub(crate) struct Row {
    system: Pattern,
    kind: Pattern,
    sink: Arc<dyn Sink>,
    /// Events lost since the last one that was taken.
    lost: AtomicUsize,
}

impl Table {
    fn matching(&self, system: &str, kind: &str) -> impl Iterator<Item = &Arc<Row>> {
        let exact = self.exact.get(system).into_iter().flatten();
        let others = self.others.iter().filter(move |row| row.system.matches(system));
        exact.chain(others).filter(move |row| row.kind.matches(kind))
    }
}

impl Bus {
    /// Whether anybody would get such an event.
    pub fn wanted(&self, system: &str, kind: &str) -> bool {
        self.0.count.load(Ordering::Acquire) > 0
            && self.0.table.read().matching(system, kind).next().is_some()
    }

    /// Tells whoever asked that something happened; `data` is called only if somebody did. Never waits.
    pub fn publish(&self, system: &str, kind: &str, path: &str, data: impl FnOnce() -> Option<Payload>) {
        if self.0.count.load(Ordering::Acquire) == 0 {
            return;
        }
        // Collected first: building data and delivering run foreign code, which may use the bus.
        let rows: Vec<Arc<Row>> = self.0.table.read().matching(system, kind).cloned().collect();
        if rows.is_empty() {
            return;
        }
        let event =
            Arc::new(Event { system: system.into(), kind: kind.into(), path: path.into(), data: data() });
        for row in rows {
            let lost = row.lost.swap(0, Ordering::AcqRel);
            if !row.sink.deliver(&event, lost as u64) {
                row.lost.fetch_add(lost + 1, Ordering::AcqRel);
            }
        }
    }

    /// A subscription with a queue of [`CAPACITY`] events.
    pub fn subscribe(&self, system: Pattern, kind: Pattern) -> Subscription {
        self.subscribe_with(system, kind, CAPACITY)
    }

    /// A subscription with a queue of `capacity` events (at least one).
    pub fn subscribe_with(&self, system: Pattern, kind: Pattern, capacity: usize) -> Subscription {
        let shared = Arc::new(Shared::new(capacity));
        let guard = self.subscribe_sink(system, kind, shared.clone());
        Subscription { shared, guard: Some(guard) }
    }

    /// A subscription whose queue is somebody else's (the mailbox of a process). It ends when the guard is dropped.
    pub fn subscribe_sink(&self, system: Pattern, kind: Pattern, sink: Arc<dyn Sink>) -> SinkGuard {
        let row = Arc::new(Row { system, kind, sink, lost: AtomicUsize::new(0) });
        let mut table = self.0.table.write();
        match row.system.literal() {
            Some(system) => table.exact.entry(system.into()).or_default().push(row.clone()),
            None => table.others.push(row.clone()),
        }
        self.0.count.fetch_add(1, Ordering::AcqRel);
        SinkGuard { bus: self.clone(), row }
    }

    /// How many subscribers there are.
    pub fn subscribers(&self) -> usize {
        self.0.count.load(Ordering::Acquire)
    }

    pub(crate) fn remove(&self, row: &Arc<Row>) {
        let mut table = self.0.table.write();
        let Table { exact, others } = &mut *table;
        let removed = match row.system.literal() {
            Some(system) => exact.get_mut(system).is_some_and(|rows| {
                let before = rows.len();
                rows.retain(|other| !Arc::ptr_eq(other, row));
                rows.len() < before
            }),
            None => {
                let before = others.len();
                others.retain(|other| !Arc::ptr_eq(other, row));
                others.len() < before
            }
        };
        if let Some(system) = row.system.literal()
            && exact.get(system).is_some_and(Vec::is_empty)
        {
            exact.remove(system);
        }
        self.0.count.fetch_sub(usize::from(removed), Ordering::AcqRel);
    }
}

/// The component that provides the [`Bus`].
pub fn component() -> Component {
    Component::new("core.events")
        .provides::<Bus>()
        .load(|boot| async move { boot.provide(Arc::new(Bus::default())) })
}

#[cfg(test)]
mod tests;
