//! Writes values at dotted paths of an entry: overrides and link targets.

use core_registry::Entry;
use infra_base::{Data, Map};

/// What to do at the end of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Write {
    /// Replace what is there.
    Set,
    /// Add to the list that is there: texts that it has already are skipped, a missing list is made, a scalar becomes
    /// its first item.
    Append,
}

/// Writes `value` at `path` of `entry`: `meta.x.y`, `data.x.y`, or bare for data; missing maps are made. The error says
/// which part of the path is in the way.
pub(crate) fn write(entry: &mut Entry, path: &str, value: Data, how: Write) -> Result<(), String> {
    let mut keys: Vec<&str> = path.split('.').collect();
    if keys.iter().any(|key| key.is_empty()) {
        return Err(format!("path \"{path}\" has an empty part"));
    }
    let in_meta = keys[0] == "meta";
    if in_meta || keys[0] == "data" {
        keys.remove(0);
    }
    let Some((last, parents)) = keys.split_last() else {
        return Err(format!("path \"{path}\" names no field"));
    };
    let mut map = if in_meta { &mut entry.meta } else { as_map(&mut entry.data, "data")? };
    for key in parents {
        map = as_map(map.entry((*key).into()).or_default(), key)?;
    }
    match how {
        Write::Set => {
            map.insert((*last).into(), value);
        }
        Write::Append => append(map.entry((*last).into()).or_default(), value),
    }
    Ok(())
}

fn as_map<'a>(data: &'a mut Data, key: &str) -> Result<&'a mut Map, String> {
    if matches!(data, Data::Null) {
        *data = Data::Map(Map::default());
    }
    let name = data.type_name();
    match data {
        Data::Map(map) => Ok(map),
        _ => Err(format!("{key} is a {name}, not a map")),
    }
}

fn append(slot: &mut Data, value: Data) {
    let list = match std::mem::take(slot) {
        Data::Null => Vec::new(),
        Data::List(list) => list,
        scalar => vec![scalar],
    };
    let added = match value {
        Data::List(items) => items,
        one => vec![one],
    };
    let mut list = list;
    for item in added {
        let text = item.as_str();
        if text.is_none() || !list.iter().any(|there| there.as_str() == text) {
            list.push(item);
        }
    }
    *slot = Data::List(list);
}
