//! `require`, `print`, `coroutine.spawn`: globals that need the process around them.

use crate::making::Loading;
use lua_api::{Binding, Cx, Guest, Names, NativeResult, Pin, Val};
use lua_vm::{Imported, NativeDef, StaticsBuilder, TypeNames};
use std::sync::Arc;

/// Presets the globals.
pub fn install(statics: &mut StaticsBuilder) {
    statics.local("require", require);
    statics.func("print", print);
    statics.type_linker(NativeDef::local("type", link_type));
    statics.name_linker(NativeDef::local("import", own_name));
    statics.global("coroutine", lua_vm::coroutine_library().func("spawn", spawn));
}

/// `require(name)`: what the name means in the calling unit. A name that means another unit elsewhere in the program is the
/// caller's own, unless somebody replaced the global (a mock); every other declared name is the global.
fn require(cx: &mut Cx<'_>) -> NativeResult {
    let name = cx.check_str(0)?;
    let Some(unit) = cx.caller() else {
        return Err(cx.error(format_args!(
            "require of '{name}': no Lua function calls it, so that no unit's imports could be meant"
        )));
    };
    let binding = binding(cx, &unit, name);
    let current = cx.globals().get_field(name);
    match binding {
        Some(Binding::Own { own, shared }) if current.is_nil() || current.raw_eq(unit_value(cx, shared)) => {
            let own = unit_value(cx, own);
            cx.ret(own)
        }
        Some(_) if !current.is_nil() => cx.ret(current),
        _ => Err(
            cx.error(format_args!("module '{name}' not found (list it under modules or imports of {unit})"))
        ),
    }
}

fn binding(cx: &mut Cx<'_>, unit: &str, name: &str) -> Option<Binding> {
    match cx.try_host::<Loading>() {
        Some(loading) => loading.program.find(unit, name),
        None => cx.at().names.find(unit, name),
    }
}

/// The value of a global that the calling unit imports, and its name: what that means in the unit, as for [`require`]. What
/// somebody else has set stays, nil too.
fn own_name(cx: &mut Cx<'_>) -> NativeResult {
    let value = cx.arg(0);
    let name = cx.check_str(1)?;
    let unit = cx.caller().unwrap_or_default();
    match binding(cx, &unit, name) {
        Some(Binding::Own { own, shared }) if value.raw_eq(unit_value(cx, shared)) => {
            let own = unit_value(cx, own);
            cx.ret(own)
        }
        _ => cx.ret(value),
    }
}

/// A type that names types of other units, with what they mean in the unit that declares it.
fn link_type(cx: &mut Cx<'_>) -> NativeResult {
    let Some(ty) = cx.arg(0).as_type() else { return Err(cx.type_error(0, "type")) };
    let unit = cx.caller().unwrap_or_default();
    let names: Arc<dyn Names> = match cx.try_host::<Loading>() {
        Some(loading) => loading.program.clone(),
        None => cx.at().names.clone(),
    };
    let linked = cx.link_type(ty, &unit, &Named(&*names))?;
    cx.ret(linked)
}

struct Named<'a>(&'a dyn Names);

impl TypeNames for Named<'_> {
    fn imported(&self, unit: &str, alias: &str) -> Option<Imported> {
        self.0.imported(unit, alias)
    }
}

/// The value of a unit that has run, in the image or since.
fn unit_value<'cx>(cx: &mut Cx<'cx>, unit: usize) -> Val<'cx> {
    let shared = cx.image_values();
    if unit < shared {
        return cx.image_value(unit);
    }
    let at =
        |cx: &mut Cx<'cx>, values: &[Pin]| values.get(unit - shared).map_or(Val::NIL, |pin| cx.pinned(pin));
    if let Some(loading) = cx.try_host::<Loading>() {
        let values = std::mem::take(&mut loading.values);
        let value = at(cx, &values);
        cx.host::<Loading>().values = values;
        return value;
    }
    let values = std::mem::take(&mut cx.at().values);
    let value = at(cx, &values);
    cx.at().values = values;
    value
}

/// `print(...)`: one line to the log, arguments by `tostring`, joined by spaces.
fn print(cx: &mut Cx<'_>) -> NativeResult {
    next_text(cx)
}

/// Turns argument after argument into text; slot `nargs` collects the line.
fn next_text(cx: &mut Cx<'_>) -> NativeResult {
    let count = cx.nargs();
    if cx.len() == count {
        let empty = cx.string(b"");
        cx.push(empty);
    }
    let done = cx.len() - count;
    if done > count {
        return log_line(cx);
    }
    let tostring = cx.globals().get_field("tostring");
    let value = cx.arg(done - 1);
    cx.push(tostring);
    cx.push(value);
    cx.call(1, took_text)
}

fn took_text(cx: &mut Cx<'_>) -> NativeResult {
    let text = cx.result(0);
    let kept = cx.len() - cx.results();
    cx.set_len(kept);
    cx.push(text);
    next_text(cx)
}

fn log_line(cx: &mut Cx<'_>) -> NativeResult {
    let count = cx.nargs();
    let mut line = String::new();
    for i in 0..count {
        if i > 0 {
            line.push(' ');
        }
        line.push_str(&String::from_utf8_lossy(cx.slot(count + 1 + i).as_bytes().unwrap_or_default()));
    }
    let location = cx.place(1);
    let pid = cx.at().frame.pid;
    tracing::info!(target: "lua", pid = %pid, location = location.trim_end_matches(": "), "{line}");
    cx.ret0()
}

/// `coroutine.spawn(f)`: a coroutine that the process runs by itself, from when the caller next waits.
fn spawn(cx: &mut Cx<'_>) -> NativeResult {
    let function = cx.check_function(0)?;
    if !cx.at().may_wait {
        return Err(cx.error("coroutine.spawn does not work at the top level of a unit"));
    }
    let thread = cx.spawned_thread(function);
    let pin = cx.pin(thread);
    cx.at().spawn(pin);
    cx.ret(thread)
}
