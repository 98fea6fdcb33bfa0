//! Writes types as people write them, cut where they get long.

use crate::pool::Pool;
use crate::ty::{CondId, Kind, List, Name, Pack, ShapeId, SigId, Table, Ty};
use crate::types::Types;
use std::fmt::Write as _;

const MAX_DEPTH: u32 = 4;
const MAX_LENGTH: usize = 120;
const MAX_FIELDS: usize = 8;
const CUT: char = '…';

/// A type as text: `{name: string, age?: integer}`. Tables of the code are `table`.
pub fn show(pool: &Pool, ty: Ty) -> String {
    let mut text = Text { source: &mut Plain(pool), out: String::new(), depth: 0, shapes: vec![] };
    text.ty(ty, Place::Alone);
    text.finish()
}

/// The same with the fields of tables of the code, and the results of functions that are known already.
pub(crate) fn show_with<T: Types + ?Sized>(cx: &mut T, ty: Ty) -> String {
    let mut text = Text { source: &mut Full(cx), out: String::new(), depth: 0, shapes: vec![] };
    text.ty(ty, Place::Alone);
    text.finish()
}

/// Where the parts of a type are looked up.
trait Source {
    fn pool(&self) -> &Pool;
    fn shape(&mut self, shape: ShapeId) -> Option<Table>;
    fn shape_name(&self, shape: ShapeId) -> Option<Name>;
    fn results(&self, sig: SigId) -> Option<Pack>;
}

struct Plain<'a>(&'a Pool);

impl Source for Plain<'_> {
    fn pool(&self) -> &Pool {
        self.0
    }

    fn shape(&mut self, _: ShapeId) -> Option<Table> {
        None
    }

    fn shape_name(&self, _: ShapeId) -> Option<Name> {
        None
    }

    fn results(&self, sig: SigId) -> Option<Pack> {
        self.0.known_results(sig)
    }
}

struct Full<'a, T: ?Sized>(&'a mut T);

impl<T: Types + ?Sized> Source for Full<'_, T> {
    fn pool(&self) -> &Pool {
        self.0.pool()
    }

    fn shape(&mut self, shape: ShapeId) -> Option<Table> {
        Some(self.0.shape(shape))
    }

    fn shape_name(&self, shape: ShapeId) -> Option<Name> {
        self.0.shape_name(shape)
    }

    fn results(&self, sig: SigId) -> Option<Pack> {
        self.0.known_results(sig)
    }
}

/// What stands around a type: whether it needs parentheses.
#[derive(Clone, Copy, PartialEq, PartialOrd)]
enum Place {
    Alone,
    /// A member of a union.
    Union,
    /// A member of an intersection.
    Intersection,
    /// Before `?` or `[`.
    Suffix,
}

struct Text<'a, S> {
    source: &'a mut S,
    out: String,
    depth: u32,
    shapes: Vec<ShapeId>,
}

impl<S: Source> Text<'_, S> {
    fn finish(mut self) -> String {
        if self.out.chars().count() > MAX_LENGTH {
            let end = self.out.char_indices().nth(MAX_LENGTH - 1).map_or(self.out.len(), |(at, _)| at);
            self.out.truncate(end);
            self.out.push(CUT);
        }
        self.out
    }

    fn full(&self) -> bool {
        self.out.len() > MAX_LENGTH * 4
    }

    fn ty(&mut self, ty: Ty, place: Place) {
        if self.depth >= MAX_DEPTH || self.full() {
            return self.cut(ty);
        }
        self.depth += 1;
        self.kind(ty, place);
        self.depth -= 1;
    }

    /// Too deep: what takes one word is still said.
    fn cut(&mut self, ty: Ty) {
        let kind = self.source.pool().kind(ty);
        match word(kind) {
            Some(word) => self.out.push_str(word),
            None => match kind {
                Kind::Bool(_) | Kind::Int(_) | Kind::Float(_) | Kind::Str(_) | Kind::Param(_) => {
                    self.kind(ty, Place::Alone);
                }
                Kind::Ref(decl, list) if list.is_empty() => {
                    let name = self.source.pool().decl(decl).name;
                    self.name(name);
                }
                _ => self.out.push(CUT),
            },
        }
    }

    fn name(&mut self, name: Name) {
        self.out.push_str(self.source.pool().str(name));
    }

    fn kind(&mut self, ty: Ty, place: Place) {
        let kind = self.source.pool().kind(ty);
        if let Some(word) = word(kind) {
            return self.out.push_str(word);
        }
        match kind {
            Kind::Int(value) => drop(write!(self.out, "{value}")),
            Kind::Float(bits) => drop(write!(self.out, "{:?}", f64::from_bits(bits))),
            Kind::Str(name) => self.literal(name),
            Kind::Array(elem, readonly) => self.wrapped(readonly, place, |text| {
                text.out.push('{');
                text.ty(elem, Place::Alone);
                text.out.push('}');
            }),
            Kind::Map(key, value, readonly) => self.wrapped(readonly, place, |text| {
                text.out.push_str("{[");
                text.ty(key, Place::Alone);
                text.out.push_str("]: ");
                text.ty(value, Place::Alone);
                text.out.push('}');
            }),
            Kind::Record(id) => {
                let table = self.source.pool().fields(id).clone();
                self.table(&table);
            }
            Kind::Shape(shape) => self.shape(shape),
            Kind::Tuple(list) => {
                self.out.push('(');
                self.list(list);
                self.out.push(')');
            }
            Kind::Function(sig) => self.in_parens(place > Place::Alone, |text| text.function(sig)),
            Kind::Union(list) => self.union(list, place),
            Kind::Intersection(list) => self.in_parens(place > Place::Intersection, |text| {
                for i in 0..list.len() {
                    if i > 0 {
                        text.out.push_str(" & ");
                    }
                    let member = text.source.pool().at(list, i);
                    text.ty(member, Place::Intersection);
                }
            }),
            Kind::Ref(decl, list) => {
                let name = self.source.pool().decl(decl).name;
                self.name(name);
                if !list.is_empty() {
                    self.out.push('<');
                    self.list(list);
                    self.out.push('>');
                }
            }
            Kind::Param(param) => {
                let name = self.source.pool().type_param(param).name;
                self.name(name);
            }
            Kind::TypeValue(of) => {
                self.out.push_str("type ");
                self.ty(of, Place::Suffix);
            }
            Kind::KeyOf(of) => {
                self.out.push_str("keyof(");
                self.ty(of, Place::Alone);
                self.out.push(')');
            }
            Kind::Indexed(object, key) => {
                self.ty(object, Place::Suffix);
                self.out.push('[');
                self.ty(key, Place::Alone);
                self.out.push(']');
            }
            Kind::Conditional(id) => self.in_parens(place > Place::Alone, |text| text.conditional(id)),
            _ => {}
        }
    }

    fn conditional(&mut self, id: CondId) {
        let cond = self.source.pool().cond(id);
        self.ty(cond.check, Place::Union);
        self.out.push_str(" extends ");
        self.ty(cond.bound, Place::Union);
        self.out.push_str(" ? ");
        self.ty(cond.then, Place::Alone);
        self.out.push_str(" : ");
        self.ty(cond.otherwise, Place::Alone);
    }

    fn in_parens(&mut self, needed: bool, write: impl FnOnce(&mut Self)) {
        if needed {
            self.out.push('(');
        }
        write(self);
        if needed {
            self.out.push(')');
        }
    }

    fn wrapped(&mut self, readonly: bool, place: Place, write: impl FnOnce(&mut Self)) {
        self.in_parens(readonly && place == Place::Suffix, |text| {
            if readonly {
                text.out.push_str("readonly ");
            }
            write(text);
        });
    }

    fn literal(&mut self, name: Name) {
        let text = String::from_utf8_lossy(self.source.pool().text(name)).into_owned();
        self.out.push('"');
        for (i, letter) in text.chars().enumerate() {
            if i >= MAX_LENGTH / 3 {
                self.out.push(CUT);
                break;
            }
            match letter {
                '"' | '\\' => self.out.extend(['\\', letter]),
                '\n' => self.out.push_str("\\n"),
                _ if letter.is_control() => drop(write!(self.out, "\\{}", letter as u32)),
                _ => self.out.push(letter),
            }
        }
        self.out.push('"');
    }

    fn list(&mut self, list: List) {
        for i in 0..list.len() {
            if i > 0 {
                self.out.push_str(", ");
            }
            if i >= MAX_FIELDS {
                self.out.push(CUT);
                break;
            }
            let ty = self.source.pool().at(list, i);
            self.ty(ty, Place::Alone);
        }
    }

    fn table(&mut self, table: &Table) {
        if table.interface {
            self.out.push_str("interface ");
        }
        self.out.push('{');
        let mut first = true;
        for (i, field) in table.fields.iter().enumerate() {
            if !std::mem::take(&mut first) {
                self.out.push_str(", ");
            }
            if i >= MAX_FIELDS || self.full() {
                self.out.push(CUT);
                break;
            }
            if field.readonly {
                self.out.push_str("readonly ");
            }
            self.name(field.name);
            self.out.push_str(if field.optional { "?: " } else { ": " });
            self.ty(field.ty, Place::Alone);
        }
        if let Some((key, value)) = table.index {
            let list = first && key == Ty::INTEGER;
            if !first {
                self.out.push_str(", ");
            }
            if !list {
                self.out.push('[');
                self.ty(key, Place::Alone);
                self.out.push_str("]: ");
            }
            self.ty(value, Place::Alone);
        }
        self.out.push('}');
    }

    fn shape(&mut self, shape: ShapeId) {
        if self.shapes.contains(&shape) {
            return match self.source.shape_name(shape) {
                Some(name) => self.name(name),
                None => self.out.push(CUT),
            };
        }
        self.shapes.push(shape);
        match self.source.shape(shape) {
            Some(table) => self.table(&table),
            None => self.out.push_str("table"),
        }
        self.shapes.pop();
    }

    /// `A | B?`: nil is written as `?` where the rest is one type, behind parentheses where it is several.
    fn union(&mut self, list: List, place: Place) {
        let pool = self.source.pool();
        let mut members = pool.types(list);
        let nil = members.contains(&Ty::NIL);
        members.retain(|member| *member != Ty::NIL);
        if let ([only], true) = (&members[..], nil) {
            self.ty(*only, Place::Suffix);
            self.out.push('?');
            return;
        }
        self.in_parens(nil || place > Place::Union, |text| {
            for (i, member) in members.iter().enumerate() {
                if i > 0 {
                    text.out.push_str(" | ");
                }
                if i >= MAX_FIELDS || text.full() {
                    text.out.push(CUT);
                    break;
                }
                text.ty(*member, Place::Union);
            }
        });
        if nil {
            self.out.push('?');
        }
    }

    /// `(x: number, ...string) -> (string?, error?)`
    fn function(&mut self, id: SigId) {
        let sig = self.source.pool().signature(id).clone();
        if !sig.generics.is_empty() {
            self.out.push('<');
            for (i, param) in sig.generics.iter().enumerate() {
                if i > 0 {
                    self.out.push_str(", ");
                }
                let name = self.source.pool().type_param(*param).name;
                self.name(name);
            }
            self.out.push('>');
        }
        self.out.push('(');
        for (i, param) in sig.params.iter().enumerate() {
            if i > 0 {
                self.out.push_str(", ");
            }
            if i >= MAX_FIELDS || self.full() {
                self.out.push(CUT);
                break;
            }
            if let Some(name) = param.name {
                self.name(name);
                self.out.push_str(": ");
            }
            let nilable = matches!(param.ty, Ty::ANY | Ty::UNKNOWN);
            self.ty(param.ty, if param.optional && !nilable { Place::Suffix } else { Place::Alone });
            if param.optional && !nilable {
                self.out.push('?');
            }
        }
        if let Some(rest) = sig.rest {
            self.out.push_str(if sig.params.is_empty() { "..." } else { ", ..." });
            self.ty(rest, Place::Suffix);
        }
        self.out.push_str(") -> ");
        if let Some(says) = sig.asserts {
            self.out.push_str("asserts ");
            match sig.params.get(says.param as usize).and_then(|param| param.name) {
                Some(name) => self.name(name),
                None => drop(write!(self.out, "{}", says.param + 1)),
            }
            if let Some(ty) = says.ty {
                self.out.push_str(" is ");
                self.ty(ty, Place::Alone);
            }
            return;
        }
        match self.source.results(id) {
            Some(pack) => self.pack(pack),
            None => self.out.push(CUT),
        }
    }

    fn pack(&mut self, pack: Pack) {
        if pack.rest.is_none() && pack.list.len() == 1 {
            let only = self.source.pool().at(pack.list, 0);
            return self.ty(only, Place::Alone);
        }
        self.out.push('(');
        self.list(pack.list);
        if let Some(rest) = pack.rest {
            self.out.push_str(if pack.list.is_empty() { "..." } else { ", ..." });
            self.ty(rest, Place::Suffix);
        }
        self.out.push(')');
    }
}

/// Types of one word.
fn word(kind: Kind) -> Option<&'static str> {
    Some(match kind {
        Kind::Never => "never",
        Kind::Unknown => "unknown",
        Kind::Any => "any",
        Kind::Nil => "nil",
        Kind::Boolean => "boolean",
        Kind::Bool(true) => "true",
        Kind::Bool(false) => "false",
        Kind::Number => "number",
        Kind::Integer => "integer",
        Kind::String => "string",
        Kind::AnyTable => "table",
        Kind::AnyFunction => "function",
        Kind::Thread => "thread",
        Kind::AnyUserdata => "userdata",
        _ => return None,
    })
}

#[cfg(test)]
mod tests;
