//! Processes as a component: the directory over the registry, the engines, the kind `process.host`.

use crate::executor::{Executor, Executors, ExecutorsBuilder};
use crate::host::{Host, ProcessHost};
use crate::processes::{Directory, Processes};
use core_dispatch::BoxFuture;
use core_events::Bus;
use core_registry::Entry;
use core_relay::{Config as RelayConfig, Relay};
use infra_app::{Component, Tasks};
use infra_base::{Data, EntryId, Error, Map, Payload, Result};
use infra_clock::{Clock, Moment};
use parking_lot::Mutex;
use std::sync::Arc;
use sys_entries::{BuildCx, Change, Entries, EntryKind, FieldDoc, Fields, Offers, Service};
use sys_topology::{Fact, Topology};

/// Where engines register while components load; frozen when processes start.
#[derive(Default)]
pub struct Engines(Mutex<Option<ExecutorsBuilder>>);

impl Engines {
    fn open() -> Engines {
        Engines(Mutex::new(Some(ExecutorsBuilder::default())))
    }

    /// Registers the executor of an entry kind; a second one is refused with both owners' names.
    pub fn register(
        &self,
        owner: &'static str,
        kind: &'static str,
        executor: Arc<dyn Executor>,
    ) -> Result<()> {
        match self.0.lock().as_mut() {
            Some(builder) => builder.register(owner, kind, executor),
            None => Err(Error::internal(format!("component {owner} registers an engine after the start"))),
        }
    }

    fn freeze(&self) -> Result<Executors> {
        let builder = self.0.lock().take();
        builder.map(ExecutorsBuilder::freeze).ok_or_else(|| Error::internal("the engines are frozen already"))
    }
}

/// The registry as processes see it.
struct Registry(Entries);

impl Directory for Registry {
    fn entry(&self, id: &EntryId) -> Option<Arc<Entry>> {
        self.0.snapshot().get(id).cloned()
    }

    fn host(&self, id: &EntryId) -> Result<Arc<dyn ProcessHost>> {
        self.0.get::<dyn ProcessHost>(id).map_err(|error| match self.0.snapshot().get(id) {
            Some(entry) => Error::invalid(format!("{id} is a {}, which is no host of processes", entry.kind)),
            None => error.context("host"),
        })
    }
}

/// The component that provides [`Processes`], [`Topology`] and [`Engines`].
pub fn component() -> Component {
    let tasks = Tasks::default();
    Component::new("sys.process")
        .needs::<Entries>()
        .needs::<Clock>()
        .needs::<Bus>()
        .provides::<Processes>()
        .provides::<Topology>()
        .provides::<Engines>()
        .load(move |boot| async move {
            let (entries, clock) = (boot.get::<Entries>()?, boot.get::<Clock>()?);
            let topology = Topology::new((*clock).clone());
            let bus = boot.get::<Bus>()?;
            topology.observe(move |fact| publish(&bus, fact))?;
            let relay = Relay::new(topology.clone(), RelayConfig::default(), (*clock).clone(), &tasks);
            let directory = Arc::new(Registry((*entries).clone()));
            let processes = Processes::new(directory, topology.clone(), relay, (*clock).clone());
            entries
                .kind("sys.process", ProcessHosts { topology: topology.clone(), clock: (*clock).clone() })?;
            boot.provide(Arc::new(processes))?;
            boot.provide(topology)?;
            boot.provide(Arc::new(Engines::open()))
        })
        .start(|app| async move { app.get::<Processes>()?.install(app.get::<Engines>()?.freeze()?) })
}

/// `process.started` and `process.stopped`, for those who subscribed.
fn publish(bus: &Bus, fact: Fact<'_>) {
    let (kind, control) = match fact {
        Fact::Started { control, .. } => ("started", control),
        Fact::Stopped { control, .. } => ("stopped", control),
    };
    if !bus.wanted("process", kind) {
        return;
    }
    bus.publish("process", kind, &control.pid().to_string(), || {
        let mut data = Map::default();
        data.insert("entry".into(), Data::text(control.entry().as_str()));
        match fact {
            Fact::Started { parent: Some(parent), .. } => {
                data.insert("parent".into(), Data::text(parent.to_string()));
            }
            Fact::Stopped { exit, .. } => {
                if let Err(error) = &exit.result {
                    data.insert("error".into(), Data::text(error.message()));
                }
            }
            Fact::Started { .. } => {}
        }
        Some(Payload::Data(Data::Map(data)))
    });
}

/// The entry kind `process.host`.
struct ProcessHosts {
    topology: Arc<Topology>,
    clock: Clock,
}

/// A decoded host.
#[derive(PartialEq)]
struct HostConfig {
    workers: Option<usize>,
}

/// A host as the supervisor sees it.
struct HostService {
    host: Arc<Host>,
}

const MAX_WORKERS: usize = 4096;

impl EntryKind for ProcessHosts {
    const KIND: &'static str = "process.host";
    const DOC: &'static str = "A group of processes with limits, statistics and an orderly stop.";
    const FIELDS: &'static [FieldDoc] = &[
        FieldDoc {
            name: "host.workers",
            ty: "integer",
            default: "number of cores",
            doc: "Slices of its processes that run at once; below the number of cores it holds them back.",
        },
        FieldDoc {
            name: "host.queue_size",
            ty: "integer",
            default: "1024",
            doc: "Not needed: run queues grow as they must.",
        },
        FieldDoc {
            name: "host.local_queue_size",
            ty: "integer",
            default: "256",
            doc: "Not needed: run queues grow as they must.",
        },
    ];
    type Config = HostConfig;
    type Instance = HostService;

    fn decode(&self, fields: &mut Fields) -> Result<HostConfig> {
        // The flat names count where there is no `host` map.
        let prefix = if fields.has("host") { "host." } else { "" };
        let workers = format!("{prefix}workers");
        let workers = fields.has(&workers).then(|| fields.within(&workers, 1..=MAX_WORKERS, 1));
        for name in ["queue_size", "local_queue_size"] {
            let _: Option<u32> = fields.optional(&format!("{prefix}{name}"));
        }
        Ok(HostConfig { workers })
    }

    fn build<'a>(
        &'a self,
        cx: &'a BuildCx<'a>,
        config: Arc<HostConfig>,
    ) -> BoxFuture<'a, Result<HostService>> {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let host = Host::new(cx.id.clone(), config.workers, cores, self.topology.clone(), self.clock.clone());
        Box::pin(std::future::ready(Ok(HostService { host })))
    }

    fn offers(&self, _: &EntryId, service: &Arc<HostService>, offers: &mut Offers) {
        offers.add::<dyn ProcessHost>(service.host.clone());
        offers.service(service.clone());
    }

    /// Its processes live on while a new width is taken from the next start on.
    fn change(&self, old: &HostConfig, new: &HostConfig) -> Change {
        if old == new { Change::InPlace } else { Change::Refuse("host.workers") }
    }

    fn reconfigure(&self, _: &HostService, _: Arc<HostConfig>) {}
}

impl Service for HostService {
    fn start(&self) -> BoxFuture<'_, Result<()>> {
        self.host.start();
        Box::pin(std::future::ready(Ok(())))
    }

    fn stop(&self, deadline: Moment) -> BoxFuture<'_, Result<()>> {
        Box::pin(async move {
            self.host.stop(deadline).await;
            Ok(())
        })
    }
}
