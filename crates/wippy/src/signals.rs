//! SIGINT and SIGTERM: the first asks for an orderly stop, the second ends the program at once.

use infra_app::Shutdown;
use infra_base::{Error, Result};
use infra_log::Log;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// Listens from now on; must be called inside of the runtime. The future it gives never completes.
pub(crate) fn listen(shutdown: Shutdown, log: Log) -> Result<impl Future<Output = ()> + Send> {
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
