//! The tree as compact S-expressions, one statement after the other.

use crate::ast::*;

pub(super) fn chunk(chunk: &Chunk) -> String {
    chunk.block.stats.iter().map(stat).collect::<Vec<_>>().join(" ")
}

fn join<T>(items: &[T], show: impl Fn(&T) -> String) -> String {
    items.iter().map(show).collect::<Vec<_>>().join(" ")
}

fn form<'a>(head: &str, parts: impl IntoIterator<Item = &'a str>) -> String {
    let mut out = format!("({head}");
    for part in parts.into_iter().filter(|part| !part.is_empty()) {
        out.push(' ');
        out += part;
    }
    out + ")"
}

fn block(block: &Block) -> String {
    format!("{{{}}}", join(&block.stats, stat))
}

fn opt<T>(value: Option<&T>, show: impl Fn(&T) -> String) -> String {
    value.map(show).unwrap_or_default()
}

fn name(name: &Name) -> String {
    name.text.to_string()
}

fn typed(typed: &TypedName) -> String {
    match &typed.ty {
        Some(t) => format!("{}:{}", typed.name.text, ty(t)),
        None => name(&typed.name),
    }
}

fn stat(stat: &Stat) -> String {
    match &stat.kind {
        StatKind::Local { names, values } => form(
            "local",
            [join(names, typed).as_str(), if values.is_empty() { "" } else { "=" }, &join(values, expr)],
        ),
        StatKind::Assign { targets, values } => {
            form("set", [join(targets, expr).as_str(), "=", &join(values, expr)])
        }
        StatKind::Call(call) => expr(call),
        StatKind::Do(body) => form("do", [block(body).as_str()]),
        StatKind::While { cond, body } => form("while", [expr(cond).as_str(), &block(body)]),
        StatKind::Repeat { body, cond } => form("repeat", [block(body).as_str(), &expr(cond)]),
        StatKind::If { arms, otherwise } => {
            let arms = join(arms, |(cond, body)| format!("{} {}", expr(cond), block(body)));
            form("if", [arms.as_str(), &opt(otherwise.as_ref(), block)])
        }
        StatKind::NumericFor { var, start, limit, step, body } => {
            let step = opt(step.as_ref(), expr);
            form("for", [name(var).as_str(), "=", &expr(start), &expr(limit), &step, &block(body)])
        }
        StatKind::GenericFor { vars, exprs, body } => {
            form("for", [join(vars, name).as_str(), "in", &join(exprs, expr), &block(body)])
        }
        StatKind::Function { root, fields, method, body } => {
            let path: String = fields.iter().map(|field| format!(".{}", field.text)).collect();
            let method = opt(method.as_ref(), |method| format!(":{}", method.text));
            form("function", [format!("{}{path}{method}", root.text).as_str(), &function(body)])
        }
        StatKind::LocalFunction { name: n, body } => {
            form("local-function", [name(n).as_str(), &function(body)])
        }
        StatKind::Return(values) => form("return", [join(values, expr).as_str()]),
        StatKind::Break => "(break)".to_owned(),
        StatKind::Goto(label) => form("goto", [name(label).as_str()]),
        StatKind::Label(label) => form("label", [name(label).as_str()]),
        StatKind::Type(decl) => {
            form("type", [name(&decl.name).as_str(), &type_params(&decl.params), "=", &ty(&decl.ty)])
        }
        StatKind::Interface(decl) => {
            let bases = join(&decl.bases, |base| format!(":{}", ty(base)));
            let methods = join(&decl.methods, |m| {
                form(&m.name.text, [signature(&m.params, m.vararg.as_ref(), m.returns.as_deref()).as_str()])
            });
            form("interface", [name(&decl.name).as_str(), &bases, &methods])
        }
    }
}

fn type_params(params: &[TypeParam]) -> String {
    if params.is_empty() {
        return String::new();
    }
    let show = |param: &TypeParam| match &param.bound {
        Some(bound) => format!("{}:{}", param.name.text, ty(bound)),
        None => name(&param.name),
    };
    format!("<{}>", join(params, show))
}

fn signature(params: &[TypedName], vararg: Option<&VarArgParam>, returns: Option<&[TypeExpr]>) -> String {
    let vararg = opt(vararg, |vararg| match &vararg.ty {
        Some(t) => format!("...:{}", ty(t)),
        None => "...".to_owned(),
    });
    let params =
        [join(params, typed), vararg].into_iter().filter(|s| !s.is_empty()).collect::<Vec<_>>().join(" ");
    let returns = returns.map(|returns| format!(":({})", join(returns, ty))).unwrap_or_default();
    format!("[{params}]{returns}")
}

fn function(function: &Function) -> String {
    let params = signature(&function.params, function.vararg.as_ref(), function.returns.as_deref());
    format!("{}{params} {}", type_params(&function.type_params), block(&function.body))
}

fn bytes(text: &[u8]) -> String {
    format!("\"{}\"", text.escape_ascii())
}

pub(super) fn expr(e: &Expr) -> String {
    match &e.kind {
        ExprKind::Nil => "nil".to_owned(),
        ExprKind::Bool(value) => value.to_string(),
        ExprKind::VarArg => "...".to_owned(),
        ExprKind::Int(value) => value.to_string(),
        ExprKind::Float(value) => format!("{value:?}"),
        ExprKind::Str(text) => bytes(text),
        ExprKind::Name(n) => name(n),
        ExprKind::Field { object, name } => form(".", [expr(object).as_str(), &name.text]),
        ExprKind::Index { object, key } => form("[]", [expr(object).as_str(), &expr(key)]),
        ExprKind::Call { func, args } => form("call", [expr(func).as_str(), &join(args, expr)]),
        ExprKind::Method { object, name, args } => {
            form(&format!("call:{}", name.text), [expr(object).as_str(), &join(args, expr)])
        }
        ExprKind::Function(body) => form("fn", [function(body).as_str()]),
        ExprKind::Table(items) => form("table", [join(items, item).as_str()]),
        ExprKind::Unary { op, expr: operand } => form(&format!("{op:?}"), [expr(operand).as_str()]),
        ExprKind::Binary { op, left, right, .. } => {
            form(&format!("{op:?}"), [expr(left).as_str(), &expr(right)])
        }
        ExprKind::Concat(parts) => form("..", [join(parts, expr).as_str()]),
        ExprKind::Paren(inner) => form("paren", [expr(inner).as_str()]),
        ExprKind::Cast { expr: inner, ty: t } => form("as", [expr(inner).as_str(), &ty(t)]),
        ExprKind::NonNil(inner) => form("!", [expr(inner).as_str()]),
    }
}

fn item(item: &Item) -> String {
    match item {
        Item::Positional(value) => expr(value),
        Item::Named { name, value } => format!("{}={}", name.text, expr(value)),
        Item::Keyed { key, value } => format!("[{}]={}", expr(key), expr(value)),
    }
}

fn ty(t: &TypeExpr) -> String {
    let readonly = |readonly: bool| if readonly { "readonly" } else { "" };
    let shown = match &t.kind {
        TypeKind::Nil => "nil".to_owned(),
        TypeKind::Bool(value) => value.to_string(),
        TypeKind::Str(text) => bytes(text),
        TypeKind::Int(value) => value.to_string(),
        TypeKind::Float(value) => format!("{value:?}"),
        TypeKind::Named { path, args } => {
            let path = path.iter().map(name).collect::<Vec<_>>().join(".");
            if args.is_empty() { path } else { format!("{path}<{}>", join(args, ty)) }
        }
        TypeKind::Array { elem, readonly: r } => form("array", [readonly(*r), &ty(elem)]),
        TypeKind::Map { key, value, readonly: r } => form("map", [readonly(*r), &ty(key), &ty(value)]),
        TypeKind::Record { fields, readonly: r } => form("record", [readonly(*r), &join(fields, field)]),
        TypeKind::Interface(fields) => form("interface", [join(fields, field).as_str()]),
        TypeKind::Function(f) => {
            let params = join(&f.params, |(n, t)| match n {
                Some(n) => format!("{}:{}", n.text, ty(t)),
                None => ty(t),
            });
            let vararg = opt(f.vararg.as_ref(), |t| format!("...{}", ty(t)));
            let rest = opt(f.rest.as_ref(), |t| format!("...{}", ty(t)));
            form("fun", [params.as_str(), &vararg, "->", &join(&f.returns, ty), &rest])
        }
        TypeKind::Optional(inner) => form("?", [ty(inner).as_str()]),
        TypeKind::Union(members) => form("|", [join(members, ty).as_str()]),
        TypeKind::Intersection(members) => form("&", [join(members, ty).as_str()]),
        TypeKind::Indexed { object, key } => form("[]", [ty(object).as_str(), &ty(key)]),
        TypeKind::Asserts { name, ty: t } => form("asserts", [&*name.text, &opt(t.as_deref(), ty)]),
        TypeKind::TypeOf(e) => form("typeof", [expr(e).as_str()]),
        TypeKind::KeyOf(inner) => form("keyof", [ty(inner).as_str()]),
        TypeKind::Conditional { check, bound, then, otherwise } => {
            form("extends", [ty(check).as_str(), &ty(bound), &ty(then), &ty(otherwise)])
        }
        TypeKind::Group(inner) => form("group", [ty(inner).as_str()]),
    };
    let annotations = join(&t.annotations, |a| format!("@{}({})", a.name.text, join(&a.args, expr)));
    if annotations.is_empty() { shown } else { format!("{shown}{annotations}") }
}

pub(super) fn library_signature(s: &Signature) -> String {
    let path = s.path.iter().map(name).collect::<Vec<_>>().join(".");
    let generics = join(&s.type_params, |p| {
        format!("<{}{}>", name(&p.name), opt(p.bound.as_ref(), |b| format!(":{}", ty(b))))
    });
    let params =
        join(&s.params, |p| format!("{}{}:{}", name(&p.name), if p.optional { "?" } else { "" }, ty(&p.ty)));
    let vararg = opt(s.vararg.as_ref(), |t| format!("...{}", ty(t)));
    let rest = opt(s.rest.as_ref(), |t| format!("...{}", ty(t)));
    form(&path, [generics.as_str(), &params, &vararg, "->", &join(&s.returns, ty), &rest])
}

fn field(f: &Field) -> String {
    let readonly = if f.readonly { "readonly-" } else { "" };
    let optional = if f.optional { "?" } else { "" };
    format!("{readonly}{}{optional}:{}", f.name.text, ty(&f.ty))
}
