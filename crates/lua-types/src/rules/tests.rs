//! What each rule tells, and what it leaves alone.

use super::lint;
use crate::bind::Bound;
use crate::{Env, Rules, Unit, unknown};
use lua_syntax::LineIndex;
use std::sync::Arc;

/// What the rules say of a source: `line:column CODE message`, in order of places.
fn told(source: &str) -> Vec<String> {
    let parsed = lua_syntax::parse(source.as_bytes());
    assert_eq!(parsed.errors, [], "{source}");
    let lines = LineIndex::new(source.as_bytes());
    let imports = [("names", Arc::new(unknown()))];
    let (id, chunk, modules) = ("app:unit", &parsed.chunk, [("json", "json"), ("time", "time")]);
    let unit = Unit { id, source: source.as_bytes(), chunk, imports: &imports, modules: &modules };
    let mut reports = lint(&Env::default(), &unit, &Bound::new(unit.chunk), Rules::OfShortState);
    reports.sort_by_key(|report| (report.span.start, report.code));
    let line = |report: &crate::Report| {
        let (line, column) = lines.position(report.span.start);
        format!("{line}:{column} {} {}", report.code.as_str(), report.message)
    };
    reports.iter().map(line).collect()
}

#[track_caller]
fn check(source: &str, expected: &[&str]) {
    assert_eq!(told(source), expected, "{source}");
}

#[test]
fn empty_blocks_of_conditions_and_loops_are_told() {
    check(
        "local a = ...\nif a then end\nif a then print(a) elseif not a then\nend\nwhile a do end\nrepeat until a\n\
         for _ = 1, 2 do end\nfor _ in pairs(a) do ; end\n",
        &[
            "2:1 W0001 empty block of 'if'",
            "3:27 W0001 empty block of 'elseif'",
            "5:1 W0001 empty block of 'while'",
            "6:1 W0001 empty block of 'repeat'",
            "7:1 W0001 empty block of 'for'",
            "8:1 W0001 empty block of 'for'",
        ],
    );
}

#[test]
fn empty_blocks_that_are_meant_are_not_told() {
    check("local a = ...\nif a then print(a) else end\ndo end\nlocal f = function() end\nf()\n", &[]);
    check("local a = ...\nif a then\n  -- nothing to do\nend\nwhile a do --[[ wait ]] end\n", &[]);
    check("local a = ...\nif a then end -- outside", &["2:1 W0001 empty block of 'if'"]);
}

#[test]
fn assignments_to_globals_are_told_except_known_ones() {
    check(
        "x = 1\nfunction f() end\nlocal y\ny = 1\nprint(y)\nx, print, json, names, string = 1, 2, 3, 4, 5\n\
         function t.f() end\nlocal function g() z = 1 end\ng()\n_G.w = 1\n",
        &[
            "1:1 W0002 assignment to the global 'x'",
            "2:10 W0002 function 'f' becomes a global",
            "6:1 W0002 assignment to the global 'x'",
            "8:20 W0002 assignment to the global 'z'",
        ],
    );
}

#[test]
fn comparisons_with_itself_are_told_except_the_question_for_nan() {
    check(
        "local a, i = ...\nprint(a == a, a.b.c <= a.b.c, a[i] > a[i], (a) == a, 1 == 1)\nprint(a ~= a, a.b ~= a.b)\n\
         print(a() == a(), a.b == a.c, a[i] == a[1], a == -a)\n",
        &[
            "2:7 W0003 'a' compared with itself is always true, except for NaN",
            "2:15 W0003 'a.b.c' compared with itself is always true, except for NaN",
            "2:31 W0003 'a[i]' compared with itself is never true",
            "2:44 W0003 '(a)' compared with itself is always true, except for NaN",
            "2:54 W0003 '1' compared with itself is always true, except for NaN",
        ],
    );
}

#[test]
fn variables_that_nobody_reads_are_told() {
    check(
        "local a = 1\nlocal b\nb = 2\nlocal _c = 3\nlocal d = {}\nd.x = 1\nfor i, v in pairs(d) do print(v) end\n\
         for n = 1, 2 do print() end\nlocal function f() f() end\nlocal function g() end\nlocal h\n\
         function h() end\nlocal e = 1\ne = e + 1\n",
        &[
            "1:7 W0004 variable 'a' is never read",
            "2:7 W0004 variable 'b' is assigned, but never read",
            "7:5 W0004 loop variable 'i' is never read",
            "8:5 W0004 loop variable 'n' is never read",
            "9:16 W0004 function 'f' is only used by itself",
            "10:16 W0004 function 'g' is never used",
            "11:7 W0004 variable 'h' is assigned, but never read",
        ],
    );
}

#[test]
fn until_sees_the_locals_of_its_body() {
    check("repeat local done = next({}) until done\n", &[]);
    check(
        "local done = 1\nrepeat local done = next({}) until done\n",
        &["1:7 W0004 variable 'done' is never read", "2:14 W0007 'done' hides another variable of that name"],
    );
}

#[test]
fn a_local_is_not_seen_by_its_own_value() {
    check("local x = 1\ndo local y = x print(y) end\n", &[]);
    check("local f = function() f() end\nf()\ng = f", &["3:1 W0002 assignment to the global 'g'"]);
    check("local x = x", &["1:7 W0004 variable 'x' is never read"]);
}

#[test]
fn parameters_that_nobody_reads_are_told() {
    check(
        "local t = {}\nfunction t:m(a, _b, ...) return self end\nfunction t.f(self, c) end\nreturn function(d, e) return e, t end\n",
        &[
            "2:14 W0005 parameter 'a' is never read",
            "3:20 W0005 parameter 'c' is never read",
            "4:17 W0005 parameter 'd' is never read",
        ],
    );
}

#[test]
fn an_unused_import_is_told_once() {
    check(
        "local json = require(\"json\")\nlocal a, time = 1, (require \"time\")\nlocal names = require(\"names\") as any\nreturn a\n",
        &[
            "1:7 W0006 import 'json' is never used",
            "2:10 W0006 import 'time' is never used",
            "3:7 W0006 import 'names' is never used",
        ],
    );
}

#[test]
fn a_type_uses_its_import() {
    check("local names = require('names')\nlocal function f(n: names.Name) return n end\nreturn f\n", &[]);
    check("local names = require('names')\ntype All = {[string]: {names.Name?}}\n", &[]);
    check("local names = require('names')\nlocal x = (...) :: typeof(names)\nreturn x\n", &[]);
}

#[test]
fn names_that_hide_others_are_told() {
    check(
        "local a = 1\nlocal a = a\ndo local a = a print(a) end\nlocal function f(a) return a end\nfor a = 1, 2 do print(a) end\n\
         do local b = 1 print(b) end\nlocal b = f(a)\nlocal _ = 1\nlocal _ = 2\nreturn b\n",
        &[
            "2:7 W0007 'a' is declared again in the same block",
            "3:10 W0007 'a' hides another variable of that name",
            "4:18 W0007 'a' hides another variable of that name",
            "5:5 W0007 'a' hides another variable of that name",
        ],
    );
}

#[test]
fn mixed_members_of_types_are_told() {
    check(
        "type A = {a: string}\ntype B = {b: string}\ntype C = A | B & A\nlocal x: {A & B | nil} = {}\n\
         local function f(y): (A & B) | A return y as A | B & A end\ntype D<T: A | A & B> = {T}\nreturn x, f\n",
        &[
            "3:10 W0009 '|' and '&' without parentheses: '&' is taken first",
            "4:11 W0009 '|' and '&' without parentheses: '&' is taken first",
            "5:46 W0009 '|' and '&' without parentheses: '&' is taken first",
            "6:11 W0009 '|' and '&' without parentheses: '&' is taken first",
        ],
    );
    check(
        "type A = {a: string}\ntype B = A | (A & A) | {A & A}\ntype C = (A | A) & A\ntype D = A & A & A\n",
        &[],
    );
}

#[test]
fn writes_of_functions_to_the_state_of_the_module_are_told_once_a_variable() {
    let told = |at: &str, name: &str| {
        format!("{at} W0010 a function writes to '{name}', which belongs to the module")
    };
    check(
        "local a, b, c, d, e, g = 0, {}, {}, {}, {}, {}\nlocal M = {}\nfunction M.one()\n  a = a + 1\n  a = a + 1\n  b.x = 1\n\
         end\nfunction M:two(i)\n  c[i].deep = true\n  self.own = 1\n  table.insert(d, i)\n  rawset(e, i, i)\n  M.later = i\n\
         return function() table.remove(g.list) end\nend\nreturn M, a\n",
        &[
            &told("4:3", "a"),
            &told("6:3", "b"),
            &told("9:3", "c"),
            &told("11:16", "d"),
            &told("12:10", "e"),
            &told("13:3", "M"),
            &told("14:32", "g"),
        ],
    );
}

#[test]
fn what_builds_the_module_or_stays_in_a_call_is_no_state() {
    check(
        "local M, list, later, _cache = {}, {}, nil, nil\nM.x = 1\nlist[1] = 2\nfor i = 1, 3 do list[i] = i end\n\
         do local inner = {} inner.x = 1 M.inner = inner end\n\
         local function define(name)\n  M[name] = function() return name end\n  table.insert(list, name)\nend\ndefine('a')\ndefine('b')\n\
         function M.new()\n  local self, n = setmetatable({}, M), 0\n  self.x = 1\n  n = n + 1\n  _cache = n\n  list = list\n\
         return self, function() n = n + 1 end\nend\nfunction M.f(t) t.x = 1 later() return _cache end\nreturn M\n",
        &["17:3 W0010 a function writes to 'list', which belongs to the module"],
    );
    // Given once, and a function.
    check(
        "local later\nlocal function set() later = function() end end\nreturn function() set() later() end\n",
        &[],
    );
    // Whoever gets the function may call it later.
    check(
        "local n = 0\nlocal function add() n = n + 1 end\nadd()\nreturn {add = add, n = n}\n",
        &["2:22 W0010 a function writes to 'n', which belongs to the module"],
    );
}

#[test]
fn goto_and_labels_hide_nothing() {
    check("for i = 1, 3 do\n  if i == 2 then goto continue end\n  print(i)\n  ::continue::\nend\n", &[]);
}

#[test]
fn a_module_that_is_not_declared_is_told_where_it_is_required() {
    check(
        "local a = require(\"jsn\")\nlocal b, c, d = require(\"json\"), require(\"names\"), require(\"table\")\n\
         local e = pcall(require, \"f\")\nlocal g = require(a)\nlocal require = b\nrequire(\"h\")\nreturn c, d, e, g\n",
        &["1:19 E0024 module 'jsn' is not declared by app:unit"],
    );
}

#[test]
fn a_deep_tree_is_walked() {
    for source in [
        format!("return {}1{}", "(".repeat(190), ")".repeat(190)),
        format!("return 1{}", " + 1".repeat(900)),
        format!("return a{}", ".b".repeat(900)),
        format!("{} {}", "do ".repeat(190), "end ".repeat(190)),
    ] {
        check(&source, &[]);
    }
}

#[test]
fn many_names_are_cheap() {
    let locals: String = (0..20_000).map(|n| format!("local a{n} = a{n}\n")).collect();
    assert_eq!(told(&locals).len(), 20_000);
    let same = "local a = a\n".repeat(20_000);
    assert_eq!(told(&format!("{same}return a")).len(), 19_999);
}
