//! Declarations of libraries: what they may be and what is refused.

use super::dump;
use crate::{parse_head, parse_signature, parse_type};
use expect_test::expect;

fn signatures(texts: &str) -> String {
    let lines = texts.lines().map(str::trim).filter(|line| !line.is_empty());
    let shown = lines.map(|line| match parse_signature(line) {
        Ok(signature) => dump::library_signature(&signature) + "\n",
        Err(error) => format!("{}: {}\n", error.span.start, error.message),
    });
    shown.collect()
}

#[test]
fn signatures_name_what_they_take_and_give() {
    let found = signatures(
        "
        now(): Time
        sleep(duration: any)
        registry.find(filter?: {[string]: any}): ({Entry}?, error?)
        sort<T, L: {T}>(list: L, before?: (a: T, b: T) -> any)
        spawn(id: string, host: string, ...any): (string?, error?)
        each(...: string): ...string
        print(...)
        pcall(f: any, ...any): (boolean, ...any)
        gmatch(s: string, pattern: string): () -> (string, ...any)
        call(f: fun(): ...any)
        is(v: any): asserts v is string
        halt(end?: number, function: any): never
        type(type: any): string
        union(a: A | B): A | B
        ",
    );
    expect![[r#"
        (now -> Time)
        (sleep duration:any ->)
        (registry.find filter?:(map string any) -> (? (array Entry)) (? error))
        (sort <T> <L:(array T)> list:L before?:(fun a:T b:T -> any) ->)
        (spawn id:string host:string ...any -> (? string) (? error))
        (each ...string -> ...string)
        (print ...any ->)
        (pcall f:any ...any -> boolean ...any)
        (gmatch s:string pattern:string -> (fun -> string ...any))
        (call f:(fun -> ...any) ->)
        (is v:any -> (asserts v string))
        (halt end?:number function:any -> never)
        (type type:any -> string)
        (union a:(| A B) -> (| A B))
    "#]]
    .assert_eq(&found);
}

#[test]
fn a_signature_with_a_mistake_is_refused_with_its_place() {
    let found = signatures(
        "
        f
        f(
        f(a)
        f(a: T,)
        f(a: )
        f(...T, b: U)
        f(a: T): 
        f(a: T): A, B
        f(): A end
        f.(a: T)
        f<>(a: T)
        f(a: T): {x
        f(a: '\\q')
        ",
    );
    expect![[r#"
        1: '(' expected before the parameters, found the end of the file
        2: a parameter name expected, found the end of the file
        3: ':' expected between a parameter and its type, found ')'
        7: a parameter expected behind ',', found ')'
        5: a type expected, found ')'
        6: ')' expected, found ','
        8: a type expected, found the end of the file
        10: the end expected, found ','
        7: the end expected, found 'end'
        2: a function name expected, found '('
        2: a type parameter expected, found '>'
        11: '}' expected to close '{', found the end of the file
        6: unknown escape '\q'
    "#]]
    .assert_eq(&found);
}

#[test]
fn types_and_heads_stand_alone() {
    assert!(parse_type("{id: string, meta?: {[string]: any}}").is_ok());
    assert!(parse_type("{id: string} x").is_err_and(|e| e.message == "the end expected, found 'x'"));
    let (name, params) = parse_head("Channel<T, U: string>").unwrap();
    assert_eq!((&*name.text, params.len()), ("Channel", 2));
    assert!(parse_head("Channel<T").is_err());
    assert!(parse_head("").is_err());
}
