//! The owner loop: the supervisor's actions become calls of services, their answers its inputs.

use crate::report;
use crate::service::{Ended, Service};
use core_dispatch::BoxFuture;
use core_events::Bus;
use core_supervisor::{Action, Run, Spec, Status, Supervisor, Takeover};
use infra_app::Tasks;
use infra_base::{EntryId, Error, Result};
use infra_clock::{Clock, Moment, Rng};
use parking_lot::RwLock;
use std::collections::BTreeMap;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use tokio::sync::{mpsc, oneshot};

/// What came of a request for one service.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// Which.
    pub id: EntryId,
    /// It runs, stopped or finished; or why it does not.
    pub result: Result<()>,
    /// Its `startup` is `required`.
    pub required: bool,
}

type Reply = oneshot::Sender<Result<Vec<Outcome>>>;

/// A service with its definition.
pub(crate) struct Definition {
    pub(crate) spec: Spec,
    pub(crate) service: Arc<dyn Service>,
    /// How it replaces the one of the same id.
    pub(crate) takeover: Takeover,
}

/// What a handle asks for.
pub(crate) enum Request {
    /// Definitions come, go or change, together; services that start by themselves do so if `start`.
    Change {
        set: Vec<Definition>,
        remove: Vec<EntryId>,
        start: bool,
        reply: Reply,
    },
    StartAll(Reply),
    Start(EntryId, Reply),
    Stop(EntryId, Reply),
    Restart(EntryId, Reply),
    /// Stops everything and ends the loop.
    Shutdown(Reply),
}

/// What a call of a service came to.
enum Answer {
    Started(EntryId, Run, Arc<dyn Service>, Result<()>),
    Ended(EntryId, Run, Result<()>),
    Stopped(EntryId, Run, Result<()>),
}

/// The present definition of a service.
struct Current {
    service: Arc<dyn Service>,
    /// The one that it replaced, while it may come back.
    previous: Option<Arc<dyn Service>>,
}

/// Something that was started.
struct Running {
    service: Arc<dyn Service>,
    /// The call that is going on is the watch for its end.
    watched: bool,
    /// Dropping it drops the call that is going on.
    _call: oneshot::Sender<()>,
}

/// Somebody who waits for outcomes.
struct Waiter {
    open: Vec<EntryId>,
    outcomes: Vec<Outcome>,
    /// It waits for stops.
    stops: bool,
    reply: Reply,
}

pub(crate) struct Owner {
    supervisor: Supervisor,
    clock: Clock,
    bus: Bus,
    tasks: Tasks,
    statuses: Arc<RwLock<BTreeMap<EntryId, Status>>>,
    current: BTreeMap<EntryId, Current>,
    running: BTreeMap<Run, Running>,
    waiters: Vec<Waiter>,
    answers: mpsc::UnboundedSender<Answer>,
    ending: bool,
}

/// Runs until shutdown, or until every handle is gone.
pub(crate) async fn run(
    clock: Clock,
    rng: Rng,
    bus: Bus,
    tasks: Tasks,
    statuses: Arc<RwLock<BTreeMap<EntryId, Status>>>,
    mut requests: mpsc::UnboundedReceiver<Request>,
) {
    let (answers, mut answered) = mpsc::unbounded_channel();
    let mut owner = Owner {
        supervisor: Supervisor::new(rng),
        clock: clock.clone(),
        bus,
        tasks,
        statuses,
        current: BTreeMap::new(),
        running: BTreeMap::new(),
        waiters: Vec::new(),
        answers,
        ending: false,
    };
    loop {
        let timer = owner.supervisor.timer();
        let alarm = async {
            match timer {
                Some(at) => clock.sleep_until(at).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            // Answers first: a service that just ran is seen running before the next request.
            biased;
            Some(answer) = answered.recv() => owner.answer(answer),
            request = requests.recv(), if !owner.ending => match request {
                Some(request) => owner.request(request),
                None => owner.shutdown(None),
            },
            () = alarm => owner.supervisor.tick(clock.now()),
        }
        owner.carry_out();
        owner.settle_waiters();
        if owner.ending && owner.supervisor.idle() && owner.waiters.is_empty() {
            return;
        }
    }
}

impl Owner {
    fn request(&mut self, request: Request) {
        let now = self.clock.now();
        match request {
            Request::Change { set, remove, start, reply } => self.change(set, remove, start, reply),
            Request::StartAll(reply) => {
                let ids = self.supervisor.auto_start();
                self.supervisor.start(&ids, now);
                self.wait(ids, false, reply);
            }
            Request::Start(id, reply) => {
                self.one(id, false, reply, |s, id| s.start(std::slice::from_ref(id), now))
            }
            Request::Stop(id, reply) => self.one(id, true, reply, |s, id| s.stop(id, now)),
            Request::Restart(id, reply) => self.one(id, false, reply, |s, id| s.restart(id, now)),
            Request::Shutdown(reply) => self.shutdown(Some(reply)),
        }
    }

    fn one(&mut self, id: EntryId, stops: bool, reply: Reply, ask: impl FnOnce(&mut Supervisor, &EntryId)) {
        if !self.current.contains_key(&id) {
            // A reply that nobody waits for any more is nobody's loss, here and below.
            let _ = reply.send(Err(Error::not_found(format!("entry {id} runs no service"))));
            return;
        }
        ask(&mut self.supervisor, &id);
        self.wait(vec![id], stops, reply);
    }

    fn change(&mut self, set: Vec<Definition>, remove: Vec<EntryId>, start: bool, reply: Reply) {
        let now = self.clock.now();
        let specs = set.iter().map(|definition| definition.spec.clone()).collect();
        if let Err(error) = self.supervisor.register(specs, now) {
            let _ = reply.send(Err(error));
            return;
        }
        let mut concerned = remove.clone();
        for id in &remove {
            self.supervisor.remove(id, now);
        }
        let mut fresh = Vec::new();
        for Definition { spec, service, takeover } in set {
            let Spec { id, policy, .. } = spec;
            let next = Current { service, previous: None };
            match self.current.entry(id.clone()) {
                std::collections::btree_map::Entry::Vacant(slot) => {
                    slot.insert(next);
                    if let Some(status) = self.supervisor.status(&id) {
                        self.statuses.write().insert(id.clone(), status);
                    }
                    report::fact(&self.bus, "service.register", &id);
                    if policy.auto_start && start {
                        fresh.push(id.clone());
                    }
                }
                std::collections::btree_map::Entry::Occupied(mut slot) => {
                    if takeover != Takeover::Keep {
                        let old = std::mem::replace(slot.get_mut(), next);
                        slot.get_mut().previous = Some(old.service);
                    }
                    report::fact(&self.bus, "service.update", &id);
                    self.supervisor.replaced(&id, takeover, now);
                    let down = self
                        .supervisor
                        .status(&id)
                        .is_some_and(|s| s.state == core_supervisor::State::Unknown);
                    if policy.auto_start && start && down {
                        fresh.push(id.clone());
                    }
                }
            }
            concerned.push(id);
        }
        self.supervisor.start(&fresh, now);
        self.wait(concerned, false, reply);
    }

    fn shutdown(&mut self, reply: Option<Reply>) {
        self.ending = true;
        self.supervisor.stop_all(self.clock.now());
        if let Some(reply) = reply {
            self.wait(self.current.keys().cloned().collect(), true, reply);
        }
    }

    fn wait(&mut self, open: Vec<EntryId>, stops: bool, reply: Reply) {
        self.waiters.push(Waiter { open, outcomes: Vec::new(), stops, reply });
    }

    fn settle_waiters(&mut self) {
        for mut waiter in std::mem::take(&mut self.waiters) {
            waiter.open.retain(|id| {
                let outcome = match waiter.stops {
                    true => self.supervisor.stop_outcome(id),
                    false => self.supervisor.outcome(id),
                };
                match outcome {
                    None => true,
                    Some(result) => {
                        let required = self.supervisor.required(id);
                        waiter.outcomes.push(Outcome { id: id.clone(), result, required });
                        false
                    }
                }
            });
            if waiter.open.is_empty() {
                let _ = waiter.reply.send(Ok(waiter.outcomes));
            } else if !waiter.reply.is_closed() {
                self.waiters.push(waiter);
            }
        }
    }

    fn answer(&mut self, answer: Answer) {
        let now = self.clock.now();
        match answer {
            Answer::Started(id, run, service, result) => {
                match (self.running.contains_key(&run), &result) {
                    (true, Ok(())) => self.watch(&id, run, service),
                    (true, Err(_)) => drop(self.running.remove(&run)),
                    // Canceled too late: it runs, and nobody wants it.
                    (false, Ok(())) => {
                        self.tasks.spawn("stop of a canceled service", async move {
                            if let Err(error) = caught(async { service.stop(now).await }).await {
                                tracing::warn!(service = %id, %error, "canceled start did not stop");
                            }
                        });
                        return;
                    }
                    (false, Err(_)) => return,
                }
                self.supervisor.started(&id, run, result, now);
            }
            Answer::Ended(id, run, how) => {
                // Otherwise it is being stopped, and the stop reports.
                if self.running.get(&run).is_some_and(|running| running.watched) {
                    self.running.remove(&run);
                    self.supervisor.ended(&id, run, how, now);
                }
            }
            Answer::Stopped(id, run, result) => {
                self.running.remove(&run);
                self.supervisor.stopped(&id, run, result, now);
            }
        }
    }

    fn carry_out(&mut self) {
        for action in self.supervisor.take_actions() {
            match action {
                Action::Start(id, run) => self.start(id, run),
                Action::Cancel(_, run) | Action::Abandon(_, run) => drop(self.running.remove(&run)),
                Action::Stop(id, run, deadline) => self.stop(id, run, deadline),
                Action::Revert(id) => {
                    if let Some(current) = self.current.get_mut(&id)
                        && let Some(previous) = current.previous.take()
                    {
                        current.service = previous;
                    }
                }
                Action::Forget(id) => {
                    self.current.remove(&id);
                    self.statuses.write().remove(&id);
                    report::fact(&self.bus, "service.remove", &id);
                }
                Action::Report(status) => {
                    report::status(&self.bus, &status);
                    self.statuses.write().insert(status.id.clone(), status);
                }
            }
        }
    }

    fn start(&mut self, id: EntryId, run: Run) {
        let Some(current) = self.current.get(&id) else { return };
        let service = current.service.clone();
        self.call(service, run, false, move |service| {
            Box::pin(async move {
                let result = caught(async { service.start().await }).await;
                Answer::Started(id, run, service, result)
            })
        });
    }

    fn watch(&mut self, id: &EntryId, run: Run, service: Arc<dyn Service>) {
        let id = id.clone();
        if let Some(current) = self.current.get_mut(&id) {
            current.previous = None;
        }
        self.call(service, run, true, move |service| {
            Box::pin(async move {
                let how = caught(async move {
                    match service.ended().await {
                        Ended::Exited => Ok(()),
                        Ended::Failed(error) => Err(error),
                    }
                });
                Answer::Ended(id, run, how.await)
            })
        });
    }

    fn stop(&mut self, id: EntryId, run: Run, deadline: Moment) {
        let Some(running) = self.running.remove(&run) else {
            // It ended by itself this very moment, and that is not told yet.
            self.supervisor.stopped(&id, run, Ok(()), self.clock.now());
            return;
        };
        self.call(running.service, run, false, move |service| {
            Box::pin(async move {
                let result = caught(async { service.stop(deadline).await }).await;
                Answer::Stopped(id, run, result)
            })
        });
    }

    /// Runs one call of a service in a task of its own; what was going on with that run is dropped.
    fn call(
        &mut self,
        service: Arc<dyn Service>,
        run: Run,
        watched: bool,
        call: impl FnOnce(Arc<dyn Service>) -> BoxFuture<'static, Answer>,
    ) {
        let (keep, dropped) = oneshot::channel();
        let (future, answers) = (call(service.clone()), self.answers.clone());
        self.running.insert(run, Running { service, watched, _call: keep });
        self.tasks.spawn("service", async move {
            tokio::select! {
                answer = future => {
                    let _ = answers.send(answer);
                }
                _ = dropped => {}
            }
        });
    }
}

/// The result of `work`, in which the call itself must happen too; a panic in it becomes an error that another try does not mend.
async fn caught(work: impl Future<Output = Result<()>>) -> Result<()> {
    let mut work = pin!(work);
    std::future::poll_fn(|cx| match catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(cx))) {
        Ok(poll) => poll,
        Err(panic) => {
            let said = panic.downcast_ref::<&str>().map(|s| (*s).to_string());
            let said = said.or_else(|| panic.downcast_ref::<String>().cloned());
            let said = said.unwrap_or_else(|| "no message".into());
            Poll::Ready(Err(Error::internal(format!("the service panicked: {said}"))))
        }
    })
    .await
}
