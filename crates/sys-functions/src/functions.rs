//! All callable functions, and how a call of one runs.

use crate::call::{Call, Interceptor, Next};
use crate::function::{Function, Way};
use crate::future::{self, Callee, FutureCall, Running, Shared};
use crate::pool::late;
use crate::retry::RetryInterceptor;
use core_dispatch::{BoxFuture, Frame, Reply, reply};
use core_sched::{BoxProcess, Control, Exit, turn};
use infra_app::Tasks;
use infra_base::{EntryId, Error, Payload, Pid, Result};
use infra_clock::{Clock, Rng};
use parking_lot::Mutex;
use rustc_hash::FxBuildHasher;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll};
use sys_process::{Launch, Processes, Spawn, check_depth};

/// All callable functions; cheap to clone.
#[derive(Clone)]
pub struct Functions(Arc<Inner>);

struct Inner {
    processes: Processes,
    clock: Clock,
    interceptors: Vec<Arc<dyn Interceptor>>,
    tasks: Tasks,
    /// The present generation of each function that was called; an entry that has changed is read anew.
    known: papaya::HashMap<EntryId, Arc<Function>, FxBuildHasher>,
}

impl Functions {
    /// `interceptors` stand around each call that concerns them, the first outermost; the tries are innermost.
    pub fn new(
        processes: Processes,
        clock: Clock,
        rng: Rng,
        mut interceptors: Vec<Arc<dyn Interceptor>>,
    ) -> Functions {
        let rng = Arc::new(Mutex::new(rng));
        interceptors.push(Arc::new(RetryInterceptor { clock: clock.clone(), rng }));
        let known = papaya::HashMap::with_hasher(FxBuildHasher);
        Functions(Arc::new(Inner { processes, clock, interceptors, tasks: Tasks::default(), known }))
    }

    /// Starts a call. The future is polled inline by the caller; dropping it ends the callee with "caller gone".
    ///
    /// Errors beside the function's own: `NotFound` (no such entry), `Invalid` (not callable, or its options are wrong),
    /// `Unavailable` (its pool is full; not retryable: more than [`sys_process::MAX_DEPTH`] calls above one another),
    /// `Timeout` (retryable: its time is over), `Internal` (it panicked).
    pub fn call(&self, call: Call) -> BoxFuture<'static, Result<Payload>> {
        self.begin(call, None)
    }

    /// Starts a call in a task of its own. [`Running`] is awaited by the process that started it and ends the call when
    /// dropped; [`FutureCall`] is the handle that keeps the result.
    pub fn start_async(&self, mut call: Call) -> (FutureCall, Running) {
        // It has a task already.
        call.spawned = false;
        let (target, processes) = (call.target.clone(), &self.0.processes);
        let (handle, running, task) =
            future::start(target, processes.clone(), |watch| self.begin(call, Some(watch)));
        processes.scheduler().spawn_future(task);
        (handle, running)
    }

    fn begin(&self, mut call: Call, watch: Option<Arc<Shared>>) -> BoxFuture<'static, Result<Payload>> {
        if let Some(timeout) = call.timeout.take() {
            let own = self.0.clock.now().after(timeout);
            let deadline = call.context.deadline.map_or(own, |inherited| inherited.min(own));
            Arc::make_mut(&mut call.context).deadline = Some(deadline);
        }
        let function = check_depth(&call.context, &call.target).and_then(|()| self.find(&call.target));
        match function {
            Ok(function) => self.pass(function, call, 0, watch),
            Err(error) => Box::pin(std::future::ready(Err(error))),
        }
    }

    /// From the `position`th interceptor on.
    pub(crate) fn pass(
        &self,
        function: Arc<Function>,
        call: Call,
        position: usize,
        watch: Option<Arc<Shared>>,
    ) -> BoxFuture<'static, Result<Payload>> {
        let rest = self.0.interceptors.iter().enumerate().skip(position);
        for (at, interceptor) in rest {
            if interceptor.concerns(&call, &function.entry) {
                let next = Next { functions: self.clone(), function, position: at + 1, watch };
                return interceptor.around(call, next);
            }
        }
        Box::pin(self.clone().once(function, call, watch))
    }

    async fn once(self, function: Arc<Function>, call: Call, watch: Option<Arc<Shared>>) -> Result<Payload> {
        let Call { target, args, context, own, spawned, .. } = call;
        let (executor, host, admission) = match &function.way {
            Way::Engine { executor, host, admission } => (executor, *host, admission),
            Way::Process { host } => {
                let exec =
                    self.0.processes.exec(Spawn { args, context, ..Spawn::new(target, host.clone()) })?;
                if let Some(watch) = watch {
                    watch.runs(Callee::Process(exec.pid()))?;
                }
                return exec.await;
            }
        };
        let clock = &self.0.clock;
        let mut place = admission.enter(&target, &context, clock, &self.0.tasks).await?;
        let control = Control::new(Pid::draw(host), target.clone());
        if let Some(deadline) = context.deadline {
            control.kill_at(clock, deadline, late(&target));
        }
        if let Some(watch) = watch {
            watch.runs(Callee::Call(control.clone()))?;
        }
        let context = Arc::new(context.descend(target));
        let frame = Frame { pid: control.pid(), context, own };
        let inline = !spawned && turn::depth() < turn::INLINE_DEPTH;
        let callee = (!inline).then(|| control.clone());
        let slot = place.slot.take();
        let launch = Launch { args, frame, control, parent: None, memory: None, slot };
        let process = executor.launch(&function.entry, launch)?;
        let Some(callee) = callee else { return process.await.result };
        let (reply, answer) = reply();
        self.0.processes.scheduler().spawn_future(Replying { process, reply: Some(reply) });
        let mut guard = CallerGone(Some(callee));
        let result = answer.await;
        guard.0 = None;
        result
    }

    fn find(&self, id: &EntryId) -> Result<Arc<Function>> {
        let directory = self.0.processes.directory();
        // Before the entry, which may be newer: then it is looked up once more.
        let version = directory.version();
        let known = self.0.known.pin();
        let found = known.get(id);
        if let Some(function) = found.filter(|f| f.seen.load(Ordering::Relaxed) == version.0) {
            return Ok(function.clone());
        }
        let Some(entry) = directory.entry(id) else {
            if known.remove(id).is_some() {
                self.forget_old();
            }
            return Err(Error::not_found(format!("function {id} not found")));
        };
        if let Some(function) = found.filter(|f| Arc::ptr_eq(&f.entry, &entry)) {
            function.seen.store(version.0, Ordering::Relaxed);
            return Ok(function.clone());
        }
        let function = Arc::new(Function::read(&self.0.processes, entry, version)?);
        if known.insert(id.clone(), function.clone()).is_some() {
            self.forget_old();
        }
        Ok(function)
    }

    /// Entries have changed: what others than those that are called keep between calls goes, too.
    fn forget_old(&self) {
        let directory = self.0.processes.directory();
        self.0.known.pin().retain(|id, function| {
            directory.entry(id).is_some_and(|entry| Arc::ptr_eq(&entry, &function.entry))
        });
    }
}

/// A call in a task of its own.
struct Replying {
    process: BoxProcess,
    /// `None` once it is over.
    reply: Option<Reply<Payload>>,
}

impl Future for Replying {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let Exit { result } = std::task::ready!(Pin::new(&mut self.process).poll(cx));
        if let Some(reply) = self.reply.take() {
            reply.send(result);
        }
        Poll::Ready(())
    }
}

/// Kills a spawned callee when its caller is dropped.
struct CallerGone(Option<Arc<Control>>);

impl Drop for CallerGone {
    fn drop(&mut self) {
        if let Some(control) = &self.0 {
            control.kill(Error::canceled("caller gone"));
        }
    }
}

#[cfg(test)]
mod tests;
