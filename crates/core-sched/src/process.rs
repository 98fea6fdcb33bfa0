//! The future that drives a body.
//!
//! One poll, outermost process of its task:
//!
//! 1. killed → end;
//! 2. a yield is outstanding and has not been passed → `Pending`, whatever else woke the task;
//! 3. the host's gate is full → queue, `Pending`;
//! 4. body and operations take turns until nothing is runnable (`Pending`: the remainder of the fuel is kept), the fuel
//!    is used up (yield, `Pending`; more of it while a worker is idle), or the end.
//!
//! An inner process does 1 and 4 with the fuel of the turn. When that is used up it hands its own waker to tokio's
//! deferred list and returns `Pending`; the processes around it find the fuel used up and do the same, and only the
//! outermost waits until the yield has passed and fills up. Because each level has deferred its own waker, a combinator
//! between two levels may have wakers of its own.

use crate::body::{Activity, Body, Figures, Step, StepCx};
use crate::chain::{self, AnyProcess};
use crate::control::{Control, Exit, Limit};
use crate::host::{Entry, Gate, Ticket};
use crate::mail::{Inbox, Queued, push};
use crate::near::Near;
use crate::ops::Ops;
use crate::turn::{self, Turn};
use infra_base::Error;
use infra_clock::Moment;
use std::any::Any;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};

/// A process as a future; its poll is described on the crate's page.
pub struct Process<B: Body> {
    control: Arc<Control>,
    /// The waker of its task; `None` before that task's first poll and while it is polled.
    task: Option<Waker>,
    /// `None` once it has ended.
    body: Option<Box<B>>,
    inbox: Inbox,
    ops: Ops<B::Done>,
    /// Fuel left of the slice; used while this is the outermost process of its task.
    fuel: i32,
    yielding: Option<Arc<Yield>>,
    /// When it is killed, if somebody has set that.
    limit: Option<Box<Limit>>,
    ticket: Ticket,
    /// The body has something to do: it was never stepped, or its last step said `Continue`.
    runnable: bool,
    /// The operations used up the last slice, so the body goes first.
    body_first: bool,
    /// It was spawned: it lies in its control block while nobody polls it.
    resident: bool,
}

/// Fuel as a process keeps it: a slice fits, and a debt is only known to be one.
fn small(fuel: i64) -> i32 {
    fuel.clamp(i64::from(i32::MIN), i64::from(i32::MAX)) as i32
}

/// What a poll came to.
enum Outcome {
    Done(Exit),
    Wait,
    Yield,
}

impl<B: Body> Process<B> {
    /// A process that runs `body` under `control`; the end goes to the control block's ending.
    pub fn new(control: Arc<Control>, body: Box<B>) -> Self {
        Process {
            control,
            task: None,
            body: Some(body),
            inbox: Inbox::default(),
            ops: Ops::new(),
            fuel: small(turn::slice()),
            yielding: None,
            limit: None,
            ticket: Ticket::default(),
            runnable: true,
            body_first: false,
            resident: false,
        }
    }

    fn poll_outermost(&mut self, cx: &mut Context<'_>) -> Outcome {
        if self.control.is_killed()
            && let Some(reason) = self.control.reason()
        {
            return Outcome::Done(Exit::failed(reason));
        }
        turn::arrive();
        let mut fresh = None;
        if let Some(yielding) = &self.yielding {
            if !yielding.passed.load(Ordering::Acquire) {
                if !yielding.task.will_wake(cx.waker()) {
                    self.yielding = Some(Yield::begin(cx.waker().clone()));
                }
                turn::yielded();
                return Outcome::Wait;
            }
            self.yielding = None;
            self.fuel = small(turn::slice());
            turn::continues();
            fresh = Some(turn::now());
        } else if self.fuel <= 0 {
            return Outcome::Yield;
        }
        let slot = match self.control.gate() {
            None => None,
            Some(gate) => match gate.enter(&mut self.ticket, cx.waker()) {
                Entry::Free => None,
                Entry::Slot => Some(Slot(gate.clone())),
                Entry::Wait => return Outcome::Wait,
            },
        };
        // Others may wait for the slot; and a child without a task is to get one, so that others can run it.
        let may_go_on = slot.is_none() && !cx.waker().will_wake(Waker::noop());
        let mut renewed = false;
        loop {
            let (outcome, used) = self.poll_slice(cx, fresh.take());
            match outcome {
                // A call inside was to go on, and has handed its waker to tokio.
                Outcome::Wait if renewed && used <= 0 => return Outcome::Yield,
                Outcome::Yield if may_go_on && self.goes_on(renewed) => renewed = true,
                _ => return outcome,
            }
        }
    }

    /// Has it more fuel at once? If somebody got mail from it, only once: most wait for the answer soon.
    fn goes_on(&mut self, renewed: bool) -> bool {
        let others = chain::has_unborn() || renewed && chain::has_next() || turn::somebody_yielded();
        if others || !turn::renew() {
            return false;
        }
        if self.fuel <= 0 {
            self.fuel = small(turn::slice());
        }
        true
    }

    /// Runs until nothing is runnable or what is left of the slice is used up: what was used. A whole slice since `fresh` is timed.
    fn poll_slice(&mut self, cx: &mut Context<'_>, fresh: Option<Moment>) -> (Outcome, i64) {
        let fuel = i64::from(self.fuel);
        let given = fuel.min(turn::chain_left());
        turn::set_fuel(given);
        let outcome = self.poll_inner(cx);
        let used = given - turn::fuel();
        self.fuel = small(fuel - used);
        turn::charge_chain(used);
        if let Some(since) = fresh
            && self.fuel <= 0
        {
            turn::calibrate(fuel - i64::from(self.fuel), turn::now().since(since));
        }
        (outcome, used)
    }

    fn poll_inner(&mut self, cx: &mut Context<'_>) -> Outcome {
        loop {
            if self.control.has_news()
                && let Err(reason) = self.take_news()
            {
                return Outcome::Done(Exit::failed(reason));
            }
            if let Some(limit) = &mut self.limit
                && Pin::new(&mut limit.sleep).poll(cx).is_ready()
            {
                return Outcome::Done(Exit::failed(limit.reason.clone()));
            }
            if turn::fuel() <= 0 {
                return Outcome::Yield;
            }
            let body_first = std::mem::take(&mut self.body_first) && self.runnable;
            if !body_first {
                self.runnable |= self.ops.poll(cx);
                if turn::fuel() <= 0 {
                    self.body_first = true;
                    return Outcome::Yield;
                }
            }
            if self.runnable {
                match self.step() {
                    Step::Done(exit) => return Outcome::Done(exit),
                    Step::Continue => continue,
                    Step::Wait => self.runnable = false,
                }
            }
            // Mail that came meanwhile has woken the task, or is found by `listen`; operations that were polled have its waker. If the
            // body went first, one of them may be what woke it.
            if !body_first && !self.ops.has_unpolled() {
                self.control.settle(&mut self.inbox);
                if self.resident || self.control.listen(cx.waker()) {
                    return Outcome::Wait;
                }
            }
        }
    }

    /// Takes what others put into the control block; the reason if it is a kill.
    #[inline(never)]
    fn take_news(&mut self) -> Result<(), Error> {
        let news = self.control.take(&mut self.inbox, &mut self.limit)?;
        self.runnable |= news.mail || news.nudged;
        for tell in news.asked {
            tell(self.control.seen(Activity::Running, self.figures()));
        }
        Ok(())
    }

    #[inline]
    fn step(&mut self) -> Step {
        let body = self.body.as_mut().expect("a process is not polled after its end");
        let mut fuel = turn::fuel();
        let (mail, ops) = (&mut self.inbox, &mut self.ops);
        let step = body.step(&mut StepCx { control: &self.control, fuel: &mut fuel, mail, ops });
        turn::set_fuel(fuel - turn::STEP_COST);
        step
    }

    /// Frees everything, then reports; the one way out of a process.
    fn finish(&mut self, exit: Exit) -> Exit {
        let exit = exit.outside();
        let Process { control, body, ops, inbox, ticket, .. } = self;
        // Whoever waits for it.
        turn::woken();
        if let Some(gate) = control.gate() {
            gate.give_up(ticket);
        }
        let (body, inbox) = (body.take(), std::mem::take(inbox));
        guarded(control, "while it was freed", || {
            ops.clear();
            drop((body, inbox));
        });
        guarded(control, "while its end was reported", || control.finish(&exit));
        exit
    }
}

// Nothing in it is pinned in place: body and operations are boxed.
impl<B: Body> Unpin for Process<B> {}

impl<B: Body> Future for Process<B> {
    type Output = Exit;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Exit> {
        let this = self.get_mut();
        let turn = Turn::enter();
        let outermost = turn.is_outermost();
        let polled = catch_unwind(AssertUnwindSafe(|| {
            if outermost { this.poll_outermost(cx) } else { this.poll_inner(cx) }
        }));
        drop(turn);
        let exit = match polled {
            Ok(Outcome::Wait) => return Poll::Pending,
            Ok(Outcome::Yield) => {
                if !this.resident {
                    // It may have to wait for its gate; news is seen when the yield has passed.
                    let _ = this.control.listen(cx.waker());
                }
                if outermost {
                    turn::yielded();
                    this.yielding = Some(Yield::begin(cx.waker().clone()));
                } else {
                    defer(cx.waker());
                }
                return Poll::Pending;
            }
            Ok(Outcome::Done(exit)) => exit,
            Err(panic) => {
                this.control.set_panicked();
                Exit::failed(panicked(&this.control, "in a step", &*panic))
            }
        };
        Poll::Ready(this.finish(exit))
    }
}

impl<B: Body> AnyProcess for Process<B> {
    fn control(&self) -> &Arc<Control> {
        &self.control
    }

    fn task(&mut self) -> &mut Option<Waker> {
        &mut self.task
    }

    fn settle(&mut self) {
        self.resident = true;
    }

    fn hand(&mut self, mail: Queued) {
        push(&mut self.inbox.queue, mail);
        self.runnable = true;
    }

    fn inbox(&mut self) -> &mut Inbox {
        &mut self.inbox
    }

    fn note(&self, near: &mut Near) {
        near.add_value(self);
        if let Some(body) = &self.body {
            near.add_value::<B>(body);
            near.add(self.inbox.queue.as_slices().0.as_ptr().addr(), size_of::<Queued>());
            body.note(near);
        }
    }

    fn fetch(&self, near: &Near) {
        B::fetch(near, std::ptr::from_ref(self).addr());
    }

    fn figures(&self) -> Option<Figures> {
        self.body.as_ref()?.figures()
    }
}

impl<B: Body> Drop for Process<B> {
    fn drop(&mut self) {
        if self.body.is_some() {
            let reason = self.control.reason().unwrap_or_else(|| Error::canceled("caller gone"));
            self.finish(Exit::failed(reason));
        }
    }
}

/// A slot of a gate for the length of a poll.
struct Slot(Arc<Gate>);

impl Drop for Slot {
    fn drop(&mut self) {
        self.0.leave();
    }
}

/// An outstanding yield of a task: passed when tokio wakes what it deferred, not by mail.
pub(crate) struct Yield {
    passed: AtomicBool,
    task: Waker,
}

impl Yield {
    /// Has `task` woken after others had their turn.
    pub(crate) fn begin(task: Waker) -> Arc<Yield> {
        let yielding = Arc::new(Yield { passed: AtomicBool::new(false), task });
        turn::deferred();
        defer(&Waker::from(yielding.clone()));
        yielding
    }
}

impl Wake for Yield {
    fn wake(self: Arc<Self>) {
        turn::passed();
        self.passed.store(true, Ordering::Release);
        self.task.wake_by_ref();
    }
}

/// Wakes `waker` after other tasks and the driver had their turn; at once outside of a runtime.
fn defer(waker: &Waker) {
    // The first poll of `yield_now` hands the waker over; the rest of it is not needed.
    let _ = pin!(tokio::task::yield_now()).poll(&mut Context::from_waker(waker));
}

fn guarded(control: &Control, when: &str, work: impl FnOnce()) {
    if let Err(panic) = catch_unwind(AssertUnwindSafe(work)) {
        panicked(control, when, &*panic);
    }
}

fn panicked(control: &Control, when: &str, panic: &(dyn Any + Send)) -> Error {
    let text = panic.downcast_ref::<&str>().copied();
    let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no message");
    tracing::error!(pid = %control.pid(), entry = %control.entry(), "the process panicked {when}: {text}");
    Error::internal(format!("the process panicked: {text}"))
}

#[cfg(test)]
mod tests;
