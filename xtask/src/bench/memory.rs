//! Row `memory.idle`: resident bytes of one idle process among a hundred thousand.

use super::child::{Running, output};
use super::contest::{Contestant, Run, contest};
use super::figure::{Bound, Figure, Row};
use super::{Plan, peers, progress};
use anyhow::{Context, Result};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

const ID: &str = "memory.idle";
const LIMIT: Duration = Duration::from_secs(180);
/// 12 KB, without program images.
const BOUND: Bound = Bound::AtMost(12.0 * 1024.0);

pub(crate) fn rows(plan: &Plan) -> Result<Vec<Row>> {
    if !plan.wants(ID) {
        return Ok(Vec::new());
    }
    progress(ID);
    let number = if plan.smoke { 1_000 } else { 100_000 };
    let app = plan.root.join("bench/app");
    let ours = match plan.application()? {
        Err(why) => Contestant::Out(Figure::NotYet(why.clone())),
        Ok(wippy) => Contestant::new(move || {
            let start = Instant::now();
            let empty = resident(wippy, &app, 0)?;
            let each = (resident(wippy, &app, number)? - empty) / f64::from(number);
            Ok(Run { values: vec![("bytes".into(), each)], seconds: start.elapsed().as_secs_f64() })
        }),
    };
    let beam = match peers::beam(plan) {
        Err(absent) => Contestant::Out(absent),
        Ok(command) => Contestant::new(move || {
            let start = Instant::now();
            let text = output(&mut command("stay_100k"), LIMIT)?;
            let line =
                text.lines().find_map(|line| line.strip_prefix("mem_rss_100k\t")).context("no mem_rss")?;
            let bytes = line.split('\t').next().unwrap_or_default().parse()?;
            Ok(Run { values: vec![("bytes".into(), bytes)], seconds: start.elapsed().as_secs_f64() })
        }),
    };
    let [ours, beam] = contest(plan, [ours, beam]);
    let row = Row::new(ID, "B/process", ours.figure("bytes")).peer("BEAM", beam.figure("bytes"));
    Ok(vec![row.bounds(&[BOUND])])
}

/// Memory of a node that holds `number` idle processes.
fn resident(wippy: &Path, app: &Path, number: u32) -> Result<f64> {
    let mut command = Command::new(wippy);
    command.arg("-C").arg(app).args(["run", "hold", &number.to_string(), "600"]);
    let mut node = Running::start(&mut command)?;
    node.line(LIMIT, |line| line.starts_with("READY"))?;
    node.memory()
}
