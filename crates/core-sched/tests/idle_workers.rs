//! A turn is renewed while a worker is idle, and only so often; alone, as idle workers are the node's.

use core_sched::turn::{self, RENEWALS, STRETCH};
use core_sched::{AnyProcess, Body, Control, Exit, Gate, Message, Process, Scheduler, Step, StepCx};
use infra_base::{Data, EntryId, Error, Name, Payload, Pid};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

/// What is seen before anybody has looked.
const NOT_YET: u32 = u32::MAX;

/// Uses up a slice with each step, without an end, and counts them.
struct Endless(Arc<AtomicU32>);

impl Body for Endless {
    type Done = ();

    fn step(&mut self, cx: &mut StepCx<'_, ()>) -> Step {
        self.0.fetch_add(1, Ordering::Relaxed);
        *cx.fuel = 0;
        Step::Continue
    }
}

/// Starts two endless ones, and looks how often they ran when other tasks have their turn.
struct Parent {
    scheduler: Scheduler,
    steps: Arc<AtomicU32>,
    seen: Arc<AtomicU32>,
    yielded: bool,
}

impl Body for Parent {
    type Done = ();

    fn step(&mut self, cx: &mut StepCx<'_, ()>) -> Step {
        if !std::mem::replace(&mut self.yielded, true) {
            *cx.fuel = 0;
            return Step::Continue;
        }
        for _ in 0..2 {
            self.scheduler.spawn(Box::new(process(Endless(self.steps.clone()))));
        }
        let (steps, seen) = (self.steps.clone(), self.seen.clone());
        self.scheduler.spawn_future(Box::pin(async move {
            seen.store(steps.load(Ordering::Relaxed), Ordering::Relaxed);
        }));
        nothing()
    }
}

/// Rests until it gets mail, then looks how often the sender ran.
struct Reader {
    steps: Arc<AtomicU32>,
    seen: Arc<AtomicU32>,
}

impl Body for Reader {
    type Done = ();

    fn step(&mut self, cx: &mut StepCx<'_, ()>) -> Step {
        if cx.mail.next().is_none() {
            return Step::Wait;
        }
        self.seen.store(self.steps.load(Ordering::Relaxed), Ordering::Relaxed);
        nothing()
    }
}

/// Writes to a reader when it has yielded once, and goes on without an end.
struct Writer {
    reader: Option<Arc<Control>>,
    busy: Endless,
    yielded: bool,
}

impl Body for Writer {
    type Done = ();

    fn step(&mut self, cx: &mut StepCx<'_, ()>) -> Step {
        if std::mem::replace(&mut self.yielded, true)
            && let Some(reader) = self.reader.take()
        {
            let message = Message { from: None, topic: "news".into(), payloads: Default::default() };
            assert!(matches!(reader.deliver(message.into()), Ok(true)));
        }
        self.busy.step(cx)
    }
}

/// Yields again and again in turns that are not renewed, and looks how often another one ran meanwhile.
struct Patient {
    steps: Arc<AtomicU32>,
    seen: Arc<AtomicU32>,
    yields: u32,
}

impl Body for Patient {
    type Done = ();

    fn step(&mut self, cx: &mut StepCx<'_, ()>) -> Step {
        let steps = self.steps.swap(0, Ordering::Relaxed);
        self.yields += 1;
        if self.yields == 10 {
            self.seen.store(steps, Ordering::Relaxed);
        }
        *cx.fuel = 0;
        Step::Continue
    }
}

/// Kills itself when it has yielded once, and is not asked for another step.
struct Killed {
    yielded: bool,
}

impl Body for Killed {
    type Done = ();

    fn step(&mut self, cx: &mut StepCx<'_, ()>) -> Step {
        assert!(!cx.control.is_killed(), "a killed process is not stepped");
        if std::mem::replace(&mut self.yielded, true) {
            cx.control.kill(Error::canceled("enough"));
        }
        *cx.fuel = 0;
        Step::Continue
    }
}

fn nothing() -> Step {
    Step::Done(Exit { result: Ok(Payload::Data(Data::Null)) })
}

fn process<B: Body>(body: B) -> Process<B> {
    let entry = EntryId::parse("app:endless").expect("an id");
    Process::new(Control::new(Pid::draw(Name::intern("app:host")), entry), Box::new(body))
}

/// The waker of a task that nobody polls.
struct Silent;

impl Wake for Silent {
    fn wake(self: Arc<Self>) {}
}

fn poll<B: Body>(process: &mut Process<B>, task: &Waker) -> Poll<Exit> {
    Pin::new(process).poll(&mut Context::from_waker(task))
}

#[test]
fn a_turn_is_renewed_while_a_worker_is_idle() {
    let (steps, scheduler) = (Arc::new(AtomicU32::new(0)), Scheduler::default());
    // Fuel that is burnt lasts no time, so slices grow; from their upper bound on they are equal.
    for _ in 0..100 {
        turn::calibrate(i64::MAX, Duration::from_nanos(1));
    }
    let taken = || steps.swap(0, Ordering::Relaxed);
    let task = Waker::from(Arc::new(Silent));
    let turn = |busy: &mut Process<Endless>| {
        assert!(poll(busy, &task).is_pending());
        taken()
    };
    // Outside of a runtime a yield has passed at once.
    let mut busy = process(Endless(steps.clone()));
    assert_eq!((turn(&mut busy), turn(&mut busy)), (1, 1), "no worker is known to be idle");
    turn::worker_parks();
    assert_eq!((turn(&mut busy), turn(&mut busy)), (RENEWALS + 1, RENEWALS + 1));
    turn::worker_goes_on();
    turn::worker_parks();
    let others = (0..6).map(|_| turn(&mut process(Endless(steps.clone()))));
    let all = RENEWALS + 1;
    assert_eq!(
        others.collect::<Vec<_>>(),
        [1, 1, 1, 1, all, all],
        "not the first turns of a worker that was idle"
    );
    turn::worker_goes_on();
    assert_eq!(turn(&mut busy), 1, "it has something to do again");

    turn::worker_parks();
    let mut killed = process(Killed { yielded: false });
    assert!(poll(&mut killed, &task).is_pending());
    let Poll::Ready(exit) = poll(&mut killed, &task) else { panic!("a renewed turn sees the kill") };
    assert_eq!(exit.result.expect_err("it was killed").message(), "enough");

    // Steps that were made when `seen` is written, by a worker that was idle before.
    let when_seen = |start: &dyn Fn(Arc<AtomicU32>, Arc<AtomicU32>)| {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        turn::worker_parks();
        turn::worker_goes_on();
        let (steps, seen) = (Arc::new(AtomicU32::new(0)), Arc::new(AtomicU32::new(NOT_YET)));
        runtime.block_on(async {
            start(steps, seen.clone());
            while seen.load(Ordering::Relaxed) == NOT_YET {
                tokio::task::yield_now().await;
            }
        });
        seen.load(Ordering::Relaxed)
    };
    let bear = |steps, seen| {
        let parent = Parent { scheduler: scheduler.clone(), steps, seen, yielded: false };
        scheduler.spawn(Box::new(process(parent)));
    };
    assert_eq!(when_seen(&bear), 2, "each child gets a slice, and then a task");

    let write = |steps: Arc<AtomicU32>, seen| {
        let reader = process(Reader { steps: steps.clone(), seen });
        let control = reader.control().clone();
        scheduler.spawn(Box::new(reader));
        let writer = Writer { reader: Some(control), busy: Endless(steps), yielded: false };
        scheduler.spawn(Box::new(process(writer)));
    };
    assert_eq!(when_seen(&write), 1 + 2, "a receiver waits for one more slice");
    let wait = |steps: Arc<AtomicU32>, seen| {
        let entry = EntryId::parse("app:patient").expect("an id");
        let gate = Arc::new(Gate::new(Some(1)));
        let control = Control::with_gate(Pid::draw(Name::intern("app:host")), entry, Some(gate));
        let patient = Patient { steps: steps.clone(), seen, yields: 0 };
        scheduler.spawn(Box::new(Process::new(control, Box::new(patient))));
        scheduler.spawn(Box::new(process(Endless(steps))));
    };
    // tokio wakes in turn one and the other first, so there are two turns in between: one when the yield has passed. The most of some
    // attempts, as both are bounded in time, too.
    let most = (0..5).map(|_| when_seen(&wait)).max();
    assert_eq!(most, Some(all + STRETCH), "who has yielded waits for a stretch");
    turn::worker_goes_on();
    assert_eq!(when_seen(&write), 1 + 1, "or for none");
}
