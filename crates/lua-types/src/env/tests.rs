//! Declarations and what they become.

use super::*;
use crate::ty::Table;

fn record(env: &Env, ty: Ty) -> &Table {
    match env.pool().kind(ty) {
        Kind::Record(id) => env.pool().fields(id),
        other => panic!("a table expected, got {other:?}"),
    }
}

/// The type of a field of a module or a nested table, by a path with dots.
fn member(env: &Env, module: &str, path: &str) -> Ty {
    let mut ty = env.module(module).unwrap_or_else(|| panic!("no module {module}"));
    for name in path.split('.') {
        let found = record(env, ty).fields.iter().find(|field| env.pool().str(field.name) == name);
        ty = found.unwrap_or_else(|| panic!("{module} has no {name}")).ty;
    }
    ty
}

fn sig(env: &Env, ty: Ty) -> Sig {
    match env.pool().kind(ty) {
        Kind::Function(id) => env.pool().signature(id).clone(),
        other => panic!("a function expected, got {other:?}"),
    }
}

fn known(sig: &Sig) -> crate::ty::Pack {
    match sig.results {
        crate::ty::Results::Known(pack) => pack,
        crate::ty::Results::Inferred(_) => panic!("the results of a native are written"),
    }
}

fn module<'a>(name: &'a str, functions: &[(&'a str, &'a str)]) -> ModuleDecl<'a> {
    let top = TableDecl::of(name, "", functions);
    ModuleDecl {
        reach: Reach::Listed,
        top,
        objects: vec![],
        records: vec![],
        instance_of: None,
        globals: vec![],
    }
}

fn object<'a>(name: &'a str, params: &'a str, methods: &[(&'a str, &'a str)]) -> ObjectDecl<'a> {
    let methods = methods.iter().map(|(signature, doc)| FuncDecl { signature, doc }).collect();
    ObjectDecl { name, params, doc: "", methods, metas: vec!["__eq"] }
}

fn problems(modules: &[ModuleDecl<'_>]) -> String {
    let found = Env::build(modules).expect_err("there are mistakes");
    found.iter().map(|problem| format!("{problem}\n")).collect()
}

#[test]
fn the_libraries_are_declared_without_a_mistake() {
    let problems = Env::build(&libraries()).err().unwrap_or_default();
    let text: String = problems.iter().map(|problem| format!("{problem}\n")).collect();
    assert!(text.is_empty(), "{text}");
}

#[test]
fn globals_and_modules_are_told_apart() {
    let env = Env::default();
    assert!(env.global("print").is_some() && env.global("string").is_some() && env.global("base").is_none());
    assert!(env.module("string").is_some() && env.module("print").is_none() && env.module("base").is_none());
    assert!(env.is_ambient("math") && !env.is_ambient("print"));
    assert!(env.global("package").is_some() && env.module("package").is_none());
}

#[test]
fn every_special_function_is_declared_and_no_other_shares_its_signature() {
    let env = Env::default();
    let found: Vec<Special> = env.specials.values().copied().collect();
    for (library, function, special) in Special::ALL {
        if *library != "channel" {
            assert!(found.contains(special), "{library}.{function} is not declared");
        }
    }
    let mut unit = Pool::on(env.pool());
    for id in env.specials.keys() {
        let copy = env.pool().signature(*id).clone();
        assert_ne!(unit.sig(copy), *id);
    }
}

#[test]
fn a_special_function_keeps_what_it_is_under_another_name() {
    let env = Env::default();
    let Kind::Function(id) = env.pool().kind(env.global("pairs").unwrap()) else { panic!("a function") };
    assert_eq!(env.special(id), Some(Special::Pairs));
}

#[test]
fn a_native_takes_any_number_and_only_reads_tables_but_gives_what_is_written() {
    let env = Env::build(&[module(
        "m",
        &[("f(n?: integer, t: {a: {integer}}, ...integer): ({integer}, integer?)", "")],
    )]);
    let env = env.unwrap();
    let f = sig(&env, member(&env, "m", "f"));
    assert_eq!((f.params[0].ty, f.params[0].optional, f.rest), (Ty::NUMBER, true, Some(Ty::NUMBER)));
    let table = record(&env, f.params[1].ty);
    assert!(table.fields[0].readonly);
    assert_eq!(env.pool().kind(table.fields[0].ty), Kind::Array(Ty::NUMBER, true));
    let results = env.pool().types(known(&f).list);
    assert_eq!(env.pool().kind(results[0]), Kind::Array(Ty::INTEGER, false));
    assert_eq!(env.pool().members(results[1]), [Ty::NIL, Ty::INTEGER]);
}

#[test]
fn alternatives_are_exact_and_keep_their_order() {
    let env = Env::default();
    let Kind::Intersection(list) = env.pool().kind(member(&env, "math", "max")) else {
        panic!("alternatives")
    };
    let firsts: Vec<Ty> = env.pool().types(list).into_iter().map(|ty| sig(&env, ty).params[0].ty).collect();
    assert_eq!(firsts, [Ty::INTEGER, Ty::NUMBER]);
}

#[test]
fn methods_take_the_object_and_share_its_type_parameters() {
    let mut channel = module("channel", &[("new<T>(size?: integer): Channel<T>", "")]);
    channel.objects.push(object(
        "Channel",
        "T",
        &[("send(value: T): boolean", ""), ("receive(): (T, boolean)", "")],
    ));
    let clock = module("clock", &[("after(): (Channel<integer>, error?)", "")]);
    let mut all = libraries();
    all.extend([channel, clock]);
    let env = Env::build(&all).unwrap();
    let id = env.named_type("channel", "Channel").unwrap();
    let decl = env.pool().decl(id);
    let send = sig(&env, record(&env, decl.body).fields[0].ty);
    assert!(send.method);
    let param = Kind::Param(decl.params[0]);
    assert_eq!(env.pool().kind(send.params[1].ty), param);
    let Kind::Ref(of, args) = env.pool().kind(send.params[0].ty) else { panic!("the object") };
    assert_eq!((of, env.pool().kind(env.pool().at(args, 0))), (id, param));
    let after = sig(&env, member(&env, "clock", "after"));
    let Kind::Ref(of, args) = env.pool().kind(env.pool().at(known(&after).list, 0)) else {
        panic!("a channel")
    };
    assert_eq!((of, env.pool().at(args, 0)), (id, Ty::INTEGER));
    assert!(env.answers(id, "__eq") && !env.answers(id, "__lt"));
}

#[test]
fn a_module_may_be_an_object() {
    let mut logger = module("logger", &[("info(message: string)", "")]);
    logger.objects.push(object("Logger", "", &[("info(message: string)", "")]));
    logger.instance_of = Some("Logger");
    let env = Env::build(&[logger]).unwrap();
    let id = env.named_type("logger", "Logger").unwrap();
    assert_eq!(env.pool().kind(env.module("logger").unwrap()), Kind::Ref(id, List::EMPTY));
}

#[test]
fn a_name_is_looked_up_at_home_first_and_must_be_clear() {
    let mut a = module("a", &[("f(): Thing", "")]);
    a.objects.push(object("Thing", "", &[]));
    let mut b = module("b", &[("f(): Thing", ""), ("g(): a.Thing", "")]);
    b.objects.push(object("Thing", "", &[]));
    let env = Env::build(&[a.clone(), b.clone()]).unwrap();
    let of = |module: &str, f: &str| {
        let result = env.pool().at(known(&sig(&env, member(&env, module, f))).list, 0);
        let Kind::Ref(id, _) = env.pool().kind(result) else { panic!("an object") };
        id
    };
    assert_eq!(of("b", "f"), env.named_type("b", "Thing").unwrap());
    assert_eq!(of("b", "g"), of("a", "f"));
    let c = module("c", &[("f(): Thing", "")]);
    let found = problems(&[a, b, c]);
    assert_eq!(found, "module c, f: 'Thing' is a type of several modules (a, b), write 'a.Thing'\n");
}

#[test]
fn mistakes_name_the_module_and_the_function() {
    let mut wrong = module(
        "wrong",
        &[
            ("f(a: Nowhere)", ""),
            ("g(a", ""),
            ("h(): other.Thing", ""),
            ("i(a: Box)", ""),
            ("j(): asserts a", ""),
        ],
    );
    wrong.objects.push(object("Box", "T", &[("get(): U", ""), ("get(): T", "")]));
    wrong.records.push(crate::declare::RecordDecl { name: "Row", ty: "{a: }", doc: "", taken: false });
    wrong.records.push(crate::declare::RecordDecl { name: "Row", ty: "{}", doc: "", taken: false });
    wrong.records.push(crate::declare::RecordDecl { name: "string", ty: "{}", doc: "", taken: false });
    expect_test::expect![[r#"
        module wrong, Row: the type is declared twice
        module wrong, string: a type of the language has that name
        module wrong, Row: a type expected, found '}'
        module wrong, Box:get: there is no type 'U'
        module wrong, Box:get: the method is declared twice
        module wrong, f: there is no type 'Nowhere'
        module wrong, g: ':' expected between a parameter and its type, found the end of the file at byte 3 of g(a
        module wrong, h: there is no import 'other' to take the type 'Thing' from
        module wrong, i: 'Box' expects 1 type argument, got 0
        module wrong, j: 'asserts' names 'a', which is no parameter of the function
    "#]]
    .assert_eq(&problems(&[wrong]));
}

/// Whether a value of a written type may be the argument of a function, from 0; type parameters are inferred from it.
fn takes(env: &Env, module: &str, function: &str, i: usize, written: &str) -> bool {
    let ty = if module.is_empty() { env.global(function).unwrap() } else { member(env, module, function) };
    let Kind::Function(id) = env.pool().kind(ty) else { panic!("{function} has alternatives") };
    let mut pool = Pool::on(env.pool());
    let known = Known::default();
    let got = Scope::new(&mut pool, &known, "").ty(lua_syntax::parse_type(written).unwrap(), Position::Exact);
    let sig = pool.signature(id).clone();
    let param = sig.params.get(i).map_or_else(|| sig.rest.unwrap(), |param| param.ty);
    let mut bindings = crate::generic::Bindings::new(&sig.generics);
    crate::generic::infer(&mut pool, &mut bindings, param, got);
    let subst = bindings.solve(&mut pool);
    let param = subst.apply(&mut pool, param);
    crate::relate::fits(&mut pool, got, param).is_ok()
}

#[test]
fn arguments_of_ordinary_programs_fit() {
    let env = Env::default();
    let fits = [
        ("table", "concat", 0, "{string}"),
        ("table", "concat", 0, "{number}"),
        ("table", "concat", 0, "{any}"),
        ("table", "sort", 0, "{{name: string}}"),
        ("table", "sort", 1, "(a: number, b: number) -> boolean"),
        ("table", "sort", 1, "(a: any, b: any) -> any"),
        ("table", "unpack", 0, "{string | number}"),
        ("table", "remove", 0, "{string}"),
        ("string", "rep", 0, "error"),
        ("string", "rep", 1, "number"),
        ("string", "sub", 1, "number"),
        ("string", "format", 1, "{a: string}?"),
        ("string", "gsub", 2, "(c: string) -> string"),
        ("string", "gsub", 2, "() -> string?"),
        ("string", "gsub", 2, "{[string]: string}"),
        ("string", "gsub", 2, "{a: string}"),
        ("coroutine", "wrap", 0, "(x: number) -> string"),
        ("coroutine", "create", 0, "() -> ()"),
        ("coroutine", "spawn", 0, "() -> number"),
        ("errors", "new", 0, "{message: string, kind: string}"),
        ("errors", "new", 0, "string"),
        ("errors", "wrap", 0, "error"),
        ("", "ipairs", 0, "{string}"),
        ("", "ipairs", 0, "readonly {string}"),
        ("", "pairs", 0, "{string}"),
        ("", "pairs", 0, "{[string]: number}"),
        ("", "pairs", 0, "{a: string, b: number}"),
        ("", "pairs", 0, "any"),
        ("", "pairs", 0, "table"),
        ("", "next", 0, "{a: string}"),
        ("", "pcall", 0, "(x: number) -> string"),
        ("", "setmetatable", 0, "{a: string}"),
        ("", "setmetatable", 1, "{__index: {a: string}}"),
        ("", "tostring", 0, "nil"),
        ("", "assert", 0, "string?"),
    ];
    for (module, function, i, ty) in fits {
        assert!(takes(&env, module, function, i, ty), "{module}.{function} does not take {ty}");
    }
}

#[test]
fn arguments_that_raise_do_not_fit() {
    let env = Env::default();
    let wrong = [
        ("table", "concat", 0, "{boolean}"),
        ("table", "concat", 0, "{string}?"),
        ("string", "rep", 0, "string?"),
        ("string", "upper", 0, "{string}"),
        ("string", "sub", 1, "string"),
        ("math", "floor", 0, "number?"),
        ("coroutine", "create", 0, "{}"),
        ("coroutine", "spawn", 0, "(x: number) -> ()"),
        ("errors", "new", 0, "{kind: string}"),
        ("", "ipairs", 0, "{string}?"),
        ("", "ipairs", 0, "string"),
        ("", "pairs", 0, "number"),
        ("", "setmetatable", 1, "number"),
    ];
    for (module, function, i, ty) in wrong {
        assert!(!takes(&env, module, function, i, ty), "{module}.{function} takes {ty}");
    }
}
