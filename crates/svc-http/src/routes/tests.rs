//! Decoding of routers and endpoints, and competing routes found across a snapshot.

use super::*;
use infra_base::Data;

/// The entry `t:e` with meta and data given as JSON.
pub(crate) fn entry(kind: &str, meta: &str, data: &str) -> Arc<Entry> {
    named("e", kind, meta, data)
}

pub(crate) fn named(name: &str, kind: &str, meta: &str, data: &str) -> Arc<Entry> {
    let map = |json: &str| match infra_codec::json::decode(json.as_bytes()).unwrap() {
        Data::Map(map) => map,
        other => panic!("{other:?} is no map"),
    };
    let id = EntryId::new("t", name).unwrap();
    Arc::new(Entry { id, kind: kind.into(), meta: map(meta), data: Data::Map(map(data)), origin: None })
}

/// Decodes an entry with all its mistakes.
pub(crate) fn decode<T>(entry: &Arc<Entry>, read: impl Fn(&mut Fields) -> T) -> Result<T> {
    let mut fields = Fields::new(entry.clone());
    let value = read(&mut fields);
    fields.check().map(|()| value)
}

fn endpoint_entry(name: &str, router: &str, method: &str, path: &str) -> Arc<Entry> {
    let meta = format!("{{\"router\":\"{router}\"}}");
    let data = format!("{{\"method\":\"{method}\",\"path\":\"{path}\",\"func\":\"f\"}}");
    named(name, endpoint::KIND, &meta, &data)
}

fn router_entry(name: &str, server: &str, prefix: &str) -> Arc<Entry> {
    named(
        name,
        router::KIND,
        &format!("{{\"server\":\"{server}\"}}"),
        &format!("{{\"prefix\":\"{prefix}\"}}"),
    )
}

#[test]
fn an_endpoint_refers_within_its_namespace() {
    let read = decode(&endpoint_entry("e", "api", "GET", "/x"), endpoint::read).unwrap();
    assert_eq!((read.router.as_str(), read.func.as_str()), ("t:api", "t:f"));
}

#[test]
fn endpoint_mistakes() {
    for (meta, data, message) in [
        ("{}", "{\"method\":\"GET\",\"path\":\"/\",\"func\":\"f\"}", "t:e: meta.router: required"),
        (
            "{\"router\":\"r\"}",
            "{\"method\":\"GETT\",\"path\":\"/\",\"func\":\"f\"}",
            "t:e: method: \"GETT\" is none of \"GET\", \"HEAD\", \"POST\", \"PUT\", \"PATCH\", \"DELETE\", \"OPTIONS\", \
             \"TRACE\"; did you mean \"GET\"?",
        ),
        (
            "{\"router\":\"r\"}",
            "{\"method\":\"GET\",\"path\":\"x\",\"func\":\"f\"}",
            "t:e: path: path \"x\" does not start with \"/\"",
        ),
        ("{\"router\":\"r\"}", "{\"method\":\"GET\",\"path\":\"/\"}", "t:e: func: required"),
    ] {
        assert_eq!(
            decode(&entry(endpoint::KIND, meta, data), endpoint::read).unwrap_err().message(),
            message
        );
    }
}

#[test]
fn router_mistakes() {
    let meta = "{\"server\":\"s\"}";
    for (data, message) in [
        ("{\"prefix\":\"api\"}", "t:e: prefix: path \"api/\" does not start with \"/\""),
        ("{\"prefix\":\"/a/{x...}\"}", "t:e: prefix: \"{x...}\" must be the last segment"),
        ("{\"middleware\":[\"cors\"]}", "t:e: middleware[0]: middleware cors is not built yet"),
        (
            "{\"middleware\":[\"metrics\",\"token_auth\"]}",
            "t:e: middleware[1]: middleware token_auth promises protection that is not built yet",
        ),
        (
            "{\"post_middleware\":[\"endpoint_firewal\"]}",
            "t:e: post_middleware[0]: there is no middleware \"endpoint_firewal\" (did you mean endpoint_firewall?)",
        ),
        (
            "{\"middleware\":[\"sse_relay\"]}",
            "t:e: middleware[0]: middleware sse_relay belongs to post_middleware",
        ),
    ] {
        assert_eq!(decode(&entry(router::KIND, meta, data), router::read).unwrap_err().message(), message);
    }
    assert!(decode(&entry(router::KIND, meta, "{\"middleware\":[\"otel\"]}"), router::read).is_ok());
    assert!(decode(&entry(router::KIND, meta, "{\"prefix\":\"/a/{tenant}/\"}"), router::read).is_ok());
}

#[test]
fn competing_endpoints_of_one_server_are_found() {
    let snapshot = Snapshot::baseline([
        router_entry("one", "s", "/a"),
        router_entry("two", "s", "/a/"),
        router_entry("other", "elsewhere", "/a"),
        endpoint_entry("first", "one", "GET", "/x/{id}"),
        endpoint_entry("same", "two", "GET", "/x/:key"),
        endpoint_entry("post", "two", "POST", "/x/:key"),
        endpoint_entry("far", "other", "GET", "/x/{id}"),
        endpoint_entry("fine", "two", "GET", "/x/literal"),
        endpoint_entry("crossing", "one", "DELETE", "/{y}/b"),
        endpoint_entry("crossed", "one", "DELETE", "/x/{z}"),
        endpoint_entry("mistaken", "one", "GET", "x"),
        endpoint_entry("lost", "nowhere", "GET", "/x"),
    ]);
    let index = Indexes::default().of(&snapshot);
    let message = |name: &str| index.conflict(&EntryId::new("t", name).unwrap()).err().map(|e| e.to_string());
    assert_eq!(
        message("same").as_deref(),
        Some("t:same: GET /a/x/:key matches the same requests as GET /a/x/{id} of t:first")
    );
    assert!(message("first").is_some_and(|m| m.ends_with("of t:same")));
    assert!(message("crossed").is_some_and(|m| m.ends_with("and neither is more specific")));
    for fine in ["post", "far", "fine", "mistaken", "lost"] {
        assert_eq!(message(fine), None, "{fine}");
    }
    assert!(index.conflict_within(&EntryId::new("t", "two").unwrap()).is_err());
    assert!(index.conflict_within(&EntryId::new("t", "other").unwrap()).is_ok());
}

#[test]
fn an_index_is_made_once_for_a_snapshot() {
    let indexes = Indexes::default();
    let snapshot = Snapshot::baseline([endpoint_entry("e", "r", "GET", "/")]);
    assert!(Arc::ptr_eq(&indexes.of(&snapshot), &indexes.of(&snapshot.clone())));
    let other = Snapshot::baseline([endpoint_entry("e", "r", "GET", "/")]);
    assert!(!Arc::ptr_eq(&indexes.of(&snapshot), &indexes.of(&other)));
}
