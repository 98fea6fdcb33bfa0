//! Builds the tree from parser events, without recursion and within bounds.

use super::node::{Key, Node, Value};
use super::{scalar, syntax};
use granit_parser::{Event, Parser, ScalarStyle, Tag};
use infra_base::{Data, Diagnostic, SourceFile};
use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

/// Values that aliases and merge keys may add to a file, against `a: [*b, *b]`, `b: [*c, *c]`, … .
const ALIAS_BUDGET: usize = 100_000;

/// Reads the first document of `file`; an empty one is `Null`. Every duplicate key, unknown tag and broken alias is
/// reported; malformed syntax ends with its first mistake.
pub fn parse(file: &Arc<SourceFile>) -> Result<Node, Vec<Diagnostic>> {
    let mut options = granit_parser::options! {
        // Lists and maps nest at most as deep as any data may; the builder counts both together.
        flow_nesting_limit: Data::MAX_DEPTH + 1,
        block_nesting_limit: Data::MAX_DEPTH + 1,
    };
    options.set_emit_comments(false);
    let mut build = Build::new(file);
    for next in Parser::new_from_str_with_options(&file.text, options) {
        let (event, span) = match next {
            Ok(next) => next,
            Err(error) => {
                build.mistakes.push(syntax::mistake(&error, file));
                break;
            }
        };
        if matches!(event, Event::DocumentEnd) {
            break;
        }
        let span = span.byte_range().unwrap_or_default();
        if build.event(event, span).is_err() {
            break;
        }
    }
    if build.mistakes.is_empty() {
        Ok(build.root.unwrap_or(Node { span: 0..0, value: Value::Null }))
    } else {
        Err(build.mistakes)
    }
}

struct Build<'a> {
    file: &'a Arc<SourceFile>,
    open: Vec<Open>,
    root: Option<Node>,
    anchors: HashMap<usize, Anchor>,
    budget: usize,
    mistakes: Vec<Diagnostic>,
}

/// A finished anchored value.
struct Anchor {
    node: Node,
    /// Values in it.
    count: usize,
    /// Nesting in it; a scalar has 0.
    height: usize,
}

/// A collection whose end has not come.
struct Open {
    start: usize,
    anchor: usize,
    count: usize,
    height: usize,
    kind: Collection,
}

enum Collection {
    List(Vec<Node>),
    Map {
        pairs: Vec<(Key, Node)>,
        /// Position in `pairs` by key.
        seen: HashMap<Box<str>, usize>,
        /// Merged maps in written order, added when the map ends.
        merges: Vec<Node>,
        key: Option<PendingKey>,
    },
}

enum PendingKey {
    Key(Key),
    Merge(Range<usize>),
}

/// Stops the parse after a mistake that would only breed others.
struct Stop;

impl<'a> Build<'a> {
    fn new(file: &'a Arc<SourceFile>) -> Self {
        let anchors = HashMap::new();
        Build { file, open: Vec::new(), root: None, anchors, budget: ALIAS_BUDGET, mistakes: Vec::new() }
    }

    fn mistake(&mut self, message: impl Into<String>, span: Range<usize>, help: Option<&str>) {
        let diagnostic = Diagnostic::error(message, self.file, span);
        self.mistakes.push(match help {
            Some(help) => diagnostic.help(help),
            None => diagnostic,
        });
    }

    fn event(&mut self, event: Event<'_>, span: Range<usize>) -> Result<(), Stop> {
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let plain = style == ScalarStyle::Plain;
                // An absent value is reported as `~` over no bytes.
                let absent = plain && span.is_empty();
                if !absent && self.takes_merge(&text, plain, tag.is_some()) {
                    self.set_key(PendingKey::Merge(span));
                    return Ok(());
                }
                let value = match tag {
                    None if absent => Value::Null,
                    None if plain => scalar::resolve(&text),
                    None => Value::Text(text.as_ref().into()),
                    Some(tag) => self.tagged(&tag, &text, span.clone()),
                };
                let key_text = if absent { "" } else { &*text };
                self.add(Node { span, value }, anchor, 1, 0, Some(key_text))
            }
            Event::SequenceStart(_, anchor, tag) => {
                self.collection_tag(tag.as_deref(), "seq", &span);
                self.begin(span, anchor, Collection::List(Vec::new()))
            }
            Event::MappingStart(_, anchor, tag) => {
                self.collection_tag(tag.as_deref(), "map", &span);
                let kind = Collection::Map { pairs: vec![], seen: HashMap::new(), merges: vec![], key: None };
                self.begin(span, anchor, kind)
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(span),
            Event::Alias(id) => self.alias(id, span),
            _ => Ok(()),
        }
    }

    fn begin(&mut self, span: Range<usize>, anchor: usize, kind: Collection) -> Result<(), Stop> {
        if self.open.len() >= Data::MAX_DEPTH {
            self.mistake(format!("nested deeper than {}", Data::MAX_DEPTH), span, None);
            return Err(Stop);
        }
        if self.expects_key() {
            self.mistake("a key must be a text", span, Some("write the key as one word or in quotes"));
            return Err(Stop);
        }
        self.open.push(Open { start: span.start, anchor, count: 1, height: 1, kind });
        Ok(())
    }

    fn end(&mut self, span: Range<usize>) -> Result<(), Stop> {
        let Some(open) = self.open.pop() else { return Err(Stop) };
        let (mut count, mut height) = (open.count, open.height);
        let value = match open.kind {
            Collection::List(items) => Value::List(items),
            Collection::Map { mut pairs, mut seen, merges, .. } => {
                for merge in merges {
                    let Value::Map(merged) = merge.value else { continue };
                    for (key, node) in merged {
                        if !seen.contains_key(&key.text) {
                            seen.insert(key.text.clone(), pairs.len());
                            pairs.push((key, node));
                        }
                    }
                }
                Value::Map(pairs)
            }
        };
        // The end event of a block collection stands where the next token begins.
        let end = open.start.max(span.end).min(self.file.text.len());
        let end = open.start + self.file.text[open.start..end].trim_end().len();
        count = count.max(1);
        height = height.max(1);
        self.add(Node { span: open.start..end, value }, open.anchor, count, height, None)
    }

    fn alias(&mut self, id: usize, span: Range<usize>) -> Result<(), Stop> {
        let Some(anchor) = self.anchors.get(&id) else {
            self.mistake("this alias stands inside of what it names", span, None);
            return Err(Stop);
        };
        let (count, height) = (anchor.count, anchor.height);
        if self.open.len() + height > Data::MAX_DEPTH {
            let text = format!("nested deeper than {} with what this alias names", Data::MAX_DEPTH);
            self.mistake(text, span, None);
            return Err(Stop);
        }
        let Some(left) = self.budget.checked_sub(count) else {
            let text = format!("aliases expand to more than {ALIAS_BUDGET} values");
            self.mistake(text, span, Some("write fewer aliases to collections that hold aliases"));
            return Err(Stop);
        };
        self.budget = left;
        let node = anchor.node.clone();
        if self.expects_key() {
            let Some(text) = node.as_str().map(Box::<str>::from) else {
                self.mistake("a key must be a text, and this alias names something else", span, None);
                return Err(Stop);
            };
            self.set_key(PendingKey::Key(Key { text, span }));
            return Ok(());
        }
        self.add(node, 0, count, height, None)
    }

    fn expects_key(&self) -> bool {
        matches!(self.open.last(), Some(Open { kind: Collection::Map { key: None, .. }, .. }))
    }

    fn takes_merge(&self, text: &str, plain: bool, tagged: bool) -> bool {
        text == "<<" && plain && !tagged && self.expects_key()
    }

    fn set_key(&mut self, new: PendingKey) {
        if let Some(Open { kind: Collection::Map { key, .. }, .. }) = self.open.last_mut() {
            *key = Some(new);
        }
    }

    /// Puts a finished value where it belongs; `key_text` is the raw text of a scalar.
    fn add(
        &mut self,
        node: Node,
        anchor: usize,
        count: usize,
        height: usize,
        key_text: Option<&str>,
    ) -> Result<(), Stop> {
        if anchor != 0 {
            self.anchors.insert(anchor, Anchor { node: node.clone(), count, height });
        }
        let Some(parent) = self.open.last_mut() else {
            self.root = Some(node);
            return Ok(());
        };
        parent.count += count;
        parent.height = parent.height.max(height + 1);
        match &mut parent.kind {
            Collection::List(items) => items.push(node),
            Collection::Map { pairs, seen, merges, key } => match key.take() {
                None => {
                    let text = key_text.unwrap_or_default().into();
                    *key = Some(PendingKey::Key(Key { text, span: node.span }));
                }
                Some(PendingKey::Merge(span)) => match merge_list(node) {
                    Some(maps) => merges.extend(maps),
                    None => {
                        self.mistake("`<<` takes a map or a list of maps", span, Some("write `<<: *anchor`"));
                    }
                },
                Some(PendingKey::Key(key)) => match seen.get(&key.text) {
                    Some(&first) => {
                        let first = pairs[first].0.span.clone();
                        let text = format!("key \"{}\" is there twice", key.text);
                        let diagnostic = Diagnostic::error(text, self.file, key.span);
                        self.mistakes.push(diagnostic.also(self.file, first, "first here"));
                    }
                    None => {
                        seen.insert(key.text.clone(), pairs.len());
                        pairs.push((key, node));
                    }
                },
            },
        }
        Ok(())
    }

    /// A scalar with a tag: the core tags convert, `!` keeps the text, everything else is a mistake.
    fn tagged(&mut self, tag: &Tag, text: &str, span: Range<usize>) -> Value {
        let value = match tag.core_suffix() {
            Some("str") => Some(Value::Text(text.into())),
            Some("null") => Some(Value::Null),
            Some("bool") => Some(scalar::resolve(text)).filter(|v| matches!(v, Value::Bool(_))),
            Some("int") => scalar::number(text).filter(|v| matches!(v, Value::Int(_))),
            Some("float") => scalar::number(text).map(|v| match v {
                Value::Int(v) => Value::Float(v as f64),
                other => other,
            }),
            _ if tag.original() == "!" => Some(Value::Text(text.into())),
            _ => {
                self.unknown_tag(tag, span);
                return Value::Null;
            }
        };
        value.unwrap_or_else(|| {
            self.mistake(format!("\"{text}\" does not fit the tag {}", tag.original()), span, None);
            Value::Null
        })
    }

    fn collection_tag(&mut self, tag: Option<&Tag>, expected: &str, span: &Range<usize>) {
        if let Some(tag) = tag.filter(|t| t.core_suffix() != Some(expected) && t.original() != "!") {
            self.unknown_tag(tag, span.clone());
        }
    }

    fn unknown_tag(&mut self, tag: &Tag, span: Range<usize>) {
        let help =
            "known are !!str !!int !!float !!bool !!null !!seq !!map; quote a text that starts with `!`";
        self.mistake(format!("unknown tag {}", tag.original()), span, Some(help));
    }
}

fn merge_list(node: Node) -> Option<Vec<Node>> {
    match node.value {
        Value::Map(_) => Some(vec![node]),
        Value::List(items) if items.iter().all(|i| i.as_map().is_some()) => Some(items),
        _ => None,
    }
}
