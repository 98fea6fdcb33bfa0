//! Ends and what they mean to others.

use super::*;
use core_sched::{Body, Process, Step, StepCx};
use infra_base::{Data, EntryId, Payload};
use parking_lot::Mutex;
use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

/// A body that hands its mail to the test and ends when told.
struct Post {
    mail: Arc<Mutex<VecDeque<Mail>>>,
    end: Arc<Mutex<Option<Exit>>>,
}

impl Body for Post {
    type Done = ();

    fn step(&mut self, cx: &mut StepCx<'_, ()>) -> Step {
        while let Some(mail) = cx.mail.next() {
            self.mail.lock().push_back(mail);
        }
        self.end.lock().take().map_or(Step::Wait, Step::Done)
    }
}

/// A listed process, polled by hand.
struct Actor {
    pid: Pid,
    control: Arc<Control>,
    process: Option<Process<Post>>,
    mail: Arc<Mutex<VecDeque<Mail>>>,
    end: Arc<Mutex<Option<Exit>>>,
}

struct Reported(Arc<Topology>);

impl Ending for Reported {
    fn end(self: Box<Self>, control: &Arc<Control>, exit: &Exit) {
        self.0.stopped(control, exit);
    }
}

fn topology() -> Arc<Topology> {
    Topology::new(Clock::simulated().0)
}

fn bare() -> Arc<Control> {
    Control::new(Pid::draw(Name::intern("app:host")), EntryId::parse("app:actor").unwrap())
}

impl Actor {
    fn new(topology: &Arc<Topology>) -> Actor {
        let control = bare();
        assert!(control.set_ending(Box::new(Reported(topology.clone()))).is_ok());
        topology.list(&control, None).unwrap();
        Self::unlisted(control)
    }

    fn unlisted(control: Arc<Control>) -> Actor {
        let (mail, end) = <(Arc<Mutex<VecDeque<Mail>>>, Arc<Mutex<Option<Exit>>>)>::default();
        let process = Process::new(control.clone(), Box::new(Post { mail: mail.clone(), end: end.clone() }));
        Actor { pid: control.pid(), control, process: Some(process), mail, end }
    }

    fn poll(&mut self) -> Poll<Exit> {
        let process = self.process.as_mut().expect("polled before its end");
        let poll = Pin::new(process).poll(&mut Context::from_waker(Waker::noop()));
        if poll.is_ready() {
            self.process = None;
        }
        poll
    }

    /// The next event, as text.
    fn event(&mut self) -> Option<String> {
        if self.process.is_some() {
            let _ = self.poll();
        }
        let result = |r: &Result<Payload>| match r {
            Ok(value) => format!("{value:?}"),
            Err(e) => e.message().to_string(),
        };
        self.mail.lock().pop_front().map(|mail| match mail {
            Mail::Event(event) => match *event {
                Event::Exit { from, result: r, .. } => format!("exit {from}: {}", result(&r)),
                Event::LinkDown { from, result: r, .. } => format!("down {from}: {}", result(&r)),
                Event::Cancel { reason, .. } => format!("cancel: {reason}"),
            },
            Mail::Message(m) => format!("message: {}", m.topic),
        })
    }

    fn end(&mut self, result: Result<i64, &str>) {
        *self.end.lock() = Some(Exit {
            result: result.map(|n| Payload::Data(Data::Int(n))).map_err(|e| Error::new(Kind::Unknown, e)),
        });
        // A body is stepped for news only.
        let nudge = Message { from: None, topic: "end".into(), payloads: Default::default() };
        self.control.deliver(Mail::from(nudge)).unwrap();
        assert!(self.poll().is_ready());
    }
}

#[test]
fn monitors_get_values_errors_and_kills() {
    let topology = topology();
    let mut watcher = Actor::new(&topology);
    let [mut a, mut b, mut c] = std::array::from_fn(|_| Actor::new(&topology));
    for actor in [&a, &b, &c] {
        topology.monitor(watcher.pid, actor.pid).unwrap();
    }
    let again = topology.monitor(watcher.pid, a.pid).unwrap_err();
    assert_eq!(again.kind(), Kind::AlreadyExists);
    a.end(Ok(3));
    b.end(Err("broken"));
    c.control.kill(Error::canceled("terminated"));
    assert!(c.poll().is_ready());
    assert_eq!(watcher.event().unwrap(), format!("exit {}: Int(3)", a.pid));
    assert_eq!(watcher.event().unwrap(), format!("exit {}: broken", b.pid));
    assert_eq!(watcher.event().unwrap(), format!("exit {}: terminated", c.pid));
    assert_eq!(watcher.event(), None);
    drop(watcher);
    assert!(topology.is_empty());
}

#[test]
fn a_monitor_of_the_dead_gets_its_exit_at_once() {
    let topology = topology();
    let (mut watcher, mut dead) = (Actor::new(&topology), Actor::new(&topology));
    dead.end(Ok(1));
    topology.monitor(watcher.pid, dead.pid).unwrap();
    topology.monitor(watcher.pid, dead.pid).unwrap();
    let expected = format!("exit {0}: process {0} not found", dead.pid);
    assert_eq!((watcher.event(), watcher.event()), (Some(expected.clone()), Some(expected)));
    assert_eq!(topology.monitor(dead.pid, watcher.pid).unwrap_err().kind(), Kind::NotFound);
    assert_eq!(topology.monitor(watcher.pid, watcher.pid).unwrap_err().kind(), Kind::Invalid);
    assert_eq!(topology.link(watcher.pid, dead.pid).unwrap_err().kind(), Kind::NotFound);
}

#[test]
fn who_has_a_full_mailbox_cannot_ask_for_more_events() {
    let topology = topology();
    let (watcher, other, mut dead) = (Actor::new(&topology), Actor::new(&topology), Actor::new(&topology));
    dead.end(Ok(1));
    let mut asked = 0;
    while topology.monitor(watcher.pid, dead.pid).is_ok() {
        asked += 1;
        assert!(asked <= core_sched::MAX_MESSAGES, "its events are without bound");
    }
    let (mail, bytes) = watcher.control.mailbox_load();
    assert!(mail <= core_sched::MAX_MESSAGES && bytes <= core_sched::MAX_BYTES);
    for refused in [
        topology.monitor(watcher.pid, dead.pid),
        topology.monitor(watcher.pid, other.pid),
        topology.link(watcher.pid, other.pid),
        topology.link(other.pid, watcher.pid),
    ] {
        let error = refused.unwrap_err();
        assert_eq!((error.kind(), error.retryable()), (Kind::Unavailable, Some(true)));
        assert_eq!(error.message(), format!("watch for process {}: the mailbox is full", watcher.pid));
    }
    // It may be watched.
    topology.monitor(other.pid, watcher.pid).unwrap();
}

#[test]
fn taken_back_relations_are_silent() {
    let topology = topology();
    let (mut watcher, mut target) = (Actor::new(&topology), Actor::new(&topology));
    topology.monitor(watcher.pid, target.pid).unwrap();
    topology.link(watcher.pid, target.pid).unwrap();
    topology.link(target.pid, watcher.pid).unwrap();
    assert!(topology.unmonitor(watcher.pid, target.pid) && !topology.unmonitor(watcher.pid, target.pid));
    assert!(topology.unlink(target.pid, watcher.pid) && !topology.unlink(watcher.pid, target.pid));
    target.end(Err("broken"));
    assert_eq!((watcher.event(), watcher.control.is_killed()), (None, false));
}

#[test]
fn links_fall_by_failures_only_and_cascade() {
    let topology = topology();
    let mut chain: Vec<_> = (0..4).map(|_| Actor::new(&topology)).collect();
    for pair in chain.windows(2) {
        topology.link(pair[0].pid, pair[1].pid).unwrap();
    }
    let mut quiet = Actor::new(&topology);
    topology.link(quiet.pid, chain[0].pid).unwrap();
    quiet.end(Ok(0));
    assert!(!chain[0].control.is_killed(), "a normal end takes nobody along");
    chain[3].control.set_trap_links(true);
    chain[0].end(Err("broken"));
    for n in [1, 2] {
        let Poll::Ready(exit) = chain[n].poll() else { panic!("process {n} lives") };
        let error = exit.result.unwrap_err();
        assert_eq!(error.message(), "linked process failed");
        assert_ne!(error.retryable(), Some(false), "a supervisor may start it again");
    }
    let down = format!("down {}: linked process failed", chain[2].pid);
    assert_eq!(chain[3].event().unwrap(), down);
    assert!(!chain[3].control.is_killed());
}

#[test]
fn names_have_one_owner_and_go_with_it() {
    let topology = topology();
    let (mut a, b) = (Actor::new(&topology), Actor::new(&topology));
    topology.register("svc", a.pid).unwrap();
    topology.register("svc", a.pid).unwrap();
    assert_eq!(topology.register("svc", b.pid).unwrap_err().kind(), Kind::AlreadyExists);
    assert!(!topology.unregister("svc", b.pid));
    assert_eq!(topology.resolve("svc").unwrap(), a.pid);
    assert_eq!(topology.resolve(&a.pid.to_string()).unwrap(), a.pid);
    for bad in ["", "{x"] {
        assert_eq!(topology.register(bad, b.pid).unwrap_err().kind(), Kind::Invalid);
    }
    let late = bare();
    assert_eq!(topology.list(&late, Some("svc")).unwrap_err().kind(), Kind::AlreadyExists);
    assert!(topology.find(late.pid()).is_none());
    topology.register("second", a.pid).unwrap();
    assert!(topology.unregister("second", a.pid));
    a.end(Ok(0));
    assert_eq!(topology.lookup("svc"), None);
    assert!(topology.resolve("svc").unwrap_err().message().contains("process svc not found"));
    topology.register("svc", b.pid).unwrap();
    assert_eq!(topology.register("late", a.pid).unwrap_err().kind(), Kind::NotFound);
}

#[test]
fn an_exposed_call_is_listed_until_its_end() {
    let topology = topology();
    let mut call = Actor::unlisted(bare());
    let message = || Message { from: None, topic: "hi".into(), payloads: Default::default() };
    assert_eq!(topology.deliver(call.pid, message()).unwrap_err().kind(), Kind::NotFound);
    topology.expose(&call.control);
    topology.expose(&call.control);
    topology.deliver(call.pid, message()).unwrap();
    let mut watcher = Actor::new(&topology);
    topology.monitor(watcher.pid, call.pid).unwrap();
    assert_eq!(call.event().unwrap(), "message: hi");
    call.end(Ok(4));
    assert_eq!(watcher.event().unwrap(), format!("exit {}: Int(4)", call.pid));
    assert!(topology.deliver(call.pid, message()).unwrap_err().message().contains("not found"));
    topology.expose(&call.control);
    assert_eq!(topology.len(), 1, "the dead are not listed again");
}

#[test]
fn facts_reach_the_observer_and_names_are_free_by_then() {
    let topology = topology();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let (noted, names) = (seen.clone(), Arc::downgrade(&topology));
    topology
        .observe(move |fact| {
            noted.lock().push(match fact {
                Fact::Started { control, parent } => format!("started {} by {parent:?}", control.entry()),
                Fact::Stopped { control, exit } => {
                    assert_eq!(names.upgrade().unwrap().lookup("svc"), None);
                    format!("stopped {} ok {}", control.entry(), exit.result.is_ok())
                }
            });
        })
        .unwrap();
    assert!(topology.observe(|_| ()).is_err());
    let mut actor = Actor::new(&topology);
    topology.register("svc", actor.pid).unwrap();
    topology.started(&actor.control, None);
    actor.end(Ok(0));
    assert_eq!(*seen.lock(), ["started app:actor by None", "stopped app:actor ok true"]);
}

#[test]
fn ends_and_relations_race_without_loss() {
    // Every monitor gets exactly one EXIT, whether it came before or after the end.
    for round in 0..200 {
        let topology = topology();
        let (mut watcher, mut target) = (Actor::new(&topology), Actor::new(&topology));
        let (watching, watched) = (watcher.pid, target.pid);
        let other = topology.clone();
        let thread = std::thread::spawn(move || other.monitor(watching, watched).unwrap());
        if round % 2 == 0 {
            std::thread::yield_now();
        }
        target.end(Ok(1));
        thread.join().unwrap();
        assert!(watcher.event().unwrap().starts_with("exit"));
        assert_eq!(watcher.event(), None);
    }
}
