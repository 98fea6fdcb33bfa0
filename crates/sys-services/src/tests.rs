//! The owner loop with scripted services on simulated time.

use crate::{Batch, Ended, Lifecycle, Policy, Restart, Service, Services, State, Takeover};
use core_dispatch::BoxFuture;
use core_events::{Bus, Delivery, Pattern};
use infra_app::Tasks;
use infra_base::{Data, EntryId, Error, Kind, Payload, Result};
use infra_clock::{Clock, Moment, Rng, SimControl};
use parking_lot::Mutex;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;

/// What a scripted service does when it is asked.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Answer {
    Well,
    Badly,
    /// In a way that another try does not mend.
    Finally,
    Panic,
    /// Before there is a future.
    Early,
    Never,
}

struct Scripted {
    name: &'static str,
    log: Arc<Mutex<Vec<String>>>,
    start: Mutex<Answer>,
    stop: Mutex<Answer>,
    end: Notify,
    how: Mutex<Option<Ended>>,
}

/// Notes when a call is dropped before it was done.
struct Dropped<'a>(&'a Scripted, &'static str, bool);

impl Drop for Dropped<'_> {
    fn drop(&mut self) {
        if !self.2 {
            self.0.log.lock().push(format!("{} of {} dropped", self.1, self.0.name));
        }
    }
}

impl Scripted {
    async fn act(&self, what: &'static str, answer: Answer) -> Result<()> {
        self.log.lock().push(format!("{what} {}", self.name));
        let mut guard = Dropped(self, what, false);
        let result = match answer {
            Answer::Well => Ok(()),
            Answer::Badly => Err(Error::unavailable("not today")),
            Answer::Finally => Err(Error::invalid("not ever")),
            Answer::Panic | Answer::Early => {
                guard.2 = true;
                panic!("a bug in {what}")
            }
            Answer::Never => std::future::pending().await,
        };
        guard.2 = true;
        result
    }
}

impl Service for Scripted {
    fn start(&self) -> BoxFuture<'_, Result<()>> {
        let answer = *self.start.lock();
        assert!(answer != Answer::Early, "a bug before start");
        Box::pin(self.act("start", answer))
    }

    fn ended(&self) -> BoxFuture<'_, Ended> {
        Box::pin(async {
            self.end.notified().await;
            self.how.lock().take().expect("whoever ends it says how")
        })
    }

    fn stop(&self, _: Moment) -> BoxFuture<'_, Result<()>> {
        let answer = *self.stop.lock();
        Box::pin(self.act("stop", answer))
    }
}

struct Case {
    services: Services,
    bus: Bus,
    tasks: Tasks,
    control: SimControl,
    log: Arc<Mutex<Vec<String>>>,
}

fn id(name: &str) -> EntryId {
    EntryId::new("app", name).unwrap()
}

fn lifecycle(needs: &[&str]) -> Lifecycle {
    let restart = Restart { jitter: 0.0, ..Restart::default() };
    let policy = Policy { auto_start: true, restart, ..Policy::default() };
    Lifecycle { policy, requires: needs.iter().map(|need| id(need)).collect() }
}

impl Case {
    fn new() -> Case {
        let (clock, control) = Clock::simulated();
        let (bus, tasks) = (Bus::default(), Tasks::default());
        let services = Services::new(clock, Rng::seeded(1), bus.clone(), &tasks);
        Case { services, bus, tasks, control, log: Arc::default() }
    }

    fn service(&self, name: &'static str) -> Arc<Scripted> {
        Arc::new(Scripted {
            name,
            log: self.log.clone(),
            start: Mutex::new(Answer::Well),
            stop: Mutex::new(Answer::Well),
            end: Notify::new(),
            how: Mutex::new(None),
        })
    }

    /// A service that is defined but not started.
    async fn add(&self, name: &'static str, lifecycle: Lifecycle) -> Arc<Scripted> {
        let service = self.service(name);
        let mut batch = Batch::default();
        batch.set(id(name), service.clone(), lifecycle, Takeover::Keep);
        self.services.change(batch, false).await.unwrap();
        service
    }

    fn take_log(&self) -> Vec<String> {
        std::mem::take(&mut self.log.lock())
    }

    fn state(&self, name: &str) -> State {
        self.services.status(&id(name)).unwrap().state
    }

    /// Lets every task run as far as it gets while time stands still.
    async fn rest(&self) {
        for _ in 0..200 {
            tokio::task::yield_now().await;
        }
    }

    async fn pass(&self, seconds: u64) {
        self.rest().await;
        self.control.advance(Duration::from_secs(seconds));
        self.rest().await;
    }

    async fn end(&self, service: &Scripted, how: Ended) {
        *service.how.lock() = Some(how);
        service.end.notify_one();
        self.rest().await;
    }

    /// Shuts down; nothing may be left.
    async fn finish(self) {
        let errors = self.services.shutdown().await;
        assert!(errors.is_empty(), "{errors:?}");
        self.tasks.finished().await;
    }
}

#[tokio::test]
async fn boot_and_shutdown_keep_the_order() {
    let case = Case::new();
    case.add("web", lifecycle(&["db", "no-service"])).await;
    case.add("db", lifecycle(&[])).await;
    let mut by_hand = lifecycle(&[]);
    by_hand.policy.auto_start = false;
    case.add("tool", by_hand).await;
    case.services.start_all().await.unwrap();
    assert_eq!(case.take_log(), ["start db", "start web"]);
    assert_eq!([case.state("web"), case.state("tool")], [State::Running, State::Unknown]);
    let log = case.log.clone();
    case.finish().await;
    assert_eq!(*log.lock(), ["stop web", "stop db"]);
}

#[tokio::test]
async fn a_required_service_fails_the_boot_and_an_optional_one_is_retried() {
    let case = Case::new();
    let bad = case.add("bad", lifecycle(&[])).await;
    let mut optional = lifecycle(&[]);
    optional.policy.required = false;
    let lame = case.add("lame", optional).await;
    (*bad.start.lock(), *lame.start.lock()) = (Answer::Badly, Answer::Badly);
    let error = case.services.start_all().await.unwrap_err();
    assert_eq!(error.message(), "services did not start: app:bad: not today");
    *bad.start.lock() = Answer::Well;
    case.services.start_all().await.unwrap();
    assert_eq!(case.state("lame"), State::Failed);
    *lame.start.lock() = Answer::Well;
    case.pass(1).await;
    assert_eq!(case.state("lame"), State::Running);
    case.finish().await;
}

#[tokio::test]
async fn a_failure_is_retried_after_a_growing_delay_and_an_exit_is_not() {
    let case = Case::new();
    let a = case.add("a", lifecycle(&[])).await;
    case.services.start_all().await.unwrap();
    case.take_log();
    for delay in [1, 2, 4] {
        case.end(&a, Ended::Failed(Error::unavailable("oops"))).await;
        assert_eq!(case.state("a"), State::Failed);
        case.pass(delay - 1).await;
        assert_eq!(case.take_log(), Vec::<String>::new());
        case.pass(1).await;
        assert_eq!(case.take_log(), ["start a"]);
    }
    case.end(&a, Ended::Exited).await;
    case.pass(1_000).await;
    assert_eq!((case.state("a"), case.take_log()), (State::Exited, vec![]));
    case.services.start(&id("a")).await.unwrap();
    case.end(&a, Ended::Failed(Error::invalid("not ever"))).await;
    assert_eq!(case.state("a"), State::Exited);
    case.finish().await;
}

#[tokio::test]
async fn panics_are_failures_that_another_try_does_not_mend() {
    let case = Case::new();
    let a = case.add("a", lifecycle(&[])).await;
    *a.start.lock() = Answer::Panic;
    let error = case.services.start(&id("a")).await.unwrap_err();
    assert_eq!(error.message(), "the service panicked: a bug in start");
    assert_eq!((error.kind(), case.state("a")), (Kind::Internal, State::Exited));
    *a.start.lock() = Answer::Early;
    let error = case.services.start(&id("a")).await.unwrap_err();
    assert_eq!(error.message(), "the service panicked: a bug before start");
    (*a.start.lock(), *a.stop.lock()) = (Answer::Well, Answer::Panic);
    case.services.start(&id("a")).await.unwrap();
    let error = case.services.stop(&id("a")).await.unwrap_err();
    assert_eq!(error.message(), "the service panicked: a bug in stop");
    assert_eq!(case.state("a"), State::Stopped);
    *a.stop.lock() = Answer::Well;
    case.finish().await;
}

#[tokio::test]
async fn what_hangs_is_dropped_at_its_limit() {
    let case = Case::new();
    let a = case.add("a", lifecycle(&[])).await;
    *a.start.lock() = Answer::Never;
    let services = case.services.clone();
    let start = async {
        let error = services.start(&id("a")).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.message()),
            (Kind::Timeout, "service app:a did not start within 10s")
        );
    };
    tokio::join!(start, case.pass(10));
    assert_eq!(case.take_log(), ["start a", "start of a dropped"]);
    (*a.start.lock(), *a.stop.lock()) = (Answer::Well, Answer::Never);
    case.pass(1).await;
    assert_eq!((case.state("a"), case.take_log()), (State::Running, vec!["start a".to_string()]));
    let shutdown = async {
        let errors = services.shutdown().await;
        let texts: Vec<String> = errors.iter().map(Error::to_string).collect();
        assert_eq!(texts, ["stop of app:a: service app:a did not stop within 10s"]);
    };
    tokio::join!(shutdown, case.pass(11));
    assert_eq!(case.take_log(), ["stop a", "stop of a dropped"]);
    case.tasks.finished().await;
}

#[tokio::test]
async fn a_stop_during_the_start_drops_the_start() {
    let case = Case::new();
    let a = case.add("a", lifecycle(&[])).await;
    *a.start.lock() = Answer::Never;
    let services = case.services.clone();
    let a_id = id("a");
    let (_, stop) = tokio::join!(services.start(&a_id), async {
        case.rest().await;
        services.stop(&a_id).await
    });
    stop.unwrap();
    case.rest().await;
    assert_eq!(case.take_log(), ["start a", "start of a dropped"]);
    assert_eq!(case.state("a"), State::Stopped);
    case.finish().await;
}

#[tokio::test]
async fn a_restart_runs_the_same_service_again() {
    let case = Case::new();
    case.add("a", lifecycle(&[])).await;
    case.services.start_all().await.unwrap();
    case.services.restart(&id("a")).await.unwrap();
    assert_eq!(case.take_log(), ["start a", "stop a", "start a"]);
    let error = case.services.restart(&id("nobody")).await.unwrap_err();
    assert_eq!((error.kind(), error.message()), (Kind::NotFound, "entry app:nobody runs no service"));
    case.finish().await;
}

#[tokio::test]
async fn batches_come_change_and_go() {
    let case = Case::new();
    let (old, new) = (case.service("old"), case.service("new"));
    let change = |service: Option<&Arc<Scripted>>, takeover| {
        let mut batch = Batch::default();
        match service {
            Some(service) => batch.set(id("a"), service.clone(), lifecycle(&[]), takeover),
            None => batch.remove(id("a")),
        }
        case.services.change(batch, true)
    };
    change(Some(&old), Takeover::Keep).await.unwrap();
    assert_eq!(case.take_log(), ["start old"]);
    change(Some(&new), Takeover::Beside).await.unwrap();
    case.rest().await;
    assert_eq!(case.take_log(), ["start new", "stop old"]);
    change(Some(&old), Takeover::StopStart).await.unwrap();
    assert_eq!(case.take_log(), ["stop new", "start old"]);
    *new.start.lock() = Answer::Finally;
    let outcomes = change(Some(&new), Takeover::StopStart).await.unwrap();
    let error = outcomes[0].result.clone().unwrap_err();
    assert_eq!(error.message(), "the new definition did not start, the previous one runs again: not ever");
    assert_eq!(case.take_log(), ["stop old", "start new", "start old"]);
    change(None, Takeover::Keep).await.unwrap();
    assert_eq!(case.take_log(), ["stop old"]);
    assert!(case.services.status(&id("a")).is_none());
    case.finish().await;
}

#[tokio::test]
async fn circles_are_refused_whole() {
    let case = Case::new();
    let mut batch = Batch::default();
    for (name, needs) in [("a", "b"), ("b", "a")] {
        batch.set(id(name), case.service(name), lifecycle(&[needs]), Takeover::Keep);
    }
    let error = case.services.change(batch, true).await.unwrap_err();
    assert_eq!(error.message(), "services need each other in a circle: app:a -> app:b -> app:a");
    assert!(case.services.all().is_empty());
    case.finish().await;
}

#[tokio::test]
async fn states_are_events() {
    let case = Case::new();
    let mut events = case.bus.subscribe(Pattern::exact("supervisor"), Pattern::parse("*").unwrap());
    let a = case.add("a", lifecycle(&[])).await;
    case.services.start_all().await.unwrap();
    case.end(&a, Ended::Failed(Error::invalid("not ever"))).await;
    let all = events.drain();
    let kinds: Vec<&str> =
        all.iter().map(|d| if let Delivery::Event(e) = d { &*e.kind } else { "lost" }).collect();
    let expected = ["service.register", "state.starting", "state.running", "service.start", "state.exited"];
    assert_eq!(kinds, expected);
    let Some(Delivery::Event(last)) = all.last() else { panic!("an event") };
    let Some(Payload::Data(data)) = &last.data else { panic!("with data") };
    assert_eq!(data.get(&["status"]), Some(&Data::text("exited")));
    assert_eq!(data.get(&["details"]), Some(&Data::text("not ever")));
    assert_eq!(&*last.path, "app:a");
    case.finish().await;
}

#[tokio::test]
async fn after_the_shutdown_requests_are_refused() {
    let case = Case::new();
    case.add("a", lifecycle(&[])).await;
    let services = case.services.clone();
    case.finish().await;
    assert_eq!(services.start_all().await.unwrap_err().message(), "services are shut down");
    assert!(services.shutdown().await.is_empty());
}

#[tokio::test]
async fn the_loop_ends_when_every_handle_is_gone() {
    let case = Case::new();
    case.add("a", lifecycle(&[])).await;
    case.services.start_all().await.unwrap();
    let Case { services, tasks, log, .. } = case;
    drop(services);
    tasks.finished().await;
    assert_eq!(log.lock().last().unwrap(), "stop a");
}
