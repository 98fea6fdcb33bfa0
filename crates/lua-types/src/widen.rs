//! Widens literal types to what a variable of such a first value may hold.

use crate::pool::Pool;
use crate::ty::{Field, Kind, Table, Ty};
use rustc_hash::FxHashMap;

/// Levels that [`widen_deep`] goes down.
const MAX_DEPTH: u32 = 32;

/// Literals become their basic types, also as alternatives; what lies inside tables stays.
pub(crate) fn widen(pool: &mut Pool, ty: Ty) -> Ty {
    match pool.kind(ty) {
        Kind::Bool(_) => Ty::BOOLEAN,
        Kind::Int(_) => Ty::INTEGER,
        Kind::Float(_) => Ty::NUMBER,
        Kind::Str(_) => Ty::STRING,
        Kind::Union(list) => {
            let members: Vec<Ty> = pool.types(list).into_iter().map(|member| widen(pool, member)).collect();
            pool.union(&members)
        }
        _ => ty,
    }
}

/// The same also inside arrays, maps, records and tuples.
pub(crate) fn widen_deep(pool: &mut Pool, ty: Ty) -> Ty {
    Deep { pool, done: FxHashMap::default() }.ty(ty, 0)
}

struct Deep<'a> {
    pool: &'a mut Pool,
    done: FxHashMap<Ty, Ty>,
}

impl Deep<'_> {
    fn ty(&mut self, ty: Ty, depth: u32) -> Ty {
        if depth > MAX_DEPTH {
            return ty;
        }
        if let Some(known) = self.done.get(&ty) {
            return *known;
        }
        let result = self.parts(ty, depth + 1);
        self.done.insert(ty, result);
        result
    }

    fn parts(&mut self, ty: Ty, depth: u32) -> Ty {
        let kind = match self.pool.kind(ty) {
            Kind::Array(elem, readonly) => Kind::Array(self.ty(elem, depth), readonly),
            Kind::Map(key, value, readonly) => {
                Kind::Map(self.ty(key, depth), self.ty(value, depth), readonly)
            }
            Kind::Record(id) => {
                let table = self.pool.fields(id).clone();
                let fields = table
                    .fields
                    .iter()
                    .map(|field| Field { ty: self.ty(field.ty, depth), ..*field })
                    .collect();
                let index = table.index.map(|(key, value)| (self.ty(key, depth), self.ty(value, depth)));
                Kind::Record(self.pool.table(Table { fields, index, ..table }))
            }
            Kind::Tuple(list) => {
                let types: Vec<Ty> = self.pool.types(list).into_iter().map(|ty| self.ty(ty, depth)).collect();
                Kind::Tuple(self.pool.list(&types))
            }
            Kind::Union(list) => {
                let members: Vec<Ty> =
                    self.pool.types(list).into_iter().map(|ty| self.ty(ty, depth)).collect();
                return self.pool.union(&members);
            }
            _ => return widen(self.pool, ty),
        };
        self.pool.add(kind)
    }
}

#[cfg(test)]
mod tests;
