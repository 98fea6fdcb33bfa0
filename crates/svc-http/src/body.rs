//! Reading a request's body: once, as a whole or as a stream, within a size and a time.

use crate::exchange::{Exchange, Inner};
use bytes::{Bytes, BytesMut};
use hyper::body::{Body, Incoming};
use infra_base::{Error, Result};
use infra_clock::{Moment, Sleep};
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll, ready};
use std::time::Duration;

/// How much of a body is read, and for how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes; a longer body is `Invalid`.
    pub max_body: u64,
    /// From the first read to the end of the body; a slower one is `Internal`.
    pub timeout: Duration,
}

impl Default for Limits {
    /// 120 MB, 300 s.
    fn default() -> Limits {
        Limits { max_body: 120 << 20, timeout: Duration::from_secs(300) }
    }
}

/// What became of the body so far.
pub(crate) enum RequestBody {
    Unread(Incoming),
    /// Somebody reads it right now, or stopped half-way.
    Taken,
    /// Read as a whole; kept for the next who asks.
    Whole(Bytes),
    /// Could not be read; said again to the next who asks.
    Failed(Error),
    /// Given away as a stream.
    Streamed,
}

/// What whoever asks for the body gets.
enum Taken {
    Incoming(Incoming),
    Whole(Bytes),
}

/// A body being read piece by piece.
pub struct BodyStream {
    inner: Arc<Inner>,
    incoming: Incoming,
    left: Bytes,
    read: u64,
    limits: Limits,
    deadline: Moment,
    sleep: Option<Sleep>,
    failed: Option<Error>,
}

impl Exchange {
    /// The whole body; asked again it is the same bytes. `Invalid`: longer than the limit, malformed, or taken as a stream
    /// already; `Internal`: too slow, or the client is gone.
    pub fn body(&self, limits: Limits) -> impl Future<Output = Result<Bytes>> + Send + use<> {
        let exchange = self.clone();
        async move {
            let incoming = match exchange.take_body(limits, RequestBody::Taken)? {
                Taken::Incoming(incoming) => incoming,
                Taken::Whole(bytes) => return Ok(bytes),
            };
            let whole = BodyStream::new(&exchange, incoming, limits).rest().await;
            *exchange.0.body.lock() = match &whole {
                Ok(bytes) => RequestBody::Whole(bytes.clone()),
                Err(error) => RequestBody::Failed(error.clone()),
            };
            whole
        }
    }

    /// The body as a stream, once. `Invalid` when it was read or taken already, or is longer than the limit.
    pub fn stream(&self, limits: Limits) -> Result<BodyStream> {
        match self.take_body(limits, RequestBody::Streamed)? {
            Taken::Incoming(incoming) => Ok(BodyStream::new(self, incoming, limits)),
            Taken::Whole(_) => Err(Error::invalid("the request body was read already")),
        }
    }

    /// Takes the body if nobody has, leaving `mark`.
    fn take_body(&self, limits: Limits, mark: RequestBody) -> Result<Taken> {
        let mut body = self.0.body.lock();
        match &*body {
            RequestBody::Unread(_) => {}
            RequestBody::Whole(bytes) => return Ok(Taken::Whole(bytes.clone())),
            RequestBody::Failed(error) => return Err(error.clone()),
            RequestBody::Taken => return Err(Error::invalid("the request body is being read already")),
            RequestBody::Streamed => {
                return Err(Error::invalid("the request body was taken as a stream already"));
            }
        }
        self.check_announced(limits)?;
        match std::mem::replace(&mut *body, mark) {
            RequestBody::Unread(incoming) => Ok(Taken::Incoming(incoming)),
            _ => unreachable!("looked at under the same lock"),
        }
    }

    /// Refuses a body whose announced length is over the limit before any of it is read.
    fn check_announced(&self, limits: Limits) -> Result<()> {
        let announced = u64::try_from(self.content_length()).unwrap_or(0);
        if announced > limits.max_body { Err(too_large(limits)) } else { Ok(()) }
    }
}

impl BodyStream {
    fn new(exchange: &Exchange, incoming: Incoming, limits: Limits) -> BodyStream {
        let inner = exchange.0.clone();
        let now = inner.clock.now();
        let whole_request = inner.link.read_deadline(now);
        let deadline = now.after(limits.timeout).min(whole_request.unwrap_or(Moment(u64::MAX)));
        BodyStream {
            inner,
            incoming,
            left: Bytes::new(),
            read: 0,
            limits,
            deadline,
            sleep: None,
            failed: None,
        }
    }

    /// The next bytes, at most `max`; `None` at the end. A failure is repeated by every later read.
    pub async fn read(&mut self, max: usize) -> Result<Option<Bytes>> {
        poll_fn(|cx| self.poll_read(cx, max)).await
    }

    /// As [`read`](Self::read), for callers with a poll of their own.
    pub fn poll_read(&mut self, cx: &mut Context<'_>, max: usize) -> Poll<Result<Option<Bytes>>> {
        if self.left.is_empty() {
            match ready!(self.poll_chunk(cx))? {
                Some(chunk) => self.left = chunk,
                None => return Poll::Ready(Ok(None)),
            }
        }
        let take = self.left.len().min(max.max(1));
        Poll::Ready(Ok(Some(self.left.split_to(take))))
    }

    /// The next piece as it arrived, never empty; `None` at the end.
    pub(crate) fn poll_chunk(&mut self, cx: &mut Context<'_>) -> Poll<Result<Option<Bytes>>> {
        if let Some(failed) = &self.failed {
            return Poll::Ready(Err(failed.clone()));
        }
        loop {
            let outcome = match Pin::new(&mut self.incoming).poll_frame(cx) {
                Poll::Ready(None) => return Poll::Ready(Ok(None)),
                Poll::Ready(Some(Ok(frame))) => match frame.into_data() {
                    Ok(data) if data.is_empty() => continue,
                    Ok(data) => self.count(data),
                    Err(_trailers) => continue,
                },
                Poll::Ready(Some(Err(error))) => Err(self.broken(&error)),
                Poll::Pending => {
                    let (clock, deadline) = (&self.inner.clock, self.deadline);
                    let sleep = self.sleep.get_or_insert_with(|| clock.sleep_until(deadline));
                    ready!(Pin::new(sleep).poll(cx));
                    Err(Error::internal("reading the request body took too long"))
                }
            };
            return Poll::Ready(outcome.map(Some).inspect_err(|e| self.failed = Some(e.clone())));
        }
    }

    fn count(&mut self, data: Bytes) -> Result<Bytes> {
        self.read += data.len() as u64;
        if self.read > self.limits.max_body { Err(too_large(self.limits)) } else { Ok(data) }
    }

    fn broken(&self, error: &hyper::Error) -> Error {
        let io = std::error::Error::source(error).and_then(|s| s.downcast_ref::<std::io::Error>());
        let malformed = io.is_some_and(|e| {
            matches!(e.kind(), std::io::ErrorKind::InvalidInput | std::io::ErrorKind::InvalidData)
        });
        if malformed {
            self.inner.link.malformed.store(true, Ordering::Relaxed);
            Error::invalid("malformed request body")
        } else {
            Error::internal("the client closed the connection within the request body")
        }
    }

    /// Everything that is left, without a copy when it came in one piece.
    async fn rest(&mut self) -> Result<Bytes> {
        let Some(first) = poll_fn(|cx| self.poll_chunk(cx)).await? else { return Ok(Bytes::new()) };
        let Some(second) = poll_fn(|cx| self.poll_chunk(cx)).await? else { return Ok(first) };
        let announced = usize::try_from(self.inner_length()).unwrap_or(0);
        let mut whole = BytesMut::with_capacity(announced.clamp(first.len() + second.len(), 1 << 20));
        whole.extend_from_slice(&first);
        whole.extend_from_slice(&second);
        while let Some(chunk) = poll_fn(|cx| self.poll_chunk(cx)).await? {
            whole.extend_from_slice(&chunk);
        }
        Ok(whole.freeze())
    }

    fn inner_length(&self) -> i64 {
        Exchange(self.inner.clone()).content_length()
    }
}

fn too_large(limits: Limits) -> Error {
    Error::invalid(format!("the request body is larger than {} bytes", limits.max_body))
}
