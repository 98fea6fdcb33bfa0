//! `${env:NAME}` and `${name}` in configuration values.

use crate::tree::{Item, Section};
use infra_base::{Data, Diagnostic, nearest};
use std::cell::Cell;
use std::collections::HashMap;

/// What a lookup answers: a value, or why there is none.
type Lookup<'a> = dyn FnMut(&str) -> Option<Result<Data, String>> + 'a;

/// Replaces what `lookup` knows in `text`: `None` leaves the placeholder as it is. A text that is one placeholder takes
/// the value with its type.
fn replace(text: &str, lookup: &mut Lookup<'_>) -> Result<Data, String> {
    if let Some(name) = text.strip_prefix("${").and_then(|t| t.strip_suffix('}'))
        && !name.contains('}')
    {
        return lookup(name).unwrap_or_else(|| Ok(Data::text(text)));
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("${") {
        let Some(end) = rest[at..].find('}').map(|i| at + i) else { break };
        // `$${` stays for the last pass, which makes it a literal.
        let literal = rest[..at].ends_with('$');
        out.push_str(&rest[..at]);
        match if literal { None } else { lookup(&rest[at + 2..end]) } {
            None => out.push_str(&rest[at..=end]),
            Some(value) => out.push_str(&printed(&value?)?),
        }
        rest = &rest[end + 1..];
    }
    out.push_str(rest);
    Ok(Data::from(out))
}

fn printed(data: &Data) -> Result<String, String> {
    Ok(match data {
        Data::Null => String::new(),
        Data::Bool(v) => v.to_string(),
        Data::Int(v) => v.to_string(),
        Data::Float(v) => v.to_string(),
        Data::Text(v) => v.to_string(),
        other => return Err(format!("a {} can't stand inside of a text", other.type_name())),
    })
}

/// Visits every text of a leaf, also inside of lists.
fn texts(data: &mut Data, each: &mut impl FnMut(&mut Data)) {
    match data {
        Data::Text(_) => each(data),
        Data::List(items) => items.iter_mut().for_each(|item| texts(item, each)),
        Data::Map(map) => map.values_mut().for_each(|item| texts(item, each)),
        _ => {}
    }
}

/// `touched` is set by `lookup` when it gives what comes from the environment: places remember that.
fn apply(item: &mut Item, lookup: &mut Lookup<'_>, touched: &Cell<bool>, mistakes: &mut Vec<Diagnostic>) {
    item.leaves(&mut |place, leaf| {
        touched.set(false);
        texts(leaf, &mut |data| {
            let replaced = data.as_str().filter(|t| t.contains("${")).map(|t| replace(t, lookup));
            match replaced {
                None => {}
                Some(Ok(new)) => *data = new,
                Some(Err(why)) => {
                    mistakes.push(place.error(why));
                    // As if it were not there, so that one mistake is told once.
                    *data = Data::Null;
                }
            }
        });
        place.environment |= touched.get();
    });
}

/// Puts operating system variables into a file's values.
pub(crate) fn environment(
    file: &mut Item,
    env: &dyn Fn(&str) -> Option<String>,
    mistakes: &mut Vec<Diagnostic>,
) {
    let touched = Cell::new(false);
    let mut lookup = |name: &str| {
        let name = name.strip_prefix("env:")?;
        touched.set(true);
        // Text on purpose: typed keys read text leniently, and `1.10` must not become 1.1.
        Some(env(name).map(Data::from).ok_or_else(|| format!("environment variable {name} is not set")))
    };
    apply(file, &mut lookup, &touched, mistakes);
}

/// Refuses operating system variables in the vars of profiles.
pub(crate) fn refuse_in_profile_vars(file: &Item, mistakes: &mut Vec<Diagnostic>) {
    let Some(profiles) = file.as_map().and_then(|m| m.get("profiles")).and_then(Item::as_map) else { return };
    for vars in profiles.values().filter_map(|p| p.as_map()?.get("vars")) {
        let help = "put the variable under the top-level `vars`";
        let from = mistakes.len();
        refuse_environment(&mut vars.clone(), "variables of a profile can't read the environment", mistakes);
        mistakes[from..].iter_mut().for_each(|mistake| mistake.help = Some(help.into()));
    }
}

/// Says `why` of every value that reads the operating system's environment.
pub(crate) fn refuse_environment(item: &mut Item, why: &str, mistakes: &mut Vec<Diagnostic>) {
    item.leaves(&mut |place, leaf| {
        texts(leaf, &mut |data| {
            if data.as_str().is_some_and(|t| t.contains("${env:")) {
                mistakes.push(place.error(why));
            }
        });
    });
}

/// Resolves `${name}` from `vars` (which may use one another) in every section.
pub(crate) fn variables(root: &mut Section, mistakes: &mut Vec<Diagnostic>) {
    let vars = Vars::new(root.get("vars"), "`vars`");
    for (_, item) in root.iter_mut().filter(|(section, _)| &***section != "vars") {
        resolve(item, &vars, mistakes);
    }
}

/// Resolves `${name}` in sections of a pack, from `vars` of the pack alone. What looks like a placeholder afterwards is
/// a text for those who resolve everything.
pub(crate) fn of_pack(sections: &mut Section, vars: Option<&Item>, mistakes: &mut Vec<Diagnostic>) {
    let vars = Vars::new(vars, "the `vars` of the pack");
    for item in sections.values_mut() {
        resolve(item, &vars, mistakes);
        change(item, "${", "$${");
    }
}

fn resolve(item: &mut Item, vars: &Vars, mistakes: &mut Vec<Diagnostic>) {
    let mut lookup = |name: &str| value_of(name, vars, &mut Vec::new());
    apply(item, &mut lookup, &vars.touched, mistakes);
    change(item, "$${", "${");
}

fn change(item: &mut Item, from: &str, to: &str) {
    item.leaves(&mut |_, leaf| {
        texts(leaf, &mut |data| {
            if let Some(text) = data.as_str().filter(|t| t.contains(from)) {
                *data = Data::from(text.replace(from, to));
            }
        });
    });
}

/// Variables by name.
struct Vars {
    /// With whether they read the environment.
    values: HashMap<Box<str>, (Data, bool)>,
    /// One that reads it was asked for.
    touched: Cell<bool>,
    /// What mistakes call them.
    name: &'static str,
}

impl Vars {
    fn new(vars: Option<&Item>, name: &'static str) -> Vars {
        let vars = vars.and_then(Item::as_map).into_iter().flatten();
        let values = vars.map(|(k, v)| (k.clone(), (v.to_data(), v.reads_environment()))).collect();
        Vars { values, touched: Cell::new(false), name }
    }
}

fn value_of(name: &str, vars: &Vars, open: &mut Vec<String>) -> Option<Result<Data, String>> {
    // Anything else (`${env:…}` behind `$$`, `${X:-y}`) is not ours.
    let ours = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
    if !name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') || !name.chars().all(ours) {
        return None;
    }
    let Some((value, environment)) = vars.values.get(name) else {
        let near = nearest(name, vars.values.keys().map(|k| &**k));
        let hint = near.map(|n| format!(" (did you mean {n}?)")).unwrap_or_default();
        return Some(Err(format!("variable {name} is not defined under {}{hint}", vars.name)));
    };
    if *environment {
        vars.touched.set(true);
    }
    let Some(text) = value.as_str().filter(|t| t.contains("${")) else { return Some(Ok(value.clone())) };
    if open.iter().any(|n| n == name) {
        open.push(name.to_owned());
        return Some(Err(format!("variables need each other: {}", open.join(" → "))));
    }
    open.push(name.to_owned());
    let result = replace(text, &mut |inner| value_of(inner, vars, open));
    if result.is_ok() {
        open.pop();
    }
    Some(result)
}

/// The value of a command line or environment text, by its shape: `true`, `false`, integer, float, else text.
pub fn shaped(text: &str) -> Data {
    match text {
        "true" => return Data::Bool(true),
        "false" => return Data::Bool(false),
        _ => {}
    }
    // Only what prints as it was written is a number: `007` and `1.10` stay text.
    if let Ok(v) = text.parse::<i64>()
        && v.to_string() == text
    {
        return Data::Int(v);
    }
    match text.parse::<f64>() {
        Ok(v) if v.is_finite() && format!("{v:?}") == text => Data::Float(v),
        _ => Data::text(text),
    }
}
