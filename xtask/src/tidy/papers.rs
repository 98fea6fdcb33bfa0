//! Rules about everything that is read by people: fragments, decisions, and text that leaks.

use super::{Found, report};
use crate::tree::{File, Tree};

/// What a change can be, as the middle of a fragment's name.
const SORTS: &[&str] = &["feature", "fix", "breaking"];
/// Folders of one machine; written in pieces, because this file is checked too.
const PLACES: &[&str] = &[concat!("/wo", "rk/"), concat!("/ro", "ot/")];
/// Parts of a host name that give away a private registry or mirror.
const HOSTS: &[&str] = &["registry", "mirror", "artifactory", "nexus", "goproxy", ".internal", ".corp"];
/// Headings of a decision record.
const HEADINGS: &[&str] = &["## Context", "## Decision", "## Consequence"];

pub(super) fn check(tree: &Tree, found: &mut Found) {
    let mut numbers: Vec<&str> = Vec::new();
    for file in &tree.files {
        leaks(file, found);
        if let Some(name) = file.path.strip_prefix("changelog.d/").filter(|name| *name != "README.md") {
            fragment(file, name, found);
        }
        if let Some(name) = file.path.strip_prefix("docs/adr/").filter(|name| *name != "README.md") {
            decision(file, name, &mut numbers, found);
        }
    }
}

fn fragment(file: &File, name: &str, found: &mut Found) {
    let parts: Vec<&str> = name.split('.').collect();
    let shape = matches!(parts[..], [slug, sort, "md"] if slug_like(slug) && SORTS.contains(&sort));
    if !shape {
        report(
            found,
            &file.path,
            0,
            "a fragment is named `<slug>.<feature|fix|breaking>.md`, the slug like-this",
        );
    }
    let text = file.text.trim();
    if text.is_empty() || text.starts_with('#') {
        report(found, &file.path, 1, "a fragment is a sentence or two for users, without a heading");
    }
}

fn decision<'a>(file: &File, name: &'a str, numbers: &mut Vec<&'a str>, found: &mut Found) {
    let Some((number, title)) = name.strip_suffix(".md").and_then(|name| name.split_once('-')) else {
        return report(found, &file.path, 0, "a decision is named `NNNN-title.md`");
    };
    if number.len() != 4 || !number.bytes().all(|b| b.is_ascii_digit()) || !slug_like(title) {
        report(found, &file.path, 0, "a decision is named `NNNN-title.md`");
    }
    if numbers.contains(&number) {
        report(found, &file.path, 0, format!("two decisions have the number {number}"));
    }
    numbers.push(number);
    for heading in HEADINGS.iter().filter(|heading| !file.text.lines().any(|line| line == **heading)) {
        report(found, &file.path, 0, format!("the heading `{heading}` is missing"));
    }
}

fn slug_like(text: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    !text.is_empty() && text.bytes().all(allowed) && !text.starts_with('-') && !text.ends_with('-')
}

/// Paths and hosts that exist on one machine only.
fn leaks(file: &File, found: &mut Found) {
    for (number, line) in file.text.lines().enumerate() {
        if PLACES.iter().any(|place| stands_alone(line, place)) {
            report(
                found,
                &file.path,
                number + 1,
                "a path of one machine: write it relative to the repository",
            );
        }
        if file.path != "Cargo.lock" && hosts(line).any(private) {
            report(
                found,
                &file.path,
                number + 1,
                "the host of a package registry or mirror has no place here",
            );
        }
    }
}

/// True when `place` starts a path in `line`, rather than being the middle of a longer one.
fn stands_alone(line: &str, place: &str) -> bool {
    let inner = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '/' | '}' | ')');
    line.match_indices(place).any(|(at, _)| !line[..at].chars().next_back().is_some_and(inner))
}

/// Host names of the web addresses in `line`.
fn hosts(line: &str) -> impl Iterator<Item = &str> {
    let end = |c: char| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '-'));
    line.split("://").skip(1).map(move |rest| rest.split(end).next().unwrap_or_default())
}

fn private(host: &str) -> bool {
    host.contains('.') && HOSTS.iter().any(|part| host.contains(part))
}
