//! The closed set of error classes; it drives every table at every edge.

/// Class of an [`Error`](crate::Error).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[rustfmt::skip]
pub enum Kind {
    /// Nobody said; shown to Lua as the empty text.
    #[default]
    Unknown,
    /// The caller's mistake.
    Invalid,
    /// No such thing.
    NotFound,
    /// The thing is there already.
    AlreadyExists,
    /// Policy says no.
    PermissionDenied,
    /// Took longer than allowed.
    Timeout,
    /// Ended on request.
    Canceled,
    /// Not now; usually worth another try.
    Unavailable,
    /// Our mistake, or an unclassified failure of a call.
    Internal,
    /// Somebody else changed it first.
    Conflict,
    /// Too much, too fast.
    RateLimited,
}

impl Kind {
    /// Every kind, for tables that must be complete.
    pub const ALL: [Kind; 11] = [
        Kind::Unknown,
        Kind::Invalid,
        Kind::NotFound,
        Kind::AlreadyExists,
        Kind::PermissionDenied,
        Kind::Timeout,
        Kind::Canceled,
        Kind::Unavailable,
        Kind::Internal,
        Kind::Conflict,
        Kind::RateLimited,
    ];

    /// The text that Lua sees; empty for `Unknown`.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Unknown => "",
            Kind::Invalid => "Invalid",
            Kind::NotFound => "NotFound",
            Kind::AlreadyExists => "AlreadyExists",
            Kind::PermissionDenied => "PermissionDenied",
            Kind::Timeout => "Timeout",
            Kind::Canceled => "Canceled",
            Kind::Unavailable => "Unavailable",
            Kind::Internal => "Internal",
            Kind::Conflict => "Conflict",
            Kind::RateLimited => "RateLimited",
        }
    }

    /// The kind whose text or upper-snake constant name (`NOT_FOUND`) is `text`; the empty text is `Unknown`.
    pub fn parse(text: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|k| k.as_str() == text || k.constant() == text)
    }

    /// Name of the constant in Lua's `errors` table.
    pub fn constant(self) -> &'static str {
        match self {
            Kind::Unknown => "UNKNOWN",
            Kind::Invalid => "INVALID",
            Kind::NotFound => "NOT_FOUND",
            Kind::AlreadyExists => "ALREADY_EXISTS",
            Kind::PermissionDenied => "PERMISSION_DENIED",
            Kind::Timeout => "TIMEOUT",
            Kind::Canceled => "CANCELED",
            Kind::Unavailable => "UNAVAILABLE",
            Kind::Internal => "INTERNAL",
            Kind::Conflict => "CONFLICT",
            Kind::RateLimited => "RATE_LIMITED",
        }
    }
}
