//! Decides whether values of one type may stand where another is wanted.
//!
//! A question goes down both types at once. What it meets again below itself holds (types may be recursive), what failed
//! stays failed, and levels and steps are counted: a question that is too deep or too long is answered "fits".

mod explain;
mod function;
mod table;

use crate::evaluate::resolve;
use crate::subst::instantiate;
use crate::ty::{Decl, DeclId, DeclKind, Kind, List, Name, Ty};
use crate::types::Types;
use rustc_hash::{FxHashMap, FxHashSet};

pub(crate) use explain::explain;

/// How much is taken for granted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// `any` fits everything, also inside; `table`, `function` and `userdata` fit all of their kind.
    Gradual,
    /// Only what holds for all values.
    Strict,
}

/// Where inside two types they differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// The field of that name.
    Field(Name),
    /// The elements of an array.
    Elem,
    /// An element of a tuple, from 1.
    Item(u32),
    /// The keys of a map.
    Key,
    /// The values of a map.
    Value,
    /// A parameter of a function, from 1.
    Param(u32),
    /// A result of a function, from 1.
    Result(u32),
    /// A type argument, from 1.
    Arg(u32),
}

/// What is wrong where two types differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Why {
    /// Values of the one are not values of the other.
    Type,
    /// The value may be nil, the wanted type does not allow it.
    Nil,
    /// A field is wanted that is not there.
    MissingField(Name),
    /// Something readonly is wanted to be writable.
    Readonly,
    /// Both may be written, so the types must be the same.
    Invariant,
    /// A function with too many parameters: how many it needs, and how many it would be given.
    Arity {
        /// Parameters that cannot be left out.
        needs: u32,
        /// Arguments that it would be given.
        given: u32,
    },
}

/// Why a type does not fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mismatch {
    /// From the outside to the place that differs.
    pub path: Vec<Step>,
    /// What is wanted there.
    pub expected: Ty,
    /// What is there.
    pub got: Ty,
    /// What is wrong.
    pub why: Why,
}

/// The answer to a question, and whether it was found out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Outcome {
    /// Fits, or why not.
    pub result: Result<(), Mismatch>,
    /// Too deep or too long, so it was answered "fits": what the checker reports as `E0011`.
    pub gave_up: bool,
}

/// Whether a value of type `from` may be assigned where `to` is wanted.
pub(crate) fn fits<T: Types + ?Sized>(cx: &mut T, from: Ty, to: Ty) -> Result<(), Mismatch> {
    relate(cx, Mode::Gradual, from, to).result
}

/// Whether every value of type `a` is one of type `b`.
pub(crate) fn is_subtype<T: Types + ?Sized>(cx: &mut T, a: Ty, b: Ty) -> bool {
    relate(cx, Mode::Strict, a, b).result.is_ok()
}

/// Asks in one of the two modes.
pub(crate) fn relate<T: Types + ?Sized>(cx: &mut T, mode: Mode, from: Ty, to: Ty) -> Outcome {
    let before = cx.pool_mut().take_gave_up();
    let mut relation =
        Relation { cx, mode, assumed: FxHashSet::default(), trail: vec![], failed: FxHashMap::default() };
    let mut result = relation.fit(from, to);
    if let Err(mismatch) = &mut result {
        mismatch.path.reverse();
    }
    let gave_up = cx.pool_mut().take_gave_up();
    if before || gave_up {
        cx.pool_mut().give_up();
    }
    Outcome { result, gave_up }
}

type Fit = Result<(), Mismatch>;

/// The answer "no" at this place.
fn differ(expected: Ty, got: Ty, why: Why) -> Fit {
    Err(Mismatch { path: vec![], expected, got, why })
}

/// The same answer, seen from one level further out.
fn within(step: Step, fit: Fit) -> Fit {
    fit.map_err(|mut mismatch| {
        mismatch.path.push(step);
        mismatch
    })
}

/// One question.
struct Relation<'a, T: ?Sized> {
    cx: &'a mut T,
    mode: Mode,
    /// Pairs under way or found to fit.
    assumed: FxHashSet<(Ty, Ty)>,
    /// The same in order: when one fails, what was found after it may have relied on it.
    trail: Vec<(Ty, Ty)>,
    failed: FxHashMap<(Ty, Ty), Why>,
}

impl<T: Types + ?Sized> Relation<'_, T> {
    fn gradual(&self) -> bool {
        self.mode == Mode::Gradual
    }

    fn fit(&mut self, from: Ty, to: Ty) -> Fit {
        if from == to {
            return Ok(());
        }
        let (a, b) = (self.cx.pool().kind(from), self.cx.pool().kind(to));
        if let Some(known) = self.basic(a, b) {
            return if known { Ok(()) } else { differ(to, from, Why::Type) };
        }
        if matches!(b, Kind::Union(_)) && (self.contains(to, from) || self.plain_base_in(a, to)) {
            return Ok(());
        }
        if self.assumed.contains(&(from, to)) {
            return Ok(());
        }
        if let Some(why) = self.failed.get(&(from, to)) {
            return differ(to, from, *why);
        }
        if !self.cx.pool_mut().enter() {
            self.cx.pool_mut().leave();
            return Ok(());
        }
        let mark = self.trail.len();
        self.trail.push((from, to));
        self.assumed.insert((from, to));
        let fit = self.composed(from, to);
        self.cx.pool_mut().leave();
        if let Err(mismatch) = &fit {
            for pair in self.trail.drain(mark..) {
                self.assumed.remove(&pair);
            }
            let why = if mismatch.path.is_empty() { mismatch.why } else { Why::Type };
            self.failed.insert((from, to), why);
        }
        fit
    }

    /// The answer for types that have no parts; `None`: look inside.
    fn basic(&self, a: Kind, b: Kind) -> Option<bool> {
        let gradual = self.gradual();
        let answer = match (a, b) {
            (Kind::Never, _) | (_, Kind::Any | Kind::Unknown) => true,
            (Kind::Any, Kind::Never) => gradual,
            (Kind::Any, Kind::Union(_) | Kind::Intersection(_)) if !gradual => return None,
            (Kind::Any, _) => gradual,
            (_, Kind::Never) => return None,
            (Kind::Bool(_), Kind::Boolean)
            | (Kind::Int(_), Kind::Integer | Kind::Number)
            | (Kind::Integer | Kind::Float(_), Kind::Number)
            | (Kind::Str(_), Kind::String) => true,
            (Kind::Float(bits), Kind::Integer) => is_integral(f64::from_bits(bits)),
            (Kind::Float(bits), Kind::Int(value)) => f64::from_bits(bits) == value as f64,
            _ if is_plain(a) && is_plain(b) => a == b,
            _ => return None,
        };
        Some(answer)
    }

    /// Types with parts.
    fn composed(&mut self, from: Ty, to: Ty) -> Fit {
        if let Some(fit) = self.same_declaration(from, to) {
            return fit;
        }
        let (a, b) = (resolve(self.cx, from), resolve(self.cx, to));
        if (a, b) != (from, to) {
            return self.fit(a, b);
        }
        let (kind, wanted) = (self.cx.pool().kind(a), self.cx.pool().kind(b));
        match (kind, wanted) {
            (Kind::Union(list), _) => self.union_fits(list, b),
            (_, Kind::Intersection(list)) => {
                let members = self.cx.pool().types(list);
                members.into_iter().try_for_each(|member| self.fit(a, member))
            }
            (Kind::Intersection(list), _) => self.intersection_fits(a, list, b),
            (_, Kind::Union(list)) => self.fit_union(a, list, b),
            (_, Kind::Never) => differ(b, a, Why::Type),
            (Kind::Param(param), _) => match self.cx.pool().type_param(param).bound {
                Some(bound) => self.fit(bound, b).map_err(|_| Mismatch {
                    path: vec![],
                    expected: b,
                    got: a,
                    why: Why::Type,
                }),
                None => differ(b, a, Why::Type),
            },
            (Kind::KeyOf(_) | Kind::Indexed(..), _) | (_, Kind::KeyOf(_) | Kind::Indexed(..)) => {
                self.deferred(a, b)
            }
            (Kind::Conditional(id), _) => {
                let cond = self.cx.pool().cond(id);
                match self.fit(cond.then, b).and_then(|()| self.fit(cond.otherwise, b)) {
                    Ok(()) => Ok(()),
                    Err(_) => self.deferred(a, b),
                }
            }
            (_, Kind::Conditional(_)) => self.deferred(a, b),
            (_, Kind::Param(_)) => differ(b, a, Why::Type),
            _ => self.structural(a, kind, b, wanted),
        }
    }

    /// What depends on a type parameter and is not the same by its looks: left to the caller who knows the argument.
    fn deferred(&mut self, from: Ty, to: Ty) -> Fit {
        if self.gradual() { Ok(()) } else { differ(to, from, Why::Type) }
    }

    /// References to one declaration, by their arguments. An alias with other arguments is opened.
    fn same_declaration(&mut self, from: Ty, to: Ty) -> Option<Fit> {
        let (Kind::Ref(a, given), Kind::Ref(b, wanted)) =
            (self.cx.pool().kind(from), self.cx.pool().kind(to))
        else {
            return None;
        };
        if !same_decl(self.cx.pool().decl(a), self.cx.pool().decl(b), a == b) {
            return None;
        }
        if self.cx.pool().decl(a).kind == DeclKind::Alias {
            return None;
        }
        let (given, wanted) = (self.cx.pool().types(given), self.cx.pool().types(wanted));
        let pairs = given.into_iter().zip(wanted).enumerate();
        Some(
            pairs
                .map(|(i, pair)| (i as u32 + 1, pair))
                .try_for_each(|(at, (given, wanted))| within(Step::Arg(at), self.same(given, wanted))),
        )
    }

    /// Both ways.
    fn same(&mut self, from: Ty, to: Ty) -> Fit {
        self.fit(from, to)?;
        match self.fit(to, from) {
            Ok(()) => Ok(()),
            Err(_) => differ(to, from, Why::Invariant),
        }
    }

    fn union_fits(&mut self, list: List, to: Ty) -> Fit {
        for i in 0..list.len() {
            let member = self.cx.pool().at(list, i);
            if self.contains(to, member) {
                continue;
            }
            self.fit(member, to).map_err(|mut mismatch| {
                if member == Ty::NIL && mismatch.path.is_empty() {
                    mismatch.why = Why::Nil;
                }
                mismatch
            })?;
        }
        Ok(())
    }

    /// Whether a union has a type among its members just as it is written.
    fn contains(&self, union: Ty, ty: Ty) -> bool {
        let pool = self.cx.pool();
        let Kind::Union(list) = pool.kind(union) else { return union == ty };
        let (mut low, mut high) = (0, list.len());
        while low < high {
            let middle = usize::midpoint(low, high);
            match pool.at(list, middle).cmp(&ty) {
                std::cmp::Ordering::Equal => return true,
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
            }
        }
        false
    }

    /// Some member fits. If none does, the only one that is of the same sort tells why.
    fn fit_union(&mut self, from: Ty, list: List, to: Ty) -> Fit {
        let kind = self.cx.pool().kind(from);
        let mut near = Near::default();
        for i in 0..list.len() {
            let member = self.cx.pool().at(list, i);
            let alike = is_plain(self.cx.pool().kind(member));
            if alike && is_plain(kind) && self.basic(kind, self.cx.pool().kind(member)) == Some(false) {
                continue;
            }
            match self.fit(from, member) {
                Ok(()) => return Ok(()),
                Err(mismatch) if !alike => {
                    let tag = is_unit(self.cx.pool().kind(mismatch.expected));
                    near.add(mismatch, tag);
                }
                Err(_) => {}
            }
        }
        match near.only() {
            Some(mismatch) => Err(mismatch),
            None => differ(to, from, Why::Type),
        }
    }

    /// Whether the type that a plain one belongs to is a member of a union.
    fn plain_base_in(&self, kind: Kind, union: Ty) -> bool {
        let bases: &[Ty] = match kind {
            Kind::Bool(_) => &[Ty::BOOLEAN],
            Kind::Int(_) => &[Ty::INTEGER, Ty::NUMBER],
            Kind::Integer | Kind::Float(_) => &[Ty::NUMBER],
            Kind::Str(_) => &[Ty::STRING],
            _ => &[],
        };
        bases.iter().any(|base| self.contains(union, *base))
    }

    /// Some member fits, or all of them together do.
    fn intersection_fits(&mut self, from: Ty, list: List, to: Ty) -> Fit {
        let members = self.cx.pool().types(list);
        for member in &members {
            if self.fit(*member, to).is_ok() {
                return Ok(());
            }
        }
        let wanted = self.cx.pool().kind(to);
        if let Kind::Union(list) = wanted
            && self.fit_union(from, list, to).is_ok()
        {
            return Ok(());
        }
        // `(A | B) & C` is `A & C | B & C`.
        for (at, member) in members.iter().enumerate() {
            let member = resolve(self.cx, *member);
            let Kind::Union(list) = self.cx.pool().kind(member) else { continue };
            for alternative in self.cx.pool().types(list) {
                let mut parts = members.clone();
                parts[at] = alternative;
                let part = self.cx.pool_mut().intersection(&parts);
                self.fit(part, to)?;
            }
            return Ok(());
        }
        match wanted {
            Kind::Union(_) => differ(to, from, Why::Type),
            _ => self.structural(from, self.cx.pool().kind(from), to, wanted),
        }
    }

    /// Two types that are neither plain on both sides, nor aliases, unions, parameters.
    fn structural(&mut self, from: Ty, a: Kind, to: Ty, b: Kind) -> Fit {
        let gradual = self.gradual();
        match (a, b) {
            (Kind::AnyTable, _) if gradual && self.is_table(b) => Ok(()),
            (Kind::AnyFunction, Kind::Function(_)) if gradual => Ok(()),
            (Kind::AnyUserdata, Kind::Ref(decl, _))
                if gradual && self.decl_kind(decl) == DeclKind::Object =>
            {
                Ok(())
            }
            (_, Kind::AnyTable) if self.is_table(a) => Ok(()),
            (Kind::Function(_), Kind::AnyFunction) => Ok(()),
            (Kind::TypeValue(_), Kind::AnyFunction | Kind::Function(_)) if gradual => Ok(()),
            (Kind::Ref(decl, _), Kind::AnyUserdata) if self.decl_kind(decl) == DeclKind::Object => Ok(()),
            (Kind::Ref(decl, _), Kind::String) if gradual && self.is_error(decl) => Ok(()),
            (Kind::Function(given), Kind::Function(wanted)) => self.functions(from, given, to, wanted),
            (Kind::TypeValue(given), Kind::TypeValue(wanted)) => self.same(given, wanted),
            (Kind::Ref(decl, args), _) if self.decl_kind(decl) == DeclKind::Interface => {
                self.interface_fits(from, decl, args, to, b)
            }
            (_, Kind::Ref(decl, args)) if self.decl_kind(decl) == DeclKind::Interface => {
                self.fit_interface(from, decl, args, to)
            }
            _ if self.is_table(b) => self.tables(from, a, to, b),
            _ => differ(to, from, Why::Type),
        }
    }

    fn decl_kind(&self, id: DeclId) -> DeclKind {
        self.cx.pool().decl(id).kind
    }

    fn is_error(&self, id: DeclId) -> bool {
        let pool = self.cx.pool();
        let decl = pool.decl(id);
        decl.kind == DeclKind::Object && decl.unit.is_none() && pool.text(decl.name) == b"error"
    }

    /// Whether values of that kind are tables; those of an interface may be.
    fn is_table(&self, kind: Kind) -> bool {
        match kind {
            Kind::AnyTable
            | Kind::Array(..)
            | Kind::Map(..)
            | Kind::Record(_)
            | Kind::Shape(_)
            | Kind::Tuple(_)
            | Kind::Intersection(_) => true,
            Kind::Ref(decl, _) => self.decl_kind(decl) == DeclKind::Interface,
            _ => false,
        }
    }

    /// An interface may extend the wanted one, which shows in its body.
    fn interface_fits(&mut self, from: Ty, decl: DeclId, args: List, to: Ty, wanted: Kind) -> Fit {
        let body = instantiate(self.cx, decl, args);
        if let Kind::Intersection(bases) = self.cx.pool().kind(body) {
            for i in 0..bases.len() {
                let base = self.cx.pool().at(bases, i);
                if self.fit(base, to).is_ok() {
                    return Ok(());
                }
            }
        }
        match wanted {
            Kind::Ref(decl, args) if self.decl_kind(decl) == DeclKind::Interface => {
                self.fit_interface(from, decl, args, to)
            }
            _ if self.is_table(wanted) => self.tables(from, self.cx.pool().kind(from), to, wanted),
            _ => differ(to, from, Why::Type),
        }
    }

    /// By the methods; an interface without any only by its name.
    fn fit_interface(&mut self, from: Ty, decl: DeclId, args: List, to: Ty) -> Fit {
        let body = instantiate(self.cx, decl, args);
        let members = match self.cx.pool().kind(body) {
            Kind::Intersection(list) => self.cx.pool().types(list),
            _ => vec![body],
        };
        let mut methods = 0;
        for member in members {
            if let Kind::Record(id) = self.cx.pool().kind(member) {
                let table = self.cx.pool().fields(id).clone();
                methods += table.fields.len();
                self.fit_fields(from, &table, to)?;
            } else {
                methods += 1;
                self.fit(from, member)?;
            }
        }
        if methods == 0 { differ(to, from, Why::Type) } else { Ok(()) }
    }
}

/// Why the alternatives of a union did not fit.
#[derive(Default)]
struct Near {
    tried: u32,
    last: Option<Mismatch>,
    /// Those that did not already differ in a tag.
    meant: u32,
    meant_last: Option<Mismatch>,
}

impl Near {
    fn add(&mut self, mismatch: Mismatch, tag: bool) {
        self.tried += 1;
        if !(tag && mismatch.path.len() == 1) {
            self.meant += 1;
            self.meant_last = Some(mismatch.clone());
        }
        self.last = Some(mismatch);
    }

    /// The one that was meant, if what differs lies inside it.
    fn only(self) -> Option<Mismatch> {
        let only = match (self.meant, self.tried) {
            (1, _) => self.meant_last,
            (_, 1) => self.last,
            _ => None,
        };
        only.filter(|mismatch| !mismatch.path.is_empty() || matches!(mismatch.why, Why::MissingField(_)))
    }
}

/// Types with one value.
pub(crate) fn is_unit(kind: Kind) -> bool {
    matches!(kind, Kind::Nil | Kind::Bool(_) | Kind::Int(_) | Kind::Float(_) | Kind::Str(_))
}

/// Types without parts.
fn is_plain(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Nil
            | Kind::Boolean
            | Kind::Bool(_)
            | Kind::Number
            | Kind::Integer
            | Kind::Int(_)
            | Kind::Float(_)
            | Kind::String
            | Kind::Str(_)
            | Kind::Thread
            | Kind::AnyTable
            | Kind::AnyFunction
            | Kind::AnyUserdata
            | Kind::Unknown
    )
}

fn is_integral(value: f64) -> bool {
    value.is_finite() && value.fract() == 0.0 && value.abs() < 9_223_372_036_854_775_808.0
}

/// One declaration, or one that reached this pool twice.
fn same_decl(a: &Decl, b: &Decl, same_handle: bool) -> bool {
    same_handle || (a.unit.is_some() && a.unit == b.unit && a.name == b.name && a.kind == b.kind)
}

#[cfg(test)]
mod tests;
