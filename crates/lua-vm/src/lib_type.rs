//! Types as values: what calling, comparing and asking one does, and the global function `typeof`.

use crate::native::{Cx, NativeFn, NativeResult, Raise, Val, View};
use crate::statics::{Lib, StaticsBuilder, UserdataType};
use crate::types::{self, BuiltIn, Field, Form, Id, Mode, Type};

/// Members that every type has; in front of them a word of the language means the type (`integer:is(x)`).
pub(crate) const MEMBERS: [&str; 13] = [
    "is", "check", "kind", "name", "elem", "key", "val", "inner", "ret", "fields", "variants", "params",
    "tparams",
];

pub(crate) fn register(b: &mut StaticsBuilder) {
    let natives: [NativeFn; 13] =
        [is, check, kind, name, elem, key, val, inner, ret, fields, variants, params, tparams];
    let methods = MEMBERS.iter().zip(natives).fold(Lib::new(), |lib, (name, native)| lib.local(name, native));
    let meta = Lib::new()
        .local("__call", call)
        .local("__index", index)
        .local("__newindex", newindex)
        .local("__tostring", tostring)
        .local("__lt", less)
        .local("__le", less_or_equal)
        .value("__name", "type")
        .value("__metatable", "type");
    b.types(meta, methods);
    b.userdata(UserdataType::new::<types::Resting>("validation"));
    b.local("typeof", type_of);
}

fn this<'cx>(cx: &mut Cx<'cx>, i: usize) -> Result<&'cx Type, Raise> {
    match cx.arg(i).as_type() {
        Some(ty) => Ok(ty),
        None => Err(cx.type_error(i, "type")),
    }
}

/// `T(v)`, and `G(T1, …)` for a generic type.
fn call(cx: &mut Cx<'_>) -> NativeResult {
    let ty = this(cx, 0)?;
    let given = cx.nargs() - 1;
    let types = (1..=given).filter(|i| cx.arg(*i).as_type().is_some()).count();
    let takes_types =
        matches!(ty.form(), Form::Any | Form::Unknown | Form::Type | Form::Union(_) | Form::Optional(_));
    if given == 0 {
        return Err(cx.error(format_args!("type {} expects at least 1 argument", ty.label())));
    }
    if types == given && !(given == 1 && takes_types) {
        return instantiate(cx, ty);
    }
    if types > 0 && given > 1 {
        return Err(cx.error(format_args!("type {} does not accept mixed type/value arguments", ty.label())));
    }
    if given > 1 {
        return Err(cx.error(format_args!("type {} validation expects 1 value, got {given}", ty.label())));
    }
    types::begin(cx, ty.clone(), Mode::Call)
}

fn instantiate<'cx>(cx: &mut Cx<'cx>, ty: &Type) -> NativeResult {
    let Form::Generic { params, .. } = ty.form() else {
        return Err(cx.error(format_args!("type {} is not generic", ty.label())));
    };
    let args: Vec<Type> = (1..cx.nargs()).filter_map(|i| cx.arg(i).as_type().cloned()).collect();
    if params.len() != args.len() {
        let (wanted, got) = (params.len(), args.len());
        return Err(cx.error(format_args!("type {} expects {wanted} type arguments, got {got}", ty.label())));
    }
    let nodes = ty.graph.nodes().len() + args.iter().map(|arg| arg.graph.nodes().len()).sum::<usize>();
    for (param, arg) in params.iter().zip(&args) {
        if let Some(bound) = param.bound {
            let bound = ty.part(bound);
            let (fits, work) = types::is_subtype(arg, &bound);
            cx.charge(work * 16);
            if !fits && !types::is_open(&bound) {
                let text = format!(
                    "type argument {} of {} is {}, which is not within {}",
                    param.name,
                    ty.label(),
                    arg.label(),
                    bound.label()
                );
                return Err(cx.error(text));
            }
        }
    }
    // What is copied is bounded; graphs are mostly smaller than that.
    cx.charge(nodes.min(types::MOST) * 64);
    cx.reserve(types::MOST.min(nodes * 2) * 128)?;
    match types::instantiate(ty, &args) {
        Some((made, work)) => {
            cx.charge(made.graph.nodes().len() * 64 + work * 4);
            let made = cx.type_value(made);
            cx.ret(made)
        }
        None => Err(cx.error(format_args!("type {} with these arguments is too large", ty.label()))),
    }
}

fn is(cx: &mut Cx<'_>) -> NativeResult {
    let ty = this(cx, 0)?.clone();
    types::begin(cx, ty, Mode::Is)
}

fn check(cx: &mut Cx<'_>) -> NativeResult {
    let ty = this(cx, 0)?.clone();
    types::begin(cx, ty, Mode::Check)
}

/// `T.field`: a method, else the type of a field.
fn index(cx: &mut Cx<'_>) -> NativeResult {
    let ty = this(cx, 0)?;
    let Some(name) = cx.arg(1).as_bytes() else { return cx.ret(Val::NIL) };
    let method = cx.type_method(name);
    if !method.is_nil() {
        return cx.ret(method);
    }
    let fields = match ty.form() {
        Form::Record { fields, .. } | Form::Interface { methods: fields, .. } => fields,
        _ => return cx.ret(Val::NIL),
    };
    cx.charge(fields.len());
    let found = fields.iter().find(|f| f.name.as_bytes() == name).map(|f| f.ty);
    part(cx, ty, found)
}

fn newindex(cx: &mut Cx<'_>) -> NativeResult {
    let ty = this(cx, 0)?;
    Err(cx.error(format_args!("attempt to modify the type {}, types are immutable", ty.label())))
}

fn tostring(cx: &mut Cx<'_>) -> NativeResult {
    let text = this(cx, 0)?.show();
    cx.charge(text.len());
    let text = cx.string(text.as_bytes());
    cx.ret(text)
}

fn operands<'cx>(cx: &mut Cx<'cx>) -> Result<(&'cx Type, &'cx Type), Raise> {
    match (cx.arg(0).as_type(), cx.arg(1).as_type()) {
        (Some(a), Some(b)) => Ok((a, b)),
        _ => {
            let (a, b) = (cx.type_name_of(cx.arg(0)), cx.type_name_of(cx.arg(1)));
            Err(cx.error(format_args!("attempt to compare {a} with {b}")))
        }
    }
}

fn less_or_equal(cx: &mut Cx<'_>) -> NativeResult {
    let (a, b) = operands(cx)?;
    let (holds, work) = types::is_subtype(a, b);
    cx.charge(work * 16);
    cx.ret(holds)
}

fn less(cx: &mut Cx<'_>) -> NativeResult {
    let (a, b) = operands(cx)?;
    let (holds, work) = types::is_subtype(a, b);
    let (back, more) = types::is_subtype(b, a);
    cx.charge((work + more) * 16);
    cx.ret(holds && !back)
}

// ---- reflection ------------------------------------------------------------------------------------------------

fn kind(cx: &mut Cx<'_>) -> NativeResult {
    let kind = this(cx, 0)?.kind();
    let kind = cx.string(kind.as_bytes());
    cx.ret(kind)
}

fn name(cx: &mut Cx<'_>) -> NativeResult {
    match this(cx, 0)?.name() {
        Some(name) => {
            let name = cx.string(name.as_bytes());
            cx.ret(name)
        }
        None => cx.ret(Val::NIL),
    }
}

/// A part of a type, or nil.
fn part<'cx>(cx: &mut Cx<'cx>, ty: &Type, part: Option<Id>) -> NativeResult {
    match part {
        Some(id) => {
            let part = cx.type_value(ty.part(id));
            cx.ret(part)
        }
        None => cx.ret(Val::NIL),
    }
}

fn elem(cx: &mut Cx<'_>) -> NativeResult {
    let ty = this(cx, 0)?;
    let of = if let Form::Array { elem, .. } = ty.form() { Some(*elem) } else { None };
    part(cx, ty, of)
}

fn key(cx: &mut Cx<'_>) -> NativeResult {
    let ty = this(cx, 0)?;
    let of = if let Form::Map { key, .. } = ty.form() { Some(*key) } else { None };
    part(cx, ty, of)
}

fn val(cx: &mut Cx<'_>) -> NativeResult {
    let ty = this(cx, 0)?;
    let of = if let Form::Map { val, .. } = ty.form() { Some(*val) } else { None };
    part(cx, ty, of)
}

fn inner(cx: &mut Cx<'_>) -> NativeResult {
    let ty = this(cx, 0)?;
    let of = if let Form::Optional(inner) = ty.form() { Some(*inner) } else { None };
    part(cx, ty, of)
}

fn ret(cx: &mut Cx<'_>) -> NativeResult {
    let ty = this(cx, 0)?;
    let of = if let Form::Function { result, .. } = ty.form() { *result } else { None };
    part(cx, ty, of)
}

/// An iterator over parts: type, number of the next part.
fn iterator(cx: &mut Cx<'_>, name: &'static str, next: NativeFn) -> NativeResult {
    this(cx, 0)?;
    let ty = cx.arg(0);
    let iterator = cx.native(name, next, &[ty, Val::int(0)]);
    cx.ret(iterator)
}

/// The type of the iterator that runs, and the number of its next part.
fn turn<'cx>(cx: &mut Cx<'cx>) -> Option<(&'cx Type, usize)> {
    let (ty, n) = (cx.upvalue(0).as_type()?, cx.upvalue(1).as_int()?);
    cx.set_upvalue(1, Val::int(n + 1));
    Some((ty, n as usize))
}

fn named<'cx>(cx: &mut Cx<'cx>, name: &str, ty: Option<Type>) -> NativeResult {
    let name = cx.string(name.as_bytes());
    let ty = ty.map_or(Val::NIL, |ty| cx.type_value(ty));
    cx.ret2(name, ty)
}

fn fields(cx: &mut Cx<'_>) -> NativeResult {
    iterator(cx, "fields", |cx| {
        let Some((ty, n)) = turn(cx) else { return cx.ret(Val::NIL) };
        let list: &[Field] = match ty.form() {
            Form::Record { fields, .. } | Form::Interface { methods: fields, .. } => fields,
            _ => &[],
        };
        match list.get(n) {
            Some(f) => named(cx, &f.name, Some(ty.part(f.ty))),
            None => cx.ret(Val::NIL),
        }
    })
}

fn variants(cx: &mut Cx<'_>) -> NativeResult {
    iterator(cx, "variants", |cx| {
        let Some((ty, n)) = turn(cx) else { return cx.ret(Val::NIL) };
        let of = match ty.form() {
            Form::Union(list) | Form::Intersection(list) | Form::Tuple(list) => list.get(n).copied(),
            _ => None,
        };
        part(cx, ty, of)
    })
}

fn params(cx: &mut Cx<'_>) -> NativeResult {
    iterator(cx, "params", |cx| {
        let Some((ty, n)) = turn(cx) else { return cx.ret(Val::NIL) };
        let of = match ty.form() {
            Form::Function { params, .. } => params.get(n).copied(),
            _ => None,
        };
        part(cx, ty, of)
    })
}

fn tparams(cx: &mut Cx<'_>) -> NativeResult {
    iterator(cx, "tparams", |cx| {
        let Some((ty, n)) = turn(cx) else { return cx.ret(Val::NIL) };
        match ty.form() {
            Form::Generic { params, .. } if n < params.len() => {
                let bound = params[n].bound.map(|id| ty.part(id));
                named(cx, &params[n].name, bound)
            }
            _ => cx.ret(Val::NIL),
        }
    })
}

/// `typeof(v)`: the type of a value, as far as the value says it.
fn type_of(cx: &mut Cx<'_>) -> NativeResult {
    let of = match cx.check_any(0)?.view() {
        View::Nil => BuiltIn::Nil,
        View::Bool(_) => BuiltIn::Boolean,
        View::Int(_) => BuiltIn::Integer,
        View::Float(_) => BuiltIn::Number,
        View::Str(_) => BuiltIn::String,
        View::Table(_) => BuiltIn::Table,
        View::Function(_) => BuiltIn::Function,
        View::Thread(_) => BuiltIn::Thread,
        View::Type(_) => BuiltIn::Type,
        View::Userdata(_) => BuiltIn::Userdata,
    };
    let ty = cx.type_value(Type::built_in(of));
    cx.ret(ty)
}
