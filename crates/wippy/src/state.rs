//! Where things lie that outlive a run: compiled code, and the key that it is kept under.

use infra_config::{CacheAccess, CodeCache};
use lua_engine::CacheOptions;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// The cache of compiled code that the configuration in `base` asks for.
pub(crate) fn cache_of(cache: &CodeCache, base: &Path) -> CacheOptions {
    CacheOptions {
        dir: cache.dir.clone(),
        write: cache.access == CacheAccess::ReadWrite,
        code: cache.code,
        types: cache.types,
        state: dir(|name| std::env::var_os(name)),
        application: vec![PathBuf::from("."), base.to_path_buf()],
    }
}

/// This user's state: `XDG_STATE_HOME`, else `.local/state` of `HOME`; absolute, or it counts as not set.
fn dir(env: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    let absolute = |name| env(name).map(PathBuf::from).filter(|dir| dir.is_absolute());
    absolute("XDG_STATE_HOME").or_else(|| Some(absolute("HOME")?.join(".local/state")))
}

/// This user's cache: `XDG_CACHE_HOME`, else `.cache` of `HOME`; absolute, or it counts as not set.
pub(crate) fn cache_dir(env: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    let absolute = |name| env(name).map(PathBuf::from).filter(|dir| dir.is_absolute());
    absolute("XDG_CACHE_HOME").or_else(|| Some(absolute("HOME")?.join(".cache")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_state_lies_where_the_user_says() {
        let dir = |xdg: &'static str, home: &'static str| {
            dir(|name| match name {
                "XDG_STATE_HOME" => Some(xdg.into()),
                "HOME" => (!home.is_empty()).then(|| home.into()),
                _ => None,
            })
        };
        assert_eq!(dir("/state", "/home/u"), Some("/state".into()));
        assert_eq!(dir("", "/home/u"), Some("/home/u/.local/state".into()));
        assert_eq!(dir("state", "/home/u"), Some("/home/u/.local/state".into()));
        assert_eq!(dir("", "home"), None);
        assert_eq!(dir("", ""), None);
    }
}
