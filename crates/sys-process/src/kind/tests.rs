//! Hosts through the registry: fields, changes, start and stop.

use super::*;
use core_events::Bus;
use core_registry::{ChangeSet, Entry};
use infra_app::Tasks;
use infra_base::{Data, Diagnostic, Error, Kind, Map};
use infra_clock::Rng;
use sys_entries::Entries;
use sys_services::Services;

struct World {
    entries: Entries,
    services: Services,
}

fn map(pairs: &[(&str, Data)]) -> Data {
    Data::Map(pairs.iter().map(|(k, v)| ((*k).into(), v.clone())).collect())
}

fn entry(data: Data) -> Entry {
    Entry { id: id(), kind: "process.host".into(), meta: Map::default(), data, origin: None }
}

fn id() -> EntryId {
    EntryId::parse("app:host").unwrap()
}

fn started(host: &[(&str, Data)]) -> Data {
    map(&[("host", map(host)), ("lifecycle", map(&[("auto_start", Data::Bool(true))]))])
}

async fn load(data: Data) -> Result<(World, Vec<Diagnostic>)> {
    let (clock, tasks, bus) = (Clock::system(), Tasks::default(), Bus::default());
    let topology = Topology::new(clock.clone());
    let services = Services::new(clock.clone(), Rng::seeded(1), bus.clone(), &tasks);
    let entries = Entries::new(services.clone(), bus, clock.clone(), tasks);
    entries.kind("sys.process", ProcessHosts { topology, cores: Cores::of_machine(), clock }).unwrap();
    let warnings = entries.load(vec![Arc::new(entry(data))]).await?;
    Ok((World { entries, services }, warnings))
}

impl World {
    fn host(&self) -> Arc<dyn ProcessHost> {
        self.entries.get::<dyn ProcessHost>(&id()).unwrap()
    }

    fn width(&self) -> Option<usize> {
        self.host().gate().unwrap().width()
    }

    async fn change(&self, data: Data) -> Result<()> {
        let old = self.entries.snapshot().get(&id()).unwrap().clone();
        let mut changes = ChangeSet::new();
        changes.update(old, entry(data));
        self.entries.apply(changes, "test").await.map(drop)
    }
}

fn text(error: &Error) -> String {
    error
        .diagnostics()
        .iter()
        .map(|d| d.message.clone())
        .chain([error.message().into()])
        .collect::<Vec<_>>()
        .join("; ")
}

#[tokio::test]
async fn nested_and_flat_names_are_the_same() {
    let nested = load(map(&[("host", map(&[("workers", Data::Int(1))]))])).await.unwrap();
    let flat = load(map(&[("workers", Data::Int(1))])).await.unwrap();
    // One worker is less than the cores of the machine, unless it has one.
    let expected = (std::thread::available_parallelism().unwrap().get() > 1).then_some(1);
    assert_eq!((nested.0.width(), flat.0.width()), (expected, expected));
    assert!(nested.1.is_empty() && flat.1.is_empty());
    let (plain, _) = load(Data::Null).await.unwrap();
    assert_eq!(plain.width(), None);
}

#[tokio::test]
async fn what_has_no_effect_is_a_warning_and_what_is_wrong_an_error() {
    let (_, warnings) = load(map(&[("queue_size", Data::Int(5))])).await.unwrap();
    assert_eq!(warnings.len(), 1);
    assert!(warnings[0].message.contains("queue_size"), "{}", warnings[0].message);
    for (workers, expected) in [(Data::Int(0), "workers"), (Data::text("many"), "workers")] {
        let error = load(map(&[("host", map(&[("workers", workers)]))])).await.err().unwrap();
        assert!(text(&error).contains(expected), "{}", text(&error));
    }
}

#[tokio::test]
async fn workers_change_in_place_and_the_rest_is_refused() {
    let (world, _) = load(started(&[])).await.unwrap();
    let before = world.host();
    before.accept(&mut Default::default()).unwrap();
    if std::thread::available_parallelism().unwrap().get() > 1 {
        world.change(started(&[("workers", Data::Int(1))])).await.unwrap();
        assert_eq!(before.gate().unwrap().width(), Some(1));
    }
    world.change(started(&[])).await.unwrap();
    assert_eq!(before.gate().unwrap().width(), None);
    assert!(Arc::ptr_eq(&before, &world.host()), "its processes live on");
    for (data, field) in [
        (started(&[("queue_size", Data::Int(7))]), "host.queue_size"),
        (started(&[("local_queue_size", Data::Int(7))]), "host.local_queue_size"),
        (map(&[("lifecycle", map(&[("auto_start", Data::Bool(false))]))]), "lifecycle"),
    ] {
        let error = world.change(data).await.unwrap_err();
        assert!(text(&error).contains(field), "{}", text(&error));
    }
    before.release(None);
}

#[tokio::test]
async fn the_supervisor_opens_and_closes_it() {
    let (world, _) = load(started(&[])).await.unwrap();
    let host = world.host();
    host.accept(&mut Default::default()).unwrap();
    let stop = world.services.shutdown();
    let release = async {
        while !host.is_stopping() {
            tokio::task::yield_now().await;
        }
        host.release(None);
    };
    let ((), ()) = tokio::join!(async { drop(stop.await) }, release);
    let closed = host.accept(&mut Default::default()).unwrap_err();
    assert_eq!((closed.kind(), closed.message()), (Kind::Unavailable, "host app:host does not run"));
}

#[tokio::test]
async fn a_node_that_wants_fewer_cores_narrows_hosts_when_they_start() {
    let clock = Clock::system();
    let (topology, cores) = (Topology::new(clock.clone()), Cores::new(4));
    let host = |workers| Host::new(id(), workers, cores.clone(), topology.clone(), clock.clone());
    let (free, narrow, wide) = (host(None), host(Some(1)), host(Some(3)));
    assert_eq!((cores.all(), cores.want(2), cores.wanted()), (4, 4, 2));
    let widths = || [&free, &narrow, &wide].map(|host| host.figures().workers);
    assert_eq!(widths(), [4, 1, 3], "those that run keep theirs");
    [&free, &narrow, &wide].into_iter().for_each(|host| host.start());
    assert_eq!(widths(), [2, 1, 2]);
    assert_eq!(cores.want(0), 2, "one is the least");
    assert_eq!(cores.want(9), 1);
    free.start();
    assert_eq!((free.figures().workers, free.gate().unwrap().width()), (4, None));
}
