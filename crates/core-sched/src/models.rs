//! loom models: delivery, kill, end against the poll; operations; chains; gates.
//!
//! `RUSTFLAGS="--cfg loom" cargo test --release -p core-sched models`

use crate::chain::{self, AnyProcess};
use crate::control::{Control, Ending, Exit, Put, Taken};
use crate::host::{Entry, Gate, Ticket};
use crate::mail::{Inbox, Mail, Message, Queued};
use crate::ops::Ops;
use crate::turn;
use infra_base::{EntryId, Error, Name, Payload, Pid};
use loom::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use loom::thread;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};

/// A waker that remembers.
struct Flag(AtomicBool);

impl Flag {
    fn new() -> Arc<Flag> {
        Arc::new(Flag(AtomicBool::new(false)))
    }

    fn raised(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::SeqCst);
    }
}

struct Count(Arc<AtomicUsize>);

impl Ending for Count {
    fn end(self: Box<Self>, _: &Arc<Control>, _: &Exit) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

fn control() -> Arc<Control> {
    let entry = EntryId::parse("app:model").expect("a namespace and a name");
    Control::new(Pid::draw(Name::intern("app:host")), entry)
}

fn message() -> Mail {
    Message { from: None, topic: "t".into(), payloads: Default::default() }.into()
}

/// A poll of a process that is a future of its own, to its end; whether there was mail.
fn look(control: &Control, waker: &Waker, inbox: &mut Inbox) -> Result<bool, Error> {
    let mut seen = false;
    loop {
        if control.has_news() {
            seen |= control.take(inbox, &mut None)?.mail;
        }
        if control.listen(waker) {
            return Ok(seen);
        }
    }
}

#[test]
fn mail_is_seen_by_this_poll_or_wakes_for_the_next() {
    loom::model(|| {
        let (control, flag) = (control(), Flag::new());
        let sender = control.clone();
        let sending = thread::spawn(move || sender.deliver(message()).expect("room"));
        let mut inbox = Inbox::default();
        let seen = look(&control, &Waker::from(flag.clone()), &mut inbox).expect("nobody kills");
        assert!(sending.join().expect("it ends"));
        assert!(seen || flag.raised());
    });
}

#[test]
fn a_kill_is_seen_by_this_poll_or_wakes_for_the_next() {
    loom::model(|| {
        let (control, flag) = (control(), Flag::new());
        let killer = control.clone();
        let killing = thread::spawn(move || killer.kill(Error::canceled("x")));
        let seen = look(&control, &Waker::from(flag.clone()), &mut Inbox::default()).is_err();
        killing.join().expect("it ends");
        assert!(seen || flag.raised());
        assert!(control.is_killed());
    });
}

#[test]
fn a_kill_at_a_yield_is_seen_by_the_next_poll_or_wakes_for_it() {
    loom::model(|| {
        let (control, first, second) = (control(), Flag::new(), Flag::new());
        let killer = control.clone();
        let killing = thread::spawn(move || killer.kill(Error::canceled("x")));
        // A poll that yields: it will be polled again in any case, and looks for news then.
        let _ = control.listen(&Waker::from(first.clone()));
        let seen = look(&control, &Waker::from(second.clone()), &mut Inbox::default()).is_err();
        killing.join().expect("it ends");
        assert!(seen || second.raised(), "the waker of the last poll is the one that counts");
    });
}

#[test]
fn mail_and_watchers_are_taken_before_the_end_or_refused() {
    loom::model(|| {
        let (control, count) = (control(), Arc::new(AtomicUsize::new(0)));
        let (sender, watcher, counter) = (control.clone(), control.clone(), count.clone());
        let sending = thread::spawn(move || sender.deliver(message()).expect("room"));
        let watching = thread::spawn(move || watcher.set_ending(Box::new(Count(counter))).is_ok());
        control.finish(&Exit { result: Ok(Payload::Data(infra_base::Data::Null)) });
        sending.join().expect("it ends");
        let watched = watching.join().expect("it ends");
        assert_eq!(count.load(Ordering::SeqCst), usize::from(watched));
        assert_eq!(control.mailbox_load(), (0, 0));
        assert!(!control.deliver(message()).expect("room"));
    });
}

#[test]
fn a_wake_during_the_poll_of_an_operation_is_not_lost() {
    loom::model(|| {
        let ready = Arc::new(AtomicBool::new(false));
        let slot = Arc::new(crate::sync::Mutex::new(None::<Waker>));
        let (flag, mut ops) = (Flag::new(), Ops::<()>::new());
        let (operation_ready, operation_slot) = (ready.clone(), slot.clone());
        ops.start(Box::pin(std::future::pending()));
        ops.start(Box::pin(std::future::poll_fn(move |cx| {
            *operation_slot.lock() = Some(cx.waker().clone());
            if operation_ready.load(Ordering::SeqCst) { Poll::Ready(()) } else { Poll::Pending }
        })));
        let completing = thread::spawn(move || {
            ready.store(true, Ordering::SeqCst);
            let waker = slot.lock().take();
            if let Some(waker) = waker {
                waker.wake();
            }
        });
        let waker = Waker::from(flag.clone());
        turn::set_fuel(1_000);
        let mut done = ops.poll(&mut Context::from_waker(&waker));
        completing.join().expect("it ends");
        if !done && flag.raised() {
            done = ops.poll(&mut Context::from_waker(&waker));
        }
        assert!(done, "the completion was lost");
    });
}

#[test]
fn two_wakes_and_a_poll_lose_neither() {
    loom::model(|| {
        let (flag, mut ops) = (Flag::new(), Ops::<()>::new());
        let state: [_; 2] = std::array::from_fn(|_| {
            let (ready, slot) =
                (Arc::new(AtomicBool::new(false)), Arc::new(crate::sync::Mutex::new(None::<Waker>)));
            let (own, own_slot) = (ready.clone(), slot.clone());
            ops.start(Box::pin(std::future::poll_fn(move |cx| {
                *own_slot.lock() = Some(cx.waker().clone());
                if own.load(Ordering::SeqCst) { Poll::Ready(()) } else { Poll::Pending }
            })));
            (ready, slot)
        });
        let waker = Waker::from(flag.clone());
        turn::set_fuel(1_000);
        assert!(!ops.poll(&mut Context::from_waker(&waker)));
        let threads = state.map(|(ready, slot)| {
            thread::spawn(move || {
                ready.store(true, Ordering::SeqCst);
                let waker = slot.lock().take().expect("it was polled");
                waker.wake();
            })
        });
        // A poll in the middle of the wakes, then one for a wake that came later.
        ops.poll(&mut Context::from_waker(&waker));
        threads.into_iter().for_each(|t| t.join().expect("it ends"));
        if ops.running() > 0 {
            assert!(flag.raised());
            ops.poll(&mut Context::from_waker(&waker));
        }
        assert_eq!(ops.running(), 0);
    });
}

#[test]
fn a_slot_given_back_reaches_the_waiter_or_is_free() {
    loom::model(|| {
        let gate = Arc::new(Gate::new(Some(1)));
        let flag = Flag::new();
        assert_eq!(gate.enter(&mut Ticket::default(), Waker::noop()), Entry::Slot);
        let other = gate.clone();
        let leaving = thread::spawn(move || other.leave());
        let (mut ticket, waker) = (Ticket::default(), Waker::from(flag.clone()));
        let entered = gate.enter(&mut ticket, &waker) == Entry::Slot;
        leaving.join().expect("it ends");
        assert!(entered || (flag.raised() && gate.enter(&mut ticket, &waker) == Entry::Slot));
        gate.leave();
    });
}

#[test]
fn a_waiter_that_gives_up_leaks_no_slot() {
    loom::model(|| {
        let gate = Arc::new(Gate::new(Some(1)));
        assert_eq!(gate.enter(&mut Ticket::default(), Waker::noop()), Entry::Slot);
        let mut ticket = Ticket::default();
        assert_eq!(gate.enter(&mut ticket, Waker::noop()), Entry::Wait);
        let other = gate.clone();
        let leaving = thread::spawn(move || other.leave());
        gate.give_up(&mut ticket);
        leaving.join().expect("it ends");
        assert_eq!(gate.enter(&mut Ticket::default(), Waker::noop()), Entry::Slot);
    });
}

#[test]
fn a_wider_gate_lets_the_waiter_in_whenever_it_came() {
    loom::model(|| {
        let gate = Arc::new(Gate::new(Some(1)));
        assert_eq!(gate.enter(&mut Ticket::default(), Waker::noop()), Entry::Slot);
        let (other, flag) = (gate.clone(), Flag::new());
        let resizing = thread::spawn(move || other.resize(None));
        let (mut ticket, waker) = (Ticket::default(), Waker::from(flag.clone()));
        let entered = gate.enter(&mut ticket, &waker) != Entry::Wait;
        resizing.join().expect("it ends");
        assert!(entered || (flag.raised() && gate.enter(&mut ticket, &waker) == Entry::Slot));
    });
}

/// A process that counts the mail that its polls find.
struct Probe {
    control: Arc<Control>,
    task: Option<Waker>,
    inbox: Inbox,
    found: Arc<AtomicUsize>,
}

impl Future for Probe {
    type Output = Exit;

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Exit> {
        let probe = self.get_mut();
        if probe.control.has_news() {
            probe.control.take(&mut probe.inbox, &mut None).expect("nobody kills");
        }
        while probe.inbox.next().is_some() {
            probe.found.fetch_add(1, Ordering::SeqCst);
        }
        Poll::Pending
    }
}

impl AnyProcess for Probe {
    fn control(&self) -> &Arc<Control> {
        &self.control
    }

    fn task(&mut self) -> &mut Option<Waker> {
        &mut self.task
    }

    fn settle(&mut self) {}

    fn hand(&mut self, mail: Queued) {
        self.inbox.queue.push_back(mail);
    }

    fn inbox(&mut self) -> &mut Inbox {
        &mut self.inbox
    }

    fn note(&self, _: &mut crate::near::Near) {}

    fn fetch(&self, _: &crate::near::Near) {}

    fn figures(&self) -> Option<crate::body::Figures> {
        None
    }
}

/// A resting process whose task is polled when `flag` is raised.
fn resting() -> (Arc<Control>, Arc<Flag>, Arc<AtomicUsize>) {
    let (control, flag, found) = (control(), Flag::new(), Arc::new(AtomicUsize::new(0)));
    let (task, inbox) = (Some(Waker::from(flag.clone())), Inbox::default());
    control.settle_in(Box::new(Probe { control: control.clone(), task, inbox, found: found.clone() }));
    let Taken::Process(process) = control.take_out() else { unreachable!("it was put in") };
    assert!(matches!(control.put_back(process, false), Put::Parked));
    (control, flag, found)
}

/// One poll of its task.
fn turn_of(control: &Control) {
    if let Taken::Process(process) = control.take_out() {
        let _ = chain::run(process);
    }
}

#[test]
fn mail_reaches_a_resting_process_that_its_task_takes_out_meanwhile() {
    loom::model(|| {
        let (control, flag, found) = resting();
        let sender = control.clone();
        let sending = thread::spawn(move || sender.deliver(message()).expect("room"));
        turn_of(&control);
        assert!(sending.join().expect("it ends"));
        if flag.raised() {
            turn_of(&control);
        }
        assert_eq!(found.load(Ordering::SeqCst), 1);
        control.evict();
    });
}

#[test]
fn mail_in_a_chain_reaches_a_process_that_its_task_looks_for_meanwhile() {
    loom::model(|| {
        let (control, flag, found) = resting();
        let task = control.clone();
        let polling = thread::spawn(move || turn_of(&task));
        let (first, _, _) = resting();
        let Taken::Process(process) = first.take_out() else { unreachable!("nobody else has it") };
        let _ = chain::run_after(process, || assert!(control.deliver(message()).expect("room")));
        polling.join().expect("it ends");
        if flag.raised() {
            turn_of(&control);
        }
        assert_eq!(found.load(Ordering::SeqCst), 1);
        first.evict();
        control.evict();
    });
}
