//! Spawn and its neighbours, with an engine whose programs are closures.

use super::*;
use crate::{Cores, Executor, ExecutorsBuilder, Host};
use core_relay::Config;
use core_sched::{Body, BoxProcess, Process, Step, StepCx};
use infra_app::Tasks;
use infra_base::Data;
use infra_clock::SimControl;
use parking_lot::Mutex;
use rustc_hash::FxHashMap;

type Program = fn(&Launch, &mut StepCx<'_, ()>) -> Step;

/// An engine: the name of the entry picks the program.
struct Engine;

struct Run {
    launch: Launch,
    program: Program,
}

impl Body for Run {
    type Done = ();

    fn step(&mut self, cx: &mut StepCx<'_, ()>) -> Step {
        (self.program)(&self.launch, cx)
    }
}

impl Executor for Engine {
    fn launch(&self, entry: &Arc<Entry>, launch: Launch) -> Result<BoxProcess> {
        let program: Program = match entry.id.name() {
            "broken" => return Err(Error::invalid("method main not found")),
            "echo" => |launch, _| done(launch.args.first().cloned()),
            "fail" => |_, _| Step::Done(Exit::failed(Error::new(Kind::Conflict, "no"))),
            "wait" => |_, _| Step::Wait,
            "loop" => |_, cx| {
                *cx.fuel = 0;
                Step::Continue
            },
            // Ends with the topic of its first message or the reason of a cancel.
            "first" => |_, cx| match cx.mail.next() {
                Some(Mail::Message(m)) => done(Some(Data::text(m.topic.as_str()).into())),
                Some(Mail::Event(event)) => match *event {
                    Event::Cancel { reason, .. } => done(Some(Data::text(reason).into())),
                    _ => Step::Wait,
                },
                None => Step::Wait,
            },
            "panic" => |_, _| panic!("a mistake"),
            "depth" => |launch, _| done(Some(Data::Int(launch.frame.context.depth.into()).into())),
            other => unreachable!("{other}"),
        };
        Ok(Box::new(Process::new(launch.control.clone(), Box::new(Run { launch, program }))))
    }
}

fn done(value: Option<Payload>) -> Step {
    Step::Done(Exit { result: Ok(value.unwrap_or(Payload::Data(Data::Null))) })
}

#[derive(Default)]
struct Shelf {
    entries: FxHashMap<EntryId, Arc<Entry>>,
    hosts: Mutex<FxHashMap<EntryId, Arc<Host>>>,
}

impl Directory for Shelf {
    fn version(&self) -> Version {
        Version(0)
    }

    fn entry(&self, id: &EntryId) -> Option<Arc<Entry>> {
        self.entries.get(id).cloned()
    }

    fn host(&self, id: &EntryId) -> Result<Arc<dyn ProcessHost>> {
        match self.hosts.lock().get(id) {
            Some(host) => Ok(host.clone()),
            None => Err(Error::not_found(format!("host {id} not found"))),
        }
    }
}

struct Node {
    processes: Processes,
    host: Arc<Host>,
    time: SimControl,
    clock: Clock,
}

fn id(name: &str) -> EntryId {
    EntryId::new("app", name).unwrap()
}

fn node() -> Node {
    let (clock, time) = Clock::simulated();
    let mut shelf = Shelf::default();
    let programs = ["broken", "echo", "fail", "wait", "loop", "first", "panic", "depth"]
        .map(|name| (name, "process.test"));
    for (name, kind) in
        programs.into_iter().chain([("function", "function.test"), ("foreign", "process.other")])
    {
        let entry = Entry {
            id: id(name),
            kind: kind.into(),
            meta: Default::default(),
            data: Data::Null,
            origin: None,
        };
        shelf.entries.insert(id(name), Arc::new(entry));
    }
    let topology = Topology::new(clock.clone());
    let host = Host::new(id("host"), None, Cores::new(2), topology.clone(), clock.clone());
    host.start();
    shelf.hosts.lock().insert(id("host"), host.clone());
    let relay = Relay::new(topology.clone(), Config::default(), clock.clone(), &Tasks::default());
    let processes = Processes::new(Arc::new(shelf), topology, relay, clock.clone());
    let mut executors = ExecutorsBuilder::default();
    executors.register("engine.test", "process.test", Arc::new(Engine)).unwrap();
    let twice = executors.register("engine.other", "process.test", Arc::new(Engine)).unwrap_err();
    assert_eq!(twice.message(), "kind process.test is run by both engine.test and engine.other");
    processes.install(executors.freeze()).unwrap();
    assert!(processes.install(Executors::default()).is_err());
    Node { processes, host, time, clock }
}

impl Node {
    fn plan(&self, entry: &str) -> Spawn {
        Spawn::new(id(entry), id("host"))
    }

    fn spawn(&self, entry: &str) -> Pid {
        self.processes.spawn(self.plan(entry)).unwrap()
    }

    fn exec(&self, entry: &str, args: &[i64]) -> Exec {
        let args = args.iter().map(|n| Payload::Data(Data::Int(*n))).collect();
        self.processes.exec(Spawn { args, ..self.plan(entry) }).unwrap()
    }

    async fn quiet(&self) {
        self.processes.scheduler().idle().await;
        assert!(self.processes.topology().is_empty());
        assert_eq!(self.host.figures().live, 0);
    }
}

fn text(result: Result<Payload>) -> String {
    match result {
        Ok(Payload::Data(data)) => format!("{data:?}"),
        Ok(other) => panic!("{other:?}"),
        Err(e) => format!("{}: {e}", e.kind().as_str()),
    }
}

#[tokio::test]
async fn exec_gives_values_and_errors() {
    let node = node();
    assert_eq!(text(node.exec("echo", &[7]).await), "Int(7)");
    assert_eq!(text(node.exec("fail", &[]).await), "Conflict: no");
    node.quiet().await;
    assert_eq!((node.host.figures().completed, node.host.figures().failed), (1, 1));
}

/// Counts the lines of a log.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<tracing::Level>>>);

impl tracing::Subscriber for Lines {
    fn enabled(&self, metadata: &tracing::Metadata<'_>) -> bool {
        metadata.is_event()
    }
    fn new_span(&self, _: &tracing::span::Attributes<'_>) -> tracing::span::Id {
        tracing::span::Id::from_u64(1)
    }
    fn record(&self, _: &tracing::span::Id, _: &tracing::span::Record<'_>) {}
    fn record_follows_from(&self, _: &tracing::span::Id, _: &tracing::span::Id) {}
    fn event(&self, event: &tracing::Event<'_>) {
        self.0.lock().push(*event.metadata().level());
    }
    fn enter(&self, _: &tracing::span::Id) {}
    fn exit(&self, _: &tracing::span::Id) {}
}

#[tokio::test]
async fn a_failure_that_nobody_is_told_of_is_logged_once_and_a_panic_too() {
    let (node, lines) = (node(), Lines::default());
    let logged = |entry: &'static str| {
        let lines = lines.clone();
        let node = &node;
        async move {
            let _guard = tracing::subscriber::set_default(lines.clone());
            node.spawn(entry);
            node.quiet().await;
            std::mem::take(&mut *lines.0.lock())
        }
    };
    assert_eq!(logged("fail").await, [tracing::Level::WARN]);
    assert_eq!(logged("panic").await, [tracing::Level::ERROR]);
    assert!(logged("echo").await.is_empty());
    // Who waits is told of a failure, but a panic is a mistake of the node.
    let _guard = tracing::subscriber::set_default(lines.clone());
    assert_eq!(text(node.exec("fail", &[]).await), "Conflict: no");
    assert_eq!(text(node.exec("panic", &[]).await), "Internal: the process panicked: a mistake");
    assert_eq!(*lines.0.lock(), [tracing::Level::ERROR]);
}

#[tokio::test]
async fn refusals_name_what_is_wrong_and_leave_nothing() {
    let node = node();
    for (entry, host, expected) in [
        ("nowhere", "host", "NotFound: entry app:nowhere not found"),
        ("echo", "nowhere", "NotFound: host app:nowhere not found"),
        (
            "function",
            "host",
            "Invalid: entry app:function is a function.test, which is no process (process.* expected)",
        ),
        (
            "foreign",
            "host",
            "Invalid: entry app:foreign is a process.other, which no engine of this node runs",
        ),
        ("broken", "host", "Invalid: method main not found"),
    ] {
        let error = node.processes.spawn(Spawn::new(id(entry), id(host))).unwrap_err();
        assert_eq!(format!("{}: {error}", error.kind().as_str()), expected);
    }
    let orphan = Spawn { parent: Some(Pid::draw(Name::intern("app:x"))), link: true, ..node.plan("wait") };
    assert_eq!(node.processes.spawn(orphan).unwrap_err().kind(), Kind::NotFound);
    node.quiet().await;
    node.host.stop(node.clock.now()).await;
    let error = node.processes.spawn(node.plan("wait")).unwrap_err();
    assert_eq!((error.kind(), error.message()), (Kind::Unavailable, "host app:host does not run"));
}

#[tokio::test]
async fn messages_are_there_before_the_first_step() {
    let node = node();
    let messages = vec![("one".into(), Payloads::new()), ("two".into(), Payloads::new())];
    let exec = node.processes.exec(Spawn { messages, ..node.plan("first") }).unwrap();
    assert_eq!(text(exec.await), "Text(\"one\")");
}

#[tokio::test]
async fn a_taken_name_gets_the_messages_and_nothing_starts() {
    let node = node();
    let named = |name: &str| Spawn { name: Some(name.into()), ..node.plan("first") };
    let first = node.processes.spawn(named("svc")).unwrap();
    let watcher = node.spawn("wait");
    let again = Spawn {
        messages: vec![("hello".into(), Payloads::new())],
        parent: Some(watcher),
        monitor: true,
        ..named("svc")
    };
    assert_eq!(node.processes.spawn(again).unwrap(), first);
    let taken = node.processes.exec(named("svc")).err().unwrap();
    assert_eq!(taken.kind(), Kind::AlreadyExists);
    assert_eq!(node.host.figures().live, 2);
    node.processes.terminate(watcher).unwrap();
    node.quiet().await;
    assert_eq!(node.processes.topology().lookup("svc"), None);
}

#[tokio::test]
async fn sends_reach_mailboxes_or_say_why_not() {
    let node = node();
    let exec = node.exec("first", &[]);
    let send = |topic: &str, to| {
        let message = Message { from: None, topic: topic.into(), payloads: Payloads::new() };
        match node.processes.send(to, message, Duration::ZERO) {
            Sent::Done(result) => result,
            Sent::Waiting(_) => panic!("local sends do not wait"),
        }
    };
    let pid = exec.pid();
    assert_eq!(send("@inbox", pid).unwrap_err().kind(), Kind::Invalid);
    send("hi", pid).unwrap();
    assert_eq!(text(exec.await), "Text(\"hi\")");
    let gone = send("hi", pid).unwrap_err();
    assert!(gone.message().contains("not found"), "{gone}");
}

#[tokio::test]
async fn a_cancel_that_finds_no_room_is_refused_and_kills_nobody_but_the_node_is_not_refused() {
    let node = node();
    let (full, from) = (node.exec("wait", &[]), Pid::draw(Name::intern("app:x")));
    let (pid, reason) = (full.pid(), "x".repeat(100 << 20));
    let cancel = |reason: &str, grace| node.processes.cancel(pid, from, reason, grace);
    cancel(&reason, None).unwrap();
    cancel(&reason, None).unwrap();
    let second = Some(Duration::from_secs(1));
    let error = cancel(&reason, second).unwrap_err();
    assert_eq!((error.kind(), error.retryable()), (Kind::Unavailable, Some(true)));
    assert_eq!(error.message(), format!("send to {pid}: the mailbox is full"));
    node.time.advance(Duration::from_secs(3600));
    tokio::task::yield_now().await;
    let control = node.processes.topology().get(pid).unwrap();
    node.processes.ask(&control, &reason, Duration::from_secs(1));
    assert_eq!(control.mailbox_load().0, 3);
    tokio::task::yield_now().await;
    node.time.advance(Duration::from_secs(1));
    assert!(text(full.await).starts_with("Canceled: xxx"));
    assert_eq!(cancel("gone", None).unwrap_err().kind(), Kind::NotFound);
}

#[tokio::test]
async fn cancel_asks_and_kills_only_with_a_grace() {
    let node = node();
    let (polite, from) = (node.exec("first", &[]), Pid::draw(Name::intern("app:x")));
    node.processes.cancel(polite.pid(), from, "please", None).unwrap();
    assert_eq!(text(polite.await), "Text(\"please\")");
    for stubborn in ["wait", "loop"] {
        let stubborn = node.exec(stubborn, &[]);
        node.processes.cancel(stubborn.pid(), from, "please", None).unwrap();
        node.time.advance(Duration::from_secs(3600));
        tokio::task::yield_now().await;
        assert!(node.processes.topology().find(stubborn.pid()).is_some());
        node.processes.cancel(stubborn.pid(), from, "now", Some(Duration::from_secs(1))).unwrap();
        tokio::task::yield_now().await;
        node.time.advance(Duration::from_secs(1));
        assert_eq!(text(stubborn.await), "Canceled: now");
    }
    let ended = node.spawn("loop");
    node.processes.terminate(ended).unwrap();
    node.quiet().await;
    assert_eq!(node.processes.terminate(ended).unwrap_err().kind(), Kind::NotFound);
}

#[tokio::test]
async fn a_dropped_exec_ends_its_child() {
    let node = node();
    let polite = node.exec("first", &[]);
    drop(polite);
    node.quiet().await;
    let stubborn = node.exec("loop", &[]);
    tokio::task::yield_now().await;
    drop(stubborn);
    tokio::task::yield_now().await;
    assert_eq!(node.host.figures().live, 1);
    node.time.advance(GRACE);
    node.quiet().await;
}

#[tokio::test]
async fn a_deadline_ends_an_exec() {
    let node = node();
    let deadline = Some(node.clock.now().after(Duration::from_secs(1)));
    let context = Arc::new(CallContext { deadline, ..Default::default() });
    let mut exec = node.processes.exec(Spawn { context, ..node.plan("first") }).unwrap();
    tokio::select! {
        biased;
        result = &mut exec => panic!("{result:?}"),
        () = tokio::task::yield_now() => {}
    }
    node.time.advance(Duration::from_secs(1));
    let error = (&mut exec).await.unwrap_err();
    assert_eq!((error.kind(), error.retryable()), (Kind::Timeout, Some(true)));
    drop(exec);
    node.quiet().await;
}

#[tokio::test]
async fn depth_grows_by_exec_and_not_by_spawn() {
    let node = node();
    let deep = |depth| Arc::new(CallContext { depth, ..Default::default() });
    let exec = node.processes.exec(Spawn { context: deep(4), ..node.plan("depth") }).unwrap();
    assert_eq!(text(exec.await), "Int(5)");
    let error = node.processes.exec(Spawn { context: deep(MAX_DEPTH), ..node.plan("depth") }).err().unwrap();
    assert_eq!((error.kind(), error.retryable()), (Kind::Unavailable, Some(false)));
    assert!(error.message().contains("app:depth"), "{error}");
    let watcher = node.spawn("wait");
    let plan = Spawn { context: deep(MAX_DEPTH), parent: Some(watcher), ..node.plan("echo") };
    node.processes.spawn(plan).unwrap();
    node.processes.terminate(watcher).unwrap();
    node.quiet().await;
}

#[tokio::test]
async fn a_host_stops_politely_then_by_force() {
    let node = node();
    let polite = node.exec("first", &[]);
    let stubborn: Vec<_> = ["wait", "loop"].map(|entry| node.exec(entry, &[])).into_iter().collect();
    tokio::task::yield_now().await;
    let deadline = node.clock.now().after(Duration::from_secs(10));
    let stop = node.host.stop(deadline);
    let (_, polite) = tokio::join!(
        async {
            stop.await;
            assert_eq!(node.clock.now(), deadline);
        },
        async {
            let polite = polite.await;
            node.time.advance(Duration::from_secs(10));
            polite
        }
    );
    assert_eq!(text(polite), format!("Text({SHUTDOWN:?})"));
    for exec in stubborn {
        assert_eq!(text(exec.await), format!("Canceled: {SHUTDOWN}"));
    }
    node.quiet().await;
    node.host.start();
    assert_eq!(text(node.exec("echo", &[1]).await), "Int(1)");
}

#[test]
fn a_host_for_one_refuses_the_second() {
    let admission = crate::Admission::new(1);
    let host = id("terminal");
    assert_eq!(admission.enter(&host).unwrap_err().message(), "host app:terminal does not run");
    admission.open();
    admission.enter(&host).unwrap();
    let busy = admission.enter(&host).unwrap_err();
    assert_eq!((busy.message(), busy.retryable()), ("host app:terminal runs a process already", Some(true)));
    admission.leave(None);
    admission.enter(&host).unwrap();
}
