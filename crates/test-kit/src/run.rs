//! Runs the steps of one folder.

use crate::compare::{fits, has_wildcards};
use crate::spec::{self, Request, Spec, Step};
use rustix::process::{Pid, Signal, kill_process};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread::JoinHandle;
use std::time::Duration;

/// Longest step, and longest wait for a text.
const LIMIT: Duration = Duration::from_secs(60);

/// Runs a spec in a copy of its folder; the error says all that differs in the first step that fails.
pub(crate) fn folder(binary: &Path, folder: &Path) -> Result<(), String> {
    let Spec { app, steps } = spec::read(folder)?;
    unused(folder, &steps)?;
    let copy = tempfile::tempdir().map_err(|e| e.to_string())?;
    copy_tree(app.as_deref().unwrap_or(folder), copy.path())?;
    let port = free_port()?;
    for (number, step) in steps.iter().enumerate() {
        let told = run(binary, folder, copy.path(), step, port)?;
        if !told.is_empty() {
            return Err(format!("step {} ({}):\n{}", number + 1, step.args.join(" "), told.join("\n")));
        }
    }
    Ok(())
}

/// An expectation that nobody compares would look like a test.
fn unused(folder: &Path, steps: &[Step]) -> Result<(), String> {
    let bodies = steps.iter().flat_map(|s| &s.requests).filter_map(|r| r.body.as_ref());
    let outputs = steps.iter().flat_map(|s| [s.stdout.as_ref(), s.stderr.as_ref()]).flatten();
    let named: Vec<&String> = outputs.chain(bodies).collect();
    for file in std::fs::read_dir(folder).map_err(|e| e.to_string())?.flatten() {
        let name = file.file_name().to_string_lossy().into_owned();
        if name.ends_with(".out") && !named.contains(&&name) {
            return Err(format!("{name} is not named by any step"));
        }
    }
    Ok(())
}

fn free_port() -> Result<u16, String> {
    let listener = TcpListener::bind("127.0.0.1:0").map_err(|e| e.to_string())?;
    listener.local_addr().map(|a| a.port()).map_err(|e| e.to_string())
}

fn copy_tree(from: &Path, to: &Path) -> Result<(), String> {
    for entry in std::fs::read_dir(from).map_err(|e| e.to_string())?.flatten() {
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        if source.is_dir() {
            std::fs::create_dir(&target).map_err(|e| e.to_string())?;
            copy_tree(&source, &target)?;
        } else {
            std::fs::copy(&source, &target).map_err(|e| e.to_string())?;
        }
    }
    Ok(())
}

fn run(binary: &Path, folder: &Path, dir: &Path, step: &Step, port: u16) -> Result<Vec<String>, String> {
    let with_port = |text: &String| text.replace("{port}", &port.to_string());
    let mut child = Command::new(binary)
        .args(step.args.iter().map(with_port))
        .current_dir(dir)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("HOME", dir)
        .envs(step.env.iter().map(|(k, v)| (k, v)))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|e| format!("{}: {e}", binary.display()))?;
    // A child that does not read its input is no mistake.
    let _ = child.stdin.take().map(|mut stdin| stdin.write_all(step.stdin.as_bytes()));
    let (out, _) = collect(child.stdout.take().ok_or("no stdout")?);
    let (err, mut lines) = collect(child.stderr.take().ok_or("no stderr")?);

    let mut told = Vec::new();
    if let Some(text) = &step.wait {
        match wait_for(&mut lines, text) {
            Ok(()) => drive(step, folder, port, &child, &mut told),
            Err(why) => told.push(why),
        }
    }
    let watched = if told.is_empty() { LIMIT } else { Duration::from_secs(5) };
    let status = end(&mut child, watched)?;
    let (out, err) = (joined(out)?, joined(err)?);
    match status {
        None => told.push(format!("did not end within {watched:?}")),
        Some(code) if code != step.exit => told.push(format!("exit status {code}, expected {}", step.exit)),
        Some(_) => {}
    }
    compare("standard output", folder, step.stdout.as_deref(), &out, &mut told)?;
    compare("standard error", folder, step.stderr.as_deref(), &err, &mut told)?;
    if !told.is_empty() {
        told.push(format!("--- standard output\n{out}\n--- standard error\n{err}"));
    }
    Ok(told)
}

/// Reads a pipe to its end in a thread; each line is also sent on, for those who wait for one.
fn collect(pipe: impl Read + Send + 'static) -> (JoinHandle<String>, Receiver<String>) {
    let (send, lines) = mpsc::channel();
    let thread = std::thread::spawn(move || {
        let mut reader = BufReader::new(pipe);
        let (mut all, mut line) = (String::new(), Vec::new());
        while reader.read_until(b'\n', &mut line).is_ok_and(|n| n > 0) {
            let text = String::from_utf8_lossy(&line).into_owned();
            all.push_str(&text);
            // Nobody may wait any more.
            let _ = send.send(text);
            line.clear();
        }
        all
    });
    (thread, lines)
}

fn joined(thread: JoinHandle<String>) -> Result<String, String> {
    thread.join().map_err(|_| "the reader of a pipe panicked".to_owned())
}

fn wait_for(lines: &mut Receiver<String>, text: &str) -> Result<(), String> {
    loop {
        match lines.recv_timeout(LIMIT) {
            Ok(line) if line.contains(text) => return Ok(()),
            Ok(_) => {}
            Err(RecvTimeoutError::Timeout) => {
                return Err(format!("\"{text}\" was not said within {LIMIT:?}"));
            }
            Err(RecvTimeoutError::Disconnected) => return Err(format!("ended without saying \"{text}\"")),
        }
    }
}

/// Requests, then signals.
fn drive(step: &Step, folder: &Path, port: u16, child: &Child, told: &mut Vec<String>) {
    for request in &step.requests {
        let name = format!("{} {}", request.method, request.path);
        match ask(request, port) {
            Err(why) => told.push(format!("{name}: {why}")),
            Ok((status, body)) => {
                if status != request.status {
                    told.push(format!("{name}: status {status}, expected {}\n{body}", request.status));
                }
                if request.body.is_some()
                    && let Err(why) = compare(&name, folder, request.body.as_deref(), &body, told)
                {
                    told.push(why);
                }
            }
        }
    }
    for name in &step.signals {
        let signal = match name.as_str() {
            "INT" => Signal::INT,
            "TERM" => Signal::TERM,
            other => return told.push(format!("unknown signal {other}")),
        };
        let pid = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
        if let Some(Err(error)) = pid.map(|pid| kill_process(pid, signal)) {
            told.push(format!("signal {name}: {error}"));
        }
    }
}

fn ask(request: &Request, port: u16) -> Result<(u16, String), String> {
    let failed = |e: std::io::Error| e.to_string();
    let mut stream = TcpStream::connect(("127.0.0.1", port)).map_err(failed)?;
    stream.set_read_timeout(Some(LIMIT)).map_err(failed)?;
    let mut head =
        format!("{} {} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n", request.method, request.path);
    for (name, value) in &request.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    if !request.send.is_empty() {
        head.push_str(&format!("Content-Length: {}\r\n", request.send.len()));
    }
    let message = format!("{head}\r\n{}", request.send);
    stream.write_all(message.as_bytes()).map_err(failed)?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).map_err(failed)?;
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let (head, body) = answer.split_once("\r\n\r\n").ok_or_else(|| format!("no answer: {answer:?}"))?;
    let status =
        head.split(' ').nth(1).and_then(|s| s.parse().ok()).ok_or_else(|| format!("no status: {head}"))?;
    let chunked = head.to_ascii_lowercase().contains("transfer-encoding: chunked");
    Ok((status, if chunked { unchunked(body)? } else { body.to_owned() }))
}

fn unchunked(body: &str) -> Result<String, String> {
    let (mut out, mut rest) = (String::new(), body);
    loop {
        let (size, tail) = rest.split_once("\r\n").ok_or("a chunk without its size")?;
        let size = usize::from_str_radix(size.trim(), 16).map_err(|e| e.to_string())?;
        if size == 0 {
            return Ok(out);
        }
        out.push_str(tail.get(..size).ok_or("a chunk ends early")?);
        rest = tail.get(size + 2..).ok_or("a chunk without its end")?;
    }
}

/// The exit status; `None` after `limit`, when the child was ended by force. The pid stays the child's until it is
/// waited for.
fn end(child: &mut Child, limit: Duration) -> Result<Option<i32>, String> {
    let pid = i32::try_from(child.id()).ok().and_then(Pid::from_raw).ok_or("no pid")?;
    let (done, waited) = mpsc::channel::<()>();
    let watchdog = std::thread::spawn(move || match waited.recv_timeout(limit) {
        Err(RecvTimeoutError::Timeout) => kill_process(pid, Signal::KILL).is_ok(),
        _ => false,
    });
    let status = child.wait().map_err(|e| e.to_string());
    drop(done);
    let killed = watchdog.join().unwrap_or(false);
    let status = status?;
    Ok(if killed { None } else { Some(status.code().unwrap_or(-1)) })
}

fn compare(
    what: &str,
    folder: &Path,
    expected: Option<&str>,
    actual: &str,
    told: &mut Vec<String>,
) -> Result<(), String> {
    let Some(name) = expected else {
        if !actual.is_empty() {
            told.push(format!("{what} is not empty"));
        }
        return Ok(());
    };
    let path = folder.join(name);
    let text = std::fs::read_to_string(&path).unwrap_or_default();
    if fits(&text, actual) {
        return Ok(());
    }
    let update = std::env::var_os("UPDATE_EXPECT").is_some_and(|v| v == "1");
    if update && !has_wildcards(&text) {
        return std::fs::write(&path, actual).map_err(|e| format!("{}: {e}", path.display()));
    }
    told.push(format!("{what} differs from {name}:\n{text}"));
    Ok(())
}
