//! Ambient module `os`: time and date, nothing else of the operating system.

use crate::time::{DAYS, MONTHS};
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use lua_api::{Class, Const, Cx, Group, Guest, Module, NativeResult, Raise, Table};
use std::fmt::Write;

/// The global `os`.
pub(crate) fn module() -> Module {
    let top = Group::new("os", "Time and date.")
        .func(
            "time(spec?: {year?: integer | string, month?: integer | string, day?: integer | string, hour?: integer | string, min?: integer | string, sec?: integer | string}): integer",
            "Unix seconds of now or of a date in the local zone.",
            time,
        )
        .func("date(format?: string, time?: number): any", "A text or, for `*t`, a table of a time.", date)
        .func("clock(): number", "Seconds since the node started.", clock)
        .local("difftime(later: number, earlier: number): number", "Seconds between two times.", difftime)
        .value("platform", Const::Text("wippy"));
    Module::new(&[Class::Time, Class::Workflow], top).ambient()
}

fn now(cx: &mut Cx<'_>) -> i64 {
    cx.at().system.clock.wall().div_euclid(1_000_000_000)
}

/// `os.time(spec?)`: missing hour, minute and second are 0; a missing date part is today's; overflow is carried.
fn time(cx: &mut Cx<'_>) -> NativeResult {
    if cx.arg(0).is_nil() {
        let now = now(cx);
        return cx.ret(now);
    }
    let spec = cx.check_table(0)?;
    let today = zoned(now(cx), TimeZone::system());
    let fallback =
        today.map_or((1970, 1, 1), |z| (i64::from(z.year()), i64::from(z.month()), i64::from(z.day())));
    let parts = [
        field(cx, spec, "year", fallback.0)?,
        field(cx, spec, "month", fallback.1)?,
        field(cx, spec, "day", fallback.2)?,
        field(cx, spec, "hour", 0)?,
        field(cx, spec, "min", 0)?,
        field(cx, spec, "sec", 0)?,
        0,
    ];
    match crate::time::local_from_parts(parts) {
        Some(at) => cx.ret(at.as_second()),
        None => Err(cx.error("time result cannot be represented")),
    }
}

fn field<'cx>(cx: &mut Cx<'cx>, spec: Table<'cx>, name: &str, default: i64) -> Result<i64, Raise> {
    let value = spec.get_field(name);
    if value.is_nil() {
        return Ok(default);
    }
    let whole = value
        .as_int()
        .or_else(|| value.as_number().filter(|f| f.fract() == 0.0 && f.abs() < 9e15).map(|f| f as i64));
    let parsed =
        || value.as_bytes().and_then(|b| std::str::from_utf8(b).ok()).and_then(|t| t.trim().parse().ok());
    whole.or_else(parsed).ok_or_else(|| cx.error(format_args!("field '{name}' is not an integer")))
}

fn zoned(seconds: i64, zone: TimeZone) -> Option<Zoned> {
    Timestamp::from_second(seconds).ok().map(|at| at.to_zoned(zone))
}

/// `os.date(format?, time?)`
fn date(cx: &mut Cx<'_>) -> NativeResult {
    let format = cx.opt_str(0)?.unwrap_or("%c");
    let seconds = if cx.arg(1).is_nil() { now(cx) } else { cx.check_float(1)?.floor() as i64 };
    let (format, zone) = match format.strip_prefix('!') {
        Some(rest) => (rest, TimeZone::UTC),
        None => (format, TimeZone::system()),
    };
    let Some(z) = zoned(seconds, zone) else {
        return Err(cx.error("time is out of range (years -9999 to 9999)"));
    };
    if format.starts_with("*t") {
        return parts_table(cx, &z);
    }
    let text = strftime(format, &z);
    cx.give_text(&text)
}

fn parts_table(cx: &mut Cx<'_>, z: &Zoned) -> NativeResult {
    let table = cx.table(0, 9);
    let fields = [
        ("year", i64::from(z.year())),
        ("month", i64::from(z.month())),
        ("day", i64::from(z.day())),
        ("hour", i64::from(z.hour())),
        ("min", i64::from(z.minute())),
        ("sec", i64::from(z.second())),
        ("wday", i64::from(z.weekday().to_sunday_zero_offset()) + 1),
        ("yday", i64::from(z.day_of_year())),
    ];
    for (name, value) in fields {
        cx.set_field(table, name, value)?;
    }
    let summer = z.time_zone().to_offset_info(z.timestamp()).dst().is_dst();
    cx.set_field(table, "isdst", summer)?;
    cx.ret(table)
}

/// The documented specifiers; an unknown one stays as written.
fn strftime(format: &str, z: &Zoned) -> String {
    let mut out = String::with_capacity(format.len() + 16);
    let mut chars = format.chars();
    while let Some(c) = chars.next() {
        if c != '%' {
            out.push(c);
            continue;
        }
        let Some(spec) = chars.next() else {
            out.push('%');
            break;
        };
        // Writing into a String cannot fail.
        let _ = specifier(&mut out, spec, z);
    }
    out
}

fn specifier(out: &mut String, spec: char, z: &Zoned) -> std::fmt::Result {
    let day = DAYS[z.weekday().to_sunday_zero_offset() as usize % 7];
    let month = MONTHS[z.month() as usize - 1];
    match spec {
        'Y' => write!(out, "{}", z.year()),
        'y' => write!(out, "{:02}", z.year().rem_euclid(100)),
        'm' => write!(out, "{:02}", z.month()),
        'd' => write!(out, "{:02}", z.day()),
        'H' => write!(out, "{:02}", z.hour()),
        'I' => write!(out, "{:02}", (z.hour() + 11) % 12 + 1),
        'M' => write!(out, "{:02}", z.minute()),
        'S' => write!(out, "{:02}", z.second()),
        'p' => out.write_str(if z.hour() < 12 { "AM" } else { "PM" }),
        'A' => out.write_str(day),
        'a' => out.write_str(&day[..3]),
        'B' => out.write_str(month),
        'b' => out.write_str(&month[..3]),
        'w' => write!(out, "{}", z.weekday().to_sunday_zero_offset()),
        'j' => write!(out, "{:03}", z.day_of_year()),
        'U' | 'W' => write!(out, "{:02}", z.date().iso_week_date().week()),
        'z' => {
            let offset = z.offset().seconds();
            let sign = if offset < 0 { '-' } else { '+' };
            write!(out, "{sign}{:02}{:02}", offset.abs() / 3600, offset.abs() / 60 % 60)
        }
        'Z' => out.write_str(&crate::time::zone_name(z, "")),
        'c' => {
            let (d, h, m, s) = (z.day(), z.hour(), z.minute(), z.second());
            write!(out, "{} {} {d:2} {h:02}:{m:02}:{s:02} {}", &day[..3], &month[..3], z.year())
        }
        'x' => write!(out, "{:02}/{:02}/{:02}", z.month(), z.day(), z.year().rem_euclid(100)),
        'X' => write!(out, "{:02}:{:02}:{:02}", z.hour(), z.minute(), z.second()),
        '%' => out.write_char('%'),
        other => write!(out, "%{other}"),
    }
}

/// `os.clock()`
fn clock(cx: &mut Cx<'_>) -> NativeResult {
    let seconds = cx.at().system.clock.now().0 as f64 / 1e9;
    cx.ret(seconds)
}

/// `os.difftime(later, earlier)`
fn difftime(cx: &mut Cx<'_>) -> NativeResult {
    if let (Some(later), Some(earlier)) = (cx.arg(0).as_int(), cx.arg(1).as_int())
        && let Some(seconds) = later.checked_sub(earlier)
    {
        return cx.ret(seconds);
    }
    let seconds = cx.check_float(0)? - cx.check_float(1)?;
    cx.ret(seconds)
}
