//! One definition file → entries that know where each of their values was written.

use crate::include::{Included, Root};
use core_registry::{Entry, Origin, Place};
use infra_base::{Data, Diagnostic, EntryId, Map, SourceFile};
use infra_codec::yaml::{self, Key, Node, Value};
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

/// Code of the warning about a file that looks like definitions and holds none: a start goes on, what judges or
/// publishes an application does not.
pub const SKIPPED_FILE: &str = "skipped-file";

/// Reads the entries of one definition file that lies in `dir` below the load root `root`. Mistakes go to `told`.
///
/// A file without `namespace` is no definition file and is left alone, also when it is malformed.
pub(crate) fn parse(
    file: &Arc<SourceFile>,
    dir: &Path,
    root: &Root,
    told: &mut Vec<Diagnostic>,
) -> Vec<Entry> {
    let node = match yaml::parse(file) {
        Ok(node) => node,
        Err(found) => {
            if looks_like_definitions(&file.text) {
                told.extend(found);
            } else {
                tracing::debug!(target: "pipeline", file = file.name, "malformed file without namespace ignored");
            }
            return Vec::new();
        }
    };
    let mut parse = Parse { file, dir, root, told, namespace: String::new(), meta: Map::default() };
    parse.file(node)
}

/// [`parse`] for a file given as text, as `registry` tools and tests need it; `dir` is both its directory and the load
/// root. Errors: what is wrong, each at its line.
pub fn parse_file(file: &Arc<SourceFile>, dir: &Path) -> infra_base::Result<Vec<Entry>> {
    let root = Root::new(dir).map_err(|e| infra_base::Error::invalid(format!("{}: {e}", dir.display())))?;
    let mut told = Vec::new();
    let entries = parse(file, dir, &root, &mut told);
    if told.iter().any(|d| d.severity == infra_base::Severity::Error) {
        return Err(infra_base::Error::invalid(format!("{} has mistakes", file.name)).with_diagnostics(told));
    }
    Ok(entries)
}

fn looks_like_definitions(text: &str) -> bool {
    let text = text.trim_start_matches('\u{feff}');
    let yaml = text.lines().any(|line| line.starts_with("namespace:"));
    yaml || text.trim_start().starts_with('{') && text.contains("\"namespace\"")
}

struct Parse<'a> {
    file: &'a Arc<SourceFile>,
    dir: &'a Path,
    root: &'a Root,
    told: &'a mut Vec<Diagnostic>,
    namespace: String,
    meta: Map,
}

impl Parse<'_> {
    fn error(&mut self, message: impl Into<String>, span: &Range<usize>) -> &mut Diagnostic {
        self.told.push(Diagnostic::error(message, self.file, span.clone()));
        self.told.last_mut().expect("one was pushed")
    }

    fn file(&mut self, node: Node) -> Vec<Entry> {
        let Some((namespace_key, namespace)) = node.pair("namespace") else {
            self.without_namespace(&node);
            return Vec::new();
        };
        let (namespace_key, namespace) = (namespace_key.span.clone(), namespace.clone());
        match scalar_text(&namespace) {
            Some(text) if !text.is_empty() && !text.contains(':') => {
                // Said once for the file, not again for each entry.
                if let Err(e) = EntryId::check(&text) {
                    self.error(format!("namespace {e}"), &namespace.span);
                    return Vec::new();
                }
                self.namespace = text;
            }
            _ => {
                self.error("namespace must be a text without `:`", &namespace.span);
                return Vec::new();
            }
        }
        if let Some((_, meta)) = node.pair("meta").filter(|_| node.get("entries").is_some()) {
            match meta.to_data() {
                Data::Map(map) => self.meta = map,
                Data::Null => {}
                _ => drop(self.error("meta must be a map", &meta.span.clone())),
            }
        }
        match node.get("entries") {
            Some(Node { value: Value::List(items), .. }) => {
                let items = items.clone();
                self.warn_extra_keys(&node);
                items.into_iter().filter_map(|item| self.entry(item)).collect()
            }
            Some(Node { value: Value::Null, .. }) => Vec::new(),
            Some(other) => {
                let span = other.span.clone();
                self.error(format!("entries must be a list, this is {}", other.described()), &span);
                Vec::new()
            }
            None if node.get("name").is_some() && node.get("kind").is_some() => {
                let version_of_file =
                    node.get("version").and_then(scalar_text).is_some_and(|v| v == "1.0" || v == "1");
                let of_module = node.get("kind").and_then(Node::as_str).is_some_and(|k| k.starts_with("ns."));
                let mut node = without(node, "namespace");
                if version_of_file && !of_module {
                    node = without(node, "version");
                }
                self.entry(node).into_iter().collect()
            }
            None => {
                let text = "file ignored: it has a namespace, but neither entries nor a name and a kind";
                self.told.push(Diagnostic::warning(text, self.file, namespace_key).coded(SKIPPED_FILE));
                Vec::new()
            }
        }
    }

    fn without_namespace(&mut self, node: &Node) {
        let entry_like = |n: &Node| n.get("kind").is_some() && n.get("name").is_some();
        if let Some((key, entries)) = node.pair("entries")
            && entries.as_list().is_some_and(|l| l.iter().any(entry_like))
        {
            let warning = Diagnostic::warning(
                "file ignored: it has entries but no namespace",
                self.file,
                key.span.clone(),
            );
            self.told.push(warning.help("add `namespace: app` above the entries"));
        }
    }

    /// Beside `entries` only these keys mean something.
    fn warn_extra_keys(&mut self, node: &Node) {
        for (key, _) in node.as_map().unwrap_or_default() {
            if !matches!(&*key.text, "namespace" | "entries" | "meta" | "version") {
                let text = format!("key {} beside entries has no effect", key.text);
                self.told.push(Diagnostic::warning(text, self.file, key.span.clone()));
            }
        }
    }

    fn entry(&mut self, node: Node) -> Option<Entry> {
        let span = node.span.clone();
        let Value::Map(pairs) = node.value else {
            let what = node.described();
            self.error(format!("an entry must be a map, this is {what}"), &span);
            return None;
        };
        let mut built = Built::default();
        let (mut name, mut kind, mut wrapped, mut fields) = (None, None, None, Vec::new());
        for (key, value) in pairs {
            match &*key.text {
                "name" => name = Some((key, value)),
                "kind" => kind = Some((key, value)),
                "meta" => self.entry_meta(&key, value, &mut built),
                "data" => wrapped = Some((key, value)),
                _ => fields.push((key, value)),
            }
        }
        let name_span = name.as_ref().map_or_else(|| span.clone(), |(_, value)| value.span.clone());
        let name = self.word("name", name, &span, &mut built);
        let kind = self.word("kind", kind, &span, &mut built);
        let data = match wrapped {
            None => self.map("data", fields, &mut built),
            Some((key, value)) => {
                for (dropped, _) in &fields {
                    let text =
                        format!("field {} is dropped: the entry has its data under `data`", dropped.text);
                    self.told.push(Diagnostic::warning(text, self.file, dropped.span.clone()));
                }
                built.place("data", &key.span, &value.span);
                self.value("data", value, &mut built)
            }
        };
        let id = match EntryId::new(&self.namespace, &name?) {
            Ok(id) => id,
            Err(e) => {
                self.error(e.to_string(), &name_span);
                return None;
            }
        };
        let origin = Origin { file: self.file.clone(), span, places: built.places, source: built.source };
        let meta = merged(self.meta.clone(), built.meta);
        Some(Entry { id, kind: kind?.into(), meta, data, origin: Some(Arc::new(origin)) })
    }

    /// `name` and `kind`: required, text.
    fn word(
        &mut self,
        what: &str,
        pair: Option<(Key, Node)>,
        entry: &Range<usize>,
        built: &mut Built,
    ) -> Option<String> {
        let Some((key, value)) = pair else {
            let first_line = entry.start..entry.start + self.line_length(entry);
            self.error(format!("entry without {what}"), &first_line).help =
                Some(format!("every entry needs `{what}:`"));
            return None;
        };
        built.place(what, &key.span, &value.span);
        match scalar_text(&value).filter(|t| !t.is_empty()) {
            Some(text) => Some(text),
            None => {
                let text = match scalar_text(&value) {
                    Some(_) => format!("{what} must not be empty"),
                    None => format!("{what} must be a text, this is {}", value.described()),
                };
                self.error(text, &value.span);
                None
            }
        }
    }

    fn line_length(&self, span: &Range<usize>) -> usize {
        let text = &self.file.text[span.clone()];
        text.find('\n').unwrap_or(text.len())
    }

    fn entry_meta(&mut self, key: &Key, value: Node, built: &mut Built) {
        built.place("meta", &key.span, &value.span);
        match value.value {
            Value::Map(pairs) => {
                if let Data::Map(map) = self.map("meta", pairs, built) {
                    built.meta = map;
                }
            }
            Value::Null => {}
            _ => {
                let text = format!("meta must be a map, this is {}", value.described());
                self.error(text, &value.span);
            }
        }
    }

    fn map(&mut self, path: &str, pairs: Vec<(Key, Node)>, built: &mut Built) -> Data {
        let mut map = Map::default();
        for (key, value) in pairs {
            let path = format!("{path}.{}", key.text);
            built.place(&path, &key.span, &value.span);
            let value = self.value(&path, value, built);
            map.insert(key.text, value);
        }
        Data::Map(map)
    }

    fn value(&mut self, path: &str, node: Node, built: &mut Built) -> Data {
        match node.value {
            Value::Map(pairs) => self.map(path, pairs, built),
            Value::List(items) => {
                let mut list = Vec::with_capacity(items.len());
                for (i, item) in items.into_iter().enumerate() {
                    let path = format!("{path}[{i}]");
                    built.place(&path, &item.span, &item.span);
                    list.push(self.value(&path, item, built));
                }
                Data::List(list)
            }
            Value::Text(text) => match text.strip_prefix("file://") {
                None => Data::Text(text),
                Some(reference) => match self.root.read(reference, self.dir) {
                    Ok(Included { data, file }) => {
                        if path == "data.source" {
                            built.source = Some(file);
                        }
                        data
                    }
                    Err(why) => {
                        self.error(why, &node.span);
                        Data::Text(text)
                    }
                },
            },
            leaf => Node { span: node.span, value: leaf }.into_data(),
        }
    }
}

/// What is collected while an entry is read.
#[derive(Default)]
struct Built {
    meta: Map,
    places: Vec<(Box<str>, Place)>,
    source: Option<Arc<SourceFile>>,
}

impl Built {
    fn place(&mut self, path: &str, key: &Range<usize>, value: &Range<usize>) {
        self.places.push((path.into(), Place { key: key.clone(), value: value.clone() }));
    }
}

fn without(mut node: Node, key: &str) -> Node {
    if let Value::Map(pairs) = &mut node.value {
        pairs.retain(|(k, _)| &*k.text != key);
    }
    node
}

fn scalar_text(node: &Node) -> Option<String> {
    match &node.value {
        Value::Text(text) => Some(text.to_string()),
        Value::Int(v) => Some(v.to_string()),
        Value::Float(v) => Some(format!("{v:?}")),
        Value::Bool(v) => Some(v.to_string()),
        _ => None,
    }
}

/// The entry's own `over` deeply merged over the file's `base`.
fn merged(mut base: Map, over: Map) -> Map {
    for (key, value) in over {
        match (base.get_mut(&key), value) {
            (Some(Data::Map(below)), Data::Map(above)) => {
                let below_map = std::mem::take(below);
                *below = merged(below_map, above);
            }
            (_, value) => {
                base.insert(key, value);
            }
        }
    }
    base
}
