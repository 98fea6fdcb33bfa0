//! Rows `fair.*`: how late others are beside eight endless loops on two cores.
//!
//! `bench/fair` measures its sleepers and spawns itself. The requests come from here, over one connection,
//! one after the other, from a thread that the kernel prefers to the loops, so that what is seen is the node.

use super::child::Running;
use super::contest::NotYet;
use super::figure::{Bound, Figure, Row, Samples};
use super::{Plan, progress};
use anyhow::{Context, Result, bail};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

const PORT: u16 = 18084;
const LIMIT: Duration = Duration::from_secs(120);
/// Milliseconds at p99.
const BOUND: Bound = Bound::AtMost(5.0);
/// Samples behind a p99.
const SAMPLES: usize = 1_000;
/// Between two requests, so that they meet the node at all points of its turns.
const PAUSE: Duration = Duration::from_millis(3);
const ROWS: [(&str, &str); 4] = [
    ("fair.sleep", "ms late, p99"),
    ("fair.spawn", "ms, p99"),
    ("fair.http", "ms, p99"),
    ("fair.starved", "loops"),
];

pub(crate) fn rows(plan: &Plan) -> Result<Vec<Row>> {
    if !ROWS.iter().any(|(id, _)| plan.wants(id)) {
        return Ok(Vec::new());
    }
    progress("fair");
    let samples = if plan.smoke { 50 } else { SAMPLES };
    let figures = match plan.application()? {
        Err(why) => Err(Figure::NotYet(why.clone())),
        Ok(wippy) => measure(wippy, &plan.root.join("bench/fair"), samples).map_err(|error| {
            match error.downcast_ref::<NotYet>() {
                Some(NotYet(why)) => Figure::NotYet(why.clone()),
                None => Figure::Failed(format!("{error:#}")),
            }
        }),
    };
    let rows = ROWS.iter().enumerate().map(|(at, (id, unit))| {
        let figure = match &figures {
            Ok(values) => Figure::Measured(Samples::one(values[at])),
            Err(why) => why.clone(),
        };
        let bound = if *id == "fair.starved" { Bound::AtMost(0.0) } else { BOUND };
        Row::new(*id, unit, figure).bounds(&[bound])
    });
    Ok(rows.filter(|row| plan.wants(&row.id)).collect())
}

/// The p99 of sleepers, spawns and requests, and the number of loops that never got on.
fn measure(wippy: &Path, app: &Path, samples: usize) -> Result<[f64; 4]> {
    let mut command = Command::new(wippy);
    command.arg("-C").arg(app).args(["run", "fair", &samples.to_string()]);
    let mut node = Running::start(&mut command)?;
    let sleep = printed(&mut node, "sleep", samples)?;
    let spawn = printed(&mut node, "spawn", samples)?;
    let starved = value(&node.line(LIMIT, |line| line.starts_with("starved\t"))?, 1)?;
    let http = requests(samples)?;
    Ok([sleep, spawn, http.percentile(0.99), starved])
}

/// Reads `name<TAB>samples<TAB>p99 in ms`.
fn printed(node: &mut Running, name: &str, samples: usize) -> Result<f64> {
    let line = node.line(LIMIT, |line| line.starts_with(&format!("{name}\t")) || line.contains("ERROR"))?;
    if line.contains("ERROR") {
        bail!("{line}");
    }
    let seen = value(&line, 1)?;
    if seen < samples as f64 {
        bail!("{seen} samples of {name}, {samples} are needed");
    }
    value(&line, 2)
}

fn value(line: &str, at: usize) -> Result<f64> {
    let field = line.split('\t').nth(at).with_context(|| format!("`{line}` is too short"))?;
    field.trim().parse().with_context(|| format!("`{line}` has no number"))
}

/// Milliseconds of each of `number` requests.
fn requests(number: usize) -> Result<Samples> {
    let worker = std::thread::spawn(move || {
        prefer();
        let stream = TcpStream::connect(("127.0.0.1", PORT))?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(LIMIT))?;
        let mut reader = BufReader::new(stream.try_clone()?);
        (0..number)
            .map(|_| {
                std::thread::sleep(PAUSE);
                let start = Instant::now();
                request(&stream, &mut reader)?;
                Ok(start.elapsed().as_secs_f64() * 1e3)
            })
            .collect::<Result<Vec<f64>>>()
    });
    match worker.join() {
        Ok(times) => Ok(Samples(times.context("a request to the node failed")?)),
        Err(_) => bail!("the client's thread panicked"),
    }
}

/// Lets the kernel run this thread before the loops of the node; where that is not allowed, its own turns
/// count as lateness and the figure is an upper limit.
fn prefer() {
    let thread = std::fs::read_link("/proc/thread-self").ok();
    let id = thread.as_deref().and_then(Path::file_name).unwrap_or_default();
    let done =
        Command::new("chrt").args(["-f", "-p", "10"]).arg(id).output().is_ok_and(|out| out.status.success());
    if !done {
        progress("fair.http without chrt: the client's own lateness counts");
    }
}

fn request(mut stream: &TcpStream, reader: &mut impl BufRead) -> Result<()> {
    stream.write_all(b"GET /hello HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")?;
    let (mut line, mut length, mut first) = (String::new(), 0, true);
    loop {
        line.clear();
        if reader.read_line(&mut line)? == 0 {
            bail!("the connection ended within an answer");
        }
        if std::mem::take(&mut first) && !line.starts_with("HTTP/1.1 200") {
            bail!("the answer was {}", line.trim());
        }
        let header = line.trim_end().to_ascii_lowercase();
        if header.is_empty() {
            break;
        }
        if let Some(text) = header.strip_prefix("content-length:") {
            length = text.trim().parse().context("the content length is no number")?;
        }
    }
    std::io::copy(&mut reader.take(length), &mut std::io::sink())?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;

    #[track_caller]
    fn answer(text: &'static str) -> Result<()> {
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let address = listener.local_addr()?;
        let server = std::thread::spawn(move || -> Result<()> {
            let (mut stream, _) = listener.accept()?;
            // A request left unread would turn the end of the connection into a reset.
            let mut request = BufReader::new(stream.try_clone()?).lines();
            while request.next().transpose()?.is_some_and(|line| !line.is_empty()) {}
            stream.write_all(text.as_bytes())?;
            Ok(())
        });
        let stream = TcpStream::connect(address)?;
        let result = request(&stream, &mut BufReader::new(&stream));
        server.join().expect("the server does not panic")?;
        result
    }

    #[test]
    fn an_answer_is_read_to_its_end() -> Result<()> {
        answer("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello")
    }

    #[test]
    fn a_wrong_answer_is_an_error() {
        let refused = |text| answer(text).expect_err("it is refused").to_string();
        assert!(refused("HTTP/1.1 500 Oh\r\n\r\n").contains("HTTP/1.1 500 Oh"));
        assert!(refused("HTTP/1.1 200 OK\r\nContent-").contains("ended within"));
    }

    #[test]
    fn a_line_of_the_application_has_fields() {
        assert_eq!(value("sleep\t1000\t1.25", 2).expect("it is a number"), 1.25);
        assert!(value("sleep\t1000", 2).is_err());
        assert!(value("sleep\tmany", 1).is_err());
    }
}
