//! Reads numbers, texts and lists out of plain option trees, with errors that name the field.

use infra_base::{Data, Error, Kind, Map, Result, parse_duration};
use std::time::Duration;

/// A map of options with its name for messages (`pool`, `meta.options.retry`).
pub(crate) struct Options<'a> {
    map: &'a Map,
    name: &'a str,
}

impl<'a> Options<'a> {
    /// `None`: absent or null.
    pub(crate) fn of(data: Option<&'a Data>, name: &'a str) -> Result<Option<Options<'a>>> {
        match data {
            None | Some(Data::Null) => Ok(None),
            Some(Data::Map(map)) => Ok(Some(Options { map, name })),
            Some(other) => Err(Error::invalid(format!("{name}: a map expected, got {}", other.type_name()))),
        }
    }

    fn get(&self, key: &str) -> Option<&'a Data> {
        self.map.get(key).filter(|data| **data != Data::Null)
    }

    /// Whether the option is given.
    pub(crate) fn has(&self, key: &str) -> bool {
        self.get(key).is_some()
    }

    /// True or false.
    pub(crate) fn flag(&self, key: &str) -> Result<Option<bool>> {
        match self.get(key) {
            None => Ok(None),
            Some(Data::Bool(on)) => Ok(Some(*on)),
            Some(other) => Err(self.wrong(key, "true or false", other)),
        }
    }

    fn wrong(&self, key: &str, expected: &str, got: &Data) -> Error {
        let shown = match got {
            Data::Int(n) => n.to_string(),
            Data::Float(n) => n.to_string(),
            Data::Text(t) => format!("\"{t}\""),
            _ => got.type_name().to_string(),
        };
        Error::invalid(format!("{}.{key}: {expected} expected, got {shown}", self.name))
    }

    /// A whole number of at least `min`.
    pub(crate) fn count(&self, key: &str, min: usize) -> Result<Option<usize>> {
        let Some(data) = self.get(key) else { return Ok(None) };
        let number = match data {
            Data::Int(n) => usize::try_from(*n).ok(),
            Data::Float(n) if n.fract() == 0.0 && (0.0..1e15).contains(n) => Some(*n as usize),
            _ => None,
        };
        let number = number.filter(|n| *n >= min && *n <= 1_000_000);
        number
            .map(Some)
            .ok_or_else(|| self.wrong(key, &format!("a whole number from {min} to 1000000"), data))
    }

    /// A number between two bounds.
    pub(crate) fn number(&self, key: &str, bounds: (f64, f64)) -> Result<Option<f64>> {
        let Some(data) = self.get(key) else { return Ok(None) };
        let number = match data {
            Data::Int(n) => Some(*n as f64),
            Data::Float(n) => Some(*n),
            _ => None,
        };
        let number = number.filter(|n| (bounds.0..=bounds.1).contains(n));
        number
            .map(Some)
            .ok_or_else(|| self.wrong(key, &format!("a number from {} to {}", bounds.0, bounds.1), data))
    }

    /// Milliseconds as a number, or a duration text.
    pub(crate) fn duration(&self, key: &str) -> Result<Option<Duration>> {
        let Some(data) = self.get(key) else { return Ok(None) };
        let nanos = match data {
            Data::Int(ms) => ms.checked_mul(1_000_000),
            Data::Float(ms) if ms.is_finite() && *ms < 1e12 => Some((ms * 1e6) as i64),
            Data::Text(text) => {
                Some(parse_duration(text).map_err(|e| Error::invalid(format!("{}.{key}: {e}", self.name)))?)
            }
            _ => None,
        };
        let nanos = nanos.and_then(|n| u64::try_from(n).ok()).map(Duration::from_nanos);
        nanos.map(Some).ok_or_else(|| self.wrong(key, "milliseconds or a duration such as 100ms", data))
    }

    /// A text.
    pub(crate) fn text(&self, key: &str) -> Result<Option<&'a str>> {
        let Some(data) = self.get(key) else { return Ok(None) };
        data.as_str().map(Some).ok_or_else(|| self.wrong(key, "a text", data))
    }

    /// A list of error kinds; a kind of the application's own is fine.
    pub(crate) fn kinds(&self, key: &str) -> Result<Vec<Box<str>>> {
        let Some(data) = self.get(key) else { return Ok(Vec::new()) };
        let list = data.as_list().ok_or_else(|| self.wrong(key, "a list of error kinds", data))?;
        let text = |item: &Data| {
            let text = item.as_str().ok_or_else(|| self.wrong(key, "a list of error kinds", item))?;
            Ok(Kind::parse(text).map_or_else(|| text.into(), |kind| kind.as_str().into()))
        };
        list.iter().map(text).collect()
    }

    /// One warning for each key that nobody reads.
    pub(crate) fn unknown(&self, known: &[&str], warnings: &mut Vec<String>) {
        for key in self.map.keys().filter(|key| !known.contains(&&***key)) {
            warnings.push(format!(
                "{}.{key}: unknown field (one of {} expected)",
                self.name,
                known.join(", ")
            ));
        }
    }
}
