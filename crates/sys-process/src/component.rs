//! Processes as a component: the directory over the registry, the engines, the kind `process.host`.

use crate::executor::{Executor, Executors, ExecutorsBuilder};
use crate::host::{Cores, ProcessHost};
use crate::kind::ProcessHosts;
use crate::processes::{Directory, Processes};
use core_events::Bus;
use core_registry::{Entry, Version};
use core_relay::{Config as RelayConfig, Relay};
use infra_app::{Component, Tasks};
use infra_base::{Data, EntryId, Error, Map, Payload, Result};
use infra_clock::Clock;
use parking_lot::Mutex;
use std::sync::Arc;
use sys_entries::Entries;
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
    fn version(&self) -> Version {
        self.0.version()
    }

    fn entry(&self, id: &EntryId) -> Option<Arc<Entry>> {
        self.0.entry(id)
    }

    fn host(&self, id: &EntryId) -> Result<Arc<dyn ProcessHost>> {
        self.0.get::<dyn ProcessHost>(id).map_err(|error| match self.0.entry(id) {
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
        .provides::<Cores>()
        .provides::<Engines>()
        .load(move |boot| async move {
            let (entries, clock) = (boot.get::<Entries>()?, boot.get::<Clock>()?);
            let topology = Topology::new((*clock).clone());
            let bus = boot.get::<Bus>()?;
            topology.observe(move |fact| publish(&bus, fact))?;
            let relay = Relay::new(topology.clone(), RelayConfig::default(), (*clock).clone(), &tasks);
            let directory = Arc::new(Registry((*entries).clone()));
            let processes = Processes::new(directory, topology.clone(), relay, (*clock).clone());
            let cores = Cores::of_machine();
            let hosts =
                ProcessHosts { topology: topology.clone(), cores: cores.clone(), clock: (*clock).clone() };
            entries.kind("sys.process", hosts)?;
            boot.provide(cores)?;
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

#[cfg(test)]
mod tests {
    use super::*;
    use core_events::{Delivery, Pattern};
    use core_sched::{Control, Exit};
    use infra_base::{Name, Pid};

    #[tokio::test]
    async fn starts_and_ends_are_events_for_those_who_ask() {
        let bus = Bus::default();
        let pid = Pid::draw(Name::intern("app:host"));
        let control = Control::new(pid, EntryId::parse("app:worker").unwrap());
        let exit = Exit { result: Err(Error::invalid("broken")) };
        let facts = [
            Fact::Started { control: &control, parent: Some(pid) },
            Fact::Stopped { control: &control, exit: &exit },
        ];
        facts.iter().for_each(|fact| publish(&bus, *fact));
        let mut events = bus.subscribe(Pattern::exact("process"), Pattern::parse("*").unwrap());
        facts.iter().for_each(|fact| publish(&bus, *fact));
        for (kind, key, value) in
            [("started", "parent", pid.to_string()), ("stopped", "error", "broken".into())]
        {
            let Some(Delivery::Event(event)) = events.recv().await else { panic!("no event") };
            let Some(Payload::Data(data)) = &event.data else { panic!("no data") };
            assert_eq!((&*event.kind, &*event.path), (kind, pid.to_string().as_str()));
            assert_eq!(data.get(&["entry"]).and_then(Data::as_str), Some("app:worker"));
            assert_eq!(data.get(&[key]).and_then(Data::as_str), Some(value.as_str()));
        }
    }
}
