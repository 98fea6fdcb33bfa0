//! What the checker is told is what the machine has: every library, module, function and global.

use lua_api::Module;
use lua_types::{AMBIENT, DeclId, Env, GLOBALS, Kind, Reach, Ty};
use std::collections::BTreeMap;

fn modules() -> Vec<Module> {
    [lua_std::modules(), lua_sys::modules(), lua_svc::modules()].into_iter().flatten().collect()
}

fn environment() -> Env {
    lua_engine::environment(&modules()).unwrap_or_else(|problems| {
        let problems: Vec<String> = problems.iter().map(ToString::to_string).collect();
        panic!("{}", problems.join("\n"))
    })
}

/// Says of each global and of each field of a global table whether it is a function: `string.upper function`.
const LIST: &str = "
    local out = {}
    local function list(path, from)
        for name, value in pairs(from) do
            local of = type(value) == 'function' and 'function' or type(value) == 'table' and 'table' or 'value'
            out[#out + 1] = path .. name .. ' ' .. of
            if of == 'table' and value ~= _G then list(path .. name .. '.', value) end
        end
    end
    list('', _G)
    return table.concat(out, '\\n')
";

/// What a program gives as text on a machine with everything preset.
fn run(source: &str) -> String {
    let parsed = lua_syntax::parse(source.as_bytes());
    let lines = lua_syntax::LineIndex::new(source.as_bytes());
    let proto = lua_vm::compile(&parsed.chunk, "list", &lines).expect("the program compiles");
    let mut lua = lua_vm::Lua::new(lua_engine::statics(&modules()), lua_vm::Options::default());
    let root = lua.enter(&mut (), |cx| {
        let f = cx.load(proto);
        let thread = cx.thread(f, &[]);
        cx.pin(thread)
    });
    let mut fuel = i64::MAX;
    let ran = lua.run(&root, &mut fuel, &mut ());
    let text = lua.enter(&mut (), |cx| {
        let outcome = cx.outcome(cx.pinned(&root));
        cx.plain_text(outcome[0])
    });
    assert!(matches!(ran, lua_vm::Run::Finished), "{text}");
    text
}

/// The same list from the declarations.
fn declared(env: &Env) -> BTreeMap<String, &'static str> {
    let mut found = BTreeMap::new();
    for name in env.globals() {
        list(env, name, env.global(name).expect("it is a global"), &mut found);
    }
    // It holds the others.
    found.insert("_G".into(), "table");
    found
}

fn list(env: &Env, path: &str, ty: Ty, found: &mut BTreeMap<String, &'static str>) {
    let pool = env.pool();
    let of = match pool.kind(ty) {
        Kind::Function(_) | Kind::Intersection(_) => "function",
        Kind::Record(table) => {
            for field in &pool.fields(table).fields {
                list(env, &format!("{path}.{}", pool.str(field.name)), field.ty, found);
            }
            "table"
        }
        _ => "value",
    };
    found.insert(path.to_owned(), of);
}

#[test]
fn every_global_and_every_function_of_a_library_is_declared_and_no_other() {
    let text = run(LIST);
    let has: BTreeMap<String, &str> = text
        .lines()
        .filter_map(|line| line.rsplit_once(' '))
        .map(|(name, of)| (name.to_owned(), of))
        .collect();
    let told = declared(&environment());
    let missing: Vec<_> = has.iter().filter(|(name, of)| told.get(*name) != Some(of)).collect();
    let surplus: Vec<_> = told.iter().filter(|(name, of)| has.get(*name) != Some(of)).collect();
    assert!(
        missing.is_empty() && surplus.is_empty(),
        "not declared: {missing:?}\nonly declared: {surplus:?}"
    );
}

#[test]
fn every_module_is_declared_with_all_its_functions_objects_and_types() {
    let (env, modules) = (environment(), modules());
    for module in &modules {
        let name = module.top.name;
        assert!(env.module(name).is_some(), "{name}");
        assert_eq!(env.is_ambient(name), module.ambient, "{name}");
        for object in &module.objects {
            let id = env.named_type(name, object.name);
            let id = id.unwrap_or_else(|| panic!("{name} has no type {}", object.name));
            assert_eq!(methods(&env, id), object.methods.len(), "{name}: {}", object.name);
        }
        for record in &module.records {
            assert!(env.named_type(name, record.name).is_some(), "{name} has no type {}", record.name);
        }
    }
    let libraries = lua_types::libraries();
    let libraries = libraries.iter().filter(|library| library.reach == Reach::Library);
    assert_eq!(env.modules().count(), modules.len() + libraries.count());
}

#[test]
fn the_ambient_names_are_those_that_the_machine_presets() {
    let has = run(LIST);
    let has = has.lines().filter_map(|line| line.rsplit_once(' ')).map(|(name, _)| name);
    let mut has: Vec<&str> = has.filter(|name| !name.contains('.')).collect();
    let mut told: Vec<&str> = AMBIENT.iter().chain(GLOBALS).copied().collect();
    has.sort_unstable();
    told.sort_unstable();
    assert_eq!(told, has);
    let env = environment();
    let mut ambient: Vec<&str> = env.modules().filter(|name| env.is_ambient(name)).collect();
    ambient.sort_unstable();
    assert_eq!(ambient, AMBIENT);
}

fn methods(env: &Env, id: DeclId) -> usize {
    match env.pool().kind(env.pool().decl(id).body) {
        Kind::Record(table) => env.pool().fields(table).fields.len(),
        other => panic!("methods expected, got {other:?}"),
    }
}

#[test]
fn an_error_object_has_the_methods_that_are_declared() {
    let libraries = lua_types::libraries();
    let error = libraries.iter().flat_map(|library| &library.objects).find(|object| object.name == "error");
    for method in &error.expect("errors declares it").methods {
        let has = run(&format!("return type(errors.new('x').{})", method.name()));
        assert_eq!(has, "function", "{}", method.name());
    }
}

#[test]
fn channels_know_what_comes_through_them() {
    let env = environment();
    let element = |module: &str, function: &str| {
        let pool = env.pool();
        let Kind::Record(table) = pool.kind(env.module(module).expect("a module")) else { panic!("a table") };
        let field = pool.fields(table).fields.iter().find(|field| pool.str(field.name) == function);
        let Kind::Function(sig) = pool.kind(field.expect("a function").ty) else { panic!("a function") };
        let lua_types::Results::Known(results) = pool.signature(sig).results else { panic!("known") };
        let Kind::Ref(channel, args) = pool.kind(pool.types(results.list)[0]) else { panic!("a channel") };
        assert_eq!(Some(channel), env.named_type("channel", "Channel"));
        let Kind::Ref(of, _) = pool.kind(pool.types(args)[0]) else { panic!("a named type") };
        of
    };
    assert_eq!(Some(element("process", "inbox")), env.named_type("process", "Message"));
    assert_eq!(Some(element("process", "events")), env.named_type("process", "ProcessEvent"));
    assert_eq!(Some(element("time", "after")), env.named_type("time", "Time"));
}
