//! Plain data as block-style YAML.

use super::node::Value;
use super::scalar;
use crate::json;
use infra_base::Data;

/// Block-style YAML, two spaces a level, keys in the map's order; a text is quoted where it would read back as
/// something else. Bytes that are not UTF-8 are replaced. Ends with a line break.
pub fn encode(data: &Data) -> String {
    let mut out = String::new();
    value(&mut out, data, 0, false);
    out
}

/// Writes after `key:` or `-` (`inline`), or at the start of a line.
fn value(out: &mut String, data: &Data, depth: usize, inline: bool) {
    match data {
        Data::List(list) if !list.is_empty() => {
            for (i, item) in list.iter().enumerate() {
                lead(out, depth, inline && i == 0);
                out.push('-');
                nested(out, item, depth + 1, true);
            }
        }
        Data::Map(map) if !map.is_empty() => {
            for (i, (key, item)) in map.iter().enumerate() {
                lead(out, depth, inline && i == 0);
                put_key(out, key, depth);
                nested(out, item, depth + 1, false);
            }
        }
        leaf => {
            scalar_text(out, leaf, depth);
            out.push('\n');
        }
    }
}

/// Bytes of a key, as written, that may stand in front of its `:`; the language has 1,024 characters.
const LONG_KEY: usize = 1000;

/// Writes `key:`; a long one as `? key` and `:` on lines of their own.
fn put_key(out: &mut String, key: &str, depth: usize) {
    let start = out.len();
    text(out, key);
    if out.len() - start > LONG_KEY {
        out.insert_str(start, "? ");
        out.push('\n');
        lead(out, depth, false);
    }
    out.push(':');
}

fn lead(out: &mut String, depth: usize, same_line: bool) {
    if !same_line {
        out.extend(std::iter::repeat_n("  ", depth));
    }
}

/// What follows `key:` or `-`: collections of list items start on the same line, of keys on the next.
fn nested(out: &mut String, item: &Data, depth: usize, in_list: bool) {
    let collection = match item {
        Data::List(l) => !l.is_empty(),
        Data::Map(m) => !m.is_empty(),
        _ => false,
    };
    if collection && !in_list {
        out.push('\n');
        value(out, item, depth, false);
    } else {
        out.push(' ');
        value(out, item, depth, true);
    }
}

fn scalar_text(out: &mut String, data: &Data, depth: usize) {
    match data {
        Data::Null => out.push_str("null"),
        Data::Bool(v) => out.push_str(if *v { "true" } else { "false" }),
        Data::Int(v) => out.push_str(&v.to_string()),
        Data::Float(v) => float(out, *v),
        Data::Text(v) if block(v) => block_text(out, v, depth),
        Data::Text(v) => text(out, v),
        Data::Bytes(v) => text(out, &String::from_utf8_lossy(v)),
        Data::List(_) => out.push_str("[]"),
        Data::Map(_) => out.push_str("{}"),
    }
}

/// Whole floats keep a fraction, so that they read back as floats.
fn float(out: &mut String, v: f64) {
    if v.is_nan() {
        out.push_str(".nan");
    } else if v.is_infinite() {
        out.push_str(if v > 0.0 { ".inf" } else { "-.inf" });
    } else {
        out.push_str(&format!("{v:?}"));
    }
}

/// Several lines that a literal block keeps exactly.
fn block(text: &str) -> bool {
    text.contains('\n')
        && !text.starts_with([' ', '\n', '\t'])
        && text.chars().all(|c| c == '\n' || c == '\t' || !c.is_control())
        && !text.contains(['\u{feff}', '\u{85}', '\u{2028}', '\u{2029}'])
        && !text.lines().any(|line| line.starts_with('\t') || (!line.is_empty() && line.trim().is_empty()))
}

fn block_text(out: &mut String, text: &str, depth: usize) {
    let kept = text.ends_with("\n\n") || text == "\n";
    out.push_str(if kept {
        "|+"
    } else if text.ends_with('\n') {
        "|"
    } else {
        "|-"
    });
    let body = text.strip_suffix('\n').unwrap_or(text);
    for line in body.split('\n') {
        out.push('\n');
        if !line.is_empty() {
            out.extend(std::iter::repeat_n("  ", depth.max(1)));
            out.push_str(line);
        }
    }
}

fn text(out: &mut String, text: &str) {
    if plain(text) {
        out.push_str(text);
    } else {
        // JSON's quoted form is YAML's too.
        let mut quoted = Vec::with_capacity(text.len() + 2);
        json::write_text(&mut quoted, text);
        out.push_str(&String::from_utf8_lossy(&quoted));
    }
}

/// Reads back as the same text without quotes.
fn plain(text: &str) -> bool {
    let starts = |c: char| c.is_alphanumeric() || matches!(c, '_' | '/' | '.' | '(' | '$');
    let inside = |c: char| c.is_alphanumeric() || " _-./()+=$,;~^*?!@%<>|'\"\\[]{}&".contains(c);
    text.starts_with(starts)
        && text.chars().all(|c| inside(c) || c == ':')
        && !text.contains(": ")
        && !text.ends_with([':', ' '])
        && !text.starts_with("...")
        && matches!(scalar::resolve(text), Value::Text(_))
        && !matches!(text.to_ascii_lowercase().as_str(), "y" | "n" | "yes" | "no" | "on" | "off")
}
