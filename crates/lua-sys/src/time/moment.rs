//! Objects of `time`: Time, Duration, Location.

use super::check_duration;
use super::layout;
use infra_base::Data;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use lua_api::{Cx, Guest, NativeResult, Object, Raise, Transfer, Traveller, Val};
use std::sync::{Arc, LazyLock};

/// A zone with the name it was loaded under.
#[derive(Clone)]
pub(crate) struct Location {
    pub(crate) name: Arc<str>,
    pub(crate) zone: TimeZone,
}

impl Location {
    pub(crate) fn utc() -> Location {
        static NAME: LazyLock<Arc<str>> = LazyLock::new(|| "UTC".into());
        Location { name: NAME.clone(), zone: TimeZone::UTC }
    }

    pub(crate) fn local() -> Location {
        static NAME: LazyLock<Arc<str>> = LazyLock::new(|| "Local".into());
        Location { name: NAME.clone(), zone: TimeZone::system() }
    }
}

/// A moment seen from a zone.
#[derive(Clone)]
pub(crate) struct Time {
    pub(crate) at: Timestamp,
    pub(crate) location: Location,
}

/// The zero time: 1 January of year 1, midnight UTC.
const ZERO_SECONDS: i64 = -62_135_596_800;

impl Time {
    pub(crate) fn from_nanos(nanos: i64, location: Location) -> Time {
        let at = Timestamp::from_nanosecond(i128::from(nanos)).unwrap_or(Timestamp::UNIX_EPOCH);
        Time { at, location }
    }

    pub(crate) fn from_unix(seconds: i64, nanos: i64, location: Location) -> Option<Time> {
        let total = i128::from(seconds) * 1_000_000_000 + i128::from(nanos);
        Timestamp::from_nanosecond(total).ok().map(|at| Time { at, location })
    }

    fn zoned(&self) -> Zoned {
        layout::zoned(self.at, &self.location.zone)
    }

    fn shifted(&self, nanos: i128) -> Option<Time> {
        let at = Timestamp::from_nanosecond(self.at.as_nanosecond().checked_add(nanos)?).ok()?;
        Some(Time { at, location: self.location.clone() })
    }

    /// In a layout.
    fn format(&self, layout: &str) -> String {
        layout::format(layout, &self.zoned(), &self.location.name)
    }
}

/// Signed nanoseconds.
#[derive(Clone, Copy)]
pub(crate) struct Duration(pub(crate) i64);

impl Duration {
    /// `1h30m0s`, `1.5s`, `0s`.
    fn text(self) -> String {
        let nanos = self.0.unsigned_abs();
        let sign = if self.0 < 0 { "-" } else { "" };
        let fraction = |value: u64, unit: u64, name: &str| {
            let rest = format!("{:0width$}", value % unit, width = unit.ilog10() as usize);
            let rest = rest.trim_end_matches('0');
            let dot = if rest.is_empty() { "" } else { "." };
            format!("{}{dot}{rest}{name}", value / unit)
        };
        let text = match nanos {
            0 => "0s".into(),
            1..1_000 => format!("{nanos}ns"),
            1_000..1_000_000 => fraction(nanos, 1_000, "µs"),
            1_000_000..1_000_000_000 => fraction(nanos, 1_000_000, "ms"),
            _ => {
                let (minutes, rest) = (nanos / 60_000_000_000, nanos % 60_000_000_000);
                let seconds = fraction(rest, 1_000_000_000, "s");
                match minutes {
                    0 => seconds,
                    1..60 => format!("{minutes}m{seconds}"),
                    _ => format!("{}h{}m{seconds}", minutes / 60, minutes % 60),
                }
            }
        };
        format!("{sign}{text}")
    }
}

impl Transfer for Time {
    fn to_portable(&self) -> Option<Box<dyn lua_api::TravelForm>> {
        let plain = Data::text(self.format("2006-01-02T15:04:05.999999999Z07:00"));
        Some(Traveller::boxed(self.clone(), plain))
    }
}

impl Transfer for Duration {
    fn to_portable(&self) -> Option<Box<dyn lua_api::TravelForm>> {
        Some(Traveller::boxed(*self, Data::Int(self.0)))
    }
}

impl Transfer for Location {
    fn to_portable(&self) -> Option<Box<dyn lua_api::TravelForm>> {
        Some(Traveller::boxed(self.clone(), Data::text(&*self.name)))
    }
}

fn give_time(cx: &mut Cx<'_>, time: Option<Time>) -> NativeResult {
    match time {
        Some(time) => {
            let time = cx.userdata(time, &[]);
            cx.ret(time)
        }
        None => Err(cx.error("the time is out of range (years -9999 to 9999)")),
    }
}

/// `time.date(y, m, d, h, mi, s, ns, location?)`
pub(crate) fn date(cx: &mut Cx<'_>) -> NativeResult {
    let mut parts = [0i64; 7];
    for (i, part) in parts.iter_mut().enumerate() {
        *part = cx.check_int(i)?;
    }
    let location =
        if cx.arg(7).is_nil() { Location::local() } else { cx.check_userdata::<Location>(7)?.clone() };
    let time = from_parts(parts, location);
    give_time(cx, time)
}

/// Months and days are carried in the calendar, the rest as elapsed time within the day.
pub(super) fn from_parts(
    [year, month, day, hour, minute, second, nanos]: [i64; 7],
    location: Location,
) -> Option<Time> {
    let months = year.checked_mul(12)?.checked_add(month.checked_sub(1)?)?;
    let first = jiff::civil::Date::new(
        i16::try_from(months.div_euclid(12)).ok()?,
        (months.rem_euclid(12) + 1) as i8,
        1,
    )
    .ok()?;
    let seconds = hour.checked_mul(3600)?.checked_add(minute.checked_mul(60)?)?.checked_add(second)?;
    let nanos_total = i128::from(seconds) * 1_000_000_000 + i128::from(nanos);
    let carry = nanos_total.div_euclid(86_400_000_000_000);
    let in_day = nanos_total.rem_euclid(86_400_000_000_000) as i64;
    let days = day.checked_sub(1)?.checked_add(i64::try_from(carry).ok()?)?;
    let date = first.checked_add(jiff::Span::new().try_days(days).ok()?).ok()?;
    let time = jiff::civil::Time::midnight().checked_add(jiff::Span::new().nanoseconds(in_day)).ok()?;
    let zoned = location.zone.to_zoned(date.to_datetime(time)).ok()?;
    Some(Time { at: zoned.timestamp(), location })
}

fn this<'cx>(cx: &mut Cx<'cx>) -> Result<&'cx Time, Raise> {
    cx.check_userdata::<Time>(0)
}

fn add(cx: &mut Cx<'_>) -> NativeResult {
    let time = this(cx)?;
    match check_duration(cx, 1)? {
        Ok(nanos) => {
            let time = time.shifted(i128::from(nanos));
            give_time(cx, time)
        }
        Err(error) => cx.fail(error),
    }
}

fn sub(cx: &mut Cx<'_>) -> NativeResult {
    let (a, b) = (this(cx)?, cx.check_userdata::<Time>(1)?);
    let nanos = a.at.as_nanosecond() - b.at.as_nanosecond();
    let nanos = i64::try_from(nanos).unwrap_or(if nanos < 0 { i64::MIN } else { i64::MAX });
    let duration = cx.userdata(Duration(nanos), &[]);
    cx.ret(duration)
}

fn add_date(cx: &mut Cx<'_>) -> NativeResult {
    let time = this(cx)?;
    let (years, months, days) = (cx.check_int(1)?, cx.check_int(2)?, cx.check_int(3)?);
    let z = time.zoned();
    let parts = [
        i64::from(z.year()).saturating_add(years),
        i64::from(z.month()).saturating_add(months),
        i64::from(z.day()).saturating_add(days),
        i64::from(z.hour()),
        i64::from(z.minute()),
        i64::from(z.second()),
        i64::from(z.subsec_nanosecond()),
    ];
    let time = from_parts(parts, time.location.clone());
    give_time(cx, time)
}

fn before(cx: &mut Cx<'_>) -> NativeResult {
    let answer = this(cx)?.at < cx.check_userdata::<Time>(1)?.at;
    cx.ret(answer)
}

fn after(cx: &mut Cx<'_>) -> NativeResult {
    let answer = this(cx)?.at > cx.check_userdata::<Time>(1)?.at;
    cx.ret(answer)
}

fn equal(cx: &mut Cx<'_>) -> NativeResult {
    let answer = this(cx)?.at == cx.check_userdata::<Time>(1)?.at;
    cx.ret(answer)
}

fn format(cx: &mut Cx<'_>) -> NativeResult {
    let time = this(cx)?;
    let text = time.format(cx.check_str(1)?);
    cx.give_text(&text)
}

fn format_rfc3339(cx: &mut Cx<'_>) -> NativeResult {
    let text = this(cx)?.format("2006-01-02T15:04:05Z07:00");
    cx.give_text(&text)
}

fn date_parts(cx: &mut Cx<'_>) -> NativeResult {
    let z = this(cx)?.zoned();
    three(cx, [i64::from(z.year()), i64::from(z.month()), i64::from(z.day())])
}

fn clock_parts(cx: &mut Cx<'_>) -> NativeResult {
    let z = this(cx)?.zoned();
    three(cx, [i64::from(z.hour()), i64::from(z.minute()), i64::from(z.second())])
}

fn three(cx: &mut Cx<'_>, values: [i64; 3]) -> NativeResult {
    values.into_iter().for_each(|v| cx.push(v));
    Ok(lua_api::Flow::values(3))
}

/// Methods that give one integer of the moment as its zone shows it.
macro_rules! parts {
    ($($name:ident: $get:expr;)*) => {$(
        fn $name(cx: &mut Cx<'_>) -> NativeResult {
            let get: fn(&Zoned) -> i64 = $get;
            let value = get(&this(cx)?.zoned());
            cx.ret(value)
        }
    )*};
}
parts! {
    year: |z| i64::from(z.year());
    month: |z| i64::from(z.month());
    day: |z| i64::from(z.day());
    hour: |z| i64::from(z.hour());
    minute: |z| i64::from(z.minute());
    second: |z| i64::from(z.second());
    nanosecond: |z| i64::from(z.subsec_nanosecond());
    weekday: |z| i64::from(z.weekday().to_sunday_zero_offset());
    year_day: |z| i64::from(z.day_of_year());
}

fn unix(cx: &mut Cx<'_>) -> NativeResult {
    let seconds = this(cx)?.at.as_nanosecond().div_euclid(1_000_000_000) as i64;
    cx.ret(seconds)
}

fn unix_nano(cx: &mut Cx<'_>) -> NativeResult {
    // Beyond the years 1677 to 2262 the nearest that fits.
    let nanos = this(cx)?.at.as_nanosecond().clamp(i64::MIN.into(), i64::MAX.into()) as i64;
    cx.ret(nanos)
}

fn is_zero(cx: &mut Cx<'_>) -> NativeResult {
    let at = this(cx)?.at;
    cx.ret(at.as_second() == ZERO_SECONDS && at.subsec_nanosecond() == 0)
}

fn seen_from(cx: &mut Cx<'_>, location: Location) -> NativeResult {
    let at = this(cx)?.at;
    give_time(cx, Some(Time { at, location }))
}

fn utc(cx: &mut Cx<'_>) -> NativeResult {
    seen_from(cx, Location::utc())
}

fn in_local(cx: &mut Cx<'_>) -> NativeResult {
    seen_from(cx, Location::local())
}

fn in_location(cx: &mut Cx<'_>) -> NativeResult {
    let location = cx.check_userdata::<Location>(1)?.clone();
    seen_from(cx, location)
}

fn location(cx: &mut Cx<'_>) -> NativeResult {
    let location = this(cx)?.location.clone();
    let location = cx.userdata(location, &[]);
    cx.ret(location)
}

/// Multiples of `unit` are counted from the zero time, as the reference does.
fn aligned(cx: &mut Cx<'_>, up: bool) -> NativeResult {
    let time = this(cx)?;
    let unit = i128::from(cx.check_userdata::<Duration>(1)?.0);
    if unit <= 0 {
        return give_time(cx, Some(time.clone()));
    }
    let since_zero = time.at.as_nanosecond() - i128::from(ZERO_SECONDS) * 1_000_000_000;
    let rest = since_zero.rem_euclid(unit);
    let shift = if up && rest * 2 >= unit { unit - rest } else { -rest };
    let time = time.shifted(shift);
    give_time(cx, time)
}

fn round(cx: &mut Cx<'_>) -> NativeResult {
    aligned(cx, true)
}

fn truncate(cx: &mut Cx<'_>) -> NativeResult {
    aligned(cx, false)
}

fn time_text(cx: &mut Cx<'_>) -> NativeResult {
    let text = this(cx)?.format("2006-01-02 15:04:05.999999999 -0700 MST");
    cx.give_text(&text)
}

fn time_eq(cx: &mut Cx<'_>) -> NativeResult {
    equal(cx)
}

fn nanos(cx: &mut Cx<'_>) -> Result<i64, Raise> {
    cx.check_userdata::<Duration>(0).map(|d| d.0)
}

fn hours(cx: &mut Cx<'_>) -> NativeResult {
    let value = fractional(nanos(cx)?, 3_600_000_000_000);
    cx.ret(value)
}

fn minutes(cx: &mut Cx<'_>) -> NativeResult {
    let value = fractional(nanos(cx)?, 60_000_000_000);
    cx.ret(value)
}

fn seconds(cx: &mut Cx<'_>) -> NativeResult {
    let value = fractional(nanos(cx)?, 1_000_000_000);
    cx.ret(value)
}

/// A whole number comes as an integer.
fn fractional<'cx>(nanos: i64, unit: i64) -> Val<'cx> {
    if nanos % unit == 0 {
        Val::int(nanos / unit)
    } else {
        Val::float((nanos / unit) as f64 + (nanos % unit) as f64 / unit as f64)
    }
}

fn milliseconds(cx: &mut Cx<'_>) -> NativeResult {
    let value = nanos(cx)? / 1_000_000;
    cx.ret(value)
}

fn microseconds(cx: &mut Cx<'_>) -> NativeResult {
    let value = nanos(cx)? / 1_000;
    cx.ret(value)
}

fn nanoseconds(cx: &mut Cx<'_>) -> NativeResult {
    let value = nanos(cx)?;
    cx.ret(value)
}

fn duration_text(cx: &mut Cx<'_>) -> NativeResult {
    let text = Duration(nanos(cx)?).text();
    cx.give_text(&text)
}

fn duration_eq(cx: &mut Cx<'_>) -> NativeResult {
    let answer = nanos(cx)? == cx.check_userdata::<Duration>(1)?.0;
    cx.ret(answer)
}

fn location_text(cx: &mut Cx<'_>) -> NativeResult {
    let name = cx.check_userdata::<Location>(0)?.name.clone();
    cx.give_text(&name)
}

pub(crate) fn objects() -> Vec<Object> {
    let time = Object::transferable::<Time>("Time", "A moment seen from a zone.")
        .shareable::<Time>()
        .local("add(duration: AnyDuration): (Time, error?)", "Later by a duration.", add)
        .local("sub(other: Time): Duration", "Time since `other`.", sub)
        .local(
            "add_date(years: integer, months: integer, days: integer): Time",
            "Later in the calendar; overflow is carried.",
            add_date,
        )
        .local("before(other: Time): boolean", "Whether it is earlier.", before)
        .local("after(other: Time): boolean", "Whether it is later.", after)
        .local("equal(other: Time): boolean", "Whether it is the same moment, whatever the zone.", equal)
        .local("format(layout: string): string", "As a text by a reference-date layout.", format)
        .local("format_rfc3339(): string", "As RFC 3339 text with seconds.", format_rfc3339)
        .local("unix(): integer", "Seconds since 1970.", unix)
        .local("unix_nano(): integer", "Nanoseconds since 1970.", unix_nano)
        .local("date(): (integer, integer, integer)", "Year, month, day.", date_parts)
        .local("clock(): (integer, integer, integer)", "Hour, minute, second.", clock_parts)
        .local("year(): integer", "The year.", year)
        .local("month(): integer", "The month, 1 to 12.", month)
        .local("day(): integer", "The day of the month.", day)
        .local("hour(): integer", "The hour, 0 to 23.", hour)
        .local("minute(): integer", "The minute.", minute)
        .local("second(): integer", "The second.", second)
        .local("nanosecond(): integer", "Nanoseconds within the second.", nanosecond)
        .local("weekday(): integer", "The day of the week, 0 = Sunday.", weekday)
        .local("year_day(): integer", "The day of the year, from 1.", year_day)
        .local("is_zero(): boolean", "Whether it is 1 January of year 1, midnight UTC.", is_zero)
        .local("utc(): Time", "The same moment in UTC.", utc)
        .local("in_local(): Time", "The same moment in the local zone.", in_local)
        .local("in_location(location: Location): Time", "The same moment in a zone.", in_location)
        .local("location(): Location", "Its zone.", location)
        .local("round(unit: Duration): Time", "The nearest multiple of a duration, half up.", round)
        .local("truncate(unit: Duration): Time", "The multiple of a duration before it.", truncate)
        .local_meta("__tostring", time_text)
        .local_meta("__eq", time_eq);
    let duration = Object::transferable::<Duration>("Duration", "A length of time, in nanoseconds.")
        .shareable::<Duration>()
        .local("hours(): number", "As hours.", hours)
        .local("minutes(): number", "As minutes.", minutes)
        .local("seconds(): number", "As seconds.", seconds)
        .local("milliseconds(): integer", "As whole milliseconds.", milliseconds)
        .local("microseconds(): integer", "As whole microseconds.", microseconds)
        .local("nanoseconds(): integer", "As nanoseconds.", nanoseconds)
        .local_meta("__tostring", duration_text)
        .local_meta("__eq", duration_eq);
    let location = Object::transferable::<Location>("Location", "A time zone.")
        .shareable::<Location>()
        .local("string(): string", "Its name.", location_text)
        .local_meta("__tostring", location_text);
    vec![time, duration, location]
}
