//! The handle to the registry at run time: kinds while components load, lookups, changes.

use crate::commit::Writer;
use crate::erased::{KindDoc, Row, Setup};
use crate::kind::EntryKind;
use crate::live::{World, offer, offered};
use crate::placeholder::EnvLookup;
use arc_swap::ArcSwap;
use core_events::Bus;
use core_registry::{ChangeSet, Entry, History, Snapshot, Timeline, Version};
use infra_app::{Component, Tasks};
use infra_base::{Diagnostic, EntryId, Error, Result};
use infra_clock::Clock;
use parking_lot::Mutex;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use sys_services::Services;
use tokio::sync::oneshot;

/// The registry with everything that lives in it; cheap to clone.
#[derive(Clone)]
pub struct Entries(Arc<Shared>);

pub(crate) struct Shared {
    pub(crate) world: ArcSwap<World>,
    /// The version of `world`, or for a moment the one before: what needs no more does not take hold of a world.
    pub(crate) version: AtomicU64,
    pub(crate) services: Services,
    pub(crate) bus: Bus,
    pub(crate) clock: Clock,
    tasks: Tasks,
    /// `None` once entries are loaded.
    setup: Mutex<Option<Setup>>,
    /// The one writer; a task holds it for the length of a change.
    writer: tokio::sync::Mutex<Option<Writer>>,
    docs: Mutex<Vec<KindDoc>>,
}

impl Shared {
    /// Swaps the world. Its version is known behind that, so that whoever knows it sees the world.
    pub(crate) fn publish(&self, world: Arc<World>) {
        let version = world.snapshot.version();
        self.world.store(world);
        self.version.store(version.0, Ordering::Release);
    }
}

impl Entries {
    /// A registry without entries. Changes run in `tasks`, so that they end even if whoever asked for them does not wait.
    pub fn new(services: Services, bus: Bus, clock: Clock, tasks: Tasks) -> Entries {
        Entries(Arc::new(Shared {
            world: ArcSwap::default(),
            version: AtomicU64::new(0),
            services,
            bus,
            clock,
            tasks,
            setup: Mutex::new(Some(Setup::default())),
            writer: tokio::sync::Mutex::new(None),
            docs: Mutex::default(),
        }))
    }

    fn setup(&self, owner: &str, edit: impl FnOnce(&mut Setup) -> Result<()>) -> Result<()> {
        match self.0.setup.lock().as_mut() {
            Some(setup) => edit(setup),
            None => Err(Error::internal(format!("component {owner} registers after the entries are loaded"))),
        }
    }

    /// Registers a kind; only while components load. A second one of the same text is refused with both owners' names.
    pub fn kind<K: EntryKind>(&self, owner: &'static str, kind: K) -> Result<()> {
        let behaviour: Option<Box<dyn crate::erased::AnyKind>> = Some(Box::new(kind));
        let follows = K::FOLLOWS_REFERENCES;
        self.setup(owner, |setup| {
            setup.add(K::KIND, Row { owner, doc: K::DOC, fields: K::FIELDS, follows, behaviour })
        })
    }

    /// Registers a kind that carries data only: accepted and kept, nothing is built or checked.
    pub fn inert(&self, owner: &'static str, kind: &'static str, doc: &'static str) -> Result<()> {
        self.setup(owner, |setup| {
            setup.add(kind, Row { owner, doc, fields: &[], follows: false, behaviour: None })
        })
    }

    /// Registers where placeholders find variables; only while components load, only one.
    pub fn env(&self, owner: &'static str, env: Arc<dyn EnvLookup>) -> Result<()> {
        self.setup(owner, |setup| match setup.env.replace((owner, env)) {
            None => Ok(()),
            Some((first, _)) => Err(Error::internal(format!(
                "components {first} and {owner} both register environment variables"
            ))),
        })
    }

    /// Registers where versions are kept (memory by default); only while components load, only one.
    pub fn history(&self, owner: &'static str, history: Arc<dyn History>) -> Result<()> {
        self.setup(owner, |setup| match setup.history.replace((owner, history)) {
            None => Ok(()),
            Some((first, _)) => {
                Err(Error::internal(format!("components {first} and {owner} both register a history")))
            }
        })
    }

    /// The kinds that are registered, by name, for the reference pages.
    pub fn kinds(&self) -> Vec<KindDoc> {
        match &*self.0.setup.lock() {
            Some(setup) => docs(setup),
            None => self.0.docs.lock().clone(),
        }
    }

    /// The registry at this moment.
    pub fn snapshot(&self) -> Snapshot {
        self.0.world.load().snapshot.clone()
    }

    /// The version at this moment: one load. What is looked up afterwards is as new as that, or newer.
    pub fn version(&self) -> Version {
        Version(self.0.version.load(Ordering::Acquire))
    }

    /// The entry of `id` at this moment.
    pub fn entry(&self, id: &EntryId) -> Option<Arc<Entry>> {
        self.0.world.load().snapshot.get(id).cloned()
    }

    /// What the entry offers as a `T`, without a lock: `entries.get::<dyn Store>(&id)`. Handles keep the id, not the
    /// answer: after a change of the entry the next lookup gives the new instance. `NotFound` without such an entry,
    /// `Invalid` when it is something else.
    pub fn get<T: ?Sized + Send + Sync + 'static>(&self, id: &EntryId) -> Result<Arc<T>> {
        let world = self.0.world.load();
        offered(&world.live, &world.snapshot, id)
    }

    /// Every entry that offers a `T`, by id, with what it offers.
    pub fn all<T: ?Sized + Send + Sync + 'static>(&self) -> Vec<(EntryId, Arc<T>)> {
        let world = self.0.world.load();
        let entries = world.snapshot.entries().iter();
        entries.filter_map(|entry| Some((entry.id.clone(), offer(&world.live, &entry.id)?))).collect()
    }

    /// Phase 4 of the boot: replays the stored history on `baseline` (version 0), builds everything, starts the services
    /// that start by themselves. Once only. Returns warnings (unknown fields …) with their places; the error carries the
    /// mistakes of all entries.
    pub async fn load(&self, baseline: Vec<Arc<Entry>>) -> Result<Vec<Diagnostic>> {
        let setup = self.0.setup.lock().take();
        let setup = setup.ok_or_else(|| Error::internal("entries are loaded already"))?;
        *self.0.docs.lock() = docs(&setup);
        let shared = self.0.clone();
        let warnings = self
            .run(async move {
                let mut slot = shared.writer.lock().await;
                let (writer, warnings) = Writer::load(&shared, setup, baseline).await?;
                *slot = Some(writer);
                Ok(warnings)
            })
            .await?;
        self.0.services.start_all().await?;
        Ok(warnings)
    }

    /// Applies a changeset: all of it or nothing. `who` is the actor id or "boot". Returns when no new lookup meets the old
    /// instances and every service that it concerns has started, failed to, or stopped. Once begun it ends, also when the
    /// future is dropped. Errors: `Invalid` for an empty set or a refused entry (with diagnostics of all), `AlreadyExists`,
    /// `NotFound`, `Conflict` for deleting what others refer to.
    pub async fn apply(&self, changes: ChangeSet, who: &str) -> Result<Version> {
        let (shared, who) = (self.0.clone(), who.into());
        self.run(async move {
            let (version, settled) = {
                let mut slot = shared.writer.lock().await;
                let writer = slot.as_mut().ok_or_else(not_loaded)?;
                writer.apply(&shared, changes, who).await?
            };
            // Without the writer: a service that starts may itself change the registry.
            let reverted = settled.await;
            if !reverted.is_empty() {
                let _writer = shared.writer.lock().await;
                crate::commit::revert(&shared, reverted);
            }
            Ok(version)
        })
        .await
    }

    /// The versions that history keeps, on the baseline. Reads the history, which may block.
    pub async fn timeline(&self) -> Result<Timeline> {
        let shared = self.0.clone();
        self.run(async move {
            let slot = shared.writer.lock().await;
            slot.as_ref().ok_or_else(not_loaded)?.timeline().await
        })
        .await
    }

    /// Goes to another version by applying what lies between as a new version. `NotFound` for one that is not kept;
    /// `Invalid` for the present one.
    pub async fn apply_version(&self, version: Version, who: &str) -> Result<Version> {
        let now = self.snapshot();
        let then = self.timeline().await?.snapshot_at(version)?;
        self.apply(ChangeSet::delta(&now, &then), who).await
    }

    /// Runs `work` to its end in a task of its own.
    async fn run<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T>> + Send + 'static,
    ) -> Result<T> {
        let (reply, answer) = oneshot::channel();
        self.0.tasks.spawn("registry change", async move {
            // Nobody may wait any more.
            let _ = reply.send(work.await);
        });
        answer.await.map_err(|_| Error::internal("the registry change ended without an answer"))?
    }
}

fn not_loaded() -> Error {
    Error::unavailable("the registry is not loaded yet")
}

fn docs(setup: &Setup) -> Vec<KindDoc> {
    let doc = |(kind, row): (&&'static str, &Row)| KindDoc { kind, doc: row.doc, fields: row.fields };
    setup.kinds.iter().map(doc).collect()
}

/// The component that provides [`Entries`].
pub fn component() -> Component {
    let tasks = Tasks::default();
    let running = tasks.clone();
    Component::new("sys.entries")
        .needs::<Services>()
        .needs::<Bus>()
        .needs::<Clock>()
        .provides::<Entries>()
        .load(move |boot| async move {
            let (services, bus, clock) = (boot.get::<Services>()?, boot.get::<Bus>()?, boot.get::<Clock>()?);
            let entries = Entries::new((*services).clone(), (*bus).clone(), (*clock).clone(), tasks);
            boot.provide(Arc::new(entries))
        })
        .stop(move |_| async move {
            running.finished().await;
            Ok(())
        })
}
