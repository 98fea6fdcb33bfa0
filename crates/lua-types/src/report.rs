//! A diagnostic of one unit: what, where, and how to mend it.

mod bytes;

use crate::code::{Code, Severity};
use lua_syntax::Span;

/// A second place, or a sentence without one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// Where in the same source.
    pub span: Option<Span>,
    /// Lower case, no full stop.
    pub text: String,
}

/// A diagnostic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// What it is about.
    pub code: Code,
    /// How bad it is.
    pub severity: Severity,
    /// The bytes that it is about.
    pub span: Span,
    /// Lower case, no full stop, names the thing and what would be right.
    pub message: String,
    /// Further places and reasons.
    pub notes: Vec<Note>,
    /// How to mend it, where that is known.
    pub help: Option<String>,
}

impl Report {
    /// A diagnostic with the severity of its code.
    pub fn new(code: Code, span: Span, message: impl Into<String>) -> Self {
        Report { code, severity: code.severity(), span, message: message.into(), notes: vec![], help: None }
    }

    /// The same with a hint how to mend it.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The same with a second place.
    pub fn note(mut self, span: Option<Span>, text: impl Into<String>) -> Self {
        self.notes.push(Note { span, text: text.into() });
        self
    }
}
