//! How much of all applications here is imaged: at least four programs of five whole.
//!
//! Applications are `examples`, `tests/specs` and `bench`; `IMAGES_OF` names more folders, as `PATH` does. What each program
//! comes to is printed by `cargo test -p wippy --test images -- --nocapture`.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Programs of five that must be imaged whole.
const SHARE: usize = 4;

/// Specs whose entries may be refused, as they say in their first word.
const REFUSED: [&str; 2] = ["bad-", "lint-"];

/// Folders below `root` that hold an application.
fn applications(root: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = ["examples", "tests/specs", "bench"]
        .iter()
        .flat_map(|group| std::fs::read_dir(root.join(group)).expect("a readable folder"))
        .map(|entry| entry.expect("a readable folder").path())
        .filter(|path| path.join("src").is_dir())
        .collect();
    found.sort();
    let more = std::env::var_os("IMAGES_OF");
    found.extend(more.iter().flat_map(std::env::split_paths));
    found
}

#[test]
fn images_cover_most_programs_whole() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the workspace");
    let (mut whole, mut all) = (0, 0);
    for folder in applications(&root) {
        let name = folder.strip_prefix(&root).unwrap_or(&folder).display();
        let run = Command::new(env!("CARGO_BIN_EXE_wippy")).arg("-C").arg(&folder).arg("__images").output();
        let run = run.expect("the binary starts");
        if !run.status.success() {
            let file = folder.file_name().unwrap_or_default().to_string_lossy();
            let said = String::from_utf8_lossy(&run.stderr);
            assert!(REFUSED.iter().any(|word| file.starts_with(word)), "{name} is refused:\n{said}");
            continue;
        }
        for line in String::from_utf8_lossy(&run.stdout).lines() {
            println!("{name}  {line}");
            if line.contains("  left out: ") {
                continue;
            }
            all += 1;
            whole += usize::from(line.contains("  whole: "));
        }
    }
    println!("{whole} of {all} programs are imaged whole");
    assert!(all >= 40, "only {all} programs were found");
    assert!(whole * 5 >= all * SHARE, "{whole} of {all} programs are imaged whole");
}
