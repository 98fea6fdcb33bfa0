//! What `channel.select` gave: which of its cases it was tells what the value is.

use super::Checker;
use super::state::{Key, PathId, Root};
use crate::bind::{SymId, peel};
use crate::library::Special;
use crate::ty::{Kind, Ty};
use lua_syntax::ast::{Expr, ExprKind, Item};
use std::rc::Rc;

/// The ways in which a `channel.select` may end whose result a local holds.
pub(super) struct Selection<'a> {
    /// The channel, and what `value` is if it was that case.
    cases: Vec<(&'a Expr, Ty)>,
    default: bool,
    /// There are cases that are not seen here.
    open: bool,
}

impl<'a> Checker<'a> {
    /// `local r = channel.select({ … })`, `local which = r.channel`
    pub(super) fn know_selection(&mut self, sym: SymId, value: Option<&'a Expr>) {
        if self.bound.sym(sym).assignments > 0 {
            return;
        }
        match value.map(|value| &value.kind) {
            Some(ExprKind::Call { func, args }) if self.special_of(func) == Some(Special::ChannelSelect) => {
                let selection = self.selection(args);
                self.selections.insert(sym, Rc::new(selection));
            }
            Some(ExprKind::Field { object, name }) if &*name.text == "channel" => {
                if let Some(of) = self.selected_local(object) {
                    self.channels.insert(sym, of);
                }
            }
            _ => {}
        }
    }

    fn selection(&mut self, args: &'a [Expr]) -> Selection<'a> {
        let mut found = Selection { cases: vec![], default: false, open: false };
        if let Some(default) = args.get(1) {
            found.default = !matches!(default.kind, ExprKind::Nil | ExprKind::Bool(false));
        }
        let Some(ExprKind::Table(items)) = args.first().map(|arg| &peel(arg).kind) else {
            return Selection { open: true, ..found };
        };
        for item in items {
            match item {
                Item::Positional(Expr { kind: ExprKind::Method { object, name, .. }, .. })
                    if &*name.text == "case_receive" =>
                {
                    let value = self.passed_by(object).unwrap_or(Ty::ANY);
                    found.cases.push((object, value));
                }
                Item::Positional(Expr { kind: ExprKind::Method { object, name, .. }, .. })
                    if &*name.text == "case_send" =>
                {
                    found.cases.push((object, Ty::NIL));
                }
                Item::Named { name, .. } if &*name.text == "default" => found.default = true,
                _ => found.open = true,
            }
        }
        found
    }

    /// The type of what a channel passes; `None`: it is no channel, or that is not known.
    fn passed_by(&mut self, channel: &'a Expr) -> Option<Ty> {
        let ty = self.muted(|this| this.eval(channel));
        let ty = crate::narrow::without_nil(self, ty);
        let Kind::Ref(decl, args) = self.pool.kind(ty) else { return None };
        let is_channel = !args.is_empty() && self.pool.text(self.pool.decl(decl).name) == b"Channel";
        is_channel.then(|| self.pool.at(args, 0))
    }

    /// A local that holds a result whose cases are known.
    fn selected_local(&self, expr: &Expr) -> Option<SymId> {
        let ExprKind::Name(name) = &peel(expr).kind else { return None };
        self.bound.symbol(name).filter(|sym| self.selections.contains_key(sym))
    }

    fn below(&mut self, object: PathId, field: &str) -> PathId {
        let name = self.pool.name(field.as_bytes());
        self.paths.step(object, Key::Name(name))
    }

    /// `r.channel == ch`: what was received came from that channel, or not from it.
    pub(super) fn selected(&mut self, left: &'a Expr, right: &'a Expr, sense: bool) {
        for (place, channel) in [(left, right), (right, left)] {
            let (object, sym) = match &peel(place).kind {
                ExprKind::Field { object, name } if &*name.text == "channel" => {
                    (self.path(object), self.selected_local(object))
                }
                ExprKind::Name(name) => {
                    let of = self.bound.symbol(name).and_then(|sym| self.channels.get(&sym)).copied();
                    (of.map(|of| self.paths.root(Root::Sym(of))), of)
                }
                _ => continue,
            };
            let Some(object) = object else { continue };
            let Some(passed) = self.passed_by(channel) else { continue };
            let cases = match sym.and_then(|sym| self.selections.get(&sym).cloned()) {
                Some(selection) => self.cases_of(&selection, channel),
                None => vec![],
            };
            match (sense, sym) {
                (true, Some(sym)) if !cases.is_empty() => {
                    let all = self.selections.get(&sym).map_or(0, |selection| selection.cases.len());
                    let others = (0..=all).filter(|at| cases.iter().all(|case| case + 1 != *at));
                    others.collect::<Vec<_>>().into_iter().for_each(|case| self.rule_out(object, case));
                }
                (true, _) => {
                    let value = self.below(object, "value");
                    self.frame.set(value, Some(passed));
                }
                (false, _) => cases.into_iter().for_each(|case| self.rule_out(object, case + 1)),
            }
        }
    }

    /// The cases of a channel.
    fn cases_of(&mut self, selection: &Selection<'a>, channel: &'a Expr) -> Vec<usize> {
        let Some(path) = self.path(channel) else { return vec![] };
        let cases = selection.cases.iter().enumerate();
        cases.filter(|(_, (of, _))| self.path(of) == Some(path)).map(|(i, _)| i).collect()
    }

    /// The fact that it was not that case; 0 is the default.
    fn rule_out(&mut self, object: PathId, case: usize) {
        let path = self.ruled_out(object, case);
        self.frame.set(path, Some(Ty::NIL));
    }

    fn ruled_out(&mut self, object: PathId, case: usize) -> PathId {
        let channel = self.below(object, "channel");
        self.paths.step(channel, Key::Int(case as i64))
    }

    /// The type of `r.value` if all cases that are left pass the same; `None`: it may be anything.
    pub(super) fn selected_value(&mut self, place: &Expr) -> Option<Ty> {
        let ExprKind::Field { object, name } = &place.kind else { return None };
        let sym = self.selected_local(object).filter(|_| &*name.text == "value")?;
        let selection = self.selections.get(&sym).cloned()?;
        let object = self.paths.root(Root::Sym(sym));
        let out = self.ruled_out(object, 0);
        if selection.open || (selection.default && self.frame.fact(out).is_none()) {
            return None;
        }
        let mut left = vec![];
        for (i, (_, ty)) in selection.cases.iter().enumerate() {
            let out = self.ruled_out(object, i + 1);
            if self.frame.fact(out).is_none() {
                left.push(*ty);
            }
        }
        let (first, others) = left.split_first()?;
        others.iter().all(|ty| ty == first).then_some(*first)
    }

    /// A test of `r.default` or `r.ok` came out true (`holds`) or false.
    pub(super) fn selection_tested(&mut self, place: &Expr, holds: bool) {
        let ExprKind::Field { object, name } = &place.kind else { return };
        let Some(sym) = self.selected_local(object) else { return };
        let object = self.paths.root(Root::Sym(sym));
        let nothing = match (&*name.text, holds) {
            ("default", false) => return self.rule_out(object, 0),
            ("default", true) | ("ok", false) => true,
            _ => false,
        };
        if nothing {
            let value = self.below(object, "value");
            self.frame.set(value, Some(Ty::NIL));
        }
    }
}
