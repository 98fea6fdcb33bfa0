//! What a service is: something that starts, runs until it ends or is stopped, and can start again.

use core_dispatch::BoxFuture;
use core_supervisor::Policy;
use infra_base::{EntryId, Error, Result};
use infra_clock::Moment;

/// How a running service ended by itself.
#[derive(Clone, Debug)]
pub enum Ended {
    /// It is done; not started again, dependents keep running.
    Exited,
    /// It failed; started again after a growing delay unless the error says `retryable == false`.
    Failed(Error),
}

/// A unit of supervision. Calls come in the order start, ended, stop, and over again on a restart.
///
/// - `start` completes when the service runs. Its future may be dropped (time limit, stop): whatever it acquired by then must
///   be released by that.
/// - `ended` is awaited while the service runs. When it completes, nothing of the service runs any more and `stop` is not
///   called. Its future is dropped before a stop.
/// - `stop` is called only after a start that succeeded; the service may have ended by itself at this very moment. It ends gracefully until `deadline`, then by force; when it
///   completes, nothing of the service runs any more. A second after the deadline it is dropped.
/// - A panic in any of them is caught and counts as a failure that another try does not mend.
pub trait Service: Send + Sync + 'static {
    /// Starts; completes when running.
    fn start(&self) -> BoxFuture<'_, Result<()>>;

    /// Completes when the service that was started ends by itself. The default never does.
    fn ended(&self) -> BoxFuture<'_, Ended> {
        Box::pin(std::future::pending())
    }

    /// Stops; `deadline` is when grace ends.
    fn stop(&self, deadline: Moment) -> BoxFuture<'_, Result<()>>;
}

/// An entry's `lifecycle`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Lifecycle {
    /// Limits and restarts.
    pub policy: Policy,
    /// Entries whose services must run first: `requires`, then `depends_on`, without duplicates.
    pub requires: Vec<EntryId>,
}
