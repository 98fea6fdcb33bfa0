//! Row `boot.hello`: from the start of the binary to the line that says that the node serves.

use super::child::{Running, output};
use super::contest::{Contestant, Run, contest};
use super::figure::{Bound, Figure, Row};
use super::{Plan, peers, progress};
use anyhow::Result;
use std::process::Command;
use std::time::{Duration, Instant};

const ID: &str = "boot.hello";
const LIMIT: Duration = Duration::from_secs(20);
const BOUND: Bound = Bound::AtMost(60.0);

pub(crate) fn rows(plan: &Plan) -> Result<Vec<Row>> {
    if !plan.wants(ID) {
        return Ok(Vec::new());
    }
    progress(ID);
    let app = plan.root.join("examples/hello");
    let ours = match plan.application()? {
        Err(why) => Contestant::Out(Figure::NotYet(why.clone())),
        Ok(_) if !app.is_dir() => Contestant::Out(Figure::NotYet("there is no examples/hello yet".into())),
        Ok(wippy) => Contestant::new(move || {
            let start = Instant::now();
            let mut node = Running::start(Command::new(wippy).arg("-C").arg(&app).arg("run"))?;
            node.line(LIMIT, |line| line.contains("runtime ready"))?;
            Ok(run(start))
        }),
    };
    let erlang = match peers::program(plan, "erl") {
        Err(absent) => Contestant::Out(absent),
        Ok(_) => Contestant::new(|| {
            let start = Instant::now();
            output(Command::new("erl").args(["-noshell", "-eval", "erlang:halt(0)."]), LIMIT)?;
            Ok(run(start))
        }),
    };
    let [ours, erlang] = contest(plan, [ours, erlang]);
    let row = Row::new(ID, "ms", ours.figure("ms")).peer("BEAM, empty, with its end", erlang.figure("ms"));
    Ok(vec![row.bounds(&[BOUND])])
}

fn run(start: Instant) -> Run {
    let seconds = start.elapsed().as_secs_f64();
    Run { values: vec![("ms".into(), seconds * 1e3)], seconds }
}
