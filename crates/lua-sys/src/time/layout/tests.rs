//! Layouts: what they show, what they read, what they refuse.

use super::*;

fn at(text: &str) -> Zoned {
    let (at, zone) = parse("2006-01-02T15:04:05Z07:00", text, &TimeZone::UTC).expect("a time");
    at.to_zoned(zone.map_or(TimeZone::UTC, |(_, zone)| zone))
}

#[test]
fn formats() {
    let z = at("2026-03-07T09:05:03.120+02:00");
    for (layout, expected) in [
        ("2006-01-02 15:04:05.000 -0700", "2026-03-07 09:05:03.120 +0200"),
        ("Mon, 02 Jan 2006 15:04:05 MST", "Sat, 07 Mar 2026 09:05:03 +0200"),
        ("Monday, January _2 06 3:04PM", "Saturday, March  7 26 9:05AM"),
        ("15:04:05.999999999 Z07:00", "09:05:03.12 +02:00"),
        ("002 __2 1/2 pm", "066  66 3/7 am"),
        ("no parts", "no parts"),
        ("Janet _2006 Mont", "Janet _2026 Mont"),
        ("MST", "+0200"),
    ] {
        assert_eq!(format(layout, &z, ""), expected, "{layout}");
    }
}

#[test]
fn parses_what_it_formats() {
    let z = at("2026-11-25T23:59:59.000000001Z");
    for layout in [
        "2006-01-02T15:04:05.999999999Z07:00",
        "Mon Jan _2 2006 03:04:05.000000000 PM -0700",
        "2006 002 15:04:05.000000000 MST",
    ] {
        let text = format(layout, &z, "UTC");
        assert_eq!(
            parse(layout, &text, &TimeZone::UTC).map(|(at, _)| at),
            Ok(z.timestamp()),
            "{layout}: {text}"
        );
    }
}

#[test]
fn zones_of_a_text() {
    let berlin = TimeZone::get("Europe/Berlin").expect("bundled");
    let read = |layout, text| {
        let (at, zone) = parse(layout, text, &berlin).expect("a time");
        (at.to_string(), zone.map(|(name, zone)| (name, zone.to_fixed_offset().map(Offset::seconds).ok())))
    };
    let (noon, with_name) = ("2006-01-02 15:04", "2006-01-02 15:04 MST");
    assert_eq!(read(noon, "2026-07-01 12:00"), ("2026-07-01T10:00:00Z".into(), None));
    assert_eq!(
        read("2006-01-02 15:04 -0700", "2026-07-01 12:00 +0200"),
        ("2026-07-01T10:00:00Z".into(), None)
    );
    let other = read("2006-01-02 15:04 -0700", "2026-07-01 12:00 +0530");
    assert_eq!(other, ("2026-07-01T06:30:00Z".into(), Some((String::new(), Some(19_800)))));
    assert_eq!(read(with_name, "2026-07-01 12:00 CEST"), ("2026-07-01T10:00:00Z".into(), None));
    assert_eq!(
        read(with_name, "2026-07-01 12:00 PDT"),
        ("2026-07-01T12:00:00Z".into(), Some(("PDT".into(), Some(0))))
    );
    assert_eq!(read("15:04", "7:05"), read("15:04", "07:05"));
}

#[test]
fn refuses_what_does_not_fit() {
    for (layout, text) in [
        ("2006-01-02", "2026-13-01"),
        ("2006-01-02", "2026-02-30"),
        ("15:04", "24:30"),
        ("2006 002", "2026 366"),
        ("2006 002", "2026 000"),
        ("a b", "ab"),
        ("2006", "2026x"),
        ("3PM", "13PM"),
        ("Jan", "Foo"),
    ] {
        assert!(parse(layout, text, &TimeZone::UTC).is_err(), "{layout} {text}");
    }
}
