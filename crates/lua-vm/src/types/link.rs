//! Finds out what types of other units mean, when the unit that names them runs.

use std::sync::Arc;

use super::copy::{Copier, Find, Found};
use super::{Form, Graph, Node, Type};
use crate::native::{Cx, Raise, Val};
use crate::proto::Proto;
use crate::statics::Statics;

/// Nodes and references to nodes that a linked type may consist of.
const MOST: usize = 1 << 16;

/// What the first part of `alias.Name` means in a unit.
pub enum Imported {
    /// Another unit, with what it declares.
    Unit(Arc<Proto>),
    /// A module of this name.
    Module(String),
}

/// Where names of units and modules are looked up.
pub trait TypeNames {
    /// What `alias` is in the unit of that name.
    fn imported(&self, unit: &str, alias: &str) -> Option<Imported>;
}

impl<'cx> Cx<'cx> {
    /// The type `ty`, which code of `unit` declares, with types of other units in the place of their names. A name that means
    /// nothing becomes a type that no value has.
    pub fn link_type(&mut self, ty: &Type, unit: &str, names: &dyn TypeNames) -> Result<Val<'cx>, Raise> {
        let linked = ty.link(unit, names, &self.lua_ref().statics);
        let nodes = linked.graph.nodes().len();
        self.charge(nodes * 64);
        self.reserve(linked.graph.size())?;
        let size = linked.graph.size();
        let v = self.type_value(linked);
        // It is made once for each place that it is linked in, and lives as long as what the chunk builds.
        self.weigh_value(v, size);
        Ok(v)
    }
}

impl Type {
    /// Whether it names types of other units.
    #[cfg(test)]
    pub(crate) fn imports(&self) -> bool {
        let nodes = self.graph.nodes();
        super::same::reached(nodes, self.at)
            .iter()
            .any(|id| matches!(nodes[*id as usize].form, Form::Import { .. }))
    }

    fn link(&self, unit: &str, names: &dyn TypeNames, statics: &Statics) -> Type {
        let unit: Arc<str> = unit.into();
        let mut find = |unit: &Arc<str>, path: &[Arc<str>]| find(names, statics, unit, path);
        let find: Find<'_> = &mut find;
        let mut copier = Copier::new(MOST, Some(find));
        let source = copier.source(&self.graph, &unit);
        let at = copier.node(source, self.at);
        let (nodes, _) = copier.finish();
        let graph = Graph::new(nodes);
        graph.prepare();
        Type { graph, at }
    }
}

fn find(names: &dyn TypeNames, statics: &Statics, unit: &Arc<str>, path: &[Arc<str>]) -> Option<Found> {
    let object = |class: String| {
        let node = Node { name: Some(class.as_str().into()), ..Node::new(Form::Object(class.into())) };
        Found { ty: Type { graph: Graph::new(vec![node]), at: 0 }, unit: unit.clone() }
    };
    match path {
        [name] => statics
            .classes
            .values()
            .flatten()
            .any(|class| **class == **name)
            .then(|| object(name.to_string())),
        [alias, name] => match names.imported(unit, alias)? {
            Imported::Unit(proto) => {
                let declared = proto.types.as_ref()?;
                let at = declared.export(name)?;
                let ty = Type { graph: declared.graph.clone(), at };
                Some(Found { ty, unit: proto.source.clone() })
            }
            Imported::Module(module) => {
                let classes = statics.classes.get(&module)?;
                classes.iter().any(|class| **class == **name).then(|| object(format!("{module}.{name}")))
            }
        },
        // A library passes on what it imports.
        [alias, rest @ ..] => match names.imported(unit, alias)? {
            Imported::Unit(proto) => find(names, statics, &proto.source, rest),
            Imported::Module(_) => None,
        },
        [] => None,
    }
}
