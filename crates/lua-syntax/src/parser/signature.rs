//! Declarations of libraries: signatures, types and heads of types, each a text of its own.
//!
//! What programs may leave out is required here (types of parameters), and the first mistake ends the parse.

use super::{Parser, Res};
use crate::ast::{Name, SigParam, Signature, TypeExpr, TypeParam};
use crate::span::{Span, SyntaxError};
use crate::token::Tok;

/// Parses a function as a library declares it.
///
/// `text` is `a.b.name<P: Bound>(x: T, y?: U, ...V): (R, ...S)`: the type of each parameter is required; `...: V` is the
/// same as `...V`, `...` alone as `...any`; without a result list, or with `()`, there are no results.
///
/// # Errors
/// The first mistake; its span counts bytes of `text`.
pub fn parse_signature(text: &str) -> Result<Signature, SyntaxError> {
    whole(text, Parser::library_signature)
}

/// Parses a type that stands alone: `{id: string, meta?: {[string]: any}}`.
///
/// # Errors
/// The first mistake; its span counts bytes of `text`.
pub fn parse_type(text: &str) -> Result<TypeExpr, SyntaxError> {
    whole(text, Parser::ty)
}

/// Parses the head of a type's declaration: `Name`, `Name<T, U: Bound>`.
///
/// # Errors
/// The first mistake; its span counts bytes of `text`.
pub fn parse_head(text: &str) -> Result<(Name, Vec<TypeParam>), SyntaxError> {
    whole(text, |p| Ok((p.name("a type name")?, p.type_params()?)))
}

/// The result of `parse`, which must read all of `text` without a mistake.
fn whole<'s, T>(text: &'s str, parse: impl FnOnce(&mut Parser<'s>) -> Res<T>) -> Result<T, SyntaxError> {
    if u32::try_from(text.len()).is_err() {
        return Err(SyntaxError::new(Span::default(), "the text is too long, less than 4 GiB expected"));
    }
    let mut parser = Parser::new(text.as_bytes());
    let parsed = parse(&mut parser);
    if parsed.is_ok() && !parser.at(Tok::Eof) {
        parser.expected("the end expected");
    }
    let span = parser.tok.span;
    match (parser.lexer.into_errors().into_iter().next(), parsed) {
        (Some(error), _) => Err(error),
        (None, Ok(parsed)) => Ok(parsed),
        (None, Err(_)) => Err(SyntaxError::new(span, "the text cannot be parsed")),
    }
}

impl Parser<'_> {
    fn library_signature(&mut self) -> Res<Signature> {
        let mut path = vec![self.name("a function name")?];
        while self.eat(Tok::Dot) {
            path.push(self.name("a function name")?);
        }
        let type_params = self.type_params()?;
        let (params, vararg) = self.library_params()?;
        let (returns, rest) = if self.eat(Tok::Colon) { self.results()? } else { (Vec::new(), None) };
        Ok(Signature { path, type_params, params, vararg, returns, rest: rest.map(|ty| *ty) })
    }

    /// `(x: T, y?: U, ...V)`
    fn library_params(&mut self) -> Res<(Vec<SigParam>, Option<TypeExpr>)> {
        let open = self.expect(Tok::LeftParen, "before the parameters")?;
        let (mut params, mut vararg) = (Vec::new(), None);
        while !self.at(Tok::RightParen) {
            if self.at(Tok::Ellipsis) {
                vararg = Some(self.library_vararg()?);
                break;
            }
            params.push(self.library_param()?);
            if !self.eat(Tok::Comma) {
                break;
            }
            if self.at(Tok::RightParen) {
                return Err(self.expected("a parameter expected behind ','"));
            }
        }
        self.close(Tok::RightParen, open)?;
        Ok((params, vararg))
    }

    fn library_vararg(&mut self) -> Res<TypeExpr> {
        let span = self.bump().span;
        let ty = if self.at(Tok::RightParen) {
            let any = Name { text: "any".into(), span };
            let kind = crate::ast::TypeKind::Named { path: vec![any], args: Vec::new() };
            TypeExpr { kind, annotations: Vec::new(), span }
        } else {
            self.eat(Tok::Colon);
            self.ty()?
        };
        if self.at(Tok::Comma) {
            return Err(self.expected_with_help("')' expected", "'...' is the last parameter"));
        }
        Ok(ty)
    }

    fn library_param(&mut self) -> Res<SigParam> {
        // A parameter may have any name; words that are reserved elsewhere stand before ':' or '?' here.
        let named = self.tok.kind.is_keyword() && matches!(self.peek(1).kind, Tok::Colon | Tok::Question);
        let name = if named {
            let span = self.bump().span;
            self.name_at(span)
        } else {
            self.name("a parameter name")?
        };
        let optional = self.eat(Tok::Question);
        self.expect(Tok::Colon, "between a parameter and its type")?;
        Ok(SigParam { name, optional, ty: self.ty()? })
    }
}
