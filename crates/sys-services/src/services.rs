//! The handle to all services: define, start, stop, restart, ask for states.

use crate::owner::{self, Definition, Outcome, Request};
use crate::service::{Lifecycle, Service};
use core_events::Bus;
use core_supervisor::{Spec, Status, Takeover};
use infra_app::{Component, Tasks};
use infra_base::{EntryId, Error, Result};
use infra_clock::{Clock, Rng};
use parking_lot::RwLock;
use std::collections::BTreeMap;
use std::future::Future;
use std::sync::Arc;
use tokio::sync::{mpsc, oneshot};

/// All services of a node; cheap to clone.
#[derive(Clone)]
pub struct Services {
    requests: mpsc::UnboundedSender<Request>,
    statuses: Arc<RwLock<BTreeMap<EntryId, Status>>>,
}

/// A request that waits for its reply channel.
type Ask<'a> = Box<dyn FnOnce(oneshot::Sender<Result<Vec<Outcome>>>) -> Request + Send + 'a>;

/// Services that come, go or change together.
#[derive(Default)]
pub struct Batch {
    set: Vec<Definition>,
    remove: Vec<EntryId>,
}

impl Batch {
    /// Defines the service of an entry, or replaces it by `takeover`. It starts after `lifecycle.requires`; ids that
    /// have no service are ignored there.
    pub fn set(&mut self, id: EntryId, service: Arc<dyn Service>, lifecycle: Lifecycle, takeover: Takeover) {
        let Lifecycle { policy, requires: needs } = lifecycle;
        self.set.push(Definition { spec: Spec { id, policy, needs }, service, takeover });
    }

    /// Stops the service of an entry and forgets it.
    pub fn remove(&mut self, id: EntryId) {
        self.remove.push(id);
    }

    /// Whether it changes nothing.
    pub fn is_empty(&self) -> bool {
        self.set.is_empty() && self.remove.is_empty()
    }
}

impl Services {
    /// Services on `clock`; the loop that runs them is a task of `tasks` and ends with [`shutdown`](Self::shutdown) or
    /// when every handle is dropped. `rng` draws the jitter of restart delays. Needs a tokio runtime.
    pub fn new(clock: Clock, rng: Rng, bus: Bus, tasks: &Tasks) -> Services {
        let (requests, mailbox) = mpsc::unbounded_channel();
        let statuses = Arc::new(RwLock::new(BTreeMap::new()));
        tasks.spawn("services", owner::run(clock, rng, bus, tasks.clone(), statuses.clone(), mailbox));
        Services { requests, statuses }
    }

    /// Hands a batch to the supervisor, at once and in the order of the calls; with `start`, new services that start by
    /// themselves do. The future completes when each service concerned runs, failed or stopped, with what came of it; it
    /// may be dropped. Needs in a circle are `Invalid` and change nothing.
    pub fn change(
        &self,
        batch: Batch,
        start: bool,
    ) -> impl Future<Output = Result<Vec<Outcome>>> + Send + use<> {
        let Batch { set, remove } = batch;
        self.ask(Box::new(move |reply| Request::Change { set, remove, start, reply }))
    }

    /// Starts all services that start by themselves, needs first. Fails when one of them fails to start, unless its
    /// `startup` is optional; all failures are in the message, and those that run keep running.
    pub async fn start_all(&self) -> Result<()> {
        let outcomes = self.ask(Box::new(Request::StartAll)).await?;
        let mut failed: Vec<(EntryId, Error)> = Vec::new();
        for Outcome { id, result, required } in outcomes {
            match result {
                Err(error) if required => failed.push((id, error)),
                Err(error) => tracing::warn!(service = %id, %error, "optional service did not start"),
                Ok(()) => {}
            }
        }
        let Some((_, first)) = failed.first() else { return Ok(()) };
        let all: Vec<String> = failed.iter().map(|(id, error)| format!("{id}: {error}")).collect();
        Err(Error::new(first.kind(), format!("services did not start: {}", all.join("; ")))
            .with_retryable(first.retryable())
            .with_cause(first.clone()))
    }

    /// Starts a service and what it needs; completes when it runs or failed.
    pub async fn start(&self, id: &EntryId) -> Result<()> {
        self.one(Box::new(|reply| Request::Start(id.clone(), reply))).await
    }

    /// Stops a service, after those that need it; completes when it stopped.
    pub async fn stop(&self, id: &EntryId) -> Result<()> {
        self.one(Box::new(|reply| Request::Stop(id.clone(), reply))).await
    }

    /// Stops and starts a service; those that need it run on.
    pub async fn restart(&self, id: &EntryId) -> Result<()> {
        self.one(Box::new(|reply| Request::Restart(id.clone(), reply))).await
    }

    /// Stops all services, dependents first, and ends the loop; returns what did not stop in time or with an error. A
    /// second call finds nothing to do.
    pub async fn shutdown(&self) -> Vec<Error> {
        let outcomes = self.ask(Box::new(Request::Shutdown)).await.unwrap_or_default();
        let failed = outcomes.into_iter().filter_map(|Outcome { id, result, .. }| {
            result.err().map(|error| error.context(format!("stop of {id}")))
        });
        failed.collect()
    }

    /// The status of a service.
    pub fn status(&self, id: &EntryId) -> Option<Status> {
        self.statuses.read().get(id).cloned()
    }

    /// The status of every service, by id.
    pub fn all(&self) -> Vec<Status> {
        self.statuses.read().values().cloned().collect()
    }

    async fn one(&self, request: Ask<'_>) -> Result<()> {
        self.ask(request).await?.into_iter().try_for_each(|outcome| outcome.result)
    }

    fn ask(&self, request: Ask<'_>) -> impl Future<Output = Result<Vec<Outcome>>> + Send + use<> {
        let (reply, answer) = oneshot::channel();
        // Sent here, not in the future: requests keep the order of the calls.
        let sent = self.requests.send(request(reply)).is_ok();
        async move {
            let over = || Error::unavailable("services are shut down").with_retryable(Some(false));
            if sent { answer.await.map_err(|_| over())? } else { Err(over()) }
        }
    }
}

/// The component that provides [`Services`] and stops them all.
pub fn component() -> Component {
    let tasks = Tasks::default();
    let finished = tasks.clone();
    Component::new("sys.services")
        .needs::<Clock>()
        .needs::<Bus>()
        .provides::<Services>()
        .load(move |boot| async move {
            let (clock, bus) = (boot.get::<Clock>()?, boot.get::<Bus>()?);
            let services = Services::new((*clock).clone(), Rng::from_entropy(), (*bus).clone(), &tasks);
            boot.provide(Arc::new(services))
        })
        .start(|_| async { Ok(()) })
        .stop(move |app| async move {
            let errors = app.get::<Services>()?.shutdown().await;
            finished.finished().await;
            match &errors[..] {
                [] => Ok(()),
                [one] => Err(one.clone()),
                [first, ..] => {
                    let all: Vec<String> = errors.iter().map(Error::to_string).collect();
                    Err(first.clone().context(all.join("; ")))
                }
            }
        })
}
