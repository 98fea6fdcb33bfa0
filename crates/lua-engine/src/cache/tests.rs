//! Files of the cache: kept, refused, replaced, bounded; and directories that are no good.

use super::{BLOCK, CODE, Cache, CacheOptions, MOST_OF_A_FILE};
use lua_syntax::LineIndex;
use lua_vm::Proto;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, SystemTime};

const SOURCE: &str = "return 7";

fn compiled(source: &str) -> Arc<Proto> {
    let parsed = lua_syntax::parse(source.as_bytes());
    lua_vm::compile(&parsed.chunk, "app:x", &LineIndex::new(source.as_bytes())).unwrap()
}

/// A user's home with an application in it.
struct Home(tempfile::TempDir);

impl Home {
    fn new() -> Home {
        let home = Home(tempfile::tempdir().unwrap());
        fs::create_dir(home.path("app")).unwrap();
        home
    }

    fn path(&self, below: &str) -> PathBuf {
        self.0.path().join(below)
    }

    fn options(&self) -> CacheOptions {
        CacheOptions {
            dir: self.path("app/.wippy/cache/lua"),
            write: true,
            code: true,
            types: true,
            state: Some(self.path("state")),
            application: vec![self.path("app")],
        }
    }

    fn cache(&self) -> Cache {
        Cache::open(&self.options()).unwrap()
    }

    fn read_only(&self) -> Cache {
        Cache::open(&CacheOptions { write: false, ..self.options() }).unwrap()
    }

    /// Names of the files, sorted.
    fn files(&self) -> Vec<String> {
        listed(&self.options().dir)
    }
}

fn listed(dir: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(dir) else { return Vec::new() };
    let mut names: Vec<_> = entries.map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// Stores the code of `SOURCE`; gives the path of its file.
fn stored(cache: &Cache) -> PathBuf {
    let id = cache.id("app:x", SOURCE.as_bytes(), &[]);
    cache.store(&id, &compiled(SOURCE));
    cache.path(&id, CODE)
}

fn found(cache: &Cache) -> bool {
    cache.load(&cache.id("app:x", SOURCE.as_bytes(), &[])).is_some()
}

#[test]
fn code_is_found_again_by_the_next_node() {
    let home = Home::new();
    let first = home.cache();
    assert!(!found(&first));
    assert_eq!(home.files(), [""; 0], "nothing is made before there is something to keep");
    let path = stored(&first);
    assert_eq!(home.files(), [path.file_name().unwrap().to_str().unwrap()]);
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    let second = home.cache();
    assert!(found(&second) && found(&home.read_only()));
    for (entry, source) in [("app:y", SOURCE), ("app:x", "return 8")] {
        assert!(second.load(&second.id(entry, source.as_bytes(), &[])).is_none(), "{entry} {source}");
    }
}

#[test]
fn a_file_with_any_byte_changed_or_missing_is_not_used_and_replaced() {
    let home = Home::new();
    let cache = home.cache();
    let path = stored(&cache);
    let whole = fs::read(&path).unwrap();
    assert!(whole.len() < 200, "small enough to change each byte: {}", whole.len());
    let mut spoilt: Vec<Vec<u8>> = (0..whole.len()).map(|len| whole[..len].to_vec()).collect();
    spoilt.push([&whole[..], b"x"].concat());
    for at in 0..whole.len() {
        spoilt.extend([0x01, 0x80, 0xff].map(|bits| {
            let mut changed = whole.clone();
            changed[at] ^= bits;
            changed
        }));
    }
    for bytes in spoilt {
        fs::write(&path, &bytes).unwrap();
        assert!(!found(&cache), "{bytes:02x?}");
        assert_eq!(fs::read(&path).unwrap(), bytes, "reading writes nothing");
        stored(&cache);
        assert!(found(&cache));
        assert_eq!(fs::read(&path).unwrap(), whole);
    }
}

#[test]
fn files_of_another_key_or_another_entry_are_not_used() {
    let home = Home::new();
    let cache = home.cache();
    let path = stored(&cache);
    let other = Home::new();
    let foreign = stored(&other.cache());
    assert_ne!(path.file_name(), foreign.file_name(), "their names differ, too");
    fs::copy(&foreign, &path).unwrap();
    assert!(!found(&cache));
    // A file that is good under another name.
    let id = cache.id("app:y", SOURCE.as_bytes(), &[]);
    cache.store(&id, &compiled(SOURCE));
    fs::copy(cache.path(&id, CODE), &path).unwrap();
    assert!(!found(&cache));
    stored(&cache);
    assert!(found(&cache));
    // With a new key nothing is found, and everything is kept anew.
    fs::remove_file(home.path("state/wippy/node.key")).unwrap();
    let renewed = home.cache();
    assert!(!found(&renewed));
    stored(&renewed);
    assert!(found(&renewed));
}

#[test]
fn what_is_no_file_is_neither_read_nor_waited_for() {
    let home = Home::new();
    let cache = home.cache();
    let path = stored(&cache);
    fs::remove_file(&path).unwrap();
    rustix::fs::mknodat(rustix::fs::CWD, &path, rustix::fs::FileType::Fifo, 0o600.into(), 0).unwrap();
    assert!(!found(&cache));
    stored(&cache);
    assert!(found(&cache), "it is replaced");
    fs::remove_file(&path).unwrap();
    std::os::unix::fs::symlink("/dev/zero", &path).unwrap();
    assert!(!found(&cache));
    fs::remove_file(&path).unwrap();
    // Claims to be long without being it.
    fs::File::create(&path).unwrap().set_len(MOST_OF_A_FILE + 1).unwrap();
    assert!(!found(&cache));
    fs::remove_file(&path).unwrap();
    fs::create_dir(&path).unwrap();
    assert!(!found(&cache));
    stored(&cache);
    assert!(!cache.write.load(Relaxed), "a directory cannot be replaced: it goes on without writing");
}

#[test]
fn reading_only_makes_nothing() {
    let home = Home::new();
    let refused = Cache::open(&CacheOptions { write: false, ..home.options() }).err().unwrap();
    assert!(refused.starts_with("there is no key at ") && refused.contains("readwrite"), "{refused}");
    assert!(!home.path("state").exists() && !home.path("app/.wippy").exists());
    let path = stored(&home.cache());
    let bytes = fs::read(&path).unwrap();
    fs::write(&path, "spoilt").unwrap();
    let reader = home.read_only();
    assert!(!found(&reader));
    stored(&reader);
    assert_eq!(fs::read(&path).unwrap(), b"spoilt");
    let id = reader.id("app:new", b"return 1", &[]);
    reader.store(&id, &compiled("return 1"));
    assert_eq!(home.files().len(), 1);
    fs::write(&path, bytes).unwrap();
    assert!(found(&reader));
}

#[test]
fn a_directory_that_was_removed_is_made_again() {
    let home = Home::new();
    let cache = home.cache();
    stored(&cache);
    fs::remove_dir_all(home.path("app/.wippy")).unwrap();
    assert!(!found(&cache));
    stored(&cache);
    assert!(found(&cache));
}

#[test]
fn a_directory_that_cannot_be_used_turns_writing_off() {
    let home = Home::new();
    fs::write(home.path("app/.wippy"), "a file").unwrap();
    let cache = home.cache();
    assert!(!found(&cache));
    assert!(cache.told.load(Relaxed), "it says so");
    stored(&cache);
    assert!(!cache.write.load(Relaxed), "and goes on without");
    assert!(!found(&cache));
}

#[test]
fn a_full_directory_loses_what_was_not_used_for_longest() {
    let home = Home::new();
    let cache = Cache { most: 8 * BLOCK, ..home.cache() };
    fs::create_dir_all(&cache.dir).unwrap();
    fs::write(cache.dir.join("notes.txt"), vec![0; 100 << 10]).unwrap();
    let store = |n: u64| {
        let source = format!("return -{n}");
        let id = cache.id("app:x", source.as_bytes(), &[]);
        cache.store(&id, &compiled(&source));
        let path = cache.path(&id, CODE);
        let used = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000 + n);
        let times = fs::FileTimes::new().set_accessed(used).set_modified(used);
        fs::File::options().write(true).open(&path).unwrap().set_times(times).unwrap();
        path
    };
    let paths: Vec<PathBuf> = (0..8).map(store).collect();
    assert!(paths.iter().all(|p| p.exists()), "eight fit");
    // The oldest was read meanwhile, and a leftover of a crash is as old.
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(2_000_000);
    let times = fs::FileTimes::new().set_accessed(now);
    fs::File::options().write(true).open(&paths[0]).unwrap().set_times(times).unwrap();
    let leftover = cache.dir.join(format!("{}.0123.tmp", cache.id("a:b", b"", &[])));
    fs::write(&leftover, "").unwrap();
    store(8);
    let left: Vec<bool> = paths.iter().map(|p| p.exists()).collect();
    assert_eq!(left, [true, false, false, false, true, true, true, true], "three quarters are left");
    assert!(cache.dir.join("notes.txt").exists(), "other files are left alone");
    assert_eq!(*cache.size.lock(), Some(6 * BLOCK));
    assert!(leftover.exists(), "an empty file takes nothing");
    // A node that starts counts what is there.
    let next = Cache { most: 8 * BLOCK, ..home.cache() };
    stored(&next);
    assert_eq!(*next.size.lock(), Some(7 * BLOCK));
}

#[test]
fn nodes_that_share_a_directory_do_not_hurt_each_other() {
    let home = Home::new();
    let sources: Vec<String> = (0..20).map(|n| format!("local x = {n} return x")).collect();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                // Each makes the key, or takes the one that another has made.
                let cache = Cache { most: 10 * BLOCK, ..home.cache() };
                for source in sources.iter().cycle().take(200) {
                    let id = cache.id("app:x", source.as_bytes(), &[]);
                    match cache.load(&id) {
                        Some(proto) => assert_eq!(proto.source(), "app:x"),
                        None => cache.store(&id, &compiled(source)),
                    }
                }
                assert!(cache.write.load(Relaxed), "nothing failed");
            });
        }
    });
    assert!(home.files().iter().all(|name| name.ends_with(CODE)), "{:?}", home.files());
    assert_eq!(listed(&home.path("state/wippy")), ["node.key"]);
}

#[test]
fn checks_lie_beside_code_and_are_refused_when_changed() {
    let home = Home::new();
    let cache = home.cache();
    let id = |cache: &Cache, parts: [&str; 2]| cache.check_id(parts.map(str::as_bytes));
    let own = id(&cache, ["a", "bc"]);
    assert!(cache.load_check(&own).is_none());
    cache.store_check(&own, b"found");
    stored(&cache);
    assert_eq!(home.files().len(), 2);
    assert!(home.files().iter().all(|name| super::is_ours(name)), "{:?}", home.files());
    assert_eq!(home.cache().load_check(&own).as_deref(), Some(&b"found"[..]));
    for parts in [["ab", "c"], ["a", "bd"], ["", "abc"]] {
        assert!(cache.load_check(&id(&cache, parts)).is_none(), "{parts:?}");
    }
    let path = cache.path(&own, super::CHECK);
    let whole = fs::read(&path).unwrap();
    for at in 0..whole.len() {
        let mut changed = whole.clone();
        changed[at] ^= 1;
        fs::write(&path, &changed).unwrap();
        assert!(cache.load_check(&own).is_none(), "byte {at}");
        fs::write(&path, &whole[..at]).unwrap();
        assert!(cache.load_check(&own).is_none(), "cut at {at}");
    }
    let other = Home::new();
    let foreign = id(&other.cache(), ["a", "bc"]);
    other.cache().store_check(&foreign, b"found");
    fs::copy(other.cache().path(&foreign, super::CHECK), &path).unwrap();
    assert!(cache.load_check(&own).is_none(), "another node's key");
    cache.store_check(&own, b"found");
    assert_eq!(fs::read(&path).unwrap(), whole);
}
