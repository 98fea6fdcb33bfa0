//! Row `crowd.delivery`: a hundred thousand processes that write to each other.

use super::child::output;
use super::contest::NotYet;
use super::figure::{Bound, Figure, Row, Samples};
use super::{Plan, progress};
use anyhow::{Context, Result, bail};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

const ID: &str = "crowd.delivery";
const LIMIT: Duration = Duration::from_secs(300);
/// Milliseconds at p99.
const BOUND: Bound = Bound::AtMost(5.0);

/// One run of a minute: some millions of deliveries are behind its p99.
pub(crate) fn rows(plan: &Plan) -> Result<Vec<Row>> {
    if !plan.wants(ID) {
        return Ok(Vec::new());
    }
    progress("crowd");
    let (number, seconds) = if plan.smoke { (1_000, 2) } else { (100_000, 60) };
    let figure = match plan.application()? {
        Err(why) => Figure::NotYet(why.clone()),
        Ok(wippy) => match measure(wippy, &plan.root.join("bench/app"), number, seconds) {
            Ok(p99) => Figure::Measured(Samples::one(p99)),
            Err(error) => match error.downcast_ref::<NotYet>() {
                Some(NotYet(why)) => Figure::NotYet(why.clone()),
                None => Figure::Failed(format!("{error:#}")),
            },
        },
    };
    Ok(vec![Row::new(ID, "ms, p99", figure).bounds(&[BOUND])])
}

/// The p99 in milliseconds; a crowd that loses messages has failed.
fn measure(wippy: &Path, app: &Path, number: u64, seconds: u64) -> Result<f64> {
    let mut command = Command::new(wippy);
    command.arg("-C").arg(app).args(["run", "crowd", &number.to_string(), &seconds.to_string()]);
    let text = output(&mut command, LIMIT)?;
    let line = text.lines().find(|line| line.starts_with("crowd\t")).context("it printed no `crowd`")?;
    let fields: Vec<f64> = line.split('\t').skip(1).map(str::parse).collect::<Result<_, _>>()?;
    let [got, _, p99, _, sent, _] = fields[..] else { bail!("`{line}` has not six figures") };
    if sent != (number * seconds) as f64 || got < sent * 0.99 {
        bail!("{got} of {sent} messages came: the crowd did not hold");
    }
    Ok(p99)
}
