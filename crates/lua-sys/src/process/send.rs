//! `process.send`.

use super::{destination, done, exposed};
use core_relay::Sent;
use core_sched::{Message, Topic};
use infra_base::{Error, Payloads, Pid, Result};
use lua_api::{Cx, Guest, NativeResult, Peer, Raise, Val, push_payloads};
use std::sync::Arc;
use std::time::Duration;
use sys_process::{Processes, send_to};

/// How long a send waits for room on the way to another node or a service.
const LIMIT: Duration = Duration::from_secs(5);

pub(super) fn send(cx: &mut Cx<'_>) -> NativeResult {
    let to = cx.arg(0);
    let Some(peer) = Peer::take_known(cx, to) else { return send_to_any(cx) };
    let sent = message(cx).map(|message| match (message, &peer.control) {
        (Ok(Some(message)), Some(control)) => Some(send_to(control, message)),
        (Ok(None), _) => None,
        (Err(error), _) => Some(Err(error)),
        (_, None) => Some(Err(Error::internal("a process without a mailbox was remembered"))),
    });
    Peer::put_back(cx, peer);
    match sent? {
        Some(result) => done(cx, result),
        None => cx.retry(),
    }
}

/// The same for a receiver who is not the last one that was written to.
#[inline(never)]
fn send_to_any(cx: &mut Cx<'_>) -> NativeResult {
    cx.check_str(1)?;
    let to = cx.arg(0);
    let pid = match find(cx, to)? {
        Ok(pid) => pid,
        Err(error) => return cx.fail(error),
    };
    let message = match message(cx)? {
        Ok(Some(message)) => message,
        Ok(None) => return cx.retry(),
        Err(error) => return cx.fail(error),
    };
    let held = message.size();
    match cx.service::<Processes>()?.send(pid, *message, LIMIT) {
        Sent::Done(result) => done(cx, result),
        Sent::Waiting(waiting) => cx.wait_holding(held, waiting, done),
    }
}

/// The message that the arguments behind the receiver make. `None`: one of them is large, and is copied before the process goes on.
#[inline]
fn message(cx: &mut Cx<'_>) -> Result<Result<Option<Box<Message>>>, Raise> {
    let topic = cx.check_str(1)?;
    if topic.is_empty() {
        return Ok(Err(Error::invalid("process: a topic expected, got an empty text")));
    }
    let topic = Topic::from(topic);
    let mut message = Box::new(Message { from: Some(exposed(cx)?), topic, payloads: Payloads::new() });
    Ok(push_payloads(cx, 2, &mut message.payloads).map(|whole| whole.then_some(message)))
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
