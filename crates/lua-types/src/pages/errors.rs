//! Pages of what the checker finds.

use super::Page;
use crate::code::Code;

/// In order of codes.
pub(super) const PAGES: &[Page] = &[
    Page {
        code: Code::Mismatch,
        meaning: "A value has another type than the place where it is put: a variable, a parameter, a result, a field.",
        wrong: "local count: number = \"three\"\nreturn count\n",
        mend: "Give a value of that type, convert it, or say what may really be there.",
        right: "local count: number = 3\nreturn count\n",
    },
    Page {
        code: Code::Undefined,
        meaning: "A name means nothing here: no local, no parameter, no global of the language, no module or import of the \
                  entry. At run time it is `nil`. The same is said of a `goto` without its label.",
        wrong: "local total = 1\nreturn totl\n",
        mend: "Correct the name or declare it. A module or a library also has to be listed under `modules` or `imports`.",
        right: "local total = 1\nreturn total\n",
    },
    Page {
        code: Code::NotCallable,
        meaning: "Something is called that is no function.",
        wrong: "local limit = 5\nlimit()\n",
        mend: "Call a function, or use the value without parentheses.",
        right: "local limit = 5\nprint(limit)\n",
    },
    Page {
        code: Code::ArgumentCount,
        meaning: "A function with annotated parameters is called with too few or too many arguments.",
        wrong: "local function add(a: number, b: number): number\n  return a + b\nend\nreturn add(1)\n",
        mend: "Pass what it takes. A parameter that may be left out has an optional type: `b: number?`.",
        right: "local function add(a: number, b: number): number\n  return a + b\nend\nreturn add(1, 2)\n",
    },
    Page {
        code: Code::NoField,
        meaning: "A value of this type has no such field. At run time it reads `nil`.",
        wrong: "type Point = {x: number, y: number}\nlocal p: Point = {x = 1, y = 2}\nreturn p.z\n",
        mend: "Correct the name, or add the field to the type; one that may be absent is written `z?: number`.",
        right: "type Point = {x: number, y: number}\nlocal p: Point = {x = 1, y = 2}\nreturn p.y\n",
    },
    Page {
        code: Code::NotIndexable,
        meaning: "Something is indexed that has no fields, for example a number or a boolean.",
        wrong: "local count: number = 1\nreturn count.size\n",
        mend: "Index the table that was meant.",
        right: "local count: number = 1\nreturn count\n",
    },
    Page {
        code: Code::Readonly,
        meaning: "Something readonly is written. The check is the only guard: at run time the write would succeed.",
        wrong: "type Account = {readonly id: string}\nlocal a: Account = {id = \"x\"}\na.id = \"y\"\n",
        mend: "Make a new value instead, or drop `readonly` from the type.",
        right: "type Account = {readonly id: string}\nlocal a: Account = {id = \"x\"}\na = {id = \"y\"}\nreturn a\n",
    },
    Page {
        code: Code::Unreachable,
        meaning: "Nothing leads to this code: what stands before it returns, breaks, jumps away or raises.",
        wrong: "local function f()\n  error(\"no\")\n  print(\"never\")\nend\nreturn f\n",
        mend: "Remove it, or move it up.",
        right: "local function f()\n  print(\"before\")\n  error(\"no\")\nend\nreturn f\n",
    },
    Page {
        code: Code::MissingReturn,
        meaning: "A function promises a result that cannot be `nil`, and can come to its end without one.",
        wrong: "local function sign(n: number): string\n  if n < 0 then\n    return \"-\"\n  end\nend\nreturn sign\n",
        mend: "Return something on every way, or let the result be optional.",
        right: "local function sign(n: number): string\n  if n < 0 then\n    return \"-\"\n  end\n  return \"+\"\nend\nreturn sign\n",
    },
    Page {
        code: Code::TooDeep,
        meaning: "A type or an expression is too deep or too large to be checked. The check of the rest goes on as if it could \
                  be anything.",
        wrong: "",
        mend: "Divide it: name parts of a type, put parts of an expression into locals, split the source.",
        right: "",
    },
    Page {
        code: Code::UnknownType,
        meaning: "The name of a type means nothing here.",
        wrong: "local p: Piont = {x = 1}\nreturn p\n",
        mend: "Correct the name, declare the type above with `type`, or write the import before it: `shapes.Point`.",
        right: "type Point = {x: number}\nlocal p: Point = {x = 1}\nreturn p\n",
    },
    Page {
        code: Code::Circular,
        meaning: "Something refers to itself in a way that never ends: a type that stands for itself, or entries that \
                  import each other.",
        wrong: "type A = B\ntype B = A\nlocal a: A = 1\nreturn a\n",
        mend: "Put a table type in between, as in a tree whose nodes hold nodes. Of two libraries that import each other, \
               move what both need into a third one.",
        right: "type A = {next: A?}\nlocal a: A = {}\nreturn a\n",
    },
    Page {
        code: Code::NotExhaustive,
        meaning: "A chain of `if` and `elseif` over the members of a union leaves members out and has no `else`.",
        wrong: "local function text(s: \"on\" | \"off\" | \"auto\"): string?\n  if s == \"on\" then\n    return \"1\"\n  \
                elseif s == \"off\" then\n    return \"0\"\n  end\nend\nreturn text\n",
        mend: "Treat the members that are left, or add an `else`.",
        right: "local function text(s: \"on\" | \"off\" | \"auto\"): string?\n  if s == \"on\" then\n    return \"1\"\n  \
                elseif s == \"off\" then\n    return \"0\"\n  else\n    return \"?\"\n  end\nend\nreturn text\n",
    },
    Page {
        code: Code::BeforeAssignment,
        meaning: "A local has a type that does not allow `nil`, no initial value, and nothing assigns to it. Whoever reads it finds `nil`.",
        wrong: "local name: string\nprint(name)\n",
        mend: "Give it an initial value, assign to it, or let its type be optional.",
        right: "local name: string = \"Ada\"\nprint(name)\n",
    },
    Page {
        code: Code::Validator,
        meaning: "An annotation such as `@min(0)` is unknown, stands at a type that it cannot apply to, or has wrong arguments.",
        wrong: "type Name = string @min(3)\nlocal n: Name = \"Ada\"\nreturn n\n",
        mend: "Use one that fits: `@min` and `@max` for numbers; `@min_len`, `@max_len` and `@pattern` for strings.",
        right: "type Name = string @min_len(3)\nlocal n: Name = \"Ada\"\nreturn n\n",
    },
    Page {
        code: Code::Duplicate,
        meaning: "A type, a field of a type or a label is declared twice in one place.",
        wrong: "type Id = string\ntype Id = number\nlocal id: Id = 1\nreturn id\n",
        mend: "Remove one of them, or give it another name.",
        right: "type Id = number\nlocal id: Id = 1\nreturn id\n",
    },
    Page {
        code: Code::InvalidIndex,
        meaning: "A table is indexed with a key of a type that it does not have: a text for an array, a table for a map of texts.",
        wrong: "local list: {number} = {1, 2}\nlocal key: string = \"one\"\nreturn list[key]\n",
        mend: "Use a key of the table's type, or convert it: `tonumber(key)`.",
        right: "local list: {number} = {1, 2}\nlocal key: integer = 1\nreturn list[key]\n",
    },
    Page {
        code: Code::InvalidOperand,
        meaning: "An operator cannot work on a value of this type: arithmetic on a boolean, `..` on a table, `<` between a number \
                  and a text.",
        wrong: "local ready: boolean = true\nreturn ready + 1\n",
        mend: "Convert the operand, or choose the operator that was meant.",
        right: "local ready: boolean = true\nreturn (ready and 1 or 0) + 1\n",
    },
    Page {
        code: Code::Constraint,
        meaning: "A type argument does not fit what the type parameter asks for.",
        wrong: "local function first<T: {id: string}>(list: {T}): T?\n  return list[1]\nend\nreturn first({1, 2})\n",
        mend: "Pass something that fits, or ask for less.",
        right: "local function first<T: {id: string}>(list: {T}): T?\n  return list[1]\nend\nreturn first({{id = \"a\"}})\n",
    },
    Page {
        code: Code::CallOptional,
        meaning: "Something is called that may be `nil`.",
        wrong: "local function run(done: (() -> ())?)\n  done()\nend\nreturn run\n",
        mend: "Test it first. Where you know better, say so: `done!()`.",
        right: "local function run(done: (() -> ())?)\n  if done then\n    done()\n  end\nend\nreturn run\n",
    },
    Page {
        code: Code::NoMethod,
        meaning: "A value of this type has no such method.",
        wrong: "local name: string = \"Ada\"\nreturn name:uper()\n",
        mend: "Correct the name; a field that is no method is called with a dot.",
        right: "local name: string = \"Ada\"\nreturn name:upper()\n",
    },
    Page {
        code: Code::IndexOptional,
        meaning: "A field of something is read or written that may be `nil`.",
        wrong: "type User = {name: string}\nlocal function name(user: User?): string\n  return user.name\nend\nreturn name\n",
        mend: "Test it first, or give a value for the other case.",
        right: "type User = {name: string}\nlocal function name(user: User?): string\n  if not user then\n    return \"\"\n  end\n  \
                return user.name\nend\nreturn name\n",
    },
    Page {
        code: Code::UndeclaredRequire,
        meaning: "`require` names a module or library that the entry neither lists under `modules` nor imports; where the call is \
                  reached, it raises. The linter always says so, checking at load only warns. A name that is computed is \
                  not looked at. Of an entry, the code says that it lists or imports what is not there.",
        wrong: "local json = require(\"jsn\")\nreturn json\n",
        mend: "Correct the name, or declare it: a built-in module under `modules`, another Lua entry under `imports`.",
        right: "local json = require(\"json\")\nreturn json\n",
    },
];
