//! From a running call to a response: whole when the call ended first, else streamed.

use crate::connection::Link;
use crate::exchange::{Exchange, Inner};
use crate::response::Response as State;
use crate::table::Route;
use bytes::Bytes;
use core_dispatch::BoxFuture;
use hyper::body::{Body, Frame, SizeHint};
use hyper::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderValue};
use hyper::{Method, Response, StatusCode};
use infra_base::{Data, Error, Format, Payload, Result};
use std::collections::VecDeque;
use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll};

type Call = BoxFuture<'static, Result<Payload>>;

/// The future that hyper waits for: a handler's call, or a response that was ready at once.
pub(crate) enum Answer {
    Ready(Option<Response<ReplyBody>>),
    Call(Option<(Exchange, Call)>),
}

impl Future for Answer {
    type Output = Result<Response<ReplyBody>, Infallible>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let slot = match &mut *self {
            Answer::Ready(response) => {
                return Poll::Ready(Ok(response.take().expect("hyper polls an answer until it is ready")));
            }
            Answer::Call(slot) => slot,
        };
        let (exchange, call) = slot.as_mut().expect("hyper polls an answer until it is ready");
        if let Poll::Ready(result) = call.as_mut().poll(cx) {
            // The call lets go of the exchange, too.
            let exchange = slot.take().map(|(exchange, _)| exchange);
            return Poll::Ready(Ok(finished(exchange.expect("taken out above"), result)));
        }
        let mut state = exchange.0.response.lock();
        if !state.streams() {
            state.wait(cx.waker());
            return Poll::Pending;
        }
        let head = head(&mut state);
        drop(state);
        let (exchange, call) = slot.take().expect("taken out above");
        let link = exchange.0.link.clone();
        let body = Source::Stream { exchange, call: Some(call) };
        Poll::Ready(Ok(head.map(|()| ReplyBody { source: body, link })))
    }
}

/// Status and headers as the handler left them.
fn head(state: &mut State) -> Response<()> {
    let mut response = Response::new(());
    *response.status_mut() = state.status.unwrap_or(StatusCode::OK);
    *response.headers_mut() = std::mem::take(&mut state.headers);
    response
}

/// The response of a call that ended before anything left.
fn finished(exchange: Exchange, result: Result<Payload>) -> Response<ReplyBody> {
    match Arc::try_unwrap(exchange.0) {
        Ok(Inner { head, route, link, response, .. }) => {
            answer(&head.method, &route, link, &mut response.into_inner(), result)
        }
        // A heap that is being freed, or a write that waits, holds it still.
        Err(held) => {
            let link = held.link.clone();
            answer(&held.head.method, &held.route, link, &mut held.response.lock(), result)
        }
    }
}

fn answer(
    method: &Method,
    route: &Route,
    link: Arc<Link>,
    state: &mut State,
    result: Result<Payload>,
) -> Response<ReplyBody> {
    if state.started() {
        if let Err(error) = result {
            tracing::warn!(endpoint = %route.endpoint, %error, "handler failed after it had written");
        }
        let pieces = std::mem::take(&mut state.queue);
        let length = state.queued() as u64;
        return whole(head(state), pieces, length, link, method);
    }
    let (status, content_type, body) = match result {
        Ok(value) => match encoded(value) {
            Ok(Some(json)) => (state.status.unwrap_or(StatusCode::OK), "application/json", json),
            Ok(None) if state.status.is_some() || !state.headers.is_empty() => {
                return whole(head(state), VecDeque::new(), 0, link, method);
            }
            Ok(None) => (StatusCode::INTERNAL_SERVER_ERROR, TEXT, Bytes::from_static(b"no response sent")),
            Err(error) => failed(route, &link, &error),
        },
        Err(error) => failed(route, &link, &error),
    };
    state.status = Some(status);
    state.headers.entry(CONTENT_TYPE).or_insert(HeaderValue::from_static(content_type));
    let length = body.len() as u64;
    whole(head(state), VecDeque::from([body]), length, link, method)
}

const TEXT: &str = "text/plain; charset=utf-8";

fn failed(route: &Route, link: &Link, error: &Error) -> (StatusCode, &'static str, Bytes) {
    if link.malformed.load(Ordering::Relaxed) {
        return (StatusCode::BAD_REQUEST, TEXT, Bytes::from_static(b"malformed request body"));
    }
    tracing::error!(endpoint = %route.endpoint, func = %route.func, %error, "handler failed");
    (StatusCode::INTERNAL_SERVER_ERROR, TEXT, Bytes::copy_from_slice(error.message().as_bytes()))
}

/// A handler's result as a JSON body: bytes and text as they are, nothing for nil.
fn encoded(value: Payload) -> Result<Option<Bytes>> {
    let data = match value {
        Payload::Encoded(Format::Json | Format::Text | Format::Bytes, bytes) => return Ok(Some(bytes)),
        Payload::Encoded(format, _) => {
            return Err(Error::internal(format!("a result in format {} is no response", format.as_str())));
        }
        Payload::Error(error) => return Err(error),
        Payload::Data(data) => data,
        Payload::Portable(portable) => portable.to_data()?,
    };
    match data {
        Data::Null => Ok(None),
        Data::Text(text) => Ok(Some(text.into_boxed_bytes().into_vec().into())),
        Data::Bytes(bytes) => Ok(Some(bytes)),
        other => Ok(Some(infra_codec::json::encode(&other).into())),
    }
}

fn whole(
    head: Response<()>,
    mut pieces: VecDeque<Bytes>,
    length: u64,
    link: Arc<Link>,
    method: &Method,
) -> Response<ReplyBody> {
    let mut response = head;
    if *method != Method::HEAD || !pieces.is_empty() {
        // The length is known; a handler's own could only disagree.
        response.headers_mut().remove(CONTENT_LENGTH);
    }
    let source = match (pieces.len(), pieces.pop_front()) {
        (_, None) => Source::Done,
        (1, Some(only)) => Source::Piece(only),
        (_, Some(first)) => {
            pieces.push_front(first);
            Source::Pieces(pieces, length)
        }
    };
    response.map(|()| ReplyBody { source, link })
}

/// A response of the server itself, with a short text.
pub(crate) fn plain(status: StatusCode, text: &'static str, link: &Arc<Link>) -> Response<ReplyBody> {
    let source =
        if text.is_empty() { Source::Done } else { Source::Piece(Bytes::from_static(text.as_bytes())) };
    let mut response = Response::new(ReplyBody { source, link: link.clone() });
    *response.status_mut() = status;
    if !text.is_empty() {
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(TEXT));
    }
    response
}

/// The body that hyper sends. Its drop marks the end of the request; with a call still in it, that call ends too.
pub(crate) struct ReplyBody {
    source: Source,
    link: Arc<Link>,
}

enum Source {
    Done,
    Piece(Bytes),
    /// With their total length.
    Pieces(VecDeque<Bytes>, u64),
    /// The handler goes on in the body's own poll.
    Stream {
        exchange: Exchange,
        call: Option<Call>,
    },
}

impl Body for ReplyBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let this = &mut *self;
        let piece = match &mut this.source {
            Source::Done => None,
            Source::Piece(piece) => {
                let piece = std::mem::take(piece);
                this.source = Source::Done;
                Some(piece)
            }
            Source::Pieces(pieces, length) => {
                let piece = pieces.pop_front();
                *length -= piece.as_ref().map_or(0, |p| p.len() as u64);
                piece
            }
            Source::Stream { exchange, call } => match stream(exchange, call, &this.link, cx) {
                Poll::Ready(piece) => piece,
                Poll::Pending => return Poll::Pending,
            },
        };
        Poll::Ready(piece.map(|piece| Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        match &self.source {
            Source::Done => true,
            Source::Pieces(pieces, _) => pieces.is_empty(),
            Source::Piece(_) | Source::Stream { .. } => false,
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.source {
            Source::Done => SizeHint::with_exact(0),
            Source::Piece(piece) => SizeHint::with_exact(piece.len() as u64),
            Source::Pieces(_, length) => SizeHint::with_exact(*length),
            Source::Stream { .. } => SizeHint::default(),
        }
    }
}

/// The next piece of a stream. While the socket takes nothing, pieces stay in the exchange's bounded queue, so that a slow
/// client holds the handler and not memory.
fn stream(
    exchange: &Exchange,
    call: &mut Option<Call>,
    link: &Link,
    cx: &mut Context<'_>,
) -> Poll<Option<Bytes>> {
    let blocked = link.blocked.load(Ordering::Relaxed);
    if !blocked && let Some(piece) = exchange.0.response.lock().pop() {
        return Poll::Ready(Some(piece));
    }
    if let Some(running) = call
        && let Poll::Ready(result) = running.as_mut().poll(cx)
    {
        *call = None;
        if let Err(error) = result {
            tracing::warn!(endpoint = %exchange.endpoint(), %error, "handler failed after it had written");
        }
    }
    let mut state = exchange.0.response.lock();
    if !blocked && let Some(piece) = state.pop() {
        return Poll::Ready(Some(piece));
    }
    if call.is_none() && state.queued() == 0 {
        return Poll::Ready(None);
    }
    state.wait(cx.waker());
    Poll::Pending
}

impl Drop for ReplyBody {
    fn drop(&mut self) {
        if let Source::Stream { exchange, .. } = &self.source {
            exchange.0.response.lock().close();
        }
        self.link.finished();
    }
}
