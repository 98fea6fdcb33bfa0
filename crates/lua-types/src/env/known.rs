//! The named types of libraries and modules, and which of them a name in a signature means.

use crate::ty::DeclId;
use rustc_hash::FxHashMap;

/// Declared types by name.
#[derive(Default)]
pub(super) struct Known {
    own: FxHashMap<(Box<str>, Box<str>), DeclId>,
    language: FxHashMap<Box<str>, DeclId>,
    /// With the module of each.
    all: FxHashMap<Box<str>, Vec<(Box<str>, DeclId)>>,
}

impl Known {
    /// Adds a type of `module`; `false` if the name is taken there.
    pub(super) fn add(&mut self, module: &str, name: &str, id: DeclId, language: bool) -> bool {
        if language {
            self.language.insert(name.into(), id);
        }
        self.all.entry(name.into()).or_default().push((module.into(), id));
        self.own.insert((module.into(), name.into()), id).is_none()
    }

    /// The type `name` of `module`.
    pub(super) fn own(&self, module: &str, name: &str) -> Option<DeclId> {
        self.own.get(&(module.into(), name.into())).copied()
    }

    /// All types of a module.
    pub(super) fn of(&self, module: &str) -> FxHashMap<Box<str>, DeclId> {
        let own = self.own.iter().filter(|((of, _), _)| **of == *module);
        own.map(|((_, name), id)| (name.clone(), *id)).collect()
    }

    /// The names of all types, unordered.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.all.keys().map(|name| &**name)
    }

    /// What `name` means in `module`: a type of the module, of the language, or of the one other module that has such a name;
    /// an error if several have one.
    pub(super) fn find(&self, module: &str, name: &str) -> Result<Option<DeclId>, String> {
        if let Some(id) = self.own(module, name).or_else(|| self.language.get(name).copied()) {
            return Ok(Some(id));
        }
        match self.all.get(name).map(Vec::as_slice) {
            Some([(_, id)]) => Ok(Some(*id)),
            Some(several) => {
                let modules: Vec<&str> = several.iter().map(|(module, _)| &**module).collect();
                let (first, modules) = (modules.first().copied().unwrap_or_default(), modules.join(", "));
                Err(format!("'{name}' is a type of several modules ({modules}), write '{first}.{name}'"))
            }
            None => Ok(None),
        }
    }
}
