//! W0004: a local, a local function or a loop variable whose value nobody reads.

use super::{Subject, unused};
use crate::code::Code;
use crate::facts::Role;
use crate::report::Report;

pub(super) fn apply(subject: &Subject<'_>, reports: &mut Vec<Report>) {
    for variable in unused(&subject.facts) {
        let name = &*variable.name.text;
        let rename = format!("name it '_{name}' if that is meant");
        let (message, help) = match variable.role {
            Role::Parameter | Role::Import => continue,
            Role::Function if variable.read_by_itself => {
                (format!("function '{name}' is only used by itself"), "remove it".to_owned())
            }
            Role::Function => (format!("function '{name}' is never used"), "remove it".to_owned()),
            Role::Loop => (format!("loop variable '{name}' is never read"), rename),
            Role::Local if variable.written => {
                (format!("variable '{name}' is assigned, but never read"), "remove it".to_owned())
            }
            Role::Local => (format!("variable '{name}' is never read"), format!("remove it, or {rename}")),
        };
        reports.push(Report::new(Code::UnusedVariable, variable.name.span, message).help(help));
    }
}
