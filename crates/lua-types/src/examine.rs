//! All that can be said of a unit: types, rules, and what its comments keep quiet.

use crate::check::{Checked, Unit, check};
use crate::env::Env;
use crate::manifest::Manifest;
use crate::pool::Pool;
use crate::rules::lint;
use crate::suppress::suppress;
use crate::ty::Ty;

/// What is assumed of an import whose types are not known: everything fits.
pub fn unknown() -> Manifest {
    Manifest::export(&mut Pool::new(), Ty::ANY, &[], &[])
}

/// Checks the types of a unit and applies the rules, the `W` codes if `rules` says so. Reports that a comment suppresses are
/// left out; the others come in order of places.
pub fn examine(env: &Env, unit: &Unit<'_>, rules: bool) -> Checked {
    let mut checked = check(env, unit);
    checked.reports.extend(lint(env, unit, rules));
    suppress(unit.source, &mut checked.reports, rules);
    checked.reports.sort_by(|a, b| {
        let key = |report: &'_ crate::Report| (report.span.start, report.severity, report.code);
        key(a).cmp(&key(b)).then_with(|| a.message.cmp(&b.message))
    });
    checked
}
