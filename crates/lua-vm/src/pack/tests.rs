//! Tests of binary layouts.

use super::*;

fn element(format: &str) -> Element {
    let mut layout = Layout::new();
    let mut last = None;
    while let Some(element) = layout.next(format.as_bytes(), 0).unwrap() {
        last = Some(element);
    }
    last.unwrap()
}

fn int(format: &str, value: i64) -> Result<Vec<u8>, PackError> {
    let mut out = Vec::new();
    element(format).write_int(&mut out, value).map(|()| out)
}

#[test]
fn integers_go_both_ways() {
    assert_eq!(int("<i4", -2).unwrap(), b"\xfe\xff\xff\xff");
    assert_eq!(int(">i4", 1).unwrap(), b"\0\0\0\x01");
    assert_eq!(int("<i16", -1).unwrap(), [0xff; 16]);
    assert_eq!(int("<I16", -1).unwrap(), *b"\xff\xff\xff\xff\xff\xff\xff\xff\0\0\0\0\0\0\0\0");
    assert_eq!(int(">i3", -8_388_608).unwrap(), b"\x80\0\0");
    assert_eq!(int("b", 128), Err(PackError::Overflow));
    assert_eq!(int("b", -129), Err(PackError::Overflow));
    assert_eq!(int("B", 256), Err(PackError::UnsignedOverflow));
    assert_eq!(int("B", -1), Err(PackError::UnsignedOverflow));
    for format in ["<i1", ">i2", "<i3", ">i7", "<i8", ">i9", "<i16", "j", "l"] {
        for value in [0, 1, -1, 127, -128] {
            let e = element(format);
            assert_eq!(e.read_int(&int(format, value).unwrap()), Ok(value), "{format} {value}");
        }
    }
    for format in ["<i8", ">i12", "<I16", "J"] {
        for value in [i64::MIN, i64::MAX] {
            let e = element(format);
            assert_eq!(e.read_int(&int(format, value).unwrap()), Ok(value), "{format} {value}");
        }
    }
    assert_eq!(element("<i9").read_int(b"\0\0\0\0\0\0\0\0\x01"), Err(PackError::Wide(9)));
    assert_eq!(element("<i9").read_int(b"\0\0\0\0\0\0\0\x80\0"), Err(PackError::Wide(9)));
    assert_eq!(element("<I9").read_int(b"\0\0\0\0\0\0\0\x80\0"), Ok(i64::MIN));
    assert_eq!(element("I2").read_int(b"\xff\xff"), Ok(65535));
}

#[test]
fn floats_and_text() {
    let mut out = Vec::new();
    element(">d").write_float(&mut out, 1.0);
    element("<f").write_float(&mut out, -2.0);
    assert_eq!(out, b"\x3f\xf0\0\0\0\0\0\0\0\0\0\xc0");
    assert_eq!(element(">n").read_float(&out[..8]), 1.0);
    assert_eq!(element("<f").read_float(&out[8..]), -2.0);
    let mut out = Vec::new();
    element("<s2").write_len(&mut out, 3);
    element("c5").write_len(&mut out, 3);
    assert_eq!(out, b"\x03\0");
    for (format, size) in [("z", 4), ("<s2", 5), ("c5", 5)] {
        assert_eq!(element(format).text_size(3), Ok(size), "{format}");
    }
    assert_eq!(element("c1").text_size(2), Err(PackError::LongString));
    assert_eq!(element("s1").text_size(256), Err(PackError::StringLength));
}

fn size(format: &[u8]) -> Result<usize, PackError> {
    let (mut layout, mut total) = (Layout::new(), 0);
    while let Some(element) = layout.next(format, total)? {
        total = element.end(total)?;
    }
    Ok(total)
}

#[test]
fn sizes_and_alignment() {
    for (format, bytes) in [
        ("", 0),
        ("i4i8", 12),
        ("!8i4i8", 16),
        ("!i4i8", 16),
        ("!4i4i8", 12),
        ("!4 i1 !2 i4", 6),
        ("bXd", 1),
        ("!bXd", 8),
        ("<!4 b Xi4 i4 xx", 10),
        ("c0", 0),
        ("c10 b", 11),
        ("jnTLhH", 36),
    ] {
        assert_eq!(size(format.as_bytes()), Ok(bytes), "{format}");
    }
}

#[test]
fn refused_layouts() {
    for (format, text) in [
        ("y", "invalid format option 'y'"),
        ("i17", "integral size (17) out of limits [1,16]"),
        ("i0", "integral size (0) out of limits [1,16]"),
        ("!17", "integral size (17) out of limits [1,16]"),
        ("c", "missing size for format option 'c'"),
        ("X", "invalid next option for option 'X'"),
        ("Xc1", "invalid next option for option 'X'"),
        ("Xz", "invalid next option for option 'X'"),
        ("!4i3", "format asks for alignment not power of 2"),
        ("s", "variable-size format in packsize"),
        ("z", "variable-size format in packsize"),
        ("c2147483647c1", "format result too large"),
        ("c99999999999999999999999", "format result too large"),
    ] {
        assert_eq!(size(format.as_bytes()).unwrap_err().to_string(), text, "{format}");
    }
}
