//! Records as lines: plain console, coloured console, json.

use crate::record::{Level, Record};
use infra_base::{Data, Map};
use infra_codec::json;
use jiff::Timestamp;
use jiff::tz::TimeZone;
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
        visible(stack, out);
        out.push(b'\n');
    }
}

fn console(record: &Record, out: &mut Vec<u8>) {
    let time = timestamp(record).to_zoned(TimeZone::system());
    put(out, format_args!("{}\t", time.strftime("%Y-%m-%d %H:%M:%S")));
    put(out, format_args!("{}\t", record.level.as_str().to_ascii_uppercase()));
    visible(&record.logger, out);
    out.push(b'\t');
    visible(&record.message, out);
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
    visible(&record.logger, out);
    let width = out.len() - start;
    out.resize(out.len() + 12usize.saturating_sub(width) + 1, b' ');
    visible(&record.message, out);
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

fn fields(fields: &Map, out: &mut Vec<u8>) {
    out.append(&mut json::encode(&Data::Map(fields.clone())));
}

/// Control characters other than line break and tab are shown escaped: what an application logs must not drive the
/// terminal.
fn visible(text: &str, out: &mut Vec<u8>) {
    let hidden = |c: char| c.is_control() && c != '\n' && c != '\t';
    if !text.contains(hidden) {
        return out.extend_from_slice(text.as_bytes());
    }
    for c in text.chars() {
        if hidden(c) {
            put(out, format_args!("\\x{:02x}", u32::from(c)));
        } else {
            put(out, format_args!("{c}"));
        }
    }
}

fn put(out: &mut Vec<u8>, text: std::fmt::Arguments<'_>) {
    out.write_fmt(text).expect("writing to memory does not fail");
}
