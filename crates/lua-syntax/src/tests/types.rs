//! Types: annotations, declarations, every form of a type.

use super::{mistakes, trees};
use expect_test::expect;

#[test]
fn annotations() {
    let found = trees(
        r#"
        local a: number, b: string? = 1
        local function f(a: number, b, ...: string): boolean end
        function m.f<T>(x: T): T end
        function m:g<T: Base, U>(x: T, y: U): (T, U) end
        local f = function<T>(x: T): () end
        local function f(): number, string return 1, "" end
        local function f(): (number) end
        local function f(): (A | B)?, C end
        local function f(): () -> A, B end
        local function f(): (A, B) -> C end
        local function f(x: any): asserts x is string end
        local function f(x: any): asserts x x = 1 end
        local function f(): T ::again:: goto again end
        "#,
    );
    expect![[r#"
        (local a:number b:(? string) = 1)
        (local-function f [a:number b ...:string]:(boolean) {})
        (function m.f <T>[x:T]:(T) {})
        (function m:g <T:Base U>[x:T y:U]:(T U) {})
        (local f = (fn <T>[x:T]:() {}))
        (local-function f []:(number string) {(return 1 "")})
        (local-function f []:((group number)) {})
        (local-function f []:((? (group (| A B))) C) {})
        (local-function f []:((fun -> A) B) {})
        (local-function f []:((fun A B -> C)) {})
        (local-function f [x:any]:((asserts x string)) {})
        (local-function f [x:any]:((asserts x)) {(set x = 1)})
        (local-function f []:(T) {(label again) (goto again)})
    "#]]
    .assert_eq(&found);
}

#[test]
fn declarations() {
    let found = trees(
        r#"
        type A = number
        type Box<T> = {value: T}
        type Pair<K: string, V> = {key: K, value: V}
        type F = fun(): A, B
        type F = fun(): (A, B)
        type type = type
        interface Shape end
        interface Shape function area(): number function scale(by: number, ...: any) end
        interface Circle: Shape, geo.Round<number> function radius(): (number, string) end
        "#,
    );
    expect![[r#"
        (type A = number)
        (type Box <T> = (record value:T))
        (type Pair <K:string V> = (record key:K value:V))
        (type F = (fun -> A B))
        (type F = (fun -> A B))
        (type type = type)
        (interface Shape)
        (interface Shape (area []:(number)) (scale [by:number ...:any]))
        (interface Circle :Shape :geo.Round<number> (radius []:(number string)))
    "#]]
    .assert_eq(&found);
}

#[test]
fn primaries() {
    let found = trees(
        r#"
        type T = nil | true | false | "a" | 'b\n' | [[c]] | 42 | -1 | 1.5 | -0x10
        type T = a.b.C<D, e.F<G>, {H}>
        type T = Map<string, List<List<number>>>
        type T = {number}
        type T = {[string]: number}
        type T = {}
        type T = {a: number, b?: string, c ?: T, readonly d: E, readonly e?: F,}
        type T = {type: string, readonly: boolean, readonly?: A, fun: B, is: C, keyof: D, typeof: E}
        type T = {readonly}
        type T = {readonly string[]}
        type T = readonly {number} | readonly {[K]: V} | readonly {a: B} | readonly number[]
        type T = readonly number[]? | readonly
        type T = interface {a: number, b?: string} | interface
        type T = typeof(x.y[1]) | typeof
        type T = keyof(T) | keyof(typeof(x)) | keyof
        type T = number[][] | T[K] | T["name"]["x"][]
        type T = asserts | is | extends
        type T = function | nil
        type T = {function?} | {f: function, g?: function} | function[]
        local f: function, g: function = a, b
        local function h(f: function, ...: function): function return f end
        local f: function
        f = 1
        local f: function
        (g)()
        local f = x as function
        "#,
    );
    expect![[r#"
        (type T = (| nil true false "a" "b\n" "c" 42 -1 1.5 -16))
        (type T = a.b.C<D e.F<G> (array H)>)
        (type T = Map<string List<List<number>>>)
        (type T = (array number))
        (type T = (map string number))
        (type T = (record))
        (type T = (record a:number b?:string c?:T readonly-d:E readonly-e?:F))
        (type T = (record type:string readonly:boolean readonly?:A fun:B is:C keyof:D typeof:E))
        (type T = (array readonly))
        (type T = (array (array readonly string)))
        (type T = (| (array readonly number) (map readonly K V) (record readonly a:B) (array readonly number)))
        (type T = (| (? (array readonly number)) readonly))
        (type T = (| (interface a:number b?:string) interface))
        (type T = (| (typeof ([] (. x y) 1)) typeof))
        (type T = (| (keyof T) (keyof (typeof x)) keyof))
        (type T = (| (array (array number)) ([] T K) (array ([] ([] T "name") "x"))))
        (type T = (| asserts is extends))
        (type T = (| function nil))
        (type T = (| (array (? function)) (record f:function g?:function) (array function)))
        (local f:function g:function = a b)
        (local-function h [f:function ...:function]:(function) {(return f)})
        (local f:function)
        (set f = 1)
        (local f:function)
        (call (paren g))
        (local f = (as x function))
    "#]].assert_eq(&found);
}

#[test]
fn function_types() {
    let found = trees(
        r#"
        type T = () -> ()
        type T = (number) -> string
        type T = (a: number, string, ...boolean) -> (string, error?)
        type T = (...any) -> ()
        type T = (...: any) -> ()
        type T = (n: number) -> string | nil
        type T = ((n: number) -> string) | nil
        type T = (A) -> (B) -> C
        type T = (A) -> (B)
        type T = (A) -> (B)?
        type T = (A, B) -> ((C))
        type T = fun() | fun
        type T = fun(a: number, string, ...any): string
        type T = fun(): fun(): A
        type T = fun(): ()
        type T = () -> ...string
        type T = (A) -> (B, ...C)
        type T = fun(): (...any)
        type T = {on: fun(): A, off: fun(x: B): (C, D)}
        local f: fun(): A, g = 1
        local function f(cb: fun(): A, x: B) end
        "#,
    );
    expect![[r#"
        (type T = (fun ->))
        (type T = (fun number -> string))
        (type T = (fun a:number string ...boolean -> string (? error)))
        (type T = (fun ...any ->))
        (type T = (fun ...any ->))
        (type T = (fun n:number -> (| string nil)))
        (type T = (| (group (fun n:number -> string)) nil))
        (type T = (fun A -> (fun B -> C)))
        (type T = (fun A -> (group B)))
        (type T = (fun A -> (? (group B))))
        (type T = (fun A B -> (group (group C))))
        (type T = (| (fun ->) fun))
        (type T = (fun a:number string ...any -> string))
        (type T = (fun -> (fun -> A)))
        (type T = (fun ->))
        (type T = (fun -> ...string))
        (type T = (fun A -> B ...C))
        (type T = (fun -> ...any))
        (type T = (record on:(fun -> A) off:(fun x:B -> C D)))
        (local f:(fun -> A) g = 1)
        (local-function f [cb:(fun -> A) x:B] {})
    "#]]
    .assert_eq(&found);
}

#[test]
fn operators() {
    let found = trees(
        r#"
        type T = A | B & C | D
        type T = (A | B) & C
        type T = number | string?
        type T = (number | string)?
        type T = A?[]? | A??
        type T = A extends B ? C : D
        type T = A | B extends C? ? D? : E extends F ? G : H
        type T = A extends B?[] | C ? D : E
        type T = A extends (B extends C ? D : E) ? F : G
        type T = {[K]: V extends W ? X : Y}
        "#,
    );
    expect![[r#"
        (type T = (| A (& B C) D))
        (type T = (& (group (| A B)) C))
        (type T = (| number (? string)))
        (type T = (? (group (| number string))))
        (type T = (| (? (array (? A))) (? (? A))))
        (type T = (extends A B C D))
        (type T = (extends (| A B) (? C) (? D) (extends E F G H)))
        (type T = (extends A (| (array (? B)) C) D E))
        (type T = (extends A (group (extends B C D E)) F G))
        (type T = (map K (extends V W X Y)))
    "#]]
    .assert_eq(&found);
}

#[test]
fn validators() {
    let found = trees(
        r#"
        type T = number @min(0) @max(10)
        type T = {number @min(0)} @min_len(1)
        type T = {name: string @pattern("^a") @max_len(2 * 8), age?: number @min(0)?}
        type T = string @custom | nil
        type T = string @custom()
        local x: number @positive = 1
        "#,
    );
    expect![[r#"
        (type T = number@min(0) @max(10))
        (type T = (array number@min(0))@min_len(1))
        (type T = (record name:string@pattern("^a") @max_len((Mul 2 8)) age?:(? number@min(0))))
        (type T = (| string@custom() nil))
        (type T = string@custom())
        (local x:number@positive() = 1)
    "#]]
    .assert_eq(&found);
}

#[test]
fn faulty_names() {
    let found = mistakes(
        r#"
        local x: = 1
        local x: function(a: T) = 1
        local x: 1..2 = 1
        local x: - = 1
        local x: ... = 1
        type T
        type T =
        type 1 = A
        type T<> = A
        type T<A = A
        type end = A
        type T = A.
        type T = A<B
        type T = A<>
        type T = number<B>
        type T = A @
        type T = A @min(
        type T = typeof()
        type T = keyof()
        "#,
    );
    expect![[r#"
        local x: = 1
            1:10: a type expected, found '='
        local x: function(a: T) = 1
            1:10: a type expected, found 'function' (help: a function type is written 'fun(a: T): R' or '(a: T) -> R')
        local x: 1..2 = 1
            1:10: malformed number '1..2' (help: put a space between a number and '..')
        local x: - = 1
            1:10: a type expected, found '-'
        local x: ... = 1
            1:10: a type expected, found '...'
        type T
            1:7: '=' expected in the declaration of a type, found the end of the file
        type T =
            1:9: a type expected, found the end of the file
        type 1 = A
            1:6: '=' or a call expected behind an expression, found '1'
        type T<> = A
            1:8: a type parameter expected, found '>'
        type T<A = A
            1:10: '>' expected to close '<', found '='
        type end = A
            1:1: this expression is not a statement, a call or an assignment expected
            1:10: a statement expected, found '='
        type T = A.
            1:12: a type name expected, found the end of the file
        type T = A<B
            1:13: '>' expected to close '<', found the end of the file
        type T = A<>
            1:12: a type expected, found '>'
        type T = number<B>
            1:16: a statement expected, found '<'
        type T = A @
            1:13: a validator name expected, found the end of the file
        type T = A @min(
            1:17: an expression expected, found the end of the file
        type T = typeof()
            1:17: an expression expected, found ')'
        type T = keyof()
            1:16: a type expected, found ')'
    "#]].assert_eq(&found);
}

#[test]
fn faulty_forms() {
    let found = mistakes(
        r#"
        type T = {A, B}
        type T = {a: A; b: B}
        type T = {a: A, [string]: B}
        type T = {[string]: B, a: A}
        type T = {[string] B}
        type T = {a = 1}
        type T = {a: A = 1}
        type T = {end: A}
        type T = {a: A
        type T = (A, B)
        type T = ()
        type T = (a: A)
        type T = (A, ...B)
        local function f(): (A, ...B) end
        type T = (A
        type T = (a?: A) -> B
        type T = (...) -> B
        type T = (...A, B) -> C
        type T = (A,) -> C
        type T = readonly number
        type T = A |
        type T = A extends B : C
        type T = A extends B ? C
        type T = A[B
        "#,
    );
    expect![[r#"
        type T = {A, B}
            1:12: '}' expected behind the element type, found ',' (help: an array type is written '{T}', a field 'name: T')
        type T = {a: A; b: B}
            1:15: ',' expected between the fields of a type, found ';'
            1:21: arguments expected behind the name of a method, found '}'
        type T = {a: A, [string]: B}
            1:17: a field name expected, found '[' (help: named fields and '[K]: V' cannot stand in one type)
        type T = {[string]: B, a: A}
            1:22: '}' expected behind the value of a map type, found ',' (help: named fields and '[K]: V' cannot stand in one type)
        type T = {[string] B}
            1:20: ':' expected between key and value of a map type, found 'B'
        type T = {a = 1}
            1:13: '}' expected to close '{', found '='
        type T = {a: A = 1}
            1:16: ',' or '}' expected, found '=' (help: a field has no default value)
        type T = {end: A}
            1:11: a field name expected, found 'end' (help: 'end' is a reserved word and cannot be a name)
        type T = {a: A
            1:15: '}' expected to close '{', found the end of the file
        type T = (A, B)
            1:16: '->' expected behind the parameters of a function type, found the end of the file
        type T = ()
            1:12: '->' expected behind the parameters of a function type, found the end of the file
        type T = (a: A)
            1:16: '->' expected behind the parameters of a function type, found the end of the file
        type T = (A, ...B)
            1:19: '->' expected behind the parameters of a function type, found the end of the file
        local function f(): (A, ...B) end
            1:28: '...' stands among the results of function types only
        type T = (A
            1:12: ')' expected to close '(', found the end of the file
        type T = (a?: A) -> B
            1:13: ',' or ')' expected, found ':' (help: an optional parameter is written 'name: T?')
        type T = (...) -> B
            1:14: a type expected behind '...', found ')' (help: write '...any')
        type T = (...A, B) -> C
            1:15: ')' expected, found ',' (help: '...' is the last parameter)
        type T = (A,) -> C
            1:13: a type expected behind ',', found ')'
        type T = readonly number
            1:19: 'readonly' expects an array, a map or a record behind it
        type T = A |
            1:13: a type expected, found the end of the file
        type T = A extends B : C
            1:22: '?' expected behind the bound of 'extends', found ':'
        type T = A extends B ? C
            1:25: ':' expected between the two outcomes of 'extends', found the end of the file
        type T = A[B
            1:13: ']' expected to close '[', found the end of the file
    "#]].assert_eq(&found);
}

#[test]
fn faulty_declarations() {
    let found = mistakes(
        r#"
        interface A: 1 end
        interface A function end
        interface A function f(1) function g() end
        interface A function f()
        interface A local x end
        interface A f(): number end
        local function f(): end
        local function f(a: ) return end
        local function f(..., a) return end
        local function f(a, ) return end
        local function f a return end
        local function f(a: A b: B) return end
        for i: number = 1, 2 do end
        x: number = 1
        "#,
    );
    expect![[r#"
        interface A: 1 end
            1:14: a type name expected, found '1'
        interface A function end
            1:22: a method name expected, found 'end' (help: 'end' is a reserved word and cannot be a name)
        interface A function f(1) function g() end
            1:24: a parameter name expected, found '1'
        interface A function f()
            1:25: 'function' or 'end' expected in 'interface' at line 1, found the end of the file
        interface A local x end
            1:13: 'function' or 'end' expected in 'interface' at line 1, found 'local'
        interface A f(): number end
            1:13: 'function' or 'end' expected in 'interface' at line 1, found 'f'
        local function f(): end
            1:21: a type expected, found 'end'
        local function f(a: ) return end
            1:21: a type expected, found ')'
        local function f(..., a) return end
            1:21: ')' expected, found ',' (help: '...' is the last parameter)
        local function f(a, ) return end
            1:21: a parameter name expected, found ')'
        local function f a return end
            1:18: '(' expected before the parameters, found 'a'
        local function f(a: A b: B) return end
            1:23: ')' expected to close '(', found 'b'
        for i: number = 1, 2 do end
            1:6: a loop variable has no type annotation (help: its type follows from what the loop runs over)
        x: number = 1
            1:11: arguments expected behind the name of a method, found '=' (help: a type stands only behind a local, a parameter or a function)
    "#]]
    .assert_eq(&found);
}

#[test]
fn results_do_not_follow_an_annotation() {
    assert_eq!(super::errors("type T = fun(): (A, B) @min(1), C"), "1:31: a statement expected, found ','\n");
    assert_eq!(super::errors("type T = fun(): (A, B), C @min(1)"), "");
}
