//! Writes the pages of Lua modules, entry kinds and diagnostics from what the binary says of itself.
//!
//! The source is one JSON document, printed by the hidden command `wippy __describe`:
//!
//! ```json
//! {"modules": [{"name": "store", "library": false, "classes": ["storage"], "doc": "…",
//!               "functions": [{"signature": "get(id: string): (Store?, error?)", "doc": "…"}],
//!               "globals": [{"signature": "…", "doc": "…"}],
//!               "constants": [{"name": "MAX", "value": "10"}, {"name": "huge", "type": "number"}],
//!               "objects": [{"name": "Store", "doc": "…", "methods": [{"signature": "…", "doc": "…"}]}],
//!               "records": [{"name": "Row", "type": "{id: string}", "doc": "…"}],
//!               "method_calls": false, "notes": "markdown"}],
//!  "kinds": [{"kind": "store.memory", "doc": "…",
//!             "fields": [{"name": "max_size", "type": "integer", "default": "10000", "doc": "…"}]}],
//!  "codes": [{"code": "E0004", "title": "no such field", "page": "markdown"}]}
//! ```

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

/// What the binary knows about itself.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Description {
    modules: Vec<Module>,
    kinds: Vec<Kind>,
    /// Of diagnostics.
    #[serde(default)]
    codes: Vec<Code>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Module {
    name: String,
    /// Of the language, not of the node.
    #[serde(default)]
    library: bool,
    classes: Vec<String>,
    doc: String,
    functions: Vec<Function>,
    /// Functions that are globals themselves.
    #[serde(default)]
    globals: Vec<Function>,
    #[serde(default)]
    constants: Vec<Constant>,
    objects: Vec<Object>,
    #[serde(default)]
    records: Vec<Record>,
    /// Its functions are called with a colon.
    #[serde(default)]
    method_calls: bool,
    /// Markdown.
    #[serde(default)]
    notes: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Constant {
    name: String,
    /// As it would stand in Lua; or else its type is given.
    #[serde(default)]
    value: String,
    #[serde(default, rename = "type")]
    sort: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Record {
    name: String,
    #[serde(rename = "type")]
    sort: String,
    doc: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Object {
    name: String,
    doc: String,
    methods: Vec<Function>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Function {
    signature: String,
    doc: String,
}

impl Function {
    fn name(&self) -> &str {
        self.signature.split(['(', '<', ':']).next().unwrap_or_default().trim()
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kind {
    kind: String,
    doc: String,
    fields: Vec<Field>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Field {
    name: String,
    #[serde(rename = "type")]
    sort: String,
    /// As it would stand in YAML; `!` for a field that must be given, empty for one without a default.
    default: String,
    doc: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Code {
    code: String,
    title: String,
    /// Markdown, heading included.
    page: String,
}

/// Folders that hold nothing but generated pages.
const FOLDERS: &[&str] = &["docs/modules", "docs/kinds", "docs/lint"];
const MARK: &str = "<!-- Written by `cargo xtask docs` from the code; a test checks that it is fresh. -->\n";

/// Writes the pages for `description` under `root` and removes those that nothing backs any more.
///
/// # Errors
/// When the description is not as this module expects it, or a page cannot be written.
pub fn write(root: &Path, description: &str) -> Result<()> {
    let pages = pages(description)?;
    for folder in FOLDERS {
        std::fs::create_dir_all(root.join(folder))?;
    }
    for path in on_disk(root)?.keys().filter(|path| !pages.contains_key(*path)) {
        std::fs::remove_file(root.join(path))?;
    }
    for (path, text) in pages {
        std::fs::write(root.join(&path), text).with_context(|| format!("cannot write {path}"))?;
    }
    Ok(())
}

/// Paths of the pages that are missing, left over, or other than the code has them.
///
/// # Errors
/// When the description is not as this module expects it, or a page cannot be read.
pub fn stale(root: &Path, description: &str) -> Result<Vec<String>> {
    let (wanted, found) = (pages(description)?, on_disk(root)?);
    let mut stale: Vec<String> = wanted
        .iter()
        .filter(|(path, text)| found.get(*path) != Some(text))
        .map(|(path, _)| path.clone())
        .collect();
    stale.extend(found.into_keys().filter(|path| !wanted.contains_key(path)));
    stale.sort();
    Ok(stale)
}

/// Pages that lie in the generated folders, by path.
fn on_disk(root: &Path) -> Result<BTreeMap<String, String>> {
    let mut pages = BTreeMap::new();
    for folder in FOLDERS.iter().filter(|folder| root.join(folder).is_dir()) {
        for item in std::fs::read_dir(root.join(folder))? {
            let path = item?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let text =
                std::fs::read_to_string(&path).with_context(|| format!("cannot read {folder}/{name}"))?;
            pages.insert(format!("{folder}/{name}"), text);
        }
    }
    Ok(pages)
}

/// Every page by path.
fn pages(description: &str) -> Result<BTreeMap<String, String>> {
    let description: Description = serde_json::from_str(description).context("the binary's description")?;
    let mut pages = BTreeMap::new();
    let mut put = |folder: &str, name: &str, text: String| {
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
        if name.is_empty() || !name.chars().all(plain) || name.starts_with('.') {
            bail!("`{name}` cannot name a page");
        }
        if pages.insert(format!("docs/{folder}/{name}.md"), text).is_some() {
            bail!("`{name}` is described twice");
        }
        Ok(())
    };
    for module in &description.modules {
        put("modules", &module.name, module_page(module))?;
    }
    for kind in &description.kinds {
        put("kinds", &kind.kind, kind_page(kind))?;
    }
    let modules = description.modules.iter().map(|module| (module.name.as_str(), module.doc.as_str()));
    put("modules", "README", index("Lua modules and libraries", modules))?;
    let kinds = description.kinds.iter().map(|kind| (kind.kind.as_str(), kind.doc.as_str()));
    put("kinds", "README", index("Entry kinds", kinds))?;
    for Code { code, page, .. } in &description.codes {
        put("lint", code, format!("{MARK}{page}"))?;
    }
    if !description.codes.is_empty() {
        let codes = description.codes.iter().map(|code| (code.code.as_str(), code.title.as_str()));
        put("lint", "README", index("Diagnostics", codes))?;
    }
    Ok(pages)
}

fn index<'a>(title: &str, list: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let mut out = format!("{MARK}# {title}\n\n");
    let mut list: Vec<_> = list.collect();
    list.sort_unstable();
    for (name, doc) in list {
        let first = doc.split("\n\n").next().unwrap_or_default().replace('\n', " ");
        let _ = writeln!(out, "- [`{name}`]({name}.md): {first}");
    }
    out
}

fn module_page(module: &Module) -> String {
    let title = if module.library { "Library" } else { "Module" };
    let mut out = format!("{MARK}# {title} `{}`\n\n{}\n", module.name, module.doc.trim());
    if !module.classes.is_empty() {
        let _ = write!(out, "\nClasses: {}.\n", module.classes.join(", "));
    }
    let mark = if module.method_calls { ':' } else { '.' };
    functions(&mut out, "##", &format!("{}{mark}", module.name), &module.functions);
    functions(&mut out, "##", "", &module.globals);
    if !module.constants.is_empty() {
        out.push_str("\n## Constants\n\n");
    }
    for constant in &module.constants {
        let only_globals = module.functions.is_empty() && !module.globals.is_empty();
        let prefix = if only_globals { String::new() } else { format!("{}.", module.name) };
        let _ = match constant.sort.as_str() {
            "" => writeln!(out, "- `{prefix}{}` = `{}`", constant.name, constant.value),
            sort => writeln!(out, "- `{prefix}{}`: `{sort}`", constant.name),
        };
    }
    for object in &module.objects {
        let _ = write!(out, "\n## `{}`\n\n{}\n", object.name, object.doc.trim());
        let name = object.name.split('<').next().unwrap_or_default();
        functions(&mut out, "###", &format!("{name}:"), &object.methods);
    }
    for record in &module.records {
        let name = &record.name;
        let _ = write!(out, "\n## `{name}`\n\n```lua\ntype {name} = {}\n```\n", record.sort);
        let _ = write!(out, "\n{}\n", record.doc.trim());
    }
    if !module.notes.trim().is_empty() {
        let _ = write!(out, "\n## Notes\n\n{}\n", module.notes.trim());
    }
    out
}

fn functions(out: &mut String, level: &str, prefix: &str, list: &[Function]) {
    // Alternatives of one function stand together.
    for alternatives in list.chunk_by(|a, b| a.name() == b.name()) {
        let _ = write!(out, "\n{level} `{prefix}{}`\n\n```lua\n", alternatives[0].name());
        for function in alternatives {
            let _ = writeln!(out, "{prefix}{}", function.signature);
        }
        out.push_str("```\n");
        let mut docs: Vec<&str> = alternatives.iter().map(|function| function.doc.trim()).collect();
        docs.dedup();
        let _ = write!(out, "\n{}\n", docs.join("\n\n"));
    }
}

fn kind_page(kind: &Kind) -> String {
    let mut out = format!("{MARK}# Kind `{}`\n\n{}\n", kind.kind, kind.doc.trim());
    if !kind.fields.is_empty() {
        out.push_str("\n| field | type | default | meaning |\n|---|---|---|---|\n");
    }
    for field in &kind.fields {
        let default = match field.default.as_str() {
            "" => "–".to_owned(),
            "!" => "required".to_owned(),
            text => format!("`{}`", cell(text)),
        };
        let (name, sort, doc) = (cell(&field.name), cell(&field.sort), cell(&field.doc));
        let _ = writeln!(out, "| `{name}` | {sort} | {default} | {doc} |");
    }
    out
}

/// Text that fits into a cell of a table.
fn cell(text: &str) -> String {
    text.trim().replace('|', "\\|").split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests;
