//! The error object: what `errors.new` makes, and what the host raises for failed operations.

use std::borrow::Cow;
use std::sync::Arc;

use crate::fragment::Fragment;
use crate::native::{Cx, Userdata};
use crate::trace::TraceFrame;

/// Payload of the built-in userdata `error`. Immutable; traced slot 0 may hold the details table.
#[derive(Clone, Debug, Default)]
pub struct ErrorObject {
    message: String,
    context: Option<String>,
    kind: String,
    retryable: Option<bool>,
    cause: Option<Arc<ErrorObject>>,
    details: Option<Arc<Fragment>>,
    frames: Vec<TraceFrame>,
}

impl ErrorObject {
    /// Most bytes of message and contexts of an error and its causes together, but for a `…` where there was no room for more: whoever
    /// passes it on or shows it copies them in one piece.
    pub const MAX_TEXT: usize = 64 << 10;

    /// Text of bytes of which an error may hold `room`: what is longer is cut, says so, and has room then.
    pub fn cut(bytes: &[u8], room: usize) -> String {
        // Bytes that are no text grow by the conversion.
        let text = String::from_utf8_lossy(&bytes[..bytes.len().min(room + 1)]);
        if bytes.len() <= room && text.len() <= room {
            return text.into_owned();
        }
        let note = format!("… ({} bytes)", bytes.len());
        match room.checked_sub(note.len()) {
            Some(room) => text[..text.floor_char_boundary(room)].to_owned() + &note,
            None => "…".to_owned(),
        }
    }

    /// An error without kind (`""`).
    pub fn new(message: impl Into<String>) -> ErrorObject {
        let mut error = ErrorObject::default();
        error.message = message.into();
        error
    }
    /// What was being done when `cause` came up: an error with the cause's message, kind, retryable and details.
    /// Its text is `context: text of the cause`.
    pub fn wrap(cause: Arc<ErrorObject>, context: impl Into<String>) -> ErrorObject {
        ErrorObject {
            message: cause.message.clone(),
            context: Some(context.into()),
            kind: cause.kind.clone(),
            retryable: cause.retryable,
            details: cause.details.clone(),
            cause: Some(cause),
            frames: Vec::new(),
        }
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
    /// What went wrong.
    pub fn message(&self) -> &str {
        &self.message
    }
    /// What was being done, if this error wraps its cause.
    pub fn context(&self) -> Option<&str> {
        self.context.as_deref()
    }
    /// The text of `tostring` and `..`: the message behind the contexts that it was wrapped in, outermost first.
    pub fn text(&self) -> Cow<'_, str> {
        let mut text = String::new();
        let mut at = self;
        while let Some(context) = &at.context {
            text.push_str(context);
            text.push_str(": ");
            match &at.cause {
                Some(cause) => at = cause,
                None => break,
            }
        }
        if text.is_empty() {
            return Cow::Borrowed(&self.message);
        }
        text.push_str(&at.message);
        Cow::Owned(text)
    }
    /// Bytes of that.
    pub fn text_len(&self) -> usize {
        let mut len = 0;
        let mut at = self;
        while let Some(context) = &at.context {
            len += context.len() + 2;
            match &at.cause {
                Some(cause) => at = cause,
                None => break,
            }
        }
        len + at.message.len()
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
    /// Bytes that it and its causes hold.
    fn held(&self) -> usize {
        let mut held = 0;
        let mut wraps: Option<&ErrorObject> = None;
        for error in std::iter::successors(Some(self), |error| error.cause.as_deref()) {
            held += error.message.len() + error.context.as_ref().map_or(0, String::len) + error.kind.len();
            held +=
                error.frames.iter().map(|f| size_of_val(f) + f.source.len() + f.name.len()).sum::<usize>();
            held += if wraps.is_some() { size_of::<ErrorObject>() } else { 0 };
            // Who wraps an error shares its details.
            if let Some(details) = &error.details
                && !wraps.and_then(|e| e.details.as_ref()).is_some_and(|known| Arc::ptr_eq(known, details))
            {
                held += details.size();
            }
            wraps = Some(error);
        }
        held
    }
}

impl<'cx> Cx<'cx> {
    /// A Lua object of an error; what it holds counts to the process.
    pub fn error_object(&mut self, error: ErrorObject) -> Userdata<'cx> {
        let held = error.held();
        let object = self.userdata(error, &[]);
        self.weigh(object, held);
        object
    }
}

impl Drop for ErrorObject {
    /// A long chain of causes is unlinked step by step, not by recursion.
    fn drop(&mut self) {
        let mut next = self.cause.take();
        while let Some(cause) = next {
            next = Arc::into_inner(cause).and_then(|mut error| error.cause.take());
        }
    }
}
