//! `wippy __describe`: libraries, modules, kinds, diagnostics as JSON, for the reference pages.

use crate::commands::out;
use crate::components::{self, Infrastructure};
use infra_app::Shutdown;
use infra_base::{Data, Error, Map, Result};
use infra_clock::Clock;
use infra_codec::json;
use infra_config::Config;
use infra_log::{Form, Log, Options};
use lua_api::{Const, Func, Group, Module};
use lua_types::{ConstType, FuncDecl, ModuleDecl, Reach};

pub(crate) fn run() -> Result<u8> {
    let libraries = lua_types::libraries();
    let modules = libraries.iter().map(library).chain(components::modules().iter().map(module)).collect();
    let codes = lua_types::Page::all().map(page).collect();
    let root = map([
        ("modules", Data::List(modules)),
        ("kinds", Data::List(kinds()?)),
        ("codes", Data::List(codes)),
    ]);
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

fn page(page: &lua_types::Page) -> Data {
    let (code, title) = (page.code.as_str(), page.code.title());
    map([("code", code.into()), ("title", title.into()), ("page", page.markdown().into())])
}

/// A map of these pairs, in order.
pub(crate) fn map<const N: usize>(pairs: [(&str, Data); N]) -> Data {
    Data::Map(pairs.into_iter().map(|(key, value)| (key.into(), value)).collect::<Map>())
}

/// All that a module declares.
pub(crate) fn module(module: &Module) -> Data {
    let mut functions = Vec::new();
    let mut constants = Vec::new();
    group(&module.top, "", &mut functions, &mut constants);
    let object = |o: &lua_api::Object| {
        let methods = o.methods.iter().map(|f| function(f, "")).collect();
        map([("name", o.head().into()), ("doc", o.doc.into()), ("methods", Data::List(methods))])
    };
    let record = |r: &lua_api::Record| record(r.name, r.ty, r.doc);
    map([
        ("name", module.top.name.into()),
        ("classes", Data::List(module.classes.iter().map(|c| c.as_str().into()).collect())),
        ("doc", module.top.doc.into()),
        ("functions", Data::List(functions)),
        ("globals", Data::List(module.globals.iter().map(|f| function(f, "")).collect())),
        ("constants", Data::List(constants)),
        ("objects", Data::List(module.objects.iter().map(object).collect())),
        ("records", Data::List(module.records.iter().map(record).collect())),
        ("method_calls", module.instance_of.is_some().into()),
        ("notes", module.notes.into()),
    ])
}

/// A library of the language; the values of its constants are those of the machine, so their types stand here.
fn library(library: &ModuleDecl<'_>) -> Data {
    let signature = |f: &FuncDecl<'_>| map([("signature", f.signature.into()), ("doc", f.doc.into())]);
    let functions: Vec<Data> = library.top.functions.iter().map(signature).collect();
    let constant = |(name, ty): &(&str, ConstType<'_>)| {
        let (key, text) = match ty {
            ConstType::Boolean => ("type", "boolean".to_owned()),
            ConstType::Integer => ("type", "integer".to_owned()),
            ConstType::Number => ("type", "number".to_owned()),
            ConstType::Text(text) => ("value", format!("\"{text}\"")),
            ConstType::Type(ty) => ("type", (*ty).to_owned()),
        };
        map([("name", (*name).into()), (key, text.into())])
    };
    let objects = library.objects.iter().map(|o| {
        let methods = o.methods.iter().map(signature).collect();
        map([("name", o.name.into()), ("doc", o.doc.into()), ("methods", Data::List(methods))])
    });
    let global = library.reach == Reach::Globals;
    let (functions, globals) = if global { (vec![], functions) } else { (functions, vec![]) };
    map([
        ("name", library.top.name.into()),
        ("library", true.into()),
        ("classes", Data::List(vec![])),
        ("doc", library.top.doc.into()),
        ("functions", Data::List(functions)),
        ("globals", Data::List(globals)),
        ("constants", Data::List(library.top.constants.iter().map(constant).collect())),
        ("objects", Data::List(objects.collect())),
        ("records", Data::List(library.records.iter().map(|r| record(r.name, r.ty, r.doc)).collect())),
    ])
}

fn record(name: &str, ty: &str, doc: &str) -> Data {
    map([("name", name.into()), ("type", ty.into()), ("doc", doc.into())])
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
        Const::Object(ty, _) => (*ty).into(),
    }
}
