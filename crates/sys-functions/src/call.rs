//! One call of a function: who is called, with what, on whose behalf; and what may stand around it.

use crate::function::Function;
use crate::functions::Functions;
use crate::future::Shared;
use crate::retry::Retry;
use core_dispatch::{BoxFuture, Context, Own};
use core_registry::Entry;
use infra_base::{EntryId, Payload, Payloads, Result};
use std::sync::Arc;
use std::time::Duration;

/// A call to make.
pub struct Call {
    /// A `function.*` entry, or a `process.*` entry with a `default_host`.
    pub target: EntryId,
    /// Arguments.
    pub args: Payloads,
    /// The caller's own context; the callee gets one that descends from it.
    pub context: Arc<Context>,
    /// Put into the callee's frame: the HTTP exchange, a delivery.
    pub own: Own,
    /// Limit for the call with all its tries; `Timeout`, retryable, when it passes.
    pub timeout: Option<Duration>,
    /// Tries; wins over the entry's `meta.options.retry`. A call with something in `own` is tried once: the first try
    /// uses it up.
    pub retry: Option<Retry>,
    /// Must run in a task of its own, because something else in the caller can run.
    pub spawned: bool,
}

impl Call {
    /// A call of `target` without anything else.
    pub fn new(target: EntryId) -> Call {
        Call::within(Arc::default(), target)
    }

    /// A call of `target` on behalf of a caller with `context`.
    pub fn within(context: Arc<Context>, target: EntryId) -> Call {
        let (args, own) = Default::default();
        Call { target, args, context, own, timeout: None, retry: None, spawned: false }
    }

    /// The same call once more, with empty own slots.
    pub(crate) fn again(&self) -> Call {
        let own = Own::default();
        let (args, context) = (self.args.clone(), self.context.clone());
        let (target, retry) = (self.target.clone(), self.retry.clone());
        Call { target, args, context, own, timeout: self.timeout, retry, spawned: self.spawned }
    }
}

/// Something around calls: tracing, statistics, tries. Interceptors stand in a fixed order; the first is the outermost.
pub trait Interceptor: Send + Sync {
    /// Does it want to be around this call? Cheap; those that do not cost nothing more.
    fn concerns(&self, call: &Call, entry: &Entry) -> bool;

    /// Makes the call through `next`, not at all, or several times. Dropping the future must end what it has started, as
    /// dropping `next`'s futures does.
    fn around(&self, call: Call, next: Next) -> BoxFuture<'static, Result<Payload>>;
}

/// What comes after an interceptor.
#[derive(Clone)]
pub struct Next {
    pub(crate) functions: Functions,
    pub(crate) function: Arc<Function>,
    pub(crate) position: usize,
    pub(crate) watch: Option<Arc<Shared>>,
}

impl Next {
    /// The retry options of the entry.
    pub(crate) fn retry(&self) -> Option<&Retry> {
        self.function.retry.as_ref()
    }

    /// Makes the call.
    pub fn run(&self, call: Call) -> BoxFuture<'static, Result<Payload>> {
        self.functions.pass(self.function.clone(), call, self.position, self.watch.clone())
    }
}
