//! Trees on the way to bytes and back, and bytes that are no trees.

mod hostile;
mod rules;

use super::{Tree, decode, encode, remarks};
use crate::{LineIndex, parse};
use std::path::{Path, PathBuf};

/// The bytes of a source that parses.
fn bytes(source: &[u8]) -> Vec<u8> {
    let parsed = parse(source);
    assert_eq!(parsed.errors, [], "{}", String::from_utf8_lossy(source));
    encode(&parsed.chunk, &LineIndex::new(source), &remarks(source))
}

fn encoded(tree: &Tree) -> Vec<u8> {
    encode(&tree.chunk, &tree.lines, &tree.remarks)
}

/// What comes back is what went, places and bits of numbers included.
pub(crate) fn goes_round(source: &[u8]) -> Vec<u8> {
    let shown = || String::from_utf8_lossy(&source[..source.len().min(200)]);
    let bytes = bytes(source);
    let tree = decode(&bytes).unwrap_or_else(|e| panic!("{e}: {}", shown()));
    assert!(tree.chunk == parse(source).chunk, "{}\n{:?}", shown(), tree.chunk);
    assert_eq!(tree.lines.starts(), LineIndex::new(source).starts());
    assert_eq!(tree.remarks, remarks(source));
    assert!(encoded(&tree) == bytes, "{}", shown());
    bytes
}

fn lua_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let (path, name) = (entry.path(), entry.file_name());
        let name = name.to_string_lossy();
        if entry.file_type().unwrap().is_dir() {
            if !matches!(&*name, "target" | "node_modules" | "corpus") && !name.starts_with('.') {
                lua_files(&path, found);
            }
        } else if name.ends_with(".lua") {
            found.push(path);
        }
    }
}

#[test]
fn every_lua_file_of_the_repository_goes_round() {
    let mut files = Vec::new();
    lua_files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../.."), &mut files);
    let (mut count, mut source_size, mut size) = (0, 0, 0);
    for file in &files {
        let source = std::fs::read(file).unwrap();
        if parse(&source).errors.is_empty() {
            count += 1;
            source_size += source.len();
            size += goes_round(&source).len();
        }
    }
    assert!(count > 100, "{count} files of {} parse", files.len());
    assert!(size < source_size, "{size} bytes of {source_size} bytes of source");
}

#[test]
fn of_comments_only_directives_are_kept() {
    let source =
        b"-- the token is SECRET1, remove (lint: it is unused)\n--lint: ignore E0001\n-- SECRET2\nreturn 1";
    let bytes = bytes(source);
    let holds = |text: &[u8]| bytes.windows(text.len()).any(|found| found == text);
    assert!(holds(b"--lint: ignore E0001") && !holds(b"SECRET"));
}

#[test]
fn every_form_goes_round() {
    for source in SOURCES.lines().map(str::trim) {
        goes_round(source.as_bytes());
    }
    for source in [
        "\u{feff}#!/bin/lua\n-- lint: ignore-file W0001\nlocal a --[[ long\n]] = 1 -- lint: ignore E0004\n\n",
        "local s = [==[\r\n a \r\n]]\n]==] .. 'x\\z   \n  y' .. \"\\\n\"",
        "--[[ lint: ignore W0001 ]]\n\n--",
        "",
        "\n",
    ] {
        goes_round(source.as_bytes());
    }
}

pub(super) const SOURCES: &str = r#"
    local a, b: integer, c: {string} = 1, nil, ...
    a, b.c, d[1], (e)["f"], g().h, i:j().k = 1, 2
    f() g:h() (i)() j.k "x" l {1} ; m [[y]] n:o "p" q:r {s = 1}
    do end while a do break end repeat local x until x
    if a then elseif b then return else return 1, 2; end
    if a then b() end
    for i = 1, 2 do end for i = 1, 2, -1 do local x = i end
    for k, v in pairs(t) do end for k in a, b, c do end
    function a() end function a.b.c() end function a.b:c(d, ...) return self end
    local function f<T, U: {T}>(a: T, b, ...: U): (T, error?) return a end
    local function f(...): () end local function g(): A, B end local function h(): (A), B end
    goto x ::x:: :: y ::
    type A = B type A<T: {x: U}> = T[] type T = fun(): (A, B), C type T = fun(): A, B @min(1)
    interface A end interface A: B, c.D<E>, F function m(self: A, x, ...: B): C function n() end
    x = {} x = {1, 2; a = 3, ["b"] = 4, [c] = d, f(), ...}
    x = 0 x = 1 x = 0xffffffffffffffff x = 9223372036854775807 x = 9223372036854775808 x = 1e999 x = 0x1p-1074
    x = .5 x = 3. x = "a\0\xff\u{10FFFF}\n" x = '' x = [[]]
    x = -a ^ -b ^ c x = not -#~a x = - - a x = 2 ^ 3 ^ 4 x = (2 ^ 3) ^ 4
    x = a or b and c < d | e ~ f & g << h .. i + j * k ^ l x = a ^ b * c + d .. e >> f & g ~ h | i == j and k or l
    x = a .. b .. c .. (d .. e) x = a - b - c x = a .. b == c .. d x = a // b % c / d >= e x = a ~= b x = a <= b x = a > b
    x = a as T x = a as T as U x = a! x = a!! x = a :: T x = (a :: T) :: U x = (a as T).b x = f() as T | U & V? + 1
    x = "a" as string x = {} as {T} x = function() end as F x = 1! x = (...) x = f(...) x = f((...))
    type T = nil | true | false | "a" | 1 | -1 | 1.5 | -0.0 | -1e999 | 0xffffffffffffffff
    type T = a.b.c<D, E<F>> type T = A<B<C>> type T = function type T = {function} type T = fun
    type T = {A} type T = A[] type T = A[][] type T = {{A}} type T = {A[]} type T = {A}[] type T = {A | B} type T = {A & B}[]
    type T = readonly A[] type T = readonly {A} type T = readonly A[][] type T = readonly {A | B} type T = readonly {A}[]
    type T = readonly A["x"][] type T = readonly {A @min(1)} type T = readonly {A?} type T = {readonly A[]}
    type T = readonly {[A]: B} type T = readonly {a: B, readonly c?: D} type T = {readonly: A, type?: B} type T = {}
    type T = (readonly A[])[] type T = readonly A[] | readonly B[] & readonly C[]? type T = readonly (A | B)[]
    type T = {[string]: {[integer]: A?}?}[] type T = interface {a: A, b: B} type T = interface {}
    type T = () -> () type T = (a: A, B, ...C) -> (D, ...E) type T = fun(...: A): ...B type T = fun(a: A) type T = fun()
    type T = (A) type T = ((A | B)?)[] type T = A? type T = A?? type T = A[K] type T = A[K]["x"]? type T = A | B? | C
    type T = A & B | C & D type T = (A | B) & C type T = A extends B ? C : D type T = A | B extends C & D ? E : F extends G ? H : I
    type T = {A extends B? | C ? D : E} type T = (A extends B ? C : D) extends E ? F : G
    type T = asserts x type T = fun(x: A): asserts x is B type T = typeof(a.b) type T = keyof(A)[] type T = typeof(function() type X = Y end)
    type T = string @min_len(1) @max_len(2) @pattern("x") type T = integer @min(-1) @max (2) | string @a @b() @c(1, 2, x)
    type T = A @a[] @b? @c type T = {A @a} @b(1) type T = (A) @x type T = A<B> @x() @y type T = 1 @x type T = "a" @y type T = 1.5 @z (1)
    type T = A[] @a type T = A[K] @a(1) type T = readonly A[] @a type T = {a: A} @b type T = {[A]: B} @c type T = fun() @x type T = nil @x
    type T = fun(): (A) @x type T = fun(a: A): (A, B) @x type T = asserts x @y type T = keyof(A) @b type T = typeof(a) @b type T = interface {} @b
    local x: A<B<C>>= 1 local x: A<B>= 1 x = a as A<B>> c x = a as A<B>>c
    local type, as, fun, interface, readonly, keyof, extends, is, typeof, asserts = 1
    return
"#;

/// As small as that of a worker, on which code is compiled.
pub(super) fn on_small_stack<T: Send + 'static>(run: impl FnOnce() -> T + Send + 'static) -> T {
    std::thread::Builder::new().stack_size(2 << 20).spawn(run).unwrap().join().unwrap()
}
