//! Table constructors, and what is stored into tables.

use super::Checker;
use super::expr::called;
use super::stat::Place;
use super::state::PathId;
use crate::bind::literal;
use crate::code::Code;
use crate::library::Special;
use crate::members::{self, Member};
use crate::report::Report;
use crate::ty::{Kind, Table, Ty};
use crate::widen::widen;
use lua_syntax::Span;
use lua_syntax::ast::{Expr, ExprKind, Item, Name as Word};

impl<'a> Checker<'a> {
    /// `{ … }`: what the place wants if that is a table type, else a table of the code.
    pub(super) fn table(&mut self, expr: &'a Expr, items: &'a [Item], wanted: Option<Ty>) -> Ty {
        if let Some(wanted) = wanted
            && let Some(target) = self.table_wanted(wanted, items)
        {
            return self.table_as(expr, items, target);
        }
        let shape = match self.made.get(&expr.span.start) {
            Some(known) => *known,
            None if self.passing() => {
                self.items(items);
                return Ty::ANY;
            }
            None => {
                let shape = self.new_shape(expr.span);
                self.made.insert(expr.span.start, shape);
                shape
            }
        };
        let mut exact = vec![];
        for (i, item) in items.iter().enumerate() {
            match item {
                Item::Positional(value) => {
                    let last = i + 1 == items.len();
                    let values = if last {
                        self.eval_multi(value, None)
                    } else {
                        super::expr::Values::one(self.eval(value))
                    };
                    exact.extend_from_slice(&values.list);
                    for ty in values.list.iter().chain(&values.rest) {
                        self.write_index(shape, Ty::INTEGER, *ty);
                    }
                }
                Item::Named { name, value } => {
                    let ty = self.eval(value);
                    self.name_shape(ty, name);
                    let key = self.pool.name(name.text.as_bytes());
                    self.write_slot(shape, key, ty, name.span);
                }
                Item::Keyed { key, value } => {
                    let key_ty = self.eval(key);
                    let ty = self.eval(value);
                    match literal(key) {
                        Some(text) => {
                            let name = self.pool.name(text.as_bytes());
                            self.write_slot(shape, name, ty, key.span);
                        }
                        None => {
                            if key_ty == Ty::NIL {
                                self.error(Code::InvalidIndex, key.span, "the key is always nil");
                            }
                            self.write_index(shape, key_ty, ty);
                        }
                    }
                }
            }
        }
        self.set_items(shape, exact);
        self.shape_type(shape)
    }

    /// What a constructor holds, without the table.
    fn items(&mut self, items: &'a [Item]) {
        for item in items {
            match item {
                Item::Positional(value) | Item::Named { value, .. } => _ = self.eval(value),
                Item::Keyed { key, value } => {
                    self.eval(key);
                    self.eval(value);
                }
            }
        }
    }

    /// The one alternative of what is wanted that a constructor with these items can be.
    fn table_wanted(&mut self, wanted: Ty, items: &'a [Item]) -> Option<Ty> {
        let wanted = self.resolve(wanted);
        let mut found = vec![];
        for member in self.members_of(wanted) {
            let resolved = self.resolve(member);
            match self.pool.kind(resolved) {
                Kind::Array(..) | Kind::Map(..) | Kind::Record(_) => found.push(resolved),
                // It may be that one, too.
                Kind::Intersection(_) | Kind::AnyTable | Kind::Param(_) => return None,
                _ => {}
            }
        }
        if found.len() > 1 {
            found.retain(|ty| self.may_be(*ty, items));
        }
        match found[..] {
            [only] => Some(only),
            _ => None,
        }
    }

    /// Whether literals in fields of the constructor agree with the record.
    fn may_be(&mut self, ty: Ty, items: &'a [Item]) -> bool {
        let Kind::Record(id) = self.pool.kind(ty) else {
            return items.iter().all(|item| !matches!(item, Item::Named { .. }));
        };
        let table = self.pool.fields(id).clone();
        let mut named = 0;
        for item in items {
            let Item::Named { name, value } = item else { continue };
            let key = self.pool.name(name.text.as_bytes());
            let Some(field) = table.fields.iter().find(|f| f.name == key) else { continue };
            named += 1;
            if matches!(value.kind, ExprKind::Str(_) | ExprKind::Bool(_) | ExprKind::Int(_)) {
                let given = self.eval(value);
                if crate::relate::fits(self, given, field.ty).is_err() {
                    return false;
                }
            }
        }
        let required = table.fields.iter().filter(|f| !f.optional).count();
        named >= required.min(1)
    }

    /// A constructor that shall be of that type.
    fn table_as(&mut self, expr: &'a Expr, items: &'a [Item], target: Ty) -> Ty {
        match self.pool.kind(target) {
            Kind::Record(id) => {
                let table = self.pool.fields(id).clone();
                self.record_as(expr, items, target, &table);
            }
            Kind::Array(elem, _) => {
                for item in items {
                    match item {
                        Item::Positional(value) => {
                            let values = self.eval_multi(value, Some(elem));
                            for ty in values.list.iter().chain(&values.rest) {
                                self.expect(*ty, elem, value.span, Place::Field);
                            }
                        }
                        Item::Named { name, value } => {
                            self.eval(value);
                            let shown = self.show(target);
                            self.error(
                                Code::NoField,
                                name.span,
                                format!("{shown} has no field '{}'", name.text),
                            );
                        }
                        Item::Keyed { key, value } => {
                            let key_ty = self.eval(key);
                            if !self.is_integer(key_ty) {
                                let shown = self.show(key_ty);
                                self.error(
                                    Code::InvalidIndex,
                                    key.span,
                                    format!("the key of an array must be an integer, got {shown}"),
                                );
                            }
                            let given = self.eval_for(value, Some(elem));
                            self.expect(given, elem, value.span, Place::Field);
                        }
                    }
                }
            }
            Kind::Map(key_ty, value_ty, _) => {
                for item in items {
                    let (key, span, value) = match item {
                        Item::Positional(value) => (Ty::INTEGER, value.span, value),
                        Item::Named { name, value } => {
                            (self.pool.str_type(name.text.as_bytes()), name.span, value)
                        }
                        Item::Keyed { key, value } => (self.eval(key), key.span, value),
                    };
                    self.expect(key, key_ty, span, Place::Field);
                    let given = self.eval_for(value, Some(value_ty));
                    self.expect(given, value_ty, value.span, Place::Field);
                }
            }
            _ => {}
        }
        target
    }

    fn record_as(&mut self, expr: &'a Expr, items: &'a [Item], target: Ty, table: &Table) {
        let mut given_names = vec![];
        for item in items {
            let (text, span, value) = match item {
                Item::Named { name, value } => (Some(&*name.text), name.span, value),
                Item::Keyed { key, value } => {
                    let key_ty = self.eval(key);
                    if literal(key).is_none()
                        && let Some((keys, _)) = table.index
                    {
                        self.expect(key_ty, keys, key.span, Place::Field);
                    }
                    (literal(key), key.span, value)
                }
                Item::Positional(value) => (None, value.span, value),
            };
            let name = text.map(|text| self.pool.name(text.as_bytes()));
            let field = name.and_then(|name| table.fields.iter().find(|f| f.name == name).copied());
            given_names.extend(name);
            let want = match (field, table.index) {
                (Some(field), _) if field.optional => Some(self.pool.optional(field.ty)),
                (Some(field), _) => Some(field.ty),
                (None, Some((_, value))) => Some(value),
                (None, None) => None,
            };
            let given = self.eval_for(value, want);
            if let Some(want) = want {
                self.expect(given, want, value.span, Place::Field);
            }
            if let (None, Some(text)) = (field, text) {
                self.misspelt(text, span, table, &given_names, target);
            }
        }
        let mut missing = vec![];
        for field in &table.fields {
            if !field.optional && !given_names.contains(&field.name) && !self.accepts_nil(field.ty) {
                missing.push(field.name);
            }
        }
        if !missing.is_empty() {
            let names: Vec<String> = missing.iter().map(|n| format!("'{}'", self.pool.str(*n))).collect();
            let shown = self.show(target);
            let many = if names.len() > 1 { "fields" } else { "field" };
            let message = format!("missing {many} {} of {shown}", names.join(", "));
            self.error(Code::Mismatch, expr.span, message);
        }
    }

    /// A further field is no mistake, unless it looks like one that is missing.
    fn misspelt(&mut self, text: &str, span: Span, table: &Table, given: &[crate::ty::Name], target: Ty) {
        let absent: Vec<String> = table
            .fields
            .iter()
            .filter(|f| !given.contains(&f.name))
            .map(|f| self.pool.str(f.name).to_string())
            .collect();
        let Some(near) = self.suggest(text, &absent) else { return };
        let shown = self.show(target);
        let report = Report::new(Code::NoField, span, format!("field '{text}' does not exist on {shown}"));
        self.report(report.help(format!("did you mean '{near}'?")));
    }

    pub(super) fn name_shape(&mut self, ty: Ty, name: &Word) {
        if let Kind::Shape(shape) = self.pool.kind(ty) {
            let name = self.pool.name(name.text.as_bytes());
            let shape = self.shape_mut(shape);
            if shape.name.is_none() {
                shape.name = Some(name);
            }
        }
    }

    /// What may be stored in a field; `None`: anything, or the place will say what is wrong with it.
    pub(super) fn wanted_field(&mut self, object: Ty, text: &str) -> Option<Ty> {
        let object = self.resolve(object);
        if matches!(self.pool.kind(object), Kind::Shape(_) | Kind::Any | Kind::Unknown | Kind::Union(_)) {
            return None;
        }
        let name = self.pool.name(text.as_bytes());
        match members::write_field(self, object, name) {
            Member::Found { ty, optional, readonly: false } => {
                Some(if optional { self.pool.optional(ty) } else { ty })
            }
            _ => None,
        }
    }

    pub(super) fn wanted_index(&mut self, object: Ty, key: Ty) -> Option<Ty> {
        let object = self.resolve(object);
        if matches!(self.pool.kind(object), Kind::Shape(_) | Kind::Any | Kind::Unknown | Kind::Union(_)) {
            return None;
        }
        match members::write_index(self, object, key) {
            // Nil removes an element.
            Member::Found { ty, readonly: false, .. } => Some(self.pool.optional(ty)),
            _ => None,
        }
    }

    /// `object.name = given`; that the value fits was checked before.
    pub(super) fn store_field(&mut self, object: &'a Expr, object_ty: Ty, name: &'a Word, given: Ty) {
        let some = self.storable(object, object_ty, &format!("'{}'", name.text));
        self.store_member(some, name, given, name.span);
    }

    /// What is left of an object whose nil was reported.
    fn storable(&mut self, object: &'a Expr, object_ty: Ty, key: &str) -> Ty {
        if !self.members_of(object_ty).contains(&Ty::NIL) {
            return object_ty;
        }
        let (what, shown) = (called(object), self.show(object_ty));
        let some = crate::narrow::without_nil(self, object_ty);
        let how = if some == Ty::NEVER { "is nil".to_string() } else { format!("may be nil ({shown})") };
        let message = format!("cannot set {key} of {what}: it {how}");
        let report = Report::new(Code::IndexOptional, object.span, message);
        self.report(report.help("test it for nil first"));
        if some == Ty::NEVER { Ty::ANY } else { some }
    }

    pub(super) fn store_member(&mut self, object: Ty, name: &'a Word, given: Ty, span: Span) {
        let key = self.pool.name(name.text.as_bytes());
        for member in self.members_of(object) {
            let member = self.resolve(member);
            if let Kind::Shape(shape) = self.pool.kind(member) {
                self.write_slot(shape, key, given, span);
                self.name_shape(given, name);
                continue;
            }
            if matches!(self.pool.kind(member), Kind::Any | Kind::Unknown | Kind::AnyTable) {
                // Which table that was is not known.
                self.write_loose(key, given);
            }
            match members::write_field(self, member, key) {
                Member::Found { readonly: true, .. } => {
                    let shown = self.holder(member);
                    self.error(Code::Readonly, span, format!("field '{}' of {shown} is readonly", name.text));
                }
                Member::Missing { on, .. } => {
                    let shown = self.holder(on);
                    let mut report = Report::new(
                        Code::NoField,
                        span,
                        format!("field '{}' does not exist on {shown}", name.text),
                    );
                    if let Some(near) = self.suggest_member(&name.text, on) {
                        report = report.help(format!("did you mean '{near}'?"));
                    }
                    self.report(report);
                }
                Member::NotIndexable(ty) => {
                    let shown = self.show(ty);
                    self.error(
                        Code::NotIndexable,
                        span,
                        format!("cannot set field '{}' of {shown}", name.text),
                    );
                }
                Member::BadKey { expected, .. } => {
                    let shown = self.show(expected);
                    self.error(Code::InvalidIndex, span, format!("its keys are {shown}, not texts"));
                }
                Member::Found { .. } | Member::Nil => {}
            }
        }
    }

    /// `object[key] = given`
    pub(super) fn store_index(
        &mut self,
        object: &'a Expr,
        object_ty: Ty,
        key: &'a Expr,
        key_ty: Ty,
        given: Ty,
        span: Span,
    ) {
        let key_name = literal(key).map_or_else(|| "an element".to_string(), |text| format!("'{text}'"));
        let object_ty = self.storable(object, object_ty, &key_name);
        for member in self.members_of(object_ty) {
            let member = self.resolve(member);
            if let Kind::Shape(shape) = self.pool.kind(member) {
                if key_ty != Ty::ANY && self.members_of(key_ty).contains(&Ty::NIL) {
                    let shown = self.show(key_ty);
                    let report =
                        Report::new(Code::InvalidIndex, key.span, format!("the key may be nil ({shown})"));
                    self.report(report.help("test it for nil first"));
                }
                match literal(key) {
                    Some(text) => {
                        let name = self.pool.name(text.as_bytes());
                        self.write_slot(shape, name, given, key.span);
                    }
                    None => {
                        let given = crate::narrow::without_nil(self, given);
                        if given != Ty::NEVER {
                            self.write_element(shape, key_ty, given);
                        }
                    }
                }
                continue;
            }
            match members::write_index(self, member, key_ty) {
                Member::Found { readonly: true, .. } => {
                    let (what, shown) = (called(object), self.show(member));
                    let message = format!("cannot set {key_name} of {what}: its type is {shown}");
                    self.error(Code::Readonly, span, message);
                }
                Member::BadKey { expected, got } => {
                    let (on, expected, got) = (self.holder(member), self.show(expected), self.show(got));
                    self.error(
                        Code::InvalidIndex,
                        key.span,
                        format!("cannot index {on} with {got}, its keys are {expected}"),
                    );
                }
                Member::NotIndexable(ty) => {
                    let shown = self.show(ty);
                    self.error(Code::NotIndexable, object.span, format!("cannot index {shown}"));
                }
                Member::Missing { on, .. } => {
                    let code = self.missing_key(on);
                    let (on, got) = (self.holder(on), self.show(key_ty));
                    self.error(code, key.span, format!("{on} has nothing at {got}"));
                }
                Member::Found { .. } | Member::Nil => {}
            }
        }
    }

    /// Arrays and maps have keys, records have fields.
    pub(super) fn missing_key(&mut self, on: Ty) -> Code {
        let on = self.resolve(on);
        if matches!(self.pool.kind(on), Kind::Array(..) | Kind::Map(..)) {
            Code::InvalidIndex
        } else {
            Code::NoField
        }
    }

    /// The types of the variables of `for … in exprs`.
    pub(super) fn iterated(&mut self, exprs: &'a [Expr], count: usize) -> Vec<Ty> {
        if let [only] = exprs
            && let ExprKind::Call { func, args } = &only.kind
            && let Some(arg) = args.first()
            && let Some(special @ (Special::Pairs | Special::Ipairs)) = self.special_of(func)
        {
            let name = if special == Special::Pairs { "pairs" } else { "ipairs" };
            let ty = self.eval(arg);
            args[1..].iter().for_each(|a| _ = self.eval(a));
            let (key, value) = self.elements(ty, name, arg);
            return vec![key, value];
        }
        let mut wanted = super::expr::Values::default();
        for (i, expr) in exprs.iter().enumerate() {
            if i + 1 < exprs.len() {
                let ty = self.eval(expr);
                wanted.list.push(ty);
            } else {
                let last = self.eval_multi(expr, None);
                wanted.list.extend(last.list);
                wanted.rest = last.rest;
            }
        }
        if let Some(first) = exprs.first()
            && self.special_of(first) == Some(Special::Next)
            && let Some(list) = exprs.get(1)
        {
            let ty = wanted.get(1);
            let (key, value) = self.elements(ty, "next", list);
            return vec![key, value];
        }
        let Some(first) = exprs.first() else { return vec![] };
        let iterator = wanted.get(0);
        let values = self.called(iterator, first.span);
        let mut types: Vec<Ty> = (0..count).map(|i| values.get(i)).collect();
        // The loop ends at the first nil of the first variable.
        if let Some(first) = types.first_mut() {
            let some = crate::narrow::without_nil(self, *first);
            *first = if some == Ty::NEVER { Ty::ANY } else { some };
        }
        types
    }

    /// The results of calling an iterator.
    fn called(&mut self, iterator: Ty, span: Span) -> super::expr::Values {
        let iterator = self.resolve(iterator);
        let any = super::expr::Values { rest: Some(Ty::ANY), ..Default::default() };
        match self.pool.kind(iterator) {
            Kind::Function(sig) => {
                let pack = self.results_of(sig);
                super::expr::Values::of(&self.pool, pack)
            }
            Kind::Any
            | Kind::Unknown
            | Kind::AnyFunction
            | Kind::Never
            | Kind::Intersection(_)
            | Kind::Union(_) => any,
            // Its metatable may make it callable.
            Kind::Ref(..) | Kind::Record(_) | Kind::AnyUserdata => any,
            Kind::Shape(shape) if self.shape_ref(shape).metatable.is_some() || self.shape_ref(shape).open => {
                any
            }
            _ => {
                let shown = self.show(iterator);
                let message = format!("a for loop wants an iterator, got {shown}");
                let report = Report::new(Code::NotCallable, span, message);
                self.report(report.help("go through a table with pairs or ipairs"));
                any
            }
        }
    }

    /// What `pairs`, `ipairs` and `next` give of a value.
    pub(super) fn elements(&mut self, ty: Ty, function: &str, arg: &'a Expr) -> (Ty, Ty) {
        let ordered = function == "ipairs";
        let ty = self.resolve(ty);
        let (mut keys, mut values) = (vec![], vec![]);
        for member in self.members_of(ty) {
            let member = self.resolve(member);
            let (key, value) = match self.pool.kind(member) {
                Kind::Array(elem, _) => (Ty::INTEGER, elem),
                Kind::Map(key, value, _) => (key, value),
                Kind::Tuple(list) => {
                    let types = self.pool.types(list);
                    (Ty::INTEGER, self.pool.union(&types))
                }
                Kind::Shape(shape) => self.shape_elements(shape, ordered),
                Kind::Record(_) => {
                    let table = self.record_table(member);
                    self.table_elements(&table, ordered)
                }
                Kind::Any
                | Kind::Unknown
                | Kind::AnyTable
                | Kind::Never
                | Kind::Intersection(_)
                | Kind::Param(_)
                | Kind::Ref(..)
                | Kind::AnyUserdata => (Ty::ANY, Ty::ANY),
                _ => {
                    let shown = self.show(ty);
                    let mut report = Report::new(
                        Code::Mismatch,
                        arg.span,
                        format!("argument 1 of '{function}': expected a table, got {shown}"),
                    );
                    if member == Ty::NIL {
                        report = report.help("test it for nil first, or give a default: 'or {}'");
                    }
                    self.report(report);
                    continue;
                }
            };
            keys.push(key);
            values.push(value);
        }
        if keys.is_empty() {
            return (Ty::ANY, Ty::ANY);
        }
        let key = if ordered { Ty::INTEGER } else { self.pool.union(&keys) };
        (key, self.pool.union(&values))
    }

    fn record_table(&mut self, ty: Ty) -> Table {
        match self.pool.kind(ty) {
            Kind::Record(id) => self.pool.fields(id).clone(),
            _ => Table::default(),
        }
    }

    fn shape_elements(&mut self, shape: crate::ty::ShapeId, ordered: bool) -> (Ty, Ty) {
        let here = self.shape_ref(shape);
        let (open, index) = (here.open, here.index);
        let mut table = self.own_table(shape);
        table.index = index;
        if open || (ordered && index.is_none()) {
            return (Ty::ANY, Ty::ANY);
        }
        let (key, value) = self.table_elements(&table, ordered);
        if value == Ty::NEVER { (Ty::ANY, Ty::ANY) } else { (key, self.told(value)) }
    }

    fn table_elements(&mut self, table: &Table, ordered: bool) -> (Ty, Ty) {
        if ordered {
            return match table.index {
                Some((_, value)) => (Ty::INTEGER, value),
                None => (Ty::INTEGER, Ty::ANY),
            };
        }
        let mut keys: Vec<Ty> = vec![];
        let mut values: Vec<Ty> = table.fields.iter().map(|f| f.ty).collect();
        if !table.fields.is_empty() {
            keys.push(Ty::STRING);
        }
        if let Some((key, value)) = table.index {
            keys.push(key);
            values.push(value);
        }
        let values: Vec<Ty> = values.into_iter().map(|ty| widen(&mut self.pool, ty)).collect();
        let value = super::state::union_of(&mut self.pool, &values);
        (self.pool.union(&keys), value)
    }

    /// What a loop with `pairs` or `ipairs` goes through.
    pub(super) fn walked(&mut self, expr: &'a Expr) -> Option<PathId> {
        match &expr.kind {
            ExprKind::Call { func, args } => match self.special_of(func) {
                Some(Special::Pairs | Special::Ipairs) => self.path(args.first()?),
                _ => None,
            },
            _ => None,
        }
    }
}
