//! Stage link: values of requirements into the entries that they target.

use crate::EntrySet;
use crate::path::{self, Write};
use core_registry::Entry;
use infra_base::{Data, Diagnostic, EntryId, Severity, nearest};

/// Gives every `ns.requirement` its value and writes it into its targets. The value is the parameter of an
/// `ns.dependency` on its module that has its name, or of any dependency that names it `ns:name`; otherwise its
/// `default` (an empty text is one). Without a value, or with two different ones, it stays unresolved: a warning.
pub fn link(entries: &mut EntrySet) -> Vec<Diagnostic> {
    let mut told = Vec::new();
    let parameters = parameters(entries, &mut told);
    let requirements: Vec<Entry> =
        entries.values().filter(|e| &*e.kind == "ns.requirement").cloned().collect();
    for requirement in &requirements {
        let Some(value) = value_of(requirement, &parameters, &mut told) else { continue };
        write_targets(entries, requirement, &value, &mut told);
    }
    told
}

/// The fields (`ns:entry:path`) that the requirement `id` is written to, or those that the dependency `id` gives values
/// for.
pub fn linked_fields(entries: &EntrySet, id: &EntryId) -> Vec<String> {
    let parameters = parameters(entries, &mut Vec::new());
    let requirements = entries.values().filter(|entry| {
        let given = || parameters.iter().any(|p| p.dependency.id == *id && p.is_of(entry));
        &*entry.kind == "ns.requirement" && (entry.id == *id || given())
    });
    let fields = requirements.flat_map(|requirement| {
        let targets = match requirement.data.get(&["targets"]) {
            Some(Data::List(list)) => list.as_slice(),
            _ => &[],
        };
        targets.iter().filter_map(|target| {
            let text = |field: &str| target.get(&[field]).and_then(Data::as_str);
            let id = EntryId::resolve(text("entry")?, requirement.id.namespace()).ok()?;
            Some(format!("{id}:{}", written_path(text("path")?).0))
        })
    });
    fields.collect()
}

/// A parameter of a dependency.
struct Parameter {
    dependency: Entry,
    index: usize,
    /// With dots: `org.module`.
    component: String,
    name: String,
    value: Data,
}

impl Parameter {
    fn is_of(&self, requirement: &Entry) -> bool {
        let id = &requirement.id;
        if self.name.contains(':') {
            return self.name == id.as_str();
        }
        let module = requirement.meta.get("module").and_then(Data::as_str);
        let component = module.map_or_else(|| id.namespace().to_owned(), |m| m.replace('/', "."));
        self.component == component && self.name == id.name()
    }
}

fn parameters(entries: &EntrySet, told: &mut Vec<Diagnostic>) -> Vec<Parameter> {
    let mut all = Vec::new();
    for dependency in entries.values().filter(|e| &*e.kind == "ns.dependency") {
        let Some(component) = dependency.data.get(&["component"]).and_then(Data::as_str) else {
            told.push(dependency.mistake("data.component", "component must be a text org/module"));
            continue;
        };
        let list = match dependency.data.get(&["parameters"]) {
            None | Some(Data::Null) => &[],
            Some(Data::List(list)) => list.as_slice(),
            Some(other) => {
                let text = format!("parameters must be a list, this is a {}", other.type_name());
                told.push(dependency.mistake("data.parameters", text));
                continue;
            }
        };
        for (index, item) in list.iter().enumerate() {
            let Some(name) = item.get(&["name"]).and_then(Data::as_str) else {
                told.push(
                    dependency.mistake(&format!("data.parameters[{index}]"), "a parameter needs a name"),
                );
                continue;
            };
            all.push(Parameter {
                dependency: dependency.clone(),
                index,
                component: component.replace('/', "."),
                name: name.to_owned(),
                value: item.get(&["value"]).cloned().unwrap_or_default(),
            });
        }
    }
    all
}

fn value_of(requirement: &Entry, parameters: &[Parameter], told: &mut Vec<Diagnostic>) -> Option<Data> {
    let id = &requirement.id;
    let mut given = parameters.iter().filter(|p| p.is_of(requirement));
    if let Some(first) = given.next() {
        if let Some(other) = given.find(|p| p.value != first.value) {
            let text = format!("two different values for requirement {id}, it stays unresolved");
            let mut warning = warning(&first.dependency, &format!("data.parameters[{}]", first.index), text);
            let second = other.dependency.mistake(&format!("data.parameters[{}]", other.index), "");
            warning.labels.extend(second.labels.into_iter().map(|mut label| {
                label.text = "the other value".into();
                label
            }));
            told.push(warning);
            return None;
        }
        return Some(first.value.clone());
    }
    match requirement.data.get(&["default"]) {
        Some(Data::Null) | None => {
            let text = "requirement without a value: no dependency gives it and it has no default";
            told.push(warning(requirement, "name", text.into()));
            None
        }
        Some(default) => Some(default.clone()),
    }
}

fn write_targets(entries: &mut EntrySet, requirement: &Entry, value: &Data, told: &mut Vec<Diagnostic>) {
    let targets = match requirement.data.get(&["targets"]) {
        Some(Data::List(list)) if !list.is_empty() => list,
        Some(Data::List(_)) | Some(Data::Null) | None => {
            told.push(requirement.mistake("data.targets", "a requirement needs targets"));
            return;
        }
        Some(other) => {
            let text = format!("targets must be a list, this is a {}", other.type_name());
            told.push(requirement.mistake("data.targets", text));
            return;
        }
    };
    for (index, target) in targets.iter().enumerate() {
        let place = |field: &str| format!("data.targets[{index}].{field}");
        let text = |field: &str| target.get(&[field]).and_then(Data::as_str);
        let (Some(entry), Some(path)) = (text("entry"), text("path")) else {
            told.push(
                requirement.mistake(&format!("data.targets[{index}]"), "a target needs entry and path"),
            );
            continue;
        };
        let id = match EntryId::resolve(entry, requirement.id.namespace()) {
            Ok(id) => id,
            Err(e) => {
                told.push(requirement.mistake(&place("entry"), e.to_string()));
                continue;
            }
        };
        let Some(found) = entries.get_mut(&id) else {
            let near = nearest(id.as_str(), entries.keys().map(EntryId::as_str)).map(str::to_owned);
            let warning = warning(requirement, &place("entry"), format!("target {id} does not exist"));
            told.push(match near {
                Some(near) => warning.help(format!("did you mean {near}?")),
                None => warning,
            });
            continue;
        };
        let (path, how) = written_path(path);
        if let Err(why) = path::write(found, path, value.clone(), how) {
            told.push(requirement.mistake(&place("path"), format!("target {id}: {why}")));
        }
    }
}

/// The path of a target without its leading dot, and whether it ends with `+=`.
fn written_path(path: &str) -> (&str, Write) {
    let (path, how) = match path.strip_suffix("+=") {
        Some(path) => (path.trim_end(), Write::Append),
        None => (path, Write::Set),
    };
    (path.strip_prefix('.').unwrap_or(path), how)
}

fn warning(entry: &Entry, place: &str, text: String) -> Diagnostic {
    Diagnostic { severity: Severity::Warning, ..entry.mistake(place, text) }
}
