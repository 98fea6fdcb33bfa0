//! The error object: what `errors.new` makes, and what the host raises for failed operations.

use std::sync::Arc;

use crate::fragment::Fragment;
use crate::trace::TraceFrame;

/// Payload of the built-in userdata `error`. Immutable; traced slot 0 may hold the details table.
#[derive(Clone, Debug, Default)]
pub struct ErrorObject {
    message: String,
    kind: String,
    retryable: Option<bool>,
    cause: Option<Arc<ErrorObject>>,
    details: Option<Arc<Fragment>>,
    frames: Vec<TraceFrame>,
}

impl ErrorObject {
    /// An error without kind (`""`).
    pub fn new(message: impl Into<String>) -> ErrorObject {
        ErrorObject { message: message.into(), ..ErrorObject::default() }
    }
    /// Sets the kind's text, such as `NotFound`.
    #[must_use]
    pub fn with_kind(mut self, kind: impl Into<String>) -> ErrorObject {
        self.kind = kind.into();
        self
    }
    /// Says whether trying again may help.
    #[must_use]
    pub fn with_retryable(mut self, retryable: Option<bool>) -> ErrorObject {
        self.retryable = retryable;
        self
    }
    /// Adds the error that this one is about.
    #[must_use]
    pub fn with_cause(mut self, cause: Arc<ErrorObject>) -> ErrorObject {
        self.cause = Some(cause);
        self
    }
    /// Adds details: a fragment that holds one table.
    #[must_use]
    pub fn with_details(mut self, details: Option<Arc<Fragment>>) -> ErrorObject {
        self.details = details;
        self
    }
    /// Sets the Lua frames where it was made.
    #[must_use]
    pub fn with_frames(mut self, frames: Vec<TraceFrame>) -> ErrorObject {
        self.frames = frames;
        self
    }
    /// What went wrong; also the text of `tostring` and `..`.
    pub fn message(&self) -> &str {
        &self.message
    }
    /// The kind's text, `""` if unset.
    pub fn kind(&self) -> &str {
        &self.kind
    }
    /// Whether trying again may help, if known.
    pub fn retryable(&self) -> Option<bool> {
        self.retryable
    }
    /// The error that this one is about.
    pub fn cause(&self) -> Option<&Arc<ErrorObject>> {
        self.cause.as_ref()
    }
    /// Details: one table.
    pub fn details(&self) -> Option<&Arc<Fragment>> {
        self.details.as_ref()
    }
    /// The Lua frames where it was made, innermost first.
    pub fn frames(&self) -> &[TraceFrame] {
        &self.frames
    }
}
