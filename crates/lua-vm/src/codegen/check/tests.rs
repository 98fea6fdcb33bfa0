//! What the code generator never makes is found when it is made by hand.

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

use super::check;
use crate::opcode::{self, Op};
use crate::proto::Proto;

fn compiled(source: &str) -> Arc<Proto> {
    let parsed = lua_syntax::parse(source.as_bytes());
    assert!(parsed.errors.is_empty(), "{:?}", parsed.errors);
    let lines = lua_syntax::LineIndex::new(source.as_bytes());
    crate::compile(&parsed.chunk, "test", &lines).expect("it compiles")
}

/// Replaces the first instruction `op` of the chunk, or its second word, and checks.
fn changed(source: &str, op: Op, second: bool, change: impl Fn(u32) -> u32) -> String {
    let proto = compiled(source);
    assert_eq!(check(&proto), Ok(()));
    let at = proto.code.iter().position(|w| w.load(Relaxed) as u8 == op as u8).expect("it is there");
    let word = &proto.code[at + usize::from(second)];
    word.store(change(word.load(Relaxed)), Relaxed);
    check(&proto).expect_err("the change is found")
}

fn a(word: u32, a: u32) -> u32 {
    word & !0xff00 | a << 8
}

#[test]
fn operands_lie_within_their_bounds() {
    let found = changed("local a = 1", Op::LoadI, false, |w| a(w, 200));
    assert!(found.contains("register 200 of"), "{found}");
    let found = changed("local a = 'x'", Op::LoadK, false, |w| w | 9 << 16);
    assert!(found.contains("constant"), "{found}");
    let found = changed("local a = x.y", Op::GetField, true, |w| w | 9 << 16);
    assert!(found.contains("constant"), "{found}");
    let found = changed("local a = 1 local b = a + 1000000", Op::AddK, false, |w| w | 7 << 24);
    assert!(found.contains("constant 7 of"), "{found}");
    let found = changed("local f = function() end", Op::Closure, false, |w| w | 3 << 16);
    assert!(found.contains("function 3 of 1"), "{found}");
    let found = changed("local a = 1", Op::LoadI, false, |_| 0xff);
    assert!(found.contains("no instruction"), "{found}");
}

#[test]
fn jumps_lead_to_instructions_and_backward_only_where_they_are_charged() {
    let source = "while x do y = 1 end z = 2";
    let found = changed(source, Op::Loop, false, |w| (w as u8 as u32) | (1 << 8));
    assert!(found.contains("jumps to"), "{found}");
    let found = changed(source, Op::Test, true, |w| w + 1000);
    assert!(found.contains("no instruction"), "{found}");
    let found = changed(source, Op::Test, true, |_| -4i32 as u32);
    assert!(found.contains("jumps to"), "{found}");
    let found = changed("for i = 1, 2 do x = i end", Op::ForPrep, true, |w| w - 2);
    assert!(found.contains("loop of its own") || found.contains("no instruction"), "{found}");
    let found = changed("", Op::Return0, false, |_| opcode::abc(Op::LoadTrue, 0, 0, 0));
    assert!(found.contains("does not end with a return"), "{found}");
}

#[test]
fn open_results_are_taken_at_once() {
    let found = changed("x = {f()}", Op::SetList, false, |w| w & !0xff_0000 | 1 << 16);
    assert!(found.contains("open"), "{found}");
    let found = changed("f(1)", Op::Call, false, |w| w & !0xff_0000);
    assert!(found.contains("there are none"), "{found}");
    // The open values would begin with what is called, or not be there at all.
    let found = changed("f(...)", Op::VarArg, false, |w| a(w, 0));
    assert!(found.contains("open"), "{found}");
    let found = changed("x = {1}", Op::SetList, true, |_| u32::MAX);
    assert!(found.contains("begins at value"), "{found}");
    let found = changed("return f()", Op::TailCall, false, |w| a(w, 1));
    assert!(found.contains("return of its results"), "{found}");
}

#[test]
fn values_and_cells_are_not_taken_for_each_other() {
    let source = "local a = 1 local f = function() a = a + 1 end a = a";
    let found = changed(source, Op::CellGet, false, |w| w & !0xff | Op::Move as u32);
    assert!(found.contains("holds Cell, not a value"), "{found}");
    let found = changed(source, Op::NewCell, false, |_| opcode::abc(Op::Move, 0, 0, 0));
    assert!(found.contains("not Cell"), "{found}");
    let found = changed("local a = {1}", Op::NewTable, false, |_| opcode::abc(Op::LoadTrue, 0, 0, 0));
    assert!(found.contains("not Table"), "{found}");
}

#[test]
fn nothing_is_read_before_it_is_written() {
    let found = changed("local a = 1 local b = a", Op::Move, false, |w| w & !0xff_0000 | 2 << 16);
    assert!(found.contains("holds Nothing"), "{found}");
    let source = "local a = f(1) local b = a";
    let found = changed(source, Op::Move, false, |w| w & !0xff_0000 | 1 << 16);
    assert!(found.contains("holds Nothing"), "{found}");
    let found = changed("for i = 1, 2 do local x = i end", Op::Move, false, |w| w & !0xff_0000);
    assert!(found.contains("holds Loop"), "{found}");
}

/// In time that grows with their number only.
#[test]
fn labels_and_jumps_may_be_many() {
    let n = if cfg!(miri) { 50 } else { 20_000 };
    let forward: String = (0..n).map(|i| format!("if x then do goto l{i} end end ")).collect();
    let backward: String = (0..n).map(|i| format!("::l{i}:: if x then goto l{i} end ")).collect();
    let proto = compiled(&format!("{forward}{backward}"));
    assert_eq!(check(&proto), Ok(()));
    assert!(proto.code.len() > 4 * n);
    let source = format!("{forward}goto a goto b {backward}").replace("goto b ", "do goto lost end ");
    let parsed = lua_syntax::parse(source.as_bytes());
    let lines = lua_syntax::LineIndex::new(source.as_bytes());
    let mistakes = crate::compile(&parsed.chunk, "test", &lines).expect_err("two labels are missing");
    assert_eq!(mistakes[0].message, "no visible label 'a' for goto");
}
