//! Writes the stub of a Lua module or of an entry kind, and its line in the crate that owns it.

use anyhow::{Context, Result, bail};
use std::path::Path;

/// Writes `crates/<into>/src/<name>.rs`, its line in that crate's `lib.rs`, and a first Lua test.
///
/// # Errors
/// When the name cannot name a module, the crate is not there, or the module is there already.
pub fn new_module(root: &Path, name: &str, into: &str) -> Result<()> {
    if !is_word(name) {
        bail!("`{name}` cannot name a module: use lower-case letters, digits and `_`, a letter first");
    }
    place(root, into, name, &module(name), |lib| listed(&lib, name))?;
    let test = format!("tests/lua/{name}/requires.lua");
    create(root, &test, &module_test(name))?;
    println!(
        "next: list `{name}::module()` in `modules()` of {into}, then cargo xtask docs && cargo xtask map"
    );
    Ok(())
}

/// Writes `crates/<into>/src/<kind with _ for .>.rs` and its line in that crate's `lib.rs`.
///
/// # Errors
/// When the name cannot name a kind, the crate is not there, or the kind is there already.
pub fn new_kind(root: &Path, name: &str, into: &str) -> Result<()> {
    if !name.contains('.') || !name.split('.').all(is_word) {
        bail!("`{name}` cannot name a kind: write lower-case words with dots, as in `store.memory`");
    }
    let file = name.replace('.', "_");
    place(root, into, &file, &kind(name), Some)?;
    println!("next: register `{file}::{}` in `component()` of {into}, then cargo xtask docs", camel(name));
    Ok(())
}

fn place(
    root: &Path,
    into: &str,
    file: &str,
    text: &str,
    list: impl FnOnce(String) -> Option<String>,
) -> Result<()> {
    let lib = root.join("crates").join(into).join("src/lib.rs");
    let source = std::fs::read_to_string(&lib).with_context(|| format!("there is no crate `{into}`"))?;
    let source = list(with_module(&source, file))
        .with_context(|| format!("{} has no `fn modules()` with a `vec![…]`", lib.display()))?;
    create(root, &format!("crates/{into}/src/{file}.rs"), text)?;
    std::fs::write(&lib, source).with_context(|| format!("cannot write {}", lib.display()))
}

/// `source` with the module at the end of its list of modules.
fn listed(source: &str, name: &str) -> Option<String> {
    let list = source.find("fn modules()")?;
    let open = list + source[list..].find("vec![")? + "vec![".len();
    let close = open + source[open..].find(']')?;
    let others = source[open..close].trim_end().trim_end_matches(',');
    let comma = if others.is_empty() { "" } else { ", " };
    Some(format!("{}{others}{comma}{name}::module(){}", &source[..open], &source[close..]))
}

fn create(root: &Path, path: &str, text: &str) -> Result<()> {
    let full = root.join(path);
    if full.exists() {
        bail!("{path} is there already");
    }
    std::fs::create_dir_all(full.parent().context("a file lies in a folder")?)?;
    std::fs::write(&full, text).with_context(|| format!("cannot write {path}"))?;
    println!("wrote {path}");
    Ok(())
}

/// `source` with `mod name;` in its place among the modules, or after the head when there are none.
fn with_module(source: &str, name: &str) -> String {
    let line = format!("mod {name};");
    let lines: Vec<&str> = source.lines().collect();
    let of =
        |line: &str| line.strip_prefix("mod ").and_then(|rest| rest.strip_suffix(';')).map(str::to_owned);
    let head = |line: &&str| line.starts_with("//!") || line.starts_with("#![") || line.is_empty();
    let modules: Vec<usize> = (0..lines.len()).filter(|at| of(lines[*at]).is_some()).collect();
    let later = modules.iter().copied().find(|at| of(lines[*at]).is_some_and(|other| other.as_str() > name));
    let at = match (later, modules.last()) {
        (Some(later), _) => later,
        (None, Some(last)) => last + 1,
        (None, None) => lines.iter().take_while(|line| head(line)).count(),
    };
    let mut out: Vec<&str> = lines[..at].to_vec();
    let alone = modules.is_empty();
    if alone && out.last().is_some_and(|last| !last.is_empty()) {
        out.push("");
    }
    out.push(&line);
    if alone && at < lines.len() {
        out.push("");
    }
    out.extend(&lines[at..]);
    out.join("\n") + "\n"
}

fn is_word(text: &str) -> bool {
    let rest = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    text.starts_with(|c: char| c.is_ascii_lowercase()) && text.chars().all(rest)
}

fn camel(text: &str) -> String {
    let word = |word: &str| word[..1].to_ascii_uppercase() + &word[1..];
    text.split(['.', '_']).filter(|part| !part.is_empty()).map(word).collect()
}

fn module(name: &str) -> String {
    format!(
        r#"//! Lua module `{name}`: says what it is for, in one line.

use lua_api::{{Class, Cx, Group, Guest, Module, NativeResult}};

/// What `require("{name}")` returns. The signatures feed the reference.
pub(crate) fn module() -> Module {{
    let top = Group::new("{name}", "What the module is for.").func(
        "echo(text: string): string",
        "Returns its argument: replace this function.",
        echo,
    );
    Module::new(&[Class::Deterministic], top)
}}

fn echo(cx: &mut Cx<'_>) -> NativeResult {{
    let text = cx.check_str(0)?;
    cx.give_text(text)
}}
"#
    )
}

fn module_test(name: &str) -> String {
    format!(
        "-- The module loads and answers.\nlocal {name} = require(\"{name}\")\n\nassert({name}.echo(\"a\") == \"a\")\n"
    )
}

fn kind(name: &str) -> String {
    let kind = camel(name);
    format!(
        r#"//! Entry kind `{name}`: says what an entry of it is, in one line.
//!
//! ```yaml
//! - {{ name: example, kind: {name} }}
//! ```

use core_dispatch::BoxFuture;
use infra_base::{{EntryId, Result}};
use std::sync::Arc;
use sys_entries::{{BuildCx, EntryKind, FieldDoc, Fields, Offers}};

/// Fields of a `{name}` entry.
#[derive(Debug)]
pub(crate) struct Config {{}}

/// What lives while the entry does.
#[derive(Debug)]
pub(crate) struct Instance {{}}

/// The kind itself; stateless.
pub(crate) struct {kind};

impl EntryKind for {kind} {{
    const KIND: &'static str = "{name}";
    const DOC: &'static str = "What an entry of this kind is.";
    const FIELDS: &'static [FieldDoc] = &[];
    type Config = Config;
    type Instance = Instance;

    fn decode(&self, _fields: &mut Fields) -> Result<Config> {{
        Ok(Config {{}})
    }}

    fn build<'a>(&'a self, _cx: &'a BuildCx<'a>, _config: Arc<Config>) -> BoxFuture<'a, Result<Instance>> {{
        Box::pin(async {{ Ok(Instance {{}}) }})
    }}

    fn offers(&self, _id: &EntryId, _instance: &Arc<Instance>, _offers: &mut Offers) {{}}
}}
"#
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy;
    use crate::tree::{File, Tree};

    #[track_caller]
    fn tidy(path: &str, text: String) {
        let tree = Tree { files: vec![File { path: path.into(), text }], ..Tree::default() };
        assert_eq!(tidy::check(&tree), vec![]);
    }

    #[test]
    fn stubs_follow_the_rules_of_the_house() {
        tidy("crates/lua-std/src/base64.rs", module("base64"));
        tidy("crates/svc-store/src/store_memory.rs", kind("store.memory"));
    }

    #[test]
    fn a_kind_is_named_in_yaml_and_in_rust() {
        let text = kind("store.memory");
        assert!(text.contains("const KIND: &'static str = \"store.memory\";"));
        assert!(text.contains("impl EntryKind for StoreMemory {"));
        assert!(text.contains("//! - { name: example, kind: store.memory }"));
    }

    #[test]
    fn a_module_comes_with_a_test_that_calls_every_function() {
        let text = module("base64");
        assert!(text.contains("Group::new(\"base64\", "));
        assert_eq!(
            module_test("base64"),
            "-- The module loads and answers.\nlocal base64 = require(\"base64\")\n\nassert(base64.echo(\"a\") == \"a\")\n"
        );
    }

    #[test]
    fn the_line_in_lib_rs_finds_its_place() {
        let source = "//! X.\n\nmod a;\nmod c;\n\npub use a::A;\n";
        assert_eq!(with_module(source, "b"), "//! X.\n\nmod a;\nmod b;\nmod c;\n\npub use a::A;\n");
        assert_eq!(with_module(source, "d"), "//! X.\n\nmod a;\nmod c;\nmod d;\n\npub use a::A;\n");
        assert_eq!(with_module("//! X.\n", "d"), "//! X.\n\nmod d;\n");
        assert_eq!(with_module("//! X.\n\npub fn f() {}\n", "d"), "//! X.\n\nmod d;\n\npub fn f() {}\n");
    }

    #[test]
    fn the_line_in_the_list_comes_last() {
        let list = |inside: &str| format!("pub fn modules() -> Vec<Module> {{\n    vec![{inside}]\n}}\n");
        assert_eq!(listed(&list(""), "b"), Some(list("b::module()")));
        assert_eq!(listed(&list("a::module()"), "b"), Some(list("a::module(), b::module()")));
        assert_eq!(
            listed(&list("\n        a::module(),\n    "), "b"),
            Some(list("\n        a::module(), b::module()"))
        );
        assert_eq!(listed("//! X.\n", "b"), None);
    }

    #[test]
    fn a_name_that_cannot_be_one_is_refused() {
        let root = Path::new("/nowhere");
        for name in ["", "Base64", "6base", "a-b", "../a", "a.b"] {
            let error = new_module(root, name, "lua-std").expect_err("it is refused").to_string();
            assert!(error.contains("cannot name a module"), "{error}");
        }
        for name in ["store", "store.", "Store.memory", "store..memory", "../a.b"] {
            let error = new_kind(root, name, "svc-store").expect_err("it is refused").to_string();
            assert!(error.contains("cannot name a kind"), "{error}");
        }
        let error = new_kind(root, "store.memory", "svc-store").expect_err("it is refused").to_string();
        assert!(error.contains("no crate `svc-store`"), "{error}");
    }
}
