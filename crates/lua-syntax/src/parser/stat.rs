//! Statements, blocks and function bodies.

use super::{Failed, Opener, Parser, Res};
use crate::ast::{Block, Chunk, Expr, ExprKind, Function, Name, Stat, StatKind};
use crate::span::{Span, SyntaxError};
use crate::token::Tok;

impl Parser<'_> {
    pub(super) fn chunk(&mut self) -> Chunk {
        let mut block = self.block();
        // Behind a closing word without an opener the chunk goes on.
        while !self.at(Tok::Eof) {
            if self.lexer.errors().is_empty() {
                let word = self.tok.kind.text();
                let error = SyntaxError::new(self.tok.span, format!("'{word}' closes nothing"));
                self.report(error);
            }
            let word = self.bump().span;
            if self.lexer.errors().last().is_some_and(|last| last.span.start == word.start) {
                // It was reported; what follows it on its line hardly begins a statement.
                self.skip_to_statement(self.tok.span.start);
            }
            block.stats.extend(self.block().stats);
        }
        block.span = Span::new(0, self.source.len() as u32);
        Chunk { block }
    }

    /// Statements up to a word that ends a block. Faulty ones are reported and left out.
    pub(super) fn block(&mut self) -> Block {
        let start = self.prev_end;
        let mut stats = Vec::new();
        while !self.at_block_end() {
            if self.eat(Tok::Semicolon) {
                continue;
            }
            let at = self.tok.span.start;
            match self.nested(Self::stat) {
                Ok(stat) => {
                    let last = matches!(stat.kind, StatKind::Return(_));
                    stats.push(stat);
                    if last && !self.at_block_end() {
                        self.expected_with_help(
                            "the end of the block expected behind 'return'",
                            "write 'do return end' to leave early",
                        );
                    }
                }
                Err(Failed) => self.skip_to_statement(at),
            }
        }
        Block { stats, span: Span::new(start, self.tok.span.start.max(start)) }
    }

    fn stat(&mut self) -> Res<Stat> {
        let start = self.tok.span.start;
        let first = self.tok.kind;
        let opener = Opener { text: first.text(), span: self.tok.span };
        let kind = match first {
            Tok::Local => self.local()?,
            Tok::If => self.if_stat(opener)?,
            Tok::While => self.while_stat(opener)?,
            Tok::For => self.for_stat(opener)?,
            Tok::Repeat => self.repeat(opener)?,
            Tok::Do => {
                self.bump();
                let body = self.block();
                self.close_block(Tok::End, opener);
                StatKind::Do(body)
            }
            Tok::Function => self.function_stat(opener)?,
            Tok::Return => self.return_stat()?,
            Tok::Break => {
                self.bump();
                StatKind::Break
            }
            Tok::Goto => {
                self.bump();
                StatKind::Goto(self.name("a label name")?)
            }
            Tok::DoubleColon => {
                self.bump();
                let name = self.name("a label name")?;
                self.expect(Tok::DoubleColon, "behind the name of a label")?;
                StatKind::Label(name)
            }
            Tok::Name if self.at_word("type") && self.peek(1).kind == Tok::Name => self.type_decl()?,
            Tok::Name if self.at_word("interface") && self.peek(1).kind == Tok::Name => {
                self.interface_decl(opener)?
            }
            Tok::Name | Tok::LeftParen => self.expr_stat()?,
            _ => return Err(self.expected("a statement expected")),
        };
        Ok(Stat { kind, span: self.since(start) })
    }

    /// A call or an assignment.
    fn expr_stat(&mut self) -> Res<StatKind> {
        let expr = self.suffixed()?;
        if matches!(self.tok.kind, Tok::Assign | Tok::Comma) {
            let mut targets = vec![expr];
            while self.eat(Tok::Comma) {
                targets.push(self.nested(Self::suffixed)?);
            }
            for target in &targets {
                self.check_target(target);
            }
            self.expect(Tok::Assign, "behind the targets of an assignment")?;
            return Ok(StatKind::Assign { targets, values: self.exprs()? });
        }
        if matches!(expr.kind, ExprKind::Call { .. } | ExprKind::Method { .. })
            && !self.at_foreign_assignment()
        {
            return Ok(StatKind::Call(expr));
        }
        Err(self.no_statement(&expr))
    }

    fn check_target(&mut self, target: &Expr) {
        if !matches!(target.kind, ExprKind::Name(_) | ExprKind::Field { .. } | ExprKind::Index { .. }) {
            let error = SyntaxError::new(target.span, "cannot assign to this expression");
            self.report(error.help("a variable, 'a.b' or 'a[b]' stands left of '='"));
        }
    }

    /// `+=`, `++` and the like follow.
    fn at_foreign_assignment(&mut self) -> bool {
        let operator = matches!(
            self.tok.kind,
            Tok::Plus
                | Tok::Minus
                | Tok::Star
                | Tok::Slash
                | Tok::DoubleSlash
                | Tok::Percent
                | Tok::Caret
                | Tok::Concat
                | Tok::Ampersand
                | Tok::Pipe
                | Tok::ShiftLeft
                | Tok::ShiftRight
        );
        operator && (self.at_pair(self.tok.kind, Tok::Assign) || self.at_pair(Tok::Plus, Tok::Plus))
    }

    /// Reports an expression that stands where a statement should.
    fn no_statement(&mut self, expr: &Expr) -> Failed {
        if self.at_foreign_assignment() {
            let operator = self.tok.kind.text();
            let span = self.tok.span.to(self.peek(1).span);
            let written = String::from_utf8_lossy(self.text(span)).into_owned();
            // A long target or one over several lines would only clutter the hint.
            let target = match std::str::from_utf8(self.text(expr.span)) {
                Ok(text) if text.len() <= 40 && !text.contains('\n') => text,
                _ => "x",
            };
            let value = if written == "++" { "1" } else { "…" };
            let error = SyntaxError::new(span, format!("'{written}' is not an operator"));
            let failed = self.report(error.help(format!("write '{target} = {target} {operator} {value}'")));
            self.bump();
            self.bump();
            return failed;
        }
        let found = self.describe(self.tok);
        let error = match self.tok.kind {
            Tok::Equal => {
                SyntaxError::new(self.tok.span, "'=' expected behind the target of an assignment, found '=='")
            }
            _ if self.tok.on_new_line || self.at_block_end() => SyntaxError::new(
                expr.span,
                "this expression is not a statement, a call or an assignment expected",
            ),
            _ => SyntaxError::new(
                self.tok.span,
                format!("'=' or a call expected behind an expression, found {found}"),
            ),
        };
        self.report(error)
    }

    fn local(&mut self) -> Res<StatKind> {
        self.bump();
        if self.at(Tok::Function) {
            let opener = Opener { text: "function", span: self.tok.span };
            self.bump();
            let name = self.name("a function name");
            let body = self.function(opener)?;
            return Ok(StatKind::LocalFunction { name: name?, body });
        }
        let names = self.list(|p| {
            let name = p.typed_name("a variable name")?;
            if p.at(Tok::Less) {
                p.attribute();
            }
            Ok(name)
        })?;
        let values = if self.eat(Tok::Assign) { self.exprs()? } else { Vec::new() };
        Ok(StatKind::Local { names, values })
    }

    /// Reports `<const>` or `<close>` behind a local.
    fn attribute(&mut self) {
        let start = self.bump().span.start;
        self.eat(Tok::Name);
        self.eat(Tok::Greater);
        let error = SyntaxError::new(self.since(start), "attributes of locals are not part of the language");
        self.report(error.help("leave '<const>' and '<close>' out"));
    }

    fn if_stat(&mut self, opener: Opener) -> Res<StatKind> {
        let mut arms = Vec::new();
        let mut otherwise = None;
        loop {
            let word = self.bump().kind.text();
            let cond = self.condition(Tok::Then, word)?;
            arms.push((cond, self.block()));
            match self.tok.kind {
                Tok::ElseIf => {}
                Tok::Else => {
                    let word = self.bump().span;
                    if self.at(Tok::If) && !self.tok.on_new_line {
                        self.else_if.get_or_insert(word.to(self.tok.span));
                    }
                    otherwise = Some(self.block());
                    break;
                }
                _ => break,
            }
        }
        self.close_block(Tok::End, opener);
        Ok(StatKind::If { arms, otherwise })
    }

    /// The condition behind `word`, and the `then` or `do` behind it, which may be missing.
    fn condition(&mut self, close: Tok, word: &str) -> Res<Expr> {
        let start = self.tok.span.start;
        let mut cond = self.expr();
        if cond.is_ok() && self.at(Tok::Assign) {
            let error = SyntaxError::new(
                self.tok.span,
                format!("'==' expected in the condition of '{word}', found '='"),
            );
            self.report(error.help("'=' assigns, '==' compares"));
            self.bump();
            cond = self.expr();
        }
        if cond.is_ok() && !self.at(close) {
            self.expected(&format!("'{}' expected behind the condition of '{word}'", close.text()));
            if self.tok.on_new_line || self.at_block_end() {
                return cond;
            }
        }
        // The body is read whatever the condition was, so that its 'end' finds its opener.
        self.skip_header(close);
        cond.or_else(|Failed| Ok(Expr { kind: ExprKind::Nil, span: self.since(start) }))
    }

    /// Moves behind `close`, which ends the header of a block, skipping what should not be there.
    fn skip_header(&mut self, close: Tok) {
        if self.skip_to(close) {
            self.bump();
        }
    }

    fn while_stat(&mut self, opener: Opener) -> Res<StatKind> {
        self.bump();
        let cond = self.condition(Tok::Do, "while")?;
        let body = self.block();
        self.close_block(Tok::End, opener);
        Ok(StatKind::While { cond, body })
    }

    fn repeat(&mut self, opener: Opener) -> Res<StatKind> {
        self.bump();
        let body = self.block();
        if !self.at(Tok::Until) {
            self.close_block(Tok::Until, opener);
            return Err(Failed);
        }
        self.bump();
        Ok(StatKind::Repeat { body, cond: self.expr()? })
    }

    fn for_stat(&mut self, opener: Opener) -> Res<StatKind> {
        self.bump();
        let header = self.for_header();
        if header.is_ok() && !self.at(Tok::Do) {
            self.expected("'do' expected behind the header of 'for'");
        }
        self.skip_header(Tok::Do);
        let body = self.block();
        self.close_block(Tok::End, opener);
        let mut stat = header?;
        if let StatKind::NumericFor { body: slot, .. } | StatKind::GenericFor { body: slot, .. } = &mut stat {
            *slot = body;
        }
        Ok(stat)
    }

    /// What stands between `for` and `do`; the body is still empty.
    fn for_header(&mut self) -> Res<StatKind> {
        let mut vars = self.list(|p| {
            let name = p.name("a loop variable")?;
            if p.at(Tok::Colon) {
                let error = SyntaxError::new(p.tok.span, "a loop variable has no type annotation");
                p.report(error.help("its type follows from what the loop runs over"));
                p.bump();
                p.ty()?;
            }
            Ok(name)
        })?;
        let body = Block::default();
        if vars.len() == 1 && self.eat(Tok::Assign) {
            let start = self.expr()?;
            self.expect(Tok::Comma, "between start and limit of 'for'")?;
            let limit = self.expr()?;
            let step = if self.eat(Tok::Comma) { Some(self.expr()?) } else { None };
            let var = vars.swap_remove(0);
            return Ok(StatKind::NumericFor { var, start, limit, step, body });
        }
        let wanted = if vars.len() == 1 { "'=' or 'in' expected" } else { "'in' expected" };
        if !self.eat(Tok::In) {
            return Err(self.expected(&format!("{wanted} behind the variables of 'for'")));
        }
        Ok(StatKind::GenericFor { vars, exprs: self.exprs()?, body })
    }

    fn return_stat(&mut self) -> Res<StatKind> {
        self.bump();
        let empty = self.at_block_end() || self.at(Tok::Semicolon);
        let values = if empty { Vec::new() } else { self.exprs()? };
        self.eat(Tok::Semicolon);
        Ok(StatKind::Return(values))
    }

    fn function_stat(&mut self, opener: Opener) -> Res<StatKind> {
        self.bump();
        let header = self.function_name();
        let body = self.function(opener)?;
        let (root, fields, method) = header?;
        Ok(StatKind::Function { root, fields, method, body })
    }

    /// `a.b.c:m`
    fn function_name(&mut self) -> Res<(Name, Vec<Name>, Option<Name>)> {
        let root = self.name("a function name")?;
        let mut fields = Vec::new();
        while self.eat(Tok::Dot) {
            fields.push(self.name("a field name")?);
            self.link()?;
        }
        let method = if self.eat(Tok::Colon) { Some(self.name("a method name")?) } else { None };
        Ok((root, fields, method))
    }

    /// Parameters, result types, body and `end`.
    pub(super) fn function(&mut self, opener: Opener) -> Res<Box<Function>> {
        let signature = self.signature();
        if signature.is_err() {
            // The body is read all the same, so that its 'end' finds its opener.
            self.skip_header(Tok::RightParen);
        }
        let body = self.block();
        let end = self.close_block(Tok::End, opener);
        let signature = signature?;
        Ok(Box::new(Function {
            type_params: signature.type_params,
            params: signature.params,
            vararg: signature.vararg,
            returns: signature.returns,
            body,
            end,
        }))
    }
}
