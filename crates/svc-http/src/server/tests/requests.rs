//! Routing, keep-alive, and what a handler sees of a request.

use super::*;
use crate::Limits;

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Answers with what `read` makes of the request.
fn shows(read: impl Fn(&Exchange) -> String + Send + Sync + 'static) -> Script {
    script(move |exchange| {
        let shown = read(&exchange);
        async move {
            assert!(exchange.write(shown.into())?.is_none());
            nothing()
        }
    })
}

/// Answers with the body that was sent.
fn echo(limits: Limits) -> Script {
    script(move |exchange| async move {
        let body = exchange.body(limits).await?;
        assert_eq!(exchange.body(limits).await?, body, "a body is kept");
        assert!(exchange.write(body)?.is_none());
        nothing()
    })
}

#[tokio::test]
async fn a_connection_serves_many_requests_and_pipelined_ones_in_order() {
    let site = site(vec![("GET /a", says("first")), ("GET /b", says("second"))]).await;
    let mut client = Client::connect(&site).await;
    for _ in 0..3 {
        let got = client.ask("GET /a HTTP/1.1\r\nHost: t\r\n\r\n").await;
        assert_eq!((got.status, got.body.as_str(), got.header("content-length")), (200, "first", Some("5")));
        assert!(got.header("date").is_some());
    }
    client.send("GET /a HTTP/1.1\r\nHost: t\r\n\r\nGET /b HTTP/1.1\r\nHost: t\r\n\r\n".repeat(20)).await;
    for _ in 0..20 {
        assert_eq!(client.response(false).await.body, "first");
        assert_eq!(client.response(false).await.body, "second");
    }
    client.send("GET /a HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n").await;
    assert!(client.rest().await.ends_with("first"));
}

#[tokio::test]
async fn head_options_wrong_methods_and_redirects() {
    let routes =
        vec![("GET /a/{id}", says("body")), ("POST /a/{id}", says("made")), ("GET /tree/", says("t"))];
    let site = site(routes).await;
    let head = ask(&site, "HEAD /a/1 HTTP/1.1\r\nHost: t\r\n\r\n").await;
    assert_eq!((head.status, head.header("content-length")), (200, Some("4")));
    let options = ask(&site, "OPTIONS /a/1 HTTP/1.1\r\nHost: t\r\n\r\n").await;
    assert_eq!((options.status, options.header("allow")), (204, Some("GET, HEAD, POST, OPTIONS")));
    assert_eq!(ask(&site, "OPTIONS /nowhere HTTP/1.1\r\nHost: t\r\n\r\n").await.status, 204);
    let wrong = ask(&site, "DELETE /a/1 HTTP/1.1\r\nHost: t\r\n\r\n").await;
    assert_eq!((wrong.status, wrong.header("allow")), (405, Some("GET, HEAD, POST, OPTIONS")));
    assert_eq!(get(&site, "/nowhere").await.status, 404);
    assert_eq!(get(&site, "/a/%zz").await.status, 400);
    let moved = get(&site, "//a//1?x=%20").await;
    assert_eq!((moved.status, moved.header("location")), (301, Some("/a/1?x=%20")));
    let moved = ask(&site, "POST //a/1 HTTP/1.1\r\nHost: t\r\nContent-Length: 0\r\n\r\n").await;
    assert_eq!((moved.status, moved.header("location")), (308, Some("/a/1")));
    let moved = get(&site, "/tree").await;
    assert_eq!((moved.status, moved.header("location")), (301, Some("/tree/")));
}

#[tokio::test]
async fn a_handler_sees_the_request() {
    let all = shows(|e| {
        let params: Vec<_> = e.params().map(|(k, v)| format!("{k}={}", text(&v))).collect();
        let query: Vec<_> =
            e.query_params().iter().map(|(k, v)| format!("{}={}", text(k), text(v))).collect();
        let header = |name: &str| e.header(name.as_bytes()).map(|v| text(&v));
        format!(
            "{} {} {} {} | {params:?} {:?} | {query:?} {:?} | {:?} {:?} | {} {} {} {} {}",
            e.method(),
            text(&e.path()),
            text(&e.host()),
            e.remote_addr().starts_with("127.0.0.1:"),
            e.param(b"tail").map(|v| text(&v)),
            e.query(b"q").map(|v| text(&v)),
            header("X-TWICE"),
            header("none"),
            e.is_content_type(b"application/json"),
            e.accepts(b"text/html"),
            e.accepts(b"image/png"),
            e.has_body(),
            e.content_length(),
        )
    });
    let site = site(vec![("PUT /u/{id}/{tail...}", all)]).await;
    let got = ask(
        &site,
        "PUT /u/a%2Fb/x/y%20z?q=1&p=%26+x&q=2&bad=%z&& HTTP/1.1\r\nHost: example:80\r\nX-Twice: a\r\nx-twice: b\r\n\
         Content-Type: Application/JSON; charset=utf-8\r\nAccept: text/html;q=0.9, text/plain\r\nContent-Length: 2\r\n\r\n{}",
    )
    .await;
    assert_eq!(
        got.body,
        "PUT /u/a/b/x/y z example:80 true | [\"id=a/b\", \"tail=x/y z\"] Some(\"x/y z\") | [\"q=1,2\", \"p=& x\"] \
         Some(\"1\") | Some(\"a, b\") None | true true false true 2"
    );
}

#[tokio::test]
async fn bodies_whole_chunked_and_announced() {
    let site = site(vec![("POST /", echo(Limits::default()))]).await;
    let mut client = Client::connect(&site).await;
    let got = client.ask("POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 5\r\n\r\nhello").await;
    assert_eq!(got.body, "hello");
    client.send("POST / HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n").await;
    let got = client.ask("4\r\ndefg\r\n1;x=y\r\nh\r\n0\r\n\r\n").await;
    assert_eq!(got.body, "abcdefgh");
    client.send("POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n").await;
    assert_eq!(client.until("\r\n\r\n").await, "HTTP/1.1 100 Continue\r\n\r\n");
    assert_eq!(client.ask("abc").await.body, "abc");
    let large = "x".repeat(3 << 20);
    let head = format!("POST / HTTP/1.1\r\nHost: t\r\nContent-Length: {}\r\n\r\n", large.len());
    assert_eq!(client.ask(&(head + &large)).await.body.len(), large.len());
}

#[tokio::test]
async fn a_body_is_a_stream_once() {
    let streamed = script(|exchange| async move {
        let mut stream = exchange.stream(Limits::default())?;
        let mut sizes = Vec::new();
        while let Some(piece) = stream.read(4).await? {
            sizes.push(piece.len().to_string());
        }
        let again = exchange.stream(Limits::default()).err().unwrap();
        let whole = exchange.body(Limits::default()).await.err().unwrap();
        for error in [again, whole] {
            assert_eq!(error.message(), "the request body was taken as a stream already");
        }
        assert!(exchange.write(sizes.join(" ").into())?.is_none());
        nothing()
    });
    let site = site(vec![("POST /", streamed)]).await;
    let got = ask(&site, "POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 10\r\n\r\n0123456789").await;
    assert_eq!(got.body, "4 4 2");
}

#[tokio::test]
async fn a_body_over_the_limit_is_invalid() {
    let limits = Limits { max_body: 4, ..Limits::default() };
    let site = site(vec![("POST /", echo(limits))]).await;
    for request in [
        "POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 5\r\n\r\nhello",
        "POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 500000\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n3\r\ndef\r\n",
    ] {
        let got = ask(&site, request).await;
        assert_eq!((got.status, got.body.as_str()), (500, "the request body is larger than 4 bytes"));
    }
    assert_eq!(ask(&site, "POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 4\r\n\r\nfour").await.body, "four");
}

#[tokio::test]
async fn a_body_that_nobody_reads_does_not_spoil_the_next_request() {
    let site = site(vec![("POST /", says("unread")), ("GET /", says("next"))]).await;
    let mut client = Client::connect(&site).await;
    for _ in 0..2 {
        let got = client.ask("POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 5\r\n\r\nhello").await;
        assert_eq!(got.body, "unread");
        assert_eq!(client.ask("GET / HTTP/1.1\r\nHost: t\r\n\r\n").await.body, "next");
    }
}

#[tokio::test]
async fn a_failed_body_fails_again_for_the_same_reason() {
    let twice = script(|e| async move {
        let limits = Limits { max_body: 3, ..Limits::default() };
        let (first, second) = (e.body(limits).await.unwrap_err(), e.body(limits).await.unwrap_err());
        assert_eq!((first.message(), first.kind()), (second.message(), infra_base::Kind::Invalid));
        Err(second)
    });
    let site = site(vec![("POST /", twice)]).await;
    let got =
        ask(&site, "POST / HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nabcd\r\n").await;
    assert_eq!(got.body, "the request body is larger than 3 bytes");
}
