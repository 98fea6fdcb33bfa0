//! Half requests, slow heads, oversized heads, bad framing, and many connections.

use super::*;
use crate::Limits;
use std::pin::Pin;
use std::task::Poll;
use tokio::io::{AsyncRead, ReadBuf};
use tokio::sync::oneshot;

fn limits(head: u64, idle: u64) -> TimeLimits {
    let seconds = |s| Some(Duration::from_secs(s));
    TimeLimits { head: seconds(head), idle: seconds(idle), ..TimeLimits::default() }
}

/// Has the server closed? Anything that it sends fails the test.
async fn is_closed(client: &mut Client) -> bool {
    std::future::poll_fn(|cx| {
        let mut bytes = [0; 64];
        let mut buf = ReadBuf::new(&mut bytes);
        Poll::Ready(match Pin::new(&mut client.stream).poll_read(cx, &mut buf) {
            Poll::Ready(Ok(())) => {
                assert!(buf.filled().is_empty(), "{:?}", String::from_utf8_lossy(buf.filled()));
                true
            }
            Poll::Ready(Err(_)) => true,
            Poll::Pending => false,
        })
    })
    .await
}

/// Moves the clock second by second until the server closes; how many seconds it took. The server's task gets turns of
/// the runtime and of its driver before each.
async fn seconds_until_closed(client: &mut Client, clock: &infra_clock::SimControl) -> u64 {
    for second in 0..1000 {
        for _ in 0..200 {
            tokio::task::yield_now().await;
            if is_closed(client).await {
                return second;
            }
        }
        clock.advance(Duration::from_secs(1));
    }
    panic!("never closed")
}

#[tokio::test]
async fn slow_heads_and_idle_connections_are_closed_at_their_limits() {
    for (start, expected) in [("GET / HT", 30), ("", 120), ("GET /a HTTP/1.1\r\nHost: t\r\nX: ", 30)] {
        let (clock, control) = Clock::simulated();
        let site = site_with(clock, limits(30, 120), vec![("GET /", says("hi"))]).await;
        let mut client = Client::connect(&site).await;
        client.send(start).await;
        let took = seconds_until_closed(&mut client, &control).await;
        assert!((expected..=expected + 1).contains(&took), "{start:?} took {took}");
    }
}

#[tokio::test]
async fn after_a_response_the_idle_limit_runs_and_a_parked_connection_still_serves() {
    let (clock, control) = Clock::simulated();
    let site = site_with(clock, limits(30, 120), vec![("GET /", says("hi"))]).await;
    let mut client = Client::connect(&site).await;
    for _ in 0..3 {
        assert_eq!(client.ask("GET / HTTP/1.1\r\nHost: t\r\n\r\n").await.body, "hi");
        for _ in 0..20 {
            control.advance(Duration::from_secs(5));
            tokio::task::yield_now().await;
        }
    }
    // A head that begins on a parked connection has its own time.
    client.send("GET / HTTP/1.1\r\n").await;
    let took = seconds_until_closed(&mut client, &control).await;
    assert!((30..=31).contains(&took), "took {took}");
}

#[tokio::test]
async fn the_start_of_a_pipelined_request_is_not_lost_by_parking() {
    let (clock, control) = Clock::simulated();
    let site = site_with(clock, limits(30, 120), vec![("GET /", says("hi"))]).await;
    let mut client = Client::connect(&site).await;
    assert_eq!(client.ask("GET / HTTP/1.1\r\nHost: t\r\n\r\nGET / HT").await.body, "hi");
    for _ in 0..10 {
        control.advance(Duration::from_secs(1));
        tokio::task::yield_now().await;
    }
    assert_eq!(client.ask("TP/1.1\r\nHost: t\r\n\r\n").await.body, "hi");
}

#[tokio::test]
async fn without_limits_nothing_is_closed() {
    let (clock, control) = Clock::simulated();
    let limits = TimeLimits { head: None, read: None, write: None, idle: None };
    let site = site_with(clock, limits, vec![("GET /", says("hi"))]).await;
    let mut client = Client::connect(&site).await;
    client.send("GET / HT").await;
    for _ in 0..100 {
        control.advance(Duration::from_secs(3600));
        tokio::task::yield_now().await;
    }
    assert_eq!(client.ask("TP/1.1\r\nHost: t\r\n\r\n").await.body, "hi");
}

#[tokio::test]
async fn half_requests_end_with_their_connection() {
    let site = site(vec![("GET /", says("hi"))]).await;
    for half in ["", "G", "GET / HTTP/1.1\r\nHost: t\r\n"] {
        let mut client = Client::connect(&site).await;
        client.send(half).await;
        client.stream.shutdown().await.unwrap();
        assert_eq!(client.rest().await, "", "{half:?}");
    }
    assert_eq!(get(&site, "/").await.body, "hi");
}

#[tokio::test]
async fn what_is_not_http_is_a_bad_request() {
    let site = site(vec![("GET /", says("hi"))]).await;
    for bad in [
        "hello\r\n\r\n",
        "GET / HTTP/1.1\r\nbad header\r\n\r\n",
        "GET / HTTP/9.9\r\n\r\n",
        "\x16\x03\x01\x02\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabc",
        "POST / HTTP/1.1\r\nHost: t\r\nContent-Length: -3\r\n\r\nabc",
        "POST / HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: gzip\r\n\r\nabc",
    ] {
        let got = ask(&site, bad).await;
        assert_eq!((got.status, got.body.as_str()), (400, ""), "{bad:?}");
    }
}

#[tokio::test]
async fn a_request_names_one_host_and_older_ones_need_not() {
    let site = site(vec![("GET /", says("hi"))]).await;
    for bad in ["GET / HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"] {
        let got = ask(&site, bad).await;
        assert_eq!((got.status, got.body.as_str()), (400, "one host header is required"), "{bad:?}");
    }
    let mut client = Client::connect(&site).await;
    client.send("GET / HTTP/1.0\r\n\r\n").await;
    let all = client.rest().await;
    assert!(all.starts_with("HTTP/1.0 200 OK\r\n") && all.ends_with("\r\n\r\nhi"), "{all}");
}

#[tokio::test]
async fn a_head_over_one_mebibyte_is_431() {
    let site = site(vec![("GET /", says("hi"))]).await;
    let request = |size: usize| format!("GET / HTTP/1.1\r\nHost: t\r\nX: {}\r\n\r\n", "x".repeat(size));
    assert_eq!(ask(&site, &request((1 << 20) - 100)).await.status, 200);
    let mut client = Client::connect(&site).await;
    // The server may close before it has read all of it.
    let _ = client.stream.write_all(request(1 << 20).as_bytes()).await;
    assert_eq!(client.response(false).await.status, 431);
}

#[tokio::test]
async fn bad_chunking_is_a_bad_request() {
    let reads = script(|e| async move {
        e.body(Limits::default()).await?;
        nothing()
    });
    let site = site(vec![("POST /", reads)]).await;
    for bad in ["zz\r\nabc\r\n", "3\r\nabcd\r\n", "fffffffffffffffff\r\n", "-1\r\n\r\n"] {
        let mut client = Client::connect(&site).await;
        client.send(format!("POST / HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n{bad}")).await;
        let got = client.response(false).await;
        assert_eq!((got.status, got.body.as_str()), (400, "malformed request body"), "{bad:?}");
        assert_eq!(client.rest().await, "", "the connection is closed");
    }
}

#[tokio::test]
async fn a_body_that_stops_ends_at_its_limit() {
    let (clock, control) = Clock::simulated();
    let (began, begun) = oneshot::channel();
    let once = Arc::new(parking_lot::Mutex::new(Some(began)));
    let reads = script(move |e| {
        once.lock().take().expect("called once").send(()).unwrap();
        async move {
            let error =
                e.body(Limits { timeout: Duration::from_secs(10), ..Limits::default() }).await.unwrap_err();
            assert_eq!(error.kind(), infra_base::Kind::Internal);
            Err(error)
        }
    });
    let site = site_with(clock, TimeLimits::default(), vec![("POST /", reads)]).await;
    let mut client = Client::connect(&site).await;
    client.send("POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 10\r\n\r\nabc").await;
    begun.await.unwrap();
    while control.sleepers() < 1 {
        tokio::task::yield_now().await;
    }
    control.advance(Duration::from_secs(10));
    assert_eq!(client.response(false).await.body, "reading the request body took too long");
}

#[tokio::test]
async fn a_client_that_takes_nothing_is_closed_at_the_write_limit() {
    let (clock, control) = Clock::simulated();
    let limits = TimeLimits { write: Some(Duration::from_secs(5)), ..TimeLimits::default() };
    let (guard, mut ended) = oneshot::channel::<()>();
    let once = Arc::new(parking_lot::Mutex::new(Some(guard)));
    let floods = script(move |e| {
        let guard = once.lock().take().expect("called once");
        async move {
            let _guard = guard;
            loop {
                if let Some(writing) = e.write(vec![0; 64 << 10].into())? {
                    writing.await?;
                }
            }
        }
    });
    let site = site_with(clock, limits, vec![("GET /", floods)]).await;
    let mut client = Client::connect(&site).await;
    client.send("GET / HTTP/1.1\r\nHost: t\r\n\r\n").await;
    // Nothing reads the client's socket; the drop of the guard is the end of the call.
    while !matches!(ended.try_recv(), Err(oneshot::error::TryRecvError::Closed)) {
        control.advance(Duration::from_millis(100));
        tokio::task::yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_connections_at_once() {
    let site = site(vec![("GET /", says("hi"))]).await;
    let mut clients = Vec::new();
    for _ in 0..1000 {
        clients.push(Client::connect(&site).await);
    }
    for _ in 0..3 {
        for client in &mut clients {
            client.send("GET / HTTP/1.1\r\nHost: t\r\n\r\n").await;
        }
        for client in &mut clients {
            assert_eq!(client.response(false).await.body, "hi");
        }
    }
}
