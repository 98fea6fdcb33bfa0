//! `wippy __describe`: modules and kinds as JSON; the reference pages are made of it.

use crate::commands::out;
use crate::components::{self, Infrastructure};
use infra_app::Shutdown;
use infra_base::{Data, Error, Map, Result};
use infra_clock::Clock;
use infra_codec::json;
use infra_config::Config;
use infra_log::{Form, Log, Options};
use lua_api::{Const, Func, Group, Module};

pub(crate) fn run() -> Result<u8> {
    let modules = components::modules().iter().map(module).collect();
    let root = map([("modules", Data::List(modules)), ("kinds", Data::List(kinds()?))]);
    out(&(String::from_utf8_lossy(&json::encode_pretty(&root)).into_owned() + "\n"))
}

/// The kinds that the components register, from a node that loads nothing.
fn kinds() -> Result<Vec<Data>> {
    let clock = Clock::system();
    let log =
        Log::new(Options { form: Form::Console, output: None, level: None, stacks: false }, clock.clone());
    let (config, shutdown, args) = (Config::defaults(), Shutdown::default(), Vec::new());
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    let runtime = runtime.map_err(|e| Error::internal(format!("the runtime does not start: {e}")))?;
    runtime.block_on(components::kinds(Infrastructure {
        clock,
        log,
        config,
        shutdown,
        args,
        memory: lua_engine::memory::DEFAULT_LIMIT,
    }))
}

/// A map of these pairs, in order.
pub(crate) fn map<const N: usize>(pairs: [(&str, Data); N]) -> Data {
    Data::Map(pairs.into_iter().map(|(key, value)| (key.into(), value)).collect::<Map>())
}

fn module(module: &Module) -> Data {
    let mut functions = Vec::new();
    let mut constants = Vec::new();
    group(&module.top, "", &mut functions, &mut constants);
    functions.extend(module.globals.iter().map(|f| function(f, "")));
    let object = |o: &lua_api::Object| {
        let methods = o.methods.iter().map(|f| function(f, "")).collect();
        map([("name", o.name.into()), ("doc", o.doc.into()), ("methods", Data::List(methods))])
    };
    map([
        ("name", module.top.name.into()),
        ("classes", Data::List(module.classes.iter().map(|c| c.as_str().into()).collect())),
        ("doc", module.top.doc.into()),
        ("functions", Data::List(functions)),
        ("constants", Data::List(constants)),
        ("objects", Data::List(module.objects.iter().map(object).collect())),
        ("notes", module.notes.into()),
    ])
}

/// Nested tables are written with their path: `format.JSON`.
fn group(group: &Group, prefix: &str, functions: &mut Vec<Data>, constants: &mut Vec<Data>) {
    functions.extend(group.funcs.iter().map(|f| function(f, prefix)));
    for (name, value) in &group.consts {
        constants.push(map([("name", format!("{prefix}{name}").into()), ("value", constant(value).into())]));
    }
    for inner in &group.groups {
        self::group(inner, &format!("{prefix}{}.", inner.name), functions, constants);
    }
}

fn function(function: &Func, prefix: &str) -> Data {
    map([("signature", format!("{prefix}{}", function.signature).into()), ("doc", function.doc.into())])
}

/// As it would stand in Lua.
fn constant(value: &Const) -> String {
    match value {
        Const::Bool(v) => v.to_string(),
        Const::Int(v) => v.to_string(),
        Const::Float(v) => v.to_string(),
        Const::Text(v) => format!("\"{v}\""),
        Const::Object(_) => "object".into(),
    }
}
