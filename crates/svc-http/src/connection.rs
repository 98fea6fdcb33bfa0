//! One connection: drives hyper, keeps the time limits, lets go of the buffers while it idles.

use crate::body::RequestBody;
use crate::exchange::{Exchange, Inner};
use crate::reply::{Answer, ReplyBody, plain};
use crate::server::Shared;
use crate::socket;
use crate::table::Lookup;
use bytes::{Buf, Bytes};
use hyper::body::Incoming;
use hyper::header::{ALLOW, HOST, HeaderMap, HeaderValue, LOCATION};
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper::server::conn::http1;
use hyper::service::Service;
use hyper::{Method, Request, Response, StatusCode, Version};
use hyper_util::rt::TokioIo;
use infra_clock::{Moment, Sleep};
use parking_lot::Mutex;
use smallvec::SmallVec;
use std::future::Future;
use std::io::{self, IoSlice};
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;
use sys_functions::Call;
use tokio::io::ReadBuf;
use tokio::net::TcpStream;
use tokio::sync::futures::OwnedNotified;

/// After this long without a request, a kept-alive connection gives back hyper's state and buffers.
const PARK: Duration = Duration::from_secs(2);

/// Pieces up to this length, a head and a short body, are put together for the system call for one buffer, which is faster than that
/// for a list.
const TOGETHER: usize = 1024;

/// How long a connection that has not asked for anything yet may still do so when the server stops: its request may be on
/// its way, and nobody told the client.
const NEWCOMER: Duration = Duration::from_millis(500);

/// What the socket, the service and the body of one connection tell each other. All of them live in one task, so the
/// atomics only make it `Sync`.
pub(crate) struct Link {
    pub(crate) peer: SocketAddr,
    /// A request is with its handler, or its response is not all with hyper.
    busy: AtomicBool,
    /// Bytes of a request came since the last response.
    begun: AtomicBool,
    /// The socket takes no more for now.
    pub(crate) blocked: AtomicBool,
    /// The body of a request broke the rules of its framing.
    pub(crate) malformed: AtomicBool,
    /// Counts requests and successful writes: progress that restarts a time limit.
    progress: AtomicU64,
    /// `timeouts.read`.
    read_limit: Option<Duration>,
}

impl Link {
    /// When the whole of a request that is at its body `now` must have been read.
    pub(crate) fn read_deadline(&self, now: Moment) -> Option<Moment> {
        self.read_limit.map(|limit| now.after(limit))
    }

    /// A response is complete as far as the handler is concerned.
    pub(crate) fn finished(&self) {
        self.busy.store(false, Ordering::Relaxed);
        self.begun.store(false, Ordering::Relaxed);
    }

    fn moved(&self) {
        // Nobody else writes it.
        self.progress.store(self.progress.load(Ordering::Relaxed).wrapping_add(1), Ordering::Relaxed);
    }
}

/// The socket as hyper sees it.
struct Io {
    stream: TokioIo<TcpStream>,
    /// Read by an earlier life of this connection.
    first: Bytes,
    link: Arc<Link>,
}

impl Read for Io {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        mut buf: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        if !self.first.is_empty() {
            let take = self.first.len().min(buf.remaining());
            buf.put_slice(&self.first[..take]);
            self.first.advance(take);
            return Poll::Ready(Ok(()));
        }
        let read = if buf.remaining() <= socket::BRIEF {
            socket::receive(self.stream.inner_mut(), cx, &mut buf)
        } else {
            Pin::new(&mut self.stream).poll_read(cx, buf)
        };
        if read.is_ready() {
            self.link.begun.store(true, Ordering::Relaxed);
        }
        read
    }
}

impl Io {
    fn written(&self, written: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        self.link.blocked.store(written.is_pending(), Ordering::Relaxed);
        if written.is_ready() {
            self.link.moved();
        }
        written
    }
}

impl Write for Io {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let written = socket::send(self.stream.inner_mut(), cx, buf);
        self.written(written)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let length: usize = bufs.iter().map(|buf| buf.len()).sum();
        let written = if let [one] = bufs {
            socket::send(self.stream.inner_mut(), cx, one)
        } else if length <= TOGETHER {
            let mut all = SmallVec::<[u8; TOGETHER]>::new();
            bufs.iter().for_each(|buf| all.extend_from_slice(buf));
            socket::send(self.stream.inner_mut(), cx, &all)
        } else {
            Pin::new(&mut self.stream).poll_write_vectored(cx, bufs)
        };
        self.written(written)
    }
}

/// Turns a request into an answer.
struct Handler {
    shared: Arc<Shared>,
    link: Arc<Link>,
}

impl Service<Request<Incoming>> for Handler {
    type Response = Response<ReplyBody>;
    type Error = std::convert::Infallible;
    type Future = Answer;

    fn call(&self, request: Request<Incoming>) -> Answer {
        self.link.busy.store(true, Ordering::Relaxed);
        self.link.moved();
        if request.version() == Version::HTTP_11 && !has_one_host(request.headers()) {
            return Answer::Ready(Some(plain(
                StatusCode::BAD_REQUEST,
                "one host header is required",
                &self.link,
            )));
        }
        let present = self.shared.routes.present();
        let uri = request.uri();
        let (route, captures) = match present.table.lookup(request.method(), uri.path(), uri.query()) {
            Lookup::Found(route, captures) => (route.clone(), captures),
            other => return Answer::Ready(Some(self.without_route(request.method(), other))),
        };
        let (head, incoming) = request.into_parts();
        let exchange = Exchange(Arc::new(Inner {
            head,
            captures,
            link: self.link.clone(),
            clock: self.shared.clock.clone(),
            body: Mutex::new(RequestBody::Unread(incoming)),
            response: Mutex::default(),
            route,
        }));
        let mut call = Call::within(self.shared.context.clone(), exchange.0.route.func.clone());
        call.own.put(exchange.clone());
        let running = (self.shared.call)(call);
        Answer::Call(Some((exchange, running)))
    }
}

/// What RFC 9112 asks of every HTTP/1.1 request; without it caches and proxies can be made to disagree.
fn has_one_host(headers: &HeaderMap) -> bool {
    let mut hosts = headers.get_all(HOST).iter();
    hosts.next().is_some() && hosts.next().is_none()
}

impl Handler {
    #[cold]
    fn without_route(&self, method: &Method, lookup: Lookup<'_>) -> Response<ReplyBody> {
        let header = |text: &str| HeaderValue::from_str(text).unwrap_or(HeaderValue::from_static("/"));
        match lookup {
            Lookup::Redirect(to) => {
                let safe = matches!(*method, Method::GET | Method::HEAD);
                let status =
                    if safe { StatusCode::MOVED_PERMANENTLY } else { StatusCode::PERMANENT_REDIRECT };
                let mut response = plain(status, "", &self.link);
                response.headers_mut().insert(LOCATION, header(&to));
                response
            }
            Lookup::WrongMethod(allow) => {
                let mut response = match *method {
                    Method::OPTIONS => plain(StatusCode::NO_CONTENT, "", &self.link),
                    _ => plain(StatusCode::METHOD_NOT_ALLOWED, "method not allowed", &self.link),
                };
                response.headers_mut().insert(ALLOW, header(&allow));
                response
            }
            Lookup::Unknown if *method == Method::OPTIONS => plain(StatusCode::NO_CONTENT, "", &self.link),
            Lookup::Malformed => plain(StatusCode::BAD_REQUEST, "malformed path", &self.link),
            Lookup::Unknown | Lookup::Found(..) => plain(StatusCode::NOT_FOUND, "not found", &self.link),
        }
    }
}

/// What the connection waits for; each has its own limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// The first byte of a request.
    Idle,
    /// The rest of a head.
    Head,
    /// The handler.
    Busy,
    /// The client, to take what was written.
    Blocked,
}

type Http = http1::Connection<Io, Handler>;

enum State {
    /// No request in sight: just the socket.
    Parked(TcpStream),
    Active(Box<Http>),
    Ended,
}

/// The task of one connection.
pub(crate) struct Connection {
    shared: Arc<Shared>,
    link: Arc<Link>,
    state: State,
    phase: Phase,
    since: Moment,
    progress: u64,
    /// Fires at or before the next limit.
    alarm: Option<(Moment, Sleep)>,
    /// Wakes this task when the server stops, and again when it cuts off; polled once, to register.
    notice: Option<Pin<Box<OwnedNotified>>>,
    stopping: bool,
}

impl Connection {
    pub(crate) fn new(shared: Arc<Shared>, stream: TcpStream, peer: SocketAddr) -> Connection {
        let link = Arc::new(Link {
            peer: SocketAddr::new(peer.ip().to_canonical(), peer.port()),
            busy: AtomicBool::new(false),
            begun: AtomicBool::new(false),
            blocked: AtomicBool::new(false),
            malformed: AtomicBool::new(false),
            progress: AtomicU64::new(0),
            read_limit: shared.limits.read,
        });
        let since = shared.clock.now();
        Connection {
            shared,
            link,
            state: State::Parked(stream),
            phase: Phase::Idle,
            since,
            progress: 0,
            alarm: None,
            notice: None,
            stopping: false,
        }
    }

    /// One round: `Ready` at the end, `Pending(true)` when another round may get further.
    fn advance(&mut self, cx: &mut Context<'_>) -> Poll<bool> {
        match std::mem::replace(&mut self.state, State::Ended) {
            // A look at the first byte: tokio takes a new socket for readable until a system call says no.
            State::Parked(stream) => match stream.poll_peek(cx, &mut ReadBuf::new(&mut [0])) {
                Poll::Ready(Ok(0) | Err(_)) => Poll::Ready(false),
                Poll::Ready(Ok(_)) => {
                    self.state = State::Active(Box::new(self.activate(stream, Bytes::new())));
                    Poll::Ready(true)
                }
                Poll::Pending => {
                    self.state = State::Parked(stream);
                    Poll::Pending
                }
            },
            State::Active(mut http) => match Pin::new(&mut *http).poll(cx) {
                Poll::Ready(outcome) => {
                    if let Err(error) = outcome {
                        tracing::debug!(peer = %self.link.peer, %error, "connection ended early");
                    }
                    Poll::Ready(false)
                }
                Poll::Pending => {
                    self.state = State::Active(http);
                    Poll::Pending
                }
            },
            State::Ended => Poll::Ready(false),
        }
    }

    fn activate(&self, stream: TcpStream, first: Bytes) -> Http {
        let io = Io { stream: TokioIo::new(stream), first, link: self.link.clone() };
        let handler = Handler { shared: self.shared.clone(), link: self.link.clone() };
        if self.stopping {
            return self.shared.http.clone().keep_alive(false).serve_connection(io, handler);
        }
        self.shared.http.serve_connection(io, handler)
    }

    /// Gives back hyper's state and buffers; what it had read of a next request stays.
    fn park(&mut self) {
        let State::Active(http) = std::mem::replace(&mut self.state, State::Ended) else { return };
        let parts = http.into_parts();
        let (stream, unread) = (parts.io.stream.into_inner(), parts.io.first);
        self.state = if parts.read_buf.is_empty() && unread.is_empty() {
            State::Parked(stream)
        } else {
            // The beginning of a next request came with the last one: its time runs.
            self.link.begun.store(true, Ordering::Relaxed);
            State::Active(Box::new(self.activate(stream, [parts.read_buf, unread].concat().into())))
        };
    }

    /// Works out what is waited for and since when.
    fn observe(&mut self) {
        let phase = if self.link.blocked.load(Ordering::Relaxed) {
            Phase::Blocked
        } else if self.link.busy.load(Ordering::Relaxed) {
            Phase::Busy
        } else if self.link.begun.load(Ordering::Relaxed) {
            Phase::Head
        } else {
            Phase::Idle
        };
        let progress = self.link.progress.load(Ordering::Relaxed);
        if phase != self.phase || progress != self.progress {
            (self.phase, self.progress) = (phase, progress);
            self.since = self.shared.clock.now();
        }
    }

    /// The limit of the present phase.
    fn limit(&self) -> Option<Moment> {
        let limits = &self.shared.limits;
        if self.stopping && matches!(self.state, State::Parked(_)) {
            return Some(self.since.after(NEWCOMER));
        }
        let limit = match self.phase {
            Phase::Idle => limits.idle,
            Phase::Head => limits.head,
            Phase::Blocked => limits.write,
            Phase::Busy => None,
        };
        limit.map(|limit| self.since.after(limit))
    }

    /// Waits for the next limit. `Ready(true)`: the connection is over; `Ready(false)`: look again.
    fn watch(&mut self, cx: &mut Context<'_>) -> Poll<bool> {
        let over = self.limit();
        let can_park = self.phase == Phase::Idle && matches!(self.state, State::Active(_));
        let park = can_park.then(|| self.since.after(PARK));
        let Some(next) = over.into_iter().chain(park).min() else { return Poll::Pending };
        let shared = &self.shared;
        let alarm = match &mut self.alarm {
            // A task's waker stays good for its life, and the sleep was polled with it.
            Some(alarm) if alarm.0 <= next && !alarm.1.is_over() => return Poll::Pending,
            Some(alarm) if alarm.0 <= next => alarm,
            slot => slot.insert((next, shared.clock.sleep_until(next))),
        };
        // Not as one of the operations of this poll, which tokio bounds: it may be the only one that is left to wake the task.
        if pin!(tokio::task::unconstrained(&mut alarm.1)).poll(cx).is_pending() {
            return Poll::Pending;
        }
        self.alarm = None;
        let now = self.shared.clock.now();
        if over.is_some_and(|limit| limit <= now) {
            return Poll::Ready(true);
        }
        if park.is_some_and(|park| park <= now) {
            self.park();
        }
        Poll::Ready(false)
    }

    /// Registers for the next notice of the server. It is made before the flags are read, so none is missed; a task's
    /// waker stays good for its life, so one poll is enough.
    fn register(&mut self, cx: &mut Context<'_>) {
        let mut notice = Box::pin(self.shared.notice.clone().notified_owned());
        let _ = notice.as_mut().poll(cx);
        self.notice = Some(notice);
    }

    /// Once the server stops: ends an idle connection and asks a busy one to end after its response. `true`: end now.
    fn heed_stop(&mut self, cx: &mut Context<'_>) -> bool {
        if self.notice.is_none() {
            self.register(cx);
        }
        if !self.shared.stopping.load(Ordering::Acquire) {
            return false;
        }
        if !std::mem::replace(&mut self.stopping, true) {
            self.register(cx);
            match &mut self.state {
                State::Parked(_) if self.progress == 0 => {}
                State::Parked(_) | State::Ended => return true,
                State::Active(http) => Pin::new(&mut **http).graceful_shutdown(),
            }
        }
        let cut = self.shared.cut.load(Ordering::Acquire);
        if cut {
            self.shared.dropped.fetch_add(1, Ordering::AcqRel);
        }
        cut
    }
}

impl Future for Connection {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = &mut *self;
        loop {
            if this.heed_stop(cx) {
                return Poll::Ready(());
            }
            match this.advance(cx) {
                Poll::Ready(true) => continue,
                Poll::Ready(false) => return Poll::Ready(()),
                Poll::Pending => {}
            }
            this.observe();
            match this.watch(cx) {
                Poll::Ready(true) => {
                    tracing::debug!(peer = %this.link.peer, phase = ?this.phase, "connection took too long");
                    return Poll::Ready(());
                }
                Poll::Ready(false) => {}
                Poll::Pending => return Poll::Pending,
            }
        }
    }
}
