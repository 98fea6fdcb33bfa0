//! The table from every payload to every format.

use crate::{json, yaml};
use bytes::Bytes;
use infra_base::{Data, Error, Format, Kind, Map, Payload, Result};

/// `payload` in format `to`.
///
/// | to | gives |
/// |---|---|
/// | Json, Yaml | the encoded value; a text or bytes payload becomes a string, an error its map |
/// | Text | strings as they are, scalars printed, tables as JSON, an error its message |
/// | Bytes | strings as they are, encoded payloads as they are, everything else as JSON |
/// | Lua, Host | plain data; a value of an engine and an error pass as they are |
/// | Error | an error payload as it is, a text as an error without kind, a map with `message` as the error it describes |
/// | MsgPack | not built yet: `Invalid` |
///
/// What is in the asked format already passes unchanged. Malformed bytes are `Internal` (empty ones `Invalid`).
pub fn transcode(payload: Payload, to: Format) -> Result<Payload> {
    if let Payload::Encoded(from, _) = &payload
        && *from == to
        && to != Format::Error
    {
        return Ok(payload);
    }
    match to {
        Format::MsgPack => Err(not_built()),
        Format::Lua | Format::Host => match payload {
            Payload::Error(_) | Payload::Portable(_) => Ok(payload),
            other => to_data(other).map(Payload::Data),
        },
        Format::Error => match payload {
            Payload::Error(_) => Ok(payload),
            other => to_data(other).and_then(error_from).map(Payload::Error),
        },
        Format::Json => Ok(encoded(to, json::encode(&to_data(payload)?))),
        Format::Yaml => Ok(encoded(to, yaml::encode(&to_data(payload)?).into_bytes())),
        Format::Text => text(payload).map(|bytes| Payload::Encoded(to, bytes)),
        Format::Bytes => match payload {
            Payload::Encoded(_, bytes) => Ok(Payload::Encoded(to, bytes)),
            other => text(other).map(|bytes| Payload::Encoded(to, bytes)),
        },
    }
}

/// The value of a payload as plain data. An error becomes a map `{message, kind, retryable, details}`.
pub fn to_data(payload: Payload) -> Result<Data> {
    match payload {
        Payload::Data(data) => Ok(data),
        Payload::Portable(value) => value.to_data(),
        Payload::Error(error) => Ok(error_map(&error)),
        Payload::Encoded(format, bytes) => match format {
            Format::Json => json::decode(&bytes),
            Format::Yaml => yaml::decode(utf8(&bytes, format)?),
            Format::Text | Format::Bytes => Ok(string(bytes)),
            Format::MsgPack => Err(not_built()),
            Format::Lua | Format::Host | Format::Error => {
                Err(Error::invalid(format!("bytes can't be of format {}", format.as_str())))
            }
        },
    }
}

fn encoded(format: Format, bytes: Vec<u8>) -> Payload {
    Payload::Encoded(format, bytes.into())
}

fn not_built() -> Error {
    Error::invalid("format application/msgpack is not built yet")
}

/// Lua knows one type of string: UTF-8 is text, the rest bytes.
fn string(bytes: Bytes) -> Data {
    match std::str::from_utf8(&bytes) {
        Ok(text) => Data::text(text),
        Err(_) => Data::Bytes(bytes),
    }
}

fn utf8(bytes: &[u8], format: Format) -> Result<&str> {
    std::str::from_utf8(bytes).map_err(|e| {
        Error::internal(format!("malformed {}: not UTF-8 at byte {}", format.as_str(), e.valid_up_to()))
    })
}

fn text(payload: Payload) -> Result<Bytes> {
    if let Payload::Error(error) = &payload {
        return Ok(Bytes::copy_from_slice(error.message().as_bytes()));
    }
    Ok(match to_data(payload)? {
        Data::Text(text) => Bytes::from(text.into_string()),
        Data::Bytes(bytes) => bytes,
        Data::Null => Bytes::new(),
        other => json::encode(&other).into(),
    })
}

fn error_map(error: &Error) -> Data {
    let mut map = Map::default();
    map.insert("message".into(), error.message().into());
    map.insert("kind".into(), error.kind_text().into());
    if let Some(retryable) = error.retryable() {
        map.insert("retryable".into(), retryable.into());
    }
    if let Some(details) = error.details() {
        map.insert("details".into(), details.clone());
    }
    Data::Map(map)
}

fn error_from(data: Data) -> Result<Error> {
    match &data {
        Data::Text(text) => Ok(Error::new(Kind::Unknown, &**text)),
        Data::Map(map) if matches!(map.get("message"), Some(Data::Text(_))) => {
            let message = map.get("message").and_then(Data::as_str).unwrap_or_default();
            let kind = map.get("kind").and_then(Data::as_str).unwrap_or_default();
            let error = match Kind::parse(kind) {
                Some(kind) => Error::new(kind, message),
                None => Error::new(Kind::Unknown, message).with_label(kind),
            };
            let retryable = match map.get("retryable") {
                Some(Data::Bool(v)) => Some(*v),
                _ => None,
            };
            let error = error.with_retryable(retryable);
            Ok(match map.get("details") {
                Some(details @ Data::Map(_)) => error.with_details(details.clone()),
                _ => error,
            })
        }
        other => Err(Error::invalid(format!(
            "this can't become an error: text, or map with a message, expected; it is of type {}",
            other.type_name()
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Value;

    impl infra_base::Portable for Value {
        fn size(&self) -> usize {
            8
        }
        fn to_data(&self) -> Result<Data> {
            Ok(Data::Int(7))
        }
        fn as_any(&self) -> &dyn std::any::Any {
            self
        }
        fn as_any_mut(&mut self) -> &mut dyn std::any::Any {
            self
        }
        fn share(&self) -> Box<dyn infra_base::Portable> {
            Box::new(Value)
        }
    }

    fn sources() -> Vec<(&'static str, Payload)> {
        let bytes =
            |format, text: &'static str| Payload::Encoded(format, Bytes::from_static(text.as_bytes()));
        let mut sources: Vec<(&str, Payload)> = Format::ALL
            .into_iter()
            .map(|format| {
                let text = if matches!(format, Format::Json | Format::Yaml) { "{\"a\": 1}" } else { "hi" };
                (format.as_str(), bytes(format, text))
            })
            .collect();
        sources.push(("data", Payload::Data(json::decode(br#"{"a":[1,"x"]}"#).unwrap())));
        sources.push(("value", Payload::Portable(Box::new(Value))));
        let error = Error::not_found("no row").with_details(json::decode(br#"{"id":3}"#).unwrap());
        sources.push(("error", Payload::Error(error)));
        sources
    }

    #[test]
    fn every_source_to_every_format() {
        let mut table = String::new();
        for (name, payload) in sources() {
            for to in Format::ALL {
                let result = match transcode(payload.clone(), to) {
                    Ok(Payload::Encoded(format, bytes)) => {
                        format!("{} {:?}", format.as_str(), String::from_utf8_lossy(&bytes))
                    }
                    Ok(other) => format!("{other:?}"),
                    Err(error) => format!("! {error:?}"),
                };
                table.push_str(&format!("{name} > {}: {result}\n", to.as_str()));
            }
        }
        expect_test::expect_file!["transcode/table.txt"].assert_eq(&table);
    }

    #[test]
    fn an_error_survives_the_way_through_data() {
        let error = Error::new(Kind::Unknown, "no").with_label("UNAUTHORIZED").with_retryable(Some(true));
        let there = transcode(Payload::Error(error), Format::Json).unwrap();
        let Payload::Error(back) = transcode(there, Format::Error).unwrap() else { panic!("not an error") };
        assert_eq!((back.message(), back.kind_text(), back.retryable()), ("no", "UNAUTHORIZED", Some(true)));
    }

    #[test]
    fn bytes_stay_bytes() {
        let raw = Bytes::from_static(b"\xff\x00");
        let data = to_data(Payload::Encoded(Format::Bytes, raw.clone())).unwrap();
        assert_eq!(data, Data::Bytes(raw));
    }
}
