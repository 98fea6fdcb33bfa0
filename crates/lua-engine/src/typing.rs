//! Checks the types of entries when they are built, each once for its source and what its imports say.

use crate::declare::environment;
use crate::unit::Import;
use core_registry::Entry;
use infra_base::{Data, Diagnostic, EntryId, Error, Map, Result, Severity, SourceFile};
use lua_api::Module;
use lua_syntax::LineIndex;
use lua_types::{Checked, Code, Env, Manifest, Report, Unit, examine};
use std::sync::Arc;

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
}

/// An entry whose types were checked: what it tells its importers, and what that depends on beside its source.
pub(crate) struct Typed {
    manifest: Arc<Manifest>,
    digest: u128,
    /// By alias.
    modules: Vec<(Box<str>, Box<str>)>,
    imports: Vec<(Box<str>, u128)>,
}

/// What an entry declares.
pub(crate) struct Declared<'a> {
    pub(crate) source: &'a str,
    pub(crate) modules: &'a [Box<str>],
    pub(crate) imports: &'a [(Box<str>, Import)],
}

/// Most errors that one message names; their diagnostics are all there.
const NAMED: usize = 50;

impl TypeChecks {
    /// `None`: types are not checked.
    pub(crate) fn new(typing: Typing, modules: &[Module]) -> Result<Option<TypeChecks>> {
        match typing {
            Typing::Off => Ok(None),
            Typing::Warn | Typing::Strict => {
                Ok(Some(TypeChecks { env: checks_of(modules)?, strict: typing == Typing::Strict }))
            }
        }
    }

    /// Checks an entry whose code compiles. `find` gives what imports came to; `before` is what the same source came to last, which
    /// stands if nothing else changed.
    pub(crate) fn check(
        &self,
        entry: &Entry,
        declared: &Declared<'_>,
        find: &dyn Fn(&EntryId) -> Result<Arc<Typed>>,
        before: Option<&Arc<Typed>>,
    ) -> Result<Arc<Typed>> {
        let mut modules: Vec<(Box<str>, Box<str>)> =
            declared.modules.iter().map(|name| (name.clone(), name.clone())).collect();
        let mut imports = Vec::with_capacity(declared.imports.len());
        for (alias, import) in declared.imports {
            match import {
                Import::Entry(id) => {
                    let typed = find(id)?;
                    imports.push((alias, typed.manifest.clone(), typed.digest));
                }
                Import::Module(name) => modules.push((alias.clone(), name.clone())),
            }
        }
        let digests: Vec<(Box<str>, u128)> =
            imports.iter().map(|(alias, _, digest)| ((*alias).clone(), *digest)).collect();
        if let Some(before) = before
            && before.modules == modules
            && before.imports == digests
        {
            return Ok(before.clone());
        }
        let imports: Vec<(&str, Arc<Manifest>)> =
            imports.iter().map(|(alias, manifest, _)| (&***alias, manifest.clone())).collect();
        let names: Vec<(&str, &str)> = modules.iter().map(|(alias, name)| (&**alias, &**name)).collect();
        let source = declared.source.as_bytes();
        let parsed = lua_syntax::parse(source);
        let unit =
            Unit { id: entry.id.as_str(), source, chunk: &parsed.chunk, imports: &imports, modules: &names };
        let Checked { reports, manifest } = examine(&self.env, &unit, false);
        self.tell(entry, declared.source, &reports)?;
        let digest = manifest.digest();
        Ok(Arc::new(Typed { manifest: Arc::new(manifest), digest, modules, imports: digests }))
    }

    /// Logs what is no reason to refuse the entry; the error says what is.
    fn tell(&self, entry: &Entry, source: &str, reports: &[Report]) -> Result<()> {
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
        let lines = LineIndex::new(source.as_bytes());
        for report in others.iter().filter(|report| report.severity != lua_types::Severity::Hint) {
            let (line, column) = position(source, &lines, report.span.start);
            let (entry, code) = (entry.id.as_str(), report.code.as_str());
            tracing::warn!(target: "lua", entry, code, line, column, "{}", report.message);
        }
        if errors.is_empty() {
            return Ok(());
        }
        let one = |report: &&Report| {
            let (line, column) = position(source, &lines, report.span.start);
            format!("{line}:{column} {}", report.message)
        };
        let mut texts: Vec<String> = errors.iter().take(NAMED).map(one).collect();
        if errors.len() > NAMED {
            texts.push(format!("and {} more", errors.len() - NAMED));
        }
        let mut details = Map::default();
        details.insert("error_count".into(), Data::Int(i64::try_from(errors.len()).unwrap_or(i64::MAX)));
        let file = source_file(entry, source);
        let diagnostics = errors.iter().map(|report| diagnostic(report, &file)).collect();
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

#[cfg(test)]
mod tests;
