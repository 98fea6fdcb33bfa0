//! Graceful stop, hand-over of a listener, and ports that are taken.

use super::*;
use tokio::sync::oneshot;

/// A handler that says it began and waits to be let go.
fn gated() -> (Script, oneshot::Receiver<()>, oneshot::Sender<()>) {
    let ((began, begun), (go, gate)) = (oneshot::channel(), oneshot::channel::<()>());
    let once = Arc::new(parking_lot::Mutex::new(Some((began, gate))));
    let handler = script(move |e| {
        let (began, gate) = once.lock().take().expect("called once");
        async move {
            let _ = began.send(());
            let _ = gate.await;
            assert!(e.write("finished".into())?.is_none());
            nothing()
        }
    });
    (handler, begun, go)
}

#[tokio::test]
async fn a_stop_lets_requests_finish_and_closes_idle_connections() {
    let (handler, begun, go) = gated();
    let site = site(vec![("GET /", handler), ("GET /quick", says("quick"))]).await;
    let (mut busy, mut idle, mut kept) =
        (Client::connect(&site).await, Client::connect(&site).await, Client::connect(&site).await);
    assert_eq!(kept.ask("GET /quick HTTP/1.1\r\nHost: t\r\n\r\n").await.body, "quick");
    busy.send("GET / HTTP/1.1\r\nHost: t\r\n\r\n").await;
    begun.await.unwrap();
    let (dropped, ()) = tokio::join!(site.server.stop(Duration::from_secs(60)), async {
        assert_eq!((idle.rest().await, kept.rest().await), (String::new(), String::new()));
        assert!(TcpStream::connect(site.addr).await.is_err(), "no listener is left");
        go.send(()).unwrap();
        let got = busy.response(false).await;
        assert_eq!((got.body.as_str(), got.header("connection")), ("finished", Some("close")));
        assert_eq!(busy.rest().await, "");
    });
    assert_eq!(dropped, 0);
}

#[tokio::test]
async fn a_connection_that_just_came_may_still_ask_when_the_server_stops() {
    let (clock, control) = Clock::simulated();
    let site = site_with(clock, TimeLimits::default(), vec![("GET /", says("hi"))]).await;
    let (mut asks, mut silent) = (Client::connect(&site).await, Client::connect(&site).await);
    // Both are accepted once a third one, which came later, is served.
    assert_eq!(get(&site, "/").await.body, "hi");
    let (dropped, ()) = tokio::join!(site.server.stop(Duration::from_secs(5)), async {
        tokio::task::yield_now().await;
        let got = asks.ask("GET / HTTP/1.1\r\nHost: t\r\n\r\n").await;
        assert_eq!((got.body.as_str(), got.header("connection")), ("hi", Some("close")));
        control.advance(Duration::from_millis(500));
        assert_eq!(silent.rest().await, "");
    });
    assert_eq!(dropped, 0);
}

#[tokio::test]
async fn who_waits_in_the_backlog_when_the_server_stops_is_answered() {
    use std::io::{Read, Write};
    let site = site(vec![("GET /", says("hi"))]).await;
    assert_eq!(get(&site, "/").await.body, "hi");
    // The test holds the only thread: the system completes these connections, the server has not accepted them.
    let mut waiting: Vec<_> = (0..100).map(|_| std::net::TcpStream::connect(site.addr).unwrap()).collect();
    for client in &mut waiting {
        client.write_all(b"GET / HTTP/1.1\r\nHost: t\r\n\r\n").unwrap();
    }
    assert_eq!(site.server.stop(Duration::from_secs(60)).await, 0);
    for client in &mut waiting {
        let mut answer = String::new();
        client.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.ends_with("\r\n\r\nhi"), "{answer:?}");
    }
}

#[tokio::test]
async fn a_stop_drops_what_is_not_done_by_its_limit() {
    let (clock, control) = Clock::simulated();
    let (handler, begun, _go) = gated();
    let site = site_with(clock, TimeLimits::default(), vec![("GET /", handler)]).await;
    let mut busy = Client::connect(&site).await;
    busy.send("GET / HTTP/1.1\r\nHost: t\r\n\r\n").await;
    begun.await.unwrap();
    let (dropped, ()) = tokio::join!(site.server.stop(Duration::from_secs(5)), async {
        while control.sleepers() < 1 {
            tokio::task::yield_now().await;
        }
        control.advance(Duration::from_secs(5));
        assert_eq!(busy.rest().await, "");
    });
    assert_eq!(dropped, 1);
}

#[tokio::test]
async fn a_listener_goes_over_to_another_server_without_a_gap() {
    let id = EntryId::parse("test:gateway").unwrap();
    let listener = Arc::new(listen("127.0.0.1:0").await.unwrap());
    let addr = listener.local_addr().unwrap();
    let server = || {
        let call = |_| -> BoxFuture<'static, Result<Payload>> { Box::pin(std::future::ready(nothing())) };
        let routes = Arc::new(Routes::fixed(id.clone(), Table::default()));
        let server = Server::new(id.clone(), Arc::new(call), Clock::system(), TimeLimits::default(), routes);
        server.serve(listener.clone());
        server
    };
    let old = server();
    let new = Site { server: server(), addr };
    assert_eq!(old.stop(Duration::from_secs(60)).await, 0);
    for _ in 0..50 {
        assert_eq!(get(&new, "/").await.status, 404);
    }
}

#[tokio::test]
async fn a_taken_port_names_address_and_reason() {
    let first = site(vec![]).await;
    let addr = first.addr.to_string();
    let error = listen(&addr).await.unwrap_err();
    assert_eq!(error.message(), format!("cannot listen on {addr}: address in use"));
    let bad = listen(":port").await.unwrap_err();
    assert_eq!(bad.message(), "cannot listen on :port: the port is not a number from 0 to 65535");
}
