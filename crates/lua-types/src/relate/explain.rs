//! Says in words why a type does not fit.

use super::{Mismatch, Step, Why};
use crate::display::show_with;
use crate::types::Types;

/// One clause in lower case: `field 'port': expected integer, got string`.
pub(crate) fn explain<T: Types + ?Sized>(cx: &mut T, mismatch: &Mismatch) -> String {
    let place = place(cx, &mismatch.path);
    let inside = !place.is_empty();
    let text = match mismatch.why {
        Why::MissingField(name) => {
            let field = format!("{}{}", fields(cx, &mismatch.path), cx.pool().str(name));
            return match outer(&mismatch.path) {
                [] => format!("field '{field}' is missing"),
                path => format!("{}: field '{field}' is missing", self::place(cx, path)),
            };
        }
        Why::Arity { needs, given } => {
            format!("it needs {}, {given} would be given", count(needs, "argument"))
        }
        Why::Readonly if inside => return format!("{place} is readonly"),
        Why::Readonly => "it is readonly".to_owned(),
        Why::Type | Why::Nil | Why::Invariant => {
            let (expected, got) = (show_with(cx, mismatch.expected), show_with(cx, mismatch.got));
            match mismatch.why {
                Why::Nil => format!("expected {expected}, but it may be nil"),
                Why::Invariant => format!("expected exactly {expected}, got {got}"),
                // A function that is given something it does not take.
                _ if matches!(mismatch.path.last(), Some(Step::Param(_))) => {
                    format!("takes {expected}, would get {got}")
                }
                _ => format!("expected {expected}, got {got}"),
            }
        }
    };
    if inside { format!("{place}: {text}") } else { text }
}

fn count(n: u32, what: &str) -> String {
    if n == 1 { format!("1 {what}") } else { format!("{n} {what}s") }
}

/// The path without the fields at its end.
fn outer(path: &[Step]) -> &[Step] {
    let end = path.iter().rposition(|step| !matches!(step, Step::Field(_))).map_or(0, |at| at + 1);
    &path[..end]
}

/// The fields at the end of the path: `a.b.`
fn fields<T: Types + ?Sized>(cx: &T, path: &[Step]) -> String {
    let mut text = String::new();
    for step in &path[outer(path).len()..] {
        if let Step::Field(name) = step {
            text.push_str(cx.pool().str(*name));
            text.push('.');
        }
    }
    text
}

/// The path in words, from the outside in: `field 'a.b', result 1`.
fn place<T: Types + ?Sized>(cx: &T, path: &[Step]) -> String {
    let mut words: Vec<String> = vec![];
    let mut names = String::new();
    for step in path {
        if let Step::Field(name) = step {
            if !names.is_empty() {
                names.push('.');
            }
            names.push_str(cx.pool().str(*name));
            continue;
        }
        if !names.is_empty() {
            words.push(format!("field '{names}'"));
            names.clear();
        }
        words.push(match step {
            Step::Field(_) | Step::Elem => "element".to_owned(),
            Step::Item(i) => format!("element {i}"),
            Step::Key => "key".to_owned(),
            Step::Value => "value".to_owned(),
            Step::Param(i) => format!("parameter {i}"),
            Step::Result(i) => format!("result {i}"),
            Step::Arg(i) => format!("type argument {i}"),
        });
    }
    if !names.is_empty() {
        words.push(format!("field '{names}'"));
    }
    words.join(", ")
}
