//! What is written, what is read, and what is refused.

#![allow(clippy::unwrap_used, reason = "a test")]

use super::*;
use proptest::prelude::*;

fn map(pairs: &[(&str, Data)]) -> Data {
    Data::Map(pairs.iter().map(|(key, value)| ((*key).into(), value.clone())).collect())
}

#[test]
fn keys_are_in_order_and_strings_in_the_old_forms() {
    let long = "x".repeat(40);
    let data = map(&[("b", Data::text(&*long)), ("a", Data::Bytes(b"\xff".as_slice().into()))]);
    let mut expected = vec![0x82, 0xa1, b'a', 0xa1, 0xff, 0xa1, b'b', 0xda, 0, 40];
    expected.extend_from_slice(long.as_bytes());
    assert_eq!(encode(&data, 1).unwrap(), expected);
    let longer = encode(&Data::from("x".repeat(70_000)), 0).unwrap();
    assert_eq!(longer[..5], [0xdb, 0, 1, 0x11, 0x70]);
}

#[test]
fn newer_forms_are_read_too() {
    for (bytes, expected) in [
        (&b"\xd9\x02hi"[..], Data::text("hi")),
        (b"\xc4\x02hi", Data::text("hi")),
        (b"\xc5\x00\x01\xff", Data::Bytes(b"\xff".as_slice().into())),
        (b"\xcf\xff\xff\xff\xff\xff\xff\xff\xff", Data::Float(18_446_744_073_709_551_615.0)),
        (b"\xca\x3f\x80\x00\x00", Data::Float(1.0)),
        (b"\xd3\xff\xff\xff\xff\xff\xff\xff\xfe", Data::Int(-2)),
        (b"\x82\x01\xa1a\xc3\xa1b", map(&[("1", Data::text("a")), ("true", Data::text("b"))])),
    ] {
        assert_eq!(decode(bytes, 1).unwrap(), expected, "{bytes:x?}");
    }
}

#[test]
fn what_cannot_be_is_refused_before_it_takes_memory() {
    for (bytes, why) in [
        (&b""[..], "ends early"),
        (b"\xc0\xc0", "1 bytes follow"),
        (b"\xdd\xff\xff\xff\xff", "a list of 4294967295 items does not fit"),
        (b"\xdf\xff\xff\xff\xff", "a map of 4294967295 pairs does not fit"),
        (b"\xdb\xff\xff\xff\xff", "ends early"),
        (b"\xc6\xff\xff\xff\xff", "ends early"),
        (b"\x82\xa1a\x01\xa1a\x02", "the key \"a\" twice"),
        (b"\x81\xc0\x01", "no key of a map"),
        (b"\x81\xa1\xff\x01", "a key is not UTF-8"),
        (b"\xd4\x01\x00", "has no place here"),
        (b"\xc1", "has no place here"),
    ] {
        let error = decode(bytes, 4).unwrap_err().to_string();
        assert!(error.contains(why), "{bytes:x?}: {error}");
    }
    let deep = [&[0x91; 200][..], &[0xc0]].concat();
    assert!(decode(&deep, 199).unwrap_err().to_string().contains("nested too deep"));
    assert!(decode(&deep, 200).is_ok());
    let many = [&b"\xdd\x00\x60\x00\x00"[..], &vec![0xc0; 0x60_0000]].concat();
    assert!(decode(&many, 1).unwrap_err().to_string().contains("does not fit"));
    // Maps take the most memory for their bytes, so they count for several values.
    let maps = |count: usize| [&[0xdd][..], &(count as u32).to_be_bytes(), &vec![0x80; count]].concat();
    assert!(decode(&maps(200_000), 2).is_ok());
    assert!(decode(&maps(300_000), 2).unwrap_err().to_string().contains("a map of 0 pairs does not fit"));
    let nested: Vec<u8> = std::iter::repeat_n([0x92, 0xc0], 100).flatten().collect();
    assert!(decode(&nested, 20).is_err());
}

#[test]
fn deep_data_is_not_written() {
    let deep = (0..9).fold(Data::Null, |inner, _| Data::List(vec![inner]));
    assert!(encode(&deep, 8).unwrap_err().to_string().contains("nested too deep"));
    assert!(encode(&deep, 9).is_ok());
}

proptest! {
    #[test]
    fn what_was_written_is_read_again(data in crate::json::tests::any_data()) {
        let bytes = encode(&data, 130).unwrap();
        let read = decode(&bytes, 130).unwrap();
        prop_assert_eq!(encode(&read, 130).unwrap(), bytes);
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        if let Ok(data) = decode(&bytes, 130) {
            prop_assert!(encode(&data, 130).is_ok());
        }
    }
}
