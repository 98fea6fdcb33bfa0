//! The server over loopback sockets, with scripted functions behind it.

mod forms;
mod hostile;
mod idle;
mod requests;
mod responses;
mod stopping;

use super::*;
use crate::exchange::Exchange;
use crate::pattern::Pattern;
use crate::table::{METHODS, Route, Table};
use infra_base::Data;
use std::future::Future;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

type Script = Arc<dyn Fn(Exchange) -> BoxFuture<'static, Result<Payload>> + Send + Sync>;

/// A server on a free port of the loopback interface.
struct Site {
    server: Server,
    addr: SocketAddr,
}

impl Drop for Site {
    fn drop(&mut self) {
        self.server.shared.stopping.store(true, Ordering::Release);
        self.server.shared.cut.store(true, Ordering::Release);
        self.server.shared.notice.notify_waiters();
    }
}

fn script<F, R>(script: F) -> Script
where
    F: Fn(Exchange) -> R + Send + Sync + 'static,
    R: Future<Output = Result<Payload>> + Send + 'static,
{
    Arc::new(move |exchange| Box::pin(script(exchange)))
}

/// A handler that writes `text`.
fn says(text: &'static str) -> Script {
    script(move |exchange| async move {
        assert!(exchange.write(text.into())?.is_none());
        Ok(Data::Null.into())
    })
}

fn nothing() -> Result<Payload> {
    Ok(Data::Null.into())
}

async fn site_with(clock: Clock, limits: TimeLimits, routes: Vec<(&str, Script)>) -> Site {
    let id = EntryId::parse("test:gateway").unwrap();
    let listener = Arc::new(listen("127.0.0.1:0").await.unwrap());
    let addr = listener.local_addr().unwrap();
    let mut scripts = std::collections::HashMap::new();
    let mut table = Vec::new();
    for (index, (route, script)) in routes.into_iter().enumerate() {
        let (method, path) = route.split_once(' ').unwrap();
        let func = EntryId::parse(&format!("test:f{index}")).unwrap();
        let method = METHODS.iter().position(|m| *m == method).unwrap();
        let endpoint = EntryId::parse(&format!("test:e{index}")).unwrap();
        table.push(Arc::new(Route::new(endpoint, func.clone(), method, Pattern::parse("", path).unwrap())));
        scripts.insert(func, script);
    }
    let call = move |mut call: Call| {
        let exchange = call.own.get::<Exchange>().expect("the server puts it there").clone();
        scripts[&call.target](exchange)
    };
    let routes = Arc::new(Routes::fixed(id.clone(), Table::new(table)));
    let server = Server::new(id, Arc::new(call), clock, limits, routes);
    server.serve(listener);
    Site { server, addr }
}

async fn site(routes: Vec<(&str, Script)>) -> Site {
    site_with(Clock::system(), TimeLimits::default(), routes).await
}

/// One client connection.
struct Client {
    stream: TcpStream,
    read: Vec<u8>,
}

/// A response as read.
#[derive(Debug)]
struct Got {
    status: u16,
    /// Lower-case names.
    headers: Vec<(String, String)>,
    body: String,
}

impl Got {
    fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }
}

impl Client {
    async fn connect(site: &Site) -> Client {
        Client { stream: TcpStream::connect(site.addr).await.unwrap(), read: Vec::new() }
    }

    async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.stream.write_all(bytes.as_ref()).await.unwrap();
    }

    async fn more(&mut self) -> usize {
        self.stream.read_buf(&mut self.read).await.unwrap_or(0)
    }

    /// Reads until `end` is there and takes everything up to and with it.
    async fn until(&mut self, end: &str) -> String {
        loop {
            if let Some(at) = self.read.windows(end.len()).position(|w| w == end.as_bytes()) {
                let rest = self.read.split_off(at + end.len());
                return String::from_utf8(std::mem::replace(&mut self.read, rest)).unwrap();
            }
            assert_ne!(self.more().await, 0, "closed after {:?}", String::from_utf8_lossy(&self.read));
        }
    }

    /// Everything until the server closes.
    async fn rest(&mut self) -> String {
        while self.more().await > 0 {}
        String::from_utf8(std::mem::take(&mut self.read)).unwrap()
    }

    async fn exactly(&mut self, length: usize) -> String {
        while self.read.len() < length {
            assert_ne!(self.more().await, 0, "closed early");
        }
        let rest = self.read.split_off(length);
        String::from_utf8(std::mem::replace(&mut self.read, rest)).unwrap()
    }

    /// One response; `bodiless` for HEAD.
    async fn response(&mut self, bodiless: bool) -> Got {
        let head = self.until("\r\n\r\n").await;
        let mut lines = head.trim_end().split("\r\n");
        let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
        let headers: Vec<(String, String)> = lines
            .map(|l| l.split_once(": ").unwrap())
            .map(|(n, v)| (n.to_lowercase(), v.to_owned()))
            .collect();
        let mut got = Got { status, headers, body: String::new() };
        if bodiless {
            return got;
        }
        if let Some(length) = got.header("content-length") {
            let length = length.parse().unwrap();
            got.body = self.exactly(length).await;
        } else if got.header("transfer-encoding") == Some("chunked") {
            loop {
                let size = usize::from_str_radix(self.until("\r\n").await.trim_end(), 16).unwrap();
                let chunk = self.exactly(size + 2).await;
                got.body += &chunk[..size];
                if size == 0 {
                    break;
                }
            }
        }
        got
    }

    async fn ask(&mut self, request: &str) -> Got {
        self.send(request).await;
        self.response(request.starts_with("HEAD ")).await
    }
}

async fn ask(site: &Site, request: &str) -> Got {
    Client::connect(site).await.ask(request).await
}

async fn get(site: &Site, path: &str) -> Got {
    ask(site, &format!("GET {path} HTTP/1.1\r\nHost: t\r\n\r\n")).await
}
