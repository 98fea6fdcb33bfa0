//! Rows `http.*`: hello from Lua on one core, load from the other, beside nginx with Lua.

use super::child::{Running, cannot_pin, installed, output, pinned};
use super::contest::{Contestant, Run, contest};
use super::figure::{Bound, Figure, Row};
use super::{Plan, peers, progress};
use anyhow::{Context, Result, bail};
use std::process::Command;
use std::time::{Duration, Instant};

/// Where `bench/app` listens.
pub(crate) const PORT: u16 = 18080;
const PEER_PORT: u16 = 18082;
const LIMIT: Duration = Duration::from_secs(30);
const BOUND: Bound = Bound::RatioAtLeast(0.8);
const METRICS: [(&str, &str); 3] =
    [("http.hello", "requests/s"), ("http.hello_p99", "us"), ("http.hello_processor", "us/request")];
const CONNECTIONS: &str = "64";
const SERVER_CORE: &str = "0";
const LOAD_CORE: &str = "1";

pub(crate) fn rows(plan: &Plan) -> Result<Vec<Row>> {
    if !METRICS.iter().any(|(id, _)| plan.wants(id)) {
        return Ok(Vec::new());
    }
    progress("http.hello");
    let wrk = (!installed("wrk")).then_some("wrk, which makes the load, is not installed");
    let ready = wrk.or_else(cannot_pin).map(peers::absent);
    let seconds = if plan.smoke { 1 } else { 3 };
    let nginx = peers::nginx(plan, PEER_PORT);
    let app = plan.root.join("bench/app");
    let ours = match (&ready, plan.application()?) {
        (Some(absent), _) => Contestant::Out(absent.clone()),
        (None, Err(why)) => Contestant::Out(Figure::NotYet(why.clone())),
        (None, Ok(wippy)) => Contestant::new(move || {
            let mut server = pinned(SERVER_CORE, wippy);
            server.arg("-C").arg(&app).arg("run");
            load(&mut server, PORT, seconds)
        }),
    };
    let peer = match (&ready, &nginx) {
        (Some(absent), _) | (None, Err(absent)) => Contestant::Out(absent.clone()),
        (None, Ok(nginx)) => Contestant::new(|| load(&mut nginx.command(SERVER_CORE), PEER_PORT, seconds)),
    };
    let [ours, peer] = contest(plan, [ours, peer]);
    let (name, lua) = nginx.as_ref().map_or(("nginx+lua", true), |nginx| (nginx.name, nginx.lua));
    let rows = METRICS.iter().map(|(id, unit)| {
        let row = Row::new(*id, unit, ours.figure(id));
        let row =
            if lua { row } else { row.peer("nginx+lua", peers::absent("its Lua module cannot be had")) };
        let row = row.peer(name, peer.figure(id));
        if *id == "http.hello" { row.bounds(&[BOUND]) } else { row }
    });
    Ok(rows.filter(|row| plan.wants(&row.id)).collect())
}

/// Starts a server, warms it, loads it from the other core, and stops it.
fn load(server: &mut Command, port: u16, seconds: u32) -> Result<Run> {
    let mut server = Running::start(server)?;
    server.port(port, LIMIT)?;
    wrk(port, 1)?;
    let (before, start) = (server.processor()?, Instant::now());
    let told = wrk(port, seconds)?;
    let (used, seconds) = (server.processor()? - before, start.elapsed().as_secs_f64());
    let values = [told.rate, told.p99, used * 1e6 / told.requests];
    let values = METRICS.iter().zip(values).map(|((id, _), value)| ((*id).to_owned(), value));
    Ok(Run { values: values.collect(), seconds })
}

/// What wrk tells: requests per second, p99 in microseconds, requests in all.
#[derive(Debug, PartialEq)]
struct Told {
    rate: f64,
    p99: f64,
    requests: f64,
}

fn wrk(port: u16, seconds: u32) -> Result<Told> {
    let mut wrk = pinned(LOAD_CORE, "wrk");
    wrk.args(["-t1", "-c", CONNECTIONS, "-d", &format!("{seconds}s"), "--latency"]);
    told(&output(wrk.arg(format!("http://127.0.0.1:{port}/hello")), LIMIT)?)
}

fn told(text: &str) -> Result<Told> {
    if text.contains("Non-2xx") || text.contains("Socket errors") {
        bail!("wrk met wrong answers: {text}");
    }
    let find = |read: &dyn Fn(&str) -> Option<f64>, what: &str| {
        text.lines().find_map(|line| read(line.trim())).with_context(|| format!("wrk told no {what}: {text}"))
    };
    Ok(Told {
        rate: find(&|line| line.strip_prefix("Requests/sec:")?.trim().parse().ok(), "rate")?,
        p99: find(&|line| microseconds(line.strip_prefix("99%")?.trim()), "p99")?,
        requests: find(&|line| line.split_once(" requests in ")?.0.parse().ok(), "number of requests")?,
    })
}

fn microseconds(text: &str) -> Option<f64> {
    let units = [("us", 1.0), ("ms", 1e3), ("s", 1e6), ("m", 6e7)];
    units.iter().find_map(|(unit, factor)| Some(text.strip_suffix(unit)?.parse::<f64>().ok()? * factor))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "Running 3s test @ http://127.0.0.1:1/hello\n  Thread Stats   Avg      Stdev     Max   +/- Stdev\n\
        \u{20}   Latency   569.00us    1.00ms  10.00ms   99.00%\n  Latency Distribution\n     50%  556.00us\n     99%    1.70ms\n\
        \u{20} 301234 requests in 3.00s, 50.00MB read\nRequests/sec: 100411.33\nTransfer/sec:     16.00MB\n";

    #[test]
    fn wrk_is_understood() {
        let wanted = Told { rate: 100_411.33, p99: 1700.0, requests: 301_234.0 };
        assert_eq!(told(TEXT).expect("it is whole"), wanted);
    }

    #[test]
    fn wrong_answers_and_missing_figures_are_errors() {
        assert!(told(&format!("{TEXT}  Non-2xx or 3xx responses: 5\n")).is_err());
        assert!(told(&format!("{TEXT}  Socket errors: connect 0, read 1\n")).is_err());
        assert!(told(&TEXT.replace("99%    1.70ms", "")).is_err());
    }

    #[test]
    fn units_are_read() {
        let all = ["12.50us", "1.70ms", "2.00s", "1.50m", "x"].map(microseconds);
        assert_eq!(all, [Some(12.5), Some(1700.0), Some(2e6), Some(9e7), None]);
    }
}
