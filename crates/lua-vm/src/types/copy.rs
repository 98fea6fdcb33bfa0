//! Copies types: into heaps, out of them, with names bound; what is shared stays shared.
//!
//! A node is copied once for each list of arguments around it (its *scope*), so `List<number>` refers to itself where `List<T>` does.
//! A type that contains itself with ever larger arguments (`type N<T> = {n: N<{T}>?}`) is cut off: what is behind is unresolved.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::settle::settle;
use super::{Form, Graph, Id, Instance, Node, Type};

/// Nodes and references to nodes that a copy may consist of, at run time.
pub(crate) const MOST: usize = 2048;
/// Generic types in arguments of each other.
const DEEPEST: u32 = 48;

/// Finds the type that an import means.
pub(super) type Find<'a> = &'a mut dyn FnMut(&Arc<str>, &[Arc<str>]) -> Option<Found>;

/// A type of another unit.
pub(super) struct Found {
    pub(super) ty: Type,
    /// The unit that its own imports are to be looked up in.
    pub(super) unit: Arc<str>,
}

/// Source of nodes: a graph, and the unit that it belongs to.
struct Source {
    graph: Arc<Graph>,
    unit: Arc<str>,
}

type ScopeId = usize;

/// Outside of generic types.
const OUTSIDE: ScopeId = 0;
/// Inside of one without arguments: parameters stay what they are, and so do generic types with arguments.
const INSIDE: ScopeId = 1;

/// Arguments for the parameters of a generic type.
struct Scope {
    args: Vec<Id>,
    depth: u32,
}

pub(super) struct Copier<'a> {
    out: Vec<Node>,
    sources: Vec<Source>,
    known: FxHashMap<usize, usize>,
    scopes: Vec<Scope>,
    scope_ids: FxHashMap<(usize, Id, Vec<Id>), ScopeId>,
    done: FxHashMap<(usize, Id, ScopeId), Id>,
    queue: Vec<(usize, Id, ScopeId, Id)>,
    find: Option<Find<'a>>,
    /// Nodes and references to nodes that may be made.
    most: usize,
    made: usize,
    cut: bool,
}

impl<'a> Copier<'a> {
    pub(super) fn new(most: usize, find: Option<Find<'a>>) -> Copier<'a> {
        Copier {
            out: Vec::new(),
            sources: Vec::new(),
            known: FxHashMap::default(),
            scopes: vec![Scope { args: Vec::new(), depth: 0 }, Scope { args: Vec::new(), depth: 0 }],
            scope_ids: FxHashMap::default(),
            done: FxHashMap::default(),
            queue: Vec::new(),
            find,
            most,
            made: 0,
            cut: false,
        }
    }

    /// Makes a graph known.
    pub(super) fn source(&mut self, graph: &Arc<Graph>, unit: &Arc<str>) -> usize {
        let next = self.sources.len();
        let at = *self.known.entry(Arc::as_ptr(graph) as usize).or_insert(next);
        if at == next {
            self.sources.push(Source { graph: graph.clone(), unit: unit.clone() });
        }
        at
    }

    /// The number that a node has in the copy, outside of any generic type.
    pub(super) fn node(&mut self, source: usize, id: Id) -> Id {
        self.want(source, id, OUTSIDE)
    }

    /// A generic type with arguments, which are nodes of the copy.
    pub(super) fn apply(&mut self, source: usize, target: Id, args: Vec<Id>) -> Id {
        let node = self.applied(source, target, args, 0);
        self.add(node)
    }

    /// Copies everything that was asked for; the graph, and whether something was cut off.
    pub(super) fn finish(mut self) -> (Vec<Node>, bool) {
        while let Some((source, id, scope, to)) = self.queue.pop() {
            self.copy(source, id, scope, to);
        }
        settle(&mut self.out);
        (self.out, self.cut)
    }

    fn add(&mut self, node: Node) -> Id {
        self.out.push(node);
        self.out.len() as Id - 1
    }

    fn want(&mut self, source: usize, id: Id, scope: ScopeId) -> Id {
        if scope > INSIDE
            && let Form::Param(n) = self.sources[source].graph.node(id).form
            && let Some(arg) = self.scopes[scope].args.get(n as usize)
        {
            return *arg;
        }
        if let Some(known) = self.done.get(&(source, id, scope)) {
            return *known;
        }
        let to = self.add(Node::new(Form::Unknown));
        self.done.insert((source, id, scope), to);
        self.queue.push((source, id, scope, to));
        to
    }

    fn copy(&mut self, source: usize, id: Id, scope: ScopeId, to: Id) {
        let graph = self.sources[source].graph.clone();
        let node = graph.node(id);
        self.made += node.parts();
        if self.made > self.most {
            self.cut = true;
            self.out[to as usize] = unresolved(node);
            return;
        }
        let mut copy = match &node.form {
            Form::Apply { target, args } if scope == INSIDE => {
                let target = self.want(source, *target, OUTSIDE);
                let args = args.iter().map(|arg| self.want(source, *arg, INSIDE)).collect();
                Node::new(Form::Apply { target, args })
            }
            Form::Apply { target, args } => {
                let args = args.iter().map(|arg| self.want(source, *arg, scope)).collect();
                self.applied(source, *target, args, self.scopes[scope].depth)
            }
            Form::Import { path, args } => {
                let args: Vec<Id> = args.iter().map(|arg| self.want(source, *arg, scope)).collect();
                self.import(source, path, args, scope)
            }
            // Parameters of a generic type stay what they are inside of it.
            form @ Form::Generic { .. } => Node::new(form.map(|child| self.want(source, child, INSIDE))),
            form => Node::new(form.map(|child| self.want(source, child, scope))),
        };
        if let (None, Some(instance)) = (&copy.instance, &node.instance) {
            let args = instance.args.iter().map(|arg| self.want(source, *arg, scope)).collect();
            copy.instance = Some(Box::new(Instance { name: instance.name.clone(), args }));
        }
        if node.name.is_some() {
            copy.name.clone_from(&node.name);
        }
        if !node.checks.is_empty() {
            copy.checks = copy.checks.iter().chain(&node.checks).cloned().collect();
        }
        self.out[to as usize] = copy;
    }

    /// The node of a generic type with arguments.
    fn applied(&mut self, source: usize, mut target: Id, args: Vec<Id>, depth: u32) -> Node {
        let graph = self.sources[source].graph.clone();
        for _ in 0..64 {
            let node = graph.node(target);
            match &node.form {
                Form::Alias(of) => target = *of,
                Form::Generic { params, body } if params.len() == args.len() && depth < DEEPEST => {
                    let next = self.scopes.len();
                    let scope = *self.scope_ids.entry((source, target, args.clone())).or_insert(next);
                    if scope == next {
                        self.scopes.push(Scope { args: args.clone(), depth: depth + 1 });
                    }
                    let body = self.want(source, *body, scope);
                    let name = node.name.clone().unwrap_or_else(|| "?".into());
                    let instance = Some(Box::new(Instance { name, args: args.into() }));
                    return Node { instance, ..Node::new(Form::Alias(body)) };
                }
                Form::Import { path, args: none } if none.is_empty() => {
                    return self.import(source, path, args, OUTSIDE);
                }
                Form::Generic { params, .. } if params.len() == args.len() => {
                    self.cut = true;
                    return unresolved(node);
                }
                _ => return unresolved(node),
            }
        }
        Node::new(Form::Unresolved("?".into()))
    }

    fn import(&mut self, source: usize, path: &[Arc<str>], args: Vec<Id>, scope: ScopeId) -> Node {
        let unit = self.sources[source].unit.clone();
        let Some(find) = &mut self.find else {
            return Node::new(Form::Import { path: path.into(), args: args.into() });
        };
        let Some(found) = find(&unit, path) else {
            let path: Vec<&str> = path.iter().map(|part| &**part).collect();
            return Node::new(Form::Unresolved(path.join(".").into()));
        };
        let source = self.source(&found.ty.graph, &found.unit);
        if args.is_empty() || matches!(found.ty.form(), Form::Object(_)) {
            return Node::new(Form::Alias(self.want(source, found.ty.at, OUTSIDE)));
        }
        if scope == INSIDE {
            return Node::new(Form::Apply {
                target: self.want(source, found.ty.at, OUTSIDE),
                args: args.into(),
            });
        }
        self.applied(source, found.ty.at, args, self.scopes[scope].depth)
    }
}

fn unresolved(node: &Node) -> Node {
    Node::new(Form::Unresolved(node.name.clone().unwrap_or_else(|| "?".into())))
}

/// A generic type with arguments; `None` if it would be too large. The arguments must be as many as it has parameters.
pub(crate) fn instantiate(generic: &Type, args: &[Type]) -> Option<(Type, usize)> {
    let unit: Arc<str> = "".into();
    let mut copier = Copier::new(MOST, None);
    let args = args
        .iter()
        .map(|arg| {
            let source = copier.source(&arg.graph, &unit);
            copier.node(source, arg.at)
        })
        .collect();
    let source = copier.source(&generic.graph, &unit);
    let at = copier.apply(source, generic.at, args);
    let (nodes, cut) = copier.finish();
    if cut {
        return None;
    }
    let (graph, work) = Graph::made(nodes);
    Some((Type { graph, at }, work))
}
