//! Percent decoding of paths and query strings, without allocation when nothing is encoded.

use std::borrow::Cow;

/// Decodes `%XX`; `None` when an escape is cut short or not hexadecimal.
pub(crate) fn decode(text: &[u8]) -> Option<Cow<'_, [u8]>> {
    if !text.contains(&b'%') {
        return Some(Cow::Borrowed(text));
    }
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((byte, tail)) = rest.split_first() {
        rest = tail;
        if *byte == b'%' {
            let [high, low, tail @ ..] = rest else { return None };
            out.push(hex(*high)? << 4 | hex(*low)?);
            rest = tail;
        } else {
            out.push(*byte);
        }
    }
    Some(Cow::Owned(out))
}

/// Decodes a key or value of a query string or form: as [`decode`], and `+` is a space.
pub(crate) fn decode_form(text: &[u8]) -> Option<Cow<'_, [u8]>> {
    if !text.contains(&b'+') {
        return decode(text);
    }
    let spaced: Vec<u8> = text.iter().map(|b| if *b == b'+' { b' ' } else { *b }).collect();
    Some(Cow::Owned(decode(&spaced)?.into_owned()))
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).map(|d| d as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes() {
        assert_eq!(decode(b"a%2Fb%20c").as_deref(), Some(&b"a/b c"[..]));
        assert_eq!(decode_form(b"a+b%2B").as_deref(), Some(&b"a b+"[..]));
        assert!(matches!(decode(b"plain"), Some(Cow::Borrowed(_))));
        for bad in [&b"%"[..], b"%2", b"%zz", b"a%+1"] {
            assert_eq!(decode(bad), None);
        }
    }
}
