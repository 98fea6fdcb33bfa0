//! Rows `images.*`: our machine on an image beside itself without, where code lives on shared state.

use super::child::output;
use super::contest::{Contestant, Outcome, Run, contest};
use super::figure::{Bound, Row};
use super::{Plan, progress};
use crate::dist;
use anyhow::{Context, Result};
use std::process::Command;
use std::time::Duration;

/// Cases of `bench/peers/images.lua`, and rounds for about half a second.
pub(crate) const CASES: &[(&str, u32)] = &[
    ("methods", 4_000_000),
    ("inherited", 5_000_000),
    ("operators", 3_000_000),
    ("bodies", 250_000),
    ("lookups", 20_000_000),
    ("sieve", 2_000_000),
    ("fib", 36),
    ("globals", 6_000_000),
    ("cells", 20_000_000),
    ("strings", 6_000_000),
];
/// Of the seconds without an image.
const BOUND: Bound = Bound::RatioAtMost(1.05);
const LIMIT: Duration = Duration::from_secs(120);
const PEER: &str = "without image";

pub(crate) fn rows(plan: &Plan) -> Result<Vec<Row>> {
    let wanted: Vec<_> = CASES.iter().filter(|(case, _)| plan.wants(&format!("images.{case}"))).collect();
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let built = plan.build(dist::IMAGES)?;
    let program = built.join("examples/images");
    let script = plan.root.join("bench/peers/images.lua");
    let mut rows = Vec::new();
    for (case, rounds) in wanted {
        progress(&format!("images.{case}"));
        let rounds = if plan.smoke { 16 } else { *rounds }.to_string();
        let side = |mode: &'static str| {
            let (program, script, rounds) = (&program, &script, &rounds);
            Contestant::new(move || {
                time(Command::new(program).arg(mode).arg(script).args([case, rounds.as_str()]))
            })
        };
        let [image, fresh] = contest(plan, [side("image"), side("fresh")]);
        let seconds = |outcome: &Outcome| outcome.figure("s");
        let row = Row::new(format!("images.{case}"), "s", seconds(&image)).peer(PEER, seconds(&fresh));
        rows.push(row.bounds(&[BOUND]));
    }
    Ok(rows)
}

/// The program prints `mode<TAB>case<TAB>result<TAB>seconds`: processor time of the case alone.
fn time(command: &mut Command) -> Result<Run> {
    let text = output(command, LIMIT)?;
    let seconds = text.lines().find_map(|line| line.split('\t').nth(3)?.parse::<f64>().ok());
    let seconds = seconds.with_context(|| format!("it printed no time: {text}"))?;
    Ok(Run { values: vec![("s".into(), seconds)], seconds })
}
