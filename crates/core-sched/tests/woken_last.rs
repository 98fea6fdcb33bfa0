//! The task that a busy worker woke last is run by an idle one; alone, as idle workers are the node's.

use core_sched::turn::{self, STRETCH};
use core_sched::{Body, Control, Exit, Process, Scheduler, Step, StepCx};
use infra_base::{Data, EntryId, Name, Payload, Pid};
use infra_clock::Clock;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, ThreadId};
use std::time::Duration;

/// Makes a task in each turn, and holds its worker for that task when the turn has lasted for a stretch and a slice.
struct Busy {
    scheduler: Scheduler,
    turn: (Option<ThreadId>, u32),
    steps: u32,
    ran: Arc<AtomicBool>,
}

impl Body for Busy {
    type Done = ();

    fn step(&mut self, cx: &mut StepCx<'_, ()>) -> Step {
        *cx.fuel = 0;
        let turn = (Some(thread::current().id()), turn::number());
        if self.turn != turn {
            (self.turn, self.steps, self.ran) = (turn, 0, Arc::default());
            let ran = self.ran.clone();
            self.scheduler.spawn_future(Box::pin(async move { ran.store(true, Ordering::Relaxed) }));
        }
        self.steps += 1;
        if self.steps <= STRETCH + 1 {
            return Step::Continue;
        }
        let clock = Clock::system();
        let since = clock.now();
        while !self.ran.load(Ordering::Relaxed) {
            assert!(clock.now().since(since) < Duration::from_secs(20), "no other worker runs it");
            std::hint::spin_loop();
        }
        Step::Done(Exit { result: Ok(Payload::Data(Data::Null)) })
    }
}

#[test]
fn an_idle_worker_runs_what_a_busy_one_has_woken() {
    let runtime = core_sched::runtime().worker_threads(2).build().expect("a runtime");
    runtime.block_on(async {
        let scheduler = Scheduler::default();
        let entry = EntryId::parse("app:busy").expect("an id");
        let control = Control::new(Pid::draw(Name::intern("app:host")), entry);
        let body = Busy { scheduler: scheduler.clone(), turn: (None, 0), steps: 0, ran: Arc::default() };
        scheduler.spawn(Box::new(Process::new(control.clone(), Box::new(body))));
        scheduler.idle().await;
        assert!(!control.has_panicked(), "the task has run");
    });
}
