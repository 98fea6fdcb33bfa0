//! Writes a tree: statements, functions, and the numbers, names and places that all is made of.

mod expr;
mod ty;

use super::tags::{self, Layout, flag, remark, stat};
use super::{MAGIC, Remark, VERSION};
use crate::ast::{
    Block, Chunk, Function, InterfaceDecl, Name, Stat, StatKind, TypeExpr, TypeParam, TypedName, VarArgParam,
};
use crate::span::LineIndex;
use std::collections::HashMap;

pub(super) fn tree(chunk: &Chunk, lines: &LineIndex, remarks: &[Remark]) -> Vec<u8> {
    let mut w = Writer { out: MAGIC.to_vec(), names: HashMap::new(), cursor: 0 };
    w.out.push(VERSION);
    w.number(chunk.block.span.end.into());
    w.count(lines.starts().len() - 1);
    for pair in lines.starts().windows(2) {
        w.number(pair[1].wrapping_sub(pair[0]).wrapping_sub(1).into());
    }
    w.list(remarks, Writer::remark);
    w.cursor = 0;
    w.list(&chunk.block.stats, Writer::stat);
    w.out
}

/// Places are written modulo 2^32, so that a tree that breaks the rules is refused where it is read, not here.
struct Writer<'t> {
    out: Vec<u8>,
    /// The numbers of names that were written, from 1.
    names: HashMap<&'t str, u64>,
    /// Where the last thing written ends.
    cursor: u32,
}

impl<'t> Writer<'t> {
    fn number(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.out.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.out.push(value as u8);
    }

    fn count(&mut self, count: usize) {
        self.number(count as u64);
    }

    fn list<T>(&mut self, items: &'t [T], mut write: impl FnMut(&mut Self, &'t T)) {
        self.count(items.len());
        for item in items {
            write(self, item);
        }
    }

    fn text(&mut self, text: &[u8]) {
        self.count(text.len());
        self.out.extend_from_slice(text);
    }

    fn head(&mut self, layout: Layout, kind: u8, more: bool, gap: u32) {
        let short = gap.min(layout.most());
        let mark = if more { 1 << layout.kind } else { 0 };
        self.out.push(kind | mark | (short << (layout.kind + layout.mark)) as u8);
        if short == layout.most() {
            self.number((gap - short).into());
        }
    }

    /// Moves to `place`; how far that is.
    fn gap(&mut self, place: u32) -> u32 {
        let gap = place.wrapping_sub(self.cursor);
        self.cursor = place;
        gap
    }

    fn place(&mut self, place: u32) {
        let gap = self.gap(place);
        self.number(gap.into());
    }

    fn skip(&mut self, bytes: u32) {
        self.cursor = self.cursor.wrapping_add(bytes);
    }

    /// Behind the byte that closes something.
    fn close(&mut self, end: u32) {
        self.place(end.wrapping_sub(1));
        self.skip(1);
    }

    fn name(&mut self, name: &'t Name) {
        self.place(name.span.start);
        self.word(name);
    }

    /// A name that begins at the cursor.
    fn word(&mut self, name: &'t Name) {
        let text = &*name.text;
        self.skip(text.len() as u32);
        match self.names.get(text) {
            Some(number) => self.number(*number),
            None => {
                self.number(0);
                self.text(text.as_bytes());
                if text.len() <= tags::SHARED {
                    self.names.insert(text, self.names.len() as u64 + 1);
                }
            }
        }
    }

    fn remark(&mut self, r: &'t Remark) {
        let bit = |on: bool, flag: u64| if on { flag } else { 0 };
        self.place(r.comment.span.start);
        self.place(r.comment.span.end);
        self.number(
            bit(r.comment.long, remark::LONG)
                | bit(r.comment.alone, remark::ALONE)
                | bit(r.comment.leading, remark::LEADING)
                | bit(!r.text.is_empty(), remark::TEXT),
        );
        self.out.extend_from_slice(&r.text);
    }

    fn block(&mut self, block: &'t Block) {
        self.place(block.span.start);
        self.list(&block.stats, Writer::stat);
        self.place(block.span.end);
    }

    fn stat(&mut self, s: &'t Stat) {
        let kind = form(&s.kind);
        let gap = self.gap(s.span.start);
        self.head(tags::STAT, kind, false, gap);
        self.skip(stat::WORDS[usize::from(kind)]);
        match &s.kind {
            StatKind::Local { names, values } => {
                self.list(names, Writer::typed_name);
                self.list(values, Writer::expr);
            }
            StatKind::Assign { targets, values } => {
                self.list(targets, Writer::expr);
                self.list(values, Writer::expr);
            }
            StatKind::Call(call) => {
                self.expr(call);
            }
            StatKind::Do(body) => {
                self.body(body);
            }
            StatKind::While { cond, body } => {
                self.expr(cond);
                self.body(body);
            }
            StatKind::Repeat { body, cond } => {
                self.block(body);
                self.expr(cond);
            }
            StatKind::If { arms, otherwise } => {
                self.list(arms, |w, (cond, body)| {
                    w.expr(cond);
                    w.block(body);
                });
                otherwise.iter().for_each(|body| self.block(body));
                self.skip(3);
            }
            StatKind::NumericFor { var, start, limit, step, body } => {
                self.name(var);
                [start, limit].into_iter().chain(step).for_each(|value| self.expr(value));
                self.body(body);
            }
            StatKind::GenericFor { vars, exprs, body } => {
                self.list(vars, Writer::name);
                self.list(exprs, Writer::expr);
                self.body(body);
            }
            StatKind::Function { root, fields, method, body } => {
                self.name(root);
                self.list(fields, Writer::name);
                method.iter().for_each(|name| self.name(name));
                self.function(body);
            }
            StatKind::LocalFunction { name, body } => {
                self.name(name);
                self.function(body);
            }
            StatKind::Return(values) => {
                self.list(values, Writer::expr);
                self.place(s.span.end);
            }
            StatKind::Break => {
                // Nothing, but the smallest of statements takes two bytes so.
                self.place(s.span.end);
            }
            StatKind::Goto(name) => {
                self.name(name);
            }
            StatKind::Label(name) => {
                self.name(name);
                self.place(s.span.end);
            }
            StatKind::Type(decl) => {
                self.name(&decl.name);
                self.list(&decl.params, Writer::type_param);
                self.ty(&decl.ty);
            }
            StatKind::Interface(decl) => {
                self.interface(decl);
                self.place(s.span.end);
            }
        }
    }

    fn interface(&mut self, decl: &'t InterfaceDecl) {
        self.name(&decl.name);
        self.list(&decl.bases, Writer::ty);
        self.list(&decl.methods, |w, method| {
            w.name(&method.name);
            w.signature(&[], &method.params, method.vararg.as_ref(), method.returns.as_deref());
        });
    }

    /// A block and its `end`.
    fn body(&mut self, block: &'t Block) {
        self.block(block);
        self.skip(3);
    }

    /// All of a function behind its name.
    fn function(&mut self, f: &'t Function) {
        self.signature(&f.type_params, &f.params, f.vararg.as_ref(), f.returns.as_deref());
        self.body(&f.body);
    }

    fn signature(
        &mut self,
        type_params: &'t [TypeParam],
        params: &'t [TypedName],
        vararg: Option<&'t VarArgParam>,
        returns: Option<&'t [TypeExpr]>,
    ) {
        let mut flags = 0;
        flags |= if type_params.is_empty() { 0 } else { flag::TYPE_PARAMS };
        flags |= vararg.map_or(0, |_| flag::VARARG);
        flags |= vararg.and_then(|v| v.ty.as_ref()).map_or(0, |_| flag::VARARG_TYPE);
        flags |= returns.map_or(0, |_| flag::RETURNS);
        self.number(flags);
        if !type_params.is_empty() {
            self.list(type_params, Writer::type_param);
        }
        self.list(params, Writer::typed_name);
        if let Some(vararg) = vararg {
            self.place(vararg.span.start);
            self.skip(3);
            vararg.ty.iter().for_each(|ty| self.ty(ty));
        }
        if let Some(returns) = returns {
            self.list(returns, Writer::ty);
        }
    }

    fn type_param(&mut self, param: &'t TypeParam) {
        self.name(&param.name);
        self.optional(param.bound.as_ref());
    }

    fn typed_name(&mut self, typed: &'t TypedName) {
        self.name(&typed.name);
        self.optional(typed.ty.as_ref());
    }

    fn optional(&mut self, ty: Option<&'t TypeExpr>) {
        self.number(ty.is_some().into());
        ty.into_iter().for_each(|ty| self.ty(ty));
    }
}

fn form(kind: &StatKind) -> u8 {
    match kind {
        StatKind::Local { .. } => stat::LOCAL,
        StatKind::Assign { .. } => stat::ASSIGN,
        StatKind::Call(_) => stat::CALL,
        StatKind::Do(_) => stat::DO,
        StatKind::While { .. } => stat::WHILE,
        StatKind::Repeat { .. } => stat::REPEAT,
        StatKind::If { otherwise: None, .. } => stat::IF,
        StatKind::If { otherwise: Some(_), .. } => stat::IF_ELSE,
        StatKind::NumericFor { step: None, .. } => stat::FOR,
        StatKind::NumericFor { step: Some(_), .. } => stat::FOR_STEP,
        StatKind::GenericFor { .. } => stat::FOR_IN,
        StatKind::Function { method: None, .. } => stat::FUNCTION,
        StatKind::Function { method: Some(_), .. } => stat::METHOD,
        StatKind::LocalFunction { .. } => stat::LOCAL_FUNCTION,
        StatKind::Return(_) => stat::RETURN,
        StatKind::Break => stat::BREAK,
        StatKind::Goto(_) => stat::GOTO,
        StatKind::Label(_) => stat::LABEL,
        StatKind::Type(_) => stat::TYPE,
        StatKind::Interface(_) => stat::INTERFACE,
    }
}
