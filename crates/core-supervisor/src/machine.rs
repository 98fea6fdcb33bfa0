//! The supervisor: requests and answers in, actions out.

use crate::policy::Policy;
use crate::unit::{Action, Beside, Phase, Run, State, Status, Unit};
use infra_base::{EntryId, Error, Kind, Result};
use infra_clock::{Moment, Rng};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// Beyond the end of grace, how long a forced stop may take before it is abandoned.
const FORCE: Duration = Duration::from_secs(1);

/// A service to supervise.
#[derive(Clone, Debug)]
pub struct Spec {
    /// Its entry.
    pub id: EntryId,
    /// Its limits and restarts.
    pub policy: Policy,
    /// Services that must run first; ids that are no service are ignored.
    pub needs: Vec<EntryId>,
}

/// How a service that runs takes its new definition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takeover {
    /// It goes on as it is.
    Keep,
    /// The new one starts, then the old one stops. If it does not start, the old one goes on and the start is retried.
    Beside,
    /// The old one stops, the new one starts. If it does not, the old one starts again.
    StopStart,
}

/// The state machine of all services.
///
/// Whoever owns it calls one method per thing that happens, with the present moment, then carries out
/// [`take_actions`](Self::take_actions) in order, and calls [`tick`](Self::tick) at [`timer`](Self::timer).
#[derive(Debug)]
pub struct Supervisor {
    units: BTreeMap<EntryId, Unit>,
    actions: Vec<Action>,
    runs: Run,
    rng: Rng,
}

impl Supervisor {
    /// An empty supervisor; `rng` draws the jitter of delays.
    pub fn new(rng: Rng) -> Supervisor {
        Supervisor { units: BTreeMap::new(), actions: Vec::new(), runs: 0, rng }
    }

    /// Adds services or redefines their policy and needs; nothing starts. `Invalid`, with the ids in order, when services
    /// need each other in a circle; then nothing is changed.
    pub fn register(&mut self, specs: Vec<Spec>, now: Moment) -> Result<()> {
        let mut needs: BTreeMap<&EntryId, &[EntryId]> =
            self.units.iter().filter(|(_, u)| !u.removed).map(|(id, unit)| (id, &unit.needs[..])).collect();
        needs.extend(specs.iter().map(|spec| (&spec.id, &spec.needs[..])));
        if let Some(circle) = circle(&needs) {
            let path: Vec<&str> = circle.iter().map(EntryId::as_str).collect();
            let message = format!("services need each other in a circle: {}", path.join(" -> "));
            return Err(Error::invalid(message));
        }
        for Spec { id, policy, needs } in specs {
            match self.units.get_mut(&id) {
                None => {
                    self.units.insert(id, Unit::new(policy, needs, now));
                }
                Some(unit) => {
                    // A service that was removed and still stops comes back as a new one.
                    (unit.policy, unit.needs, unit.removed) = (policy, needs, false);
                }
            }
        }
        Ok(())
    }

    /// Wants services to run, and whatever they need.
    pub fn start(&mut self, ids: &[EntryId], now: Moment) {
        let mut open: Vec<EntryId> = ids.to_vec();
        let mut seen = BTreeSet::new();
        while let Some(id) = open.pop() {
            let Some(unit) = self.units.get_mut(&id).filter(|unit| !unit.removed) else { continue };
            if !seen.insert(id.clone()) {
                continue;
            }
            open.extend(unit.needs.iter().cloned());
            let asked = ids.contains(&id);
            unit.up = true;
            match unit.phase {
                // A finished service is started again by request, not because another one needs it.
                Phase::Idle(State::Exited) if !asked && unit.error.is_none() => {}
                Phase::Idle(_) | Phase::GaveUp => {
                    (unit.retries, unit.error) = (0, None);
                    self.to(&id, Phase::Waiting { blocked: false }, now);
                }
                Phase::Stopping { .. } => unit.again = true,
                Phase::Retry { .. } if asked => {
                    unit.retries = 0;
                    self.to(&id, Phase::Waiting { blocked: false }, now);
                }
                Phase::Retry { .. } | Phase::Waiting { .. } | Phase::Starting { .. } | Phase::Running => {}
            }
        }
        self.settle(now);
    }

    /// Wants a service not to run, nor those that need it; those stop first.
    pub fn stop(&mut self, id: &EntryId, now: Moment) {
        let mut open = vec![id.clone()];
        let mut all = BTreeSet::new();
        while let Some(id) = open.pop() {
            if self.units.contains_key(&id) && all.insert(id.clone()) {
                open.extend(self.dependents(&id));
            }
        }
        self.stop_these(&all, now);
    }

    /// Wants nothing to run; dependents stop first.
    pub fn stop_all(&mut self, now: Moment) {
        let all = self.units.keys().cloned().collect();
        self.stop_these(&all, now);
    }

    fn stop_these(&mut self, ids: &BTreeSet<EntryId>, now: Moment) {
        for id in ids {
            let Some(unit) = self.units.get_mut(id) else { continue };
            (unit.up, unit.again, unit.stop_error) = (false, false, None);
            if let Some(Beside::Starting { run, .. }) = unit.beside.take() {
                self.actions.push(Action::Cancel(id.clone(), run));
            }
            match unit.phase {
                Phase::Starting { .. } => {
                    let run = unit.run;
                    self.actions.push(Action::Cancel(id.clone(), run));
                    self.to(id, Phase::Idle(State::Stopped), now);
                }
                Phase::Waiting { .. } | Phase::Retry { .. } | Phase::GaveUp => {
                    unit.error = None;
                    self.to(id, Phase::Idle(State::Stopped), now);
                }
                Phase::Idle(_) | Phase::Running | Phase::Stopping { .. } => {}
            }
        }
        self.settle(now);
    }

    /// Stops and starts one service; those that need it run on.
    pub fn restart(&mut self, id: &EntryId, now: Moment) {
        let Some(unit) = self.units.get_mut(id).filter(|unit| !unit.removed) else { return };
        (unit.up, unit.retries) = (true, 0);
        match unit.phase {
            Phase::Running => {
                unit.again = true;
                self.begin_stop(id, now);
            }
            Phase::Stopping { .. } => unit.again = true,
            Phase::Starting { .. } => {
                let run = unit.run;
                self.actions.push(Action::Cancel(id.clone(), run));
                self.to(id, Phase::Waiting { blocked: false }, now);
            }
            Phase::Idle(_) | Phase::Waiting { .. } | Phase::Retry { .. } | Phase::GaveUp => {
                self.to(id, Phase::Waiting { blocked: false }, now);
            }
        }
        self.settle(now);
    }

    /// The definition of a service was replaced (after [`register`](Self::register) with its new policy).
    pub fn replaced(&mut self, id: &EntryId, takeover: Takeover, now: Moment) {
        let Some(unit) = self.units.get_mut(id) else { return };
        match (unit.phase, takeover) {
            (_, Takeover::Keep) => {}
            (Phase::Running, Takeover::Beside) => {
                unit.retries = 0;
                self.start_beside(id, now);
            }
            (Phase::Running, Takeover::StopStart) => {
                unit.revertible = true;
                self.restart(id, now);
            }
            // What starts, waits or failed is of the old definition.
            (Phase::Starting { .. } | Phase::Waiting { .. } | Phase::Retry { .. } | Phase::GaveUp, _) => {
                self.restart(id, now);
            }
            (Phase::Idle(State::Exited), _) if unit.policy.auto_start => self.restart(id, now),
            (Phase::Stopping { .. }, _) if unit.up => unit.again = true,
            (Phase::Idle(_) | Phase::Stopping { .. }, _) => {}
        }
    }

    /// Stops a service and forgets it.
    pub fn remove(&mut self, id: &EntryId, now: Moment) {
        let Some(unit) = self.units.get_mut(id) else { return };
        unit.removed = true;
        self.stop_these(&BTreeSet::from([id.clone()]), now);
    }

    /// A start was answered.
    pub fn started(&mut self, id: &EntryId, run: Run, answer: Result<()>, now: Moment) {
        let Some(unit) = self.units.get_mut(id) else { return };
        if let Some(Beside::Starting { run: new, .. }) = unit.beside
            && new == run
        {
            match answer {
                Ok(()) => self.switch_over(id, run, now),
                Err(error) => self.beside_failed(id, error, now),
            }
        } else if unit.run == run && matches!(unit.phase, Phase::Starting { .. }) {
            match answer {
                Ok(()) => {
                    // The previous definition, started again, keeps the reason why.
                    if !std::mem::take(&mut unit.reverted) {
                        unit.error = None;
                    }
                    (unit.started, unit.revertible) = (Some(now), false);
                    self.to(id, Phase::Running, now);
                }
                Err(error) => self.failed(id, error, now),
            }
        }
        self.settle(now);
    }

    /// A service that ran ended by itself; `Ok` = it is done.
    pub fn ended(&mut self, id: &EntryId, run: Run, how: Result<()>, now: Moment) {
        let Some(unit) = self.units.get_mut(id) else { return };
        if unit.run != run || unit.phase != Phase::Running {
            return;
        }
        match (unit.beside.take(), how) {
            // Its successor is on the way.
            (Some(Beside::Starting { run, limit }), _) => {
                unit.run = run;
                self.to(id, Phase::Starting { limit }, now);
            }
            (Some(Beside::Retry { .. }), _) => self.to(id, Phase::Waiting { blocked: false }, now),
            (None, Ok(())) => {
                (unit.up, unit.error) = (false, None);
                self.to(id, Phase::Idle(State::Exited), now);
            }
            (None, Err(error)) => self.failed(id, error, now),
        }
        self.settle(now);
    }

    /// A stop was answered.
    pub fn stopped(&mut self, id: &EntryId, run: Run, answer: Result<()>, now: Moment) {
        let Some(unit) = self.units.get_mut(id) else { return };
        if unit.run == run && matches!(unit.phase, Phase::Stopping { .. }) {
            if let Err(error) = answer {
                (unit.error, unit.stop_error) = (Some(error.clone()), Some(error));
            }
            let next = if std::mem::take(&mut unit.again) && unit.up {
                Phase::Waiting { blocked: false }
            } else {
                Phase::Idle(State::Stopped)
            };
            self.to(id, next, now);
        } else {
            unit.draining.retain(|(draining, _)| *draining != run);
        }
        self.settle(now);
    }

    /// The moment at which [`tick`](Self::tick) is due.
    pub fn timer(&self) -> Option<Moment> {
        self.units.values().filter_map(Unit::timer).min()
    }

    /// Limits that passed and retries that are due.
    pub fn tick(&mut self, now: Moment) {
        let due: Vec<EntryId> = self
            .units
            .iter()
            .filter(|(_, unit)| unit.timer().is_some_and(|at| at <= now))
            .map(|(id, _)| id.clone())
            .collect();
        for id in due {
            self.tick_unit(&id, now);
        }
        self.settle(now);
    }

    fn tick_unit(&mut self, id: &EntryId, now: Moment) {
        let Some(unit) = self.units.get_mut(id) else { return };
        let due = |limit: Option<Moment>| limit.is_some_and(|at| at <= now);
        let expired: Vec<Run> =
            unit.draining.iter().filter(|(_, limit)| due(*limit)).map(|(run, _)| *run).collect();
        unit.draining.retain(|(_, limit)| !due(*limit));
        self.actions.extend(expired.into_iter().map(|run| Action::Abandon(id.clone(), run)));
        let late = |what: &str, limit: Duration| {
            Error::new(Kind::Timeout, format!("service {id} did not {what} within {limit:?}"))
                .with_retryable(Some(true))
        };
        match unit.beside {
            Some(Beside::Starting { run, limit }) if due(limit) => {
                let error = late("start", unit.policy.start_timeout);
                self.actions.push(Action::Cancel(id.clone(), run));
                self.beside_failed(id, error, now);
            }
            Some(Beside::Retry { at }) if at <= now => self.start_beside(id, now),
            _ => {}
        }
        let Some(unit) = self.units.get_mut(id) else { return };
        match unit.phase {
            Phase::Starting { limit } if due(limit) => {
                let (run, error) = (unit.run, late("start", unit.policy.start_timeout));
                self.actions.push(Action::Cancel(id.clone(), run));
                self.failed(id, error, now);
            }
            Phase::Stopping { limit } if due(limit) => {
                let (run, error) = (unit.run, late("stop", unit.policy.stop_timeout));
                self.actions.push(Action::Abandon(id.clone(), run));
                self.stopped(id, run, Err(error), now);
            }
            Phase::Retry { at } if at <= now => self.to(id, Phase::Waiting { blocked: false }, now),
            _ => {}
        }
    }

    /// What is to be done, in order.
    pub fn take_actions(&mut self) -> Vec<Action> {
        std::mem::take(&mut self.actions)
    }

    /// The status of a service.
    pub fn status(&self, id: &EntryId) -> Option<Status> {
        self.units.get(id).map(|unit| unit.status(id))
    }

    /// The status of every service, by id.
    pub fn all(&self) -> Vec<Status> {
        self.units.iter().map(|(id, unit)| unit.status(id)).collect()
    }

    /// The ids of services that start by themselves.
    pub fn auto_start(&self) -> Vec<EntryId> {
        let auto = self.units.iter().filter(|(_, unit)| unit.policy.auto_start && !unit.removed);
        auto.map(|(id, _)| id.clone()).collect()
    }

    /// Whether a service's failure to start fails the boot.
    pub fn required(&self, id: &EntryId) -> bool {
        self.units.get(id).is_some_and(|unit| unit.policy.required)
    }

    /// How the last request for a service came out; `None` while that is open. Right after a request without effect it is
    /// the present state: running, stopped or done = `Ok`, failed = the reason.
    pub fn outcome(&self, id: &EntryId) -> Option<Result<()>> {
        let Some(unit) = self.units.get(id) else { return Some(Ok(())) };
        let open =
            matches!(unit.beside, Some(Beside::Starting { .. })) || unit.phase == Phase::Running && !unit.up;
        match unit.phase {
            _ if open => None,
            Phase::Starting { .. } | Phase::Waiting { blocked: false } | Phase::Stopping { .. } => None,
            Phase::Idle(_) if unit.removed => None,
            _ => Some(unit.error.clone().map_or(Ok(()), Err)),
        }
    }

    /// How the last request to stop a service came out; `None` while anything of it runs, replaced instances included.
    pub fn stop_outcome(&self, id: &EntryId) -> Option<Result<()>> {
        let Some(unit) = self.units.get(id) else { return Some(Ok(())) };
        unit.idle().then(|| unit.stop_error.clone().map_or(Ok(()), Err))
    }

    /// Whether nothing runs and nothing will by itself.
    pub fn idle(&self) -> bool {
        self.units.values().all(Unit::idle)
    }

    fn dependents(&self, id: &EntryId) -> Vec<EntryId> {
        self.units.iter().filter(|(_, unit)| unit.needs.contains(id)).map(|(id, _)| id.clone()).collect()
    }

    fn to(&mut self, id: &EntryId, phase: Phase, now: Moment) {
        let Some(unit) = self.units.get_mut(id) else { return };
        let before = unit.state();
        unit.phase = phase;
        if unit.state() != before || matches!(phase, Phase::Retry { .. }) {
            unit.updated = now;
            self.report(id);
        }
    }

    fn report(&mut self, id: &EntryId) {
        if let Some(status) = self.status(id) {
            self.actions.push(Action::Report(status));
        }
    }

    fn draw(&mut self) -> Run {
        self.runs += 1;
        self.runs
    }

    fn limit(limit: Duration, now: Moment) -> Option<Moment> {
        (!limit.is_zero()).then(|| now.after(limit))
    }

    fn begin_stop(&mut self, id: &EntryId, now: Moment) {
        let Some(unit) = self.units.get_mut(id) else { return };
        if let Some(Beside::Starting { run, .. }) = unit.beside.take() {
            self.actions.push(Action::Cancel(id.clone(), run));
        }
        let grace = Self::limit(unit.policy.stop_timeout, now);
        let run = unit.run;
        self.actions.push(Action::Stop(id.clone(), run, grace.unwrap_or(Moment(u64::MAX))));
        self.to(id, Phase::Stopping { limit: grace.map(|at| at.after(FORCE)) }, now);
    }

    fn start_beside(&mut self, id: &EntryId, now: Moment) {
        let run = self.draw();
        let Some(unit) = self.units.get_mut(id) else { return };
        let limit = Self::limit(unit.policy.start_timeout, now);
        if let Some(Beside::Starting { run, .. }) = unit.beside.replace(Beside::Starting { run, limit }) {
            self.actions.push(Action::Cancel(id.clone(), run));
        }
        self.actions.push(Action::Start(id.clone(), run));
    }

    fn beside_failed(&mut self, id: &EntryId, error: Error, now: Moment) {
        let Some(unit) = self.units.get_mut(id) else { return };
        unit.retries += 1;
        let final_ = is_final(&error) || unit.exhausted();
        let at = now.after(unit.policy.restart.delay(unit.retries, &mut self.rng));
        unit.beside = (!final_).then_some(Beside::Retry { at });
        unit.error = Some(error.context("the new definition did not start, the previous one goes on"));
        self.report(id);
    }

    /// The new run serves, the old one drains.
    fn switch_over(&mut self, id: &EntryId, run: Run, now: Moment) {
        let Some(unit) = self.units.get_mut(id) else { return };
        let old = std::mem::replace(&mut unit.run, run);
        let grace = Self::limit(unit.policy.stop_timeout, now);
        unit.draining.push((old, grace.map(|at| at.after(FORCE))));
        (unit.beside, unit.error, unit.started, unit.updated) = (None, None, Some(now), now);
        self.actions.push(Action::Stop(id.clone(), old, grace.unwrap_or(Moment(u64::MAX))));
        self.report(id);
    }

    fn failed(&mut self, id: &EntryId, error: Error, now: Moment) {
        let Some(unit) = self.units.get_mut(id) else { return };
        if std::mem::take(&mut unit.revertible) {
            unit.error = Some(error.context("the new definition did not start, the previous one runs again"));
            unit.reverted = true;
            self.actions.push(Action::Revert(id.clone()));
            self.to(id, Phase::Waiting { blocked: false }, now);
            return;
        }
        let stable = unit.phase == Phase::Running
            && unit.started.is_some_and(|at| now.since(at) >= unit.policy.stable_threshold);
        if stable {
            unit.retries = 0;
        }
        unit.retries += 1;
        let next = if is_final(&error) {
            unit.up = false;
            Phase::Idle(State::Exited)
        } else if unit.exhausted() {
            Phase::GaveUp
        } else {
            Phase::Retry { at: now.after(unit.policy.restart.delay(unit.retries, &mut self.rng)) }
        };
        unit.error = Some(error);
        self.to(id, next, now);
    }

    /// Starts what can start, stops what can stop, until nothing changes.
    fn settle(&mut self, now: Moment) {
        loop {
            let ids: Vec<EntryId> = self.units.keys().cloned().collect();
            let mut changed = false;
            for id in ids {
                changed |= self.settle_unit(&id, now);
            }
            if !changed {
                return;
            }
        }
    }

    fn settle_unit(&mut self, id: &EntryId, now: Moment) -> bool {
        let Some(unit) = self.units.get(id) else { return false };
        match unit.phase {
            Phase::Idle(_) | Phase::GaveUp if unit.removed && unit.draining.is_empty() => {
                self.units.remove(id);
                self.actions.push(Action::Forget(id.clone()));
                true
            }
            Phase::Running if !unit.up => {
                let held = self.units.values().any(|other| other.needs.contains(id) && other.active());
                if !held {
                    self.begin_stop(id, now);
                }
                !held
            }
            Phase::Waiting { blocked } => match self.blocker(unit) {
                None if unit.needs.iter().filter_map(|n| self.units.get(n)).all(Unit::serves) => {
                    let run = self.draw();
                    let Some(unit) = self.units.get_mut(id) else { return false };
                    let limit = Self::limit(unit.policy.start_timeout, now);
                    unit.run = run;
                    self.actions.push(Action::Start(id.clone(), run));
                    self.to(id, Phase::Starting { limit }, now);
                    true
                }
                Some(error) if !blocked => {
                    let Some(unit) = self.units.get_mut(id) else { return false };
                    unit.error = Some(error);
                    self.to(id, Phase::Waiting { blocked: true }, now);
                    true
                }
                None if blocked => {
                    self.to(id, Phase::Waiting { blocked: false }, now);
                    true
                }
                _ => false,
            },
            _ => false,
        }
    }

    /// Why a waiting service cannot start at present, if something it needs is down.
    fn blocker(&self, unit: &Unit) -> Option<Error> {
        let down = |need: &EntryId| {
            let needed = self.units.get(need)?;
            let down = match needed.phase {
                Phase::Idle(State::Exited) => needed.error.is_some(),
                Phase::Idle(_) => true,
                Phase::Waiting { blocked } => blocked,
                Phase::Retry { .. } | Phase::GaveUp => true,
                Phase::Starting { .. } | Phase::Running | Phase::Stopping { .. } => false,
            };
            let why = needed.error.as_ref().map_or(String::new(), |e| format!(": {e}"));
            let state = needed.state().as_str();
            down.then(|| Error::unavailable(format!("it needs service {need}, which is {state}{why}")))
        };
        unit.needs.iter().find_map(down)
    }
}

impl Unit {
    fn exhausted(&self) -> bool {
        let most = self.policy.restart.max_attempts;
        most > 0 && self.retries > most
    }
}

/// Another try would not help.
fn is_final(error: &Error) -> bool {
    error.retryable() == Some(false) || error.kind() == Kind::Canceled
}

/// Ids that lead back to the first of them, which is repeated at the end.
fn circle(needs: &BTreeMap<&EntryId, &[EntryId]>) -> Option<Vec<EntryId>> {
    let mut done: BTreeSet<&EntryId> = BTreeSet::new();
    for start in needs.keys() {
        // Path of ids with the index of the need to look at next.
        let mut path: Vec<(&EntryId, usize)> = vec![(start, 0)];
        while let Some((id, next)) = path.last_mut() {
            let id = *id;
            let need = needs.get(id).and_then(|all| all.get(*next));
            *next += 1;
            match need {
                None => {
                    done.insert(id);
                    path.pop();
                }
                Some(need) if done.contains(need) || !needs.contains_key(need) => {}
                Some(need) => {
                    if let Some(from) = path.iter().position(|(on, _)| *on == need) {
                        let ids = path[from..].iter().map(|(id, _)| (*id).clone());
                        return Some(ids.chain([need.clone()]).collect());
                    }
                    path.push((need, 0));
                }
            }
        }
    }
    None
}

#[cfg(test)]
mod tests;
