//! The types that a chunk declares, as bytes and back.
//!
//! ```text
//! types     count of nodes (0: none are declared), nodes; count of exports, each: name, node
//! node      name: 0, or 1 and a text; instance: 0, or 1, name, nodes; form; count of validators, each
//! form      kind, what belongs to it; a list is a count and its members, an absent node 0, another one its number + 1
//! ```
//!
//! Nodes may refer to later ones, so whether all are there is looked at behind the last.

use std::sync::Arc;

use super::{Decoder, Encoder, Read, number, signed};
use crate::native::Num;
use crate::types::{BuiltIn, Check, Declared, Field, Form, Graph, Id, Instance, Node, Param, Pattern};

/// Kinds of a form behind those of the language, which are numbered by [`BuiltIn`].
mod form {
    pub(super) const FIRST: u8 = 32;
    pub(super) const OBJECT: u8 = 32;
    pub(super) const BOOL: u8 = 33;
    pub(super) const INT: u8 = 34;
    pub(super) const FLOAT: u8 = 35;
    pub(super) const STR: u8 = 36;
    pub(super) const OPTIONAL: u8 = 37;
    pub(super) const UNION: u8 = 38;
    pub(super) const INTERSECTION: u8 = 39;
    pub(super) const TUPLE: u8 = 40;
    pub(super) const FUNCTION: u8 = 41;
    pub(super) const ARRAY: u8 = 42;
    pub(super) const MAP: u8 = 43;
    pub(super) const RECORD: u8 = 44;
    pub(super) const INTERFACE: u8 = 45;
    pub(super) const GENERIC: u8 = 46;
    pub(super) const PARAM: u8 = 47;
    pub(super) const ALIAS: u8 = 48;
    pub(super) const APPLY: u8 = 49;
    pub(super) const IMPORT: u8 = 50;
    pub(super) const INDEXED: u8 = 51;
    pub(super) const KEY_OF: u8 = 52;
    pub(super) const CONDITIONAL: u8 = 53;
    pub(super) const UNRESOLVED: u8 = 54;
}

const OPTIONAL: u8 = 1;
const READONLY: u8 = 2;

impl<'a> Encoder<'a> {
    pub(super) fn types(&mut self, declared: Option<&'a Declared>) {
        let Some(declared) = declared else { return self.number(0) };
        self.number(declared.graph.nodes().len());
        declared.graph.nodes().iter().for_each(|node| self.node(node));
        self.number(declared.exports.len());
        for (name, id) in &declared.exports {
            self.text(name.as_bytes());
            self.id(*id);
        }
    }

    fn node(&mut self, node: &'a Node) {
        match &node.name {
            Some(name) => {
                self.body.push(1);
                self.text(name.as_bytes());
            }
            None => self.body.push(0),
        }
        match &node.instance {
            Some(instance) => {
                self.body.push(1);
                self.text(instance.name.as_bytes());
                self.ids(&instance.args);
            }
            None => self.body.push(0),
        }
        self.form(&node.form);
        self.number(node.checks.len());
        node.checks.iter().for_each(|check| self.check(check));
    }

    fn id(&mut self, id: Id) {
        self.number(id as usize);
    }

    fn maybe(&mut self, id: Option<Id>) {
        self.number(id.map_or(0, |id| id as usize + 1));
    }

    fn ids(&mut self, ids: &[Id]) {
        self.number(ids.len());
        ids.iter().for_each(|id| self.id(*id));
    }

    fn fields(&mut self, fields: &'a [Field]) {
        self.number(fields.len());
        for f in fields {
            self.text(f.name.as_bytes());
            self.body.push((u8::from(f.optional) * OPTIONAL) | (u8::from(f.readonly) * READONLY));
            self.id(f.ty);
        }
    }

    fn kind(&mut self, kind: u8) {
        self.body.push(kind);
    }

    fn form(&mut self, of: &'a Form) {
        let plain = match of {
            Form::Nil => BuiltIn::Nil,
            Form::Boolean => BuiltIn::Boolean,
            Form::Number => BuiltIn::Number,
            Form::Integer => BuiltIn::Integer,
            Form::String => BuiltIn::String,
            Form::Any => BuiltIn::Any,
            Form::Unknown => BuiltIn::Unknown,
            Form::Never => BuiltIn::Never,
            Form::Table => BuiltIn::Table,
            Form::Callable => BuiltIn::Function,
            Form::Thread => BuiltIn::Thread,
            Form::Type => BuiltIn::Type,
            _ => return self.compound(of),
        };
        self.kind(plain as u8);
    }

    #[allow(clippy::too_many_lines, reason = "one match over the forms of a type")]
    fn compound(&mut self, of: &'a Form) {
        match of {
            Form::Object(name) => {
                self.kind(form::OBJECT);
                self.text(name.as_bytes());
            }
            Form::Bool(b) => self.body.extend([form::BOOL, u8::from(*b)]),
            Form::Int(i) => {
                self.kind(form::INT);
                signed(&mut self.body, *i);
            }
            Form::Float(f) => {
                self.kind(form::FLOAT);
                self.body.extend(f.to_bits().to_le_bytes());
            }
            Form::Str(s) => {
                self.kind(form::STR);
                self.text(s);
            }
            Form::Optional(inner) => {
                self.kind(form::OPTIONAL);
                self.id(*inner);
            }
            Form::Union(list) => {
                self.kind(form::UNION);
                self.ids(list);
            }
            Form::Intersection(list) => {
                self.kind(form::INTERSECTION);
                self.ids(list);
            }
            Form::Tuple(list) => {
                self.kind(form::TUPLE);
                self.ids(list);
            }
            Form::Function { params, vararg, result } => {
                self.kind(form::FUNCTION);
                self.ids(params);
                self.maybe(*vararg);
                self.maybe(*result);
            }
            Form::Array { elem, readonly } => {
                self.body.extend([form::ARRAY, u8::from(*readonly)]);
                self.id(*elem);
            }
            Form::Map { key, val, readonly } => {
                self.body.extend([form::MAP, u8::from(*readonly)]);
                self.id(*key);
                self.id(*val);
            }
            Form::Record { fields, readonly } => {
                self.body.extend([form::RECORD, u8::from(*readonly)]);
                self.fields(fields);
            }
            Form::Interface { bases, methods } => {
                self.kind(form::INTERFACE);
                self.ids(bases);
                self.fields(methods);
            }
            Form::Generic { params, body } => {
                self.kind(form::GENERIC);
                self.number(params.len());
                for p in params.iter() {
                    self.text(p.name.as_bytes());
                    self.maybe(p.bound);
                }
                self.id(*body);
            }
            Form::Param(n) => {
                self.kind(form::PARAM);
                self.number(*n as usize);
            }
            Form::Alias(id) => {
                self.kind(form::ALIAS);
                self.id(*id);
            }
            Form::Apply { target, args } => {
                self.kind(form::APPLY);
                self.id(*target);
                self.ids(args);
            }
            Form::Import { path, args } => {
                self.kind(form::IMPORT);
                self.number(path.len());
                path.iter().for_each(|part| self.text(part.as_bytes()));
                self.ids(args);
            }
            Form::Indexed { object, key } => {
                self.kind(form::INDEXED);
                self.ids(&[*object, *key]);
            }
            Form::KeyOf(id) => {
                self.kind(form::KEY_OF);
                self.id(*id);
            }
            Form::Conditional { check, bound, then, otherwise } => {
                self.kind(form::CONDITIONAL);
                self.ids(&[*check, *bound, *then, *otherwise]);
            }
            Form::Unresolved(name) => {
                self.kind(form::UNRESOLVED);
                self.text(name.as_bytes());
            }
            _ => self.kind(BuiltIn::Unknown as u8),
        }
    }

    fn check(&mut self, check: &'a Check) {
        let num = |body: &mut Vec<u8>, n: Num| match n {
            Num::Int(i) => {
                body.push(0);
                signed(body, i);
            }
            Num::Float(f) => {
                body.push(1);
                body.extend(f.to_bits().to_le_bytes());
            }
        };
        match check {
            Check::Min(n) => {
                self.kind(0);
                num(&mut self.body, *n);
            }
            Check::Max(n) => {
                self.kind(1);
                num(&mut self.body, *n);
            }
            Check::MinLen(n) => {
                self.kind(2);
                signed(&mut self.body, *n);
            }
            Check::MaxLen(n) => {
                self.kind(3);
                signed(&mut self.body, *n);
            }
            Check::Pattern(pattern) => {
                self.kind(4);
                number(&mut self.body, pattern.text().len() as u64);
                self.body.extend_from_slice(pattern.text().as_bytes());
            }
        }
    }
}

impl Decoder<'_> {
    pub(super) fn types(&mut self) -> Read<Option<Declared>> {
        let count = self.count(4)?;
        if count == 0 {
            return Ok(None);
        }
        let nodes = (0..count).map(|_| self.node()).collect::<Read<Vec<Node>>>()?;
        let exports = self.list(2, |this| Ok((this.name()?, this.id()?)))?;
        let declared = Declared { graph: Graph::new(nodes), exports };
        if !declared.is_whole() {
            return self.damaged("types that are there");
        }
        declared.graph.prepare();
        Ok(Some(declared))
    }

    /// Things that take `each` bytes at least.
    fn list<T, L: FromIterator<T>>(&mut self, each: usize, one: impl Fn(&mut Self) -> Read<T>) -> Read<L> {
        let count = self.count(each)?;
        (0..count).map(|_| one(self)).collect()
    }

    fn id(&mut self) -> Read<Id> {
        match Id::try_from(self.number()?) {
            Ok(id) => Ok(id),
            Err(_) => self.damaged("the number of a node"),
        }
    }

    fn maybe(&mut self) -> Read<Option<Id>> {
        Ok(self.id()?.checked_sub(1))
    }

    fn ids(&mut self) -> Read<Arc<[Id]>> {
        self.list(1, Self::id)
    }

    fn flag(&mut self) -> Read<bool> {
        match self.byte()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => self.damaged("a flag"),
        }
    }

    fn node(&mut self) -> Read<Node> {
        let name = if self.flag()? { Some(self.name()?) } else { None };
        let instance = if self.flag()? {
            Some(Box::new(Instance { name: self.name()?, args: self.ids()? }))
        } else {
            None
        };
        let form = self.form()?;
        let checks = self.list(2, Self::check)?;
        Ok(Node { name, form, checks, instance })
    }

    fn fields(&mut self) -> Read<Arc<[Field]>> {
        self.list(3, |this| {
            let name = this.name()?;
            let flags = this.byte()?;
            if flags & !(OPTIONAL | READONLY) != 0 {
                return this.damaged("known flags of a field");
            }
            let (optional, readonly) = (flags & OPTIONAL != 0, flags & READONLY != 0);
            Ok(Field { name, optional, readonly, ty: this.id()? })
        })
    }

    fn float(&mut self) -> Read<f64> {
        let (bytes, _) = self.take(8)?.as_chunks::<8>();
        Ok(f64::from_bits(u64::from_le_bytes(bytes[0])))
    }

    fn several<const N: usize>(&mut self) -> Read<[Id; N]> {
        match <[Id; N]>::try_from(&*self.ids()?) {
            Ok(ids) => Ok(ids),
            Err(_) => self.damaged("as many nodes as the form has"),
        }
    }

    fn form(&mut self) -> Read<Form> {
        let kind = self.byte()?;
        if kind < form::FIRST {
            return match BuiltIn::from_byte(kind) {
                Some(of) => Ok(of.form()),
                None => self.damaged("the kind of a type"),
            };
        }
        Ok(match kind {
            form::OBJECT => Form::Object(self.name()?),
            form::BOOL => Form::Bool(self.flag()?),
            form::INT => Form::Int(self.signed()?),
            form::FLOAT => Form::Float(self.float()?),
            form::STR => {
                let at = self.text()?;
                Form::Str(self.texts[at].bytes.into())
            }
            form::OPTIONAL => Form::Optional(self.id()?),
            form::UNION => Form::Union(self.ids()?),
            form::INTERSECTION => Form::Intersection(self.ids()?),
            form::TUPLE => Form::Tuple(self.ids()?),
            form::FUNCTION => {
                Form::Function { params: self.ids()?, vararg: self.maybe()?, result: self.maybe()? }
            }
            form::ARRAY => Form::Array { readonly: self.flag()?, elem: self.id()? },
            form::MAP => Form::Map { readonly: self.flag()?, key: self.id()?, val: self.id()? },
            form::RECORD => Form::Record { readonly: self.flag()?, fields: self.fields()? },
            form::INTERFACE => Form::Interface { bases: self.ids()?, methods: self.fields()? },
            form::GENERIC => {
                let params = self.list(2, |this| Ok(Param { name: this.name()?, bound: this.maybe()? }))?;
                Form::Generic { params, body: self.id()? }
            }
            form::PARAM => Form::Param(self.id()?),
            form::ALIAS => Form::Alias(self.id()?),
            form::APPLY => Form::Apply { target: self.id()?, args: self.ids()? },
            form::IMPORT => {
                let path: Arc<[Arc<str>]> = self.list(1, Self::name)?;
                Form::Import { path, args: self.ids()? }
            }
            form::INDEXED => {
                let [object, key] = self.several()?;
                Form::Indexed { object, key }
            }
            form::KEY_OF => Form::KeyOf(self.id()?),
            form::CONDITIONAL => {
                let [check, bound, then, otherwise] = self.several()?;
                Form::Conditional { check, bound, then, otherwise }
            }
            form::UNRESOLVED => Form::Unresolved(self.name()?),
            _ => return self.damaged("the kind of a type"),
        })
    }

    fn num(&mut self) -> Read<Num> {
        Ok(if self.flag()? { Num::Float(self.float()?) } else { Num::Int(self.signed()?) })
    }

    fn check(&mut self) -> Read<Check> {
        Ok(match self.byte()? {
            0 => Check::Min(self.num()?),
            1 => Check::Max(self.num()?),
            2 => Check::MinLen(self.signed()?),
            3 => Check::MaxLen(self.signed()?),
            4 => {
                let len = self.count(1)?;
                match std::str::from_utf8(self.take(len)?) {
                    Ok(text) => Check::Pattern(Arc::new(Pattern::new(text))),
                    Err(_) => return self.damaged("a pattern in UTF-8"),
                }
            }
            _ => return self.damaged("the kind of a validator"),
        })
    }
}
