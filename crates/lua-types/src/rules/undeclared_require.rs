//! E0024: `require("x")` of what the entry neither lists nor imports, which fails when it is reached.

use super::Subject;
use crate::ambient::AMBIENT;
use crate::code::Code;
use crate::nearest::nearest;
use crate::report::Report;

pub(super) fn apply(subject: &Subject<'_>, reports: &mut Vec<Report>) {
    let unit = subject.unit;
    let declared = || {
        let imports = unit.imports.iter().map(|(alias, _)| *alias);
        imports.chain(unit.modules.iter().map(|(alias, _)| *alias)).chain(AMBIENT.iter().copied())
    };
    for require in &subject.bound.requires {
        if declared().any(|name| name.as_bytes() == require.name) {
            continue;
        }
        let name = String::from_utf8_lossy(require.name);
        let message = format!("module '{name}' is not declared by {}", unit.id);
        let add = format!("add '{name}' to modules or imports of the entry");
        // What is listed and found nowhere was not meant either.
        let imports = unit.imports.iter().map(|(alias, _)| *alias);
        let there = imports.chain(declared().filter(|name| subject.env.module(name).is_some()));
        let help = match nearest(&name, there) {
            Some(near) => format!("did you mean '{near}'? else {add}"),
            None => add,
        };
        reports.push(Report::new(Code::UndeclaredRequire, require.span, message).help(help));
    }
}
