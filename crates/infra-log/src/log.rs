//! The log: who may write, what passes, where it goes.

use crate::encode::{Form, encode};
use crate::layer::HostLayer;
use crate::record::{Level, Record};
use crate::writer::{Output, Writer};
use infra_base::{Error, Map, Result};
use infra_clock::Clock;
use parking_lot::RwLock;
use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tracing_subscriber::layer::SubscriberExt;

/// How the log looks and what passes.
pub struct Options {
    /// Form of a line.
    pub form: Form,
    /// Where lines go; `None` = nowhere (the tap still sees them).
    pub output: Option<Output>,
    /// The least level that passes; `None` = nothing does.
    pub level: Option<Level>,
    /// Errors of the host carry a native stack trace.
    pub stacks: bool,
}

/// Sees every record that passes the level. It must not wait; what it logs itself does not come back to it.
pub type Tap = Arc<dyn Fn(&Record) + Send + Sync>;

/// The one log of a node; cheap to clone.
#[derive(Clone)]
pub struct Log(Arc<Inner>);

struct Inner {
    clock: Clock,
    form: Form,
    level: Option<Level>,
    stacks: bool,
    writer: Option<Writer>,
    hidden: AtomicBool,
    tapped: AtomicBool,
    tap: RwLock<Option<Tap>>,
}

thread_local! {
    static IN_TAP: Cell<bool> = const { Cell::new(false) };
}

impl Log {
    /// A log that is not installed yet.
    pub fn new(options: Options, clock: Clock) -> Log {
        Log(Arc::new(Inner {
            clock,
            form: options.form,
            level: options.level,
            stacks: options.stacks,
            writer: options.output.map(Writer::new),
            hidden: AtomicBool::new(false),
            tapped: AtomicBool::new(false),
            tap: RwLock::new(None),
        }))
    }

    /// Makes it the receiver of all `tracing` events of this program; once.
    pub fn install(&self) -> Result<()> {
        tracing::subscriber::set_global_default(self.subscriber())
            .map_err(|_| Error::internal("a log is installed already"))
    }

    /// It as a `tracing` subscriber.
    pub fn subscriber(&self) -> impl tracing::Subscriber + Send + Sync + use<> {
        tracing_subscriber::registry().with(HostLayer(self.clone()))
    }

    /// Does this level pass? Ask before building fields.
    pub fn enabled(&self, level: Level) -> bool {
        self.0.level.is_some_and(|least| level >= least)
    }

    /// Writes one line if its level passes.
    pub fn write(&self, level: Level, logger: &str, message: &str, fields: Map) {
        if self.enabled(level) {
            self.put(level, logger.into(), message.into(), fields, None);
        }
    }

    pub(crate) fn put(
        &self,
        level: Level,
        logger: Box<str>,
        message: Box<str>,
        fields: Map,
        stack: Option<Box<str>>,
    ) {
        let inner = &*self.0;
        let (elapsed, wall) = (inner.clock.now(), inner.clock.wall());
        let record = Record { level, elapsed, wall, logger, message, fields, stack };
        if let Some(writer) = &inner.writer
            && !inner.hidden.load(Ordering::Relaxed)
        {
            let mut line = Vec::with_capacity(160);
            encode(inner.form, &record, &mut line);
            writer.line(&line);
        }
        if inner.tapped.load(Ordering::Relaxed) && !IN_TAP.get() {
            let tap = inner.tap.read().clone();
            IN_TAP.set(true);
            if let Some(tap) = tap {
                tap(&record);
            }
            IN_TAP.set(false);
        }
    }

    pub(crate) fn stacks(&self) -> bool {
        self.0.stacks
    }

    /// Mutes the output (not the tap) while a terminal belongs to a process; returns what was set before.
    pub fn set_hidden(&self, hidden: bool) -> bool {
        self.0.hidden.swap(hidden, Ordering::Relaxed)
    }

    /// Sets or removes the tap.
    pub fn set_tap(&self, tap: Option<Tap>) {
        self.0.tapped.store(tap.is_some(), Ordering::Relaxed);
        *self.0.tap.write() = tap;
    }

    /// Waits until everything is written, at most two seconds; says whether it is.
    pub fn flush(&self) -> bool {
        self.0.writer.as_ref().is_none_or(|w| w.flush(Duration::from_secs(2)))
    }
}
