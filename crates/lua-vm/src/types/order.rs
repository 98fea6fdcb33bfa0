//! Subtypes: whether every value of one type is a value of another, as far as types say.

use rustc_hash::{FxHashMap, FxHashSet};

use super::{Form, Id, Node, Type};
use crate::arith;
use crate::native::Num;
use crate::types::checks::{Check, value};
use crate::value::{Value, float_to_int};

/// Pairs of nodes that are compared before the answer is no.
const PAIRS: usize = 4096;
/// Levels that are compared; below, types are taken for equal, as validation goes no deeper.
const DEEPEST: usize = 64;

/// Whether `a` is a subtype of `b`; and the work that it took.
pub(crate) fn is_subtype(a: &Type, b: &Type) -> (bool, usize) {
    if a.is(b) {
        return (true, 1);
    }
    between((a.graph.nodes(), a.at), (b.graph.nodes(), b.at))
}

/// The same for nodes.
pub(super) fn between((a_nodes, a): (&[Node], Id), (b_nodes, b): (&[Node], Id)) -> (bool, usize) {
    let mut order = Order {
        sides: [a_nodes, b_nodes],
        assumed: FxHashSet::default(),
        trail: Vec::new(),
        refuted: FxHashMap::default(),
        left: PAIRS,
        depth: 0,
    };
    let holds = order.below((0, a), (1, b));
    (holds, PAIRS - order.left)
}

/// A node of one of the two graphs: parameters of functions are compared the other way round.
type At = (usize, Id);

struct Order<'a> {
    sides: [&'a [Node]; 2],
    /// Pairs that are being compared, or held so far: recursive types are compared as far as they differ.
    assumed: FxHashSet<(At, At)>,
    trail: Vec<(At, At)>,
    refuted: FxHashMap<(At, At), ()>,
    left: usize,
    depth: usize,
}

impl<'a> Order<'a> {
    fn node(&self, (side, id): At) -> &'a Node {
        &self.sides[side][id as usize]
    }

    fn below(&mut self, a: At, b: At) -> bool {
        let same = a.1 == b.1 && std::ptr::eq(self.sides[a.0], self.sides[b.0]);
        if same || self.assumed.contains(&(a, b)) || self.depth > DEEPEST {
            return true;
        }
        if self.left == 0 || self.refuted.contains_key(&(a, b)) {
            return false;
        }
        self.left -= 1;
        self.depth += 1;
        let before = self.trail.len();
        self.assumed.insert((a, b));
        self.trail.push((a, b));
        let holds = self.compare(a, b);
        if !holds {
            // What held only if this did is open again.
            for pair in self.trail.drain(before..) {
                self.assumed.remove(&pair);
            }
            self.refuted.insert((a, b), ());
        }
        self.depth -= 1;
        holds
    }

    fn compare(&mut self, a: At, b: At) -> bool {
        let (x, y) = (self.node(a), self.node(b));
        // Their parts were compared with all of `b`.
        let in_parts = matches!(x.form, Form::Never | Form::Alias(_) | Form::Union(_) | Form::Optional(_));
        self.forms(a, b) && (in_parts || y.checks.iter().all(|wanted| implied(wanted, x)))
    }

    #[allow(clippy::too_many_lines, reason = "one match over pairs of forms")]
    fn forms(&mut self, a: At, b: At) -> bool {
        let ((s, _), (t, _)) = (a, b);
        let (x, y) = (&self.node(a).form, &self.node(b).form);
        match (x, y) {
            (Form::Never, _) | (_, Form::Any | Form::Unknown) => true,
            (Form::Alias(of), _) => self.below((s, *of), b),
            (_, Form::Alias(of)) => self.below(a, (t, *of)),
            (Form::Union(list), _) => list.iter().all(|m| self.below((s, *m), b)),
            (Form::Optional(inner), _) => self.takes_nil(b) && self.below((s, *inner), b),
            (_, Form::Intersection(list)) => list.iter().all(|m| self.below(a, (t, *m))),
            (_, Form::Union(list)) => list.iter().any(|m| self.below(a, (t, *m))),
            (Form::Nil, Form::Optional(_)) => true,
            (_, Form::Optional(inner)) => self.below(a, (t, *inner)),
            (Form::Intersection(list), _) => list.iter().any(|m| self.below((s, *m), b)),
            (Form::Nil, Form::Nil)
            | (Form::Boolean | Form::Bool(_), Form::Boolean)
            | (Form::Number | Form::Integer | Form::Int(_) | Form::Float(_), Form::Number)
            | (Form::Integer | Form::Int(_), Form::Integer)
            | (Form::String | Form::Str(_), Form::String)
            | (Form::Thread, Form::Thread)
            | (Form::Type, Form::Type)
            | (Form::Callable | Form::Function { .. }, Form::Callable) => true,
            (Form::Float(f), Form::Integer) => float_to_int(*f).is_some(),
            (Form::Bool(p), Form::Bool(q)) => p == q,
            (Form::Str(p), Form::Str(q)) => p == q,
            (Form::Int(_) | Form::Float(_), Form::Int(_) | Form::Float(_)) => {
                literal(x).is_some_and(|p| literal(y).is_some_and(|q| p.raw_eq(q)))
            }
            (Form::Object(p), Form::Object(q)) => p == q || &**q == "userdata",
            (
                Form::Table
                | Form::Array { .. }
                | Form::Map { .. }
                | Form::Record { .. }
                | Form::Tuple(_)
                | Form::Interface { .. },
                Form::Table,
            ) => true,
            (Form::Record { fields, .. }, Form::Record { fields: wanted, .. }) => {
                wanted.iter().all(|w| match fields.iter().find(|f| f.name == w.name) {
                    Some(f) if f.optional && !w.optional && !self.takes_nil((t, w.ty)) => false,
                    Some(f) => self.below((s, f.ty), (t, w.ty)),
                    None => w.optional || self.takes_nil((t, w.ty)),
                })
            }
            (Form::Record { fields, .. }, Form::Map { key, val, .. }) => {
                fields.iter().all(|f| self.text_fits(&f.name, (t, *key)) && self.below((s, f.ty), (t, *val)))
            }
            (Form::Array { elem, .. }, Form::Array { elem: wanted, .. }) => {
                self.below((s, *elem), (t, *wanted))
            }
            (Form::Tuple(list), Form::Array { elem, .. }) => {
                list.iter().all(|m| self.below((s, *m), (t, *elem)))
            }
            (Form::Array { elem, .. }, Form::Map { key, val, .. }) => {
                self.integer_fits((t, *key)) && self.below((s, *elem), (t, *val))
            }
            (Form::Map { key, val, .. }, Form::Map { key: k, val: v, .. }) => {
                self.below((s, *key), (t, *k)) && self.below((s, *val), (t, *v))
            }
            (Form::Tuple(list), Form::Tuple(wanted)) => {
                list.len() == wanted.len()
                    && list.iter().zip(wanted.iter()).all(|(m, w)| self.below((s, *m), (t, *w)))
            }
            (Form::Interface { bases, methods }, Form::Interface { methods: wanted, .. }) => {
                let own = wanted
                    .iter()
                    .all(|w| methods.iter().any(|m| m.name == w.name && self.below((s, m.ty), (t, w.ty))));
                (own && !wanted.is_empty()) || bases.iter().any(|base| self.below((s, *base), b))
            }
            (
                Form::Function { params, vararg, result },
                Form::Function { params: given, vararg: more, result: wanted },
            ) => {
                // One that takes fewer ignores the rest.
                let taken = params.iter().enumerate().all(|(i, p)| match given.get(i).or(more.as_ref()) {
                    Some(g) => self.below((t, *g), (s, *p)),
                    None => self.takes_nil((s, *p)),
                });
                let rest = match vararg {
                    Some(v) => {
                        given.iter().skip(params.len()).chain(more).all(|g| self.below((t, *g), (s, *v)))
                    }
                    None => true,
                };
                let results = match (result, wanted) {
                    (_, None) => true,
                    (Some(r), Some(w)) => self.below((s, *r), (t, *w)),
                    (None, Some(w)) => self.takes_nil((t, *w)),
                };
                taken && rest && results
            }
            (Form::Param(p), Form::Param(q)) => p == q,
            (Form::Import { path, args }, Form::Import { path: other, args: theirs }) => {
                path == other
                    && args.len() == theirs.len()
                    && args.iter().zip(theirs.iter()).all(|(p, q)| self.below((s, *p), (t, *q)))
            }
            (Form::Generic { params, body }, Form::Generic { params: theirs, body: other }) => {
                params.len() == theirs.len() && self.below((s, *body), (t, *other))
            }
            _ => false,
        }
    }

    fn takes_nil(&mut self, at: At) -> bool {
        let (side, _) = at;
        let mut open = vec![at.1];
        let mut seen = FxHashSet::default();
        while let Some(id) = open.pop() {
            if !seen.insert(id) {
                continue;
            }
            match &self.node((side, id)).form {
                Form::Nil | Form::Optional(_) | Form::Any | Form::Unknown => return true,
                Form::Union(list) => open.extend(list.iter()),
                Form::Alias(of) => open.push(*of),
                _ => {}
            }
        }
        false
    }

    fn text_fits(&self, text: &str, at: At) -> bool {
        self.some_member(at, |form| match form {
            Form::String | Form::Any | Form::Unknown => true,
            Form::Str(s) => **s == *text.as_bytes(),
            _ => false,
        })
    }

    fn integer_fits(&self, at: At) -> bool {
        self.some_member(at, |form| matches!(form, Form::Number | Form::Integer | Form::Any | Form::Unknown))
    }

    fn some_member(&self, (side, id): At, fits: impl Fn(&Form) -> bool) -> bool {
        let mut open = vec![id];
        let mut seen = FxHashSet::default();
        while let Some(id) = open.pop() {
            if !seen.insert(id) {
                continue;
            }
            let form = &self.node((side, id)).form;
            match form {
                Form::Union(list) => open.extend(list.iter()),
                Form::Optional(of) | Form::Alias(of) => open.push(*of),
                form if fits(form) => return true,
                _ => {}
            }
        }
        false
    }
}

fn literal(form: &Form) -> Option<Value> {
    match form {
        Form::Int(i) => Some(Value::int(*i)),
        Form::Float(f) => Some(Value::float(*f)),
        _ => None,
    }
}

/// Whether all values of a node pass a check.
fn implied(wanted: &Check, node: &Node) -> bool {
    let at_least = |a: Num, b: Num| arith::num_le(value(b), value(a));
    if let Some(v) = literal(&node.form) {
        return wanted.on_number(v).is_none();
    }
    if let Form::Str(text) = &node.form {
        return wanted.on_text(text).is_none();
    }
    node.checks.iter().any(|check| match (check, wanted) {
        (Check::Min(a), Check::Min(b)) => at_least(*a, *b),
        (Check::Max(a), Check::Max(b)) => at_least(*b, *a),
        (Check::MinLen(a), Check::MinLen(b)) => a >= b,
        (Check::MaxLen(a), Check::MaxLen(b)) => a <= b,
        (Check::Pattern(a), Check::Pattern(b)) => a.text() == b.text(),
        _ => false,
    })
}
