//! Lua patterns: a matcher that stops when its budget is spent and goes on later.
//!
//! The state that a recursive matcher would keep on the machine stack is an explicit stack of choices
//! here. Every item of a pattern is entered at most once on a path, so the stack is never longer than the
//! pattern; what can grow without bound is time, and that is what the budget is for.

mod class;

use class::{ByteSet, ESCAPE, Single};
use smallvec::SmallVec;

/// How many captures a pattern may have.
pub(crate) const MAX_CAPTURES: usize = 32;

/// How many choices may be open; only generated patterns come near it.
const MAX_CHOICES: usize = 1 << 16;

/// Budget of looking at one choice, relative to scanning a byte of the subject.
const STEP: u64 = 1;

/// Why a pattern is malformed. Programs match on these texts, so they are Lua's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum PatternError {
    #[error("malformed pattern (ends with '%')")]
    TrailingEscape,
    #[error("malformed pattern (missing ']')")]
    MissingBracket,
    #[error("malformed pattern (missing arguments to '%b')")]
    MissingBalance,
    #[error("missing '[' after '%f' in pattern")]
    MissingFrontier,
    #[error("invalid capture index %{0}")]
    CaptureIndex(u8),
    #[error("invalid pattern capture")]
    InvalidCapture,
    #[error("unfinished capture")]
    UnfinishedCapture,
    #[error("too many captures")]
    TooManyCaptures,
    #[error("pattern too complex")]
    TooComplex,
    #[error("string too long for a pattern")]
    TooLong,
}

/// What a [`Matcher::step`] came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The pattern matches `subject[start..end]`.
    Match { start: usize, end: usize },
    /// There is no match from the starting offset on.
    NoMatch,
    /// The budget is spent; call `step` again with the same subject and pattern.
    More,
}

/// What a capture holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Capture {
    /// `()`: an offset from 0 (Lua shows it from 1).
    Position(usize),
    /// `subject[start..end]`.
    Range(usize, usize),
}

const OPEN: u32 = u32::MAX;
const POSITION: u32 = u32::MAX - 1;

#[derive(Clone, Copy, Debug)]
struct Span {
    start: u32,
    /// A length, `OPEN` or `POSITION`.
    len: u32,
}

/// What to do when the current path fails.
#[derive(Clone, Copy, Debug)]
enum Choice {
    /// Go on at `pattern` with one repetition less.
    Fewer { pattern: u32, start: u32, count: u32 },
    /// Repeat the item at `pattern` once more, then go on behind it.
    Another { pattern: u32, at: u32 },
    /// Go on at `pattern` without the optional item.
    Skip { pattern: u32, at: u32 },
    /// Forget the capture opened last.
    Unopen,
    /// Open the capture again.
    Unclose(u8),
}

/// Where a step stops and goes on.
#[derive(Clone, Copy, Debug)]
enum Phase {
    /// Look for the next start, from `start` on.
    Seek,
    /// Enter the pattern item at `pattern`.
    Item,
    /// Count repetitions of the item at `pattern`; this many are found.
    Repeat(u32),
    /// Look for the end of `%b`: offset and depth.
    Balance(u32, u32),
    /// Compare the subject with an earlier capture: its index and the number of bytes that are equal.
    Reference(u8, u32),
    /// Take the newest choice.
    Fail,
    Done,
}

/// Matches one pattern against one subject, in steps. See [`Matcher::step`].
#[derive(Clone, Debug)]
pub(crate) struct Matcher {
    phase: Phase,
    /// Start of the attempt.
    start: usize,
    /// Offset in the subject.
    at: usize,
    /// Offset in the pattern.
    pattern: usize,
    /// First offset of the pattern: 1 behind an anchor.
    first: usize,
    /// Only one start is tried.
    anchored: bool,
    /// A match that ends here does not count: `gsub` and `gmatch` saw it already.
    seen_end: Option<usize>,
    /// What every match begins with, if the pattern says so.
    lead: Option<Single>,
    level: usize,
    captures: [Span; MAX_CAPTURES],
    choices: SmallVec<[Choice; 8]>,
    /// Sets read so far: offset, offset behind it, members.
    sets: Vec<(usize, usize, ByteSet)>,
}

impl Matcher {
    /// A matcher of `pattern`; a leading `^` is an anchor if `anchors` says so (in `gmatch` it is not).
    pub(crate) fn new(pattern: &[u8], anchors: bool) -> Matcher {
        let anchored = anchors && pattern.first() == Some(&b'^');
        let first = usize::from(anchored);
        let mut sets = Vec::new();
        let lead = lead(pattern, first, &mut sets);
        Matcher {
            phase: Phase::Done,
            start: 0,
            at: 0,
            pattern: 0,
            first,
            anchored,
            seen_end: None,
            lead,
            level: 0,
            captures: [Span { start: 0, len: OPEN }; MAX_CAPTURES],
            choices: SmallVec::new(),
            sets,
        }
    }

    /// Bytes that it holds outside of itself.
    pub(crate) fn held(&self) -> usize {
        let choices = if self.choices.spilled() { self.choices.capacity() * size_of::<Choice>() } else { 0 };
        choices + self.sets.capacity() * size_of::<(usize, usize, ByteSet)>()
    }

    /// Whether the pattern starts with an anchor, so that at most one match exists.
    pub(crate) fn is_anchored(&self) -> bool {
        self.anchored
    }

    /// Starts a search at the offset `start`; a match ending at `seen_end` does not count.
    pub(crate) fn begin(&mut self, start: usize, seen_end: Option<usize>) {
        self.start = start;
        self.seen_end = seen_end;
        self.phase = Phase::Seek;
    }

    /// How many captures the match has.
    pub(crate) fn captures(&self) -> usize {
        self.level
    }

    /// The capture of that index, from 0; the index is below [`Matcher::captures`].
    pub(crate) fn capture(&self, index: usize) -> Capture {
        let span = self.captures[..self.level][index];
        let start = span.start as usize;
        match span.len {
            POSITION => Capture::Position(start),
            len => Capture::Range(start, start + len as usize),
        }
    }

    /// Goes on with the search until there is an answer or `budget` is spent. The budget counts bytes
    /// looked at and choices taken; what is left of it is written back.
    pub(crate) fn step(
        &mut self,
        subject: &[u8],
        pattern: &[u8],
        budget: &mut u64,
    ) -> Result<Outcome, PatternError> {
        if subject.len() >= POSITION as usize || pattern.len() >= POSITION as usize {
            return Err(PatternError::TooLong);
        }
        loop {
            if *budget == 0 {
                return Ok(Outcome::More);
            }
            if !matches!(self.phase, Phase::Item) {
                // Items charge for themselves.
                *budget -= STEP;
            }
            match self.phase {
                Phase::Seek => {
                    if !self.seek(subject, budget) {
                        self.phase = Phase::Done;
                        return Ok(Outcome::NoMatch);
                    }
                }
                Phase::Item => {
                    if let Some(outcome) = self.items(subject, pattern, budget)? {
                        return Ok(outcome);
                    }
                }
                Phase::Repeat(count) => {
                    let (single, end) = Single::read(pattern, self.pattern, &mut self.sets)?;
                    self.repeat(subject, pattern, (&single, end), count, budget)?;
                }
                Phase::Balance(at, depth) => self.balance(subject, pattern, at, depth, budget),
                Phase::Reference(index, equal) => self.compare(subject, index, equal, budget),
                Phase::Fail => self.fail(subject, pattern)?,
                Phase::Done => return Ok(Outcome::NoMatch),
            }
        }
    }

    fn matched(&self) -> Result<Outcome, PatternError> {
        if self.captures[..self.level].iter().any(|span| span.len == OPEN) {
            return Err(PatternError::UnfinishedCapture);
        }
        Ok(Outcome::Match { start: self.start, end: self.at })
    }

    /// Finds where the next attempt starts; `false` if nowhere.
    fn seek(&mut self, subject: &[u8], budget: &mut u64) -> bool {
        if self.start > subject.len() {
            return false;
        }
        if let (Some(lead), false) = (&self.lead, self.anchored) {
            let rest = &subject[self.start..];
            let (found, passed, work) = match lead {
                Single::Byte(byte) => {
                    // A vector instruction looks at 16 bytes or more.
                    let window = &rest[..rest.len().min(reach(*budget).saturating_mul(16))];
                    let found = memchr::memchr(*byte, window);
                    let passed = found.unwrap_or(window.len());
                    (found.is_some(), passed, passed / 16)
                }
                lead => {
                    let window = &rest[..rest.len().min(reach(*budget))];
                    let found = window.iter().position(|byte| lead.accepts(*byte));
                    let passed = found.unwrap_or(window.len());
                    (found.is_some(), passed, passed)
                }
            };
            *budget = budget.saturating_sub(work as u64);
            self.start += passed;
            if !found {
                // Either the end or the end of the window: the next step decides.
                return self.start < subject.len();
            }
        }
        self.level = 0;
        self.choices.clear();
        self.at = self.start;
        self.pattern = self.first;
        self.phase = Phase::Item;
        true
    }

    fn next_start(&mut self) {
        if self.anchored {
            self.phase = Phase::Done;
        } else {
            self.start += 1;
            self.phase = Phase::Seek;
        }
    }

    /// Enters one item after the other as long as they match, from `self.pattern` on.
    fn items(
        &mut self,
        subject: &[u8],
        pattern: &[u8],
        budget: &mut u64,
    ) -> Result<Option<Outcome>, PatternError> {
        while matches!(self.phase, Phase::Item) {
            if *budget == 0 {
                return Ok(None);
            }
            *budget -= STEP;
            let p = self.pattern;
            let Some(&first) = pattern.get(p) else {
                if self.seen_end != Some(self.at) {
                    self.phase = Phase::Done;
                    return self.matched().map(Some);
                }
                self.next_start();
                break;
            };
            match first {
                b'(' => {
                    let position = pattern.get(p + 1) == Some(&b')');
                    self.open(position)?;
                    self.pattern += 1 + usize::from(position);
                }
                b')' => self.close()?,
                b'$' if p + 1 == pattern.len() => {
                    if self.at == subject.len() {
                        self.pattern += 1;
                    } else {
                        self.phase = Phase::Fail;
                    }
                }
                ESCAPE => match pattern.get(p + 1) {
                    Some(b'b') => self.open_balance(subject, pattern)?,
                    Some(b'f') => self.frontier(subject, pattern)?,
                    Some(digit @ b'0'..=b'9') => self.back_reference(*digit)?,
                    _ => self.single(subject, pattern, budget)?,
                },
                _ => self.single(subject, pattern, budget)?,
            }
        }
        Ok(None)
    }

    /// A single-character item with its suffix.
    #[inline]
    fn single(&mut self, subject: &[u8], pattern: &[u8], budget: &mut u64) -> Result<(), PatternError> {
        let (single, end) = Single::read(pattern, self.pattern, &mut self.sets)?;
        let accepted = subject.get(self.at).is_some_and(|byte| single.accepts(*byte));
        match pattern.get(end) {
            Some(b'*') => self.repeat(subject, pattern, (&single, end), u32::from(accepted), budget)?,
            Some(b'+') if accepted => self.repeat(subject, pattern, (&single, end), 1, budget)?,
            Some(b'-') => {
                self.push(Choice::Another { pattern: self.pattern as u32, at: self.at as u32 })?;
                self.pattern = end + 1;
            }
            Some(b'?') => {
                if accepted {
                    self.push(Choice::Skip { pattern: end as u32 + 1, at: self.at as u32 })?;
                    self.at += 1;
                }
                self.pattern = end + 1;
            }
            Some(b'+') => self.phase = Phase::Fail,
            _ if accepted => {
                self.at += 1;
                self.pattern = end;
            }
            _ => self.phase = Phase::Fail,
        }
        Ok(())
    }

    /// Counts on how often the item (with the offset behind it) repeats, then goes on behind it with as many as there
    /// are.
    #[inline]
    fn repeat(
        &mut self,
        subject: &[u8],
        pattern: &[u8],
        (single, end): (&Single, usize),
        count: u32,
        budget: &mut u64,
    ) -> Result<(), PatternError> {
        let rest = &subject[self.at + count as usize..];
        let window = &rest[..rest.len().min(reach(*budget))];
        let run = single.run(window);
        *budget = budget.saturating_sub(run as u64);
        let count = count + run as u32;
        if run == window.len() && window.len() < rest.len() {
            self.phase = Phase::Repeat(count);
            return Ok(());
        }
        let least = u32::from(pattern[end] == b'+');
        let next = end + 1;
        // At the end of the pattern nothing can fail any more, so no choice is kept.
        if count > least && next < pattern.len() {
            let start = self.at as u32 + least;
            self.push(Choice::Fewer { pattern: next as u32, start, count: count - least })?;
        }
        self.at += count as usize;
        self.pattern = next;
        self.phase = Phase::Item;
        Ok(())
    }

    fn push(&mut self, choice: Choice) -> Result<(), PatternError> {
        if self.choices.len() >= MAX_CHOICES {
            return Err(PatternError::TooComplex);
        }
        self.choices.push(choice);
        Ok(())
    }

    /// Takes the newest choice, or ends the attempt.
    fn fail(&mut self, subject: &[u8], pattern: &[u8]) -> Result<(), PatternError> {
        let Some(choice) = self.choices.pop() else {
            self.next_start();
            return Ok(());
        };
        self.phase = Phase::Item;
        match choice {
            Choice::Fewer { pattern, start, count } => {
                let count = count - 1;
                if count > 0 {
                    self.choices.push(Choice::Fewer { pattern, start, count });
                }
                self.at = (start + count) as usize;
                self.pattern = pattern as usize;
            }
            Choice::Another { pattern: item, at } => {
                let (single, end) = Single::read(pattern, item as usize, &mut self.sets)?;
                if subject.get(at as usize).is_some_and(|byte| single.accepts(*byte)) {
                    self.choices.push(Choice::Another { pattern: item, at: at + 1 });
                    self.at = at as usize + 1;
                    self.pattern = end + 1;
                } else {
                    self.phase = Phase::Fail;
                }
            }
            Choice::Skip { pattern, at } => {
                self.at = at as usize;
                self.pattern = pattern as usize;
            }
            Choice::Unopen => {
                self.level -= 1;
                self.phase = Phase::Fail;
            }
            Choice::Unclose(index) => {
                self.captures[usize::from(index)].len = OPEN;
                self.phase = Phase::Fail;
            }
        }
        Ok(())
    }

    fn open(&mut self, position: bool) -> Result<(), PatternError> {
        if self.level == MAX_CAPTURES {
            return Err(PatternError::TooManyCaptures);
        }
        let len = if position { POSITION } else { OPEN };
        self.captures[self.level] = Span { start: self.at as u32, len };
        self.level += 1;
        // Without an older choice a failure ends the attempt, which forgets all captures anyway.
        if self.choices.is_empty() { Ok(()) } else { self.push(Choice::Unopen) }
    }

    fn close(&mut self) -> Result<(), PatternError> {
        let open = self.captures[..self.level].iter().rposition(|span| span.len == OPEN);
        let index = open.ok_or(PatternError::InvalidCapture)?;
        self.captures[index].len = self.at as u32 - self.captures[index].start;
        self.pattern += 1;
        if self.choices.is_empty() { Ok(()) } else { self.push(Choice::Unclose(index as u8)) }
    }

    fn open_balance(&mut self, subject: &[u8], pattern: &[u8]) -> Result<(), PatternError> {
        let Some([open, _]) = pattern.get(self.pattern + 2..self.pattern + 4) else {
            return Err(PatternError::MissingBalance);
        };
        self.phase = match subject.get(self.at) {
            Some(byte) if byte == open => Phase::Balance(self.at as u32 + 1, 1),
            _ => Phase::Fail,
        };
        Ok(())
    }

    fn balance(&mut self, subject: &[u8], pattern: &[u8], at: u32, depth: u32, budget: &mut u64) {
        let (open, close) = (pattern[self.pattern + 2], pattern[self.pattern + 3]);
        let rest = &subject[at as usize..];
        let window = &rest[..rest.len().min(reach(*budget))];
        let mut depth = depth;
        for (offset, byte) in window.iter().enumerate() {
            // The closing byte first: with `%bxx` the second `x` closes.
            if *byte == close {
                depth -= 1;
                if depth == 0 {
                    *budget = budget.saturating_sub(offset as u64);
                    self.at = at as usize + offset + 1;
                    self.pattern += 4;
                    self.phase = Phase::Item;
                    return;
                }
            } else if *byte == open {
                depth += 1;
            }
        }
        *budget = budget.saturating_sub(window.len() as u64);
        self.phase = if window.len() == rest.len() {
            Phase::Fail
        } else {
            Phase::Balance(at + window.len() as u32, depth)
        };
    }

    fn frontier(&mut self, subject: &[u8], pattern: &[u8]) -> Result<(), PatternError> {
        if pattern.get(self.pattern + 2) != Some(&b'[') {
            return Err(PatternError::MissingFrontier);
        }
        let (set, end) = Single::read(pattern, self.pattern + 2, &mut self.sets)?;
        let before = if self.at == 0 { 0 } else { subject[self.at - 1] };
        let here = subject.get(self.at).copied().unwrap_or(0);
        if !set.accepts(before) && set.accepts(here) {
            self.pattern = end;
        } else {
            self.phase = Phase::Fail;
        }
        Ok(())
    }

    fn back_reference(&mut self, digit: u8) -> Result<(), PatternError> {
        let index = digit.wrapping_sub(b'1');
        match self.captures[..self.level].get(usize::from(index)) {
            // A position is no text, so nothing equals it.
            Some(Span { len: POSITION, .. }) => self.phase = Phase::Fail,
            Some(span) if span.len != OPEN => self.phase = Phase::Reference(index, 0),
            _ => return Err(PatternError::CaptureIndex(digit - b'0')),
        }
        Ok(())
    }

    fn compare(&mut self, subject: &[u8], index: u8, equal: u32, budget: &mut u64) {
        let span = self.captures[usize::from(index)];
        let text = &subject[span.start as usize..][..span.len as usize];
        let (wanted, rest) = (&text[equal as usize..], &subject[self.at + equal as usize..]);
        // Comparing is a matter of vector instructions, as in `seek`.
        let window = &wanted[..wanted.len().min(reach(*budget).saturating_mul(16))];
        *budget = budget.saturating_sub(window.len() as u64 / 16);
        if !rest.starts_with(window) {
            self.phase = Phase::Fail;
        } else if window.len() < wanted.len() {
            self.phase = Phase::Reference(index, equal + window.len() as u32);
        } else {
            self.at += span.len as usize;
            self.pattern += 2;
            self.phase = Phase::Item;
        }
    }
}

/// How many bytes may be looked at: at least one, so that every step gets on.
fn reach(budget: u64) -> usize {
    usize::try_from(budget).unwrap_or(usize::MAX).max(1)
}

/// What every match of the pattern from `first` on begins with, if that is one item that is not optional. A malformed item
/// is left to the matcher to complain about.
fn lead(pattern: &[u8], first: usize, sets: &mut Vec<(usize, usize, ByteSet)>) -> Option<Single> {
    let mut at = first;
    while pattern.get(at) == Some(&b'(') && pattern.get(at + 1) != Some(&b')') {
        at += 1;
    }
    match (pattern.get(at)?, pattern.get(at + 1)) {
        (b'(' | b')', _) | (b'$', None) => return None,
        (&ESCAPE, Some(b'b' | b'f' | b'0'..=b'9')) => return None,
        _ => {}
    }
    let (single, end) = Single::read(pattern, at, sets).ok()?;
    match pattern.get(end) {
        Some(b'*' | b'?' | b'-') => None,
        _ => Some(single),
    }
}

/// Whether `pattern` has no special characters, so that plain search finds the same.
pub(crate) fn is_plain(pattern: &[u8]) -> bool {
    !pattern.iter().any(|c| matches!(c, b'^' | b'$' | b'*' | b'+' | b'?' | b'.' | b'(' | b'[' | b'%' | b'-'))
}

#[cfg(test)]
mod tests;
