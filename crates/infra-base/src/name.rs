//! Interned text: node and host names, four bytes each.

use parking_lot::RwLock;
use rustc_hash::FxHashMap;
use std::cell::Cell;
use std::fmt;
use std::sync::LazyLock;

/// An interned text; comparing two compares a number.
///
/// Interned text lives as long as the node, so only what configuration names is interned (hosts, nodes, function
/// ids); text from messages is only looked up with [`Name::find`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Name(u32);

#[derive(Default)]
struct Table {
    texts: Vec<&'static str>,
    ids: FxHashMap<&'static str, u32>,
}

static TABLE: LazyLock<RwLock<Table>> =
    LazyLock::new(|| RwLock::new(Table { texts: vec![""], ids: FxHashMap::from_iter([("", 0)]) }));

thread_local! {
    /// The name that this thread read or wrote last: addresses of one host come in a row.
    static LAST: Cell<(&'static str, Name)> = const { Cell::new(("", Name(0))) };
}

impl Name {
    /// The empty text; as a node it means "this node".
    pub const EMPTY: Name = Name(0);

    /// Interns `text`.
    pub fn intern(text: &str) -> Name {
        if let Some(found) = Self::find(text) {
            return found;
        }
        let mut table = TABLE.write();
        if let Some(id) = table.ids.get(text) {
            return Name(*id);
        }
        let id = u32::try_from(table.texts.len()).expect("fewer than 2^32 names are configured");
        let text: &'static str = Box::leak(text.into());
        table.texts.push(text);
        table.ids.insert(text, id);
        Name(id)
    }

    /// The name of `text`, if somebody interned it.
    pub fn find(text: &str) -> Option<Name> {
        let (last, name) = LAST.get();
        if last == text {
            return Some(name);
        }
        if text.is_empty() {
            return Some(Name::EMPTY);
        }
        let (text, id) = TABLE.read().ids.get_key_value(text).map(|(text, id)| (*text, *id))?;
        LAST.set((text, Name(id)));
        Some(Name(id))
    }

    /// Its text.
    pub fn as_str(self) -> &'static str {
        let (text, last) = LAST.get();
        if last == self {
            return text;
        }
        if self == Name::EMPTY {
            return "";
        }
        let text = TABLE.read().texts[self.0 as usize];
        LAST.set((text, self));
        text
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}
