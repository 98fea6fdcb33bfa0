//! The merged tree: values that remember the file and the bytes they were written in.

use indexmap::IndexMap;
use infra_base::{Data, Diagnostic, SourceFile};
use infra_codec::yaml::{Node, Value};
use std::ops::Range;
use std::sync::Arc;

/// Where a value was written.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(crate) file: Arc<SourceFile>,
    pub(crate) key: Range<usize>,
    pub(crate) value: Range<usize>,
    /// Whether the value, or a part of it, came from the operating system's environment.
    pub(crate) environment: bool,
}

impl Place {
    pub(crate) fn error(&self, message: impl Into<String>) -> Diagnostic {
        Diagnostic::error(message, &self.file, self.value.clone())
    }

    pub(crate) fn warning_at_key(&self, message: impl Into<String>) -> Diagnostic {
        Diagnostic::warning(message, &self.file, self.key.clone())
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Item {
    pub(crate) place: Place,
    pub(crate) value: Tree,
}

#[derive(Clone, Debug)]
pub(crate) enum Tree {
    /// A scalar or a list; lists are replaced as a whole.
    Leaf(Data),
    Map(Section),
}

pub(crate) type Section = IndexMap<Box<str>, Item>;

impl Item {
    pub(crate) fn from_node(node: Node, key: Range<usize>, file: &Arc<SourceFile>) -> Item {
        let place = Place { file: file.clone(), key, value: node.span.clone(), environment: false };
        let value = match node.value {
            Value::Map(pairs) => {
                let item =
                    |(k, v): (infra_codec::yaml::Key, Node)| (k.text, Item::from_node(v, k.span, file));
                Tree::Map(pairs.into_iter().map(item).collect())
            }
            _ => Tree::Leaf(node.into_data()),
        };
        Item { place, value }
    }

    pub(crate) fn as_map(&self) -> Option<&Section> {
        if let Tree::Map(section) = &self.value { Some(section) } else { None }
    }

    pub(crate) fn is_null(&self) -> bool {
        matches!(self.value, Tree::Leaf(Data::Null))
    }

    /// The same without places.
    pub(crate) fn to_data(&self) -> Data {
        match &self.value {
            Tree::Leaf(data) => data.clone(),
            Tree::Map(section) => Data::Map(section.iter().map(|(k, v)| (k.clone(), v.to_data())).collect()),
        }
    }

    /// Whether any part of it came from the environment.
    pub(crate) fn reads_environment(&self) -> bool {
        let inside = self.as_map().is_some_and(|section| section.values().any(Item::reads_environment));
        self.place.environment || inside
    }

    /// What a message calls it, with its article.
    pub(crate) fn described(&self) -> &'static str {
        match &self.value {
            Tree::Leaf(Data::Null) => "nothing",
            Tree::Leaf(Data::Bool(_)) => "a boolean",
            Tree::Leaf(Data::Int(_)) => "an integer",
            Tree::Leaf(Data::Float(_)) => "a number",
            Tree::Leaf(Data::Text(_) | Data::Bytes(_)) => "a text",
            Tree::Leaf(Data::List(_)) => "a list",
            Tree::Leaf(Data::Map(_)) | Tree::Map(_) => "a map",
        }
    }

    /// Visits every leaf.
    pub(crate) fn leaves(&mut self, each: &mut impl FnMut(&mut Place, &mut Data)) {
        match &mut self.value {
            Tree::Leaf(data) => each(&mut self.place, data),
            Tree::Map(section) => section.values_mut().for_each(|item| item.leaves(each)),
        }
    }
}

/// Lays `over` on `base`: maps merge, everything else is replaced.
pub(crate) fn merge(base: &mut Section, over: Section) {
    for (key, item) in over {
        match (base.get_mut(&key).map(|b| &mut b.value), item) {
            (Some(Tree::Map(below)), Item { value: Tree::Map(above), .. }) => merge(below, above),
            (_, item) => {
                base.insert(key, item);
            }
        }
    }
}

/// The item at a dotted path.
pub(crate) fn find<'a>(section: &'a Section, path: &str) -> Option<&'a Item> {
    let mut parts = path.split('.');
    let first = section.get(parts.next()?)?;
    parts.try_fold(first, |at, key| at.as_map()?.get(key))
}

/// Takes the item at a path away.
pub(crate) fn take(section: &mut Section, path: &[&str]) -> Option<Item> {
    match path {
        [] => None,
        [name] => section.shift_remove(*name),
        [first, rest @ ..] => match &mut section.get_mut(*first)?.value {
            Tree::Map(below) => take(below, rest),
            Tree::Leaf(_) => None,
        },
    }
}

/// Puts `item` at a path, making maps on the way.
pub(crate) fn put(section: &mut Section, path: &[&str], item: Item) {
    let Some((first, rest)) = path.split_first() else { return };
    if rest.is_empty() {
        section.insert((*first).into(), item);
        return;
    }
    let place = item.place.clone();
    let new = || Item { place: place.clone(), value: Tree::Map(Section::new()) };
    let below = section.entry((*first).into()).or_insert_with(new);
    if below.as_map().is_none() {
        *below = new();
    }
    if let Tree::Map(below) = &mut below.value {
        put(below, rest, item);
    }
}
