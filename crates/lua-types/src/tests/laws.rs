//! What holds for all types, tried on many.

use super::World;
use crate::relate::{fits, is_subtype};
use crate::subst::Subst;
use crate::{Field, Kind, Manifest, Pool, Ty, narrow};
use proptest::prelude::*;

/// A type to be made in a pool.
#[derive(Clone, Debug)]
enum Plan {
    Basic(u8),
    Int(u8),
    Str(u8),
    Array(Box<Plan>),
    Map(Box<Plan>),
    Record(Vec<(u8, Plan, u8)>),
    Union(Vec<Plan>),
    Both(Box<Plan>, Box<Plan>),
    Function(Vec<Plan>, Vec<Plan>),
    Shape(Vec<(u8, Plan)>),
    Named(u8),
}

impl Plan {
    /// Whether only rules that are laws apply: a table of the code fits as a fresh value does, and what a record leaves out
    /// may be there all the same.
    fn is_lawful(&self) -> bool {
        match self {
            Plan::Shape(_) | Plan::Basic(1 | 2) | Plan::Named(0 | 1) => false,
            Plan::Array(inner) | Plan::Map(inner) => inner.is_lawful(),
            Plan::Record(fields) => fields.iter().all(|(_, plan, flags)| flags & 1 == 0 && plan.is_lawful()),
            Plan::Union(plans) => plans.iter().all(Plan::is_lawful),
            Plan::Both(a, b) => a.is_lawful() && b.is_lawful(),
            Plan::Function(params, results) => params.iter().chain(results).all(Plan::is_lawful),
            _ => true,
        }
    }
}

const DECLARATIONS: &str = "type List = {value: number, next: List?}
    type Maybe = string?
    type Pair = {a: \"a\", b: integer} | {a: \"b\", b: string}
    interface Reader function a(): string end
    interface Closer: Reader function b(n: integer) end";

const BASICS: [Ty; 11] = [
    Ty::NEVER,
    Ty::UNKNOWN,
    Ty::NIL,
    Ty::BOOLEAN,
    Ty::NUMBER,
    Ty::INTEGER,
    Ty::STRING,
    Ty::TABLE,
    Ty::FUNCTION,
    Ty::THREAD,
    Ty::ANY,
];

/// Plans without `any` where it would break the law.
fn plan(any: bool) -> impl Strategy<Value = Plan> {
    let basics = if any { 11 } else { 10 };
    let leaf = prop_oneof![
        (0..basics as u8).prop_map(Plan::Basic),
        (0..3u8).prop_map(Plan::Int),
        (0..3u8).prop_map(Plan::Str),
        (0..5u8).prop_map(Plan::Named),
    ];
    leaf.prop_recursive(3, 16, 3, |inner| {
        let fields = prop::collection::vec((0..3u8, inner.clone(), 0..4u8), 0..3);
        prop_oneof![
            inner.clone().prop_map(|elem| Plan::Array(Box::new(elem))),
            inner.clone().prop_map(|value| Plan::Map(Box::new(value))),
            fields.prop_map(Plan::Record),
            prop::collection::vec(inner.clone(), 2..4).prop_map(Plan::Union),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| Plan::Both(Box::new(a), Box::new(b))),
            (prop::collection::vec(inner.clone(), 0..3), prop::collection::vec(inner.clone(), 0..2))
                .prop_map(|(params, results)| Plan::Function(params, results)),
            prop::collection::vec((0..3u8, inner), 0..3).prop_map(Plan::Shape),
        ]
    })
}

fn make(world: &mut World, plan: &Plan) -> Ty {
    let name = |world: &mut World, i: &u8| world.pool.name(&[b'a' + i]);
    match plan {
        Plan::Basic(i) => BASICS[*i as usize],
        Plan::Int(i) => world.pool.add(Kind::Int(i64::from(*i))),
        Plan::Str(i) => world.pool.str_type(&[b'a' + i]),
        Plan::Array(elem) => {
            let elem = make(world, elem);
            world.pool.array(elem)
        }
        Plan::Map(value) => {
            let value = make(world, value);
            world.pool.map(Ty::STRING, value)
        }
        Plan::Record(fields) => {
            let mut made: Vec<Field> = vec![];
            for (i, plan, flags) in fields {
                let field = Field {
                    name: name(world, i),
                    ty: make(world, plan),
                    optional: flags & 1 != 0,
                    readonly: flags & 2 != 0,
                };
                if made.iter().all(|known| known.name != field.name) {
                    made.push(field);
                }
            }
            world.pool.record(made)
        }
        Plan::Union(plans) => {
            let members: Vec<Ty> = plans.iter().map(|plan| make(world, plan)).collect();
            world.pool.union(&members)
        }
        Plan::Both(a, b) => {
            let members = [make(world, a), make(world, b)];
            world.pool.intersection(&members)
        }
        Plan::Function(params, results) => {
            let params = params
                .iter()
                .map(|plan| crate::ty::Param { name: None, ty: make(world, plan), optional: false })
                .collect();
            let results: Vec<Ty> = results.iter().map(|plan| make(world, plan)).collect();
            let results = world.pool.pack(&results);
            world.pool.function(params, None, results)
        }
        Plan::Shape(fields) => {
            let shape = world.shape("{}");
            let mut made: Vec<Field> = vec![];
            for (i, plan) in fields {
                let field =
                    Field { name: name(world, i), ty: make(world, plan), optional: false, readonly: false };
                made.push(field);
            }
            let Kind::Shape(id) = world.pool.kind(shape) else { unreachable!() };
            world.shapes[id.0 as usize].fields = made;
            shape
        }
        Plan::Named(i) => world.ty(["List", "Maybe", "Pair", "Reader", "Closer"][*i as usize]),
    }
}

fn world() -> World {
    World::new(DECLARATIONS)
}

/// A few hundred cases; `PROPTEST_CASES` asks for more.
pub(super) fn config() -> ProptestConfig {
    let mut config = ProptestConfig { failure_persistence: None, ..ProptestConfig::default() };
    if std::env::var_os("PROPTEST_CASES").is_none() {
        config.cases = 300;
    }
    config
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn every_type_fits_itself_and_the_extremes(a in plan(true)) {
        let mut world = world();
        let a = make(&mut world, &a);
        prop_assert!(fits(&mut world, a, a).is_ok());
        prop_assert!(is_subtype(&mut world, a, a));
        prop_assert!(is_subtype(&mut world, a, Ty::UNKNOWN));
        prop_assert!(is_subtype(&mut world, Ty::NEVER, a));
        prop_assert!(fits(&mut world, a, Ty::ANY).is_ok());
        prop_assert!(fits(&mut world, Ty::ANY, a).is_ok());
    }

    #[test]
    fn what_is_strictly_a_subtype_fits(a in plan(true), b in plan(true)) {
        let mut world = world();
        let (a, b) = (make(&mut world, &a), make(&mut world, &b));
        if is_subtype(&mut world, a, b) {
            prop_assert!(fits(&mut world, a, b).is_ok(), "{} {}", world.show(a), world.show(b));
        }
    }

    #[test]
    fn subtypes_of_subtypes_are_subtypes(a in plan(false), b in plan(false), c in plan(false)) {
        if ![&a, &b, &c].into_iter().all(Plan::is_lawful) {
            return Ok(());
        }
        let mut world = world();
        let (a, b, c) = (make(&mut world, &a), make(&mut world, &b), make(&mut world, &c));
        // Pairs by chance are seldom related: these are by their making.
        let wide = world.pool.union(&[b, c]);
        let narrow = world.pool.intersection(&[a, b]);
        for (a, b, c) in [(a, b, c), (narrow, b, wide), (a, b, wide), (narrow, a, c), (narrow, b, c)] {
            if is_subtype(&mut world, a, b) && is_subtype(&mut world, b, c) {
                prop_assert!(is_subtype(&mut world, a, c), "{} | {} | {}", world.show(a), world.show(b), world.show(c));
            }
        }
    }

    #[test]
    fn unions_hold_their_members_and_intersections_lie_in_them(a in plan(false), b in plan(false)) {
        let mut world = world();
        let (a, b) = (make(&mut world, &a), make(&mut world, &b));
        let (either, both) = (world.pool.union(&[a, b]), world.pool.intersection(&[a, b]));
        for one in [a, b] {
            prop_assert!(is_subtype(&mut world, one, either), "{} in {}", world.show(one), world.show(either));
            prop_assert!(is_subtype(&mut world, both, one), "{} in {}", world.show(both), world.show(one));
        }
        prop_assert_eq!(world.pool.union(&[either, a]), either);
    }

    #[test]
    fn narrowing_never_widens(a in plan(false), b in plan(false), sense in any::<bool>()) {
        let mut world = world();
        let (a, b) = (make(&mut world, &a), make(&mut world, &b));
        let (tag, lit) = (world.pool.name(b"a"), world.pool.str_type(b"a"));
        let cx = &mut world;
        let mut results = vec![
            ("truthy", narrow::truthy(cx, a)),
            ("falsy", narrow::falsy(cx, a)),
            ("without nil", narrow::without_nil(cx, a)),
            ("only nil", narrow::only_nil(cx, a)),
            ("literal", narrow::by_literal(cx, a, lit, sense)),
            ("field", narrow::tests::by_field(cx, a, tag, lit, sense)),
            ("field truth", narrow::tests::by_field_truth(cx, a, tag, sense)),
            ("type", narrow::to_type(cx, a, b, sense)),
            ("both", narrow::intersect(cx, a, b)),
            ("without", narrow::subtract(cx, a, b)),
        ];
        for name in ["nil", "boolean", "number", "string", "table", "function", "thread", "userdata", "type"] {
            results.push((name, narrow::by_type_name(cx, a, name, sense)));
        }
        for (how, after) in results {
            prop_assert!(is_subtype(cx, after, a), "{how}: {} from {} by {}", cx.show(after), cx.show(a), cx.show(b));
        }
    }

    #[test]
    fn both_senses_of_a_condition_cover_the_type(a in plan(false)) {
        let mut world = world();
        let a = make(&mut world, &a);
        let lit = world.pool.str_type(b"a");
        let cx = &mut world;
        let parts = [
            [narrow::truthy(cx, a), narrow::falsy(cx, a)],
            [narrow::without_nil(cx, a), narrow::only_nil(cx, a)],
            [narrow::by_literal(cx, a, lit, true), narrow::by_literal(cx, a, lit, false)],
            [narrow::by_type_name(cx, a, "table", true), narrow::by_type_name(cx, a, "table", false)],
            [narrow::by_type_name(cx, a, "number", true), narrow::by_type_name(cx, a, "number", false)],
        ];
        for parts in parts {
            let all = cx.pool.union(&parts);
            prop_assert!(is_subtype(cx, a, all), "{} in {}", cx.show(a), cx.show(all));
        }
    }

    #[test]
    fn putting_nothing_in_place_changes_nothing(a in plan(true)) {
        let mut world = world();
        let a = make(&mut world, &a);
        let name = world.pool.name(b"T");
        let param = world.pool.param(crate::ty::TypeParam { name, bound: None });
        prop_assert_eq!(Subst::default().apply(&mut world, a), a);
        prop_assert_eq!(Subst::of(&[param], &[Ty::STRING]).apply(&mut world, a), a);
    }

    #[test]
    fn manifests_give_back_what_they_were_given(a in plan(true)) {
        let mut world = world();
        let a = make(&mut world, &a);
        let manifest = Manifest::export(&mut world, a, &[], &[]);
        let read = Manifest::from_bytes(&manifest.to_bytes());
        prop_assert_eq!(read.as_ref(), Ok(&manifest));
        let mut pool = Pool::new();
        let imported = manifest.import(&mut pool);
        // The same again from another pool: neither handles nor pools matter.
        let again = Manifest::export(&mut pool, imported.value, &[], &[]);
        prop_assert_eq!(again.to_bytes().len(), manifest.to_bytes().len());
        let back = manifest.import(&mut world.pool).value;
        prop_assert!(fits(&mut world, back, a).is_ok(), "{} {}", world.show(back), world.show(a));
        prop_assert!(fits(&mut world, a, back).is_ok(), "{} {}", world.show(a), world.show(back));
    }

    #[test]
    fn any_bytes_are_refused_or_harmless(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let mut all = b"LTM\x01".to_vec();
        all.extend(bytes);
        if let Ok(manifest) = Manifest::from_bytes(&all) {
            let mut pool = Pool::new();
            let imported = manifest.import(&mut pool);
            let _ = crate::tests::evaluate(&mut pool, imported.value);
        }
    }
}
