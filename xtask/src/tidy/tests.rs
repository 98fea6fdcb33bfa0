//! Plants one violation per rule and sees it found.

use super::*;
use crate::tree::{Edge, File, Package};

const MANIFEST: &str = "[package]\nname = \"lua-vm\"\ndescription = \"x\"\nversion.workspace = true\n\
    edition.workspace = true\nrust-version.workspace = true\nlicense.workspace = true\n\
    publish.workspace = true\n\n[lints]\nworkspace = true\n\n[dependencies]\nbytes.workspace = true\n\
    tokio = { workspace = true, features = [\"net\"] }\n";

fn package(name: &str) -> Package {
    Package { name: name.into(), description: "x".into(), dir: format!("crates/{name}"), edges: vec![] }
}

fn with(files: &[(&str, &str)]) -> Tree {
    let files = files.iter().map(|(path, text)| File { path: (*path).into(), text: (*text).into() });
    Tree { files: files.collect(), ..Tree::default() }
}

#[track_caller]
fn finds(tree: &Tree, path: &str, line: usize, what: &str) {
    let found = check(tree);
    let hit = found.len() == 1 && found[0].path == path && found[0].line == line;
    assert!(hit && found[0].what.contains(what), "expected one `{what}` at {path}:{line}, found {found:#?}");
}

#[track_caller]
fn source(path: &str, text: &str, line: usize, what: &str) {
    finds(&with(&[(path, text)]), path, line, what);
}

#[track_caller]
fn clean(path: &str, text: &str) {
    assert_eq!(check(&with(&[(path, text)])), vec![]);
}

#[test]
fn a_forbidden_edge_is_found_in_its_manifest() {
    let mut bad = package("infra-base");
    bad.edges.push(Edge { to: "lua-vm".into(), dev: false });
    finds(&Tree { packages: vec![bad], ..Tree::default() }, "crates/infra-base/Cargo.toml", 0, "lies below");
}

#[track_caller]
fn manifest(text: &str, line: usize, what: &str) {
    let mut tree = with(&[("crates/lua-vm/Cargo.toml", text)]);
    tree.packages.push(package("lua-vm"));
    finds(&tree, "crates/lua-vm/Cargo.toml", line, what);
}

#[test]
fn a_manifest_inherits_what_the_workspace_says() {
    let mut tree = with(&[("crates/lua-vm/Cargo.toml", MANIFEST)]);
    tree.packages.push(package("lua-vm"));
    assert_eq!(check(&tree), vec![]);

    manifest(&MANIFEST.replace("[lints]\nworkspace = true", ""), 0, "[lints]");
    manifest(
        &MANIFEST.replace("rust-version.workspace = true", "rust-version = \"1.95\""),
        0,
        "`rust-version",
    );
    manifest(&MANIFEST.replace("bytes.workspace = true", "bytes = \"1\""), 14, "root manifest");
    manifest(&format!("{MANIFEST}\n[dev-dependencies.serde]\nversion = \"1\"\n"), 18, "root manifest");
}

#[test]
fn a_package_has_a_description_and_the_name_of_its_folder() {
    let mut tree = with(&[("crates/lua-vm/Cargo.toml", MANIFEST)]);
    tree.packages.push(Package { description: String::new(), ..package("lua-vm") });
    finds(&tree, "crates/lua-vm/Cargo.toml", 0, "`description`");

    let mut tree = with(&[("crates/vm/Cargo.toml", MANIFEST)]);
    tree.packages.push(Package { dir: "crates/vm".into(), ..package("lua-vm") });
    finds(&tree, "crates/vm/Cargo.toml", 0, "one name");
}

#[test]
fn the_lock_file_names_the_public_index_only() {
    let good = "source = \"registry+https://github.com/rust-lang/crates.io-index\"\n";
    clean("Cargo.lock", good);
    source("Cargo.lock", "source = \"registry+https://crates.example.com/index\"\n", 1, "public index");
    source("Cargo.lock", &format!("{good}source = \"git+https://github.com/a/b\"\n"), 2, "public index");
}

#[test]
fn a_file_opens_with_a_caption() {
    source("crates/core-relay/src/lib.rs", "fn main() {}\n", 1, "caption");
    source("crates/core-relay/src/lib.rs", "//!\n//! Late.\n", 1, "caption");
    source("tests/lua.rs", &format!("//! {}.\n", "x".repeat(100)), 1, "more than 100");
    clean("tests/lua.rs", &format!("//! {}.\n", "x".repeat(99)));
}

#[test]
fn a_file_has_a_limit_that_does_not_count_its_tests() {
    let long = format!("//! Long.\n{}", "fn f() {}\n".repeat(800));
    source("crates/core-relay/src/a.rs", &long, 0, "801 lines");
    clean("crates/core-relay/src/a/tests.rs", &long);
    clean("crates/core-relay/tests/a.rs", &long);
    let tested = format!("//! Short.\n#[cfg(test)]\nmod tests {{\n{}}}\n", "fn f() {}\n".repeat(900));
    clean("crates/core-relay/src/a.rs", &tested);
}

#[test]
fn a_name_says_something() {
    source("crates/core-relay/src/utils.rs", "//! X.\n", 0, "`utils` says nothing");
    source("crates/core-relay/src/host_manager.rs", "//! X.\n", 0, "says nothing");
    source("crates/core-relay/src/common/a.rs", "//! X.\n", 0, "`common`");
    clean("crates/core-relay/src/uncommon.rs", "//! X.\n");
}

#[test]
fn unfinished_and_forgotten_code_is_found() {
    for (text, word) in [
        ("fn f() { todo!() }", "`todo!`"),
        ("fn f() { unimplemented!() }", "`unimplemented!`"),
        ("fn f() { dbg!(1); }", "`dbg!`"),
        ("#[ignore = \"slow\"]", "`#[ignore`"),
    ] {
        source("crates/core-relay/src/a.rs", &format!("//! X.\n\n{text}\n"), 3, word);
    }
    clean("crates/core-relay/src/a.rs", "//! X.\n// todo!() is banned\nconst A: &str = \"dbg!\";\n");
}

#[test]
fn a_silenced_lint_says_why() {
    source("crates/core-relay/src/a.rs", "//! X.\n#[allow(dead_code)]\nfn f() {}\n", 2, "says why");
    source("crates/core-relay/src/a.rs", "//! X.\n#![expect(\n    dead_code\n)]\n", 2, "says why");
    source("crates/core-relay/src/a.rs", "//! X.\n#[cfg_attr(loom, allow(dead_code))]\n", 2, "says why");
    clean("crates/core-relay/src/a.rs", "//! X.\n#[allow(dead_code, reason = \"y\")]\nfn f() {}\n");
    clean("crates/core-relay/src/a.rs", "//! X.\n#[should_panic(expected = \"x\")]\nfn f() {}\n");
}

#[test]
fn unsafe_stands_in_the_machine_only() {
    source("crates/lua-std/src/a.rs", "//! X.\nfn f() { unsafe { g() } }\n", 2, "only in lua-vm");
    source("tests/lua.rs", "//! X.\nunsafe impl Send for A {}\n", 2, "only in lua-vm");
    clean("crates/lua-std/src/a.rs", "//! X, without unsafe.\n#![forbid(unsafe_code)]\n");
}

#[test]
fn unsafe_carries_its_proof() {
    let path = "crates/lua-vm/src/heap.rs";
    source(path, "//! X.\nfn f() {\n    unsafe { g() }\n}\n", 3, "SAFETY");
    source(path, "//! X.\n// SAFETY: far away.\nfn a() {}\nunsafe impl Send for A {}\n", 4, "SAFETY");
    source(path, "//! X.\n// SAFETY: of a.\nlet a = unsafe { g() };\nlet b = unsafe { g() };\n", 4, "SAFETY");
    source(path, "//! X.\n// SAFETY: after a blank line.\n\nlet a = unsafe { g() };\n", 4, "SAFETY");
    clean(path, "//! X.\n// SAFETY: the caller owns it,\n// and keeps it.\nlet a = unsafe { g() };\n");
    clean(path, "//! X.\n// SAFETY: sent whole.\n#[cfg(loom)]\nunsafe impl Send for A {}\n");
    clean(path, "//! X.\n// SAFETY: it is.\nlet a =\n    unsafe { g() };\n");
    clean(path, "//! X.\nlet a = unsafe { g() }; // SAFETY: it is.\n");
    clean(path, "//! X.\nunsafe fn g() {}\n");
}

#[test]
fn what_module_authors_see_forbids_unsafe_for_good() {
    let mut tree = with(&[("crates/lua-std/src/lib.rs", "//! X.\n// #![forbid(unsafe_code)]\n")]);
    tree.packages.push(package("lua-std"));
    finds(&tree, "crates/lua-std/src/lib.rs", 0, "`#![forbid(unsafe_code)]`");
    tree.files[0].text = "//! X.\n#![forbid(unsafe_code)]\n".into();
    assert_eq!(check(&tree), vec![]);
}

#[test]
fn a_fragment_has_its_shape() {
    source("changelog.d/Hello.feature.md", "Text.\n", 0, "`<slug>.");
    source("changelog.d/hello.change.md", "Text.\n", 0, "`<slug>.");
    source("changelog.d/hello.fix.md", "\n", 1, "sentence");
    source("changelog.d/hello.fix.md", "# Fix\n", 1, "sentence");
    clean("changelog.d/hello-world.breaking.md", "Text.\n");
    clean("changelog.d/README.md", "# Fragments\n");
}

#[test]
fn a_decision_has_its_shape() {
    let text = "# 1. X\n\n## Context\n\n## Decision\n\n## Consequence\n";
    clean("docs/adr/0001-own-machine.md", text);
    source("docs/adr/1-own-machine.md", text, 0, "`NNNN-title.md`");
    source("docs/adr/0001-own-machine.md", &text.replace("## Decision", ""), 0, "`## Decision`");
    finds(
        &with(&[("docs/adr/0001-a.md", text), ("docs/adr/0001-b.md", text)]),
        "docs/adr/0001-b.md",
        0,
        "the number 0001",
    );
}

#[test]
fn what_exists_on_one_machine_does_not_leak() {
    let home = concat!("see /wo", "rk/main/a.rs\n");
    source("README.md", home, 1, "relative");
    source("a.yaml", concat!("\n\nfile: \"/ro", "ot/x\"\n"), 3, "relative");
    clean("README.md", concat!("see frame/wo", "rk/main/a.rs\n"));
    source("README.md", concat!("from https:", "//registry.example.com/x\n"), 1, "registry or mirror");
    source("a.go", concat!("// https:", "//go-mirror.example.com:8080/x\n"), 1, "registry or mirror");
    clean("README.md", "https://www.apache.org/licenses and http://127.0.0.1:8080/registry\n");
}

#[test]
fn a_violation_prints_as_compilers_do() {
    let violation = Violation { path: "a.rs".into(), line: 3, what: "x".into() };
    assert_eq!(violation.to_string(), "a.rs:3: x");
    assert_eq!(Violation { line: 0, ..violation }.to_string(), "a.rs: x");
}
