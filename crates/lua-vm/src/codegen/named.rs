//! Names of types in code.
//!
//! A type of the chunk is a constant. One that names types of other units is known only when the unit runs: it is linked where
//! the chunk begins and lies in a local of it, whose name no source can spell; only types that are used as values are.

use lua_syntax::Span;
use lua_syntax::ast::{Expr, ExprKind, Stat};

use super::function::{Gen, Reg, Result, Var};
use crate::lib_type::MEMBERS;
use crate::opcode::Op;
use crate::types::{BuiltIn, Id, declared_name};

/// The local in which a linked type lies.
fn hidden(ty: Id) -> String {
    format!("type {ty}")
}

impl Gen<'_> {
    /// Links what has to be, where the chunk begins.
    pub(super) fn link_types(&mut self, span: Span) -> Result<()> {
        let Some((declared, _)) = self.types.clone() else { return Ok(()) };
        self.at(span);
        for ty in std::mem::take(&mut self.linked) {
            let reg = self.f().reserve(1, span)?;
            let k = self.f().declared(&declared, ty);
            self.load_constant(k, reg);
            self.f().abc(Op::LinkType, reg, 0, 0);
            self.f().declare(&hidden(ty), reg, false, span)?;
        }
        Ok(())
    }

    /// Makes the types that a block declares visible in all of it.
    pub(super) fn declare_types(&mut self, stats: &[Stat]) {
        let Some((_, places)) = &self.types else { return };
        let names = stats.iter().filter_map(declared_name);
        let found: Vec<(&str, Id)> =
            names.filter_map(|name| Some((&*name.text, *places.at.get(&name.span.start)?))).collect();
        for (name, ty) in found {
            self.f().declare_type(name, ty);
        }
    }

    /// Loads a type of the chunk.
    pub(super) fn load_type(&mut self, ty: Id, dst: Reg, span: Span) -> Result<()> {
        let Some((declared, places)) = self.types.clone() else { return Ok(()) };
        if places.imports(ty) {
            match self.resolve(&hidden(ty), span)? {
                Var::Local { reg, .. } => {
                    self.f().abc(Op::Move, dst, reg, 0);
                    return Ok(());
                }
                Var::Upvalue { at, .. } => {
                    self.f().abc(Op::GetUp, dst, at, 0);
                    return Ok(());
                }
                Var::Type(_) | Var::Global if self.unlinked.contains(&ty) => {}
                Var::Type(_) | Var::Global => self.unlinked.push(ty),
            }
        }
        let k = self.f().declared(&declared, ty);
        self.load_constant(k, dst);
        Ok(())
    }

    /// The type that a word of the language means where it is called (`string(x)`), or where a member of types is taken from
    /// it (`string:is(x)`): the libraries have no members of these names.
    pub(super) fn built_in(&mut self, e: &Expr, member: Option<&str>) -> Result<Option<BuiltIn>> {
        let ExprKind::Name(name) = &e.kind else { return Ok(None) };
        let Some(ty) = BuiltIn::named(&name.text) else { return Ok(None) };
        if member.is_some_and(|member| !MEMBERS.contains(&member)) {
            return Ok(None);
        }
        Ok(matches!(self.resolve(&name.text, name.span)?, Var::Global).then_some(ty))
    }

    pub(super) fn push_built_in(&mut self, ty: BuiltIn, span: Span) -> Result<Reg> {
        self.at(span);
        let reg = self.f().reserve(1, span)?;
        let k = self.f().built_in(ty);
        self.load_constant(k, reg);
        Ok(reg)
    }
}
