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
use crate::types::{self, Declared, Id, Places};

mod captures;
pub(crate) mod check;
mod expr;
mod function;
mod named;
mod stat;

/// Compiles a tree without syntax errors. `name` is what messages call the chunk (usually the entry id).
///
/// Reports what the grammar cannot see: a `goto` without label, `break` outside a loop, `...` outside a vararg function, more
/// than 200 locals, too many upvalues or registers, validators of types that are wrong.
///
/// # Errors
/// At least one mistake: all validators, or the first of the others.
pub fn compile(chunk: &Chunk, name: &str, lines: &LineIndex) -> Result<Arc<Proto>, Vec<SyntaxError>> {
    compile_unit(chunk, name, lines, &[])
}

/// [`compile`] for a unit that gives other units these names: where its code names one freely, it means its own, see
/// [`StaticsBuilder::name_linker`](crate::StaticsBuilder::name_linker).
///
/// # Errors
/// As [`compile`].
pub fn compile_unit(
    chunk: &Chunk,
    name: &str,
    lines: &LineIndex,
    imports: &[Box<str>],
) -> Result<Arc<Proto>, Vec<SyntaxError>> {
    let source: Arc<str> = name.into();
    let types = types::declare(&chunk.block, &source)?;
    let generate =
        |linked| generate(chunk, &source, (lines, imports), &types, linked).map_err(|mistake| vec![mistake]);
    let mut proto = generate(Vec::new())?;
    if let Err(linked) = proto {
        proto = generate(linked)?;
    }
    let mut proto = proto.expect("all types that need it are linked the second time");
    proto.types = types.map(|(declared, _)| declared);
    if cfg!(any(debug_assertions, test)) {
        check::check(&proto).unwrap_or_else(|e| panic!("wrong code for {name}: {e}"));
    }
    Ok(Arc::new(proto))
}

/// The code of a chunk with these types linked where it begins; or the types that have to be.
fn generate(
    chunk: &Chunk,
    source: &Arc<str>,
    (lines, imports): (&LineIndex, &[Box<str>]),
    types: &Option<(Arc<Declared>, Places)>,
    linked: Vec<Id>,
) -> Result<Result<Proto, Vec<Id>>, SyntaxError> {
    let mut g = Gen {
        funcs: vec![Func::new(true, chunk.block.span)],
        lines,
        source: source.clone(),
        imports,
        cells: captures::find(&chunk.block),
        naming: None,
        types: types.clone(),
        linked,
        unlinked: Vec::new(),
    };
    g.f().open(false);
    g.link_types(chunk.block.span)?;
    g.stats(&chunk.block.stats, false)?;
    g.f().abc(Op::Return0, 0, 0, 0);
    g.f().close();
    g.f().check()?;
    let func = g.funcs.pop().expect("the chunk's function");
    if !g.unlinked.is_empty() {
        return Ok(Err(g.unlinked));
    }
    Ok(Ok(func.finish(0, source.clone(), "main chunk".into())))
}
