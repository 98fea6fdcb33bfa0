//! What checks came to, kept beside compiled code, so the next start checks what has changed.

use super::Given;
use crate::cache::{Cache, CheckId};
use crate::declare::declarations;
use core_registry::Entry;
use lua_api::Module;
use lua_types::{Checked, Manifest, Report};
use std::sync::Arc;

/// Where outcomes are kept.
pub(super) struct Kept {
    cache: Arc<Cache>,
    /// What everything depends on: the build of the checker, and what modules declare.
    build: String,
}

impl Kept {
    pub(super) fn new(cache: Arc<Cache>, modules: &[Module]) -> Kept {
        let build = format!("{} {:?}", lua_types::BUILD, declarations(modules));
        Kept { cache, build: blake3::hash(build.as_bytes()).to_hex().to_string() }
    }

    pub(super) fn id(&self, entry: &Entry, source: &[u8], given: &Given) -> CheckId {
        let count = (given.modules.len() as u64).to_le_bytes();
        let digests: Vec<(&str, [u8; 16])> =
            given.digests().map(|(alias, digest)| (alias, digest.to_le_bytes())).collect();
        let head = [self.build.as_bytes(), entry.id.as_str().as_bytes(), source, &count];
        let modules = given.modules.iter().flat_map(|(alias, name)| [alias.as_bytes(), name.as_bytes()]);
        let imports = digests.iter().flat_map(|(alias, digest)| [alias.as_bytes(), &digest[..]]);
        self.cache.check_id(head.into_iter().chain(modules).chain(imports))
    }

    pub(super) fn load(&self, id: &CheckId) -> Option<Checked> {
        let bytes = self.cache.load_check(id)?;
        let (len, rest) = bytes.split_first_chunk::<8>()?;
        let len = usize::try_from(u64::from_le_bytes(*len)).ok()?;
        let (manifest, reports) = rest.split_at_checked(len)?;
        Some(Checked {
            manifest: Manifest::from_bytes(manifest).ok()?,
            reports: Report::from_bytes(reports)?,
        })
    }

    pub(super) fn store(&self, id: &CheckId, checked: &Checked) {
        let manifest = checked.manifest.to_bytes();
        let len = (manifest.len() as u64).to_le_bytes();
        let reports = Report::to_bytes(&checked.reports);
        self.cache.store_check(id, &[&len[..], &manifest, &reports].concat());
    }
}
