//! One service as the supervisor sees it, and what it tells others about it.

use crate::policy::Policy;
use infra_base::{EntryId, Error};
use infra_clock::Moment;

/// State of a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Registered, never started.
    Unknown,
    /// Starting, or waiting for the services that it needs.
    Starting,
    /// It said that it runs.
    Running,
    /// Stopping on request.
    Stopping,
    /// Stopped on request.
    Stopped,
    /// Over for good: it finished, or failed in a way that another try does not mend.
    Exited,
    /// Not running, against the wish; retried if a retry is due.
    Failed,
}

impl State {
    /// As events and queries show it.
    pub fn as_str(self) -> &'static str {
        match self {
            State::Unknown => "unknown",
            State::Starting => "starting",
            State::Running => "running",
            State::Stopping => "stopping",
            State::Stopped => "stopped",
            State::Exited => "exited",
            State::Failed => "failed",
        }
    }
}

/// What is known of a service at one moment.
#[derive(Clone, Debug)]
pub struct Status {
    /// Its entry.
    pub id: EntryId,
    /// Its state.
    pub state: State,
    /// Whether it is meant to run.
    pub desired: bool,
    /// Retries since it last ran stably.
    pub retries: u32,
    /// When the state changed last.
    pub updated: Moment,
    /// When it reached Running last.
    pub started: Option<Moment>,
    /// When the next retry is due.
    pub retry_at: Option<Moment>,
    /// Why it failed; also beside Running, when a new definition did not start and the previous instance goes on.
    pub error: Option<Error>,
}

/// Number of one start; tells a late answer of an earlier start from that of the present one.
pub type Run = u64;

/// What the owner loop is to do.
#[derive(Clone, Debug)]
pub enum Action {
    /// Start the present definition; answer with `started`, later perhaps `ended`.
    Start(EntryId, Run),
    /// Drop the start.
    Cancel(EntryId, Run),
    /// Stop; grace ends at the moment. Answer with `stopped`.
    Stop(EntryId, Run, Moment),
    /// The stop took far too long: drop it.
    Abandon(EntryId, Run),
    /// The definition that was replaced is the present one again.
    Revert(EntryId),
    /// The service is gone, forget it.
    Forget(EntryId),
    /// The status changed.
    Report(Status),
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Phase {
    /// Nothing runs and nothing is due.
    Idle(State),
    /// To be started as soon as what it needs runs; `blocked`: something it needs failed, and that is reported.
    Waiting {
        blocked: bool,
    },
    Starting {
        limit: Option<Moment>,
    },
    Running,
    Stopping {
        limit: Option<Moment>,
    },
    Retry {
        at: Moment,
    },
    GaveUp,
}

/// A new definition that starts while the old one runs.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Beside {
    Starting { run: Run, limit: Option<Moment> },
    Retry { at: Moment },
}

#[derive(Debug)]
pub(crate) struct Unit {
    pub(crate) policy: Policy,
    /// Services that must run before.
    pub(crate) needs: Vec<EntryId>,
    /// Meant to run.
    pub(crate) up: bool,
    pub(crate) phase: Phase,
    pub(crate) run: Run,
    pub(crate) retries: u32,
    pub(crate) started: Option<Moment>,
    pub(crate) updated: Moment,
    pub(crate) error: Option<Error>,
    /// What went wrong with the last stop.
    pub(crate) stop_error: Option<Error>,
    /// Start again once stopped.
    pub(crate) again: bool,
    /// Forget once stopped.
    pub(crate) removed: bool,
    /// The next start is that of a replacement; if it fails, the old definition comes back.
    pub(crate) revertible: bool,
    /// The old definition came back; why stays in `error`.
    pub(crate) reverted: bool,
    pub(crate) beside: Option<Beside>,
    /// Replaced runs that still stop, with the moment at which they are abandoned.
    pub(crate) draining: Vec<(Run, Option<Moment>)>,
}

impl Unit {
    pub(crate) fn new(policy: Policy, needs: Vec<EntryId>, now: Moment) -> Unit {
        Unit {
            policy,
            needs,
            up: false,
            phase: Phase::Idle(State::Unknown),
            run: 0,
            retries: 0,
            started: None,
            updated: now,
            error: None,
            stop_error: None,
            again: false,
            removed: false,
            revertible: false,
            reverted: false,
            beside: None,
            draining: Vec::new(),
        }
    }

    pub(crate) fn state(&self) -> State {
        match self.phase {
            Phase::Idle(state) => state,
            Phase::Waiting { blocked: false } | Phase::Starting { .. } => State::Starting,
            Phase::Running => State::Running,
            Phase::Stopping { .. } => State::Stopping,
            Phase::Waiting { blocked: true } | Phase::Retry { .. } | Phase::GaveUp => State::Failed,
        }
    }

    pub(crate) fn status(&self, id: &EntryId) -> Status {
        Status {
            id: id.clone(),
            state: self.state(),
            desired: self.up,
            retries: self.retries,
            updated: self.updated,
            started: self.started,
            retry_at: match (self.phase, self.beside) {
                (Phase::Retry { at }, _) | (_, Some(Beside::Retry { at })) => Some(at),
                _ => None,
            },
            error: self.error.clone(),
        }
    }

    /// Something of it is at work.
    pub(crate) fn active(&self) -> bool {
        matches!(self.phase, Phase::Starting { .. } | Phase::Running | Phase::Stopping { .. })
    }

    /// Whoever needs it may start: it runs, or it finished its work.
    pub(crate) fn serves(&self) -> bool {
        matches!(self.phase, Phase::Running)
            || self.phase == Phase::Idle(State::Exited) && self.error.is_none()
    }

    /// Nothing runs and nothing will by itself.
    pub(crate) fn idle(&self) -> bool {
        matches!(self.phase, Phase::Idle(_) | Phase::GaveUp) && self.draining.is_empty()
    }

    /// The earliest moment at which something of it is due.
    pub(crate) fn timer(&self) -> Option<Moment> {
        let phase = match self.phase {
            Phase::Starting { limit } | Phase::Stopping { limit } => limit,
            Phase::Retry { at } => Some(at),
            Phase::Idle(_) | Phase::Waiting { .. } | Phase::Running | Phase::GaveUp => None,
        };
        let beside = match self.beside {
            Some(Beside::Starting { limit, .. }) => limit,
            Some(Beside::Retry { at }) => Some(at),
            None => None,
        };
        let draining = self.draining.iter().filter_map(|(_, limit)| *limit);
        phase.into_iter().chain(beside).chain(draining).min()
    }
}
