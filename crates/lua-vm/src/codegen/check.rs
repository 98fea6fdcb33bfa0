//! Checks that generated code keeps to what the interpreter relies on: registers, constants, jumps.
//!
//! The interpreter reads registers, constants and jump distances unchecked. Here every instruction is looked at twice: alone
//! (operands within their bounds, jumps to instructions, backward ones charged), and on all ways through the function (what a
//! register holds where it is used: values and cells are never taken for each other, nothing is read before it is written).
//! Debug builds, tests and fuzzing check everything that is compiled.

mod flow;

use std::sync::atomic::Ordering::Relaxed;

use crate::opcode::{self, Op};
use crate::proto::{Capture, Proto};
use crate::value;

/// Checks a function and all inside it; the error names the instruction and what is wrong with it.
pub(crate) fn check(proto: &Proto) -> Result<(), String> {
    let types = proto.types.as_ref().is_none_or(|declared| declared.is_whole());
    types.then_some(()).ok_or("a type refers to one that is not there")?;
    verify(proto).map(|_| ())
}

/// What a function takes its upvalues for.
type Upvalues = Vec<Option<flow::Holds>>;

/// As `check`; also says what each upvalue must be.
fn verify(proto: &Proto) -> Result<Upvalues, String> {
    let inner: Vec<Upvalues> = proto.protos.iter().map(verify).collect::<Result<_, _>>()?;
    let code = Code::read(proto).map_err(|e| format!("{}: {e}", proto.name))?;
    code.each().and_then(|()| flow::follow(&code, &inner)).map_err(|e| format!("{}: {e}", proto.name))
}

/// A function's instructions, decoded.
struct Code<'a> {
    proto: &'a Proto,
    words: Vec<u32>,
    /// The instruction that starts at a word; `None` = the second word of one.
    ops: Vec<Option<Op>>,
    registers: usize,
}

impl Code<'_> {
    fn read(proto: &Proto) -> Result<Code<'_>, String> {
        let words: Vec<u32> = proto.code.iter().map(|w| w.load(Relaxed)).collect();
        let mut ops = vec![None; words.len()];
        let mut at = 0;
        while at < words.len() {
            let op = Op::decode(words[at]).ok_or_else(|| format!("word {at} is no instruction"))?;
            ops[at] = Some(op);
            at += 1 + usize::from(op.is_wide());
        }
        if at != words.len() {
            return Err("the last instruction is cut".into());
        }
        let code = Code { proto, words, ops, registers: proto.max_stack as usize };
        if proto.lines.len() != code.words.len() {
            return Err("lines and words differ in number".into());
        }
        if usize::from(proto.params) > code.registers {
            return Err("more parameters than registers".into());
        }
        if !proto.operands.is_sorted_by_key(|o| o.at) {
            return Err("names of operands are out of order".into());
        }
        Ok(code)
    }

    /// Looks at each instruction alone.
    fn each(&self) -> Result<(), String> {
        let mut at = 0;
        let mut last: Option<usize> = None;
        while at < self.words.len() {
            let op = self.ops[at].expect("instructions follow each other");
            self.operands(at, op).map_err(|e| format!("{op:?} at {at}: {e}"))?;
            if let Some(from) = self.takes_open(at) {
                let open = last.and_then(|last| self.opens(last)).is_some_and(|first| from <= first);
                open.then_some(())
                    .ok_or_else(|| format!("{op:?} at {at}: takes open values, there are none"))?;
            }
            last = Some(at);
            at = self.after(at);
        }
        match last.and_then(|last| self.ops[last]) {
            Some(Op::Return | Op::Return0 | Op::Return1) => Ok(()),
            _ => Err("the code does not end with a return".into()),
        }
    }

    /// The word behind the instruction at `at`.
    fn after(&self, at: usize) -> usize {
        at + 1 + usize::from(self.ops[at].is_some_and(Op::is_wide))
    }

    /// Where the instruction at `at` jumps to, if it is one that jumps.
    fn target(&self, at: usize) -> Option<i64> {
        let end = self.after(at) as i64;
        match self.ops[at]? {
            Op::Jump | Op::Loop => Some(end + opcode::sj(self.words[at]) as i64),
            op if op.jumps() => Some(end + i64::from(self.words[at + 1] as i32)),
            _ => None,
        }
    }

    /// What an instruction with an open end (`f(g())`) leaves open: the first register.
    fn opens(&self, at: usize) -> Option<usize> {
        let w = self.words[at];
        match self.ops[at]? {
            Op::Call | Op::VarArg if opcode::c(w) == 0 => Some(opcode::a(w)),
            Op::TailCall => Some(opcode::a(w)),
            _ => None,
        }
    }

    /// Whether it takes all values up to the top, and from which register on: behind the function or the table.
    fn takes_open(&self, at: usize) -> Option<usize> {
        // Behind the last instruction there is none.
        let w = *self.words.get(at)?;
        match self.ops[at]? {
            Op::Call | Op::TailCall if opcode::b(w) == 0 => Some(opcode::a(w) + 1),
            Op::SetList if opcode::b(w) == 255 => Some(opcode::a(w) + 1),
            Op::Return if opcode::b(w) == 0 => Some(opcode::a(w)),
            _ => None,
        }
    }

    fn operands(&self, at: usize, op: Op) -> Result<(), String> {
        let w = self.words[at];
        let (a, b, c) = (opcode::a(w), opcode::b(w), opcode::c(w));
        let next = || self.words[at + 1];
        self.registers_of(op, w)?;
        match op {
            Op::LoadK => self.constant(opcode::bx(w), |_| true)?,
            Op::LoadKX => self.constant(next() as usize, |_| true)?,
            Op::GetGlobal | Op::SetGlobal if b != 0 => {}
            Op::GetGlobal | Op::SetGlobal | Op::GetField | Op::SetField | Op::Method => {
                // A string in the form of keys, with its hash in the upper half.
                self.constant((next() >> 16) as usize, |tag| tag & 0xffff_ffff == value::STR)?;
            }
            _ if op.has_number_constant() => {
                self.constant(c, |tag| tag == value::INT || tag == value::FLOAT)?;
            }
            Op::LtK | Op::LeK | Op::GtK | Op::GeK => {
                self.constant(b, |tag| tag == value::INT || tag == value::FLOAT)?;
            }
            Op::EqK => self.constant(b, |_| true)?,
            Op::GetUp | Op::GetUpCell | Op::SetUpCell => {
                let upvalues = self.proto.captures.len();
                (b < upvalues).then_some(()).ok_or_else(|| format!("upvalue {b} of {upvalues}"))?;
            }
            Op::Closure => self.captures(opcode::bx(w))?,
            // Each value before the first one here was put into a register.
            Op::SetList if next() as usize > self.words.len() * 255 => {
                return Err(format!("begins at value {}", next()));
            }
            Op::Concat if c < 2 => return Err("fewer than two operands".into()),
            Op::VarArg if !self.proto.vararg => return Err("the function has no variable arguments".into()),
            Op::TailCall => {
                let next = self.after(at);
                let follows =
                    self.ops.get(next) == Some(&Some(Op::Return)) && opcode::a(self.words[next]) == a;
                follows.then_some(()).ok_or("no return of its results follows")?;
            }
            Op::ForCall => {
                let next = self.after(at);
                let follows = self.ops.get(next) == Some(&Some(Op::ForNext));
                let same =
                    follows && opcode::a(self.words[next]) == a && self.target(at) == self.target(next);
                same.then_some(()).ok_or("its continuation does not follow")?;
            }
            _ => {}
        }
        if let Some(first) = self.opens(at) {
            let taken = self.takes_open(self.after(at)).is_some_and(|from| from <= first);
            taken.then_some(()).ok_or("nothing takes its open results")?;
        }
        self.jump(at, op)
    }

    /// The registers that it names exist.
    fn registers_of(&self, op: Op, w: u32) -> Result<(), String> {
        let last = op.last_register(w);
        match last {
            Some(last) if last >= self.registers => Err(format!("register {last} of {}", self.registers)),
            _ => Ok(()),
        }
    }

    fn constant(&self, k: usize, fits: impl Fn(u64) -> bool) -> Result<(), String> {
        match self.proto.consts.get(k) {
            None => Err(format!("constant {k} of {}", self.proto.consts.len())),
            Some(v) if fits(v.tag) => Ok(()),
            Some(_) => Err(format!("constant {k} is of the wrong type")),
        }
    }

    fn captures(&self, n: usize) -> Result<(), String> {
        let Some(inner) = self.proto.protos.get(n) else {
            return Err(format!("function {n} of {}", self.proto.protos.len()));
        };
        for capture in &inner.captures {
            match *capture {
                Capture::Register(r) if usize::from(r) >= self.registers => {
                    return Err(format!("captures register {r} of {}", self.registers));
                }
                Capture::Upvalue(u) if usize::from(u) >= self.proto.captures.len() => {
                    return Err(format!("captures upvalue {u} of {}", self.proto.captures.len()));
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// A jump leads to an instruction, and backward only where it is charged.
    fn jump(&self, at: usize, op: Op) -> Result<(), String> {
        let Some(target) = self.target(at) else { return Ok(()) };
        let end = self.after(at) as i64;
        let charged = matches!(op, Op::Loop | Op::ForLoop | Op::ForCall | Op::ForNext);
        if charged != (target < end) {
            return Err(format!("jumps to {target} from {end}"));
        }
        let at_instruction =
            |to: i64| usize::try_from(to).is_ok_and(|to| matches!(self.ops.get(to), Some(Some(_))));
        if !at_instruction(target) {
            return Err(format!("jumps to {target}, which is no instruction"));
        }
        // Values left open are taken by the next instruction, whichever way it is reached.
        if self.takes_open(target as usize).is_some() {
            return Err(format!("jumps to {target}, which takes open values"));
        }
        if op == Op::ForPrep {
            let end_of_loop = self.ops[target as usize] == Some(Op::ForLoop)
                && opcode::a(self.words[target as usize]) == opcode::a(self.words[at])
                && self.target(target as usize) == Some(end)
                && at_instruction(target + 2);
            end_of_loop.then_some(()).ok_or("leads to no loop of its own")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
