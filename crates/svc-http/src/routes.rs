//! The routes of a server: a table per registry version, and the check for competing routes.

use crate::endpoint::{self, Endpoint};
use crate::pattern::{Pattern, Segment};
use crate::router::{self, Router};
use crate::table::{METHODS, Route, Table};
use arc_swap::{ArcSwap, Guard};
use core_registry::{Entry, Snapshot, Version};
use infra_base::{EntryId, Error, Result};
use parking_lot::Mutex;
use rustc_hash::FxHashMap;
use std::sync::Arc;
use sys_entries::{Entries, Fields};

/// Where a server finds its routes.
///
/// Nothing is registered when an endpoint is built: that would show routes of a change that is not decided yet. The table
/// is made from the entries that live, when a request finds that the registry has moved on; so a change of ten endpoints
/// is seen as one, and a request that comes after the change meets the new table.
pub(crate) struct Routes {
    server: EntryId,
    /// `None`: the table is fixed.
    entries: Option<Arc<Entries>>,
    present: ArcSwap<Present>,
    /// Held by whoever makes the next table.
    remake: Mutex<()>,
}

pub(crate) struct Present {
    version: Option<Version>,
    pub(crate) table: Table,
}

impl Routes {
    pub(crate) fn new(server: EntryId, entries: Arc<Entries>) -> Routes {
        let present = ArcSwap::from_pointee(Present { version: None, table: Table::default() });
        Routes { server, entries: Some(entries), present, remake: Mutex::new(()) }
    }

    pub(crate) fn fixed(server: EntryId, table: Table) -> Routes {
        let present = ArcSwap::from_pointee(Present { version: None, table });
        Routes { server, entries: None, present, remake: Mutex::new(()) }
    }

    /// The table at this moment.
    pub(crate) fn present(&self) -> Guard<Arc<Present>> {
        let present = self.present.load();
        match &self.entries {
            Some(entries) if present.version != Some(entries.version()) => self.made(entries),
            _ => present,
        }
    }

    #[cold]
    fn made(&self, entries: &Entries) -> Guard<Arc<Present>> {
        let _one = self.remake.lock();
        loop {
            // Of a snapshot: the version alone may lag behind.
            let version = entries.snapshot().version();
            if self.present.load().version == Some(version) {
                return self.present.load();
            }
            let table = Table::new(live(entries, &self.server));
            // Entries are looked up one by one: between two versions the result would be a mixture.
            if entries.snapshot().version() == version {
                self.present.store(Arc::new(Present { version: Some(version), table }));
            }
        }
    }
}

/// The routes of `server` among the entries that live.
fn live(entries: &Entries, server: &EntryId) -> Vec<Arc<Route>> {
    let snapshot = entries.snapshot();
    let endpoints = snapshot.entries().iter().filter(|entry| &*entry.kind == endpoint::KIND);
    endpoints
        .filter_map(|entry| {
            let endpoint = entries.get::<Endpoint>(&entry.id).ok()?;
            let router = entries.get::<Router>(&endpoint.router).ok().filter(|r| r.server == *server)?;
            route(&entry.id, &endpoint, &router).ok().map(Arc::new)
        })
        .collect()
}

/// The route that an endpoint makes under its router.
pub(crate) fn route(id: &EntryId, endpoint: &Endpoint, router: &Router) -> Result<Route> {
    let pattern =
        Pattern::parse(&router.prefix, &endpoint.path).map_err(|error| Error::invalid(error.to_string()))?;
    Ok(Route::new(id.clone(), endpoint.func.clone(), endpoint.method, pattern))
}

/// Every route of one snapshot, for checks; entries with mistakes are left out, their own checks report them.
pub(crate) struct Index {
    routes: Vec<Indexed>,
    by_place: FxHashMap<Place, Vec<usize>>,
    by_endpoint: FxHashMap<EntryId, usize>,
}

struct Indexed {
    server: EntryId,
    router: EntryId,
    entry: Arc<Entry>,
    route: Route,
}

/// Server, method, first literal segment; routes of different places can't compete, unless one begins with a parameter.
type Place = (EntryId, usize, Option<Box<str>>);

impl Index {
    fn new(snapshot: &Snapshot) -> Index {
        let mut index =
            Index { routes: Vec::new(), by_place: FxHashMap::default(), by_endpoint: FxHashMap::default() };
        let mut routers: FxHashMap<EntryId, Option<Router>> = FxHashMap::default();
        for entry in snapshot.entries().iter().filter(|entry| &*entry.kind == endpoint::KIND) {
            let Some(endpoint) = decoded(entry, endpoint::read) else { continue };
            let router = routers.entry(endpoint.router.clone()).or_insert_with(|| {
                let entry = snapshot.get(&endpoint.router).filter(|entry| &*entry.kind == router::KIND)?;
                decoded(entry, router::read)
            });
            let Some(router) = router else { continue };
            let Ok(route) = route(&entry.id, &endpoint, router) else { continue };
            let at = index.routes.len();
            index.by_endpoint.insert(entry.id.clone(), at);
            index.by_place.entry(place(&router.server, &route)).or_default().push(at);
            index.routes.push(Indexed {
                server: router.server.clone(),
                router: endpoint.router,
                entry: entry.clone(),
                route,
            });
        }
        index
    }

    /// The mistake of an endpoint that competes with another one.
    pub(crate) fn conflict(&self, endpoint: &EntryId) -> Result<()> {
        match self.by_endpoint.get(endpoint) {
            Some(at) => self.conflict_of(*at),
            None => Ok(()),
        }
    }

    /// The first mistake among the endpoints of a router.
    pub(crate) fn conflict_within(&self, router: &EntryId) -> Result<()> {
        let mut own = (0..self.routes.len()).filter(|at| self.routes[*at].router == *router);
        own.try_for_each(|at| self.conflict_of(at))
    }

    fn conflict_of(&self, at: usize) -> Result<()> {
        let own = &self.routes[at];
        let place = place(&own.server, &own.route);
        let conflict =
            |other: &usize| (*other != at).then(|| own.route.conflict(&self.routes[*other].route)).flatten();
        let found = match &place.2 {
            Some(_) => {
                let open = (place.0.clone(), place.1, None);
                let near = [&place, &open].map(|place| self.by_place.get(place));
                near.into_iter().flatten().flatten().find_map(conflict)
            }
            None => {
                let near = self.by_place.iter().filter(|(other, _)| other.0 == place.0 && other.1 == place.1);
                near.flat_map(|(_, routes)| routes).find_map(conflict)
            }
        };
        found.map_or(Ok(()), |error| {
            let mistake = own.entry.mistake("data.path", error.message());
            Err(error.context(&own.entry.id).with_diagnostics(vec![mistake]))
        })
    }
}

fn place(server: &EntryId, route: &Route) -> Place {
    let first = match route.pattern.segments().first() {
        Some(Segment::Literal(text)) => Some(text.clone()),
        _ => None,
    };
    (server.clone(), route.method, first)
}

/// What `read` makes of an entry, if it has no mistakes.
fn decoded<T>(entry: &Arc<Entry>, read: impl Fn(&mut Fields) -> T) -> Option<T> {
    let mut fields = Fields::new(entry.clone());
    let value = read(&mut fields);
    fields.check().ok().map(|()| value)
}

/// The index of the snapshot that is checked at the moment, made once for all its endpoints.
#[derive(Default)]
pub(crate) struct Indexes(Mutex<Option<(Snapshot, Arc<Index>)>>);

impl Indexes {
    pub(crate) fn of(&self, snapshot: &Snapshot) -> Arc<Index> {
        let mut last = self.0.lock();
        // A snapshot is told from another by its list of entries, which the copy that is kept here keeps in place;
        // version numbers are used again after a change that failed.
        if let Some((known, index)) = &*last
            && std::ptr::eq(known.entries(), snapshot.entries())
        {
            return index.clone();
        }
        let index = Arc::new(Index::new(snapshot));
        *last = Some((snapshot.clone(), index.clone()));
        index
    }
}

/// The index of a method's name.
pub(crate) fn methods() -> [(&'static str, usize); METHODS.len()] {
    std::array::from_fn(|index| (METHODS[index], index))
}

#[cfg(test)]
pub(crate) mod tests;
