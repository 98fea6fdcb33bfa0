//! Holds a value against a type, in steps that the slice allows.
//!
//! The way down is a stack of frames, not recursion: a frame is a node and the value that is held against it. Values lie in
//! slots of the native, two for a frame (the value and the key that it was found under), so a validation may rest while
//! the process runs; what is changed meanwhile is seen or not, like by any loop.
//!
//! A failure unwinds to the innermost union, which tries its next member; without a union it is the outcome, and the frames
//! say where it is.

use std::cell::RefCell;
use std::fmt::Write as _;

use smallvec::SmallVec;

use super::{Form, Id, Node, Type};
use crate::error::ErrorObject;
use crate::native::{Cx, NativeResult, Val, View, Walk};
use crate::value::float_to_int;

/// Levels of a value, and types of one value in each other, that are looked at.
const DEEPEST: u8 = 64;
/// Values of a table that one step looks at.
const CHUNK: usize = 64;
/// Work that one step does at most, but for the last value that it looks at.
const MUCH: usize = 4096;
/// Fuel of a step, and of a value in it.
const STEP: usize = 16;
/// The first slot of the frames; before it are the type, the value and the validation that rests.
const SLOTS: usize = 3;

/// What a validation is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// `T(v)`
    Call,
    /// `T:is(v)`
    Is,
    /// `T:check(v)`
    Check,
}

/// A validation.
pub(crate) struct Job {
    ty: Type,
    mode: Mode,
    frames: SmallVec<[Frame; 6]>,
    /// Work that was done since fuel was charged.
    work: usize,
}

/// A validation that rests, as a host object.
pub(crate) struct Resting(RefCell<Option<Job>>);

#[derive(Clone, Copy)]
struct Frame {
    at: Id,
    via: Via,
    turn: Turn,
    /// Levels of the value above it.
    depth: u8,
    /// Types of the same value above it.
    same: u8,
}

/// How the value of a frame was found in that of the frame before.
#[derive(Clone, Copy)]
enum Via {
    Same,
    /// Number of the field in the record.
    Field(usize),
    Index(i64),
    /// The key is in the second slot.
    Key,
}

/// What a frame does next.
#[derive(Clone, Copy)]
enum Turn {
    Enter,
    /// The type inside of an optional one holds.
    Inner,
    /// Members of a union that were tried.
    Member(usize),
    /// Members of an intersection, of a tuple, fields of a record that hold.
    Part(usize),
    Position(usize),
    Field(usize),
    /// A walk over the table.
    Array(usize),
    Map(usize),
    /// The key holds, the value is to be looked at.
    Value(usize),
}

/// Why a value is not of a type.
enum Why {
    Type,
    Check(String, &'static str),
    Deep,
    Unresolved(String),
    Generic,
}

/// What one look says.
enum Look {
    Holds,
    Fails(Why),
    /// It has parts.
    Open,
}

/// The outcome of a failed validation.
struct Failure {
    path: String,
    why: Why,
    expected: String,
    got: &'static str,
    missing: bool,
}

/// Begins to hold slot 1 against the type in slot 0.
pub(crate) fn begin(cx: &mut Cx<'_>, ty: Type, mode: Mode) -> NativeResult {
    let value = cx.slot(1);
    let mut work = 0;
    if let Look::Holds = look(ty.graph.nodes(), ty.at, value, &mut work) {
        cx.charge(STEP + work);
        return holds(cx, mode);
    }
    cx.set_len(2);
    for v in [Val::NIL, value, Val::NIL] {
        cx.push(v);
    }
    let root = Frame { at: ty.at, via: Via::Same, turn: Turn::Enter, depth: 0, same: 0 };
    let job = Job { ty, mode, frames: SmallVec::from_slice(&[root]), work };
    go(cx, job)
}

fn go(cx: &mut Cx<'_>, mut job: Job) -> NativeResult {
    let graph = job.ty.graph.clone();
    loop {
        let outcome = job.step(cx, graph.nodes());
        let work = STEP + std::mem::take(&mut job.work);
        let late = cx.charge(work);
        match outcome {
            Some(Ok(())) => return holds(cx, job.mode),
            Some(Err(failure)) => return fails(cx, job.mode, failure),
            None if late => {
                let resting = cx.userdata(Resting(RefCell::new(Some(job))), &[]);
                cx.set_slot(2, resting.val());
                return cx.again(go_on);
            }
            None => {}
        }
    }
}

fn go_on(cx: &mut Cx<'_>) -> NativeResult {
    let resting = cx.slot(2).as_userdata().and_then(|u| u.payload::<Resting>());
    match resting.and_then(|resting| resting.0.borrow_mut().take()) {
        Some(job) => go(cx, job),
        None => Err(cx.error("a validation was lost")),
    }
}

fn holds(cx: &mut Cx<'_>, mode: Mode) -> NativeResult {
    let value = cx.slot(1);
    match mode {
        Mode::Call => cx.ret(value),
        Mode::Is => cx.ret2(value, Val::NIL),
        Mode::Check => cx.ret2(true, Val::NIL),
    }
}

fn fails(cx: &mut Cx<'_>, mode: Mode, failure: Failure) -> NativeResult {
    let message = failure.message();
    if mode == Mode::Call {
        return Err(cx.error(message));
    }
    let details = cx.table(0, 4);
    let constraint = match &failure.why {
        Why::Check(_, name) => Some(*name),
        _ if failure.missing => Some("required"),
        _ => None,
    };
    let field = (!failure.path.is_empty()).then_some(&*failure.path);
    let texts = [
        ("field", field),
        ("expected", Some(&failure.expected)),
        ("got", Some(failure.got)),
        ("constraint", constraint),
    ];
    for (name, text) in texts {
        if let Some(text) = text {
            let text = cx.string(text.as_bytes());
            cx.set_field(details, name, text)?;
        }
    }
    let details = cx.copy_out(&[details.val()]).ok().map(std::sync::Arc::new);
    let frames = cx.traceback();
    let error = ErrorObject::new(message)
        .with_kind("Invalid")
        .with_retryable(Some(false))
        .with_details(details)
        .with_frames(frames);
    let error = cx.error_object(error);
    if mode == Mode::Is { cx.ret2(Val::NIL, error) } else { cx.ret2(false, error) }
}

impl Failure {
    fn message(&self) -> String {
        let text = match &self.why {
            Why::Type if self.missing => "required field missing".to_owned(),
            Why::Type => format!("expected {}, got {}", self.expected, self.got),
            Why::Check(text, _) => text.clone(),
            Why::Deep => format!("value is nested deeper than {DEEPEST} levels"),
            Why::Unresolved(name) => format!("unresolved type {name}"),
            Why::Generic => format!("expected {}, got {}: it needs type arguments", self.expected, self.got),
        };
        if self.path.is_empty() { text } else { format!("{}: {text}", self.path) }
    }
}

impl Job {
    /// One step. `Some` is the outcome.
    #[allow(clippy::too_many_lines, reason = "one match over what a frame does next")]
    fn step(&mut self, cx: &mut Cx<'_>, nodes: &[Node]) -> Option<Result<(), Failure>> {
        let at = self.frames.len() - 1;
        let frame = self.frames[at];
        let node = &nodes[frame.at as usize];
        let value = cx.slot(SLOTS + 2 * at);
        match frame.turn {
            Turn::Enter => match look(nodes, frame.at, value, &mut self.work) {
                Look::Holds => return self.pass(cx),
                Look::Fails(why) => {
                    let key = cx.slot(SLOTS + 2 * at + 1);
                    let frame = self.leave(cx);
                    return self.fail(cx, frame.via, key, frame.at, value, why);
                }
                Look::Open => self.frames[at].turn = first(&node.form),
            },
            Turn::Inner => return self.conclude(cx, nodes),
            Turn::Member(n) => {
                let Form::Union(list) = &node.form else { return self.conclude(cx, nodes) };
                for (i, member) in list.iter().enumerate().skip(n) {
                    self.frames[at].turn = Turn::Member(i + 1);
                    match look(nodes, *member, value, &mut self.work) {
                        Look::Holds => return self.conclude(cx, nodes),
                        Look::Fails(_) if self.work > MUCH => return None,
                        Look::Fails(_) => {}
                        Look::Open => return self.enter(cx, *member, Via::Same, value, Val::NIL),
                    }
                }
                let key = cx.slot(SLOTS + 2 * at + 1);
                let frame = self.leave(cx);
                return self.fail(cx, frame.via, key, frame.at, value, Why::Type);
            }
            Turn::Part(n) => {
                let part = match &node.form {
                    Form::Intersection(list) => list.get(n).copied(),
                    Form::Optional(inner) => (n == 0).then_some(*inner),
                    _ => None,
                };
                let Some(part) = part else { return self.conclude(cx, nodes) };
                self.frames[at].turn = Turn::Part(n + 1);
                return self.enter(cx, part, Via::Same, value, Val::NIL);
            }
            Turn::Position(n) => {
                let Form::Tuple(list) = &node.form else { return self.conclude(cx, nodes) };
                let Some(part) = list.get(n).copied() else { return self.conclude(cx, nodes) };
                self.frames[at].turn = Turn::Position(n + 1);
                let index = n as i64 + 1;
                let item = value.as_table().map_or(Val::NIL, |t| t.get_int(index));
                return self.held(cx, nodes, part, Via::Index(index), item, Val::NIL);
            }
            Turn::Field(n) => {
                let Form::Record { fields, .. } = &node.form else { return self.conclude(cx, nodes) };
                let Some(table) = value.as_table() else { return self.conclude(cx, nodes) };
                for (i, field) in fields.iter().enumerate().skip(n) {
                    let item = table.get_field(&field.name);
                    self.work += 8;
                    self.frames[at].turn = Turn::Field(i + 1);
                    if item.is_nil() && field.optional {
                        continue;
                    }
                    match look(nodes, field.ty, item, &mut self.work) {
                        Look::Holds => {}
                        Look::Fails(why) => {
                            return self.fail(cx, Via::Field(i), Val::NIL, field.ty, item, why);
                        }
                        Look::Open => return self.enter(cx, field.ty, Via::Field(i), item, Val::NIL),
                    }
                    if i - n > CHUNK || self.work > MUCH {
                        return None;
                    }
                }
                return self.conclude(cx, nodes);
            }
            Turn::Array(cursor) => {
                let Form::Array { elem, .. } = node.form else { return self.conclude(cx, nodes) };
                return self.walk(cx, nodes, value, cursor, |this, cx, [_, next], key, item| {
                    this.frames[at].turn = Turn::Array(next);
                    match key.as_int() {
                        Some(index) if index >= 1 => {
                            this.held(cx, nodes, elem, Via::Index(index), item, Val::NIL)
                        }
                        _ => None,
                    }
                });
            }
            Turn::Map(cursor) => {
                let Form::Map { key: of_key, val: of_value, .. } = node.form else {
                    return self.conclude(cx, nodes);
                };
                return self.walk(cx, nodes, value, cursor, |this, cx, [here, next], key, item| {
                    match look(nodes, of_key, key, &mut this.work) {
                        Look::Holds => {}
                        Look::Fails(why) => return this.fail(cx, Via::Key, key, of_key, key, why),
                        Look::Open => {
                            this.frames[at].turn = Turn::Value(here);
                            return this.enter(cx, of_key, Via::Key, key, key);
                        }
                    }
                    this.frames[at].turn = Turn::Map(next);
                    this.held(cx, nodes, of_value, Via::Key, item, key)
                });
            }
            Turn::Value(cursor) => {
                let Form::Map { val, .. } = node.form else { return self.conclude(cx, nodes) };
                // The entry whose key was looked at, or what is there now.
                return match value.as_table().map(|t| t.walk(cursor)) {
                    Some(Walk::Entry(next, key, item)) => {
                        self.frames[at].turn = Turn::Map(next);
                        self.held(cx, nodes, val, Via::Key, item, key)
                    }
                    Some(Walk::Later(next)) => {
                        self.frames[at].turn = Turn::Value(next);
                        None
                    }
                    Some(Walk::End) | None => self.conclude(cx, nodes),
                };
            }
        }
        None
    }

    /// Looks at some entries of a table from `cursor` on; `entry` says how it goes on, if not with the next one.
    fn walk<'cx>(
        &mut self,
        cx: &mut Cx<'cx>,
        nodes: &[Node],
        value: Val<'cx>,
        mut cursor: usize,
        mut entry: impl FnMut(
            &mut Self,
            &mut Cx<'cx>,
            [usize; 2],
            Val<'cx>,
            Val<'cx>,
        ) -> Option<Result<(), Failure>>,
    ) -> Option<Result<(), Failure>> {
        let Some(table) = value.as_table() else { return self.conclude(cx, nodes) };
        let depth = self.frames.len();
        for _ in 0..CHUNK {
            self.work += 4;
            match table.walk(cursor) {
                Walk::Entry(next, key, item) => {
                    if let Some(outcome) = entry(self, cx, [cursor, next], key, item) {
                        return Some(outcome);
                    }
                    // It has gone down, or up to a union.
                    if self.frames.len() != depth || self.work > MUCH {
                        return None;
                    }
                    cursor = next;
                }
                Walk::Later(next) => {
                    self.work += CHUNK;
                    let turn = &mut self.frames[depth - 1].turn;
                    *turn = if matches!(turn, Turn::Map(_)) { Turn::Map(next) } else { Turn::Array(next) };
                    return None;
                }
                Walk::End => return self.conclude(cx, nodes),
            }
        }
        None
    }

    /// Holds a part against a type, at once if it has no parts itself.
    fn held<'cx>(
        &mut self,
        cx: &mut Cx<'cx>,
        nodes: &[Node],
        part: Id,
        via: Via,
        value: Val<'cx>,
        key: Val<'cx>,
    ) -> Option<Result<(), Failure>> {
        match look(nodes, part, value, &mut self.work) {
            Look::Holds => None,
            Look::Fails(why) => self.fail(cx, via, key, part, value, why),
            Look::Open => self.enter(cx, part, via, value, key),
        }
    }

    /// Goes down.
    fn enter<'cx>(
        &mut self,
        cx: &mut Cx<'cx>,
        part: Id,
        via: Via,
        value: Val<'cx>,
        key: Val<'cx>,
    ) -> Option<Result<(), Failure>> {
        let above = self.frames[self.frames.len() - 1];
        let (depth, same) = match via {
            Via::Same => (above.depth, above.same + 1),
            _ => (above.depth + 1, 0),
        };
        if depth >= DEEPEST || same >= DEEPEST {
            return self.fail(cx, via, key, part, value, Why::Deep);
        }
        cx.push(value);
        cx.push(key);
        self.frames.push(Frame { at: part, via, turn: Turn::Enter, depth, same });
        None
    }

    /// Goes up.
    fn leave(&mut self, cx: &mut Cx<'_>) -> Frame {
        let frame = self.frames.pop().expect("a frame is left once");
        cx.set_len(SLOTS + 2 * self.frames.len());
        frame
    }

    /// All parts of the value of the last frame hold: its validators are left.
    fn conclude(&mut self, cx: &mut Cx<'_>, nodes: &[Node]) -> Option<Result<(), Failure>> {
        let at = self.frames.len() - 1;
        let value = cx.slot(SLOTS + 2 * at);
        match checked(&nodes[self.frames[at].at as usize], value, &mut self.work) {
            Some(why) => {
                let key = cx.slot(SLOTS + 2 * at + 1);
                let frame = self.leave(cx);
                self.fail(cx, frame.via, key, frame.at, value, why)
            }
            None => self.pass(cx),
        }
    }

    /// The last frame holds.
    fn pass(&mut self, cx: &mut Cx<'_>) -> Option<Result<(), Failure>> {
        self.leave(cx);
        match self.frames.last_mut() {
            None => Some(Ok(())),
            Some(above) => {
                // One member is enough.
                if let Turn::Member(_) = above.turn {
                    above.turn = Turn::Inner;
                }
                None
            }
        }
    }

    /// A part of the last frame, or a frame that was just left, fails.
    fn fail<'cx>(
        &mut self,
        cx: &mut Cx<'cx>,
        via: Via,
        key: Val<'cx>,
        part: Id,
        value: Val<'cx>,
        why: Why,
    ) -> Option<Result<(), Failure>> {
        if let Some(union) = self.frames.iter().rposition(|frame| matches!(frame.turn, Turn::Member(_))) {
            while self.frames.len() > union + 1 {
                self.leave(cx);
            }
            return None;
        }
        let mut path = String::new();
        let mut last = Via::Same;
        let mut at: Id = 0;
        for (i, frame) in self.frames.iter().enumerate() {
            let key = cx.slot(SLOTS + 2 * i + 1);
            if !matches!(frame.via, Via::Same) {
                last = frame.via;
                self.add_step(&mut path, at, frame.via, key);
            }
            at = frame.at;
        }
        if !matches!(via, Via::Same) {
            last = via;
            self.add_step(&mut path, at, via, key);
        }
        let missing = value.is_nil() && matches!(last, Via::Field(_)) && matches!(why, Why::Type);
        let expected = self.ty.part(part).label();
        Some(Err(Failure { path, why, expected, got: cx.type_name_of(value), missing }))
    }

    /// Adds a step from the value of a record, if it is a field, to a path.
    fn add_step(&self, path: &mut String, record: Id, via: Via, key: Val<'_>) {
        // Writing to a string cannot fail.
        let _ = match via {
            Via::Same => Ok(()),
            Via::Field(n) => {
                let name = match &self.ty.graph.node(record).form {
                    Form::Record { fields, .. } => fields.get(n).map_or("?", |f| &f.name),
                    _ => "?",
                };
                add_name(path, name.as_bytes());
                Ok(())
            }
            Via::Index(i) => write!(path, "[{i}]"),
            Via::Key => match key.view() {
                View::Str(name) => {
                    add_name(path, name);
                    Ok(())
                }
                View::Int(i) => write!(path, "[{i}]"),
                View::Float(f) => write!(path, "[{f}]"),
                View::Bool(b) => write!(path, "[{b}]"),
                _ => write!(path, "[{}]", key.type_name()),
            },
        };
    }
}

/// Bytes of a key that a path shows.
const KEY: usize = 64;

fn add_name(path: &mut String, name: &[u8]) {
    let plain = name.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'_');
    if plain && name.len() <= KEY && name.first().is_some_and(|b| !b.is_ascii_digit()) {
        if !path.is_empty() {
            path.push('.');
        }
        path.push_str(&String::from_utf8_lossy(name));
    } else {
        let cut = &name[..name.len().min(KEY)];
        let more = if cut.len() < name.len() { "…" } else { "" };
        path.push_str(&format!("[{:?}{more}]", String::from_utf8_lossy(cut)));
    }
}

/// The first turn of a form with parts.
fn first(form: &Form) -> Turn {
    match form {
        Form::Union(_) => Turn::Member(0),
        Form::Tuple(_) => Turn::Position(0),
        Form::Record { .. } => Turn::Field(0),
        Form::Array { .. } => Turn::Array(0),
        Form::Map { .. } => Turn::Map(0),
        _ => Turn::Part(0),
    }
}

/// Holds a value against a node as far as that needs no look at parts.
fn look(nodes: &[Node], at: Id, v: Val<'_>, work: &mut usize) -> Look {
    let node = &nodes[at as usize];
    *work += 1;
    let fits = match &node.form {
        Form::Any | Form::Unknown => true,
        Form::Never => false,
        Form::Nil => v.is_nil(),
        Form::Boolean => matches!(v.view(), View::Bool(_)),
        Form::Number => matches!(v.view(), View::Int(_) | View::Float(_)),
        Form::Integer => match v.view() {
            View::Int(_) => true,
            View::Float(f) => float_to_int(f).is_some(),
            _ => false,
        },
        Form::String => v.as_bytes().is_some(),
        Form::Table | Form::Interface { .. } => v.as_table().is_some(),
        Form::Callable | Form::Function { .. } => v.is_function(),
        Form::Thread => v.is_thread(),
        Form::Type => v.as_type().is_some(),
        Form::Object(_) => v.as_userdata().is_some(),
        Form::Bool(b) => matches!(v.view(), View::Bool(x) if x == *b),
        Form::Int(i) => matches!(v.view(), View::Int(_) | View::Float(_)) && v.raw_eq(Val::int(*i)),
        Form::Float(f) => matches!(v.view(), View::Int(_) | View::Float(_)) && v.raw_eq(Val::float(*f)),
        Form::Str(s) => v.as_bytes() == Some(&**s),
        Form::Optional(inner) if !matches!(nodes[*inner as usize].form, Form::Optional(_)) => {
            if v.is_nil() {
                return Look::Holds;
            }
            match look(nodes, *inner, v, work) {
                Look::Holds => true,
                Look::Fails(Why::Type) => false,
                other => return other,
            }
        }
        Form::Optional(_) if v.is_nil() => return Look::Holds,
        Form::Optional(_) | Form::Union(_) | Form::Intersection(_) => return Look::Open,
        Form::Tuple(_) | Form::Record { .. } | Form::Array { .. } | Form::Map { .. } => {
            if v.as_table().is_some() {
                return Look::Open;
            }
            false
        }
        Form::Generic { .. } => return Look::Fails(Why::Generic),
        Form::Unresolved(name) => return Look::Fails(Why::Unresolved(name.to_string())),
        Form::Import { path, .. } => {
            let path: Vec<&str> = path.iter().map(|part| &**part).collect();
            return Look::Fails(Why::Unresolved(path.join(".")));
        }
        Form::Param(_)
        | Form::Alias(_)
        | Form::Apply { .. }
        | Form::Indexed { .. }
        | Form::KeyOf(_)
        | Form::Conditional { .. } => {
            let name = node.name.as_deref().unwrap_or("?");
            return Look::Fails(Why::Unresolved(name.to_owned()));
        }
    };
    if !fits {
        return Look::Fails(Why::Type);
    }
    match checked(node, v, work) {
        Some(why) => Look::Fails(why),
        None => Look::Holds,
    }
}

/// What is wrong with a value by the validators of its type.
fn checked(node: &Node, v: Val<'_>, work: &mut usize) -> Option<Why> {
    if node.checks.is_empty() {
        return None;
    }
    node.checks.iter().find_map(|check| {
        *work += 2;
        let wrong = match v.view() {
            View::Int(_) | View::Float(_) => check.on_number(v.raw),
            View::Str(text) => {
                if let super::Check::Pattern(_) = check {
                    *work += text.len().min(super::checks::SEARCHED);
                }
                check.on_text(text)
            }
            View::Table(t) => check.on_length(t.len()),
            _ => None,
        };
        wrong.map(|text| Why::Check(text, check.name()))
    })
}
