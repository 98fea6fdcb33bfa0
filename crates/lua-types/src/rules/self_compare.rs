//! W0003: something compared with itself; `x ~= x` is exempt, which is how one asks for NaN.

use super::Subject;
use crate::code::Code;
use crate::report::Report;
use lua_syntax::ast::BinOp;

/// Most bytes of an operand that are shown.
const SHOWN: usize = 40;

pub(super) fn apply(subject: &Subject<'_>, reports: &mut Vec<Report>) {
    for compare in &subject.bound.comparisons {
        let always = match compare.op {
            BinOp::Ne => continue,
            BinOp::Lt | BinOp::Gt => "never true",
            _ => "always true, except for NaN",
        };
        let span = compare.operand.span;
        let text = subject.unit.source.get(span.start as usize..span.end as usize).unwrap_or_default();
        let what = match std::str::from_utf8(text) {
            Ok(text) if text.len() <= SHOWN && !text.contains(['\n', '\r']) => format!("'{text}'"),
            _ => "a value".to_owned(),
        };
        let report =
            Report::new(Code::SelfCompare, compare.span, format!("{what} compared with itself is {always}"));
        reports.push(match compare.op {
            BinOp::Eq => report.help("to ask for NaN, write 'x ~= x'"),
            _ => report,
        });
    }
}
