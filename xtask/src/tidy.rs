//! Rules of the house that a machine can check; each has a test that plants a violation.

mod manifests;
mod papers;
mod sources;
#[cfg(test)]
mod tests;

pub(crate) use self::sources::caption_of;
use crate::layers;
use crate::tree::Tree;
use std::fmt;

/// One place that breaks one rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// File, relative to the root.
    pub path: String,
    /// Line from 1; 0 when the file as a whole is meant.
    pub line: usize,
    /// What is wrong, and what would be right.
    pub what: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "{}: {}", self.path, self.what),
            line => write!(f, "{}:{line}: {}", self.path, self.what),
        }
    }
}

/// Violations found so far, in the order of the rules.
type Found = Vec<Violation>;

fn report(found: &mut Found, path: &str, line: usize, what: impl Into<String>) {
    found.push(Violation { path: path.to_owned(), line, what: what.into() });
}

/// Checks every rule; an empty list means that the house is in order.
#[must_use]
pub fn check(tree: &Tree) -> Vec<Violation> {
    let mut found = Found::new();
    for package in &tree.packages {
        let path = format!("{}/Cargo.toml", package.dir);
        layers::check(package).into_iter().for_each(|what| report(&mut found, &path, 0, what));
    }
    manifests::check(tree, &mut found);
    sources::check(tree, &mut found);
    papers::check(tree, &mut found);
    found
}
