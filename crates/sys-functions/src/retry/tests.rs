//! Options, delays and which failures are worth another try.

use super::*;
use infra_base::Map;

fn read(pairs: &[(&str, Data)]) -> Result<(Option<Retry>, Vec<String>)> {
    let map: Map = pairs.iter().map(|(k, v)| ((*k).into(), v.clone())).collect();
    Retry::read(Some(&Data::Map(map)), "retry")
}

#[test]
fn options_are_read_with_their_units() {
    let (retry, warnings) = read(&[
        ("max_attempts", Data::Int(4)),
        ("initial_delay", Data::Int(250)),
        ("max_delay", Data::text("3s")),
        ("backoff_factor", Data::Float(1.5)),
        ("retry_kinds", Data::List(vec![Data::text("NOT_FOUND"), Data::text("Mine")])),
        ("tries", Data::Int(1)),
    ])
    .unwrap();
    let retry = retry.unwrap();
    assert_eq!((retry.max_attempts, retry.initial_delay), (4, Duration::from_millis(250)));
    assert_eq!((retry.max_delay, retry.backoff_factor, retry.jitter), (Duration::from_secs(3), 1.5, 0.1));
    assert_eq!(retry.retry_kinds, ["NotFound".into(), "Mine".into()]);
    assert_eq!(warnings.len(), 1);
    assert_eq!(Retry::read(None, "retry").unwrap(), (None, Vec::new()));
    for (key, value) in [
        ("initial_delay", Data::text("soon")),
        ("initial_delay", Data::Int(-1)),
        ("jitter", Data::Int(2)),
        ("skip_kinds", Data::text("Invalid")),
        ("backoff_factor", Data::Float(f64::NAN)),
    ] {
        let error = read(&[(key, value)]).unwrap_err();
        assert!(error.message().starts_with(&format!("retry.{key}: ")), "{error}");
    }
}

#[test]
fn delays_grow_to_a_ceiling_and_jitter_around() {
    let retry = Retry { max_delay: Duration::from_secs(1), ..Default::default() };
    let millis = |failed, unit| retry.delay(failed, unit).as_millis();
    assert_eq!([1, 2, 3, 4, 5, 999].map(|n| millis(n, 0.5)), [100, 200, 400, 800, 1_000, 1_000]);
    assert_eq!((millis(1, 0.0), millis(1, 0.999_999)), (90, 109));
}

#[test]
fn failures_are_judged_by_kind_and_by_themselves() {
    let plain = Retry::default();
    let error = |kind, retryable| Error::new(kind, "x").with_retryable(retryable);
    for kind in Kind::ALL {
        let never = matches!(kind, Kind::Canceled | Kind::Invalid | Kind::PermissionDenied | Kind::Internal);
        assert_eq!(plain.wants(&error(kind, None)), !never, "{kind:?}");
        assert!(!plain.wants(&error(kind, Some(false))));
    }
    let listed = Retry {
        retry_kinds: vec!["Internal".into()],
        skip_kinds: vec!["Timeout".into()],
        ..Retry::default()
    };
    assert!(listed.wants(&error(Kind::Internal, None)) && !listed.wants(&error(Kind::Unavailable, None)));
    let skipping = Retry { skip_kinds: vec!["Timeout".into()], ..plain };
    assert!(
        !skipping.wants(&error(Kind::Timeout, Some(true))) && skipping.wants(&error(Kind::Unavailable, None))
    );
    assert!(skipping.wants(&error(Kind::Internal, None).with_label("MINE")));
}
