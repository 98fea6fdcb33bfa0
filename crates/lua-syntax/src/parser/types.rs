//! Type expressions.
//!
//! Loose to tight: `extends ? :`, `|`, `&`, then the suffixes `[]`, `[K]`, `?`, `@validator`.

use super::{Parser, Res};
use crate::ast::{Annotation, Field, FunctionType, Name, TypeExpr, TypeKind};
use crate::literal::Number;
use crate::span::SyntaxError;
use crate::token::Tok;

/// What parentheses in a type turned out to be.
enum Parens {
    /// A group or a function type.
    Type(TypeExpr),
    /// None or several types, which stand only as results.
    List(Results),
}

/// Results, and what may follow them any number of times.
pub(super) type Results = (Vec<TypeExpr>, Option<Box<TypeExpr>>);

/// Whether a `?` may belong to `A extends B ? C : D`.
#[derive(Clone, Copy, PartialEq)]
enum Question {
    Optional,
    Choice,
}

impl Parser<'_> {
    /// One result, `...T`, or a list in parentheses.
    pub(super) fn results(&mut self) -> Res<Results> {
        self.nested(|p| {
            if p.eat(Tok::Ellipsis) {
                return Ok((Vec::new(), Some(Box::new(p.ty()?))));
            }
            if !p.at(Tok::LeftParen) {
                return Ok((vec![p.conditional(None)?], None));
            }
            match p.parens()? {
                Parens::List(list) => Ok(list),
                Parens::Type(first) => Ok((vec![p.conditional(Some(first))?], None)),
            }
        })
    }

    /// Reports `...T` among the results of a function with a body, which has no form for it.
    pub(super) fn no_rest(&mut self, rest: Option<Box<TypeExpr>>) -> Res<()> {
        let Some(rest) = rest else { return Ok(()) };
        let error = SyntaxError::new(rest.span, "'...' stands among the results of function types only");
        Err(self.report(error))
    }

    /// Moves behind a `>`, which may be the first half of `>>` or `>=`.
    pub(super) fn close_angle(&mut self) -> Res<()> {
        let rest = match self.tok.kind {
            Tok::Greater => {
                self.bump();
                return Ok(());
            }
            Tok::ShiftRight => Tok::Greater,
            Tok::GreaterEqual => Tok::Assign,
            _ => return Err(self.expected("'>' expected to close '<'")),
        };
        self.tok.kind = rest;
        self.tok.span.start += 1;
        self.tok.on_new_line = false;
        self.prev_end = self.tok.span.start;
        Ok(())
    }

    /// A type.
    pub(super) fn ty(&mut self) -> Res<TypeExpr> {
        self.nested(|p| p.conditional(None))
    }

    /// A type behind `as` or `::`: everything but a conditional one.
    pub(super) fn cast_type(&mut self) -> Res<TypeExpr> {
        self.nested(|p| p.union(None, Question::Optional))
    }

    /// `A extends B ? C : D`, or only its first part. `first` is a primary that was read already.
    fn conditional(&mut self, first: Option<TypeExpr>) -> Res<TypeExpr> {
        let check = self.union(first, Question::Optional)?;
        if !self.at_word("extends") || !self.type_begins_next() {
            return Ok(check);
        }
        self.bump();
        let start = check.span.start;
        let bound = Box::new(self.union(None, Question::Choice)?);
        self.expect(Tok::Question, "behind the bound of 'extends'")?;
        let then = Box::new(self.ty()?);
        self.expect(Tok::Colon, "between the two outcomes of 'extends'")?;
        let otherwise = Box::new(self.ty()?);
        let kind = TypeKind::Conditional { check: Box::new(check), bound, then, otherwise };
        Ok(self.type_since(start, kind))
    }

    fn union(&mut self, first: Option<TypeExpr>, question: Question) -> Res<TypeExpr> {
        let first = self.intersection(first, question)?;
        self.members(first, Tok::Pipe, TypeKind::Union, |p| p.intersection(None, question))
    }

    fn intersection(&mut self, first: Option<TypeExpr>, question: Question) -> Res<TypeExpr> {
        let first = self.postfix(first, question)?;
        self.members(first, Tok::Ampersand, TypeKind::Intersection, |p| p.postfix(None, question))
    }

    /// `first` and what follows it behind `separator`.
    fn members(
        &mut self,
        first: TypeExpr,
        separator: Tok,
        kind: impl FnOnce(Vec<TypeExpr>) -> TypeKind,
        mut member: impl FnMut(&mut Self) -> Res<TypeExpr>,
    ) -> Res<TypeExpr> {
        if !self.at(separator) {
            return Ok(first);
        }
        let start = first.span.start;
        let mut members = vec![first];
        while self.eat(separator) {
            members.push(member(self)?);
        }
        self.link()?;
        Ok(self.type_since(start, kind(members)))
    }

    /// A primary type and its suffixes.
    fn postfix(&mut self, first: Option<TypeExpr>, question: Question) -> Res<TypeExpr> {
        let readonly =
            (first.is_none() && self.at_word("readonly") && self.type_begins_next()).then(|| self.bump());
        let mut ty = match first {
            Some(first) => first,
            None => self.primary_type()?,
        };
        while self.at(Tok::LeftBracket) {
            ty = self.bracket_suffix(ty)?;
        }
        if let Some(word) = readonly {
            match &mut ty.kind {
                TypeKind::Array { readonly, .. }
                | TypeKind::Map { readonly, .. }
                | TypeKind::Record { readonly, .. } => *readonly = true,
                _ => {
                    let error =
                        SyntaxError::new(ty.span, "'readonly' expects an array, a map or a record behind it");
                    self.report(error);
                }
            }
            ty.span.start = word.span.start;
        }
        loop {
            let start = ty.span.start;
            let next = self.tok.kind;
            match next {
                Tok::LeftBracket => ty = self.bracket_suffix(ty)?,
                Tok::At => {
                    let annotation = self.annotation()?;
                    ty.annotations.push(annotation);
                    ty.span.end = self.prev_end;
                }
                Tok::Question if question == Question::Optional || self.question_is_suffix() => {
                    self.bump();
                    self.link()?;
                    ty = self.type_since(start, TypeKind::Optional(Box::new(ty)));
                }
                _ => return Ok(ty),
            }
        }
    }

    /// Behind the bound of a conditional type a `?` is a suffix only if the type goes on behind it.
    fn question_is_suffix(&mut self) -> bool {
        matches!(self.peek(1).kind, Tok::Question | Tok::LeftBracket | Tok::At | Tok::Pipe | Tok::Ampersand)
    }

    /// `T[]` or `T[K]`
    fn bracket_suffix(&mut self, ty: TypeExpr) -> Res<TypeExpr> {
        let start = ty.span.start;
        let open = self.bump();
        let kind = if self.eat(Tok::RightBracket) {
            TypeKind::Array { elem: Box::new(ty), readonly: false }
        } else {
            let key = Box::new(self.ty()?);
            self.close(Tok::RightBracket, open)?;
            TypeKind::Indexed { object: Box::new(ty), key }
        };
        self.link()?;
        Ok(self.type_since(start, kind))
    }

    /// `@name(args)`; the parenthesis stands on the same line, for on the next one it may begin a statement.
    fn annotation(&mut self) -> Res<Annotation> {
        self.bump();
        let name = self.name("a validator name")?;
        let mut args = Vec::new();
        if self.at(Tok::LeftParen) && !self.tok.on_new_line {
            let open = self.bump();
            if !self.at(Tok::RightParen) {
                args = self.exprs()?;
            }
            self.close(Tok::RightParen, open)?;
        }
        Ok(Annotation { name, args })
    }

    /// The token behind the current word can begin a type, and cannot go on a statement that begins with the word.
    fn type_begins_next(&mut self) -> bool {
        matches!(
            self.peek(1).kind,
            Tok::Name
                | Tok::Nil
                | Tok::True
                | Tok::False
                | Tok::String
                | Tok::Number
                | Tok::Minus
                | Tok::LeftBrace
                | Tok::LeftParen
        )
    }

    fn primary_type(&mut self) -> Res<TypeExpr> {
        let start = self.tok.span.start;
        let first = self.tok.kind;
        let kind = match first {
            Tok::Nil => TypeKind::Nil,
            Tok::True => TypeKind::Bool(true),
            Tok::False => TypeKind::Bool(false),
            Tok::String | Tok::BadString => TypeKind::Str(self.string()),
            Tok::Number => number_type(self.number()?, false),
            Tok::Minus if self.peek(1).kind == Tok::Number => {
                self.bump();
                number_type(self.number()?, true)
            }
            Tok::Name => return self.word_type(),
            Tok::LeftBrace => return self.braces(),
            Tok::LeftParen => {
                return match self.parens()? {
                    Parens::Type(ty) => Ok(ty),
                    Parens::List(_) => {
                        Err(self.expected("'->' expected behind the parameters of a function type"))
                    }
                };
            }
            Tok::Function if self.is_any_function() => {
                let name = Name { text: "function".into(), span: self.tok.span };
                TypeKind::Named { path: vec![name], args: Vec::new() }
            }
            Tok::Function => {
                let help = "a function type is written 'fun(a: T): R' or '(a: T) -> R'";
                let failed = self.expected_with_help("a type expected", help);
                // Otherwise a statement would seem to begin here.
                self.bump();
                return Err(failed);
            }
            _ => return Err(self.expected("a type expected")),
        };
        self.bump();
        Ok(self.type_since(start, kind))
    }

    /// `function` is the type of all functions, unless a statement or the parameters of a function seem to follow.
    fn is_any_function(&mut self) -> bool {
        let new_line = self.tok.on_new_line;
        let next = self.peek(1);
        match next.kind {
            Tok::LeftParen => !new_line && next.on_new_line,
            Tok::Name => !new_line,
            _ => true,
        }
    }

    /// A type that begins with a name, which may be one of the words of the type syntax.
    fn word_type(&mut self) -> Res<TypeExpr> {
        let span = self.tok.span;
        let next = self.peek(1);
        let kind = match (self.text(span), next.kind) {
            (b"fun", Tok::LeftParen) => {
                self.bump();
                let (params, vararg) = self.param_types()?;
                let (returns, rest) = if self.eat(Tok::Colon) { self.results()? } else { (Vec::new(), None) };
                TypeKind::Function(FunctionType { params, vararg, returns, rest })
            }
            (b"interface", Tok::LeftBrace) => {
                self.bump();
                TypeKind::Interface(self.fields()?)
            }
            (b"asserts", Tok::Name) if !next.on_new_line => {
                self.bump();
                let name = self.name("a parameter name")?;
                let is = self.at_word("is") && !self.tok.on_new_line;
                let ty = if is {
                    self.bump();
                    Some(Box::new(self.ty()?))
                } else {
                    None
                };
                TypeKind::Asserts { name, ty }
            }
            (b"typeof", Tok::LeftParen) => {
                self.bump();
                let open = self.bump();
                let expr = Box::new(self.expr()?);
                self.close(Tok::RightParen, open)?;
                TypeKind::TypeOf(expr)
            }
            (b"keyof", Tok::LeftParen) => {
                self.bump();
                let open = self.bump();
                let ty = Box::new(self.ty()?);
                self.close(Tok::RightParen, open)?;
                TypeKind::KeyOf(ty)
            }
            _ => return self.named(),
        };
        Ok(self.type_since(span.start, kind))
    }

    /// `a.b.C<T, U>`
    pub(super) fn named(&mut self) -> Res<TypeExpr> {
        let start = self.tok.span.start;
        let mut path = vec![self.name("a type name")?];
        while self.eat(Tok::Dot) {
            path.push(self.name("a type name")?);
        }
        let mut args = Vec::new();
        // A primitive has no arguments: in 'x as number < y' the '<' compares.
        if self.at(Tok::Less) && !(path.len() == 1 && is_primitive(&path[0].text)) {
            self.bump();
            args = self.list(Self::ty)?;
            self.close_angle()?;
        }
        Ok(self.type_since(start, TypeKind::Named { path, args }))
    }

    /// An array, a map or a record.
    fn braces(&mut self) -> Res<TypeExpr> {
        let start = self.tok.span.start;
        let kind = match self.peek(1).kind {
            Tok::LeftBracket => self.map()?,
            Tok::RightBrace => TypeKind::Record { fields: self.fields()?, readonly: false },
            _ if self.field_follows() => TypeKind::Record { fields: self.fields()?, readonly: false },
            _ => {
                let open = self.bump();
                let elem = Box::new(self.ty()?);
                if self.at(Tok::Comma) {
                    let help = "an array type is written '{T}', a field 'name: T'";
                    return Err(self.expected_with_help("'}' expected behind the element type", help));
                }
                self.close(Tok::RightBrace, open)?;
                TypeKind::Array { elem, readonly: false }
            }
        };
        Ok(self.type_since(start, kind))
    }

    /// Behind the current token stands `name:`, `name?:` or one of these with `readonly`.
    fn field_follows(&mut self) -> bool {
        let word = self.peek(1);
        let mut at = 1;
        if self.is_word(word, "readonly") && self.peek(2).kind == Tok::Name {
            at = 2;
        }
        let named = self.peek(at).kind == Tok::Name || self.peek(at).kind.is_keyword();
        let mark = self.peek(at + 1).kind;
        named && (mark == Tok::Colon || (mark == Tok::Question && self.peek(at + 2).kind == Tok::Colon))
    }

    fn map(&mut self) -> Res<TypeKind> {
        let open = self.bump();
        let bracket = self.bump();
        let key = Box::new(self.ty()?);
        self.close(Tok::RightBracket, bracket)?;
        self.expect(Tok::Colon, "between key and value of a map type")?;
        let value = Box::new(self.ty()?);
        if self.at(Tok::Comma) {
            let help = "named fields and '[K]: V' cannot stand in one type";
            return Err(self.expected_with_help("'}' expected behind the value of a map type", help));
        }
        self.close(Tok::RightBrace, open)?;
        Ok(TypeKind::Map { key, value, readonly: false })
    }

    /// `{a: T, readonly b?: U}`
    fn fields(&mut self) -> Res<Vec<Field>> {
        let open = self.bump();
        let mut fields = Vec::new();
        while !self.at(Tok::RightBrace) {
            fields.push(self.field()?);
            if !self.eat(Tok::Comma) {
                break;
            }
        }
        match self.tok.kind {
            Tok::Semicolon => Err(self.expected("',' expected between the fields of a type")),
            Tok::Assign => {
                Err(self.expected_with_help("',' or '}' expected", "a field has no default value"))
            }
            _ => self.close(Tok::RightBrace, open).map(|()| fields),
        }
    }

    fn field(&mut self) -> Res<Field> {
        if self.at(Tok::LeftBracket) {
            let help = "named fields and '[K]: V' cannot stand in one type";
            return Err(self.expected_with_help("a field name expected", help));
        }
        let readonly = self.at_word("readonly") && self.peek(1).kind == Tok::Name;
        if readonly {
            self.bump();
        }
        let name = self.name("a field name")?;
        let optional = self.eat(Tok::Question);
        if !self.at(Tok::Colon) {
            return Err(
                self.expected_with_help("':' expected behind a field name", "a field is written 'name: T'")
            );
        }
        self.bump();
        Ok(Field { name, optional, readonly, ty: self.ty()? })
    }

    /// `(T)`, `(a: T) -> R` or a list of results.
    fn parens(&mut self) -> Res<Parens> {
        let start = self.tok.span.start;
        let (mut params, vararg) = self.param_types()?;
        if self.eat(Tok::Arrow) {
            let (returns, rest) = self.results()?;
            let kind = TypeKind::Function(FunctionType { params, vararg, returns, rest });
            return Ok(Parens::Type(self.type_since(start, kind)));
        }
        if params.iter().any(|(name, _)| name.is_some()) {
            return Err(self.expected("'->' expected behind the parameters of a function type"));
        }
        if params.len() == 1 && vararg.is_none() {
            let inner = Box::new(params.swap_remove(0).1);
            return Ok(Parens::Type(self.type_since(start, TypeKind::Group(inner))));
        }
        Ok(Parens::List((params.into_iter().map(|(_, ty)| ty).collect(), vararg)))
    }

    /// `(a: T, U, ...V)`
    #[expect(clippy::type_complexity, reason = "the two fields of a function type, as the tree has them")]
    fn param_types(&mut self) -> Res<(Vec<(Option<Name>, TypeExpr)>, Option<Box<TypeExpr>>)> {
        let open = self.bump();
        let mut params = Vec::new();
        let mut vararg = None;
        while !self.at(Tok::RightParen) {
            if self.eat(Tok::Ellipsis) {
                self.eat(Tok::Colon);
                if self.at(Tok::RightParen) {
                    return Err(self.expected_with_help("a type expected behind '...'", "write '...any'"));
                }
                vararg = Some(Box::new(self.ty()?));
                if self.at(Tok::Comma) {
                    return Err(self.expected_with_help("')' expected", "'...' is the last parameter"));
                }
                break;
            }
            let named = self.at(Tok::Name) && self.peek(1).kind == Tok::Colon;
            let name = if named { Some(self.name("a parameter name")?) } else { None };
            if named {
                self.bump();
            }
            params.push((name, self.ty()?));
            if self.at(Tok::Colon) {
                let help = "an optional parameter is written 'name: T?'";
                return Err(self.expected_with_help("',' or ')' expected", help));
            }
            if !self.eat(Tok::Comma) {
                break;
            }
            if self.at(Tok::RightParen) {
                return Err(self.expected("a type expected behind ','"));
            }
        }
        self.close(Tok::RightParen, open)?;
        Ok((params, vararg))
    }

    fn type_since(&self, start: u32, kind: TypeKind) -> TypeExpr {
        TypeExpr { kind, annotations: Vec::new(), span: self.since(start) }
    }
}

fn number_type(value: Number, negative: bool) -> TypeKind {
    match value {
        Number::Int(value) => TypeKind::Int(if negative { value.wrapping_neg() } else { value }),
        Number::Float(value) => TypeKind::Float(if negative { -value } else { value }),
    }
}

pub(crate) fn is_primitive(name: &str) -> bool {
    matches!(name, "any" | "unknown" | "never" | "boolean" | "number" | "integer" | "string")
}
