//! The error that crosses crate borders: classified, cheap to clone, keeps what caused it.

use crate::{Data, Diagnostic, Kind};
use std::fmt;
use std::sync::Arc;

/// Result with the boundary [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A classified failure. Message: lower case, no full stop, names the thing.
///
/// Crates keep small `thiserror` enums inside and convert at their border, choosing the [`Kind`] there.
#[derive(Clone)]
pub struct Error(Arc<Inner>);

#[derive(Clone)]
struct Inner {
    kind: Kind,
    label: Option<Box<str>>,
    message: Box<str>,
    retryable: Option<bool>,
    details: Option<Data>,
    cause: Option<Error>,
    /// See [`Error::wrapped`].
    wraps: bool,
    trace: Option<Box<str>>,
    diagnostics: Vec<Diagnostic>,
}

impl Error {
    /// An error of `kind`.
    pub fn new(kind: Kind, message: impl Into<Box<str>>) -> Self {
        Error(Arc::new(Inner {
            kind,
            label: None,
            message: message.into(),
            retryable: None,
            details: None,
            cause: None,
            wraps: false,
            trace: None,
            diagnostics: Vec::new(),
        }))
    }

    /// `Invalid`, not retryable.
    pub fn invalid(message: impl Into<Box<str>>) -> Self {
        Self::new(Kind::Invalid, message).with_retryable(Some(false))
    }

    /// `NotFound`, not retryable.
    pub fn not_found(message: impl Into<Box<str>>) -> Self {
        Self::new(Kind::NotFound, message).with_retryable(Some(false))
    }

    /// `Internal`, not retryable.
    pub fn internal(message: impl Into<Box<str>>) -> Self {
        Self::new(Kind::Internal, message).with_retryable(Some(false))
    }

    /// `Unavailable`, retryable.
    pub fn unavailable(message: impl Into<Box<str>>) -> Self {
        Self::new(Kind::Unavailable, message).with_retryable(Some(true))
    }

    /// `Canceled`, not retryable.
    pub fn canceled(message: impl Into<Box<str>>) -> Self {
        Self::new(Kind::Canceled, message).with_retryable(Some(false))
    }

    fn edit(mut self, f: impl FnOnce(&mut Inner)) -> Self {
        f(Arc::make_mut(&mut self.0));
        self
    }

    /// The same with another kind.
    pub fn with_kind(self, kind: Kind) -> Self {
        self.edit(|i| i.kind = kind)
    }

    /// The same with a guest's own kind text, shown by `err:kind()` and compared by `errors.is`.
    pub fn with_label(self, label: impl Into<Box<str>>) -> Self {
        self.edit(|i| i.label = Some(label.into()))
    }

    /// The same with the answer to "is another try worth it?"; `None` = unknown.
    pub fn with_retryable(self, retryable: Option<bool>) -> Self {
        self.edit(|i| i.retryable = retryable)
    }

    /// The same with structured details (a map).
    pub fn with_details(self, details: Data) -> Self {
        self.edit(|i| i.details = Some(details))
    }

    /// The same with the error that led to it.
    pub fn with_cause(self, cause: Error) -> Self {
        self.edit(|i| (i.cause, i.wraps) = (Some(cause), false))
    }

    /// The same with the error that it is, said in a context: its message is `context: ` and the message of `cause`.
    pub fn with_wrapped(self, cause: Error) -> Self {
        self.edit(|i| (i.cause, i.wraps) = (Some(cause), true))
    }

    /// The same with a traceback of Lua frames, one a line.
    pub fn with_trace(self, trace: impl Into<Box<str>>) -> Self {
        self.edit(|i| i.trace = Some(trace.into()))
    }

    /// The same with mistakes that point into source files.
    pub fn with_diagnostics(self, diagnostics: Vec<Diagnostic>) -> Self {
        self.edit(|i| i.diagnostics.extend(diagnostics))
    }

    /// `context: message`, with this error as the cause; kind, retryable, details and diagnostics stay.
    pub fn context(self, context: impl fmt::Display) -> Self {
        let message = format!("{context}: {}", self.message()).into_boxed_str();
        let mut inner = (*self.0).clone();
        (inner.message, inner.cause, inner.trace) = (message, Some(self), None);
        inner.wraps = false;
        Error(Arc::new(inner))
    }

    /// Its class.
    pub fn kind(&self) -> Kind {
        self.0.kind
    }

    /// A guest's own kind text, or the text of the class.
    pub fn kind_text(&self) -> &str {
        self.0.label.as_deref().unwrap_or(self.0.kind.as_str())
    }

    /// A guest's own kind text.
    pub fn label(&self) -> Option<&str> {
        self.0.label.as_deref()
    }

    /// What happened.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// Is another try worth it? `None` = unknown.
    pub fn retryable(&self) -> Option<bool> {
        self.0.retryable
    }

    /// Structured details.
    pub fn details(&self) -> Option<&Data> {
        self.0.details.as_ref()
    }

    /// The error that led to it.
    pub fn cause(&self) -> Option<&Error> {
        self.0.cause.as_ref()
    }

    /// The context that a guest wrapped its cause in, and the cause: the guest's own message is that of the cause.
    pub fn wrapped(&self) -> Option<(&str, &Error)> {
        let cause = self.cause().filter(|_| self.0.wraps)?;
        let context = self.message().strip_suffix(cause.message())?.strip_suffix(": ")?;
        Some((context, cause))
    }

    /// Traceback of Lua frames.
    pub fn trace(&self) -> Option<&str> {
        self.0.trace.as_deref()
    }

    /// Mistakes that point into source files.
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.0.diagnostics
    }

    /// Bytes that it and its causes hold, roughly; for bounds.
    pub fn size(&self) -> usize {
        std::iter::successors(Some(self), |e| e.cause())
            .map(|Error(e)| {
                let texts = e.message.len() + e.trace.as_ref().map_or(0, |t| t.len());
                let label = e.label.as_ref().map_or(0, |l| l.len());
                let diagnostics = e.diagnostics.len() * size_of::<Diagnostic>();
                size_of::<Inner>() + texts + label + diagnostics + e.details.as_ref().map_or(0, Data::size)
            })
            .sum()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}({:?})",
            if self.kind_text().is_empty() { "Unknown" } else { self.kind_text() },
            self.message()
        )?;
        self.cause().map_or(Ok(()), |c| write!(f, " caused by {c:?}"))
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.cause.as_ref().map(|c| c as _)
    }
}

impl Drop for Inner {
    /// A long chain of causes is unlinked step by step, not by recursion.
    fn drop(&mut self) {
        let mut next = self.cause.take();
        while let Some(Error(arc)) = next {
            next = Arc::into_inner(arc).and_then(|mut inner| inner.cause.take());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrapped_error_knows_its_context_until_it_gets_another_cause() {
        let m = Error::internal("m");
        let wrapped = Error::internal("ctx: m").with_wrapped(m.clone());
        assert_eq!(wrapped.wrapped().map(|(context, cause)| (context, cause.message())), Some(("ctx", "m")));
        assert_eq!(wrapped.clone().with_kind(crate::Kind::Invalid).wrapped().map(|w| w.0), Some("ctx"));
        assert!(m.wrapped().is_none() && wrapped.clone().context("call").wrapped().is_none());
        assert!(wrapped.with_cause(m).wrapped().is_none());
    }

    #[test]
    fn context_keeps_class_and_cause() {
        let e = Error::not_found("entry a:b not found").context("start of c:d");
        assert_eq!((e.kind(), e.to_string().as_str()), (Kind::NotFound, "start of c:d: entry a:b not found"));
        assert_eq!(e.cause().map(Error::message), Some("entry a:b not found"));
    }

    #[test]
    fn the_size_counts_all_that_it_holds() {
        let text = || "x".repeat(1000);
        let one = [
            Error::internal(text()),
            Error::internal("").with_label(text()),
            Error::internal("").with_details(Data::text(text())),
            Error::internal("").with_trace(text()),
        ];
        for e in one {
            assert!((1000..1500).contains(&e.size()), "{}", e.size());
            let two = Error::internal(text()).with_cause(e);
            assert!((2000..3000).contains(&two.size()), "{}", two.size());
        }
    }

    #[test]
    fn a_long_chain_drops_without_recursion() {
        let chain = (0..200_000).fold(Error::internal("x"), |e, _| Error::internal("y").with_cause(e));
        drop(chain);
    }
}
