//! Instruction set: 32-bit words, operation in the low byte, operands A, B, C in the bytes above.
//!
//! `Bx` is the upper half, `sBx` the same signed, `sJ` the upper three bytes signed. Some instructions own the next word:
//! a jump distance, or (constant << 16 | slot hint). Jumps count from the word behind the instruction.

/// Operations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
#[rustfmt::skip]
pub(crate) enum Op {
    /// R[A] = R[B]
    Move,
    /// R[A] = sBx; the float sBx; K[Bx]; K[word]; nil for A..=A+B; true; false
    LoadI, LoadF, LoadK, LoadKX, LoadNil, LoadTrue, LoadFalse,
    /// R[A] = upvalue B; the content of cell upvalue B; cell upvalue B = R[A]
    GetUp, GetUpCell, SetUpCell,
    /// R[A] = cell with R[A]; R[A] = content of cell R[B]; content of cell R[A] = R[B]
    NewCell, CellGet, CellSet,
    /// R[A] = globals[K]; globals[K] = R[A]; with hint word
    GetGlobal, SetGlobal,
    /// R[A] = R[B][K]; R[A][K] = R[B]; R[A+1] = R[B], R[A] = R[B][K]; with hint word
    GetField, SetField, Method,
    /// R[A] = R[B][R[C]]; R[A] = R[B][C]; R[A][R[B]] = R[C]; R[A][B] = R[C]
    GetIndex, GetInt, SetIndex, SetInt,
    /// R[A] = table with room for B array values and C pairs; R[A][word + i] = R[A+1+i] for i < B (255 = up to top)
    NewTable, SetList,
    /// R[A] = R[B] op R[C]
    Add, Sub, Mul, Div, Mod, Pow, IDiv, BAnd, BOr, BXor, Shl, Shr,
    /// R[A] = R[B] op K[C], a number
    AddK, SubK, MulK, DivK, ModK, PowK, IDivK, BAndK, BOrK, BXorK, ShlK, ShrK,
    /// R[A] = op R[B]
    Neg, Not, Len, BNot,
    /// R[A] = R[B] .. … .. R[B+C-1]
    Concat,
    /// pc += sJ; the same backwards, charged
    Jump, Loop,
    /// if truth(R[A]) == C then jump by the next word
    Test,
    /// if (R[A] op R[B]) == C then jump by the next word
    Eq, Lt, Le,
    /// if (R[A] op K[B]) == C then jump by the next word
    EqK, LtK, LeK, GtK, GeK,
    /// R[A], … = R[A](R[A+1], …): B-1 arguments (0 = up to top), C-1 results (0 = all, sets top)
    Call,
    /// return R[A](…), B as above; return R[A], … (B-1 values, 0 = up to top); return nothing; return R[A]
    TailCall, Return, Return0, Return1,
    /// R[A], … = …; C-1 values, 0 = all, sets top
    VarArg,
    /// R[A] = closure of prototype Bx
    Closure,
    /// Numeric for over R[A] index, R[A+1] count or limit, R[A+2] step, R[A+3] variable; next word: jump
    ForPrep, ForLoop,
    /// Generic for: R[A+4], … (C of them) = R[A](R[A+1], R[A+2]); R[A+3] is a cursor; next word: jump to the body
    ForCall,
    /// Continues the loop with R[A+2] = R[A+4] unless that is nil; next word: jump to the body
    ForNext,
    /// R[A] = the type R[A] with what it names of other units
    LinkType,
    /// R[A] = what the global of name R[B] means in the unit, if R[A] is what others mean by it
    OwnName,
}

impl Op {
    pub(crate) const COUNT: u8 = Op::OwnName as u8 + 1;

    /// Decodes the low byte of a word.
    #[inline(always)]
    #[allow(unsafe_code, reason = "decoding is one instruction on the hottest path")]
    pub(crate) unsafe fn of(word: u32) -> Op {
        // SAFETY: the caller passes a word that the code generator wrote as an instruction.
        unsafe { std::mem::transmute(word as u8) }
    }

    /// Decodes the low byte of any word.
    #[allow(unsafe_code, reason = "the byte is compared before")]
    pub(crate) fn decode(word: u32) -> Option<Op> {
        // SAFETY: every byte below the count is an operation.
        ((word as u8) < Op::COUNT).then(|| unsafe { Op::of(word) })
    }

    /// Whether its second word is a jump distance.
    pub(crate) fn jumps(self) -> bool {
        use Op::*;
        let compares = matches!(self, Test | Eq | Lt | Le | EqK | LtK | LeK | GtK | GeK);
        compares || matches!(self, ForPrep | ForLoop | ForCall | ForNext)
    }

    /// Whether operand C is a number among the constants.
    pub(crate) fn has_number_constant(self) -> bool {
        (Op::AddK as u8..=Op::ShrK as u8).contains(&(self as u8))
    }

    /// The last register that an instruction names, but for open ends.
    pub(crate) fn last_register(self, w: u32) -> Option<usize> {
        use Op::*;
        let (a, b, c) = (a(w), b(w), c(w));
        Some(match self {
            Jump | Loop | Return0 => return None,
            LoadNil => a + b,
            Move | GetField | CellGet | CellSet | SetField | GetInt | Neg | Not | Len | BNot | Eq | Lt
            | Le | OwnName => a.max(b),
            GetIndex | SetIndex => a.max(b).max(c),
            SetInt => a.max(c),
            SetGlobal => a.max(if b == 0 { 0 } else { c }),
            Method => (a + 1).max(b),
            SetList => a + if b == 255 { 0 } else { b },
            Concat => a.max(b + c.max(1) - 1),
            Call => a + b.saturating_sub(1).max(c.saturating_sub(2)),
            TailCall => a + b.saturating_sub(1),
            Return => a + b.saturating_sub(2),
            VarArg => a + c.saturating_sub(2),
            ForPrep | ForLoop => a + 3,
            // The call of the iterator takes three registers.
            ForCall | ForNext => a + 3 + c.max(3),
            _ if (Add as u8..=Shr as u8).contains(&(self as u8)) => a.max(b).max(c),
            _ if self.has_number_constant() => a.max(b),
            _ => a,
        })
    }

    /// Whether the lower half of its second word is a slot hint; `w` is the first.
    pub(crate) fn has_hint(self, w: u32) -> bool {
        match self {
            Op::GetField | Op::SetField | Op::Method => true,
            // Names out of reach are in a register.
            Op::GetGlobal | Op::SetGlobal => b(w) == 0,
            _ => false,
        }
    }

    /// Whether the instruction owns the next word.
    pub(crate) fn is_wide(self) -> bool {
        use Op::*;
        matches!(
            self,
            LoadKX
                | GetGlobal
                | SetGlobal
                | GetField
                | SetField
                | Method
                | SetList
                | Test
                | Eq
                | Lt
                | Le
                | EqK
                | LtK
                | LeK
                | GtK
                | GeK
                | ForPrep
                | ForLoop
                | ForCall
                | ForNext
        )
    }
}

/// Slot hint that no node has.
pub(crate) const NO_HINT: u32 = 0xffff;

pub(crate) const fn abc(op: Op, a: u8, b: u8, c: u8) -> u32 {
    op as u32 | (a as u32) << 8 | (b as u32) << 16 | (c as u32) << 24
}
pub(crate) const fn abx(op: Op, a: u8, bx: u16) -> u32 {
    op as u32 | (a as u32) << 8 | (bx as u32) << 16
}
#[inline(always)]
pub(crate) const fn a(w: u32) -> usize {
    (w >> 8 & 0xff) as usize
}
#[inline(always)]
pub(crate) const fn b(w: u32) -> usize {
    (w >> 16 & 0xff) as usize
}
#[inline(always)]
pub(crate) const fn c(w: u32) -> usize {
    (w >> 24) as usize
}
#[inline(always)]
pub(crate) const fn bx(w: u32) -> usize {
    (w >> 16) as usize
}
#[inline(always)]
pub(crate) const fn sbx(w: u32) -> i32 {
    (w as i32) >> 16
}
#[inline(always)]
pub(crate) const fn sj(w: u32) -> isize {
    ((w as i32) >> 8) as isize
}
