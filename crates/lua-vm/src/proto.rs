//! A compiled function, shared by all processes of a node.

#![allow(unsafe_code, reason = "owns immortal strings and reads program counters")]

mod sealed;
mod wire;

pub use sealed::{CodeId, CodeKey, Unusable};

use std::sync::Arc;
use std::sync::atomic::AtomicU32;

use crate::opcode::Op;
use crate::symbol::Owned;
use crate::types::{Constant, Declared};
use crate::value::Value;

/// Where a closure takes an upvalue from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Capture {
    /// Register of the enclosing function: the value itself, or a cell.
    Register(u8),
    /// Upvalue of the enclosing function.
    Upvalue(u8),
    /// The closure that is being made (a `local function` that names itself).
    Itself,
}

/// What a register holds, for messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OperandKind {
    Local,
    Upvalue,
    Global,
    Field,
    Method,
    /// A string literal.
    Constant,
}

impl OperandKind {
    /// The kind with this number.
    fn from_byte(byte: u8) -> Option<OperandKind> {
        use OperandKind::*;
        [Local, Upvalue, Global, Field, Method, Constant].into_iter().find(|kind| *kind as u8 == byte)
    }
}

/// What an operand of one instruction is called in the source.
#[derive(Clone, Debug)]
pub(crate) struct Operand {
    /// Number of the instruction word.
    pub(crate) at: u32,
    pub(crate) reg: u8,
    pub(crate) kind: OperandKind,
    pub(crate) name: Arc<str>,
}

/// A compiled function with everything that its instructions refer to.
pub struct Proto {
    pub(crate) code: Box<[AtomicU32]>,
    /// Strings are in the stored form of table keys.
    pub(crate) consts: Box<[Value]>,
    pub(crate) protos: Box<[Proto]>,
    pub(crate) captures: Box<[Capture]>,
    pub(crate) params: u8,
    pub(crate) vararg: bool,
    pub(crate) max_stack: u16,
    /// Fuel of one call.
    pub(crate) cost: u32,
    /// Source line of each instruction.
    pub(crate) lines: Box<[u32]>,
    pub(crate) source: Arc<str>,
    pub(crate) name: Arc<str>,
    /// Sorted by `at`.
    pub(crate) operands: Box<[Operand]>,
    /// Constants that are no symbols, freed with this.
    pub(crate) owned: Owned,
    /// Constants that are types.
    pub(crate) own_types: Vec<Constant>,
    /// Of a chunk: the types that it declares.
    pub(crate) types: Option<Arc<Declared>>,
}

// SAFETY: constants are immortal strings or immediates and never change; instruction words are atomics.
unsafe impl Send for Proto {}
// SAFETY: as above.
unsafe impl Sync for Proto {}

impl Proto {
    /// Name of the chunk that it was compiled from.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Name of the function as the code that defined it says; `main chunk` for the chunk itself.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Line of its first instruction; 0 without any.
    pub fn first_line(&self) -> u32 {
        self.lines.first().copied().unwrap_or(0)
    }

    /// Fuel of one call of a function of so many instruction words.
    pub(crate) fn cost_of(words: usize) -> u32 {
        1 + words as u32 / 64
    }

    /// Line of the instruction before `pc`.
    pub(crate) fn line_at(&self, pc: *const AtomicU32) -> u32 {
        self.lines.get(self.index_before(pc)).copied().unwrap_or(0)
    }

    /// Whether the instruction before `pc` calls what register `reg` holds as a method.
    pub(crate) fn calls_method(&self, pc: *const AtomicU32, reg: u8) -> bool {
        let at = self.index_before(pc);
        self.operands_of(at).any(|o| o.reg == reg && o.kind == OperandKind::Method)
    }

    fn operands_of(&self, at: usize) -> impl Iterator<Item = &Operand> {
        let from = self.operands.partition_point(|o| (o.at as usize) < at);
        self.operands[from..].iter().take_while(move |o| o.at as usize == at)
    }

    /// ` (local 'x')` for the register of the instruction before `pc`, or nothing. Wide instructions are found too.
    pub(crate) fn operand_name(&self, at: usize, reg: u8) -> String {
        for o in self.operands_of(at) {
            if o.reg == reg {
                let kind = match o.kind {
                    OperandKind::Local => "local",
                    OperandKind::Upvalue => "upvalue",
                    OperandKind::Global => "global",
                    OperandKind::Field => "field",
                    OperandKind::Method => "method",
                    OperandKind::Constant => "constant",
                };
                return format!(" ({kind} '{}')", o.name);
            }
        }
        String::new()
    }

    /// As `operand_name`, for the instruction that `pc` is behind (or behind whose first word it is).
    pub(crate) fn operand_at(&self, pc: *const AtomicU32, reg: u8) -> String {
        let at = self.index_before(pc);
        let name = self.operand_name(at, reg);
        if !name.is_empty() || at == 0 {
            return name;
        }
        let word = self.code[at - 1].load(std::sync::atomic::Ordering::Relaxed);
        if Op::decode(word).is_some_and(Op::is_wide) { self.operand_name(at - 1, reg) } else { name }
    }

    /// Number of the instruction word before `pc`.
    pub(crate) fn index_before(&self, pc: *const AtomicU32) -> usize {
        let at = (pc as usize).wrapping_sub(self.code.as_ptr() as usize) / size_of::<AtomicU32>();
        at.saturating_sub(1).min(self.code.len().saturating_sub(1))
    }
}

impl std::fmt::Debug for Proto {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ({} words)", self.name, self.code.len())
    }
}
