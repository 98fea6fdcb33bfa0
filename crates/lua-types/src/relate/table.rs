//! Compares types of tables: arrays, maps, records, tables of the code.

use super::function::is_function;
use super::{Fit, Relation, Step, Why, differ, within};
use crate::evaluate::{alternatives, resolve};
use crate::members::table_of;
use crate::ty::{Field, Kind, Name, Table, Ty};
use crate::types::{Types, shape_of};
use crate::widen::widen;
use rustc_hash::FxHashMap;

/// Fields from which on a record is looked through by a map.
const MANY: usize = 16;

impl<T: Types + ?Sized> Relation<'_, T> {
    /// `to` is a type of tables.
    pub(super) fn tables(&mut self, from: Ty, a: Kind, to: Ty, b: Kind) -> Fit {
        match b {
            Kind::Array(elem, readonly) => self.fit_array(from, a, to, elem, readonly),
            Kind::Map(key, value, readonly) => self.fit_map(from, a, to, (key, value), readonly),
            Kind::Tuple(_) => self.fit_tuple(from, a, to, b),
            Kind::Record(id) => {
                let table = self.cx.pool().fields(id).clone();
                self.fit_fields(from, &table, to)
            }
            Kind::Shape(shape) => {
                let mut table = shape_of(self.cx, shape);
                for field in &mut table.fields {
                    // What the code puts there later it takes from no one else.
                    field.readonly = true;
                }
                self.fit_fields(from, &table, to)
            }
            _ => differ(to, from, Why::Type),
        }
    }

    fn fit_array(&mut self, from: Ty, a: Kind, to: Ty, elem: Ty, readonly: bool) -> Fit {
        match a {
            Kind::Array(_, true) if !readonly => differ(to, from, Why::Readonly),
            Kind::Array(given, _) => within(Step::Elem, self.fit(given, elem)),
            Kind::Tuple(list) => {
                let items = self.cx.pool().types(list);
                items
                    .into_iter()
                    .zip(1..)
                    .try_for_each(|(item, at)| within(Step::Item(at), self.fit(item, elem)))
            }
            // Named fields beside the elements do no harm.
            Kind::Shape(_) | Kind::Record(_) | Kind::Intersection(_) => match table_of(self.cx, from) {
                Some(Table { index: Some((key, value)), .. }) => {
                    within(Step::Key, self.fit(key, Ty::INTEGER))?;
                    within(Step::Elem, self.fit(value, elem))
                }
                Some(table) if matches!(a, Kind::Shape(_)) && table.fields.is_empty() => Ok(()),
                _ => differ(to, from, Why::Type),
            },
            _ => differ(to, from, Why::Type),
        }
    }

    fn fit_map(&mut self, from: Ty, a: Kind, to: Ty, wanted: (Ty, Ty), readonly: bool) -> Fit {
        match a {
            Kind::Map(_, _, true) | Kind::Array(_, true) if !readonly => differ(to, from, Why::Readonly),
            Kind::Map(key, value, _) if readonly => {
                within(Step::Key, self.fit(key, wanted.0))?;
                within(Step::Value, self.fit(value, wanted.1))
            }
            Kind::Map(key, value, _) => {
                within(Step::Key, self.same(key, wanted.0))?;
                within(Step::Value, self.stored(value, wanted.1))
            }
            Kind::Ref(..) => differ(to, from, Why::Type),
            // A record may have further fields, which only usually have suitable types.
            Kind::Record(_) | Kind::Intersection(_) if !self.gradual() => differ(to, from, Why::Type),
            _ => match table_of(self.cx, from) {
                Some(table) => self.contents(&table, wanted),
                None => differ(to, from, Why::Type),
            },
        }
    }

    /// Every field and the index signature, as entries of a map.
    fn contents(&mut self, table: &Table, (key, value): (Ty, Ty)) -> Fit {
        for field in &table.fields {
            let name = self.cx.pool_mut().add(Kind::Str(field.name));
            within(Step::Key, self.fit(name, key))?;
            within(Step::Field(field.name), self.fit(field.ty, value))?;
        }
        match table.index {
            Some(index) => {
                within(Step::Key, self.fit(index.0, key))?;
                within(Step::Value, self.fit(index.1, value))
            }
            None => Ok(()),
        }
    }

    fn fit_tuple(&mut self, from: Ty, a: Kind, to: Ty, b: Kind) -> Fit {
        match (a, b) {
            (Kind::Tuple(given), Kind::Tuple(wanted)) if given.len() == wanted.len() => {
                let (given, wanted) = (self.cx.pool().types(given), self.cx.pool().types(wanted));
                let pairs = given.into_iter().zip(wanted).zip(1..);
                pairs
                    .into_iter()
                    .try_for_each(|((given, wanted), at)| within(Step::Item(at), self.fit(given, wanted)))
            }
            (Kind::Shape(shape), Kind::Tuple(wanted)) if self.gradual() => {
                match shape_of(self.cx, shape).index {
                    Some((_, value)) => {
                        let wanted = self.cx.pool().types(wanted);
                        wanted
                            .into_iter()
                            .zip(1..)
                            .try_for_each(|(wanted, at)| within(Step::Item(at), self.fit(value, wanted)))
                    }
                    None => differ(to, from, Why::Type),
                }
            }
            _ => differ(to, from, Why::Type),
        }
    }

    /// Every field that is wanted must be there. `to` is what is wanted as a whole, for messages.
    pub(super) fn fit_fields(&mut self, from: Ty, wanted: &Table, to: Ty) -> Fit {
        let Some(given) = table_of(self.cx, from) else { return differ(to, from, Why::Type) };
        let kind = self.cx.pool().kind(from);
        if matches!(kind, Kind::Ref(..)) && !wanted.interface && !self.is_table(kind) {
            return differ(to, from, Why::Type);
        }
        let fresh = matches!(kind, Kind::Shape(_));
        let fields = Lookup::new(&given);
        for field in &wanted.fields {
            let step = Step::Field(field.name);
            match fields.get(field.name) {
                Some(known) if known.readonly && !field.readonly && !wanted.interface => {
                    return within(step, differ(field.ty, known.ty, Why::Readonly));
                }
                Some(known) => {
                    let source = self.with_nil(known.ty, known.optional);
                    let target = self.with_nil(field.ty, field.optional);
                    within(step, self.fit(source, target))?;
                    if !fresh && !field.readonly && !wanted.interface {
                        within(step, self.stored(source, target))?;
                    }
                }
                None => self.absent_field(&given, field, from, to)?,
            }
        }
        match (wanted.index, given.index) {
            (Some(index), Some(known)) => {
                within(Step::Key, self.fit(known.0, index.0))?;
                within(Step::Value, self.fit(known.1, index.1))
            }
            _ => Ok(()),
        }
    }

    /// A field that is not among the given ones may lie behind the index signature or be left out.
    fn absent_field(&mut self, given: &Table, field: &Field, from: Ty, to: Ty) -> Fit {
        if let Some((key, value)) = given.index {
            let name = self.cx.pool_mut().add(Kind::Str(field.name));
            let target = self.with_nil(field.ty, field.optional);
            if self.fit(name, key).is_ok() {
                within(Step::Field(field.name), self.fit(value, target))?;
                if (value == Ty::ANY && self.gradual()) || matches!(self.cx.pool().kind(from), Kind::Shape(_))
                {
                    return Ok(());
                }
            }
        }
        if field.optional || self.fit(Ty::NIL, field.ty).is_ok() {
            return Ok(());
        }
        differ(to, from, Why::MissingField(field.name))
    }

    fn with_nil(&mut self, ty: Ty, optional: bool) -> Ty {
        if optional { self.cx.pool_mut().optional(ty) } else { ty }
    }

    /// `from` fits `to`, and what may be stored by way of `to` may lie in `from`. Literals and integers widen (they are fresh
    /// values), `nil` may come to it, functions are seldom replaced.
    fn stored(&mut self, from: Ty, to: Ty) -> Fit {
        self.fit(from, to)?;
        if from == to || self.widens(from) {
            return Ok(());
        }
        let back = widen(self.cx.pool_mut(), from);
        for member in alternatives(self.cx, to) {
            let resolved = resolve(self.cx, member);
            if member == Ty::NIL || is_function(self.cx.pool().kind(resolved)) {
                continue;
            }
            if self.fit(member, back).is_err() {
                return differ(to, from, Why::Invariant);
            }
        }
        Ok(())
    }

    fn widens(&mut self, ty: Ty) -> bool {
        let members = alternatives(self.cx, ty);
        let pool = self.cx.pool();
        members.into_iter().all(|member| {
            matches!(
                pool.kind(member),
                Kind::Nil
                    | Kind::Bool(_)
                    | Kind::Int(_)
                    | Kind::Float(_)
                    | Kind::Str(_)
                    | Kind::Integer
                    | Kind::Shape(_)
            )
        })
    }
}

/// Fields by name.
struct Lookup<'a> {
    table: &'a Table,
    by_name: FxHashMap<Name, usize>,
}

impl<'a> Lookup<'a> {
    fn new(table: &'a Table) -> Self {
        let many = table.fields.len() > MANY;
        let by_name = if many {
            // The first of a name counts: own fields come before those of a metatable.
            table.fields.iter().enumerate().rev().map(|(i, field)| (field.name, i)).collect()
        } else {
            FxHashMap::default()
        };
        Lookup { table, by_name }
    }

    fn get(&self, name: Name) -> Option<&'a Field> {
        if self.table.fields.len() > MANY {
            return self.by_name.get(&name).map(|i| &self.table.fields[*i]);
        }
        self.table.fields.iter().find(|field| field.name == name)
    }
}
