//! Process addresses: `{host|unique}` here, `{node@host|unique}` elsewhere.

use crate::Name;
use smallvec::SmallVec;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

/// Address of a process; sixteen bytes, copied freely, never reused while the node lives.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Pid {
    /// Empty = this node.
    pub node: Name,
    /// The host's entry id; for a call the function's id.
    pub host: Name,
    /// Drawn from one counter per node.
    pub unique: u64,
}

static NEXT: AtomicU64 = AtomicU64::new(1);

impl Pid {
    /// A fresh address on `host` of this node.
    pub fn draw(host: Name) -> Pid {
        Pid { node: Name::EMPTY, host, unique: NEXT.fetch_add(1, Ordering::Relaxed) }
    }

    /// Reads the text form. `None`: not a PID, or one that names a host or node that was never configured here.
    pub fn parse(text: &str) -> Option<Pid> {
        let (place, unique) = text.strip_prefix('{')?.strip_suffix('}')?.rsplit_once('|')?;
        let (node, host) = place.split_once('@').unwrap_or(("", place));
        let canonical = !unique.is_empty() && unique.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        let unique = canonical.then(|| u64::from_str_radix(unique, 16).ok())??;
        Some(Pid { node: Name::find(node)?, host: Name::find(host).filter(|h| *h != Name::EMPTY)?, unique })
    }
}

impl Pid {
    /// The bytes of the text form; what [`fmt::Display`] shows, without its machinery (every received message is asked for
    /// it).
    pub fn text(self) -> SmallVec<[u8; 64]> {
        let mut out = SmallVec::new();
        out.push(b'{');
        if self.node != Name::EMPTY {
            out.extend_from_slice(self.node.as_str().as_bytes());
            out.push(b'@');
        }
        out.extend_from_slice(self.host.as_str().as_bytes());
        let mut end = [b'}'; 18];
        end[0] = b'|';
        let digits = (64 - self.unique.leading_zeros()).div_ceil(4).max(1) as usize;
        for i in 0..digits {
            end[digits - i] = b"0123456789abcdef"[(self.unique >> (i * 4)) as usize & 15];
        }
        out.extend_from_slice(&end[..digits + 2]);
        out
    }
}

impl fmt::Display for Pid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(std::str::from_utf8(&self.text()).expect("names and digits are text"))
    }
}

impl fmt::Debug for Pid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_round_trip() {
        let pid = Pid::draw(Name::intern("app:host"));
        assert_eq!(Pid::parse(&pid.to_string()), Some(pid));
        let far = Pid { node: Name::intern("node-1"), ..pid };
        assert_eq!(Pid::parse(&far.to_string()), Some(far));
    }

    #[test]
    fn hostile_text_is_refused_and_not_interned() {
        for bad in [
            "",
            "{}",
            "{|}",
            "{|1}",
            "{app:nowhere-else|1}",
            "{app:host|}",
            "{app:host|x}",
            "{app:host|+1}",
            "app:host|1",
        ] {
            assert_eq!(Pid::parse(bad), None, "{bad}");
        }
        assert_eq!(Name::find("app:nowhere-else"), None);
    }
}
