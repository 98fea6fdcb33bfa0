//! The typed sections, and what is said about every key that has none.

use crate::keys::{KEYS, Key, State, Type};
use crate::tree::{self, Item, Place, Section, Tree};
use infra_base::{Data, Diagnostic, Severity, SourceFile, nearest, parse_duration};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// The merged configuration.
#[derive(Clone, Debug)]
pub struct Config {
    /// Directory of the first configuration file; anchors relative paths.
    pub base: PathBuf,
    /// `logger.encoding`
    pub encoding: Encoding,
    /// `logmanager`
    pub logmanager: LogManager,
    /// `profiler`
    pub profiler: Profiler,
    /// `registry`
    pub history: History,
    /// `relay.node_name`; `None` = derived from machine and directory.
    pub node_name: Option<String>,
    /// `supervisor.host`
    pub supervisor: SupervisorHost,
    /// `lua.cache`: where compiled code and checked types are kept between runs; `None` = nowhere.
    pub code_cache: Option<CodeCache>,
    /// `lua.type_system`
    pub types: TypeChecks,
    /// `shutdown.timeout`
    pub shutdown: Duration,
    /// `override`, in order.
    pub overrides: Vec<Override>,
    /// `disable`
    pub disable: Disable,
    /// `workspace.replacements`, in order.
    pub replacements: Vec<Replacement>,
}

/// Form of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// For people.
    Console,
    /// One JSON object a line.
    Json,
}

/// `logmanager`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogManager {
    /// Lines go to the console.
    pub propagate_downstream: bool,
    /// Lines go to the event bus.
    pub stream_to_events: bool,
    /// -1 debug, 0 info, 1 warn, 2 error; anything less or more is the nearest of these.
    pub min_level: i64,
}

/// `profiler`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profiler {
    /// Whether profiles are served.
    pub enabled: bool,
    /// `host:port`
    pub address: Box<str>,
    /// For the head of a request; zero = no limit, here and below.
    pub read_timeout: Duration,
    /// For a client that takes nothing of a response.
    pub write_timeout: Duration,
    /// Between two requests.
    pub idle_timeout: Duration,
}

/// Where versions of the registry are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum History {
    /// In memory.
    Memory,
    /// Nowhere.
    None,
}

/// `supervisor.host`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SupervisorHost {
    /// Control mailbox size.
    pub buffer_size: usize,
    /// Control workers.
    pub worker_count: usize,
}

/// `lua.cache`, switched on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeCache {
    /// Directory of the files; relative ones are below [`Config::base`] already.
    pub dir: PathBuf,
    /// What may be done there.
    pub access: CacheAccess,
    /// Whether compiled code is kept.
    pub code: bool,
    /// Whether it is kept what checks of types came to.
    pub types: bool,
}

/// `lua.cache.mode` but for `off`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CacheAccess {
    /// Files are read, and written for what was compiled or checked.
    ReadWrite,
    /// Files are read.
    ReadOnly,
}

/// What becomes of mistakes with types when code is loaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TypeChecks {
    /// Nobody looks for them.
    Off,
    /// They are logged.
    Warn,
    /// They are reasons to refuse an entry.
    Refuse,
}

/// One field override.
#[derive(Clone, Debug)]
pub struct Override {
    /// `ns:entry:path`
    pub key: Box<str>,
    /// The new value.
    pub value: Data,
    /// Where it was written.
    pub file: Arc<SourceFile>,
    /// Bytes of the key there.
    pub span: Range<usize>,
    /// Whether the value, or a part of it, came from the operating system's environment: it may be a secret.
    pub environment: bool,
}

/// A pattern and where it was written.
#[derive(Clone, Debug)]
pub struct Pattern {
    /// `legacy.**`
    pub text: Box<str>,
    /// Where it was written.
    pub file: Arc<SourceFile>,
    /// Bytes of the list there.
    pub span: Range<usize>,
}

/// Entries to leave out.
#[derive(Clone, Debug, Default)]
pub struct Disable {
    /// By namespace.
    pub namespaces: Vec<Pattern>,
    /// By id.
    pub entries: Vec<Pattern>,
}

/// A local directory instead of a module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replacement {
    /// `org/module`
    pub module: Box<str>,
    /// As written; `None` cancels one of the lock.
    pub dir: Option<PathBuf>,
}

const DEFAULT_CACHE: &str = ".wippy/cache/lua";

/// Sections that are not in [`KEYS`].
const STRUCTURAL: [&str; 6] = ["version", "vars", "profiles", "override", "disable", "workspace"];

pub(crate) fn read(root: &Section, base: PathBuf, mistakes: &mut Vec<Diagnostic>) -> Config {
    let mut read = Reader { root, mistakes };
    read.version();
    for (name, item) in root {
        match &**name {
            "boot" => read.warn(&item.place, "section boot is read-only and ignored"),
            name if STRUCTURAL.contains(&name) => {}
            name => read.check(name, item),
        }
    }
    read.refuse();
    let level = read.int("logmanager.min_level", -1);
    Config {
        code_cache: read.code_cache(&base),
        base,
        encoding: match read.text("logger.encoding").as_deref() {
            Some("json") => Encoding::Json,
            _ => Encoding::Console,
        },
        logmanager: LogManager {
            propagate_downstream: read.bool("logmanager.propagate_downstream", true),
            stream_to_events: read.bool("logmanager.stream_to_events", false),
            min_level: level.clamp(-1, 2),
        },
        profiler: read.profiler(),
        history: read.history(),
        node_name: read.text("relay.node_name").filter(|n| !n.is_empty()),
        supervisor: SupervisorHost {
            buffer_size: read.count("supervisor.host.buffer_size", 1024),
            worker_count: read.count("supervisor.host.worker_count", 16),
        },
        types: read.types(),
        shutdown: read.duration("shutdown.timeout", Duration::from_secs(30)),
        overrides: read.overrides(),
        disable: Disable {
            namespaces: read.patterns("disable.namespaces"),
            entries: read.patterns("disable.entries"),
        },
        replacements: read.replacements(),
    }
}

struct Reader<'a> {
    root: &'a Section,
    mistakes: &'a mut Vec<Diagnostic>,
}

impl<'a> Reader<'a> {
    fn warn(&mut self, place: &Place, text: impl Into<String>) {
        self.mistakes.push(place.warning_at_key(text));
    }

    fn version(&mut self) {
        let Some(item) = self.root.get("version") else { return };
        let fits = match &item.value {
            Tree::Leaf(Data::Text(v)) => &**v == "1.0",
            Tree::Leaf(Data::Float(v)) => *v == 1.0,
            Tree::Leaf(Data::Null) => true,
            _ => false,
        };
        if !fits {
            let text = "unknown version of the configuration, \"1.0\" expected";
            self.mistakes.push(item.place.error(text));
        }
    }

    /// Checks type and state of everything below `path`.
    fn check(&mut self, path: &str, item: &Item) {
        if let Some(key) = KEYS.iter().find(|k| k.path == path) {
            return self.check_leaf(key, item);
        }
        let is_section = KEYS.iter().any(|k| k.path.strip_prefix(path).is_some_and(|r| r.starts_with('.')));
        if !is_section {
            let (parent, name) = path.rsplit_once('.').unwrap_or(("", path));
            let siblings = || {
                let keys = KEYS.iter().filter_map(|k| {
                    let rest = if parent.is_empty() {
                        k.path
                    } else {
                        k.path.strip_prefix(parent)?.strip_prefix('.')?
                    };
                    rest.split('.').next()
                });
                keys.chain(STRUCTURAL.into_iter().filter(|_| parent.is_empty()))
            };
            let diagnostic = item.place.warning_at_key(format!("unknown configuration key {path}"));
            self.mistakes.push(match nearest(name, siblings()) {
                Some(near) => diagnostic.help(format!("did you mean {near}?")),
                None => diagnostic,
            });
            return;
        }
        match &item.value {
            Tree::Map(section) => {
                for (name, below) in section {
                    self.check(&format!("{path}.{name}"), below);
                }
            }
            Tree::Leaf(Data::Null) => {}
            Tree::Leaf(_) => {
                let text = format!("{path} is a section, this is {}", item.described());
                self.mistakes.push(item.place.error(text));
            }
        }
    }

    fn check_leaf(&mut self, key: &Key, item: &Item) {
        if item.is_null() {
            return;
        }
        if let Err(expected) = fits(key.ty, item) {
            let text = format!("{} must be {expected}, this is {}", key.path, described(item));
            self.mistakes.push(item.place.error(text));
            return;
        }
        let on = !matches!(truth(item), Some(false));
        let section = key.path.split('.').next().unwrap_or_default();
        match key.state {
            State::Read | State::Behind => {}
            State::Later => {
                self.warn(&item.place, format!("{} has no effect yet", key.path));
            }
            State::LaterIfOn if on => {
                self.warn(&item.place, format!("{} has no effect: it is not built yet", key.path));
            }
            State::Switch if on => {
                self.warn(&item.place, format!("{section} is not built yet, the section has no effect"));
            }
            State::Refused if on => {
                self.mistakes.push(item.place.error(format!("{section} is not built yet")));
            }
            State::Unsupported => {
                self.warn(&item.place, format!("{}: native extensions are not supported", key.path));
            }
            State::LaterIfOn | State::Switch | State::Refused => {}
        }
    }

    /// What promises protection or durability and is not built stops the start.
    fn refuse(&mut self) {
        if let Some(item) = self.leaf("security.strict_mode")
            && truth(item) == Some(true)
        {
            let text = "security.strict_mode is not built yet, and going on without it would not protect";
            self.mistakes.push(item.place.error(text));
        }
    }

    fn profiler(&mut self) -> Profiler {
        let address = self.text("profiler.address");
        if let (Some(item), Some(text)) = (self.leaf("profiler.address"), &address)
            && !text.contains(':')
        {
            let text = format!("profiler.address must be host:port, this is \"{text}\"");
            self.mistakes.push(item.place.error(text));
        }
        Profiler {
            enabled: self.bool("profiler.enabled", false),
            address: address.as_deref().unwrap_or("localhost:6060").into(),
            read_timeout: self.duration("profiler.read_timeout", Duration::from_secs(15)),
            write_timeout: self.duration("profiler.write_timeout", Duration::from_secs(15)),
            idle_timeout: self.duration("profiler.idle_timeout", Duration::from_secs(60)),
        }
    }

    fn history(&mut self) -> History {
        if !self.bool("registry.enable_history", true) {
            return History::None;
        }
        let Some(item) = self.leaf("registry.history_type") else { return History::Memory };
        match scalar_text(item).as_deref() {
            Some("nil") => History::None,
            Some(kind @ ("sqlite" | "postgres")) => {
                let text = format!("registry.history_type {kind} is not built yet");
                self.mistakes.push(item.place.error(text).help("use memory or nil"));
                History::Memory
            }
            _ => History::Memory,
        }
    }

    fn code_cache(&mut self, base: &Path) -> Option<CodeCache> {
        let dir = self.leaf("lua.cache.dir");
        let dir_text = dir.and_then(scalar_text).unwrap_or_else(|| DEFAULT_CACHE.to_owned());
        if let Some(item) = dir.filter(|_| dir_text.is_empty()) {
            let mistake = item.place.error("lua.cache.dir must name a directory, this is empty");
            self.mistakes.push(mistake.help(format!("without the key it is {DEFAULT_CACHE}")));
        }
        let access = match self.text("lua.cache.mode").as_deref() {
            Some("off") => return None,
            Some("readonly") => CacheAccess::ReadOnly,
            _ => CacheAccess::ReadWrite,
        };
        let code = self.bool("lua.cache.compile.enabled", true);
        let types = self.bool("lua.cache.typecheck.enabled", true);
        let on = self.bool("lua.cache.enabled", false) && (code || types);
        on.then(|| CodeCache { dir: base.join(dir_text), access, code, types })
    }

    fn types(&mut self) -> TypeChecks {
        let (on, strict) = ("lua.type_system.enabled", "lua.type_system.strict");
        match (self.bool(on, false), self.bool(strict, false)) {
            (true, true) => TypeChecks::Refuse,
            (true, false) => TypeChecks::Warn,
            (false, false) => TypeChecks::Off,
            (false, true) => {
                if let Some(item) = self.leaf(strict) {
                    self.warn(&item.place, format!("{strict} has no effect without {on}"));
                }
                TypeChecks::Off
            }
        }
    }

    /// A leaf of the right type that is there.
    fn leaf(&self, path: &str) -> Option<&'a Item> {
        let key = KEYS.iter().find(|k| k.path == path);
        debug_assert!(key.is_some(), "{path} is not in the table of keys");
        tree::find(self.root, path)
            .filter(|item| !item.is_null() && key.is_some_and(|k| fits(k.ty, item).is_ok()))
    }

    fn text(&self, path: &str) -> Option<String> {
        scalar_text(self.leaf(path)?)
    }

    fn bool(&self, path: &str, default: bool) -> bool {
        self.leaf(path).and_then(truth).unwrap_or(default)
    }

    fn int(&self, path: &str, default: i64) -> i64 {
        self.leaf(path).and_then(whole).unwrap_or(default)
    }

    /// An integer above zero.
    fn count(&mut self, path: &str, default: usize) -> usize {
        let Some(item) = self.leaf(path) else { return default };
        match whole(item).and_then(|v| usize::try_from(v).ok()).filter(|v| *v > 0) {
            Some(count) => count,
            None => {
                self.mistakes.push(item.place.error(format!("{path} must be above zero")));
                default
            }
        }
    }

    fn duration(&self, path: &str, default: Duration) -> Duration {
        let nanos = self.text(path).and_then(|text| parse_duration(&text).ok());
        nanos.and_then(|n| u64::try_from(n).ok()).map_or(default, Duration::from_nanos)
    }

    fn overrides(&mut self) -> Vec<Override> {
        let Some(section) = self.section("override") else { return Vec::new() };
        section
            .iter()
            .map(|(key, item)| Override {
                key: key.clone(),
                value: item.to_data(),
                file: item.place.file.clone(),
                span: item.place.key.clone(),
                environment: item.reads_environment(),
            })
            .collect()
    }

    fn patterns(&mut self, path: &str) -> Vec<Pattern> {
        let root: &'a Section = self.root;
        if let Some(disable) = self.section("disable") {
            for (name, item) in disable.iter().filter(|_| path == "disable.entries") {
                if !matches!(&**name, "namespaces" | "entries") {
                    self.warn(&item.place, format!("unknown configuration key disable.{name}"));
                }
            }
        }
        let Some(item) = tree::find(root, path).filter(|i| !i.is_null()) else { return Vec::new() };
        let pattern = |text: &str| Pattern {
            text: text.into(),
            file: item.place.file.clone(),
            span: item.place.value.clone(),
        };
        match &item.value {
            Tree::Leaf(Data::Text(one)) => vec![pattern(one)],
            Tree::Leaf(Data::List(items)) if items.iter().all(|i| i.as_str().is_some()) => {
                items.iter().filter_map(Data::as_str).map(pattern).collect()
            }
            _ => {
                let text = format!("{path} must be a list of patterns, this is {}", described(item));
                self.mistakes.push(item.place.error(text));
                Vec::new()
            }
        }
    }

    fn replacements(&mut self) -> Vec<Replacement> {
        let Some(workspace) = self.section("workspace") else { return Vec::new() };
        let mut all = Vec::new();
        for (name, item) in workspace {
            if &**name != "replacements" {
                self.warn(&item.place, format!("unknown configuration key workspace.{name}"));
            }
        }
        let Some(item) = workspace.get("replacements").filter(|i| !i.is_null()) else { return all };
        let Some(section) = item.as_map() else {
            let text = format!(
                "workspace.replacements must be a map of org/module to directory, this is {}",
                described(item)
            );
            self.mistakes.push(item.place.error(text));
            return all;
        };
        for (module, item) in section {
            match &item.value {
                Tree::Leaf(Data::Text(dir)) => {
                    all.push(Replacement { module: module.clone(), dir: Some(PathBuf::from(&**dir)) });
                }
                Tree::Leaf(Data::Null) => all.push(Replacement { module: module.clone(), dir: None }),
                _ => {
                    let text = format!("the replacement of {module} must be a directory or null");
                    self.mistakes.push(item.place.error(text));
                }
            }
        }
        all
    }

    /// A structural section that must be a map.
    fn section(&mut self, name: &str) -> Option<&'a Section> {
        let root: &'a Section = self.root;
        let item = root.get(name).filter(|i| !i.is_null())?;
        if item.as_map().is_none() {
            let text = format!("{name} must be a map, this is {}", described(item));
            let mistake = item.place.error(text);
            if !self.mistakes.contains(&mistake) {
                self.mistakes.push(mistake);
            }
        }
        item.as_map()
    }
}

/// Is the value of this type? The error says what is expected.
fn fits(ty: Type, item: &Item) -> Result<(), String> {
    let text = || scalar_text(item);
    let answer = |ok: bool, expected: &str| if ok { Ok(()) } else { Err(expected.to_owned()) };
    match ty {
        Type::Bool => answer(truth(item).is_some(), "true or false"),
        Type::Int => answer(whole(item).is_some(), "a whole number"),
        Type::Float => answer(text().is_some_and(|t| t.parse::<f64>().is_ok()), "a number"),
        Type::Text => answer(text().is_some(), "a text"),
        Type::TextList => {
            let list =
                matches!(&item.value, Tree::Leaf(Data::List(l)) if l.iter().all(|i| i.as_str().is_some()));
            answer(list, "a list of texts")
        }
        Type::Duration => duration(item),
        Type::DurationOrInt => {
            if whole(item).is_some() {
                Ok(())
            } else {
                duration(item)
            }
        }
        Type::OneOf(words) => answer(
            text().is_some_and(|t| words.contains(&t.as_str())),
            &format!("one of {}", words.join(", ")),
        ),
    }
}

fn duration(item: &Item) -> Result<(), String> {
    let parsed = scalar_text(item).and_then(|t| parse_duration(&t).ok());
    match parsed {
        Some(nanos) if nanos >= 0 => Ok(()),
        _ => Err("a duration (30s, 1m, 2h15m)".into()),
    }
}

fn scalar_text(item: &Item) -> Option<String> {
    match &item.value {
        Tree::Leaf(Data::Text(v)) => Some(v.to_string()),
        Tree::Leaf(Data::Int(v)) => Some(v.to_string()),
        Tree::Leaf(Data::Float(v)) => Some(v.to_string()),
        Tree::Leaf(Data::Bool(v)) => Some(v.to_string()),
        _ => None,
    }
}

fn truth(item: &Item) -> Option<bool> {
    scalar_text(item).and_then(|t| t.parse().ok())
}

fn whole(item: &Item) -> Option<i64> {
    scalar_text(item).and_then(|t| t.parse().ok())
}

fn described(item: &Item) -> String {
    match scalar_text(item) {
        Some(text) if text.len() < 40 => format!("\"{text}\""),
        _ => item.described().to_owned(),
    }
}

impl Config {
    /// Everything at its default, as without a file.
    pub fn defaults() -> Config {
        let mut mistakes = Vec::new();
        let config = read(&Section::new(), PathBuf::new(), &mut mistakes);
        debug_assert!(!mistakes.iter().any(|d| d.severity == Severity::Error));
        config
    }
}
