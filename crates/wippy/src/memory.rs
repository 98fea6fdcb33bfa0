//! The soft limit of memory: `--memory-limit`, else `GOMEMLIMIT`, else 1 GiB.

use infra_base::{Error, Result};

/// The limit in bytes. `Invalid` names the flag or variable and its value.
pub(crate) fn limit(flag: Option<&str>, variable: Option<&str>) -> Result<usize> {
    let (name, text) = match (flag, variable.map(str::trim).filter(|text| !text.is_empty())) {
        (Some(text), _) => ("--memory-limit", text),
        // Go's word for no limit.
        (None, Some("off")) => return Ok(usize::MAX),
        (None, Some(text)) => ("GOMEMLIMIT", text),
        (None, None) => return Ok(lua_engine::memory::DEFAULT_LIMIT),
    };
    bytes(text).ok_or_else(|| {
        Error::invalid(format!(
            "{name}: `{text}` is no size, write a number of bytes or one with K, M, G or T: 512M"
        ))
    })
}

/// `512`, `512B`, `64K`, `1.5G`, `2GB`, `3TiB`, in any case; all are powers of 1024.
fn bytes(text: &str) -> Option<usize> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_suffixes() {
        let cases = [("512", 512), ("512B", 512), ("64k", 64 << 10), ("512M", 512 << 20), ("1.5g", 3 << 29)];
        for (text, expected) in
            cases.into_iter().chain([("2GB", 2 << 30), ("3 TiB", 3 << 40), ("1MiB", 1 << 20)])
        {
            assert_eq!(bytes(text), Some(expected), "{text}");
        }
        for text in ["", "M", "-1", "0", "1X", "1MiBs", "1e3", "nan", "1..2", "9999999T"] {
            assert_eq!(bytes(text), None, "{text}");
        }
    }

    #[test]
    fn the_flag_goes_before_the_variable_before_the_default() {
        assert_eq!(limit(Some("1M"), Some("2M")).ok(), Some(1 << 20));
        assert_eq!(limit(None, Some("2MiB")).ok(), Some(2 << 20));
        assert_eq!(limit(None, Some("off")).ok(), Some(usize::MAX));
        assert_eq!(limit(None, Some("")).ok(), Some(1 << 30));
        let error = limit(Some("much"), None).expect_err("no size");
        assert!(error.message().starts_with("--memory-limit: `much` is no size"), "{error}");
    }
}
