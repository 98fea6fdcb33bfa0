//! The rules: what is legal and typed, and still most likely a mistake.

mod empty_blocks;
mod global_assign;
mod self_compare;
mod shadowed_vars;
mod undeclared_require;
mod unused_imports;
mod unused_params;
mod unused_vars;

use crate::bind::{Bound, Symbol};
use crate::check::Unit;
use crate::env::Env;
use crate::report::Report;
use lua_syntax::{Comment, comments};

/// What a rule looks at.
struct Subject<'a> {
    env: &'a Env,
    unit: &'a Unit<'a>,
    bound: &'a Bound<'a>,
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
pub(crate) fn lint(env: &Env, unit: &Unit<'_>, bound: &Bound<'_>, rules: bool) -> Vec<Report> {
    let comments = if rules { comments(unit.source) } else { Vec::new() };
    let subject = Subject { env, unit, bound, comments };
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
fn unused<'b, 'a>(bound: &'b Bound<'a>) -> impl Iterator<Item = &'b Symbol<'a>> {
    bound.symbols.iter().filter(|symbol| !symbol.read && !is_exempt(symbol.name))
}

#[cfg(test)]
mod tests;
