//! Functions of the language whose types no signature can say.

use super::Checker;
use super::call::Call;
use super::expr::{Values, described};
use super::stat::Place;
use crate::code::Code;
use crate::library::Special;
use crate::ty::{Kind, Ty};
use lua_syntax::ast::{Expr, ExprKind};
use std::rc::Rc;

impl<'a> Checker<'a> {
    /// The function of the language that a value is, whatever it is called here.
    pub(super) fn special(&self, callee: Ty) -> Option<Special> {
        match self.pool.kind(callee) {
            Kind::Function(sig) => self.env.special(sig),
            Kind::Intersection(list) => match self.pool.kind(self.pool.at(list, 0)) {
                Kind::Function(sig) => self.env.special(sig),
                _ => None,
            },
            _ => None,
        }
    }

    /// The same of an expression in call position.
    pub(super) fn special_of(&mut self, func: &'a Expr) -> Option<Special> {
        match &func.kind {
            // What is called on the way to it is not looked at again.
            ExprKind::Name(_) | ExprKind::Field { .. } if self.path(func).is_some() => {
                let ty = self.muted(|this| this.eval(func));
                self.special(ty)
            }
            _ => None,
        }
    }

    /// A call of such a function; `None`: its signature says enough.
    pub(super) fn special_call(
        &mut self,
        special: Special,
        func: &'a Expr,
        args: &'a [Expr],
    ) -> Option<Values> {
        Some(match special {
            Special::Assert if !args.is_empty() => self.assert(args),
            Special::SetMetatable if args.len() == 2 => self.set_metatable_call(args),
            Special::SetMetatable if !args.last().is_some_and(super::call::is_open) => {
                let message = format!("'setmetatable' expects 2 arguments, got {}", args.len());
                self.error(Code::ArgumentCount, func.span, message);
                args.iter().for_each(|a| _ = self.eval(a));
                Values::one(Ty::ANY)
            }
            Special::Pcall if !args.is_empty() => self.protected_call(args, false),
            Special::Xpcall if args.len() > 1 => self.protected_call(args, true),
            Special::Require if args.len() == 1 => return self.require(&args[0]),
            Special::Select if !args.is_empty() => self.select(args),
            Special::Unpack if !args.is_empty() => self.unpack(args),
            Special::Next if !args.is_empty() => self.next(args),
            Special::RawSet if args.len() == 3 => self.rawset(args),
            Special::TableInsert if args.len() == 2 || args.len() == 3 => self.insert(func, args),
            Special::TableRemove if !args.is_empty() => self.remove(func, args),
            Special::Type if args.len() == 1 && self.is_absent(crate::bind::peel(&args[0])) => {
                Values::one(Ty::STRING)
            }
            Special::CoroutineWrap => {
                args.iter().for_each(|a| _ = self.eval(a));
                Values::one(Ty::FUNCTION)
            }
            _ => return None,
        })
    }

    /// All arguments as values, the last one whole.
    fn all_args(&mut self, args: &'a [Expr]) -> Values {
        let mut out = Values::default();
        for (i, arg) in args.iter().enumerate() {
            if i + 1 < args.len() {
                let ty = self.eval(arg);
                out.list.push(ty);
            } else {
                let last = self.eval_multi(arg, None);
                out.from = i;
                out.list.extend(last.list);
                out.rest = last.rest;
                out.rows = last.rows;
            }
        }
        out
    }

    fn assert(&mut self, args: &'a [Expr]) -> Values {
        let mut values = if args.len() == 1 {
            self.eval_multi(&args[0], None)
        } else {
            let first = self.probe(&args[0]);
            let mut rest = self.all_args(&args[1..]);
            rest.list.insert(0, first);
            rest.rows = None;
            rest
        };
        let before = values.get(0);
        let first = crate::narrow::truthy(self, before);
        self.narrow(&args[0], true);
        match values.list.first_mut() {
            Some(slot) => *slot = first,
            None => values.list.push(first),
        }
        // Of the ways to return, those with a first value that passes.
        if let Some(rows) = values.rows.take() {
            let passing: Vec<&Vec<Ty>> = rows
                .iter()
                .filter(|row| {
                    crate::narrow::truthy(self, row.first().copied().unwrap_or(Ty::NIL)) != Ty::NEVER
                })
                .collect();
            for i in 1..values.list.len() {
                let types: Vec<Ty> =
                    passing.iter().map(|row| row.get(i).copied().unwrap_or(Ty::NIL)).collect();
                if !types.is_empty() {
                    values.list[i] = self.pool.union(&types);
                }
            }
        }
        values
    }

    fn set_metatable_call(&mut self, args: &'a [Expr]) -> Values {
        let table = self.eval(&args[0]);
        let meta = self.eval(&args[1]);
        let some = crate::narrow::without_nil(self, table);
        let is_table = self.members_of(some).into_iter().all(|m| {
            let m = self.resolve(m);
            matches!(
                self.pool.kind(m),
                Kind::Shape(_)
                    | Kind::Record(_)
                    | Kind::Array(..)
                    | Kind::Map(..)
                    | Kind::AnyTable
                    | Kind::Any
                    | Kind::Unknown
                    | Kind::Param(_)
                    | Kind::Intersection(_)
                    | Kind::Ref(..)
                    | Kind::Tuple(_)
                    | Kind::Never
            )
        });
        if !is_table || some != table && table != Ty::ANY {
            let shown = self.show(table);
            let message = format!("argument 1 of 'setmetatable': expected a table, got {shown}");
            self.error(Code::Mismatch, args[0].span, message);
        }
        let made = match self.members_of(some)[..] {
            [only] => self.set_metatable(only, meta),
            _ => some,
        };
        if let Some(path) = self.path(&args[0]) {
            self.frame.set(path, Some(made));
        }
        Values::one(made)
    }

    /// `pcall(f, …)`: true and what `f` gives, or false and what was raised.
    fn protected_call(&mut self, args: &'a [Expr], handled: bool) -> Values {
        let mark = self.frame.mark();
        let callee = self.eval(&args[0]);
        let inner = if handled {
            args.iter().skip(1).for_each(|a| _ = self.eval(a));
            &[]
        } else {
            &args[1..]
        };
        let call = Call {
            span: args[0].span,
            name: described(&args[0]),
            receiver: None,
            args: inner,
            wanted: None,
            several: false,
        };
        let values = self.apply(callee, &call);
        // What the call would have told holds only if it did not raise.
        self.frame.undo(mark);
        self.forget_written();
        let yes = self.pool.add(Kind::Bool(true));
        let no = self.pool.add(Kind::Bool(false));
        let never = values.list.first() == Some(&Ty::NEVER);
        let mut rows: Vec<Vec<Ty>> = vec![];
        let width = values.list.len().max(1);
        if !never {
            match &values.rows {
                Some(inner) => {
                    for row in inner.iter() {
                        let row = (0..width).map(|i| row.get(i).copied().unwrap_or(Ty::NIL));
                        rows.push(std::iter::once(yes).chain(row).collect());
                    }
                }
                None => {
                    let row = (0..width).map(|i| values.get(i));
                    rows.push(std::iter::once(yes).chain(row).collect());
                }
            }
        }
        let mut raised = vec![no, Ty::ANY];
        raised.resize(width + 1, Ty::NIL);
        rows.push(raised);
        let mut list = vec![Ty::BOOLEAN];
        for i in 1..=width {
            let types: Vec<Ty> = rows.iter().map(|row| row.get(i).copied().unwrap_or(Ty::NIL)).collect();
            list.push(self.pool.union(&types));
        }
        Values { list, rest: values.rest, rows: Some(Rc::new(rows)), from: 0 }
    }

    fn require(&mut self, arg: &'a Expr) -> Option<Values> {
        match &arg.kind {
            ExprKind::Str(text) => {
                let text = std::str::from_utf8(text).ok()?;
                Some(Values::one(self.required(text)))
            }
            _ => None,
        }
    }

    fn select(&mut self, args: &'a [Expr]) -> Values {
        let values = self.all_args(args);
        if let ExprKind::Str(text) = &args[0].kind
            && &**text == b"#"
        {
            return Values::one(Ty::INTEGER);
        }
        let first = values.get(0);
        self.expect(first, Ty::NUMBER, args[0].span, Place::Assignment);
        if let ExprKind::Int(n) = &args[0].kind
            && let Ok(n) = usize::try_from(*n)
            && n > 0
        {
            let list: Vec<Ty> = values.list.iter().skip(n).copied().collect();
            return Values { list, rest: values.rest, ..Values::default() };
        }
        let types: Vec<Ty> = values.list.iter().skip(1).copied().chain(values.rest).collect();
        Values {
            rest: Some(if types.is_empty() { Ty::ANY } else { self.pool.union(&types) }),
            ..Values::default()
        }
    }

    fn unpack(&mut self, args: &'a [Expr]) -> Values {
        let ty = self.eval(&args[0]);
        args[1..].iter().for_each(|a| _ = self.eval(a));
        let (_, value) = self.elements(ty, "unpack", &args[0]);
        Values { rest: Some(value), ..Values::default() }
    }

    fn next(&mut self, args: &'a [Expr]) -> Values {
        let ty = self.eval(&args[0]);
        args[1..].iter().for_each(|a| _ = self.eval(a));
        let (key, value) = self.elements(ty, "next", &args[0]);
        let rows = vec![vec![key, value], vec![Ty::NIL, Ty::NIL]];
        let list = vec![self.pool.optional(key), self.pool.optional(value)];
        Values { list, rows: Some(Rc::new(rows)), ..Values::default() }
    }

    fn rawset(&mut self, args: &'a [Expr]) -> Values {
        let table = self.eval(&args[0]);
        let key = self.eval(&args[1]);
        let value = self.eval(&args[2]);
        for member in self.members_of(table) {
            if let Kind::Shape(shape) = self.pool.kind(member) {
                self.write_element(shape, key, value);
                self.shape_mut(shape).open = true;
            }
        }
        Values::one(table)
    }

    /// `table.insert(list, value)`, `table.insert(list, position, value)`
    fn insert(&mut self, func: &'a Expr, args: &'a [Expr]) -> Values {
        let list = self.eval(&args[0]);
        let list = self.resolve(list);
        let value = &args[args.len() - 1];
        if args.len() == 3 {
            let at = self.eval(&args[1]);
            self.expect_argument(at, Ty::INTEGER, &args[1], 2, func);
        }
        let elem = match self.pool.kind(list) {
            Kind::Array(elem, readonly) => {
                if readonly {
                    let (what, shown) = (super::expr::called(&args[0]), self.show(list));
                    let message = format!("cannot insert into {what}: its type is {shown}");
                    self.error(Code::Readonly, args[0].span, message);
                }
                Some(elem)
            }
            _ => None,
        };
        let given = self.eval_for(value, elem);
        match (elem, self.pool.kind(list)) {
            (Some(elem), _) => _ = self.expect_argument(given, elem, value, args.len(), func),
            (None, Kind::Shape(shape)) => self.write_element(shape, Ty::INTEGER, given),
            (None, Kind::Union(_)) => {
                for member in self.members_of(list) {
                    if let Kind::Shape(shape) = self.pool.kind(member) {
                        self.write_element(shape, Ty::INTEGER, given);
                    }
                }
                self.table_argument(list, &args[0], func);
            }
            (None, _) => self.table_argument(list, &args[0], func),
        }
        Values::default()
    }

    fn remove(&mut self, func: &'a Expr, args: &'a [Expr]) -> Values {
        let list = self.eval(&args[0]);
        for (i, arg) in args.iter().enumerate().skip(1) {
            let at = self.eval(arg);
            let wanted = self.pool.optional(Ty::INTEGER);
            self.expect_argument(at, wanted, arg, i + 1, func);
        }
        let (_, value) = self.elements(list, "table.remove", &args[0]);
        let inferred = matches!(self.pool.kind(list), Kind::Shape(_));
        Values::one(if inferred { value } else { self.pool.optional(value) })
    }

    fn table_argument(&mut self, ty: Ty, arg: &'a Expr, func: &'a Expr) {
        self.expect_argument(ty, Ty::TABLE, arg, 1, func);
    }

    fn expect_argument(
        &mut self,
        given: Ty,
        wanted: Ty,
        arg: &'a Expr,
        position: usize,
        func: &'a Expr,
    ) -> bool {
        if crate::relate::fits(self, given, wanted).is_ok() {
            return true;
        }
        let name = described(func).unwrap_or_default();
        let (from, to) = (self.show(given), self.show(wanted));
        self.error(
            Code::Mismatch,
            arg.span,
            format!("argument {position} of '{name}': expected {to}, got {from}"),
        );
        false
    }
}
