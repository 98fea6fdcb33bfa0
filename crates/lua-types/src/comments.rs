//! Finds the comments of a source; the tree has none.

use lua_syntax::Span;

/// A comment where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Comment {
    /// All of it, dashes included.
    pub(crate) span: Span,
    /// `--[[ … ]]`
    pub(crate) long: bool,
    /// Nothing but blanks and comments stands before it on its line.
    pub(crate) alone: bool,
    /// No code stands before it in the source.
    pub(crate) leading: bool,
}

/// The comments of a source that parses, in order. Of any other it finds something, and ends.
pub(crate) fn comments(source: &[u8]) -> Vec<Comment> {
    let mut scan = Scan { source, pos: 0 };
    if source.starts_with(b"\xef\xbb\xbf") {
        scan.pos = 3;
    }
    if scan.at(0) == b'#' {
        scan.skip_line();
    }
    let (mut found, mut alone, mut leading) = (Vec::new(), true, true);
    while let Some(&byte) = source.get(scan.pos) {
        match byte {
            b'\n' | b'\r' => {
                alone = true;
                scan.pos += 1;
            }
            b' ' | b'\t' | 0x0b | 0x0c => scan.pos += 1,
            b'-' if scan.at(1) == b'-' => {
                let start = scan.pos;
                scan.pos += 2;
                let level = scan.long_bracket();
                match level {
                    Some(level) => scan.skip_long(level),
                    None => scan.skip_line(),
                }
                let span = Span::new(start as u32, scan.pos as u32);
                found.push(Comment { span, long: level.is_some(), alone, leading });
            }
            _ => {
                (alone, leading) = (false, false);
                scan.skip_code(byte);
            }
        }
    }
    found
}

struct Scan<'s> {
    source: &'s [u8],
    pos: usize,
}

impl Scan<'_> {
    fn at(&self, ahead: usize) -> u8 {
        self.source.get(self.pos + ahead).copied().unwrap_or(0)
    }

    fn skip_line(&mut self) {
        let rest = &self.source[self.pos..];
        self.pos += rest.iter().position(|b| matches!(b, b'\n' | b'\r')).unwrap_or(rest.len());
    }

    /// A string or one byte of something else.
    fn skip_code(&mut self, byte: u8) {
        match byte {
            b'"' | b'\'' => self.skip_string(byte),
            b'[' => match self.long_bracket() {
                Some(level) => self.skip_long(level),
                None => self.pos += 1,
            },
            _ => self.pos += 1,
        }
    }

    fn skip_string(&mut self, quote: u8) {
        self.pos += 1;
        while let Some(&byte) = self.source.get(self.pos) {
            match byte {
                b'\\' if self.at(1) == b'z' => {
                    self.pos += 2;
                    while matches!(self.at(0), b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c) {
                        self.pos += 1;
                    }
                }
                b'\\' if self.at(1) == b'\r' && self.at(2) == b'\n' => self.pos += 3,
                b'\\' => self.pos += 2,
                // It is not closed, and the source does not parse.
                b'\n' | b'\r' => return,
                _ => {
                    self.pos += 1;
                    if byte == quote {
                        return;
                    }
                }
            }
        }
        self.pos = self.pos.min(self.source.len());
    }

    /// The level of the long bracket that opens here.
    fn long_bracket(&self) -> Option<usize> {
        let rest = self.source.get(self.pos..)?.strip_prefix(b"[")?;
        let level = rest.iter().take_while(|b| **b == b'=').count();
        (rest.get(level) == Some(&b'[')).then_some(level)
    }

    /// From an opening long bracket to behind the closing one, or to the end.
    fn skip_long(&mut self, level: usize) {
        self.pos += level + 2;
        while let Some(at) = self.source[self.pos..].iter().position(|b| *b == b']') {
            self.pos += at + 1;
            let rest = &self.source[self.pos..];
            let found = rest.iter().take(level + 1).take_while(|b| **b == b'=').count();
            if found == level && rest.get(level) == Some(&b']') {
                self.pos += level + 1;
                return;
            }
            self.pos += found;
        }
        self.pos = self.source.len();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(source: &str) -> Vec<(String, bool, bool)> {
        let text = |c: &Comment| source[c.span.start as usize..c.span.end as usize].to_owned();
        comments(source.as_bytes()).iter().map(|c| (text(c), c.alone, c.leading)).collect()
    }

    #[test]
    fn comments_are_found_outside_of_strings_only() {
        let source = "#!/bin/x -- no\n-- one\n--[==[ two ]] ]==] -- three\nlocal a = '--x\\'--' .. \"--\" -- four\n\
            local b = [[ -- no ]] .. [=[ ]] -- no ]=] --five";
        let own = |text: &str, alone, leading| (text.to_owned(), alone, leading);
        assert_eq!(
            texts(source),
            [
                own("-- one", true, true),
                own("--[==[ two ]] ]==]", true, true),
                own("-- three", true, true),
                own("-- four", false, false),
                own("--five", false, false),
            ]
        );
    }

    #[test]
    fn strings_over_several_lines_hold_no_comments() {
        assert_eq!(texts("local a = 'x\\z  \n  -- no' -- yes").len(), 1);
        assert_eq!(texts("local a = 'x\\\r\n-- no' -- yes").len(), 1);
    }

    #[test]
    fn what_is_not_closed_ends_with_the_source() {
        for source in ["--[[ x", "'x\\", "[==[ x ]=", "\"", "--", "[", "-", "'\\z "] {
            assert!(comments(source.as_bytes()).len() <= 1, "{source}");
        }
    }
}
