//! What every module function uses: results, errors, waiting.

use crate::channel::Channel;
use crate::errors::error_to_val;
use crate::host::{Finish, Host, Operation, Wake};
use core_dispatch::Command;
use infra_base::{Error, Result};
use lua_vm::{Cx, NativeResult, Raise, Val};
use std::future::Future;
use std::sync::Arc;

/// What a native answers when its work is done: a value pushed by a closure, or the error of the second result.
pub type Answer = NativeResult;

/// Extends [`Cx`] with the conventions of the system: two results, waiting, services.
pub trait Guest<'cx> {
    /// The embedder's side.
    fn at(&mut self) -> &mut Host;
    /// Returns text.
    fn give_text(&mut self, text: &str) -> Answer;
    /// Returns `nil, err`.
    fn fail(&mut self, error: Error) -> Answer;
    /// A service of the application context; missing is a mistake of the composition, raised by name.
    fn service<T: Send + Sync + 'static>(&mut self) -> Result<Arc<T>, Raise>;
    /// Suspends the calling coroutine until `future` completes; then `done` runs in it. At the top level of a unit: raises.
    fn wait_for<T, F, D>(&mut self, future: F, done: D) -> Answer
    where
        T: Send + 'static,
        F: Future<Output = T> + Send + 'static,
        D: for<'a> FnOnce(&mut Cx<'a>, T) -> NativeResult + Send + 'static;
    /// The same for a future with so many bytes of this process in it: they count to the process until it has the result. One
    /// that they do not fit into ends.
    fn wait_holding<T, F, D>(&mut self, held: usize, future: F, done: D) -> Answer
    where
        T: Send + 'static,
        F: Future<Output = T> + Send + 'static,
        D: for<'a> FnOnce(&mut Cx<'a>, T) -> NativeResult + Send + 'static;
    /// Starts a command and waits for its reply; an error becomes `nil, err`.
    fn command<C, D>(&mut self, command: C, done: D) -> Answer
    where
        C: Command,
        D: for<'a> FnOnce(&mut Cx<'a>, C::Reply) -> NativeResult + Send + 'static;
    /// Runs `future` beside all coroutines; then `done` runs outside any of them. `held`: bytes that it
    /// holds and the caller has counted with [`Cx::hold_outside`], until `done` runs.
    fn background<T, F, D>(&mut self, held: usize, future: F, done: D)
    where
        T: Send + 'static,
        F: Future<Output = T> + Send + 'static,
        D: for<'a> FnOnce(&mut Cx<'a>, T) -> NativeResult + Send + 'static;
    /// A new channel; see [`Channel`].
    fn channel(&mut self, capacity: usize) -> lua_vm::Userdata<'cx>;
}

impl<'cx> Guest<'cx> for Cx<'cx> {
    #[inline]
    fn at(&mut self) -> &mut Host {
        self.host::<Host>()
    }

    fn give_text(&mut self, text: &str) -> Answer {
        let text = self.string(text.as_bytes());
        self.ret(text)
    }

    fn fail(&mut self, error: Error) -> Answer {
        let error = error_to_val(self, &error);
        self.ret2(Val::NIL, error)
    }

    fn service<T: Send + Sync + 'static>(&mut self) -> Result<Arc<T>, Raise> {
        let found = self.at().system.app.get::<T>();
        found.map_err(|e| self.error(e))
    }

    fn wait_for<T, F, D>(&mut self, future: F, done: D) -> Answer
    where
        T: Send + 'static,
        F: Future<Output = T> + Send + 'static,
        D: for<'a> FnOnce(&mut Cx<'a>, T) -> NativeResult + Send + 'static,
    {
        self.wait_holding(0, future, done)
    }

    fn wait_holding<T, F, D>(&mut self, held: usize, future: F, done: D) -> Answer
    where
        T: Send + 'static,
        F: Future<Output = T> + Send + 'static,
        D: for<'a> FnOnce(&mut Cx<'a>, T) -> NativeResult + Send + 'static,
    {
        may_wait(self)?;
        self.hold_outside(held)?;
        let host = self.at();
        let wait = Some(host.begin_wait());
        host.start(Box::pin(async move {
            let value = future.await;
            let finish: Finish = Box::new(move |cx: &mut Cx<'_>| done(cx, value));
            Operation { held, wait, finish }
        }));
        self.wait(Some(finish))
    }

    fn command<C, D>(&mut self, command: C, done: D) -> Answer
    where
        C: Command,
        D: for<'a> FnOnce(&mut Cx<'a>, C::Reply) -> NativeResult + Send + 'static,
    {
        let host = self.at();
        let reply = host.system.commands.clone().start(&mut host.frame, command);
        self.wait_for(reply, move |cx, reply| match reply {
            Ok(value) => done(cx, value),
            Err(error) => cx.fail(error),
        })
    }

    fn background<T, F, D>(&mut self, held: usize, future: F, done: D)
    where
        T: Send + 'static,
        F: Future<Output = T> + Send + 'static,
        D: for<'a> FnOnce(&mut Cx<'a>, T) -> NativeResult + Send + 'static,
    {
        self.at().start(Box::pin(async move {
            let value = future.await;
            let finish: Finish = Box::new(move |cx: &mut Cx<'_>| done(cx, value));
            Operation { held, wait: None, finish }
        }));
    }

    fn channel(&mut self, capacity: usize) -> lua_vm::Userdata<'cx> {
        Channel::create(self, capacity)
    }
}

/// Raises where waiting is not allowed: at the top level of a unit, which runs before the process does.
#[inline]
pub(crate) fn may_wait(cx: &mut Cx<'_>) -> Result<(), Raise> {
    if cx.at().may_wait { Ok(()) } else { Err(waits_too_early(cx)) }
}

/// The error of that.
#[cold]
pub(crate) fn waits_too_early(cx: &mut Cx<'_>) -> Raise {
    let place = cx.place(1);
    let name = cx.name();
    let error =
        Error::invalid(format!("{place}'{name}' waits, which code at the top level of a unit may not do"));
    let value = error_to_val(cx, &error);
    cx.raise(value)
}

/// Continuation of [`Guest::wait_for`].
fn finish(cx: &mut Cx<'_>) -> NativeResult {
    match cx.at().take_wake() {
        Some(Wake::Finish(finish)) => finish(cx),
        _ => Err(cx.error("the wait ended without a result")),
    }
}
