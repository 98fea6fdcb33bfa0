//! Rules about source: captions, sizes, names, `unsafe`, words, reasons.

use super::{Found, report};
use crate::rust::{self, Split};
use crate::tree::{File, Tree};

/// Longest caption, in characters.
const CAPTION: usize = 100;
/// Most lines of a file, without its tests.
const SIZE: usize = 800;
/// Crates that may contain `unsafe`.
const UNSAFE: &[&str] = &["infra-alloc", "lua-vm"];
/// Crates that rule it out for good, in a way that no `allow` can undo.
const FORBID: &[&str] = &["lua-api", "lua-std", "lua-sys", "lua-svc"];
/// Names that say nothing.
const NAMES: &[&str] = &["manager", "utils", "util", "helpers", "helper", "common", "misc", "types2"];
/// Words that mark unfinished or forgotten code.
const WORDS: &[(&str, &str)] = &[
    ("todo!", "finish it, or answer an error that says so"),
    ("unimplemented!", "finish it, or answer an error that says so"),
    ("dbg!", "remove it"),
    ("#[ignore", "assert today's behaviour with a FIXME instead"),
];

pub(super) fn check(tree: &Tree, found: &mut Found) {
    for file in tree.files.iter().filter(|file| file.is_rust()) {
        caption(file, found);
        name(file, found);
        let split = rust::split(&file.text);
        size(file, &split, found);
        words(file, &split, found);
        reasons(file, &split, found);
        match file.package() {
            Some(package) if UNSAFE.contains(&package) => proofs(file, &split, found),
            _ => no_unsafe(file, &split, found),
        }
    }
    for package in tree.packages.iter().filter(|package| FORBID.contains(&package.name.as_str())) {
        let path = format!("{}/src/lib.rs", package.dir);
        let root = tree.file(&path).map(|file| rust::split(&file.text).code).unwrap_or_default();
        if !root.contains("#![forbid(unsafe_code)]") {
            report(found, &path, 0, "`#![forbid(unsafe_code)]` is missing");
        }
    }
}

/// The text of a file's first line behind `//! `, when it has one.
pub(crate) fn caption_of(text: &str) -> Option<&str> {
    text.lines().next()?.strip_prefix("//! ").map(str::trim).filter(|caption| !caption.is_empty())
}

fn caption(file: &File, found: &mut Found) {
    match caption_of(&file.text) {
        None => report(found, &file.path, 1, "the first line is a caption: `//! What this file does.`"),
        Some(caption) if caption.chars().count() > CAPTION => {
            report(found, &file.path, 1, format!("the caption has more than {CAPTION} characters"));
        }
        Some(_) => {}
    }
}

fn name(file: &File, found: &mut Found) {
    for part in file.path.trim_end_matches(".rs").split('/') {
        if part.split(['_', '-']).any(|word| NAMES.contains(&word)) {
            report(found, &file.path, 0, format!("`{part}` says nothing: name it after what it holds"));
        }
    }
}

fn size(file: &File, split: &Split, found: &mut Found) {
    let test = |part: &str| matches!(part, "tests" | "benches" | "tests.rs");
    if file.path.split('/').any(test) {
        return;
    }
    let lines = body(&split.code);
    if lines > SIZE {
        report(found, &file.path, 0, format!("{lines} lines without tests: split it, {SIZE} are the most"));
    }
}

/// Lines before a trailing `#[cfg(test)] mod … {`.
fn body(code: &str) -> usize {
    let lines: Vec<&str> = code.lines().map(str::trim).collect();
    let start = (0..lines.len()).rev().find(|at| {
        let next = lines[at + 1..].iter().find(|line| !line.is_empty() && !line.starts_with("#["));
        lines[*at] == "#[cfg(test)]"
            && next.is_some_and(|next| next.starts_with("mod ") && next.ends_with('{'))
    });
    start.unwrap_or(lines.len())
}

fn words(file: &File, split: &Split, found: &mut Found) {
    for (word, right) in WORDS {
        let part = |c: char| c.is_alphanumeric() || c == '_';
        let alone = |at: usize| !split.code[..at].chars().next_back().is_some_and(part);
        for (at, _) in split.code.match_indices(word).filter(|(at, _)| alone(*at)) {
            report(found, &file.path, rust::line(&split.code, at), format!("`{word}` is banned: {right}"));
        }
    }
}

/// Every `allow` and `expect` of a lint says why.
fn reasons(file: &File, split: &Split, found: &mut Found) {
    for (at, text) in attributes(&split.code) {
        let silences = ["allow", "expect"].iter().any(|word| {
            rust::words(text, word).any(|word_at| text[word_at + word.len()..].trim_start().starts_with('('))
        });
        if silences && rust::words(text, "reason").next().is_none() {
            let what = "a silenced lint says why: `reason = \"…\"`";
            report(found, &file.path, rust::line(&split.code, at), what);
        }
    }
}

/// Attributes with their offset, from `#` to the closing bracket.
fn attributes(code: &str) -> impl Iterator<Item = (usize, &str)> {
    code.match_indices('#').filter_map(|(at, _)| {
        let rest = &code[at..];
        let open = if rest.starts_with("#![") { 2 } else { 1 };
        rest[open..].starts_with('[').then_some(())?;
        let mut depth = 0usize;
        for (offset, c) in rest.char_indices().skip(open) {
            match c {
                '[' => depth += 1,
                ']' if depth == 1 => return Some((at, &rest[..=offset])),
                ']' => depth -= 1,
                _ => {}
            }
        }
        None
    })
}

fn no_unsafe(file: &File, split: &Split, found: &mut Found) {
    for at in rust::words(&split.code, "unsafe") {
        report(
            found,
            &file.path,
            rust::line(&split.code, at),
            "`unsafe` stands only in lua-vm and infra-alloc",
        );
    }
}

/// Every `unsafe` block and `unsafe impl` carries its proof right above it or on its line.
fn proofs(file: &File, split: &Split, found: &mut Found) {
    let code: Vec<&str> = split.code.lines().collect();
    let comments: Vec<&str> = split.comments.lines().collect();
    for at in rust::words(&split.code, "unsafe") {
        let next = split.code[at + "unsafe".len()..].trim_start();
        let line = rust::line(&split.code, at);
        let needs = next.starts_with('{') || next.starts_with("impl");
        if needs && !proven(&code, &comments, line - 1) {
            report(
                found,
                &file.path,
                line,
                "an `unsafe` block carries its proof: `// SAFETY: …` right above it",
            );
        }
    }
}

/// Walks up from line `at` (from 0) over comments, attributes and the head of the same statement.
fn proven(code: &[&str], comments: &[&str], at: usize) -> bool {
    if comments[at].contains("SAFETY:") {
        return true;
    }
    for above in (0..at).rev() {
        if comments[above].contains("SAFETY:") {
            return true;
        }
        let line = code[above].trim();
        let comment = line.is_empty() && !comments[above].trim().is_empty();
        let attribute = line.starts_with("#[");
        let head = !line.is_empty() && !line.ends_with([';', '{', '}', ',']);
        if !(comment || attribute || head) {
            return false;
        }
    }
    false
}
