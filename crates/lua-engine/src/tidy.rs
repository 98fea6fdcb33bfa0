//! Garbage of waiting processes: who goes on soon keeps a little, who stays idle collects it.
//!
//! A process that answers messages within one turn of its worker would collect for each of them. So it keeps up to some 16 KB, which are
//! collected in its next turn; and in case that there is none it enters itself in a list, and is nudged within two seconds. There is one
//! list for a node and one task, which ends when nobody is listed; no process has a timer for this.

use core_sched::{Control, Scheduler};
use infra_clock::Clock;
use parking_lot::Mutex;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

/// Time between two rounds.
const PATIENCE: Duration = Duration::from_secs(1);
/// Processes that are nudged at a time, and the time between: others are to run, too.
const SOME: usize = 128;
const BREATH: Duration = Duration::from_millis(1);

/// A round of the list, by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Round(u32);

/// The list of a node.
#[derive(Default)]
pub(crate) struct Tidy {
    /// The round that those who enter themselves now are asked in.
    next: AtomicU32,
    list: Mutex<List>,
}

#[derive(Default)]
struct List {
    processes: Vec<Arc<Control>>,
    /// A task will come for them.
    attended: bool,
}

impl Tidy {
    /// Is that round over, or under way?
    #[inline]
    pub(crate) fn is_over(&self, round: Round) -> bool {
        // Nothing is published by the number; who sees it late collects with the nudge, which takes a lock.
        self.next.load(Ordering::Relaxed) != round.0
    }

    /// Enters a process.
    pub(crate) fn list(self: &Arc<Self>, process: Arc<Control>, clock: &Clock, tasks: &Scheduler) -> Round {
        let mut list = self.list.lock();
        let round = Round(self.next.load(Ordering::Relaxed));
        // Outside of a runtime nobody could come; the next turn of the process collects.
        if tokio::runtime::Handle::try_current().is_err() {
            return round;
        }
        list.processes.push(process);
        if !std::mem::replace(&mut list.attended, true) {
            tasks.spawn_future(Box::pin(attend(self.clone(), clock.clone())));
        }
        round
    }

    /// Those of the round that begins now; `None` ends the task.
    fn begin(&self) -> Option<Vec<Arc<Control>>> {
        let mut list = self.list.lock();
        if list.processes.is_empty() {
            *list = List::default();
            return None;
        }
        self.next.fetch_add(1, Ordering::Relaxed);
        Some(std::mem::take(&mut list.processes))
    }
}

async fn attend(tidy: Arc<Tidy>, clock: Clock) {
    loop {
        clock.sleep(PATIENCE).await;
        let Some(processes) = tidy.begin() else { return };
        for some in processes.chunks(SOME) {
            some.iter().for_each(|process| process.nudge());
            clock.sleep(BREATH).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use core_sched::{Body, Process, Step, StepCx};
    use infra_base::{EntryId, Name, Pid};

    /// Waits, and counts how often.
    struct Idle(Arc<AtomicU32>);

    impl Body for Idle {
        type Done = ();

        fn step(&mut self, _: &mut StepCx<'_, ()>) -> Step {
            self.0.fetch_add(1, Ordering::Relaxed);
            Step::Wait
        }
    }

    #[tokio::test]
    async fn each_process_of_a_round_is_nudged_once_and_then_the_task_ends() {
        let (clock, time) = Clock::simulated();
        let (tidy, tasks, steps) = (Arc::new(Tidy::default()), Scheduler::default(), Arc::default());
        let (processes, count) = (Scheduler::default(), SOME + 3);
        let spawn = |_| {
            let entry = EntryId::parse("app:idle").expect("an id");
            let control = Control::new(Pid::draw(Name::intern("app:host")), entry);
            processes.spawn(Box::new(Process::new(control.clone(), Box::new(Idle(Arc::clone(&steps))))));
            control
        };
        let controls: Vec<_> = (0..count).map(spawn).collect();
        let pause = async || {
            for _ in 0..3 {
                tokio::task::yield_now().await;
            }
        };
        for round in 1..=2 {
            let rounds: Vec<_> =
                controls.iter().map(|control| tidy.list(control.clone(), &clock, &tasks)).collect();
            pause().await;
            assert!(rounds.iter().all(|round| !tidy.is_over(*round)) && tasks.live() == 1);
            time.advance_to_next();
            pause().await;
            assert!(rounds.iter().all(|round| tidy.is_over(*round)));
            assert_eq!(steps.load(Ordering::Relaxed) as usize, count * round + SOME, "some at a time");
            while tasks.live() > 0 {
                time.advance_to_next().expect("the task waits for its next round");
                pause().await;
            }
            assert_eq!(steps.load(Ordering::Relaxed) as usize, count * (round + 1));
        }
    }
}
