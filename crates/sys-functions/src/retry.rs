//! The retry interceptor: another try after a growing, jittered delay.

use crate::call::{Call, Interceptor, Next};
use crate::options::Options;
use core_dispatch::BoxFuture;
use core_registry::Entry;
use infra_base::{Data, Error, Kind, Payload, Result};
use infra_clock::{Clock, Rng};
use parking_lot::Mutex;
use std::sync::Arc;
use std::time::Duration;

/// The `retry` options of an entry's `meta.options` or of a call.
#[derive(Clone, Debug, PartialEq)]
pub struct Retry {
    /// Tries in all; 1 is none after the first.
    pub max_attempts: usize,
    /// Before the second try.
    pub initial_delay: Duration,
    /// Ceiling of the growing delay, before jitter.
    pub max_delay: Duration,
    /// The delay grows by this with each try.
    pub backoff_factor: f64,
    /// The delay is moved by up to this fraction, either way.
    pub jitter: f64,
    /// If not empty: only these kinds are tried again, whatever they are.
    pub retry_kinds: Vec<Box<str>>,
    /// These kinds are not.
    pub skip_kinds: Vec<Box<str>>,
}

impl Default for Retry {
    fn default() -> Self {
        Retry {
            max_attempts: 1,
            initial_delay: Duration::from_millis(100),
            max_delay: Duration::from_secs(10),
            backoff_factor: 2.0,
            jitter: 0.1,
            retry_kinds: Vec::new(),
            skip_kinds: Vec::new(),
        }
    }
}

const KNOWN: [&str; 7] =
    ["max_attempts", "initial_delay", "max_delay", "backoff_factor", "jitter", "retry_kinds", "skip_kinds"];

impl Retry {
    /// Reads retry options called `name` in messages; `None` when there are none. Warnings name unknown fields; a wrong
    /// value is an error that names the field.
    pub fn read(data: Option<&Data>, name: &str) -> Result<(Option<Retry>, Vec<String>)> {
        let mut warnings = Vec::new();
        let Some(options) = Options::of(data, name)? else { return Ok((None, warnings)) };
        options.unknown(&KNOWN, &mut warnings);
        let defaults = Retry::default();
        let retry = Retry {
            max_attempts: options.count("max_attempts", 1)?.unwrap_or(defaults.max_attempts),
            initial_delay: options.duration("initial_delay")?.unwrap_or(defaults.initial_delay),
            max_delay: options.duration("max_delay")?.unwrap_or(defaults.max_delay),
            backoff_factor: options.number("backoff_factor", (1.0, 1e6))?.unwrap_or(defaults.backoff_factor),
            jitter: options.number("jitter", (0.0, 1.0))?.unwrap_or(defaults.jitter),
            retry_kinds: options.kinds("retry_kinds")?,
            skip_kinds: options.kinds("skip_kinds")?,
        };
        Ok((Some(retry), warnings))
    }

    /// Is this failure worth another try? Never: cancellation, `retryable() == false`, a skipped kind. Invalid,
    /// PermissionDenied and Internal only if listed.
    pub fn wants(&self, error: &Error) -> bool {
        let kind = error.kind_text();
        let listed = |kinds: &[Box<str>]| kinds.iter().any(|k| **k == *kind);
        if error.kind() == Kind::Canceled || error.retryable() == Some(false) || listed(&self.skip_kinds) {
            return false;
        }
        if !self.retry_kinds.is_empty() {
            return listed(&self.retry_kinds);
        }
        error.label().is_some()
            || !matches!(error.kind(), Kind::Invalid | Kind::PermissionDenied | Kind::Internal)
    }

    /// The delay after `failed` tries; `unit` is a number in `[0, 1)`.
    pub fn delay(&self, failed: usize, unit: f64) -> Duration {
        let grown = self.initial_delay.as_secs_f64() * self.backoff_factor.powi(failed.min(1_000) as i32 - 1);
        let capped = grown.min(self.max_delay.as_secs_f64());
        Duration::from_secs_f64(capped * (1.0 + self.jitter * (2.0 * unit - 1.0)))
    }
}

/// Tries calls again whose options say so.
pub(crate) struct RetryInterceptor {
    pub(crate) clock: Clock,
    pub(crate) rng: Arc<Mutex<Rng>>,
}

impl Interceptor for RetryInterceptor {
    fn concerns(&self, call: &Call, entry: &Entry) -> bool {
        call.retry.is_some() || entry.meta.get("options").is_some_and(|o| o.get(&["retry"]).is_some())
    }

    fn around(&self, mut call: Call, next: Next) -> BoxFuture<'static, Result<Payload>> {
        let (clock, rng) = (self.clock.clone(), self.rng.clone());
        Box::pin(async move {
            let retry = call.retry.take().or_else(|| next.retry().cloned()).unwrap_or_default();
            // Its own slots (a request, a delivery) are used up by the first try.
            let repeatable = call.own.is_empty();
            let limit = call.context.deadline;
            let mut failed = 0;
            loop {
                failed += 1;
                let again = (failed < retry.max_attempts && repeatable).then(|| call.again());
                let (error, next_try) = match (next.run(call).await, again) {
                    (Err(error), Some(again)) if retry.wants(&error) => (error, again),
                    (result, _) => return result,
                };
                let delay = retry.delay(failed, rng.lock().unit());
                let due = clock.now().after(delay);
                // A try that could only begin after the end of the call is none.
                if limit.is_some_and(|limit| due >= limit) {
                    return Err(error);
                }
                tracing::debug!(%error, failed, ?delay, "call is tried again");
                clock.sleep_until(due).await;
                call = next_try;
            }
        })
    }
}

#[cfg(test)]
mod tests;
