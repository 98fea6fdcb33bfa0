//! Lua module `time`: moments, durations, zones, sleeping, timers and tickers.

mod layout;
mod moment;
mod timer;

use infra_base::{Error, Kind};
use jiff::tz::TimeZone;
use lua_api::{Class, Const, Cx, Group, Guest, Module, NativeResult, Num, Raise, View, shared};
use moment::{Duration, Location, Time};

/// What `require("time")` returns.
pub(crate) fn module() -> Module {
    let top = Group::new("time", "Moments, durations, zones, sleeping, timers.")
        .func("now(): Time", "The present moment in the local zone.", now)
        .local(
            "date(year: integer, month: integer, day: integer, hour: integer, minute: integer, second: integer, nanosecond: integer, location?: Location): Time",
            "A moment from its parts; what overflows is carried.",
            moment::date,
        )
        .local("unix(seconds: integer, nanoseconds: integer): Time", "A moment from Unix time.", unix)
        .local("parse(layout: string, text: string, location?: Location): (Time?, error?)", "Reads a text by a reference-date layout.", parse)
        .local("parse_duration(duration: AnyDuration): (Duration?, error?)", "Reads `1h30m`, nanoseconds, or a Duration.", parse_duration)
        .local("load_location(name: string): (Location?, error?)", "A zone of the IANA database.", load_location)
        .local("fixed_zone(name: string, offset: integer): Location", "A zone that many seconds east of UTC.", fixed_zone)
        .func("sleep(duration: AnyDuration)", "Suspends the coroutine; within a millisecond of the time, never less.", timer::sleep)
        .func("after(duration: AnyDuration): (Channel<Time>, error?)", "A channel that gets the time once, then closes.", timer::after)
        .func("timer(duration: AnyDuration): (Timer, error?)", "A timer that can be stopped and reset.", timer::new_timer)
        .func("ticker(duration: AnyDuration): (Ticker, error?)", "A channel that gets the time again and again.", timer::new_ticker);
    let top = constants(top);
    let module = Module::new(&[Class::Time, Class::Workflow], top).options(
        "AnyDuration",
        "string | number | Duration",
        "A text such as `1h30m`, nanoseconds, or a Duration.",
    );
    let module = moment::objects().into_iter().fold(module, Module::object);
    timer::objects().into_iter().fold(module, Module::object)
}

fn constants(top: Group) -> Group {
    let numbers = [
        ("NANOSECOND", 1),
        ("MICROSECOND", 1_000),
        ("MILLISECOND", 1_000_000),
        ("SECOND", 1_000_000_000),
        ("MINUTE", 60_000_000_000),
        ("HOUR", 3_600_000_000_000),
    ];
    let months = [
        "JANUARY",
        "FEBRUARY",
        "MARCH",
        "APRIL",
        "MAY",
        "JUNE",
        "JULY",
        "AUGUST",
        "SEPTEMBER",
        "OCTOBER",
        "NOVEMBER",
        "DECEMBER",
    ];
    let days = ["SUNDAY", "MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY"];
    let layouts = [
        ("RFC3339", "2006-01-02T15:04:05Z07:00"),
        ("RFC3339NANO", "2006-01-02T15:04:05.999999999Z07:00"),
        ("RFC822", "02 Jan 06 15:04 MST"),
        ("RFC822Z", "02 Jan 06 15:04 -0700"),
        ("RFC850", "Monday, 02-Jan-06 15:04:05 MST"),
        ("RFC1123", "Mon, 02 Jan 2006 15:04:05 MST"),
        ("RFC1123Z", "Mon, 02 Jan 2006 15:04:05 -0700"),
        ("DATE_TIME", "2006-01-02 15:04:05"),
        ("DATE_ONLY", "2006-01-02"),
        ("TIME_ONLY", "15:04:05"),
        ("KITCHEN", "3:04PM"),
        ("STAMP", "Jan _2 15:04:05"),
        ("STAMP_MILLI", "Jan _2 15:04:05.000"),
        ("STAMP_MICRO", "Jan _2 15:04:05.000000"),
        ("STAMP_NANO", "Jan _2 15:04:05.000000000"),
    ];
    let top = numbers.into_iter().fold(top, |t, (name, value)| t.value(name, Const::Int(value)));
    let top = months.into_iter().zip(1..).fold(top, |t, (name, value)| t.value(name, Const::Int(value)));
    let top = days.into_iter().zip(0..).fold(top, |t, (name, value)| t.value(name, Const::Int(value)));
    let top = layouts.into_iter().fold(top, |t, (name, value)| t.value(name, Const::Text(value)));
    let utc = Const::Object("Location", || shared(Location::utc()));
    let local = Const::Object("Location", || shared(Location::local()));
    top.value("utc", utc).value("localtz", local)
}

pub(crate) use layout::{DAYS, MONTHS, zone_name};

/// A moment from its parts in the local zone; see [`moment::from_parts`].
pub(crate) fn local_from_parts(parts: [i64; 7]) -> Option<jiff::Timestamp> {
    moment::from_parts(parts, Location::local()).map(|time| time.at)
}

/// Argument `i` as nanoseconds: a number (fractions cut), a text with unit, or a Duration.
pub(crate) fn check_duration(cx: &mut Cx<'_>, i: usize) -> Result<Result<i64, Error>, Raise> {
    match cx.arg(i).view() {
        View::Int(_) | View::Float(_) => Ok(Ok(match cx.check_num(i)? {
            Num::Int(n) => n,
            Num::Float(f) => f as i64,
        })),
        View::Str(_) => {
            let text = cx.check_str(i)?;
            Ok(infra_base::parse_duration(text).map_err(|e| Error::invalid(format!("time: {e}"))))
        }
        View::Userdata(u) => match u.payload::<Duration>() {
            Some(duration) => Ok(Ok(duration.0)),
            None => Err(cx.arg_error(i, format_args!("duration expected, got {}", u.type_name()))),
        },
        _ => {
            let got = cx.arg(i).type_name();
            Err(cx.arg_error(i, format_args!("duration expected, got {got}")))
        }
    }
}

/// `time.now()`
fn now(cx: &mut Cx<'_>) -> NativeResult {
    let nanos = cx.at().system.clock.wall();
    let time = cx.userdata(Time::from_nanos(nanos, Location::local()), &[]);
    cx.ret(time)
}

/// `time.unix(sec, nsec)`
fn unix(cx: &mut Cx<'_>) -> NativeResult {
    let (seconds, nanos) = (cx.check_int(0)?, cx.check_int(1)?);
    match Time::from_unix(seconds, nanos, Location::local()) {
        Some(time) => {
            let time = cx.userdata(time, &[]);
            cx.ret(time)
        }
        None => cx.fail(Error::invalid(format!("time: {seconds} seconds is out of range"))),
    }
}

/// `time.parse(layout, text, location?)`
fn parse(cx: &mut Cx<'_>) -> NativeResult {
    let (format, text) = (cx.check_str(0)?, cx.check_str(1)?);
    let location = match cx.arg(2).is_nil() {
        true => Location::local(),
        false => cx.check_userdata::<Location>(2)?.clone(),
    };
    match layout::parse(format, text, &location.zone) {
        Ok((at, other)) => {
            let location = other.map_or(location, |(name, zone)| Location { name: name.into(), zone });
            let time = cx.userdata(Time { at, location }, &[]);
            cx.ret(time)
        }
        Err(reason) => cx.fail(Error::invalid(format!("time: {reason}"))),
    }
}

/// `time.parse_duration(d)`
fn parse_duration(cx: &mut Cx<'_>) -> NativeResult {
    match check_duration(cx, 0)? {
        Ok(nanos) => {
            let duration = cx.userdata(Duration(nanos), &[]);
            cx.ret(duration)
        }
        Err(error) => cx.fail(error),
    }
}

/// `time.load_location(name)`
fn load_location(cx: &mut Cx<'_>) -> NativeResult {
    let name = cx.check_str(0)?;
    let location = match name {
        "" => return cx.fail(Error::invalid("time: a zone name expected, got an empty text")),
        "UTC" => Some(Location::utc()),
        "Local" => Some(Location::local()),
        _ => TimeZone::get(name).ok().map(|zone| Location { name: name.into(), zone }),
    };
    match location {
        Some(location) => {
            let location = cx.userdata(location, &[]);
            cx.ret(location)
        }
        None => cx.fail(
            Error::new(Kind::NotFound, format!("time: unknown zone \"{name}\"")).with_retryable(Some(false)),
        ),
    }
}

/// Longest name of a zone: each time in the zone keeps it.
const MAX_ZONE_NAME: usize = 256;

/// `time.fixed_zone(name, offset)`
fn fixed_zone(cx: &mut Cx<'_>) -> NativeResult {
    let (name, seconds) = (cx.check_str(0)?, cx.check_int(1)?);
    if name.len() > MAX_ZONE_NAME {
        return Err(cx.arg_error(0, format_args!("a name of at most {MAX_ZONE_NAME} bytes expected")));
    }
    let offset = i32::try_from(seconds).ok().and_then(|s| jiff::tz::Offset::from_seconds(s).ok());
    match offset {
        Some(offset) => {
            let location = cx.userdata(Location { name: name.into(), zone: TimeZone::fixed(offset) }, &[]);
            cx.ret(location)
        }
        None => Err(cx.arg_error(1, "an offset within 26 hours of UTC expected")),
    }
}
