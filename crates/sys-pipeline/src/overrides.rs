//! Stage override: fields of entries set from configuration and command line.

use crate::EntrySet;
use crate::path::{self, Write};
use infra_base::{Data, Diagnostic, EntryId, Error, Result, SourceFile, nearest};
use infra_config::{Override, shaped};
use std::sync::Arc;

/// An override from `-o ns:entry:path=value`; the value takes the type of its shape.
pub fn override_from_text(text: &str) -> Result<Override> {
    let Some((key, value)) = text.split_once('=') else {
        return Err(Error::invalid(format!("-o {text}: ns:entry:path=value expected")));
    };
    let file = Arc::new(SourceFile { name: "-o".into(), text: text.into() });
    Ok(Override { key: key.into(), value: shaped(value), file, span: 0..key.len(), environment: false })
}

/// Applies overrides in order, so a later one wins. `ns:entry:kind` changes the kind, `meta.` and `data.` are explicit,
/// everything else is data; missing maps are made. An unknown entry is an error.
pub fn overlay(entries: &mut EntrySet, overrides: &[Override]) -> Vec<Diagnostic> {
    overrides.iter().filter_map(|one| apply(entries, one).err()).collect()
}

fn apply(entries: &mut EntrySet, one: &Override) -> std::result::Result<(), Diagnostic> {
    let mistake = |text: String| Diagnostic::error(text, &one.file, one.span.clone());
    let mut parts = one.key.splitn(3, ':');
    let (Some(ns), Some(name), Some(path)) = (parts.next(), parts.next(), parts.next()) else {
        return Err(mistake(format!("override key \"{}\" must be ns:entry:path", one.key)));
    };
    let id = EntryId::new(ns, name).map_err(|e| mistake(format!("override key \"{}\": {e}", one.key)))?;
    if !entries.contains_key(&id) {
        let near = nearest(id.as_str(), entries.keys().map(EntryId::as_str));
        let diagnostic = mistake(format!("override of entry {id}, which does not exist"));
        return Err(match near {
            Some(near) => diagnostic.help(format!("did you mean {near}:{path}?")),
            None => diagnostic,
        });
    }
    let entry = entries.get_mut(&id).expect("it was found just now");
    if path == "kind" {
        let Data::Text(kind) = &one.value else {
            return Err(mistake(format!("the kind of {id} must be a text")));
        };
        entry.kind = kind.clone();
        return Ok(());
    }
    path::write(entry, path, one.value.clone(), Write::Set)
        .map_err(|why| mistake(format!("override of {id}: {why}")))
}
