//! The corpus of the checker, with all modules of the node, and every text that users read of it.

#[path = "../../lua-types/tests/corpus/harness.rs"]
mod harness;
#[path = "../src/render.rs"]
#[allow(dead_code, unused_imports, reason = "the server renders errors, too; its tests run there")]
mod render;

use harness::Rule;
use infra_base::SourceFile;
use libtest_mimic::{Arguments, Failed, Trial};
use std::sync::Arc;

fn main() {
    let args = Arguments::from_args();
    let modules: Vec<_> =
        [lua_std::modules(), lua_sys::modules(), lua_svc::modules()].into_iter().flatten().collect();
    let env = lua_engine::environment(&modules).unwrap_or_else(|problems| {
        let problems: Vec<String> = problems.iter().map(ToString::to_string).collect();
        panic!("{}", problems.join("\n"))
    });
    let env = Arc::new(env);
    let mut trials = vec![];
    for file in harness::files("programs") {
        let program = Arc::new(harness::program(&file));
        let (own, unit) = (env.clone(), program.clone());
        trials.push(Trial::test(format!("program/{}", program.name), move || {
            harness::passes(&own, &unit).map_err(Failed::from)
        }));
        for i in 0..program.twins.len() {
            let (own, unit) = (env.clone(), program.clone());
            trials.push(Trial::test(format!("twin/{}/{}", program.name, i + 1), move || {
                harness::is_found(&own, &unit, &unit.twins[i]).map_err(Failed::from)
            }));
        }
    }
    for file in harness::files("rules") {
        let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let own = env.clone();
        trials.push(Trial::test(format!("rule/{name}"), move || {
            let rule = harness::rule(&own, &file);
            rule.is_as_marked()?;
            expect_test::expect_file![file.with_extension("out")].assert_eq(&rendered(&rule));
            Ok(())
        }));
    }
    libtest_mimic::run(&args, trials).exit();
}

/// All that `wippy lint` would print of the file, without the count at the end.
fn rendered(rule: &Rule) -> String {
    let file = Arc::new(SourceFile { name: format!("rules:{}", rule.name), text: rule.source.clone() });
    let one = |report| render::diagnostic_text(&lua_engine::diagnostic(report, &file), false) + "\n\n";
    rule.reports.iter().map(one).collect()
}
