//! Rows `pause.*`: the longest hold of a worker by one process, whatever its program does.

use super::child::output;
use super::figure::{Bound, Figure, Row, Samples};
use super::{Plan, progress};
use anyhow::{Context, Result};
use std::process::Command;
use std::time::Duration;

/// Microseconds of processor time.
const BOUND: Bound = Bound::AtMost(1000.0);
const LIMIT: Duration = Duration::from_secs(600);

pub(crate) fn rows(plan: &Plan) -> Result<Vec<Row>> {
    let cases = plan.root.join("bench/pauses.lua");
    let cases =
        std::fs::read_to_string(&cases).with_context(|| format!("cannot read {}", cases.display()))?;
    let names = cases.lines().filter_map(|line| line.strip_prefix("--- "));
    let wanted: Vec<_> = names.map(|name| (name, id(name))).filter(|(_, id)| plan.wants(id)).collect();
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let built = plan.build(&["-p", "lua-std", "--example", "pauses"])?;
    let program = built.join("examples/pauses");
    let measured = wanted.into_iter().map(|(name, id)| {
        progress(&id);
        // Each slice is the least of the runs, so that what disturbs the machine does not count.
        let mut command = Command::new(&program);
        command.args(["--one", name]).env("RUNS", plan.runs.to_string());
        let figure = match longest(&mut command) {
            Ok(micros) => Figure::Measured(Samples::one(micros)),
            Err(error) => Figure::Failed(format!("{error:#}")),
        };
        Row::new(id, "us", figure).bounds(&[BOUND])
    });
    Ok(measured.collect())
}

fn id(name: &str) -> String {
    let word = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { ' ' };
    let words: String = name.replace(',', "").chars().map(word).collect();
    format!("pause.{}", words.split_whitespace().collect::<Vec<_>>().join("_"))
}

fn longest(command: &mut Command) -> Result<f64> {
    let text = output(command, LIMIT)?;
    text.trim().parse().with_context(|| format!("it printed no number: {text}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_one_word() {
        assert_eq!(id("array of 10 M"), "pause.array_of_10_m");
        assert_eq!(id("message: 500,000 text keys"), "pause.message_500000_text_keys");
        assert_eq!(id("format %q"), "pause.format_q");
    }
}
