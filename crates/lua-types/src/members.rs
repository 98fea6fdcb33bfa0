//! Looks up fields, elements and methods of a type, for reading and for writing.

use crate::evaluate::{alternatives, resolve};
use crate::narrow::intersect;
use crate::relate::fits;
use crate::subst::instantiate;
use crate::ty::{DeclKind, Field, Kind, List, Name, Pack, Param, Table, Ty};
use crate::types::{Types, shape_of};

/// What is found under a name or key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Member {
    /// It is there.
    Found {
        /// Its type, without the `nil` of an optional one.
        ty: Ty,
        /// May be absent: reading gives `nil`, too; writing may remove it.
        optional: bool,
        /// May not be written.
        readonly: bool,
    },
    /// It is not there.
    Missing {
        /// The type, or the alternative of it, that lacks it.
        on: Ty,
        /// Other alternatives have it.
        present_elsewhere: bool,
    },
    /// The value is or may be nil; without that all would be well.
    Nil,
    /// Values of this type have no fields.
    NotIndexable(Ty),
    /// There are fields, but not under such keys.
    BadKey {
        /// The keys that there are.
        expected: Ty,
        /// The one that was used.
        got: Ty,
    },
}

impl Member {
    /// The type that reading gives, with `nil` where it may be absent; `None` if it is not found.
    pub(crate) fn read<T: Types + ?Sized>(self, cx: &mut T) -> Option<Ty> {
        match self {
            Member::Found { ty, optional: true, .. } => Some(cx.pool_mut().optional(ty)),
            Member::Found { ty, .. } => Some(ty),
            _ => None,
        }
    }
}

const ANYTHING: Member = Member::Found { ty: Ty::ANY, optional: false, readonly: false };

/// What the types of several alternatives make together.
#[derive(Clone, Copy, PartialEq)]
enum Use {
    /// Either of them is read.
    Read,
    /// All of them must take it.
    Write,
}

/// What `value.name` reads.
pub(crate) fn field<T: Types + ?Sized>(cx: &mut T, ty: Ty, name: Name) -> Member {
    let key = cx.pool_mut().add(Kind::Str(name));
    look(cx, ty, key, Use::Read)
}

/// What `value:name` reads.
pub(crate) fn method<T: Types + ?Sized>(cx: &mut T, ty: Ty, name: Name) -> Member {
    field(cx, ty, name)
}

/// What `value[key]` reads.
pub(crate) fn index<T: Types + ?Sized>(cx: &mut T, ty: Ty, key: Ty) -> Member {
    look(cx, ty, key, Use::Read)
}

/// What may be stored in `value.name`.
pub(crate) fn write_field<T: Types + ?Sized>(cx: &mut T, ty: Ty, name: Name) -> Member {
    let key = cx.pool_mut().add(Kind::Str(name));
    look(cx, ty, key, Use::Write)
}

/// What may be stored in `value[key]`.
pub(crate) fn write_index<T: Types + ?Sized>(cx: &mut T, ty: Ty, key: Ty) -> Member {
    look(cx, ty, key, Use::Write)
}

/// The names of the fields of a type: what a misspelt one may have meant.
pub(crate) fn names<T: Types + ?Sized>(cx: &mut T, ty: Ty) -> Vec<Name> {
    let mut found = vec![];
    for ty in alternatives(cx, ty) {
        let target = resolve(cx, ty);
        let ty = match cx.pool().kind(target) {
            Kind::String | Kind::Str(_) => cx.string_methods().unwrap_or(ty),
            Kind::Param(param) => cx.pool().type_param(param).bound.unwrap_or(ty),
            Kind::TypeValue(of) => {
                found.extend(TYPE_METHODS.iter().map(|name| cx.pool_mut().name(name.as_bytes())));
                of
            }
            _ => ty,
        };
        if let Some(table) = table_of(cx, ty) {
            found.extend(table.fields.iter().map(|field| field.name));
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// The fields of a type that has some: those of tables, objects and interfaces; several of an intersection together.
pub(crate) fn table_of<T: Types + ?Sized>(cx: &mut T, ty: Ty) -> Option<Table> {
    let fine = cx.pool_mut().enter();
    // Too deep: a table of anything.
    let anything = Table { index: Some((Ty::ANY, Ty::ANY)), ..Table::default() };
    let table = if fine { table_within(cx, ty) } else { Some(anything) };
    cx.pool_mut().leave();
    table
}

fn table_within<T: Types + ?Sized>(cx: &mut T, ty: Ty) -> Option<Table> {
    let ty = resolve(cx, ty);
    match cx.pool().kind(ty) {
        Kind::Record(id) => Some(cx.pool().fields(id).clone()),
        Kind::Shape(shape) => Some(shape_of(cx, shape)),
        Kind::AnyTable => Some(Table { index: Some((Ty::ANY, Ty::ANY)), ..Table::default() }),
        Kind::Array(elem, _) => Some(Table { index: Some((Ty::INTEGER, elem)), ..Table::default() }),
        Kind::Map(key, value, _) => Some(Table { index: Some((key, value)), ..Table::default() }),
        Kind::Tuple(list) => {
            let items = cx.pool().types(list);
            let elem = cx.pool_mut().union(&items);
            Some(Table { index: Some((Ty::INTEGER, elem)), ..Table::default() })
        }
        Kind::Ref(decl, args) => {
            let body = instantiate(cx, decl, args);
            if body == ty { None } else { table_of(cx, body) }
        }
        Kind::Param(param) => match cx.pool().type_param(param).bound {
            Some(bound) => table_of(cx, bound),
            None => None,
        },
        Kind::Intersection(list) => {
            let mut merged: Option<Table> = None;
            for member in cx.pool().types(list) {
                if let Some(table) = table_of(cx, member) {
                    merged = Some(match merged {
                        None => table,
                        Some(before) => merge(cx, before, table),
                    });
                }
            }
            merged
        }
        _ => None,
    }
}

/// What has all fields of both.
fn merge<T: Types + ?Sized>(cx: &mut T, mut a: Table, b: Table) -> Table {
    for field in b.fields {
        match a.fields.iter_mut().find(|known| known.name == field.name) {
            Some(known) => {
                *known = Field {
                    ty: intersect(cx, known.ty, field.ty),
                    optional: known.optional && field.optional,
                    readonly: known.readonly && field.readonly,
                    ..field
                }
            }
            None => a.fields.push(field),
        }
    }
    a.index = a.index.or(b.index);
    a.interface &= b.interface;
    a
}

fn look<T: Types + ?Sized>(cx: &mut T, ty: Ty, key: Ty, using: Use) -> Member {
    let fine = cx.pool_mut().enter();
    let member = if fine { look_within(cx, ty, key, using) } else { ANYTHING };
    cx.pool_mut().leave();
    member
}

fn look_within<T: Types + ?Sized>(cx: &mut T, ty: Ty, key: Ty, using: Use) -> Member {
    let key = resolve(cx, key);
    if let Kind::Union(_) = cx.pool().kind(key) {
        return by_alternatives(cx, ty, key, using);
    }
    let ty = resolve(cx, ty);
    match cx.pool().kind(ty) {
        Kind::Any | Kind::Unknown | Kind::AnyTable | Kind::AnyUserdata => ANYTHING,
        Kind::Indexed(..) | Kind::Conditional(_) => ANYTHING,
        Kind::Never => Member::Found { ty, optional: false, readonly: false },
        Kind::Nil => Member::Nil,
        Kind::Union(_) => of_union(cx, ty, key, using),
        Kind::Intersection(list) => of_intersection(cx, list, key, using),
        Kind::String | Kind::Str(_) | Kind::KeyOf(_) if using == Use::Read => of_string(cx, ty, key),
        Kind::Array(elem, readonly) => of_array(cx, ty, elem, readonly, key),
        Kind::Map(keys, value, readonly) => {
            if accepts_key(cx, keys, key) {
                return Member::Found { ty: value, optional: true, readonly };
            }
            match cx.pool().kind(key) {
                Kind::Str(_) => Member::Missing { on: ty, present_elsewhere: false },
                _ => Member::BadKey { expected: keys, got: key },
            }
        }
        Kind::Record(_) | Kind::Shape(_) => of_table(cx, ty, key),
        Kind::Tuple(list) => of_tuple(cx, ty, list, key),
        Kind::Ref(decl, args) => {
            let object = cx.pool().decl(decl).kind == DeclKind::Object;
            let body = instantiate(cx, decl, args);
            match look(cx, body, key, using) {
                Member::Missing { .. } => Member::Missing { on: ty, present_elsewhere: false },
                Member::Found { ty, optional, readonly } => {
                    Member::Found { ty, optional, readonly: readonly || object }
                }
                other => other,
            }
        }
        Kind::Param(param) => match cx.pool().type_param(param).bound {
            Some(bound) => match look(cx, bound, key, using) {
                Member::Missing { .. } => Member::Missing { on: ty, present_elsewhere: false },
                Member::NotIndexable(_) => Member::NotIndexable(ty),
                other => other,
            },
            None => ANYTHING,
        },
        Kind::TypeValue(of) => of_type_value(cx, ty, of, key),
        _ => Member::NotIndexable(ty),
    }
}

/// One key of several: all must be there.
fn by_alternatives<T: Types + ?Sized>(cx: &mut T, ty: Ty, key: Ty, using: Use) -> Member {
    let mut all: Option<(Ty, bool, bool)> = None;
    let mut nil = false;
    for key in alternatives(cx, key) {
        // Nothing lies under nil; only storing there fails.
        if key == Ty::NIL && using == Use::Read {
            nil = true;
            continue;
        }
        match look(cx, ty, key, using) {
            Member::Found { ty, optional, readonly } => {
                all = Some(join(cx, all, (ty, optional, readonly), using))
            }
            other => return other,
        }
    }
    match found(all) {
        Member::Found { ty, optional, readonly } => Member::Found { ty, optional: optional || nil, readonly },
        other => other,
    }
}

fn join<T: Types + ?Sized>(
    cx: &mut T,
    all: Option<(Ty, bool, bool)>,
    one: (Ty, bool, bool),
    using: Use,
) -> (Ty, bool, bool) {
    let Some(all) = all else { return one };
    match using {
        Use::Read => (cx.pool_mut().union(&[all.0, one.0]), all.1 || one.1, all.2 || one.2),
        Use::Write => (intersect(cx, all.0, one.0), all.1 && one.1, all.2 || one.2),
    }
}

fn found(all: Option<(Ty, bool, bool)>) -> Member {
    let (ty, optional, readonly) = all.unwrap_or((Ty::NEVER, false, false));
    Member::Found { ty, optional, readonly }
}

/// All alternatives must have it; `nil` among them counts only if nothing else is wrong.
fn of_union<T: Types + ?Sized>(cx: &mut T, ty: Ty, key: Ty, using: Use) -> Member {
    let mut types = vec![];
    let mut all: Option<(Ty, bool, bool)> = None;
    let (mut nil, mut missing, mut wrong) = (false, None, None);
    for member in alternatives(cx, ty) {
        match look(cx, member, key, using) {
            Member::Found { ty, optional, readonly } if using == Use::Read => {
                types.push(ty);
                let (_, known, fixed) = all.unwrap_or((ty, false, false));
                all = Some((ty, known || optional, fixed || readonly));
            }
            Member::Found { ty, optional, readonly } => {
                all = Some(join(cx, all, (ty, optional, readonly), using))
            }
            Member::Nil => nil = true,
            Member::Missing { on, .. } => {
                missing.get_or_insert(on);
            }
            other => {
                wrong.get_or_insert(other);
            }
        }
    }
    if let Some(wrong) = wrong {
        return wrong;
    }
    if let Some(on) = missing {
        return Member::Missing { on, present_elsewhere: all.is_some() };
    }
    if nil {
        return Member::Nil;
    }
    if using == Use::Read
        && let Some(all) = &mut all
    {
        all.0 = cx.pool_mut().union(&types);
    }
    found(all)
}

/// Any member may have it; what several have is all of these at once.
fn of_intersection<T: Types + ?Sized>(cx: &mut T, list: List, key: Ty, using: Use) -> Member {
    let mut all: Option<(Ty, bool, bool)> = None;
    let mut wrong = None;
    for member in cx.pool().types(list) {
        match look(cx, member, key, using) {
            Member::Found { ty, optional, readonly } => {
                all = Some(match all {
                    None => (ty, optional, readonly),
                    Some(known) => (intersect(cx, known.0, ty), known.1 && optional, known.2 && readonly),
                });
            }
            other => {
                wrong.get_or_insert(other);
            }
        }
    }
    match (all, wrong) {
        (None, Some(wrong)) => wrong,
        (all, _) => found(all),
    }
}

fn of_string<T: Types + ?Sized>(cx: &mut T, ty: Ty, key: Ty) -> Member {
    if fits(cx, key, Ty::STRING).is_err() {
        return Member::BadKey { expected: Ty::STRING, got: key };
    }
    let Some(library) = cx.string_methods() else { return ANYTHING };
    match look(cx, library, key, Use::Read) {
        Member::Found { ty, optional, .. } => Member::Found { ty, optional, readonly: true },
        Member::BadKey { .. } => ANYTHING,
        _ => Member::Missing { on: ty, present_elsewhere: false },
    }
}

fn of_array<T: Types + ?Sized>(cx: &mut T, ty: Ty, elem: Ty, readonly: bool, key: Ty) -> Member {
    if accepts_key(cx, Ty::INTEGER, key) {
        return Member::Found { ty: elem, optional: true, readonly };
    }
    match cx.pool().kind(key) {
        Kind::Str(_) => Member::Missing { on: ty, present_elsewhere: false },
        _ => Member::BadKey { expected: Ty::INTEGER, got: key },
    }
}

/// A key fits the keys of a collection. A `number` may be an integer: counters are seldom declared as such.
fn accepts_key<T: Types + ?Sized>(cx: &mut T, keys: Ty, key: Ty) -> bool {
    fits(cx, key, keys).is_ok() || (key == Ty::NUMBER && fits(cx, Ty::INTEGER, keys).is_ok())
}

fn of_table<T: Types + ?Sized>(cx: &mut T, ty: Ty, key: Ty) -> Member {
    let pool = cx.pool();
    if let (Kind::Record(id), Kind::Str(name)) = (pool.kind(ty), pool.kind(key))
        && let Some(field) = pool.fields(id).fields.iter().find(|field| field.name == name)
    {
        return Member::Found { ty: field.ty, optional: field.optional, readonly: field.readonly };
    }
    let Some(table) = table_of(cx, ty) else { return Member::NotIndexable(ty) };
    let kind = cx.pool().kind(key);
    if let Kind::Str(name) = kind
        && let Some(field) = table.fields.iter().find(|field| field.name == name)
    {
        return Member::Found { ty: field.ty, optional: field.optional, readonly: field.readonly };
    }
    if let Some((keys, value)) = table.index
        && accepts_key(cx, keys, key)
    {
        return Member::Found { ty: value, optional: true, readonly: false };
    }
    if let Kind::Str(_) = kind {
        return Member::Missing { on: ty, present_elsewhere: false };
    }
    if matches!(kind, Kind::Any) {
        return ANYTHING;
    }
    let names: Vec<Ty> = table.fields.iter().map(|field| cx.pool_mut().add(Kind::Str(field.name))).collect();
    // A table of the code is not closed: any of its fields may be meant, and other keys are only not there.
    if matches!(cx.pool().kind(ty), Kind::Shape(_)) {
        if fits(cx, key, Ty::STRING).is_err() || names.is_empty() {
            return Member::Missing { on: ty, present_elsewhere: false };
        }
        let types: Vec<Ty> = table.fields.iter().map(|field| field.ty).collect();
        return Member::Found { ty: cx.pool_mut().union(&types), optional: true, readonly: false };
    }
    // A computed text may be the name of any field.
    if matches!(kind, Kind::String) {
        return ANYTHING;
    }
    let mut keys = names;
    keys.extend(table.index.map(|(key, _)| key));
    Member::BadKey { expected: cx.pool_mut().union(&keys), got: key }
}

fn of_tuple<T: Types + ?Sized>(cx: &mut T, ty: Ty, list: List, key: Ty) -> Member {
    match cx.pool().kind(key) {
        Kind::Int(at) if at >= 1 && at <= list.len() as i64 => {
            let ty = cx.pool().at(list, at as usize - 1);
            Member::Found { ty, optional: false, readonly: false }
        }
        Kind::Int(_) | Kind::Str(_) => Member::Missing { on: ty, present_elsewhere: false },
        _ if accepts_key(cx, Ty::INTEGER, key) => {
            let items = cx.pool().types(list);
            Member::Found { ty: cx.pool_mut().union(&items), optional: true, readonly: false }
        }
        _ => Member::BadKey { expected: Ty::INTEGER, got: key },
    }
}

/// What every type value can be asked for.
const TYPE_METHODS: &[&str] = &[
    "is", "check", "kind", "name", "elem", "key", "val", "inner", "ret", "fields", "variants", "params",
    "tparams",
];

/// Methods of a type value come before the fields of the type that it stands for.
fn of_type_value<T: Types + ?Sized>(cx: &mut T, ty: Ty, of: Ty, key: Ty) -> Member {
    let Kind::Str(name) = cx.pool().kind(key) else {
        return if key == Ty::ANY || key == Ty::STRING {
            ANYTHING
        } else {
            Member::BadKey { expected: Ty::STRING, got: key }
        };
    };
    let text = cx.pool().str(name).to_owned();
    if let Some(results) = type_method(cx, of, &text) {
        let (this, value) = (cx.pool_mut().name(b"self"), cx.pool_mut().name(b"value"));
        let mut params = vec![Param { name: Some(this), ty, optional: false }];
        if matches!(&*text, "is" | "check") {
            params.push(Param { name: Some(value), ty: Ty::ANY, optional: false });
        }
        let ty = cx.pool_mut().function(params, None, results);
        return Member::Found { ty, optional: false, readonly: true };
    }
    match look(cx, of, key, Use::Read) {
        Member::Found { ty, .. } => {
            let ty = cx.pool_mut().add(Kind::TypeValue(ty));
            Member::Found { ty, optional: false, readonly: true }
        }
        _ => Member::Missing { on: ty, present_elsewhere: false },
    }
}

/// What a method of a type value gives back.
fn type_method<T: Types + ?Sized>(cx: &mut T, of: Ty, name: &str) -> Option<Pack> {
    if !TYPE_METHODS.contains(&name) {
        return None;
    }
    let error = cx.pool_mut().error_type();
    let error = cx.pool_mut().optional(error);
    let target = resolve(cx, of);
    let pool = cx.pool_mut();
    let kind = pool.kind(target);
    let part = match (name, kind) {
        ("elem", Kind::Array(elem, _)) => Some(elem),
        ("key", Kind::Map(key, ..)) => Some(key),
        ("val", Kind::Map(_, value, _)) => Some(value),
        ("inner", Kind::Union(list)) => {
            let rest: Vec<Ty> = pool.types(list).into_iter().filter(|member| *member != Ty::NIL).collect();
            (rest.len() < list.len()).then(|| pool.union(&rest))
        }
        _ => None,
    };
    Some(match name {
        "is" => {
            let value = pool.optional(of);
            pool.pack(&[value, error])
        }
        "check" => pool.pack(&[Ty::BOOLEAN, error]),
        "kind" => pool.pack(&[Ty::STRING]),
        "name" => {
            let name = pool.optional(Ty::STRING);
            pool.pack(&[name])
        }
        "elem" | "key" | "val" | "inner" => {
            let value = match part {
                Some(part) => pool.add(Kind::TypeValue(part)),
                None if matches!(kind, Kind::Any | Kind::Unknown | Kind::Param(_)) => Ty::ANY,
                None => Ty::NIL,
            };
            pool.pack(&[value])
        }
        "ret" => pool.pack(&[Ty::ANY]),
        "fields" | "tparams" => {
            let name = pool.optional(Ty::STRING);
            let step = pool.pack(&[name, Ty::ANY]);
            let iterator = pool.function(vec![], None, step);
            pool.pack(&[iterator])
        }
        _ => {
            let step = pool.pack(&[Ty::ANY]);
            let iterator = pool.function(vec![], None, step);
            pool.pack(&[iterator])
        }
    })
}

#[cfg(test)]
mod tests;
