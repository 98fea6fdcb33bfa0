//! The mail half of `process`: inbox, events, listeners.

use super::{give_channel, inbox_of};
use infra_base::Error;
use lua_api::{Channel, Cx, Group, Guest, Mailroom, NativeResult};

pub(super) fn add(top: Group) -> Group {
    top.func("inbox(): Channel<Message>", "Messages that no listener claims; the same channel each time.", inbox)
        .func("events(): Channel<ProcessEvent>", "Lifecycle events; the same channel each time.", events)
        .func(
            "listen(topic: string, options?: {message?: boolean}): (Channel<any>, error?)",
            "Messages of one topic: payloads, or with `message` Message objects; the same channel for the same topic.",
            listen,
        )
        .func("unlisten(channel: Channel<any>): boolean", "Closes a listener; later messages of its topic go to the inbox.", unlisten)
}

fn inbox(cx: &mut Cx<'_>) -> NativeResult {
    give_channel(cx, inbox_of)
}

fn events(cx: &mut Cx<'_>) -> NativeResult {
    give_channel(cx, |cx| Mailroom::events(cx).val())
}

fn listen(cx: &mut Cx<'_>) -> NativeResult {
    let topic = cx.check_str(0)?;
    let messages = match cx.arg(1).as_table() {
        Some(options) => options.get_field("message").truthy(),
        None => false,
    };
    if topic.is_empty() || topic.starts_with('@') {
        let error = Error::invalid(format!(
            "process: topic \"{topic}\" cannot be listened to (a text that does not begin with @ expected)"
        ));
        return cx.fail(error);
    }
    give_channel(cx, |cx| Mailroom::listen(cx, topic, messages).val())
}

fn unlisten(cx: &mut Cx<'_>) -> NativeResult {
    let (object, channel) = cx.check_userdata_val::<Channel>(0)?;
    Mailroom::detach(cx, object);
    channel.close(cx.at());
    cx.ret(true)
}
