//! The buffer between those who log and the thread that writes.

use parking_lot::{Condvar, Mutex};
use std::io::Write;
use std::sync::Arc;
use std::time::Duration;

/// Where lines go.
pub enum Output {
    /// Standard error.
    Stderr,
    /// Standard output.
    Stdout,
    /// Anything else.
    Other(Box<dyn Write + Send>),
}

/// Bytes that may wait; about 30,000 lines.
const LIMIT: usize = 4 << 20;

pub(crate) struct Writer(Arc<Shared>);

struct Shared {
    state: Mutex<State>,
    /// Something to write, or the end.
    work: Condvar,
    /// Everything is written.
    idle: Condvar,
}

#[derive(Default)]
struct State {
    buffer: Vec<u8>,
    dropped: u64,
    writing: bool,
    closed: bool,
}

impl Writer {
    pub(crate) fn new(output: Output) -> Writer {
        let shared = Arc::new(Shared { state: Mutex::default(), work: Condvar::new(), idle: Condvar::new() });
        let thread = shared.clone();
        let spawned = std::thread::Builder::new().name("log".into()).spawn(move || thread.run(output));
        // Without its thread nothing would be written; lines are then dropped and counted like on a full buffer.
        shared.state.lock().closed = spawned.is_err();
        Writer(shared)
    }

    /// Hands over one encoded line.
    pub(crate) fn line(&self, line: &[u8]) {
        let mut state = self.0.state.lock();
        if state.closed || state.buffer.len() + line.len() > LIMIT {
            state.dropped += 1;
            return;
        }
        let first = state.buffer.is_empty();
        if state.dropped > 0 {
            let note = format!("{} log lines were dropped: the output is too slow\n", state.dropped);
            state.buffer.extend_from_slice(note.as_bytes());
            state.dropped = 0;
        }
        state.buffer.extend_from_slice(line);
        drop(state);
        if first {
            self.0.work.notify_one();
        }
    }

    /// Waits until everything is written, at most `limit`; says whether it is.
    pub(crate) fn flush(&self, limit: Duration) -> bool {
        let mut state = self.0.state.lock();
        let busy = |state: &mut State| !state.closed && (state.writing || !state.buffer.is_empty());
        !self.0.idle.wait_while_for(&mut state, busy, limit).timed_out()
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.flush(Duration::from_secs(1));
        self.0.state.lock().closed = true;
        self.0.work.notify_one();
    }
}

impl Shared {
    fn run(&self, mut output: Output) {
        let mut batch = Vec::new();
        loop {
            {
                let mut state = self.state.lock();
                state.writing = false;
                if state.buffer.is_empty() {
                    self.idle.notify_all();
                    self.work.wait_while(&mut state, |s| s.buffer.is_empty() && !s.closed);
                }
                if state.buffer.is_empty() {
                    return;
                }
                state.writing = true;
                batch.clear();
                std::mem::swap(&mut batch, &mut state.buffer);
            }
            // Nobody could be told that the log itself fails.
            let _ = match &mut output {
                Output::Stderr => write(&mut std::io::stderr().lock(), &batch),
                Output::Stdout => write(&mut std::io::stdout().lock(), &batch),
                Output::Other(other) => write(other, &batch),
            };
        }
    }
}

fn write(output: &mut impl Write, batch: &[u8]) -> std::io::Result<()> {
    output.write_all(batch)?;
    output.flush()
}
