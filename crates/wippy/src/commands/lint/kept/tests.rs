//! Records there and back, hostile bytes, files of others.

use super::{Kept, Key, Record, read, wire, write};
use lua_syntax::Span;
use lua_types::{Code, Report};
use std::collections::HashMap;
use std::os::unix::fs::PermissionsExt;

fn records() -> HashMap<String, Record> {
    let span = Span::new(3, 9);
    let report = Report::new(Code::Shadowed, span, "tell")
        .help("mend")
        .note(Some(Span::new(1, 2)), "there")
        .note(None, "because");
    let record = |n: u8| Record {
        key: Key([n; 32]),
        digest: u128::from(n) << 100,
        manifest: vec![n; 5],
        reports: vec![report.clone(), Report::new(Code::Syntax, span, "")],
    };
    HashMap::from([("app:a".to_owned(), record(1)), ("app:b".to_owned(), record(2))])
}

#[test]
fn records_come_back_as_they_were() {
    let bytes = wire::encode(&records());
    let back = wire::decode(&bytes).unwrap();
    assert_eq!(back.len(), 2);
    for (id, record) in records() {
        let other = &back[&id];
        assert_eq!((record.key, record.digest), (other.key, other.digest));
        assert_eq!((record.manifest, record.reports), (other.manifest.clone(), other.reports.clone()));
    }
    assert_eq!(wire::encode(&back), bytes);
}

#[test]
fn bytes_that_were_changed_anywhere_are_refused() {
    let bytes = wire::encode(&records());
    for at in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[at] ^= 1;
        assert!(wire::decode(&changed).is_none(), "byte {at}");
        assert!(wire::decode(&bytes[..at]).is_none(), "cut at {at}");
    }
}

/// Whoever knows the form can write a right hash; the rest still does no harm.
#[test]
fn bytes_with_a_right_hash_do_no_harm() {
    let bytes = wire::encode(&records());
    for at in 40..bytes.len() {
        for value in [0, 1, 0x7f, 0xff] {
            let mut changed = bytes.clone();
            changed[at] = value;
            let hash = blake3::hash(&changed[40..]);
            changed[8..40].copy_from_slice(hash.as_bytes());
            let _ = wire::decode(&changed);
        }
    }
}

#[test]
fn a_file_that_others_may_write_is_not_used() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("deep/down.kept");
    write(&path, &wire::encode(&records())).unwrap();
    assert_eq!(Kept::at(Some(path.clone()), false).records.len(), 2);
    assert_eq!(Kept::at(Some(path.clone()), true).records.len(), 0, "reset");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o666)).unwrap();
    assert!(read(&path).is_err());
    assert_eq!(Kept::at(Some(path), false).records.len(), 0);
    assert_eq!(Kept::at(Some(dir.path().to_path_buf()), false).records.len(), 0, "a directory");
}
