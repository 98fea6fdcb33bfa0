//! What a type is: a hash of its structure without names, equal for equal types of any two graphs.
//!
//! It is the hash of the type unfolded to a depth of [`DEPTH`] levels, as deep as validation goes: types that differ only
//! below accept the same values. So recursive types need no canonical form: `{next: Node?}` is what it unfolds to, however it
//! was written. All nodes of a graph are hashed together, level by level; one whose parts have not changed at the last level is
//! done, so where nothing refers back, a node is hashed as often as it is deep.

use rustc_hash::FxHashSet;

use super::{Field, Form, Id, Node};
use crate::types::checks::{Check, number};

/// Levels that count.
pub(crate) const DEPTH: usize = 64;

/// The hash of each node; and the work that it took, in nodes and references to nodes that were looked at.
pub(crate) fn hashes(nodes: &[Node]) -> (Box<[u128]>, usize) {
    let labels: Vec<u128> = nodes.iter().map(label).collect();
    let children: Vec<Vec<Id>> = nodes
        .iter()
        .map(|node| {
            let mut list = Vec::new();
            sorted(&node.form).each(|child| list.push(child));
            list
        })
        .collect();
    let mut hashes = labels.clone();
    // Nodes whose parts changed at the last level.
    let mut open: Vec<Id> = (0..nodes.len() as Id).filter(|id| !children[*id as usize].is_empty()).collect();
    let mut is_open: Vec<bool> = children.iter().map(|list| !list.is_empty()).collect();
    let mut work = nodes.len() + children.iter().map(Vec::len).sum::<usize>();
    let mut set = Vec::new();
    for _ in 0..DEPTH {
        let hash = |id: &Id| {
            let at = *id as usize;
            let parts = children[at].iter().map(|child| hashes[*child as usize]);
            work += 1 + children[at].len();
            if is_set(&nodes[at].form) {
                set.clear();
                set.extend(parts);
                set.sort_unstable();
                set.dedup();
                set.iter().copied().fold(labels[at], mix)
            } else {
                parts.fold(labels[at], mix)
            }
        };
        let next: Vec<u128> = open.iter().map(hash).collect();
        for (id, hash) in open.iter().zip(next) {
            hashes[*id as usize] = hash;
        }
        let before = open.len();
        let changed = std::mem::take(&mut is_open);
        open.retain(|id| children[*id as usize].iter().any(|child| changed[*child as usize]));
        if open.is_empty() {
            break;
        }
        is_open = if open.len() == before { changed } else { vec![false; nodes.len()] };
        open.iter().for_each(|id| is_open[*id as usize] = true);
    }
    (hashes.into(), work)
}

/// All nodes that `root` consists of, it first.
pub(crate) fn reached(nodes: &[Node], root: Id) -> Vec<Id> {
    let mut order = vec![root];
    let mut seen = FxHashSet::from_iter([root]);
    let mut at = 0;
    while at < order.len() {
        nodes[order[at] as usize].form.each(|child| {
            if seen.insert(child) {
                order.push(child);
            }
        });
        at += 1;
    }
    order
}

/// Members without an order.
fn is_set(form: &Form) -> bool {
    matches!(form, Form::Union(_) | Form::Intersection(_))
}

/// Fields in the order of their names.
fn sorted(form: &Form) -> Form {
    let by_name = |fields: &[Field]| {
        let mut fields = fields.to_vec();
        fields.sort_by(|a, b| a.name.cmp(&b.name));
        fields.into()
    };
    match form {
        Form::Record { fields, readonly } => Form::Record { fields: by_name(fields), readonly: *readonly },
        Form::Interface { bases, methods } => {
            Form::Interface { bases: bases.clone(), methods: by_name(methods) }
        }
        other => other.clone(),
    }
}

/// What a node is without its parts.
#[allow(clippy::too_many_lines, reason = "one match over the forms of a type")]
fn label(node: &Node) -> u128 {
    let mut text = Vec::new();
    let word = match &node.form {
        Form::Object(_) => "object",
        Form::Bool(_) => "bool",
        Form::Int(_) => "int",
        Form::Float(_) => "float",
        Form::Str(_) => "str",
        Form::Optional(_) => "optional",
        Form::Union(_) => "union",
        Form::Intersection(_) => "intersection",
        Form::Tuple(_) => "tuple",
        Form::Function { .. } => "signature",
        Form::Array { .. } => "array",
        Form::Map { .. } => "map",
        Form::Record { .. } => "record",
        Form::Interface { .. } => "interface",
        Form::Generic { .. } => "generic",
        Form::Param(_) => "param",
        Form::Alias(_) => "alias",
        Form::Apply { .. } => "apply",
        Form::Import { .. } => "import",
        Form::Indexed { .. } => "indexed",
        Form::KeyOf(_) => "keyof",
        Form::Conditional { .. } => "conditional",
        Form::Unresolved(_) => "unresolved",
        plain => plain.word().unwrap_or_default(),
    };
    let mut add = |bytes: &[u8]| {
        text.extend((bytes.len() as u64).to_le_bytes());
        text.extend_from_slice(bytes);
    };
    add(word.as_bytes());
    let flag = |b: bool| [u8::from(b)];
    match &node.form {
        Form::Bool(b) => add(&flag(*b)),
        Form::Int(i) => add(&i.to_le_bytes()),
        Form::Float(f) => add(&f.to_bits().to_le_bytes()),
        Form::Str(s) => add(s),
        Form::Object(name) | Form::Unresolved(name) => add(name.as_bytes()),
        Form::Param(n) => add(&n.to_le_bytes()),
        Form::Array { readonly, .. } | Form::Map { readonly, .. } => add(&flag(*readonly)),
        Form::Import { path, .. } => path.iter().for_each(|part| add(part.as_bytes())),
        Form::Function { params, vararg, result } => {
            add(&(params.len() as u64).to_le_bytes());
            add(&[u8::from(vararg.is_some()), u8::from(result.is_some())]);
        }
        Form::Generic { params, .. } => params.iter().for_each(|p| add(&flag(p.bound.is_some()))),
        form @ (Form::Record { .. } | Form::Interface { .. }) => match sorted(form) {
            Form::Record { fields, readonly } => {
                add(&flag(readonly));
                fields.iter().for_each(|f| {
                    add(f.name.as_bytes());
                    add(&[u8::from(f.optional), u8::from(f.readonly)]);
                });
            }
            Form::Interface { bases, methods } => {
                add(&(bases.len() as u64).to_le_bytes());
                methods.iter().for_each(|f| add(f.name.as_bytes()));
            }
            _ => {}
        },
        _ => {}
    }
    let mut checks: Vec<String> = node.checks.iter().map(check).collect();
    checks.sort_unstable();
    checks.dedup();
    checks.iter().for_each(|c| add(c.as_bytes()));
    let digest = blake3::hash(&text);
    let (first, _) = digest.as_bytes().as_chunks::<16>();
    u128::from_le_bytes(first[0])
}

fn check(check: &Check) -> String {
    match check {
        // 1 and 1.0 are the same bound.
        Check::Min(n) | Check::Max(n) => {
            let text = number(*n);
            format!("{}({})", check.name(), text.trim_end_matches(".0"))
        }
        _ => format!("{}({})", check.name(), check.argument()),
    }
}

/// Adds a part to a hash; the order counts.
fn mix(a: u128, b: u128) -> u128 {
    const ODD: u128 = 0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835;
    let x = (a.rotate_left(29) ^ b).wrapping_mul(ODD);
    (x ^ x >> 67).wrapping_mul(ODD).rotate_left(41) ^ a
}
