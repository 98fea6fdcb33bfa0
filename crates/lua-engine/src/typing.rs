//! Checks the types of entries when they are built, each once for its source and what its imports say.

mod kept;

use crate::cache::Cache;
use crate::declare::environment;
use crate::unit::Import;
use crate::written::{Syntax, Written};
use core_registry::Entry;
use infra_base::{Data, Diagnostic, EntryId, Error, Map, Result, Severity, SourceFile};
use kept::Kept;
use lua_api::Module;
use lua_syntax::LineIndex;
use lua_types::{Checked, Code, Env, Manifest, Report, Rules, Unit, deep, examine, examine_tree};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// Whether types are checked when code is loaded. Code runs the same, whatever it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Typing {
    /// They are not looked at.
    Off,
    /// What is found is logged as warnings.
    Warn,
    /// An entry with errors is refused; warnings are logged.
    Strict,
}

/// Globals and built-in modules of a node, for the checker. A module that declares what cannot be read is a mistake of its author.
pub fn checks_of(modules: &[Module]) -> Result<Env> {
    environment(modules).map_err(|problems| {
        let problems: Vec<String> = problems.iter().map(ToString::to_string).collect();
        Error::internal(format!("types of modules can't be read: {}", problems.join("; ")))
    })
}

/// The checks of a node.
pub(crate) struct TypeChecks {
    env: Env,
    strict: bool,
    kept: Option<Kept>,
    known: AtomicUsize,
    checked: AtomicUsize,
}

/// An entry whose types were checked: what it tells its importers, and what that depends on beside its source.
pub(crate) struct Typed {
    manifest: Arc<Manifest>,
    digest: u128,
    /// By alias.
    modules: Vec<(Box<str>, Box<str>)>,
    imports: Vec<(Box<str>, u128)>,
}

/// What an entry declares, and what its imports tell.
pub(crate) struct Given {
    /// By alias.
    modules: Vec<(Box<str>, Box<str>)>,
    imports: Vec<(Box<str>, Arc<Manifest>, u128)>,
}

impl Given {
    /// `find` gives what imports came to.
    pub(crate) fn new(
        modules: &[Box<str>],
        imports: &[(Box<str>, Import)],
        find: &dyn Fn(&EntryId) -> Result<Arc<Typed>>,
    ) -> Result<Given> {
        let modules = modules.iter().map(|name| (name.clone(), name.clone())).collect();
        let mut given = Given { modules, imports: Vec::with_capacity(imports.len()) };
        for (alias, import) in imports {
            match import {
                Import::Entry(id) => {
                    let typed = find(id)?;
                    given.imports.push((alias.clone(), typed.manifest.clone(), typed.digest));
                }
                Import::Module(name) => given.modules.push((alias.clone(), name.clone())),
            }
        }
        Ok(given)
    }

    fn digests(&self) -> impl Iterator<Item = (&str, u128)> {
        self.imports.iter().map(|(alias, _, digest)| (&**alias, *digest))
    }
}

impl Typed {
    fn new(manifest: Manifest, given: &Given) -> Typed {
        let digest = manifest.digest();
        let imports = given.digests().map(|(alias, digest)| (alias.into(), digest)).collect();
        Typed { manifest: Arc::new(manifest), digest, modules: given.modules.clone(), imports }
    }

    /// Whether the same source comes to the same, where this is given.
    pub(crate) fn stands(&self, given: &Given) -> bool {
        let imports = self.imports.iter().map(|(alias, digest)| (&**alias, *digest));
        self.modules == given.modules && imports.eq(given.digests())
    }
}

/// Most errors that one message names; their diagnostics are all there.
const NAMED: usize = 50;

impl TypeChecks {
    /// `None`: types are not checked. What is found is kept in `cache`.
    pub(crate) fn new(
        typing: Typing,
        modules: &[Module],
        cache: Option<Arc<Cache>>,
    ) -> Result<Option<TypeChecks>> {
        let strict = match typing {
            Typing::Off => return Ok(None),
            Typing::Warn => false,
            Typing::Strict => true,
        };
        let kept = cache.map(|cache| Kept::new(cache, modules));
        let (known, checked) = (AtomicUsize::new(0), AtomicUsize::new(0));
        Ok(Some(TypeChecks { env: checks_of(modules)?, strict, kept, known, checked }))
    }

    /// Sources whose types were known from before, and those that were checked.
    pub(crate) fn counts(&self) -> (usize, usize) {
        (self.known.load(Relaxed), self.checked.load(Relaxed))
    }

    /// Checks an entry of which nothing is kept, and whose code compiles. The syntax is that of `written`, if somebody has it already.
    pub(crate) fn check(
        &self,
        entry: &Entry,
        written: &Written,
        syntax: Option<Syntax>,
        given: &Given,
    ) -> Result<Arc<Typed>> {
        self.checked.fetch_add(1, Relaxed);
        let syntax = match syntax {
            Some(syntax) => syntax,
            None => written.syntax(entry)?,
        };
        let Checked { reports, manifest } = self.examine(entry, written, &syntax, given);
        self.tell(entry, written, &reports)?;
        Ok(Arc::new(Typed::new(manifest, given)))
    }

    /// What an earlier start found, told again.
    pub(crate) fn known(
        &self,
        entry: &Entry,
        written: &Written,
        given: &Given,
    ) -> Result<Option<Arc<Typed>>> {
        let known = self.kept.as_ref().and_then(|kept| kept.load(&kept.id(entry, written.bytes(), given)));
        let Some(Checked { reports, manifest }) = known else { return Ok(None) };
        self.known.fetch_add(1, Relaxed);
        self.tell(entry, written, &reports)?;
        Ok(Some(Arc::new(Typed::new(manifest, given))))
    }

    fn examine(&self, entry: &Entry, written: &Written, syntax: &Syntax, given: &Given) -> Checked {
        let imports: Vec<(&str, Arc<Manifest>)> =
            given.imports.iter().map(|(alias, manifest, _)| (&**alias, manifest.clone())).collect();
        let modules: Vec<(&str, &str)> =
            given.modules.iter().map(|(alias, name)| (&**alias, &**name)).collect();
        let (id, chunk) = (entry.id.as_str(), &syntax.chunk);
        let unit = |source| Unit { id, source, chunk, imports: &imports, modules: &modules };
        let examined = || match written {
            Written::Source(source) => examine(&self.env, &unit(source.as_bytes()), Rules::Off),
            Written::Tree(_) => examine_tree(&self.env, &unit(b""), &syntax.lines, &syntax.remarks),
        };
        // Without a thread it says so, which is nothing to keep.
        let Ok(checked) = deep(examined) else { return examined() };
        if let Some(kept) = &self.kept {
            kept.store(&kept.id(entry, written.bytes(), given), &checked);
        }
        checked
    }

    /// Logs what is no reason to refuse the entry; the error says what is.
    fn tell(&self, entry: &Entry, written: &Written, reports: &[Report]) -> Result<()> {
        // A require that fails is a matter of run time, and code may count on it.
        let refuses = |report: &&Report| {
            self.strict
                && report.severity == lua_types::Severity::Error
                && report.code != Code::UndeclaredRequire
        };
        let (errors, others): (Vec<&Report>, Vec<&Report>) = reports.iter().partition(refuses);
        if reports.is_empty() {
            return Ok(());
        }
        let lines = written.lines();
        for report in others.iter().filter(|report| report.severity != lua_types::Severity::Hint) {
            let (line, column) = written.position(&lines, report.span.start);
            let (entry, code) = (entry.id.as_str(), report.code.as_str());
            tracing::warn!(target: "lua", entry, code, line, column, "{}", report.message);
        }
        if errors.is_empty() {
            return Ok(());
        }
        let one = |report: &&Report| {
            let (line, column) = written.position(&lines, report.span.start);
            format!("{line}:{column} {}", report.message)
        };
        let mut texts: Vec<String> = errors.iter().take(NAMED).map(one).collect();
        if errors.len() > NAMED {
            texts.push(format!("and {} more", errors.len() - NAMED));
        }
        let mut details = Map::default();
        details.insert("error_count".into(), Data::Int(i64::try_from(errors.len()).unwrap_or(i64::MAX)));
        let diagnostics = match written {
            Written::Source(source) => {
                let file = source_file(entry, source);
                errors.iter().map(|report| diagnostic(report, &file)).collect()
            }
            Written::Tree(_) => {
                errors.iter().map(|report| placeless(report, written, entry, &lines)).collect()
            }
        };
        let message = format!("type errors in {}: {}", entry.id, texts.join("; "));
        Err(Error::invalid(message).with_details(Data::Map(details)).with_diagnostics(diagnostics))
    }
}

/// Line and column of an offset in `source`, both counted from 1, the column in characters: as excerpts show it.
pub fn position(source: &str, lines: &LineIndex, offset: u32) -> (u32, u32) {
    let (line, bytes) = lines.position(offset);
    let end = source.floor_char_boundary(offset as usize);
    let start = (offset + 1 - bytes) as usize;
    let before = source.get(start..end).map_or(0, |text| text.chars().count());
    (line, before as u32 + 1)
}

/// The file that a source was written in, or the entry if it stands in the definition itself.
pub fn source_file(entry: &Entry, source: &str) -> Arc<SourceFile> {
    match entry.origin.as_ref().and_then(|o| o.source.clone()) {
        Some(file) if file.text == source => file,
        _ => Arc::new(SourceFile { name: entry.id.as_str().into(), text: source.into() }),
    }
}

/// A report on the source in `file`.
pub fn diagnostic(report: &Report, file: &Arc<SourceFile>) -> Diagnostic {
    let range = |span: lua_syntax::Span| span.start as usize..span.end as usize;
    let mut told = Diagnostic::error(report.message.clone(), file, range(report.span));
    told.severity = match report.severity {
        lua_types::Severity::Error => Severity::Error,
        lua_types::Severity::Warning => Severity::Warning,
        lua_types::Severity::Hint => Severity::Hint,
    };
    for note in &report.notes {
        match note.span {
            Some(span) => told = told.also(file, range(span), note.text.clone()),
            None => told.notes.push(note.text.clone()),
        }
    }
    told.help.clone_from(&report.help);
    told.coded(report.code.as_str())
}

/// A report on a tree, which has no text to show.
fn placeless(report: &Report, written: &Written, entry: &Entry, lines: &LineIndex) -> Diagnostic {
    let told = Diagnostic::placeless(Severity::Error, report.message.clone());
    let mut told = written.place(told, entry, lines, report.span);
    told.notes.extend(report.notes.iter().map(|note| note.text.clone()));
    told.help.clone_from(&report.help);
    told.coded(report.code.as_str())
}

#[cfg(test)]
mod tests;
