//! Sorts components into levels: each needs only what earlier levels provide.

use crate::component::Component;
use infra_base::{Error, Result};
use std::any::TypeId;
use std::collections::HashMap;

/// Indexes of `components`, level by level; inside a level in the given order.
pub(crate) fn sort(components: &[Component]) -> Result<Vec<Vec<usize>>> {
    let providers = providers(components)?;
    let edges = edges(components, &providers)?;
    let mut level_of: Vec<Option<usize>> = vec![None; components.len()];
    let mut levels: Vec<Vec<usize>> = Vec::new();
    loop {
        let ready: Vec<usize> = (0..components.len())
            .filter(|&i| level_of[i].is_none() && edges[i].iter().all(|&p| level_of[p].is_some()))
            .collect();
        if ready.is_empty() {
            break;
        }
        for &i in &ready {
            level_of[i] = Some(levels.len());
        }
        levels.push(ready);
    }
    match level_of.iter().position(Option::is_none) {
        None => Ok(levels),
        Some(stuck) => Err(cycle(components, &edges, &level_of, stuck)),
    }
}

fn providers(components: &[Component]) -> Result<HashMap<TypeId, usize>> {
    let mut names = HashMap::new();
    let mut providers = HashMap::new();
    for (i, component) in components.iter().enumerate() {
        if names.insert(component.name, i).is_some() {
            return Err(Error::internal(format!("two components are named {}", component.name)));
        }
        for need in &component.provides {
            if let Some(first) = providers.insert(need.id, i) {
                let first = components[first].name;
                return Err(Error::internal(format!(
                    "components {first} and {} both provide {}",
                    component.name, need.name
                )));
            }
        }
    }
    Ok(providers)
}

/// For each component the indexes of those it waits for. Every missing provider is named, not only the first.
fn edges(components: &[Component], providers: &HashMap<TypeId, usize>) -> Result<Vec<Vec<usize>>> {
    let mut missing = Vec::new();
    let mut all = Vec::with_capacity(components.len());
    for component in components {
        let mut edges = Vec::new();
        let needs = component.needs.iter().map(|n| (n, "needs"));
        for (need, verb) in needs.chain(component.after.iter().map(|n| (n, "loads after"))) {
            match providers.get(&need.id) {
                Some(&provider) => edges.push(provider),
                None => missing.push(format!(
                    "component {} {verb} {}, which no component provides",
                    component.name, need.name
                )),
            }
        }
        all.push(edges);
    }
    if missing.is_empty() { Ok(all) } else { Err(Error::internal(missing.join("; "))) }
}

/// Walks from a stuck component along edges to other stuck ones until one repeats: that part is a cycle.
fn cycle(components: &[Component], edges: &[Vec<usize>], level_of: &[Option<usize>], stuck: usize) -> Error {
    let mut path = vec![stuck];
    loop {
        let last = *path.last().expect("the path starts with one component");
        let next = *edges[last]
            .iter()
            .find(|&&p| level_of[p].is_none())
            .expect("a component without a level waits for one without a level");
        if let Some(start) = path.iter().position(|&p| p == next) {
            let mut names: Vec<_> = path[start..].iter().map(|&i| components[i].name).collect();
            names.push(components[next].name);
            return Error::internal(format!("components wait for each other: {}", names.join(" → ")));
        }
        path.push(next);
    }
}
