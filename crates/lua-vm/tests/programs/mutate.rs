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
