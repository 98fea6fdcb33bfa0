//! Ambient module `payload`: values in transit, and their formats.

use infra_base::{Error, Format, Kind, Payload, Result};
use lua_api::{
    Class, Const, Cx, Group, Guest, Module, NativeResult, Object, PayloadObject, Raise, Val, arg_to_payload,
    from_json, payload_object, payload_object_as, payload_to_data, payload_to_val, val_to_payload,
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
    match open(cx, payload)? {
        Ok(value) => {
            this.take();
            cx.weigh(object, 0);
            cx.set_userdata_slot(object, 0, value);
            cx.ret(value)
        }
        Err(error) => cx.fail(error),
    }
}

/// The value of a payload, whatever its format.
fn open<'cx>(cx: &mut Cx<'cx>, payload: Payload) -> Result<Result<Val<'cx>>, Raise> {
    match payload {
        Payload::Encoded(Format::Json, bytes) => from_json(cx, &bytes),
        Payload::Encoded(Format::Yaml | Format::MsgPack, _) => {
            match infra_codec::transcode(payload, Format::Host) {
                Ok(decoded) => Ok(Ok(payload_to_val(cx, decoded)?)),
                Err(error) => Ok(Err(error)),
            }
        }
        other => Ok(Ok(payload_to_val(cx, other)?)),
    }
}

/// `p:transcode(format)`
fn transcode(cx: &mut Cx<'_>) -> NativeResult {
    let (object, this) = cx.check_userdata_val::<PayloadObject>(0)?;
    let name = cx.check_str(1)?;
    let Some(format) = Format::parse(name) else {
        return cx.fail(Error::invalid(format!("payload: unknown format \"{name}\"")));
    };
    let current = match this.unopened() {
        Some(payload) => Ok(payload),
        None => {
            let opened = object.slot(0);
            val_to_payload(cx, opened)
        }
    };
    let done = match (current, format) {
        (Ok(payload @ Payload::Portable(_)), Format::Lua) => Ok(payload),
        (Ok(payload), Format::Lua) => match open(cx, payload)? {
            Ok(value) => val_to_payload(cx, value),
            Err(error) => Err(error),
        },
        (Ok(payload), Format::Host) => payload_to_data(payload).map(Payload::Data),
        (Ok(payload), _) => infra_codec::transcode(payload, format),
        (Err(error), _) => Err(error),
    };
    match done {
        Ok(payload) => {
            let result = payload_object_as(cx, payload, format);
            cx.ret(result)
        }
        Err(error) if error.kind() == Kind::Invalid => cx.fail(error),
        Err(error) => cx.fail(error.with_kind(Kind::Internal)),
    }
}
