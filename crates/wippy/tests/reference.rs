//! The reference pages say what the code says.

#[test]
fn the_reference_pages_are_fresh() {
    let out = std::process::Command::new(env!("CARGO_BIN_EXE_wippy"))
        .arg("__describe")
        .output()
        .expect("it starts");
    let text = String::from_utf8(out.stdout).expect("it is text");
    let root = xtask::tree::root().expect("a workspace");
    let stale = xtask::docs::stale(&root, &text).expect("it is described");
    assert!(stale.is_empty(), "run `cargo xtask docs`: {stale:?}");
}
