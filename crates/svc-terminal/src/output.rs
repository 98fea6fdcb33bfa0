//! Standard output and error: a bounded queue in the order of writes, emptied by a thread.

use bytes::Bytes;
use infra_base::{Error, Result};
use parking_lot::{Condvar, Mutex};
use std::future::Future;
use std::io::Write;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

/// Bytes that wait before a writer has to.
const BUFFER: usize = 64 << 10;

/// Where to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    /// Standard output.
    Out,
    /// Standard error.
    Err,
}

type Sink = Box<dyn Write + Send>;

pub(crate) struct Output {
    state: Mutex<State>,
    /// There is something to write, or there never will be.
    filled: Condvar,
}

struct State {
    /// Taken by the thread when it starts; output and error.
    sinks: Option<[Sink; 2]>,
    queue: Vec<(Stream, Bytes)>,
    queued: usize,
    /// Pieces that were taken into the queue, and those that have left.
    taken: u64,
    left: u64,
    /// Why a stream takes no more.
    broken: [Option<Error>; 2],
    closed: bool,
    waiting: Vec<Waker>,
}

/// Waits for room, then writes; made by [`Terminal::write`](crate::Terminal::write).
pub struct Writing {
    output: Arc<Output>,
    stream: Stream,
    bytes: Bytes,
}

/// Waits until what was written has left; made by [`Terminal::flush`](crate::Terminal::flush).
pub struct Flushing {
    output: Arc<Output>,
    stream: Stream,
    until: u64,
}

impl Output {
    pub(crate) fn new(output: Sink, errors: Sink) -> Arc<Output> {
        let state = State {
            sinks: Some([output, errors]),
            queue: Vec::new(),
            queued: 0,
            taken: 0,
            left: 0,
            broken: [None, None],
            closed: false,
            waiting: Vec::new(),
        };
        Arc::new(Output { state: Mutex::new(state), filled: Condvar::new() })
    }

    pub(crate) fn write(self: &Arc<Self>, stream: Stream, bytes: Bytes) -> Result<Option<Writing>> {
        let left = self.offer(&mut self.state.lock(), stream, bytes)?;
        Ok(left.map(|bytes| Writing { output: self.clone(), stream, bytes }))
    }

    pub(crate) fn flush(self: &Arc<Self>, stream: Stream) -> Flushing {
        Flushing { output: self.clone(), stream, until: self.state.lock().taken }
    }

    /// Lets the thread end after what is queued.
    pub(crate) fn close(&self) {
        self.state.lock().closed = true;
        self.filled.notify_all();
    }

    /// Queues `bytes`, or gives them back when there is no room.
    fn offer(self: &Arc<Self>, state: &mut State, stream: Stream, bytes: Bytes) -> Result<Option<Bytes>> {
        if let Some(broken) = &state.broken[stream as usize] {
            return Err(broken.clone());
        }
        if state.queued > 0 && state.queued + bytes.len() > BUFFER {
            return Ok(Some(bytes));
        }
        if bytes.is_empty() {
            return Ok(None);
        }
        if let Some(sinks) = state.sinks.take() {
            let output = self.clone();
            let spawned = std::thread::Builder::new().name("stdout".into()).spawn(move || output.run(sinks));
            if let Err(error) = spawned {
                let error = Error::internal(format!("cannot write to the terminal: {error}"));
                state.broken = [Some(error.clone()), Some(error.clone())];
                return Err(error);
            }
        }
        state.queued += bytes.len();
        state.taken += 1;
        state.queue.push((stream, bytes));
        self.filled.notify_one();
        Ok(None)
    }

    fn run(&self, mut sinks: [Sink; 2]) {
        let mut batch = Vec::new();
        loop {
            let mut state = self.state.lock();
            self.filled.wait_while(&mut state, |state| state.queue.is_empty() && !state.closed);
            if state.queue.is_empty() {
                return;
            }
            std::mem::swap(&mut batch, &mut state.queue);
            drop(state);
            let broken = write_all(&mut sinks, &batch);
            let mut state = self.state.lock();
            state.left += batch.len() as u64;
            state.queued -= batch.drain(..).map(|(_, bytes)| bytes.len()).sum::<usize>();
            for (slot, error) in state.broken.iter_mut().zip(broken) {
                if slot.is_none() {
                    *slot = error;
                }
            }
            state.waiting.drain(..).for_each(Waker::wake);
        }
    }
}

/// Writes and flushes a batch; what a broken stream should have had is skipped.
fn write_all(sinks: &mut [Sink; 2], batch: &[(Stream, Bytes)]) -> [Option<Error>; 2] {
    let mut broken = [None, None];
    let mut fail = |stream: usize, error: std::io::Error| {
        let name = ["standard output", "standard error"][stream];
        broken[stream].get_or_insert_with(|| Error::internal(format!("cannot write to {name}: {error}")));
    };
    for (stream, bytes) in batch {
        if let Err(error) = sinks[*stream as usize].write_all(bytes) {
            fail(*stream as usize, error);
        }
    }
    for (stream, sink) in sinks.iter_mut().enumerate() {
        if let Err(error) = sink.flush() {
            fail(stream, error);
        }
    }
    broken
}

impl State {
    fn wait(&mut self, waker: &Waker) {
        if !self.waiting.iter().any(|known| known.will_wake(waker)) {
            self.waiting.push(waker.clone());
        }
    }
}

impl Future for Writing {
    type Output = Result<()>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        let (output, bytes) = (self.output.clone(), std::mem::take(&mut self.bytes));
        let mut state = output.state.lock();
        match output.offer(&mut state, self.stream, bytes)? {
            None => Poll::Ready(Ok(())),
            Some(bytes) => {
                self.bytes = bytes;
                state.wait(cx.waker());
                Poll::Pending
            }
        }
    }
}

impl Future for Flushing {
    type Output = Result<()>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        let mut state = self.output.state.lock();
        if let Some(broken) = &state.broken[self.stream as usize] {
            return Poll::Ready(Err(broken.clone()));
        }
        if state.left >= self.until {
            return Poll::Ready(Ok(()));
        }
        state.wait(cx.waker());
        Poll::Pending
    }
}
