//! The profiler's server: an index, and profiles of what runs meanwhile, below `/debug/pprof/`.

use crate::exchange::Exchange;
use crate::pattern::Pattern;
use crate::routes::Routes;
use crate::server::{Server, TimeLimits, listen};
use crate::table::{METHODS, Route, Table};
use core_dispatch::BoxFuture;
use infra_app::Component;
use infra_base::{EntryId, Error, Format, Kind, Payload, Result};
use infra_clock::Clock;
use infra_profile::{Main, Profiler};
use parking_lot::Mutex;
use std::net::SocketAddr;
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Duration;
use sys_functions::Call;

/// Where the profiler listens, and for how long it waits for its clients; a limit of zero is none.
#[derive(Clone, Debug)]
pub struct ProfilerOptions {
    /// `host:port`
    pub address: Box<str>,
    /// For the head of a request.
    pub read: Duration,
    /// Without any progress of a client that is slow to take the response.
    pub write: Duration,
    /// Between two requests.
    pub idle: Duration,
}

/// How long is recorded where the request does not say.
const SECONDS: u64 = 10;

/// What a request may ask for.
const RANGE: RangeInclusive<u64> = 1..=300;

/// How long a response that is under way may take when the node stops.
const STOP: Duration = Duration::from_secs(1);

const INDEX: &str = "<!DOCTYPE html>
<html lang=\"en\"><head><meta charset=\"utf-8\"><title>/debug/pprof/</title></head><body>
<h1>Profiles of Lua code</h1>
<p>Each is recorded from the request on, one at a time. <code>go tool pprof</code> and speedscope read them.</p>
<ul>
<li><a href=\"profile?debug=1\">profile</a>: who uses fuel and time, and who allocates</li>
<li><a href=\"allocs?debug=1\">allocs</a>: the same, by allocated bytes</li>
</ul>
<p>Parameters: <code>seconds</code> (1 to 300, 10 by default); <code>fuel</code> ends it after so much work; <code>debug=1</code> gives a table
instead of a file.</p>
</body></html>
";

/// Serves profiles from the start of the node to its end.
pub fn profiler(options: ProfilerOptions) -> Component {
    let running = Arc::new(Mutex::new(None));
    let server = running.clone();
    Component::new("svc.profiler")
        .needs::<Profiler>()
        .needs::<Clock>()
        .start(move |app| async move {
            let (profiler, clock) = (app.get::<Profiler>()?, app.get::<Clock>()?);
            let (started, addr) = serve(&options, profiler, (*clock).clone()).await?;
            *server.lock() = Some(started);
            tracing::info!(%addr, "profiler listening");
            if !addr.ip().is_loopback() {
                tracing::warn!(%addr, "others can reach the profiler: it tells names and lines of code to whoever asks");
            }
            Ok(())
        })
        .stop(move |app| async move {
            app.get::<Profiler>()?.stop();
            let server = running.lock().take();
            if let Some(server) = server {
                server.stop(STOP).await;
            }
            Ok(())
        })
}

async fn serve(
    options: &ProfilerOptions,
    profiler: Arc<Profiler>,
    clock: Clock,
) -> Result<(Server, SocketAddr)> {
    let (id, routes) = routes()?;
    let call = {
        let clock = clock.clone();
        move |mut call: Call| {
            let (profiler, clock, exchange) =
                (profiler.clone(), clock.clone(), call.own.get::<Exchange>().cloned());
            let answered: BoxFuture<'static, Result<Payload>> = Box::pin(async move {
                let exchange = exchange.ok_or_else(|| Error::internal("a call without its exchange"))?;
                answer(&call.target, &exchange, &profiler, &clock).await
            });
            answered
        }
    };
    let limit = |limit: Duration| Some(limit).filter(|limit| !limit.is_zero());
    let (head, write, idle) = (limit(options.read), limit(options.write), limit(options.idle));
    let limits = TimeLimits { head, read: head, write, idle };
    let listener = Arc::new(listen(&options.address).await.map_err(|e| e.context("profiler"))?);
    let addr = listener.local_addr().map_err(|e| Error::internal(format!("profiler: {e}")))?;
    let server = Server::new(id, Arc::new(call), clock, limits, Arc::new(routes));
    server.serve(listener);
    Ok((server, addr))
}

/// The name of the server, and its pages as entries `profiler:PAGE`.
fn routes() -> Result<(EntryId, Routes)> {
    let id = |name: &str| EntryId::new("profiler", name).map_err(|e| Error::internal(e.to_string()));
    let get = METHODS.iter().position(|method| *method == "GET").unwrap_or_default();
    let mut table = Vec::new();
    for (path, page) in [("/{$}", "index"), ("/profile", "profile"), ("/allocs", "allocs")] {
        let pattern = Pattern::parse("/debug/pprof", path).map_err(|e| Error::internal(e.to_string()))?;
        table.push(Arc::new(Route::new(id(page)?, id(page)?, get, pattern)));
    }
    Ok((id("server")?, Routes::fixed(id("server")?, Table::new(table))))
}

async fn answer(
    page: &EntryId,
    exchange: &Exchange,
    profiler: &Arc<Profiler>,
    clock: &Clock,
) -> Result<Payload> {
    let main = match page.name() {
        "profile" => Main::Fuel,
        "allocs" => Main::Bytes,
        _ => return reply(exchange, "text/html; charset=utf-8", INDEX.as_bytes().to_vec()),
    };
    match recorded(main, exchange, profiler, clock).await {
        Ok((content_type, body)) => reply(exchange, content_type, body),
        Err(error) => {
            exchange.set_status(match error.kind() {
                Kind::Invalid => 400,
                Kind::AlreadyExists => 409,
                Kind::Canceled => 503,
                _ => 500,
            })?;
            reply(exchange, TEXT, format!("{}\n", error.message()).into_bytes())
        }
    }
}

const TEXT: &str = "text/plain; charset=utf-8";

/// Records as the request says. Errors: `Invalid` parameters, `AlreadyExists` while there is another, `Canceled` when the node stops.
async fn recorded(
    main: Main,
    exchange: &Exchange,
    profiler: &Arc<Profiler>,
    clock: &Clock,
) -> Result<(&'static str, Vec<u8>)> {
    let seconds = number(exchange, "seconds", RANGE)?.unwrap_or(SECONDS);
    let fuel = number(exchange, "fuel", 1..=u64::MAX)?.unwrap_or(u64::MAX);
    let table = number(exchange, "debug", 0..=1)? == Some(1);
    let (began, at) = (clock.wall(), clock.now());
    let recording = profiler.record(fuel)?;
    // Either end is one.
    let _ = clock.timeout(Duration::from_secs(seconds), recording.full()).await;
    let lasted = clock.now().since(at);
    let profile = recording.finish()?;
    if table {
        return Ok((TEXT, profile.table(main, lasted).into_bytes()));
    }
    let bytes = profile.pprof(main, began, lasted);
    let bytes = bytes.map_err(|e| Error::internal(format!("the profile cannot be compressed: {e}")))?;
    exchange.set_header(b"content-disposition", b"attachment; filename=\"profile.pb.gz\"")?;
    Ok(("application/octet-stream", bytes))
}

/// A whole number of the query.
fn number(exchange: &Exchange, name: &str, range: RangeInclusive<u64>) -> Result<Option<u64>> {
    let Some(text) = exchange.query(name.as_bytes()) else { return Ok(None) };
    let text = String::from_utf8_lossy(&text);
    match text.parse() {
        Ok(n) if range.contains(&n) => Ok(Some(n)),
        _ => {
            let (least, most) = range.into_inner();
            let range =
                if most == u64::MAX { format!("from {least} on") } else { format!("from {least} to {most}") };
            Err(Error::invalid(format!("{name}: a whole number {range} expected, got \"{text}\"")))
        }
    }
}

fn reply(exchange: &Exchange, content_type: &str, body: Vec<u8>) -> Result<Payload> {
    exchange.set_content_type(content_type.as_bytes())?;
    exchange.set_header(b"cache-control", b"no-store")?;
    exchange.set_header(b"x-content-type-options", b"nosniff")?;
    Ok(Payload::Encoded(Format::Bytes, body.into()))
}

#[cfg(test)]
mod tests;
