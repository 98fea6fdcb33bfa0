//! W0004: a local, a local function or a loop variable whose value nobody reads.

use super::{Subject, unused};
use crate::bind::SymKind;
use crate::code::Code;
use crate::report::Report;

pub(super) fn apply(subject: &Subject<'_>, reports: &mut Vec<Report>) {
    for symbol in unused(subject.bound).filter(|symbol| !symbol.import) {
        let name = symbol.name;
        let rename = format!("name it '_{name}' if that is meant");
        let (message, help) = match symbol.kind {
            SymKind::Param | SymKind::SelfParam => continue,
            SymKind::Function if symbol.read_by_itself => {
                (format!("function '{name}' is only used by itself"), "remove it".to_owned())
            }
            SymKind::Function => (format!("function '{name}' is never used"), "remove it".to_owned()),
            SymKind::Loop => (format!("loop variable '{name}' is never read"), rename),
            SymKind::Local if symbol.assignments > 0 => {
                (format!("variable '{name}' is assigned, but never read"), "remove it".to_owned())
            }
            SymKind::Local => (format!("variable '{name}' is never read"), format!("remove it, or {rename}")),
        };
        reports.push(Report::new(Code::UnusedVariable, symbol.span, message).help(help));
    }
}
