//! `process.registry`: names of processes.

use super::{destination, exposed};
use infra_base::{Error, Kind, Pid};
use lua_api::{Const, Cx, Group, Guest, NativeResult, Num, Raise};
use sys_process::Processes;

pub(super) fn group() -> Group {
    Group::new("registry", "Names of processes.")
        .func(
            "register(name: string, pid?: string, scope?: integer): (boolean?, error?)",
            "Names a process, this one by default; the same again is fine, another owner is AlreadyExists.",
            register,
        )
        .func("lookup(name: string): (string?, error?)", "The PID behind a name.", lookup)
        .func(
            "unregister(name: string, scope?: integer): (boolean, error?)",
            "Gives a name up; false if another process has it.",
            unregister,
        )
        .value("LOCAL", Const::Int(0))
        .value("CONSISTENT", Const::Int(1))
        .value("EVENTUAL", Const::Int(2))
        .value("STRONG", Const::Int(3))
}

/// The scope in argument `i`. Without a cluster all scopes mean this node.
fn check_scope(cx: &mut Cx<'_>, i: usize) -> Result<Result<(), Error>, Raise> {
    if cx.arg(i).is_nil() {
        return Ok(Ok(()));
    }
    let scope = match cx.check_num(i)? {
        Num::Int(n) => n as f64,
        Num::Float(f) => f,
    };
    let known = [0.0, 1.0, 2.0, 3.0].contains(&scope);
    Ok(if known {
        Ok(())
    } else {
        Err(Error::invalid(format!("process: {scope} is no scope of names (0 to 3)")))
    })
}

fn register(cx: &mut Cx<'_>) -> NativeResult {
    let name = cx.check_str(0)?;
    let own = exposed(cx)?;
    let pid = if cx.arg(1).is_nil() { Ok(own) } else { destination(cx, 1)? };
    let scope = check_scope(cx, 2)?;
    let processes = cx.service::<Processes>()?;
    let result = scope.and(pid).and_then(|pid| processes.topology().register(name, pid));
    match result {
        Ok(()) => cx.ret(true),
        Err(error) => cx.fail(error),
    }
}

fn lookup(cx: &mut Cx<'_>) -> NativeResult {
    let name = cx.check_str(0)?;
    let found: Option<Pid> = cx.service::<Processes>()?.topology().lookup(name);
    match found {
        Some(pid) => cx.give_text(&pid.to_string()),
        None => cx.fail(
            Error::new(Kind::NotFound, format!("process: no process is named \"{name}\""))
                .with_retryable(Some(false)),
        ),
    }
}

fn unregister(cx: &mut Cx<'_>) -> NativeResult {
    let name = cx.check_str(0)?;
    if let Err(error) = check_scope(cx, 1)? {
        return cx.fail(error);
    }
    let own = exposed(cx)?;
    let given_up = cx.service::<Processes>()?.topology().unregister(name, own);
    cx.ret(given_up)
}
