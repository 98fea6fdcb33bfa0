//! Plain data: the tree that every format and every edge agrees on.

use crate::Salted;
use indexmap::IndexMap;

/// A string-keyed map that keeps insertion order.
pub type Map = IndexMap<Box<str>, Data, Salted>;

/// A plain value. Whoever builds one bounds its depth (128), so walking it by recursion is safe.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Data {
    /// nil, null
    #[default]
    Null,
    /// true, false
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// Every other number.
    Float(f64),
    /// UTF-8 text.
    Text(Box<str>),
    /// Anything else that Lua calls a string.
    Bytes(bytes::Bytes),
    /// An array; holes are `Null`.
    List(Vec<Data>),
    /// A table with text keys.
    Map(Map),
}

impl Data {
    /// Deepest nesting that any codec or copy accepts.
    pub const MAX_DEPTH: usize = 128;

    /// A text value.
    pub fn text(text: impl Into<Box<str>>) -> Data {
        Data::Text(text.into())
    }

    /// The text, if it is one.
    pub fn as_str(&self) -> Option<&str> {
        if let Data::Text(s) = self { Some(s) } else { None }
    }

    /// The map, if it is one.
    pub fn as_map(&self) -> Option<&Map> {
        if let Data::Map(m) = self { Some(m) } else { None }
    }

    /// The list, if it is one.
    pub fn as_list(&self) -> Option<&[Data]> {
        if let Data::List(l) = self { Some(l) } else { None }
    }

    /// Follows `keys` through nested maps.
    pub fn get(&self, keys: &[&str]) -> Option<&Data> {
        keys.iter().try_fold(self, |at, key| at.as_map()?.get(*key))
    }

    /// What a message names it: `nil boolean integer number string list map`.
    pub fn type_name(&self) -> &'static str {
        match self {
            Data::Null => "nil",
            Data::Bool(_) => "boolean",
            Data::Int(_) => "integer",
            Data::Float(_) => "number",
            Data::Text(_) | Data::Bytes(_) => "string",
            Data::List(_) => "list",
            Data::Map(_) => "map",
        }
    }

    /// Bytes it holds, roughly; for bounds.
    pub fn size(&self) -> usize {
        size_of::<Data>()
            + match self {
                Data::Text(s) => s.len(),
                Data::Bytes(b) => b.len(),
                Data::List(l) => l.iter().map(Data::size).sum(),
                Data::Map(m) => m.iter().map(|(k, v)| k.len() + 32 + v.size()).sum(),
                Data::Null | Data::Bool(_) | Data::Int(_) | Data::Float(_) => 0,
            }
    }
}

impl From<bool> for Data {
    fn from(v: bool) -> Data {
        Data::Bool(v)
    }
}

impl From<i64> for Data {
    fn from(v: i64) -> Data {
        Data::Int(v)
    }
}

impl From<f64> for Data {
    fn from(v: f64) -> Data {
        Data::Float(v)
    }
}

impl From<&str> for Data {
    fn from(v: &str) -> Data {
        Data::text(v)
    }
}

impl From<String> for Data {
    fn from(v: String) -> Data {
        Data::text(v)
    }
}

impl From<Map> for Data {
    fn from(v: Map) -> Data {
        Data::Map(v)
    }
}
