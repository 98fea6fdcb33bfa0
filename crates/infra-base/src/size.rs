//! Sizes of memory as text: `512`, `64K`, `1.5G`, `2GB`, `3TiB`.

/// Bytes of a text: a number above 0, then K, M, G or T or nothing, then `B` or `iB` or nothing, in any case; all are powers of 1024.
pub fn parse_size(text: &str) -> Option<usize> {
    let text = text.trim().to_ascii_lowercase();
    let number_end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(number_end);
    let power = match unit.trim_start() {
        "" | "b" => 0,
        "k" | "kb" | "kib" => 10,
        "m" | "mb" | "mib" => 20,
        "g" | "gb" | "gib" => 30,
        "t" | "tb" | "tib" => 40,
        _ => return None,
    };
    let bytes = number.parse::<f64>().ok()? * 2f64.powi(power);
    (bytes >= 1.0 && bytes < 2f64.powi(62)).then_some(bytes as usize)
}

/// A size exactly, in the largest unit that divides it: `256 MiB`, `100 bytes`.
pub fn size_text(bytes: usize) -> String {
    let units = [(40, "TiB"), (30, "GiB"), (20, "MiB"), (10, "KiB")];
    let fits = |power: u32| bytes.trailing_zeros() >= power;
    match units.into_iter().find(|(power, _)| bytes > 0 && fits(*power)) {
        Some((power, unit)) => format!("{} {unit}", bytes >> power),
        None => format!("{bytes} bytes"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_suffixes() {
        let cases = [("512", 512), ("512B", 512), ("64k", 64 << 10), ("512M", 512 << 20), ("1.5g", 3 << 29)];
        for (text, expected) in
            cases.into_iter().chain([("2GB", 2 << 30), ("3 TiB", 3 << 40), ("1MiB", 1 << 20)])
        {
            assert_eq!(parse_size(text), Some(expected), "{text}");
        }
        for text in ["", "M", "-1", "0", "1X", "1MiBs", "1e3", "nan", "1..2", "9999999T"] {
            assert_eq!(parse_size(text), None, "{text}");
        }
    }

    #[test]
    fn texts_are_exact() {
        let cases = [(0, "0 bytes"), (100_000, "100000 bytes"), (3 << 29, "1536 MiB"), (1 << 42, "4 TiB")];
        for (bytes, expected) in cases {
            assert_eq!(size_text(bytes), expected);
        }
        assert_eq!(parse_size(&size_text(5 << 10)), Some(5 << 10));
    }
}
