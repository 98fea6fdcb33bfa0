//! Child processes with a time limit on everything: lines, end, memory, processor time.

use anyhow::{Context, Result, bail};
use std::io::{BufRead, BufReader, Read};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

/// Time that a process has to end after it was asked to.
const GRACE: Duration = Duration::from_secs(5);
/// Kernel ticks per second in `/proc/PID/stat`: 100 on every Linux that Rust runs on.
const TICKS: f64 = 100.0;

/// A process of ours that is stopped when this goes.
pub(crate) struct Running {
    child: Child,
    lines: Receiver<Line>,
    name: String,
    /// Last lines of both streams, for the message when something is wrong.
    seen: Vec<String>,
    ended: bool,
}

struct Line {
    error: bool,
    text: String,
}

impl Running {
    pub(crate) fn start(command: &mut Command) -> Result<Self> {
        let words = std::iter::once(command.get_program()).chain(command.get_args());
        let name = words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ");
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().with_context(|| format!("cannot start {name}"))?;
        let (sender, lines) = channel();
        if let Some(out) = child.stdout.take() {
            forward(out, false, sender.clone());
        }
        if let Some(err) = child.stderr.take() {
            forward(err, true, sender);
        }
        Ok(Self { child, lines, name, seen: Vec::new(), ended: false })
    }

    /// Waits for a line, of either stream, that `wanted` accepts.
    pub(crate) fn line(&mut self, limit: Duration, wanted: impl Fn(&str) -> bool) -> Result<String> {
        let until = Instant::now() + limit;
        loop {
            match self.lines.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Ok(line) if wanted(&line.text) => return Ok(line.text),
                Ok(line) => self.remember(line.text),
                Err(RecvTimeoutError::Timeout) => bail!("{}", self.wrong("said nothing of the kind in time")),
                Err(RecvTimeoutError::Disconnected) => bail!("{}", self.wrong("ended too early")),
            }
        }
    }

    /// Waits for the end and returns the standard output; another exit code than 0 is an error.
    pub(crate) fn finish(mut self, limit: Duration) -> Result<String> {
        let until = Instant::now() + limit;
        let mut out = String::new();
        loop {
            match self.lines.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Ok(Line { error: false, text }) => {
                    out.push_str(&text);
                    out.push('\n');
                    self.remember(text);
                }
                Ok(line) => self.remember(line.text),
                Err(RecvTimeoutError::Timeout) => bail!("{}", self.wrong("did not end in time")),
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        let status = self.child.wait()?;
        self.ended = true;
        if !status.success() {
            bail!("{}", self.wrong(&status.to_string()));
        }
        Ok(out)
    }

    /// Waits until something accepts connections on the port of this machine.
    pub(crate) fn port(&mut self, port: u16, limit: Duration) -> Result<()> {
        let until = Instant::now() + limit;
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            if Instant::now() > until {
                bail!("{}", self.wrong(&format!("does not listen on port {port}")));
            }
            if self.child.try_wait()?.is_some() {
                self.ended = true;
                self.drain();
                bail!("{}", self.wrong("ended too early"));
            }
            thread::sleep(Duration::from_millis(5));
        }
        Ok(())
    }

    /// Resident memory, in bytes.
    pub(crate) fn memory(&self) -> Result<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS")?;
        let kib: f64 = line.trim().trim_end_matches("kB").trim().parse().context("VmRSS is no number")?;
        Ok(kib * 1024.0)
    }

    /// Processor seconds used so far.
    pub(crate) fn processor(&self) -> Result<f64> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id()))?;
        // The name in brackets may hold spaces; user and system time are fields 14 and 15.
        let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
        let ticks = |at: usize| fields.get(at).and_then(|field| field.parse::<f64>().ok());
        let (user, system) = ticks(11).zip(ticks(12)).context("no times in stat")?;
        Ok((user + system) / TICKS)
    }

    /// Asks the process to end, and ends it when it does not.
    pub(crate) fn stop(&mut self) {
        if std::mem::replace(&mut self.ended, true) {
            return;
        }
        let _ = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status();
        let until = Instant::now() + GRACE;
        while Instant::now() < until {
            if !matches!(self.child.try_wait(), Ok(None)) {
                return;
            }
            thread::sleep(Duration::from_millis(2));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    fn remember(&mut self, line: String) {
        if self.seen.len() == 5 {
            self.seen.remove(0);
        }
        self.seen.push(line);
    }

    fn drain(&mut self) {
        while let Ok(line) = self.lines.recv_timeout(Duration::from_millis(100)) {
            self.remember(line.text);
        }
    }

    fn wrong(&self, what: &str) -> String {
        let tail = if self.seen.is_empty() { "nothing printed".into() } else { self.seen.join(" / ") };
        format!("`{}` {what}: {tail}", self.name)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop();
    }
}

fn forward(stream: impl Read + Send + 'static, error: bool, sender: Sender<Line>) {
    thread::spawn(move || {
        for line in BufReader::new(stream).split(b'\n').map_while(std::result::Result::ok) {
            let text = String::from_utf8_lossy(&line).into_owned();
            if sender.send(Line { error, text }).is_err() {
                break;
            }
        }
    });
}

/// Runs a command to its end and returns what it printed.
pub(crate) fn output(command: &mut Command, limit: Duration) -> Result<String> {
    Running::start(command)?.finish(limit)
}

/// Where a program lies on the search path.
pub(crate) fn installed(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<_> = std::env::split_paths(&path).collect();
    folders.push("/usr/sbin".into());
    folders.iter().any(|folder| folder.join(program).is_file())
}

/// Why no command can be pinned to a core of its own here, if so.
pub(crate) fn cannot_pin() -> Option<&'static str> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    match (installed("taskset"), cores > 1) {
        (false, _) => Some("taskset is not installed"),
        (_, false) => Some("needs two cores"),
        _ => None,
    }
}

/// A command pinned to one core.
pub(crate) fn pinned(core: &str, program: impl AsRef<std::ffi::OsStr>) -> Command {
    let mut command = Command::new("taskset");
    command.args(["-c", core]).arg(program);
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: Duration = Duration::from_secs(20);

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn the_output_is_what_was_printed_to_the_first_stream() -> Result<()> {
        assert_eq!(output(&mut shell("echo a; echo b >&2; echo c"), LIMIT)?, "a\nc\n");
        Ok(())
    }

    #[test]
    fn a_failure_carries_the_last_lines() {
        let error = output(&mut shell("echo why >&2; exit 3"), LIMIT).expect_err("it fails").to_string();
        assert!(error.contains("exit status: 3") && error.contains("why"), "{error}");
    }

    #[test]
    fn what_takes_too_long_is_stopped() {
        let error = output(&mut shell("exec sleep 100"), Duration::from_millis(20)).expect_err("it fails");
        assert!(error.to_string().contains("did not end in time"), "{error}");
    }

    #[test]
    fn a_line_is_awaited_on_either_stream() -> Result<()> {
        let mut child = Running::start(&mut shell("echo one; echo ready >&2; exec sleep 100"))?;
        assert_eq!(child.line(LIMIT, |line| line.contains("read"))?, "ready");
        assert!(child.memory()? > 0.0);
        assert!(child.processor()? >= 0.0);
        child.stop();
        // A line of the other stream may still be on its way.
        let error = child.line(LIMIT, |_| false).expect_err("it ended").to_string();
        assert!(error.contains("ended too early"), "{error}");
        Ok(())
    }

    #[test]
    fn a_program_that_is_not_there_is_named() {
        let error = output(&mut Command::new("no-such-program"), LIMIT).expect_err("it fails").to_string();
        assert!(error.contains("cannot start no-such-program"), "{error}");
        assert!(installed("sh") && !installed("no-such-program"));
    }
}
