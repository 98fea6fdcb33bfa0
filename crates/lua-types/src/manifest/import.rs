//! Makes types of a pool of the nodes of a manifest.

use super::{BASICS, DeclNode, FieldNode, Manifest, NamedTypes, Node, SigNode};
use crate::pool::Pool;
use crate::ty::{
    Conditional, Decl, DeclId, Field, Kind, Name, Pack, Param, ParamId, Predicate, Results, Sig, Table, Ty,
    TypeParam,
};

/// What a unit offers, as types of a pool.
#[derive(Clone, Debug)]
pub struct Imported {
    /// What it returns.
    pub value: Ty,
    /// The types that it declares.
    pub types: NamedTypes,
    /// The globals that it sets.
    pub globals: Vec<(Name, Ty)>,
}

impl Manifest {
    /// What is offered, as types of `pool`. Each call declares anew: the checker keeps the result per pool.
    pub fn import(&self, pool: &mut Pool) -> Imported {
        let names: Vec<Name> = self.strings.iter().map(|text| pool.name(text)).collect();
        let params = self.params.iter();
        let params: Vec<ParamId> = params
            .map(|param| pool.param(TypeParam { name: names[param.name as usize], bound: None }))
            .collect();
        let mut decls: Vec<(DeclId, bool)> = Vec::with_capacity(self.decls.len());
        for node in &self.decls {
            let found = declare(pool, node, &names, &params);
            decls.push(found);
        }
        let mut import = Import { pool, names, params, decls, types: Vec::with_capacity(self.nodes.len()) };
        for node in &self.nodes {
            let ty = import.node(node);
            import.types.push(ty);
        }
        let Import { pool, names, params, decls, types } = import;
        for (node, (id, own)) in self.decls.iter().zip(&decls) {
            if let (Some(body), true) = (node.body, own) {
                pool.decl_mut(*id).body = types[body as usize];
            }
        }
        for (node, id) in self.params.iter().zip(&params) {
            if let Some(bound) = node.bound {
                pool.set_bound(*id, Some(types[bound as usize]));
            }
        }
        let own = self.types.iter().map(|(name, decl)| (names[*name as usize], decls[*decl as usize].0));
        let globals = self.globals.iter().map(|(name, ty)| (names[*name as usize], types[*ty as usize]));
        Imported { value: types[self.value as usize], types: own.collect(), globals: globals.collect() }
    }
}

/// A declaration without its body, and whether it is a new one.
fn declare(pool: &mut Pool, node: &DeclNode, names: &[Name], params: &[ParamId]) -> (DeclId, bool) {
    let (name, unit) = (names[node.name as usize], node.unit.map(|unit| names[unit as usize]));
    if node.body.is_none()
        && let Some(known) = pool.declared(unit, name)
        && pool.decl(known).kind == node.kind
    {
        return (known, false);
    }
    let params = node.params.iter().map(|param| params[*param as usize]).collect();
    (pool.declare(Decl { name, unit, kind: node.kind, params, body: Ty::ANY }), true)
}

struct Import<'a> {
    pool: &'a mut Pool,
    names: Vec<Name>,
    params: Vec<ParamId>,
    decls: Vec<(DeclId, bool)>,
    /// One for each node so far.
    types: Vec<Ty>,
}

impl Import<'_> {
    fn at(&self, node: u32) -> Ty {
        self.types[node as usize]
    }

    fn all(&self, nodes: &[u32]) -> Vec<Ty> {
        nodes.iter().map(|node| self.at(*node)).collect()
    }

    fn node(&mut self, node: &Node) -> Ty {
        let kind = match node {
            Node::Basic(basic) => return BASICS[*basic as usize],
            Node::Bool(value) => Kind::Bool(*value),
            Node::Int(value) => Kind::Int(*value),
            Node::Float(bits) => Kind::Float(*bits),
            Node::Str(text) => Kind::Str(self.names[*text as usize]),
            Node::Array(elem, readonly) => Kind::Array(self.at(*elem), *readonly),
            Node::Map(key, value, readonly) => Kind::Map(self.at(*key), self.at(*value), *readonly),
            Node::Record { fields, index, interface } => {
                let table = Table {
                    fields: fields.iter().map(|field| self.field(field)).collect(),
                    index: index.map(|(key, value)| (self.at(key), self.at(value))),
                    interface: *interface,
                };
                Kind::Record(self.pool.table(table))
            }
            Node::Tuple(nodes) => Kind::Tuple(self.pool.list(&self.all(nodes))),
            Node::Function(sig) => {
                let sig = self.sig(sig);
                Kind::Function(self.pool.sig(sig))
            }
            Node::Union(nodes) => return self.pool.union(&self.all(nodes)),
            Node::Intersection(nodes) => return self.pool.intersection(&self.all(nodes)),
            Node::Ref(decl, args) => {
                let id = self.decls[*decl as usize].0;
                // A declaration of the base may have got other parameters since.
                let wanted = self.pool.decl(id).params.len();
                let mut args = self.all(args);
                args.resize(wanted, Ty::ANY);
                Kind::Ref(id, self.pool.list(&args))
            }
            Node::Param(param) => Kind::Param(self.params[*param as usize]),
            Node::TypeValue(of) => Kind::TypeValue(self.at(*of)),
            Node::KeyOf(of) => Kind::KeyOf(self.at(*of)),
            Node::Indexed(object, key) => Kind::Indexed(self.at(*object), self.at(*key)),
            Node::Conditional(parts) => {
                let [check, bound, then, otherwise] = parts.map(|part| self.at(part));
                return self.pool.conditional(Conditional { check, bound, then, otherwise });
            }
        };
        self.pool.add(kind)
    }

    fn field(&self, field: &FieldNode) -> Field {
        Field {
            name: self.names[field.name as usize],
            ty: self.at(field.ty),
            optional: field.optional,
            readonly: field.readonly,
        }
    }

    fn sig(&mut self, sig: &SigNode) -> Sig {
        let param = |(name, ty, optional): &(Option<u32>, u32, bool)| Param {
            name: name.map(|name| self.names[name as usize]),
            ty: self.at(*ty),
            optional: *optional,
        };
        let params = sig.params.iter().map(param).collect();
        let results =
            Pack { list: self.pool.list(&self.all(&sig.results)), rest: sig.more.map(|ty| self.at(ty)) };
        Sig {
            generics: sig.generics.iter().map(|param| self.params[*param as usize]).collect(),
            params,
            rest: sig.rest.map(|ty| self.at(ty)),
            results: Results::Known(results),
            asserts: sig.asserts.map(|(param, ty)| Predicate { param, ty: ty.map(|ty| self.at(ty)) }),
            method: sig.method,
            lenient: sig.lenient,
        }
    }
}
