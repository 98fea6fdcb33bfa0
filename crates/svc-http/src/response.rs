//! The response side of an exchange: status and headers, then bytes that are collected or streamed.

use crate::exchange::{Exchange, Inner};
use bytes::Bytes;
use hyper::header::{
    CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, TRANSFER_ENCODING,
};
use hyper::{StatusCode, header};
use infra_base::{Error, Result};
use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

/// Bytes that are held before a response starts to stream, and before a writer has to wait for the client.
pub(crate) const BUFFER: usize = 64 << 10;

/// What speaks of the connection and not of the response (RFC 9110 section 7.6.1), and the time of the message: a handler's
/// `Connection: close` would end a connection that others share behind a proxy, its `Date` would mislead caches.
const OF_THE_SERVER: [HeaderName; 6] = [
    header::CONNECTION,
    HeaderName::from_static("keep-alive"),
    HeaderName::from_static("proxy-connection"),
    header::TRAILER,
    header::UPGRADE,
    header::DATE,
];

/// Ends a server-sent event.
pub const EVENT_END: &[u8] = b"\n\n";

/// How a response that streams is framed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transfer {
    /// As it is written.
    Chunked,
    /// Server-sent events.
    Sse,
}

/// How far a response is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Phase {
    /// Status and headers may change.
    #[default]
    Open,
    /// Something was written; nothing has left yet.
    Collecting,
    /// The head has left or is about to; the queue is being sent.
    Streaming,
}

#[derive(Default)]
pub(crate) struct Response {
    pub(crate) status: Option<StatusCode>,
    pub(crate) headers: HeaderMap,
    phase: Phase,
    transfer: Option<Transfer>,
    pub(crate) queue: VecDeque<Bytes>,
    queued: usize,
    /// The connection; woken when there is something to send.
    reader: Option<Waker>,
    /// Whoever waits for room; rarely more than one.
    writers: Vec<Waker>,
    /// The connection does not want any more.
    gone: bool,
}

impl Response {
    /// Has anything been written or flushed?
    pub(crate) fn started(&self) -> bool {
        self.phase != Phase::Open
    }

    /// Must the head leave before the handler ends?
    pub(crate) fn streams(&self) -> bool {
        self.phase == Phase::Streaming
    }

    /// Bytes in the queue.
    pub(crate) fn queued(&self) -> usize {
        self.queued
    }

    /// Takes the next piece and lets a waiting writer go on.
    pub(crate) fn pop(&mut self) -> Option<Bytes> {
        let piece = self.queue.pop_front()?;
        self.queued -= piece.len();
        self.writers.drain(..).for_each(Waker::wake);
        Some(piece)
    }

    /// The connection waits for something to send.
    pub(crate) fn wait(&mut self, waker: &Waker) {
        match &mut self.reader {
            Some(own) => own.clone_from(waker),
            None => self.reader = Some(waker.clone()),
        }
    }

    /// The client is gone, or the response is over.
    pub(crate) fn close(&mut self) {
        self.gone = true;
        self.queue.clear();
        self.queued = 0;
        self.writers.drain(..).for_each(Waker::wake);
    }

    fn stream(&mut self) {
        self.phase = Phase::Streaming;
        if let Some(reader) = self.reader.take() {
            reader.wake();
        }
    }

    /// Queues `bytes`, or gives them back when there is no room.
    fn offer(&mut self, bytes: Bytes) -> Result<Option<Bytes>> {
        if self.gone {
            return Err(Error::internal("write failed: the connection is closed"));
        }
        if self.phase == Phase::Open {
            self.phase = Phase::Collecting;
        }
        let room = self.queue.is_empty() || self.queued + bytes.len() <= BUFFER;
        if !room {
            if self.phase == Phase::Collecting {
                self.stream();
            }
            return Ok(Some(bytes));
        }
        if !bytes.is_empty() {
            self.queued += bytes.len();
            self.queue.push_back(bytes);
        }
        if self.phase == Phase::Streaming || self.transfer.is_some() {
            self.stream();
        }
        Ok(None)
    }

    fn open(&mut self) -> Result<&mut Response> {
        if self.started() { Err(Error::invalid("headers already sent")) } else { Ok(self) }
    }
}

/// Waits for room in a response and then writes; made by [`Exchange::write`].
pub struct Writing {
    inner: Arc<Inner>,
    bytes: Bytes,
}

impl Writing {
    /// Bytes that it holds.
    pub fn size(&self) -> usize {
        self.bytes.len()
    }
}

impl Future for Writing {
    type Output = Result<()>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        let inner = self.inner.clone();
        let mut response = inner.response.lock();
        match response.offer(std::mem::take(&mut self.bytes)) {
            Ok(None) => Poll::Ready(Ok(())),
            Ok(Some(bytes)) => {
                self.bytes = bytes;
                if !response.writers.iter().any(|w| w.will_wake(cx.waker())) {
                    response.writers.push(cx.waker().clone());
                }
                Poll::Pending
            }
            Err(error) => Poll::Ready(Err(error)),
        }
    }
}

impl Exchange {
    /// Sets the status, 200 to 599. `Invalid` for another number and once something was written.
    pub fn set_status(&self, status: u16) -> Result<()> {
        let code = StatusCode::from_u16(status).ok().filter(|_| (200..=599).contains(&status));
        let code =
            code.ok_or_else(|| Error::invalid(format!("status {status} is not between 200 and 599")))?;
        self.0.response.lock().open()?.status = Some(code);
        Ok(())
    }

    /// Sets a header; a second value replaces the first, except `Set-Cookie`, which is added. `Invalid` for a name or value
    /// that is none, for what is the server's (framing, the connection, `Date`), and once something was written.
    pub fn set_header(&self, name: &[u8], value: &[u8]) -> Result<()> {
        let name = HeaderName::from_bytes(name).map_err(|_| {
            Error::invalid(format!("\"{}\" is not a header name", String::from_utf8_lossy(name)))
        })?;
        let value = HeaderValue::from_bytes(value).map_err(|_| {
            Error::invalid(format!("the value of header {name} contains a line end or control character"))
        })?;
        if name == TRANSFER_ENCODING {
            return Err(Error::invalid("header transfer-encoding is set by the server (see set_transfer)"));
        }
        if OF_THE_SERVER.contains(&name) {
            return Err(Error::invalid(format!("header {name} is set by the server")));
        }
        if name == CONTENT_LENGTH && !value.to_str().is_ok_and(|v| v.parse::<u64>().is_ok()) {
            return Err(Error::invalid("the value of header content-length is not a number of bytes"));
        }
        let mut response = self.0.response.lock();
        let headers = &mut response.open()?.headers;
        let full = if name == header::SET_COOKIE {
            headers.try_append(name, value).map(drop)
        } else {
            headers.try_insert(name, value).map(drop)
        };
        full.map_err(|_| Error::invalid("too many response headers"))
    }

    /// Sets the content type.
    pub fn set_content_type(&self, content_type: &[u8]) -> Result<()> {
        self.set_header(CONTENT_TYPE.as_str().as_bytes(), content_type)
    }

    /// Makes the response leave as it is written instead of at its end; [`Transfer::Sse`] also sets the headers of an event
    /// stream. `Invalid` once something was written.
    pub fn set_transfer(&self, transfer: Transfer) -> Result<()> {
        let mut response = self.0.response.lock();
        let response = response.open()?;
        response.transfer = Some(transfer);
        if transfer == Transfer::Sse {
            response.headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
            response.headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        }
        Ok(())
    }

    /// Appends to the body. `None`: done; otherwise the client is behind by more than 64 KiB, and the bytes are written when
    /// the returned future completes. `Internal` when the connection is closed.
    pub fn write(&self, bytes: Bytes) -> Result<Option<Writing>> {
        let left = self.0.response.lock().offer(bytes)?;
        Ok(self.writing(left))
    }

    fn writing(&self, left: Option<Bytes>) -> Option<Writing> {
        left.map(|bytes| Writing { inner: self.0.clone(), bytes })
    }

    /// As [`write`](Self::write) of an encoded JSON value; `application/json` unless a content type is set.
    pub fn write_json(&self, json: Bytes) -> Result<Option<Writing>> {
        let mut response = self.0.response.lock();
        if !response.started() && !response.headers.contains_key(CONTENT_TYPE) {
            response.headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        let left = response.offer(json)?;
        drop(response);
        Ok(self.writing(left))
    }

    /// How a server-sent event begins; behind it come its data, an encoded JSON value, and [`EVENT_END`]. `Invalid` when `name` contains a
    /// line end.
    pub fn event_head(name: &[u8]) -> Result<Vec<u8>> {
        if name.iter().any(|b| matches!(b, b'\r' | b'\n')) {
            return Err(Error::invalid("the name of an event has no line ends"));
        }
        Ok([b"event: ", name, b"\ndata: "].concat())
    }

    /// Appends a server-sent event. The first one makes the response an event stream. `Invalid` when something else was
    /// written before.
    pub fn write_event(&self, event: Bytes) -> Result<Option<Writing>> {
        if self.0.response.lock().transfer != Some(Transfer::Sse) {
            self.set_transfer(Transfer::Sse)?;
        }
        self.write(event)
    }

    /// Sends what was written so far, headers first.
    pub fn flush(&self) -> Result<()> {
        let mut response = self.0.response.lock();
        if response.gone {
            return Err(Error::internal("write failed: the connection is closed"));
        }
        response.stream();
        Ok(())
    }

    /// Have the headers left, or are they fixed because something was written?
    pub fn headers_sent(&self) -> bool {
        self.0.response.lock().started()
    }
}
