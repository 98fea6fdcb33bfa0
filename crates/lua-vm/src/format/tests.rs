//! Tests of the conversions; the expected texts are what C's `printf` writes.

use super::*;

fn spec(text: &str) -> Spec {
    let (spec, end) = Spec::read(text.as_bytes(), 1).unwrap();
    assert_eq!(end, text.len());
    spec
}

#[track_caller]
fn int(format: &str, value: i64, expected: &str) {
    let mut out = Vec::new();
    spec(format).write_int(&mut out, value);
    assert_eq!(String::from_utf8_lossy(&out), expected, "{format} of {value}");
}

#[track_caller]
fn float(format: &str, value: f64, expected: &str) {
    let mut out = Vec::new();
    spec(format).write_float(&mut out, value);
    assert_eq!(String::from_utf8_lossy(&out), expected, "{format} of {value}");
}

#[test]
fn integers() {
    int("%d", -5, "-5");
    int("%i", i64::MIN, "-9223372036854775808");
    int("%.0d", 0, "");
    int("%#.0o", 0, "0");
    int("%#x", 0, "0");
    int("%#x", 255, "0xff");
    int("%#X", 255, "0XFF");
    int("%#o", 8, "010");
    int("%+d", 5, "+5");
    int("% d", 5, " 5");
    int("%05d", -3, "-0003");
    int("%-5d", 3, "3    ");
    int("%05.3d", 7, "  007");
    int("%-010.3d", 0, "000       ");
    int("%08x", 0xbeef, "0000beef");
    int("%#08x", 0xbeef, "0x00beef");
    int("%x", -1, "ffffffffffffffff");
    int("%u", -1, "18446744073709551615");
    int("%o", 8, "10");
    int("%c", 65, "A");
    int("%5c", 65, "    A");
    int("%-5c", 66, "B    ");
}

#[test]
fn fixed_and_exponent() {
    float("%5.1f", 2.25, "  2.2");
    float("%-10.3e", 12345.678, "1.235e+04 ");
    float("%+.0f", 2.5, "+2");
    float("%#.0f", 2.5, "2.");
    float("%08.2f", -1.5, "-0001.50");
    float("% f", 1.0, " 1.000000");
    float("%010f", f64::INFINITY, "       inf");
    float("%F", f64::NEG_INFINITY, "-INF");
    float("%f", f64::NAN, "nan");
    float("%f", -0.0, "-0.000000");
    float("%e", 0.0, "0.000000e+00");
    float("%.0e", 15.0, "2e+01");
    float("%#.0e", 15.0, "2.e+01");
    float("%E", 1e-300, "1.000000E-300");
    float("%.20f", 0.1, "0.10000000000000000555");
    float("%.3f", 2.0005, "2.001");
    float("%.0f", 1e22, "10000000000000000000000");
    let mut out = Vec::new();
    spec("%99.99f").write_float(&mut out, f64::MAX);
    assert_eq!(out.len(), 309 + 1 + 99);
}

#[test]
fn general() {
    float("%g", 100_000.0, "100000");
    float("%g", 1e6, "1e+06");
    float("%g", 1e-4, "0.0001");
    float("%g", 1e-5, "1e-05");
    float("%#g", 1.0, "1.00000");
    float("%.0g", 15.0, "2e+01");
    float("%.3g", 1234.0, "1.23e+03");
    float("%G", 1e-10, "1E-10");
    float("%g", 0.0, "0");
    float("%#g", 0.0, "0.00000");
    float("%.14g", std::f64::consts::PI, "3.1415926535898");
    float("%.17g", 0.1, "0.10000000000000001");
    float("%g", 999_999.5, "1e+06");
    float("%g", 0.5, "0.5");
    float("%10g|".trim_end_matches('|'), -1.5, "      -1.5");
}

#[test]
fn hexadecimal() {
    float("%a", 1.0, "0x1p+0");
    float("%a", 0.5, "0x1p-1");
    float("%a", 0.0, "0x0p+0");
    float("%.2a", 1.999, "0x2.00p+0");
    float("%.0a", 1.5, "0x2p+0");
    float("%A", 255.5, "0X1.FFP+7");
    float("%a", 5e-324, "0x0.0000000000001p-1022");
    float("%#.0a", 1.0, "0x1.p+0");
    float("%20a", 3.0, "            0x1.8p+1");
    float("%020a", 3.0, "0x0000000000001.8p+1");
    float("%-12a", 3.0, "0x1.8p+1    ");
    float("%.15a", 1.0, "0x1.000000000000000p+0");
}

#[test]
fn text_and_literals() {
    let mut out = Vec::new();
    spec("%5s").write_text(&mut out, b"ab");
    spec("%-5s").write_text(&mut out, b"ab");
    spec("%.2s").write_text(&mut out, b"abc");
    spec("%5.1s").write_text(&mut out, b"a\0c");
    assert_eq!(out, b"   abab   ab    a");
    let mut out = Vec::new();
    let text = b"a\n\x001\"\\\r\t\x7f9\xff";
    quote_part(&mut out, text, 0, 4);
    quote_part(&mut out, text, 4, text.len());
    assert_eq!(out, b"\"a\\\n\\0001\\\"\\\\\\13\\9\\1279\xff\"");
    let mut out = Vec::new();
    quote_int(&mut out, i64::MIN);
    quote_float(&mut out, 0.1);
    quote_float(&mut out, f64::NEG_INFINITY);
    quote_float(&mut out, f64::NAN);
    assert_eq!(out, b"0x80000000000000000x1.999999999999ap-4-1e9999(0/0)");
}

#[test]
fn refused_specifications() {
    for (text, error) in [
        ("%", FormatError::End),
        ("%10", FormatError::End),
        ("%10.", FormatError::End),
        ("%y", FormatError::Conversion(b'y')),
        ("%ld", FormatError::Conversion(b'l')),
        ("%*d", FormatError::Conversion(b'*')),
        ("%n", FormatError::Conversion(b'n')),
        ("%000000d", FormatError::Flags),
        ("%123d", FormatError::TooLong),
        ("%.123d", FormatError::TooLong),
    ] {
        assert_eq!(Spec::read(text.as_bytes(), 1), Err(error), "{text}");
    }
    assert_eq!(FormatError::Conversion(b'y').to_string(), "invalid option '%y' to 'format'");
}
