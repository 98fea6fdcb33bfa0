//! A call that runs beside its caller: its task, the hold on it, the handle that keeps the result.

use core_dispatch::BoxFuture;
use core_sched::Control;
use infra_base::{EntryId, Error, Payload, Pid, Result};
use parking_lot::Mutex;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use sys_process::{GRACE, Processes};

/// Handle of a call that runs beside its caller; cheap to clone. Dropping it ends nothing.
#[derive(Clone)]
pub struct FutureCall(Arc<Shared>);

/// The caller's hold on such a call: completes when it has a result or was canceled; dropped before, it ends the call with
/// "caller gone". A process keeps it among its operations.
pub struct Running(Arc<Shared>);

/// The task that makes the call.
pub(crate) struct Task {
    shared: Arc<Shared>,
    /// `None` once it is over.
    call: Option<BoxFuture<'static, Result<Payload>>>,
}

pub(crate) struct Shared {
    target: EntryId,
    processes: Processes,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    result: Option<Result<Payload>>,
    canceled: bool,
    /// The task must drop the call.
    stop: bool,
    callee: Option<Callee>,
    task: Option<Waker>,
    waiter: Option<Waker>,
}

/// What runs for the call at present.
pub(crate) enum Callee {
    Call(Arc<Control>),
    Process(Pid),
}

/// Makes handle, hold and task of the call that `begin` starts.
pub(crate) fn start(
    target: EntryId,
    processes: Processes,
    begin: impl FnOnce(Arc<Shared>) -> BoxFuture<'static, Result<Payload>>,
) -> (FutureCall, Running, Task) {
    let shared = Arc::new(Shared { target, processes, state: Mutex::default() });
    let call = Some(begin(shared.clone()));
    (FutureCall(shared.clone()), Running(shared.clone()), Task { shared, call })
}

impl FutureCall {
    /// Is there a result? Cancellation is one.
    pub fn is_complete(&self) -> bool {
        self.0.state.lock().result.is_some()
    }

    /// Was it canceled before it had a result?
    pub fn is_canceled(&self) -> bool {
        self.0.state.lock().canceled
    }

    /// The result, as often as wanted; `None` while it runs. Of a canceled call: a `Canceled` error.
    pub fn result(&self) -> Option<Result<Payload>> {
        self.0.state.lock().result.clone()
    }

    /// Cancels the call: its result is `Canceled` from now on, the callee gets a CANCEL event and is killed after
    /// [`GRACE`]. `false`: it has a result already.
    pub fn cancel(&self, reason: &str) -> bool {
        let mut state = self.0.state.lock();
        if state.result.is_some() {
            return false;
        }
        state.canceled = true;
        state.result = Some(Err(Error::canceled(format!("call of {} was canceled", self.0.target))));
        let asked = match &state.callee {
            Some(Callee::Call(control)) if !control.has_ended() => {
                self.0.processes.ask(control, reason, GRACE);
                true
            }
            Some(Callee::Process(pid)) => match self.0.processes.topology().find(*pid) {
                Some(control) => {
                    self.0.processes.ask(&control, reason, GRACE);
                    true
                }
                None => false,
            },
            Some(Callee::Call(_)) | None => false,
        };
        // It waits for a place or for its next try: nobody is there to ask.
        state.stop |= !asked;
        let wakers = (state.waiter.take(), state.task.take());
        drop(state);
        wake(wakers.0);
        wake(wakers.1);
        true
    }
}

impl Shared {
    /// Notes what runs for the call now; `Canceled` if nothing may any more.
    pub(crate) fn runs(&self, callee: Callee) -> Result<()> {
        let mut state = self.state.lock();
        if state.canceled || state.stop {
            return Err(Error::canceled(format!("call of {} was canceled", self.target)));
        }
        state.callee = Some(callee);
        Ok(())
    }

    fn settle(&self, result: Result<Payload>) {
        let mut state = self.state.lock();
        state.result.get_or_insert(result);
        state.callee = None;
        let waiter = state.waiter.take();
        drop(state);
        wake(waiter);
    }
}

impl Future for Task {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = &mut *self;
        let Some(call) = &mut this.call else { return Poll::Ready(()) };
        let stopped = {
            let mut state = this.shared.state.lock();
            state.task = Some(cx.waker().clone());
            state.stop
        };
        let result = if stopped {
            Err(Error::canceled("caller gone"))
        } else {
            std::task::ready!(call.as_mut().poll(cx))
        };
        this.call = None;
        this.shared.settle(result);
        Poll::Ready(())
    }
}

impl Drop for Task {
    fn drop(&mut self) {
        if self.call.take().is_some() {
            self.shared.settle(Err(Error::canceled("the node is stopping")));
        }
    }
}

impl Future for Running {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let mut state = self.0.state.lock();
        if state.result.is_some() {
            return Poll::Ready(());
        }
        state.waiter = Some(cx.waker().clone());
        Poll::Pending
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let mut state = self.0.state.lock();
        state.waiter = None;
        if state.result.is_some() {
            return;
        }
        state.stop = true;
        let task = state.task.take();
        drop(state);
        wake(task);
    }
}

fn wake(waker: Option<Waker>) {
    if let Some(waker) = waker {
        waker.wake();
    }
}
