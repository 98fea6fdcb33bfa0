//! Calls with an engine whose programs are closures: nesting, ends, limits, pools, tries, futures.

use super::{
    Arc, Clock, Context, Control, EntryId, Error, Exit, Functions, Future, Launch, Mutex, Payload, Pin,
    Processes, Result, Rng,
};
use crate::Retry;
use crate::call::Call;
use core_dispatch::Context as CallContext;
use core_registry::{Entry, Version};
use core_relay::{Config, Relay};
use core_sched::{Body, BoxProcess, Event, Mail, Operation, Process, Step, StepCx};
use infra_app::Tasks;
use infra_base::{Data, Kind, Map};
use infra_clock::SimControl;
use rustc_hash::FxHashMap;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;
use sys_process::{
    Cores, Directory, Executor, ExecutorsBuilder, GRACE, Host, MAX_DEPTH, ProcessHost, State, StateSlot,
};
use sys_topology::Topology;

type Program = fn(&mut Run, &mut StepCx<'_, Result<Payload>>) -> Step;

/// An engine: the name of the entry up to a dash picks the program.
#[derive(Default)]
struct Engine {
    functions: OnceLock<Functions>,
    /// Control blocks in the order of launch.
    launched: Mutex<Vec<Arc<Control>>>,
    alive: AtomicUsize,
    spawned: std::sync::atomic::AtomicBool,
}

struct Run {
    engine: Arc<Engine>,
    launch: Launch,
    program: Program,
    started: bool,
    found: Option<State>,
}

impl Body for Run {
    type Done = Result<Payload>;

    fn step(&mut self, cx: &mut StepCx<'_, Result<Payload>>) -> Step {
        (self.program)(self, cx)
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        self.engine.alive.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Run {
    fn arg(&self) -> i64 {
        match self.launch.args.first() {
            Some(Payload::Data(Data::Int(n))) => *n,
            _ => 0,
        }
    }

    /// Ends with one more than the state says, which it leaves.
    fn count(&mut self) -> Step {
        let Some(mut slot) = self.launch.slot.take() else { return done(Ok(int(0))) };
        let found = self.found.take().or_else(|| slot.take());
        let count = found.map_or(1, |state| *state.downcast::<i64>().unwrap() + 1);
        slot.leave(Box::new(count));
        done(Ok(int(count)))
    }

    /// Calls `target` once and ends with what `end` makes of the result.
    fn through(
        &mut self,
        cx: &mut StepCx<'_, Result<Payload>>,
        target: &str,
        arg: i64,
        end: impl Fn(Result<Payload>) -> Result<Payload>,
    ) -> Step {
        if !std::mem::replace(&mut self.started, true) {
            let args = [int(arg)].into_iter().collect();
            let context = self.launch.frame.context.clone();
            let spawned = self.engine.spawned.load(Ordering::SeqCst);
            let call = Call { args, context, spawned, ..Call::new(id(target)) };
            let operation: Operation<_> = self.engine.functions.get().unwrap().call(call);
            cx.ops.start(operation);
        }
        cx.ops.next_done().map_or(Step::Wait, |result| Step::Done(Exit { result: end(result) }))
    }
}

struct Shared(Arc<Engine>);

impl Executor for Shared {
    fn launch(&self, entry: &Arc<Entry>, launch: Launch) -> Result<BoxProcess> {
        let program: Program = match entry.id.name().split('-').next().unwrap() {
            "echo" => |run, _| done(Ok(int(run.arg()))),
            "fail" => |_, _| done(Err(Error::new(Kind::Unknown, "plain"))),
            "shaky" => |_, _| done(Err(Error::unavailable("not now"))),
            "invalid" => |_, _| done(Err(Error::new(Kind::Invalid, "never"))),
            "wait" => |_, _| Step::Wait,
            "polite" => |_, cx| match cx.mail.next() {
                Some(Mail::Event(event)) if matches!(*event, Event::Cancel { .. }) => done(Ok(int(1))),
                _ => Step::Wait,
            },
            "loop" => |_, cx| {
                *cx.fuel = 0;
                Step::Continue
            },
            "deadline" => {
                |run, _| done(Ok(int(run.launch.frame.context.deadline.map_or(-1, |m| m.0 as i64))))
            }
            // n + (n-1) + … by calling itself.
            "sum" => |run, cx| match run.arg() {
                0 => done(Ok(int(0))),
                n => run.through(cx, "sum", n - 1, |r| r.map(|r| int(number(&r) + n))),
            },
            // Itself n deep, then waits.
            "chain" => |run, cx| match run.arg() {
                0 => Step::Wait,
                n => run.through(cx, "chain", n - 1, |r| r),
            },
            "self" => |run, cx| match run.arg() {
                0 => done(Ok(int(0))),
                n => run.through(cx, "self-inline", n - 1, |r| r),
            },
            "front" => |run, cx| run.through(cx, "wait-inline", 0, |r| r),
            // Counts in the state that it finds; waits in between if it is told to.
            "keep" => |run, _| match run.arg() {
                0 => run.count(),
                _ if std::mem::replace(&mut run.started, true) => run.count(),
                _ => {
                    let slot = run.launch.slot.as_mut();
                    run.found = slot.and_then(StateSlot::take);
                    Step::Wait
                }
            },
            // Calls itself before it counts.
            "twice" => |run, cx| match run.arg() {
                0 => run.count(),
                _ => run.through(cx, "twice-inline", 0, |r| r),
            },
            other => unreachable!("{other}"),
        };
        let engine = self.0.clone();
        engine.launched.lock().push(launch.control.clone());
        engine.alive.fetch_add(1, Ordering::SeqCst);
        let control = launch.control.clone();
        let run = Run { engine, launch, program, started: false, found: None };
        Ok(Box::new(Process::new(control, Box::new(run))))
    }
}

fn done(result: Result<Payload>) -> Step {
    Step::Done(Exit { result })
}

fn int(n: i64) -> Payload {
    Payload::Data(Data::Int(n))
}

fn number(payload: &Payload) -> i64 {
    match payload {
        Payload::Data(Data::Int(n)) => *n,
        other => panic!("a number expected, got {other:?}"),
    }
}

struct Shelf {
    entries: Mutex<FxHashMap<EntryId, Arc<Entry>>>,
    version: AtomicU64,
    host: Arc<Host>,
}

impl Directory for Shelf {
    fn version(&self) -> Version {
        Version(self.version.load(Ordering::Acquire))
    }

    fn entry(&self, id: &EntryId) -> Option<Arc<Entry>> {
        self.entries.lock().get(id).cloned()
    }

    fn host(&self, id: &EntryId) -> Result<Arc<dyn ProcessHost>> {
        assert_eq!(id.as_str(), "app:host");
        Ok(self.host.clone())
    }
}

struct Node {
    functions: Functions,
    engine: Arc<Engine>,
    shelf: Arc<Shelf>,
    time: SimControl,
    clock: Clock,
}

fn id(name: &str) -> EntryId {
    EntryId::new("app", name).unwrap()
}

fn map(pairs: &[(&str, Data)]) -> Data {
    Data::Map(pairs.iter().map(|(k, v)| ((*k).into(), v.clone())).collect())
}

fn node() -> Node {
    let (clock, time) = Clock::simulated();
    let topology = Topology::new(clock.clone());
    let host = Host::new(id("host"), None, Cores::new(2), topology.clone(), clock.clone());
    host.start();
    let shelf = Arc::new(Shelf { entries: Mutex::default(), version: AtomicU64::new(0), host });
    let relay = Relay::new(topology.clone(), Config::default(), clock.clone(), &Tasks::default());
    let processes = Processes::new(shelf.clone(), topology, relay, clock.clone());
    let engine = Arc::new(Engine::default());
    let mut executors = ExecutorsBuilder::default();
    for kind in ["function.test", "process.test"] {
        executors.register("engine.test", kind, Arc::new(Shared(engine.clone()))).unwrap();
    }
    processes.install(executors.freeze()).unwrap();
    let functions = Functions::new(processes, clock.clone(), Rng::seeded(1), Vec::new());
    assert!(engine.functions.set(functions.clone()).is_ok());
    let node = Node { functions, engine, shelf, time, clock };
    for name in
        ["echo", "fail", "shaky", "invalid", "wait", "polite", "loop", "deadline", "sum", "chain", "front"]
    {
        node.put(name, "function.test", Map::default(), Data::Null);
    }
    for name in ["self-inline", "wait-inline", "keep-inline", "twice-inline"] {
        node.put(
            name,
            "function.test",
            Map::default(),
            map(&[("pool", map(&[("type", Data::text("inline"))]))]),
        );
    }
    node
}

impl Node {
    fn remove(&self, name: &str) {
        self.shelf.entries.lock().remove(&id(name));
        self.shelf.version.fetch_add(1, Ordering::Release);
    }

    fn put(&self, name: &str, kind: &str, meta: Map, data: Data) {
        let entry = Entry { id: id(name), kind: kind.into(), meta, data, origin: None };
        self.shelf.entries.lock().insert(id(name), Arc::new(entry));
        self.shelf.version.fetch_add(1, Ordering::Release);
    }

    fn options(&self, name: &str, options: &[(&str, Data)]) {
        let meta = [("options".into(), map(options))].into_iter().collect();
        self.put(name, "function.test", meta, Data::Null);
    }

    fn plan(&self, name: &str, arg: i64) -> Call {
        Call { args: [int(arg)].into_iter().collect(), ..Call::new(id(name)) }
    }

    async fn call(&self, name: &str, arg: i64) -> Result<i64> {
        self.functions.call(self.plan(name, arg)).await.map(|p| number(&p))
    }

    /// Lets everything run that can.
    async fn settle(&self) {
        for _ in 0..20 {
            tokio::task::yield_now().await;
        }
    }

    async fn quiet(&self) {
        self.functions.0.processes.scheduler().idle().await;
        assert_eq!(self.engine.alive.load(Ordering::SeqCst), 0);
    }
}

fn pending<T>(future: &mut (impl Future<Output = T> + Unpin)) -> bool {
    Pin::new(future).poll(&mut Context::from_waker(std::task::Waker::noop())).is_pending()
}

#[tokio::test]
async fn values_and_errors_come_back() {
    let node = node();
    assert_eq!(node.call("echo", 5).await.unwrap(), 5);
    let error = node.call("fail", 0).await.unwrap_err();
    assert_eq!((error.kind(), error.cause().map(Error::kind)), (Kind::Internal, Some(Kind::Unknown)));
}

#[tokio::test]
async fn what_cannot_be_called_says_why() {
    let node = node();
    node.put("page", "http.endpoint", Map::default(), Data::Null);
    node.put("other", "function.other", Map::default(), Data::Null);
    node.put("homeless", "process.test", Map::default(), Data::Null);
    node.put("pool", "function.test", Map::default(), map(&[("pool", map(&[("size", Data::text("big"))]))]));
    node.options("tries", &[("retry", map(&[("max_attempts", Data::Int(0))]))]);
    for (name, kind, message) in [
        ("none", Kind::NotFound, "function app:none not found"),
        (
            "page",
            Kind::Invalid,
            "entry app:page is a http.endpoint, which cannot be called (function.*, or process.* with a default_host expected)",
        ),
        ("other", Kind::Invalid, "entry app:other is a function.other, which no engine of this node runs"),
        (
            "homeless",
            Kind::Invalid,
            "entry app:homeless is a process.test without default_host in meta.options, so it cannot be called",
        ),
        (
            "pool",
            Kind::Invalid,
            "call of app:pool: pool.size: a whole number from 0 to 1000000 expected, got \"big\"",
        ),
        (
            "tries",
            Kind::Invalid,
            "call of app:tries: meta.options.retry.max_attempts: a whole number from 1 to 1000000 expected, got 0",
        ),
    ] {
        let error = node.call(name, 0).await.unwrap_err();
        assert_eq!((error.kind(), error.message()), (kind, message));
    }
}

#[tokio::test]
async fn inline_and_spawned_give_the_same_at_any_depth() {
    let node = node();
    for spawned in [false, true] {
        node.engine.spawned.store(spawned, Ordering::SeqCst);
        for depth in [0, 1, 15, 16, 17, 40, 999] {
            assert_eq!(node.call("sum", depth).await.unwrap(), depth * (depth + 1) / 2, "{depth} {spawned}");
        }
        let error = node.call("sum", 1_000).await.unwrap_err();
        assert_eq!((error.kind(), error.retryable()), (Kind::Unavailable, Some(false)));
        assert_eq!(
            error.message(),
            format!("call of app:sum: {MAX_DEPTH} calls are above one another already")
        );
        node.quiet().await;
    }
}

#[tokio::test]
async fn a_kill_at_each_level_ends_what_is_below_and_tells_what_is_above() {
    let node = node();
    for spawned in [false, true] {
        node.engine.spawned.store(spawned, Ordering::SeqCst);
        for victim in 0..20 {
            node.engine.launched.lock().clear();
            let mut call = node.functions.call(node.plan("chain", 19));
            assert!(pending(&mut call));
            node.settle().await;
            let launched = node.engine.launched.lock().clone();
            assert_eq!(launched.len(), 20);
            launched[victim].kill(Error::canceled("enough"));
            assert_eq!(call.await.unwrap_err().message(), "enough");
            node.quiet().await;
            assert!(launched.iter().all(|c| c.has_ended()));
        }
    }
}

#[tokio::test]
async fn a_caller_that_goes_takes_its_callees_along() {
    let node = node();
    for spawned in [false, true] {
        node.engine.spawned.store(spawned, Ordering::SeqCst);
        let mut call = node.functions.call(node.plan("chain", 30));
        assert!(pending(&mut call));
        node.settle().await;
        drop(call);
        node.quiet().await;
    }
}

#[tokio::test]
async fn a_timeout_ends_waiting_and_busy_calls() {
    let node = node();
    for name in ["wait", "loop"] {
        let timeout = Some(Duration::from_millis(500));
        let mut call = node.functions.call(Call { timeout, ..node.plan(name, 0) });
        assert!(pending(&mut call));
        node.time.advance(Duration::from_millis(499));
        node.settle().await;
        assert!(pending(&mut call));
        node.time.advance(Duration::from_millis(1));
        let error = call.await.unwrap_err();
        assert_eq!((error.kind(), error.retryable()), (Kind::Timeout, Some(true)));
        assert_eq!(error.message(), format!("call of app:{name}: no result in time"));
        node.quiet().await;
    }
}

#[tokio::test]
async fn the_earlier_of_deadline_and_timeout_is_inherited() {
    let node = node();
    for (deadline, timeout, expected) in
        [(None, None, -1), (Some(10), None, 10), (Some(10), Some(4), 4), (Some(3), Some(9), 3)]
    {
        let context = CallContext { deadline: deadline.map(infra_clock::Moment), ..Default::default() };
        let timeout = timeout.map(Duration::from_nanos);
        let call = Call { context: Arc::new(context), timeout, ..node.plan("deadline", 0) };
        assert_eq!(number(&node.functions.call(call).await.unwrap()), expected);
    }
}

#[tokio::test]
async fn tries_wait_longer_each_time_and_end() {
    let node = node();
    let retry = |n| {
        map(&[("max_attempts", Data::Int(n)), ("initial_delay", Data::Int(100)), ("jitter", Data::Int(0))])
    };
    node.options("shaky", &[("retry", retry(3))]);
    let mut call = node.functions.call(node.plan("shaky", 0));
    for (wait, launched) in [(0, 1), (99, 1), (1, 2), (199, 2), (1, 3)] {
        node.time.advance(Duration::from_millis(wait));
        let _ = pending(&mut call);
        assert_eq!(node.engine.launched.lock().len(), launched);
        if launched == 3 {
            break;
        }
    }
    // The third was the last: its result was the end of the call.
    assert_eq!(node.engine.launched.lock().len(), 3);
    node.quiet().await;
}

#[tokio::test]
async fn only_what_may_succeed_is_tried_again() {
    let node = node();
    let three = Retry { max_attempts: 3, initial_delay: Duration::ZERO, ..Default::default() };
    let retry = Some(three.clone());
    let launched = || std::mem::take(&mut *node.engine.launched.lock()).len();
    for (name, expected) in [("echo", 1), ("invalid", 1), ("fail", 1), ("shaky", 3)] {
        let _ = node.functions.call(Call { retry: retry.clone(), ..node.plan(name, 0) }).await;
        assert_eq!(launched(), expected, "{name}");
    }
    // The call's options win over the entry's.
    node.options(
        "shaky",
        &[("retry", map(&[("max_attempts", Data::Int(9)), ("initial_delay", Data::Int(0))]))],
    );
    let _ = node.functions.call(Call { retry: retry.clone(), ..node.plan("shaky", 0) }).await;
    assert_eq!(launched(), 3);
    // What was put into the first try's own slots is gone with it.
    let mut once = Call { retry: retry.clone(), ..node.plan("shaky", 0) };
    once.own.put(1u8);
    let _ = node.functions.call(once).await;
    assert_eq!(launched(), 1);
    // No try begins after the end of the call.
    let slow = Retry { initial_delay: Duration::from_secs(5), ..three };
    let call = Call { retry: Some(slow), timeout: Some(Duration::from_secs(1)), ..node.plan("shaky", 0) };
    assert_eq!(node.functions.call(call).await.unwrap_err().message(), "not now");
    assert_eq!(launched(), 1);
}

#[tokio::test]
async fn a_pool_runs_its_size_at_once_and_the_rest_in_turn() {
    let node = node();
    let pool = |pairs: &[(&str, Data)]| map(&[("pool", map(pairs))]);
    node.put("wait", "function.test", Map::default(), pool(&[("max_size", Data::Int(2))]));
    let mut calls: Vec<_> = (0..5).map(|_| node.functions.call(node.plan("wait", 0))).collect();
    for call in &mut calls {
        assert!(pending(call));
    }
    let alive = || node.engine.alive.load(Ordering::SeqCst);
    assert_eq!(alive(), 2);
    drop(calls.remove(0));
    assert!(calls.iter_mut().all(pending));
    assert_eq!((alive(), node.engine.launched.lock().len()), (2, 3));
    drop(calls);
    node.quiet().await;
    // A static pool refuses what does not fit into its buffer.
    let sizes = [("size", Data::Int(1)), ("buffer", Data::Int(1))];
    node.put("wait", "function.test", Map::default(), pool(&sizes));
    let mut calls: Vec<_> = (0..2).map(|_| node.functions.call(node.plan("wait", 0))).collect();
    assert!(calls.iter_mut().all(pending));
    let error = node.call("wait", 0).await.unwrap_err();
    assert_eq!((error.kind(), error.retryable()), (Kind::Unavailable, Some(true)));
    assert!(error.message().starts_with("call of app:wait: its pool is full (1 calls run)"), "{error}");
    // A call that may not wait for ever does not.
    drop(calls.pop());
    let timeout = Some(Duration::from_secs(1));
    let mut late = node.functions.call(Call { timeout, ..node.plan("wait", 0) });
    assert!(pending(&mut late));
    node.time.advance(Duration::from_secs(1));
    assert_eq!(late.await.unwrap_err().kind(), Kind::Timeout);
}

#[tokio::test]
async fn nested_calls_do_not_stand_still() {
    let node = node();
    // Deeper than the default pool is wide: outside callers hold the places, nested ones pass.
    assert_eq!(node.call("sum", 40).await.unwrap(), 820);
    // Within itself even a pool of one passes.
    assert_eq!(node.call("self-inline", 5).await.unwrap(), 0);
    // Another's full pool of one is an error after a while.
    let mut holder = node.functions.call(node.plan("wait-inline", 0));
    assert!(pending(&mut holder));
    let mut front = node.functions.call(node.plan("front", 0));
    assert!(pending(&mut front));
    node.time.advance(crate::pool::NESTED_WAIT);
    let error = front.await.unwrap_err();
    assert_eq!((error.kind(), error.retryable()), (Kind::Unavailable, Some(true)));
    assert!(error.message().contains("app:wait-inline"), "{error}");
}

#[tokio::test]
async fn pools_but_lazy_ones_keep_what_a_call_leaves() {
    let node = node();
    let pool = |pairs: &[(&str, Data)]| map(&[("pool", map(pairs))]);
    node.put("keep-lazy", "function.test", Map::default(), pool(&[("max_size", Data::Int(2))]));
    node.put("keep-two", "function.test", Map::default(), pool(&[("workers", Data::Int(2))]));
    node.put("keep-adaptive", "function.test", Map::default(), pool(&[("type", Data::text("adaptive"))]));
    for (name, counts) in [
        ("keep-lazy", [0, 0, 0]),
        ("keep-inline", [1, 2, 3]),
        ("keep-two", [1, 2, 3]),
        ("keep-adaptive", [1, 2, 3]),
    ] {
        for count in counts {
            assert_eq!(node.call(name, 0).await.unwrap(), count, "{name}");
        }
    }
    // A call that is ended takes its state along, whether it was given one or not.
    let mut held = node.functions.call(node.plan("keep-two", 1));
    assert!(pending(&mut held));
    assert_eq!(node.call("keep-two", 0).await.unwrap(), 1, "the other place has a state of its own");
    drop(held);
    assert_eq!(node.call("keep-two", 0).await.unwrap(), 2);
    // A call within itself passes, with a state that nobody keeps.
    assert_eq!(node.call("twice-inline", 0).await.unwrap(), 1);
    assert_eq!(node.call("twice-inline", 1).await.unwrap(), 0);
    // A changed entry begins anew.
    node.put("keep-two", "function.test", Map::default(), pool(&[("workers", Data::Int(2))]));
    assert_eq!(node.call("keep-two", 0).await.unwrap(), 1);
}

#[tokio::test]
async fn an_adaptive_pool_drops_states_that_it_does_not_use() {
    let node = node();
    let pool = map(&[("pool", map(&[("type", Data::text("adaptive"))]))]);
    node.put("keep-adaptive", "function.test", Map::default(), pool);
    let wait = Duration::from_secs(20);
    assert_eq!(node.call("keep-adaptive", 0).await.unwrap(), 1);
    node.settle().await;
    node.time.advance(wait);
    node.settle().await;
    assert_eq!(node.call("keep-adaptive", 0).await.unwrap(), 2, "used within 30 s");
    node.settle().await;
    node.time.advance(wait);
    node.settle().await;
    assert_eq!(
        node.call("keep-adaptive", 0).await.unwrap(),
        3,
        "30 s after the first use, but not after the last"
    );
    for _ in 0..2 {
        node.settle().await;
        node.time.advance(wait);
    }
    node.settle().await;
    assert_eq!(node.call("keep-adaptive", 0).await.unwrap(), 1);
    // Others keep them.
    assert_eq!(node.call("keep-inline", 0).await.unwrap(), 1);
    node.time.advance(Duration::from_secs(3_600));
    node.settle().await;
    assert_eq!(node.call("keep-inline", 0).await.unwrap(), 2);
}

#[tokio::test]
async fn states_of_changed_functions_go_with_the_next_look() {
    let node = node();
    for name in ["keep-inline", "twice-inline"] {
        node.call(name, 0).await.unwrap();
    }
    let known = || node.functions.0.known.pin().len();
    assert_eq!(known(), 2);
    node.remove("twice-inline");
    let pool = map(&[("pool", map(&[("type", Data::text("inline"))]))]);
    node.put("keep-inline", "function.test", Map::default(), pool);
    assert_eq!(node.call("keep-inline", 0).await.unwrap(), 1);
    assert_eq!(known(), 1, "the one that was removed is forgotten, too");
}

#[tokio::test]
async fn a_changed_entry_is_read_anew_and_running_calls_stay() {
    let node = node();
    node.put("wait", "function.test", Map::default(), map(&[("pool", map(&[("size", Data::Int(1))]))]));
    let mut old = node.functions.call(node.plan("wait", 0));
    assert!(pending(&mut old));
    node.put("wait", "function.test", Map::default(), Data::Null);
    let mut new = node.functions.call(node.plan("wait", 0));
    assert!(pending(&mut new) && pending(&mut old));
    assert_eq!(node.engine.alive.load(Ordering::SeqCst), 2);
    node.remove("wait");
    assert_eq!(node.call("wait", 0).await.unwrap_err().kind(), Kind::NotFound);
    assert!(pending(&mut old));
}

#[tokio::test]
async fn a_future_keeps_its_result() {
    let node = node();
    let (handle, running) = node.functions.start_async(node.plan("echo", 8));
    assert!(!handle.is_complete() && handle.result().is_none());
    running.await;
    for _ in 0..2 {
        assert_eq!(number(&handle.result().unwrap().unwrap()), 8);
    }
    assert!(handle.is_complete() && !handle.is_canceled() && !handle.cancel("late"));
    let (missing, running) = node.functions.start_async(node.plan("none", 0));
    running.await;
    assert_eq!(missing.result().unwrap().unwrap_err().kind(), Kind::NotFound);
}

#[tokio::test]
async fn cancel_reaches_the_callee_and_escalates() {
    let node = node();
    let (polite, running) = node.functions.start_async(node.plan("polite", 0));
    node.settle().await;
    assert!(polite.cancel("enough"));
    running.await;
    node.quiet().await;
    assert!(polite.is_canceled());
    assert_eq!(polite.result().unwrap().unwrap_err().kind(), Kind::Canceled);
    for name in ["wait", "loop"] {
        let (stubborn, running) = node.functions.start_async(node.plan(name, 0));
        node.settle().await;
        assert!(stubborn.cancel("enough") && !stubborn.cancel("again"));
        running.await;
        node.settle().await;
        assert_eq!(node.engine.alive.load(Ordering::SeqCst), 1);
        node.time.advance(GRACE);
        node.quiet().await;
    }
    // Nobody to ask: it waits for a place.
    let mut holder = node.functions.call(node.plan("wait-inline", 0));
    assert!(pending(&mut holder));
    let (queued, running) = node.functions.start_async(node.plan("wait-inline", 0));
    node.settle().await;
    assert!(queued.cancel("enough"));
    running.await;
    node.functions.0.processes.scheduler().idle().await;
    assert_eq!(node.engine.alive.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn an_unwatched_future_ends_with_its_caller() {
    let node = node();
    let (handle, running) = node.functions.start_async(node.plan("wait", 0));
    node.settle().await;
    drop(running);
    node.quiet().await;
    assert_eq!(handle.result().unwrap().unwrap_err().message(), "caller gone");
}

#[tokio::test]
async fn a_process_with_a_default_host_is_callable() {
    let node = node();
    let host = Data::text("host");
    let meta = |pairs: &[(&str, Data)]| pairs.iter().map(|(k, v)| ((*k).into(), v.clone())).collect::<Map>();
    node.put(
        "echo-1",
        "process.test",
        meta(&[("options", map(&[("default_host", host.clone())]))]),
        Data::Null,
    );
    node.put("echo-2", "process.test", meta(&[("default_host", Data::text("app:host"))]), Data::Null);
    node.put(
        "echo-3",
        "process.test",
        Map::default(),
        map(&[("options", map(&[("default_host", host.clone())]))]),
    );
    node.put("polite-1", "process.test", meta(&[("default_host", host)]), Data::Null);
    for name in ["echo-1", "echo-2", "echo-3"] {
        assert_eq!(node.call(name, 4).await.unwrap(), 4);
    }
    assert_eq!(node.shelf.host.figures().completed, 3);
    let mut dropped = node.functions.call(node.plan("polite-1", 0));
    assert!(pending(&mut dropped));
    node.settle().await;
    drop(dropped);
    node.quiet().await;
    let (handle, running) = node.functions.start_async(node.plan("polite-1", 0));
    node.settle().await;
    assert!(handle.cancel("enough"));
    running.await;
    node.quiet().await;
    assert_eq!(node.clock.now(), infra_clock::Moment(0));
}
