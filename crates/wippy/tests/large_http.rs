//! Bodies of some megabytes through the module `http`: what comes in steps is what would come at once.

#![allow(clippy::unwrap_used, reason = "a test")]

#[path = "support/server.rs"]
mod server;

use server::Server;
use std::io::{Read, Write};
use std::net::TcpStream;

const APP: &str = r#"namespace: app
entries:
  - {name: gateway, kind: http.service, addr: '127.0.0.1:0', lifecycle: {auto_start: true}}
  - {name: routes, kind: http.router, meta: {server: gateway}}
  - {name: e1, kind: http.endpoint, meta: {router: routes}, method: POST, path: /text, func: text}
  - {name: e2, kind: http.endpoint, meta: {router: routes}, method: POST, path: /json, func: json}
  - {name: e3, kind: http.endpoint, meta: {router: routes}, method: POST, path: /event, func: event}
  - {name: e4, kind: http.endpoint, meta: {router: routes}, method: POST, path: /broken, func: broken}
  - name: text
    kind: function.lua
    modules: [http]
    source: |
      local http = require("http")
      return function() assert(http.response():write(http.request():body()) == nil) end
  - name: json
    kind: function.lua
    modules: [http]
    source: |
      local http = require("http")
      return function()
        local value, err = http.request():body_json()
        if err then return tostring(err) end
        assert(http.response():write_json(value) == nil)
      end
  - name: event
    kind: function.lua
    modules: [http]
    source: |
      local http = require("http")
      return function()
        local res = http.response()
        assert(res:write_event({name = "large", data = http.request():body()}) == nil)
        assert(res:write_event({name = "end", data = 1}) == nil)
      end
  # A long value that has no form in JSON, found late: nothing is written, and the handler is told.
  - name: broken
    kind: function.lua
    modules: [http]
    source: |
      local http = require("http")
      return function()
        local res, value = http.response(), {}
        for i = 1, 20000 do value[i] = {n = i} end
        value[20000] = {1, x = 2}
        local err = res:write_json(value)
        local event = res:write_event({name = "broken", data = value})
        res:write(tostring(err) .. "|" .. tostring(event))
      end
"#;

/// Head and body of the answer; chunks are joined.
fn post(server: &Server, path: &str, body: &str) -> (String, String) {
    let mut stream = TcpStream::connect(server.addr).unwrap();
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: t\r\nConnection: close\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    let mut sending = stream.try_clone().unwrap();
    std::thread::scope(|scope| {
        scope.spawn(move || sending.write_all(body.as_bytes()).unwrap());
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        if !head.contains("transfer-encoding: chunked") {
            return (head.to_owned(), body.to_owned());
        }
        let (mut rest, mut joined) = (body, String::new());
        while let Some((size, after)) = rest.split_once("\r\n") {
            let size = usize::from_str_radix(size, 16).unwrap();
            joined.push_str(&after[..size]);
            rest = &after[size + 2..];
            if size == 0 {
                break;
            }
        }
        (head.to_owned(), joined)
    })
}

#[test]
fn large_bodies_go_through_unchanged() {
    let home = tempfile::tempdir().unwrap();
    let server = Server::of(home.path(), APP);
    let text: String =
        (0..300_000).map(|n| char::from(b'a' + (n % 23) as u8)).chain("é\u{1F600}".chars()).collect();
    let (head, body) = post(&server, "/text", &text);
    assert!(
        head.starts_with("HTTP/1.1 200") && head.contains(&format!("content-length: {}", text.len())),
        "{head}"
    );
    assert!(body == text, "{} bytes came back", body.len());

    let items: Vec<String> =
        (0..30_000).map(|n| format!(r#"{{"a":{n},"b":"text {n}","c":[{n}.5,true]}}"#)).collect();
    let json = format!(r#"{{"items":[{}],"text":"{text}"}}"#, items.join(","));
    let (head, body) = post(&server, "/json", &json);
    assert!(head.contains("content-type: application/json"), "{head}");
    assert!(body == json, "{} of {} bytes came back", body.len(), json.len());

    let (_, body) = post(&server, "/json", &json[..json.len() - 2]);
    assert!(body.contains("request body: json: "), "{body}");

    let (head, body) = post(&server, "/event", &text);
    assert!(head.contains("content-type: text/event-stream"), "{head}");
    assert!(
        body == format!("event: large\ndata: \"{text}\"\n\nevent: end\ndata: 1\n\n"),
        "{} bytes",
        body.len()
    );

    let (_, body) = post(&server, "/broken", "");
    let why = "json: a table with both text and number keys has no form in JSON";
    assert_eq!(body, format!("{why}|{why}"));
}
