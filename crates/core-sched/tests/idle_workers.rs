//! A turn is renewed while a worker is idle, and only so often; alone, as idle workers are the node's.

use core_sched::turn::{self, RENEWALS};
use core_sched::{AnyProcess, Body, Control, Exit, Message, Process, Scheduler, Step, StepCx};
use infra_base::{Data, EntryId, Error, Name, Payload, Pid};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::{Context, Poll, Waker};

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
}

impl Body for Parent {
    type Done = ();

    fn step(&mut self, _: &mut StepCx<'_, ()>) -> Step {
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

/// Writes to a reader first, and goes on without an end.
struct Writer {
    reader: Option<Arc<Control>>,
    busy: Endless,
}

impl Body for Writer {
    type Done = ();

    fn step(&mut self, cx: &mut StepCx<'_, ()>) -> Step {
        if let Some(reader) = self.reader.take() {
            let message = Message { from: None, topic: "news".into(), payloads: Default::default() };
            assert!(matches!(reader.deliver(message.into()), Ok(true)));
        }
        self.busy.step(cx)
    }
}

/// Kills itself in its first step, and is not asked for another one.
struct Killed;

impl Body for Killed {
    type Done = ();

    fn step(&mut self, cx: &mut StepCx<'_, ()>) -> Step {
        assert!(!cx.control.is_killed(), "a killed process is not stepped");
        cx.control.kill(Error::canceled("enough"));
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

fn poll<B: Body>(process: &mut Process<B>) -> Poll<Exit> {
    Pin::new(process).poll(&mut Context::from_waker(Waker::noop()))
}

#[test]
fn a_turn_is_renewed_while_a_worker_is_idle() {
    let (steps, scheduler) = (Arc::new(AtomicU32::new(0)), Scheduler::default());
    let taken = || steps.swap(0, Ordering::Relaxed);
    let turn = |busy: &mut Process<Endless>| {
        assert!(poll(busy).is_pending());
        taken()
    };
    // Outside of a runtime a yield has passed at once.
    let mut busy = process(Endless(steps.clone()));
    assert_eq!((turn(&mut busy), turn(&mut busy)), (1, 1), "no worker is known to be idle");
    turn::worker_parks();
    assert_eq!((turn(&mut busy), turn(&mut busy)), (RENEWALS + 1, RENEWALS + 1));
    turn::worker_goes_on();
    assert_eq!(turn(&mut busy), 1, "it has something to do again");

    turn::worker_parks();
    assert!(poll(&mut process(Killed)).is_ready(), "a renewed turn sees the kill");

    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    // Steps that were made when `seen` is written.
    let when_seen = |start: &dyn Fn(Arc<AtomicU32>, Arc<AtomicU32>)| {
        let (steps, seen) = (Arc::new(AtomicU32::new(0)), Arc::new(AtomicU32::new(0)));
        runtime.block_on(async {
            start(steps, seen.clone());
            while seen.load(Ordering::Relaxed) == 0 {
                tokio::task::yield_now().await;
            }
        });
        seen.load(Ordering::Relaxed)
    };
    let bear = |steps, seen| {
        scheduler.spawn(Box::new(process(Parent { scheduler: scheduler.clone(), steps, seen })));
    };
    assert_eq!(
        when_seen(&bear),
        RENEWALS + 1,
        "each child gets a slice, and only the last one what is left of the turn"
    );

    let write = |steps: Arc<AtomicU32>, seen| {
        let reader = process(Reader { steps: steps.clone(), seen });
        let control = reader.control().clone();
        scheduler.spawn(Box::new(reader));
        scheduler.spawn(Box::new(process(Writer { reader: Some(control), busy: Endless(steps) })));
    };
    assert_eq!(when_seen(&write), 2, "a receiver waits for one more slice");
    turn::worker_goes_on();
    assert_eq!(when_seen(&write), 1, "or for none");
}
