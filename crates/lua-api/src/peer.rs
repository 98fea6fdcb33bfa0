//! Who a process talks to: text, address and mailbox, remembered for one at a time.
//!
//! An answer goes to whoever asked. So the PID that `msg:from()` gave out last, or that a message went to last, is kept
//! with its text and control block: giving it out again makes no string, sending to it reads no text and no table.

use crate::guest::Guest;
use core_sched::Control;
use infra_base::Pid;
use lua_vm::{Cx, Pin, Val};
use std::sync::Arc;

/// The process that was talked to last.
pub struct Peer {
    /// Its address.
    pub pid: Pid,
    text: Pin,
    /// Set by the first message to it, if it is a process of this node.
    pub control: Option<Arc<Control>>,
}

impl Peer {
    /// The text of a PID; the same string as last time if it was the last one.
    pub fn text_of<'cx>(cx: &mut Cx<'cx>, pid: Pid) -> Val<'cx> {
        if let Some(text) = lend(cx, |cx, peer| (peer.pid == pid).then(|| cx.pinned(&peer.text))) {
            return text;
        }
        let text = pid_text(cx, pid);
        Self::remember(cx, text, pid, None);
        text
    }

    /// Takes out the process that `text` names, if it was the last one and is a process of this node;
    /// [`put_back`](Self::put_back) it behind the use.
    #[inline]
    pub fn take_known<'cx>(cx: &mut Cx<'cx>, text: Val<'cx>) -> Option<Box<Peer>> {
        let peer = cx.at().peer.take_if(|peer| peer.control.is_some())?;
        if !cx.pinned(&peer.text).raw_eq(text) {
            Self::put_back(cx, peer);
            return None;
        }
        Some(peer)
    }

    /// Puts back what [`take_known`](Self::take_known) gave, when nothing else was remembered meanwhile.
    #[inline]
    pub fn put_back(cx: &mut Cx<'_>, peer: Box<Peer>) {
        cx.at().peer = Some(peer);
    }

    /// Remembers this one from now on.
    pub fn remember<'cx>(cx: &mut Cx<'cx>, text: Val<'cx>, pid: Pid, control: Option<Arc<Control>>) {
        let text = cx.pin(text);
        if let Some(before) = cx.at().peer.replace(Box::new(Peer { pid, text, control })) {
            cx.unpin(before.text);
        }
    }
}

/// The text of a PID.
pub fn pid_text<'cx>(cx: &mut Cx<'cx>, pid: Pid) -> Val<'cx> {
    cx.string(&pid.text())
}

/// Takes the peer out for the time of a look at it, since a pin is read through the same [`Cx`] that leads to it.
fn lend<'cx, R>(cx: &mut Cx<'cx>, f: impl FnOnce(&mut Cx<'cx>, &Peer) -> Option<R>) -> Option<R> {
    let peer = cx.at().peer.take()?;
    let found = f(cx, &peer);
    cx.at().peer = Some(peer);
    found
}
