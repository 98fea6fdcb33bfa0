//! Generated programs run, and their values fit the types that the checker inferred.

#[path = "../../lua-vm/tests/programs/engine.rs"]
mod engine;
#[path = "../../lua-vm/tests/programs/generate.rs"]
#[allow(dead_code, reason = "other tests want other programs")]
mod generate;

use engine::{End, Mode};
use lua_syntax::ast::StatKind;
use lua_types::{Checked, Env, Kind, Pool, Unit, examine, show};
use std::fmt::Write as _;
use std::sync::Arc;

const PROGRAMS: u64 = 400;

const MODE: Mode = Mode { slice: 1_000_000, fuel: 20_000_000, quota: 64 << 20, stress: false };

/// The names of the variables at the top level that are visible at its end.
fn variables(source: &str) -> Vec<String> {
    let parsed = lua_syntax::parse(source.as_bytes());
    assert!(parsed.errors.is_empty(), "{:?}\n{source}", parsed.errors);
    let mut names = vec![];
    for stat in &parsed.chunk.block.stats {
        match &stat.kind {
            StatKind::Local { names: declared, .. } => {
                names.extend(declared.iter().map(|n| n.name.text.to_string()))
            }
            StatKind::LocalFunction { name, .. } => names.push(name.text.to_string()),
            _ => {}
        }
    }
    names.retain(|name| name.starts_with('v') && name[1..].bytes().all(|b| b.is_ascii_digit()));
    names.sort();
    names.dedup();
    names
}

fn checked(env: &Env, source: &str) -> Checked {
    let parsed = lua_syntax::parse(source.as_bytes());
    let unit =
        Unit { id: "generated", source: source.as_bytes(), chunk: &parsed.chunk, imports: &[], modules: &[] };
    examine(env, &unit, lua_types::Rules::Off)
}

/// The inferred types of `names`, as they are written; those that are cut when shown are left out.
fn inferred(env: &Env, source: &str, names: &[String]) -> Vec<(String, String)> {
    let fields: Vec<String> = names.iter().map(|name| format!("{name} = {name}")).collect();
    let checked = checked(env, &format!("{source}\nreturn {{ {} }}\n", fields.join(", ")));
    let mut pool = Pool::on(env.pool());
    let value = checked.manifest.import(&mut pool).value;
    let value = lua_types::resolve(&mut pool, value);
    let Kind::Record(table) = pool.kind(value) else { return vec![] };
    let mut types = vec![];
    for field in pool.fields(table).clone().fields {
        let ty = if field.optional { pool.optional(field.ty) } else { field.ty };
        types.push((pool.str(field.name).to_string(), show(&pool, ty)));
    }
    // Coroutines and functions as such have no type value, and tables with fields and further keys cannot be written.
    types.retain(|(_, ty)| !["…", "thread", "function", ", ["].iter().any(|word| ty.contains(word)));
    types
}

/// The program with a test of each variable against its type behind it.
fn with_tests(source: &str, types: &[(String, String)]) -> String {
    let mut text = source.to_string();
    for (i, (name, ty)) in types.iter().enumerate() {
        let _ = writeln!(text, "type Inferred{i} = {ty}");
        let _ = writeln!(
            text,
            "do local _, err = Inferred{i}:is({name}) if err then print(\"UNSOUND {name}: \" .. err:message()) end end"
        );
    }
    text
}

#[test]
fn values_fit_the_types_that_were_inferred() {
    let env = Env::default();
    let statics: Arc<_> = engine::statics();
    let mut seed = 0x9e37_79b9_7f4a_7c15_u64;
    let (mut ran, mut values, mut any) = (0, 0, 0);
    for i in 0..PROGRAMS {
        let bytes: Vec<u8> = (0..60 + i % 200)
            .map(|_| {
                seed ^= seed << 13;
                seed ^= seed >> 7;
                seed ^= seed << 17;
                (seed >> 32) as u8
            })
            .collect();
        let source = generate::flat(&bytes);
        let names = variables(&source);
        let types = inferred(&env, &source, &names);
        let text = with_tests(&source, &types);
        let (out, end) = engine::run(&statics, text.as_bytes(), MODE);
        let out = String::from_utf8_lossy(&out);
        let unsound: Vec<&str> = out.lines().filter(|line| line.starts_with("UNSOUND")).collect();
        assert!(unsound.is_empty(), "program {i}: {unsound:?}\n{types:?}\n{source}");
        match end {
            End::Finished => ran += 1,
            // A program may raise, or compute for ever; its types may not be refused.
            End::Refused(message) => panic!("program {i}: {message}\n{text}"),
            End::Raised(_) | End::OutOfFuel | End::OutOfMemory => continue,
        }
        values += types.len();
        any += types.iter().filter(|(_, ty)| ty == "any").count();
    }
    assert!(ran > PROGRAMS / 3, "only {ran} programs came to their end");
    assert!(values > 500 && any * 2 < values, "{any} of {values} types say nothing");
}
