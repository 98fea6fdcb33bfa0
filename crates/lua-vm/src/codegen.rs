//! Syntax tree to register code.
//!
//! One pass, expressions evaluated towards a destination register. Locals live in registers; one that is captured *and*
//! assigned after its declaration lives in a cell (found by a pass of its own before), so upvalues never refer to the stack.

use std::sync::Arc;

use lua_syntax::ast::Chunk;
use lua_syntax::{LineIndex, SyntaxError};

use self::function::{Func, Gen};
use crate::opcode::Op;
use crate::proto::Proto;

mod captures;
pub(crate) mod check;
mod expr;
mod function;
mod stat;

/// Compiles a tree without syntax errors. `name` is what messages call the chunk (usually the entry id).
///
/// Reports what the grammar cannot see: a `goto` without label, `break` outside a loop, `...` outside a vararg function, more
/// than 200 locals, too many upvalues or registers.
pub fn compile(chunk: &Chunk, name: &str, lines: &LineIndex) -> Result<Arc<Proto>, SyntaxError> {
    let cells = captures::find(&chunk.block);
    let mut g = Gen {
        funcs: vec![Func::new(true, chunk.block.span)],
        lines,
        source: name.into(),
        cells,
        naming: None,
    };
    g.f().open(false);
    g.stats(&chunk.block.stats, false)?;
    g.f().abc(Op::Return0, 0, 0, 0);
    g.f().close();
    g.f().check()?;
    let func = g.funcs.pop().expect("the chunk's function");
    let proto = func.finish(0, name.into(), "main chunk".into());
    if cfg!(any(debug_assertions, test)) {
        check::check(&proto).unwrap_or_else(|e| panic!("wrong code for {name}: {e}"));
    }
    Ok(Arc::new(proto))
}
