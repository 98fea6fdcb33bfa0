//! What an entry kind provides; `sys-entries` does the rest.

use crate::decode::{FieldDoc, Fields};
use crate::live::{Live, World};
use core_dispatch::BoxFuture;
use core_registry::{Entry, EntryMap, Snapshot};
use infra_base::{EntryId, Result};
use std::any::{Any, TypeId, type_name};
use std::sync::Arc;
use sys_services::Service;

/// How an instance takes a changed definition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// The instance itself takes the new configuration ([`EntryKind::reconfigure`]); its state is kept, nothing is built.
    InPlace,
    /// The new instance takes over what the old one holds (a listener): it finds the old one in
    /// [`BuildCx::previous`]. The new service starts first, then the old one stops.
    HandOver,
    /// Old stopped, new started; on failure the old is started again and the state says so.
    StopStart,
    /// New service first, then the old one is drained (stopped with grace).
    Beside,
    /// The change is rejected, naming the field.
    Refuse(&'static str),
}

/// An entry kind. `decode` and `check` are pure; `build` checks and allocates but opens no port, file or thread: whatever
/// runs is a service that the instance offers, started by the supervisor.
///
/// For a change of the registry the entries that it concerns go through decode, check, build and offers one after the
/// other, what an entry refers to before the entry itself. Nothing of it is seen by anybody until all of them succeeded
/// and history has the change; an error or a panic at any step drops everything that was built. Unchanged data keeps its
/// instance: a change of meta that the kind did not read builds nothing.
pub trait EntryKind: Send + Sync + 'static {
    /// The kind's text.
    const KIND: &'static str;
    /// One sentence for the reference page.
    const DOC: &'static str;
    /// Its fields, for the reference page and for hints.
    const FIELDS: &'static [FieldDoc];
    /// Whether an instance is built anew (with its own definition unchanged) when something changes that the entry
    /// refers to: programs are, because they hold the programs of their imports.
    const FOLLOWS_REFERENCES: bool = false;
    /// The decoded definition.
    type Config: Send + Sync + 'static;
    /// What lives while the entry does.
    type Instance: Send + Sync + 'static;

    /// Reads the fields; mistakes are collected in `fields`.
    fn decode(&self, fields: &mut Fields) -> Result<Self::Config>;

    /// Checks against the rest of the registry as it will be: duplicates, agreement with other entries. References that
    /// were read as such exist and are of the right kind already.
    fn check(&self, cx: &BuildCx<'_>, config: &Self::Config) -> Result<()> {
        let _ = (cx, config);
        Ok(())
    }

    /// Makes the instance. A compile error or the like is an error with diagnostics.
    fn build<'a>(
        &'a self,
        cx: &'a BuildCx<'a>,
        config: Arc<Self::Config>,
    ) -> BoxFuture<'a, Result<Self::Instance>>;

    /// What the instance offers to others, by type and id.
    fn offers(&self, id: &EntryId, instance: &Arc<Self::Instance>, offers: &mut Offers);

    /// How a running instance takes a changed definition.
    fn change(&self, old: &Self::Config, new: &Self::Config) -> Change {
        let _ = (old, new);
        Change::Beside
    }

    /// Gives an instance a new configuration, for [`Change::InPlace`]; it happens after the point of no return, so it has
    /// no way to refuse. A kind that answers `InPlace` must have it.
    fn reconfigure(&self, instance: &Self::Instance, config: Arc<Self::Config>) {
        let _ = (instance, config);
        panic!("kind {} answers Change::InPlace but has no reconfigure", Self::KIND);
    }
}

/// What `check` and `build` may look at.
pub struct BuildCx<'a> {
    /// The entry at hand.
    pub id: &'a EntryId,
    /// The registry as it will be after the change.
    pub next: &'a Snapshot,
    /// What will live after the change, as far as it is built.
    pub(crate) live: &'a EntryMap<Arc<Live>>,
    /// What lives now.
    pub(crate) now: &'a World,
}

impl BuildCx<'_> {
    /// The entry at hand.
    pub fn entry(&self) -> Option<&Arc<Entry>> {
        self.next.get(self.id)
    }

    /// What another entry offers; those that this entry refers to are built already.
    pub fn get<T: ?Sized + Send + Sync + 'static>(&self, id: &EntryId) -> Result<Arc<T>> {
        crate::live::offered(self.live, self.next, id)
    }

    /// The instance that this one replaces, if it is of that type.
    pub fn previous<I: Send + Sync + 'static>(&self) -> Option<Arc<I>> {
        let built = self.now.live.get(self.id)?.built.as_ref()?;
        built.instance.clone().downcast().ok()
    }
}

/// What is offered under one type: an `Arc<T>` in a box.
pub(crate) type Offer = Box<dyn Any + Send + Sync>;

/// Collects what an instance offers: traits (`dyn Store`) by entry id, and at most one service with a lifecycle.
#[derive(Default)]
pub struct Offers {
    pub(crate) by_type: Vec<(TypeId, Offer)>,
    pub(crate) service: Option<Arc<dyn Service>>,
    pub(crate) twice: Option<&'static str>,
}

impl Offers {
    /// Offers `value` as a `T`, one of each type: `offers.add::<dyn Store>(instance.clone())`. Others find it with
    /// [`Entries::get`](crate::Entries::get).
    pub fn add<T: ?Sized + Send + Sync + 'static>(&mut self, value: Arc<T>) {
        let id = TypeId::of::<T>();
        if self.by_type.iter().any(|(known, _)| *known == id) {
            self.twice = Some(type_name::<T>());
        }
        self.by_type.push((id, Box::new(value)));
    }

    /// Offers the service that runs while the entry exists; its lifecycle is the entry's own `lifecycle` block, and it
    /// starts after the services of whatever the entry refers to.
    pub fn service(&mut self, service: Arc<dyn Service>) {
        if self.service.replace(service).is_some() {
            self.twice = Some("a service");
        }
    }
}
