//! Records as lines: plain console, coloured console, json.

use crate::record::{Level, Record};
use infra_base::{Data, Map};
use infra_codec::json;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::borrow::Cow;
use std::io::Write;

/// Form of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Local time, level, logger, message, fields; separated by tabs.
    Console,
    /// Seconds since the start, level, logger, message, fields; aligned.
    Short {
        /// With terminal colours.
        color: bool,
    },
    /// One JSON object: `ts`, `level`, `logger`, `msg`, then the fields.
    Json,
}

/// Appends one line, with its line break.
pub(crate) fn encode(form: Form, record: &Record, out: &mut Vec<u8>) {
    match form {
        Form::Console => console(record, out),
        Form::Short { color } => short(record, color, out),
        Form::Json => json_line(record, out),
    }
    out.push(b'\n');
    if let Some(stack) = record.stack.as_deref().filter(|_| form != Form::Json) {
        out.extend_from_slice(visible(stack).as_bytes());
        out.push(b'\n');
    }
}

fn console(record: &Record, out: &mut Vec<u8>) {
    let time = timestamp(record).to_zoned(TimeZone::system());
    put(out, format_args!("{}\t", time.strftime("%Y-%m-%d %H:%M:%S")));
    put(out, format_args!("{}\t", record.level.as_str().to_ascii_uppercase()));
    out.extend_from_slice(visible(&record.logger).as_bytes());
    out.push(b'\t');
    out.extend_from_slice(visible(&record.message).as_bytes());
    if !record.fields.is_empty() {
        out.push(b'\t');
        fields(&record.fields, out);
    }
}

fn short(record: &Record, color: bool, out: &mut Vec<u8>) {
    put(out, format_args!("{:>6.2}s ", record.elapsed.0 as f64 / 1e9));
    let level = record.level.as_str().to_ascii_uppercase();
    if color {
        let code = match record.level {
            Level::Debug => 35,
            Level::Info => 34,
            Level::Warn => 33,
            Level::Error => 31,
        };
        put(out, format_args!("\x1b[{code}m{level:<5}\x1b[0m "));
    } else {
        put(out, format_args!("{level:<5} "));
    }
    let start = out.len();
    out.extend_from_slice(visible(&record.logger).as_bytes());
    let width = out.len() - start;
    out.resize(out.len() + 12usize.saturating_sub(width) + 1, b' ');
    out.extend_from_slice(visible(&record.message).as_bytes());
    if !record.fields.is_empty() {
        out.push(b' ');
        fields(&record.fields, out);
    }
}

fn json_line(record: &Record, out: &mut Vec<u8>) {
    put(
        out,
        format_args!(
            "{{\"ts\":\"{:.3}\",\"level\":\"{}\",\"logger\":",
            timestamp(record),
            record.level.as_str()
        ),
    );
    json::write_text(out, &record.logger);
    out.extend_from_slice(b",\"msg\":");
    json::write_text(out, &record.message);
    for (key, value) in &record.fields {
        out.push(b',');
        json::write_text(out, key);
        out.push(b':');
        out.append(&mut json::encode(value));
    }
    if let Some(stack) = &record.stack {
        out.extend_from_slice(b",\"stacktrace\":");
        json::write_text(out, stack);
    }
    out.push(b'}');
}

fn timestamp(record: &Record) -> Timestamp {
    Timestamp::from_nanosecond(i128::from(record.wall)).unwrap_or_default()
}

/// As JSON, where control characters above ASCII's are escaped, too: terminals obey some of them.
fn fields(fields: &Map, out: &mut Vec<u8>) {
    let mut json = json::encode(&Data::Map(fields.clone()));
    match std::str::from_utf8(&json) {
        Ok(text) if text.contains(char::is_control) => {
            for c in text.chars() {
                match c.is_control() {
                    true => put(out, format_args!("\\u{:04x}", u32::from(c))),
                    false => put(out, format_args!("{c}")),
                }
            }
        }
        _ => out.append(&mut json),
    }
}

/// Control characters other than line break and tab, escaped: what an application says must not drive the terminal.
pub fn visible(text: &str) -> Cow<'_, str> {
    let hidden = |c: char| c.is_control() && c != '\n' && c != '\t';
    if !text.contains(hidden) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match hidden(c) {
            true => shown.push_str(&format!("\\x{:02x}", u32::from(c))),
            false => shown.push(c),
        }
    }
    Cow::Owned(shown)
}

fn put(out: &mut Vec<u8>, text: std::fmt::Arguments<'_>) {
    out.write_fmt(text).expect("writing to memory does not fail");
}
