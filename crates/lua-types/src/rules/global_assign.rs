//! W0002: an assignment that makes or changes a global; known ones may be replaced.

use super::Subject;
use crate::ambient::{AMBIENT, GLOBALS};
use crate::code::Code;
use crate::report::Report;

pub(super) fn apply(subject: &Subject<'_>, reports: &mut Vec<Report>) {
    let unit = subject.unit;
    for write in &subject.bound.global_writes {
        let name = &*write.name.text;
        let known = AMBIENT.contains(&name) || GLOBALS.contains(&name);
        if known || unit.module(name).is_some() || unit.imports.iter().any(|(alias, _)| *alias == name) {
            continue;
        }
        let (message, help) = if write.function {
            (format!("function '{name}' becomes a global"), format!("write 'local function {name}'"))
        } else {
            (format!("assignment to the global '{name}'"), format!("declare it before: 'local {name}'"))
        };
        reports.push(Report::new(Code::GlobalAssign, write.name.span, message).help(help));
    }
}
