//! Entry kind `http.endpoint`: a route of a router and the function that answers it.
//!
//! ```yaml
//! - name: user.get
//!   kind: http.endpoint
//!   meta: { router: app:api }
//!   method: GET
//!   path: /users/{id}
//!   func: app:get_user
//! ```

use crate::pattern::Pattern;
use crate::router::Router;
use crate::routes::{Indexes, methods, route};
use core_dispatch::BoxFuture;
use infra_base::{EntryId, Result};
use std::sync::Arc;
use sys_entries::{BuildCx, EntryKind, FieldDoc, Fields, Offers};

pub(crate) const KIND: &str = "http.endpoint";

/// The kind itself.
pub(crate) struct Endpoints {
    pub(crate) indexes: Arc<Indexes>,
}

/// An endpoint as decoded; it is its own instance.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Endpoint {
    pub(crate) router: EntryId,
    /// Index into the table's methods.
    pub(crate) method: usize,
    pub(crate) path: Box<str>,
    pub(crate) func: EntryId,
}

/// Reads the fields of an endpoint.
pub(crate) fn read(fields: &mut Fields) -> Endpoint {
    let endpoint = Endpoint {
        router: fields.reference("meta.router", &[crate::router::KIND]),
        method: fields.choice("method", &methods(), None),
        path: fields.required("path"),
        func: fields.reference("func", &["function.*"]),
    };
    if !endpoint.path.is_empty()
        && let Err(error) = Pattern::parse("", &endpoint.path)
    {
        fields.mistake("path", &error.to_string());
    }
    endpoint
}

impl EntryKind for Endpoints {
    const KIND: &'static str = KIND;
    const DOC: &'static str = "A route: requests of a method on matching paths are answered by a function.";
    const FIELDS: &'static [FieldDoc] = &[
        FieldDoc {
            name: "meta.router",
            ty: "entry id of http.router",
            default: "!",
            doc: "The router it belongs to.",
        },
        FieldDoc {
            name: "method",
            ty: "one of GET HEAD POST PUT PATCH DELETE OPTIONS TRACE",
            default: "!",
            doc: "The method; HEAD is answered by GET where it has no endpoint of its own.",
        },
        FieldDoc {
            name: "path",
            ty: "text",
            default: "!",
            doc: "What follows the router's prefix: text, `{name}` or `:name` for one segment, `{name...}` for the rest; a \
                  trailing `/` matches everything below, `/{$}` only itself.",
        },
        FieldDoc {
            name: "func",
            ty: "entry id of function.*",
            default: "!",
            doc: "The function that answers.",
        },
    ];
    type Config = Endpoint;
    type Instance = Endpoint;

    fn decode(&self, fields: &mut Fields) -> Result<Endpoint> {
        Ok(read(fields))
    }

    fn check(&self, cx: &BuildCx<'_>, endpoint: &Endpoint) -> Result<()> {
        let router = cx.get::<Router>(&endpoint.router)?;
        if let Err(error) = route(cx.id, endpoint, &router) {
            let mistakes = cx.entry().map(|entry| entry.mistake("data.path", error.message()));
            return Err(error.context(cx.id).with_diagnostics(mistakes.into_iter().collect()));
        }
        self.indexes.of(cx.next).conflict(cx.id)
    }

    fn build<'a>(&'a self, _: &'a BuildCx<'a>, endpoint: Arc<Endpoint>) -> BoxFuture<'a, Result<Endpoint>> {
        Box::pin(std::future::ready(Ok((*endpoint).clone())))
    }

    fn offers(&self, _: &EntryId, endpoint: &Arc<Endpoint>, offers: &mut Offers) {
        offers.add::<Endpoint>(endpoint.clone());
    }
}
