//! `process.send`.

use super::{destination, done, exposed};
use core_relay::Sent;
use core_sched::{Control, Message, Topic};
use infra_base::{Error, Pid, Result};
use lua_api::{Cx, Guest, NativeResult, Peer, Raise, Val, args_to_payloads};
use std::sync::Arc;
use std::time::Duration;
use sys_process::{Processes, send_to};

/// How long a send waits for room on the way to another node or a service.
const LIMIT: Duration = Duration::from_secs(5);

pub(super) fn send(cx: &mut Cx<'_>) -> NativeResult {
    let (to, topic) = (cx.arg(0), cx.check_str(1)?);
    let to = match Peer::known(cx, to, |peer| peer.control.clone()).flatten() {
        Some(control) => To::Neighbour(control),
        None => match find(cx, to)? {
            Ok(pid) => To::Pid(pid),
            Err(error) => return cx.fail(error),
        },
    };
    if topic.is_empty() {
        return cx.fail(Error::invalid("process: a topic expected, got an empty text"));
    }
    let topic = Topic::from(topic);
    let payloads = match args_to_payloads(cx, 2) {
        Ok(payloads) => payloads,
        Err(error) => return cx.fail(error),
    };
    let message = Message { from: Some(exposed(cx)?), topic, payloads };
    match to {
        To::Neighbour(control) => done(cx, send_to(&control, message)),
        To::Pid(pid) => match cx.service::<Processes>()?.send(pid, message, LIMIT) {
            Sent::Done(result) => done(cx, result),
            Sent::Waiting(waiting) => cx.wait_for(waiting, done),
        },
    }
}

/// Where a message goes.
enum To {
    /// A process of this node that was written to before.
    Neighbour(Arc<Control>),
    /// Anybody.
    Pid(Pid),
}

/// The process that a text names. One of this node is remembered with its mailbox, unless a name led to it: a name may
/// change hands.
fn find<'cx>(cx: &mut Cx<'cx>, to: Val<'cx>) -> Result<Result<Pid>, Raise> {
    let pid = match destination(cx, 0)? {
        Ok(pid) => pid,
        Err(error) => return Ok(Err(error)),
    };
    if to.as_bytes().is_some_and(|text| text.starts_with(b"{")) {
        let processes: Arc<Processes> = cx.service()?;
        let control = processes.topology().find(pid);
        Peer::remember(cx, to, pid, control);
    }
    Ok(Ok(pid))
}
