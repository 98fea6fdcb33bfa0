//! Row `cpu.preemption`: our interpreter in slices beside the same without fuel.

use super::contest::{Contestant, contest};
use super::cpu::{CASES, mean, time};
use super::figure::{Bound, Figure, Row};
use super::{Plan, progress};
use crate::dist;
use anyhow::Result;
use std::path::{Path, PathBuf};
use std::process::Command;

const ID: &str = "cpu.preemption";
/// Fuel of a slice of 75 us.
const SLICE: &str = "30000";
const BOUND: Bound = Bound::RatioAtMost(1.03);
const UNMETERED: &[&str] = &["--features", "unmetered"];

pub(crate) fn rows(plan: &Plan) -> Result<Vec<Row>> {
    if !plan.wants(ID) {
        return Ok(Vec::new());
    }
    // Without training: what it counts in one of the two would not fit the other.
    let metered = if plan.smoke {
        match plan.engine()? {
            Ok(path) => path.clone(),
            Err(why) => return Ok(vec![Row::new(ID, "s", Figure::NotYet(why.clone()))]),
        }
    } else {
        engine(plan, &plan.target, &[])?
    };
    // With the test profile the row only shows that it runs.
    let free =
        if plan.smoke { metered.clone() } else { engine(plan, &plan.scratch.join("unmetered"), UNMETERED)? };
    let (mut sliced, mut endless) = (Vec::new(), Vec::new());
    for case in CASES {
        progress(&format!("{ID} {case}"));
        let script = plan.root.join("bench/peers/lua_cpu.lua");
        let side = |program: &PathBuf| {
            let (program, script) = (program.clone(), script.clone());
            Contestant::new(move || {
                time(Command::new(&program).arg(&script).arg(case).env("LUARUN_FUEL", SLICE))
            })
        };
        let [a, b] = contest(plan, [side(&metered), side(&free)]);
        sliced.push(a.figure("s"));
        endless.push(b.figure("s"));
    }
    let row = Row::new(ID, "s", mean(sliced.iter())).peer("without fuel", mean(endless.iter()));
    Ok(vec![row.bounds(&[BOUND])])
}

/// The interpreter, in a folder of its own.
fn engine(plan: &Plan, folder: &Path, features: &[&str]) -> Result<PathBuf> {
    let what = [dist::ENGINE, features].concat();
    Ok(plan.build_plain(folder, "release", &what)?.join("examples/luarun"))
}
