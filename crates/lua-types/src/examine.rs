//! All that can be said of a unit: types, rules, and what its comments keep quiet.

use crate::bind::Bound;
use crate::check::{Checked, Unit, check};
use crate::code::Code;
use crate::deep::deep;
use crate::env::Env;
use crate::manifest::Manifest;
use crate::pool::Pool;
use crate::report::Report;
use crate::rules::lint;
use crate::suppress::{suppress, suppress_by};
use crate::ty::Ty;
use lua_syntax::tree::Remark;
use lua_syntax::{LineIndex, Span};

/// What is assumed of an import whose types are not known: everything fits.
pub fn unknown() -> Manifest {
    Manifest::export(&mut Pool::new(), Ty::ANY, &[], &[])
}

/// Which of the rules, the `W` codes, are applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rules {
    /// None.
    Off,
    /// Those of code whose module state lives on: of a process, of a function whose pool keeps states.
    OfKeptState,
    /// Those of code whose module state ends with each call, or as others decide: of any other function, of a library.
    OfShortState,
}

/// Checks the types of a unit and applies the rules. Reports that a comment suppresses are
/// left out; the others come in order of places. Runs on a [`deep`] stack.
pub fn examine(env: &Env, unit: &Unit<'_>, rules: Rules) -> Checked {
    let mut checked = found(env, unit, rules);
    suppress(unit.source, &mut checked.reports, rules != Rules::Off);
    sort(&mut checked.reports);
    checked
}

/// [`examine`] without the rules, for a unit that has a tree and no source: its lines and comments come with the tree.
pub fn examine_tree(env: &Env, unit: &Unit<'_>, lines: &LineIndex, remarks: &[Remark]) -> Checked {
    let mut checked = found(env, unit, Rules::Off);
    suppress_by(remarks, lines, &mut checked.reports, false);
    sort(&mut checked.reports);
    checked
}

fn found(env: &Env, unit: &Unit<'_>, rules: Rules) -> Checked {
    let all = || {
        let bound = Bound::new(unit.chunk);
        let mut checked = check(env, unit, &bound);
        checked.reports.extend(lint(env, unit, &bound, rules));
        checked
    };
    deep(all).unwrap_or_else(|error| {
        let report = Report::new(Code::TooDeep, Span::default(), format!("no thread to check it: {error}"));
        Checked { reports: vec![report], manifest: unknown() }
    })
}

fn sort(reports: &mut [Report]) {
    reports.sort_by(|a, b| {
        let key = |report: &'_ Report| (report.span.start, report.severity, report.code);
        key(a).cmp(&key(b)).then_with(|| a.message.cmp(&b.message))
    });
}
