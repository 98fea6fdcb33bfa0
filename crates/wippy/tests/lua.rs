//! Runs the files of `tests/lua` that need more than base libraries, with images and without.
//!
//! Each is a process of a node that makes images, and of one that does not. On the first it runs twice: in the process that
//! makes the image, and in one on top of it. The second node takes all code from the cache that the first one filled.
//!
//! A file of a folder `units` is a whole unit: what stands before its `return` is top-level code. Every other file is the body of a function: `tests/lua/json/x.lua` becomes the entry `test:json.x` of kind `process.lua`, which
//! passes when it ends without an error. A line `-- modules: a, b` lists what it may require, `-- pool: inline` is the type of a
//! function's pool. Files of a folder
//! `functions` become `function.lua` entries `test:<stem>` for others to call. Processes may start more on `test:processes`.

#[path = "support/folders.rs"]
mod folders;
#[path = "support/node.rs"]
mod node;

use core_registry::Entry;
use folders::BASE;
use infra_app::{App, Running};
use infra_base::{Data, EntryId, Map};
use infra_clock::Clock;
use infra_log::Level;
use libtest_mimic::{Arguments, Failed, Trial};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use sys_entries::Entries;
use sys_process::{Processes, Spawn};

/// Cases that leave entries behind, so that a second run on the same node would find them.
const ONCE: [&str; 5] = [
    "process/hostile_source",
    "process/top_level",
    "process/top_level_loop",
    "registry/find",
    "registry/versions",
];

/// Longest time of one case: some take a few seconds on an idle machine, and many run at once on a busy one. Only what hangs
/// gets here.
const LIMIT: Duration = Duration::from_secs(300);

fn main() {
    let runtime = core_sched::runtime().build().expect("a runtime");
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/lua");
    let (cases, entries) = collect(&root);
    let mut trials = Vec::new();
    let mut nodes = Vec::new();
    let home = tempfile::tempdir().expect("a temporary folder");
    for images in [true, false] {
        let running = runtime.block_on(loaded(entries.clone(), images, home.path()));
        for (name, id) in &cases {
            let (app, handle, id) = (running.app.clone(), runtime.handle().clone(), id.clone());
            let twice = images && !ONCE.contains(&&**name);
            let name = if images { name.clone() } else { format!("{name} (no images)") };
            trials.push(Trial::test(name, move || {
                handle.block_on(run(&app, id.clone()))?;
                if twice { handle.block_on(run(&app, id)) } else { Ok(()) }
            }));
        }
        nodes.push(running);
    }
    let done = libtest_mimic::run(&Arguments::from_args(), trials);
    drop(nodes);
    done.exit();
}

/// The cases by name, and the entries of the node.
fn collect(root: &Path) -> (Vec<(String, EntryId)>, Vec<Arc<Entry>>) {
    let mut lifecycle = Map::default();
    lifecycle.insert("auto_start".into(), Data::Bool(true));
    let mut host = Map::default();
    host.insert("lifecycle".into(), Data::Map(lifecycle));
    let mut entries = vec![entry("processes", "process.host", host)];
    let mut cases = Vec::new();
    for folder in listed(root) {
        let area = stem(&folder);
        if !folder.is_dir() || BASE.contains(&&*area) {
            continue;
        }
        for file in listed(&folder).into_iter().filter(|file| file.extension().is_some_and(|e| e == "lua")) {
            let made = code(&format!("{area}.{}", stem(&file)), "process.lua", &file);
            cases.push((format!("{area}/{}", stem(&file)), made.id.clone()));
            entries.push(made);
        }
        let units = folder.join("units");
        for file in if units.is_dir() { listed(&units) } else { Vec::new() } {
            let made = unit(&format!("{area}.{}", stem(&file)), &file);
            cases.push((format!("{area}/{}", stem(&file)), made.id.clone()));
            entries.push(made);
        }
        let functions = folder.join("functions");
        if functions.is_dir() {
            entries.extend(listed(&functions).iter().map(|file| code(&stem(file), "function.lua", file)));
        }
    }
    (cases, entries)
}

fn listed(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    let mut paths: Vec<_> = entries.map(|entry| entry.expect("a readable folder").path()).collect();
    paths.sort();
    paths
}

fn stem(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

/// An entry of the body in `file`; lines keep their numbers.
fn code(name: &str, kind: &str, file: &Path) -> Arc<Entry> {
    let text = read(file);
    entry(name, kind, source(&text, &format!("return function(...) {text}\nend")))
}

/// A process entry of the whole unit in `file`.
fn unit(name: &str, file: &Path) -> Arc<Entry> {
    let text = read(file);
    entry(name, "process.lua", source(&text, &text))
}

fn read(file: &Path) -> String {
    let text = std::fs::read_to_string(file).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
    assert!(text.starts_with("-- "), "{}: the first line is not a caption", file.display());
    text
}

/// The fields of an entry with `source` and the modules that `text` lists.
fn source(text: &str, source: &str) -> Map {
    let modules = text.lines().find_map(|line| line.strip_prefix("-- modules:")).unwrap_or_default();
    let modules = modules.split(',').map(str::trim).filter(|m| !m.is_empty()).map(Data::text);
    let mut data = Map::default();
    data.insert("modules".into(), Data::List(modules.collect()));
    data.insert("source".into(), Data::text(source));
    if let Some(kind) = text.lines().find_map(|line| line.strip_prefix("-- pool:")) {
        let pool: Map = [("type".into(), Data::text(kind.trim()))].into_iter().collect();
        data.insert("pool".into(), Data::Map(pool));
    }
    data
}

fn entry(name: &str, kind: &str, data: Map) -> Arc<Entry> {
    let id = EntryId::new("test", name).expect("a file name is a name");
    Arc::new(Entry { id, kind: kind.into(), meta: Map::default(), data: Data::Map(data), origin: None })
}

/// A node with these entries, without network; its cache and key are below `home`.
async fn loaded(entries: Vec<Arc<Entry>>, images: bool, home: &Path) -> Running {
    let modules =
        [lua_std::modules(), lua_sys::modules(), lua_svc::modules()].into_iter().flatten().collect();
    let cache = lua_engine::CacheOptions {
        dir: home.join("cache"),
        write: images,
        code: true,
        types: true,
        state: Some(home.join("state")),
        application: Vec::new(),
    };
    let options = lua_engine::Options { images, cache: Some(cache), ..lua_engine::Options::default() };
    let running = node::node(modules, options, Some(Level::Debug)).await;
    let registry = running.app.get::<Entries>().expect("a registry");
    registry.load(entries).await.unwrap_or_else(|e| panic!("the entries are refused: {e}"));
    let counts = running.app.get::<lua_engine::Compiler>().expect("a compiler").counts();
    let (found, made) = if images { (0, counts.compiled) } else { (counts.cached, 0) };
    assert_eq!(
        (counts.cached, counts.compiled),
        (found, made),
        "the first node compiles, the second does not"
    );
    assert!(found + made > 50, "{counts:?}");
    running
}

async fn run(app: &App, id: EntryId) -> Result<(), Failed> {
    let processes = app.get::<Processes>()?;
    let clock = app.get::<Clock>()?;
    let host = EntryId::new("test", "processes")?;
    let exec = processes.exec(Spawn::new(id, host)).map_err(|e| e.to_string())?;
    match clock.timeout(LIMIT, exec).await {
        Ok(Ok(_)) => Ok(()),
        Ok(Err(error)) => match error.trace() {
            Some(trace) => Err(format!("{error}\n{trace}").into()),
            None => Err(error.to_string().into()),
        },
        Err(_) => Err(format!("it did not end within {LIMIT:?}").into()),
    }
}
