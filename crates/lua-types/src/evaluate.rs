//! Finds out what aliases, `keyof`, indexed and conditional types stand for.

use crate::members;
use crate::relate::{self, Mode};
use crate::subst::{instantiate, mentions_params};
use crate::ty::{CondId, DeclKind, Kind, Name, Ty};
use crate::types::Types;

/// Expansions until something else than an alias stands there.
const MAX_HOPS: u32 = 64;

/// Alternatives that aliases within unions may bring forth.
const MAX_EXPANSIONS: u32 = 1000;

/// What a type stands for: aliases are opened, operators carried out, until a type is found that is neither. Interfaces, objects
/// and what depends on a type parameter stay as they are.
pub fn resolve<T: Types + ?Sized>(cx: &mut T, ty: Ty) -> Ty {
    if !stands_for_other(cx, ty) {
        return ty;
    }
    let fine = cx.pool_mut().enter();
    let result = if fine { open(cx, ty) } else { Ty::ANY };
    cx.pool_mut().leave();
    result
}

fn stands_for_other<T: Types + ?Sized>(cx: &T, ty: Ty) -> bool {
    match cx.pool().kind(ty) {
        Kind::Ref(decl, _) => cx.pool().decl(decl).kind == DeclKind::Alias,
        Kind::KeyOf(_) | Kind::Indexed(..) | Kind::Conditional(_) => true,
        _ => false,
    }
}

fn open<T: Types + ?Sized>(cx: &mut T, ty: Ty) -> Ty {
    let mut at = ty;
    for _ in 0..MAX_HOPS {
        if !stands_for_other(cx, at) {
            return at;
        }
        let next = match cx.pool().kind(at) {
            Kind::Ref(decl, args) => Some(instantiate(cx, decl, args)),
            _ => operate(cx, at),
        };
        match next {
            Some(next) if next != at => at = next,
            _ => return at,
        }
    }
    cx.pool_mut().give_up();
    Ty::ANY
}

/// The alternatives of a type with aliases of unions opened; other aliases keep their names.
pub(crate) fn alternatives<T: Types + ?Sized>(cx: &mut T, ty: Ty) -> Vec<Ty> {
    let fine = cx.pool_mut().enter();
    let found = if fine { flat(cx, ty) } else { vec![Ty::ANY] };
    cx.pool_mut().leave();
    found
}

fn flat<T: Types + ?Sized>(cx: &mut T, ty: Ty) -> Vec<Ty> {
    let mut found = vec![];
    let mut open = vec![ty];
    let mut expansions = 0;
    while let Some(ty) = open.pop() {
        match cx.pool().kind(ty) {
            Kind::Never => {}
            Kind::Union(list) => {
                let members = cx.pool().types(list);
                open.extend(members.into_iter().rev());
            }
            Kind::Ref(..) | Kind::KeyOf(_) | Kind::Indexed(..) | Kind::Conditional(_) => {
                let target = resolve(cx, ty);
                let several = matches!(cx.pool().kind(target), Kind::Union(_) | Kind::Never);
                if target == ty {
                    found.push(ty);
                } else if !several {
                    // A named record keeps its name, a named basic type is seen through.
                    let named =
                        matches!(cx.pool().kind(target), Kind::Record(_) | Kind::Array(..) | Kind::Map(..));
                    found.push(if named { ty } else { target });
                } else if expansions < MAX_EXPANSIONS {
                    expansions += 1;
                    open.push(target);
                } else {
                    cx.pool_mut().give_up();
                    found.push(Ty::ANY);
                }
            }
            _ => found.push(ty),
        }
    }
    found
}

/// Carries out an operator; `None`: its operand is not known yet.
fn operate<T: Types + ?Sized>(cx: &mut T, ty: Ty) -> Option<Ty> {
    if let Some(known) = cx.pool().instance(ty) {
        return Some(known);
    }
    let fine = cx.pool_mut().enter();
    let result = match cx.pool().kind(ty) {
        _ if !fine => Some(Ty::ANY),
        Kind::KeyOf(of) => key_of(cx, of),
        Kind::Indexed(object, key) => indexed(cx, object, key),
        Kind::Conditional(id) => conditional(cx, id),
        _ => None,
    };
    cx.pool_mut().leave();
    if let Some(result) = result
        && fine
        && !cx.pool().is_open(ty)
    {
        cx.pool_mut().set_instance(ty, result);
    }
    result
}

/// The keys of a type as a type.
fn key_of<T: Types + ?Sized>(cx: &mut T, of: Ty) -> Option<Ty> {
    let of = resolve(cx, of);
    let pool = cx.pool();
    match pool.kind(of) {
        Kind::Any | Kind::Unknown => Some(Ty::ANY),
        Kind::Map(key, ..) => Some(key),
        Kind::Array(..) => Some(Ty::INTEGER),
        Kind::Tuple(list) => {
            let keys: Vec<Ty> = (1..=list.len() as i64).map(|i| cx.pool_mut().add(Kind::Int(i))).collect();
            Some(cx.pool_mut().union(&keys))
        }
        Kind::Param(_) | Kind::KeyOf(_) | Kind::Indexed(..) | Kind::Conditional(_) => None,
        Kind::Union(list) => {
            let mut common: Option<Vec<Ty>> = None;
            for member in cx.pool().types(list) {
                let deferred = cx.pool_mut().add(Kind::KeyOf(member));
                let keys = operate(cx, deferred)?;
                let keys = cx.pool().members(keys);
                common = Some(match common {
                    None => keys,
                    Some(known) => known.into_iter().filter(|key| keys.contains(key)).collect(),
                });
            }
            Some(cx.pool_mut().union(&common.unwrap_or_default()))
        }
        Kind::Intersection(list) => {
            let mut all = vec![];
            for member in cx.pool().types(list) {
                let deferred = cx.pool_mut().add(Kind::KeyOf(member));
                all.push(operate(cx, deferred)?);
            }
            Some(cx.pool_mut().union(&all))
        }
        _ => {
            let names: Vec<Name> = members::names(cx, of);
            let mut keys: Vec<Ty> =
                names.into_iter().map(|name| cx.pool_mut().add(Kind::Str(name))).collect();
            keys.extend(members::table_of(cx, of).and_then(|table| table.index).map(|(key, _)| key));
            Some(cx.pool_mut().union(&keys))
        }
    }
}

/// `T[K]`
fn indexed<T: Types + ?Sized>(cx: &mut T, object: Ty, key: Ty) -> Option<Ty> {
    if mentions_params(cx.pool(), object) || mentions_params(cx.pool(), key) {
        return None;
    }
    let target = resolve(cx, object);
    let elements = matches!(cx.pool().kind(target), Kind::Array(..) | Kind::Map(..) | Kind::Tuple(_));
    let mut results = vec![];
    for key in alternatives(cx, key) {
        let member = members::index(cx, object, key);
        results.push(match member {
            // An element is spoken of as one that is there, a field as it is declared.
            members::Member::Found { ty, .. } if elements => ty,
            _ => member.read(cx).unwrap_or(Ty::UNKNOWN),
        });
    }
    Some(cx.pool_mut().union(&results))
}

/// `A extends B ? C : D`
fn conditional<T: Types + ?Sized>(cx: &mut T, id: CondId) -> Option<Ty> {
    let cond = cx.pool().cond(id);
    if mentions_params(cx.pool(), cond.check) || mentions_params(cx.pool(), cond.bound) {
        return None;
    }
    let check = resolve(cx, cond.check);
    if check == Ty::ANY {
        return Some(cx.pool_mut().union(&[cond.then, cond.otherwise]));
    }
    let holds = relate::relate(cx, Mode::Gradual, check, cond.bound).result.is_ok();
    Some(if holds { cond.then } else { cond.otherwise })
}

#[cfg(test)]
mod tests;
