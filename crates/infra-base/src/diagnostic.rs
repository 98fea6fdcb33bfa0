//! A mistake in somebody's file: what, where, and how to mend it; rendered by the command line.

use std::ops::Range;
use std::sync::Arc;

/// A source file as a diagnostic shows it.
#[derive(Debug, PartialEq, Eq)]
pub struct SourceFile {
    /// Path as the user knows it (relative to the application), or an entry id.
    pub name: String,
    /// Its text; bytes that are not UTF-8 are replaced.
    pub text: String,
}

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Stops the start.
    Error,
    /// Shown, goes on.
    Warning,
    /// A suggestion.
    Hint,
}

/// A place with a word about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Which file.
    pub file: Arc<SourceFile>,
    /// Bytes of `file.text`.
    pub span: Range<usize>,
    /// What is there; may be empty.
    pub text: String,
}

/// A mistake with its places, the first of which is the main one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// Lower case, no full stop, names the thing.
    pub message: String,
    /// Where; the first is the main place. May be empty.
    pub labels: Vec<Label>,
    /// How to mend it.
    pub help: Option<String>,
    /// What it is about, where that has a code: `E0004`.
    pub code: Option<&'static str>,
    /// Reasons without a place.
    pub notes: Vec<String>,
}

impl Diagnostic {
    /// An error at `span` of `file`.
    pub fn error(message: impl Into<String>, file: &Arc<SourceFile>, span: Range<usize>) -> Self {
        let label = Label { file: file.clone(), span, text: String::new() };
        Self { labels: vec![label], ..Self::placeless(Severity::Error, message) }
    }

    /// One that points nowhere.
    pub fn placeless(severity: Severity, message: impl Into<String>) -> Self {
        let (labels, notes) = (Vec::new(), Vec::new());
        Self { severity, message: message.into(), labels, help: None, code: None, notes }
    }

    /// The same as a warning.
    pub fn warning(message: impl Into<String>, file: &Arc<SourceFile>, span: Range<usize>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(message, file, span) }
    }

    /// The same with a hint.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The same with a code.
    pub fn coded(mut self, code: &'static str) -> Self {
        self.code = Some(code);
        self
    }

    /// The same with a second place.
    pub fn also(mut self, file: &Arc<SourceFile>, span: Range<usize>, text: impl Into<String>) -> Self {
        self.labels.push(Label { file: file.clone(), span, text: text.into() });
        self
    }

    /// `file:line:column: message`, for logs and single-line output.
    pub fn one_line(&self) -> String {
        let Some(at) = self.labels.first() else { return self.message.clone() };
        let before = &at.file.text[..at.file.text.floor_char_boundary(at.span.start)];
        let line = before.bytes().filter(|b| *b == b'\n').count() + 1;
        let column = before.len() - before.rfind('\n').map_or(0, |i| i + 1) + 1;
        format!("{}:{line}:{column}: {}", at.file.name, self.message)
    }
}
