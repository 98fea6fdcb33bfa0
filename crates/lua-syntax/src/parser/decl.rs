//! Signatures of functions, declarations of types and interfaces.

use super::{Failed, Opener, Parser, Res};
use crate::ast::{
    InterfaceDecl, MethodSig, StatKind, TypeDecl, TypeExpr, TypeKind, TypeParam, TypedName, VarArgParam,
};
use crate::token::Tok;

/// What stands between the name of a function and its body.
pub(super) struct Signature {
    pub(super) type_params: Vec<TypeParam>,
    pub(super) params: Vec<TypedName>,
    pub(super) vararg: Option<VarArgParam>,
    pub(super) returns: Option<Vec<TypeExpr>>,
}

impl Parser<'_> {
    pub(super) fn signature(&mut self) -> Res<Signature> {
        let type_params = self.type_params()?;
        let (params, vararg) = self.params()?;
        let returns = self.return_annotation()?;
        Ok(Signature { type_params, params, vararg, returns })
    }

    /// `name: T`
    pub(super) fn typed_name(&mut self, what: &str) -> Res<TypedName> {
        let name = self.name(what)?;
        let ty = if self.eat(Tok::Colon) { Some(self.ty()?) } else { None };
        Ok(TypedName { name, ty })
    }

    /// Parameters in parentheses, the last of them possibly `...`.
    pub(super) fn params(&mut self) -> Res<(Vec<TypedName>, Option<VarArgParam>)> {
        if !self.at(Tok::LeftParen) {
            return Err(self.expected("'(' expected before the parameters"));
        }
        let open = self.bump();
        let mut params = Vec::new();
        let mut vararg = None;
        if !self.at(Tok::RightParen) {
            loop {
                if self.at(Tok::Ellipsis) {
                    let span = self.bump().span;
                    let ty = if self.eat(Tok::Colon) { Some(self.ty()?) } else { None };
                    vararg = Some(VarArgParam { span, ty });
                    if self.at(Tok::Comma) {
                        return Err(self.expected_with_help("')' expected", "'...' is the last parameter"));
                    }
                    break;
                }
                params.push(self.typed_name("a parameter name")?);
                if !self.eat(Tok::Comma) {
                    break;
                }
            }
        }
        self.close(Tok::RightParen, open)?;
        Ok((params, vararg))
    }

    /// `: T`, `: A, B`, `: (A, B)`, `: ()`
    fn return_annotation(&mut self) -> Res<Option<Vec<TypeExpr>>> {
        if !self.eat(Tok::Colon) {
            return Ok(None);
        }
        let listed = self.at(Tok::LeftParen);
        let (mut results, rest) = self.results()?;
        self.no_rest(rest)?;
        // A list in parentheses is whole; one type in them may be the first of a bare list.
        if !(listed && results.len() != 1) {
            while self.eat(Tok::Comma) {
                results.push(self.ty()?);
            }
        }
        Ok(Some(results))
    }

    /// `<T: Bound, …>`, if it stands here.
    pub(super) fn type_params(&mut self) -> Res<Vec<TypeParam>> {
        if !self.eat(Tok::Less) {
            return Ok(Vec::new());
        }
        let params = self.list(|p| {
            let name = p.name("a type parameter")?;
            let bound = if p.eat(Tok::Colon) { Some(p.ty()?) } else { None };
            Ok(TypeParam { name, bound })
        })?;
        self.close_angle()?;
        Ok(params)
    }

    /// `type Name<P> = T`
    pub(super) fn type_decl(&mut self) -> Res<StatKind> {
        self.bump();
        let name = self.name("a type name")?;
        let params = self.type_params()?;
        self.expect(Tok::Assign, "in the declaration of a type")?;
        let written_fun = self.at_word("fun");
        let mut ty = self.ty()?;
        // Only here can the comma of 'fun(): A, B' mean nothing else.
        if let TypeKind::Function(function) = &mut ty.kind
            && written_fun
            && !function.returns.is_empty()
            && function.rest.is_none()
            && ty.annotations.is_empty()
        {
            while self.eat(Tok::Comma) {
                function.returns.push(self.ty()?);
            }
            ty.span.end = self.prev_end;
        }
        Ok(StatKind::Type(TypeDecl { name, params, ty }))
    }

    /// `interface Name: Base, … function m(…): T … end`
    pub(super) fn interface_decl(&mut self, opener: Opener) -> Res<StatKind> {
        self.bump();
        let opener = Opener { text: "interface", ..opener };
        let name = self.name("an interface name")?;
        let bases = if self.eat(Tok::Colon) { self.list(Self::named)? } else { Vec::new() };
        let mut methods = Vec::new();
        while self.at(Tok::Function) {
            match self.method_sig() {
                Ok(method) => methods.push(method),
                Err(Failed) => {
                    while !matches!(self.tok.kind, Tok::Function | Tok::End | Tok::Eof) {
                        self.bump();
                    }
                }
            }
        }
        if !self.at(Tok::End) {
            let opened = self.describe_opener(opener);
            return Err(self.expected(&format!("'function' or 'end' expected in {opened}")));
        }
        self.bump();
        Ok(StatKind::Interface(InterfaceDecl { name, bases, methods }))
    }

    fn method_sig(&mut self) -> Res<MethodSig> {
        self.bump();
        let name = self.name("a method name")?;
        let (params, vararg) = self.params()?;
        let returns = self.return_annotation()?;
        Ok(MethodSig { name, params, vararg, returns })
    }
}
