//! Row `types.check`: lines that the checker reads and checks in a second, on one core.

use super::child::output;
use super::contest::{Contestant, Run, contest};
use super::figure::{Bound, Row};
use super::{Plan, progress};
use crate::dist;
use anyhow::{Context, Result};
use std::process::Command;
use std::time::Duration;

const ID: &str = "types.check";
const BOUND: Bound = Bound::AtLeast(100_000.0);
const LIMIT: Duration = Duration::from_secs(120);

pub(crate) fn rows(plan: &Plan) -> Result<Vec<Row>> {
    if !plan.wants(ID) {
        return Ok(Vec::new());
    }
    let built = plan.build(dist::CHECKER)?;
    progress(ID);
    let program = built.join("examples/check");
    let corpus = plan.root.join("crates/lua-types/tests/programs");
    let rounds = if plan.smoke { "1" } else { "100" };
    let [ours] = contest(
        plan,
        [Contestant::new(|| rate(Command::new(&program).args(["--rate", rounds]).arg(&corpus)))],
    );
    Ok(vec![Row::new(ID, "lines/s", ours.figure("lines/s")).bounds(&[BOUND])])
}

/// The program prints `lines<TAB>seconds`: lines, and seconds of parsing and checking them.
fn rate(command: &mut Command) -> Result<Run> {
    let text = output(command, LIMIT)?;
    let (lines, seconds) = text.trim().split_once('\t').with_context(|| format!("it printed: {text}"))?;
    let (lines, seconds): (f64, f64) = (lines.parse()?, seconds.parse()?);
    Ok(Run { values: vec![("lines/s".into(), lines / seconds)], seconds })
}
