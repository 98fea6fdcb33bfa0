//! A listening server: binds, accepts, and stops without cutting off what is being answered.

use crate::connection::Connection;
use crate::routes::Routes;
use core_dispatch::{BoxFuture, Context};
use hyper::server::conn::http1;
use infra_app::Tasks;
use infra_base::{EntryId, Error, Payload, Result};
use infra_clock::Clock;
use std::future::poll_fn;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::Poll;
use std::time::Duration;
use sys_functions::Call;
use tokio::net::{TcpListener, TcpSocket, TcpStream, lookup_host};
use tokio::sync::Notify;

/// Head of a request, request line included; a longer one is answered with 431, and so are more than 100 headers (hyper's
/// own limit, below which it parses them on the stack).
const MAX_HEAD: usize = 1 << 20;

/// Connections that the system holds while they wait to be accepted.
const BACKLOG: u32 = 4096;

/// Time limits of a server; `None` = no limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TimeLimits {
    /// From the first byte of a request to the end of its head.
    pub(crate) head: Option<Duration>,
    /// From the first read of a body to its end.
    pub(crate) read: Option<Duration>,
    /// Without any progress of a client that is slow to take the response.
    pub(crate) write: Option<Duration>,
    /// Between two requests.
    pub(crate) idle: Option<Duration>,
}

impl Default for TimeLimits {
    fn default() -> TimeLimits {
        let head = Some(Duration::from_secs(30));
        TimeLimits { head, read: None, write: None, idle: Some(Duration::from_secs(120)) }
    }
}

/// Calls a function: [`Functions::call`](sys_functions::Functions::call), or a table of a test.
pub(crate) type Invoke = dyn Fn(Call) -> BoxFuture<'static, Result<Payload>> + Send + Sync;

/// What the connections of a server share.
pub(crate) struct Shared {
    pub(crate) call: Arc<Invoke>,
    pub(crate) clock: Clock,
    pub(crate) limits: TimeLimits,
    /// Inherited by every handler.
    pub(crate) context: Arc<Context>,
    pub(crate) http: http1::Builder,
    pub(crate) routes: Arc<Routes>,
    /// Notified when one of the two flags below changes.
    pub(crate) notice: Arc<Notify>,
    /// No new request is begun.
    pub(crate) stopping: AtomicBool,
    /// What still runs is dropped.
    pub(crate) cut: AtomicBool,
    /// How many connections were cut.
    pub(crate) dropped: AtomicUsize,
}

/// A server; listens from [`serve`](Self::serve) to [`stop`](Self::stop).
pub(crate) struct Server {
    id: EntryId,
    shared: Arc<Shared>,
    tasks: Tasks,
}

impl Server {
    pub(crate) fn new(
        id: EntryId,
        call: Arc<Invoke>,
        clock: Clock,
        limits: TimeLimits,
        routes: Arc<Routes>,
    ) -> Server {
        let mut http = http1::Builder::new();
        // hyper's own limit would also count the time between requests; `Connection` keeps them apart.
        http.header_read_timeout(None).max_header_size(MAX_HEAD).max_buf_size(MAX_HEAD);
        let shared = Shared {
            call,
            clock,
            limits,
            context: Arc::default(),
            http,
            routes,
            notice: Arc::default(),
            stopping: AtomicBool::new(false),
            cut: AtomicBool::new(false),
            dropped: AtomicUsize::new(0),
        };
        Server { id, shared: Arc::new(shared), tasks: Tasks::default() }
    }

    /// Accepts connections in the background. Another server may accept from the same listener at the same time, so a
    /// listener is handed over without a gap.
    pub(crate) fn serve(&self, listener: Arc<TcpListener>) {
        let (id, shared, tasks) = (self.id.clone(), self.shared.clone(), self.tasks.clone());
        self.tasks.spawn("http.accept", accept(id, shared, tasks, listener));
    }

    /// Accepts no more, lets requests at hand finish within `limit`, then drops the rest. Returns how many were dropped.
    pub(crate) async fn stop(&self, limit: Duration) -> usize {
        self.shared.stopping.store(true, Ordering::Release);
        self.shared.notice.notify_waiters();
        if self.shared.clock.timeout(limit, self.tasks.finished()).await.is_ok() {
            return 0;
        }
        self.shared.cut.store(true, Ordering::Release);
        self.shared.notice.notify_waiters();
        self.tasks.finished().await;
        self.shared.dropped.load(Ordering::Acquire)
    }
}

/// Opens a listener for `addr`: `host:port`, `:port` for every address of the machine. Port 0 takes a free one.
pub(crate) async fn listen(addr: &str) -> Result<TcpListener> {
    let failed = |error: io::Error| {
        let reason = match error.kind() {
            io::ErrorKind::AddrInUse => "address in use".to_owned(),
            io::ErrorKind::AddrNotAvailable => "no such address on this machine".to_owned(),
            io::ErrorKind::PermissionDenied => {
                "permission denied (ports below 1024 need privileges)".to_owned()
            }
            _ => error.to_string(),
        };
        Error::unavailable(format!("cannot listen on {addr}: {reason}"))
    };
    let mut last = io::Error::new(io::ErrorKind::NotFound, "the host has no address");
    for address in addresses(addr).await.map_err(failed)? {
        match bind(address) {
            Ok(listener) => return Ok(listener),
            Err(error) => last = error,
        }
    }
    Err(failed(last))
}

async fn addresses(addr: &str) -> io::Result<Vec<SocketAddr>> {
    match addr.strip_prefix(':').map(str::parse) {
        Some(Ok(port)) => {
            Ok(vec![(Ipv6Addr::UNSPECIFIED, port).into(), (Ipv4Addr::UNSPECIFIED, port).into()])
        }
        Some(Err(_)) => {
            Err(io::Error::new(io::ErrorKind::InvalidInput, "the port is not a number from 0 to 65535"))
        }
        None => Ok(lookup_host(addr).await?.collect()),
    }
}

fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

async fn accept(id: EntryId, shared: Arc<Shared>, tasks: Tasks, listener: Arc<TcpListener>) {
    let mut complained = false;
    loop {
        let notice = shared.notice.notified();
        if shared.stopping.load(Ordering::Acquire) {
            return accept_waiting(&shared, &tasks, &listener).await;
        }
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = notice => continue,
        };
        match accepted {
            Ok((stream, peer)) => {
                complained = false;
                begin(&shared, &tasks, stream, peer);
            }
            Err(error) if is_of_the_peer(&error) => {}
            Err(error) => {
                // Out of descriptors or memory: connections wait in the backlog until some are free again.
                if !std::mem::replace(&mut complained, true) {
                    tracing::warn!(service = %id, %error, "cannot accept connections for now");
                }
                let notice = shared.notice.notified();
                tokio::select! {
                    () = shared.clock.sleep(Duration::from_millis(50)) => {}
                    () = notice => {}
                }
            }
        }
    }
}

fn begin(shared: &Arc<Shared>, tasks: &Tasks, stream: TcpStream, peer: SocketAddr) {
    // Fails only when the peer is gone already, and then the first read says so.
    let _ = stream.set_nodelay(true);
    tasks.spawn("http.connection", Connection::new(shared.clone(), stream, peer));
}

/// Takes what waits in the backlog when the server stops. The system has told these clients that they are connected, and
/// closing the listener would reset them with their requests unread.
async fn accept_waiting(shared: &Arc<Shared>, tasks: &Tasks, listener: &TcpListener) {
    // The runtime looks at the socket between two polls only.
    tokio::task::yield_now().await;
    for _ in 0..BACKLOG {
        match poll_fn(|cx| Poll::Ready(listener.poll_accept(cx))).await {
            Poll::Ready(Ok((stream, peer))) => begin(shared, tasks, stream, peer),
            Poll::Ready(Err(error)) if is_of_the_peer(&error) => {}
            Poll::Ready(Err(_)) | Poll::Pending => return,
        }
    }
}

/// Failures of one connection while it waited in the backlog.
fn is_of_the_peer(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset | Interrupted)
}

#[cfg(test)]
mod tests;
