//! Makes Lua programs out of bytes: each byte is a choice, and no bytes make the shortest program.
//!
//! Programs end (loops and calls count their steps), say what they compute through `out`, and use only what all engines do
//! alike: values are shown by the prelude, tables are walked in sorted order, lengths are asked of sequences only.

mod expressions;

/// Bytes as choices; when they are used up, every choice is the first.
pub(crate) struct Choices<'a> {
    bytes: &'a [u8],
}

impl<'a> Choices<'a> {
    /// Takes choices from `bytes`, front to back.
    pub(crate) fn new(bytes: &'a [u8]) -> Choices<'a> {
        Choices { bytes }
    }

    fn byte(&mut self) -> u8 {
        match self.bytes.split_first() {
            Some((first, rest)) => {
                self.bytes = rest;
                *first
            }
            None => 0,
        }
    }

    fn below(&mut self, n: usize) -> usize {
        self.byte() as usize % n
    }

    fn of<T: Copy>(&mut self, list: &[T]) -> T {
        list[self.below(list.len())]
    }

    fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }
}

/// What a variable holds; a program keeps to it outside `try`.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Int,
    Num,
    Str,
    Bool,
    /// A sequence of integers without holes.
    Seq,
    /// A table with any keys.
    Map,
    /// A function of two integers that returns one.
    Fun,
    /// A table with the prelude's metatable.
    Vec,
}

struct Var {
    name: String,
    kind: Kind,
    /// Loop variables and functions are not assigned.
    fixed: bool,
}

/// A program under construction.
struct Program<'a> {
    choices: Choices<'a>,
    text: String,
    indent: usize,
    vars: Vec<Var>,
    names: usize,
    loops: usize,
    functions: usize,
    varargs: bool,
    budget: usize,
}

/// The program that `bytes` stand for, behind the prelude; what raises in it is part of its output.
#[allow(dead_code, reason = "one fuzz target needs flat programs only")]
pub(crate) fn program(bytes: &[u8]) -> String {
    let mut p = Program::new(bytes);
    p.line("try(function(...)");
    p.indent += 1;
    p.statements();
    p.indent -= 1;
    p.line("end, 1, 2, 3)");
    p.line("print(table.concat(log, \"\\n\"))");
    p.text
}

/// The same with all statements at the top level; what raises ends it.
#[allow(dead_code, reason = "a fuzz target cuts such programs in two")]
pub(crate) fn flat(bytes: &[u8]) -> String {
    let mut p = Program::new(bytes);
    p.statements();
    p.line("print(table.concat(log, \"\\n\"))");
    p.text
}

impl<'a> Program<'a> {
    fn new(bytes: &'a [u8]) -> Program<'a> {
        Program {
            choices: Choices::new(bytes),
            text: include_str!("prelude.lua").to_owned(),
            indent: 0,
            vars: Vec::new(),
            names: 0,
            loops: 0,
            functions: 0,
            varargs: true,
            budget: 150,
        }
    }

    fn statements(&mut self) {
        while !self.choices.is_empty() && self.budget > 0 {
            self.statement(4);
        }
        self.show_all();
    }
}

impl Program<'_> {
    // ---- text ----------------------------------------------------------------------------------------------------

    fn line(&mut self, text: &str) {
        for _ in 0..self.indent {
            self.text.push(' ');
        }
        self.text.push_str(text);
        self.text.push('\n');
    }

    fn fresh(&mut self) -> String {
        self.names += 1;
        format!("v{}", self.names)
    }

    fn declare(&mut self, name: &str, kind: Kind, fixed: bool) {
        self.vars.push(Var { name: name.to_owned(), kind, fixed });
    }

    /// A visible variable of that kind.
    fn var(&mut self, kind: Kind) -> Option<String> {
        let names: Vec<&str> = self.vars.iter().filter(|v| v.kind == kind).map(|v| &*v.name).collect();
        if names.is_empty() {
            return None;
        }
        let at = self.choices.below(names.len());
        Some(names[names.len() - 1 - at].to_owned())
    }

    fn assignable(&mut self, kind: Kind) -> Option<String> {
        let names: Vec<&str> =
            self.vars.iter().filter(|v| v.kind == kind && !v.fixed).map(|v| &*v.name).collect();
        if names.is_empty() {
            return None;
        }
        let at = self.choices.below(names.len());
        Some(names[names.len() - 1 - at].to_owned())
    }

    fn show_all(&mut self) {
        let mut parts = Vec::new();
        for v in &self.vars {
            parts.push(match v.kind {
                Kind::Seq | Kind::Map | Kind::Vec => format!("dump({})", v.name),
                _ => v.name.clone(),
            });
        }
        for part in parts.chunks(20) {
            self.line(&format!("out({})", part.join(", ")));
        }
    }

    // ---- statements ----------------------------------------------------------------------------------------------

    fn block(&mut self, d: usize) {
        let visible = self.vars.len();
        self.indent += 1;
        for _ in 0..=self.choices.below(3) {
            self.statement(d);
        }
        self.indent -= 1;
        self.vars.truncate(visible);
    }

    fn statement(&mut self, d: usize) {
        if self.budget == 0 || self.vars.len() > 150 {
            return;
        }
        self.budget -= 1;
        let n = if d == 0 { 10 } else { 23 };
        let d = d.saturating_sub(1);
        match self.choices.below(n) {
            0 => {
                let e = self.any(2);
                self.line(&format!("out({e})"));
            }
            1..=3 => self.local(),
            4 | 5 => self.assignment(),
            6 => self.table_statement(),
            7 => self.several(),
            8 => self.library_call(),
            9 => {
                if self.loops > 0 && self.choices.below(2) == 1 {
                    let c = self.bool(2);
                    self.line(&format!("if {c} then break end"));
                } else {
                    self.vector_statement();
                }
            }
            10 => self.branches(d),
            11 | 12 => self.numeric_for(d),
            13 => self.generic_for(d),
            14 => self.conditional_loop(d),
            15 | 16 => self.function(d),
            17 | 18 => self.wild(),
            19 => self.coroutine(d),
            20 => self.closures(d),
            21 => self.continue_loop(d),
            _ => {
                self.line("do");
                self.block(d);
                self.line("end");
            }
        }
    }

    fn local(&mut self) {
        let name = self.fresh();
        let (kind, e) = match self.choices.below(8) {
            0 | 1 => (Kind::Int, self.int(3)),
            2 => (Kind::Num, self.num(3)),
            3 => (Kind::Str, format!("cut({})", self.str(3))),
            4 => (Kind::Bool, self.bool(3)),
            5 => {
                let items: Vec<String> = (0..self.choices.below(5)).map(|_| self.int(1)).collect();
                let spread = if self.varargs && self.choices.below(3) == 1 { ", ..." } else { "" };
                let text = format!("{{{}{spread}}}", items.join(", ")).replace("{, ", "{");
                (Kind::Seq, text)
            }
            6 => {
                let mut items = Vec::new();
                for _ in 0..self.choices.below(4) {
                    let item = match self.choices.below(3) {
                        0 => format!("a{} = {}", self.choices.below(3), self.any(1)),
                        1 => format!("[{}] = {}", self.key(1), self.any(1)),
                        _ => self.any(1),
                    };
                    items.push(item);
                }
                (Kind::Map, format!("{{{}}}", items.join("; ")))
            }
            _ => (Kind::Vec, format!("new({})", self.int(1))),
        };
        self.line(&format!("local {name} = {e}"));
        self.declare(&name, kind, false);
    }

    fn assignment(&mut self) {
        let kind = self.choices.of(&[Kind::Int, Kind::Num, Kind::Str, Kind::Bool]);
        let Some(name) = self.assignable(kind) else { return self.local() };
        let e = match kind {
            Kind::Int => self.int(3),
            Kind::Num => self.num(3),
            Kind::Str => format!("cut({})", self.str(3)),
            _ => self.bool(3),
        };
        self.line(&format!("{name} = {e}"));
    }

    fn table_statement(&mut self) {
        if self.choices.below(2) == 0
            && let Some(s) = self.var(Kind::Seq)
        {
            let x = self.int(2);
            let text = match self.choices.below(6) {
                0 => format!("{s}[#{s} + 1] = {x}"),
                1 => format!("table.insert({s}, {x})"),
                2 => format!("table.insert({s}, 1, {x})"),
                3 => format!("out(table.remove({s}))"),
                4 => format!("if #{s} > 0 then {s}[({x}) % #{s} + 1] = {} end", self.int(1)),
                _ => {
                    format!("table.sort({s}{})", self.choices.of(&["", ", function(a, b) return a > b end"]))
                }
            };
            return self.line(&text);
        }
        let Some(m) = self.var(Kind::Map) else { return self.local() };
        let text = match self.choices.below(5) {
            0 => format!("{m}[{}] = {}", self.key(1), self.any(2)),
            1 => format!("{m}.a{} = {}", self.choices.below(3), self.any(2)),
            2 => format!("out({m}.a{}, {m}[{}])", self.choices.below(3), self.key(1)),
            3 => format!("out(dump({m}))"),
            _ => format!("for k in pairs({m}) do {m}[k] = {} end", self.choices.of(&["nil", "1", "\"x\""])),
        };
        self.line(&text);
    }

    /// Several targets and values at once.
    fn several(&mut self) {
        let (a, b) = (self.assignable(Kind::Int), self.assignable(Kind::Int));
        let (Some(a), Some(b)) = (a, b) else { return self.local() };
        let text = match self.choices.below(4) {
            0 => format!("{a}, {b} = {b}, {a}"),
            1 => format!("{a}, {b} = {}, {}", self.int(2), self.int(2)),
            2 => format!("{a}, {b} = (function(...) return {}, {}, 9 end)(...)", self.int(1), self.int(1))
                .replace("(...)", if self.varargs { "(...)" } else { "()" }),
            _ => match self.var(Kind::Map) {
                Some(m) => {
                    format!("{m}[{a}], {a}, {m}[{b}] = {}, {}, {}", self.int(1), self.int(1), self.any(1))
                }
                None => format!("{a} = {b}"),
            },
        };
        self.line(&text);
    }

    fn vector_statement(&mut self) {
        let Some(v) = self.var(Kind::Vec) else { return self.local() };
        let text = match self.choices.below(6) {
            0 => format!("{v}[1] = {}", self.int(2)),
            1 => format!("{v}.field = {}", self.any(1)),
            2 => format!("out({v}.twice, {v}.nothing, -{v}, {v} / 2, {v}(1, nil))"),
            3 => format!("out({v} == {v}, {v} ~= new({}), {v} == 1)", self.int(1)),
            4 => format!("try(function(...) return {v} % 2 end)"),
            _ => format!("out(rawget({v}, {}), #{v}, {v} .. \"\", 1 .. {v}, {v} .. {v})", self.key(1)),
        };
        self.line(&text);
    }

    fn library_call(&mut self) {
        let text = match self.choices.below(12) {
            0 => format!("out(({}):find({}))", self.str(2), self.pattern()),
            1 => format!(
                "out(({}):match({}, {}))",
                self.str(2),
                self.pattern(),
                self.choices.of(&["1", "2", "-1", "0"])
            ),
            2 => format!("out(({}):gsub({}, {}))", self.str(2), self.pattern(), self.replacement()),
            3 => format!(
                "out(({}):byte({}, {}))",
                self.str(2),
                self.choices.of(&["1", "-3", "0"]),
                self.choices.of(&["-1", "3", "10"])
            ),
            4 => format!(
                "out(select({}, {}, {}, {}))",
                self.choices.of(&["1", "2", "-1", "-2", "3", "4", "'#'"]),
                self.any(1),
                self.any(1),
                self.any(1)
            ),
            5 => format!(
                "out(table.unpack({{{}, {}, {}}}, {}, {}))",
                self.any(1),
                self.any(1),
                self.int(1),
                self.choices.of(&["1", "2", "0"]),
                self.choices.of(&["3", "2", "1", "4"])
            ),
            6 => {
                let f =
                    self.choices.of(&["<i4", ">I2", "<i7", "j", "z", "s1", "<d", "!4 b i4", ">i16", "c5"]);
                let v = match f {
                    "z" | "s1" => "\"text\"".to_owned(),
                    "c5" => "\"abc\"".to_owned(),
                    "<d" => self.num(1),
                    "!4 b i4" => "1, 2".to_owned(),
                    ">I2" => format!("{} & 0xffff", self.int(1)),
                    "<i4" => format!("{} & 0x7fffffff", self.int(1)),
                    _ => format!("{} >> 9", self.int(1)),
                };
                format!("out(string.pack(\"{f}\", {v}), string.unpack(\"{f}\", string.pack(\"{f}\", {v})))")
            }
            7 => format!(
                "out(math.type({}), math.tointeger({}), tonumber({}))",
                self.num(1),
                self.num(1),
                self.str(1)
            ),
            8 => format!("out(math.modf({}))", self.num(1)),
            9 => format!(
                "out(table.concat({{{}, {}, {}}}, {}, {}, {}))",
                self.int(1),
                self.str(1),
                self.int(0),
                self.str(0),
                self.choices.of(&["1", "2"]),
                self.choices.of(&["3", "2", "1"])
            ),
            10 => format!(
                "out(table.unpack(table.move({{1, 2, 3}}, {}, {}, {}, {{7, 8, 9, 10}})))",
                self.choices.of(&["1", "2"]),
                self.choices.of(&["3", "2", "1"]),
                self.choices.of(&["1", "2", "3"])
            ),
            _ => format!(
                "out(string.char({} & 255, {} & 127), ({}):len(), type({}))",
                self.int(1),
                self.int(1),
                self.str(1),
                self.any(1)
            ),
        };
        self.line(&format!("try(function(...) {text} end)"));
    }

    fn branches(&mut self, d: usize) {
        let c = self.bool(3);
        self.line(&format!("if {c} then"));
        self.block(d);
        for _ in 0..self.choices.below(2) {
            let c = self.bool(2);
            self.line(&format!("elseif {c} then"));
            self.block(d);
        }
        if self.choices.below(2) == 1 {
            self.line("else");
            self.block(d);
        }
        self.line("end");
    }

    fn in_loop(&mut self, d: usize) {
        self.loops += 1;
        self.block(d);
        self.loops -= 1;
    }

    fn numeric_for(&mut self, d: usize) {
        let i = self.fresh();
        let (head, kind) = match self.choices.below(6) {
            0 => ("1, 3".to_owned(), Kind::Int),
            1 => (format!("3, ({}) % 5, -1", self.int(1)), Kind::Int),
            2 => ("1.0, 2, 0.5".to_owned(), Kind::Num),
            3 => (format!("1, ({}) % 6", self.int(1)), Kind::Int),
            4 => (
                self.choices.of(&["1, 2.9", "3, 1", "5, 1, -2", "-1, 1", "2, 3, 1 << 61"]).to_owned(),
                Kind::Int,
            ),
            _ => (format!("1, #{}", self.var(Kind::Seq).unwrap_or_else(|| "\"ab\"".into())), Kind::Int),
        };
        self.line(&format!("for {i} = {head} do tick()"));
        let fixed = self.choices.below(3) > 0;
        self.declare(&i, kind, fixed);
        self.in_loop(d);
        self.vars.pop();
        self.line("end");
    }

    fn generic_for(&mut self, d: usize) {
        let (a, b) = (self.fresh(), self.fresh());
        let visible = self.vars.len();
        match self.choices.below(4) {
            0 => {
                let s = self.var(Kind::Seq).unwrap_or_else(|| "{4, 5}".into());
                self.line(&format!("for {a}, {b} in ipairs({s}) do tick()"));
                self.declare(&a, Kind::Int, false);
                self.declare(&b, Kind::Int, false);
            }
            1 => {
                let m = self.var(Kind::Map).unwrap_or_else(|| "{x = 1, y = 2}".into());
                self.line(&format!("for {a}, {b} in sorted({m}) do tick() out({a}, {b})"));
            }
            2 => {
                let (s, p) = (self.str(1), self.pattern().replace('^', ""));
                self.line(&format!("for {a} in ({s}):gmatch({p}) do tick() {a} = tostring({a})"));
                self.declare(&a, Kind::Str, false);
            }
            _ => {
                let n = self.choices.below(4);
                let next = "(function(s, c) if c < s then return c + 1, c * 2 end end)";
                self.line(&format!("for {a}, {b} in {next}, {n}, 0 do tick()"));
                self.declare(&a, Kind::Int, false);
                self.declare(&b, Kind::Int, false);
            }
        }
        self.in_loop(d);
        self.vars.truncate(visible);
        self.line("end");
    }

    fn conditional_loop(&mut self, d: usize) {
        let n = self.fresh();
        self.line(&format!("local {n} = 0"));
        self.declare(&n, Kind::Int, true);
        if self.choices.below(2) == 0 {
            let c = self.bool(2);
            self.line(&format!("while {n} < 4 and {c} do tick() {n} = {n} + 1"));
            self.in_loop(d);
            self.line("end");
        } else {
            self.line("repeat tick()");
            self.in_loop(d);
            let c = self.bool(2);
            self.line(&format!(" {n} = {n} + 1 local last = {n} >= 3"));
            self.line(&format!("until last or {c}"));
        }
    }

    fn continue_loop(&mut self, d: usize) {
        let i = self.fresh();
        let label = self.fresh();
        self.line(&format!("for {i} = 1, 4 do tick()"));
        self.declare(&i, Kind::Int, true);
        let c = self.bool(2);
        self.line(&format!(" if {c} then goto {label} end"));
        self.line(" do");
        self.in_loop(d);
        self.line(" end");
        self.line(&format!(" ::{label}::"));
        self.vars.pop();
        self.line("end");
    }

    fn function(&mut self, d: usize) {
        let f = self.fresh();
        let (a, b) = (self.fresh(), self.fresh());
        let (loops, varargs) = (std::mem::take(&mut self.loops), self.varargs);
        let recursive = self.choices.below(2) == 1;
        self.varargs = self.choices.below(2) == 1;
        let rest = if self.varargs { ", ..." } else { "" };
        let head = if recursive { format!("local function {f}") } else { format!("local {f} = function") };
        self.line(&format!("{head}({a}, {b}{rest}) tick()"));
        let visible = self.vars.len();
        self.functions += 1;
        self.declare(&a, Kind::Int, false);
        self.declare(&b, Kind::Int, false);
        if recursive {
            self.line(&format!(" if {a} > 3 or {a} < 0 then return {b} end"));
        }
        self.block(d);
        self.indent += 1;
        let result = match self.choices.below(4) {
            0 => format!("return {}", self.int(2)),
            1 if recursive => format!("return {f}({a} + 1, {})", self.int(1)),
            1 => format!("return ({a} ~ {b})"),
            2 if recursive => format!("return 1 + {f}({a} + 1, {b})"),
            2 => format!("return {a} - {}", self.int(1)),
            _ => format!("if {} then return {} end return {b}", self.bool(2), self.int(1)),
        };
        self.line(&result);
        self.indent -= 1;
        self.functions -= 1;
        self.vars.truncate(visible);
        (self.loops, self.varargs) = (loops, varargs);
        self.line("end");
        self.declare(&f, Kind::Fun, true);
    }

    /// Functions that share variables with what is around them, made in a loop.
    fn closures(&mut self, d: usize) {
        let (t, i) = (self.fresh(), self.fresh());
        self.line(&format!("local {t} = {{}}"));
        self.line(&format!("for {i} = 1, 3 do tick()"));
        self.declare(&i, Kind::Int, false);
        let j = self.fresh();
        let e = self.int(2);
        self.line(&format!(" local {j} = {e}"));
        self.declare(&j, Kind::Int, false);
        let varargs = std::mem::take(&mut self.varargs);
        let e = self.int(2);
        self.varargs = varargs;
        self.line(&format!(" {t}[#{t} + 1] = function(n) {j} = {j} + n return {e}, {i} end"));
        self.in_loop(d);
        self.vars.pop();
        self.vars.pop();
        self.line("end");
        self.line(&format!("for _, f in ipairs({t}) do out(f(1)) out(f(2)) end"));
    }

    fn coroutine(&mut self, d: usize) {
        let co = self.fresh();
        let a = self.fresh();
        let (loops, varargs) = (std::mem::take(&mut self.loops), self.varargs);
        self.varargs = false;
        self.line(&format!("local {co} = coroutine.create(function({a})"));
        let visible = self.vars.len();
        self.declare(&a, Kind::Int, false);
        for _ in 0..=self.choices.below(2) {
            self.block(d.min(2));
            self.indent += 1;
            let text = match self.choices.below(5) {
                0 => format!("out(coroutine.yield({}))", self.any(1)),
                1 => format!("try(function() out(coroutine.yield({}, 2)) end)", self.any(1)),
                2 => format!("for i = 1, 2 do {a} = {a} + (coroutine.yield(i) or 1) end"),
                3 => "table.sort({3, 1, 2}, function(x, y) return x < y end)".to_owned(),
                _ => format!("try(function() error({{code = coroutine.yield({})}}) end)", self.any(1)),
            };
            self.line(&text);
            self.indent -= 1;
        }
        let end = match self.choices.below(4) {
            0 => format!("return {}", self.any(1)),
            1 => "error({code = 3})".into(),
            2 => "error(\"ended\", 0)".into(),
            _ => format!("return {}, {}", self.any(1), self.any(1)),
        };
        self.line(&format!(" {end}"));
        self.vars.truncate(visible);
        (self.loops, self.varargs) = (loops, varargs);
        self.line("end)");
        let x = self.int(1);
        self.line("for i = 1, 8 do tick()");
        self.line(&format!(" local got = table.pack(coroutine.resume({co}, i + (({x}) % 3)))"));
        self.line(" if got[1] then out(\"resumed\", table.unpack(got, 2, got.n)) else out(type(got[2]) == \"table\" and got[2].code or got[2]) end");
        self.line(&format!(" if coroutine.status({co}) == \"dead\" then break end"));
        self.line("end");
    }

    /// Something that may raise; the message is part of the output.
    fn wild(&mut self) {
        let x = self.choices.of(&[
            "nil",
            "true",
            "{}",
            "type",
            "undefined",
            "t.a",
            "t.b.c",
            "up",
            "l",
            "(\"x\")",
        ]);
        let y = self.choices.of(&["1", "0", "\"a\"", "nil", "{}", "2.5", "t", "up", "l"]);
        let text = match self.choices.below(24) {
            0 => format!("return {x} {} {y}", self.choices.of(&["+", "-", "*", "/", "^"])),
            1 => format!("return {x} {} {y}", self.choices.of(&["//", "%"])),
            2 => format!("return {x} {} {y}", self.choices.of(&["&", "|", "~", "<<", ">>"])),
            3 => format!("return {x} {} {y}", self.choices.of(&["<", "<=", ">", ">="])),
            4 => format!("return {x} .. {y}").replace("2.5", "25"),
            5 => format!("return {}{x}", self.choices.of(&["- ", "#", "~"])),
            6 => format!("local f = {x} return f({y})"),
            7 => format!("return ({x})[{y}]"),
            8 => format!("local v = {x} v[{y}] = 1"),
            9 => format!("local v = {x} return v.name.more"),
            10 => format!("local v = {x} return v:method({y})"),
            11 => format!("error({}, {})", self.choices.of(&["\"text\"", "{code = 5}", "nil", "42"]), self.choices.of(&["1", "2", "0"])),
            12 => format!("for i = {x}, {y} do break end"),
            13 => format!("for k in {x} do return k end"),
            14 => {
                let call = self.choices.of(&[
                    "math.floor(X)", "string.rep(X, Y)", "setmetatable(X, Y)", "ipairs(X)", "table.concat({1, X})",
                    "select(X, Y)", "string.char(X)", "tostring()", "string.format(\"%d\", X)", "(\"x\"):rep(X)",
                    "table.insert(X, Y, 1)", "rawset(X, Y, 1)", 
                    "string.sub(X, Y)", "table.sort(X)", "tonumber(X, 40)", "pcall()",
                    "string.find(\"a\", X, Y)", "coroutine.wrap(X)", "string.format(\"%s %d\", 1, Y)", "rawlen2(X)",
                    "string.byte(\"abc\", X)", "table.remove(X, Y)",
                    "rawget(X, Y)", "getmetatable()", "math.fmod(1, Y)", "string.format(\"%y\", 1)", "error()", "type()",
                ]);
                format!("return {}", call.replace('X', x).replace('Y', y))
            }
            15 => "local t = setmetatable({}, {__index = function(t, k) error(\"no \" .. k, 2) end}) return t.field".into(),
            16 => "up = up + 1 return up .. undefined.x".into(),
            17 => format!("t.a.b = {y}"),
            18 => format!("t[{y}] = nil t[{x}] = 5"),
            19 => "local function deep(n) if n == 0 then error(\"deep\", 2) end deep(n - 1) end deep(3)".into(),
            20 => format!("return coroutine.wrap(function() error({y}) end)()"),
            21 => format!("local a, b = {x}, {y} return a < b, b.c.d"),
            22 => format!("return select(-1, {y}, {x})"),
            _ => format!("return math.tointeger({y}), 1 < {y}"),
        };
        self.line("do");
        self.line(" local t, up = {b = 1}, 1");
        self.line(&format!(" try(function() local l = t.b {text} end)"));
        self.line("end");
    }
}
