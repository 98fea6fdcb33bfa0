//! Ambient module `payload`: values in transit, and their formats.

use infra_base::{Error, Format, Kind, Payload, Result};
use lua_api::{
    Class, Const, Cx, Group, Guest, Module, NativeResult, Object, PayloadObject, Raise, SHORT_TEXT, Val,
    arg_to_payload, decode_top, from_json, payload_object, payload_object_as, payload_to_data,
    payload_to_val, plain_json, push_bytes, val_to_payload,
};

/// The global `payload`.
pub(crate) fn module() -> Module {
    let formats = Group::new("format", "Texts of the formats.")
        .value("JSON", Const::Text(Format::Json.as_str()))
        .value("YAML", Const::Text(Format::Yaml.as_str()))
        .value("STRING", Const::Text(Format::Text.as_str()))
        .value("GOLANG", Const::Text(Format::Host.as_str()))
        .value("LUA", Const::Text(Format::Lua.as_str()))
        .value("BYTES", Const::Text(Format::Bytes.as_str()))
        .value("MSGPACK", Const::Text(Format::MsgPack.as_str()))
        .value("ERROR", Const::Text(Format::Error.as_str()));
    let top = Group::new("payload", "Values in transit.")
        .func("new(value: any): (Payload, error?)", "Wraps a value.", new)
        .group(formats);
    let object = Object::new::<PayloadObject>("Payload", "A value in transit.")
        .method("data(): (any, error?)", "The value.", data)
        .method("get_format(): string", "Its format.", get_format)
        .method("transcode(format: string): (Payload?, error?)", "The same in another format.", transcode)
        .method("unmarshal(): (any, error?)", "The value, decoded from any format.", data);
    Module::new(&[Class::Encoding, Class::Deterministic], top).ambient().object(object)
}

/// `payload.new(value)`
fn new(cx: &mut Cx<'_>) -> NativeResult {
    match arg_to_payload(cx, 0) {
        Ok(None) => cx.retry(),
        Ok(Some(payload)) => {
            let object = payload_object(cx, payload);
            cx.ret(object)
        }
        Err(error) => cx.fail(error),
    }
}

/// `p:get_format()`
fn get_format(cx: &mut Cx<'_>) -> NativeResult {
    let format = cx.check_userdata::<PayloadObject>(0)?.format;
    cx.give_text(format.as_str())
}

/// `p:data()`: opened once, then kept.
fn data(cx: &mut Cx<'_>) -> NativeResult {
    let (object, this) = cx.check_userdata_val::<PayloadObject>(0)?;
    // What cannot be decoded stays as it is, so that the next call says so again.
    let taken = if this.format == Format::Lua { this.take() } else { this.unopened() };
    let Some(payload) = taken else {
        let known = object.slot(0);
        return cx.ret(known);
    };
    match payload {
        Payload::Encoded(Format::Json, bytes) if bytes.len() > SHORT_TEXT => {
            cx.set_len(1);
            push_bytes(cx, bytes, |cx| decode_top(cx, |cx| decoded(cx, keep)))
        }
        Payload::Encoded(Format::Text | Format::Bytes, bytes) if bytes.len() > SHORT_TEXT => {
            cx.set_len(1);
            push_bytes(cx, bytes, |cx| {
                let text = cx.slot(1);
                keep(cx, text)
            })
        }
        payload @ Payload::Encoded(Format::Yaml | Format::MsgPack, _) => {
            cx.set_len(1);
            transcoded(cx, payload, Format::Host, |cx, done| match done {
                Ok(data) => {
                    let value = payload_to_val(cx, data)?;
                    keep(cx, value)
                }
                Err(error) => cx.fail(error),
            })
        }
        payload => match open(cx, payload)? {
            Ok(value) => keep(cx, value),
            Err(error) => cx.fail(error),
        },
    }
}

/// The value of the payload in slot 0 is known.
fn keep<'cx>(cx: &mut Cx<'cx>, value: Val<'cx>) -> NativeResult {
    let (object, this) = cx.check_userdata_val::<PayloadObject>(0)?;
    // Another coroutine may have opened it meanwhile.
    if this.format != Format::Lua && this.take().is_none() {
        let known = object.slot(0);
        return cx.ret(known);
    }
    cx.weigh(object, 0);
    cx.set_userdata_slot(object, 0, value);
    cx.ret(value)
}

/// Behind [`decode_top`]: `then` gets the value; an error is returned behind nil.
fn decoded(cx: &mut Cx<'_>, then: for<'cx> fn(&mut Cx<'cx>, Val<'cx>) -> NativeResult) -> NativeResult {
    let (value, error) = (cx.result(0), cx.result(1));
    if !error.is_nil() {
        return cx.ret2(value, error);
    }
    then(cx, value)
}

/// `then` gets the payload in another format; a long one is transcoded beside the workers, and the coroutine waits.
fn transcoded(
    cx: &mut Cx<'_>,
    payload: Payload,
    format: Format,
    then: fn(&mut Cx<'_>, Result<Payload>) -> NativeResult,
) -> NativeResult {
    let workers = tokio::runtime::Handle::try_current().ok();
    let Some(workers) = workers.filter(|_| payload.size() > SHORT_TEXT && cx.at().may_wait) else {
        return then(cx, infra_codec::transcode(payload, format));
    };
    let held = payload.size();
    let work = workers.spawn_blocking(move || infra_codec::transcode(payload, format));
    let done = async move { work.await.unwrap_or_else(|e| Err(Error::internal(format!("transcode: {e}")))) };
    cx.wait_holding(held, done, then)
}

/// The value of a payload that is no YAML or MessagePack.
fn open<'cx>(cx: &mut Cx<'cx>, payload: Payload) -> Result<Result<Val<'cx>>, Raise> {
    match payload {
        Payload::Encoded(Format::Json, bytes) => from_json(cx, &bytes),
        other => Ok(Ok(payload_to_val(cx, other)?)),
    }
}

/// `p:transcode(format)`
fn transcode(cx: &mut Cx<'_>) -> NativeResult {
    cx.check_userdata::<PayloadObject>(0)?;
    let name = cx.check_str(1)?;
    let Some(format) = Format::parse(name) else {
        return cx.fail(Error::invalid(format!("payload: unknown format \"{name}\"")));
    };
    let payload = match arg_to_payload(cx, 0) {
        Ok(None) => return cx.retry(),
        Ok(Some(payload)) => payload,
        Err(error) => return give(cx, Err(error)),
    };
    if matches!(format, Format::Json | Format::Text | Format::Bytes) {
        let begun = plain_json(cx, &payload, format != Format::Json, |cx, text| {
            let format = asked(cx)?;
            give(cx, text.map(|text| Payload::Encoded(format, text)))
        });
        if let Some(begun) = begun {
            return begun;
        }
    }
    let done = match (payload, format) {
        (Payload::Encoded(Format::Json, bytes), Format::Lua) if bytes.len() > SHORT_TEXT => {
            cx.set_len(2);
            return push_bytes(cx, bytes, |cx| decode_top(cx, |cx| decoded(cx, copy_decoded)));
        }
        (payload @ Payload::Portable(_), Format::Lua) => Ok(payload),
        (payload @ Payload::Encoded(Format::Yaml | Format::MsgPack, _), Format::Lua) => {
            return transcoded(cx, payload, Format::Host, |cx, done| match done {
                Ok(data) => {
                    let value = payload_to_val(cx, data)?;
                    let copied = val_to_payload(cx, value);
                    give(cx, copied)
                }
                Err(error) => give(cx, Err(error)),
            });
        }
        (payload, Format::Lua) => match open(cx, payload)? {
            Ok(value) => val_to_payload(cx, value),
            Err(error) => Err(error),
        },
        (payload, Format::Host) => payload_to_data(payload).map(Payload::Data),
        (payload, _) => return transcoded(cx, payload, format, give),
    };
    give(cx, done)
}

/// The format that argument 1 names.
fn asked(cx: &mut Cx<'_>) -> Result<Format, Raise> {
    let name = cx.check_str(1)?;
    Ok(Format::parse(name).unwrap_or(Format::Lua))
}

/// A long text is decoded: its value takes the place of the payload, and is copied out.
fn copy_decoded<'cx>(cx: &mut Cx<'cx>, value: Val<'cx>) -> NativeResult {
    cx.set_slot(0, value);
    cx.set_len(2);
    copy_argument(cx)
}

fn copy_argument(cx: &mut Cx<'_>) -> NativeResult {
    match arg_to_payload(cx, 0) {
        Ok(None) => cx.again(copy_argument),
        Ok(Some(payload)) => give(cx, Ok(payload)),
        Err(error) => give(cx, Err(error)),
    }
}

/// Returns the payload in the format that was asked for.
fn give(cx: &mut Cx<'_>, done: Result<Payload>) -> NativeResult {
    let format = asked(cx)?;
    match done {
        Ok(payload) => {
            let result = payload_object_as(cx, payload, format);
            cx.ret(result)
        }
        Err(error) if error.kind() == Kind::Invalid => cx.fail(error),
        Err(error) => cx.fail(error.with_kind(Kind::Internal)),
    }
}
