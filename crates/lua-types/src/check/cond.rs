//! What conditions tell: facts on the way on which they hold, and on the other.

use super::Checker;
use super::expr::Values;
use super::state::{Key, Link, PathId, Root};
use crate::bind::{SymId, literal, peel};
use crate::library::Special;
use crate::ty::{Kind, Ty};
use lua_syntax::ast::{BinOp, Expr, ExprKind, UnOp};

/// What a test says of a value.
#[derive(Clone, Copy, Debug)]
enum Test<'t> {
    /// Neither nil nor false.
    Truthy,
    Nil,
    /// Equal to a literal.
    Literal(Ty),
    /// `type(x) == name`
    TypeName(&'t str),
    /// A value of that type.
    Type(Ty),
}

impl<'a> Checker<'a> {
    /// Adds what is known where `cond` holds (`sense`), or where it does not.
    pub(super) fn narrow(&mut self, cond: &'a Expr, sense: bool) {
        match &cond.kind {
            ExprKind::Paren(inner) | ExprKind::NonNil(inner) => self.narrow(inner, sense),
            ExprKind::Unary { op: UnOp::Not, expr } => self.narrow(expr, !sense),
            ExprKind::Binary { op: BinOp::And, left, right, .. } => self.both(left, right, sense, true),
            ExprKind::Binary { op: BinOp::Or, left, right, .. } => self.both(left, right, sense, false),
            ExprKind::Binary { op: BinOp::Eq, left, right, .. } => self.equal(left, right, sense),
            ExprKind::Binary { op: BinOp::Ne, left, right, .. } => self.equal(left, right, !sense),
            ExprKind::Name(_) | ExprKind::Field { .. } | ExprKind::Index { .. } => {
                self.test(cond, Test::Truthy, sense)
            }
            ExprKind::Method { object, name, args } if &*name.text == "is" => {
                if let Some(ty) = self.tested_type(object)
                    && let Some(arg) = args.first()
                {
                    self.test(arg, Test::Type(ty), sense);
                }
            }
            ExprKind::Binary { op, left, right, .. } => self.bounded_by(*op, left, right, sense),
            ExprKind::Call { func, args } if sense && self.special_of(func) == Some(Special::ErrorsIs) => {
                self.is_error_object(args)
            }
            _ => {}
        }
    }

    /// `errors.is(e, kind)`: an error object, whose kind is nothing to its type. Of `any` nothing is said that may be wrong.
    fn is_error_object(&mut self, args: &'a [Expr]) {
        let Some(arg) = args.first() else { return };
        if self.muted(|this| this.probe(arg)) != Ty::ANY {
            let error = self.error_type();
            self.test(arg, Test::Type(error), true);
        }
    }

    /// `left and right` (`all`), `left or right`.
    fn both(&mut self, left: &'a Expr, right: &'a Expr, sense: bool, all: bool) {
        if sense == all {
            self.narrow(left, sense);
            self.narrow(right, sense);
            return;
        }
        let mark = self.frame.mark();
        self.narrow(left, sense);
        let one = self.frame.diff(mark);
        self.frame.undo(mark);
        self.narrow(left, !sense);
        self.narrow(right, sense);
        let other = self.frame.diff(mark);
        self.frame.undo(mark);
        self.frame.join(&mut self.pool, &[one, other]);
    }

    fn equal(&mut self, left: &'a Expr, right: &'a Expr, sense: bool) {
        for (place, value) in [(left, right), (right, left)] {
            let value = peel(value);
            match &value.kind {
                ExprKind::Nil => return self.test(place, Test::Nil, sense),
                ExprKind::Int(_) if matches!(peel(place).kind, ExprKind::Unary { op: UnOp::Len, .. }) => {
                    if let ExprKind::Int(0) = value.kind {
                        return self.bounded_by(BinOp::Gt, place, value, !sense);
                    }
                    return self.bounded_by(BinOp::Eq, place, value, sense);
                }
                ExprKind::Bool(_) | ExprKind::Int(_) => {
                    let literal = self.eval(value);
                    return self.test(place, Test::Literal(literal), sense);
                }
                ExprKind::Str(text) => {
                    if let Some(of) = self.type_of_call(place) {
                        if let Ok(name) = std::str::from_utf8(text) {
                            self.test(of, Test::TypeName(name), sense);
                        }
                        return;
                    }
                    if let ExprKind::Call { func, args } = &peel(place).kind
                        && let [of] = &args[..]
                        && self.special_of(func) == Some(Special::MathType)
                    {
                        // Of other numbers than these it says nothing.
                        if sense && matches!(&**text, b"integer" | b"float") {
                            self.test(of, Test::TypeName("number"), true);
                        }
                        return;
                    }
                    let literal = self.eval(value);
                    return self.test(place, Test::Literal(literal), sense);
                }
                _ => {}
            }
        }
        self.selected(left, right, sense);
        // Two values that are equal are of both types; what is known of a constant narrows the other.
        if sense {
            let (a, b) = (self.muted(|this| this.probe(left)), self.muted(|this| this.probe(right)));
            if matches!(self.pool.kind(b), Kind::Str(_) | Kind::Bool(_)) {
                self.test(left, Test::Literal(b), true);
            } else if matches!(self.pool.kind(a), Kind::Str(_) | Kind::Bool(_)) {
                self.test(right, Test::Literal(a), true);
            } else {
                for (place, other) in [(left, b), (right, a)] {
                    let nilable = other == Ty::ANY || self.members_of(other).contains(&Ty::NIL);
                    if !nilable && other != Ty::UNKNOWN {
                        self.test(place, Test::Nil, false);
                    }
                }
            }
        }
    }

    /// `#t > 0`, `#t >= 2`, `i <= #t`: those elements are there.
    fn bounded_by(&mut self, op: BinOp, left: &'a Expr, right: &'a Expr, sense: bool) {
        use BinOp::{Eq, Ge, Gt, Le, Lt, Ne};
        // As `left >= right` or `left > right`.
        let (op, left, right) = match (op, sense) {
            (Gt | Ge, true) => (op, left, right),
            (Lt, true) | (Ge, false) => (Gt, right, left),
            (Le, true) | (Gt, false) => (Ge, right, left),
            (Lt, false) => (Ge, left, right),
            (Le, false) => (Gt, left, right),
            (Eq, true) | (Ne, false) => (Eq, left, right),
            _ => return,
        };
        for (list, other) in [(left, right), (right, left)] {
            let ExprKind::Unary { op: UnOp::Len, expr } = &peel(list).kind else { continue };
            let Some(path) = self.path(expr) else { continue };
            let flipped = !std::ptr::eq(list, left);
            match (&peel(other).kind, op) {
                (ExprKind::Int(n), Eq | Ge) if !flipped || op == Eq => self.know_elements(path, expr, *n),
                (ExprKind::Int(n), Gt) if !flipped => self.know_elements(path, expr, n.saturating_add(1)),
                (ExprKind::Name(name), Ge | Gt | Eq) if !flipped => {
                    if let Some(sym) = self.bound.symbol(name) {
                        self.know(path, expr, Key::Sym(sym));
                    }
                }
                _ => {}
            }
        }
    }

    fn know_elements(&mut self, path: PathId, list: &'a Expr, count: i64) {
        for i in 1..=count.min(8) {
            self.know(path, list, Key::Int(i));
        }
        if count > 0 {
            self.know(path, list, Key::Last);
        }
    }

    fn know(&mut self, path: PathId, list: &'a Expr, key: Key) {
        let ty = self.muted(|this| this.eval(list));
        let ty = self.resolve(ty);
        if let Kind::Array(elem, _) = self.pool.kind(ty) {
            let path = self.paths.step(path, key);
            self.frame.set(path, Some(elem));
        }
    }

    /// `type(x)`, and `math.type(x)` not: the expression `x`.
    fn type_of_call(&mut self, expr: &'a Expr) -> Option<&'a Expr> {
        match &peel(expr).kind {
            ExprKind::Call { func, args } => match (self.special_of(func), &args[..]) {
                (Some(Special::Type), [arg]) => Some(arg),
                _ => None,
            },
            // `local kind = type(x)`
            ExprKind::Name(name) => {
                let sym = self.bound.symbol(name)?;
                self.kinds.get(&sym).copied()
            }
            _ => None,
        }
    }

    /// `T` of `T:is(v)`.
    pub(super) fn tested_type(&mut self, object: &'a Expr) -> Option<Ty> {
        let ty = match &peel(object).kind {
            ExprKind::Name(name) => match self.type_value(name) {
                Some(ty) => ty,
                None => self.muted(|this| this.eval(object)),
            },
            _ => self.muted(|this| this.eval(object)),
        };
        match self.pool.kind(ty) {
            Kind::TypeValue(ty) => Some(ty),
            _ => None,
        }
    }

    fn test(&mut self, place: &'a Expr, test: Test<'_>, sense: bool) {
        let place = peel(place);
        match &place.kind {
            ExprKind::Binary { op: BinOp::And, left, right, .. } if sense && !matches!(test, Test::Nil) => {
                self.narrow(left, true);
                return self.test(right, test, true);
            }
            ExprKind::Name(_) | ExprKind::Field { .. } | ExprKind::Index { .. } => {}
            _ => return,
        }
        let Some(path) = self.path(place) else { return };
        if self.is_absent(place) {
            // Where it is there, who knows what it is.
            let there = match test {
                Test::TypeName(name) => (name != "nil") == sense,
                _ => self.holds(test, sense) == Some(true),
            };
            if there {
                self.frame.set(path, Some(Ty::ANY));
            }
            return;
        }
        if let Some(holds) = self.holds(test, sense) {
            self.selection_tested(place, holds);
        }
        let before = self.muted(|this| this.probe(place));
        if before == Ty::NIL && self.frame.fact(path).is_none() && !self.passing() {
            // A field that nobody writes: asking for it makes it no field.
            return self.tested_field(place, test, sense);
        }
        let after = self.tested(before, test, sense);
        if after != before || self.frame.fact(path).is_none() {
            self.frame.set(path, Some(after));
        }
        self.tested_field(place, test, sense);
        // Of `any`, what is falsy is not kept apart; what came with it is told apart all the same.
        let absent = before == Ty::ANY && matches!((test, sense), (Test::Truthy, false));
        self.narrow_linked(path, Some((test, sense)), absent);
        // A tag that is not known may be that of tables which no call gives.
        if let (Test::Literal(_), true, false) = (test, sense, matches!(place.kind, ExprKind::Name(_)))
            && self.passing()
            && after != Ty::NEVER
            && after != before
        {
            self.doubt(place);
        }
    }

    /// Whether a test says that a truth value that may be absent is true, or that it is not.
    fn holds(&self, test: Test<'_>, sense: bool) -> Option<bool> {
        match test {
            Test::Truthy => Some(sense),
            Test::Nil => Some(!sense),
            Test::Literal(literal) => match self.pool.kind(literal) {
                Kind::Bool(value) => Some(value == sense),
                _ => None,
            },
            Test::TypeName(_) | Test::Type(_) => None,
        }
    }

    /// What is left of a type after a test.
    fn tested(&mut self, ty: Ty, test: Test<'_>, sense: bool) -> Ty {
        use crate::narrow;
        match (test, sense) {
            (Test::Truthy, true) => narrow::truthy(self, ty),
            (Test::Truthy, false) => narrow::falsy(self, ty),
            (Test::Nil, true) => narrow::only_nil(self, ty),
            (Test::Nil, false) => narrow::without_nil(self, ty),
            (Test::Literal(literal), _) => narrow::by_literal(self, ty, literal, sense),
            (Test::TypeName(name), _) => narrow::by_type_name(self, ty, name, sense),
            (Test::Type(of), _) => narrow::to_type(self, ty, of, sense),
        }
    }

    /// A test of a field tells variants apart: `x.tag == "a"`, `x.field`.
    fn tested_field(&mut self, place: &'a Expr, test: Test<'_>, sense: bool) {
        let (object, text) = match &place.kind {
            ExprKind::Field { object, name } => (object, &*name.text),
            ExprKind::Index { object, key } => match literal(key) {
                Some(text) => (object, text),
                None => return,
            },
            _ => return,
        };
        let object = peel(object);
        let Some(path) = self.path(object) else { return };
        let before = self.muted(|this| this.probe(object));
        let name = self.pool.name(text.as_bytes());
        let members = self.members_of(before);
        let inferred =
            members.iter().any(|m| matches!(self.pool.kind(*m), Kind::Shape(_) | Kind::Any | Kind::Unknown));
        if members.is_empty() || (members.len() < 2 && inferred) {
            return;
        }
        let after = crate::narrow::by_variant(
            self,
            before,
            |this, variant| this.variant_field(variant, name),
            |this, value| this.tested(value, test, sense),
        );
        // What was inferred of tables of the code may lack what is written later.
        if after != before && !(inferred && after == Ty::NEVER) {
            self.frame.set(path, Some(after));
            self.narrow_linked(path, None, false);
        }
    }

    /// The type that a field has in a variant, nil where it has none; `None`: anything.
    fn variant_field(&mut self, variant: Ty, name: crate::ty::Name) -> Option<Ty> {
        use super::shapes::Found;
        match self.pool.kind(variant) {
            Kind::Shape(shape) => match self.shape_field(shape, name) {
                Found::Field(_) => self.slot_as_written(shape, name),
                Found::Missing => Some(Ty::NIL),
                Found::Index(_) | Found::Unsure => None,
            },
            Kind::Any | Kind::Unknown => None,
            _ => crate::narrow::read(self, variant, name),
        }
    }

    /// Locals of one call are known by each other.
    pub(super) fn link(&mut self, syms: &[SymId], values: &Values, exprs: &'a [Expr]) {
        let Some(rows) = &values.rows else { return };
        if exprs.is_empty() || syms.len() <= values.from {
            return;
        }
        let paths: Vec<PathId> =
            syms[values.from..].iter().map(|sym| self.paths.root(Root::Sym(*sym))).collect();
        let mut link = Link { paths, rows: rows.clone() };
        // `T:is(v)` tells of `v`, too.
        if let Some(ExprKind::Method { object, name, args }) = exprs.last().map(|e| &e.kind)
            && &*name.text == "is"
            && let Some(arg) = args.first()
            && let Some(ty) = self.tested_type(object)
            && let Some(path) = self.path(arg)
        {
            let before = self.muted(|this| this.probe(arg));
            let is = crate::narrow::to_type(self, before, ty, true);
            let mut rows: Vec<Vec<Ty>> = rows.iter().cloned().collect();
            for (row, ty) in rows.iter_mut().zip([is, before]) {
                row.resize(2, Ty::NIL);
                row.push(ty);
            }
            let mut paths = link.paths.clone();
            paths.truncate(2);
            if paths.len() == 1 {
                for row in &mut rows {
                    row.remove(1);
                }
            }
            paths.push(path);
            link = Link { paths, rows: std::rc::Rc::new(rows) };
        }
        if link.paths.len() > 1 {
            self.frame.links.push(link);
        }
    }

    /// Nil, false or either.
    fn is_falsy(&self, ty: Ty) -> bool {
        let falsy = |ty: &Ty| matches!(self.pool.kind(*ty), Kind::Nil | Kind::Bool(false));
        ty != Ty::NEVER && self.pool.members(ty).iter().all(falsy)
    }

    /// A fact about one of several linked locals leaves those rows that agree with it and pass the test. `absent`: what is at the path is
    /// nil, whatever the fact.
    fn narrow_linked(&mut self, path: PathId, test: Option<(Test<'_>, bool)>, absent: bool) {
        let links: Vec<Link> =
            self.frame.links.iter().filter(|link| link.paths.contains(&path)).cloned().collect();
        for link in links {
            let mut rows = vec![];
            for row in link.rows.iter() {
                let mut agrees = true;
                for (i, at) in link.paths.iter().enumerate() {
                    let ty = row.get(i).copied().unwrap_or(Ty::NIL);
                    if let Some((test, sense)) = test.filter(|_| *at == path)
                        && self.tested(ty, test, sense) == Ty::NEVER
                    {
                        agrees = false;
                    }
                    let fact = if absent && *at == path { Some(Ty::NIL) } else { self.frame.fact(*at) };
                    // What is falsy came from a way that gives nothing else, if there is one.
                    if fact.is_some_and(|fact| self.is_falsy(fact)) && !self.is_falsy(ty) {
                        let failing = |row: &Vec<Ty>| row.get(i).is_none_or(|ty| self.is_falsy(*ty));
                        agrees &= !link.rows.iter().any(failing);
                    }
                    if let Some(fact) = fact
                        && fact != Ty::ANY
                        && ty != Ty::ANY
                        && crate::narrow::intersect(self, ty, fact) == Ty::NEVER
                    {
                        agrees = false;
                    }
                }
                if agrees {
                    rows.push(row.clone());
                }
            }
            if rows.is_empty() || rows.len() == link.rows.len() {
                continue;
            }
            for (i, other) in link.paths.iter().enumerate() {
                if *other == path {
                    continue;
                }
                let types: Vec<Ty> = rows.iter().map(|row| row.get(i).copied().unwrap_or(Ty::NIL)).collect();
                let ty = self.pool.union(&types);
                let now = self.frame.fact(*other).unwrap_or(Ty::ANY);
                // Of a value that may be any nobody said that it is nil.
                let after = if ty == Ty::ANY || now == Ty::ANY && ty == Ty::NIL {
                    now
                } else if now == Ty::ANY {
                    ty
                } else {
                    crate::narrow::intersect(self, now, ty)
                };
                if after != now && after != Ty::NEVER {
                    self.frame.set(*other, Some(after));
                }
            }
        }
    }
}
