//! W0003: something compared with itself; `x ~= x` is exempt, which is how one asks for NaN.

use super::Subject;
use crate::code::Code;
use crate::report::Report;
use lua_syntax::ast::BinOp;

pub(super) fn apply(subject: &Subject<'_>, reports: &mut Vec<Report>) {
    for compare in &subject.bound.comparisons {
        let always = match compare.op {
            BinOp::Ne => continue,
            BinOp::Lt | BinOp::Gt => "never true",
            _ => "always true, except for NaN",
        };
        let shown = subject.shown(compare.operand.span);
        let what = shown.map_or_else(|| "a value".to_owned(), |text| format!("'{text}'"));
        let report =
            Report::new(Code::SelfCompare, compare.span, format!("{what} compared with itself is {always}"));
        reports.push(match compare.op {
            BinOp::Eq => report.help("to ask for NaN, write 'x ~= x'"),
            _ => report,
        });
    }
}
