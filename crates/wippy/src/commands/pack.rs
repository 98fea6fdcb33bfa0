//! `wippy pack`: writes the application's entries to one file.

use crate::cli::{self, Global, Layers};
use crate::commands::{out, quiet_log, registry};
use crate::{banner, project};
use core_registry::Entry;
use infra_base::{Data, Diagnostic, EntryId, Error, Result, Severity, SourceFile};
use infra_clock::Clock;
use infra_config::{Config, Disable, Pattern, shaped};
use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;
use sys_pipeline::{Changes, EntrySet, PackMeta, linked_fields, matches, prepare, write_pack};

pub(crate) fn run(global: &Global, args: cli::Pack) -> Result<u8> {
    let log = quiet_log(global)?;
    if args.out.extension().is_none_or(|extension| extension != "wapp") {
        return Err(Error::invalid(format!("{}: a pack is named NAME.wapp", args.out.display())));
    }
    if args.embed_all || !args.embed.is_empty() {
        let flag = if args.embed_all { "--embed-all" } else { "--embed" };
        return Err(Error::invalid(format!(
            "{flag}: this version has no directories (fs.directory) that a pack could carry"
        )));
    }
    let meta = metadata(&args)?;
    let (config, mut warnings) =
        project::config(global, &Layers { profile: args.profile.clone(), set: vec![] })?;
    if let Some(lock) = args.lock_file.as_deref().filter(|lock| !lock.exists()) {
        let text = format!("lock file {} does not exist (`wippy init -l` writes one)", lock.display());
        return Err(Error::not_found(text));
    }
    let lock = args.lock_file.as_deref().unwrap_or(Path::new(project::LOCK_FILE));
    let (entries, told) = project::load(&config, lock)?;
    project::refuse_incomplete(&told)?;
    let excluded = excluded(&args, &entries, &mut warnings)?;
    let changes = changes(config, excluded, &entries, &mut warnings);
    let mut prepared = prepare((entries, told), &changes)?;
    warnings.append(&mut prepared.warnings);
    let mut entries = without_directories(prepared.entries, &mut warnings);
    warn_of_imports(&entries, &mut warnings);
    if args.bytecode {
        entries = with_trees(entries)?;
    }
    project::log_warnings(&warnings);
    log.flush();
    if entries.is_empty() {
        return Err(Error::invalid("there is no entry to pack"));
    }
    let (count, file) = (counted(entries.len()), args.out.display());
    if args.list {
        let rows: Vec<&Arc<Entry>> = entries.iter().collect();
        return out(&format!("{}\n{count} for {file}, which was not written\n", registry::table(&rows)));
    }
    let all: Vec<&Entry> = entries.iter().map(|entry| &**entry).collect();
    let size = write_pack(&args.out, &meta, &all)?;
    out(&format!("{file}: {count}, {size} bytes\n"))
}

fn counted(entries: usize) -> String {
    let plural = if entries == 1 { "y" } else { "ies" };
    format!("{entries} entr{plural}")
}

fn metadata(args: &cli::Pack) -> Result<PackMeta> {
    let now = jiff::Timestamp::from_nanosecond(i128::from(Clock::system().wall()));
    let now = now.map_err(|e| Error::internal(format!("the time is out of range: {e}")))?;
    let mut meta = PackMeta {
        version: banner::VERSION.into(),
        date: banner::DATE.map(Into::into),
        packed_at: now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        description: args.description.clone(),
        tags: args.tags.clone(),
        ..PackMeta::default()
    };
    for text in &args.meta {
        let Some((key, value)) = text.split_once('=') else {
            return Err(Error::invalid(format!("--meta {text}: key=value expected")));
        };
        meta.add(key, shaped(value))?;
    }
    Ok(meta)
}

/// The patterns of the command line; one that fits nothing would leave in what somebody wants to keep back.
fn excluded(args: &cli::Pack, entries: &EntrySet, warnings: &mut Vec<Diagnostic>) -> Result<Disable> {
    let namespaces = patterns("--exclude-ns", &args.exclude_ns);
    let by_id = patterns("--exclude", &args.exclude);
    if let Some(pattern) = by_id.iter().find(|pattern| !pattern.text.contains(':')) {
        return Err(Error::invalid(format!(
            "--exclude {}: a pattern must be namespace:name; --exclude-ns leaves out whole namespaces",
            pattern.text
        )));
    }
    let any = |fits: &dyn Fn(&EntryId) -> bool| entries.keys().any(fits);
    let idle_namespaces =
        namespaces.iter().filter(|pattern| !any(&|id| matches(&pattern.text, id.namespace(), '.')));
    let idle_ids = by_id.iter().filter(|pattern| match pattern.text.split_once(':') {
        Some((ns, name)) => !any(&|id| matches(ns, id.namespace(), '.') && matches(name, id.name(), '.')),
        None => false,
    });
    warnings.extend(idle_namespaces.chain(idle_ids).map(|pattern| {
        let text = format!("no entry fits the pattern {}", pattern.text);
        Diagnostic::warning(text, &pattern.file, pattern.span.clone())
    }));
    Ok(Disable { namespaces, entries: by_id })
}

fn patterns(flag: &str, given: &[String]) -> Vec<Pattern> {
    let pattern = |text: &String| {
        let file = Arc::new(SourceFile { name: flag.into(), text: text.clone() });
        Pattern { text: text.as_str().into(), file, span: 0..text.len() }
    };
    given.iter().map(pattern).collect()
}

/// What the environment of this machine says stays here: it may be a secret, and is another thing where the pack runs.
fn changes(config: Config, excluded: Disable, entries: &EntrySet, warnings: &mut Vec<Diagnostic>) -> Changes {
    let (here, overrides): (Vec<_>, Vec<_>) = config.overrides.into_iter().partition(|one| one.environment);
    for one in here {
        let text = format!("override {} reads the environment and is not packed", one.key);
        let help = instead(&one.key, entries);
        warnings.push(Diagnostic::warning(text, &one.file, one.span.clone()).help(help));
    }
    Changes { overrides, excluded, disabled: config.disable, ..Changes::default() }
}

/// What does, where the pack runs, what an override does here.
fn instead(key: &str, entries: &EntrySet) -> String {
    let id = key.match_indices(':').nth(1).and_then(|(end, _)| EntryId::parse(&key[..end]).ok());
    let entry = id.and_then(|id| entries.get(&id));
    let Some(entry) = entry.filter(|entry| matches!(&*entry.kind, "ns.requirement" | "ns.dependency")) else {
        return "the configuration beside which the pack runs may hold it".into();
    };
    let fields = linked_fields(entries, &entry.id);
    let fields = match fields.is_empty() {
        true => "the fields that its requirements target".to_owned(),
        false => fields.join(", "),
    };
    format!("the pack is linked before it runs: override {fields} in the configuration beside which it runs")
}

/// Code whose import was left out does not start.
fn warn_of_imports(entries: &[Arc<Entry>], warnings: &mut Vec<Diagnostic>) {
    let there: HashSet<&EntryId> = entries.iter().map(|entry| &entry.id).collect();
    for entry in
        entries.iter().filter(|entry| entry.kind.ends_with(".lua") || entry.kind.ends_with(".lua.bc"))
    {
        let imports = entry.data.get(&["imports"]).and_then(Data::as_map);
        for (alias, target) in imports.into_iter().flatten() {
            // A built-in module has no namespace; what is resolved where the pack runs is not known here.
            let target = target.as_str().filter(|text| !text.starts_with(':') && !text.contains("${"));
            let id = target.and_then(|text| EntryId::resolve(text, entry.id.namespace()).ok());
            if let Some(id) = id.filter(|id| !there.contains(id)) {
                let text = format!("imports.{alias}: {id} is not in the pack");
                let place = format!("data.imports.{alias}");
                warnings.push(Diagnostic { severity: Severity::Warning, ..entry.mistake(&place, text) });
            }
        }
    }
}

/// Entries of Lua with syntax trees; the error shows the mistakes of all that do not compile.
fn with_trees(entries: Vec<Arc<Entry>>) -> Result<Vec<Arc<Entry>>> {
    let (mut packed, mut mistakes) = (Vec::with_capacity(entries.len()), Vec::new());
    for entry in entries {
        match lua_engine::with_tree(&entry) {
            Ok(None) => packed.push(entry),
            Ok(Some(with_tree)) => packed.push(Arc::new(with_tree)),
            Err(error) if error.diagnostics().is_empty() => return Err(error),
            Err(error) => mistakes.extend(error.diagnostics().iter().cloned()),
        }
    }
    match mistakes.is_empty() {
        true => Ok(packed),
        false => Err(Error::invalid("the application has mistakes").with_diagnostics(mistakes)),
    }
}

/// Directories that no option has chosen are left out.
fn without_directories(entries: Vec<Arc<Entry>>, warnings: &mut Vec<Diagnostic>) -> Vec<Arc<Entry>> {
    let (left, kept): (Vec<_>, Vec<_>) =
        entries.into_iter().partition(|entry| &*entry.kind == "fs.directory");
    for entry in left {
        let text = "it is left out: this version packs no directories";
        warnings.push(Diagnostic { severity: Severity::Warning, ..entry.mistake("kind", text) });
    }
    kept
}
