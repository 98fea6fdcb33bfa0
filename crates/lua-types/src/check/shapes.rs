//! Tables of the code itself: their fields are what is written to them, wherever that happens.

use super::Checker;
use super::state::union_of;
use crate::bind::FnId;
use crate::ty::{Field, Kind, Name, ShapeId, Table, Ty};
use crate::widen::widen;
use lua_syntax::Span;
use rustc_hash::FxHashMap;

/// Metatables behind metatables that are looked through.
const CHAIN: usize = 24;

/// A table of the code.
#[derive(Default)]
pub(super) struct Shape {
    pub(super) span: Span,
    /// Of the local that holds it first.
    pub(super) name: Option<Name>,
    fields: Vec<(Name, Slot)>,
    by_name: FxHashMap<Name, u32>,
    /// The elements that its constructor gives, while nobody writes others.
    items: Vec<Ty>,
    /// Keys and values written by keys that are no constants.
    pub(super) index: Option<(Ty, Ty)>,
    pub(super) metatable: Option<Ty>,
    /// What objects hold whose metatable this is.
    instance: Option<ShapeId>,
    /// An object of a derived class: what the base's constructor made of it. An object whose metatable names another table as
    /// `__index`: what the methods of that one write.
    base: Option<ShapeId>,
    /// What stands for the objects of a class: tables with other metatables whose `__index` is the class.
    objects: Vec<ShapeId>,
    /// Metatables name it as `__index`.
    pub(super) lends: bool,
    /// It is the same table as that one.
    same: Option<ShapeId>,
    /// Somebody out of sight may write to it.
    pub(super) open: bool,
}

/// A field of a table of the code.
#[derive(Clone, Copy)]
pub(super) struct Slot {
    /// All that was written so far.
    pub(super) ty: Ty,
    pub(super) span: Span,
}

/// Where a field was found.
pub(super) enum Found {
    /// Its type, nil aside.
    Field(Ty),
    /// Perhaps, by an index of any key.
    Index(Ty),
    /// It cannot be there.
    Missing,
    /// It may be there, for all that is known.
    Unsure,
}

impl<'a> Checker<'a> {
    pub(super) fn new_shape(&mut self, span: Span) -> ShapeId {
        let id = ShapeId(self.shapes.len() as u32);
        self.shapes.push(Shape { span, ..Shape::default() });
        id
    }

    pub(super) fn shape_type(&mut self, id: ShapeId) -> Ty {
        let id = self.same_shape(id);
        self.pool.add(Kind::Shape(id))
    }

    pub(super) fn same_shape(&self, mut id: ShapeId) -> ShapeId {
        while let Some(same) = self.shapes[id.0 as usize].same {
            id = same;
        }
        id
    }

    pub(super) fn shape_mut(&mut self, id: ShapeId) -> &mut Shape {
        let id = self.same_shape(id);
        &mut self.shapes[id.0 as usize]
    }

    pub(super) fn shape_ref(&self, id: ShapeId) -> &Shape {
        &self.shapes[self.same_shape(id).0 as usize]
    }

    /// Notes that `ty` is written to a field.
    pub(super) fn write_slot(&mut self, shape: ShapeId, name: Name, ty: Ty, span: Span) {
        if self.passing() {
            return;
        }
        let ty = self.slot_type(ty);
        let id = self.same_shape(shape);
        match self.shapes[id.0 as usize].by_name.get(&name) {
            Some(at) => {
                let at = *at as usize;
                let before = self.shapes[id.0 as usize].fields[at].1.ty;
                if before != ty {
                    let ty = union_of(&mut self.pool, &[before, ty]);
                    self.shapes[id.0 as usize].fields[at].1.ty = ty;
                }
            }
            None => {
                let shape = &mut self.shapes[id.0 as usize];
                shape.by_name.insert(name, shape.fields.len() as u32);
                shape.fields.push((name, Slot { ty, span }));
            }
        }
    }

    /// Notes that `ty` is written to a field of a table that may be any.
    pub(super) fn write_loose(&mut self, name: Name, ty: Ty) {
        let ty = self.slot_type(ty);
        let known = self.loose.get(&name).copied().unwrap_or(Ty::NEVER);
        let ty = if ty == Ty::ANY { known } else { union_of(&mut self.pool, &[known, ty]) };
        self.loose.insert(name, ty);
    }

    /// What a field holds that tables of which nothing is known get, too; `None`: it may be anything.
    fn with_loose(&mut self, name: Name, ty: Ty) -> Option<Ty> {
        let Some(loose) = self.loose.get(&name).copied().filter(|loose| *loose != ty) else {
            return Some(ty);
        };
        let (wide, other) = (widen(&mut self.pool, ty), crate::narrow::without_nil(self, loose));
        if crate::relate::fits(self, other, wide).is_err() {
            return None;
        }
        Some(if matches!(self.pool.kind(ty), Kind::Shape(_)) { ty } else { self.pool.union(&[ty, other]) })
    }

    /// Numbers are kept as their type: counters would be endless unions. Texts and truth values tell variants apart.
    fn slot_type(&mut self, ty: Ty) -> Ty {
        match self.pool.kind(ty) {
            Kind::Int(_) | Kind::Float(_) => widen(&mut self.pool, ty),
            Kind::Union(_) => {
                let members = self.pool.members(ty);
                let members: Vec<Ty> = members.into_iter().map(|m| self.slot_type(m)).collect();
                self.pool.union(&members)
            }
            _ => ty,
        }
    }

    /// Notes the elements of a constructor.
    pub(super) fn set_items(&mut self, shape: ShapeId, items: Vec<Ty>) {
        if !self.passing() {
            self.shape_mut(shape).items = items;
        }
    }

    /// The element at a constant index, if only the constructor wrote elements.
    pub(super) fn item(&self, shape: ShapeId, index: i64) -> Option<Ty> {
        let at = usize::try_from(index).ok()?.checked_sub(1)?;
        self.shape_ref(shape).items.get(at).copied()
    }

    /// Notes that `value` is written under a key that is no constant.
    pub(super) fn write_element(&mut self, shape: ShapeId, key: Ty, value: Ty) {
        if !self.passing() {
            self.shape_mut(shape).items.clear();
            self.write_index(shape, key, value);
        }
    }

    /// The same of an element that a constructor gives.
    pub(super) fn write_index(&mut self, shape: ShapeId, key: Ty, value: Ty) {
        if self.passing() {
            return;
        }
        let (mut key, value) = (widen(&mut self.pool, key), self.slot_type(value));
        if key == Ty::NUMBER {
            // Keys that are computed are whole numbers nearly always.
            key = Ty::INTEGER;
        }
        let value = widen(&mut self.pool, value);
        let id = self.same_shape(shape);
        let (keys, values) = match self.shapes[id.0 as usize].index {
            None => (key, value),
            Some((keys, values)) => {
                (union_of(&mut self.pool, &[keys, key]), union_of(&mut self.pool, &[values, value]))
            }
        };
        self.shapes[id.0 as usize].index = Some((keys, values));
    }

    /// What a table of the code has under a name; functions that write such fields are looked at first.
    pub(super) fn shape_field(&mut self, shape: ShapeId, name: Name) -> Found {
        let unsure = self.force_writers(name);
        self.look_up(shape, name, unsure)
    }

    fn look_up(&mut self, shape: ShapeId, name: Name, mut unsure: bool) -> Found {
        let mut id = self.same_shape(shape);
        let mut index = None;
        for _ in 0..CHAIN {
            let here = &self.shapes[id.0 as usize];
            if let Some(at) = here.by_name.get(&name) {
                let ty = here.fields[*at as usize].1.ty;
                let Some(ty) = self.with_loose(name, ty) else { return Found::Unsure };
                return Found::Field(self.told(ty));
            }
            unsure |= here.open;
            if let Some((keys, values)) = here.index
                && index.is_none()
                && self.may_be_text(keys)
            {
                index = Some(values);
            }
            if let Some(base) = here.base
                && let Some(found) = self.own_slot(base, name)
            {
                return Found::Field(self.told(found));
            }
            let Some(meta) = here.metatable else { break };
            match self.index_of(meta) {
                Lent::Shape(next) => id = self.same_shape(next),
                Lent::Type(ty) => {
                    let member = crate::members::field(self, ty, name);
                    return match member {
                        crate::members::Member::Found { ty, .. } => Found::Field(ty),
                        _ if unsure => Found::Unsure,
                        _ => index.map_or(Found::Missing, Found::Index),
                    };
                }
                Lent::Anything => return Found::Unsure,
                Lent::Nothing => break,
            }
        }
        match index {
            Some(values) => Found::Index(values),
            None if unsure => Found::Unsure,
            None => match self.field_of_objects(shape, name) {
                Some(ty) => Found::Field(self.told(ty)),
                None => Found::Missing,
            },
        }
    }

    /// The field itself, without what metatables lend; of bases, too.
    fn own_slot(&self, shape: ShapeId, name: Name) -> Option<Ty> {
        let mut id = self.same_shape(shape);
        for _ in 0..CHAIN {
            let here = &self.shapes[id.0 as usize];
            if let Some(at) = here.by_name.get(&name) {
                return Some(here.fields[*at as usize].1.ty);
            }
            id = self.same_shape(here.base?);
        }
        None
    }

    pub(super) fn has_slot(&self, shape: ShapeId, name: Name) -> bool {
        self.shape_ref(shape).by_name.contains_key(&name)
    }

    pub(super) fn slot_span(&self, shape: ShapeId, name: Name) -> Option<Span> {
        let shape = self.shape_ref(shape);
        shape.by_name.get(&name).map(|at| shape.fields[*at as usize].1.span)
    }

    /// What was written to a field, nil included, its own or one that metatables lend.
    pub(super) fn slot_as_written(&self, shape: ShapeId, name: Name) -> Option<Ty> {
        self.own_slot(shape, name)
    }

    /// Fields of which only certain texts are known.
    pub(super) fn tags(&self, shape: ShapeId) -> impl Iterator<Item = Name> {
        let text =
            |ty: Ty| self.pool.members(ty).iter().all(|ty| matches!(self.pool.kind(*ty), Kind::Str(_)));
        let fields = &self.shape_ref(shape).fields;
        fields.iter().filter(move |(_, slot)| text(slot.ty)).map(|(name, _)| *name)
    }

    /// The table's own fields as a record.
    pub(super) fn own_table(&self, shape: ShapeId) -> Table {
        let shape = self.shape_ref(shape);
        let fields = shape.fields.iter().map(|(name, slot)| Field {
            name: *name,
            ty: slot.ty,
            optional: false,
            readonly: false,
        });
        Table { fields: fields.collect(), ..Table::default() }
    }

    /// What readers of an inferred place see: nil is left to those who test for it; a place of which only nil is known may hold
    /// anything.
    pub(super) fn told(&mut self, ty: Ty) -> Ty {
        let ty = crate::narrow::without_nil(self, ty);
        if ty == Ty::NEVER { Ty::ANY } else { ty }
    }

    pub(super) fn may_be_text(&self, ty: Ty) -> bool {
        self.pool
            .members(ty)
            .iter()
            .any(|k| matches!(self.pool.kind(*k), Kind::String | Kind::Str(_) | Kind::Any | Kind::Unknown))
    }

    /// Where a metatable lets its tables look further.
    fn index_of(&mut self, meta: Ty) -> Lent {
        match self.pool.kind(meta) {
            Kind::Shape(meta) => {
                let index = self.pool.name(b"__index");
                match self.own_slot(meta, index) {
                    Some(ty) => self.lent(ty),
                    None if self.shape_ref(meta).lends => Lent::Shape(meta),
                    // Written later, perhaps: a class whose `__index` stands in a function.
                    None if self.shape_ref(meta).open || self.pending(index) => Lent::Anything,
                    None => Lent::Nothing,
                }
            }
            Kind::Record(_) | Kind::Ref(..) => {
                let index = self.pool.name(b"__index");
                match crate::members::field(self, meta, index) {
                    crate::members::Member::Found { ty, .. } => self.lent(ty),
                    _ => Lent::Nothing,
                }
            }
            _ => Lent::Anything,
        }
    }

    fn lent(&mut self, ty: Ty) -> Lent {
        match self.pool.kind(ty) {
            Kind::Shape(id) => Lent::Shape(id),
            Kind::Record(_) | Kind::Ref(..) | Kind::Map(..) => Lent::Type(ty),
            _ => Lent::Anything,
        }
    }

    /// `setmetatable(table, meta)`: what the table is from then on.
    pub(super) fn set_metatable(&mut self, table: Ty, meta: Ty) -> Ty {
        if self.passing() {
            // An object that was made of it before is that already.
            let made = matches!(self.pool.kind(table), Kind::Shape(shape) if self.shape_ref(shape).metatable.is_some());
            return if made { table } else { Ty::ANY };
        }
        let (Kind::Shape(table), Kind::Shape(meta_shape)) = (self.pool.kind(table), self.pool.kind(meta))
        else {
            if let Kind::Shape(class) = self.pool.kind(meta)
                && table == Ty::ANY
            {
                // An object of which nothing is known becomes one of the class: it may hold anything besides.
                let class = self.class_of(class);
                let index = self.pool.name(b"__index");
                if self.has_slot(class, index) {
                    let instance = self.instance_of(class);
                    self.shape_mut(instance).open = true;
                    return self.shape_type(instance);
                }
            }
            if let Kind::Shape(table) = self.pool.kind(table) {
                let shape = self.shape_mut(table);
                shape.metatable = Some(meta);
                shape.open |= meta == Ty::ANY;
            }
            return table;
        };
        let (table, class) = (self.same_shape(table), self.class_of(meta_shape));
        let index = self.pool.name(b"__index");
        let is_class = self.has_slot(class, index) || self.pending(index);
        if !is_class || table == class {
            self.shape_mut(table).metatable = Some(meta);
            return self.shape_type(table);
        }
        let instance = self.instance_of(class);
        let instance = self.same_shape(instance);
        if table == instance {
            return self.shape_type(instance);
        }
        let other_class = self.shapes[table.0 as usize].metatable;
        match other_class {
            // An object of a base class becomes one of a derived class.
            Some(other) if other != meta => {
                let cyclic = self.bases(table).contains(&instance);
                if !cyclic && self.shapes[instance.0 as usize].base.is_none() {
                    self.shapes[instance.0 as usize].base = Some(table);
                }
            }
            _ => self.merge(table, instance),
        }
        if let Some(Kind::Shape(lender)) = self.own_slot(class, index).map(|ty| self.pool.kind(ty)) {
            self.lend(lender, instance);
        }
        self.shape_type(instance)
    }

    /// `object` finds what it lacks in `lender`, whose methods may be called with it, although its metatable is another table.
    fn lend(&mut self, lender: ShapeId, object: ShapeId) {
        let any = self.instance_of(lender);
        let (any, object) = (self.same_shape(any), self.same_shape(object));
        if any == object || self.bases(any).contains(&object) {
            return;
        }
        let objects = &mut self.shapes[any.0 as usize].objects;
        if objects.len() == CHAIN {
            self.shapes[any.0 as usize].open = true;
        } else if !objects.contains(&object) {
            objects.push(object);
        }
        let base = &mut self.shapes[object.0 as usize].base;
        if base.is_none() {
            *base = Some(any);
        }
    }

    /// A field that one of the objects of a class has. A derived class is an object of its base, too, but what it holds is for its own.
    fn field_of_objects(&mut self, any: ShapeId, name: Name) -> Option<Ty> {
        let index = self.pool.name(b"__index");
        let objects = self.shape_ref(any).objects.iter().filter(|object| !self.has_slot(**object, index));
        let mut found = objects.filter_map(|object| self.own_slot(*object, name));
        let first = found.next()?;
        Some(if found.all(|other| other == first) { first } else { Ty::ANY })
    }

    fn bases(&self, shape: ShapeId) -> Vec<ShapeId> {
        let mut found = vec![self.same_shape(shape)];
        while found.len() < CHAIN
            && let Some(base) = self.shape_ref(found[found.len() - 1]).base
        {
            found.push(self.same_shape(base));
        }
        found
    }

    /// The class that a metatable stands for: within methods, `self` may stand for it.
    fn class_of(&mut self, meta: ShapeId) -> ShapeId {
        let meta = self.same_shape(meta);
        // `setmetatable({}, self)` within a method of a class: the object's own metatable is meant.
        let index = self.pool.name(b"__index");
        if !self.has_slot(meta, index)
            && let Some(class) = self.shapes[meta.0 as usize].metatable
            && let Kind::Shape(class) = self.pool.kind(class)
        {
            return self.same_shape(class);
        }
        meta
    }

    /// What objects of a class hold.
    pub(super) fn instance_of(&mut self, class: ShapeId) -> ShapeId {
        let class = self.same_shape(class);
        if let Some(instance) = self.shapes[class.0 as usize].instance {
            return self.same_shape(instance);
        }
        let span = self.shapes[class.0 as usize].span;
        let instance = self.new_shape(span);
        let meta = self.shape_type(class);
        let name = self.shapes[class.0 as usize].name;
        let shape = &mut self.shapes[instance.0 as usize];
        shape.metatable = Some(meta);
        shape.name = name;
        self.shapes[class.0 as usize].instance = Some(instance);
        instance
    }

    /// Makes `table` the same as `into`.
    fn merge(&mut self, table: ShapeId, into: ShapeId) {
        let taken = std::mem::take(&mut self.shapes[table.0 as usize]);
        self.shapes[table.0 as usize].same = Some(into);
        self.shapes[table.0 as usize].span = taken.span;
        for (name, slot) in taken.fields {
            self.write_slot(into, name, slot.ty, slot.span);
        }
        if let Some((key, value)) = taken.index {
            self.write_index(into, key, value);
        }
        let shape = &mut self.shapes[into.0 as usize];
        shape.open |= taken.open;
        if shape.base.is_none() {
            shape.base = taken.base;
        }
    }

    /// Functions that write a field of that name, and where.
    fn writers(&self, name: Name) -> &'a [(FnId, u32)] {
        let bound = self.bound;
        let text = std::str::from_utf8(self.pool.text(name)).ok();
        text.and_then(|text| bound.writers.get(text)).map_or(&[], Vec::as_slice)
    }

    /// Analyses functions that write a field of that name. Whether some could not be: the field may still come.
    fn force_writers(&mut self, name: Name) -> bool {
        if !self.settled.contains(&name) {
            self.writers(name).iter().for_each(|(writer, _)| self.force(*writer));
            if self.pending(name) {
                return true;
            }
            self.settled.insert(name);
        }
        self.loose.contains_key(&name)
    }

    /// Whether a field of that name may still be written somewhere that was not looked at.
    pub(super) fn pending(&self, name: Name) -> bool {
        self.writers(name).iter().any(|(writer, at)| !self.passed(*writer, *at))
    }

    /// The table as a record: its fields, then those that metatables lend it.
    pub(super) fn table_of(&mut self, shape: ShapeId) -> Table {
        let mut table = Table::default();
        let mut seen: rustc_hash::FxHashSet<Name> = rustc_hash::FxHashSet::default();
        let mut next = Some(self.same_shape(shape));
        let mut lent = false;
        for _ in 0..CHAIN {
            let Some(id) = next else { break };
            let mut own = vec![];
            for id in self.bases(id) {
                own.extend(self.shapes[id.0 as usize].fields.iter().map(|(name, slot)| (*name, slot.ty)));
            }
            for (name, ty) in own {
                // Names of metamethods say nothing to those who use the table.
                if seen.insert(name) && !(lent && is_plumbing(self.pool.text(name))) {
                    let optional = ty == Ty::NIL;
                    let ty = self.told(ty);
                    table.fields.push(Field { name, ty, optional, readonly: false });
                }
            }
            let here = &self.shapes[id.0 as usize];
            if table.index.is_none() {
                table.index = here.index;
            }
            if here.open && table.index.is_none() {
                table.index = Some((Ty::ANY, Ty::ANY));
            }
            next = match here.metatable {
                None => None,
                Some(meta) => match self.index_of(meta) {
                    Lent::Shape(next) => Some(self.same_shape(next)),
                    Lent::Nothing => None,
                    Lent::Type(_) | Lent::Anything => {
                        table.index.get_or_insert((Ty::ANY, Ty::ANY));
                        None
                    }
                },
            };
            lent = true;
        }
        table
    }
}

/// Metamethods that concern fields alone; the others say what operators do.
fn is_plumbing(name: &[u8]) -> bool {
    matches!(name, b"__index" | b"__newindex" | b"__metatable" | b"__gc" | b"__mode" | b"__name" | b"__close")
}

/// Where a metatable lets its tables look further.
enum Lent {
    Shape(ShapeId),
    Type(Ty),
    Anything,
    Nothing,
}
