//! Processes with a scripted body: ends, kills, fuel, nesting, gates.

use super::*;
use crate::{BoxProcess, Ending, Event, Mail, Message, Scheduler};
use infra_base::{Data, EntryId, Kind, Name, Payload, Pid};
use std::sync::Mutex;
use std::sync::atomic::AtomicUsize;
use std::task::Waker;
use tokio::sync::{mpsc, oneshot};

/// A body that is a closure.
struct Script<F>(F);

impl<F> Body for Script<F>
where
    F: FnMut(&mut StepCx<'_, u64>) -> Step + Send + 'static,
{
    type Done = u64;

    fn step(&mut self, cx: &mut StepCx<'_, u64>) -> Step {
        (self.0)(cx)
    }
}

fn control() -> Arc<Control> {
    gated(None)
}

fn gated(gate: Option<Arc<Gate>>) -> Arc<Control> {
    let entry = EntryId::parse("app:test").unwrap();
    Control::with_gate(Pid::draw(Name::intern("app:host")), entry, gate)
}

fn process<F>(control: &Arc<Control>, script: F) -> Process<Script<F>>
where
    F: FnMut(&mut StepCx<'_, u64>) -> Step + Send + 'static,
{
    Process::new(control.clone(), Box::new(Script(script)))
}

fn done(value: i64) -> Step {
    Step::Done(Exit { result: Ok(Payload::Data(Data::Int(value))) })
}

fn number(exit: &Exit) -> i64 {
    match &exit.result {
        Ok(Payload::Data(Data::Int(n))) => *n,
        other => panic!("a number expected, got {other:?}"),
    }
}

fn failure(exit: &Exit) -> &Error {
    exit.result.as_ref().unwrap_err()
}

fn burn(cx: &mut StepCx<'_, u64>) -> Step {
    *cx.fuel = 0;
    Step::Continue
}

fn message(topic: &str) -> Mail {
    Message { from: None, topic: topic.into(), payloads: Default::default() }.into()
}

#[derive(Clone, Default)]
struct Ends(Arc<Mutex<Vec<Exit>>>);

impl Ending for Ends {
    fn end(self: Box<Self>, control: &Arc<Control>, exit: &Exit) {
        assert!(control.has_ended());
        assert!(matches!(control.deliver(message("late")), Ok(false)));
        self.0.lock().unwrap().push(exit.clone());
    }
}

impl Ends {
    fn watch(control: &Control) -> Ends {
        let ends = Ends::default();
        assert!(control.set_ending(Box::new(ends.clone())).is_ok());
        ends
    }

    fn only(&self) -> Exit {
        let ends = self.0.lock().unwrap();
        assert_eq!(ends.len(), 1);
        ends[0].clone()
    }
}

fn poll<B: Body>(process: &mut Process<B>) -> Poll<Exit> {
    Pin::new(process).poll(&mut Context::from_waker(Waker::noop()))
}

#[tokio::test]
async fn the_normal_end_is_reported_once() {
    let control = control();
    let ends = Ends::watch(&control);
    assert_eq!(number(&process(&control, |_| done(7)).await), 7);
    assert_eq!(number(&ends.only()), 7);
    assert!(control.set_ending(Box::new(Ends::default())).is_err());
}

#[tokio::test]
async fn an_error_without_kind_is_internal_outside_and_keeps_its_origin() {
    let error = Error::new(Kind::Unknown, "x").with_retryable(Some(true));
    let mut exits = vec![Exit::failed(error.clone()), Exit::failed(error.with_label("MINE"))].into_iter();
    let exit = process(&control(), {
        let exit = exits.next();
        move |_| Step::Done(exit.clone().unwrap())
    })
    .await;
    let error = failure(&exit);
    assert_eq!((error.kind(), error.message(), error.retryable()), (Kind::Internal, "x", Some(true)));
    assert_eq!(error.cause().map(Error::kind), Some(Kind::Unknown));
    let exit = process(&control(), {
        let exit = exits.next();
        move |_| Step::Done(exit.clone().unwrap())
    })
    .await;
    assert_eq!((failure(&exit).kind(), failure(&exit).kind_text()), (Kind::Unknown, "MINE"));
}

#[tokio::test]
async fn a_kill_before_the_first_poll_runs_nothing() {
    let control = control();
    let ends = Ends::watch(&control);
    control.kill(Error::canceled("first"));
    control.kill(Error::canceled("second"));
    let exit = process(&control, |_| unreachable!("a killed process is not stepped")).await;
    assert_eq!((failure(&exit).message(), failure(&ends.only()).message()), ("first", "first"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_kill_ends_endless_loops_and_waits() {
    let scheduler = Scheduler::default();
    let bodies: [fn(&mut StepCx<'_, u64>) -> Step; 2] = [burn, |_| Step::Wait];
    for body in bodies {
        let control = control();
        let ends = Ends::watch(&control);
        scheduler.spawn(Box::new(process(&control, body)));
        tokio::task::yield_now().await;
        control.kill(Error::canceled("enough"));
        scheduler.idle().await;
        assert_eq!(failure(&ends.only()).message(), "enough");
    }
    assert_eq!(scheduler.live(), 0);
}

#[test]
fn a_dropped_process_reports_that_its_caller_is_gone() {
    let control = control();
    let ends = Ends::watch(&control);
    let mut process = process(&control, |_| Step::Wait);
    assert!(poll(&mut process).is_pending());
    drop(process);
    assert_eq!(failure(&ends.only()).message(), "caller gone");
    assert_eq!(failure(&ends.only()).kind(), Kind::Canceled);
}

#[tokio::test]
async fn panics_become_the_exit_reason() {
    struct Bomb;
    impl Drop for Bomb {
        fn drop(&mut self) {
            panic!("in a drop");
        }
    }
    let control_1 = control();
    let ends = Ends::watch(&control_1);
    let exit = process(&control_1, |_| panic!("no {}", "luck")).await;
    assert_eq!(failure(&exit).message(), "the process panicked: no luck");
    assert_eq!(failure(&ends.only()).kind(), Kind::Internal);

    let exit = process(&control(), |cx| {
        cx.ops.start(Box::pin(async { panic!("in an operation") }));
        Step::Wait
    });
    assert_eq!(failure(&exit.await).message(), "the process panicked: in an operation");

    let control_3 = control();
    let ends = Ends::watch(&control_3);
    let bomb = Bomb;
    let exit = process(&control_3, move |_| {
        let _ = &bomb;
        done(1)
    });
    assert_eq!((number(&exit.await), number(&ends.only())), (1, 1));
}

#[tokio::test]
async fn a_call_that_mails_itself_or_is_killed_in_its_first_poll_goes_on() {
    // It has stored no waker by then: whoever delivers has nobody to wake.
    let mut steps = 0;
    let exit = process(&control(), move |cx| {
        steps += 1;
        if steps == 1 {
            assert!(cx.control.deliver(message("own")).unwrap());
            return Step::Wait;
        }
        assert!(cx.mail.next().is_some());
        done(steps)
    })
    .await;
    assert_eq!(number(&exit), 2);
    let exit = process(&control(), move |cx| {
        cx.control.kill(Error::canceled("by itself"));
        Step::Wait
    })
    .await;
    assert_eq!(failure(&exit).message(), "by itself");
}

#[tokio::test]
async fn mail_is_seen_in_order_and_stays_until_taken() {
    let control = control();
    let mut seen = Vec::new();
    let process = process(&control, move |cx| {
        if cx.mail.len() < 3 {
            return Step::Wait;
        }
        while let Some(mail) = cx.mail.next() {
            match mail {
                Mail::Message(m) => seen.push(m.topic.to_string()),
                Mail::Event(_) => seen.push("event".into()),
            }
        }
        assert_eq!(seen, ["a", "event", "b"]);
        done(0)
    });
    let sender = async {
        control.deliver(message("a")).unwrap();
        tokio::task::yield_now().await;
        let cancel = Event::Cancel { from: None, at: 0, reason: "".into() };
        control.deliver(Mail::from(cancel)).unwrap();
        tokio::task::yield_now().await;
        control.deliver(message("b")).unwrap();
    };
    let (exit, ()) = tokio::join!(process, sender);
    assert_eq!(number(&exit), 0);
}

#[test]
fn mail_is_no_fresh_slice() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let steps = Arc::new(AtomicUsize::new(0));
    let (control, counted) = (control(), steps.clone());
    let mut process = process(&control, move |cx| {
        counted.fetch_add(1, Ordering::Relaxed);
        while cx.mail.next().is_some() {}
        burn(cx)
    });
    runtime.block_on(async {
        assert!(poll(&mut process).is_pending());
        assert_eq!(steps.load(Ordering::Relaxed), 1);
        // Woken by mail before the yield has passed: it does not run.
        control.deliver(message("x")).unwrap();
        assert!(poll(&mut process).is_pending());
        assert_eq!(steps.load(Ordering::Relaxed), 1);
        tokio::task::yield_now().await;
        assert!(poll(&mut process).is_pending());
        assert_eq!(steps.load(Ordering::Relaxed), 2);
    });
}

#[test]
fn blocking_keeps_the_remainder() {
    let left = Arc::new(Mutex::new(Vec::new()));
    let (control, noted) = (control(), left.clone());
    let mut process = process(&control, move |cx| {
        while cx.mail.next().is_some() {}
        noted.lock().unwrap().push(*cx.fuel);
        *cx.fuel -= 100;
        Step::Wait
    });
    for _ in 0..3 {
        assert!(poll(&mut process).is_pending());
        control.deliver(message("x")).unwrap();
    }
    let left = left.lock().unwrap();
    let used = 100 + turn::STEP_COST;
    assert_eq!((left[1], left[2]), (left[0] - used, left[0] - 2 * used));
}

#[tokio::test]
async fn a_child_draws_from_the_same_turn_and_neither_starves() {
    // The child burns all fuel for ever; the parent, woken by mail, still gets its steps, and the kill its way.
    let child = control();
    let inner = child.clone();
    let parent = control();
    let steps = Arc::new(AtomicUsize::new(0));
    let counted = steps.clone();
    let mut started = false;
    let mut outer = process(&parent, move |cx| {
        if !std::mem::replace(&mut started, true) {
            let child = process(&inner, burn);
            cx.ops.start(Box::pin(async move { u64::from(child.await.result.is_err()) }));
        }
        if cx.ops.next_done().is_some() {
            return done(5);
        }
        while cx.mail.next().is_some() {}
        counted.fetch_add(1, Ordering::Relaxed);
        // A busy coroutine of its own, too.
        burn(cx)
    });
    for round in 1..=10 {
        assert!(poll(&mut outer).is_pending());
        tokio::task::yield_now().await;
        assert!(steps.load(Ordering::Relaxed) * 2 >= round, "the parent starves");
    }
    assert!(steps.load(Ordering::Relaxed) <= 6, "the child starves");
    child.kill(Error::canceled("enough"));
    assert_eq!(number(&outer.await), 5);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kills_at_each_level_of_a_chain() {
    const LEVELS: usize = 16;
    fn level(controls: &[Arc<Control>]) -> BoxedProcess {
        let Some((own, rest)) = controls.split_first() else { unreachable!("no level left") };
        let rest = rest.to_vec();
        let mut started = false;
        Box::pin(process(own, move |cx| {
            if rest.is_empty() {
                return burn(cx);
            }
            if !std::mem::replace(&mut started, true) {
                let child = level(&rest);
                cx.ops.start(Box::pin(async move {
                    match child.await.result {
                        Err(e) if e.message() == "enough" => 1,
                        other => unreachable!("{other:?}"),
                    }
                }));
            }
            match cx.ops.next_done() {
                Some(_) => Step::Done(Exit::failed(Error::canceled("enough"))),
                None => Step::Wait,
            }
        }))
    }
    for victim in 0..LEVELS {
        let controls: Vec<_> = (0..LEVELS).map(|_| control()).collect();
        let ends: Vec<_> = controls.iter().map(|c| Ends::watch(c)).collect();
        let scheduler = Scheduler::default();
        scheduler.spawn_future(level(&controls));
        tokio::task::yield_now().await;
        controls[victim].kill(Error::canceled("enough"));
        scheduler.idle().await;
        for (n, end) in ends.iter().enumerate() {
            // A level that was never reached has no process and no end to report.
            if n <= victim {
                assert_eq!(failure(&end.only()).message(), "enough", "level {n}");
            } else if let Some(exit) = end.0.lock().unwrap().first() {
                assert_eq!(failure(exit).message(), "caller gone", "level {n}");
            }
        }
    }
}

type BoxedProcess = Pin<Box<dyn Future<Output = Exit> + Send>>;

#[tokio::test]
async fn depth_counts_the_processes_on_the_stack() {
    let (send, receive) = oneshot::channel();
    let mut send = Some(send);
    let inner = process(&control(), move |_| {
        send.take().unwrap().send(turn::depth()).unwrap();
        done(0)
    });
    let mut inner = Some(inner);
    process(&control(), move |cx| {
        if let Some(inner) = inner.take() {
            cx.ops.start(Box::pin(async move { number(&inner.await) as u64 }));
        }
        cx.ops.next_done().map_or(Step::Wait, |_| done(0))
    })
    .await;
    assert_eq!((receive.await.unwrap(), turn::depth()), (2, 0));
}

#[test]
fn a_gate_lets_in_its_width_in_the_order_of_arrival() {
    let gate = Gate::new(Some(1));
    let waker = Waker::noop();
    let [mut a, mut b, mut c, mut d]: [Ticket; 4] = Default::default();
    assert_eq!(gate.enter(&mut a, waker), Entry::Slot);
    assert_eq!(gate.enter(&mut b, waker), Entry::Wait);
    assert_eq!(gate.enter(&mut c, waker), Entry::Wait);
    gate.leave();
    // The slot is b's: a late comer and c wait.
    assert_eq!(gate.enter(&mut d, waker), Entry::Wait);
    assert_eq!(gate.enter(&mut c, waker), Entry::Wait);
    // b ends before it was polled: c is next.
    gate.give_up(&mut b);
    assert_eq!(gate.enter(&mut c, waker), Entry::Slot);
    gate.give_up(&mut d);
    gate.leave();
    assert_eq!(gate.enter(&mut a, waker), Entry::Slot);
    gate.leave();
}

#[test]
fn a_gate_is_widened_and_narrowed_while_processes_pass() {
    let gate = Gate::new(None);
    let waker = Waker::noop();
    let mut tickets: [Ticket; 4] = Default::default();
    assert_eq!(gate.enter(&mut tickets[0], waker), Entry::Free);
    gate.resize(Some(2));
    assert_eq!(gate.width(), Some(2));
    let entered = |tickets: &mut [Ticket; 4]| tickets.each_mut().map(|t| gate.enter(t, waker));
    assert_eq!(entered(&mut tickets), [Entry::Slot, Entry::Slot, Entry::Wait, Entry::Wait]);
    gate.resize(Some(3));
    assert_eq!(gate.enter(&mut tickets[3], waker), Entry::Wait);
    assert_eq!(gate.enter(&mut tickets[2], waker), Entry::Slot);
    // Three are inside: two must leave before one gets in again.
    gate.resize(Some(1));
    for _ in 0..2 {
        gate.leave();
        assert_eq!(gate.enter(&mut tickets[3], waker), Entry::Wait);
    }
    gate.leave();
    assert_eq!(gate.enter(&mut tickets[3], waker), Entry::Slot);
    gate.resize(None);
    gate.leave();
    assert_eq!((gate.width(), gate.enter(&mut tickets[0], waker)), (None, Entry::Free));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_gated_host_runs_one_slice_at_a_time_and_everybody() {
    let gate = Arc::new(Gate::new(Some(1)));
    let (scheduler, running) = (Scheduler::default(), Arc::new(AtomicUsize::new(0)));
    let (report, mut reports) = mpsc::unbounded_channel();
    for n in 0..20 {
        let (running, report, mut left) = (running.clone(), report.clone(), 5);
        let control = gated(Some(gate.clone()));
        let process = process(&control, move |cx| {
            assert_eq!(running.fetch_add(1, Ordering::SeqCst), 0);
            std::thread::yield_now();
            running.fetch_sub(1, Ordering::SeqCst);
            left -= 1;
            if left > 0 {
                return burn(cx);
            }
            report.send(n).unwrap();
            done(n)
        });
        scheduler.spawn(Box::new(process));
    }
    drop(report);
    let mut all = Vec::new();
    while let Some(n) = reports.recv().await {
        all.push(n);
    }
    all.sort_unstable();
    assert_eq!(all, (0..20).collect::<Vec<_>>());
}

fn cancel(reason: &str) -> Event {
    Event::Cancel { from: None, at: 0, reason: reason.into() }
}

#[test]
fn a_full_mailbox_refuses_mail_until_some_is_taken_and_is_notified_all_the_same() {
    let control = control();
    for _ in 1..crate::MAX_MESSAGES {
        control.deliver(message("x")).unwrap();
    }
    assert!(control.has_room());
    control.deliver(Mail::from(cancel(""))).unwrap();
    assert!(!control.has_room());
    assert_eq!(control.deliver(message("x")).unwrap_err(), crate::MailboxFull);
    assert_eq!(control.deliver(Mail::from(cancel(""))).unwrap_err(), crate::MailboxFull);
    assert!(control.notify(cancel("")));
    assert_eq!(control.mailbox_load().0, crate::MAX_MESSAGES);
    let mut held = Vec::new();
    let mut process = process(&control, move |cx| {
        if cx.mail.len() > 1_000_000 {
            // Held mail counts on, taken mail does not.
            held.extend((0..2_000).map(|_| cx.mail.hold().unwrap().1));
        } else {
            held.drain(..).for_each(|room| cx.mail.free(room));
        }
        Step::Wait
    });
    assert!(poll(&mut process).is_pending());
    assert_eq!(control.mailbox_load().0, crate::MAX_MESSAGES);
    assert_eq!(control.deliver(message("x")).unwrap_err(), crate::MailboxFull);
    assert!(control.notify(cancel("")));
    assert!(poll(&mut process).is_pending());
    assert_eq!(control.mailbox_load().0, crate::MAX_MESSAGES - 2_000);
    control.deliver(message("x")).unwrap();
    drop(process);
    assert_eq!(control.mailbox_load(), (0, 0));
    assert!(!control.notify(cancel("")));
}

#[test]
fn events_count_with_what_they_carry() {
    let control = control();
    let text = "x".repeat(1 << 20);
    let exit = |result| Event::Exit { from: control.pid(), at: 0, result };
    control.deliver(Mail::from(cancel(&text))).unwrap();
    control.notify(exit(Ok(Payload::Data(Data::text(&*text)))));
    control.notify(exit(Err(Error::invalid(&*text))));
    let (mail, bytes) = control.mailbox_load();
    assert!(mail == 3 && bytes > 3 << 20 && bytes < (3 << 20) + 3 * 1024, "{mail} {bytes}");
}

#[test]
fn what_has_no_room_is_told_in_brief_and_never_refused() {
    let control = control();
    let fill = crate::MAX_BYTES - 5000;
    let payload = Payload::Encoded(infra_base::Format::Bytes, vec![0; fill].into());
    let filler = Message { from: None, topic: "t".into(), payloads: [payload].into_iter().collect() };
    control.deliver(Mail::from(filler)).unwrap();
    let long = "é".repeat(5000);
    let exit = |result| Event::Exit { from: control.pid(), at: 0, result };
    control.notify(exit(Ok(Payload::Data(Data::text(&*long)))));
    let conflict =
        Error::new(Kind::Conflict, long.as_str()).with_retryable(Some(true)).with_label(long.as_str());
    control.notify(Event::LinkDown {
        from: control.pid(),
        at: 0,
        result: Err(conflict.with_trace(long.as_str())),
    });
    // Brief events count while there is room for them, so that somebody who asks for more of them is refused at last.
    assert_eq!(control.mailbox_load().0, 3);
    while control.has_room() {
        assert!(control.notify(cancel(&long)));
    }
    let full = control.mailbox_load();
    control.notify(cancel(&long));
    control.notify(cancel(&long));
    assert!(full.1 <= crate::MAX_BYTES && control.mailbox_load().1 <= crate::MAX_BYTES);
    let mut seen = Vec::new();
    let mut process = process(&control, move |cx| {
        while let Some(mail) = cx.mail.next() {
            if let Mail::Event(event) = mail {
                assert!(event.size() < 1024, "{event:?}");
                seen.push(*event);
            }
        }
        match &seen[..2] {
            [Event::Exit { result: Err(e), .. }, Event::LinkDown { result: Err(f), .. }] => {
                assert_eq!((e.kind(), e.retryable()), (Kind::Unavailable, Some(false)));
                assert!(e.message().starts_with("the mailbox has no room for the result of 100"), "{e}");
                assert_eq!((f.kind(), f.retryable(), f.trace()), (Kind::Conflict, Some(true), None));
                assert_eq!((f.message(), f.label()), (&*"é".repeat(100), Some(&*"é".repeat(100))));
            }
            other => panic!("{other:?}"),
        }
        done(seen.len() as i64)
    });
    assert!(matches!(poll(&mut process), Poll::Ready(exit) if number(&exit) > 6));
}

#[test]
fn bytes_are_bounded_too() {
    let control = control();
    let big = |bytes: usize| {
        let payload = Payload::Encoded(infra_base::Format::Bytes, vec![0; bytes].into());
        Mail::from(Message { from: None, topic: "big".into(), payloads: [payload].into_iter().collect() })
    };
    assert_eq!(control.deliver(big(crate::MAX_BYTES)).unwrap_err(), crate::MailboxFull);
    assert!(matches!(control.deliver(big(200 << 20)), Ok(true)));
    assert_eq!(control.deliver(big(100 << 20)).unwrap_err(), crate::MailboxFull);
    assert_eq!(Error::from(crate::MailboxFull).retryable(), Some(true));
}

#[tokio::test]
async fn a_limit_kills_a_waiting_or_busy_process_when_its_time_has_come() {
    let bodies: [fn(&mut StepCx<'_, u64>) -> Step; 2] = [burn, |_| Step::Wait];
    for body in bodies {
        let (clock, time) = infra_clock::Clock::simulated();
        let at = |ms| clock.now().after(std::time::Duration::from_millis(ms));
        let control = control();
        let mut process = process(&control, body);
        assert!(poll(&mut process).is_pending());
        control.kill_at(&clock, at(20), Error::canceled("late"));
        control.kill_at(&clock, at(10), Error::canceled("early"));
        control.kill_at(&clock, at(30), Error::canceled("never"));
        for _ in 0..3 {
            tokio::task::yield_now().await;
            assert!(poll(&mut process).is_pending());
        }
        time.advance(std::time::Duration::from_millis(10));
        assert_eq!(failure(&process.await).message(), "early");
        assert_eq!(time.sleepers(), 0);
    }
}

/// A body that says how often it was stepped.
struct Counting<F>(F, u64);

impl<F: FnMut(&mut StepCx<'_, u64>) -> Step + Send + 'static> Body for Counting<F> {
    type Done = u64;

    fn step(&mut self, cx: &mut StepCx<'_, u64>) -> Step {
        self.1 += 1;
        (self.0)(cx)
    }

    fn figures(&self) -> Option<crate::Figures> {
        let (started, parent) = (infra_clock::Moment(0), None);
        let zeros = [0; 5];
        let [coroutines, bytes, stacks, objects, next] = zeros;
        let (collections, limit, steps) = (0, 0, self.1);
        Some(crate::Figures {
            steps,
            started,
            parent,
            coroutines,
            bytes,
            stacks,
            objects,
            collections,
            next,
            limit,
        })
    }
}

/// Asks for a look; what it came to is sent, or the channel closed.
fn look(control: &Control) -> oneshot::Receiver<crate::Look> {
    let (told, answer) = oneshot::channel();
    control.look(move |look| _ = told.send(look));
    answer
}

#[tokio::test]
async fn a_look_at_a_process_that_rests_is_answered_at_once() {
    let control = control();
    let scheduler = Scheduler::default();
    let body = Counting(|cx: &mut StepCx<'_, u64>| if cx.mail.is_empty() { Step::Wait } else { done(1) }, 0);
    scheduler.spawn(Box::new(Process::new(control.clone(), Box::new(body))));
    let fresh = look(&control).try_recv().expect("it has not begun");
    assert_eq!((fresh.activity, fresh.figures.map(|f| f.steps)), (crate::Activity::Ready, Some(0)));
    tokio::task::yield_now().await;
    let resting = look(&control).try_recv().expect("it waits");
    assert_eq!((resting.activity, resting.figures.map(|f| f.steps)), (crate::Activity::Waiting, Some(1)));
    assert!(control.deliver(message("go")).unwrap());
    let waiting = look(&control).try_recv().expect("its turn comes");
    assert_eq!((waiting.activity, waiting.mail.0), (crate::Activity::Ready, 1));
    scheduler.idle().await;
    assert!(look(&control).await.is_err(), "it has ended");
}

#[tokio::test]
async fn a_process_that_is_nudged_steps_once() {
    let (control, scheduler, mut steps) = (control(), Scheduler::default(), 0);
    let script = move |cx: &mut StepCx<'_, u64>| {
        steps += 1;
        if cx.mail.is_empty() { Step::Wait } else { done(steps) }
    };
    let ends = Ends::watch(&control);
    scheduler.spawn(Box::new(process(&control, script)));
    tokio::task::yield_now().await;
    control.nudge();
    control.nudge();
    tokio::task::yield_now().await;
    tokio::task::yield_now().await;
    assert!(control.deliver(message("end")).unwrap());
    scheduler.idle().await;
    assert_eq!(number(&ends.only()), 3, "first, nudged, mail");
    control.nudge();
}

#[tokio::test]
async fn a_look_at_a_call_is_answered_by_its_next_poll() {
    let control = control();
    let mut steps = 0;
    let script = move |_: &mut StepCx<'_, u64>| {
        steps += 1;
        if steps < 3 { Step::Wait } else { done(3) }
    };
    let mut call = Process::new(control.clone(), Box::new(Counting(script, 0)));
    assert!(poll(&mut call).is_pending());
    let mut answer = look(&control);
    assert!(answer.try_recv().is_err());
    assert!(poll(&mut call).is_pending());
    let seen = answer.try_recv().expect("it was polled");
    assert_eq!((seen.activity, seen.figures.map(|f| f.steps)), (crate::Activity::Running, Some(1)));
    let late = look(&control);
    drop(call);
    assert!(late.await.is_err(), "it ended before it was polled again");
}

#[test]
fn sizes_stay_small() {
    let process = size_of::<Process<Script<fn(&mut StepCx<'_, u64>) -> Step>>>();
    let control = size_of::<Control>() + 2 * size_of::<usize>();
    assert!(process <= 184, "process: {process}");
    assert!(control <= 120, "control block: {control}");
    assert!(size_of::<Mail>() <= 112, "mail: {}", size_of::<Mail>());
}

/// Answers each message until `left` have come.
fn chatting(own: &Arc<Control>, peer: &Arc<Control>, mut left: u32, seen: &Arc<AtomicUsize>) -> BoxProcess {
    let (peer, seen) = (peer.clone(), seen.clone());
    Box::new(process(own, move |cx| {
        while cx.mail.next().is_some() {
            seen.fetch_add(1, Ordering::SeqCst);
            left -= 1;
            let _ = peer.deliver(message("again"));
            if left == 0 {
                return done(0);
            }
        }
        Step::Wait
    }))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn processes_that_chat_lose_no_message_over_many_slices() {
    const EACH: u32 = 100_000;
    let (scheduler, seen) = (Scheduler::default(), Arc::new(AtomicUsize::new(0)));
    let (a, b) = (control(), control());
    scheduler.spawn(chatting(&a, &b, EACH, &seen));
    scheduler.spawn(chatting(&b, &a, EACH, &seen));
    a.deliver(message("first")).unwrap();
    scheduler.idle().await;
    assert_eq!(seen.load(Ordering::SeqCst), 2 * EACH as usize);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_chain_gives_way_to_others_after_its_slice() {
    let (scheduler, seen) = (Scheduler::default(), Arc::new(AtomicUsize::new(0)));
    let (a, b) = (control(), control());
    scheduler.spawn(chatting(&a, &b, u32::MAX, &seen));
    scheduler.spawn(chatting(&b, &a, u32::MAX, &seen));
    a.deliver(message("first")).unwrap();
    // The only worker serves this task too.
    while seen.load(Ordering::SeqCst) < 100_000 {
        tokio::task::yield_now().await;
    }
    a.kill(Error::canceled("enough"));
    b.kill(Error::canceled("enough"));
    scheduler.idle().await;
}

#[test]
fn processes_that_rest_end_with_their_runtime() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).build().unwrap();
    let control = control();
    let ends = Ends::watch(&control);
    let (report, stepped) = std::sync::mpsc::channel();
    runtime.block_on(async {
        Scheduler::default().spawn(Box::new(process(&control, move |_| {
            let _ = report.send(());
            Step::Wait
        })));
        tokio::task::spawn_blocking(move || stepped.recv()).await.unwrap().unwrap();
    });
    drop(runtime);
    assert_eq!(failure(&ends.only()).message(), "caller gone");
    assert_eq!(Arc::strong_count(&control), 1);
}

#[tokio::test]
async fn a_yield_outside_of_chains_keeps_no_mail_from_others() {
    let mut call = process(&control(), burn);
    assert!(poll(&mut call).is_pending());
    let (scheduler, control) = (Scheduler::default(), control());
    scheduler.spawn(Box::new(process(&control, |cx| if cx.mail.is_empty() { Step::Wait } else { done(0) })));
    tokio::task::yield_now().await;
    control.deliver(message("x")).unwrap();
    for _ in 0..10 {
        tokio::task::yield_now().await;
    }
    assert_eq!(scheduler.live(), 0);
}

#[tokio::test]
async fn an_operation_that_yielded_goes_on_although_the_body_went_first() {
    let inner_control = control();
    let mut slices = 3;
    let mut inner = Some(process(&inner_control, move |cx| {
        slices -= 1;
        if slices > 0 { burn(cx) } else { done(7) }
    }));
    let outer_control = control();
    let outer = process(&outer_control, move |cx| match (inner.take(), cx.ops.next_done()) {
        (Some(inner), _) => {
            cx.ops.start(Box::pin(async move { number(&inner.await) as u64 }));
            Step::Continue
        }
        (None, Some(value)) => done(value as i64),
        (None, None) => Step::Wait,
    });
    let ends = Ends::watch(&outer_control);
    let scheduler = Scheduler::default();
    scheduler.spawn(Box::new(outer));
    for _ in 0..20 {
        tokio::task::yield_now().await;
    }
    assert_eq!(number(&ends.only()), 7);
}

mod chains;
