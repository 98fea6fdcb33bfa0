//! The key is made once, for this user alone, away from the application.

use super::{real, secret};
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

const NOWHERE: [&Path; 0] = [];

fn make(state: &Path) -> Result<[u8; 32], String> {
    secret(state, NOWHERE.into_iter(), true)
}

#[test]
fn it_is_made_once() {
    let dir = tempfile::tempdir().unwrap();
    let state = dir.path().join("a/b");
    assert!(secret(&state, NOWHERE.into_iter(), false).unwrap_err().starts_with("there is no key at "));
    assert!(!dir.path().join("a").exists());
    let key = make(&state).unwrap();
    assert_eq!(make(&state), Ok(key));
    assert_eq!(secret(&state, NOWHERE.into_iter(), false), Ok(key));
    let mode = |path: &str| fs::metadata(state.join(path)).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode("wippy"), mode("wippy/node.key")), (0o700, 0o600));
    assert_eq!(fs::read_dir(state.join("wippy")).unwrap().count(), 1, "nothing is left beside it");
    assert_ne!(make(&dir.path().join("other")).unwrap(), key);
}

#[test]
fn nodes_that_start_at_once_have_one_key() {
    let dir = tempfile::tempdir().unwrap();
    let keys: Vec<_> = std::thread::scope(|scope| {
        let nodes: Vec<_> = (0..8).map(|_| scope.spawn(|| make(dir.path()).unwrap())).collect();
        nodes.into_iter().map(|node| node.join().unwrap()).collect()
    });
    assert!(keys.iter().all(|key| *key == keys[0]), "{keys:?}");
}

#[test]
fn a_key_that_others_know_or_that_is_damaged_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    make(dir.path()).unwrap();
    let path = dir.path().join("wippy/node.key");
    for mode in [0o640, 0o604, 0o620, 0o602] {
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        let told = make(dir.path()).unwrap_err();
        assert!(told.contains(&format!("is open to others (mode {mode:03o}); remove it")), "{told}");
    }
    fs::set_permissions(&path, fs::Permissions::from_mode(0o400)).unwrap();
    make(dir.path()).unwrap();
    fs::remove_file(&path).unwrap();
    for bytes in [&[7; 31][..], &[7; 33], b""] {
        fs::write(&path, bytes).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        let told = make(dir.path()).unwrap_err();
        assert!(told.ends_with("is no file of 32 bytes; remove it, and another one is made"), "{told}");
    }
    fs::remove_file(&path).unwrap();
    fs::create_dir(&path).unwrap();
    assert!(make(dir.path()).unwrap_err().contains("is no file of 32 bytes"));
}

#[test]
fn it_never_lies_where_the_application_does() {
    let dir = tempfile::tempdir().unwrap();
    let at = |below: &str| dir.path().join(below);
    fs::create_dir_all(at("app/src")).unwrap();
    symlink(at("app"), at("link")).unwrap();
    for (state, forbidden) in [
        ("app", "app"),
        ("app/state", "app"),
        ("app/src/../state", "app"),
        ("link", "app"),
        ("link/state", "app"),
        ("app/state", "link"),
        ("", ""),
        // Not there yet, either of them.
        ("cache/state", "cache"),
        ("none/../cache/x", "cache"),
        ("cache/x", "none/../cache"),
    ] {
        let told = secret(&at(state), [&*at("elsewhere"), &*at(forbidden)].into_iter(), true).unwrap_err();
        assert!(told.contains("set XDG_STATE_HOME to a directory elsewhere"), "{state}: {told}");
        assert!(!at(state).join("wippy").exists(), "{state}");
    }
    let beside = secret(&at("application"), [&*at("app")].into_iter(), true);
    assert!(beside.is_ok(), "a longer name is another directory: {beside:?}");
}

#[test]
fn where_it_cannot_be_made_it_says_so() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("file");
    fs::write(&file, "").unwrap();
    let told = make(&file).unwrap_err();
    assert!(told.contains("wippy/node.key can't be "), "{told}");
}

#[test]
fn the_empty_path_is_the_directory_at_hand() {
    let here = std::env::current_dir().unwrap().canonicalize().unwrap();
    assert_eq!(real(Path::new("")), here);
    assert_eq!(real(Path::new("no/such/../x")), here.join("no/x"));
    assert_eq!(real(&PathBuf::from("/")), Path::new("/"));
}
