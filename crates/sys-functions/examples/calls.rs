//! Prints what a call costs without an engine: inline, spawned, and sixteen deep.
//!
//! `cargo run --release -p sys-functions --example calls`

#![allow(clippy::print_stdout, reason = "it prints figures")]
#![allow(clippy::disallowed_methods, reason = "it measures wall time")]

use core_registry::{Entry, Version};
use core_relay::{Config, Relay};
use core_sched::{Body, BoxProcess, Exit, Process, Step, StepCx};
use infra_app::Tasks;
use infra_base::{Data, EntryId, Error, Payload, Result};
use infra_clock::{Clock, Rng};
use std::sync::{Arc, OnceLock};
use std::time::Instant;
use sys_functions::{Call, Functions};
use sys_process::{Directory, Executor, ExecutorsBuilder, Launch, ProcessHost, Processes};
use sys_topology::Topology;

#[global_allocator]
static ALLOCATOR: infra_alloc::Allocator = infra_alloc::Allocator;

/// One function, which calls itself as deep as its argument says.
struct Engine(OnceLock<Functions>);

struct Run {
    engine: Arc<Engine>,
    launch: Launch,
    started: bool,
}

impl Body for Run {
    type Done = Result<Payload>;

    fn step(&mut self, cx: &mut StepCx<'_, Result<Payload>>) -> Step {
        let depth = match self.launch.args.first() {
            Some(Payload::Data(Data::Int(depth))) => *depth,
            _ => 0,
        };
        if depth > 0 && !std::mem::replace(&mut self.started, true) {
            let mut call = call(self.launch.control.entry(), depth - 1, false);
            call.context = self.launch.frame.context.clone();
            cx.ops.start(self.engine.0.get().expect("set before any call").call(call));
        }
        match cx.ops.next_done() {
            None if depth > 0 => Step::Wait,
            Some(result) => Step::Done(Exit { result }),
            None => Step::Done(Exit { result: Ok(Payload::Data(Data::Null)) }),
        }
    }
}

struct Shared(Arc<Engine>);

impl Executor for Shared {
    fn launch(&self, _: &Arc<Entry>, launch: Launch) -> Result<BoxProcess> {
        let control = launch.control.clone();
        Ok(Box::new(Process::new(control, Box::new(Run { engine: self.0.clone(), launch, started: false }))))
    }
}

struct Shelf(Arc<Entry>);

impl Directory for Shelf {
    fn version(&self) -> Version {
        Version(0)
    }

    fn entry(&self, _: &EntryId) -> Option<Arc<Entry>> {
        Some(self.0.clone())
    }

    fn host(&self, id: &EntryId) -> Result<Arc<dyn ProcessHost>> {
        Err(Error::not_found(format!("host {id} not found")))
    }
}

fn call(id: &EntryId, depth: i64, spawned: bool) -> Call {
    let args = [Payload::Data(Data::Int(depth))].into_iter().collect();
    Call { args, spawned, ..Call::new(id.clone()) }
}

fn main() {
    let runtime = core_sched::runtime().worker_threads(2).build();
    runtime.expect("a runtime").block_on(async {
        // On a worker, as calls are made.
        tokio::spawn(measure()).await.expect("a figure does not panic");
    });
}

async fn measure() {
    let id = EntryId::parse("app:fn").expect("an id");
    let entry = Entry {
        id: id.clone(),
        kind: "function.test".into(),
        meta: Default::default(),
        data: Data::Null,
        origin: None,
    };
    let clock = Clock::system();
    let topology = Topology::new(clock.clone());
    let relay = Relay::new(topology.clone(), Config::default(), clock.clone(), &Tasks::default());
    let processes = Processes::new(Arc::new(Shelf(Arc::new(entry))), topology, relay, clock.clone());
    let engine = Arc::new(Engine(OnceLock::new()));
    let mut executors = ExecutorsBuilder::default();
    executors.register("figures", "function.test", Arc::new(Shared(engine.clone()))).expect("the only one");
    processes.install(executors.freeze()).expect("once");
    let functions = Functions::new(processes, clock, Rng::seeded(1), Vec::new());
    assert!(engine.0.set(functions.clone()).is_ok());
    for (name, depth, spawned, count) in [
        ("call, inline", 0, false, 1_000_000u32),
        ("call, spawned", 0, true, 300_000),
        ("call, 16 deep, each", 15, false, 60_000),
        ("call, 100 deep, each", 99, false, 10_000),
    ] {
        let start = Instant::now();
        for _ in 0..count {
            functions.call(call(&id, depth, spawned)).await.expect("it does not fail");
        }
        let each = start.elapsed().as_nanos() as f64 / f64::from(count) / (depth + 1) as f64;
        println!("{name:<21} {each:>7.0} ns");
    }
}
