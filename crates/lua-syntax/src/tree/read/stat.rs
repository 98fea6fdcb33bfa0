//! Reads statements, functions and declarations.

use super::{Reader, Res};
use crate::ast::{
    Block, ExprKind, Function, InterfaceDecl, MethodSig, Stat, StatKind, TypeDecl, TypeExpr, TypeKind,
    TypeParam, TypedName, VarArgParam,
};
use crate::span::Span;
use crate::tree::tags::{self, flag, stat};

/// What stands between the name of a function and its body.
struct Signature {
    type_params: Vec<TypeParam>,
    params: Vec<TypedName>,
    vararg: Option<VarArgParam>,
    returns: Option<Vec<TypeExpr>>,
}

impl Reader<'_> {
    pub(super) fn stats(&mut self) -> Res<Vec<Stat>> {
        let mut returned = false;
        self.list(0, "", |r| {
            if returned {
                return r.fail("'return' is not the last statement of its block");
            }
            let stat = r.nested(Self::stat)?;
            returned = matches!(stat.kind, StatKind::Return(_));
            Ok(stat)
        })
    }

    fn block(&mut self) -> Res<Block> {
        let start = self.place()?;
        let stats = self.stats()?;
        let end = self.place()?;
        Ok(Block { stats, span: Span::new(start, end) })
    }

    /// A block and its `end`.
    fn body(&mut self) -> Res<Block> {
        let block = self.block()?;
        self.skip(3)?;
        Ok(block)
    }

    fn stat(&mut self) -> Res<Stat> {
        let head = self.head(tags::STAT)?;
        let start = self.skip(head.gap)?;
        let Some(word) = stat::WORDS.get(usize::from(head.kind)) else {
            return self.fail(format!("{} is no form of a statement", head.kind));
        };
        self.skip(*word)?;
        // Each form is read by a function of its own, so that nesting takes little stack.
        let kind = match head.kind {
            stat::LOCAL => self.local(),
            stat::ASSIGN => self.assignment(),
            stat::CALL => self.call_stat(),
            stat::DO => self.body().map(StatKind::Do),
            stat::WHILE => self.while_stat(),
            stat::REPEAT => self.repeat(),
            stat::IF | stat::IF_ELSE => self.if_stat(head.kind == stat::IF_ELSE),
            stat::FOR | stat::FOR_STEP => self.numeric_for(head.kind == stat::FOR_STEP),
            stat::FOR_IN => self.generic_for(),
            stat::FUNCTION | stat::METHOD => self.function_stat(head.kind == stat::METHOD),
            stat::LOCAL_FUNCTION => self.local_function(),
            stat::RETURN => self.return_stat(),
            stat::BREAK => self.place().map(|_| StatKind::Break),
            stat::GOTO => self.name().map(StatKind::Goto),
            stat::LABEL => self.label(),
            stat::TYPE => self.type_decl(),
            _ => self.interface_decl(),
        }?;
        Ok(Stat { kind, span: Span::new(start, self.cursor) })
    }

    fn local(&mut self) -> Res<StatKind> {
        let names = self.list(1, "a 'local' has no name", Self::typed_name)?;
        let values = self.list(0, "", Self::expr)?;
        Ok(StatKind::Local { names, values })
    }

    fn assignment(&mut self) -> Res<StatKind> {
        let targets = self.list(1, "an assignment has no target", |r| {
            let target = r.suffixed()?;
            match target.kind {
                ExprKind::Name(_) | ExprKind::Field { .. } | ExprKind::Index { .. } => Ok(target),
                _ => r.fail("the target of an assignment is no name, field or index"),
            }
        })?;
        let values = self.list(1, "an assignment has no value", Self::expr)?;
        Ok(StatKind::Assign { targets, values })
    }

    fn call_stat(&mut self) -> Res<StatKind> {
        let call = self.suffixed()?;
        match call.kind {
            ExprKind::Call { .. } | ExprKind::Method { .. } => Ok(StatKind::Call(call)),
            _ => self.fail("an expression that is no call stands as a statement"),
        }
    }

    fn while_stat(&mut self) -> Res<StatKind> {
        let cond = self.expr()?;
        Ok(StatKind::While { cond, body: self.body()? })
    }

    fn repeat(&mut self) -> Res<StatKind> {
        let body = self.block()?;
        Ok(StatKind::Repeat { body, cond: self.expr()? })
    }

    fn if_stat(&mut self, has_else: bool) -> Res<StatKind> {
        let arms = self.list(1, "an 'if' has no arm", |r| Ok((r.expr()?, r.block()?)))?;
        let otherwise = if has_else { Some(self.block()?) } else { None };
        self.skip(3)?;
        Ok(StatKind::If { arms, otherwise })
    }

    fn numeric_for(&mut self, has_step: bool) -> Res<StatKind> {
        let var = self.name()?;
        let (start, limit) = (self.expr()?, self.expr()?);
        let step = if has_step { Some(self.expr()?) } else { None };
        Ok(StatKind::NumericFor { var, start, limit, step, body: self.body()? })
    }

    fn generic_for(&mut self) -> Res<StatKind> {
        let vars = self.list(1, "a 'for' has no variable", Self::name)?;
        let exprs = self.list(1, "a 'for' runs over no expression", Self::expr)?;
        Ok(StatKind::GenericFor { vars, exprs, body: self.body()? })
    }

    fn function_stat(&mut self, is_method: bool) -> Res<StatKind> {
        let root = self.name()?;
        let fields = self.list(0, "", |r| {
            r.link()?;
            r.name()
        })?;
        let method = if is_method { Some(self.name()?) } else { None };
        Ok(StatKind::Function { root, fields, method, body: self.function()? })
    }

    fn local_function(&mut self) -> Res<StatKind> {
        let name = self.name()?;
        Ok(StatKind::LocalFunction { name, body: self.function()? })
    }

    fn return_stat(&mut self) -> Res<StatKind> {
        let values = self.list(0, "", Self::expr)?;
        self.place()?;
        Ok(StatKind::Return(values))
    }

    fn label(&mut self) -> Res<StatKind> {
        let name = self.name()?;
        self.place()?;
        Ok(StatKind::Label(name))
    }

    fn type_decl(&mut self) -> Res<StatKind> {
        let name = self.name()?;
        let params = self.list(0, "", Self::type_param)?;
        Ok(StatKind::Type(TypeDecl { name, params, ty: self.ty()? }))
    }

    fn interface_decl(&mut self) -> Res<StatKind> {
        let name = self.name()?;
        let bases = self.list(0, "", |r| {
            let base = r.suffixed_type()?;
            let plain = matches!(base.kind, TypeKind::Named { .. }) && base.annotations.is_empty();
            if plain { Ok(base) } else { r.fail("the base of an interface is no named type") }
        })?;
        let methods = self.list(0, "", Self::method_sig)?;
        self.place()?;
        Ok(StatKind::Interface(InterfaceDecl { name, bases, methods }))
    }

    fn method_sig(&mut self) -> Res<MethodSig> {
        let name = self.name()?;
        let Signature { params, vararg, returns, .. } = self.signature(0)?;
        Ok(MethodSig { name, params, vararg, returns })
    }

    /// All of a function behind its name.
    pub(super) fn function(&mut self) -> Res<Box<Function>> {
        let Signature { type_params, params, vararg, returns } = self.signature(flag::TYPE_PARAMS)?;
        let body = self.body()?;
        let end = Span::new(body.span.end, self.cursor);
        Ok(Box::new(Function { type_params, params, vararg, returns, body, end }))
    }

    /// `further` flags are known beside those of all functions.
    fn signature(&mut self, further: u64) -> Res<Signature> {
        let flags = self.flags(flag::VARARG | flag::VARARG_TYPE | flag::RETURNS | further)?;
        let has = |flag: u64| flags & flag != 0;
        if has(flag::VARARG_TYPE) && !has(flag::VARARG) {
            return self.fail("a type of '...' stands without '...'");
        }
        let type_params = if has(flag::TYPE_PARAMS) {
            self.list(1, "a list of type parameters is empty", Self::type_param)?
        } else {
            Vec::new()
        };
        let params = self.list(0, "", Self::typed_name)?;
        let vararg = if has(flag::VARARG) { Some(self.vararg(has(flag::VARARG_TYPE))?) } else { None };
        let returns = if has(flag::RETURNS) { Some(self.list(0, "", Self::ty)?) } else { None };
        Ok(Signature { type_params, params, vararg, returns })
    }

    fn vararg(&mut self, has_type: bool) -> Res<VarArgParam> {
        let start = self.place()?;
        let span = Span::new(start, self.skip(3)?);
        let ty = if has_type { Some(self.ty()?) } else { None };
        Ok(VarArgParam { span, ty })
    }

    fn type_param(&mut self) -> Res<TypeParam> {
        let name = self.name()?;
        Ok(TypeParam { name, bound: self.optional_type()? })
    }

    fn typed_name(&mut self) -> Res<TypedName> {
        let name = self.name()?;
        Ok(TypedName { name, ty: self.optional_type()? })
    }

    pub(super) fn optional_type(&mut self) -> Res<Option<TypeExpr>> {
        if self.flag()? { self.ty().map(Some) } else { Ok(None) }
    }
}
