//! The rules: what is legal and typed, and still most likely a mistake.

mod empty_blocks;
mod global_assign;
mod mixed_types;
mod module_state;
mod self_compare;
mod shadowed_vars;
mod undeclared_require;
mod unused_imports;
mod unused_params;
mod unused_vars;

use crate::bind::{Bound, Symbol};
use crate::check::Unit;
use crate::env::Env;
use crate::examine::Rules;
use crate::report::Report;
use lua_syntax::{Comment, Span, comments};

/// What a rule looks at.
struct Subject<'a> {
    env: &'a Env,
    unit: &'a Unit<'a>,
    bound: &'a Bound<'a>,
    comments: Vec<Comment>,
}

type Rule = fn(&Subject<'_>, &mut Vec<Report>);

/// W0001 to W0009 but for W0008, in order.
const RULES: [Rule; 8] = [
    empty_blocks::apply,
    global_assign::apply,
    self_compare::apply,
    unused_vars::apply,
    unused_params::apply,
    unused_imports::apply,
    shadowed_vars::apply,
    mixed_types::apply,
];

/// Looks for `require` of what is not declared; and applies the rules of the `W` codes, if `rules` says so.
pub(crate) fn lint(env: &Env, unit: &Unit<'_>, bound: &Bound<'_>, rules: Rules) -> Vec<Report> {
    let comments = if rules == Rules::Off { Vec::new() } else { comments(unit.source) };
    let subject = Subject { env, unit, bound, comments };
    let mut reports = Vec::new();
    undeclared_require::apply(&subject, &mut reports);
    if rules != Rules::Off {
        for rule in RULES {
            rule(&subject, &mut reports);
        }
    }
    if rules == Rules::OfShortState {
        module_state::apply(&subject, &mut reports);
    }
    reports
}

/// Most bytes of source that a message shows.
const SHOWN: usize = 40;

impl Subject<'_> {
    /// The source there, if it is short enough for a message.
    fn shown(&self, span: Span) -> Option<&str> {
        let text = self.unit.source.get(span.start as usize..span.end as usize)?;
        let text = std::str::from_utf8(text).ok()?;
        (text.len() <= SHOWN && !text.contains(['\n', '\r'])).then_some(text)
    }
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
