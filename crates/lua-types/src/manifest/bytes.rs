//! Manifests as bytes; those from outside are checked before anything is made of them.

use super::{BASICS, DeclNode, FieldNode, Manifest, Node, ParamNode, SigNode};
use crate::ty::DeclKind;

/// The first bytes: a mark and the version of the form.
const MAGIC: &[u8] = b"LTM\x01";

/// Bytes that are no manifest: what is wrong with them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadManifest(&'static str);

impl std::fmt::Display for BadManifest {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "not a manifest of types: {}", self.0)
    }
}

impl std::error::Error for BadManifest {}

impl Manifest {
    /// The manifest as bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Writer(MAGIC.to_vec());
        out.all(&self.strings, |out, text| {
            out.number(text.len() as u64);
            out.0.extend_from_slice(text);
        });
        out.all(&self.params, |out, param| {
            out.index(param.name);
            out.option(param.bound);
        });
        out.all(&self.decls, |out, decl| {
            out.0.push(decl.kind as u8);
            out.option(decl.unit);
            out.index(decl.name);
            out.indices(&decl.params);
            out.option(decl.body);
        });
        out.all(&self.nodes, Writer::node);
        out.index(self.value);
        for pairs in [&self.types, &self.globals] {
            out.all(pairs, |out, (name, of)| {
                out.index(*name);
                out.index(*of);
            });
        }
        out.0
    }

    /// Reads what [`to_bytes`](Self::to_bytes) wrote.
    pub fn from_bytes(bytes: &[u8]) -> Result<Manifest, BadManifest> {
        let Some(bytes) = bytes.strip_prefix(MAGIC) else { return Err(BadManifest("other first bytes")) };
        let mut read = Reader { bytes };
        let manifest = Manifest {
            strings: read.all(|read| {
                let len = read.count()?;
                Ok(read.take(len)?.into())
            })?,
            params: read.all(|read| Ok(ParamNode { name: read.index()?, bound: read.option()? }))?,
            decls: read.all(Reader::decl)?,
            nodes: read.all(Reader::node)?,
            value: read.index()?,
            types: read.all(|read| Ok((read.index()?, read.index()?)))?,
            globals: read.all(|read| Ok((read.index()?, read.index()?)))?,
        };
        if !read.bytes.is_empty() {
            return Err(BadManifest("bytes behind its end"));
        }
        manifest.validate()?;
        Ok(manifest)
    }

    /// Every index is that of something, and nodes speak only of nodes before them.
    fn validate(&self) -> Result<(), BadManifest> {
        let ensure = |fine: bool, what| if fine { Ok(()) } else { Err(BadManifest(what)) };
        let string = |at: u32| (at as usize) < self.strings.len();
        let param = |at: u32| (at as usize) < self.params.len();
        let decl = |at: u32| (at as usize) < self.decls.len();
        let node = |at: u32| (at as usize) < self.nodes.len();
        for known in &self.params {
            ensure(string(known.name) && known.bound.is_none_or(node), "a parameter of nothing")?;
        }
        for known in &self.decls {
            let names = string(known.name) && known.unit.is_none_or(string);
            ensure(names && known.body.is_none_or(node), "a declaration of nothing")?;
            ensure(known.params.iter().all(|at| param(*at)), "a declaration with unknown parameters")?;
        }
        for (at, known) in self.nodes.iter().enumerate() {
            let before = |part: u32| (part as usize) < at;
            let fine = match known {
                Node::Basic(basic) => (*basic as usize) < BASICS.len(),
                Node::Bool(_) | Node::Int(_) | Node::Float(_) => true,
                Node::Str(text) => string(*text),
                Node::Array(of, _) | Node::TypeValue(of) | Node::KeyOf(of) => before(*of),
                Node::Map(a, b, _) | Node::Indexed(a, b) => before(*a) && before(*b),
                Node::Record { fields, index, .. } => {
                    let mut seen = rustc_hash::FxHashSet::default();
                    fields
                        .iter()
                        .all(|field| string(field.name) && before(field.ty) && seen.insert(field.name))
                        && index.is_none_or(|(key, value)| before(key) && before(value))
                }
                Node::Tuple(parts) => parts.iter().all(|part| before(*part)),
                // Unions are flat: those within each other would grow quadratically when they are flattened.
                Node::Union(parts) => parts
                    .iter()
                    .all(|part| before(*part) && !matches!(self.nodes[*part as usize], Node::Union(_))),
                Node::Intersection(parts) => parts.iter().all(|part| {
                    before(*part) && !matches!(self.nodes[*part as usize], Node::Intersection(_))
                }),
                Node::Ref(of, args) => {
                    decl(*of) && args.iter().all(|arg| before(*arg)) && {
                        let known = &self.decls[*of as usize];
                        known.body.is_none() || known.params.len() == args.len()
                    }
                }
                Node::Param(of) => param(*of),
                Node::Function(sig) => valid_sig(sig, &string, &param, &before),
                Node::Conditional(parts) => parts.iter().all(|part| before(*part)),
            };
            ensure(fine, "a node that speaks of nothing before it")?;
        }
        ensure(node(self.value), "no value")?;
        ensure(self.types.iter().all(|(name, of)| string(*name) && decl(*of)), "a type of nothing")?;
        ensure(self.globals.iter().all(|(name, of)| string(*name) && node(*of)), "a global of nothing")
    }
}

fn valid_sig(
    sig: &SigNode,
    string: &impl Fn(u32) -> bool,
    param: &impl Fn(u32) -> bool,
    node: &impl Fn(u32) -> bool,
) -> bool {
    sig.generics.iter().all(|at| param(*at))
        && sig.params.iter().all(|(name, ty, _)| name.is_none_or(string) && node(*ty))
        && sig.rest.is_none_or(node)
        && sig.results.iter().all(|ty| node(*ty))
        && sig.more.is_none_or(node)
        && sig.asserts.is_none_or(|(at, ty)| (at as usize) < sig.params.len() && ty.is_none_or(node))
}

struct Writer(Vec<u8>);

impl Writer {
    /// Seven bits a byte, low ones first.
    fn number(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.0.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.0.push(value as u8);
    }

    fn index(&mut self, index: u32) {
        self.number(u64::from(index));
    }

    /// One more than the index; 0: none.
    fn option(&mut self, index: Option<u32>) {
        self.number(index.map_or(0, |index| u64::from(index) + 1));
    }

    fn indices(&mut self, indices: &[u32]) {
        self.all(indices, |out, index| out.index(*index));
    }

    fn all<T>(&mut self, items: &[T], mut write: impl FnMut(&mut Self, &T)) {
        self.number(items.len() as u64);
        for item in items {
            write(self, item);
        }
    }

    fn node(&mut self, node: &Node) {
        match node {
            Node::Basic(basic) => self.0.extend([0, *basic]),
            Node::Bool(value) => self.0.extend([1, u8::from(*value)]),
            Node::Int(value) => {
                self.0.push(2);
                self.0.extend(value.to_le_bytes());
            }
            Node::Float(bits) => {
                self.0.push(3);
                self.0.extend(bits.to_le_bytes());
            }
            Node::Str(text) => self.tagged(4, &[*text]),
            Node::Array(elem, readonly) => self.tagged(5 + u8::from(*readonly), &[*elem]),
            Node::Map(key, value, readonly) => self.tagged(7 + u8::from(*readonly), &[*key, *value]),
            Node::Record { fields, index, interface } => {
                self.0.extend([9, u8::from(*interface) | u8::from(index.is_some()) << 1]);
                self.all(fields, |out, field| {
                    out.0.push(u8::from(field.optional) | u8::from(field.readonly) << 1);
                    out.index(field.name);
                    out.index(field.ty);
                });
                if let Some((key, value)) = index {
                    self.index(*key);
                    self.index(*value);
                }
            }
            Node::Tuple(nodes) => self.listed(10, nodes),
            Node::Function(sig) => {
                self.0.push(11);
                self.sig(sig);
            }
            Node::Union(nodes) => self.listed(12, nodes),
            Node::Intersection(nodes) => self.listed(13, nodes),
            Node::Ref(decl, args) => {
                self.tagged(14, &[*decl]);
                self.indices(args);
            }
            Node::Param(param) => self.tagged(15, &[*param]),
            Node::TypeValue(of) => self.tagged(16, &[*of]),
            Node::KeyOf(of) => self.tagged(17, &[*of]),
            Node::Indexed(object, key) => self.tagged(18, &[*object, *key]),
            Node::Conditional(parts) => self.tagged(19, parts),
        }
    }

    fn tagged(&mut self, tag: u8, indices: &[u32]) {
        self.0.push(tag);
        indices.iter().for_each(|index| self.index(*index));
    }

    fn listed(&mut self, tag: u8, indices: &[u32]) {
        self.0.push(tag);
        self.indices(indices);
    }

    fn sig(&mut self, sig: &SigNode) {
        self.0.push(u8::from(sig.method) | u8::from(sig.lenient) << 1 | u8::from(sig.asserts.is_some()) << 2);
        self.indices(&sig.generics);
        self.all(&sig.params, |out, (name, ty, optional)| {
            out.0.push(u8::from(*optional));
            out.option(*name);
            out.index(*ty);
        });
        self.option(sig.rest);
        self.indices(&sig.results);
        self.option(sig.more);
        if let Some((param, ty)) = sig.asserts {
            self.index(param);
            self.option(ty);
        }
    }
}

type Read<T> = Result<T, BadManifest>;

struct Reader<'a> {
    bytes: &'a [u8],
}

const SHORT: BadManifest = BadManifest("it ends too early");

impl<'a> Reader<'a> {
    fn take(&mut self, len: usize) -> Read<&'a [u8]> {
        let (taken, rest) = self.bytes.split_at_checked(len).ok_or(SHORT)?;
        self.bytes = rest;
        Ok(taken)
    }

    fn byte(&mut self) -> Read<u8> {
        Ok(self.take(1)?[0])
    }

    fn flags(&mut self, bits: u32) -> Read<u8> {
        let flags = self.byte()?;
        if u32::from(flags) >> bits != 0 { Err(BadManifest("an unknown mark")) } else { Ok(flags) }
    }

    fn eight(&mut self) -> Read<[u8; 8]> {
        let mut eight = [0; 8];
        eight.copy_from_slice(self.take(8)?);
        Ok(eight)
    }

    fn number(&mut self) -> Read<u64> {
        let mut value = 0;
        for shift in (0..35).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(value);
            }
        }
        Err(BadManifest("a number that is too large"))
    }

    fn index(&mut self) -> Read<u32> {
        u32::try_from(self.number()?).map_err(|_| BadManifest("a number that is too large"))
    }

    fn option(&mut self) -> Read<Option<u32>> {
        match self.number()? {
            0 => Ok(None),
            more => u32::try_from(more - 1).map(Some).map_err(|_| BadManifest("a number that is too large")),
        }
    }

    /// A number of things, each of which takes at least one of the bytes that are left.
    fn count(&mut self) -> Read<usize> {
        let count = self.index()? as usize;
        if count > self.bytes.len() { Err(SHORT) } else { Ok(count) }
    }

    fn all<T>(&mut self, mut read: impl FnMut(&mut Self) -> Read<T>) -> Read<Vec<T>> {
        let count = self.count()?;
        (0..count).map(|_| read(self)).collect()
    }

    fn indices(&mut self) -> Read<Vec<u32>> {
        self.all(Self::index)
    }

    fn decl(&mut self) -> Read<DeclNode> {
        let kind = match self.byte()? {
            0 => DeclKind::Alias,
            1 => DeclKind::Interface,
            2 => DeclKind::Object,
            _ => return Err(BadManifest("an unknown sort of declaration")),
        };
        Ok(DeclNode {
            kind,
            unit: self.option()?,
            name: self.index()?,
            params: self.indices()?,
            body: self.option()?,
        })
    }

    fn node(&mut self) -> Read<Node> {
        let tag = self.byte()?;
        Ok(match tag {
            0 => Node::Basic(self.byte()?),
            1 => Node::Bool(self.flags(1)? != 0),
            2 => Node::Int(i64::from_le_bytes(self.eight()?)),
            3 => Node::Float(u64::from_le_bytes(self.eight()?)),
            4 => Node::Str(self.index()?),
            5 | 6 => Node::Array(self.index()?, tag == 6),
            7 | 8 => Node::Map(self.index()?, self.index()?, tag == 8),
            9 => {
                let flags = self.flags(2)?;
                let fields = self.all(|read| {
                    let flags = read.flags(2)?;
                    let (name, ty) = (read.index()?, read.index()?);
                    Ok(FieldNode { name, ty, optional: flags & 1 != 0, readonly: flags & 2 != 0 })
                })?;
                let index = if flags & 2 != 0 { Some((self.index()?, self.index()?)) } else { None };
                Node::Record { fields, index, interface: flags & 1 != 0 }
            }
            10 => Node::Tuple(self.indices()?),
            11 => Node::Function(Box::new(self.sig()?)),
            12 => Node::Union(self.indices()?),
            13 => Node::Intersection(self.indices()?),
            14 => Node::Ref(self.index()?, self.indices()?),
            15 => Node::Param(self.index()?),
            16 => Node::TypeValue(self.index()?),
            17 => Node::KeyOf(self.index()?),
            18 => Node::Indexed(self.index()?, self.index()?),
            19 => Node::Conditional([self.index()?, self.index()?, self.index()?, self.index()?]),
            _ => return Err(BadManifest("an unknown sort of type")),
        })
    }

    fn sig(&mut self) -> Read<SigNode> {
        let flags = self.flags(3)?;
        Ok(SigNode {
            method: flags & 1 != 0,
            lenient: flags & 2 != 0,
            generics: self.indices()?,
            params: self.all(|read| {
                let optional = read.flags(1)? != 0;
                Ok((read.option()?, read.index()?, optional))
            })?,
            rest: self.option()?,
            results: self.indices()?,
            more: self.option()?,
            asserts: if flags & 4 != 0 { Some((self.index()?, self.option()?)) } else { None },
        })
    }
}
