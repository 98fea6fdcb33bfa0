//! The corpus: programs that must pass, twins with a planted mistake, and rules line by line.

use lua_types::{Checked, Code, Env, Report, Severity, Unit, examine};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// A unit of `programs/`.
pub(crate) struct Program {
    pub(crate) name: String,
    pub(crate) text: String,
    pub(crate) run: String,
    pub(crate) twins: Vec<Twin>,
    pub(crate) modules: Vec<String>,
}

/// A planted mistake.
pub(crate) struct Twin {
    pub(crate) code: Code,
    pub(crate) old: String,
    pub(crate) new: String,
}

/// The files of a folder of the corpus, by name.
pub(crate) fn files(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../lua-types/tests").join(folder);
    let entries = std::fs::read_dir(&folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    let mut files: Vec<PathBuf> = entries.map(|e| e.expect("an entry").path()).collect();
    files.retain(|f| f.extension().is_some_and(|e| e == "lua"));
    files.sort();
    assert!(!files.is_empty(), "{} has no files", folder.display());
    files
}

pub(crate) fn program(file: &Path) -> Program {
    let source = std::fs::read_to_string(file).expect("a file");
    let name = file.file_stem().expect("a name").to_string_lossy().into_owned();
    let mut program =
        Program { name, text: String::new(), run: String::new(), twins: vec![], modules: vec![] };
    for line in source.lines() {
        if let Some(run) = line.strip_prefix("--@ run:") {
            let _ = writeln!(program.run, "{}", run.strip_prefix(' ').unwrap_or(run));
        } else if let Some(twin) = line.strip_prefix("--@ twin ") {
            program.twins.push(parse_twin(twin).unwrap_or_else(|| panic!("{}: {line}", file.display())));
        } else if line.starts_with("--@") {
            panic!("{}: unknown line {line}", file.display());
        } else {
            if let Some(modules) = line.strip_prefix("-- modules:") {
                program.modules = modules.split(',').map(|m| m.trim().to_string()).collect();
            }
            let _ = writeln!(program.text, "{line}");
        }
    }
    program
}

/// `CODE: "OLD" => "NEW"`
fn parse_twin(text: &str) -> Option<Twin> {
    let (code, rest) = text.split_once(": \"")?;
    let (old, new) = rest.split_once("\" => \"")?;
    Some(Twin { code: Code::parse(code)?, old: old.to_string(), new: new.strip_suffix('"')?.to_string() })
}

impl Program {
    /// The unit with what exercises it, before its last `return`.
    pub(crate) fn whole(&self) -> String {
        let lines: Vec<&str> = self.text.lines().collect();
        let at = lines.iter().rposition(|l| l.starts_with("return")).unwrap_or(lines.len());
        format!("{}\n{}{}\n", lines[..at].join("\n"), self.run, lines[at..].join("\n"))
    }
}

pub(crate) fn checked(env: &Env, id: &str, source: &str, modules: &[String]) -> Checked {
    let parsed = lua_syntax::parse(source.as_bytes());
    assert!(parsed.errors.is_empty(), "{id}: {:?}\n{source}", parsed.errors);
    // `alias = module`, or the module by its own name.
    let pair = |written: &'_ String| -> (String, String) {
        let (alias, module) = written.split_once('=').unwrap_or((written, written));
        (alias.trim().to_string(), module.trim().to_string())
    };
    let modules: Vec<(String, String)> = modules.iter().map(pair).collect();
    let modules: Vec<(&str, &str)> = modules.iter().map(|(alias, module)| (&**alias, &**module)).collect();
    let unit = Unit { id, source: source.as_bytes(), chunk: &parsed.chunk, imports: &[], modules: &modules };
    examine(env, &unit, lua_types::Rules::OfKeptState)
}

pub(crate) fn shown(source: &str, reports: &[Report]) -> String {
    let index = lua_syntax::LineIndex::new(source.as_bytes());
    let mut out = String::new();
    for report in reports {
        let (line, column) = index.position(report.span.start);
        let text = source.lines().nth(line as usize - 1).unwrap_or("");
        let _ = writeln!(out, "{}:{line}:{column}: {}\n    {text}", report.code.as_str(), report.message);
        for note in &report.notes {
            let _ = writeln!(out, "    note: {}", note.text);
        }
        if let Some(help) = &report.help {
            let _ = writeln!(out, "    help: {help}");
        }
    }
    out
}

/// Errors without those of rules.
fn errors(checked: Checked) -> Vec<Report> {
    checked.reports.into_iter().filter(|r| r.severity == Severity::Error && !r.code.is_rule()).collect()
}

pub(crate) fn passes(env: &Env, program: &Program) -> Result<(), String> {
    for source in [program.text.clone(), program.whole()] {
        let found = errors(checked(env, &program.name, &source, &program.modules));
        if !found.is_empty() {
            return Err(shown(&source, &found));
        }
    }
    Ok(())
}

pub(crate) fn is_found(env: &Env, program: &Program, twin: &Twin) -> Result<(), String> {
    let at = program.text.find(&twin.old).ok_or("OLD does not occur")?;
    if program.text.matches(&twin.old).count() != 1 {
        return Err("OLD occurs several times".to_string());
    }
    let source = format!("{}{}{}", &program.text[..at], twin.new, &program.text[at + twin.old.len()..]);
    let found = errors(checked(env, &program.name, &source, &program.modules));
    let range = at..at + twin.new.len();
    let inside = |r: &Report| range.contains(&(r.span.start as usize)) && r.span.end as usize <= range.end;
    match &found[..] {
        [only] if only.code == twin.code && inside(only) => Ok(()),
        _ => Err(format!(
            "{} expected in `{}`, found:\n{}",
            twin.code.as_str(),
            twin.new,
            shown(&source, &found)
        )),
    }
}

/// A file of `rules/` and all that is told of it.
pub(crate) struct Rule {
    pub(crate) name: String,
    pub(crate) source: String,
    pub(crate) reports: Vec<Report>,
}

pub(crate) fn rule(env: &Env, file: &Path) -> Rule {
    let source = std::fs::read_to_string(file).expect("a file");
    let modules = source.lines().find_map(|l| l.strip_prefix("-- modules:"));
    let modules: Vec<String> =
        modules.map(|m| m.split(',').map(|m| m.trim().to_string()).collect()).unwrap_or_default();
    let name = file.file_stem().expect("a name").to_string_lossy().into_owned();
    // A file that is named after a rule is about that one; others are about none.
    let rule = name.get(..5).and_then(|code| Code::parse(&code.to_ascii_uppercase()));
    let mut reports = checked(env, &name, &source, &modules).reports;
    reports.retain(|report| !report.code.is_rule() || Some(report.code) == rule);
    Rule { name, source, reports }
}

impl Rule {
    /// Lines with `--! CODE …` have exactly those diagnostics, others none.
    pub(crate) fn is_as_marked(&self) -> Result<(), String> {
        let Rule { source, reports, .. } = self;
        let mut missing: Vec<(u32, &str)> = vec![];
        for (i, line) in source.lines().enumerate() {
            if let Some((_, codes)) = line.split_once("--!") {
                missing.extend(codes.split_whitespace().map(|code| (i as u32 + 1, code)));
            }
        }
        let index = lua_syntax::LineIndex::new(source.as_bytes());
        let mut surplus: Vec<Report> = vec![];
        for report in reports {
            let place = (index.line(report.span.start), report.code.as_str());
            match missing.iter().position(|marked| *marked == place) {
                Some(at) => _ = missing.remove(at),
                None => surplus.push(report.clone()),
            }
        }
        if missing.is_empty() && surplus.is_empty() {
            return Ok(());
        }
        let mut out = String::new();
        for (line, code) in missing {
            let text = source.lines().nth(line as usize - 1).unwrap_or("");
            let _ = writeln!(out, "missing {code} at line {line}:\n    {text}");
        }
        Err(out + &shown(source, &surplus))
    }
}
