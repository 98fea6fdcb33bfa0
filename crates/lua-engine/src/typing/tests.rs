//! What refuses an entry, what it says, and when a source is checked again.

use super::{Given, TypeChecks, Typed, Typing};
use crate::unit::Import;
use crate::written::Written;
use core_registry::Entry;
use infra_base::{Data, EntryId, Error, Kind, Map};
use lua_syntax::Span;
use lua_types::{Code, Report, unknown};
use std::sync::Arc;

const SOURCE: &str = "local a = 1\nlocal b = a.x\nreturn b\n";

fn entry() -> Entry {
    let id = EntryId::parse("app:unit").unwrap();
    Entry { id, kind: "library.lua".into(), meta: Map::default(), data: Data::Null, origin: None }
}

fn source() -> Written {
    Written::Source(SOURCE.into())
}

fn checks(typing: Typing) -> TypeChecks {
    TypeChecks::new(typing, &[], None).unwrap().unwrap()
}

fn reports() -> Vec<Report> {
    vec![
        Report::new(Code::Unreachable, Span::new(0, 5), "never comes here"),
        Report::new(Code::UndeclaredRequire, Span::new(0, 5), "module 'x' is not declared by app:unit"),
        Report::new(Code::NoField, Span::new(24, 25), "no field 'x'").help("remove it"),
        Report::new(Code::Mismatch, Span::new(26, 32), "wrong type"),
    ]
}

#[test]
fn types_are_not_looked_at_unless_asked_for() {
    assert!(TypeChecks::new(Typing::Off, &[], None).unwrap().is_none());
}

#[test]
fn errors_refuse_an_entry_only_where_types_are_strict() {
    assert!(checks(Typing::Warn).tell(&entry(), &source(), &reports()).is_ok());
    let error = checks(Typing::Strict).tell(&entry(), &source(), &reports()).unwrap_err();
    assert_eq!(error.kind(), Kind::Invalid);
    assert_eq!(error.message(), "type errors in app:unit: 2:13 no field 'x'; 3:1 wrong type");
    assert_eq!(error.details().and_then(|d| d.get(&["error_count"])), Some(&Data::Int(2)));
    let told: Vec<String> = error.diagnostics().iter().map(|d| d.one_line()).collect();
    assert_eq!(told, ["app:unit:2:13: no field 'x'", "app:unit:3:1: wrong type"]);
    assert_eq!(error.diagnostics()[0].code, Some("E0004"));
}

#[test]
fn what_is_no_error_refuses_nothing() {
    assert!(checks(Typing::Strict).tell(&entry(), &source(), &reports()[..2]).is_ok());
    assert!(checks(Typing::Strict).tell(&entry(), &source(), &[]).is_ok());
}

#[test]
fn very_many_errors_make_no_endless_message() {
    let many: Vec<Report> =
        (0..10_000).map(|_| Report::new(Code::Mismatch, Span::new(0, 1), "wrong type")).collect();
    let error = checks(Typing::Strict).tell(&entry(), &source(), &many).unwrap_err();
    assert!(error.message().ends_with("; 1:1 wrong type; and 9950 more"), "{error}");
    assert_eq!(error.diagnostics().len(), 10_000);
}

fn typed(digest: u128) -> Arc<Typed> {
    Arc::new(Typed { manifest: Arc::new(unknown()), digest, modules: vec![], imports: vec![] })
}

#[test]
fn what_was_found_stands_while_imports_tell_the_same() {
    let imports = [("lib".into(), Import::Entry(EntryId::parse("app:lib").unwrap()))];
    let given = |lib: u128, modules: &[Box<str>]| Given::new(modules, &imports, &|_| Ok(typed(lib))).unwrap();
    let first = checks(Typing::Warn).check(&entry(), &source(), None, &given(1, &["json".into()])).unwrap();
    assert!(first.stands(&given(1, &["json".into()])));
    assert!(!first.stands(&given(2, &["json".into()])), "an import tells something else");
    assert!(!first.stands(&given(1, &[])), "it lists other modules");
}

#[test]
fn an_import_that_is_not_there_is_an_error() {
    let imports = [("lib".into(), Import::Entry(EntryId::parse("app:lib").unwrap()))];
    let find = |_: &EntryId| Err(Error::not_found("no such entry"));
    assert!(Given::new(&[], &imports, &find).is_err());
}
