//! The standard streams of this process, and what a process on a terminal host sees of them.

use crate::input::{Input, Reading, Want};
use crate::output::{Flushing, Output, Stream, Writing};
use bytes::Bytes;
use core_sched::Exit;
use infra_base::Result;
use parking_lot::Mutex;
use std::io::{Read, Write};
use std::sync::Arc;
use tokio::sync::Notify;

/// Standard input, output and error with the arguments of the command line; one per node.
pub struct Console {
    args: Vec<String>,
    input: Arc<Input>,
    output: Arc<Output>,
    hide_logs: Box<dyn Fn(bool) + Send + Sync>,
    ended: Mutex<Option<Exit>>,
    end: Notify,
}

/// A process's hold on the console; cheap to clone.
///
/// Futures own what they need and may be dropped at any time; what a dropped read had taken is not lost.
#[derive(Clone)]
pub struct Terminal(Arc<Console>);

impl Console {
    /// The console of the machine. `hide_logs` mutes and unmutes console logs, for hosts with `hide_logs: true`.
    pub fn system(args: Vec<String>, hide_logs: impl Fn(bool) + Send + Sync + 'static) -> Arc<Console> {
        Self::new(args, std::io::stdin(), std::io::stdout(), std::io::stderr(), hide_logs)
    }

    /// A console of any streams. They are used from threads of the console, and only when somebody reads or writes.
    pub fn new(
        args: Vec<String>,
        input: impl Read + Send + 'static,
        output: impl Write + Send + 'static,
        errors: impl Write + Send + 'static,
        hide_logs: impl Fn(bool) + Send + Sync + 'static,
    ) -> Arc<Console> {
        Arc::new(Console {
            args,
            input: Input::new(Box::new(input)),
            output: Output::new(Box::new(output), Box::new(errors)),
            hide_logs: Box::new(hide_logs),
            ended: Mutex::new(None),
            end: Notify::new(),
        })
    }

    /// How the first process that ran on a terminal host of this console ended; completes when it has. Its end starts the
    /// shutdown of a node that was started for it.
    pub async fn ended(&self) -> Exit {
        loop {
            let end = self.end.notified();
            if let Some(exit) = &*self.ended.lock() {
                return exit.clone();
            }
            end.await;
        }
    }

    /// Completes when everything that was written so far has left; errors of the streams were told to the writers.
    pub async fn flushed(&self) {
        for stream in [Stream::Out, Stream::Err] {
            let _ = self.output.flush(stream).await;
        }
    }

    pub(crate) fn hide_logs(&self, hide: bool) {
        (self.hide_logs)(hide);
    }

    pub(crate) fn end(&self, exit: &Exit) {
        self.ended.lock().get_or_insert_with(|| exit.clone());
        self.end.notify_waiters();
    }
}

impl Drop for Console {
    fn drop(&mut self) {
        self.input.close();
        self.output.close();
    }
}

impl Terminal {
    pub(crate) fn new(console: Arc<Console>) -> Terminal {
        Terminal(console)
    }

    /// What followed the name of the program that runs.
    pub fn args(&self) -> &[String] {
        &self.0.args
    }

    /// At least one and at most `most` bytes of standard input, as soon as there are some. `Internal`: end of input, or a
    /// failure.
    pub fn read(&self, most: usize) -> Reading {
        self.0.input.read(Want::Some(most.max(1)))
    }

    /// The next line of standard input without its end (`\n` or `\r\n`); the last one may have none. `Internal`: end of
    /// input, a failure, a line over 1 MiB.
    pub fn read_line(&self) -> Reading {
        self.0.input.read(Want::Line)
    }

    /// Writes. `None`: taken, and on its way; otherwise whoever reads the stream is behind by more than 64 KiB, and the
    /// bytes are taken when the future completes. `Internal` when the stream is broken.
    pub fn write(&self, stream: Stream, bytes: Bytes) -> Result<Option<Writing>> {
        self.0.output.write(stream, bytes)
    }

    /// Completes when everything that was written to `stream` so far has left. `Internal` when the stream is broken.
    pub fn flush(&self, stream: Stream) -> Flushing {
        self.0.output.flush(stream)
    }
}

#[cfg(test)]
mod tests;
