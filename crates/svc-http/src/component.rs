//! The component: registers the HTTP kinds.

use crate::endpoint::Endpoints;
use crate::router::Routers;
use crate::routes::Indexes;
use crate::service::Services;
use infra_app::Component;
use infra_clock::Clock;
use std::sync::Arc;
use sys_entries::Entries;
use sys_functions::Functions;

/// Registers `http.service`, `http.router` and `http.endpoint`.
pub fn component() -> Component {
    const NAME: &str = "svc.http";
    Component::new(NAME).needs::<Entries>().needs::<Functions>().needs::<Clock>().load(|boot| async move {
        let (entries, functions, clock) =
            (boot.get::<Entries>()?, boot.get::<Functions>()?, boot.get::<Clock>()?);
        let call = Arc::new(move |call| functions.call(call));
        let indexes = Arc::<Indexes>::default();
        entries.kind(NAME, Services { entries: Arc::downgrade(&entries), call, clock: (*clock).clone() })?;
        entries.kind(NAME, Routers { indexes: indexes.clone() })?;
        entries.kind(NAME, Endpoints { indexes })
    })
}
