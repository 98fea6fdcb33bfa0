//! The one writer: history, swap, events, services, in this order once a pass succeeded.

use crate::entries::Shared;
use crate::erased::{Setup, caught, panicked};
use crate::kind::Change;
use crate::live::{Live, World};
use crate::pass::{Outcome, Pass};
use core_registry::{ChangeSet, Entry, EntryMap, History, Op, Snapshot, Stored, Timeline, Version};
use infra_base::{Data, Diagnostic, EntryId, Error, Map, Payload, Result};
use rustc_hash::FxHashSet;
use std::future::Future;
use std::sync::Arc;
use sys_services::{Batch, State, Takeover};

/// An entry whose replacement did not start, with what lived before and what was to live.
pub(crate) struct Reverted {
    id: EntryId,
    old: Arc<Live>,
    new: Arc<Live>,
}

pub(crate) struct Writer {
    setup: Setup,
    history: Arc<dyn History>,
    baseline: Snapshot,
}

impl Writer {
    /// The baseline with the stored history on top, built and swapped in; no service starts.
    pub(crate) async fn load(
        shared: &Shared,
        setup: Setup,
        baseline: Vec<Arc<Entry>>,
    ) -> Result<(Writer, Vec<Diagnostic>)> {
        let (history, baseline) = (setup.history(), Snapshot::baseline(baseline));
        let writer = Writer { setup, history, baseline };
        let timeline = writer.timeline().await?;
        let next = timeline.snapshot_at(timeline.last())?;
        let creates = next.entries().iter().map(|entry| Op::Create(entry.clone())).collect();
        let changes = ChangeSet { ops: creates };
        let now = World::default();
        let outcome = Pass::new(&writer.setup, &now, next, &changes).run(&changes).await?;
        let warnings = outcome.warnings.clone();
        let settled = writer.publish(shared, &now, outcome, &changes, false);
        // Needs in a circle are the only thing that can be wrong here, and references in a circle are refused before.
        settled.await;
        Ok((writer, warnings))
    }

    /// A change, up to the hand-over to the supervisor; the future tells which replacements did not start.
    pub(crate) async fn apply(
        &mut self,
        shared: &Arc<Shared>,
        changes: ChangeSet,
        who: Box<str>,
    ) -> Result<(Version, impl Future<Output = Vec<Reverted>> + Send + use<>)> {
        let now = shared.world.load_full();
        let changes = changes.rebase(&now.snapshot)?;
        let next = now.snapshot.apply(&changes)?;
        let version = next.version();
        let outcome = Pass::new(&self.setup, &now, next, &changes).run(&changes).await?;
        for warning in &outcome.warnings {
            tracing::warn!("{}", warning.one_line());
        }
        let changes = Arc::new(changes);
        let stored = Stored { version: version.0, who, at: shared.clock.wall(), changes: changes.clone() };
        self.blocking("appending to the history", move |history| history.append(stored)).await?;
        // From here on nothing fails.
        Ok((version, self.publish(shared, &now, outcome, &changes, true)))
    }

    pub(crate) async fn timeline(&self) -> Result<Timeline> {
        let stored = self.blocking("reading the history", |history| history.load()).await?;
        Timeline::new(self.baseline.clone(), stored)
    }

    async fn blocking<T: Send + 'static>(
        &self,
        what: &str,
        work: impl FnOnce(&dyn History) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let history = self.history.clone();
        match tokio::task::spawn_blocking(move || work(&*history)).await {
            Ok(result) => result,
            Err(error) => Err(match error.try_into_panic() {
                Ok(panic) => panicked(what, &*panic),
                Err(error) => Error::internal(format!("{what}: {error}")),
            }),
        }
    }

    /// Swaps, tells, and hands services over.
    fn publish(
        &self,
        shared: &Shared,
        now: &World,
        outcome: Outcome,
        changes: &ChangeSet,
        start: bool,
    ) -> impl Future<Output = Vec<Reverted>> + Send + use<> {
        let Outcome { world, built, .. } = outcome;
        let world = Arc::new(world);
        shared.publish(world.clone());
        self.reconfigure(&world, &built);
        if start {
            events(shared, changes, world.snapshot.version());
        }
        let (batch, reverts) = services(now, &world, &built, changes);
        let settled = (!batch.is_empty()).then(|| shared.services.change(batch, start));
        let services = shared.services.clone();
        async move {
            let Some(settled) = settled else { return Vec::new() };
            let outcomes = match settled.await {
                Ok(outcomes) => outcomes,
                Err(error) => {
                    tracing::error!(%error, "services did not take the change");
                    return Vec::new();
                }
            };
            let failed: FxHashSet<EntryId> =
                outcomes.into_iter().filter(|o| o.result.is_err()).map(|o| o.id).collect();
            let back = |r: &Reverted| {
                failed.contains(&r.id) && services.status(&r.id).is_some_and(|s| s.state == State::Running)
            };
            reverts.into_iter().filter(back).collect()
        }
    }

    fn reconfigure(&self, world: &World, built: &[(EntryId, Option<Change>)]) {
        for (id, change) in built {
            let Some(live) = world.live.get(id).filter(|_| *change == Some(Change::InPlace)) else {
                continue;
            };
            let behaviour = self.setup.kinds.get(&*live.entry.kind).and_then(|row| row.behaviour.as_ref());
            let (Some(behaviour), Some(built)) = (behaviour, &live.built) else { continue };
            let done = caught(&format!("reconfiguring {id}"), || {
                behaviour.reconfigure(&built.instance, built.config.clone());
                Ok(())
            });
            if let Err(error) = done {
                tracing::error!(entry = %id, %error, "the entry keeps its old configuration");
            }
        }
    }
}

/// Puts back what runs again because its replacement did not start; only under the writer's lock.
pub(crate) fn revert(shared: &Shared, reverted: Vec<Reverted>) {
    let mut world = (*shared.world.load_full()).clone();
    for Reverted { id, old, new } in reverted {
        // A later change may have replaced it already.
        if world.live.get(&id).is_some_and(|live| Arc::ptr_eq(live, &new)) {
            let live = Live {
                entry: new.entry.clone(),
                references: new.references.clone(),
                meta_read: new.meta_read.clone(),
                built: old.built.clone(),
            };
            world.live.insert(id, Arc::new(live));
        }
    }
    shared.publish(Arc::new(world));
}

fn events(shared: &Shared, changes: &ChangeSet, version: Version) {
    for op in &changes.ops {
        let entry = match op {
            Op::Create(entry) | Op::Update { new: entry, .. } | Op::Delete(entry) => entry,
        };
        shared.bus.publish("registry", op.name(), entry.id.as_str(), || Some(Payload::Data(shown(entry))));
    }
    let data = || Some(Payload::Data(Data::Int(i64::try_from(version.0).unwrap_or(i64::MAX))));
    shared.bus.publish("registry", "commit", &version.to_string(), data);
}

/// An entry as data: `{id, kind, meta, data}`, placeholders unresolved.
fn shown(entry: &Entry) -> Data {
    let mut map = Map::default();
    map.insert("id".into(), Data::text(entry.id.as_str()));
    map.insert("kind".into(), Data::Text(entry.kind.clone()));
    map.insert("meta".into(), Data::Map(entry.meta.clone()));
    map.insert("data".into(), entry.data.clone());
    Data::Map(map)
}

/// What the supervisor has to know of a change, and what may have to be put back.
fn services(
    now: &World,
    world: &World,
    built: &[(EntryId, Option<Change>)],
    changes: &ChangeSet,
) -> (Batch, Vec<Reverted>) {
    let (mut batch, mut reverts) = (Batch::default(), Vec::new());
    let mut set: FxHashSet<EntryId> = FxHashSet::default();
    let service =
        |world: &World, id: &EntryId| world.live.get(id)?.built.as_ref()?.offers.service.as_ref().map(|_| ());
    let mut define = |id: &EntryId, takeover| {
        let Some(built) = world.live.get(id).and_then(|live| live.built.as_ref()) else { return };
        let Some(service) = &built.offers.service else { return };
        let mut lifecycle = built.lifecycle.clone();
        lifecycle.requires = needs(&world.live, id);
        batch.set(id.clone(), service.clone(), lifecycle, takeover);
    };
    for (id, change) in built.iter().filter(|(id, _)| service(world, id).is_some()) {
        let takeover = match change {
            Some(Change::InPlace) => Takeover::Keep,
            Some(Change::HandOver | Change::Beside) => Takeover::Beside,
            // Of another kind than before, or without a predecessor.
            Some(Change::StopStart | Change::Refuse(_)) | None => Takeover::StopStart,
        };
        if *change == Some(Change::StopStart)
            && let (Some(old), Some(new)) = (now.live.get(id), world.live.get(id))
        {
            reverts.push(Reverted { id: id.clone(), old: old.clone(), new: new.clone() });
        }
        define(id, takeover);
        set.insert(id.clone());
    }
    // Services that reach others through an entry whose references changed need something else from now on.
    let through: Vec<EntryId> = built.iter().map(|(id, _)| id.clone()).collect();
    for id in above(world, through) {
        if !set.contains(&id) && service(world, &id).is_some() && service(now, &id).is_some() {
            define(&id, Takeover::Keep);
        }
    }
    for id in changes.ops.iter().map(Op::id) {
        if service(now, id).is_some() && service(world, id).is_none() {
            batch.remove(id.clone());
        }
    }
    (batch, reverts)
}

/// The nearest services above some entries that run none themselves.
fn above(world: &World, mut open: Vec<EntryId>) -> FxHashSet<EntryId> {
    let mut found = FxHashSet::default();
    let mut seen: FxHashSet<EntryId> = FxHashSet::default();
    while let Some(id) = open.pop() {
        if runs(&world.live, &id) {
            continue;
        }
        for referrer in world.referrers.get(&id).into_iter().flat_map(|all| all.iter()) {
            if seen.insert(referrer.clone()) {
                if runs(&world.live, referrer) {
                    found.insert(referrer.clone());
                } else {
                    open.push(referrer.clone());
                }
            }
        }
    }
    found
}

fn runs(live: &EntryMap<Arc<Live>>, id: &EntryId) -> bool {
    live.get(id).and_then(|live| live.built.as_ref()).is_some_and(|built| built.offers.service.is_some())
}

/// The services that an entry refers to, directly or through entries that run none.
fn needs(live: &EntryMap<Arc<Live>>, id: &EntryId) -> Vec<EntryId> {
    let mut needs = Vec::new();
    let mut seen: FxHashSet<EntryId> = FxHashSet::from_iter([id.clone()]);
    let mut open = vec![id.clone()];
    while let Some(at) = open.pop() {
        for reference in live.get(&at).iter().flat_map(|live| live.references.iter()) {
            if seen.insert(reference.target.clone()) {
                if runs(live, &reference.target) {
                    needs.push(reference.target.clone());
                } else {
                    open.push(reference.target.clone());
                }
            }
        }
    }
    needs.sort_unstable();
    needs
}
