//! Types from source text, for the tests of this crate.

mod hostile;
mod laws;

use crate::lower::{Declaration, Found, Names};
use crate::lower::{TypeName, declare_all, lower};
use crate::ty::{Decl, DeclKind, ShapeId};
use crate::types::Types;
use crate::{DeclId, Kind, Name, Pack, Pool, Report, SigId};
use crate::{Table, Ty};
use lua_syntax::ast::{Expr, StatKind, TypeDecl};
use rustc_hash::FxHashMap;

/// A pool with the declarations of some source text.
pub(crate) struct World {
    pub(crate) pool: Pool,
    pub(crate) names: FxHashMap<String, TypeName>,
    pub(crate) reports: Vec<Report>,
    pub(crate) shapes: Vec<Table>,
    pub(crate) decls: Vec<(Name, DeclId)>,
    pub(crate) modules: FxHashMap<(String, String), TypeName>,
}

impl World {
    /// Declares what the text declares; mistakes lie in `reports`.
    pub(crate) fn new(text: &str) -> World {
        let mut world = World {
            pool: Pool::new(),
            names: FxHashMap::default(),
            reports: vec![],
            shapes: vec![],
            decls: vec![],
            modules: FxHashMap::default(),
        };
        let error = world.pool.name(b"error");
        let body = world.pool.record(vec![]);
        world.pool.declare(Decl { name: error, unit: None, kind: DeclKind::Object, params: vec![], body });
        world.declare(text);
        world
    }

    pub(crate) fn declare(&mut self, text: &str) {
        let parsed = lua_syntax::parse(text.as_bytes());
        assert!(parsed.errors.is_empty(), "{text}: {:?}", parsed.errors);
        let declarations: Vec<Declaration<'_>> = parsed
            .chunk
            .block
            .stats
            .iter()
            .filter_map(|stat| match &stat.kind {
                StatKind::Type(decl) => Some(Declaration::Type(decl)),
                StatKind::Interface(decl) => Some(Declaration::Interface(decl)),
                _ => None,
            })
            .collect();
        let unit = self.pool.name(b"app:unit");
        let ids = declare_all(self, Some(unit), &declarations);
        self.decls.extend(ids.iter().map(|id| (self.pool.decl(*id).name, *id)));
    }

    /// The type of a text, in which the declarations are known. It must be without mistake.
    pub(crate) fn ty(&mut self, text: &str) -> Ty {
        let before = self.reports.len();
        let ty = self.careless(text);
        assert_eq!(self.messages(before), Vec::<String>::new(), "{text}");
        ty
    }

    /// The same with mistakes allowed.
    pub(crate) fn careless(&mut self, text: &str) -> Ty {
        let source = format!("type X = {text}");
        let parsed = lua_syntax::parse(source.as_bytes());
        assert!(parsed.errors.is_empty(), "{text}: {:?}", parsed.errors);
        let StatKind::Type(TypeDecl { ty, .. }) = &parsed.chunk.block.stats[0].kind else { panic!("{text}") };
        lower(self, ty)
    }

    /// Diagnostics as text, from one on.
    pub(crate) fn messages(&self, from: usize) -> Vec<String> {
        let text = |report: &Report| {
            let help = report.help.as_ref().map(|help| format!("; {help}")).unwrap_or_default();
            format!("{} {}{help}", report.code.as_str(), report.message)
        };
        self.reports[from..].iter().map(text).collect()
    }

    /// A table of the code with the fields of a record type and the index signature of an array or map type.
    pub(crate) fn shape(&mut self, text: &str) -> Ty {
        let ty = self.ty(text);
        let table = match self.pool.kind(ty) {
            Kind::Record(id) => self.pool.fields(id).clone(),
            Kind::Array(elem, _) => Table { index: Some((Ty::INTEGER, elem)), ..Table::default() },
            Kind::Map(key, value, _) => Table { index: Some((key, value)), ..Table::default() },
            other => panic!("{other:?}"),
        };
        self.shapes.push(table);
        let id = ShapeId(self.shapes.len() as u32 - 1);
        self.pool.add(Kind::Shape(id))
    }

    pub(crate) fn show(&mut self, ty: Ty) -> String {
        crate::display::show_with(self, ty)
    }
}

impl Types for World {
    fn pool(&self) -> &Pool {
        &self.pool
    }

    fn pool_mut(&mut self) -> &mut Pool {
        &mut self.pool
    }

    fn results(&mut self, sig: SigId) -> Pack {
        self.pool.results(sig)
    }

    fn shape(&mut self, shape: ShapeId) -> Table {
        self.shapes[shape.0 as usize].clone()
    }
}

impl Names for World {
    fn local(&mut self, name: &str) -> Option<TypeName> {
        self.names.get(name).copied()
    }

    fn imported(&mut self, alias: &str, name: &str) -> Found {
        match self.modules.get(&(alias.to_owned(), name.to_owned())) {
            Some(found) => Found::Type(*found),
            None if self.modules.keys().any(|(known, _)| known == alias) => {
                Found::NoSuchType { nearest: None }
            }
            None => Found::NoSuchModule,
        }
    }

    fn typeof_expr(&mut self, expr: &Expr) -> Ty {
        match &expr.kind {
            lua_syntax::ast::ExprKind::Int(_) => Ty::INTEGER,
            _ => Ty::ANY,
        }
    }

    fn enter(&mut self, name: &str, what: TypeName) {
        self.names.insert(name.to_owned(), what);
    }

    fn visible(&mut self) -> Vec<String> {
        self.names.keys().cloned().collect()
    }

    fn report(&mut self, report: Report) {
        self.reports.push(report);
    }
}

/// What a type stands for, and whether that was found out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Evaluated {
    /// The type; `any` if it was too deep or too large.
    pub(crate) ty: Ty,
    /// It was: what the checker reports as `E0011`.
    pub(crate) gave_up: bool,
}

/// What `resolve` gives, and whether it came to an end.
pub(crate) fn evaluate<T: Types + ?Sized>(cx: &mut T, ty: Ty) -> Evaluated {
    let before = cx.pool_mut().take_gave_up();
    let ty = crate::resolve(cx, ty);
    let gave_up = cx.pool_mut().take_gave_up();
    if before || gave_up {
        cx.pool_mut().give_up();
    }
    Evaluated { ty, gave_up }
}
