//! Entry kind `http.router`: a path prefix on a server, and the middleware of everything below it.
//!
//! ```yaml
//! - name: api
//!   kind: http.router
//!   meta: { server: app:gateway }
//!   prefix: /api
//! ```

use crate::pattern::Pattern;
use crate::routes::Indexes;
use core_dispatch::BoxFuture;
use infra_base::{EntryId, Result, nearest};
use std::sync::Arc;
use sys_entries::{BuildCx, EntryKind, FieldDoc, Fields, Offers};

pub(crate) const KIND: &str = "http.router";

/// The kind itself.
pub(crate) struct Routers {
    pub(crate) indexes: Arc<Indexes>,
}

/// A router as decoded; it is its own instance.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Router {
    pub(crate) server: EntryId,
    pub(crate) prefix: Box<str>,
}

/// What being without a middleware means.
#[derive(Clone, Copy)]
enum Without {
    /// Requests would be served that it is there to refuse.
    Unprotected,
    /// Responses would differ.
    Different,
    /// Only measurements are missing.
    Unmeasured,
}

/// Middleware before a route is looked for.
const BEFORE: &[(&str, Without)] = &[
    ("cors", Without::Different),
    ("ratelimit", Without::Unprotected),
    ("compress", Without::Different),
    ("real_ip", Without::Different),
    ("token_auth", Without::Unprotected),
    ("metrics", Without::Unmeasured),
    ("otel", Without::Unmeasured),
    ("sendfile", Without::Different),
];

/// Middleware after a route was found.
const AFTER: &[(&str, Without)] = &[
    ("endpoint_firewall", Without::Unprotected),
    ("resource_firewall", Without::Unprotected),
    ("websocket_relay", Without::Different),
    ("sse_relay", Without::Different),
];

/// Reads the fields of a router.
pub(crate) fn read(fields: &mut Fields) -> Router {
    let server = fields.reference("meta.server", &[crate::service::KIND]);
    let prefix: Box<str> = fields.or("prefix", "".into());
    if let Err(error) = Pattern::parse(&prefix, "/") {
        fields.mistake("prefix", &error.to_string());
    } else if prefix.ends_with("...}") || prefix.contains("{$}") {
        fields.mistake(
            "prefix",
            "a prefix is followed by more, so it can't have the rest or the end of a path",
        );
    }
    middleware(fields, "middleware", "options", BEFORE, ("post_middleware", AFTER));
    middleware(fields, "post_middleware", "post_options", AFTER, ("middleware", BEFORE));
    Router { server, prefix }
}

type Known = [(&'static str, Without)];

fn middleware(fields: &mut Fields, field: &str, options: &str, known: &Known, other: (&str, &Known)) {
    let names: Vec<Box<str>> = fields.or(field, Vec::new());
    for (index, name) in names.iter().enumerate() {
        let at = format!("{field}[{index}]");
        let found = known.iter().find(|(word, _)| **word == **name).map(|(_, without)| *without);
        match found {
            Some(Without::Unprotected) => {
                fields.mistake(&at, &format!("middleware {name} promises protection that is not built yet"));
            }
            Some(Without::Different) => fields.mistake(&at, &format!("middleware {name} is not built yet")),
            Some(Without::Unmeasured) => {
                fields.warning(
                    &at,
                    &format!("middleware {name} is not built yet; requests are served without it"),
                );
            }
            None if other.1.iter().any(|(word, _)| **word == **name) => {
                fields.mistake(&at, &format!("middleware {name} belongs to {}", other.0));
            }
            None => {
                let near = nearest(name, known.iter().map(|(word, _)| *word));
                let near = near.map_or(String::new(), |near| format!(" (did you mean {near}?)"));
                fields.mistake(&at, &format!("there is no middleware \"{name}\"{near}"));
            }
        }
    }
    if fields.has(options) && names.is_empty() {
        fields.warning(options, &format!("has no effect without {field}"));
    }
    fields.skip(options);
}

impl EntryKind for Routers {
    const KIND: &'static str = KIND;
    const DOC: &'static str = "A path prefix on an HTTP server with the middleware of its endpoints.";
    const FIELDS: &'static [FieldDoc] = &[
        FieldDoc {
            name: "meta.server",
            ty: "entry id of http.service",
            default: "!",
            doc: "The server it is on.",
        },
        FieldDoc {
            name: "prefix",
            ty: "text",
            default: "",
            doc: "Precedes the paths of its endpoints; a trailing `/` is dropped.",
        },
        FieldDoc {
            name: "middleware",
            ty: "list of names",
            default: "[]",
            doc: "Runs for every request below the prefix, in this order.",
        },
        FieldDoc {
            name: "options",
            ty: "map",
            default: "{}",
            doc: "Options of the middleware: `name.option`.",
        },
        FieldDoc {
            name: "post_middleware",
            ty: "list of names",
            default: "[]",
            doc: "Runs once an endpoint was found, in this order.",
        },
        FieldDoc { name: "post_options", ty: "map", default: "{}", doc: "Options of the post_middleware." },
    ];
    type Config = Router;
    type Instance = Router;

    fn decode(&self, fields: &mut Fields) -> Result<Router> {
        Ok(read(fields))
    }

    fn check(&self, cx: &BuildCx<'_>, _: &Router) -> Result<()> {
        self.indexes.of(cx.next).conflict_within(cx.id)
    }

    fn build<'a>(&'a self, _: &'a BuildCx<'a>, router: Arc<Router>) -> BoxFuture<'a, Result<Router>> {
        Box::pin(std::future::ready(Ok((*router).clone())))
    }

    fn offers(&self, _: &EntryId, router: &Arc<Router>, offers: &mut Offers) {
        offers.add::<Router>(router.clone());
    }
}
