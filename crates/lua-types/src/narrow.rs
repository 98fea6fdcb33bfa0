//! Narrows types by what a condition says of their values; never adds a value.

use crate::evaluate::{alternatives, resolve};
use crate::members::{self, Member};
use crate::relate::{Mode, is_subtype, is_unit, relate};
use crate::subst::parts;
use crate::ty::{DeclKind, Kind, Name, Ty};
use crate::types::Types;
use rustc_hash::FxHashSet;

/// What is left when the value is neither nil nor false.
pub(crate) fn truthy<T: Types + ?Sized>(cx: &mut T, ty: Ty) -> Ty {
    filter(cx, ty, |cx, member| match cx.pool().kind(member) {
        Kind::Nil | Kind::Bool(false) => Ty::NEVER,
        Kind::Boolean => cx.pool_mut().add(Kind::Bool(true)),
        _ => member,
    })
}

/// What is left when the value is nil or false.
pub(crate) fn falsy<T: Types + ?Sized>(cx: &mut T, ty: Ty) -> Ty {
    filter(cx, ty, |cx, member| match cx.pool().kind(member) {
        Kind::Nil | Kind::Bool(false) | Kind::Any | Kind::Param(_) => member,
        Kind::Boolean => cx.pool_mut().add(Kind::Bool(false)),
        Kind::Unknown => {
            let no = cx.pool_mut().add(Kind::Bool(false));
            cx.pool_mut().optional(no)
        }
        Kind::KeyOf(_) | Kind::Indexed(..) | Kind::Conditional(_) => member,
        _ => Ty::NEVER,
    })
}

/// What is left when the value is not nil.
pub(crate) fn without_nil<T: Types + ?Sized>(cx: &mut T, ty: Ty) -> Ty {
    filter(cx, ty, |_, member| if member == Ty::NIL { Ty::NEVER } else { member })
}

/// What is left when the value is nil.
pub(crate) fn only_nil<T: Types + ?Sized>(cx: &mut T, ty: Ty) -> Ty {
    filter(cx, ty, |cx, member| match cx.pool().kind(member) {
        Kind::Nil | Kind::Any | Kind::Unknown | Kind::Param(_) => Ty::NIL,
        Kind::Indexed(..) | Kind::Conditional(_) => Ty::NIL,
        _ => Ty::NEVER,
    })
}

/// What is left when `type(x) == name` holds (`sense`) or not.
pub(crate) fn by_type_name<T: Types + ?Sized>(cx: &mut T, ty: Ty, name: &str, sense: bool) -> Ty {
    let whole = match name {
        "nil" => Some(Ty::NIL),
        "boolean" => Some(Ty::BOOLEAN),
        "number" => Some(Ty::NUMBER),
        "string" => Some(Ty::STRING),
        "table" => Some(Ty::TABLE),
        "function" => Some(Ty::FUNCTION),
        "thread" => Some(Ty::THREAD),
        "userdata" => Some(Ty::USERDATA),
        "type" => None,
        // No value has such a type.
        _ => return if sense { Ty::NEVER } else { ty },
    };
    filter(cx, ty, |cx, member| match (type_name(cx, member), sense) {
        (Known::Is(known), _) => {
            if (known == name) == sense {
                member
            } else {
                Ty::NEVER
            }
        }
        (Known::TableOrUserdata, true) if !matches!(name, "table" | "userdata") => Ty::NEVER,
        (Known::TableOrUserdata, _) | (Known::No, false) => member,
        (Known::No, true) => match (cx.pool().kind(member), whole) {
            (Kind::Any | Kind::Unknown, Some(whole)) => whole,
            (Kind::Any | Kind::Unknown, None) => cx.pool_mut().add(Kind::TypeValue(Ty::ANY)),
            (_, Some(whole)) => cx.pool_mut().intersection(&[member, whole]),
            (_, None) => member,
        },
    })
}

/// What `type` says of all values of a type.
enum Known {
    Is(&'static str),
    /// Interfaces are met by both.
    TableOrUserdata,
    No,
}

fn type_name<T: Types + ?Sized>(cx: &mut T, ty: Ty) -> Known {
    let fine = cx.pool_mut().enter();
    let known = if fine { type_name_within(cx, ty) } else { Known::No };
    cx.pool_mut().leave();
    known
}

fn type_name_within<T: Types + ?Sized>(cx: &mut T, ty: Ty) -> Known {
    let ty = resolve(cx, ty);
    Known::Is(match cx.pool().kind(ty) {
        Kind::Nil => "nil",
        Kind::Boolean | Kind::Bool(_) => "boolean",
        Kind::Number | Kind::Integer | Kind::Int(_) | Kind::Float(_) => "number",
        Kind::String | Kind::Str(_) => "string",
        Kind::AnyTable | Kind::Array(..) | Kind::Map(..) | Kind::Shape(_) | Kind::Tuple(_) => "table",
        Kind::Record(id) if cx.pool().fields(id).interface => return Known::TableOrUserdata,
        Kind::Record(_) => "table",
        Kind::AnyFunction | Kind::Function(_) => "function",
        Kind::Thread => "thread",
        Kind::AnyUserdata => "userdata",
        Kind::TypeValue(_) => "type",
        Kind::Ref(decl, _) => match cx.pool().decl(decl).kind {
            DeclKind::Object => "userdata",
            _ => return Known::TableOrUserdata,
        },
        Kind::Intersection(list) => {
            let mut seen = Known::No;
            for member in cx.pool().types(list) {
                match type_name(cx, member) {
                    Known::No => {}
                    known @ Known::Is(_) => return known,
                    known @ Known::TableOrUserdata => seen = known,
                }
            }
            return seen;
        }
        Kind::Param(param) => {
            return match cx.pool().type_param(param).bound {
                Some(bound) => type_name(cx, bound),
                None => Known::No,
            };
        }
        _ => return Known::No,
    })
}

/// What is left when the value equals a literal (`sense`) or not.
pub(crate) fn by_literal<T: Types + ?Sized>(cx: &mut T, ty: Ty, lit: Ty, sense: bool) -> Ty {
    filter(cx, ty, |cx, member| {
        if sense {
            return equal_to(cx, member, lit);
        }
        match (cx.pool().kind(member), cx.pool().kind(lit)) {
            (Kind::Boolean, Kind::Bool(value)) => cx.pool_mut().add(Kind::Bool(!value)),
            _ if same_value(cx, member, lit) => Ty::NEVER,
            _ => member,
        }
    })
}

/// The values of an alternative that equal a literal.
fn equal_to<T: Types + ?Sized>(cx: &mut T, member: Ty, lit: Ty) -> Ty {
    let resolved = resolve(cx, member);
    let fits = match (cx.pool().kind(resolved), cx.pool().kind(lit)) {
        (Kind::Any | Kind::Unknown, _) => true,
        (Kind::Param(_) | Kind::KeyOf(_) | Kind::Indexed(..) | Kind::Conditional(_), _) => return member,
        (Kind::Intersection(_), _) => return member,
        (Kind::Boolean, Kind::Bool(_)) | (Kind::String, Kind::Str(_)) => true,
        (Kind::Number, Kind::Int(_) | Kind::Float(_)) | (Kind::Integer, Kind::Int(_)) => true,
        (Kind::Integer, Kind::Float(bits)) => f64::from_bits(bits).fract() == 0.0,
        _ if same_value(cx, resolved, lit) => return member,
        _ => false,
    };
    if fits { lit } else { Ty::NEVER }
}

/// Two types with the same only value.
fn same_value<T: Types + ?Sized>(cx: &T, a: Ty, b: Ty) -> bool {
    match (cx.pool().kind(a), cx.pool().kind(b)) {
        (Kind::Int(a), Kind::Float(b)) | (Kind::Float(b), Kind::Int(a)) => a as f64 == f64::from_bits(b),
        (Kind::Nil | Kind::Bool(_) | Kind::Int(_) | Kind::Float(_) | Kind::Str(_), _) => a == b,
        _ => false,
    }
}

/// What is left when something that alternatives have passes a test. `value`: what they have, `None` says nothing; `test`: what is
/// left of that.
pub(crate) fn by_variant<T: Types + ?Sized>(
    cx: &mut T,
    ty: Ty,
    mut value: impl FnMut(&mut T, Ty) -> Option<Ty>,
    mut test: impl FnMut(&mut T, Ty) -> Ty,
) -> Ty {
    filter(cx, ty, |cx, member| {
        let Some(value) = value(cx, member) else { return member };
        let left = test(cx, value);
        if left == Ty::NEVER { left } else { member }
    })
}

/// What a field of an alternative reads as, nil where it has none; `None`: that says nothing.
pub(crate) fn read<T: Types + ?Sized>(cx: &mut T, member: Ty, name: Name) -> Option<Ty> {
    match members::field(cx, member, name) {
        found @ Member::Found { .. } => found.read(cx),
        Member::Missing { .. } => Some(Ty::NIL),
        // Reading it would have failed.
        Member::Nil | Member::NotIndexable(_) => Some(Ty::NEVER),
        Member::BadKey { .. } => None,
    }
}

/// What is left when `T:is(x)` holds (`sense`) or not.
pub(crate) fn to_type<T: Types + ?Sized>(cx: &mut T, ty: Ty, to: Ty, sense: bool) -> Ty {
    if sense { intersect(cx, ty, to) } else { subtract(cx, ty, to) }
}

/// The values of both types.
pub(crate) fn intersect<T: Types + ?Sized>(cx: &mut T, a: Ty, b: Ty) -> Ty {
    if a == b {
        return a;
    }
    let fine = cx.pool_mut().enter();
    let result = if fine { common(cx, a, b) } else { a };
    cx.pool_mut().leave();
    result
}

fn common<T: Types + ?Sized>(cx: &mut T, a: Ty, b: Ty) -> Ty {
    for (one, other) in [(a, b), (b, a)] {
        if matches!(cx.pool().kind(one), Kind::Any | Kind::Unknown) {
            return other;
        }
    }
    if is_subtype(cx, a, b) {
        return a;
    }
    if is_subtype(cx, b, a) {
        return b;
    }
    let (left, right) = (alternatives(cx, a), alternatives(cx, b));
    if left.len() == 1 && right.len() == 1 {
        return common_of_two(cx, left[0], right[0]);
    }
    let mut found = vec![];
    // One value is in or out; of other alternatives a part may be in.
    let mut part = |cx: &mut T, members: Vec<Ty>, other: Ty| -> Vec<Ty> {
        let mut rest = vec![];
        for member in members {
            if is_subtype(cx, member, other) {
                found.push(member);
            } else if !is_unit(cx.pool().kind(member)) {
                rest.push(member);
            }
        }
        rest
    };
    let (left, right) = (part(cx, left, b), part(cx, right, a));
    for one in &left {
        for other in &right {
            let both = intersect(cx, *one, *other);
            found.push(both);
        }
    }
    cx.pool_mut().union(&found)
}

/// Neither contains the other, and neither is a union.
fn common_of_two<T: Types + ?Sized>(cx: &mut T, a: Ty, b: Ty) -> Ty {
    if let (Known::Is(one), Known::Is(other)) = (type_name(cx, a), type_name(cx, b)) {
        if one != other {
            return Ty::NEVER;
        }
        // What has no parts and does not contain one another has nothing in common.
        let plain = !matches!(one, "table" | "function" | "userdata" | "type");
        let definite = |kind| !matches!(kind, Kind::Param(_) | Kind::Intersection(_));
        if plain && definite(cx.pool().kind(a)) && definite(cx.pool().kind(b)) {
            return Ty::NEVER;
        }
    }
    if relate(cx, Mode::Gradual, a, b).result.is_ok() {
        // Where `any` makes the difference, the other type says more.
        let vague = mentions_any(cx, a) && relate(cx, Mode::Gradual, b, a).result.is_ok();
        return if vague { b } else { a };
    }
    if tags_differ(cx, a, b) {
        return Ty::NEVER;
    }
    cx.pool_mut().intersection(&[a, b])
}

/// Whether `any` is written in a type.
fn mentions_any<T: Types + ?Sized>(cx: &T, ty: Ty) -> bool {
    let mut seen = FxHashSet::default();
    let mut open = vec![ty];
    while let Some(ty) = open.pop() {
        if ty == Ty::ANY {
            return true;
        }
        if seen.insert(ty) {
            parts(cx.pool(), ty, &mut open);
        }
    }
    false
}

/// Two records with a field of which they allow no common value.
fn tags_differ<T: Types + ?Sized>(cx: &mut T, a: Ty, b: Ty) -> bool {
    let (Some(one), Some(other)) = (members::table_of(cx, a), members::table_of(cx, b)) else { return false };
    for field in one.fields.iter().filter(|field| !field.optional) {
        let Some(known) = other.fields.iter().find(|known| known.name == field.name && !known.optional)
        else {
            continue;
        };
        let plain =
            |kind| matches!(kind, Kind::Bool(_) | Kind::Int(_) | Kind::Float(_) | Kind::Str(_) | Kind::Nil);
        let pool = cx.pool();
        if plain(pool.kind(field.ty)) && plain(pool.kind(known.ty)) && !same_value(cx, field.ty, known.ty) {
            return true;
        }
    }
    false
}

/// The values of `a` that are not of `b`, as far as that can be written.
pub(crate) fn subtract<T: Types + ?Sized>(cx: &mut T, a: Ty, b: Ty) -> Ty {
    if b == Ty::ANY {
        return a;
    }
    filter(cx, a, |cx, member| {
        if member == Ty::ANY {
            return member;
        }
        let outcome = relate(cx, Mode::Strict, member, b);
        if outcome.result.is_ok() && !outcome.gave_up {
            return Ty::NEVER;
        }
        if member == Ty::BOOLEAN {
            let yes = cx.pool_mut().add(Kind::Bool(true));
            let no = cx.pool_mut().add(Kind::Bool(false));
            return match (is_subtype(cx, yes, b), is_subtype(cx, no, b)) {
                (true, false) => no,
                (false, true) => yes,
                _ => member,
            };
        }
        member
    })
}

/// Each alternative as `keep` leaves it; the type itself where none changes.
fn filter<T: Types + ?Sized>(cx: &mut T, ty: Ty, mut keep: impl FnMut(&mut T, Ty) -> Ty) -> Ty {
    let members = alternatives(cx, ty);
    // All alternatives together are one question.
    let fine = cx.pool_mut().enter();
    let kept: Vec<Ty> =
        if fine { members.iter().map(|member| keep(cx, *member)).collect() } else { members.clone() };
    cx.pool_mut().leave();
    if kept == members {
        return ty;
    }
    cx.pool_mut().union(&kept)
}

#[cfg(test)]
pub(crate) mod tests;
