//! Entry ids: `namespace:name`.

use std::cell::RefCell;
use std::fmt;
use std::sync::Arc;

/// Characters that mean something where ids are written: `{node@host|unique}` (PIDs), `${env:ns:name|default}`,
/// `a:(b|*)` (patterns), `ns:name:path=value` (overrides), `ns:name?key=value` (bindings).
const RESERVED: &[char] = &['{', '}', '|', '@', '(', ')', '*', '?', '='];

/// ASCII that is allowed; of other text every character is looked at.
const PLAIN: [bool; 256] = {
    let mut plain = [false; 256];
    let mut b = b'!';
    while b <= b'~' {
        plain[b as usize] = !matches!(b, b'{' | b'}' | b'|' | b'@' | b'(' | b')' | b'*' | b'?' | b'=');
        b += 1;
    }
    plain
};

const NAMES: &str =
    "namespaces and names have no blanks, no control characters and none of { } | @ ( ) * ? =";

/// Ids that a thread keeps: programs name the same few again and again.
const KEPT: usize = 32;
/// Longest id that is kept.
const LONG: usize = 128;

thread_local! {
    static RECENT: [RefCell<Option<EntryId>>; KEPT] = const { [const { RefCell::new(None) }; KEPT] };
}

/// Where an id of this text is kept. Ids differ in their length and their last letters, if in anything.
fn place(text: &str) -> usize {
    let near = |back: usize| text.len().checked_sub(back).map_or(0, |at| text.as_bytes()[at] as usize);
    (text.len() + near(1) * 5 + near(2) * 11) % KEPT
}

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
    /// Reads `namespace:name`, split at the first colon; both parts must have text without blanks, control characters and
    /// any of `{ } | @ ( ) * ? =`.
    pub fn parse(text: &str) -> Result<EntryId, IdError> {
        RECENT.with(|recent| {
            let place = &recent[place(text)];
            if let Some(id) = &*place.borrow()
                && id.as_str() == text
            {
                return Ok(id.clone());
            }
            let id = Self::parse_anew(text)?;
            if text.len() <= LONG {
                place.replace(Some(id.clone()));
            }
            Ok(id)
        })
    }

    fn parse_anew(text: &str) -> Result<EntryId, IdError> {
        Self::check(text)?;
        match text.split_once(':') {
            Some((ns, name)) if !ns.is_empty() && !name.is_empty() => Ok(EntryId(text.into())),
            Some(("", _)) => {
                Err(IdError(format!("entry id \"{text}\" has no namespace (namespace:name expected)")))
            }
            Some(_) => Err(IdError(format!("entry id \"{text}\" has no name (namespace:name expected)"))),
            None => Err(IdError(format!("\"{text}\" is not an entry id (namespace:name expected)"))),
        }
    }

    /// Refuses a namespace or a name with characters that ids do not have.
    pub fn check(text: &str) -> Result<(), IdError> {
        if text.bytes().all(|b| PLAIN[b as usize]) {
            return Ok(());
        }
        match text.chars().find(|c| c.is_whitespace() || c.is_control() || RESERVED.contains(c)) {
            Some(bad) => Err(IdError(format!("{text:?} contains {bad:?}: {NAMES}"))),
            None => Ok(()),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_that_are_kept_at_one_place_stay_apart() {
        let texts: Vec<String> = (0..100).map(|n| format!("app:{n:03}")).collect();
        for _ in 0..2 {
            for text in &texts {
                assert_eq!(EntryId::parse(text).map(|id| id.to_string()).as_ref(), Ok(text));
            }
            assert!(EntryId::parse("app:a b").is_err());
        }
    }

    #[test]
    fn names_that_mean_something_else_elsewhere_are_refused() {
        for good in
            ["app:a", "app.sub:a.b_c-d", "org/module:x/y", "app:http:handler", "app:größe", "app:1~+#$%"]
        {
            assert_eq!(EntryId::parse(good).map(|id| id.to_string()), Ok(good.to_owned()));
        }
        for bad in [
            "a b:c",
            "app:a b",
            "app:größe b",
            "app:a\u{7f}",
            "app:a\n",
            "app:\u{1b}",
            "app:a|b",
            "app:{a}",
            "app:a@b",
            "app:a*",
            "app:a=1",
            "app:(a)",
            "x?y:z",
        ] {
            let told = EntryId::parse(bad).map_err(|e| e.to_string()).expect_err(bad);
            assert!(told.contains("contains") && !told.contains(char::is_control), "{told}");
        }
    }
}
