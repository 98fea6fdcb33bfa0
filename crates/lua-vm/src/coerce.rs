//! Text of values without metamethods, and numbers out of strings.

#![allow(unsafe_code, reason = "reads and numbers objects")]

use crate::lua::Lua;
use crate::number;
use crate::object::{Closure, Native, Str, Table, Thread, Userdata};
use crate::value::{self, Value};

/// Text of a number.
pub(crate) fn number_text(v: Value) -> String {
    let mut out = Vec::with_capacity(24);
    if v.is_int() {
        number::write_int(&mut out, v.as_int())
    } else {
        number::write_float(&mut out, v.as_float())
    }
    String::from_utf8(out).expect("numerals are ASCII")
}

/// A number, or the number that a string spells.
pub(crate) fn to_number(v: Value) -> Option<Value> {
    match v.tag {
        value::INT | value::FLOAT => Some(v),
        // SAFETY: the tag says that it is a live string.
        value::STR => match number::parse(unsafe { Str::bytes(v.as_str()) })? {
            number::Number::Int(i) => Some(Value::int(i)),
            number::Number::Float(f) => Some(Value::float(f)),
        },
        _ => None,
    }
}

/// `nil`, `true`, numbers, strings as they are; `table: 3` with a number per process for objects.
pub(crate) fn plain_text(lua: &mut Lua, v: Value) -> String {
    match v.tag {
        value::NIL => "nil".to_owned(),
        value::FALSE => "false".to_owned(),
        value::TRUE => "true".to_owned(),
        value::INT | value::FLOAT => number_text(v),
        // SAFETY: the tag says that it is a live string.
        value::STR => String::from_utf8_lossy(unsafe { Str::bytes(v.as_str()) }).into_owned(),
        _ => {
            // SAFETY: the tag says the type; immortal objects are never written.
            let (name, number) = unsafe {
                match v.tag {
                    value::TABLE => ("table", &raw mut (*v.data_as::<Table>()).number),
                    value::CLOSURE => ("function", &raw mut (*v.data_as::<Closure>()).number),
                    value::NATIVE => ("function: builtin", &raw mut (*v.data_as::<Native>()).number),
                    value::USERDATA => {
                        let u = v.data_as::<Userdata>();
                        ((*(*u).info).name, &raw mut (*u).hdr.word)
                    }
                    value::TYPE => ("type", &raw mut (*v.data_as::<Userdata>()).hdr.word),
                    _ => ("thread", &raw mut (*v.data_as::<Thread>()).number),
                }
            };
            // SAFETY: as above.
            unsafe {
                if (*v.as_header()).mark & crate::object::SHARED != 0 {
                    let n = crate::overlay::number(&mut lua.heap, v.as_header(), *number);
                    return format!("{name}: {n}");
                }
                if (*v.as_header()).mark & crate::object::IMMORTAL != 0 {
                    if v.tag == value::NATIVE {
                        let n = String::from_utf8_lossy(Str::bytes((*v.as_native()).name));
                        return format!("{name}: {n}");
                    }
                    return format!("{name}: static");
                }
                if *number == 0 {
                    lua.heap.numbers += 1;
                    *number = lua.heap.numbers;
                }
                format!("{name}: {}", *number)
            }
        }
    }
}
