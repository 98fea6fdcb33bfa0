//! One call of a function: who is called, with what, on whose behalf.

use core_dispatch::{BoxFuture, Context, Own};
use infra_base::{EntryId, Error, Payload, Payloads, Result};
use std::sync::Arc;
use std::time::Duration;

/// A call to make.
pub struct Call {
    /// A `function.*` entry, or a process entry with a `default_host`.
    pub target: EntryId,
    /// Arguments.
    pub args: Payloads,
    /// Inherited by the callee.
    pub context: Arc<Context>,
    /// Put into the callee's frame: the HTTP exchange, a delivery.
    pub own: Own,
    /// Limit for this call; `Timeout`, retryable, when it passes.
    pub timeout: Option<Duration>,
}

/// All callable functions.
pub struct Functions {}

impl Functions {
    /// Starts a call. The future is polled inline by the caller; dropping it ends the callee with "caller gone".
    pub fn call(&self, call: Call) -> BoxFuture<'static, Result<Payload>> {
        Box::pin(std::future::ready(Err(Error::not_found(format!("function {} not found", call.target)))))
    }
}
