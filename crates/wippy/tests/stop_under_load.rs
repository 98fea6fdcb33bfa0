//! SIGTERM under load: what the server began is finished and answered, then the program ends with 0.

#![allow(clippy::unwrap_used, reason = "a test")]

#[path = "support/server.rs"]
mod server;

use rustix::process::{Pid, Signal, kill_process};
use server::Server;
use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::mpsc::{Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

const APP: &str = r#"namespace: app
entries:
  - {name: gateway, kind: http.service, addr: '127.0.0.1:0', lifecycle: {auto_start: true}}
  - {name: routes, kind: http.router, meta: {server: gateway}}
  - {name: page, kind: http.endpoint, meta: {router: routes}, method: GET, path: /page, func: answer}
  - {name: upload, kind: http.endpoint, meta: {router: routes}, method: POST, path: /upload, func: echo}
  - name: answer
    kind: function.lua
    modules: [http]
    source: "return function() require('http').response():write(('x'):rep(10000)) end"
  - name: echo
    kind: function.lua
    modules: [http]
    source: |
      local http = require("http")
      return function() http.response():write(http.request():body()) end
  # Processes that burn time beside the requests until they are asked to end.
  - {name: processes, kind: process.host, lifecycle: {auto_start: true}}
  - name: busy
    kind: function.lua
    source: |
      return function() return process.spawn("app:burn", "app:processes") end
  - name: burn
    kind: process.lua
    source: |
      return function()
        local asked = process.events():case_receive()
        repeat for _ = 1, 1000000 do end until not channel.select{asked, default = true}.default
      end
  - {name: start, kind: http.endpoint, meta: {router: routes}, method: GET, path: /start, func: busy}
"#;

/// Longest wait for anything; reached only when something hangs.
const LIMIT: Duration = Duration::from_secs(60);
const PAGE: usize = 10_000;

/// A client that sends one request after the other until the server is gone. How many were answered.
fn client(addr: SocketAddr, keep_alive: bool, warm: Sender<()>) -> JoinHandle<usize> {
    std::thread::spawn(move || {
        let connection = if keep_alive { "keep-alive" } else { "close" };
        let request = format!("GET /page HTTP/1.1\r\nHost: t\r\nConnection: {connection}\r\n\r\n");
        let mut answered = 0;
        while let Ok(stream) = TcpStream::connect(addr) {
            stream.set_read_timeout(Some(LIMIT)).unwrap();
            let mut reader = BufReader::new(stream);
            while let Some(head) = ask(&mut reader, &request) {
                assert!(head.starts_with("HTTP/1.1 200 OK\r\n"), "{head}");
                let mut body = vec![0; PAGE];
                reader.read_exact(&mut body).expect("a response that began is complete");
                answered += 1;
                if answered == 200 {
                    warm.send(()).unwrap();
                }
                if head.to_lowercase().contains("connection: close") {
                    assert_eq!(reader.read(&mut [0]).unwrap(), 0, "nothing follows the last response");
                    break;
                }
            }
        }
        answered
    })
}

/// Sends a request and reads the head of its response. `None`: the server had closed the connection before the request
/// reached it; that may happen to whoever asks while a server ends, but never within a response.
fn ask(reader: &mut BufReader<TcpStream>, request: &str) -> Option<String> {
    let gone =
        |error: &std::io::Error| matches!(error.kind(), ErrorKind::ConnectionReset | ErrorKind::BrokenPipe);
    match reader.get_mut().write_all(request.as_bytes()) {
        Err(error) if gone(&error) => return None,
        other => other.unwrap(),
    }
    let mut head = String::new();
    loop {
        match reader.read_line(&mut head) {
            Ok(0) if head.is_empty() => return None,
            Err(error) if head.is_empty() && gone(&error) => return None,
            Ok(0) => panic!("the head of a response ends early: {head:?}"),
            other => drop(other.unwrap()),
        }
        if head.ends_with("\r\n\r\n") {
            return Some(head);
        }
    }
}

/// An upload whose handler is known to wait for the second half of its body.
fn half_upload(addr: SocketAddr) -> BufReader<TcpStream> {
    let stream = TcpStream::connect(addr).unwrap();
    stream.set_read_timeout(Some(LIMIT)).unwrap();
    let mut reader = BufReader::new(stream);
    // The server says 100 when the handler asks for the body.
    let request = "POST /upload HTTP/1.1\r\nHost: t\r\nContent-Length: 10\r\nExpect: 100-continue\r\n\r\n";
    assert_eq!(ask(&mut reader, request).as_deref(), Some("HTTP/1.1 100 Continue\r\n\r\n"));
    reader.get_mut().write_all(b"first").unwrap();
    reader
}

#[test]
fn sigterm_under_load_finishes_what_was_begun() {
    let app = tempfile::tempdir().unwrap();
    let mut node = Server::of(app.path(), APP);
    let addr = node.addr;

    for _ in 0..2 {
        let mut starter = BufReader::new(TcpStream::connect(addr).unwrap());
        let start = "GET /start HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n";
        assert!(ask(&mut starter, start).is_some_and(|head| head.starts_with("HTTP/1.1 200 OK\r\n")));
    }
    let mut uploads: Vec<_> = (0..8).map(|_| half_upload(addr)).collect();
    let (warm, warmed) = channel();
    let clients: Vec<_> = (0..16).map(|i| client(addr, i % 2 == 0, warm.clone())).collect();
    for _ in &clients {
        warmed.recv_timeout(LIMIT).expect("every client is served");
    }

    let pid = Pid::from_raw(i32::try_from(node.child.id()).unwrap()).unwrap();
    kill_process(pid, Signal::TERM).unwrap();
    node.until("shutting down");
    for upload in &mut uploads {
        upload.get_mut().write_all(b"-half").unwrap();
        let mut answer = String::new();
        upload.read_to_string(&mut answer).expect("the connection is closed, not reset");
        assert!(
            answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.ends_with("\r\n\r\nfirst-half"),
            "{answer}"
        );
    }
    let answered: usize =
        clients.into_iter().map(|client| client.join().expect("no client was cut off")).sum();
    assert!(answered >= 16 * 200, "{answered}");

    node.until("stopped");
    assert!(node.log.next().is_none(), "nothing is said after the end");
    let status = node.child.wait().unwrap();
    assert_eq!(status.code(), Some(0), "{}", node.said);
    for word in ["WARN", "ERROR", "panic"] {
        assert!(!node.said.contains(word), "{}", node.said);
    }
}
