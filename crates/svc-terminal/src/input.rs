//! Standard input: a thread that reads when somebody waits, and the futures that wait.

use bytes::{Buf, Bytes, BytesMut};
use infra_base::{Error, Result};
use parking_lot::{Condvar, Mutex};
use std::future::Future;
use std::io::{ErrorKind, Read};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

/// Bytes asked of the stream at once.
const CHUNK: usize = 8 << 10;

/// Longest line.
const LINE: usize = 1 << 20;

type Source = Box<dyn Read + Send>;

pub(crate) struct Input {
    state: Mutex<State>,
    /// Somebody wants more, or nobody ever will.
    asked: Condvar,
}

struct State {
    /// Taken by the thread when it starts.
    source: Option<Source>,
    read: BytesMut,
    /// Bytes of `read` that are known to hold no line end.
    searched: usize,
    /// Why no more will come.
    end: Option<Error>,
    wanted: bool,
    closed: bool,
    waiting: Vec<Waker>,
}

#[derive(Clone, Copy)]
pub(crate) enum Want {
    /// At most so many bytes.
    Some(usize),
    Line,
}

/// A read of standard input; made by [`Terminal::read`](crate::Terminal::read) and
/// [`Terminal::read_line`](crate::Terminal::read_line).
pub struct Reading {
    input: Arc<Input>,
    want: Want,
}

impl Input {
    pub(crate) fn new(source: Source) -> Arc<Input> {
        let state = State {
            source: Some(source),
            read: BytesMut::new(),
            searched: 0,
            end: None,
            wanted: false,
            closed: false,
            waiting: Vec::new(),
        };
        Arc::new(Input { state: Mutex::new(state), asked: Condvar::new() })
    }

    pub(crate) fn read(self: &Arc<Self>, want: Want) -> Reading {
        Reading { input: self.clone(), want }
    }

    /// Lets the thread end; one that is inside a read ends after it.
    pub(crate) fn close(&self) {
        self.state.lock().closed = true;
        self.asked.notify_all();
    }

    /// Asks the thread for more, starting it the first time.
    fn ask(self: &Arc<Self>, state: &mut State) -> Result<()> {
        state.wanted = true;
        self.asked.notify_all();
        let Some(source) = state.source.take() else { return Ok(()) };
        let input = self.clone();
        let spawned = std::thread::Builder::new().name("stdin".into()).spawn(move || input.run(source));
        spawned.map(drop).map_err(|error| {
            let error = Error::internal(format!("cannot read standard input: {error}"));
            state.end = Some(error.clone());
            error
        })
    }

    /// The thread. Dropping the console does not wait for it: a read can last for ever.
    fn run(&self, mut source: Source) {
        let mut chunk = vec![0; CHUNK];
        loop {
            let mut state = self.state.lock();
            self.asked.wait_while(&mut state, |state| !state.wanted && !state.closed);
            if state.closed {
                return;
            }
            drop(state);
            let read = source.read(&mut chunk);
            let mut state = self.state.lock();
            match read {
                Ok(0) => state.end = Some(Error::internal("end of input")),
                Ok(count) => state.read.extend_from_slice(&chunk[..count]),
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => {
                    state.end = Some(Error::internal(format!("cannot read standard input: {error}")))
                }
            }
            state.wanted = false;
            state.waiting.drain(..).for_each(Waker::wake);
            if state.end.is_some() {
                return;
            }
        }
    }
}

impl State {
    /// What can be given now; `None`: more must be read.
    fn take(&mut self, want: Want) -> Option<Result<Bytes>> {
        match want {
            Want::Some(most) if !self.read.is_empty() => Some(Ok(self.split(most.min(self.read.len())))),
            Want::Some(_) => self.end.clone().map(Err),
            Want::Line => self.line(),
        }
    }

    fn line(&mut self) -> Option<Result<Bytes>> {
        if let Some(at) = self.read[self.searched..].iter().position(|b| *b == b'\n') {
            let mut line = self.split(self.searched + at);
            self.read.advance(1);
            if line.last() == Some(&b'\r') {
                line.truncate(line.len() - 1);
            }
            return Some(Ok(line));
        }
        self.searched = self.read.len();
        if self.read.len() > LINE {
            return Some(Err(Error::internal(format!("the line is longer than {LINE} bytes"))));
        }
        let end = self.end.clone()?;
        if self.read.is_empty() { Some(Err(end)) } else { Some(Ok(self.split(self.read.len()))) }
    }

    fn split(&mut self, count: usize) -> Bytes {
        self.searched = 0;
        self.read.split_to(count).freeze()
    }
}

impl Future for Reading {
    type Output = Result<Bytes>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<Bytes>> {
        let mut state = self.input.state.lock();
        if let Some(taken) = state.take(self.want) {
            return Poll::Ready(taken);
        }
        if !state.waiting.iter().any(|waker| waker.will_wake(cx.waker())) {
            state.waiting.push(cx.waker().clone());
        }
        match self.input.ask(&mut state) {
            Ok(()) => Poll::Pending,
            Err(error) => Poll::Ready(Err(error)),
        }
    }
}
