//! The applications of this repository pass their own linter.

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
