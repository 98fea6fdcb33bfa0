//! Entry ids: `namespace:name`.

use std::fmt;
use std::sync::Arc;

/// Id of a registry entry, `namespace:name`; cheap to clone.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EntryId(Arc<str>);

/// Why a text is not an entry id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdError(String);

impl fmt::Display for IdError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for IdError {}

impl From<IdError> for crate::Error {
    fn from(e: IdError) -> Self {
        crate::Error::invalid(e.0)
    }
}

impl EntryId {
    /// Reads `namespace:name`, split at the first colon; both parts must have text.
    pub fn parse(text: &str) -> Result<EntryId, IdError> {
        match text.split_once(':') {
            Some((ns, name)) if !ns.is_empty() && !name.is_empty() => Ok(EntryId(text.into())),
            Some(("", _)) => {
                Err(IdError(format!("entry id \"{text}\" has no namespace (namespace:name expected)")))
            }
            Some(_) => Err(IdError(format!("entry id \"{text}\" has no name (namespace:name expected)"))),
            None => Err(IdError(format!("\"{text}\" is not an entry id (namespace:name expected)"))),
        }
    }

    /// As [`parse`](Self::parse), but a bare name belongs to `namespace`.
    pub fn resolve(text: &str, namespace: &str) -> Result<EntryId, IdError> {
        if text.contains(':') || text.is_empty() { Self::parse(text) } else { Self::new(namespace, text) }
    }

    /// The id of `name` in `namespace`.
    pub fn new(namespace: &str, name: &str) -> Result<EntryId, IdError> {
        Self::parse(&format!("{namespace}:{name}"))
    }

    /// The part before the first colon.
    pub fn namespace(&self) -> &str {
        self.0.split_once(':').map_or("", |(ns, _)| ns)
    }

    /// The part after the first colon.
    pub fn name(&self) -> &str {
        self.0.split_once(':').map_or("", |(_, name)| name)
    }

    /// `namespace:name`
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::borrow::Borrow<str> for EntryId {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for EntryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for EntryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
