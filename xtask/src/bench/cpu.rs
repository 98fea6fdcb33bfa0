//! Rows `cpu.*`: our interpreter beside Lua 5.4, LuaJIT's interpreter and gopher-lua.

use super::child::output;
use super::contest::{Contestant, Outcome, Run, contest};
use super::figure::{Bound, Figure, Row, Samples};
use super::{Ours, Plan, peers, progress};
use anyhow::{Context, Result};
use std::process::Command;
use std::time::Duration;

pub(crate) const CASES: &[&str] =
    &["fib", "nbody", "spectral", "concat", "gsub", "sort", "method", "closure", "alloc"];
const CASE_BOUND: Bound = Bound::RatioAtMost(1.3);
const MEAN_BOUND: Bound = Bound::RatioAtMost(1.0);
const LIMIT: Duration = Duration::from_secs(120);
const PEERS: [&str; 3] = ["lua5.4", "luajit -joff", "gopher-lua"];

pub(crate) fn rows(plan: &Plan) -> Result<Vec<Row>> {
    let mean = plan.wants("cpu.mean");
    let wanted: Vec<&str> =
        CASES.iter().copied().filter(|case| mean || plan.wants(&format!("cpu.{case}"))).collect();
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let ours = plan.engine()?;
    let gopher = peers::gopher(plan);
    let mut rows = Vec::new();
    for case in wanted {
        progress(&format!("cpu.{case}"));
        rows.push(row(plan, case, ours, &gopher));
    }
    if mean {
        rows.push(mean_row(&rows));
    }
    rows.retain(|row| plan.wants(&row.id));
    Ok(rows)
}

fn row(plan: &Plan, case: &'static str, ours: &Ours, gopher: &peers::Peer<std::path::PathBuf>) -> Row {
    let script = plan.root.join("bench/peers/lua_cpu.lua");
    let side = |base: peers::Peer<(Command, Vec<&'static str>)>| match base {
        Err(out) => Contestant::Out(out),
        Ok((command, options)) => {
            let (program, script) = (command.get_program().to_owned(), script.clone());
            Contestant::new(move || time(Command::new(&program).args(&options).arg(&script).arg(case)))
        }
    };
    let engine = ours.as_ref().map_err(|why| Figure::NotYet(why.clone()));
    let [ours, lua, jit, gopher] = contest(
        plan,
        [
            side(engine.map(|path| (Command::new(path), vec![]))),
            side(peers::program(plan, "lua5.4").map(|command| (command, vec![]))),
            side(peers::program(plan, "luajit").map(|command| (command, vec!["-joff"]))),
            side(gopher.clone().map(|path| (Command::new(path), vec!["cpu"]))),
        ],
    );
    let seconds = |outcome: &Outcome| outcome.figure("s");
    let mut row = Row::new(format!("cpu.{case}"), "s", seconds(&ours));
    for (name, outcome) in PEERS.iter().zip([lua, jit, gopher]) {
        row = row.peer(*name, seconds(&outcome));
    }
    row.bounds(&[CASE_BOUND])
}

/// Every engine prints `case<TAB>seconds<TAB>s`, measured inside, without its start.
pub(crate) fn time(command: &mut Command) -> Result<Run> {
    let text = output(command, LIMIT)?;
    let seconds = text.lines().find_map(|line| line.split('\t').nth(1)?.parse::<f64>().ok());
    let seconds = seconds.with_context(|| format!("it printed no time: {text}"))?;
    Ok(Run { values: vec![("s".into(), seconds)], seconds })
}

/// The geometric mean of the cases; of an engine that lacks one, none.
fn mean_row(rows: &[Row]) -> Row {
    let mut row = Row::new("cpu.mean", "s", mean(rows.iter().map(|row| &row.ours)));
    for (at, name) in PEERS.iter().enumerate() {
        row = row.peer(*name, mean(rows.iter().map(|row| &row.peers[at].1)));
    }
    row.bounds(&[MEAN_BOUND])
}

pub(crate) fn mean<'a>(figures: impl Iterator<Item = &'a Figure>) -> Figure {
    let (mut logarithms, mut number) = (0.0, 0u32);
    for figure in figures {
        let Some(median) = figure.median() else {
            // A failure is counted once, at its own row.
            return match figure {
                Figure::Failed(why) => Figure::Absent(format!("a case failed: {why}")),
                other => other.clone(),
            };
        };
        logarithms += median.ln();
        number += 1;
    }
    Figure::Measured(Samples::one((logarithms / f64::from(number)).exp()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mean_is_geometric_and_needs_every_case() {
        let figure = |value: f64| Figure::Measured(Samples::one(value));
        let Figure::Measured(samples) = mean([figure(1.0), figure(4.0)].iter()) else {
            panic!("both were measured");
        };
        assert!((samples.median() - 2.0).abs() < 1e-9);
        assert_eq!(mean([figure(1.0), Figure::NotYet("x".into())].iter()), Figure::NotYet("x".into()));
    }
}
