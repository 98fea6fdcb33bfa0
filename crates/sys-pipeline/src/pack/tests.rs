//! Packs that are right, damaged, old, and made to do harm.

#![allow(clippy::unwrap_used, reason = "a test")]

use super::contents::{self, DEPTH};
use super::format::{Frame, HEADER, Header, footer, table};
use super::stream::{hash_of, hex, packed};
use super::*;
use infra_base::EntryId;
use infra_codec::msgpack;
use std::io::Cursor;

fn data(pairs: &[(&str, Data)]) -> Data {
    Data::Map(pairs.iter().map(|(key, value)| ((*key).into(), value.clone())).collect())
}

fn entry(id: &str, kind: &str, fields: &[(&str, Data)]) -> Entry {
    let id = EntryId::parse(id).unwrap();
    Entry { id, kind: kind.into(), meta: Map::default(), data: data(fields), origin: None }
}

fn some_entries() -> Vec<Entry> {
    let mut lua = entry("app:main", "function.lua", &[("source", Data::text("return function() end\n"))]);
    lua.meta.insert("comment".into(), Data::text("ä text"));
    let numbers = Data::List(vec![Data::Int(-300), Data::Float(2.0), Data::Null, Data::Bool(true)]);
    let odd = data(&[("Data", Data::Int(1)), ("Format", Data::text("yaml"))]);
    vec![
        lua,
        entry("app.b:x.y", "registry.entry", &[("secret", Data::text("${env:KEY|none}")), ("list", numbers)]),
        entry("app:bytes", "registry.entry", &[("raw", Data::Bytes(b"\xff\x00".as_slice().into()))]),
        Entry { data: odd, ..entry("app:wrapped", "registry.entry", &[]) },
    ]
}

/// A pack of two frames that hold these bytes, its table changed before it is written.
fn crafted(metadata: &[u8], entries: &[u8], change: impl FnOnce(&mut Map)) -> Vec<u8> {
    let stored = [packed(metadata), packed(entries)];
    let frame = |index: usize, plain: &[u8]| Frame {
        offset: HEADER + stored[..index].iter().map(|s| s.len() as u64).sum::<u64>(),
        size: stored[index].len() as u64,
        unpacked: Some(plain.len() as u64),
        hash: Some(hex(&hash_of(&*stored[index]).unwrap())),
    };
    let (metadata, entries) = (frame(0, metadata), frame(1, entries));
    let Data::Map(mut table) = table(&metadata, &entries) else { panic!("a map") };
    change(&mut table);
    let table = packed(&msgpack::encode(&Data::Map(table), DEPTH).unwrap());
    framed(&stored.concat(), &table)
}

fn framed(data: &[u8], table: &[u8]) -> Vec<u8> {
    let header = Header { offset: HEADER, size: data.len() as u64, hash: hash_of(data).unwrap() };
    [&header.to_bytes(), data, table, &footer(header.end(), table.len() as u64)].concat()
}

fn of_entries(entries: Data) -> Vec<u8> {
    crafted(b"\x80", &msgpack::encode(&entries, DEPTH).unwrap(), |_| {})
}

fn good() -> Vec<u8> {
    let entries = some_entries();
    let metadata = data(&[("description", Data::text("A shop")), ("build", Data::Int(7))]);
    let metadata = msgpack::encode(&metadata, DEPTH).unwrap();
    let all = contents::to_data(&entries.iter().collect::<Vec<_>>());
    crafted(&metadata, &msgpack::encode(&all, DEPTH).unwrap(), |_| {})
}

fn read(bytes: &[u8]) -> Result<Pack> {
    Pack::read("app.wapp", Cursor::new(bytes))
}

#[track_caller]
fn refused(bytes: &[u8], why: &str) {
    let error = read(bytes).unwrap_err().to_string();
    assert!(error.starts_with("pack app.wapp: ") && error.contains(why), "{error}");
}

fn set(map: &mut Map, frame: &str, field: &str, value: i64) {
    let Some(Data::Map(frame)) = map.get_mut(frame) else { panic!("a frame") };
    frame.insert(field.into(), Data::Int(value));
}

#[test]
fn what_was_written_is_read() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("app.wapp");
    let mut meta = PackMeta {
        version: "1".into(),
        date: Some("2026-01-02".into()),
        tags: vec!["a".into()],
        ..PackMeta::default()
    };
    meta.add("team", Data::text("blue")).unwrap();
    let entries = some_entries();
    let all: Vec<&Entry> = entries.iter().collect();
    let size = write(&path, &meta, &all).unwrap();
    let pack = Pack::open(&path).unwrap();
    assert_eq!(pack.entries, entries);
    assert_eq!(pack.metadata["entry_count"], Data::Int(4));
    assert_eq!(pack.metadata["team"], Data::text("blue"));
    assert_eq!(pack.metadata["wippy_date"], Data::text("2026-01-02"));
    let bytes = std::fs::read(&path).unwrap();
    assert_eq!(bytes.len() as u64, size);
    write(&path, &meta, &all).unwrap();
    assert_eq!(std::fs::read(&path).unwrap(), bytes, "the same again gives the same bytes");
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1, "nothing is left beside it");
}

#[test]
fn a_pack_that_cannot_be_written_leaves_the_old_one() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("app.wapp");
    std::fs::write(&path, "old").unwrap();
    let deep = (0..200).fold(Data::Null, |inner, _| Data::List(vec![inner]));
    let deep = entry("app:deep", "registry.entry", &[("deep", deep)]);
    let error = write(&path, &PackMeta::default(), &[&deep]).unwrap_err().to_string();
    assert!(error.contains("nested too deep"), "{error}");
    assert_eq!(std::fs::read(&path).unwrap(), b"old");
    let error = write(&dir.path().join("no/app.wapp"), &PackMeta::default(), &[]).unwrap_err().to_string();
    assert!(error.contains("can't be written"), "{error}");
}

/// What lies beside a pack belongs to the user, and nobody can guess where the new pack is written.
#[test]
fn what_lies_beside_a_pack_stays() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("app.wapp");
    let beside = dir.path().join("app.wapp.new");
    let names = || {
        let names = std::fs::read_dir(dir.path()).unwrap().map(|file| file.unwrap().file_name());
        let mut names: Vec<_> = names.map(|name| name.into_string().unwrap()).collect();
        names.sort();
        names
    };
    std::fs::write(dir.path().join("mine"), "mine").unwrap();
    std::os::unix::fs::symlink("mine", &beside).unwrap();
    write(&path, &PackMeta::default(), &[]).unwrap();
    assert_eq!(std::fs::read(dir.path().join("mine")).unwrap(), b"mine", "a link is not followed");
    assert_eq!(names(), ["app.wapp", "app.wapp.new", "mine"]);
    let deep = (0..200).fold(Data::Null, |inner, _| Data::List(vec![inner]));
    write(&path, &PackMeta::default(), &[&entry("app:deep", "registry.entry", &[("deep", deep)])])
        .unwrap_err();
    let into_a_directory = dir.path().join("dir.wapp");
    std::fs::create_dir(&into_a_directory).unwrap();
    let error = write(&into_a_directory, &PackMeta::default(), &[]).unwrap_err().to_string();
    assert!(error.ends_with("can't be written: there is something that is not a file"), "{error}");
    assert_eq!(names(), ["app.wapp", "app.wapp.new", "dir.wapp", "mine"]);
}

#[test]
fn a_pack_keeps_the_rights_of_the_file_that_it_replaces() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("app.wapp");
    let rights = || std::fs::metadata(&path).unwrap().permissions().mode() & 0o777;
    std::fs::File::create(dir.path().join("plain")).unwrap();
    let plain = std::fs::metadata(dir.path().join("plain")).unwrap().permissions().mode() & 0o777;
    write(&path, &PackMeta::default(), &[]).unwrap();
    assert_eq!(rights(), plain, "a new pack is a file like others");
    for mode in [0o600, 0o666, 0o440] {
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        write(&path, &PackMeta::default(), &[]).unwrap();
        assert_eq!(rights(), mode);
    }
}

#[test]
fn of_two_that_write_one_pack_one_is_there_whole() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("app.wapp");
    let start = std::sync::Barrier::new(2);
    std::thread::scope(|scope| {
        for (tag, entries) in [("a", 1), ("b", 2_000)] {
            let (path, start) = (&path, &start);
            scope.spawn(move || {
                let meta = PackMeta { tags: vec![tag.into()], ..PackMeta::default() };
                let all: Vec<_> =
                    (0..entries).map(|n| entry(&format!("app:{n}"), "registry.entry", &[])).collect();
                let all: Vec<&Entry> = all.iter().collect();
                for _ in 0..20 {
                    start.wait();
                    write(path, &meta, &all).unwrap();
                }
            });
        }
    });
    let pack = Pack::open(&path).unwrap();
    let expected = if pack.metadata["tags"] == Data::List(vec![Data::text("a")]) { 1 } else { 2_000 };
    assert_eq!(pack.entries.len(), expected);
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1, "nothing is left beside it");
}

#[test]
fn some_keys_are_not_for_users() {
    let ours = ["", "tags", "entry_count", "wippy.x", "system.y", "runtime", "runtime.http.port"];
    // Who says so runs a pack as a published module.
    let published = ["namespace", "name", "version", "license"];
    for key in ours.into_iter().chain(published) {
        assert!(PackMeta::default().add(key, Data::Null).is_err(), "{key}");
    }
}

#[test]
fn no_place_can_be_cut_and_no_bit_changes_what_is_read() {
    let bytes = good();
    let whole = read(&bytes).unwrap();
    for len in 0..bytes.len() {
        assert!(read(&bytes[..len]).is_err(), "cut to {len}");
    }
    let mut changed = bytes.clone();
    for at in 0..bytes.len() {
        for bit in 0..8 {
            changed[at] ^= 1 << bit;
            if let Ok(pack) = read(&changed) {
                assert_eq!(pack.entries, whole.entries, "byte {at}, bit {bit}");
                assert_eq!(pack.metadata, whole.metadata, "byte {at}, bit {bit}");
            }
            changed[at] ^= 1 << bit;
        }
    }
}

#[test]
fn files_that_are_no_packs_say_so() {
    refused(b"", "0 bytes are too few");
    refused(&[b'x'; 400], "does not begin with WIPPYPACK");
    let mut bytes = good();
    bytes[9] = 2;
    refused(&bytes, "format is version 2, this program reads version 1");
    bytes[9] = 1;
    bytes[10] = 1;
    refused(&bytes, "flags that this program does not know");
    let dir = tempfile::tempdir().unwrap();
    let pipe = dir.path().join("pipe.wapp");
    use rustix::fs::{CWD, FileType, Mode, mknodat};
    mknodat(CWD, &pipe, FileType::Fifo, Mode::RWXU, 0).unwrap();
    for path in [dir.path(), &pipe] {
        assert!(Pack::open(path).unwrap_err().to_string().ends_with("is not a file"));
    }
    let error = Pack::open(&dir.path().join("no.wapp")).unwrap_err();
    assert_eq!(error.kind(), infra_base::Kind::NotFound);
}

#[test]
fn sizes_and_places_are_not_believed() {
    let change = |at: usize, value: u64| {
        let mut bytes = good();
        let at = if at < 300 { at } else { bytes.len() - 16 + (at - 300) };
        bytes[at..at + 8].copy_from_slice(&value.to_le_bytes());
        bytes
    };
    refused(&change(12, 0), "data section lies outside");
    refused(&change(12, u64::MAX), "data section lies outside");
    refused(&change(20, 1 << 20), "data section lies outside");
    refused(&change(20, u64::MAX), "larger than 1024 MiB");
    refused(&change(300, 268), "table of contents lies outside");
    refused(&change(300, u64::MAX), "table of contents lies outside");
    refused(&change(308, 0), "table of contents lies outside");
    refused(&change(308, u64::MAX), "table of contents lies outside");
    let mut bytes = good();
    bytes[300] ^= 1;
    refused(&bytes, "hash of the data section does not match, the file is damaged");
}

#[test]
fn frames_lie_where_they_may_and_hold_what_they_say() {
    let of = |change: &dyn Fn(&mut Map)| crafted(b"\x80", b"\x90", change);
    assert!(read(&of(&|_| {})).unwrap().entries.is_empty());
    refused(&of(&|map| set(map, "Entries", "Size", 0)), "empty frame");
    refused(&of(&|map| set(map, "Entries", "Offset", 268)), "overlap");
    refused(&of(&|map| set(map, "Entries", "Offset", 10)), "outside of its data section");
    refused(&of(&|map| set(map, "Entries", "Offset", i64::MAX)), "outside of its data section");
    refused(&of(&|map| set(map, "Entries", "Offset", -1)), "no place of the entries");
    refused(&of(&|map| set(map, "Entries", "Size", 1 << 40)), "outside of its data section");
    refused(&of(&|map| set(map, "Entries", "UncompressedSize", 1 << 40)), "more than 256 MiB");
    refused(&of(&|map| set(map, "Entries", "UncompressedSize", 2)), "2 were announced");
    refused(&of(&|map| set(map, "Entries", "UncompressedSize", 0)), "more than the 0 bytes");
    refused(&of(&|map| set(map, "Entries", "UncompressedSize", -1)), "no UncompressedSize of the entries");
    let sizeless = |map: &mut Map| {
        let Some(Data::Map(frame)) = map.get_mut("Metadata") else { panic!("a frame") };
        frame.shift_remove("UncompressedSize");
    };
    refused(&of(&sizeless), "no UncompressedSize of the metadata");
    refused(&of(&|map| _ = map.shift_remove("Metadata")), "no place of the metadata");
    refused(
        &of(&|map| _ = map.insert("Resources".into(), Data::Int(1))),
        "Resources of its table is no list",
    );
    let wrong = data(&[("Offset", Data::Int(268)), ("Size", Data::Int(1))]);
    refused(&of(&|map| _ = map.insert("DataFrames".into(), Data::List(vec![wrong.clone()]))), "overlap");
    let hash = |map: &mut Map| {
        let Some(Data::Map(frame)) = map.get_mut("Entries") else { panic!("a frame") };
        frame.insert("Hash".into(), Data::text("00"));
    };
    refused(&of(&hash), "hash of entries does not match");
    refused(&framed(b"x", b"y"), "its table of contents: is no Zstandard stream");
    refused(&framed(b"x", &[packed(b"\x80"), b"z".to_vec()].concat()), "is followed by 1 bytes");
    refused(&framed(b"x", &packed(b"\x90")), "no place of the metadata");
}

/// A pack whose entries are this stream, which unpacks to one byte.
fn streamed(stream: &[u8]) -> Vec<u8> {
    let metadata = packed(b"\x80");
    let frame = |offset: u64, stored: &[u8]| Frame {
        offset: HEADER + offset,
        size: stored.len() as u64,
        unpacked: Some(1),
        hash: Some(hex(&hash_of(stored).unwrap())),
    };
    let table = table(&frame(0, &metadata), &frame(metadata.len() as u64, stream));
    let table = packed(&msgpack::encode(&table, DEPTH).unwrap());
    framed(&[&*metadata, stream].concat(), &table)
}

#[test]
fn streams_have_the_right_checksum_and_no_huge_window() {
    let mut stream = packed(b"\x90");
    assert!(read(&streamed(&stream)).is_ok());
    *stream.last_mut().unwrap() ^= 1;
    refused(&streamed(&stream), "its entries: has a wrong checksum");
    // Magic, no flags, the window, and a last raw block of one byte.
    let of_window = |window: u8| [0x28, 0xb5, 0x2f, 0xfd, 0, window, 0x09, 0, 0, 0x90];
    assert!(read(&streamed(&of_window(17 << 3))).is_ok(), "128 MiB");
    refused(&streamed(&of_window(17 << 3 | 1)), "its entries: is no Zstandard stream");
}

#[test]
fn a_table_is_bounded() {
    refused(&framed(b"x", &vec![0; (16 << 20) + 1]), "its table of contents is larger than 16 MiB");
}

#[test]
fn a_bomb_ends_at_what_was_announced() {
    let zeros = vec![0; 8 << 20];
    assert!(packed(&zeros).len() < 2_000);
    let bomb = crafted(b"\x80", &zeros, |map| set(map, "Entries", "UncompressedSize", 100));
    refused(&bomb, "its entries: holds more than the 100 bytes that it may");
}

#[test]
fn entries_need_an_id_and_a_kind_and_are_there_once() {
    let of = |ns: &str, name: &str, kind: Data| {
        let id = data(&[("ns", ns.into()), ("name", name.into())]);
        data(&[("ID", id), ("Kind", kind), ("Data", Data::Null)])
    };
    let kind = || Data::text("registry.entry");
    let two = vec![of("app", "a", kind()), of("app", "a", kind())];
    refused(&of_entries(Data::List(two)), "entry app:a is there twice");
    let one = |item: Data| of_entries(Data::List(vec![item]));
    refused(&one(of("app", "", kind())), "entry 1: entry id \"app:\" has no name");
    refused(&one(of("app", "a b", kind())), "contains ' '");
    refused(&one(of("app:x", "a", kind())), "namespace \"app:x\" contains ':'");
    refused(&one(of("app", "a", Data::Null)), "app:a has no Kind");
    refused(&one(Data::Int(1)), "entry 1: it has no ID");
    refused(&of_entries(Data::Int(1)), "its entries are no list");
    refused(&crafted(b"\x90", b"\x90", |_| {}), "its metadata is no map");
    refused(&crafted(b"\x80", b"\xdd\xff\xff\xff\xff", |_| {}), "its entries: malformed msgpack at byte 5");
}

#[test]
fn packs_of_other_makers_are_read() {
    let wrapper = data(&[("Data", data(&[("x", Data::Int(1))])), ("Format", Data::text("golang/any"))]);
    let id = data(&[("ns", "app".into()), ("name", "a".into())]);
    let old = data(&[
        ("id", id),
        ("kind", Data::text("registry.entry")),
        ("meta", data(&[("m", Data::Int(2))])),
        ("data", wrapper),
        ("later", Data::Int(9)),
    ]);
    let entries = msgpack::encode(&Data::List(vec![old]), DEPTH).unwrap();
    // str8 and bin8, lower-case names in the table, and a field of a later version.
    let bytes = crafted(b"\x82\xd9\x01a\xc4\x01b\xa1c\x01", &entries, |map| {
        let renamed = |(key, value): (Box<str>, Data)| (Box::<str>::from(key.to_lowercase()), value);
        *map = std::mem::take(map).into_iter().map(renamed).collect();
        map.insert("later".into(), Data::Int(1));
    });
    let pack = read(&bytes).unwrap();
    assert_eq!(pack.metadata["a"], Data::text("b"));
    let [entry] = &pack.entries[..] else { panic!("one entry") };
    assert_eq!((entry.id.as_str(), &*entry.kind), ("app:a", "registry.entry"));
    assert_eq!((&entry.data, &entry.meta["m"]), (&data(&[("x", Data::Int(1))]), &Data::Int(2)));
}

#[test]
fn who_made_it_is_asked_of_its_metadata() {
    let of = |key: &str, value: Data| {
        let metadata = msgpack::encode(&data(&[(key, value)]), DEPTH).unwrap();
        read(&crafted(&metadata, b"\x90", |_| {})).unwrap()
    };
    assert_eq!(of("namespace", Data::text("acme.shop")).module().as_deref(), Some("acme/shop"));
    assert_eq!(of("team", Data::text("acme.shop")).module(), None);
    let runtime = |key: &str, value: Data| of(key, value).runtime().map(|found| found.map(Data::Map));
    let nested = |section: &str, key: &str| Some(data(&[(section, data(&[(key, Data::Int(1))]))]));
    let http = nested("http", "port");
    assert_eq!(runtime("runtime", http.clone().unwrap()).unwrap(), http);
    assert_eq!(runtime("runtime.http.port", Data::Int(1)).unwrap(), http);
    let key = "runtime.override.app:a.b:pool.size";
    assert_eq!(runtime(key, Data::Int(1)).unwrap(), nested("override", "app:a.b:pool.size"));
    assert_eq!(runtime("runtimes", Data::Int(1)).unwrap(), None);
    let long = format!("runtime.{}", vec!["a"; 10_000].join("."));
    for (key, value) in [(&*long, Data::Null), ("runtime.a..b", Data::Null), ("runtime", Data::Int(1))] {
        assert!(runtime(key, value).is_err());
    }
}
