//! Kinds without their types, as the table of kinds keeps them.

use crate::decode::{FieldDoc, Fields};
use crate::kind::{BuildCx, Change, EntryKind, Offers};
use crate::placeholder::EnvLookup;
use core_dispatch::BoxFuture;
use core_registry::{History, MemoryHistory};
use infra_base::{EntryId, Error, Result};
use std::any::Any;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::task::Poll;

/// A configuration or an instance.
pub(crate) type Value = Arc<dyn Any + Send + Sync>;

/// What [`EntryKind`] says, without its types. Values are of the kind's own types, since they came out of the same row.
pub(crate) trait AnyKind: Send + Sync {
    fn decode(&self, fields: &mut Fields) -> Result<Value>;
    fn check(&self, cx: &BuildCx<'_>, config: &Value) -> Result<()>;
    fn build<'a>(&'a self, cx: &'a BuildCx<'a>, config: Value) -> BoxFuture<'a, Result<Value>>;
    fn offers(&self, id: &EntryId, instance: &Value) -> Offers;
    fn change(&self, old: &Value, new: &Value) -> Change;
    fn reconfigure(&self, instance: &Value, config: Value);
}

fn own<T: Send + Sync + 'static>(value: &Value) -> Arc<T> {
    value.clone().downcast().expect("a value came out of the same row of the table of kinds")
}

impl<K: EntryKind> AnyKind for K {
    fn decode(&self, fields: &mut Fields) -> Result<Value> {
        EntryKind::decode(self, fields).map(|config| Arc::new(config) as Value)
    }

    fn check(&self, cx: &BuildCx<'_>, config: &Value) -> Result<()> {
        EntryKind::check(self, cx, &own(config))
    }

    fn build<'a>(&'a self, cx: &'a BuildCx<'a>, config: Value) -> BoxFuture<'a, Result<Value>> {
        let build = EntryKind::build(self, cx, own(&config));
        Box::pin(async move { build.await.map(|instance| Arc::new(instance) as Value) })
    }

    fn offers(&self, id: &EntryId, instance: &Value) -> Offers {
        let mut offers = Offers::default();
        EntryKind::offers(self, id, &own(instance), &mut offers);
        offers
    }

    fn change(&self, old: &Value, new: &Value) -> Change {
        EntryKind::change(self, &own(old), &own(new))
    }

    fn reconfigure(&self, instance: &Value, config: Value) {
        EntryKind::reconfigure(self, &own::<K::Instance>(instance), own(&config));
    }
}

/// A row of the table of kinds.
pub(crate) struct Row {
    pub(crate) owner: &'static str,
    pub(crate) doc: &'static str,
    pub(crate) fields: &'static [FieldDoc],
    pub(crate) follows: bool,
    /// `None`: data only.
    pub(crate) behaviour: Option<Box<dyn AnyKind>>,
}

/// A kind for the reference page.
#[derive(Clone, Copy, Debug)]
pub struct KindDoc {
    /// The kind's text.
    pub kind: &'static str,
    /// One sentence.
    pub doc: &'static str,
    /// Its fields; none for kinds whose data is free.
    pub fields: &'static [FieldDoc],
}

/// What components register; frozen when entries are loaded.
pub(crate) struct Setup {
    pub(crate) kinds: BTreeMap<&'static str, Row>,
    pub(crate) env: Option<(&'static str, Arc<dyn EnvLookup>)>,
    pub(crate) history: Option<(&'static str, Arc<dyn History>)>,
}

/// Kinds that carry data only and belong to nobody else.
const INERT: [(&str, &str); 4] = [
    ("registry.entry", "Arbitrary data, found by its meta and read by whoever knows it."),
    ("ns.definition", "Describes a published module: its name, readme, wiki, license, authors."),
    ("ns.requirement", "A value that a module needs from whoever depends on it, and where it goes."),
    ("ns.dependency", "A module that this one depends on, with its version and parameters."),
];

impl Default for Setup {
    fn default() -> Self {
        let row = |doc| Row { owner: "sys.entries", doc, fields: &[], follows: false, behaviour: None };
        let kinds = INERT.into_iter().map(|(kind, doc)| (kind, row(doc))).collect();
        Setup { kinds, env: None, history: None }
    }
}

impl Setup {
    pub(crate) fn add(&mut self, kind: &'static str, row: Row) -> Result<()> {
        if let Some(first) = self.kinds.get(kind) {
            let message = format!("components {} and {} both register kind {kind}", first.owner, row.owner);
            return Err(Error::internal(message));
        }
        self.kinds.insert(kind, row);
        Ok(())
    }

    pub(crate) fn history(&self) -> Arc<dyn History> {
        self.history.as_ref().map_or_else(|| Arc::new(MemoryHistory::default()) as _, |(_, h)| h.clone())
    }
}

/// The result of `work`, or of its panic, which is a mistake of ours.
pub(crate) fn caught<T>(what: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| Err(panicked(what, &*panic)))
}

/// As [`caught`], for a future.
pub(crate) async fn caught_async<T>(what: &str, mut work: BoxFuture<'_, Result<T>>) -> Result<T> {
    std::future::poll_fn(|cx| match catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(cx))) {
        Ok(poll) => poll,
        Err(panic) => Poll::Ready(Err(panicked(what, &*panic))),
    })
    .await
}

pub(crate) fn panicked(what: &str, panic: &(dyn Any + Send)) -> Error {
    let said = panic.downcast_ref::<&str>().copied();
    let said = said.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no message");
    Error::internal(format!("{what} panicked: {said}"))
}
