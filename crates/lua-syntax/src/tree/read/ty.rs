//! Reads types: a first part, then what is built on it, held against how `extends`, `|` and `&` bind.

use super::{Head, Reader, Res};
use crate::ast::{Annotation, Field, FunctionType, Name, TypeExpr, TypeKind};
use crate::parser::is_primitive;
use crate::span::Span;
use crate::tree::tags::{self, field, flag, ty, type_link};

/// How loosely a type binds.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    /// First parts with suffixes.
    Suffixed,
    Intersection,
    Union,
    Conditional,
}

impl Level {
    fn text(self) -> &'static str {
        match self {
            Level::Suffixed => "a suffixed type",
            Level::Intersection => "an intersection",
            Level::Union => "a union",
            Level::Conditional => "a conditional type",
        }
    }
}

impl Reader<'_> {
    pub(super) fn ty(&mut self) -> Res<TypeExpr> {
        self.nested(|r| r.type_chain(Level::Conditional))
    }

    /// A type behind a cast: any but a conditional one.
    pub(super) fn cast_type(&mut self) -> Res<TypeExpr> {
        self.nested(|r| r.type_chain(Level::Union))
    }

    /// A type on the level of what it stands in.
    pub(super) fn suffixed_type(&mut self) -> Res<TypeExpr> {
        self.type_chain(Level::Suffixed)
    }

    /// A type that binds no looser than `most`; it runs within itself only for lower levels, and nested.
    fn type_chain(&mut self, most: Level) -> Res<TypeExpr> {
        let floor = self.cursor;
        let head = self.head(tags::FIRST)?;
        let start = self.skip(head.gap)?;
        let kind = self.first_type(head.kind)?;
        let mut ty = TypeExpr { kind, annotations: Vec::new(), span: Span::new(start, self.cursor) };
        let mut level = Level::Suffixed;
        let mut more = head.more;
        while more {
            let head = self.head(tags::TYPE_LINK)?;
            more = head.more;
            if head.kind == type_link::ANNOTATION {
                self.tighter(level, Level::Suffixed)?;
                let annotation = self.annotation(head.gap)?;
                ty.annotations.push(annotation);
                ty.span.end = self.cursor;
                continue;
            }
            let mut start = ty.span.start;
            let (kind, next) = match head.kind {
                type_link::READONLY_ARRAY => {
                    self.tighter(level, Level::Suffixed)?;
                    start = self.readonly(start, floor)?;
                    self.skip(head.gap)?;
                    self.skip(1)?;
                    self.link()?;
                    (TypeKind::Array { elem: Box::new(ty), readonly: true }, Level::Suffixed)
                }
                _ => self.built_on_type(ty, level, most, head)?,
            };
            ty = TypeExpr { kind, annotations: Vec::new(), span: Span::new(start, self.cursor) };
            level = next;
        }
        Ok(ty)
    }

    /// Where `readonly` stands in front of what begins at `start`.
    fn readonly(&mut self, start: u32, floor: u32) -> Res<u32> {
        let back = self.short()?;
        match start.checked_sub(back).filter(|place| *place >= floor && back > 0) {
            Some(place) => Ok(place),
            None => self.fail("'readonly' does not stand in front of its type"),
        }
    }

    /// A type of this level may stand where those up to `most` may.
    fn tighter(&self, level: Level, most: Level) -> Res<()> {
        if level <= most {
            return Ok(());
        }
        self.fail(format!("{} stands without parentheses in what binds tighter", level.text()))
    }

    fn first_type(&mut self, kind: u8) -> Res<TypeKind> {
        match kind {
            ty::NIL => self.skip(3).map(|_| TypeKind::Nil),
            ty::FALSE => self.skip(5).map(|_| TypeKind::Bool(false)),
            ty::TRUE => self.skip(4).map(|_| TypeKind::Bool(true)),
            ty::STR => self.string().map(TypeKind::Str),
            ty::INT => self.int().map(TypeKind::Int),
            ty::FLOAT => self.float().map(TypeKind::Float),
            ty::NAMED => self.named(),
            ty::ARRAY => self.array(),
            ty::MAP => self.map(),
            ty::RECORD => {
                self.skip(1)?;
                let readonly = self.flag()?;
                Ok(TypeKind::Record { fields: self.fields()?, readonly })
            }
            ty::INTERFACE => {
                self.skip(9)?;
                self.fields().map(TypeKind::Interface)
            }
            ty::FUNCTION => self.function_type(),
            ty::ASSERTS => self.asserts(),
            ty::TYPEOF => self.type_of(),
            ty::KEYOF => {
                self.skip(5)?;
                self.closed().map(TypeKind::KeyOf)
            }
            _ => {
                self.skip(1)?;
                self.closed().map(TypeKind::Group)
            }
        }
    }

    fn named(&mut self) -> Res<TypeKind> {
        let packed = self.number()?;
        let has_args = packed & 1 == 1;
        let count = packed >> 1;
        if count == 0 {
            return self.fail("a named type has no name");
        }
        let mut path: Vec<Name> = self.room(count, 0)?;
        self.fill(&mut path, 1, Self::any_word)?;
        self.fill(&mut path, count - 1, Self::name)?;
        let function = &*path[0].text == "function";
        if function && (has_args || count > 1) {
            return self.fail("'function' is a reserved word and cannot be a name");
        }
        let mut args = Vec::new();
        if has_args {
            if count == 1 && is_primitive(&path[0].text) {
                return self.fail(format!("the primitive type '{}' has arguments", path[0].text));
            }
            args = self.list(1, "a list of type arguments is empty", Self::ty)?;
            self.close()?;
        }
        Ok(TypeKind::Named { path, args })
    }

    /// A type and the byte that closes what it stands in.
    fn closed(&mut self) -> Res<Box<TypeExpr>> {
        let inner = Box::new(self.ty()?);
        self.close()?;
        Ok(inner)
    }

    fn array(&mut self) -> Res<TypeKind> {
        self.skip(1)?;
        let readonly = self.flag()?;
        Ok(TypeKind::Array { elem: self.closed()?, readonly })
    }

    fn map(&mut self) -> Res<TypeKind> {
        self.skip(1)?;
        let readonly = self.flag()?;
        let key = Box::new(self.ty()?);
        Ok(TypeKind::Map { key, value: self.closed()?, readonly })
    }

    fn fields(&mut self) -> Res<Vec<Field>> {
        let fields = self.list(0, "", |r| {
            let flags = r.flags(field::OPTIONAL | field::READONLY)?;
            let name = r.name()?;
            let (optional, readonly) = (flags & field::OPTIONAL != 0, flags & field::READONLY != 0);
            Ok(Field { name, optional, readonly, ty: r.ty()? })
        })?;
        self.close()?;
        Ok(fields)
    }

    fn function_type(&mut self) -> Res<TypeKind> {
        let flags = self.flags(flag::VARARG | flag::REST)?;
        let params = self.list(0, "", |r| {
            let name = if r.flag()? { Some(r.name()?) } else { None };
            Ok((name, r.ty()?))
        })?;
        let vararg = if flags & flag::VARARG != 0 { Some(Box::new(self.ty()?)) } else { None };
        let returns = self.list(0, "", Self::ty)?;
        let rest = if flags & flag::REST != 0 { Some(Box::new(self.ty()?)) } else { None };
        self.place()?;
        Ok(TypeKind::Function(FunctionType { params, vararg, returns, rest }))
    }

    fn asserts(&mut self) -> Res<TypeKind> {
        self.skip(7)?;
        let name = self.name()?;
        Ok(TypeKind::Asserts { name, ty: self.optional_type()?.map(Box::new) })
    }

    fn type_of(&mut self) -> Res<TypeKind> {
        self.skip(6)?;
        let expr = Box::new(self.expr()?);
        self.close()?;
        Ok(TypeKind::TypeOf(expr))
    }

    fn annotation(&mut self, gap: u32) -> Res<Annotation> {
        self.skip(gap)?;
        let name = self.word()?;
        let args = self.list(0, "", Self::expr)?;
        self.place()?;
        Ok(Annotation { name, args })
    }

    fn built_on_type(
        &mut self,
        on: TypeExpr,
        level: Level,
        most: Level,
        head: Head,
    ) -> Res<(TypeKind, Level)> {
        // What each takes in front of it, and what it is itself.
        let (takes, is) = match head.kind {
            type_link::INTERSECTION => (Level::Suffixed, Level::Intersection),
            type_link::UNION => (Level::Intersection, Level::Union),
            type_link::CONDITIONAL => (Level::Union, Level::Conditional),
            _ => (Level::Suffixed, Level::Suffixed),
        };
        self.tighter(level, takes)?;
        self.tighter(is, most)?;
        let kind = match head.kind {
            type_link::INTERSECTION => TypeKind::Intersection(self.members(on, Level::Suffixed, head.gap)?),
            type_link::UNION => TypeKind::Union(self.members(on, Level::Intersection, head.gap)?),
            type_link::CONDITIONAL => return self.conditional(on, head.gap),
            type_link::ARRAY => {
                self.skip(head.gap)?;
                self.skip(1)?;
                TypeKind::Array { elem: Box::new(on), readonly: false }
            }
            type_link::INDEXED => {
                self.skip(1)?;
                let key = Box::new(self.ty()?);
                self.skip(head.gap)?;
                self.skip(1)?;
                TypeKind::Indexed { object: Box::new(on), key }
            }
            _ => {
                self.skip(head.gap)?;
                self.skip(1)?;
                TypeKind::Optional(Box::new(on))
            }
        };
        self.link()?;
        Ok((kind, is))
    }

    /// `count` members, of which the first was read.
    fn members(&mut self, first: TypeExpr, level: Level, count: u32) -> Res<Vec<TypeExpr>> {
        if count < 2 {
            return self.fail("a union or intersection has fewer than two members");
        }
        let mut members = self.room(u64::from(count) - 1, 1)?;
        members.push(first);
        self.fill(&mut members, u64::from(count) - 1, |r| r.type_chain(level))?;
        Ok(members)
    }

    fn conditional(&mut self, check: TypeExpr, gap: u32) -> Res<(TypeKind, Level)> {
        self.skip(gap)?;
        let bound = Box::new(self.type_chain(Level::Union)?);
        let then = Box::new(self.ty()?);
        let otherwise = Box::new(self.ty()?);
        let kind = TypeKind::Conditional { check: Box::new(check), bound, then, otherwise };
        Ok((kind, Level::Conditional))
    }
}
