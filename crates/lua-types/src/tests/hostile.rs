//! Sources made to take long or to nest deep: all end within the steps of one question.

use super::World;
use crate::evaluate::alternatives;
use crate::relate::{Mode, fits, relate};
use crate::tests::evaluate;
use crate::ty::ShapeId;
use crate::{Field, Kind, Manifest, Pool, Table, Ty, narrow, show};
use proptest::prelude::*;

/// Runs in a thread whose stack is as small as that of a worker.
fn with_small_stack(test: impl FnOnce() + Send + 'static) {
    std::thread::Builder::new().stack_size(2 << 20).spawn(test).unwrap().join().unwrap();
}

#[test]
fn aliases_that_grow_without_end_are_given_up() {
    with_small_stack(|| {
        for text in [
            "type A<T> = B<{T}> type B<T> = {next: A<{T}>, value: T}",
            "type C<T> = T extends any ? 1 : 2 type A<T> = C<A<{T}>>",
            "type A<T> = A<{T}> extends A<{{T}}> ? {T} : T",
            "type A<T> = T extends any ? A<{T}> | A<{{T}}> : T",
            "type A<T> = T extends any ? A<{a: T, b: T}> & A<{T}> : T",
            "type A<T> = keyof(A<{T}>)",
            "type A<T> = {x: A<{T}>}[\"x\"]",
            "type A<T> = {[keyof(A<{T}>)]: T}",
            "type A<T: A<T>> = {v: T}",
        ] {
            ask_everything(text);
        }
    });
}

/// Asks all that can be asked of `A<integer>` and `A<string>`.
fn ask_everything(text: &str) {
    let mut world = World::new(text);
    let (a, b) = (world.careless("A<integer>"), world.careless("A<string>"));
    let _ = evaluate(&mut world, a);
    let _ = alternatives(&mut world, a);
    let _ = relate(&mut world, Mode::Gradual, a, b);
    let _ = narrow::intersect(&mut world, a, b);
    let _ = narrow::by_type_name(&mut world, a, "table", true);
    let _ = world.show(a);
    let name = world.pool.name(b"x");
    let _ = crate::members::field(&mut world, a, name);
    let _ = crate::members::names(&mut world, a);
    let decls = world.decls.clone();
    let manifest = Manifest::export(&mut world, a, &decls, &[]);
    let mut pool = Pool::new();
    let imported = manifest.import(&mut pool);
    let _ = evaluate(&mut pool, imported.value);
}

/// A type in which three generic aliases and a parameter occur, as text.
fn any_type() -> impl Strategy<Value = String> {
    let leaf = prop::sample::select(vec![
        "string",
        "integer",
        "any",
        "nil",
        "\"x\"",
        "T",
        "A<T>",
        "B<T>",
        "C<T>",
        "A<{T}>",
        "B<{x: T}>",
        "C<T?>",
    ]);
    leaf.prop_map(str::to_owned).prop_recursive(3, 12, 3, |inner| {
        let (a, b, c) = (inner.clone(), inner.clone(), inner.clone());
        prop_oneof![
            inner.clone().prop_map(|a| format!("{{{a}}}")),
            inner.clone().prop_map(|a| format!("{{x: {a}}}")),
            inner.clone().prop_map(|a| format!("{{[string]: {a}}}")),
            inner.clone().prop_map(|a| format!("keyof({a})")),
            inner.clone().prop_map(|a| format!("({a})[\"x\"]")),
            inner.clone().prop_map(|a| format!("A<{a}>")),
            inner.clone().prop_map(|a| format!("({a})?")),
            (a.clone(), b.clone()).prop_map(|(a, b)| format!("({a} | {b})")),
            (a.clone(), b.clone()).prop_map(|(a, b)| format!("({a} & {b})")),
            (a.clone(), b.clone()).prop_map(|(a, b)| format!("((a: {a}) -> {b})")),
            (a, b, c, inner).prop_map(|(a, b, c, d)| format!("({a} extends {b} ? {c} : {d})")),
        ]
    })
}

proptest! {
    #![proptest_config(super::laws::config())]

    #[test]
    fn whatever_is_declared_every_question_comes_to_an_end(a in any_type(), b in any_type(), c in any_type()) {
        let text = format!("type A<T> = {a} type B<T> = {b} type C<T> = {c}");
        with_small_stack(move || ask_everything(&text));
    }
}

/// Infers results by asking a question of its own.
struct Asking {
    pool: Pool,
    deep: Ty,
    other: Ty,
    gave_up: bool,
}

impl crate::types::Types for Asking {
    fn pool(&self) -> &Pool {
        &self.pool
    }

    fn pool_mut(&mut self) -> &mut Pool {
        &mut self.pool
    }

    fn results(&mut self, _: crate::SigId) -> crate::Pack {
        let (deep, other) = (self.deep, self.other);
        self.gave_up = relate(self, Mode::Gradual, deep, other).gave_up;
        self.pool.pack(&[Ty::STRING])
    }

    fn shape(&mut self, _: ShapeId) -> Table {
        Table::default()
    }
}

#[test]
fn what_is_inferred_within_a_question_does_not_count_as_its_depth() {
    let mut pool = Pool::new();
    let nest = |pool: &mut Pool, core: Ty| (0..100).fold(core, |ty, _| pool.array(ty));
    let (deep, other) = (nest(&mut pool, Ty::INTEGER), nest(&mut pool, Ty::NUMBER));
    let sig = crate::ty::Sig {
        generics: vec![],
        params: vec![],
        rest: None,
        results: crate::Results::Inferred(0),
        asserts: None,
        method: false,
        lenient: true,
    };
    let id = pool.new_sig(sig);
    let function = pool.add(Kind::Function(id));
    let results = pool.pack(&[Ty::INTEGER]);
    let wanted = pool.function(vec![], None, results);
    let (from, to) = (nest(&mut pool, function), nest(&mut pool, wanted));
    let mut cx = Asking { pool, deep, other, gave_up: true };
    let outcome = relate(&mut cx, Mode::Gradual, from, to);
    assert!(outcome.result.is_err() && !outcome.gave_up && !cx.gave_up);
}

#[test]
fn a_source_made_to_be_slow_is_slow_a_few_times_only() {
    let mut world = World::new("");
    let (name, more) = (world.pool.name(b"tag"), world.pool.name(b"more"));
    let mut wide = |optional: &[Field]| {
        let records: Vec<Ty> = (0..1_000)
            .map(|i| {
                let tag = world.pool.add(Kind::Int(i));
                let ty = world.pool.map(tag, Ty::STRING);
                let tagged = Field { name, ty, optional: false, readonly: false };
                world.pool.record([&[tagged], optional].concat())
            })
            .collect();
        world.pool.union(&records)
    };
    // Each alternative fits one of the others, which is found late.
    let (a, b) = (wide(&[]), wide(&[Field { name: more, ty: Ty::STRING, optional: true, readonly: false }]));
    let first = relate(&mut world, Mode::Gradual, a, b);
    assert!(first.gave_up);
    for _ in 0..100 {
        assert!(relate(&mut world, Mode::Gradual, a, b).gave_up);
    }
    let (x, y) = (world.ty("{a: string, b: {integer}}"), world.ty("{a: string, b: {string}}"));
    assert!(!relate(&mut world, Mode::Gradual, x, y).gave_up);
}

#[test]
fn conditions_within_what_a_condition_asks_for_are_looked_at_once() {
    for (open, close) in
        [("((", " and z).f)"), ("((", " or z).is(1) and z)"), ("((", " == nil and z).f == nil)")]
    {
        let nested = format!("{}x{}", open.repeat(40), close.repeat(40));
        let source = format!("return function(x, z) if {nested} then return {nested} end end");
        let parsed = lua_syntax::parse(source.as_bytes());
        assert_eq!(parsed.errors, [], "{source}");
        let (id, source, chunk) = ("app:unit", source.as_bytes(), &parsed.chunk);
        let unit = crate::Unit { id, source, chunk, imports: &[], modules: &[] };
        let _ = crate::examine(&crate::Env::default(), &unit, crate::Rules::Off);
    }
}

#[test]
fn types_nested_to_the_limit_of_the_parser_stay_within_the_stack() {
    with_small_stack(|| {
        let deep = |core: &str| format!("{}{core}{}", "{".repeat(190), "}".repeat(190));
        let mut world = World::new("type Box<T> = {value: T}");
        let (a, b) = (world.ty(&deep("integer")), world.ty(&deep("string")));
        let outcome = relate(&mut world, Mode::Gradual, a, b);
        assert!(outcome.gave_up && outcome.result.is_ok());
        let nested = "Box<".repeat(180) + "integer" + &">".repeat(180);
        let c = world.ty(&nested);
        let _ = fits(&mut world, c, a);
        let _ = narrow::intersect(&mut world, a, b);
        let manifest = Manifest::export(&mut world, a, &[], &[]);
        assert_eq!(Manifest::from_bytes(&manifest.to_bytes()), Ok(manifest));
        assert!(world.show(a).chars().count() <= 120);
    });
}

#[test]
fn a_type_that_doubles_on_each_level_is_walked_once_per_part() {
    with_small_stack(|| {
        let mut world = World::new("type Want<T> = {v: T}");
        let Some(crate::lower::TypeName::Decl(id)) = world.names.get("Want").copied() else { panic!() };
        let params = world.pool.decl(id).params.clone();
        let mut levels = [world.pool.add(Kind::Param(params[0])), Ty::STRING];
        let (left, right) = (world.pool.name(b"a"), world.pool.name(b"b"));
        for _ in 0..60 {
            levels = levels.map(|ty| {
                let field = |name| Field { name, ty, optional: false, readonly: false };
                world.pool.record(vec![field(left), field(right)])
            });
        }
        let [open, closed] = levels;
        let subst = crate::subst::Subst::of(&params, &[Ty::STRING]);
        assert_eq!(subst.apply(&mut world, open), closed);
        let mut bindings = crate::generic::Bindings::new(&params);
        crate::generic::infer(&mut world, &mut bindings, open, closed);
        assert_eq!(bindings.solve(&mut world).get(params[0]), Some(Ty::STRING));
        let other = crate::subst::Subst::of(&params, &[Ty::INTEGER]).apply(&mut world, open);
        let outcome = relate(&mut world, Mode::Gradual, closed, other);
        assert!(outcome.result.is_err() && !outcome.gave_up);
        let manifest = Manifest::export(&mut world, closed, &[], &[]);
        assert!(manifest.to_bytes().len() < 5_000);
        assert!(show(&world.pool, closed).len() < 1_000);
        let _ = crate::widen::widen_deep(&mut world.pool, closed);
    });
}

#[test]
fn unions_of_ten_thousand_literals_are_narrowed_in_few_steps() {
    let mut world = World::new("");
    let texts: Vec<Ty> = (0..10_000).map(|i| world.pool.str_type(format!("k{i}").as_bytes())).collect();
    let (all, half) = (world.pool.union(&texts), world.pool.union(&texts[..5_000]));
    assert_eq!(narrow::intersect(&mut world, all, half), half);
    let more = world.pool.union(&[half, Ty::INTEGER]);
    assert_eq!(narrow::intersect(&mut world, all, more), half);
    let rest = narrow::subtract(&mut world, all, half);
    assert_eq!(world.pool.members(rest).len(), 5_000);
    assert_eq!(narrow::by_literal(&mut world, all, texts[7], true), texts[7]);
    assert!(!world.pool.take_gave_up());
    assert!(world.show(all).chars().count() <= 120);
}

#[test]
fn wide_unions_of_records_end_by_the_steps() {
    let mut world = World::new("");
    let name = world.pool.name(b"tag");
    let mut record = |i: i64, ty: Ty| {
        let tag = world.pool.add(Kind::Int(i));
        let ty = world.pool.map(tag, ty);
        world.pool.record(vec![Field { name, ty, optional: false, readonly: false }])
    };
    let a: Vec<Ty> = (0..2_000).map(|i| record(i, Ty::STRING)).collect();
    let b: Vec<Ty> = (0..2_000).map(|i| record(i, Ty::INTEGER)).collect();
    let (a, b) = (world.pool.union(&a), world.pool.union(&b));
    let _ = relate(&mut world, Mode::Gradual, a, b);
    let _ = narrow::intersect(&mut world, a, b);
}

#[test]
fn a_table_that_holds_itself_is_compared_shown_and_exported() {
    let mut world =
        World::new("type Node = {next: Node, name: string} type Bad = {next: Bad, name: integer}");
    let shape = world.pool.add(Kind::Shape(ShapeId(0)));
    let (next, name) = (world.pool.name(b"next"), world.pool.name(b"name"));
    let field = |name, ty| Field { name, ty, optional: false, readonly: false };
    world
        .shapes
        .push(Table { fields: vec![field(next, shape), field(name, Ty::STRING)], ..Table::default() });
    let (good, bad) = (world.ty("Node"), world.ty("Bad"));
    assert!(fits(&mut world, shape, good).is_ok());
    assert!(fits(&mut world, shape, bad).is_err());
    assert!(fits(&mut world, good, shape).is_ok());
    assert_eq!(world.show(shape), "{next: …, name: string}");
    let manifest = Manifest::export(&mut world, shape, &[], &[]);
    let mut pool = Pool::new();
    let imported = manifest.import(&mut pool);
    assert_eq!(show(&pool, imported.value), "table");
    let body = evaluate(&mut pool, imported.value).ty;
    assert_eq!(show(&pool, body), "{next: table, name: string}");
    let subst = crate::subst::Subst::of(&[], &[]);
    assert_eq!(subst.apply(&mut world, shape), shape);
}
