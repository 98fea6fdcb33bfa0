//! Rows `memory.*`: resident bytes of one idle process among a hundred thousand.

use super::child::{Running, output};
use super::contest::{Contestant, Run, contest};
use super::figure::{Bound, Figure, Row};
use super::{Plan, peers, progress};
use anyhow::{Context, Result};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

/// Rows and the entries that they hold: a small worker, and one of 150 lines with three libraries.
const ROWS: [(&str, &str, Bound); 2] = [
    ("memory.idle", "idle", Bound::AtMost(3.0 * 1024.0)),
    ("memory.worker", "worker", Bound::AtMost(3.0 * 1024.0)),
];
const LIMIT: Duration = Duration::from_secs(180);

pub(crate) fn rows(plan: &Plan) -> Result<Vec<Row>> {
    let wanted = ROWS.into_iter().filter(|(id, ..)| plan.wants(id));
    wanted.map(|(id, entry, bound)| row(plan, id, entry, bound)).collect()
}

fn row(plan: &Plan, id: &'static str, entry: &'static str, bound: Bound) -> Result<Row> {
    progress(id);
    let number = if plan.smoke { 1_000 } else { 100_000 };
    let app = plan.root.join("bench/app");
    let ours = match plan.application()? {
        Err(why) => Contestant::Out(Figure::NotYet(why.clone())),
        Ok(wippy) => Contestant::new(move || {
            let start = Instant::now();
            let empty = resident(wippy, &app, 0, entry)?;
            let each = (resident(wippy, &app, number, entry)? - empty) / f64::from(number);
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
    let row = Row::new(id, "B/process", ours.figure("bytes")).peer("BEAM", beam.figure("bytes"));
    Ok(row.bounds(&[bound]))
}

/// Memory of a node that holds `number` idle processes of an entry.
fn resident(wippy: &Path, app: &Path, number: u32, entry: &str) -> Result<f64> {
    let mut command = Command::new(wippy);
    command.arg("-C").arg(app).args(["run", "hold", &number.to_string(), "600", entry]);
    let mut node = Running::start(&mut command)?;
    node.line(LIMIT, |line| line.starts_with("READY"))?;
    node.memory()
}
