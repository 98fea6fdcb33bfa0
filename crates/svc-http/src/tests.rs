//! Servers, routers and endpoints as entries: boot, changes of a running registry, mistakes.

use crate::endpoint::Endpoints;
use crate::exchange::Exchange;
use crate::router::Routers;
use crate::routes::{Indexes, tests::named};
use crate::service::Services as HttpServices;
use core_dispatch::BoxFuture;
use core_events::Bus;
use core_registry::{ChangeSet, Entry, Op};
use infra_app::Tasks;
use infra_base::{EntryId, Payload, Result};
use infra_clock::{Clock, Rng};
use std::sync::Arc;
use sys_entries::Entries;
use sys_functions::Call;
use sys_services::Services;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A registry with the HTTP kinds; every function answers with its id.
struct Node {
    entries: Arc<Entries>,
    services: Services,
}

fn node() -> Node {
    let (clock, tasks) = (Clock::system(), Tasks::default());
    let services = Services::new(clock.clone(), Rng::seeded(1), Bus::default(), &tasks);
    let entries = Arc::new(Entries::new(services.clone(), Bus::default(), clock.clone(), tasks));
    let call = |mut call: Call| -> BoxFuture<'static, Result<Payload>> {
        let exchange = call.own.get::<Exchange>().expect("the server puts it there").clone();
        Box::pin(async move {
            assert!(exchange.write(call.target.to_string().into())?.is_none());
            Ok(infra_base::Data::Null.into())
        })
    };
    let indexes = Arc::<Indexes>::default();
    let http = HttpServices { entries: Arc::downgrade(&entries), call: Arc::new(call), clock };
    entries.kind("test", http).unwrap();
    entries.kind("test", Routers { indexes: indexes.clone() }).unwrap();
    entries.kind("test", Endpoints { indexes }).unwrap();
    entries.inert("test", "function.lua", "a function").unwrap();
    Node { entries, services }
}

/// A port that nobody listens on.
fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn gateway(port: u16, idle: &str) -> Arc<Entry> {
    let data = format!(
        "{{\"addr\":\"127.0.0.1:{port}\",\"timeouts\":{{\"idle\":\"{idle}\"}},\"lifecycle\":{{\"auto_start\":true}}}}"
    );
    named("gateway", "http.service", "{}", &data)
}

fn api(prefix: &str) -> Arc<Entry> {
    named("api", "http.router", "{\"server\":\"gateway\"}", &format!("{{\"prefix\":\"{prefix}\"}}"))
}

fn function(name: &str) -> Arc<Entry> {
    named(name, "function.lua", "{}", "{}")
}

fn endpoint(name: &str, path: &str, func: &str) -> Arc<Entry> {
    let data = format!("{{\"method\":\"GET\",\"path\":\"{path}\",\"func\":\"{func}\"}}");
    named(name, "http.endpoint", "{\"router\":\"api\"}", &data)
}

impl Node {
    async fn boot(entries: Vec<Arc<Entry>>) -> Node {
        let node = node();
        node.entries.load(entries).await.unwrap();
        node
    }

    async fn apply(&self, ops: Vec<Op>) -> Result<()> {
        self.entries.apply(ChangeSet { ops }, "test").await.map(drop)
    }

    async fn update(&self, new: Arc<Entry>) -> Result<()> {
        let old = self.entries.snapshot().get(&new.id).unwrap().clone();
        self.apply(vec![Op::Update { old, new }]).await
    }

    async fn delete(&self, name: &str) -> Result<()> {
        let id = EntryId::new("t", name).unwrap();
        let old = self.entries.snapshot().get(&id).unwrap().clone();
        self.apply(vec![Op::Delete(old)]).await
    }
}

/// Status and body of a GET on a connection of its own; `None` when nobody listens.
async fn get(port: u16, path: &str) -> Option<(u16, String)> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.ok()?;
    let request = format!("GET {path} HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n")?;
    Some((head.split(' ').nth(1)?.parse().ok()?, body.to_owned()))
}

fn ok(body: &str) -> Option<(u16, String)> {
    Some((200, body.to_owned()))
}

#[tokio::test]
async fn routes_follow_the_registry() {
    let port = free_port();
    // An order in which nothing precedes what it refers to.
    let node = Node::boot(vec![
        endpoint("one", "/one", "f"),
        api("/api"),
        function("f"),
        function("g"),
        gateway(port, "1m"),
    ])
    .await;
    assert_eq!(get(port, "/api/one").await, ok("t:f"));
    assert_eq!(get(port, "/api/two").await.unwrap().0, 404);

    let two = vec![Op::Create(endpoint("two", "/two", "g")), Op::Create(endpoint("three", "/{x}", "f"))];
    node.apply(two).await.unwrap();
    assert_eq!(get(port, "/api/two").await, ok("t:g"));
    assert_eq!(get(port, "/api/2").await, ok("t:f"));

    node.update(endpoint("one", "/first", "g")).await.unwrap();
    assert_eq!((get(port, "/api/first").await, get(port, "/api/one").await), (ok("t:g"), ok("t:f")));

    node.update(api("/v2")).await.unwrap();
    assert_eq!((get(port, "/v2/two").await, get(port, "/api/two").await.unwrap().0), (ok("t:g"), 404));

    node.delete("three").await.unwrap();
    assert_eq!(get(port, "/v2/2").await.unwrap().0, 404);
    assert!(node.services.shutdown().await.is_empty());
    assert_eq!(get(port, "/v2/two").await, None);
}

#[tokio::test]
async fn a_changed_server_takes_the_listener_over_or_opens_another() {
    let (port, other) = (free_port(), free_port());
    let node = Node::boot(vec![gateway(port, "1m"), api(""), function("f"), endpoint("e", "/", "f")]).await;
    let asking = async {
        for _ in 0..300 {
            assert_eq!(get(port, "/").await, ok("t:f"), "no request is lost");
        }
    };
    let changing = async {
        for idle in ["2m", "3m", "4m"] {
            node.update(gateway(port, idle)).await.unwrap();
        }
    };
    tokio::join!(asking, changing);
    node.update(gateway(other, "4m")).await.unwrap();
    assert_eq!((get(other, "/").await, get(port, "/").await), (ok("t:f"), None));
    node.services.shutdown().await;
}

#[tokio::test]
async fn mistakes_refuse_the_change_and_name_what_is_near() {
    let port = free_port();
    let node =
        Node::boot(vec![gateway(port, "1m"), api("/api"), function("f"), endpoint("e", "/{x}", "f")]).await;
    let refused = |new: Arc<Entry>| {
        let node = &node;
        async move { node.apply(vec![Op::Create(new)]).await.unwrap_err().to_string() }
    };
    let mut lost = (*endpoint("l", "/l", "f")).clone();
    lost.meta.insert("router".into(), "apu".into());
    for (new, message) in [
        (Arc::new(lost), "entry t:apu not found (did you mean t:api?)"),
        (endpoint("l", "/l", "ff"), "entry t:ff not found (did you mean t:f?)"),
        (endpoint("l", "/l", "api"), "t:api"),
        (endpoint("l", "/:y", "f"), "GET /api/:y matches the same requests as GET /api/{x} of t:e"),
    ] {
        let shown = refused(new).await;
        assert!(shown.contains(message), "{shown}");
    }
    assert_eq!(get(port, "/api/1").await, ok("t:f"));
    node.services.shutdown().await;
}

#[tokio::test]
async fn a_taken_port_fails_the_boot_with_a_reason() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let node = node();
    let error = node.entries.load(vec![gateway(port, "1m")]).await.unwrap_err();
    let reason = format!("t:gateway: cannot listen on 127.0.0.1:{port}: address in use");
    assert!(error.message().contains(&reason), "{error}");
    node.services.shutdown().await;
}
