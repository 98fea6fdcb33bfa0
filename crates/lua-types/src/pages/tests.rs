//! Every code has its page, and the examples are what they say.

use super::Page;
use crate::{Code, Env, Rules, Unit, examine};

/// Codes that a source gives.
fn codes(source: &str) -> Vec<Code> {
    let parsed = lua_syntax::parse(source.as_bytes());
    if !parsed.errors.is_empty() {
        return vec![Code::Syntax];
    }
    let (id, source, chunk, modules) =
        ("app:unit", source.as_bytes(), &parsed.chunk, [("json", "json"), ("time", "time")]);
    let unit = Unit { id, source, chunk, imports: &[], modules: &modules };
    examine(&Env::default(), &unit, Rules::OfShortState).reports.iter().map(|report| report.code).collect()
}

#[test]
fn every_code_has_its_page_in_order() {
    let pages: Vec<Code> = Page::all().map(|page| page.code).collect();
    assert_eq!(pages, Code::ALL);
}

#[test]
fn the_examples_of_a_page_give_its_code_and_do_not() {
    let mut wrong = Vec::new();
    for page in Page::all().filter(|page| !page.wrong.is_empty()) {
        let (code, before, after) = (page.code, codes(page.wrong), codes(page.right));
        if !before.contains(&code) {
            wrong.push(format!("{code:?}: the example gives {before:?}"));
        }
        if after.iter().any(|found| !found.is_rule()) {
            wrong.push(format!("{code:?}: the mended example gives {after:?}"));
        }
        if after.contains(&code) {
            wrong.push(format!("{code:?}: the mended example gives it, too"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
