//! Makes texts that are nearly Lua: real ones with some words exchanged, taken out, or put in.

/// Words that a mutation puts in besides those of the text itself.
const WORDS: [&str; 74] = [
    "and",
    "break",
    "do",
    "else",
    "elseif",
    "end",
    "false",
    "for",
    "function",
    "goto",
    "if",
    "in",
    "local",
    "nil",
    "not",
    "or",
    "repeat",
    "return",
    "then",
    "true",
    "until",
    "while",
    "+",
    "-",
    "*",
    "/",
    "%",
    "^",
    "#",
    "&",
    "~",
    "|",
    "<<",
    ">>",
    "//",
    "==",
    "~=",
    "<=",
    ">=",
    "<",
    ">",
    "=",
    "(",
    ")",
    "{",
    "}",
    "[",
    "]",
    "::",
    ";",
    ":",
    ",",
    ".",
    "..",
    "...",
    "type",
    "as",
    "is",
    "fun",
    "interface",
    "readonly",
    "typeof",
    "keyof",
    "extends",
    "asserts",
    "x",
    "1",
    "0x1p4",
    "'s'",
    "[[s]]",
    "\n",
    "-- c\n",
    "::l::",
    "goto l",
];

/// The text with a few mutations that `choose` (a number below its argument) decides.
pub(crate) fn mutate(text: &str, mut choose: impl FnMut(usize) -> usize) -> String {
    // A few lines, which are mostly statements of their own.
    let lines: Vec<&str> = text.lines().collect();
    let start = choose(lines.len());
    let end = (start + 1 + choose(3)).min(lines.len());
    let lines = lines[start..end].join("\n");
    let mut words = split(&lines);
    for _ in 0..=choose(2) {
        let at = choose(words.len().max(1));
        let word = if choose(2) == 0 || words.is_empty() {
            WORDS[choose(WORDS.len())]
        } else {
            words[choose(words.len())]
        };
        match choose(3) {
            0 if at < words.len() => words[at] = word,
            1 if at < words.len() => {
                words.remove(at);
            }
            _ => words.insert(at, word),
        }
    }
    words.join(if choose(4) == 0 { "\n" } else { " " })
}

/// Pieces that [`edit`] puts in besides words of the text itself: edges of numbers, and calls that take odd ways through the
/// machine.
#[allow(dead_code, reason = "for a fuzz target")]
const PIECES: [&str; 62] = [
    "0",
    "-1",
    "0.0",
    "-0.0",
    "1e308",
    "(0/0)",
    "(1/0)",
    "math.maxinteger",
    "math.mininteger",
    "2^53",
    "1 << 62",
    "'x'",
    "('x'):rep(300)",
    "('x'):rep(70000)",
    "nil",
    "{}",
    "{1, 2, nil, 4}",
    "...",
    "select('#', ...)",
    "(...)",
    "table.unpack({1, 2, 3})",
    "table.pack(...)",
    "table.sort(t, function(a, b) return true end)",
    "table.sort({3, 1, 2}, function(a, b) coroutine.yield(a) return a < b end)",
    "table.concat({1, 'x', 2.5}, ',')",
    "table.insert(t, 1, t)",
    "table.remove(t, 1)",
    "table.move(t, 1, 3, 2)",
    "table.freeze(t)",
    "table.create(10, 10)",
    "setmetatable({}, {__index = function(t, k) return k end})",
    "setmetatable(t, {__newindex = function(t, k, v) rawset(t, k, v) end})",
    "setmetatable({}, {__call = function(self, ...) return ... end})",
    "setmetatable({}, {__concat = function(a, b) return coroutine.yield() end})",
    "setmetatable({}, {__eq = function() return coroutine.yield() end})",
    "setmetatable({}, {__lt = function() return 1 end, __le = error})",
    "setmetatable({}, {__tostring = function() return coroutine.yield() end})",
    "setmetatable({}, {__pairs = function(t) return next, t end, __len = function() return -1 end})",
    "coroutine.wrap(function(...) coroutine.yield(...) return ... end)(1, 2)",
    "coroutine.create(function() error({}) end)",
    "coroutine.running()",
    "coroutine.yield(...)",
    "coroutine.resume(coroutine.running())",
    "pcall(error)",
    "pcall(pcall, error, 'e')",
    "xpcall(error, function(e) return e, e end, 'e')",
    "error(setmetatable({}, {__tostring = error}))",
    "errors.wrap(errors.new('m'), 'c')",
    "string.format('%5.1f %q %s', 1, 'x', {})",
    "('abc'):gsub('.', function(c) return coroutine.yield(c) end)",
    "('abc'):gsub('(.)', '%1%0')",
    "('a b'):gmatch('%a+')",
    "('abc'):byte(1, -1)",
    "string.pack('<i4 z s1', 1, 'x', 'y')",
    "for i = 1, 300 do t[i] = i end",
    "for i = 300, 1, -1 do t[i] = nil end",
    "for k in pairs(t) do t[k] = nil end",
    "for k, v in next, t do t[v] = k end",
    "local function f(n) if n > 0 then return f(n - 1) end end f(500)",
    "local function f(n) if n > 0 then return 1 + f(n - 1) end return 0 end f(500)",
    "goto l do local x = 1 end ::l::",
    "while true do break end",
];

/// The whole text with a few changes that `choose` decides: words exchanged, put in or taken out, lines doubled, moved or
/// taken out.
#[allow(dead_code, reason = "for a fuzz target")]
pub(crate) fn edit(text: &str, mut choose: impl FnMut(usize) -> usize) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    for _ in 0..=choose(4) {
        if lines.is_empty() {
            lines.push(PIECES[choose(PIECES.len())].to_owned());
        }
        let (at, other) = (choose(lines.len()), choose(lines.len()));
        match choose(10) {
            0 => lines.insert(at, lines[other].clone()),
            1 => lines.swap(at, other),
            2 => _ = lines.remove(at),
            3 => lines.insert(at, PIECES[choose(PIECES.len())].to_owned()),
            _ => {
                let line = lines[at].clone();
                let from = lines[other].clone();
                let (mut words, others) = (split(&line), split(&from));
                let word = match choose(4) {
                    0 => WORDS[choose(WORDS.len())],
                    1 => PIECES[choose(PIECES.len())],
                    2 if !words.is_empty() => words[choose(words.len())],
                    _ if !others.is_empty() => others[choose(others.len())],
                    _ => "nil",
                };
                let place = choose(words.len().max(1));
                match choose(3) {
                    0 | 1 if place < words.len() => words[place] = word,
                    2 if place < words.len() => _ = words.remove(place),
                    _ => words.insert(place, word),
                }
                lines[at] = words.join(" ");
            }
        }
    }
    lines.join("\n")
}

/// Words, numerals, strings and signs of a text; comments are left out.
fn split(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '-' if rest.starts_with("--") => rest.find('\n').unwrap_or(rest.len()),
            '"' | '\'' => quoted(rest, first),
            c if c.is_alphanumeric() || c == '_' => {
                rest.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '.')).unwrap_or(rest.len())
            }
            _ => ["...", "..", "::", "//", "<<", ">>", "==", "~=", "<=", ">="]
                .iter()
                .find(|sign| rest.starts_with(**sign))
                .map_or(first.len_utf8(), |sign| sign.len()),
        };
        if !rest.starts_with("--") {
            words.push(&rest[..length]);
        }
        rest = rest[length..].trim_start();
    }
    words
}

/// Length of the string literal that `text` begins with.
fn quoted(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => return at + 1,
            _ => {}
        }
    }
    text.len()
}
