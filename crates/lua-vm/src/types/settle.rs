//! Computes what is left to compute in nodes: aliases, `T[K]`, `keyof(T)`, conditional types.
//!
//! A node whose operands depend on a parameter or on another unit is left as it is; one that depends on itself is unresolved.

use std::sync::Arc;

use super::{Form, Id, Node, order};

#[derive(Clone, Copy, PartialEq)]
enum State {
    New,
    Open,
    Done,
}

/// Validators that a type may have with those of what it names.
const CHECKS: usize = 32;
/// Members of `keyof` and of keys in brackets, and work on conditional types, of all nodes together; what is beyond is unresolved.
const WORK: usize = 1 << 20;

/// Settles all nodes.
pub(super) fn settle(nodes: &mut Vec<Node>) {
    let mut work = WORK;
    let mut states = vec![State::New; nodes.len()];
    let mut start = 0;
    while start < nodes.len() {
        let mut stack = vec![start as Id];
        start += 1;
        while let Some(&at) = stack.last() {
            states.resize(nodes.len(), State::New);
            let state = &mut states[at as usize];
            if *state == State::Done {
                stack.pop();
                continue;
            }
            *state = State::Open;
            let open =
                operands(&nodes[at as usize].form).into_iter().find(|id| states[*id as usize] != State::Done);
            match open {
                Some(id) if states[id as usize] == State::Open => {
                    let name = nodes[at as usize].name.clone().unwrap_or_else(|| "?".into());
                    nodes[at as usize].form = Form::Unresolved(name);
                    states[at as usize] = State::Done;
                }
                Some(id) => stack.push(id),
                None => {
                    if advance(nodes, at, &mut work) {
                        states[at as usize] = State::Done;
                    }
                }
            }
        }
    }
}

/// Nodes that must be settled before one can be.
fn operands(form: &Form) -> Vec<Id> {
    match form {
        Form::Alias(of) | Form::KeyOf(of) => vec![*of],
        Form::Indexed { object, key } => vec![*object, *key],
        Form::Conditional { check, bound, .. } => vec![*check, *bound],
        _ => vec![],
    }
}

/// Goes a step on with a node whose operands are settled; true if that was the last.
fn advance(nodes: &mut Vec<Node>, at: Id, work: &mut usize) -> bool {
    if *work == 0 && !matches!(nodes[at as usize].form, Form::Alias(_)) && is_stuck(&nodes[at as usize].form)
    {
        nodes[at as usize].form = Form::Unresolved("?".into());
        return true;
    }
    match nodes[at as usize].form.clone() {
        Form::Alias(of) => {
            let target = nodes[of as usize].clone();
            if is_stuck(&target.form) {
                return true;
            }
            let node = &mut nodes[at as usize];
            if node.name.is_none() && node.instance.is_none() && node.checks.is_empty() {
                node.name = target.name;
                node.instance = target.instance;
            }
            if target.checks.len() + node.checks.len() > CHECKS {
                node.form = Form::Unresolved(node.name.clone().unwrap_or_else(|| "?".into()));
                return true;
            }
            node.checks = target.checks.iter().chain(&node.checks).cloned().collect();
            node.form = target.form;
            true
        }
        Form::KeyOf(of) => {
            let form = match &nodes[of as usize].form {
                Form::Record { fields, .. } | Form::Interface { methods: fields, .. } => {
                    *work = work.saturating_sub(fields.len() * 16);
                    let names: Vec<Arc<[u8]>> = fields.iter().map(|f| f.name.as_bytes().into()).collect();
                    let members: Vec<Id> =
                        names.into_iter().map(|name| add(nodes, Form::Str(name))).collect();
                    match &*members {
                        [] => Form::Never,
                        [one] => nodes[*one as usize].form.clone(),
                        _ => Form::Union(members.into()),
                    }
                }
                Form::Map { key, .. } => Form::Alias(*key),
                Form::Array { .. } | Form::Tuple(_) => Form::Integer,
                Form::Any | Form::Unknown | Form::Table => Form::Unknown,
                stuck if is_stuck(stuck) => return true,
                _ => Form::Never,
            };
            let done = !matches!(form, Form::Alias(_));
            nodes[at as usize].form = form;
            done
        }
        Form::Indexed { object, key } => {
            let Some(form) = indexed(nodes, object, key, work) else { return true };
            let done = !matches!(form, Form::Alias(_));
            nodes[at as usize].form = form;
            done
        }
        Form::Conditional { check, bound, then, otherwise } => {
            if reaches_stuck(nodes, check, work) || reaches_stuck(nodes, bound, work) {
                return true;
            }
            let (holds, pairs) = order::between((nodes, check), (nodes, bound));
            *work = work.saturating_sub(pairs * 16);
            nodes[at as usize].form = Form::Alias(if holds { then } else { otherwise });
            false
        }
        _ => true,
    }
}

fn add(nodes: &mut Vec<Node>, form: Form) -> Id {
    nodes.push(Node::new(form));
    nodes.len() as Id - 1
}

/// The form of `object[key]`; `None` if that is not known yet.
fn indexed(nodes: &mut Vec<Node>, object: Id, key: Id, work: &mut usize) -> Option<Form> {
    let unknown = || Some(Form::Unresolved("?".into()));
    let key_form = nodes[key as usize].form.clone();
    if is_stuck(&key_form) {
        return None;
    }
    if let Form::Union(keys) = &key_form {
        // Unions of unions are not looked into.
        let nested = |id: &Id| matches!(nodes[*id as usize].form, Form::Union(_));
        if *work == 0 || keys.iter().any(nested) {
            return unknown();
        }
        *work = work.saturating_sub(keys.len() * 16);
        let mut members = Vec::new();
        for key in keys.iter().copied() {
            let form = indexed(nodes, object, key, work)?;
            members.push(add(nodes, form));
        }
        return Some(Form::Union(members.into()));
    }
    match &nodes[object as usize].form {
        Form::Record { fields, .. } | Form::Interface { methods: fields, .. } => match &key_form {
            Form::Str(name) => match fields.iter().find(|f| f.name.as_bytes() == &**name) {
                Some(f) if f.optional => Some(Form::Optional(f.ty)),
                Some(f) => Some(Form::Alias(f.ty)),
                None => unknown(),
            },
            Form::String if !fields.is_empty() => Some(Form::Union(fields.iter().map(|f| f.ty).collect())),
            _ => unknown(),
        },
        Form::Map { val, .. } => Some(Form::Alias(*val)),
        Form::Array { elem, .. } => Some(Form::Alias(*elem)),
        Form::Tuple(list) => match key_form {
            Form::Int(i) => match usize::try_from(i - 1).ok().and_then(|i| list.get(i)) {
                Some(member) => Some(Form::Alias(*member)),
                None => unknown(),
            },
            _ => Some(Form::Union(list.clone())),
        },
        Form::Any | Form::Unknown | Form::Table => Some(Form::Unknown),
        form if is_stuck(form) => None,
        _ => unknown(),
    }
}

/// Whether a form waits for arguments or another unit.
pub(super) fn is_stuck(form: &Form) -> bool {
    matches!(
        form,
        Form::Param(_)
            | Form::Import { .. }
            | Form::Apply { .. }
            | Form::Alias(_)
            | Form::Indexed { .. }
            | Form::KeyOf(_)
            | Form::Conditional { .. }
    )
}

/// Whether a type depends on arguments or on another unit.
pub(crate) fn is_open(ty: &super::Type) -> bool {
    reaches_stuck(ty.graph.nodes(), ty.at, &mut 0)
}

fn reaches_stuck(nodes: &[Node], at: Id, work: &mut usize) -> bool {
    let reached = super::same::reached(nodes, at);
    *work = work.saturating_sub(reached.len());
    reached.iter().any(|id| is_stuck(&nodes[*id as usize].form))
}
