//! Pages of syntax errors, of the rules, and of what is odd in an entry.

use super::Page;
use crate::code::Code;

/// In order of codes.
pub(super) const PAGES: &[Page] = &[
    Page {
        code: Code::Syntax,
        meaning: "The source is no Lua of this dialect. Nothing else is said of such a source, and an entry with it is refused, \
                  whatever is configured. The code cannot be suppressed.",
        wrong: "local function main()\n  return 1 +\nend\n",
        mend: "Read what was expected where the caret points. The mistake may stand before: an `end` too many or too few is \
               noticed where the counting no longer fits.",
        right: "local function main()\n  return 1 + 1\nend\nreturn main\n",
    },
    Page {
        code: Code::EmptyBlock,
        meaning: "A condition or a loop runs nothing: `if … then`, `elseif`, `while`, `repeat` and `for`. Most often something \
                  was forgotten. An empty `else`, `do … end` or function is not reported.",
        wrong: "local ready = ...\nif ready then\nend\n",
        mend: "Remove it. If nothing is to be done there, say why in a comment inside.",
        right: "local ready = ...\nif ready then\n  -- the caller goes on\nend\n",
    },
    Page {
        code: Code::GlobalAssign,
        meaning: "An assignment or a `function name()` makes a global. All units of a program share its globals, so two \
                  of them may get in each other's way, and a misspelt local becomes a global without a word. Globals of the \
                  language, listed modules and imports may be replaced (a mock) without a report.",
        wrong: "count = 0\n\nfunction add()\n  count = count + 1\nend\n",
        mend: "Declare it as a local of the unit.",
        right: "local count = 0\n\nlocal function add()\n  count = count + 1\nend\n\nreturn add\n",
    },
    Page {
        code: Code::SelfCompare,
        meaning: "Something is compared with itself, so the answer is known. One of the two sides is most likely wrong. \
                  `x ~= x` is not reported: it is how one asks for NaN.",
        wrong: "local a, b = ...\nreturn a == a\n",
        mend: "Compare with what was meant.",
        right: "local a, b = ...\nreturn a == b\n",
    },
    Page {
        code: Code::UnusedVariable,
        meaning: "Nobody reads the value of a local, a loop variable or a local function. Assigning alone does not use a \
                  variable, nor does a function that is only called by itself. Names that begin with `_` are exempt. An import is \
                  told as W0006, a parameter as W0005.",
        wrong: "for index, value in ipairs({1, 2}) do\n  print(value)\nend\n",
        mend: "Remove it, or let its name begin with `_`.",
        right: "for _, value in ipairs({1, 2}) do\n  print(value)\nend\n",
    },
    Page {
        code: Code::UnusedParameter,
        meaning: "Nobody reads a parameter. `self`, `...` and names that begin with `_` are exempt.",
        wrong: "return function(request, response)\n  return response\nend\n",
        mend: "Remove it if no caller needs its place, or let its name begin with `_`.",
        right: "return function(_request, response)\n  return response\nend\n",
    },
    Page {
        code: Code::UnusedImport,
        meaning: "A module or a library is required into a local that nobody reads. A type of it, `names.Name`, counts as use.",
        wrong: "local json = require(\"json\")\nreturn 1\n",
        mend: "Remove the line. If nothing else of the source requires the name, take it out of `modules` or `imports`, too.",
        right: "local json = require(\"json\")\nreturn json.encode(1)\n",
    },
    Page {
        code: Code::Shadowed,
        meaning: "A variable takes the name of another one that could be seen until then, in an outer block or in the same. \
                  Code below may mean the other. Names that begin with `_` are exempt.",
        wrong: "local count = 1\ndo\n  local count = 2\n  print(count)\nend\nprint(count)\n",
        mend: "Give it another name, or assign to the first one if that was meant.",
        right: "local count = 1\ndo\n  local inner = 2\n  print(inner)\nend\nprint(count)\n",
    },
    Page {
        code: Code::UnusedSuppression,
        meaning: "A comment `-- lint: ignore CODE` has nothing to keep quiet, names a code that is not there, or stands \
                  where it has no effect. What it was written for may have been mended since.",
        wrong: "local count = 1 -- lint: ignore W0004\nreturn count\n",
        mend: "Remove it. A comment behind code is for its line; one that stands alone is for the line below; \
               `-- lint: ignore-file CODE` above all code is for the whole source. Several codes are separated by commas.",
        right: "local count = 1\nreturn count\n",
    },
    Page {
        code: Code::MixedTypes,
        meaning: "A type holds `|` and `&` without parentheses. `&` is taken first, so `A | B & C` is `A | (B & C)`; other \
                  languages, and older versions of this one, read it from left to right.",
        wrong: "type Named = {name: string}\ntype Aged = {age: integer}\nlocal x: string | Named & Aged = \"x\"\nreturn x\n",
        mend: "Put parentheses around what belongs together, or give it a name.",
        right: "type Named = {name: string}\ntype Aged = {age: integer}\nlocal x: string | (Named & Aged) = \"x\"\nreturn x\n",
    },
    Page {
        code: Code::ModuleState,
        meaning: "A function writes to a variable of the unit's top level, or to a table that lies in one: by assignment, `table.insert`, \
                  `table.remove` or `rawset`. The top level of a program runs once, and each state begins as a copy of what it built (its image); \
                  what a function writes there stays in that one state. With a function whose pool keeps no states (`pool` absent, or `lazy`) it is \
                  gone at the end of the call; with a pool that keeps them (`static`, `adaptive`, `inline`) other callers meet it, and each of the pool's \
                  states has its own. A write also makes that process pay for a copy of the shared table.\n\n\
                  Told of libraries, and of functions whose pool keeps no states; not of processes, whose state lives as long as they do. One write \
                  is told for each variable. Names that begin with `_` are exempt, and so are functions that only the top level calls, and \
                  variables that are declared first and given a function later.",
        wrong: "local calls = 0\n\nreturn function()\n  calls = calls + 1\n  return calls\nend\n",
        mend: "Pass it as an argument, keep it in a process, or give the function a pool that keeps its state.",
        right: "return function(calls)\n  return calls + 1\nend\n",
    },
    Page {
        code: Code::IdleLifecycle,
        meaning: "An entry of kind `process.lua` has a `lifecycle`. It defines what a process runs and starts none, so \
                  nothing reads the block.",
        wrong: "",
        mend: "Add an entry of kind `process.service` that names the process and has the `lifecycle`.",
        right: "",
    },
];
