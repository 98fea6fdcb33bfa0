//! A command, its handler, and the table between them.

use crate::frame::Frame;
use infra_base::{Error, Kind, Result};
use rustc_hash::FxHashMap;
use std::any::{Any, TypeId};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context as TaskContext, Poll};

/// A boxed future that can move between threads.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A request that can fail, as plain data: ids and values, never live objects (those are a
/// [`ResourceId`](crate::ResourceId) of the frame).
pub trait Command: Send + 'static {
    /// What the handler answers.
    type Reply: Send + 'static;
    /// `service.verb`, unique; shown in errors, traces and statistics.
    const NAME: &'static str;
}

/// What a handler may know of its caller.
pub struct CallCx<'a> {
    /// The calling frame.
    pub frame: &'a mut Frame,
}

/// What a table holds of a command: its name, its owner, its [`Slot`].
type Row = (&'static str, &'static str, Box<dyn Any + Send + Sync>);
type Handler<C> =
    dyn Fn(&mut CallCx<'_>, C) -> BoxFuture<'static, Result<<C as Command>::Reply>> + Send + Sync;

struct Slot<C: Command>(Box<Handler<C>>);

/// The handler table while components load.
#[derive(Default)]
pub struct HandlersBuilder {
    table: FxHashMap<TypeId, Row>,
}

impl HandlersBuilder {
    /// Registers the one handler of `C`. The returned future is the reply owed: it is polled in the caller's own
    /// poll and dropped when the caller ends. `owner` names the component; a second handler is refused with both names.
    pub fn serve<C, F, R>(&mut self, owner: &'static str, handler: F) -> Result<()>
    where
        C: Command,
        F: Fn(&mut CallCx<'_>, C) -> R + Send + Sync + 'static,
        R: Future<Output = Result<C::Reply>> + Send + 'static,
    {
        let boxed: Box<Handler<C>> = Box::new(move |cx, command| Box::pin(handler(cx, command)));
        if let Some((name, first, _)) = self.table.get(&TypeId::of::<C>()) {
            return Err(Error::internal(format!("command {name} is served by both {first} and {owner}")));
        }
        self.table.insert(TypeId::of::<C>(), (C::NAME, owner, Box::new(Slot::<C>(boxed))));
        Ok(())
    }

    /// No more handlers; from now on lookups are lock-free.
    pub fn freeze(self) -> Commands {
        Commands(Arc::new(self.table))
    }
}

/// The frozen table: how a process starts commands.
#[derive(Clone, Default)]
pub struct Commands(Arc<FxHashMap<TypeId, Row>>);

impl Commands {
    /// Starts `command` on behalf of `frame`. A command without a handler answers `Unavailable`.
    pub fn start<C: Command>(&self, frame: &mut Frame, command: C) -> BoxFuture<'static, Result<C::Reply>> {
        match self.0.get(&TypeId::of::<C>()).and_then(|(_, _, slot)| slot.downcast_ref::<Slot<C>>()) {
            Some(Slot(handler)) => handler(&mut CallCx { frame }, command),
            None => Box::pin(std::future::ready(Err(Error::new(
                Kind::Unavailable,
                format!("no service handles command {}", C::NAME),
            )
            .with_retryable(Some(false))))),
        }
    }

    /// Names of all commands with their owners, sorted.
    pub fn names(&self) -> Vec<(&'static str, &'static str)> {
        let mut names: Vec<_> = self.0.values().map(|(name, owner, _)| (*name, *owner)).collect();
        names.sort_unstable();
        names
    }
}

/// A reply owed by a thread or owner loop; dropped unanswered it answers `Canceled`.
pub struct Reply<T>(Arc<parking_lot::Mutex<ReplyState<T>>>);

struct ReplyState<T> {
    value: Option<Result<T>>,
    waker: Option<std::task::Waker>,
}

/// A [`Reply`] and the future of its answer.
pub fn reply<T: Send>() -> (Reply<T>, impl Future<Output = Result<T>> + Send) {
    let state = Arc::new(parking_lot::Mutex::new(ReplyState { value: None, waker: None }));
    (Reply(state.clone()), Answer(state))
}

struct Answer<T>(Arc<parking_lot::Mutex<ReplyState<T>>>);

impl<T> Reply<T> {
    /// Answers.
    pub fn send(self, value: Result<T>) {
        self.settle(value);
    }

    fn settle(&self, value: Result<T>) {
        let waker = {
            let mut state = self.0.lock();
            if state.value.is_none() {
                state.value = Some(value);
            }
            state.waker.take()
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

impl<T> Drop for Reply<T> {
    fn drop(&mut self) {
        self.settle(Err(Error::canceled("the service ended without an answer")));
    }
}

impl<T> Future for Answer<T> {
    type Output = Result<T>;

    fn poll(self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<Result<T>> {
        let mut state = self.0.lock();
        match state.value.take() {
            Some(value) => Poll::Ready(value),
            None => {
                state.waker = Some(cx.waker().clone());
                Poll::Pending
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use infra_base::{Name, Pid};
    use std::task::Waker;

    struct Double(i64);

    impl Command for Double {
        type Reply = i64;
        const NAME: &'static str = "test.double";
    }

    fn frame() -> Frame {
        let pid = Pid::draw(Name::intern("app:host"));
        Frame { pid, context: Arc::default(), own: Default::default() }
    }

    fn poll<T>(future: &mut (impl Future<Output = T> + Unpin)) -> Poll<T> {
        Pin::new(future).poll(&mut TaskContext::from_waker(Waker::noop()))
    }

    fn value<T>(poll: Poll<Result<T>>) -> Result<T> {
        match poll {
            Poll::Ready(value) => value,
            Poll::Pending => panic!("no answer"),
        }
    }

    #[test]
    fn a_command_reaches_its_one_handler() {
        let mut handlers = HandlersBuilder::default();
        handlers.serve("first", |_: &mut CallCx<'_>, Double(n)| async move { Ok(n * 2) }).unwrap();
        let twice =
            handlers.serve("second", |_: &mut CallCx<'_>, Double(n)| async move { Ok(n) }).unwrap_err();
        assert_eq!(twice.message(), "command test.double is served by both first and second");
        let commands = handlers.freeze();
        assert_eq!(commands.names(), [("test.double", "first")]);
        assert_eq!(value(poll(&mut commands.start(&mut frame(), Double(4)))).unwrap(), 8);
    }

    #[test]
    fn a_command_without_handler_is_unavailable() {
        let error = value(poll(&mut Commands::default().start(&mut frame(), Double(4)))).unwrap_err();
        assert_eq!((error.kind(), error.retryable()), (Kind::Unavailable, Some(false)));
        assert!(error.message().contains("test.double"));
    }

    #[test]
    fn a_reply_is_owed_until_sent_or_dropped() {
        let (owed, answer) = reply::<i64>();
        let mut answer = Box::pin(answer);
        assert!(poll(&mut answer).is_pending());
        owed.send(Ok(3));
        assert_eq!(value(poll(&mut answer)).unwrap(), 3);
        let (owed, answer) = reply::<i64>();
        drop(owed);
        assert_eq!(value(poll(&mut Box::pin(answer))).unwrap_err().kind(), Kind::Canceled);
    }
}
