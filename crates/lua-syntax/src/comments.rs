//! Finds the comments of a source; the tree has none.

use crate::lexer::Lexer;
use crate::span::Span;
use crate::token::Tok;

/// A comment where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Comment {
    /// All of it, dashes included.
    pub span: Span,
    /// `--[[ … ]]`
    pub long: bool,
    /// Nothing but blanks and comments stands before it on its line.
    pub alone: bool,
    /// No code stands before it in the source.
    pub leading: bool,
}

/// The comments of a source that parses, in order. Of any other it finds something, and ends.
pub fn comments(source: &[u8]) -> Vec<Comment> {
    let mut lexer = Lexer::with_comments(source);
    let mut found = Vec::new();
    let mut code_end = None;
    loop {
        let token = lexer.next();
        for (span, long) in lexer.take_comments() {
            let alone = code_end.is_none_or(|end: u32| {
                source[end as usize..span.start as usize].iter().any(|b| matches!(b, b'\n' | b'\r'))
            });
            found.push(Comment { span, long, alone, leading: code_end.is_none() });
        }
        if token.kind == Tok::Eof {
            return found;
        }
        code_end = Some(token.span.end);
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
    fn a_comment_behind_a_long_one_stands_on_its_own_line() {
        let found = comments(b"local a --[[ one\n]] -- two\n-- three");
        assert_eq!(found.iter().map(|c| c.alone).collect::<Vec<_>>(), [false, true, true]);
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
