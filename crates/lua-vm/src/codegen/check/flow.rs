//! Follows all ways through a function and what its registers hold on them.

use rustc_hash::FxHashMap;

use super::{Code, Upvalues};
use crate::opcode::{self, Op};
use crate::proto::Capture;

/// What a register holds at some place, whichever way led there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Holds {
    /// Nothing that may be used.
    Nothing,
    Value,
    /// A table that a constructor fills: a value, too.
    Table,
    Cell,
    /// Index, limit or step of a numeric loop in the form of `ForPrep`.
    Loop,
}

impl Holds {
    fn is_value(self) -> bool {
        matches!(self, Holds::Value | Holds::Table)
    }

    fn or(self, other: Holds) -> Holds {
        match (self, other) {
            _ if self == other => self,
            _ if self.is_value() && other.is_value() => Holds::Value,
            _ => Holds::Nothing,
        }
    }
}

/// Checks the uses of all registers; the result says what the function takes its upvalues for.
pub(super) fn follow(code: &Code<'_>, inner: &[Upvalues]) -> Result<Upvalues, String> {
    let mut flow = Flow {
        code,
        inner,
        upvalues: vec![None; code.proto.captures.len()],
        targets: FxHashMap::default(),
        registers: Vec::new(),
        changed: true,
    };
    while std::mem::take(&mut flow.changed) {
        flow.pass()?;
    }
    Ok(flow.upvalues)
}

struct Flow<'a> {
    code: &'a Code<'a>,
    inner: &'a [Upvalues],
    upvalues: Upvalues,
    /// What registers hold at targets of jumps.
    targets: FxHashMap<usize, Vec<Holds>>,
    registers: Vec<Holds>,
    changed: bool,
}

type Checked = Result<(), String>;

impl Flow<'_> {
    /// Walks over all instructions that are reached.
    fn pass(&mut self) -> Checked {
        self.registers = vec![Holds::Nothing; self.code.registers];
        self.set(0, self.code.proto.params.into());
        let mut reached = true;
        let mut at = 0;
        while at < self.code.words.len() {
            let next = self.code.after(at);
            if let Some(known) = self.targets.get(&at) {
                if reached {
                    let now = std::mem::take(&mut self.registers);
                    self.arrive(at, &now);
                    self.registers.clone_from(&self.targets[&at]);
                } else {
                    self.registers.clone_from(known);
                }
                reached = true;
            }
            if reached {
                let op = self.code.ops[at].expect("an instruction");
                self.step(at, op).map_err(|e| format!("{op:?} at {at}: {e}"))?;
                reached = !matches!(op, Op::Jump | Op::Loop | Op::Return | Op::Return0 | Op::Return1);
            }
            at = next;
        }
        Ok(())
    }

    /// A way leads to `target` with these registers.
    fn arrive(&mut self, target: usize, registers: &[Holds]) {
        match self.targets.get_mut(&target) {
            None => {
                self.targets.insert(target, registers.to_vec());
                self.changed = true;
            }
            Some(known) => {
                for (known, new) in known.iter_mut().zip(registers) {
                    let both = known.or(*new);
                    self.changed |= both != *known;
                    *known = both;
                }
            }
        }
    }

    fn jump(&mut self, at: usize) {
        self.leave(self.code.target(at).expect("it jumps") as usize);
    }

    /// A way leads from here to `target`.
    fn leave(&mut self, target: usize) {
        let registers = std::mem::take(&mut self.registers);
        self.arrive(target, &registers);
        self.registers = registers;
    }

    fn step(&mut self, at: usize, op: Op) -> Checked {
        let w = self.code.words[at];
        let (a, b, c) = (opcode::a(w), opcode::b(w), opcode::c(w));
        reads(op, w).into_iter().try_for_each(|r| self.read(r))?;
        match op {
            Op::LoadNil => self.set(a, b + 1),
            Op::GetUp => {
                self.upvalue(b, Holds::Value)?;
                self.set(a, 1);
            }
            Op::GetUpCell => {
                self.upvalue(b, Holds::Cell)?;
                self.set(a, 1);
            }
            Op::SetUpCell => self.upvalue(b, Holds::Cell)?,
            Op::NewCell => self.registers[a] = Holds::Cell,
            Op::CellGet => {
                self.is(b, Holds::Cell)?;
                self.set(a, 1);
            }
            Op::CellSet => self.is(a, Holds::Cell)?,
            Op::Method => self.set(a, 2),
            Op::NewTable => self.registers[a] = Holds::Table,
            Op::SetList => self.is(a, Holds::Table)?,
            Op::Call | Op::TailCall => {
                self.registers[a..].fill(Holds::Nothing);
                self.set(a, if op == Op::TailCall { 0 } else { c.saturating_sub(1) });
            }
            Op::VarArg => self.set(a, c.saturating_sub(1)),
            Op::Closure => self.closure(a, opcode::bx(w))?,
            Op::ForPrep => {
                self.leave(self.code.target(at).expect("it jumps") as usize + 2);
                self.registers[a..a + 3].fill(Holds::Loop);
                self.set(a + 3, 1);
            }
            Op::ForLoop => {
                (a..a + 3).try_for_each(|r| self.is(r, Holds::Loop))?;
                let before = self.registers[a + 3];
                self.set(a + 3, 1);
                self.jump(at);
                self.registers[a + 3] = before;
            }
            Op::ForCall => {
                self.leave(self.code.after(at) + 2);
                self.registers[a + 4..].fill(Holds::Nothing);
                self.set(a + 4, c);
                self.jump(at);
            }
            Op::Return | Op::Return0 | Op::Return1 => {}
            Op::SetGlobal | Op::SetField | Op::SetIndex | Op::SetInt => {}
            _ if self.code.target(at).is_some() => self.jump(at),
            _ => self.set(a, 1),
        }
        Ok(())
    }

    fn set(&mut self, from: usize, n: usize) {
        self.registers[from..from + n].fill(Holds::Value);
    }

    fn read(&self, r: usize) -> Checked {
        if self.registers[r].is_value() {
            return Ok(());
        }
        Err(format!("register {r} holds {:?}, not a value", self.registers[r]))
    }

    fn is(&self, r: usize, what: Holds) -> Checked {
        if self.registers[r] == what {
            return Ok(());
        }
        Err(format!("register {r} holds {:?}, not {what:?}", self.registers[r]))
    }

    fn upvalue(&mut self, u: usize, what: Holds) -> Checked {
        match self.upvalues[u].replace(what) {
            Some(before) if before != what => Err(format!("upvalue {u} is {what:?} and {before:?}")),
            _ => Ok(()),
        }
    }

    fn closure(&mut self, a: usize, n: usize) -> Checked {
        let code = self.code;
        for (i, capture) in code.proto.protos[n].captures.iter().enumerate() {
            let wanted = self.inner[n][i];
            match *capture {
                Capture::Register(r) => match wanted {
                    Some(Holds::Cell) => self.is(r.into(), Holds::Cell)?,
                    Some(_) => self.read(r.into())?,
                    None if self.registers[usize::from(r)] == Holds::Cell => {}
                    None => self.read(r.into())?,
                },
                Capture::Upvalue(u) => {
                    if let Some(wanted) = wanted {
                        self.upvalue(u.into(), wanted)?;
                    }
                }
                Capture::Itself if wanted == Some(Holds::Cell) => {
                    return Err(format!("function {n} takes itself for a cell"));
                }
                Capture::Itself => {}
            }
        }
        self.set(a, 1);
        Ok(())
    }
}

/// The registers whose values an instruction uses; what is left open in front of it is not among them.
fn reads(op: Op, w: u32) -> Vec<usize> {
    let (a, b, c) = (opcode::a(w), opcode::b(w), opcode::c(w));
    match op {
        Op::Move | Op::GetField | Op::GetInt | Op::Method | Op::CellSet => vec![b],
        Op::Neg | Op::Not | Op::Len | Op::BNot => vec![b],
        Op::SetUpCell | Op::NewCell | Op::Return1 | Op::LinkType => vec![a],
        Op::Test | Op::EqK | Op::LtK | Op::LeK | Op::GtK | Op::GeK => vec![a],
        Op::GetGlobal => {
            if b == 0 {
                vec![]
            } else {
                vec![a]
            }
        }
        Op::SetGlobal => {
            if b == 0 {
                vec![a]
            } else {
                vec![a, c]
            }
        }
        Op::SetField | Op::Eq | Op::Lt | Op::Le | Op::OwnName => vec![a, b],
        Op::GetIndex => vec![b, c],
        Op::SetIndex => vec![a, b, c],
        Op::SetInt => vec![a, c],
        Op::SetList if b != 255 => (a + 1..=a + b).collect(),
        Op::Concat => (b..b + c).collect(),
        Op::Call | Op::TailCall => (a..a + b).collect(),
        Op::Return => (a..a + b.saturating_sub(1)).collect(),
        Op::ForPrep => (a..a + 3).collect(),
        Op::ForCall => (a..a + 4).collect(),
        Op::ForNext => vec![a + 4],
        _ if op.has_number_constant() => vec![b],
        _ if (Op::Add as u8..=Op::Shr as u8).contains(&(op as u8)) => vec![b, c],
        _ => vec![],
    }
}
