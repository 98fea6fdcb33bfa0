//! Layouts in reference-date style: `2006-01-02 15:04:05.000 MST -0700`.

use jiff::civil::{DateTime, Weekday};
use jiff::tz::{Offset, TimeZone};
use jiff::{Timestamp, Zoned};
use std::fmt::Write;

pub(crate) const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
pub(crate) const DAYS: [&str; 7] =
    ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

/// A piece of a layout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part<'l> {
    Text(&'l str),
    Year,
    ShortYear,
    MonthName,
    MonthShort,
    Month {
        pad: bool,
    },
    Weekday,
    WeekdayShort,
    Day {
        pad: Pad,
    },
    YearDay {
        pad: Pad,
    },
    Hour24,
    Hour12 {
        pad: bool,
    },
    Minute {
        pad: bool,
    },
    Second {
        pad: bool,
    },
    /// `.000` keeps zeros, `.999` drops them.
    Fraction {
        digits: usize,
        keep: bool,
        comma: bool,
    },
    Noon {
        upper: bool,
    },
    ZoneName,
    Offset {
        z: bool,
        colon: bool,
        minutes: bool,
        seconds: bool,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Pad {
    No,
    Space,
    Zero,
}

/// Fixed words, longest first among those with a common start.
const WORDS: &[(&str, Part<'static>)] = &[
    ("January", Part::MonthName),
    ("Jan", Part::MonthShort),
    ("Monday", Part::Weekday),
    ("Mon", Part::WeekdayShort),
    ("MST", Part::ZoneName),
    ("2006", Part::Year),
    ("002", Part::YearDay { pad: Pad::Zero }),
    ("__2", Part::YearDay { pad: Pad::Space }),
    ("_2006", Part::Text("_")),
    ("_2", Part::Day { pad: Pad::Space }),
    ("01", Part::Month { pad: true }),
    ("02", Part::Day { pad: Pad::Zero }),
    ("03", Part::Hour12 { pad: true }),
    ("04", Part::Minute { pad: true }),
    ("05", Part::Second { pad: true }),
    ("06", Part::ShortYear),
    ("15", Part::Hour24),
    ("PM", Part::Noon { upper: true }),
    ("pm", Part::Noon { upper: false }),
    ("-07:00:00", Part::Offset { z: false, colon: true, minutes: true, seconds: true }),
    ("-070000", Part::Offset { z: false, colon: false, minutes: true, seconds: true }),
    ("-07:00", Part::Offset { z: false, colon: true, minutes: true, seconds: false }),
    ("-0700", Part::Offset { z: false, colon: false, minutes: true, seconds: false }),
    ("-07", Part::Offset { z: false, colon: false, minutes: false, seconds: false }),
    ("Z07:00:00", Part::Offset { z: true, colon: true, minutes: true, seconds: true }),
    ("Z070000", Part::Offset { z: true, colon: false, minutes: true, seconds: true }),
    ("Z07:00", Part::Offset { z: true, colon: true, minutes: true, seconds: false }),
    ("Z0700", Part::Offset { z: true, colon: false, minutes: true, seconds: false }),
    ("Z07", Part::Offset { z: true, colon: false, minutes: false, seconds: false }),
    ("1", Part::Month { pad: false }),
    ("2", Part::Day { pad: Pad::No }),
    ("3", Part::Hour12 { pad: false }),
    ("4", Part::Minute { pad: false }),
    ("5", Part::Second { pad: false }),
];

fn fraction(rest: &str) -> Option<(usize, Part<'static>)> {
    let comma = rest.starts_with(',');
    if !comma && !rest.starts_with('.') {
        return None;
    }
    let digit = rest.as_bytes().get(1).copied().filter(|b| matches!(b, b'0' | b'9'))?;
    let digits = rest.bytes().skip(1).take_while(|b| *b == digit).count();
    // A digit behind it makes it plain text: ".0123" is no fraction.
    if rest.as_bytes().get(digits + 1).is_some_and(u8::is_ascii_digit) {
        return None;
    }
    Some((digits + 1, Part::Fraction { digits, keep: digit == b'0', comma }))
}

/// "Jan" and "Mon" are parts unless a lower-case letter follows: "Janet" is plain text.
fn stands_alone(word: &str, rest: &str) -> bool {
    !matches!(word, "Jan" | "Mon") || !rest[word.len()..].starts_with(|c: char| c.is_ascii_lowercase())
}

fn split(layout: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let (mut start, mut at) = (0, 0);
    while at < layout.len() {
        let rest = &layout[at..];
        let found = fraction(rest).or_else(|| {
            let fits = |word: &str| rest.starts_with(word) && stands_alone(word, rest);
            WORDS.iter().find(|(word, _)| fits(word)).map(|(word, part)| (word.len(), *part))
        });
        let Some((length, part)) = found else {
            at += rest.chars().next().map_or(1, char::len_utf8);
            continue;
        };
        if start < at {
            parts.push(Part::Text(&layout[start..at]));
        }
        // "_2006" is an underscore and a year.
        let length = if part == Part::Text("_") { 1 } else { length };
        parts.push(part);
        at += length;
        start = at;
    }
    if start < layout.len() {
        parts.push(Part::Text(&layout[start..]));
    }
    parts
}

fn weekday_name(day: Weekday) -> &'static str {
    DAYS[day.to_sunday_zero_offset() as usize % 7]
}

/// Abbreviation of the zone at that time: `CET`; for a zone of one offset its own `name`, else `UTC` or `+0530`.
pub(crate) fn zone_name(z: &Zoned, name: &str) -> String {
    let Ok(offset) = z.time_zone().to_fixed_offset() else {
        return z.time_zone().to_offset_info(z.timestamp()).abbreviation().to_string();
    };
    match offset.seconds() {
        _ if !name.is_empty() && name != "Local" => name.to_owned(),
        0 => "UTC".to_owned(),
        seconds => {
            let sign = if seconds < 0 { '-' } else { '+' };
            format!("{sign}{:02}{:02}", seconds.abs() / 3600, seconds.abs() / 60 % 60)
        }
    }
}

/// `z` in a layout; `name` is what its zone is called, see [`zone_name`].
pub(crate) fn format(layout: &str, z: &Zoned, name: &str) -> String {
    let mut out = String::with_capacity(layout.len() + 8);
    for part in split(layout) {
        // Writing into a String cannot fail.
        let _ = write_part(&mut out, part, z, name);
    }
    out
}

fn write_part(out: &mut String, part: Part<'_>, z: &Zoned, name: &str) -> std::fmt::Result {
    let hour12 = (z.hour() + 11) % 12 + 1;
    match part {
        Part::Text(text) => out.write_str(text),
        Part::Year => write!(out, "{:04}", z.year()),
        Part::ShortYear => write!(out, "{:02}", z.year().rem_euclid(100)),
        Part::MonthName => out.write_str(MONTHS[z.month() as usize - 1]),
        Part::MonthShort => out.write_str(&MONTHS[z.month() as usize - 1][..3]),
        Part::Month { pad: true } => write!(out, "{:02}", z.month()),
        Part::Month { pad: false } => write!(out, "{}", z.month()),
        Part::Weekday => out.write_str(weekday_name(z.weekday())),
        Part::WeekdayShort => out.write_str(&weekday_name(z.weekday())[..3]),
        Part::Day { pad } => number(out, i64::from(z.day()), 2, pad),
        Part::YearDay { pad } => number(out, i64::from(z.day_of_year()), 3, pad),
        Part::Hour24 => write!(out, "{:02}", z.hour()),
        Part::Hour12 { pad: true } => write!(out, "{hour12:02}"),
        Part::Hour12 { pad: false } => write!(out, "{hour12}"),
        Part::Minute { pad: true } => write!(out, "{:02}", z.minute()),
        Part::Minute { pad: false } => write!(out, "{}", z.minute()),
        Part::Second { pad: true } => write!(out, "{:02}", z.second()),
        Part::Second { pad: false } => write!(out, "{}", z.second()),
        Part::Fraction { digits, keep, comma } => {
            let all = format!("{:09}", z.subsec_nanosecond());
            let shown = &all[..digits.min(9)];
            let shown = if keep { shown } else { shown.trim_end_matches('0') };
            if shown.is_empty() {
                return Ok(());
            }
            out.write_char(if comma { ',' } else { '.' })?;
            out.write_str(shown)
        }
        Part::Noon { upper: true } => out.write_str(if z.hour() < 12 { "AM" } else { "PM" }),
        Part::Noon { upper: false } => out.write_str(if z.hour() < 12 { "am" } else { "pm" }),
        Part::ZoneName => out.write_str(&zone_name(z, name)),
        Part::Offset { z: zulu, colon, minutes, seconds } => {
            let offset = z.offset().seconds();
            if zulu && offset == 0 {
                return out.write_char('Z');
            }
            let (sign, offset) = if offset < 0 { ('-', -offset) } else { ('+', offset) };
            let gap = if colon { ":" } else { "" };
            write!(out, "{sign}{:02}", offset / 3600)?;
            if minutes {
                write!(out, "{gap}{:02}", offset / 60 % 60)?;
            }
            if seconds {
                write!(out, "{gap}{:02}", offset % 60)?;
            }
            Ok(())
        }
    }
}

fn number(out: &mut String, value: i64, width: usize, pad: Pad) -> std::fmt::Result {
    match pad {
        Pad::No => write!(out, "{value}"),
        Pad::Space => write!(out, "{value:width$}"),
        Pad::Zero => write!(out, "{value:0width$}"),
    }
}

/// What has been read so far.
#[derive(Default)]
struct Read {
    year: i16,
    month: Option<i8>,
    day: Option<i8>,
    year_day: Option<i16>,
    hour: i8,
    pm: Option<bool>,
    minute: i8,
    second: i8,
    nanos: i32,
    /// `Z`
    zulu: bool,
    /// Seconds east of UTC.
    offset: Option<i32>,
    zone: Option<String>,
}

/// What a text says: the moment, and its zone if that is not the default one.
pub(crate) type Parsed = (Timestamp, Option<(String, TimeZone)>);

/// Reads `text` by `layout`; without a zone in the text it is in `default`. The error says which part did not fit.
pub(crate) fn parse(layout: &str, text: &str, default: &TimeZone) -> Result<Parsed, String> {
    let mut read = Read::default();
    let mut rest = text;
    let parts = split(layout);
    for (i, part) in parts.iter().enumerate() {
        let next_is_fraction = matches!(parts.get(i + 1), Some(Part::Fraction { .. }));
        rest = read_part(*part, rest, &mut read, next_is_fraction)
            .ok_or_else(|| format!("\"{text}\" does not fit the layout \"{layout}\" at \"{rest}\""))?;
    }
    if !rest.is_empty() {
        return Err(format!("\"{text}\" does not fit the layout \"{layout}\": \"{rest}\" is left over"));
    }
    resolve(read, default).map_err(|e| format!("\"{text}\": {e}"))
}

fn out_of_range(e: jiff::Error) -> String {
    e.to_string()
}

fn civil(read: &Read) -> Result<DateTime, String> {
    let hour = match read.pm {
        Some(true) if read.hour < 12 => read.hour + 12,
        Some(false) if read.hour == 12 => 0,
        _ => read.hour,
    };
    let date = match (read.year_day, read.month, read.day) {
        (Some(days), None, None) => {
            let first = jiff::civil::Date::new(read.year, 1, 1).map_err(out_of_range)?;
            if days < 1 || days > first.days_in_year() {
                return Err(format!("year {} has no day {days}", read.year));
            }
            first.checked_add(jiff::Span::new().days(i64::from(days) - 1)).map_err(out_of_range)?
        }
        (_, month, day) => {
            jiff::civil::Date::new(read.year, month.unwrap_or(1), day.unwrap_or(1)).map_err(out_of_range)?
        }
    };
    let time = jiff::civil::Time::new(hour, read.minute, read.second, read.nanos).map_err(out_of_range)?;
    Ok(DateTime::from_parts(date, time))
}

/// An offset that the default zone has at that time means the default zone; an abbreviation likewise, and an unknown
/// one is a zone of that name without an offset.
fn resolve(read: Read, default: &TimeZone) -> Result<Parsed, String> {
    let at = civil(&read)?;
    let moment = |zone: &TimeZone| zone.to_timestamp(at).map_err(out_of_range);
    if read.zulu {
        return Ok((moment(&TimeZone::UTC)?, Some(("UTC".into(), TimeZone::UTC))));
    }
    let name = read.zone.unwrap_or_default();
    if let Some(seconds) = read.offset {
        let offset = Offset::from_seconds(seconds).map_err(out_of_range)?;
        let zone = TimeZone::fixed(offset);
        let moment = moment(&zone)?;
        let here = default.to_offset_info(moment);
        let is_default = here.offset() == offset && (name.is_empty() || here.abbreviation() == name);
        return Ok((moment, (!is_default).then_some((name, zone))));
    }
    let here = moment(default)?;
    match &*name {
        "" => Ok((here, None)),
        "UTC" => Ok((moment(&TimeZone::UTC)?, Some((name, TimeZone::UTC)))),
        _ if default.to_offset_info(here).abbreviation() == name => Ok((here, None)),
        _ => Ok((moment(&TimeZone::UTC)?, Some((name, TimeZone::UTC)))),
    }
}

fn digits(text: &str, min: usize, max: usize) -> Option<(i64, &str)> {
    let count = text.bytes().take(max).take_while(u8::is_ascii_digit).count();
    (count >= min).then(|| text[..count].parse().ok().map(|n| (n, &text[count..])))?
}

fn word<'t>(text: &'t str, words: &[&str], short: bool) -> Option<(usize, &'t str)> {
    words.iter().enumerate().find_map(|(i, word)| {
        let word = if short { &word[..3] } else { word };
        let head = text.get(..word.len())?;
        head.eq_ignore_ascii_case(word).then(|| (i, &text[word.len()..]))
    })
}

fn read_part<'t>(part: Part<'_>, text: &'t str, read: &mut Read, next_is_fraction: bool) -> Option<&'t str> {
    let mut rest = text;
    match part {
        Part::Text(expected) => return skip(expected, text),
        Part::Year => (read.year, rest) = digits(text, 4, 4).map(|(n, r)| (n as i16, r))?,
        Part::ShortYear => {
            let (n, r) = digits(text, 2, 2)?;
            (read.year, rest) = (if n >= 69 { 1900 + n as i16 } else { 2000 + n as i16 }, r);
        }
        Part::MonthName | Part::MonthShort => {
            let (i, r) = word(text, &MONTHS, part == Part::MonthShort)?;
            (read.month, rest) = (Some(i as i8 + 1), r);
        }
        Part::Month { pad } => {
            (read.month, rest) = digits(text, 1 + usize::from(pad), 2).map(|(n, r)| (Some(n as i8), r))?
        }
        Part::Weekday | Part::WeekdayShort => (_, rest) = word(text, &DAYS, part == Part::WeekdayShort)?,
        Part::Day { pad } => {
            let text = if pad == Pad::Space { text.trim_start_matches(' ') } else { text };
            (read.day, rest) =
                digits(text, 1 + usize::from(pad == Pad::Zero), 2).map(|(n, r)| (Some(n as i8), r))?;
        }
        Part::YearDay { .. } => {
            (read.year_day, rest) =
                digits(text.trim_start_matches(' '), 1, 3).map(|(n, r)| (Some(n as i16), r))?
        }
        Part::Hour24 => (read.hour, rest) = digits(text, 1, 2).map(|(n, r)| (n as i8, r))?,
        Part::Hour12 { pad } => {
            let (n, r) = digits(text, 1 + usize::from(pad), 2)?;
            (read.hour, rest) = ((n <= 12).then_some(n as i8)?, r);
        }
        Part::Minute { pad } => {
            (read.minute, rest) = digits(text, 1 + usize::from(pad), 2).map(|(n, r)| (n as i8, r))?
        }
        Part::Second { pad } => {
            (read.second, rest) = digits(text, 1 + usize::from(pad), 2).map(|(n, r)| (n as i8, r))?;
            // A fraction in the text is read even where the layout has none.
            if !next_is_fraction
                && rest.starts_with(['.', ','])
                && rest[1..].starts_with(|c: char| c.is_ascii_digit())
            {
                rest = read_fraction(&rest[1..], read)?;
            }
        }
        Part::Fraction { keep, digits, .. } => match text.strip_prefix(['.', ',']) {
            Some(text) if keep => {
                let before = text.len();
                rest = read_fraction(text, read)?;
                (before - rest.len() == digits).then_some(())?;
            }
            Some(text) => rest = read_fraction(text, read)?,
            None if keep => return None,
            None => {}
        },
        Part::Noon { .. } => {
            let (pm, r) = noon(text)?;
            (read.pm, rest) = (Some(pm), r);
        }
        Part::ZoneName => {
            let length = text
                .bytes()
                .take_while(|b| b.is_ascii_alphabetic() || matches!(b, b'+' | b'-') || b.is_ascii_digit())
                .count();
            (length >= 1).then_some(())?;
            read.zone = Some(text[..length].to_owned());
            rest = &text[length..];
        }
        Part::Offset { z, colon, minutes, seconds } => {
            return read_offset(text, read, z, colon, minutes, seconds);
        }
    }
    Some(rest)
}

/// What is behind the plain text `expected`; a run of spaces fits any other run of them.
fn skip<'t>(mut expected: &str, mut text: &'t str) -> Option<&'t str> {
    while let Some(c) = expected.chars().next() {
        if c == ' ' {
            if !text.is_empty() && !text.starts_with(' ') {
                return None;
            }
            (expected, text) = (expected.trim_start_matches(' '), text.trim_start_matches(' '));
        } else {
            text = text.strip_prefix(c)?;
            expected = &expected[c.len_utf8()..];
        }
    }
    Some(text)
}

fn noon(text: &str) -> Option<(bool, &str)> {
    let head = text.get(..2)?;
    let pm = head.eq_ignore_ascii_case("PM");
    (pm || head.eq_ignore_ascii_case("AM")).then(|| (pm, &text[2..]))
}

fn read_fraction<'t>(text: &'t str, read: &mut Read) -> Option<&'t str> {
    let count = text.bytes().take_while(u8::is_ascii_digit).count();
    (count >= 1).then_some(())?;
    let kept = &text[..count.min(9)];
    read.nanos = kept.parse::<i32>().ok()? * 10i32.pow(9 - kept.len() as u32);
    Some(&text[count..])
}

fn read_offset<'t>(
    text: &'t str,
    read: &mut Read,
    z: bool,
    colon: bool,
    minutes: bool,
    seconds: bool,
) -> Option<&'t str> {
    if z && let Some(rest) = text.strip_prefix('Z') {
        read.zulu = true;
        return Some(rest);
    }
    let sign = match text.as_bytes().first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let (hours, mut rest) = digits(&text[1..], 2, 2)?;
    let mut total = hours * 3600;
    for (wanted, unit) in [(minutes, 60), (seconds, 1)] {
        if wanted {
            rest = if colon { rest.strip_prefix(':')? } else { rest };
            let (n, r) = digits(rest, 2, 2)?;
            (total, rest) = (total + n * unit, r);
        }
    }
    read.offset = Some(sign * i32::try_from(total).ok()?);
    Some(rest)
}

/// The zoned time of a moment.
pub(crate) fn zoned(at: Timestamp, zone: &TimeZone) -> Zoned {
    at.to_zoned(zone.clone())
}

#[cfg(test)]
mod tests;
