//! Base functions beside the interpreter: `tonumber`, `unpack`, `_VERSION`, `package`.

use crate::native::{Cx, NativeResult, Val, View};
use crate::number::{self, Number};
use crate::statics::{Lib, StaticsBuilder};

pub(crate) fn register(b: &mut StaticsBuilder) {
    b.local("tonumber", to_number);
    b.global_of("unpack", "table", "unpack");
    b.global("_VERSION", "Lua 5.3 (wippy)");
    let package =
        Lib::new().value("path", "").value("cpath", "").local("loadlib", load_lib).local("seeall", see_all);
    b.global("package", package);
}

fn to_number(cx: &mut Cx<'_>) -> NativeResult {
    if cx.arg(1).is_nil() {
        let number = match cx.check_any(0)?.view() {
            View::Int(_) | View::Float(_) => cx.arg(0),
            View::Str(text) => {
                cx.charge(text.len().min(number::MAX_NUMERAL) * 2);
                match number::parse(text) {
                    Some(Number::Int(i)) => Val::int(i),
                    Some(Number::Float(f)) => Val::float(f),
                    None => Val::NIL,
                }
            }
            _ => Val::NIL,
        };
        return cx.ret(number);
    }
    let base = cx.check_int(1)?;
    let Some(text) = cx.arg(0).as_bytes() else {
        return Err(cx.type_error(0, "string"));
    };
    let Some(base) = u32::try_from(base).ok().filter(|base| (2..=36).contains(base)) else {
        return Err(cx.arg_error(1, "base out of range"));
    };
    cx.charge(text.len().min(number::MAX_NUMERAL) * 2);
    cx.ret(number::parse_base(text, base).map_or(Val::NIL, Val::int))
}

fn load_lib(cx: &mut Cx<'_>) -> NativeResult {
    let message = cx.string(b"there are no native libraries to load");
    let place = cx.string(b"absent");
    cx.push(Val::NIL);
    cx.push(message);
    cx.push(place);
    Ok(crate::native::Flow::values(3))
}

/// Lua 5.1's `package.seeall`: lets a module table fall back to the globals.
fn see_all(cx: &mut Cx<'_>) -> NativeResult {
    let module = cx.check_table(0)?;
    let meta = match module.metatable() {
        Some(meta) => meta,
        None => cx.table(0, 1),
    };
    let globals = cx.globals();
    cx.set_field(meta, "__index", globals)?;
    cx.set_metatable(module, Some(meta))?;
    cx.ret0()
}
