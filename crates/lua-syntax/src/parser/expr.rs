//! Expressions: precedence climbing, suffix chains, casts, constructors.

use super::{Failed, Opener, Parser, Res};
use crate::ast::{BinOp, Expr, ExprKind, Item, UnOp};
use crate::literal::{self, Number};
use crate::precedence::{CONCAT, UNARY, binds};
use crate::span::SyntaxError;
use crate::token::Tok;

/// A binary operator, `..` being none of the [`BinOp`]s.
#[derive(Clone, Copy, PartialEq)]
enum Infix {
    Op(BinOp),
    Concat,
}

/// The operator that `kind` is, and how tightly it binds on its left and right. Casts bind tighter than all.
fn binary(kind: Tok) -> Option<(Infix, u8, u8)> {
    let op = match kind {
        Tok::Or => BinOp::Or,
        Tok::And => BinOp::And,
        Tok::Equal => BinOp::Eq,
        Tok::NotEqual => BinOp::Ne,
        Tok::Less => BinOp::Lt,
        Tok::LessEqual => BinOp::Le,
        Tok::Greater => BinOp::Gt,
        Tok::GreaterEqual => BinOp::Ge,
        Tok::Pipe => BinOp::BitOr,
        Tok::Tilde => BinOp::BitXor,
        Tok::Ampersand => BinOp::BitAnd,
        Tok::ShiftLeft => BinOp::Shl,
        Tok::ShiftRight => BinOp::Shr,
        Tok::Concat => return Some((Infix::Concat, CONCAT, CONCAT)),
        Tok::Plus => BinOp::Add,
        Tok::Minus => BinOp::Sub,
        Tok::Star => BinOp::Mul,
        Tok::Slash => BinOp::Div,
        Tok::DoubleSlash => BinOp::IDiv,
        Tok::Percent => BinOp::Mod,
        Tok::Caret => BinOp::Pow,
        _ => return None,
    };
    let (left, right) = binds(op);
    Some((Infix::Op(op), left, right))
}

fn unary(kind: Tok) -> Option<UnOp> {
    Some(match kind {
        Tok::Minus => UnOp::Neg,
        Tok::Not => UnOp::Not,
        Tok::Hash => UnOp::Len,
        Tok::Tilde => UnOp::BitNot,
        _ => return None,
    })
}

impl Parser<'_> {
    pub(super) fn expr(&mut self) -> Res<Expr> {
        self.operation(0)
    }

    pub(super) fn exprs(&mut self) -> Res<Vec<Expr>> {
        self.list(Self::expr)
    }

    /// Operators that bind tighter than `limit`, and their operands.
    fn operation(&mut self, limit: u8) -> Res<Expr> {
        self.nested(|p| {
            let start = p.tok.span.start;
            let mut left = match unary(p.tok.kind) {
                Some(op) => {
                    p.bump();
                    let expr = Box::new(p.operation(UNARY)?);
                    Expr { kind: ExprKind::Unary { op, expr }, span: p.since(start) }
                }
                None => p.operand()?,
            };
            loop {
                let Some((op, binds_left, binds_right)) = p.infix()? else { return Ok(left) };
                if binds_left <= limit {
                    return Ok(left);
                }
                let op_span = p.bump().span;
                let kind = match op {
                    Infix::Op(op) => {
                        let right = Box::new(p.operation(binds_right)?);
                        ExprKind::Binary { op, left: Box::new(left), right, op_span }
                    }
                    Infix::Concat => {
                        let mut parts = vec![left, p.operation(binds_right)?];
                        while p.eat(Tok::Concat) {
                            parts.push(p.operation(binds_right)?);
                        }
                        ExprKind::Concat(parts)
                    }
                };
                left = Expr { kind, span: p.since(start) };
                p.link()?;
            }
        })
    }

    /// The binary operator at the current token. Those of other languages are reported and read as Lua's.
    fn infix(&mut self) -> Res<Option<(Infix, u8, u8)>> {
        for (first, second, written, lua, read_as) in [
            (Tok::Bang, Tok::Assign, "!=", "~=", Tok::NotEqual),
            (Tok::Ampersand, Tok::Ampersand, "&&", "and", Tok::And),
            (Tok::Pipe, Tok::Pipe, "||", "or", Tok::Or),
        ] {
            if self.at(first) && self.at_pair(first, second) {
                let span = self.tok.span.to(self.peek(1).span);
                let error = SyntaxError::new(span, format!("'{written}' is not an operator"));
                self.report(error.help(format!("Lua writes '{lua}'")));
                self.bump();
                self.tok.kind = read_as;
            }
        }
        if self.at(Tok::Question) {
            let error = SyntaxError::new(self.tok.span, "'?' is not an operator");
            return Err(self.report(error.help("a choice is written 'condition and a or b', or with 'if'")));
        }
        Ok(binary(self.tok.kind))
    }

    /// An operand with its casts.
    fn operand(&mut self) -> Res<Expr> {
        let start = self.tok.span.start;
        let mut expr = self.simple()?;
        let mut ascribed = false;
        loop {
            let kind = if self.at(Tok::Bang) && !self.at_pair(Tok::Bang, Tok::Assign) {
                self.bump();
                ExprKind::NonNil(Box::new(expr))
            } else if self.at_word("as") && self.as_is_operator() {
                self.bump();
                ExprKind::Cast { expr: Box::new(expr), ty: Box::new(self.cast_type()?) }
            } else if self.at(Tok::DoubleColon) && !self.at_label() {
                if ascribed {
                    let error = SyntaxError::new(self.tok.span, "'::' does not chain");
                    return Err(self.report(error.help("put the first cast in parentheses, or use 'as'")));
                }
                ascribed = true;
                self.bump();
                ExprKind::Cast { expr: Box::new(expr), ty: Box::new(self.cast_type()?) }
            } else {
                break;
            };
            expr = Expr { kind, span: self.since(start) };
            self.link()?;
        }
        let cast = matches!(expr.kind, ExprKind::NonNil(_) | ExprKind::Cast { .. });
        if cast && matches!(self.tok.kind, Tok::Dot | Tok::Colon | Tok::LeftBracket) {
            let help = "put the cast in parentheses, as in '(x as T).field'";
            return Err(
                self.expected_with_help("an operator or a new statement expected behind a cast", help)
            );
        }
        Ok(expr)
    }

    /// `as` in operator position is a cast, unless a statement of plain Lua begins with a variable of that name.
    fn as_is_operator(&mut self) -> bool {
        match self.peek(1).kind {
            Tok::Assign | Tok::Comma | Tok::Dot | Tok::Colon | Tok::LeftBracket => false,
            // A call in plain Lua, a type here: the line break tells.
            Tok::LeftParen | Tok::LeftBrace | Tok::String => !self.tok.on_new_line,
            _ => true,
        }
    }

    /// `::name::`, and not a cast whose type a label follows, as in `x :: T ::label::`.
    pub(super) fn at_label(&mut self) -> bool {
        self.peek(1).kind == Tok::Name
            && self.peek(2).kind == Tok::DoubleColon
            && !(self.peek(3).kind == Tok::Name && self.peek(4).kind == Tok::DoubleColon)
    }

    fn simple(&mut self) -> Res<Expr> {
        let span = self.tok.span;
        let kind = match self.tok.kind {
            Tok::Nil => ExprKind::Nil,
            Tok::True => ExprKind::Bool(true),
            Tok::False => ExprKind::Bool(false),
            Tok::Ellipsis => ExprKind::VarArg,
            Tok::Number => match self.number()? {
                Number::Int(value) => ExprKind::Int(value),
                Number::Float(value) => ExprKind::Float(value),
            },
            Tok::String | Tok::BadString => ExprKind::Str(self.string()),
            Tok::LeftBrace => return self.table(),
            Tok::Function => {
                self.bump();
                let opener = Opener { text: "function", span };
                let body = self.function(opener)?;
                return Ok(Expr { kind: ExprKind::Function(body), span: self.since(span.start) });
            }
            _ => return self.suffixed(),
        };
        self.bump();
        if matches!(kind, ExprKind::Str(_)) && matches!(self.tok.kind, Tok::Colon | Tok::LeftBracket) {
            let help = "put the string in parentheses, as in '(\"text\"):upper()'";
            return Err(
                self.expected_with_help("an operator or a new statement expected behind a string", help)
            );
        }
        Ok(Expr { kind, span })
    }

    /// The value of the numeral at the current token.
    pub(super) fn number(&mut self) -> Res<Number> {
        let text = self.text(self.tok.span);
        literal::number(text).ok_or_else(|| {
            let found = self.describe(self.tok);
            let error = SyntaxError::new(self.tok.span, format!("malformed number {found}"));
            let concat = text.windows(2).any(|pair| pair == b"..");
            self.report(if concat { error.help("put a space between a number and '..'") } else { error })
        })
    }

    /// The bytes of the string at the current token; empty if it is faulty, which is reported.
    pub(super) fn string(&mut self) -> Box<[u8]> {
        if self.at(Tok::BadString) {
            return Box::default();
        }
        literal::string(self.source, self.tok.span).unwrap_or_else(|error| {
            self.report(error);
            Box::default()
        })
    }

    /// A variable or an expression in parentheses, then fields, indexes and calls.
    pub(super) fn suffixed(&mut self) -> Res<Expr> {
        let start = self.tok.span.start;
        let mut expr = self.primary()?;
        loop {
            let object = Box::new;
            let kind = match self.tok.kind {
                Tok::Dot => {
                    self.bump();
                    ExprKind::Field { object: object(expr), name: self.name("a field name")? }
                }
                Tok::LeftBracket => {
                    let open = self.bump();
                    let key = Box::new(self.expr()?);
                    self.close(Tok::RightBracket, open)?;
                    ExprKind::Index { object: object(expr), key }
                }
                Tok::Colon => {
                    self.bump();
                    let name = self.name("a method name")?;
                    let Some(args) = self.args()? else {
                        let wanted = "arguments expected behind the name of a method";
                        return Err(match self.tok.kind {
                            Tok::Assign => {
                                let help = "a type stands only behind a local, a parameter or a function";
                                self.expected_with_help(wanted, help)
                            }
                            _ => self.expected(wanted),
                        });
                    };
                    ExprKind::Method { object: object(expr), name, args }
                }
                _ => match self.args()? {
                    Some(args) => ExprKind::Call { func: object(expr), args },
                    None => return Ok(expr),
                },
            };
            expr = Expr { kind, span: self.since(start) };
            self.link()?;
        }
    }

    fn primary(&mut self) -> Res<Expr> {
        let span = self.tok.span;
        match self.tok.kind {
            Tok::Name => {
                self.bump();
                Ok(Expr { kind: ExprKind::Name(self.name_at(span)), span })
            }
            Tok::LeftParen => {
                let open = self.bump();
                let inner = Box::new(self.expr()?);
                self.close(Tok::RightParen, open)?;
                Ok(Expr { kind: ExprKind::Paren(inner), span: self.since(span.start) })
            }
            _ => Err(self.no_expression()),
        }
    }

    fn no_expression(&mut self) -> Failed {
        match self.tok.kind {
            Tok::Assign => self.expected_with_help("an expression expected", "equality is written '=='"),
            Tok::Bang => self.expected_with_help("an expression expected", "Lua writes 'not'"),
            Tok::Plus => {
                self.expected_with_help("an expression expected", "Lua has no '++' and no unary '+'")
            }
            _ => self.expected("an expression expected"),
        }
    }

    /// Arguments of a call, if some stand here.
    fn args(&mut self) -> Res<Option<Vec<Expr>>> {
        match self.tok.kind {
            Tok::LeftParen => {
                let open = self.bump();
                let args = if self.at(Tok::RightParen) { Vec::new() } else { self.exprs()? };
                self.close(Tok::RightParen, open)?;
                Ok(Some(args))
            }
            Tok::LeftBrace => Ok(Some(vec![self.table()?])),
            Tok::String | Tok::BadString => {
                let span = self.tok.span;
                let kind = ExprKind::Str(self.string());
                self.bump();
                Ok(Some(vec![Expr { kind, span }]))
            }
            _ => Ok(None),
        }
    }

    fn table(&mut self) -> Res<Expr> {
        let open = self.bump();
        let mut items = Vec::new();
        while !self.at(Tok::RightBrace) {
            items.push(self.item()?);
            if self.eat(Tok::Comma) || self.eat(Tok::Semicolon) {
                continue;
            }
            // On the next line a field without a separator before it is likelier than a statement.
            let field =
                matches!(self.tok.kind, Tok::Name | Tok::LeftBracket) && self.peek(1).kind != Tok::LeftParen;
            if !(field && self.tok.on_new_line) {
                break;
            }
            self.expected("',' or ';' expected between the fields of a table");
        }
        self.close(Tok::RightBrace, open)?;
        Ok(Expr { kind: ExprKind::Table(items), span: self.since(open.span.start) })
    }

    fn item(&mut self) -> Res<Item> {
        let kind = self.tok.kind;
        match kind {
            Tok::Name if self.peek(1).kind == Tok::Assign => {
                let name = self.name("a field name")?;
                self.bump();
                Ok(Item::Named { name, value: self.expr()? })
            }
            Tok::Name if self.at_json_field() => {
                self.bump();
                Err(self.expected_with_help(
                    "'=' expected behind a field name",
                    "a field is written 'name = value'",
                ))
            }
            Tok::LeftBracket => {
                let open = self.bump();
                let key = self.expr()?;
                self.close(Tok::RightBracket, open)?;
                self.expect(Tok::Assign, "behind the key of a field")?;
                Ok(Item::Keyed { key, value: self.expr()? })
            }
            _ => Ok(Item::Positional(self.expr()?)),
        }
    }

    /// `name: value`, which is not a method call.
    fn at_json_field(&mut self) -> bool {
        self.peek(1).kind == Tok::Colon
            && (self.peek(2).kind != Tok::Name
                || matches!(self.peek(3).kind, Tok::Comma | Tok::Semicolon | Tok::RightBrace))
    }
}
