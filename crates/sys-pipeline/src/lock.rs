//! `wippy.lock`: where source and modules are, which modules are pinned.

use infra_base::{Diagnostic, Error, Result, Severity, SourceFile, nearest};
use infra_codec::yaml::{self, Node};
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

/// A lock file. Paths are as written, relative to the working directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lock {
    /// `directories.src`
    pub src: String,
    /// `directories.modules`
    pub modules_dir: String,
    /// Pinned modules by name.
    pub modules: Vec<LockedModule>,
    /// Keep modules as directories; kept for the installer.
    pub unpack_modules: bool,
    /// Deprecated `replacements`: module and directory.
    pub replacements: Vec<(String, String)>,
}

/// A pinned module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LockedModule {
    /// `org/module`
    pub name: String,
    /// As written, with its `v` if any.
    pub version: String,
    /// 64 lower-case hex; empty = none.
    pub hash: String,
}

impl Lock {
    /// As after `wippy init`.
    pub fn fresh() -> Lock {
        Lock {
            src: "./src".into(),
            modules_dir: ".wippy".into(),
            modules: Vec::new(),
            unpack_modules: false,
            replacements: Vec::new(),
        }
    }

    /// Without a lock file in `dir`: `./src` if it is there, else the directory itself.
    pub fn absent(dir: &Path) -> Lock {
        let src = if dir.join("src").is_dir() { "./src" } else { "." };
        Lock { src: src.into(), ..Lock::fresh() }
    }

    /// Reads `path`; `None` if there is no such file. Mistakes stop, unknown keys and deprecated ones warn.
    pub fn read(path: &Path) -> Result<Option<(Lock, Vec<Diagnostic>)>> {
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(e) => return Err(Error::invalid(format!("lock file {} can't be read: {e}", path.display()))),
        };
        let file = Arc::new(SourceFile { name: path.display().to_string(), text });
        let mut read = Reader { file: &file, told: Vec::new() };
        let lock = match yaml::parse(&file) {
            Ok(node) => read.lock(&node),
            Err(found) => {
                read.told.extend(found);
                Lock::fresh()
            }
        };
        if read.told.iter().any(|d| d.severity == Severity::Error) {
            return Err(Error::invalid("the lock file has mistakes").with_diagnostics(read.told));
        }
        Ok(Some((lock, read.told)))
    }

    /// The file's text: 4 spaces a level, empty lists left out, modules and replacements sorted.
    pub fn to_text(&self) -> String {
        let mut out = String::from("directories:\n");
        pair(&mut out, "    ", "modules", &self.modules_dir);
        pair(&mut out, "    ", "src", &self.src);
        let mut modules: Vec<_> = self.modules.iter().collect();
        modules.sort_by(|a, b| a.name.cmp(&b.name));
        out.push_str(if modules.is_empty() { "" } else { "modules:\n" });
        for module in modules {
            pair(&mut out, "    - ", "name", &module.name);
            pair(&mut out, "      ", "version", &module.version);
            if !module.hash.is_empty() {
                pair(&mut out, "      ", "hash", &module.hash);
            }
        }
        if self.unpack_modules {
            out.push_str("options:\n    unpack_modules: true\n");
        }
        let mut replacements: Vec<_> = self.replacements.iter().collect();
        replacements.sort();
        out.push_str(if replacements.is_empty() { "" } else { "replacements:\n" });
        for (from, to) in replacements {
            pair(&mut out, "    - ", "from", from);
            pair(&mut out, "      ", "to", to);
        }
        out
    }

    /// Writes the file, readable by its owner alone: whole or not at all.
    pub fn write(&self, path: &Path) -> Result<()> {
        let failed = |e: std::io::Error| {
            Error::internal(format!("lock file {} can't be written: {e}", path.display()))
        };
        let dir = path.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."));
        // Of a name that nobody guesses, and for its owner alone.
        let mut beside = tempfile::NamedTempFile::new_in(dir).map_err(failed)?;
        beside.write_all(self.to_text().as_bytes()).map_err(failed)?;
        beside.as_file().sync_all().map_err(failed)?;
        beside.persist(path).map(drop).map_err(|e| failed(e.error))
    }
}

/// One line `key: value`.
fn pair(out: &mut String, lead: &str, key: &str, value: &str) {
    let value = yaml::encode(&infra_base::Data::text(value));
    for part in [lead, key, ": ", &value] {
        out.push_str(part);
    }
}

struct Reader<'a> {
    file: &'a Arc<SourceFile>,
    told: Vec<Diagnostic>,
}

const KEYS: [&str; 4] = ["directories", "modules", "options", "replacements"];

impl Reader<'_> {
    fn error(&mut self, text: impl Into<String>, node: &Node) {
        self.told.push(Diagnostic::error(text, self.file, node.span.clone()));
    }

    fn lock(&mut self, root: &Node) -> Lock {
        // Without directories the original reads everything from the working directory.
        let mut lock = Lock { src: ".".into(), ..Lock::fresh() };
        let Some(pairs) = root.as_map() else {
            if !matches!(root.value, yaml::Value::Null) {
                self.error("a lock file is a map", root);
            }
            return lock;
        };
        for (key, node) in pairs {
            match &*key.text {
                "directories" => self.directories(node, &mut lock),
                "modules" => {
                    for item in self.items("modules", node) {
                        self.module(item, &mut lock);
                    }
                }
                "options" => {
                    lock.unpack_modules =
                        node.get("unpack_modules").is_some_and(|v| v.value == yaml::Value::Bool(true));
                }
                "replacements" => {
                    let text = "replacements in the lock file are deprecated";
                    let warning = Diagnostic::warning(text, self.file, key.span.clone());
                    self.told.push(warning.help("use workspace.replacements in .wippy.yaml"));
                    for item in self.items("replacements", node) {
                        let pair = (self.text(item, "from", true), self.text(item, "to", true));
                        if let (Some(from), Some(to)) = pair {
                            lock.replacements.push((from, to));
                        }
                    }
                }
                "local_hash" => {}
                other => {
                    let text = format!("unknown key {other} in the lock file");
                    let warning = Diagnostic::warning(text, self.file, key.span.clone());
                    self.told.push(match nearest(other, KEYS) {
                        Some(near) => warning.help(format!("did you mean {near}?")),
                        None => warning,
                    });
                }
            }
        }
        lock
    }

    fn directories(&mut self, node: &Node, lock: &mut Lock) {
        if node.as_map().is_none() {
            return self.error("directories must be a map of modules and src", node);
        }
        lock.src = self.text(node, "src", false).unwrap_or_else(|| "./src".into());
        lock.modules_dir = self.text(node, "modules", false).unwrap_or_else(|| ".wippy".into());
    }

    fn module(&mut self, item: &Node, lock: &mut Lock) {
        let (name, version) = (self.text(item, "name", true), self.text(item, "version", true));
        let hash = self.text(item, "hash", false).unwrap_or_default();
        let hex = hash.strip_prefix("sha256:").unwrap_or(&hash);
        if !hash.is_empty() && (hex.len() != 64 || !hex.bytes().all(|b| b.is_ascii_hexdigit())) {
            self.error("hash must be 64 hex digits of SHA-256", item.get("hash").unwrap_or(item));
        }
        let (Some(name), Some(version)) = (name, version) else { return };
        if name.split('/').filter(|part| plain_part(part)).count() != 2 || name.split('/').count() != 2 {
            return self.error("name must be org/module", item.get("name").unwrap_or(item));
        }
        if !plain_part(&version) {
            return self.error("version must not hold a path", item.get("version").unwrap_or(item));
        }
        lock.modules.push(LockedModule { name, version, hash: hex.to_owned() });
    }

    fn items<'n>(&mut self, name: &str, node: &'n Node) -> &'n [Node] {
        match &node.value {
            yaml::Value::List(items) => items,
            yaml::Value::Null => &[],
            _ => {
                self.error(format!("{name} must be a list"), node);
                &[]
            }
        }
    }

    fn text(&mut self, node: &Node, key: &str, required: bool) -> Option<String> {
        let found = node.get(key);
        match found.map(|n| &n.value) {
            Some(yaml::Value::Text(text)) if !text.is_empty() => Some(text.to_string()),
            Some(yaml::Value::Int(number)) => Some(number.to_string()),
            Some(yaml::Value::Float(number)) => Some(format!("{number:?}")),
            Some(yaml::Value::Null) | None if !required => None,
            _ => {
                self.error(format!("{key} must be a text"), found.unwrap_or(node));
                None
            }
        }
    }
}

/// A file name that stays where it is put.
fn plain_part(text: &str) -> bool {
    !text.is_empty() && text != "." && text != ".." && !text.contains(['/', '\\'])
}
