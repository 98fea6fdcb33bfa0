//! State of a function under compilation: instructions, registers, scopes, constants, upvalues.

use std::sync::Arc;
use std::sync::atomic::AtomicU32;

use lua_syntax::{LineIndex, Span, SyntaxError};
use rustc_hash::{FxHashMap, FxHashSet};

use super::captures::Cells;
use crate::opcode::{self, Op};
use crate::proto::{Capture, Operand, OperandKind, Proto};
use crate::symbol;
use crate::types::{BuiltIn, Constant, Declared, Id, Places, Type};
use crate::value::Value;

pub(super) type Result<T> = std::result::Result<T, SyntaxError>;
pub(super) type Reg = u8;

pub(super) const MAX_LOCALS: usize = 200;
const MAX_REGISTERS: u32 = 250;
/// Instruction words of a function; jumps reach twice as far.
const MAX_WORDS: usize = 1 << 22;
/// Marks a place to be patched as a distance word rather than a jump instruction.
const DISTANCE: usize = 1 << 40;

pub(super) fn error<T>(span: Span, message: impl Into<String>) -> Result<T> {
    Err(SyntaxError { message: message.into(), span, help: None })
}

#[derive(Clone)]
pub(super) struct Local {
    pub(super) name: Box<str>,
    pub(super) reg: Reg,
    pub(super) cell: bool,
    /// It is no local but the name of a type, which lies in no register.
    pub(super) ty: Option<Id>,
}

pub(super) struct Upvalue {
    pub(super) name: Box<str>,
    pub(super) capture: Capture,
    pub(super) cell: bool,
}

/// A block that is open.
pub(super) struct Scope {
    /// Number of locals and free registers when it was opened.
    locals: usize,
    free: u32,
    /// Where the labels of the block are.
    labels: FxHashMap<Box<str>, usize>,
    /// Jumps in it, blocks that it contains included, to labels that were not seen yet.
    gotos: Gotos,
    /// Jumps of `break` to be patched, if it is a loop.
    pub(super) breaks: Option<Vec<usize>>,
}

struct Goto {
    at: usize,
    span: Span,
    locals: usize,
}

/// By the name of the label.
type Gotos = FxHashMap<Box<str>, Vec<Goto>>;

#[derive(PartialEq, Eq, Hash)]
enum ConstKey {
    Int(i64),
    Float(u64),
    Str(Box<[u8]>),
    Word(u64),
    BuiltIn(u8),
    Type(Id),
}

pub(super) struct Func {
    code: Vec<u32>,
    lines: Vec<u32>,
    line: u32,
    consts: Vec<Value>,
    const_map: FxHashMap<ConstKey, usize>,
    owned: symbol::Owned,
    own_types: Vec<Constant>,
    pub(super) protos: Vec<Proto>,
    operands: Vec<Operand>,
    /// Names of operands, each once.
    names: FxHashSet<Arc<str>>,
    pub(super) locals: Vec<Local>,
    pub(super) upvals: Vec<Upvalue>,
    pub(super) scopes: Vec<Scope>,
    /// Jumps of the whole function that found no label.
    lost: Gotos,
    pub(super) free: u32,
    max: u32,
    pub(super) vararg: bool,
    /// The name that the function under construction has inside itself, for self-capture.
    pub(super) itself: Option<Reg>,
    pub(super) start: Span,
}

impl Func {
    pub(super) fn new(vararg: bool, start: Span) -> Func {
        Func {
            code: Vec::new(),
            lines: Vec::new(),
            line: 0,
            consts: Vec::new(),
            const_map: FxHashMap::default(),
            owned: symbol::Owned::default(),
            own_types: Vec::new(),
            protos: Vec::new(),
            operands: Vec::new(),
            names: FxHashSet::default(),
            locals: Vec::new(),
            upvals: Vec::new(),
            scopes: Vec::new(),
            lost: Gotos::default(),
            free: 0,
            max: 2,
            vararg,
            itself: None,
            start,
        }
    }

    pub(super) fn finish(mut self, params: u8, source: Arc<str>, name: Box<str>) -> Proto {
        let code: Box<[AtomicU32]> = self.code.drain(..).map(AtomicU32::new).collect();
        Proto {
            cost: Proto::cost_of(code.len()),
            code,
            consts: std::mem::take(&mut self.consts).into(),
            protos: std::mem::take(&mut self.protos).into(),
            captures: self.upvals.iter().map(|u| u.capture).collect(),
            params,
            vararg: self.vararg,
            max_stack: self.max as u16 + 1,
            lines: std::mem::take(&mut self.lines).into(),
            source,
            name: name.into(),
            operands: std::mem::take(&mut self.operands).into(),
            owned: std::mem::take(&mut self.owned),
            own_types: std::mem::take(&mut self.own_types),
            types: None,
        }
    }

    // ---- instructions --------------------------------------------------------------------------------------------

    pub(super) fn set_line(&mut self, lines: &LineIndex, span: Span) {
        self.line = lines.line(span.start);
    }
    pub(super) fn line(&self) -> u32 {
        self.line
    }
    pub(super) fn restore_line(&mut self, line: u32) {
        self.line = line;
    }
    pub(super) fn here(&self) -> usize {
        self.code.len()
    }
    pub(super) fn word(&mut self, w: u32) -> usize {
        self.code.push(w);
        self.lines.push(self.line);
        self.code.len() - 1
    }
    pub(super) fn abc(&mut self, op: Op, a: Reg, b: Reg, c: Reg) -> usize {
        self.word(opcode::abc(op, a, b, c))
    }
    pub(super) fn abx(&mut self, op: Op, a: Reg, bx: u16) -> usize {
        self.word(opcode::abx(op, a, bx))
    }
    /// An instruction whose next word is a jump distance, to be patched: the number of that word.
    pub(super) fn jumping(&mut self, op: Op, a: Reg, b: Reg, c: Reg) -> usize {
        self.abc(op, a, b, c);
        self.word(0) | DISTANCE
    }
    /// A forward jump, to be patched.
    pub(super) fn jump(&mut self) -> usize {
        self.word(Op::Jump as u32)
    }
    /// Makes the jump at `at` (a jump instruction or a distance word) lead to `target`.
    pub(super) fn patch_to(&mut self, at: usize, target: usize) {
        let is_word = at & DISTANCE != 0;
        let at = at & !DISTANCE;
        let distance = target as i64 - (at as i64 + 1);
        self.code[at] = if is_word {
            distance as i32 as u32
        } else {
            (self.code[at] & 0xff) | ((distance as i32 as u32) << 8)
        };
    }
    pub(super) fn patch(&mut self, at: usize) {
        self.patch_to(at, self.here());
    }
    pub(super) fn patch_all(&mut self, list: Vec<usize>) {
        for at in list {
            self.patch(at);
        }
    }
    /// A backward jump to `target`.
    pub(super) fn loop_to(&mut self, target: usize) {
        let at = self.word(Op::Loop as u32);
        self.patch_to(at, target);
    }
    /// Says what an operand of the next instruction is called in messages.
    pub(super) fn operand(&mut self, reg: Reg, what: Option<(OperandKind, Box<str>)>) {
        if let Some((kind, name)) = what {
            let name = match self.names.get(&*name) {
                Some(name) => name.clone(),
                None => {
                    let name: Arc<str> = name.into();
                    self.names.insert(name.clone());
                    name
                }
            };
            self.operands.push(Operand { at: self.code.len() as u32, reg, kind, name });
        }
    }

    // ---- registers -----------------------------------------------------------------------------------------------

    pub(super) fn reserve(&mut self, n: u32, span: Span) -> Result<Reg> {
        let first = self.free;
        if first + n > MAX_REGISTERS {
            return error(span, "function or expression needs too many registers (limit is 250)");
        }
        self.free += n;
        self.max = self.max.max(self.free);
        Ok(first as Reg)
    }
    pub(super) fn release_to(&mut self, free: u32) {
        self.free = free;
    }

    // ---- constants -----------------------------------------------------------------------------------------------

    fn constant(&mut self, key: ConstKey, value: Value) -> usize {
        let next = self.consts.len();
        let at = *self.const_map.entry(key).or_insert(next);
        if at == next {
            self.consts.push(value);
        }
        at
    }
    pub(super) fn int(&mut self, i: i64) -> usize {
        self.constant(ConstKey::Int(i), Value::int(i))
    }
    pub(super) fn float(&mut self, f: f64) -> usize {
        self.constant(ConstKey::Float(f.to_bits()), Value::float(f))
    }
    pub(super) fn simple(&mut self, v: Value) -> usize {
        self.constant(ConstKey::Word(v.tag), v)
    }
    pub(super) fn string(&mut self, bytes: &[u8]) -> usize {
        if let Some(at) = self.const_map.get(&ConstKey::Str(bytes.into())) {
            return *at;
        }
        let value = symbol::constant(bytes, &mut self.owned);
        self.constant(ConstKey::Str(bytes.into()), value)
    }

    pub(super) fn built_in(&mut self, of: BuiltIn) -> usize {
        self.type_constant(ConstKey::BuiltIn(of as u8), || Type::built_in(of))
    }
    pub(super) fn declared(&mut self, types: &Arc<Declared>, at: Id) -> usize {
        self.type_constant(ConstKey::Type(at), || Type { graph: types.graph.clone(), at })
    }
    fn type_constant(&mut self, key: ConstKey, ty: impl FnOnce() -> Type) -> usize {
        if let Some(at) = self.const_map.get(&key) {
            return *at;
        }
        let constant = Constant::new(ty());
        let value = constant.value();
        self.own_types.push(constant);
        self.constant(key, value)
    }

    /// Whether a constant is a short text.
    pub(super) fn is_quick(&self, k: usize) -> bool {
        (self.consts[k].tag >> 32) as u32 & symbol::QUICK != 0
    }

    // ---- scopes --------------------------------------------------------------------------------------------------

    pub(super) fn open(&mut self, is_loop: bool) {
        self.scopes.push(Scope {
            locals: self.locals.len(),
            free: self.free,
            labels: FxHashMap::default(),
            gotos: Gotos::default(),
            breaks: is_loop.then(Vec::new),
        });
    }
    /// Closes the innermost scope and returns its breaks.
    pub(super) fn close(&mut self) -> Vec<usize> {
        let scope = self.scopes.pop().expect("scopes are balanced");
        self.locals.truncate(scope.locals);
        self.free = scope.free;
        let outer = self.scopes.last_mut().map_or(&mut self.lost, |outer| &mut outer.gotos);
        for (name, gotos) in scope.gotos {
            let to = outer.entry(name).or_default();
            to.extend(gotos.into_iter().map(|g| Goto { locals: g.locals.min(scope.locals), ..g }));
        }
        scope.breaks.unwrap_or_default()
    }
    pub(super) fn declare(&mut self, name: &str, reg: Reg, cell: bool, span: Span) -> Result<()> {
        let types = |list: &[Local]| list.iter().filter(|l| l.ty.is_some()).count();
        if self.locals.len() >= MAX_LOCALS && self.locals.len() - types(&self.locals) >= MAX_LOCALS {
            return error(span, format!("too many local variables (limit is {MAX_LOCALS})"));
        }
        self.locals.push(Local { name: name.into(), reg, cell, ty: None });
        Ok(())
    }
    /// Makes a type visible from here on, until the scope is closed.
    pub(super) fn declare_type(&mut self, name: &str, ty: Id) {
        self.locals.push(Local { name: name.into(), reg: 0, cell: false, ty: Some(ty) });
    }
    pub(super) fn find_local(&self, name: &str) -> Option<&Local> {
        self.locals.iter().rev().find(|l| &*l.name == name)
    }

    // ---- goto ----------------------------------------------------------------------------------------------------

    pub(super) fn goto(&mut self, name: &str, span: Span) {
        if let Some(target) = self.scopes.iter().rev().find_map(|scope| scope.labels.get(name)) {
            self.loop_to(*target);
            return;
        }
        let (at, locals) = (self.jump(), self.locals.len());
        let scope = self.scopes.last_mut().expect("a function has a scope");
        scope.gotos.entry(name.into()).or_default().push(Goto { at, span, locals });
    }

    /// `last` = only empty statements follow in the block, so that its locals are out of scope already.
    pub(super) fn label(&mut self, name: &str, last: bool, span: Span) -> Result<()> {
        if self.scopes.iter().any(|scope| scope.labels.contains_key(name)) {
            return error(span, format!("label '{name}' is defined twice"));
        }
        let here = self.here();
        let scope = self.scopes.last_mut().expect("a function has a scope");
        let locals = if last { scope.locals } else { self.locals.len() };
        scope.labels.insert(name.into(), here);
        for g in scope.gotos.remove(name).unwrap_or_default() {
            if g.locals < locals {
                let local = &self.locals[g.locals].name;
                return error(g.span, format!("goto '{name}' jumps into the scope of local '{local}'"));
            }
            self.patch_to(g.at, here);
        }
        Ok(())
    }

    pub(super) fn check(&self) -> Result<()> {
        if self.code.len() > MAX_WORDS || self.protos.len() > 0xffff {
            return error(self.start, "function is too large");
        }
        let lost = self.lost.iter().flat_map(|(name, gotos)| gotos.iter().map(move |g| (g, name)));
        match lost.min_by_key(|(g, _)| g.at) {
            Some((g, name)) => error(g.span, format!("no visible label '{name}' for goto")),
            None => Ok(()),
        }
    }
}

/// All functions under compilation, innermost last, and what they share.
pub(super) struct Gen<'a> {
    pub(super) funcs: Vec<Func>,
    pub(super) lines: &'a LineIndex,
    pub(super) source: Arc<str>,
    /// Names that other units give to the unit.
    pub(super) imports: &'a [Box<str>],
    pub(super) cells: Cells,
    /// What the function expression that comes next is called in tracebacks.
    pub(super) naming: Option<Box<str>>,
    /// The types that the chunk declares.
    pub(super) types: Option<(Arc<Declared>, Places)>,
    /// Types that name others of other units and lie, linked, in locals of the chunk.
    pub(super) linked: Vec<Id>,
    /// Those that should.
    pub(super) unlinked: Vec<Id>,
}

/// What a name means.
pub(super) enum Var {
    Local {
        reg: Reg,
        cell: bool,
    },
    Upvalue {
        at: u8,
        cell: bool,
    },
    /// A type that the chunk declares.
    Type(Id),
    Global,
}

impl Gen<'_> {
    pub(super) fn f(&mut self) -> &mut Func {
        self.funcs.last_mut().expect("a function is under compilation")
    }

    pub(super) fn resolve(&mut self, name: &str, span: Span) -> Result<Var> {
        let level = self.funcs.len() - 1;
        if self.types.is_some()
            && let Some(nearest) = self.funcs.iter().rev().find_map(|f| f.find_local(name))
            && let Some(ty) = nearest.ty
        {
            return Ok(Var::Type(ty));
        }
        if let Some(l) = self.funcs[level].find_local(name) {
            return Ok(Var::Local { reg: l.reg, cell: l.cell });
        }
        Ok(match self.upvalue(level, name, span)? {
            Some(at) => Var::Upvalue { at, cell: self.funcs[level].upvals[at as usize].cell },
            None => Var::Global,
        })
    }

    fn upvalue(&mut self, level: usize, name: &str, span: Span) -> Result<Option<u8>> {
        if let Some(i) = self.funcs[level].upvals.iter().position(|u| &*u.name == name) {
            // An upvalue of the same name could be another variable only if the outer scope changed meanwhile, which
            // it cannot while this function is being compiled.
            return Ok(Some(i as u8));
        }
        if level == 0 {
            return Ok(None);
        }
        let outer = &self.funcs[level - 1];
        let (capture, cell) = match outer.find_local(name) {
            Some(l) if outer.itself == Some(l.reg) && !l.cell => (Capture::Itself, false),
            Some(l) => (Capture::Register(l.reg), l.cell),
            None => match self.upvalue(level - 1, name, span)? {
                Some(at) => (Capture::Upvalue(at), self.funcs[level - 1].upvals[at as usize].cell),
                None => return Ok(None),
            },
        };
        let upvals = &mut self.funcs[level].upvals;
        if upvals.len() >= 255 {
            return error(span, "function has too many upvalues (limit is 255)");
        }
        upvals.push(Upvalue { name: name.into(), capture, cell });
        Ok(Some(upvals.len() as u8 - 1))
    }
}
