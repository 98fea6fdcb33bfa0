//! The soft limit of memory: `--memory-limit`, else `GOMEMLIMIT`, else 1 GiB.

use infra_base::{Error, Result, parse_size};

/// The limit in bytes. `Invalid` names the flag or variable and its value.
pub(crate) fn limit(flag: Option<&str>, variable: Option<&str>) -> Result<usize> {
    let (name, text) = match (flag, variable.map(str::trim).filter(|text| !text.is_empty())) {
        (Some(text), _) => ("--memory-limit", text),
        // Go's word for no limit.
        (None, Some("off")) => return Ok(usize::MAX),
        (None, Some(text)) => ("GOMEMLIMIT", text),
        (None, None) => return Ok(lua_engine::memory::DEFAULT_LIMIT),
    };
    parse_size(text).ok_or_else(|| {
        Error::invalid(format!(
            "{name}: `{text}` is no size, write a number of bytes or one with K, M, G or T: 512M"
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

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
