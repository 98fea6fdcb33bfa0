//! Stage parse: every definition file of the application, its replacements and its modules.

use crate::EntrySet;
use crate::include::{Root, tidy};
use crate::lock::Lock;
use crate::pack::Pack;
use crate::parse::parse;
use crate::pattern::matches;
use crate::walk::definition_files;
use core_registry::Entry;
use infra_base::{Data, Diagnostic, Severity, SourceFile};
use infra_codec::yaml;
use infra_config::Config;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Code of the warning about a module that can't be found or read: a start goes on, what makes a pack does not.
pub const MISSING_MODULE: &str = "missing-module";

/// What to load, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The application's source directory.
    pub src: PathBuf,
    /// Left out of it.
    pub modules_dir: PathBuf,
    /// Replacements, then the remaining modules of the lock.
    pub modules: Vec<Module>,
}

/// A module in a directory or in a pack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Module {
    /// `org/module`
    pub name: String,
    /// Of the lock; empty for a replacement that it does not know.
    pub version: String,
    /// SHA-256 of its pack in lower-case hex, of the lock; empty: none.
    pub hash: String,
    /// Where it should be, in the order of the search: directories, packs.
    pub places: Vec<PathBuf>,
}

impl Module {
    /// Entries know where they come from.
    fn mark(&self, entry: &mut Entry) {
        entry.meta.insert("module".into(), Data::text(self.name.as_str()));
        entry.meta.insert("module_version".into(), Data::text(self.version.as_str()));
    }
}

impl Plan {
    /// From the lock in `dir` and the configuration, whose replacements win over the lock's.
    pub fn new(dir: &Path, lock: &Lock, config: &Config) -> Plan {
        let modules_dir = dir.join(&lock.modules_dir);
        let mut replaced: Vec<(String, Option<PathBuf>)> =
            lock.replacements.iter().map(|(from, to)| (from.clone(), Some(dir.join(to)))).collect();
        for r in &config.replacements {
            replaced.retain(|(name, _)| **name != *r.module);
            replaced.push((r.module.to_string(), r.dir.as_ref().map(|d| config.base.join(d))));
        }
        let version = |name: &str| {
            lock.modules.iter().find(|m| m.name == name).map(|m| m.version.clone()).unwrap_or_default()
        };
        let mut modules = Vec::new();
        for (name, to) in &replaced {
            if let Some(to) = to {
                let places = vec![to.clone()];
                let (name, version) = (name.clone(), version(name));
                modules.push(Module { name, version, hash: String::new(), places });
            }
        }
        for m in &lock.modules {
            if replaced.iter().any(|(name, to)| *name == m.name && to.is_some()) {
                continue;
            }
            let (org, module) = m.name.split_once('/').unwrap_or(("", &m.name));
            let vendor = modules_dir.join("vendor").join(org);
            let places = vec![
                vendor.join(module),
                vendor.join(format!("{module}-{}.wapp", m.version)),
                vendor.join(format!("{module}-{}", m.version)),
            ];
            let (name, version) = (m.name.clone(), m.version.clone());
            modules.push(Module { name, version, hash: m.hash.to_ascii_lowercase(), places });
        }
        Plan { src: dir.join(&lock.src), modules_dir, modules }
    }
}

/// Reads every entry of the plan, in order. Of two entries with one id the later one stays: a warning shows both.
pub fn load(plan: &Plan) -> (EntrySet, Vec<Diagnostic>) {
    let mut loader = Loader { entries: EntrySet::default(), told: Vec::new() };
    loader.directory(&plan.src, Some(&plan.modules_dir), None, &Manifest::default());
    for module in &plan.modules {
        loader.module(module);
    }
    (loader.entries, loader.told)
}

struct Loader {
    entries: EntrySet,
    told: Vec<Diagnostic>,
}

impl Loader {
    fn say(&mut self, severity: Severity, message: String, help: Option<&str>) {
        let help = help.map(str::to_owned);
        self.told.push(Diagnostic { help, ..Diagnostic::placeless(severity, message) });
    }

    fn missing(&mut self, message: String) {
        self.told.push(Diagnostic::placeless(Severity::Warning, message).coded(MISSING_MODULE));
    }

    fn module(&mut self, module: &Module) {
        let Some(place) = module.places.iter().find(|p| p.exists()) else {
            let expected = module.places.first().map(|p| tidy(p).display().to_string()).unwrap_or_default();
            let text = format!("module {} is not there: {expected} does not exist", module.name);
            return self.missing(text);
        };
        if place.is_file() {
            return self.pack(module, place);
        }
        let manifest = Manifest::read(place, &mut self.told);
        let src = place.join("src");
        let dir = if src.is_dir() { src } else { place.clone() };
        self.directory(&dir, None, Some((module, place)), &manifest);
    }

    /// A pack is taken whole, if it is the one that the lock means.
    fn pack(&mut self, module: &Module, place: &Path) {
        let opened = match module.hash.is_empty() {
            true => Pack::open(place),
            false => Pack::open_exactly(place, &module.hash),
        };
        let pack = match opened {
            Ok(pack) => pack,
            Err(error) => return self.say(Severity::Error, format!("module {}: {error}", module.name), None),
        };
        for mut entry in pack.entries {
            module.mark(&mut entry);
            self.add(entry);
        }
    }

    fn directory(
        &mut self,
        dir: &Path,
        skip: Option<&Path>,
        module: Option<(&Module, &Path)>,
        manifest: &Manifest,
    ) {
        let files = match definition_files(dir, skip) {
            Ok(files) => files,
            Err((path, error)) if module.is_none() => {
                let text = format!("source directory {} can't be read: {error}", tidy(&path).display());
                return self.say(Severity::Error, text, Some("directories.src of wippy.lock names it"));
            }
            Err((path, error)) => {
                return self.missing(format!("directory {} can't be read: {error}", tidy(&path).display()));
            }
        };
        let root = match Root::new(dir) {
            Ok(root) => root,
            Err(error) => {
                let text = format!("directory {} can't be read: {error}", tidy(dir).display());
                return self.say(Severity::Error, text, None);
            }
        };
        for path in files {
            let in_module = module.and_then(|(_, place)| path.strip_prefix(place).ok());
            if in_module.is_some_and(|p| manifest.excludes(&p.to_string_lossy())) {
                continue;
            }
            for mut entry in self.file(&path, &root) {
                if manifest.excludes_entry(&entry) {
                    continue;
                }
                if let Some((module, _)) = module {
                    module.mark(&mut entry);
                }
                self.add(entry);
            }
        }
    }

    fn file(&mut self, path: &Path, root: &Root) -> Vec<Entry> {
        let shown = tidy(path).display().to_string();
        let text = match std::fs::read(path).map(String::from_utf8) {
            Ok(Ok(text)) => text,
            Ok(Err(e)) => {
                let at = e.utf8_error().valid_up_to();
                self.say(Severity::Error, format!("{shown} is not UTF-8 at byte {at}"), None);
                return Vec::new();
            }
            Err(e) => {
                self.say(Severity::Error, format!("{shown} can't be read: {e}"), None);
                return Vec::new();
            }
        };
        let file = Arc::new(SourceFile { name: shown, text });
        parse(&file, path.parent().unwrap_or(Path::new("")), root, &mut self.told)
    }

    fn add(&mut self, entry: Entry) {
        if let Some(first) = self.entries.shift_remove(&entry.id) {
            let mut warning = entry.mistake("name", "there are two entries of this id, this one stays");
            warning.severity = Severity::Warning;
            warning.labels.extend(first.mistake("name", "").labels.into_iter().map(|mut label| {
                label.text = "the other one".into();
                label
            }));
            self.told.push(warning);
        }
        self.entries.insert(entry.id.clone(), entry);
    }
}

/// What a module's `wippy.yaml` leaves out.
#[derive(Default)]
struct Manifest {
    exclude: Vec<String>,
    exclude_meta: Vec<(String, Data)>,
}

impl Manifest {
    fn read(place: &Path, told: &mut Vec<Diagnostic>) -> Manifest {
        let path = place.join("wippy.yaml");
        let Ok(text) = std::fs::read_to_string(&path) else { return Manifest::default() };
        let file = Arc::new(SourceFile { name: tidy(&path).display().to_string(), text });
        let node = match yaml::parse(&file) {
            Ok(node) => node,
            Err(found) => {
                told.extend(found);
                return Manifest::default();
            }
        };
        let list = node.get("exclude").and_then(|n| n.as_list()).unwrap_or_default();
        let meta = node.get("exclude_meta").and_then(|n| n.as_map()).unwrap_or_default();
        Manifest {
            exclude: list.iter().filter_map(|n| n.as_str().map(str::to_owned)).collect(),
            exclude_meta: meta.iter().map(|(k, v)| (k.text.to_string(), v.to_data())).collect(),
        }
    }

    /// `path` below the module's directory; a pattern that names a directory leaves out all below it.
    fn excludes(&self, path: &str) -> bool {
        self.exclude.iter().any(|pattern| {
            let pattern = pattern.trim_start_matches("./").trim_end_matches('/');
            matches(pattern, path, '/') || matches(&format!("{pattern}/**"), path, '/')
        })
    }

    fn excludes_entry(&self, entry: &Entry) -> bool {
        let given = |(key, value): &(String, Data)| entry.meta.get(key.as_str()) == Some(value);
        !self.exclude_meta.is_empty() && self.exclude_meta.iter().all(given)
    }
}
