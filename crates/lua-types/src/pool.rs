//! Interns types: one handle for one way of writing a type.
//!
//! A pool may stand on a frozen one (the declarations of the node: base libraries and modules), whose handles are valid in it,
//! too. Nothing is ever removed: a pool lives for the check of one unit.

use crate::ty::{
    CondId, Conditional, Decl, DeclId, DeclKind, Field, Kind, List, Name, Pack, Param, ParamId, Results, Sig,
    SigId, Table, TableId, Ty, TypeParam,
};
use rustc_hash::{FxHashMap, FxHashSet, FxHasher};
use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// One kind of thing by number, the first of which lie in the base.
#[derive(Debug)]
struct Store<T> {
    first: u32,
    own: Vec<T>,
}

impl<T> Default for Store<T> {
    fn default() -> Self {
        Store { first: 0, own: vec![] }
    }
}

impl<T> Store<T> {
    fn after(base: &Store<T>) -> Self {
        Store { first: base.end(), own: vec![] }
    }

    fn end(&self) -> u32 {
        self.first + self.own.len() as u32
    }

    fn push(&mut self, value: T) -> u32 {
        let id = self.end();
        self.own.push(value);
        id
    }
}

/// Types and what they are made of.
#[derive(Debug, Default)]
pub struct Pool {
    base: Option<Arc<Pool>>,
    kinds: Store<Kind>,
    lists: Store<Ty>,
    texts: Store<Box<[u8]>>,
    tables: Store<Table>,
    sigs: Store<Sig>,
    decls: Store<Decl>,
    params: Store<TypeParam>,
    conds: Store<Conditional>,
    by_kind: FxHashMap<Kind, Ty>,
    by_list: FxHashMap<u64, List>,
    by_text: FxHashMap<Box<[u8]>, Name>,
    by_table: FxHashMap<u64, TableId>,
    by_sig: FxHashMap<u64, SigId>,
    by_cond: FxHashMap<Conditional, CondId>,
    /// For each kind of this pool: whether substitution may change it.
    open: Vec<bool>,
    /// Signatures that may still change.
    fluid: FxHashSet<SigId>,
    /// Declarations by unit and name; the last of a name counts.
    by_home: FxHashMap<(Option<Name>, Name), DeclId>,
    /// Bodies of generic declarations with their arguments put in.
    instances: FxHashMap<Ty, Ty>,
    gave_up: bool,
    /// Levels of the question under way.
    nested: u32,
    /// Steps that it took.
    work: u32,
    /// How often [`MAX_WORK`] was halved.
    halved: u32,
    /// The question under way has used up its steps.
    used_up: bool,
}

/// Levels of types, expansions and comparisons within each other in one question.
const MAX_NESTED: u32 = 160;

/// Steps of one question. Each question of a pool that needs more halves what the next ones get, so that a source made to be
/// slow is slow a few times only.
const MAX_WORK: u32 = 100_000;

/// Steps that every question gets.
const LEAST_WORK: u32 = 1_000;

/// How far a question has come.
pub(crate) struct Suspended {
    nested: u32,
    work: u32,
    gave_up: bool,
}

macro_rules! basics {
    ($($name:ident = $kind:ident, $at:literal;)*) => {
        const BASICS: &[Kind] = &[$(Kind::$kind),*];
        impl Ty {
            $(#[allow(missing_docs, reason = "the types of the language, by name")] pub const $name: Ty = Ty($at);)*
        }
    };
}

basics! {
    NEVER = Never, 0;
    UNKNOWN = Unknown, 1;
    ANY = Any, 2;
    NIL = Nil, 3;
    BOOLEAN = Boolean, 4;
    NUMBER = Number, 5;
    INTEGER = Integer, 6;
    STRING = String, 7;
    TABLE = AnyTable, 8;
    FUNCTION = AnyFunction, 9;
    THREAD = Thread, 10;
    USERDATA = AnyUserdata, 11;
}

fn hash<T: Hash + ?Sized>(value: &T) -> u64 {
    let mut hasher = FxHasher::default();
    value.hash(&mut hasher);
    hasher.finish()
}

impl Pool {
    /// A pool with the basic types alone.
    pub fn new() -> Self {
        let mut pool = Pool::default();
        for kind in BASICS {
            pool.add(*kind);
        }
        pool
    }

    /// A pool in which everything of `base` is known.
    pub fn on(base: &Arc<Pool>) -> Self {
        Pool {
            kinds: Store::after(&base.kinds),
            lists: Store::after(&base.lists),
            texts: Store::after(&base.texts),
            tables: Store::after(&base.tables),
            sigs: Store::after(&base.sigs),
            decls: Store::after(&base.decls),
            params: Store::after(&base.params),
            conds: Store::after(&base.conds),
            base: Some(base.clone()),
            ..Pool::default()
        }
    }

    /// Finds in the chain of pools what `get` finds in one.
    fn find<T>(&self, get: impl Fn(&Pool) -> Option<T>) -> Option<T> {
        let mut pool = self;
        loop {
            if let Some(found) = get(pool) {
                return Some(found);
            }
            pool = pool.base.as_deref()?;
        }
    }

    fn owner<T>(&self, id: u32, store: impl Fn(&Pool) -> &Store<T>) -> &T {
        let mut pool = self;
        loop {
            let part = store(pool);
            if id >= part.first {
                return &part.own[(id - part.first) as usize];
            }
            pool = pool.base.as_deref().expect("a handle of this pool or its base");
        }
    }

    /// The handle of a kind.
    pub fn add(&mut self, kind: Kind) -> Ty {
        if let Some(known) = self.find(|p| p.by_kind.get(&kind).copied()) {
            return known;
        }
        let open = self.kind_is_open(kind);
        let ty = Ty(self.kinds.push(kind));
        self.open.push(open);
        self.by_kind.insert(kind, ty);
        ty
    }

    /// Whether substitution may change a type: it mentions parameters, or something that is still inferred.
    pub(crate) fn is_open(&self, ty: Ty) -> bool {
        let mut pool = self;
        loop {
            if ty.0 >= pool.kinds.first {
                return pool.open[(ty.0 - pool.kinds.first) as usize];
            }
            pool = pool.base.as_deref().expect("a handle of this pool or its base");
        }
    }

    fn kind_is_open(&self, kind: Kind) -> bool {
        let open = |ty: Ty| self.is_open(ty);
        let any_open = |list: List| (0..list.len()).any(|i| self.is_open(self.at(list, i)));
        match kind {
            Kind::Param(_) | Kind::Shape(_) => true,
            Kind::Array(elem, _) => open(elem),
            Kind::Map(key, value, _) => open(key) || open(value),
            Kind::Record(id) => {
                let table = self.fields(id);
                table.fields.iter().any(|field| open(field.ty))
                    || table.index.is_some_and(|(key, value)| open(key) || open(value))
            }
            Kind::Tuple(list) | Kind::Union(list) | Kind::Intersection(list) | Kind::Ref(_, list) => {
                any_open(list)
            }
            Kind::Function(id) => {
                let sig = self.signature(id);
                let results = match sig.results {
                    Results::Known(pack) => any_open(pack.list) || pack.rest.is_some_and(open),
                    Results::Inferred(_) => true,
                };
                let asserts = sig.asserts.and_then(|predicate| predicate.ty).is_some_and(open);
                let params = sig.params.iter().any(|param| open(param.ty)) || sig.rest.is_some_and(open);
                results || asserts || params || self.find(|p| p.fluid.contains(&id).then_some(())).is_some()
            }
            Kind::TypeValue(ty) | Kind::KeyOf(ty) => open(ty),
            Kind::Indexed(object, key) => open(object) || open(key),
            Kind::Conditional(id) => {
                let cond = self.cond(id);
                [cond.check, cond.bound, cond.then, cond.otherwise].into_iter().any(open)
            }
            _ => false,
        }
    }

    /// What `ty` is.
    #[inline]
    pub fn kind(&self, ty: Ty) -> Kind {
        if ty.0 >= self.kinds.first {
            return self.kinds.own[(ty.0 - self.kinds.first) as usize];
        }
        *self.owner(ty.0, |p| &p.kinds)
    }

    /// The handle of a text.
    pub fn name(&mut self, text: &[u8]) -> Name {
        if let Some(known) = self.known_name(text) {
            return known;
        }
        let name = Name(self.texts.push(text.into()));
        self.by_text.insert(text.into(), name);
        name
    }

    /// The handle of a text that may be new to this pool.
    pub fn known_name(&self, text: &[u8]) -> Option<Name> {
        self.find(|p| p.by_text.get(text).copied())
    }

    /// The bytes of a text.
    pub fn text(&self, name: Name) -> &[u8] {
        self.owner(name.0, |p| &p.texts)
    }

    /// The text of an identifier.
    pub fn str(&self, name: Name) -> &str {
        std::str::from_utf8(self.text(name)).unwrap_or("?")
    }

    /// The handle of a list.
    pub fn list(&mut self, types: &[Ty]) -> List {
        if types.is_empty() {
            return List::EMPTY;
        }
        let mut key = hash(types);
        // A list with the same hash but other types takes the next key.
        while let Some(known) = self.find(|p| p.by_list.get(&key).copied()) {
            if known.len() == types.len() && (0..known.len()).all(|i| self.at(known, i) == types[i]) {
                return known;
            }
            key = key.wrapping_add(1);
        }
        let list = List { start: self.lists.end(), len: types.len() as u32 };
        self.lists.own.extend_from_slice(types);
        self.by_list.insert(key, list);
        list
    }

    /// Type `i` of a list, from 0.
    #[inline]
    pub fn at(&self, list: List, i: usize) -> Ty {
        debug_assert!(i < list.len());
        *self.owner(list.start + i as u32, |p| &p.lists)
    }

    /// The types of a list.
    pub fn types(&self, list: List) -> Vec<Ty> {
        (0..list.len()).map(|i| self.at(list, i)).collect()
    }

    /// The handle of a table's fields.
    pub fn table(&mut self, table: Table) -> TableId {
        let mut key = hash(&table);
        while let Some(known) = self.find(|p| p.by_table.get(&key).copied()) {
            if *self.fields(known) == table {
                return known;
            }
            key = key.wrapping_add(1);
        }
        let id = TableId(self.tables.push(table));
        self.by_table.insert(key, id);
        id
    }

    /// The fields behind a handle.
    pub fn fields(&self, id: TableId) -> &Table {
        self.owner(id.0, |p| &p.tables)
    }

    /// The handle of a signature that is wholly known.
    pub fn sig(&mut self, sig: Sig) -> SigId {
        let mut key = hash(&sig);
        while let Some(known) = self.find(|p| p.by_sig.get(&key).copied()) {
            if *self.signature(known) == sig {
                return known;
            }
            key = key.wrapping_add(1);
        }
        let id = SigId(self.sigs.push(sig));
        self.by_sig.insert(key, id);
        id
    }

    /// A signature of its own: that of a function of the unit, whose results come later.
    pub fn new_sig(&mut self, sig: Sig) -> SigId {
        let id = SigId(self.sigs.push(sig));
        self.fluid.insert(id);
        id
    }

    /// A signature of its own that never changes: another one that is written the same way is another one.
    pub fn unique_sig(&mut self, sig: Sig) -> SigId {
        SigId(self.sigs.push(sig))
    }

    /// Whether a type is of the pool that this one stands on.
    pub(crate) fn is_base(&self, ty: Ty) -> bool {
        ty.0 < self.kinds.first
    }

    /// Whether a signature is of this pool, not of the one that it stands on.
    pub(crate) fn is_own_sig(&self, id: SigId) -> bool {
        id.0 >= self.sigs.first
    }

    /// The signature behind a handle.
    pub fn signature(&self, id: SigId) -> &Sig {
        self.owner(id.0, |p| &p.sigs)
    }

    /// Changes a signature made by [`new_sig`](Self::new_sig) in this pool.
    pub fn sig_mut(&mut self, id: SigId) -> &mut Sig {
        &mut self.sigs.own[(id.0 - self.sigs.first) as usize]
    }

    /// A new declaration.
    pub fn declare(&mut self, decl: Decl) -> DeclId {
        let home = (decl.unit, decl.name);
        // A name of the language stays what it is.
        let taken = decl.unit.is_none() && self.declared(None, decl.name).is_some();
        let id = DeclId(self.decls.push(decl));
        if !taken {
            self.by_home.insert(home, id);
        }
        id
    }

    /// The declaration of a unit or module with that name, of the language without one.
    pub fn declared(&self, unit: Option<Name>, name: Name) -> Option<DeclId> {
        self.find(|p| p.by_home.get(&(unit, name)).copied())
    }

    /// The type `error` of the language: an object; `any` where the base declares none.
    pub fn error_type(&mut self) -> Ty {
        let error = self.known_name(b"error").and_then(|name| self.declared(None, name));
        match error {
            Some(id) if self.decl(id).kind == DeclKind::Object => self.add(Kind::Ref(id, List::EMPTY)),
            _ => Ty::ANY,
        }
    }

    /// Whether a declaration lies in a pool below this one.
    pub(crate) fn in_base(&self, id: DeclId) -> bool {
        id.0 < self.decls.first
    }

    /// What is declared.
    pub fn decl(&self, id: DeclId) -> &Decl {
        self.owner(id.0, |p| &p.decls)
    }

    /// Changes a declaration of this pool.
    pub fn decl_mut(&mut self, id: DeclId) -> &mut Decl {
        self.instances.clear();
        &mut self.decls.own[(id.0 - self.decls.first) as usize]
    }

    /// The body of a generic declaration with its arguments, if it was made already.
    pub(crate) fn instance(&self, of: Ty) -> Option<Ty> {
        self.find(|p| p.instances.get(&of).copied())
    }

    pub(crate) fn set_instance(&mut self, of: Ty, body: Ty) {
        self.instances.insert(of, body);
    }

    /// Notes that a question was too deep or too large, and was answered in favour of the code.
    pub(crate) fn give_up(&mut self) {
        self.gave_up = true;
    }

    /// Whether some question since the last call was too deep or too large: what the checker reports as `E0011`.
    pub fn take_gave_up(&mut self) -> bool {
        std::mem::take(&mut self.gave_up)
    }

    /// Begins a level of a question; `false`: too deep or too long. Ends with [`leave`](Self::leave) either way.
    #[must_use]
    pub(crate) fn enter(&mut self) -> bool {
        if self.nested == 0 {
            self.work = 0;
        }
        self.nested += 1;
        self.work += 1;
        let allowed = (MAX_WORK >> self.halved.min(16)).max(LEAST_WORK);
        self.used_up |= self.work > allowed;
        let fine = self.nested <= MAX_NESTED && self.work <= allowed;
        self.gave_up |= !fine;
        fine
    }

    /// Ends a level of a question.
    pub(crate) fn leave(&mut self) {
        self.nested -= 1;
        if self.nested == 0 && std::mem::take(&mut self.used_up) {
            self.halved += 1;
        }
    }

    /// Puts the question under way aside: what is inferred meanwhile asks its own ones.
    pub(crate) fn suspend(&mut self) -> Suspended {
        Suspended {
            nested: std::mem::take(&mut self.nested),
            work: std::mem::take(&mut self.work),
            gave_up: std::mem::take(&mut self.gave_up),
        }
    }

    /// Goes on with a question.
    pub(crate) fn resume(&mut self, question: Suspended) {
        self.nested = question.nested;
        self.work = question.work;
        self.gave_up |= question.gave_up;
    }

    /// A new type parameter.
    pub fn param(&mut self, param: TypeParam) -> ParamId {
        ParamId(self.params.push(param))
    }

    /// A type parameter.
    pub fn type_param(&self, id: ParamId) -> TypeParam {
        *self.owner(id.0, |p| &p.params)
    }

    /// Sets what arguments of a parameter of this pool must fit.
    pub fn set_bound(&mut self, id: ParamId, bound: Option<Ty>) {
        self.params.own[(id.0 - self.params.first) as usize].bound = bound;
    }

    /// A conditional type as it stands.
    pub fn conditional(&mut self, cond: Conditional) -> Ty {
        let id = match self.find(|p| p.by_cond.get(&cond).copied()) {
            Some(known) => known,
            None => {
                let id = CondId(self.conds.push(cond));
                self.by_cond.insert(cond, id);
                id
            }
        };
        self.add(Kind::Conditional(id))
    }

    /// The parts of a conditional type.
    pub fn cond(&self, id: CondId) -> Conditional {
        *self.owner(id.0, |p| &p.conds)
    }

    /// The literal type of a text.
    pub fn str_type(&mut self, text: &[u8]) -> Ty {
        let name = self.name(text);
        self.add(Kind::Str(name))
    }

    /// `{T}`
    pub fn array(&mut self, elem: Ty) -> Ty {
        self.add(Kind::Array(elem, false))
    }

    /// `{[K]: V}`
    pub fn map(&mut self, key: Ty, value: Ty) -> Ty {
        self.add(Kind::Map(key, value, false))
    }

    /// `{a: T, …}`
    pub fn record(&mut self, fields: Vec<Field>) -> Ty {
        let id = self.table(Table { fields, ..Table::default() });
        self.add(Kind::Record(id))
    }

    /// The simplest type with these fields: an array or a map where there are no named ones, `table` where there is nothing.
    pub(crate) fn table_type(&mut self, table: Table) -> Ty {
        match (table.index, table.fields.is_empty() && !table.interface) {
            (Some((key, value)), true) if self.is_integer(key) => self.array(value),
            (Some((key, value)), true) => self.map(key, value),
            (None, true) => Ty::TABLE,
            _ => {
                let id = self.table(table);
                self.add(Kind::Record(id))
            }
        }
    }

    /// Whether keys of a type are those of an array.
    fn is_integer(&self, key: Ty) -> bool {
        self.members(key)
            .into_iter()
            .all(|key| matches!(self.kind(key), Kind::Integer | Kind::Number | Kind::Int(_)))
    }

    /// A function type without generics.
    pub fn function(&mut self, params: Vec<Param>, rest: Option<Ty>, results: Pack) -> Ty {
        let results = Results::Known(results);
        let sig =
            Sig { generics: vec![], params, rest, results, asserts: None, method: false, lenient: false };
        let id = self.sig(sig);
        self.add(Kind::Function(id))
    }

    /// Values of these types.
    pub fn pack(&mut self, types: &[Ty]) -> Pack {
        Pack { list: self.list(types), rest: None }
    }

    /// `A | B | …`: flattened, sorted, without doubles; `any` and `unknown` swallow the rest, a basic type its literals.
    pub fn union(&mut self, types: &[Ty]) -> Ty {
        let mut flat: Vec<Ty> = Vec::with_capacity(types.len());
        for ty in types {
            match self.kind(*ty) {
                Kind::Union(list) => flat.extend((0..list.len()).map(|i| self.at(list, i))),
                Kind::Never => {}
                _ => flat.push(*ty),
            }
        }
        flat.sort_unstable();
        flat.dedup();
        if flat.len() < 2 {
            return flat.first().copied().unwrap_or(Ty::NEVER);
        }
        for swallow in [Ty::ANY, Ty::UNKNOWN] {
            if flat.contains(&swallow) {
                return swallow;
            }
        }
        let has = |ty| flat.contains(&ty);
        let (number, integer, string) = (has(Ty::NUMBER), has(Ty::INTEGER), has(Ty::STRING));
        let both = flat.iter().filter(|ty| matches!(self.kind(**ty), Kind::Bool(_))).count() == 2;
        let boolean = both || has(Ty::BOOLEAN);
        flat.retain(|ty| match self.kind(*ty) {
            Kind::Integer => !number,
            Kind::Int(_) => !number && !integer,
            Kind::Float(_) => !number,
            Kind::Str(_) => !string,
            Kind::Bool(_) => !boolean,
            _ => true,
        });
        if both && !flat.contains(&Ty::BOOLEAN) {
            flat.push(Ty::BOOLEAN);
            flat.sort_unstable();
        }
        if let [only] = flat[..] {
            return only;
        }
        let list = self.list(&flat);
        self.add(Kind::Union(list))
    }

    /// `A & B & …`: flattened, without doubles; `unknown` adds nothing, `any` and `never` swallow the rest.
    pub fn intersection(&mut self, types: &[Ty]) -> Ty {
        let mut flat: Vec<Ty> = Vec::with_capacity(types.len());
        let mut seen = FxHashSet::default();
        let mut add = |ty: Ty| {
            if ty != Ty::UNKNOWN && seen.insert(ty) {
                flat.push(ty);
            }
        };
        for ty in types {
            match self.kind(*ty) {
                Kind::Intersection(list) => (0..list.len()).for_each(|i| add(self.at(list, i))),
                _ => add(*ty),
            }
        }
        for swallow in [Ty::NEVER, Ty::ANY] {
            if flat.contains(&swallow) {
                return swallow;
            }
        }
        match flat[..] {
            [] => Ty::UNKNOWN,
            [only] => only,
            _ => {
                let list = self.list(&flat);
                self.add(Kind::Intersection(list))
            }
        }
    }

    /// `T?`
    pub fn optional(&mut self, ty: Ty) -> Ty {
        self.union(&[ty, Ty::NIL])
    }

    /// The alternatives of a type: those of a union, else itself; none of `never`.
    pub fn members(&self, ty: Ty) -> Vec<Ty> {
        match self.kind(ty) {
            Kind::Union(list) => self.types(list),
            Kind::Never => vec![],
            _ => vec![ty],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_written_twice_has_one_handle_in_pools_upon_each_other() {
        let mut base = Pool::new();
        let strings = base.array(Ty::STRING);
        let base = Arc::new(base);
        let mut pool = Pool::on(&base);
        assert_eq!(pool.array(Ty::STRING), strings);
        let own = pool.map(Ty::STRING, strings);
        assert_eq!(pool.map(Ty::STRING, strings), own);
        assert_eq!(pool.kind(own), Kind::Map(Ty::STRING, strings, false));
        assert_eq!(pool.kind(strings), Kind::Array(Ty::STRING, false));
    }

    #[test]
    fn unions_are_flat_sorted_and_swallow() {
        let mut pool = Pool::new();
        let (one, text) = (pool.add(Kind::Int(1)), pool.str_type(b"a"));
        let a = pool.union(&[one, text]);
        let b = pool.union(&[text, one, text]);
        assert_eq!(a, b);
        assert_eq!(pool.union(&[a, Ty::INTEGER, Ty::NEVER]), pool.union(&[text, Ty::INTEGER]));
        assert_eq!(pool.union(&[a, Ty::ANY]), Ty::ANY);
        let (yes, no) = (pool.add(Kind::Bool(true)), pool.add(Kind::Bool(false)));
        assert_eq!(pool.union(&[yes, no]), Ty::BOOLEAN);
        assert_eq!(pool.union(&[]), Ty::NEVER);
        let optional = pool.optional(a);
        assert_eq!(pool.members(optional).len(), 3);
    }
}
