//! Tests of reading and writing numbers.

use super::*;

fn float(x: f64) -> String {
    let mut out = Vec::new();
    write_float(&mut out, x);
    String::from_utf8(out).unwrap()
}

#[test]
fn integers_read_as_integers() {
    for (text, value) in [
        ("0", 0),
        ("  42\n", 42),
        ("-7", -7),
        ("+7", 7),
        ("0010", 10),
        ("9223372036854775807", i64::MAX),
        ("-9223372036854775808", i64::MIN),
        ("0x10", 16),
        ("-0X1f", -31),
        ("0xffffffffffffffff", -1),
        ("0x1ffffffffffffffff", -1),
        ("-0x8000000000000000", i64::MIN),
    ] {
        assert_eq!(parse(text.as_bytes()), Some(Number::Int(value)), "{text}");
    }
}

#[test]
fn floats_read_as_floats() {
    for (text, value) in [
        ("1e3", 1000.0),
        ("1.", 1.0),
        (".5", 0.5),
        ("5.e-1", 0.5),
        ("9223372036854775808", 9_223_372_036_854_775_808.0),
        ("1e400", f64::INFINITY),
        ("0x.8", 0.5),
        ("0x1p4", 16.0),
        ("0xA.8p1", 21.0),
        ("-0x1p-1074", -5e-324),
        ("0x1p-1075", 0.0),
        ("0x1.8p-1074", 1e-323),
        ("0x1.fffffffffffff7p0", 1.999_999_999_999_999_8),
        ("0x1.fffffffffffff8p0", 2.0),
        ("0x1.00000000000008000000000000000001p0", 1.000_000_000_000_000_2),
        ("0x1p99999999999999999999", f64::INFINITY),
        ("0x1p-99999999999999999999", 0.0),
        ("0x0p99999", 0.0),
        ("0x1p1023", 8.98846567431158e307),
        ("0x1p1024", f64::INFINITY),
        ("0x1p-1022", f64::MIN_POSITIVE),
    ] {
        assert_eq!(parse(text.as_bytes()), Some(Number::Float(value)), "{text}");
    }
}

#[test]
fn other_text_is_no_number() {
    for text in [
        "", " ", "-", "+-1", "- 1", "0x", "0xg", "0x.", "0x1p", "0x1p+", "1e", "e1", ".", "1 2", "inf",
        "nan", "infinity", "-inf", "1_000", "1f", "0x1.2.3", "1..2", "\u{a0}1", "1\0",
    ] {
        assert_eq!(parse(text.as_bytes()), None, "{text}");
    }
}

#[test]
fn bases_read_and_wrap() {
    assert_eq!(parse_base(b" ff ", 16), Some(255));
    assert_eq!(parse_base(b"-Zz", 36), Some(-1295));
    assert_eq!(parse_base(b"8", 8), None);
    assert_eq!(parse_base(b"", 10), None);
    assert_eq!(parse_base(b"- 1", 10), None);
    assert_eq!(parse_base(b"1.0", 10), None);
    assert_eq!(parse_base(b"1ffffffffffffffff", 16), Some(-1));
}

#[test]
fn floats_write_short_and_read_back() {
    for (value, text) in [
        (3.0, "3"),
        (-0.0, "-0"),
        (0.1, "0.1"),
        (-2.5, "-2.5"),
        (1e15, "1000000000000000"),
        (1e20, "100000000000000000000"),
        (1e21, "1e+21"),
        (1.5e300, "1.5e+300"),
        (0.0001, "0.0001"),
        (0.00001, "1e-05"),
        (1.25e-7, "1.25e-07"),
        (5e-324, "5e-324"),
        (123_456.789, "123456.789"),
        (1.0 / 3.0, "0.3333333333333333"),
        (9_007_199_254_740_993.0, "9007199254740992"),
        (f64::MAX, "1.7976931348623157e+308"),
        (f64::INFINITY, "inf"),
        (f64::NEG_INFINITY, "-inf"),
        (f64::NAN, "nan"),
        (-f64::NAN, "nan"),
    ] {
        assert_eq!(float(value), text);
    }
}

#[test]
fn integers_write_all_lengths() {
    let mut value = 1i64;
    for _ in 0..19 {
        for v in [value, -value, value - 1, i64::MIN, i64::MAX] {
            let mut out = Vec::new();
            write_int(&mut out, v);
            assert_eq!(out, v.to_string().as_bytes());
        }
        value = value.wrapping_mul(10);
    }
}

#[test]
fn frexp_and_ldexp_are_inverse() {
    for x in [1.0, -0.75, 3.5e300, 5e-324, f64::MAX, 1e-310, -2.0] {
        let (m, e) = frexp(x);
        assert!((0.5..1.0).contains(&m.abs()), "{x} -> {m}");
        assert_eq!(ldexp(m, e), x);
    }
    assert_eq!(frexp(0.0), (0.0, 0));
    assert_eq!(ldexp(1.0, 1024), f64::INFINITY);
    assert_eq!(ldexp(1.0, i64::MIN), 0.0);
    assert_eq!(ldexp(f64::MAX, -2098), 5e-324);
}

#[test]
fn exact_integers_only() {
    assert_eq!(float_to_int(3.0), Some(3));
    assert_eq!(float_to_int(-9_223_372_036_854_775_808.0), Some(i64::MIN));
    for x in [3.5, 9_223_372_036_854_775_808.0, f64::NAN, f64::INFINITY, -1e300] {
        assert_eq!(float_to_int(x), None);
    }
}
