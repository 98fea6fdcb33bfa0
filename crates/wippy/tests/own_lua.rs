//! Our own Lua passes our linter: applications, and tests but for what they do on purpose.

#[path = "support/folders.rs"]
mod folders;
#[path = "../../lua-types/tests/corpus/harness.rs"]
#[allow(dead_code, reason = "other tests look at the corpus itself")]
mod harness;

use folders::BASE;
use lua_types::{Code, Severity};
use std::path::{Path, PathBuf};
use std::process::Command;

fn applications() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut found = vec![];
    for folder in ["examples", "bench"] {
        for entry in std::fs::read_dir(root.join(folder)).expect("the folder is there") {
            let path = entry.expect("an entry").path();
            if path.join("wippy.lock").exists() {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

#[test]
fn examples_and_benches_are_clean_under_strict() {
    let applications = applications();
    assert!(applications.len() >= 3, "{applications:?}");
    let cache = tempfile::tempdir().expect("a folder");
    for application in applications {
        let mut lint = Command::new(env!("CARGO_BIN_EXE_wippy"));
        let output =
            lint.arg("-C").arg(&application).arg("lint").env("XDG_CACHE_HOME", cache.path()).output();
        let output = output.expect("the linter starts");
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(
            output.status.success() && said.contains("No issues found"),
            "{}:\n{said}",
            application.display()
        );
    }
}

fn lua_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("the folder is there") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            lua_files(&path, found);
        } else if path.extension().is_some_and(|e| e == "lua") {
            found.push(path);
        }
    }
}

/// Every test is linted as strictly as an application. One that does on purpose what the checker refuses says so at that line: `-- lint: ignore
/// E0003`, and a comment that has nothing to keep quiet is a mistake.
#[test]
fn tests_of_lua_are_clean_but_for_what_they_say_they_do_on_purpose() {
    let modules: Vec<_> =
        [lua_std::modules(), lua_sys::modules(), lua_svc::modules()].into_iter().flatten().collect();
    let env = lua_engine::checks_of(&modules).expect("the modules declare what can be read");
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/lua");
    let mut files = vec![];
    lua_files(&root, &mut files);
    files.sort();
    let (mut wrong, mut on_purpose) = (String::new(), 0);
    for file in &files {
        let name = file.strip_prefix(&root).expect("it lies there").with_extension("");
        let text = std::fs::read_to_string(file).expect("a file");
        on_purpose += text.matches("-- lint: ignore").count();
        // Others hold bodies of functions, but for those in a folder `units`.
        let is_chunk = BASE.iter().any(|folder| name.starts_with(folder))
            || name.components().any(|part| part.as_os_str() == "units");
        let source = if is_chunk { text.clone() } else { format!("return function(...) {text}\nend") };
        let modules = text.lines().find_map(|line| line.strip_prefix("-- modules:")).unwrap_or_default();
        let modules: Vec<String> =
            modules.split(',').map(|m| m.trim().to_owned()).filter(|m| !m.is_empty()).collect();
        let name = name.to_string_lossy();
        let mut reports = harness::checked(&env, &name, &source, &modules).reports;
        reports.retain(|report| report.code == Code::UnusedSuppression || !report.code.is_rule());
        reports.retain(|report| report.severity != Severity::Hint);
        if !reports.is_empty() {
            wrong.push_str(&format!("{name}\n{}\n", harness::shown(&source, &reports)));
        }
    }
    println!("{} files; {on_purpose} lines are wrong on purpose", files.len());
    assert!(wrong.is_empty(), "{wrong}");
}
