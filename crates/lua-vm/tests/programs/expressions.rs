//! Expressions of generated programs, by the kind of value that they give.

use super::{Kind, Program};

const INTS: [&str; 20] = [
    "1",
    "0",
    "2",
    "-1",
    "3",
    "7",
    "10",
    "-5",
    "255",
    "256",
    "65536",
    "32767",
    "-32768",
    "1000000",
    "math.maxinteger",
    "math.mininteger",
    "9007199254740993",
    "-9007199254740993",
    "0x7fffffff",
    "9007199254740992",
];
const FLOATS: [&str; 18] = [
    "0.5",
    "1.0",
    "0.0",
    "-0.0",
    "2.5",
    "-1.5",
    "1e15",
    "1e308",
    "9007199254740992.0",
    "9223372036854775808.0",
    "-9223372036854775808.0",
    "1e-300",
    "0x.8p1",
    "3.0",
    "(1/0)",
    "(-1/0)",
    "(0/0)",
    "1e100",
];
const STRINGS: [&str; 22] = [
    "\"\"",
    "\"a\"",
    "\"abc\"",
    "\"10\"",
    "\"0x1F\"",
    "\" 7 \"",
    "\"1e2\"",
    "\"hello world\"",
    "\"a,b,,c\"",
    "\"key=value\"",
    "\"(x(y)z)\"",
    "\"aXbXc\"",
    "\"\\0\\1\\255\"",
    "\"%d\"",
    "\"nan\"",
    "\"9223372036854775808\"",
    "\"-0\"",
    "\"b\"",
    "\"x1y22z333\"",
    "[[long]]",
    "'\\x41\\u{20AC}\\z   b'",
    "\"0x.8\"",
];
const PIECES: [&str; 28] = [
    "a", "%a", "%d+", ".", "(%w)", "()", "[a-c]", "[^%s]*", "%b()", "%f[%w]", "(.)", "%1", "a*", "b-", ".-",
    "%s*", "[%d,]", "%p", "x?", "(%d*)", "[]]", "%%", "[^a-]", "(a(b))", "%u", "=", "$", "(.-)",
];

impl Program<'_> {
    pub(super) fn any(&mut self, d: usize) -> String {
        match self.choices.below(8) {
            0 => self.int(d),
            1 => self.num(d),
            2 => self.str(d),
            3 => self.bool(d),
            4 => "nil".into(),
            5 => self.var(Kind::Map).unwrap_or_else(|| "{}".into()),
            6 => match self.var(Kind::Map) {
                Some(m) => format!("{m}[{}]", self.key(d)),
                None => "nil".into(),
            },
            _ => format!("({} and {} or {})", self.bool(d), self.int(d.min(1)), self.str(d.min(1))),
        }
    }

    /// A key that is neither nil nor NaN.
    pub(super) fn key(&mut self, d: usize) -> String {
        match self.choices.below(5) {
            0 => self.str(0),
            1 => self.int(d.min(1)),
            2 => self.choices.of(&["1.0", "2^53", "-1", "0.5", "-0.0", "1/0"]).into(),
            3 => self.choices.of(&["true", "false"]).into(),
            _ => format!("\"k\" .. {}", self.int(d.min(1))),
        }
    }

    pub(super) fn int(&mut self, d: usize) -> String {
        let n = if d == 0 { 3 } else { 20 };
        let d = d.saturating_sub(1);
        match self.choices.below(n) {
            0 => self.choices.of(&INTS).into(),
            1 | 2 => self.var(Kind::Int).unwrap_or_else(|| "4".into()),
            3 | 4 => {
                let op = self.choices.of(&["+", "-", "*", "&", "|", "~", "//", "%", "<<", ">>"]);
                let (a, b) = (self.int(d), self.int(d));
                match op {
                    "//" | "%" => format!("({a} {op} ({b} | 1))"),
                    "<<" | ">>" => format!("({a} {op} ({b} % 70))"),
                    _ => format!("({a} {op} {b})"),
                }
            }
            5 => format!("({}{})", self.choices.of(&["- ", "~", "- - "]), self.int(d)),
            6 => format!("#{}", self.str(d)),
            7 => match self.var(Kind::Seq) {
                Some(s) => format!("#{s}"),
                None => "0".into(),
            },
            8 => match self.var(Kind::Seq) {
                Some(s) => format!("({s}[{}] or -1)", self.int(d)),
                None => "6".into(),
            },
            9 => match self.var(Kind::Fun) {
                Some(f) => format!("{f}({}, {})", self.int(d), self.int(d)),
                None => "8".into(),
            },
            10 if self.varargs => "select(\"#\", ...)".into(),
            11 if self.varargs => "(select(2, ...) or 0)".into(),
            12 => format!("({} and {} or {})", self.bool(d), self.int(d), self.int(d)),
            13 => format!("(({}):byte({}) or 0)", self.str(d), self.int(d)),
            14 => {
                let f = self.choices.of(&["max", "min"]);
                format!("math.{f}({}, {})", self.int(d), self.int(d))
            }
            15 => format!("math.abs({})", self.int(d)),
            16 => format!("(math.tointeger({}) or -2)", self.num(d)),
            17 => format!("(({}):find({}, 1, true) or 0)", self.str(d), self.str(0)),
            18 => match self.var(Kind::Vec) {
                Some(v) => self.choices.of(&["#V", "(V(1, 2))", "(V * 1)", "(V.twice)"]).replace('V', &v),
                None => "5".into(),
            },
            _ => format!("math.fmod({}, ({} | 1))", self.int(d), self.int(d)),
        }
    }

    pub(super) fn num(&mut self, d: usize) -> String {
        let n = if d == 0 { 3 } else { 11 };
        let d = d.saturating_sub(1);
        match self.choices.below(n) {
            0 => self.int(d.min(1)),
            1 => self.choices.of(&FLOATS).into(),
            2 => self.var(Kind::Num).unwrap_or_else(|| "1.25".into()),
            3 | 4 => {
                let op = self.choices.of(&["+", "-", "*", "/"]);
                format!("({} {op} {})", self.num(d), self.num(d))
            }
            5 => {
                let op = self.choices.of(&["//", "%"]);
                format!(
                    "({} {op} {})",
                    self.num(d),
                    self.choices.of(&["0.5", "-2.0", "3.0", "0.0", "1e300", "(1/0)"])
                )
            }
            6 => format!("(- {})", self.num(d)),
            7 => format!("math.{}({})", self.choices.of(&["floor", "ceil", "abs"]), self.num(d)),
            8 => format!("(tonumber({}) or 0.25)", self.str(d)),
            9 => {
                format!("(tonumber({}, {}) or 0.75)", self.str(d), self.choices.of(&["10", "16", "2", "36"]))
            }
            _ => format!("({} ^ {})", self.num(d), self.choices.of(&["2", "0", "1", "0.5"])),
        }
    }

    pub(super) fn str(&mut self, d: usize) -> String {
        let n = if d == 0 { 3 } else { 14 };
        let d = d.saturating_sub(1);
        match self.choices.below(n) {
            0 => self.literal(),
            1 | 2 => self.var(Kind::Str).unwrap_or_else(|| "\"s\"".into()),
            3 => format!("({} .. {})", self.str(d), self.str(d)),
            4 => format!("({} .. {} .. {})", self.str(d), self.int(d), self.str(d)),
            5 => format!("tostring({})", self.int(d)),
            6 => format!("({}):sub({}, {})", self.str(d), self.int(d), self.int(d)),
            7 => format!("({}):rep({} % 4, \"-\")", self.str(d), self.int(d)),
            8 => {
                // Letters beyond ASCII are where engines differ.
                let f = self.choices.of(&["upper", "lower", "reverse"]);
                format!("(({}):gsub(\"[^ -~]\", \"\")):{f}()", self.str(d))
            }
            9 => self.format(d),
            10 => format!("(({}):gsub({}, {}))", self.str(d), self.pattern(), self.replacement()),
            11 => format!("(((({}):match({})) or \"none\") .. \"\")", self.str(d), self.pattern()),
            12 => match self.var(Kind::Seq) {
                Some(s) => format!("table.concat({s}, {})", self.str(0)),
                None => "\"t\"".into(),
            },
            _ => match self.var(Kind::Vec) {
                Some(v) => self
                    .choices
                    .of(&["tostring(V)", "(V .. 1)", "(\"x\" .. V)", "(V + 1)", "(2 - V)"])
                    .replace('V', &v),
                None => "\"v\"".into(),
            },
        }
    }

    fn literal(&mut self) -> String {
        let s = self.choices.of(&STRINGS);
        if s.starts_with('[') { format!("({s})") } else { s.into() }
    }

    fn format(&mut self, d: usize) -> String {
        match self.choices.below(5) {
            0 => {
                let flags = self.choices.of(&["", "5", "-5", "05", "+", " ", ".3", "8.2"]);
                format!("(\"%{flags}{}\"):format({})", self.choices.of(&["d", "i"]), self.int(d))
            }
            1 => {
                let flags = self.choices.of(&["", "5", "-5", "05", "#", ".3", "-8.2"]);
                format!("(\"%{flags}{}\"):format({})", self.choices.of(&["x", "X", "o"]), self.int(d))
            }
            2 => {
                let flags = self.choices.of(&["", "5", "-5", "05", "+", " ", "#", ".3", "-8.1", "+.0"]);
                let letter = self.choices.of(&["g", "f", "e", "G", "a"]);
                // The sign of NaN is up to the machine.
                format!(
                    "cut((\"%{flags}{letter}\"):format({}):gsub(\" *[-+]?[nN][aA][nN] *\", \"nan\"))",
                    self.num(d)
                )
            }
            3 => {
                // Zeros in fields with a width are refused by others.
                let width = self.choices.of(&["", "9", "-9", ".2"]);
                format!("(\"%{width}s|%s\"):format(({}):gsub(\"%z\", \"\"), {})", self.str(d), self.bool(d))
            }
            _ => format!("(\"%q\"):format({})", self.str(d)),
        }
    }

    /// A literal of a pattern, sometimes malformed.
    pub(super) fn pattern(&mut self) -> String {
        let mut text = String::new();
        if self.choices.below(6) == 1 {
            text.push('^');
        }
        for _ in 0..=self.choices.below(4) {
            text.push_str(self.choices.of(&PIECES));
        }
        format!("\"{text}\"")
    }

    pub(super) fn replacement(&mut self) -> String {
        match self.choices.below(5) {
            0 => "\"<%0>\"".into(),
            1 => "\"%1\"".into(),
            2 => "{a = 1, b = \"B\", [\"10\"] = false}".into(),
            3 => "function(...) return (select(\"#\", ...)) end".into(),
            _ => "function(a) if a == \"a\" then return nil end return \"(\" .. a .. \")\" end".into(),
        }
    }

    pub(super) fn bool(&mut self, d: usize) -> String {
        let n = if d == 0 { 3 } else { 11 };
        let d = d.saturating_sub(1);
        match self.choices.below(n) {
            0 => self.choices.of(&["true", "false"]).into(),
            1 | 2 => self.var(Kind::Bool).unwrap_or_else(|| "(1 < 2)".into()),
            3 => {
                let op = self.choices.of(&["<", "<=", ">", ">=", "==", "~="]);
                format!("({} {op} {})", self.int(d), self.int(d))
            }
            4 => {
                let op = self.choices.of(&["<", "<=", ">", ">=", "==", "~="]);
                format!("({} {op} {})", self.num(d), self.num(d))
            }
            5 => {
                let op = self.choices.of(&["<", "<=", ">", ">=", "==", "~="]);
                format!("({} {op} {})", self.str(d), self.str(d))
            }
            6 => format!("(not {})", self.bool(d)),
            7 => {
                let op = self.choices.of(&["and", "or"]);
                format!("({} {op} {})", self.bool(d), self.bool(d))
            }
            8 => format!("({} == {})", self.any(d), self.any(d)),
            9 => format!("math.ult({}, {})", self.int(d), self.int(d)),
            _ => match self.var(Kind::Vec) {
                Some(v) => {
                    let (op, x) = (self.choices.of(&["<", "<=", ">", ">=", "==", "~="]), self.int(0));
                    let left = self.choices.below(2) == 0;
                    match (op, left) {
                        ("==" | "~=", _) => format!("({v} {op} new({x}))"),
                        (_, true) => format!("({v} {op} {x})"),
                        (_, false) => format!("({x} {op} {v})"),
                    }
                }
                None => "true".into(),
            },
        }
    }
}
