//! Tests of the libraries without an interpreter: natives are driven by hand.

#![allow(unsafe_code, reason = "calls natives as the interpreter does")]

use crate::native::{Cx, Flow, FlowKind, NativeFn, NativeResult, Raise, Val, View};
use crate::object::Native;
use crate::{Lua, Options, Statics, StaticsBuilder};
use std::sync::{Arc, LazyLock};

/// An argument to be made in the process.
#[derive(Clone)]
enum Arg {
    Nil,
    Bool(bool),
    Int(i64),
    Float(f64),
    Str(Vec<u8>),
    List(Vec<Arg>),
    Map(Vec<(&'static str, Arg)>),
    Fun(NativeFn),
}

impl From<i64> for Arg {
    fn from(i: i64) -> Arg {
        Arg::Int(i)
    }
}
impl From<i32> for Arg {
    fn from(i: i32) -> Arg {
        Arg::Int(i.into())
    }
}
impl From<f64> for Arg {
    fn from(f: f64) -> Arg {
        Arg::Float(f)
    }
}
impl From<&str> for Arg {
    fn from(s: &str) -> Arg {
        Arg::Str(s.into())
    }
}
impl From<String> for Arg {
    fn from(s: String) -> Arg {
        Arg::Str(s.into())
    }
}
impl From<bool> for Arg {
    fn from(b: bool) -> Arg {
        Arg::Bool(b)
    }
}
impl<const N: usize> From<[i64; N]> for Arg {
    fn from(list: [i64; N]) -> Arg {
        Arg::List(list.into_iter().map(Arg::Int).collect())
    }
}
impl From<Vec<Arg>> for Arg {
    fn from(list: Vec<Arg>) -> Arg {
        Arg::List(list)
    }
}

macro_rules! args {
    ($($arg:expr),* $(,)?) => { &[$(Arg::from($arg)),*] };
}

impl Arg {
    fn value<'cx>(&self, cx: &mut Cx<'cx>) -> Val<'cx> {
        match self {
            Arg::Nil => Val::NIL,
            Arg::Bool(b) => Val::bool(*b),
            Arg::Int(i) => Val::int(*i),
            Arg::Float(f) => Val::float(*f),
            Arg::Str(s) => cx.string(s),
            Arg::Fun(f) => cx.native("callback", *f, &[]),
            Arg::List(list) => {
                let t = cx.table(list.len(), 0);
                for (i, arg) in list.iter().enumerate() {
                    let v = arg.value(cx);
                    cx.set_int(t, i as i64 + 1, v).unwrap();
                }
                t.val()
            }
            Arg::Map(fields) => {
                let t = cx.table(0, fields.len());
                for (name, arg) in fields {
                    let v = arg.value(cx);
                    cx.set_field(t, name, v).unwrap();
                }
                t.val()
            }
        }
    }
}

/// Runs `function` as the interpreter would, with the last `n` values as arguments; they are replaced by the results.
fn drive<'cx>(cx: &mut Cx<'cx>, function: Val<'cx>, n: usize, fuel: i64) -> Result<usize, Raise> {
    let native: *const Native = function.raw.as_native();
    // SAFETY: the value is a live native.
    let func = unsafe { (*native).func };
    let base = cx.base + (cx.len() - n) as u32;
    let mut inner = Cx {
        lua: cx.lua,
        thread: cx.thread,
        callee: native,
        base,
        args: n as u32,
        results: 0,
        ok: true,
        then: None,
        brand: cx.brand,
    };
    let mut next = func;
    loop {
        inner.lua().fuel = fuel;
        let Flow { kind, n } = next(&mut inner)?;
        match kind {
            FlowKind::Return => {
                let results: Vec<Val<'cx>> =
                    (inner.len() - n as usize..inner.len()).map(|i| inner.slot(i)).collect();
                inner.set_len(0);
                results.iter().for_each(|v| inner.push(*v));
                return Ok(results.len());
            }
            FlowKind::Again => {
                next = inner.then.take().unwrap();
                inner.results = 0;
            }
            FlowKind::Call => {
                next = inner.then.take().unwrap();
                let at = inner.len() - n as usize - 1;
                let callee = inner.slot(at);
                let count = drive(&mut inner, callee, n as usize, fuel)?;
                let results: Vec<Val<'cx>> = (at + 1..at + 1 + count).map(|i| inner.slot(i)).collect();
                inner.set_len(at);
                results.iter().for_each(|v| inner.push(*v));
                inner.results = count as u32;
            }
            _ => panic!("the test cannot do that"),
        }
    }
}

fn show(v: Val<'_>) -> String {
    match v.view() {
        View::Str(s) => String::from_utf8_lossy(s).into_owned(),
        View::Int(i) => i.to_string(),
        View::Float(f) => format!("{f:?}"),
        View::Nil => "nil".into(),
        View::Bool(b) => b.to_string(),
        View::Table(t) => {
            let items: Vec<String> = (1..=t.len()).map(|i| show(t.get_int(i))).collect();
            format!("{{{}}}", items.join(" "))
        }
        _ => v.type_name().into(),
    }
}

fn lua() -> Lua {
    /// Made once: under Miri that takes longer than most cases.
    static STATICS: LazyLock<Arc<Statics>> = LazyLock::new(|| StaticsBuilder::new().build());
    Lua::new(STATICS.clone(), Options { seed: 7, ..Options::default() })
}

/// Finds `library.function` and calls it; the text is that of all results, then of the first argument if `show_first`.
fn call_with(path: &str, args: &[Arg], fuel: i64, show_first: bool) -> Result<String, String> {
    let mut lua = lua();
    lua.enter(&mut (), |cx| {
        let function =
            path.split('.').fold(cx.globals().val(), |v, name| v.as_table().unwrap().get_field(name));
        let values: Vec<_> = args.iter().map(|arg| arg.value(cx)).collect();
        cx.push(values.first().copied().unwrap_or(Val::NIL));
        values.iter().for_each(|v| cx.push(*v));
        match drive(cx, function, values.len(), fuel) {
            Ok(n) => {
                let mut shown: Vec<String> = (cx.len() - n..cx.len()).map(|i| show(cx.slot(i))).collect();
                if show_first {
                    shown.push(show(cx.slot(0)));
                }
                Ok(shown.join(" "))
            }
            Err(_) => Err(show(Val::new(cx.lua().pending))),
        }
    })
}

#[track_caller]
fn call(path: &str, args: &[Arg]) -> Result<String, String> {
    let much = call_with(path, args, i64::MAX, false);
    assert_eq!(call_with(path, args, 1, false), much, "with little fuel");
    much
}

#[track_caller]
fn gives(path: &str, args: &[Arg], expected: &str) {
    assert_eq!(call(path, args), Ok(expected.to_owned()), "{path}");
}

#[track_caller]
fn fails(path: &str, args: &[Arg], expected: &str) {
    assert_eq!(call(path, args), Err(expected.to_owned()), "{path}");
}

/// What the first argument, a table, has become.
#[track_caller]
fn makes(path: &str, args: &[Arg], expected: &str) {
    for fuel in [i64::MAX, 1] {
        let shown = call_with(path, args, fuel, true);
        assert_eq!(shown, Ok(expected.to_owned()), "{path} with fuel {fuel}");
    }
}

fn upper_callback(cx: &mut Cx<'_>) -> NativeResult {
    let text = cx.check_bytes(0)?.to_ascii_uppercase();
    let v = cx.string(&text);
    cx.ret(v)
}

fn descending(cx: &mut Cx<'_>) -> NativeResult {
    let (a, b) = (cx.check_int(0)?, cx.check_int(1)?);
    cx.ret(a > b)
}

fn always(cx: &mut Cx<'_>) -> NativeResult {
    cx.ret(true)
}

#[test]
fn strings() {
    gives("string.sub", args!["hello", 2, -2], "ell");
    gives("string.sub", args!["hello", i64::MIN, i64::MAX], "hello");
    gives("string.byte", args!["abc", 1, -1], "97 98 99");
    gives("string.byte", args!["x".repeat(3000), 1, -1], ["120"; 3000].join(" ").as_str());
    gives("string.char", args![72, 105], "Hi");
    gives("string.rep", args!["ab", 3, ","], "ab,ab,ab");
    gives("string.rep", args!["", 1_000_000_000], "");
    gives("string.upper", args!["äß1"], "Äß1");
    gives("string.reverse", args!["abc"], "cba");
    gives("string.len", args![12], "2");
    fails("string.rep", args!["x", 1i64 << 40], "resulting string too large");
    fails("string.char", args![256], "bad argument #1 to 'char' (value out of range)");
    fails("string.sub", args![], "bad argument #1 to 'sub' (string expected, got no value)");
}

#[test]
fn searches() {
    gives("string.find", args!["hello world", "o w"], "5 7");
    gives("string.find", args!["a.b", ".", 2, true], "2 2");
    gives("string.find", args!["abc", "", 4], "4 3");
    gives("string.find", args!["abc", "", 5], "nil");
    gives("string.find", args!["  key = v", "(%w+)%s*=%s*(%w+)"], "3 9 key v");
    gives("string.match", args!["2024-05-06", "(%d+)-(%d+)"], "2024 05");
    gives("string.match", args!["hello", "()ll()"], "3 5");
    let many = if cfg!(miri) { 1000 } else { 200_000 };
    gives("string.match", args![format!("{}b", "a".repeat(many / 4)), "a*(.)$"], "b");
    let found = format!("{} {}", many + 1, many + 2);
    gives("string.find", args![format!("{}ab", "x".repeat(many)), "ab"], &found);
    fails("string.find", args!["a", "[a"], "malformed pattern (missing ']')");
    fails("string.find", args!["a", true], "bad argument #2 to 'find' (string expected, got boolean)");
}

#[test]
fn replacements() {
    gives("string.gsub", args!["hello world", "o", "0"], "hell0 w0rld 2");
    gives("string.gsub", args!["abc", "", "-"], "-a-b-c- 4");
    gives("string.gsub", args!["abc", "%w", "%0%0", 2], "aabbc 2");
    gives("string.gsub", args!["a=b", "(%w)=(%w)", "%2=%1"], "b=a 1");
    gives("string.gsub", &["a b".into(), "%w".into(), Arg::Map(vec![("a", 1.into())])], "1 b 2");
    gives("string.gsub", &["one two".into(), "%w+".into(), Arg::Fun(upper_callback)], "ONE TWO 2");
    gives("string.gsub", &["abc".into(), "%w*".into(), Arg::Fun(upper_callback)], "ABC 1");
    gives("string.gsub", args!["abc", "^a", "x"], "xbc 1");
    let many = if cfg!(miri) { 300 } else { 20_000 };
    gives("string.gsub", args!["x".repeat(many), "x", "yy"], &format!("{} {many}", "y".repeat(2 * many)));
    fails("string.gsub", args!["a", "a", "%2"], "invalid capture index %2 in replacement string");
    fails("string.gsub", args!["a", "a", "%x"], "invalid use of '%' in replacement string");
    fails(
        "string.gsub",
        &["a".into(), "a".into(), Arg::Fun(always)],
        "invalid replacement value (a boolean)",
    );
}

#[test]
fn formats_and_layouts() {
    gives("string.format", args!["%5.1f|%d|%s|%q|%%", 2.25, 3, "x", "a\n"], "  2.2|3|x|\"a\\\n\"|%");
    gives("string.format", &["%s %s".into(), Arg::Nil, 1.5.into()], "nil 1.5");
    fails("string.format", args!["%d", "x"], "bad argument #2 to 'format' (number expected, got string)");
    fails(
        "string.format",
        args!["%d", 1.5],
        "bad argument #2 to 'format' (number has no integer representation)",
    );
    fails("string.format", args!["%d"], "bad argument #2 to 'format' (no value)");
    gives("string.pack", args![">I2 z", 0x4142, "hi"], "ABhi\0");
    gives("string.unpack", args![">I2 z", "ABhi\0"], "16706 hi 6");
    gives("string.packsize", args!["i4i8"], "12");
    fails("string.unpack", args!["i4", "abc"], "bad argument #2 to 'unpack' (data string too short)");
}

#[test]
fn tables() {
    makes("table.insert", args![[1, 2, 3], 1, 9], "{9 1 2 3}");
    makes("table.insert", args![[1, 2, 3], 9], "{1 2 3 9}");
    makes("table.remove", args![[1, 2, 3], 1], "1 {2 3}");
    makes("table.remove", args![[1, 2, 3]], "3 {1 2}");
    makes("table.remove", args![[]], "nil {}");
    gives("table.concat", args![[1, 2, 3], ", "], "1, 2, 3");
    gives("table.concat", args![[1, 2, 3], ", ", 2, 2], "2");
    gives("table.unpack", args![[1, 2, 3], 2], "2 3");
    gives("table.move", args![[1, 2, 3], 1, 3, 2], "{1 1 2 3}");
    gives("table.maxn", args![[1, 2, 3]], "3");
    fails("table.insert", args![[1, 2], 4, 1], "bad argument #2 to 'insert' (position out of bounds)");
    fails(
        "table.concat",
        args![vec![Arg::Bool(true)]],
        "invalid value (boolean) at index 1 in table for 'concat'",
    );
    fails("table.unpack", args![[], 1, 100_000_000], "too many results to unpack");
    let long: Vec<Arg> = (1..5000).map(Arg::Int).collect();
    let joined: Vec<String> = (1..5000).map(|i| i.to_string()).collect();
    gives("table.concat", &[long.clone().into(), ",".into()], &joined.join(","));
    gives("table.unpack", &[long.clone().into()], &joined.join(" "));
    makes("table.insert", &[long.into(), 1.into(), 0.into()], &format!("{{0 {}}}", joined.join(" ")));
}

#[test]
fn sorting() {
    makes("table.sort", args![[3, 1, 2]], "{1 2 3}");
    makes("table.sort", args![vec![Arg::from("b"), "a".into(), "".into()]], "{ a b}");
    makes(
        "table.sort",
        args![vec![Arg::from(2.5), 1.into(), i64::MAX.into(), 9.2e18.into()]],
        "{1 2.5 9.2e18 9223372036854775807}",
    );
    let order = Arg::Fun(descending);
    makes("table.sort", &[[3, 1, 2, 5, 4].into(), order.clone()], "{5 4 3 2 1}");
    fails("table.sort", args![vec![Arg::from(1), "a".into()]], "attempt to compare string with number");
    fails("table.sort", args![vec![Arg::from([]), [].into()]], "attempt to compare two table values");
    let mut x = 42i64;
    const SIZES: &[usize] =
        if cfg!(miri) { &[2, 17, 64, 65, 200] } else { &[2, 3, 17, 1000, 4096, 4097, 10_000, 20_000] };
    for &n in SIZES {
        let numbers: Vec<i64> = std::iter::repeat_with(|| {
            x = x * 16807 % 2_147_483_647;
            x
        })
        .take(n)
        .collect();
        let ordered = |mut v: Vec<i64>| {
            v.sort_unstable();
            v
        };
        let text = |v: &[i64]| format!("{{{}}}", v.iter().map(i64::to_string).collect::<Vec<_>>().join(" "));
        let list: Vec<Arg> = numbers.iter().copied().map(Arg::Int).collect();
        let sorted = ordered(numbers.clone());
        makes("table.sort", &[list.clone().into()], &text(&sorted));
        let reversed: Vec<i64> = sorted.iter().rev().copied().collect();
        makes("table.sort", &[list.clone().into(), order.clone()], &text(&reversed));
        // Any permutation will do here, but all elements are still there.
        let odd = call_with("table.sort", &[list.into(), Arg::Fun(always)], 1, true).unwrap();
        let mut kept: Vec<i64> =
            odd.trim_matches(['{', '}']).split(' ').map(|s| s.parse().unwrap()).collect();
        kept.sort_unstable();
        assert_eq!(kept, sorted);
        let names: Vec<Arg> = numbers.iter().map(|i| Arg::Str(format!("k{i}").into())).collect();
        let mut sorted: Vec<String> = numbers.iter().map(|i| format!("k{i}")).collect();
        sorted.sort();
        makes("table.sort", &[names.into()], &format!("{{{}}}", sorted.join(" ")));
        let floats: Vec<Arg> = numbers.iter().map(|i| Arg::Float(*i as f64 + 0.5)).collect();
        let sorted: Vec<String> = ordered(numbers).iter().map(|i| format!("{:?}", *i as f64 + 0.5)).collect();
        makes("table.sort", &[floats.into()], &format!("{{{}}}", sorted.join(" ")));
    }
}

#[test]
fn mathematics() {
    gives("math.floor", args![-3.5], "-4");
    gives("math.ceil", args![1e300], "1e300");
    gives("math.max", args![1, 2.5, 2], "2.5");
    gives("math.min", args![i64::MAX, 9_223_372_036_854_775_808.0], "9223372036854775807");
    gives("math.fmod", args![i64::MIN, -1], "0");
    gives("math.log", args![8, 2], "3.0");
    gives("math.tointeger", args![3.0], "3");
    gives("math.type", args![3.0], "float");
    gives("math.type", args!["3"], "nil");
    gives("math.ult", args![1, -1], "true");
    gives("math.random", args![5, 5], "5");
    fails("math.random", args![0], "bad argument #1 to 'random' (interval is empty)");
    fails("math.fmod", args![1, 0], "bad argument #2 to 'fmod' (zero)");
    gives("tonumber", args!["0x10"], "16");
    gives("tonumber", args!["zz", 36], "1295");
    fails("tonumber", args!["1", 99], "bad argument #2 to 'tonumber' (base out of range)");
}

#[test]
fn random_numbers_cover_their_range() {
    let mut lua = lua();
    let mut seen = [0u32; 6];
    lua.enter(&mut (), |cx| {
        let random = cx.globals().get_field("math").as_table().unwrap().get_field("random");
        for _ in 0..6000 {
            cx.set_len(0);
            cx.push(1);
            cx.push(6);
            drive(cx, random, 2, i64::MAX).unwrap();
            seen[cx.slot(0).as_int().unwrap() as usize - 1] += 1;
        }
    });
    assert!(seen.iter().all(|n| (800..1200).contains(n)), "{seen:?}");
}

#[test]
fn error_objects() {
    fails("errors.new", args![true], "bad argument #1 to 'new' (string expected, got boolean)");
    fails(
        "errors.new",
        &[Arg::Map(vec![("kind", "X".into())])],
        "bad argument #1 to 'new' (field 'message': string expected, got nil)",
    );
    let mut lua = lua();
    lua.enter(&mut (), |cx| {
        let errors = cx.globals().get_field("errors").as_table().unwrap();
        let new = errors.get_field("new");
        let (kind, message) = (cx.string(b"NOT_FOUND"), cx.string(b"no such thing"));
        cx.push(kind);
        cx.push(message);
        assert_eq!(drive(cx, new, 2, 1).unwrap(), 1);
        let error = cx.slot(0);
        let wrap = errors.get_field("wrap");
        let context = cx.string(b"while looking");
        cx.push(context);
        drive(cx, wrap, 2, 1).unwrap();
        let wrapped = cx.slot(0);
        let object = wrapped.as_userdata().unwrap().payload::<crate::ErrorObject>().unwrap();
        assert_eq!((object.kind(), object.message()), ("NotFound", "no such thing"));
        assert_eq!(object.text(), "while looking: no such thing");
        assert_eq!(object.cause().unwrap().message(), "no such thing");
        let is = errors.get_field("is");
        cx.push(kind);
        drive(cx, is, 2, 1).unwrap();
        assert!(cx.slot(0).truthy());
        assert_eq!(cx.to_bytes(wrapped), Some(&b"while looking: no such thing"[..]));
        assert!(error.as_userdata().is_some());
    });
}
