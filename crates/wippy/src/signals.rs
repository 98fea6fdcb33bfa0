//! SIGINT and SIGTERM: the first asks for an orderly stop, the second ends the program at once.
//!
//! They are received in a thread with a runtime of its own, so that the second one works whatever the workers do.

use infra_app::Shutdown;
use infra_base::{Error, Result};
use infra_log::Log;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// Listens from now on until the program ends.
pub(crate) fn listen(shutdown: Shutdown, log: Log) -> Result<()> {
    let failed = |e: std::io::Error| Error::internal(format!("signals can't be received: {e}"));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build().map_err(failed)?;
    let heard = {
        let _inside = runtime.enter();
        hear(shutdown, log)?
    };
    let thread = std::thread::Builder::new().name("signals".into());
    thread.spawn(move || runtime.block_on(heard)).map(drop).map_err(failed)
}

/// Must be called inside of the runtime; the future it gives never completes.
fn hear(shutdown: Shutdown, log: Log) -> Result<impl Future<Output = ()> + Send> {
    let open = |kind| signal(kind).map_err(|e| Error::internal(format!("signals can't be received: {e}")));
    let (mut interrupt, mut terminate) = (open(SignalKind::interrupt())?, open(SignalKind::terminate())?);
    Ok(async move {
        let name = next(&mut interrupt, &mut terminate).await;
        tracing::info!(target: "boot", signal = name, "received shutdown signal");
        shutdown.request(0, name);
        let name = next(&mut interrupt, &mut terminate).await;
        tracing::warn!(target: "boot", signal = name, "received second signal, ending at once");
        log.flush();
        std::process::exit(1);
    })
}

async fn next(interrupt: &mut Signal, terminate: &mut Signal) -> &'static str {
    tokio::select! {
        _ = interrupt.recv() => "SIGINT",
        _ = terminate.recv() => "SIGTERM",
    }
}
