//! Checks validators: their names, their arguments and the types that they stand on.

use super::{Later, Lowering, Names};
use crate::code::Code;
use crate::evaluate::{alternatives, resolve};
use crate::nearest::nearest;
use crate::report::Report;
use crate::ty::{DeclKind, Kind, Ty};
use lua_syntax::ast::{Annotation, Expr, ExprKind, UnOp};

const VALIDATORS: &[&str] = &["min", "max", "min_len", "max_len", "pattern"];

impl<C: Names + ?Sized> Lowering<'_, C> {
    pub(super) fn validator(&mut self, annotation: &Annotation, on: Ty) {
        let name = &*annotation.name.text;
        let span = annotation.name.span;
        if !VALIDATORS.contains(&name) {
            let mut report = Report::new(Code::Validator, span, format!("there is no validator '@{name}'"));
            report = match nearest(name, VALIDATORS.iter().copied()) {
                Some(near) => report.help(format!("did you mean '@{near}'?")),
                None => report.help("known are @min, @max, @min_len, @max_len and @pattern"),
            };
            return self.cx.report(report);
        }
        let wants = match name {
            "min" | "max" => "a number",
            "pattern" => "a string",
            _ => "an integer",
        };
        match &annotation.args[..] {
            [arg] if is_constant(arg, wants) => {}
            [arg] => {
                let message = format!("'@{name}' expects {wants} that is written out");
                self.report(Code::Validator, arg.span, message);
            }
            args => {
                let message = format!("'@{name}' expects 1 argument, got {}", args.len());
                self.report(Code::Validator, span, message);
            }
        }
        self.later.push(Later::Validator { span, name: name.into(), on });
    }

    /// Some alternative of the type has values that the validator looks at.
    pub(super) fn check_place(&mut self, span: lua_syntax::Span, name: &str, on: Ty) {
        let members = alternatives(self.cx, on);
        let applies = members.iter().any(|member| {
            let member = resolve(self.cx, *member);
            let pool = self.cx.pool();
            let kind = pool.kind(member);
            let number = matches!(kind, Kind::Number | Kind::Integer | Kind::Int(_) | Kind::Float(_));
            let string = matches!(kind, Kind::String | Kind::Str(_) | Kind::KeyOf(_));
            let table = match kind {
                Kind::Ref(decl, _) => pool.decl(decl).kind == DeclKind::Interface,
                _ => matches!(
                    kind,
                    Kind::AnyTable
                        | Kind::Array(..)
                        | Kind::Map(..)
                        | Kind::Record(_)
                        | Kind::Shape(_)
                        | Kind::Tuple(_)
                        | Kind::Intersection(_)
                ),
            };
            let open = matches!(
                kind,
                Kind::Any | Kind::Unknown | Kind::Param(_) | Kind::Indexed(..) | Kind::Conditional(_)
            );
            open || match name {
                "min" | "max" => number,
                "pattern" => string,
                _ => string || table,
            }
        });
        if !applies {
            let to = match name {
                "min" | "max" => "numbers",
                "pattern" => "strings",
                _ => "strings and tables",
            };
            let on = crate::display::show_with(self.cx, on);
            self.report(Code::Validator, span, format!("'@{name}' applies to {to}, not to {on}"));
        }
    }
}

fn is_constant(arg: &Expr, wants: &str) -> bool {
    match &arg.kind {
        ExprKind::Int(_) => wants != "a string",
        ExprKind::Float(value) => wants == "a number" || (wants == "an integer" && value.fract() == 0.0),
        ExprKind::Str(_) => wants == "a string",
        ExprKind::Unary { op: UnOp::Neg, expr } => {
            matches!(expr.kind, ExprKind::Int(_) | ExprKind::Float(_)) && is_constant(expr, wants)
        }
        ExprKind::Paren(inner) => is_constant(inner, wants),
        _ => false,
    }
}
