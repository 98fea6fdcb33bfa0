//! Tokens: a kind and a byte range; names and literals are read from the source when wanted.

use crate::span::Span;

/// A token of the source.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Token {
    /// What it is.
    pub(crate) kind: Tok,
    /// A line break stands between it and the token before.
    pub(crate) on_new_line: bool,
    /// Its bytes.
    pub(crate) span: Span,
}

macro_rules! tokens {
    (keywords { $($kw:ident $kw_text:literal,)* } operators { $($op:ident $op_text:literal,)* }) => {
        /// The kinds of a token. The words of the type syntax are plain names.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Tok {
            $($kw,)*
            $($op,)*
            Name,
            /// Any numeral, value not yet computed.
            Number,
            /// A short or long string, escapes not yet resolved.
            String,
            /// A string whose end is missing; reported by the lexer.
            BadString,
            Eof,
        }

        impl Tok {
            /// The keyword spelled `text`.
            pub(crate) fn keyword(text: &[u8]) -> Option<Tok> {
                if !(2..=8).contains(&text.len()) {
                    return None;
                }
                $(if text == $kw_text.as_bytes() {
                    return Some(Tok::$kw);
                })*
                None
            }

            /// How it is written, or what it is called.
            pub(crate) fn text(self) -> &'static str {
                match self {
                    $(Tok::$kw => $kw_text,)*
                    $(Tok::$op => $op_text,)*
                    Tok::Name => "name",
                    Tok::Number => "number",
                    Tok::String | Tok::BadString => "string",
                    Tok::Eof => "end of file",
                }
            }

            /// A word that cannot be a name.
            pub(crate) fn is_keyword(self) -> bool {
                matches!(self, $(Tok::$kw)|*)
            }
        }
    };
}

tokens! {
    keywords {
        And "and",
        Break "break",
        Do "do",
        Else "else",
        ElseIf "elseif",
        End "end",
        False "false",
        For "for",
        Function "function",
        Goto "goto",
        If "if",
        In "in",
        Local "local",
        Nil "nil",
        Not "not",
        Or "or",
        Repeat "repeat",
        Return "return",
        Then "then",
        True "true",
        Until "until",
        While "while",
    }
    operators {
        Plus "+",
        Minus "-",
        Star "*",
        Slash "/",
        DoubleSlash "//",
        Percent "%",
        Caret "^",
        Hash "#",
        Ampersand "&",
        Tilde "~",
        Pipe "|",
        ShiftLeft "<<",
        ShiftRight ">>",
        Equal "==",
        NotEqual "~=",
        LessEqual "<=",
        GreaterEqual ">=",
        Less "<",
        Greater ">",
        Assign "=",
        LeftParen "(",
        RightParen ")",
        LeftBrace "{",
        RightBrace "}",
        LeftBracket "[",
        RightBracket "]",
        DoubleColon "::",
        Semicolon ";",
        Colon ":",
        Comma ",",
        Dot ".",
        Concat "..",
        Ellipsis "...",
        Arrow "->",
        Question "?",
        Bang "!",
        At "@",
    }
}
