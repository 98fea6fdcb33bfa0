//! What a handler's writes, results and errors become.

use super::*;
use crate::{EVENT_END, Transfer};
use bytes::Bytes;
use infra_base::{Error, Format, Kind};
use tokio::sync::{mpsc, oneshot};

fn map(key: &str, value: i64) -> Payload {
    Payload::Data(Data::Map([(key.into(), Data::Int(value))].into_iter().collect()))
}

#[tokio::test]
async fn results_without_a_written_response() {
    let gives = |payload: fn() -> Result<Payload>| script(move |_| std::future::ready(payload()));
    let status = |status: u16, payload: fn() -> Payload| {
        script(move |e| async move {
            e.set_status(status)?;
            Ok(payload())
        })
    };
    let site = site(vec![
        ("GET /map", gives(|| Ok(map("a", 1)))),
        ("GET /text", gives(|| Ok(Data::text("{\"raw\":true}").into()))),
        ("GET /bytes", gives(|| Ok(Payload::Encoded(Format::Json, "[1]".into())))),
        ("GET /nil", gives(nothing)),
        ("GET /error", gives(|| Err(Error::new(Kind::NotFound, "no such user")))),
        ("GET /status", status(201, || map("b", 2))),
        ("GET /empty", status(204, || Data::Null.into())),
    ])
    .await;
    for (path, status, content_type, body) in [
        ("/map", 200, Some("application/json"), "{\"a\":1}"),
        ("/text", 200, Some("application/json"), "{\"raw\":true}"),
        ("/bytes", 200, Some("application/json"), "[1]"),
        ("/nil", 500, Some("text/plain; charset=utf-8"), "no response sent"),
        ("/error", 500, Some("text/plain; charset=utf-8"), "no such user"),
        ("/status", 201, Some("application/json"), "{\"b\":2}"),
        ("/empty", 204, None, ""),
    ] {
        let got = get(&site, path).await;
        let seen = (got.status, got.header("content-type"), got.body.as_str());
        assert_eq!(seen, (status, content_type, body), "{path}");
    }
}

#[tokio::test]
async fn headers_may_change_until_something_is_written() {
    let handler = script(|e| async move {
        e.set_status(500)?;
        e.set_content_type(b"text/html")?;
        e.set_header(b"X-One", b"1")?;
        e.set_status(202)?;
        e.set_header(b"x-one", b"2")?;
        e.set_header(b"Set-Cookie", b"a=1")?;
        e.set_header(b"Set-Cookie", b"b=2")?;
        e.set_header(b"Content-Length", b"999")?;
        let refused = |r: Result<()>| r.unwrap_err().to_string();
        assert_eq!(refused(e.set_status(99)), "status 99 is not between 200 and 599");
        assert_eq!(refused(e.set_header(b"a b", b"x")), "\"a b\" is not a header name");
        assert_eq!(
            refused(e.set_header(b"x", b"a\r\nInjected: 1")),
            "the value of header x contains a line end or control character"
        );
        for name in ["Connection", "Keep-Alive", "Proxy-Connection", "Trailer", "Upgrade", "Date"] {
            let expected = format!("header {} is set by the server", name.to_lowercase());
            assert_eq!(refused(e.set_header(name.as_bytes(), b"close")), expected);
        }
        assert!(e.write("ab".into())?.is_none());
        assert!(e.write_json("[]".into())?.is_none());
        for late in [e.set_status(200), e.set_header(b"x", b"y"), e.set_transfer(Transfer::Chunked)] {
            assert_eq!(refused(late), "headers already sent");
        }
        Err(Error::internal("ignored: the response is written"))
    });
    let site = site(vec![("GET /", handler)]).await;
    let got = get(&site, "/").await;
    assert_eq!((got.status, got.body.as_str(), got.header("content-length")), (202, "ab[]", Some("4")));
    assert_eq!((got.header("content-type"), got.header("x-one")), (Some("text/html"), Some("2")));
    assert_eq!(got.header("connection"), None);
    assert!(got.header("date").is_some_and(|date| date.ends_with(" GMT")), "{got:?}");
    assert_eq!(got.headers.iter().filter(|(n, _)| n == "set-cookie").count(), 2);
}

#[tokio::test]
async fn a_flushed_response_arrives_before_the_handler_ends() {
    let (go, gate) = oneshot::channel::<()>();
    let gate = Arc::new(parking_lot::Mutex::new(Some(gate)));
    let handler = script(move |e| {
        let gate = gate.lock().take().expect("called once");
        async move {
            assert!(e.write("early".into())?.is_none());
            e.flush()?;
            gate.await.map_err(|_| Error::internal("gone"))?;
            assert!(e.write(" late".into())?.is_none());
            nothing()
        }
    });
    let site = site(vec![("GET /", handler), ("GET /next", says("next"))]).await;
    let mut client = Client::connect(&site).await;
    client.send("GET / HTTP/1.1\r\nHost: t\r\n\r\n").await;
    let head = client.until("early\r\n").await;
    assert!(head.contains("transfer-encoding: chunked"), "{head}");
    go.send(()).unwrap();
    assert_eq!(client.until("0\r\n\r\n").await, "5\r\n late\r\n0\r\n\r\n");
    assert_eq!(client.ask("GET /next HTTP/1.1\r\nHost: t\r\n\r\n").await.body, "next");
}

/// An event `tick` with that data.
fn event(data: &[u8]) -> infra_base::Result<Bytes> {
    Ok([&Exchange::event_head(b"tick")?, data, EVENT_END].concat().into())
}

#[tokio::test]
async fn server_sent_events() {
    let handler = script(|e| async move {
        assert!(e.write_event(event(b"{\"n\":1}")?)?.is_none());
        assert!(e.write_event(event(b"2")?)?.is_none());
        assert_eq!(Exchange::event_head(b"a\nb").err().unwrap().kind(), Kind::Invalid);
        nothing()
    });
    let site = site(vec![("GET /", handler)]).await;
    let got = get(&site, "/").await;
    assert_eq!(got.header("content-type"), Some("text/event-stream"));
    assert_eq!(got.body, "event: tick\ndata: {\"n\":1}\n\nevent: tick\ndata: 2\n\n");
}

#[tokio::test]
async fn a_slow_client_holds_the_writer_and_loses_nothing() {
    const PIECES: usize = 400;
    let (tell, mut told) = mpsc::unbounded_channel();
    let handler = script(move |e| {
        let tell = tell.clone();
        async move {
            for i in 0..PIECES {
                let piece = vec![b'a' + (i % 26) as u8; 40 << 10];
                if let Some(writing) = e.write(piece.into())? {
                    let _ = tell.send(i);
                    writing.await?;
                }
            }
            nothing()
        }
    });
    let site = site(vec![("GET /", handler)]).await;
    let mut client = Client::connect(&site).await;
    client.send("GET / HTTP/1.1\r\nHost: t\r\n\r\n").await;
    // The handler waits before it has written what the sockets can't hold.
    told.recv().await.unwrap();
    let got = client.response(false).await;
    assert_eq!(got.header("transfer-encoding"), Some("chunked"));
    assert_eq!(got.body.len(), PIECES * (40 << 10));
    assert!((0..PIECES).all(|i| got.body.as_bytes()[i * (40 << 10)] == b'a' + (i % 26) as u8));
}

#[tokio::test]
async fn one_large_write_needs_no_chunks() {
    let handler = script(|e| async move {
        assert!(e.write(vec![b'x'; 5 << 20].into())?.is_none());
        nothing()
    });
    let site = site(vec![("GET /", handler)]).await;
    assert_eq!(get(&site, "/").await.header("content-length"), Some("5242880"));
}

/// Tells when it is dropped.
struct Dropped(Option<oneshot::Sender<()>>);

impl Drop for Dropped {
    fn drop(&mut self) {
        let _ = self.0.take().expect("dropped once").send(());
    }
}

/// A handler that never ends, and the news of its start and its drop.
fn endless(flush: bool) -> (Script, oneshot::Receiver<()>, oneshot::Receiver<()>) {
    let ((began, begun), (drop, dropped)) = (oneshot::channel(), oneshot::channel());
    let once = Arc::new(parking_lot::Mutex::new(Some((began, Dropped(Some(drop))))));
    let handler = script(move |e| {
        let (began, guard) = once.lock().take().expect("called once");
        async move {
            let _guard = guard;
            if flush {
                e.flush()?;
            }
            let _ = began.send(());
            std::future::pending().await
        }
    });
    (handler, begun, dropped)
}

#[tokio::test]
async fn a_client_that_leaves_ends_the_call() {
    for flush in [false, true] {
        let (handler, begun, dropped) = endless(flush);
        let site = site(vec![("GET /", handler)]).await;
        let mut client = Client::connect(&site).await;
        client.send("GET / HTTP/1.1\r\nHost: t\r\n\r\n").await;
        begun.await.unwrap();
        drop(client);
        dropped.await.unwrap();
    }
}

#[tokio::test]
async fn head_of_a_stream_has_no_body_and_ends_the_call() {
    let (handler, begun, dropped) = endless(true);
    let site = site(vec![("GET /", handler), ("GET /next", says("next"))]).await;
    let mut client = Client::connect(&site).await;
    assert_eq!(client.ask("HEAD / HTTP/1.1\r\nHost: t\r\n\r\n").await.status, 200);
    begun.await.unwrap();
    dropped.await.unwrap();
    assert_eq!(client.ask("GET /next HTTP/1.1\r\nHost: t\r\n\r\n").await.body, "next");
}

#[tokio::test]
async fn responses_that_have_no_body_drop_what_was_written() {
    let writes = |status: u16| {
        script(move |e| async move {
            e.set_status(status)?;
            e.set_header(b"Content-Length", b"77")?;
            assert!(e.write("ignored".into())?.is_none());
            nothing()
        })
    };
    let site =
        site(vec![("GET /204", writes(204)), ("GET /304", writes(304)), ("GET /200", writes(200))]).await;
    let mut client = Client::connect(&site).await;
    for (request, status, length) in
        [("GET /204", 204, None), ("GET /304", 304, None), ("HEAD /200", 200, Some("7"))]
    {
        client.send(format!("{request} HTTP/1.1\r\nHost: t\r\n\r\n")).await;
        let got = client.response(true).await;
        assert_eq!((got.status, got.header("content-length")), (status, length), "{request}");
    }
    assert_eq!(client.ask("GET /200 HTTP/1.1\r\nHost: t\r\n\r\n").await.body, "ignored");
}

#[tokio::test]
async fn a_stream_of_announced_length_has_that_length() {
    let writes = |text: &'static str| {
        script(move |e| async move {
            e.set_header(b"Content-Length", b"5")?;
            e.flush()?;
            // A handler that ends in its first poll gets its real length instead.
            tokio::task::yield_now().await;
            assert!(e.write(text.into())?.is_none());
            nothing()
        })
    };
    let site = site(vec![
        ("GET /right", writes("right")),
        ("GET /long", writes("too long")),
        ("GET /no", writes("no")),
    ])
    .await;
    assert_eq!(get(&site, "/right").await.body, "right");
    assert_eq!(get(&site, "/long").await.body, "too l");
    let mut client = Client::connect(&site).await;
    client.send("GET /no HTTP/1.1\r\nHost: t\r\n\r\n").await;
    let short = client.rest().await;
    assert!(
        short.split_once("\r\n\r\n").is_none_or(|(_, body)| body.len() < 5),
        "the connection ends: {short}"
    );
}
