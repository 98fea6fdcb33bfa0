//! What lives: the snapshot and the instances of its entries, swapped as one.

use crate::kind::Offers;
use crate::value::Reference;
use core_registry::{Entry, EntryMap, Snapshot};
use infra_base::{EntryId, Error, Result};
use std::any::{Any, TypeId, type_name};
use std::sync::Arc;
use sys_services::Lifecycle;

/// One moment of the registry with everything that was built for it; immutable.
#[derive(Clone, Default)]
pub(crate) struct World {
    pub(crate) snapshot: Snapshot,
    pub(crate) live: EntryMap<Arc<Live>>,
    /// Who refers to an entry.
    pub(crate) referrers: EntryMap<Arc<[EntryId]>>,
}

/// An entry with what was made of it.
pub(crate) struct Live {
    pub(crate) entry: Arc<Entry>,
    pub(crate) references: Vec<Reference>,
    /// Paths in meta that the kind read.
    pub(crate) meta_read: Vec<String>,
    /// `None` for kinds without behaviour.
    pub(crate) built: Option<Built>,
}

/// Configuration, instance and offers of one kind, without its types.
#[derive(Clone)]
pub(crate) struct Built {
    pub(crate) config: Arc<dyn Any + Send + Sync>,
    pub(crate) instance: Arc<dyn Any + Send + Sync>,
    pub(crate) offers: Arc<Offers>,
    pub(crate) lifecycle: Lifecycle,
}

/// What the entry `id` offers as a `T`.
pub(crate) fn offered<T: ?Sized + Send + Sync + 'static>(
    live: &EntryMap<Arc<Live>>,
    snapshot: &Snapshot,
    id: &EntryId,
) -> Result<Arc<T>> {
    if let Some(offer) = offer(live, id) {
        return Ok(offer);
    }
    Err(match snapshot.get(id) {
        Some(entry) => Error::invalid(format!("entry {id} of kind {} is no {}", entry.kind, short::<T>())),
        None => Error::not_found(snapshot.missing(id)),
    })
}

/// The same, without words for what it does not offer.
pub(crate) fn offer<T: ?Sized + Send + Sync + 'static>(
    live: &EntryMap<Arc<Live>>,
    id: &EntryId,
) -> Option<Arc<T>> {
    let offers = &live.get(id)?.built.as_ref()?.offers.by_type;
    let wanted = TypeId::of::<T>();
    let (_, offer) = offers.iter().find(|(known, _)| *known == wanted)?;
    Some(offer.downcast_ref::<Arc<T>>().expect("an offer is stored under its own type").clone())
}

/// `Store` for `dyn svc_store::Store`.
fn short<T: ?Sized>() -> &'static str {
    let name = type_name::<T>();
    name.rsplit("::").next().unwrap_or(name)
}
