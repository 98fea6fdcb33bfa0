//! Loads components level by level in parallel, seals, starts in order, and stops in reverse.

use crate::component::{Component, Step};
use crate::context::{App, Building, Open};
use crate::levels;
use crate::tasks::panic_text;
use infra_base::{Error, Kind, Result};
use infra_clock::{Clock, Moment};
use parking_lot::Mutex;
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;
use tokio::task::{JoinError, JoinSet};

/// Loads components.
///
/// A step that panics or passes its limit counts as failed; one past its limit is dropped at its next await. Whoever
/// drops [`run`](Self::run) half-way leaves started components unstopped, so a start is given up through
/// [`run_until`](Self::run_until) instead.
pub struct Loader {
    components: Vec<Component>,
    clock: Clock,
    limits: Limits,
}

#[derive(Clone, Copy)]
struct Limits {
    load: Duration,
    start: Duration,
    stop: Duration,
}

/// Started components; the only way to stop them.
pub struct Running {
    /// The sealed context.
    pub app: App,
    started: Vec<Stop>,
    clock: Clock,
    limit: Duration,
}

struct Stop {
    name: &'static str,
    step: Option<Step<App>>,
}

impl Loader {
    /// A loader for `components`, in any order, on the system clock. Each load and start may take 30 s, each stop 10 s.
    pub fn new(components: Vec<Component>) -> Loader {
        let limits = Limits {
            load: Duration::from_secs(30),
            start: Duration::from_secs(30),
            stop: Duration::from_secs(10),
        };
        Loader { components, clock: Clock::system(), limits }
    }

    /// Measures the limits with `clock`.
    pub fn with_clock(mut self, clock: Clock) -> Loader {
        self.clock = clock;
        self
    }

    /// Limits of one component's start and stop.
    pub fn with_limits(mut self, start: Duration, stop: Duration) -> Loader {
        self.limits = Limits { load: start, start, stop };
        self
    }

    /// The levels, by component name: each needs only what earlier levels provide. Errors: a missing provider
    /// ("component svc.http needs sys_entries::Entries, which no component provides"), a cycle (all names), two
    /// providers of one type, two components of one name.
    pub fn levels(&self) -> Result<Vec<Vec<&'static str>>> {
        let levels = levels::sort(&self.components)?;
        let name = |i: usize| self.components[i].name;
        Ok(levels.into_iter().map(|level| level.into_iter().map(name).collect()).collect())
    }

    /// Phases 2 and 3: loads level by level, each level in parallel, seals the context, starts in order. If anything
    /// fails, what was started is stopped in reverse and all errors are in the result.
    pub async fn run(self) -> Result<Running> {
        self.run_until(std::future::pending()).await
    }

    /// As [`run`](Self::run), given up when `interrupt` completes: what was started is stopped, the error is
    /// `Canceled` with the reason that `interrupt` gives.
    pub async fn run_until(self, interrupt: impl Future<Output = String>) -> Result<Running> {
        let mut interrupt = pin!(interrupt);
        let Loader { components, clock, limits } = self;
        let begin = clock.now();
        let loaded = unless(interrupt.as_mut(), load(components, &clock, limits.load)).await??;
        let (app, count) = (loaded.app, loaded.components.len());
        milestone(&clock, begin, count, loaded.levels, "components loaded");
        let begin = clock.now();
        let mut running = Running { app: app.clone(), started: Vec::new(), clock, limit: limits.stop };
        for component in loaded.components {
            let name = component.name;
            if let Some(step) = component.start {
                let clock = running.clock.clone();
                let result = unless(interrupt.as_mut(), guarded(step(app.clone()), &clock, limits.start));
                if let Err(error) = result.await.flatten() {
                    let error = if error.kind() == Kind::Canceled {
                        error
                    } else {
                        error.context(format!("component {name} did not start"))
                    };
                    let mut errors = vec![error];
                    errors.extend(running.stop().await);
                    return Err(all(errors));
                }
                tracing::debug!(target: "boot", component = name, "component started");
            }
            running.started.push(Stop { name, step: component.stop });
        }
        milestone(&running.clock, begin, count, loaded.levels, "components started");
        Ok(running)
    }
}

impl Running {
    /// Stops in reverse order; every component is stopped even if others fail; all errors are returned.
    pub async fn stop(self) -> Vec<Error> {
        let mut errors = Vec::new();
        for Stop { name, step } in self.started.into_iter().rev() {
            let Some(step) = step else { continue };
            match guarded(step(self.app.clone()), &self.clock, self.limit).await {
                Ok(()) => tracing::debug!(target: "boot", component = name, "component stopped"),
                Err(error) => errors.push(error.context(format!("component {name} did not stop"))),
            }
        }
        errors
    }
}

struct Loaded {
    app: App,
    levels: usize,
    components: Vec<Component>,
}

async fn load(components: Vec<Component>, clock: &Clock, limit: Duration) -> Result<Loaded> {
    let levels = levels::sort(&components)?;
    let open: Open = Arc::new(Mutex::new(Some(Default::default())));
    let count = levels.len();
    let mut waiting: Vec<Option<Component>> = components.into_iter().map(Some).collect();
    let mut loaded = Vec::with_capacity(waiting.len());
    for (number, level) in levels.into_iter().enumerate() {
        let level: Vec<Component> = level.into_iter().filter_map(|i| waiting[i].take()).collect();
        let names: Vec<_> = level.iter().map(|c| c.name).collect();
        loaded.extend(load_level(level, &open, clock, limit).await?);
        tracing::debug!(target: "boot", level = number, components = names.join(" "), "level loaded");
    }
    let slots = open.lock().take().expect("only this function seals");
    Ok(Loaded { app: App(Arc::new(slots)), levels: count, components: loaded })
}

fn milestone(clock: &Clock, begin: Moment, components: usize, levels: usize, message: &str) {
    let ms = clock.now().since(begin).as_secs_f64() * 1000.0;
    let ms = (ms * 100.0).round() / 100.0;
    tracing::info!(target: "boot", components, levels, ms, "{message}");
}

/// Every component of the level in a task of its own; all errors are collected.
async fn load_level(
    level: Vec<Component>,
    open: &Open,
    clock: &Clock,
    limit: Duration,
) -> Result<Vec<Component>> {
    let mut set = JoinSet::new();
    let mut components = Vec::with_capacity(level.len());
    let mut ids = Vec::with_capacity(level.len());
    for mut component in level {
        let cx = Building {
            component: component.name,
            slots: open.clone(),
            needs: component.needs.iter().map(|n| n.id).collect(),
            provides: component.provides.iter().map(|n| n.id).collect(),
        };
        let step = component.load.take().expect("a component loads once");
        ids.push((set.spawn(step(cx)).id(), component.name));
        components.push(component);
    }
    let mut unfinished: Vec<_> = ids.iter().map(|(_, name)| *name).collect();
    let mut errors = Vec::new();
    let join = async {
        while let Some(joined) = set.join_next_with_id().await {
            let (id, result) = match joined {
                Ok((id, result)) => (id, result),
                Err(error) => (error.id(), Err(broken(error))),
            };
            let name = ids.iter().find(|(i, _)| *i == id).map_or("", |(_, name)| name);
            unfinished.retain(|n| *n != name);
            if let Err(error) = result {
                errors.push(error.context(format!("component {name} did not load")));
            }
        }
    };
    if clock.timeout(limit, join).await.is_err() {
        errors.push(Error::new(
            Kind::Timeout,
            format!("not loaded within {limit:?}: component {}", unfinished.join(", component ")),
        ));
    }
    let slots = open.lock();
    let present = |need: &crate::Need| slots.as_ref().is_some_and(|s| s.contains_key(&need.id));
    for component in components.iter().filter(|_| errors.is_empty()) {
        if let Some(need) = component.provides.iter().find(|need| !present(need)) {
            let text = format!("component {} loaded without providing {}", component.name, need.name);
            return Err(Error::internal(text));
        }
    }
    if errors.is_empty() { Ok(components) } else { Err(all(errors)) }
}

/// Runs a step in a task of its own: a panic is its error, and one past `limit` is dropped.
async fn guarded(
    step: impl Future<Output = Result<()>> + Send + 'static,
    clock: &Clock,
    limit: Duration,
) -> Result<()> {
    let mut set = JoinSet::new();
    set.spawn(step);
    match clock.timeout(limit, set.join_next()).await {
        Ok(Some(Ok(result))) => result,
        Ok(Some(Err(error))) => Err(broken(error)),
        Ok(None) => Ok(()),
        Err(_) => Err(Error::new(Kind::Timeout, format!("not done within {limit:?}"))),
    }
}

fn broken(error: JoinError) -> Error {
    match error.try_into_panic() {
        Ok(panic) => Error::internal(format!("panic: {}", panic_text(&*panic))),
        Err(error) => Error::internal(error.to_string()),
    }
}

async fn unless<T>(
    mut interrupt: std::pin::Pin<&mut impl Future<Output = String>>,
    work: impl Future<Output = T>,
) -> Result<T> {
    let mut work = pin!(work);
    std::future::poll_fn(|cx| {
        if let Poll::Ready(output) = work.as_mut().poll(cx) {
            return Poll::Ready(Ok(output));
        }
        interrupt.as_mut().poll(cx).map(|reason| Err(Error::canceled(reason)))
    })
    .await
}

/// One error that tells all: kind of the first, every message, every diagnostic.
fn all(mut errors: Vec<Error>) -> Error {
    if errors.len() == 1 {
        return errors.remove(0);
    }
    let message = errors.iter().map(Error::message).collect::<Vec<_>>().join("; ");
    let diagnostics = errors.iter().flat_map(|e| e.diagnostics().iter().cloned()).collect();
    let kind = errors.first().map_or(Kind::Internal, Error::kind);
    let error = Error::new(kind, message).with_diagnostics(diagnostics);
    match errors.into_iter().next() {
        Some(first) => error.with_cause(first),
        None => error,
    }
}
