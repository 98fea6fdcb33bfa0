//! `wippy lint`: checks types and style of an application's Lua, and tells what is wrong.
//!
//! Entries → [`plan`]: what is Lua, in order of imports → [`checks`]: each unit with the manifests of its imports, or what
//! [`kept`] has of it → findings, chosen and in order → [`show`].

mod checks;
mod kept;
mod plan;
mod show;

use crate::cli::{self, Global};
use crate::commands::{out, quiet_log};
use crate::{components, project};
use infra_base::Result;
use lua_types::Code;
use plan::Plan;
use show::{Found, Style};
use std::io::IsTerminal;

pub(crate) fn run(global: &Global, args: cli::Lint) -> Result<u8> {
    let log = quiet_log(global)?;
    let (config, mut warnings) = project::config(global, &args.source.layers)?;
    let prepared = project::entries(&config, &args.source.lock_file, &[])?;
    project::refuse_skipped(&prepared.warnings)?;
    warnings.extend(prepared.warnings);
    project::log_warnings(&warnings);
    let wanted = Wanted::of(&args);
    let modules = components::modules();
    let plan = Plan::of(&prepared.entries, &args.ns, &modules);
    wanted.tell_oddities(&args, &plan);
    log.flush();

    let mut kept = kept::Kept::open(args.cache_reset);
    let checked = checks::run(&plan, &modules, &mut kept)?;
    let fresh = checked.iter().flatten().filter(|outcome| outcome.fresh).count();
    let before = checked.iter().flatten().count() - fresh;
    tracing::debug!(target: "lint", "units: {before} known from before, {fresh} checked");
    kept.close(&plan, &checked);
    let found = Found::of(&plan, checked, &wanted);
    let text = match (args.json, args.summary) {
        (true, _) => found.json(args.limit),
        (false, true) => found.summary(),
        (false, false) => found.text(args.limit, style(&args)),
    };
    log.flush();
    out(&text)?;
    Ok(u8::from(found.has_errors()))
}

/// Which findings are told.
struct Wanted {
    least: lua_types::Severity,
    /// Empty: all.
    codes: Vec<Code>,
    rules: bool,
}

impl Wanted {
    fn of(args: &cli::Lint) -> Wanted {
        let least = match args.level.as_str() {
            "error" => lua_types::Severity::Error,
            "hint" => lua_types::Severity::Hint,
            _ => lua_types::Severity::Warning,
        };
        let codes = args.code.iter().filter_map(|code| Code::parse(&code.to_ascii_uppercase())).collect();
        Wanted { least, codes, rules: args.rules }
    }

    fn accepts(&self, code: Code, severity: lua_types::Severity) -> bool {
        severity <= self.least
            && (self.rules || !code.is_rule())
            && (self.codes.is_empty() || self.codes.contains(&code))
    }

    /// What was asked for and cannot be found.
    fn tell_oddities(&self, args: &cli::Lint, plan: &Plan<'_>) {
        for ns in args.ns.iter().filter(|ns| !plan.has_namespace(ns)) {
            tracing::warn!(target: "lint", "no Lua entry is in namespace {ns}");
        }
        for code in &self.codes {
            let code_text = code.as_str();
            if code.is_rule() && !self.rules {
                tracing::warn!(target: "lint", "{code_text} is only looked for with --rules");
            } else if code.severity() > self.least {
                let level = code.severity().as_str();
                tracing::warn!(target: "lint", "{code_text} is only shown with --level {level}");
            }
        }
    }
}

fn style(args: &cli::Lint) -> Style {
    let plain = args.no_color || std::env::var_os("NO_COLOR").is_some_and(|v| !v.is_empty());
    if !plain && std::io::stdout().is_terminal() { Style::Colored } else { Style::Plain }
}
