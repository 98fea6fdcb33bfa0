//! Reads and merges the layers.

use crate::config::{self, Config};
use crate::placeholder;
use crate::tree::{self, Item, Place, Section, Tree};
use infra_base::{Data, Diagnostic, Error, Map, Result, Severity, SourceFile, nearest};
use infra_codec::yaml;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Where configuration comes from. Relative paths are of the working directory.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// `--config`, in order; empty: `.wippy.yaml` if it is there.
    pub files: Vec<PathBuf>,
    /// `--profile`, in order.
    pub profiles: Vec<String>,
    /// `--set path=value`, in order.
    pub set: Vec<String>,
    /// What a pack brings; every file, profile and argument wins over it.
    pub defaults: Option<Defaults>,
}

/// Sections that a pack brings.
#[derive(Clone, Debug)]
pub struct Defaults {
    /// What mistakes call the place: `runtime of app.wapp`.
    pub name: String,
    /// By section.
    pub sections: Map,
}

/// What [`load`] gives.
#[derive(Debug)]
pub struct Loaded {
    /// The merged configuration.
    pub config: Config,
    /// Unknown keys, and known ones that nothing reads yet.
    pub warnings: Vec<Diagnostic>,
}

const DEFAULT_FILE: &str = ".wippy.yaml";

/// Reads every layer and checks every key. The error carries all mistakes as diagnostics. `env` is the operating
/// system's environment.
pub fn load(sources: &Sources, env: &dyn Fn(&str) -> Option<String>) -> Result<Loaded> {
    let mut mistakes = Vec::new();
    let mut root = Section::new();
    if let Some(defaults) = &sources.defaults {
        add_defaults(&mut root, defaults, &mut mistakes);
    }
    let default = [PathBuf::from(DEFAULT_FILE)];
    let files = if sources.files.is_empty() { &default[..] } else { &sources.files };
    for path in files {
        if let Some(file) = read(path, !sources.files.is_empty())? {
            add_file(&mut root, &file, env, &mut mistakes);
        }
    }
    let base = files.first().and_then(|f| f.parent()).map(Path::to_path_buf).unwrap_or_default();
    let profiles = root.shift_remove("profiles");
    for name in &sources.profiles {
        apply_profile(&mut root, profiles.as_ref(), name)?;
    }
    for variable in ["WIPPY_RELAY_NODE_NAME", "WIPPY_NODE_ID"] {
        if let Some(value) = env(variable).filter(|v| !v.is_empty()) {
            let text = format!("{variable}={value}");
            let item = argument("environment", &text, variable.len() + 1, Data::from(value));
            tree::put(&mut root, &["relay", "node_name"], item);
        }
    }
    for text in &sources.set {
        set(&mut root, text)?;
    }
    placeholder::variables(&mut root, &mut mistakes);
    let config = config::read(&root, base, &mut mistakes);
    let (mut errors, warnings): (Vec<_>, Vec<_>) =
        mistakes.into_iter().partition(|d| d.severity == Severity::Error);
    if errors.is_empty() {
        return Ok(Loaded { config, warnings });
    }
    errors.dedup();
    errors.extend(warnings);
    Err(Error::invalid("the configuration has mistakes").with_diagnostics(errors))
}

fn read(path: &Path, named: bool) -> Result<Option<Arc<SourceFile>>> {
    let bytes = match std::fs::read(path) {
        Ok(bytes) => bytes,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound && !named => return Ok(None),
        Err(e) => {
            return Err(Error::invalid(format!("configuration file {} can't be read: {e}", path.display())));
        }
    };
    let text = String::from_utf8(bytes).map_err(|e| {
        let at = e.utf8_error().valid_up_to();
        Error::invalid(format!("configuration file {} is not UTF-8 at byte {at}", path.display()))
    })?;
    Ok(Some(Arc::new(SourceFile { name: path.display().to_string(), text })))
}

fn add_file(
    root: &mut Section,
    file: &Arc<SourceFile>,
    env: &dyn Fn(&str) -> Option<String>,
    mistakes: &mut Vec<Diagnostic>,
) {
    let node = match yaml::parse(file) {
        Ok(node) => node,
        Err(found) => return mistakes.extend(found),
    };
    let mut item = Item::from_node(node, 0..0, file);
    placeholder::refuse_in_profile_vars(&item, mistakes);
    placeholder::environment(&mut item, env, mistakes);
    match item.value {
        Tree::Map(section) => tree::merge(root, section),
        Tree::Leaf(Data::Null) => {}
        Tree::Leaf(_) => {
            let text = format!("a configuration file holds sections, this one is {}", item.described());
            mistakes.push(item.place.error(text));
        }
    }
}

/// What belongs to the machine and the directory that somebody works in: what loads code, and where the node itself
/// keeps files.
const LOCAL: [&[&str]; 9] = [
    &["boot"],
    &["extensions"],
    &["workspace"],
    &["cluster"],
    &["lua", "cache"],
    &["modules", "registry_url"],
    &["network_service", "state_dir"],
    &["registry", "history_dsn"],
    &["registry", "history_path"],
];

/// A pack may come from anybody: it reads no environment and no variables of the user, who may have read it, and says
/// nothing of this directory.
fn add_defaults(root: &mut Section, defaults: &Defaults, mistakes: &mut Vec<Diagnostic>) {
    let text = yaml::encode(&Data::Map(defaults.sections.clone()));
    let file = Arc::new(SourceFile { name: defaults.name.clone(), text });
    let node = match yaml::parse(&file) {
        Ok(node) => node,
        Err(found) => return mistakes.extend(found),
    };
    let mut item = Item::from_node(node, 0..0, &file);
    placeholder::refuse_environment(&mut item, "a pack can't read the environment", mistakes);
    let Tree::Map(mut sections) = item.value else { return };
    let vars = sections.shift_remove("vars");
    if let Some(Item { value: Tree::Map(profiles), .. }) = sections.get_mut("profiles") {
        for (name, profile) in profiles.iter_mut() {
            if let Tree::Map(profile) = &mut profile.value {
                remove_local(profile, &format!("profiles.{name}."), mistakes);
                let own = profile.shift_remove("vars");
                let mut known: Section = vars.iter().map(|vars| ("vars".into(), vars.clone())).collect();
                tree::merge(&mut known, own.into_iter().map(|own| ("vars".into(), own)).collect());
                placeholder::of_pack(profile, known.get("vars"), mistakes);
            }
        }
    }
    remove_local(&mut sections, "", mistakes);
    let profiles = sections.shift_remove("profiles");
    placeholder::of_pack(&mut sections, vars.as_ref(), mistakes);
    sections.extend(profiles.map(|profiles| ("profiles".into(), profiles)));
    tree::merge(root, sections);
}

fn remove_local(sections: &mut Section, below: &str, mistakes: &mut Vec<Diagnostic>) {
    for path in LOCAL {
        if let Some(item) = tree::take(sections, path) {
            let text = format!("{below}{} of a pack has no effect", path.join("."));
            mistakes.push(item.place.warning_at_key(text));
        }
    }
}

/// Lays a profile over the sections. In profiles `disable.namespaces` and `.entries` may be edits (`add`, `remove`).
fn apply_profile(root: &mut Section, profiles: Option<&Item>, name: &str) -> Result<()> {
    let known = profiles.and_then(Item::as_map);
    let Some(profile) = known.and_then(|p| p.get(name)) else {
        let names = known.into_iter().flat_map(|p| p.keys()).map(|k| &**k);
        let hint = match (nearest(name, names.clone()), known.is_some_and(|p| !p.is_empty())) {
            (Some(near), _) => format!(", did you mean {near}?"),
            (None, true) => format!(" (there are {})", names.collect::<Vec<_>>().join(", ")),
            (None, false) => " (the configuration has no profiles)".to_owned(),
        };
        return Err(Error::invalid(format!("profile \"{name}\" not found{hint}")));
    };
    let Tree::Map(mut overlay) = profile.value.clone() else {
        let mistake = profile.place.error(format!("profile {name} must be a map of sections"));
        return Err(Error::invalid("the configuration has mistakes").with_diagnostics(vec![mistake]));
    };
    if let Some(Item { value: Tree::Map(disable), .. }) = overlay.get_mut("disable") {
        for (list, item) in disable.iter_mut() {
            if let Tree::Map(edits) = &item.value {
                let base = tree::find(root, &format!("disable.{list}")).map(Item::to_data);
                item.value = Tree::Leaf(edited(base, edits));
            }
        }
    }
    tree::merge(root, overlay);
    Ok(())
}

fn edited(base: Option<Data>, edits: &Section) -> Data {
    let list = |key: &str| match edits.get(key).map(Item::to_data) {
        Some(Data::List(items)) => items,
        Some(Data::Null) | None => Vec::new(),
        Some(one) => vec![one],
    };
    let mut items = match base {
        Some(Data::List(items)) => items,
        _ => Vec::new(),
    };
    let removed = list("remove");
    items.retain(|item| !removed.contains(item));
    items.extend(list("add"));
    Data::List(items)
}

fn set(root: &mut Section, text: &str) -> Result<()> {
    let Some((path, value)) = text.split_once('=').filter(|(path, _)| !path.is_empty()) else {
        return Err(Error::invalid(format!("--set {text}: section.key=value expected")));
    };
    let item = argument("--set", text, path.len() + 1, placeholder::shaped(value));
    // An override key has dots of its own.
    let parts = match path.split_once('.') {
        Some((first @ "override", rest)) => vec![first, rest],
        _ => path.split('.').collect(),
    };
    if parts.iter().any(|part| part.is_empty()) {
        return Err(Error::invalid(format!("--set {text}: the path has an empty part")));
    }
    tree::put(root, &parts, item);
    Ok(())
}

fn argument(name: &str, text: &str, value_at: usize, value: Data) -> Item {
    let file = Arc::new(SourceFile { name: name.into(), text: text.into() });
    let place = Place { file, key: 0..value_at - 1, value: value_at..text.len(), environment: false };
    Item { place, value: Tree::Leaf(value) }
}
