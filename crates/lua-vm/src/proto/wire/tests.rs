//! What is read is what was written; what was not written is refused.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

use super::{Damage, decode, encode};
use crate::codegen::check::check;
use crate::object::Str;
use crate::opcode::{self, Op};
use crate::proto::Proto;
use crate::value;

fn compiled(source: &[u8], name: &str) -> Option<Arc<Proto>> {
    let parsed = lua_syntax::parse(source);
    parsed.errors.is_empty().then_some(())?;
    crate::compile(&parsed.chunk, name, &lua_syntax::LineIndex::new(source)).ok()
}

fn bytes_of(proto: &Proto) -> Vec<u8> {
    let mut bytes = Vec::new();
    encode(proto, &mut bytes);
    bytes
}

fn read(bytes: &[u8]) -> Result<Proto, Damage> {
    decode(bytes, &"test".into())
}

/// The first difference.
fn differs(a: &Proto, b: &Proto) -> Option<String> {
    let words = |p: &Proto| p.code.iter().map(|w| w.load(Relaxed)).collect::<Vec<_>>();
    // SAFETY: the constants of a prototype that is borrowed.
    let text = |v: &crate::value::Value| unsafe { Str::bytes(v.as_str()) };
    let same_value = |(x, y): (&crate::value::Value, &crate::value::Value)| {
        let both_strings = x.tag & 0xff == value::STR && y.tag & 0xff == value::STR;
        // SAFETY: as above.
        let types = unsafe { crate::types::of_value(*x).zip(crate::types::of_value(*y)) };
        x.tag == y.tag
            && match types {
                Some((x, y)) => x.is(y) && x.show() == y.show(),
                None if both_strings => text(x) == text(y),
                None => x.data == y.data,
            }
    };
    let operands =
        |p: &Proto| p.operands.iter().map(|o| (o.at, o.reg, o.kind, o.name.clone())).collect::<Vec<_>>();
    let declared = |p: &Proto| p.types.as_ref().map(|types| format!("{types:?}"));
    let equal = [
        ("code", words(a) == words(b)),
        ("number of constants", a.consts.len() == b.consts.len()),
        ("constants", a.consts.iter().zip(&b.consts).all(same_value)),
        ("captures", a.captures == b.captures),
        ("parameters", (a.params, a.vararg) == (b.params, b.vararg)),
        ("registers", a.max_stack == b.max_stack),
        ("cost", a.cost == b.cost),
        ("lines", a.lines == b.lines),
        ("names", (&a.source, &a.name) == (&b.source, &b.name)),
        ("operands", operands(a) == operands(b)),
        ("owned", a.owned.len() == b.owned.len()),
        ("types", a.own_types.len() == b.own_types.len() && declared(a) == declared(b)),
        ("number of functions", a.protos.len() == b.protos.len()),
    ];
    let own = equal.iter().find(|(_, equal)| !equal).map(|(what, _)| format!("{what} of {}", a.name));
    own.or_else(|| a.protos.iter().zip(&b.protos).find_map(|(a, b)| differs(a, b)))
}

fn lua_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display())) {
        let path = entry.unwrap().path();
        if path.is_dir() {
            lua_files(&path, found);
        } else if path.extension().is_some_and(|e| e == "lua") {
            found.push(path);
        }
    }
}

#[test]
fn every_lua_file_of_the_tree_is_read_as_it_was_written() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut files = Vec::new();
    for folder in ["tests", "examples", "bench", "crates"] {
        lua_files(&root.join(folder), &mut files);
    }
    let mut read_back = 0;
    for file in files {
        // Some are wrong on purpose.
        let Some(proto) = compiled(&std::fs::read(&file).unwrap(), "test") else { continue };
        let bytes = bytes_of(&proto);
        let again = read(&bytes).unwrap_or_else(|e| panic!("{}: {e:?}", file.display()));
        assert_eq!(differs(&proto, &again), None, "{}", file.display());
        assert_eq!(check(&again), Ok(()), "{}", file.display());
        assert_eq!(bytes_of(&again), bytes, "{}", file.display());
        read_back += 1;
    }
    assert!(read_back > 100, "{read_back} files");
}

/// All kinds of constants, captures and operands in little code.
const SMALL: &str = "local a, s = ... local function f(x) s = 9007199254740993 + x.y return f, a end
    b = -1.5 if a == nil or a == true or a == false then f('a text of more than forty bytes, which is no symbol') end
    goto out ::out:: return function() return s:m(-9223372036854775807) end";

#[test]
fn constants_of_all_kinds_come_back() {
    let proto = compiled(SMALL.as_bytes(), "test").unwrap();
    let again = read(&bytes_of(&proto)).unwrap();
    assert_eq!(differs(&proto, &again), None);
    assert_eq!(again.owned.len(), 1, "the long text");
}

#[test]
fn long_and_many_constants_come_back() {
    let long = "x".repeat(1 << 20);
    let names: String = (0..300).map(|i| format!("g{i} = '{long}{i}' ")).take(3).collect();
    let proto = compiled(names.as_bytes(), "test").unwrap();
    assert_eq!(differs(&proto, &read(&bytes_of(&proto)).unwrap()), None);
    // More constants than the short instructions reach.
    let many: String = (0..70_000).map(|i| format!("x{i} = {i}.5\n")).collect();
    let proto = compiled(many.as_bytes(), "test").unwrap();
    assert_eq!(differs(&proto, &read(&bytes_of(&proto)).unwrap()), None);
}

#[test]
fn equal_names_are_one_text() {
    let proto = compiled(b"return function(o) o.name() o.name() return o.name end", "test").unwrap();
    let again = read(&bytes_of(&proto)).unwrap();
    for proto in [&*proto, &again] {
        let mut fields = proto.protos[0].operands.iter().filter(|o| &*o.name == "name");
        let (one, two) = (fields.next().unwrap(), fields.next().unwrap());
        assert!(Arc::ptr_eq(&one.name, &two.name));
    }
}

#[test]
fn hints_of_code_that_ran_are_left_out() {
    let proto = compiled(b"x.y = z x:m() w = 1", "test").unwrap();
    let fresh = bytes_of(&proto);
    for at in 0..proto.code.len() - 1 {
        let word = proto.code[at].load(Relaxed);
        if Op::decode(word).is_some_and(|op| op.has_hint(word)) {
            let second = &proto.code[at + 1];
            second.store(second.load(Relaxed) & 0xffff_0000 | 3, Relaxed);
        }
    }
    assert_eq!(bytes_of(&proto), fresh);
}

#[test]
fn functions_nest_as_deep_as_the_parser_lets_them() {
    let nested = |depth: usize| format!("{}{}", "return function() ".repeat(depth), "end ".repeat(depth));
    let deepest = (1..300).rev().find_map(|depth| compiled(nested(depth).as_bytes(), "test")).unwrap();
    assert_eq!(differs(&deepest, &read(&bytes_of(&deepest)).unwrap()), None);
    // One chunk within another, as no parser would have it.
    let mut proto = Arc::into_inner(compiled(b"", "test").unwrap()).unwrap();
    for _ in 0..=lua_syntax::MAX_DEPTH {
        let mut outer = Arc::into_inner(compiled(b"", "test").unwrap()).unwrap();
        outer.protos = Box::new([proto]);
        proto = outer;
    }
    let found = read(&bytes_of(&proto)).unwrap_err();
    assert_eq!(found.what, "functions that are nested less");
}

#[test]
fn bytes_that_were_cut_or_changed_are_refused_or_read_as_something_else() {
    let proto = compiled(SMALL.as_bytes(), "test").unwrap();
    let bytes = bytes_of(&proto);
    for len in 0..bytes.len() {
        assert!(read(&bytes[..len]).is_err(), "{len} bytes of {}", bytes.len());
    }
    let longer = [&bytes[..], b"\0"].concat();
    assert_eq!(read(&longer).unwrap_err(), Damage { at: bytes.len(), what: "the end" });
    let mut refused = 0;
    for at in 0..bytes.len() {
        for bit in 0..8 {
            let mut changed = bytes.clone();
            changed[at] ^= 1 << bit;
            // Without a MAC a change may go unnoticed; it must not be followed anywhere.
            match read(&changed) {
                Ok(other) => refused += u32::from(check(&other).is_err()),
                Err(_) => refused += 1,
            }
        }
    }
    assert!(refused > 0);
}

/// All forms of types, validators, names, other units, words of the language.
const TYPES: &str = "type R = {a: number @min(0) @max(1.5), b?: string @pattern('^a') @min_len(1) @max_len(9), readonly c: {R}}
    type L = nil | true | 'x' | -3 | 2.5 | {[string]: R?} | readonly {any} | (unknown & never)
    type F = (integer, ...boolean) -> (string, table)
    type G<T: R, U> = {t: T, u: U, g: G<U, T>?}
    type I = G<R, lib.Type<R>> type K = keyof(other.T) type X = other.T['x'] type C = other.T extends R ? L : F
    interface S: lib.Base function m(self, ...): number end
    return R, L, F, G, I, K, X, C, S, string(x), integer:is(5)";

#[test]
fn types_come_back_and_damaged_ones_are_refused_or_read_as_something_else() {
    let proto = compiled(TYPES.as_bytes(), "test").unwrap();
    let bytes = bytes_of(&proto);
    let again = read(&bytes).unwrap();
    assert_eq!(differs(&proto, &again), None);
    assert_eq!(again.types.as_ref().unwrap().exports.len(), 9);
    for len in 0..bytes.len() {
        assert!(read(&bytes[..len]).is_err(), "{len} bytes of {}", bytes.len());
    }
    for at in 0..bytes.len() {
        for change in [1, 2, 4, 8, 16, 32, 64, 128, 255] {
            let mut changed = bytes.clone();
            changed[at] ^= change;
            let Ok(other) = read(&changed) else { continue };
            // Whatever it is now can be looked at.
            let Some(types) = other.types.as_ref() else { continue };
            for (id, _) in types.graph.nodes().iter().enumerate() {
                let ty = crate::types::Type { graph: types.graph.clone(), at: id as u32 };
                let known = ty.clone();
                let _ =
                    (ty.show(), ty.hash(), ty.kind(), ty.imports(), crate::types::is_subtype(&ty, &known));
                let _ = crate::types::instantiate(&ty, std::slice::from_ref(&known));
            }
        }
    }
}

#[test]
fn counts_allocate_no_more_than_the_bytes_are_worth() {
    // A chunk of 2^63 texts; a text of 2^63 bytes; the same for whatever else is counted.
    let huge = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f];
    assert!(read(&huge).is_err());
    assert!(read(&[&[1][..], &huge].concat()).is_err());
    let bytes = bytes_of(&compiled(b"return 1", "test").unwrap());
    for at in 0..bytes.len() {
        let changed = [&bytes[..at], &huge, &bytes[at + 1..]].concat();
        assert!(read(&changed).is_err(), "at {at}");
    }
}

#[test]
fn a_main_function_with_upvalues_is_refused() {
    let outer = compiled(b"local a return function() return a end", "test").unwrap();
    let inner = &outer.protos[0];
    assert_eq!(read(&bytes_of(inner)).unwrap_err().what, "a main function without upvalues");
}

#[test]
fn each_damage_says_what_was_expected() {
    let bytes = bytes_of(&compiled(b"", "test").unwrap());
    // One text (the name), no types, no. 0, flags, parameters, registers, no captures, one word, one run of lines, no operands …
    let mut name_at = 2;
    assert_eq!(&bytes[..name_at], [1, 10]);
    name_at += 11;
    let told = |at: usize, byte: u8| {
        let mut changed = bytes.clone();
        changed[at] = byte;
        read(&changed).map(|_| ()).unwrap_err().what
    };
    assert_eq!(told(2, 0xff), "a name in UTF-8");
    assert_eq!(told(name_at, 1), "the number of a text");
    assert_eq!(told(name_at + 1, 2), "known flags");
    assert_eq!(bytes[name_at + 5], 1, "one word of code");
    let word: [u8; 4] = bytes[name_at + 6..name_at + 10].try_into().unwrap();
    assert_eq!(word, opcode::abc(Op::Return0, 0, 0, 0).to_le_bytes());
    assert_eq!(told(name_at + 10, 2), "lines of as many words as there are");
    assert_eq!(told(name_at + 10, 0), "lines of as many words as there are");
}
