//! Turns written types into types of the pool.
//!
//! Declarations of a block come in two steps, all names first, so that they may speak of each other. What needs the bodies
//! of others (bounds of arguments, validators, keys) is checked behind them.

mod declare;
mod validator;

use crate::code::Code;
use crate::evaluate::resolve;
use crate::generic::broken_bounds;
use crate::members::{self, Member};
use crate::nearest::nearest;
use crate::report::Report;
use crate::subst::Subst;
use crate::ty::{
    Conditional, DeclId, Field, Kind, Name, Pack, Param, ParamId, Predicate, Results, Sig, Table, Ty,
    TypeParam,
};
use crate::types::Types;
use lua_syntax::Span;
use lua_syntax::ast::{self, TypeExpr, TypeKind};

pub(crate) use declare::{Declaration, declare_all};

/// What a name in a type stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TypeName {
    /// A declaration.
    Decl(DeclId),
    /// A type parameter.
    Param(ParamId),
    /// A type as it is.
    Plain(Ty),
}

/// What `alias.Name` stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// A type of that module.
    Type(TypeName),
    /// No module or import has that alias.
    NoSuchModule,
    /// The module offers no such type.
    NoSuchType {
        /// The one that may have been meant.
        nearest: Option<String>,
    },
}

/// What the lowering of types asks of the scopes around them.
pub(crate) trait Names: Types {
    /// The type of that name that is visible here. Names of the language come behind these.
    fn local(&mut self, name: &str) -> Option<TypeName>;

    /// The type of an imported module; of `a.b.C` the alias is `a.b`.
    fn imported(&mut self, alias: &str, name: &str) -> Found;

    /// The type of an expression: `typeof(expr)`.
    fn typeof_expr(&mut self, expr: &ast::Expr) -> Ty;

    /// Makes a name visible in the innermost scope.
    fn enter(&mut self, name: &str, what: TypeName);

    /// The type names that are visible here, for suggestions.
    fn visible(&mut self) -> Vec<String>;

    /// Takes a diagnostic.
    fn report(&mut self, report: Report);
}

/// The type names of the language, `self` and `error` aside.
const BASICS: &[(&str, Ty)] = &[
    ("nil", Ty::NIL),
    ("boolean", Ty::BOOLEAN),
    ("number", Ty::NUMBER),
    ("integer", Ty::INTEGER),
    ("string", Ty::STRING),
    ("any", Ty::ANY),
    ("unknown", Ty::UNKNOWN),
    ("never", Ty::NEVER),
    ("table", Ty::TABLE),
    ("function", Ty::FUNCTION),
    ("thread", Ty::THREAD),
    ("userdata", Ty::USERDATA),
];

/// Whether the language has a type of that name, which nothing else can have.
pub(crate) fn is_basic(name: &str) -> bool {
    BASICS.iter().any(|(basic, _)| *basic == name)
}

/// A written type.
pub(crate) fn lower<C: Names + ?Sized>(cx: &mut C, expr: &TypeExpr) -> Ty {
    let mut lowering = Lowering::new(cx);
    let ty = lowering.ty(expr);
    lowering.check();
    ty
}

/// The results of a function with parameters of these names: `(T, U)`, or `asserts x is T`.
pub(crate) fn lower_returns<C: Names + ?Sized>(
    cx: &mut C,
    params: &[Option<&str>],
    returns: &[TypeExpr],
) -> (Pack, Option<Predicate>) {
    let mut lowering = Lowering::new(cx);
    let results = lowering.returns(params, returns);
    lowering.check();
    results
}

/// Type parameters of a function; their names are entered into the innermost scope.
pub(crate) fn lower_type_params<C: Names + ?Sized>(cx: &mut C, params: &[ast::TypeParam]) -> Vec<ParamId> {
    let ids: Vec<ParamId> = params.iter().map(|param| new_param(cx, &param.name)).collect();
    for (param, id) in params.iter().zip(&ids) {
        cx.enter(&param.name.text, TypeName::Param(*id));
    }
    let mut lowering = Lowering::new(cx);
    lowering.bounds(params, &ids);
    lowering.check();
    ids
}

fn new_param<C: Types + ?Sized>(cx: &mut C, name: &ast::Name) -> ParamId {
    let name = cx.pool_mut().name(name.text.as_bytes());
    cx.pool_mut().param(TypeParam { name, bound: None })
}

/// What is checked when all declarations have their bodies.
enum Later {
    /// The arguments of a generic declaration.
    Bounds { span: Span, params: Vec<ParamId>, args: Vec<Ty> },
    /// A validator on a type.
    Validator { span: Span, name: Box<str>, on: Ty },
    /// `T[K]`
    Indexed { span: Span, object: Ty, key: Ty },
}

struct Lowering<'a, C: ?Sized> {
    cx: &'a mut C,
    /// Parameters of the declaration at hand.
    own: Vec<(Box<str>, ParamId)>,
    /// What `self` means.
    this: Option<Ty>,
    later: Vec<Later>,
}

impl<'a, C: Names + ?Sized> Lowering<'a, C> {
    fn new(cx: &'a mut C) -> Self {
        Lowering { cx, own: vec![], this: None, later: vec![] }
    }

    fn report(&mut self, code: Code, span: Span, message: impl Into<String>) {
        self.cx.report(Report::new(code, span, message));
    }

    fn add(&mut self, kind: Kind) -> Ty {
        self.cx.pool_mut().add(kind)
    }

    fn name(&mut self, name: &ast::Name) -> Name {
        self.cx.pool_mut().name(name.text.as_bytes())
    }

    fn ty(&mut self, expr: &TypeExpr) -> Ty {
        let ty = self.kind(expr);
        for annotation in &expr.annotations {
            self.validator(annotation, ty);
        }
        ty
    }

    fn types(&mut self, exprs: &[TypeExpr]) -> Vec<Ty> {
        exprs.iter().map(|expr| self.ty(expr)).collect()
    }

    fn kind(&mut self, expr: &TypeExpr) -> Ty {
        let kind = match &expr.kind {
            TypeKind::Nil => return Ty::NIL,
            TypeKind::Bool(value) => Kind::Bool(*value),
            TypeKind::Str(text) => return self.cx.pool_mut().str_type(text),
            TypeKind::Int(value) => Kind::Int(*value),
            TypeKind::Float(value) => Kind::Float(value.to_bits()),
            TypeKind::Named { path, args } => return self.named(expr.span, path, args),
            TypeKind::Array { elem, readonly } => Kind::Array(self.ty(elem), *readonly),
            TypeKind::Map { key, value, readonly } => Kind::Map(self.ty(key), self.ty(value), *readonly),
            TypeKind::Record { fields, readonly } => {
                let mut fields = self.fields(fields);
                fields.iter_mut().for_each(|field| field.readonly |= *readonly);
                return self.cx.pool_mut().record(fields);
            }
            TypeKind::Interface(fields) => {
                let table = Table { fields: self.fields(fields), index: None, interface: true };
                Kind::Record(self.cx.pool_mut().table(table))
            }
            TypeKind::Function(function) => return self.function(function),
            TypeKind::Optional(inner) => {
                let inner = self.ty(inner);
                return self.cx.pool_mut().optional(inner);
            }
            TypeKind::Union(members) => {
                let members = self.types(members);
                return self.cx.pool_mut().union(&members);
            }
            TypeKind::Intersection(members) => {
                let members = self.types(members);
                return self.cx.pool_mut().intersection(&members);
            }
            TypeKind::Indexed { object, key } => {
                let (object, key) = (self.ty(object), self.ty(key));
                self.later.push(Later::Indexed { span: expr.span, object, key });
                Kind::Indexed(object, key)
            }
            TypeKind::Asserts { .. } => {
                let message = "'asserts' stands only as the result of a function";
                self.report(Code::Validator, expr.span, message);
                return Ty::ANY;
            }
            TypeKind::TypeOf(inner) => return self.cx.typeof_expr(inner),
            TypeKind::KeyOf(inner) => Kind::KeyOf(self.ty(inner)),
            TypeKind::Conditional { check, bound, then, otherwise } => {
                let cond = Conditional {
                    check: self.ty(check),
                    bound: self.ty(bound),
                    then: self.ty(then),
                    otherwise: self.ty(otherwise),
                };
                return self.cx.pool_mut().conditional(cond);
            }
            TypeKind::Group(inner) => return self.ty(inner),
        };
        self.add(kind)
    }

    fn fields(&mut self, fields: &[ast::Field]) -> Vec<Field> {
        let mut lowered: Vec<Field> = Vec::with_capacity(fields.len());
        let mut seen = rustc_hash::FxHashSet::default();
        for field in fields {
            let name = self.name(&field.name);
            let ty = self.ty(&field.ty);
            let ty = if field.optional { self.strip_nil(ty).0 } else { ty };
            if seen.insert(name) {
                lowered.push(Field { name, ty, optional: field.optional, readonly: field.readonly });
            } else {
                let message = format!("field '{}' is declared twice", field.name.text);
                self.report(Code::Duplicate, field.name.span, message);
            }
        }
        lowered
    }

    /// A type without the `nil` that is written in it, and whether there was one.
    fn strip_nil(&mut self, ty: Ty) -> (Ty, bool) {
        let members = self.cx.pool().members(ty);
        if members.len() < 2 || !members.contains(&Ty::NIL) {
            return (ty, false);
        }
        let rest: Vec<Ty> = members.into_iter().filter(|member| *member != Ty::NIL).collect();
        (self.cx.pool_mut().union(&rest), true)
    }

    fn param(&mut self, name: Option<&ast::Name>, ty: Option<&TypeExpr>) -> Param {
        let name = name.map(|name| self.name(name));
        let ty = ty.map_or(Ty::ANY, |ty| self.ty(ty));
        let (ty, optional) = self.strip_nil(ty);
        Param { name, ty, optional }
    }

    fn function(&mut self, function: &ast::FunctionType) -> Ty {
        let params: Vec<Param> =
            function.params.iter().map(|(name, ty)| self.param(name.as_ref(), Some(ty))).collect();
        let names: Vec<Option<&str>> =
            function.params.iter().map(|(name, _)| name.as_ref().map(|name| &*name.text)).collect();
        let rest = function.vararg.as_ref().map(|ty| self.ty(ty));
        let (mut results, asserts) = self.returns(&names, &function.returns);
        results.rest = function.rest.as_ref().map(|ty| self.ty(ty));
        let method = names.first() == Some(&Some("self"));
        let results = Results::Known(results);
        let sig = Sig { generics: vec![], params, rest, results, asserts, method, lenient: false };
        let id = self.cx.pool_mut().sig(sig);
        self.add(Kind::Function(id))
    }

    fn returns(&mut self, params: &[Option<&str>], returns: &[TypeExpr]) -> (Pack, Option<Predicate>) {
        if let [TypeExpr { kind: TypeKind::Asserts { name, ty }, .. }] = returns {
            let ty = ty.as_ref().map(|ty| self.ty(ty));
            let known = params.iter().position(|param| *param == Some(&name.text));
            if known.is_none() {
                let message =
                    format!("'asserts' names '{}', which is no parameter of the function", name.text);
                self.report(Code::Undefined, name.span, message);
            }
            return (Pack::EMPTY, known.map(|param| Predicate { param: param as u32, ty }));
        }
        let types = self.types(returns);
        (self.cx.pool_mut().pack(&types), None)
    }

    /// `C`, `a.C`, `C<T>`
    fn named(&mut self, span: Span, path: &[ast::Name], args: &[TypeExpr]) -> Ty {
        let args = self.types(args);
        let Some((last, modules)) = path.split_last() else { return Ty::ANY };
        let found = if modules.is_empty() { self.local(last) } else { self.imported(modules, last) };
        let Some(found) = found else { return Ty::ANY };
        let decl = match found {
            TypeName::Decl(decl) => decl,
            TypeName::Param(param) => {
                self.no_arguments(span, last, &args);
                return self.add(Kind::Param(param));
            }
            TypeName::Plain(ty) => {
                self.no_arguments(span, last, &args);
                return ty;
            }
        };
        let params = self.cx.pool().decl(decl).params.clone();
        let mut given = args;
        if given.len() != params.len() {
            let (wants, got) = (params.len(), given.len());
            let message = match wants {
                0 => format!("'{}' takes no type arguments, got {got}", last.text),
                1 => format!("'{}' expects 1 type argument, got {got}", last.text),
                _ => format!("'{}' expects {wants} type arguments, got {got}", last.text),
            };
            self.report(Code::ArgumentCount, span, message);
            given.resize(params.len(), Ty::ANY);
        } else if !params.is_empty() {
            self.later.push(Later::Bounds { span, params, args: given.clone() });
        }
        let args = self.cx.pool_mut().list(&given);
        self.add(Kind::Ref(decl, args))
    }

    fn no_arguments(&mut self, span: Span, name: &ast::Name, args: &[Ty]) {
        if !args.is_empty() {
            let message = format!("'{}' takes no type arguments, got {}", name.text, args.len());
            self.report(Code::ArgumentCount, span, message);
        }
    }

    fn local(&mut self, name: &ast::Name) -> Option<TypeName> {
        let text = &*name.text;
        if let Some((_, param)) = self.own.iter().rev().find(|(own, _)| **own == *text) {
            return Some(TypeName::Param(*param));
        }
        if let Some(found) = self.cx.local(text) {
            return Some(found);
        }
        if let Some((_, ty)) = BASICS.iter().find(|(basic, _)| *basic == text) {
            return Some(TypeName::Plain(*ty));
        }
        match text {
            "self" => return Some(TypeName::Plain(self.this.unwrap_or(Ty::ANY))),
            "error" => return Some(TypeName::Plain(self.cx.pool_mut().error_type())),
            _ => {}
        }
        let visible = self.cx.visible();
        let own = self.own.iter().map(|(name, _)| &**name);
        let all = own.chain(visible.iter().map(|name| &**name)).chain(BASICS.iter().map(|(name, _)| *name));
        let mut report = Report::new(Code::UnknownType, name.span, format!("there is no type '{text}'"));
        if let Some(near) = nearest(text, all) {
            report = report.help(format!("did you mean '{near}'?"));
        }
        self.cx.report(report);
        None
    }

    fn imported(&mut self, modules: &[ast::Name], name: &ast::Name) -> Option<TypeName> {
        let alias = modules.iter().map(|part| &*part.text).collect::<Vec<_>>().join(".");
        let span = modules[0].span.to(name.span);
        match self.cx.imported(&alias, &name.text) {
            Found::Type(found) => return Some(found),
            Found::NoSuchModule => {
                let message = format!("there is no import '{alias}' to take the type '{}' from", name.text);
                self.report(Code::UnknownType, span, message);
            }
            Found::NoSuchType { nearest } => {
                let message = format!("'{alias}' declares no type '{}'", name.text);
                let mut report = Report::new(Code::UnknownType, span, message);
                if let Some(near) = nearest {
                    report = report.help(format!("did you mean '{alias}.{near}'?"));
                }
                self.cx.report(report);
            }
        }
        None
    }

    fn bounds(&mut self, params: &[ast::TypeParam], ids: &[ParamId]) {
        for (param, id) in params.iter().zip(ids) {
            if let Some(bound) = &param.bound {
                let bound = self.ty(bound);
                self.cx.pool_mut().set_bound(*id, Some(bound));
            }
        }
        for (param, id) in params.iter().zip(ids) {
            if self.bounds_itself(*id, ids.len()) {
                let message = format!("type parameter '{}' is bounded by itself", param.name.text);
                self.report(Code::Circular, param.name.span, message);
                self.cx.pool_mut().set_bound(*id, None);
            }
        }
    }

    /// `T: U, U: T`
    fn bounds_itself(&self, id: ParamId, most: usize) -> bool {
        let pool = self.cx.pool();
        let mut at = id;
        for _ in 0..most {
            match pool.type_param(at).bound.map(|bound| pool.kind(bound)) {
                Some(Kind::Param(next)) if next == id => return true,
                Some(Kind::Param(next)) => at = next,
                _ => return false,
            }
        }
        false
    }

    /// What had to wait for the bodies of declarations.
    fn check(&mut self) {
        for later in std::mem::take(&mut self.later) {
            match later {
                Later::Bounds { span, params, args } => self.check_bounds(span, &params, &args),
                Later::Validator { span, name, on } => self.check_place(span, &name, on),
                Later::Indexed { span, object, key } => self.check_key(span, object, key),
            }
        }
    }

    fn check_bounds(&mut self, span: Span, params: &[ParamId], args: &[Ty]) {
        let subst = Subst::of(params, args);
        for broken in broken_bounds(self.cx, params, &subst) {
            let name = self.cx.pool().type_param(broken.param).name;
            let name = self.cx.pool().str(name).to_owned();
            let bound = crate::display::show_with(self.cx, broken.bound);
            let got = crate::display::show_with(self.cx, broken.got);
            let message = format!("type argument '{name}' must be {bound}, got {got}");
            self.report(Code::Constraint, span, message);
        }
    }

    fn check_key(&mut self, span: Span, object: Ty, key: Ty) {
        if crate::subst::mentions_params(self.cx.pool(), key) || resolve(self.cx, object) == Ty::ANY {
            return;
        }
        let (code, message) = match members::index(self.cx, object, key) {
            Member::Found { .. } | Member::Nil => return,
            Member::Missing { on, .. } => {
                let (on, key) =
                    (crate::display::show_with(self.cx, on), crate::display::show_with(self.cx, key));
                (Code::NoField, format!("{on} has no field {key}"))
            }
            Member::NotIndexable(ty) => {
                let ty = crate::display::show_with(self.cx, ty);
                (Code::NotIndexable, format!("{ty} has no fields"))
            }
            Member::BadKey { expected, got } => {
                let expected = crate::display::show_with(self.cx, expected);
                let got = crate::display::show_with(self.cx, got);
                (Code::InvalidIndex, format!("expected a key of type {expected}, got {got}"))
            }
        };
        self.report(code, span, message);
    }
}

#[cfg(test)]
mod tests;
