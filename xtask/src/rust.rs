//! Splits Rust source into code and comments, so that a rule about code does not trip over a string.

/// Source in two layers of the same shape: where one has text, the other has spaces; lines agree.
#[derive(Debug)]
pub(crate) struct Split {
    /// Code; the insides of strings, characters and comments are blank.
    pub(crate) code: String,
    /// Comments with their markers; everything else is blank.
    pub(crate) comments: String,
}

/// Splits `text`; source that ends within a string or comment is taken as far as it goes.
pub(crate) fn split(text: &str) -> Split {
    let mut out =
        Split { code: String::with_capacity(text.len()), comments: String::with_capacity(text.len()) };
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let (length, sort) = token(rest, first);
        let (piece, tail) = rest.split_at(length);
        match sort {
            Sort::Code => out.put(piece, true),
            Sort::Comment => out.put(piece, false),
            Sort::Literal => out.blank(piece),
        }
        rest = tail;
    }
    out
}

enum Sort {
    Code,
    Comment,
    Literal,
}

impl Split {
    fn put(&mut self, piece: &str, code: bool) {
        let (full, empty) =
            if code { (&mut self.code, &mut self.comments) } else { (&mut self.comments, &mut self.code) };
        full.push_str(piece);
        empty.extend(piece.chars().map(blank));
    }

    fn blank(&mut self, piece: &str) {
        self.code.extend(piece.chars().map(blank));
        self.comments.extend(piece.chars().map(blank));
    }
}

fn blank(c: char) -> char {
    if c == '\n' { '\n' } else { ' ' }
}

/// Length in bytes and sort of the token at the start of `rest`.
fn token(rest: &str, first: char) -> (usize, Sort) {
    if rest.starts_with("//") {
        return (rest.find('\n').unwrap_or(rest.len()), Sort::Comment);
    }
    if rest.starts_with("/*") {
        return (block_comment(rest), Sort::Comment);
    }
    if first == '"' {
        return (quoted(rest, 1), Sort::Literal);
    }
    if first == '\'' {
        return character(rest);
    }
    if first.is_alphabetic() || first == '_' {
        return word(rest);
    }
    (first.len_utf8(), Sort::Code)
}

/// A word, or the string literal whose prefix it is (`r"…"`, `br#"…"#`, `b"…"`, `c"…"`).
fn word(rest: &str) -> (usize, Sort) {
    let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
    let (name, tail) = rest.split_at(end);
    let raw = matches!(name, "r" | "br" | "cr");
    if raw && let Some(length) = raw_string(tail) {
        return (end + length, Sort::Literal);
    }
    if matches!(name, "b" | "c") && tail.starts_with('"') {
        return (end + quoted(tail, 1), Sort::Literal);
    }
    (end, Sort::Code)
}

fn raw_string(tail: &str) -> Option<usize> {
    let hashes = tail.bytes().take_while(|b| *b == b'#').count();
    let body = tail[hashes..].strip_prefix('"')?;
    let close = format!("\"{}", "#".repeat(hashes));
    Some(body.find(&close).map_or(tail.len(), |at| hashes + 1 + at + close.len()))
}

fn quoted(rest: &str, open: usize) -> usize {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(open) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    rest.len()
}

/// A character literal is blanked; the quote of a lifetime is code.
fn character(rest: &str) -> (usize, Sort) {
    let mut chars = rest.char_indices().skip(1);
    match chars.next() {
        Some((_, '\\')) => {
            let close = rest.char_indices().skip(3).find(|(_, c)| *c == '\'');
            (close.map_or(rest.len(), |(at, _)| at + 1), Sort::Literal)
        }
        Some((_, c)) if c != '\'' => match chars.next() {
            Some((at, '\'')) => (at + 1, Sort::Literal),
            _ => (1, Sort::Code),
        },
        _ => (1, Sort::Code),
    }
}

fn block_comment(rest: &str) -> usize {
    let (bytes, mut depth, mut at) = (rest.as_bytes(), 0usize, 0);
    while at + 1 < bytes.len() {
        match &bytes[at..at + 2] {
            b"/*" => (depth, at) = (depth + 1, at + 2),
            b"*/" => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            return at;
        }
    }
    rest.len()
}

/// Byte offsets at which `word` stands alone in `code`.
pub(crate) fn words<'a>(code: &'a str, word: &'a str) -> impl Iterator<Item = usize> + 'a {
    let part = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    code.match_indices(word).map(|(at, _)| at).filter(move |at| {
        !part(code[..*at].chars().next_back()) && !part(code[at + word.len()..].chars().next())
    })
}

/// Line number, from 1, of a byte offset.
pub(crate) fn line(text: &str, at: usize) -> usize {
    text[..at].bytes().filter(|b| *b == b'\n').count() + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn code(text: &str, expected: &str) {
        let split = split(text);
        assert_eq!(split.code, expected);
        assert_eq!(split.code.lines().count(), text.lines().count());
        assert_eq!(split.comments.chars().count(), text.chars().count());
    }

    /// Between two words, `text` leaves blanks of its own shape.
    #[track_caller]
    fn hidden(text: &str) {
        let blanks: String = text.chars().map(blank).collect();
        code(&format!("a {text} b"), &format!("a {blanks} b"));
    }

    #[test]
    fn strings_and_comments_are_blank() {
        hidden("\"unsafe\"");
        hidden("\"\\\" \\\\\"");
        hidden("r#\"un\"safe\"#");
        hidden("br\"\\\"");
        hidden("b\"\\\"\"");
        hidden("/* x /* y */\n z */");
        hidden("// unsafe\n");
        hidden("'\"'");
        hidden("'\\''");
        hidden("'\\u{1F600}'");
        hidden("\"é\n\"");
    }

    #[test]
    fn lifetimes_are_code() {
        for text in ["&'a str", "fn f<'a>(x: &'a str, y: &'static T)", "'outer: loop {}"] {
            code(text, text);
        }
    }

    #[test]
    fn unfinished_source_is_taken_as_far_as_it_goes() {
        for text in ["\"abc", "/* abc", "r#\"abc\"", "'", "'\\", "b\"", "/*/"] {
            let _ = split(text);
        }
    }

    #[test]
    fn comments_keep_their_text() {
        assert_eq!(split("x // SAFETY: y").comments.trim(), "// SAFETY: y");
    }

    #[test]
    fn words_stand_alone() {
        let text = "unsafe_code unsafe {} not_unsafe";
        assert_eq!(words(text, "unsafe").collect::<Vec<_>>(), vec![12]);
        assert_eq!(line("a\nb\nc", 4), 3);
    }
}
