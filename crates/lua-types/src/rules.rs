//! The rules: what is legal and typed, and still most likely a mistake.

mod empty_blocks;
mod global_assign;
mod self_compare;
mod shadowed_vars;
mod undeclared_require;
mod unused_imports;
mod unused_params;
mod unused_vars;

use crate::check::Unit;
use crate::comments::{Comment, comments};
use crate::env::Env;
use crate::facts::{Facts, Variable};
use crate::report::Report;

/// What a rule looks at.
struct Subject<'a> {
    unit: &'a Unit<'a>,
    facts: Facts<'a>,
    comments: Vec<Comment>,
}

type Rule = fn(&Subject<'_>, &mut Vec<Report>);

/// W0001 to W0007, in order.
const RULES: [Rule; 7] = [
    empty_blocks::apply,
    global_assign::apply,
    self_compare::apply,
    unused_vars::apply,
    unused_params::apply,
    unused_imports::apply,
    shadowed_vars::apply,
];

/// Looks for `require` of what is not declared; and applies the rules of the `W` codes, if `rules` says so.
pub fn lint(_env: &Env, unit: &Unit<'_>, rules: bool) -> Vec<Report> {
    let comments = if rules { comments(unit.source) } else { Vec::new() };
    let subject = Subject { unit, facts: Facts::of(unit.chunk), comments };
    let mut reports = Vec::new();
    undeclared_require::apply(&subject, &mut reports);
    if rules {
        for rule in RULES {
            rule(&subject, &mut reports);
        }
    }
    reports
}

/// A name that says that the author knows.
fn is_exempt(name: &str) -> bool {
    name.starts_with('_') || name == "self"
}

/// Variables that nobody reads and that are not exempt.
fn unused<'f, 'a>(facts: &'f Facts<'a>) -> impl Iterator<Item = &'f Variable<'a>> {
    facts.variables.iter().filter(|variable| !variable.read && !is_exempt(&variable.name.text))
}

#[cfg(test)]
mod tests;
