//! Where in a value something was found that cannot leave its process.

use crate::object::Str;
use crate::value::{self, Value};

/// `[2].callback`, built from the keys on the way.
#[derive(Default)]
pub(super) struct Path(String);

impl Path {
    /// # Safety
    /// A string is live.
    pub(super) unsafe fn add(&mut self, key: Value) {
        let path = &mut self.0;
        // SAFETY: the caller's promise.
        let text = (key.tag as u8 as u64 == value::STR).then(|| unsafe { Str::bytes(key.as_str()) });
        match text {
            Some(s) if !s.is_empty() && s.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'_') => {
                if !path.is_empty() {
                    path.push('.');
                }
                path.push_str(&String::from_utf8_lossy(s));
            }
            Some(s) => path.push_str(&format!("[{:?}]", String::from_utf8_lossy(s))),
            None if key.is_number() => path.push_str(&format!("[{}]", crate::coerce::number_text(key))),
            None => path.push_str(&format!("[{}]", key.type_name())),
        }
    }

    /// Levels are left out here.
    pub(super) fn skip(&mut self) {
        self.0.push('…');
    }

    /// The path in value `i` of `n`, from 1.
    pub(super) fn of_value(self, i: usize, n: usize) -> String {
        let path = self.0;
        match n {
            1 => path,
            _ if path.is_empty() => format!("value {i}"),
            _ => format!("value {i}: {path}"),
        }
    }
}
