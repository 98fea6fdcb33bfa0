//! Types that a field can have, read leniently: numeric text is a number, a scalar is a text.

use infra_base::{Data, EntryId, Map, parse_duration, parse_size, size_text};
use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

/// A type that a field can have.
///
/// `read` answers `None` after it reported a mistake at `at`. `stand_in` is what decoding goes on with then, so that one
/// pass shows every mistake; it is never seen outside, since an entry with mistakes is refused.
pub trait Field: Sized {
    /// Reads a value that is not null; placeholders are resolved.
    fn read(value: &Data, at: &mut At<'_>) -> Option<Self>;

    /// Any value of the type.
    fn stand_in() -> Self;

    /// Whether a required field may not have this value (an empty text).
    fn is_blank(&self) -> bool {
        false
    }
}

/// A reference that was read: checked against the registry after decoding, and an edge for order.
#[derive(Clone, Debug, PartialEq)]
pub struct Reference {
    /// The entry that is meant.
    pub target: EntryId,
    /// Full path of the field, `data.func`.
    pub path: Box<str>,
    /// Kinds that fit; `function.*` means every kind below; empty = any.
    pub kinds: &'static [&'static str],
}

/// The place that is read at the moment.
pub struct At<'a> {
    /// Full path, `data.storages[1]`.
    pub(crate) path: String,
    pub(crate) namespace: &'a str,
    pub(crate) kinds: &'static [&'static str],
    pub(crate) references: &'a mut Vec<Reference>,
    pub(crate) mistakes: &'a mut Vec<(String, String)>,
}

impl At<'_> {
    /// Reports a mistake here; always `None`.
    pub fn fail<T>(&mut self, message: impl Into<String>) -> Option<T> {
        self.mistakes.push((self.path.clone(), message.into()));
        None
    }

    /// Reports that `expected` (with its article) was expected; always `None`.
    pub fn expected<T>(&mut self, expected: &str, value: &Data) -> Option<T> {
        let got = match value {
            Data::Text(text) => format!("\"{}\"", shorten(text)),
            other => other.type_name().to_string(),
        };
        self.fail(format!("{expected} expected, got {got}"))
    }

    /// Reads an item of the list at hand.
    fn item<T: Field>(&mut self, index: usize, value: &Data) -> Option<T> {
        self.below(&format!("[{index}]"), value)
    }

    fn below<T: Field>(&mut self, step: &str, value: &Data) -> Option<T> {
        let length = self.path.len();
        self.path.push_str(step);
        let read = T::read(value, self);
        self.path.truncate(length);
        read
    }
}

/// At most forty characters of a text, for messages.
fn shorten(text: &str) -> String {
    match text.char_indices().nth(40) {
        Some((cut, _)) => format!("{}…", &text[..cut]),
        None => text.into(),
    }
}

/// The text of a scalar.
pub(crate) fn scalar_text(value: &Data) -> Option<Box<str>> {
    match value {
        Data::Text(text) => Some(text.clone()),
        Data::Bool(b) => Some(b.to_string().into()),
        Data::Int(n) => Some(n.to_string().into()),
        Data::Float(n) => Some(n.to_string().into()),
        Data::Null | Data::Bytes(_) | Data::List(_) | Data::Map(_) => None,
    }
}

impl Field for Box<str> {
    fn read(value: &Data, at: &mut At<'_>) -> Option<Self> {
        if let Data::Bytes(bytes) = value {
            let valid = std::str::from_utf8(bytes).map_or_else(|e| e.valid_up_to(), str::len);
            return at
                .fail(format!("a text expected, got bytes that are not UTF-8 (from byte {} on)", valid + 1));
        }
        scalar_text(value).or_else(|| at.expected("a text", value))
    }

    fn stand_in() -> Self {
        "".into()
    }

    fn is_blank(&self) -> bool {
        self.is_empty()
    }
}

impl Field for String {
    fn read(value: &Data, at: &mut At<'_>) -> Option<Self> {
        <Box<str>>::read(value, at).map(Into::into)
    }

    fn stand_in() -> Self {
        String::new()
    }

    fn is_blank(&self) -> bool {
        self.is_empty()
    }
}

impl Field for bool {
    fn read(value: &Data, at: &mut At<'_>) -> Option<Self> {
        match value {
            Data::Bool(b) => Some(*b),
            Data::Text(text) if &**text == "true" => Some(true),
            Data::Text(text) if &**text == "false" => Some(false),
            _ => at.expected("true or false", value),
        }
    }

    fn stand_in() -> Self {
        false
    }
}

impl Field for i64 {
    fn read(value: &Data, at: &mut At<'_>) -> Option<Self> {
        match value {
            Data::Int(n) => Some(*n),
            Data::Float(n) if n.fract() == 0.0 && n.abs() < 9.0e15 => Some(*n as i64),
            Data::Text(text) => text.trim().parse().ok().or_else(|| at.expected("a whole number", value)),
            _ => at.expected("a whole number", value),
        }
    }

    fn stand_in() -> Self {
        0
    }
}

macro_rules! narrow {
    ($($ty:ty)*) => {$(
        impl Field for $ty {
            fn read(value: &Data, at: &mut At<'_>) -> Option<Self> {
                let wide = i64::read(value, at)?;
                let range = (<$ty>::MIN, <$ty>::MAX);
                <$ty>::try_from(wide)
                    .ok()
                    .or_else(|| at.fail(format!("{wide} is out of range ({} to {})", range.0, range.1)))
            }

            fn stand_in() -> Self {
                0
            }
        }
    )*};
}
narrow!(u16 u32 u64 usize i32);

impl Field for f64 {
    fn read(value: &Data, at: &mut At<'_>) -> Option<Self> {
        let number = match value {
            Data::Int(n) => Some(*n as f64),
            Data::Float(n) => Some(*n),
            Data::Text(text) => text.trim().parse().ok(),
            _ => None,
        };
        number.filter(|n| n.is_finite()).or_else(|| at.expected("a number", value))
    }

    fn stand_in() -> Self {
        0.0
    }
}

impl Field for Duration {
    /// Text such as `30s`, `1h30m`, `2d`; the number 0. Other bare numbers would leave the unit to a guess.
    fn read(value: &Data, at: &mut At<'_>) -> Option<Self> {
        match value {
            Data::Int(0) => Some(Duration::ZERO),
            Data::Float(n) if *n == 0.0 => Some(Duration::ZERO),
            Data::Int(_) | Data::Float(_) => {
                let number = scalar_text(value).unwrap_or_default();
                at.fail(format!("{number} has no unit (a duration such as {number}s or {number}ms expected)"))
            }
            Data::Text(text) => match parse_duration(text.trim()) {
                Ok(nanos) => u64::try_from(nanos)
                    .map(Duration::from_nanos)
                    .ok()
                    .or_else(|| at.fail(format!("\"{text}\" is negative"))),
                Err(why) => at.fail(why.to_string()),
            },
            _ => at.expected("a duration such as 30s", value),
        }
    }

    fn stand_in() -> Self {
        Duration::ZERO
    }
}

/// A number of bytes: a whole number, or a text such as `64M`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Size(pub usize);

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&size_text(self.0))
    }
}

impl Field for Size {
    fn read(value: &Data, at: &mut At<'_>) -> Option<Self> {
        const EXPECTED: &str = "a size such as 64M, or a number of bytes";
        let bytes = match value {
            Data::Text(text) => parse_size(text),
            Data::Int(n) => usize::try_from(*n).ok(),
            _ => None,
        };
        match (bytes, value) {
            (Some(bytes), _) => Some(Size(bytes)),
            (None, Data::Int(_) | Data::Float(_)) => {
                at.fail(format!("{EXPECTED} expected, got {}", scalar_text(value).unwrap_or_default()))
            }
            (None, _) => at.expected(EXPECTED, value),
        }
    }

    fn stand_in() -> Self {
        Size(0)
    }
}

impl Field for EntryId {
    /// A bare name belongs to the namespace of the entry that says it.
    fn read(value: &Data, at: &mut At<'_>) -> Option<Self> {
        let Data::Text(text) = value else { return at.expected("an entry id", value) };
        match EntryId::resolve(text, at.namespace) {
            Ok(id) => {
                let (target, path) = (id.clone(), at.path.as_str().into());
                at.references.push(Reference { target, path, kinds: at.kinds });
                Some(id)
            }
            Err(why) => at.fail(why.to_string()),
        }
    }

    fn stand_in() -> Self {
        EntryId::new("stand", "in").expect("both parts have text")
    }
}

impl Field for Data {
    fn read(value: &Data, _: &mut At<'_>) -> Option<Self> {
        Some(value.clone())
    }

    fn stand_in() -> Self {
        Data::Null
    }
}

impl Field for Map {
    fn read(value: &Data, at: &mut At<'_>) -> Option<Self> {
        value.as_map().cloned().or_else(|| at.expected("a map", value))
    }

    fn stand_in() -> Self {
        Map::default()
    }
}

impl<T: Field> Field for Vec<T> {
    /// A list; one scalar counts as a list of one.
    fn read(value: &Data, at: &mut At<'_>) -> Option<Self> {
        match value {
            Data::List(items) => {
                // Every item is read, so that every mistake shows.
                let read: Vec<Option<T>> =
                    items.iter().enumerate().map(|(index, item)| at.item(index, item)).collect();
                read.into_iter().collect()
            }
            Data::Map(map) if map.is_empty() => Some(Vec::new()),
            Data::Map(_) | Data::Bytes(_) => at.expected("a list", value),
            _ => Some(vec![T::read(value, at)?]),
        }
    }

    fn stand_in() -> Self {
        Vec::new()
    }

    fn is_blank(&self) -> bool {
        self.is_empty()
    }
}

impl<T: Field> Field for BTreeMap<Box<str>, T> {
    fn read(value: &Data, at: &mut At<'_>) -> Option<Self> {
        let map = match value {
            Data::Map(map) => map,
            Data::List(list) if list.is_empty() => return Some(BTreeMap::new()),
            _ => return at.expected("a map", value),
        };
        let read: Vec<_> =
            map.iter().map(|(key, item)| Some((key.clone(), at.below(&format!(".{key}"), item)?))).collect();
        read.into_iter().collect()
    }

    fn stand_in() -> Self {
        BTreeMap::new()
    }
}
