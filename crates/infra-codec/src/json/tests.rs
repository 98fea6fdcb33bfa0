//! JSON: numbers, duplicates, bounds, escapes, round trips.

use super::{decode, encode, encode_pretty};
use infra_base::{Data, Kind, Map};
use proptest::prelude::*;

fn text(data: &Data) -> String {
    String::from_utf8(encode(data)).unwrap()
}

#[test]
fn numbers_keep_integers_and_floats_apart() {
    for (json, expected) in [
        ("1", Data::Int(1)),
        ("-9223372036854775808", Data::Int(i64::MIN)),
        ("9007199254740993", Data::Int(9_007_199_254_740_993)),
        ("9223372036854775808", Data::Float(9_223_372_036_854_775_808.0)),
        ("123456789012345678901234567890", Data::Float(123_456_789_012_345_678_901_234_567_890.0)),
        ("1.0", Data::Float(1.0)),
        ("1e2", Data::Float(100.0)),
    ] {
        assert_eq!(decode(json.as_bytes()).unwrap(), expected, "{json}");
    }
    let printed =
        [1.0, -0.0, 0.1, 1e15, 1e20, 1e21, 1e-7, f64::NAN, f64::NEG_INFINITY].map(|v| text(&Data::Float(v)));
    assert_eq!(
        printed,
        ["1", "-0", "0.1", "1000000000000000", "100000000000000000000", "1e21", "1e-7", "null", "null"]
    );
}

#[test]
fn the_last_of_equal_keys_counts() {
    let data = decode(br#"{"a":1,"b":2,"a":3}"#).unwrap();
    assert_eq!(text(&data), r#"{"a":3,"b":2}"#);
}

#[test]
fn mistakes_are_classified_and_placed() {
    for (json, kind, says) in [
        ("", Kind::Invalid, "json is empty"),
        ("{} x", Kind::Internal, "malformed json: trailing characters at line 1 column 4"),
        ("[1,\n 2,]", Kind::Internal, "malformed json: trailing comma at line 2 column 4"),
        ("\"\\ud800\"", Kind::Internal, "malformed json: unexpected end of hex escape at line 1 column 8"),
        ("NaN", Kind::Internal, "malformed json: expected value at line 1 column 1"),
    ] {
        let error = decode(json.as_bytes()).unwrap_err();
        assert_eq!((error.kind(), error.message()), (kind, says), "{json}");
    }
    assert_eq!(decode(b"\"\xff\"").unwrap_err().kind(), Kind::Internal);
}

#[test]
fn depth_ends_at_the_limit() {
    let nested = |n: usize| format!("{}{}", "[".repeat(n), "]".repeat(n));
    assert!(decode(nested(Data::MAX_DEPTH).as_bytes()).is_ok());
    assert_eq!(decode(nested(Data::MAX_DEPTH + 1).as_bytes()).unwrap_err().kind(), Kind::Internal);
    assert_eq!(decode(nested(1_000_000).as_bytes()).unwrap_err().kind(), Kind::Internal);
}

#[test]
fn dangerous_characters_are_escaped() {
    let data = Data::text("<a> & \u{2028}\u{2029}\"\\\n\r\t\u{1}é\u{10ffff}");
    assert_eq!(
        text(&data),
        r#""\u003ca\u003e \u0026 \u2028\u2029\"\\\n\r\t\u0001é"#.to_owned() + "\u{10ffff}\""
    );
    assert_eq!(decode(&encode(&data)).unwrap(), data);
    assert_eq!(text(&Data::Bytes(bytes::Bytes::from_static(b"a\xffb"))), "\"a\u{fffd}b\"");
}

#[test]
fn plain_texts_are_those_that_stand_for_themselves() {
    for byte in 0..=255 {
        for bytes in [&[byte][..], b"", &[b'a', byte, b'b']] {
            let mut out = b"[".to_vec();
            let plain = super::write_plain(&mut out, bytes);
            let stands = bytes.iter().all(|b| (b' '..128).contains(b) && !b"\"\\<>&".contains(b));
            assert_eq!(plain, stands, "{bytes:?}");
            let written = if plain { [b"[\"", bytes, b"\""].concat() } else { b"[".to_vec() };
            assert_eq!(out, written);
        }
    }
}

#[test]
fn pretty_output_indents_and_keeps_empty_ones_short() {
    let data = decode(br#"{"a":[1,{"b":null}],"c":[],"d":{}}"#).unwrap();
    let expected =
        "{\n  \"a\": [\n    1,\n    {\n      \"b\": null\n    }\n  ],\n  \"c\": [],\n  \"d\": {}\n}";
    assert_eq!(String::from_utf8(encode_pretty(&data)).unwrap(), expected);
}

pub(crate) fn any_data() -> impl Strategy<Value = Data> {
    let leaf = prop_oneof![
        Just(Data::Null),
        any::<bool>().prop_map(Data::Bool),
        any::<i64>().prop_map(Data::Int),
        any::<f64>()
            .prop_filter("stays a float", |v| v.is_finite() && v.fract() != 0.0)
            .prop_map(Data::Float),
        any::<String>().prop_map(Data::from),
    ];
    leaf.prop_recursive(5, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Data::List),
            prop::collection::vec((any::<String>(), inner), 0..6).prop_map(|pairs| {
                Data::Map(pairs.into_iter().map(|(k, v)| (k.into_boxed_str(), v)).collect::<Map>())
            }),
        ]
    })
}

proptest! {
    #[test]
    fn what_is_encoded_decodes_to_the_same(data in any_data()) {
        for bytes in [encode(&data), encode_pretty(&data)] {
            prop_assert_eq!(&decode(&bytes).unwrap(), &data);
        }
    }

    #[test]
    fn any_bytes_are_answered(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        let _ = decode(&bytes);
    }
}
