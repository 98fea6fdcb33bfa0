//! Entry kind `http.service`: a listener and what answers on it, run by the supervisor.
//!
//! ```yaml
//! - name: gateway
//!   kind: http.service
//!   addr: ":8080"
//!   lifecycle: { auto_start: true }
//! ```

use crate::routes::Routes;
use crate::server::{Invoke, Server, TimeLimits, listen};
use core_dispatch::BoxFuture;
use infra_base::{EntryId, Error, Result};
use infra_clock::{Clock, Moment};
use parking_lot::Mutex;
use std::sync::{Arc, Weak};
use std::time::Duration;
use sys_entries::{BuildCx, Change, Entries, EntryKind, FieldDoc, Fields, Offers, Service};
use tokio::net::TcpListener;

pub(crate) const KIND: &str = "http.service";

/// The kind itself, with what its servers need.
pub(crate) struct Services {
    /// Weak, since the registry holds its kinds.
    pub(crate) entries: Weak<Entries>,
    pub(crate) call: Arc<Invoke>,
    pub(crate) clock: Clock,
}

/// A server as decoded.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Config {
    addr: Box<str>,
    limits: TimeLimits,
}

/// A server that the supervisor starts and stops.
pub(crate) struct HttpService {
    id: EntryId,
    config: Arc<Config>,
    call: Arc<Invoke>,
    clock: Clock,
    entries: Weak<Entries>,
    /// The service that this one replaces, until the first start.
    before: Mutex<Option<Weak<HttpService>>>,
    running: Mutex<Option<Running>>,
}

struct Running {
    server: Server,
    listener: Arc<TcpListener>,
}

fn read(fields: &mut Fields) -> Config {
    let standard = TimeLimits::default();
    let addr: Box<str> = fields.required("addr");
    if !addr.is_empty() && !addr.contains(':') {
        fields.mistake("addr", &format!("\"{addr}\" has no port (host:port or :port expected)"));
    }
    let mut limit = |name: &str| fields.optional::<Duration>(name).map(|d| Some(d).filter(|d| !d.is_zero()));
    let (read, write, idle) = (limit("timeouts.read"), limit("timeouts.write"), limit("timeouts.idle"));
    let limits = TimeLimits {
        // A limit for reading holds for the head too; without one the head keeps its own.
        head: read.unwrap_or(standard.head),
        read: read.unwrap_or(standard.read),
        write: write.unwrap_or(standard.write),
        idle: idle.unwrap_or(standard.idle),
    };
    for field in ["host.buffer_size", "host.worker_count"] {
        if fields.optional::<u32>(field).is_some() {
            fields.warning(field, "not used yet (it sizes the relay of websocket and event sessions)");
        }
    }
    fields.protective("tls");
    fields.protective("network");
    Config { addr, limits }
}

impl EntryKind for Services {
    const KIND: &'static str = KIND;
    const DOC: &'static str = "An HTTP/1.1 server on an address; routers and endpoints refer to it.";
    const FIELDS: &'static [FieldDoc] = &[
        FieldDoc {
            name: "addr",
            ty: "text",
            default: "!",
            doc: "`host:port`, or `:port` for every address of the machine.",
        },
        FieldDoc {
            name: "timeouts.read",
            ty: "duration",
            default: "",
            doc: "For the head of a request and again for its body; without it 30 s for the head; 0 = no limit.",
        },
        FieldDoc {
            name: "timeouts.write",
            ty: "duration",
            default: "",
            doc: "How long a client may take nothing of a response that waits for it; 0 = no limit.",
        },
        FieldDoc {
            name: "timeouts.idle",
            ty: "duration",
            default: "120s",
            doc: "How long a connection is kept open between requests; 0 = no limit.",
        },
        FieldDoc { name: "host.buffer_size", ty: "integer", default: "1024", doc: "Not used yet." },
        FieldDoc { name: "host.worker_count", ty: "integer", default: "", doc: "Not used yet." },
        FieldDoc {
            name: "network",
            ty: "entry id of network.*",
            default: "",
            doc: "Not built yet: refused.",
        },
        FieldDoc { name: "tls", ty: "map", default: "", doc: "Not built yet: refused." },
    ];
    type Config = Config;
    type Instance = HttpService;

    fn decode(&self, fields: &mut Fields) -> Result<Config> {
        Ok(read(fields))
    }

    fn build<'a>(&'a self, cx: &'a BuildCx<'a>, config: Arc<Config>) -> BoxFuture<'a, Result<HttpService>> {
        let service = HttpService {
            id: cx.id.clone(),
            config,
            call: self.call.clone(),
            clock: self.clock.clone(),
            entries: self.entries.clone(),
            before: Mutex::new(cx.previous::<HttpService>().as_ref().map(Arc::downgrade)),
            running: Mutex::new(None),
        };
        Box::pin(std::future::ready(Ok(service)))
    }

    fn offers(&self, _: &EntryId, service: &Arc<HttpService>, offers: &mut Offers) {
        offers.service(service.clone());
    }

    fn change(&self, _: &Config, _: &Config) -> Change {
        Change::HandOver
    }
}

impl HttpService {
    /// The listener of the service that this one replaces, if it listens where this one will.
    fn inherited(&self) -> Option<Arc<TcpListener>> {
        let before = self.before.lock().take()?.upgrade()?;
        let same = before.config.addr == self.config.addr;
        same.then(|| before.running.lock().as_ref().map(|r| r.listener.clone())).flatten()
    }
}

impl Service for HttpService {
    fn start(&self) -> BoxFuture<'_, Result<()>> {
        Box::pin(async move {
            let listener = match self.inherited() {
                Some(listener) => listener,
                None => Arc::new(listen(&self.config.addr).await?),
            };
            let entries = self.entries.upgrade().ok_or_else(|| Error::canceled("the registry is gone"))?;
            let routes = Arc::new(Routes::new(self.id.clone(), entries));
            let (id, call, clock) = (self.id.clone(), self.call.clone(), self.clock.clone());
            let server = Server::new(id, call, clock, self.config.limits, routes);
            server.serve(listener.clone());
            if let Ok(addr) = listener.local_addr() {
                tracing::info!(service = %self.id, %addr, "http server listening");
            }
            *self.running.lock() = Some(Running { server, listener });
            Ok(())
        })
    }

    fn stop(&self, deadline: Moment) -> BoxFuture<'_, Result<()>> {
        Box::pin(async move {
            let running = self.running.lock().take();
            if let Some(Running { server, listener }) = running {
                drop(listener);
                let dropped = server.stop(deadline.since(self.clock.now())).await;
                if dropped > 0 {
                    tracing::warn!(service = %self.id, dropped, "requests were cut off at the end of the stop time");
                }
            }
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::routes::tests::{decode, entry};

    #[test]
    fn time_limits_have_defaults_and_zero_means_none() {
        let limits = |timeouts: &str| {
            decode(&entry("http.service", "{}", &format!("{{\"addr\":\":80\",{timeouts}}}")), read)
                .unwrap()
                .limits
        };
        let seconds = |s| Some(Duration::from_secs(s));
        assert_eq!(
            limits("\"x\":1"),
            TimeLimits { head: seconds(30), read: None, write: None, idle: seconds(120) }
        );
        let own = limits("\"timeouts\":{\"read\":\"5s\",\"write\":\"6s\",\"idle\":\"7s\"}");
        assert_eq!(
            own,
            TimeLimits { head: seconds(5), read: seconds(5), write: seconds(6), idle: seconds(7) }
        );
        let none = limits("\"timeouts\":{\"read\":0,\"idle\":\"0s\"}");
        assert_eq!(none, TimeLimits { head: None, read: None, write: None, idle: None });
    }

    #[test]
    fn mistakes_name_the_field() {
        for (data, message) in [
            ("{}", "t:e: addr: required"),
            ("{\"addr\":8080}", "t:e: addr: \"8080\" has no port (host:port or :port expected)"),
            (
                "{\"addr\":\":80\",\"tls\":{\"mode\":\"auto\"}}",
                "t:e: tls: promises protection that is not built yet; remove it to start without",
            ),
            (
                "{\"addr\":\":80\",\"timeouts\":{\"idle\":30}}",
                "t:e: timeouts.idle: 30 has no unit (a duration such as 30s or 30ms expected)",
            ),
        ] {
            assert_eq!(decode(&entry("http.service", "{}", data), read).unwrap_err().message(), message);
        }
    }
}
