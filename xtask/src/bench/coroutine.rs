//! Rows `coroutine.*`, and channels inside a process, beside the coroutines of Lua 5.4.

use super::actors::lines;
use super::child::output;
use super::contest::{Contestant, Run, contest};
use super::figure::{Bound, Figure, Row};
use super::{Plan, peers, progress};
use anyhow::{Context, Result};
use std::process::Command;
use std::time::Duration;

const LIMIT: Duration = Duration::from_secs(120);
const CASES: [&str; 2] = ["switch", "create"];
/// Of times: no slower than Lua 5.4.
const TIME: &[Bound] = &[Bound::RatioAtMost(1.0)];
/// Of rates: a value there and back through two channels, against one through `resume` and `yield`.
const CHANNEL: &[Bound] = &[Bound::RatioAtLeast(0.8)];

pub(crate) fn rows(plan: &Plan) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    for case in CASES.into_iter().filter(|case| plan.wants(&format!("coroutine.{case}"))) {
        progress(&format!("coroutine.{case}"));
        rows.push(times(plan, case)?);
    }
    if plan.wants("app.channel_pingpong") {
        progress("app channels");
        rows.push(channel(plan)?);
    }
    Ok(rows)
}

fn times(plan: &Plan, case: &'static str) -> Result<Row> {
    let ours = match plan.engine()? {
        Err(why) => Contestant::Out(Figure::NotYet(why.clone())),
        Ok(engine) => script(plan, Ok(Command::new(engine)), case),
    };
    let lua = script(plan, peers::program(plan, "lua5.4"), case);
    let [ours, lua] = contest(plan, [ours, lua]);
    Ok(Row::new(format!("coroutine.{case}"), "s", ours.figure(case))
        .peer("lua5.4", lua.figure(case))
        .bounds(TIME))
}

fn channel(plan: &Plan) -> Result<Row> {
    let app = plan.root.join("bench/app");
    let seconds = format!("for={}", plan.floor());
    let ours = match plan.application()? {
        Err(why) => Contestant::Out(Figure::NotYet(why.clone())),
        Ok(wippy) => Contestant::new(move || {
            let mut command = Command::new(wippy);
            command.arg("-C").arg(&app).args(["run", "bench", &seconds, "channels"]);
            lines(&output(&mut command, LIMIT)?)
        }),
    };
    let lua = script(plan, peers::program(plan, "lua5.4"), "switch");
    let [ours, lua] = contest(plan, [ours, lua]);
    let row = Row::new("app.channel_pingpong".to_owned(), "roundtrips/s", ours.figure("channel_pingpong"));
    Ok(row.peer("lua5.4 resume, yield", lua.figure("switch_rate")).bounds(CHANNEL))
}

/// One case of `peers/lua_coroutine.lua` in `program`.
fn script(plan: &Plan, program: peers::Peer<Command>, case: &'static str) -> Contestant<'static> {
    let script = plan.root.join("bench/peers/lua_coroutine.lua");
    match program {
        Err(absent) => Contestant::Out(absent),
        Ok(program) => {
            let program = program.get_program().to_owned();
            Contestant::new(move || {
                let text = output(Command::new(&program).arg(&script).arg(case), LIMIT)?;
                let mut run: Run = lines(&text)?;
                run.seconds =
                    run.values.first().map(|(_, seconds)| *seconds).context("it printed no time")?;
                Ok(run)
            })
        }
    }
}
