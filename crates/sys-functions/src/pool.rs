//! Pools of functions: how many calls of one function run at once, and what waits.
//!
//! `lazy`, the default, gives each call a fresh state and lets `max_size` run at once. It bounds what enters from outside:
//! a call made by another call never waits for a lazy pool, because it would hold its own place while it waits, and two
//! functions that call each other could wait for each other for ever.
//!
//! `static`, `inline` and `adaptive` are asked for to limit concurrency, so their callers wait, nested ones too. A
//! call from within the same function passes (it would wait for its own ancestor); any other nested caller gives up with
//! `Unavailable` after [`NESTED_WAIT`], so a ring of pools is an error after a while and not a standstill.
//!
//! These three keep states between calls: a place comes with the state that the call before left in it, if that call ended in
//! order. The place whose call ended last is taken first. Who passes gets a fresh state, which nobody keeps. States of an
//! `adaptive` pool that nobody took for [`IDLE`] are dropped.

use crate::options::Options;
use core_dispatch::Context;
use infra_app::Tasks;
use infra_base::{Data, EntryId, Error, Result};
use infra_clock::{Clock, Moment};
use parking_lot::Mutex;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use sys_process::{State, StateSlot};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, SemaphorePermit};

/// How long a call that holds places itself waits for another.
pub(crate) const NESTED_WAIT: Duration = Duration::from_secs(30);

/// How long an adaptive pool keeps a state that is not used.
const IDLE: Duration = Duration::from_secs(30);

/// Type of a pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PoolKind {
    /// One state, one call at a time.
    Inline,
    /// A fresh state for each call.
    Lazy,
    /// A fixed number of states.
    Static,
    /// States as needed, up to a maximum.
    Adaptive,
}

/// The `pool` of a function entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pool {
    /// Its type, given or derived from the sizes.
    pub kind: PoolKind,
    /// Calls that run at once.
    pub size: usize,
    /// Calls that wait before further ones are refused.
    pub buffer: usize,
}

impl PoolKind {
    fn name(self) -> &'static str {
        match self {
            PoolKind::Inline => "inline",
            PoolKind::Lazy => "lazy",
            PoolKind::Static => "static",
            PoolKind::Adaptive => "adaptive",
        }
    }

    fn keeps_states(self) -> bool {
        self != PoolKind::Lazy
    }
}

impl Default for Pool {
    fn default() -> Self {
        Pool { kind: PoolKind::Lazy, size: 16, buffer: usize::MAX }
    }
}

const KNOWN: [&str; 7] = ["type", "workers", "size", "max_size", "buffer", "warm_start", "worker_class"];

impl Pool {
    /// Reads `data.pool` of an entry. Without a type: `workers` makes it static; else `max_size`, or no `size`, lazy; else
    /// static with `size`. Warnings name unknown fields and those without effect; a wrong value is an error that names the field.
    pub fn read(data: &Data) -> Result<(Pool, Vec<String>)> {
        let mut warnings = Vec::new();
        let Some(options) = Options::of(data.get(&["pool"]), "pool")? else {
            return Ok((Pool::default(), warnings));
        };
        options.unknown(&KNOWN, &mut warnings);
        let workers = options.count("workers", 0)?.filter(|n| *n > 0);
        let (size, max_size) = (options.count("size", 0)?.filter(|n| *n > 0), options.count("max_size", 0)?);
        let max_size = max_size.filter(|n| *n > 0);
        let kind = match options.text("type")? {
            Some("inline") => PoolKind::Inline,
            Some("lazy") => PoolKind::Lazy,
            Some("static") => PoolKind::Static,
            Some("adaptive") => PoolKind::Adaptive,
            Some(other) => {
                let wrong =
                    format!("pool.type: one of inline, lazy, static, adaptive expected, got \"{other}\"");
                return Err(Error::invalid(wrong));
            }
            None if workers.is_some() => PoolKind::Static,
            None if max_size.is_some() || size.is_none() => PoolKind::Lazy,
            None => PoolKind::Static,
        };
        let places = match kind {
            PoolKind::Inline => 1,
            PoolKind::Lazy | PoolKind::Adaptive => max_size.unwrap_or(16),
            PoolKind::Static => workers.or(size).unwrap_or(8),
        };
        let buffer = options.count("buffer", 0)?.filter(|n| *n > 0);
        let buffer = match kind {
            PoolKind::Static => buffer.unwrap_or(places * 64),
            PoolKind::Inline | PoolKind::Lazy | PoolKind::Adaptive => usize::MAX,
        };
        let used: &[&str] = match kind {
            PoolKind::Inline => &[],
            PoolKind::Lazy | PoolKind::Adaptive => &["max_size"],
            PoolKind::Static => &["workers", "size", "buffer"],
        };
        for field in ["workers", "size", "max_size", "buffer"] {
            if options.has(field) && !used.contains(&field) {
                let name = kind.name();
                warnings.push(format!("pool.{field}: no effect in a pool of type {name}"));
            }
        }
        if kind == PoolKind::Static && workers.is_some() && size.is_some_and(|n| Some(n) != workers) {
            warnings.push("pool.size: no effect beside pool.workers".to_owned());
        }
        options.flag("warm_start")?;
        options.text("worker_class")?;
        for (field, why) in [
            ("warm_start", "states begin from what the top level built once"),
            ("worker_class", "functions run on all workers of the node"),
        ] {
            if options.has(field) {
                warnings.push(format!("pool.{field}: no effect, {why}"));
            }
        }
        Ok((Pool { kind, size: places, buffer }, warnings))
    }

    /// Whether a state goes from one call to the next.
    pub fn keeps_states(&self) -> bool {
        self.kind.keeps_states()
    }
}

/// The pool of one generation of a function.
pub(crate) struct Admission {
    pool: Pool,
    places: Arc<Semaphore>,
    waiting: AtomicUsize,
    states: Arc<States>,
}

/// A place in a pool, for the length of a call; none for a call that passes without.
#[derive(Default)]
pub(crate) struct Place<'a> {
    _permit: Option<Permit<'a>>,
    /// The state that goes with the place, if the pool keeps states.
    pub(crate) slot: Option<StateSlot>,
}

/// What calls left.
#[derive(Default)]
struct States {
    idle: Mutex<Idle>,
}

#[derive(Default)]
struct Idle {
    /// Since when each is not used; the last one was used last.
    states: Vec<(Moment, State)>,
    /// A task drops what is not used.
    watched: bool,
}

enum Permit<'a> {
    Own(#[expect(dead_code, reason = "held")] SemaphorePermit<'a>),
    /// It was waited for.
    Late(#[expect(dead_code, reason = "held")] OwnedSemaphorePermit),
    /// There is a slot, too: whoever leaves a state there holds the permit until it lies there.
    Shared(#[expect(dead_code, reason = "held")] Arc<OwnedSemaphorePermit>),
}

impl Admission {
    pub(crate) fn new(pool: Pool) -> Admission {
        let places = Arc::new(Semaphore::new(pool.size));
        Admission { pool, places, waiting: AtomicUsize::new(0), states: Arc::default() }
    }

    /// Gets a place for a call of `target` by a caller with `context`, or waits for one up to its deadline.
    pub(crate) async fn enter(
        &self,
        target: &EntryId,
        context: &Context,
        clock: &Clock,
        tasks: &Tasks,
    ) -> Result<Place<'_>> {
        let keeps_states = self.pool.keeps_states();
        if !keeps_states && let Ok(permit) = self.places.try_acquire() {
            return Ok(Place { _permit: Some(Permit::Own(permit)), slot: None });
        }
        let free = if keeps_states { self.places.clone().try_acquire_owned().ok() } else { None };
        let permit = match free {
            Some(permit) => permit,
            // In a box, so that the future of each call is small.
            None => match Box::pin(self.wait(target, context, clock)).await? {
                Some(permit) => permit,
                None => return Ok(Place::default()),
            },
        };
        if !keeps_states {
            return Ok(Place { _permit: Some(Permit::Late(permit)), slot: None });
        }
        let permit = Arc::new(permit);
        let slot = self.slot(permit.clone(), clock, tasks);
        Ok(Place { _permit: Some(Permit::Shared(permit)), slot: Some(slot) })
    }

    /// The slot of a place: what is left there is for the next one, whose permit is free only then.
    fn slot(&self, permit: Arc<OwnedSemaphorePermit>, clock: &Clock, tasks: &Tasks) -> StateSlot {
        let state = self.states.idle.lock().states.pop().map(|(_, state)| state);
        let watch = (self.pool.kind == PoolKind::Adaptive).then(|| tasks.clone());
        let (states, clock) = (self.states.clone(), clock.clone());
        StateSlot::new(state, move |left| {
            if let Some(state) = left {
                states.idle.lock().states.push((clock.now(), state));
                if let Some(tasks) = watch {
                    states.watch(clock, &tasks);
                }
            }
            drop(permit);
        })
    }

    /// All places are taken. `None`: the call passes without.
    async fn wait(
        &self,
        target: &EntryId,
        context: &Context,
        clock: &Clock,
    ) -> Result<Option<OwnedSemaphorePermit>> {
        let (nested, limit) = (context.depth > 0, context.deadline);
        if nested && (self.pool.kind == PoolKind::Lazy || context.calls().any(|call| call == target)) {
            return Ok(None);
        }
        let full = |why: &str| {
            Error::unavailable(format!(
                "call of {target}: its pool is full ({} calls run), {why}",
                self.pool.size
            ))
        };
        let waiting = Waiting::new(&self.waiting);
        if waiting.before >= self.pool.buffer {
            return Err(full("and as many wait as its buffer holds"));
        }
        let patience = nested.then(|| clock.now().after(NESTED_WAIT));
        let until = limit.into_iter().chain(patience).min();
        let acquire = self.places.clone().acquire_owned();
        let Some(until) = until else {
            return acquire.await.map(Some).map_err(|_| full("and it is closed"));
        };
        tokio::select! {
            biased;
            place = acquire => place.map(Some).map_err(|_| full("and it is closed")),
            () = clock.sleep_until(until) => match limit {
                Some(limit) if limit <= until => Err(late(target)),
                _ => Err(full("and the caller holds a place of another while it waits")),
            },
        }
    }
}

impl States {
    /// Drops states that are not used, as long as there are any.
    fn watch(self: &Arc<States>, clock: Clock, tasks: &Tasks) {
        if std::mem::replace(&mut self.idle.lock().watched, true) {
            return;
        }
        let states = Arc::downgrade(self);
        tasks.spawn("idle function states", async move {
            loop {
                let due = {
                    let Some(states) = states.upgrade() else { return };
                    let mut idle = states.idle.lock();
                    match idle.states.first() {
                        Some((since, _)) => since.after(IDLE),
                        None => {
                            idle.watched = false;
                            return;
                        }
                    }
                };
                clock.sleep_until(due).await;
                let Some(states) = states.upgrade() else { return };
                drop(states.expired(clock.now()));
            }
        });
    }

    /// Takes out what was not used for too long.
    fn expired(&self, now: Moment) -> Vec<(Moment, State)> {
        let states = &mut self.idle.lock().states;
        let fresh = states.iter().position(|(since, _)| since.after(IDLE) > now).unwrap_or(states.len());
        states.drain(..fresh).collect()
    }
}

/// The call's time is over.
pub(crate) fn late(target: &EntryId) -> Error {
    Error::new(infra_base::Kind::Timeout, format!("call of {target}: no result in time"))
        .with_retryable(Some(true))
}

/// Counts a waiting call until it is dropped.
struct Waiting<'a> {
    count: &'a AtomicUsize,
    before: usize,
}

impl<'a> Waiting<'a> {
    fn new(count: &'a AtomicUsize) -> Self {
        Waiting { count, before: count.fetch_add(1, Ordering::Relaxed) }
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.count.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests;
