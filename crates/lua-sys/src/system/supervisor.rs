//! `system.supervisor`: states of services.

use super::{text, wall};
use infra_base::{EntryId, Error};
use lua_api::{Cx, Group, Guest, NativeResult, Raise, Table};
use sys_services::{Services, Status};

pub(super) fn group() -> Group {
    Group::new("supervisor", "Services and their states.")
        .func(
            "state(id: string): (ServiceState?, error?)",
            "The state of a service; NotFound for an entry without one.",
            state,
        )
        .func("states(): ({ServiceState}?, error?)", "The states of all services, by id.", states)
}

/// `system.supervisor.state(id)`
fn state(cx: &mut Cx<'_>) -> NativeResult {
    let name = cx.check_str(0)?;
    let id = match EntryId::parse(name) {
        Ok(id) => id,
        Err(error) => return cx.fail(Error::from(error).context("system")),
    };
    match cx.service::<Services>()?.status(&id) {
        Some(status) => {
            let row = row(cx, &status)?;
            cx.ret(row)
        }
        None => cx.fail(Error::not_found(format!("system: there is no service {id}"))),
    }
}

/// `system.supervisor.states()`
fn states(cx: &mut Cx<'_>) -> NativeResult {
    let all = cx.service::<Services>()?.all();
    let list = cx.table(all.len(), 0);
    for (i, status) in all.iter().enumerate() {
        let row = row(cx, status)?;
        cx.set_int(list, i as i64 + 1, row)?;
    }
    cx.ret(list)
}

fn row<'cx>(cx: &mut Cx<'cx>, status: &Status) -> Result<Table<'cx>, Raise> {
    let clock = cx.at().system.clock.clone();
    let row = cx.table(0, 7);
    text(cx, row, "id", status.id.as_str())?;
    text(cx, row, "status", status.state.as_str())?;
    text(cx, row, "desired", if status.desired { "running" } else { "stopped" })?;
    cx.set_field(row, "retry_count", i64::from(status.retries))?;
    cx.set_field(row, "last_update", wall(&clock, status.updated))?;
    // A service that never ran has no start, and 0 says so.
    cx.set_field(row, "started_at", status.started.map_or(0, |started| wall(&clock, started)))?;
    if let Some(error) = &status.error {
        text(cx, row, "details", error.message())?;
    }
    Ok(row)
}
