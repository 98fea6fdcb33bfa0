//! Stage disable: entries left out by pattern.

use crate::EntrySet;
use crate::pattern::matches;
use infra_base::Diagnostic;
use infra_config::Disable;

/// Removes entries whose namespace matches one of `namespaces` or whose id one of `entries` (`nspattern:namepattern`).
pub fn disable(entries: &mut EntrySet, disable: &Disable) -> Vec<Diagnostic> {
    let mut told = Vec::new();
    let mut ids = Vec::new();
    for pattern in &disable.entries {
        match pattern.text.split_once(':') {
            Some(parts) => ids.push(parts),
            None => {
                let text = format!("pattern \"{}\" must be namespace:name", pattern.text);
                let help = "to leave out whole namespaces use disable.namespaces";
                told.push(Diagnostic::error(text, &pattern.file, pattern.span.clone()).help(help));
            }
        }
    }
    entries.retain(|id, _| {
        let (ns, name) = (id.namespace(), id.name());
        let by_namespace = disable.namespaces.iter().any(|p| matches(&p.text, ns, '.'));
        let by_id = ids.iter().any(|(nsp, np)| matches(nsp, ns, '.') && matches(np, name, '.'));
        !(by_namespace || by_id)
    });
    told
}
