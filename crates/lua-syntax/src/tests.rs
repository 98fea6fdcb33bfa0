//! Tests of the language: trees and mistakes as text.

mod casts;
mod dump;
pub(crate) mod hostile;
mod lexis;
mod plain;
mod recovery;
mod signature;
mod types;

use crate::{LineIndex, parse};

/// The tree of `source`, which holds no mistake.
fn tree(source: &str) -> String {
    let parsed = parse(source.as_bytes());
    assert!(parsed.errors.is_empty(), "{source}\n{}", errors(source));
    dump::chunk(&parsed.chunk)
}

/// The mistakes of `source`, one a line: `line:col: message (help: …)`.
fn errors(source: &str) -> String {
    errors_of(source.as_bytes())
}

fn errors_of(source: &[u8]) -> String {
    let lines = LineIndex::new(source);
    let mut out = String::new();
    for error in parse(source).errors {
        let (line, column) = lines.position(error.span.start);
        out += &format!("{line}:{column}: {}", error.message);
        if let Some(help) = error.help {
            out += &format!(" (help: {help})");
        }
        out.push('\n');
    }
    out
}

/// Every line of `sources` is valid; the trees, one a line.
fn trees(sources: &str) -> String {
    sources.lines().map(str::trim).filter(|line| !line.is_empty()).map(|line| tree(line) + "\n").collect()
}

/// Every line of `sources` is faulty; each with its mistakes.
fn mistakes(sources: &str) -> String {
    let lines = sources.lines().map(str::trim).filter(|line| !line.is_empty());
    let mut out = String::new();
    for line in lines {
        let found = errors(line);
        assert!(!found.is_empty(), "no mistake found in: {line}");
        out += &format!("{line}\n");
        for error in found.lines() {
            out += &format!("    {error}\n");
        }
    }
    out
}
