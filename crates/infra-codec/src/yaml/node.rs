//! The tree: each value and key with the bytes it was written in.

use infra_base::{Data, Map};
use std::ops::Range;

/// A value and where it was written. What an alias or a merge key brought in points at the anchor's place.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// Bytes of the source; for block collections up to the end of the last line.
    pub span: Range<usize>,
    /// What is there.
    pub value: Value,
}

/// A YAML value after scalar resolution.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// `null`, `~`, nothing
    Null,
    /// `true`, `false`
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// Every other number.
    Float(f64),
    /// Text.
    Text(Box<str>),
    /// A sequence.
    List(Vec<Node>),
    /// A mapping in written order; merged pairs follow, keys are unique.
    Map(Vec<(Key, Node)>),
}

/// A mapping's key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// As written (`1` and `true` are texts here).
    pub text: Box<str>,
    /// Bytes of the source.
    pub span: Range<usize>,
}

impl Node {
    /// The value under `key`, if this is a map that has it.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.pair(key).map(|(_, node)| node)
    }

    /// Key and value under `key`.
    pub fn pair(&self, key: &str) -> Option<&(Key, Node)> {
        self.as_map()?.iter().find(|(k, _)| &*k.text == key)
    }

    /// The pairs, if it is a map.
    pub fn as_map(&self) -> Option<&[(Key, Node)]> {
        if let Value::Map(pairs) = &self.value { Some(pairs) } else { None }
    }

    /// The items, if it is a list.
    pub fn as_list(&self) -> Option<&[Node]> {
        if let Value::List(items) = &self.value { Some(items) } else { None }
    }

    /// The text, if it is one.
    pub fn as_str(&self) -> Option<&str> {
        if let Value::Text(text) = &self.value { Some(text) } else { None }
    }

    /// What a message calls it, with its article: `nothing`, `a boolean`, `an integer`, ….
    pub fn described(&self) -> &'static str {
        match self.value {
            Value::Null => "nothing",
            Value::Bool(_) => "a boolean",
            Value::Int(_) => "an integer",
            Value::Float(_) => "a number",
            Value::Text(_) => "a text",
            Value::List(_) => "a list",
            Value::Map(_) => "a map",
        }
    }

    /// The same without places.
    pub fn to_data(&self) -> Data {
        self.clone().into_data()
    }

    /// The same without places.
    pub fn into_data(self) -> Data {
        match self.value {
            Value::Null => Data::Null,
            Value::Bool(v) => Data::Bool(v),
            Value::Int(v) => Data::Int(v),
            Value::Float(v) => Data::Float(v),
            Value::Text(v) => Data::Text(v),
            Value::List(items) => Data::List(items.into_iter().map(Node::into_data).collect()),
            Value::Map(pairs) => {
                Data::Map(pairs.into_iter().map(|(k, v)| (k.text, v.into_data())).collect::<Map>())
            }
        }
    }
}
