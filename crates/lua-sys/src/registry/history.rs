//! Objects Version and History.

use super::{entries, snapshot};
use core_registry::Version;
use infra_base::Error;
use lua_api::{Answer, Cx, Guest, NativeResult, Object, Raise, Val};

/// A Version object.
struct Numbered(Version);

/// A History object; it holds nothing, each call looks anew.
struct History;

/// A Version object.
pub(super) fn give_version(cx: &mut Cx<'_>, version: Version) -> Answer {
    let object = cx.userdata(Numbered(version), &[]);
    cx.ret(object)
}

/// The Version object in argument `i`.
pub(super) fn check_version(cx: &mut Cx<'_>, i: usize) -> Result<Version, Raise> {
    cx.check_userdata::<Numbered>(i).map(|numbered| numbered.0)
}

/// `registry.versions()`, `history:versions()`: the baseline first.
pub(super) fn versions(cx: &mut Cx<'_>) -> NativeResult {
    let registry = entries(cx)?;
    cx.wait_for(async move { registry.timeline().await }, |cx, timeline| {
        let timeline = match timeline {
            Ok(timeline) => timeline,
            Err(error) => return cx.fail(error),
        };
        let list = cx.table(timeline.versions().len() + 1, 0);
        for number in 0..=timeline.last().0 {
            let version = cx.userdata(Numbered(Version(number)), &[]);
            cx.set_int(list, number as i64 + 1, version)?;
        }
        cx.ret(list)
    })
}

/// `registry.history()`
pub(super) fn history(cx: &mut Cx<'_>) -> NativeResult {
    let object = cx.userdata(History, &[]);
    cx.ret(object)
}

/// The snapshot of a version; the present one needs no look into the history.
pub(super) fn give_snapshot(cx: &mut Cx<'_>, version: Version) -> Answer {
    let registry = entries(cx)?;
    let now = registry.snapshot();
    if now.version() == version {
        return snapshot::give(cx, now);
    }
    let reading = async move { registry.timeline().await?.snapshot_at(version) };
    cx.wait_for(reading, |cx, found| match found {
        Ok(found) => snapshot::give(cx, found),
        Err(error) => cx.fail(error),
    })
}

/// `history:snapshot_at(version)`
fn snapshot_at(cx: &mut Cx<'_>) -> NativeResult {
    cx.check_userdata::<History>(0)?;
    let version = check_version(cx, 1)?;
    give_snapshot(cx, version)
}

/// `history:get_version(n)`
fn get_version(cx: &mut Cx<'_>) -> NativeResult {
    cx.check_userdata::<History>(0)?;
    let number = cx.check_int(1)?;
    let registry = entries(cx)?;
    cx.wait_for(async move { registry.timeline().await }, move |cx, timeline| {
        let known = timeline.map(|timeline| {
            u64::try_from(number).ok().map(Version).filter(|version| *version <= timeline.last())
        });
        match known {
            Ok(Some(version)) => give_version(cx, version),
            Ok(None) => cx.fail(Error::not_found(format!("registry version {number} not found"))),
            Err(error) => cx.fail(error),
        }
    })
}

/// `version:id()`
fn id(cx: &mut Cx<'_>) -> NativeResult {
    let number = check_version(cx, 0)?.0;
    cx.ret(number as i64)
}

/// `version:string()`
fn string(cx: &mut Cx<'_>) -> NativeResult {
    let text = check_version(cx, 0)?.to_string();
    cx.give_text(&text)
}

/// `version:previous()`
fn previous(cx: &mut Cx<'_>) -> NativeResult {
    match check_version(cx, 0)?.0.checked_sub(1) {
        Some(number) => give_version(cx, Version(number)),
        None => cx.ret(Val::NIL),
    }
}

/// `version:next()`
fn next(cx: &mut Cx<'_>) -> NativeResult {
    let version = check_version(cx, 0)?;
    if version < entries(cx)?.version() { give_version(cx, Version(version.0 + 1)) } else { cx.ret(Val::NIL) }
}

/// Two objects of one version are equal.
fn equal(cx: &mut Cx<'_>) -> NativeResult {
    let equal = check_version(cx, 0)? == check_version(cx, 1)?;
    cx.ret(equal)
}

pub(super) fn version_object() -> Object {
    Object::new::<Numbered>("Version", "A version of the registry; 0 is what was loaded from files.")
        .method("id(): integer", "Its number.", id)
        .method("string(): string", "Its number as text.", string)
        .method("previous(): Version?", "The version before it.", previous)
        .method("next(): Version?", "The version after it, if there is one yet.", next)
        .meta("__tostring", string)
        .meta("__eq", equal)
}

pub(super) fn object() -> Object {
    Object::new::<History>("History", "The versions that are kept.")
        .method("versions(): ({Version}?, error?)", "All versions, oldest first.", versions)
        .method("get_version(number: integer): (Version?, error?)", "A version by number.", get_version)
        .method(
            "snapshot_at(version: Version): (Snapshot?, error?)",
            "All entries at a version.",
            snapshot_at,
        )
}
