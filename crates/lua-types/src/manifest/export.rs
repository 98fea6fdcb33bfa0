//! Collects what a unit offers into nodes.

use super::{BASICS, DeclNode, FieldNode, Manifest, Node, ParamNode, SigNode};
use crate::pool::Pool;
use crate::ty::{DeclId, DeclKind, Kind, Name, ParamId, ShapeId, SigId, Table, Ty};
use crate::types::{Types, results_of, shape_of};
use rustc_hash::{FxHashMap, FxHashSet, FxHasher};
use std::hash::{Hash, Hasher};

/// Levels of a type that are exported; what lies deeper is `any`.
const MAX_DEPTH: u32 = 100;

impl Manifest {
    /// The value that a unit returns, the types that it declares, the globals that it sets. Tables of the code become records,
    /// recursive ones declarations; results of functions are inferred if they were not yet.
    pub fn export<T: Types + ?Sized>(
        cx: &mut T,
        value: Ty,
        types: &[(Name, DeclId)],
        globals: &[(Name, Ty)],
    ) -> Manifest {
        let out = Manifest {
            strings: vec![],
            params: vec![],
            decls: vec![],
            nodes: vec![],
            value: 0,
            types: vec![],
            globals: vec![],
        };
        let mut export = Export {
            cx,
            out,
            strings: FxHashMap::default(),
            nodes: FxHashMap::default(),
            interned: FxHashMap::default(),
            params: FxHashMap::default(),
            decls: FxHashMap::default(),
            shapes: FxHashMap::default(),
            busy: FxHashSet::default(),
            bodies: vec![],
            bounds: vec![],
            depth: 0,
        };
        export.out.value = export.ty(value);
        for (name, decl) in types {
            let pair = (export.string(*name), export.decl(*decl));
            export.out.types.push(pair);
        }
        for (name, ty) in globals {
            let pair = (export.string(*name), export.ty(*ty));
            export.out.globals.push(pair);
        }
        export.rest();
        export.out
    }
}

/// A table of the code on its way out.
#[derive(Clone, Copy)]
enum Shape {
    /// Its fields are being collected; the declaration that stands for it, if it met itself.
    Busy(Option<u32>),
    Done(u32),
}

struct Export<'a, T: ?Sized> {
    cx: &'a mut T,
    out: Manifest,
    strings: FxHashMap<Name, u32>,
    nodes: FxHashMap<Ty, u32>,
    interned: FxHashMap<Node, u32>,
    params: FxHashMap<ParamId, u32>,
    decls: FxHashMap<DeclId, u32>,
    shapes: FxHashMap<ShapeId, Shape>,
    busy: FxHashSet<Ty>,
    /// Declarations whose bodies are still to come.
    bodies: Vec<(u32, Ty)>,
    /// Parameters whose bounds are still to come.
    bounds: Vec<(u32, Ty)>,
    depth: u32,
}

impl<T: Types + ?Sized> Export<'_, T> {
    /// Bodies and bounds, until no further declaration comes up.
    fn rest(&mut self) {
        loop {
            if let Some((decl, body)) = self.bodies.pop() {
                let body = self.ty(body);
                self.out.decls[decl as usize].body = Some(body);
            } else if let Some((param, bound)) = self.bounds.pop() {
                let bound = self.ty(bound);
                self.out.params[param as usize].bound = Some(bound);
            } else {
                return;
            }
        }
    }

    fn string(&mut self, name: Name) -> u32 {
        if let Some(known) = self.strings.get(&name) {
            return *known;
        }
        let at = self.out.strings.len() as u32;
        self.out.strings.push(self.cx.pool().text(name).into());
        self.strings.insert(name, at);
        at
    }

    /// Equal nodes are one: a record and a table of the code that look alike cannot be told apart from outside.
    fn node(&mut self, node: Node) -> u32 {
        if let Some(known) = self.interned.get(&node) {
            return *known;
        }
        let at = self.out.nodes.len() as u32;
        self.out.nodes.push(node.clone());
        self.interned.insert(node, at);
        at
    }

    fn param(&mut self, id: ParamId) -> u32 {
        if let Some(known) = self.params.get(&id) {
            return *known;
        }
        let param = self.cx.pool().type_param(id);
        let name = self.string(param.name);
        let at = self.out.params.len() as u32;
        self.out.params.push(ParamNode { name, bound: None });
        self.params.insert(id, at);
        self.bounds.extend(param.bound.map(|bound| (at, bound)));
        at
    }

    fn decl(&mut self, id: DeclId) -> u32 {
        if let Some(known) = self.decls.get(&id) {
            return *known;
        }
        let decl = self.cx.pool().decl(id).clone();
        let (name, unit) = (self.string(decl.name), decl.unit.map(|unit| self.string(unit)));
        let at = self.out.decls.len() as u32;
        self.decls.insert(id, at);
        self.out.decls.push(DeclNode { unit, name, kind: decl.kind, params: vec![], body: None });
        let in_base = self.cx.pool().in_base(id) && self.cx.pool().declared(decl.unit, decl.name) == Some(id);
        if !in_base {
            let params = decl.params.iter().map(|param| self.param(*param)).collect();
            self.out.decls[at as usize].params = params;
            self.bodies.push((at, decl.body));
        }
        at
    }

    fn ty(&mut self, ty: Ty) -> u32 {
        if let Some(known) = self.nodes.get(&ty) {
            return *known;
        }
        let kind = self.cx.pool().kind(ty);
        if let Kind::Shape(shape) = kind {
            return self.shape(shape);
        }
        if let Some(basic) = BASICS.iter().position(|basic| *basic == ty) {
            let at = self.node(Node::Basic(basic as u8));
            self.nodes.insert(ty, at);
            return at;
        }
        // A function may give back itself; what nests without end is a mistake that is reported elsewhere.
        if self.depth >= MAX_DEPTH || !self.busy.insert(ty) {
            return self.ty(if matches!(kind, Kind::Function(_)) { Ty::FUNCTION } else { Ty::ANY });
        }
        self.depth += 1;
        let node = self.kind(kind);
        self.depth -= 1;
        self.busy.remove(&ty);
        let at = match &node {
            // Tables of the code that look alike have become one record.
            Node::Union(parts) | Node::Intersection(parts) if parts.len() == 1 => parts[0],
            _ => self.node(node),
        };
        self.nodes.insert(ty, at);
        at
    }

    fn types(&mut self, types: &[Ty]) -> Vec<u32> {
        types.iter().map(|ty| self.ty(*ty)).collect()
    }

    fn kind(&mut self, kind: Kind) -> Node {
        let list = |cx: &T, list| cx.pool().types(list);
        match kind {
            Kind::Bool(value) => Node::Bool(value),
            Kind::Int(value) => Node::Int(value),
            Kind::Float(bits) => Node::Float(bits),
            Kind::Str(name) => Node::Str(self.string(name)),
            Kind::Array(elem, readonly) => Node::Array(self.ty(elem), readonly),
            Kind::Map(key, value, readonly) => Node::Map(self.ty(key), self.ty(value), readonly),
            Kind::Record(id) => {
                let table = self.cx.pool().fields(id).clone();
                self.record(&table)
            }
            Kind::Tuple(of) => {
                let types = list(self.cx, of);
                Node::Tuple(self.types(&types))
            }
            Kind::Function(sig) => self.function(sig),
            Kind::Union(of) => {
                let mut types = list(self.cx, of);
                // Handles depend on what else was checked; the order of what is offered must not.
                types.sort_by_cached_key(|ty| fingerprint(self.cx.pool(), *ty, 2));
                Node::Union(self.distinct(&types))
            }
            Kind::Intersection(of) => {
                let types = list(self.cx, of);
                Node::Intersection(self.distinct(&types))
            }
            Kind::Ref(decl, args) => {
                let (decl, args) = (self.decl(decl), list(self.cx, args));
                Node::Ref(decl, self.types(&args))
            }
            Kind::Param(param) => Node::Param(self.param(param)),
            Kind::TypeValue(of) => Node::TypeValue(self.ty(of)),
            Kind::KeyOf(of) => Node::KeyOf(self.ty(of)),
            Kind::Indexed(object, key) => Node::Indexed(self.ty(object), self.ty(key)),
            Kind::Conditional(id) => {
                let cond = self.cx.pool().cond(id);
                Node::Conditional(
                    [cond.check, cond.bound, cond.then, cond.otherwise].map(|part| self.ty(part)),
                )
            }
            // Types of one word have their nodes already.
            _ => Node::Basic(2),
        }
    }

    /// Two tables of the code may become one record.
    fn distinct(&mut self, types: &[Ty]) -> Vec<u32> {
        let mut nodes = self.types(types);
        let mut seen = FxHashSet::default();
        nodes.retain(|node| seen.insert(*node));
        nodes
    }

    fn record(&mut self, table: &Table) -> Node {
        let fields = table
            .fields
            .iter()
            .map(|field| FieldNode {
                name: self.string(field.name),
                ty: self.ty(field.ty),
                optional: field.optional,
                readonly: field.readonly,
            })
            .collect();
        let index = table.index.map(|(key, value)| (self.ty(key), self.ty(value)));
        Node::Record { fields, index, interface: table.interface }
    }

    fn shape(&mut self, shape: ShapeId) -> u32 {
        match self.shapes.get(&shape).copied() {
            Some(Shape::Done(node)) => return node,
            Some(Shape::Busy(known)) => {
                let decl = known.unwrap_or_else(|| self.recursive(shape));
                self.shapes.insert(shape, Shape::Busy(Some(decl)));
                return self.node(Node::Ref(decl, vec![]));
            }
            None if self.depth >= MAX_DEPTH => return self.ty(Ty::TABLE),
            None => {}
        }
        self.shapes.insert(shape, Shape::Busy(None));
        self.depth += 1;
        let table = shape_of(self.cx, shape);
        let outside = match table.fields.is_empty() {
            true => {
                let simple = self.cx.pool_mut().table_type(table);
                self.cx.pool().kind(simple)
            }
            false => Kind::Record(self.cx.pool_mut().table(table)),
        };
        let node = match outside {
            Kind::AnyTable => self.ty(Ty::TABLE),
            kind => {
                let node = self.kind(kind);
                self.node(node)
            }
        };
        self.depth -= 1;
        let done = match self.shapes.get(&shape) {
            Some(Shape::Busy(Some(decl))) => {
                let decl = *decl;
                self.out.decls[decl as usize].body = Some(node);
                self.node(Node::Ref(decl, vec![]))
            }
            _ => node,
        };
        self.shapes.insert(shape, Shape::Done(done));
        done
    }

    /// A declaration that stands for a table that holds itself.
    fn recursive(&mut self, shape: ShapeId) -> u32 {
        let name = match self.cx.shape_name(shape) {
            Some(name) => name,
            None => self.cx.pool_mut().name(b"table"),
        };
        let name = self.string(name);
        let decl = DeclNode { unit: None, name, kind: DeclKind::Alias, params: vec![], body: None };
        self.out.decls.push(decl);
        self.out.decls.len() as u32 - 1
    }

    fn function(&mut self, id: SigId) -> Node {
        let sig = self.cx.pool().signature(id).clone();
        let results = results_of(self.cx, id);
        let generics = sig.generics.iter().map(|param| self.param(*param)).collect();
        let params = sig
            .params
            .iter()
            .map(|param| (param.name.map(|name| self.string(name)), self.ty(param.ty), param.optional))
            .collect();
        let types = self.cx.pool().types(results.list);
        Node::Function(Box::new(SigNode {
            generics,
            params,
            rest: sig.rest.map(|ty| self.ty(ty)),
            results: self.types(&types),
            more: results.rest.map(|ty| self.ty(ty)),
            asserts: sig.asserts.map(|says| (says.param, says.ty.map(|ty| self.ty(ty)))),
            method: sig.method,
            lenient: sig.lenient,
        }))
    }
}

/// Parts of a type that its fingerprint looks into.
const MAX_PARTS: usize = 16;

/// Tells types apart by their looks, whatever their handles; only some levels deep.
fn fingerprint(pool: &Pool, ty: Ty, levels: u32) -> u64 {
    let mut hasher = FxHasher::default();
    let kind = pool.kind(ty);
    std::mem::discriminant(&kind).hash(&mut hasher);
    match kind {
        Kind::Bool(value) => value.hash(&mut hasher),
        Kind::Int(value) => value.hash(&mut hasher),
        Kind::Float(bits) => bits.hash(&mut hasher),
        Kind::Str(name) => pool.text(name).hash(&mut hasher),
        Kind::Param(param) => pool.text(pool.type_param(param).name).hash(&mut hasher),
        Kind::Ref(decl, _) => pool.text(pool.decl(decl).name).hash(&mut hasher),
        Kind::Record(id) => {
            pool.fields(id).fields.iter().for_each(|field| pool.text(field.name).hash(&mut hasher))
        }
        _ => {}
    }
    if levels > 0 {
        let mut parts = vec![];
        crate::subst::parts(pool, ty, &mut parts);
        parts.len().hash(&mut hasher);
        // Members of a union stand in the order of their handles: some of many would be chosen by chance.
        if matches!(kind, Kind::Union(_)) && parts.len() > MAX_PARTS {
            parts.clear();
        }
        parts.truncate(MAX_PARTS);
        let mut prints: Vec<u64> =
            parts.into_iter().map(|part| fingerprint(pool, part, levels - 1)).collect();
        if let Kind::Union(_) = kind {
            prints.sort_unstable();
        }
        prints.hash(&mut hasher);
    }
    hasher.finish()
}
