//! Layers of the workspace: which crate may depend on which, and why.
//!
//! A crate's layer is the first part of its name. Edges point to lower layers; inside a layer they follow
//! `SIDEWAYS`, directly or through others on the list, because an edge to what is reachable anyway adds no
//! new reach. `HIDDEN` and `CEILINGS` take some of it back.

use crate::tree::{Edge, Package};

/// Lowest first; names in one group share a layer.
const LAYERS: &[&[&str]] = &[
    &["infra"],
    &["core"],
    &["sys"],
    &["svc"],
    &["drv"],
    &["lua", "wasm"],
    &["wippy"],
    &["test-kit"],
    &["xtask"],
];

/// Edges inside one layer: crate, what it may use. A new line is a change of the architecture.
const SIDEWAYS: &[(&str, &[&str])] = &[
    ("infra-codec", &["infra-base"]),
    ("infra-config", &["infra-base", "infra-codec"]),
    ("infra-log", &["infra-base", "infra-clock", "infra-codec"]),
    ("infra-profile", &["infra-base"]),
    ("infra-app", &["infra-base", "infra-clock", "infra-log"]),
    ("core-sched", &["core-dispatch"]),
    ("core-relay", &["core-sched"]),
    ("sys-entries", &["sys-services"]),
    ("sys-security", &["sys-entries"]),
    ("sys-process", &["sys-topology", "sys-entries", "sys-security"]),
    ("sys-functions", &["sys-process"]),
    ("sys-pipeline", &["sys-entries"]),
    ("sys-contracts", &["sys-functions"]),
    ("sys-cluster", &["sys-topology"]),
    ("svc-store", &["svc-sql"]),
    ("lua-types", &["lua-syntax"]),
    ("lua-vm", &["lua-syntax"]),
    ("lua-api", &["lua-vm"]),
    ("lua-engine", &["lua-api", "lua-types"]),
    ("lua-std", &["lua-api"]),
    ("lua-sys", &["lua-api"]),
    ("lua-svc", &["lua-api"]),
    ("lua-lsp", &["lua-types", "lua-api"]),
];

/// What a crate must not name although it is in reach, with the reason.
const HIDDEN: &[(&str, &[&str], &str)] = &[
    ("lua-std", &["lua-vm", "lua-syntax"], "modules see lua-api only"),
    ("lua-sys", &["lua-vm", "lua-syntax"], "modules see lua-api only"),
    ("lua-svc", &["lua-vm", "lua-syntax"], "modules see lua-api only"),
];

/// The highest layer below its own that a crate may use, with the reason.
const CEILINGS: &[(&str, &str, &str)] = &[
    ("lua-syntax", "infra", "the language knows nothing of the system"),
    ("lua-types", "infra", "the language knows nothing of the system"),
    ("lua-vm", "infra", "the machine knows nothing of the system"),
    ("lua-std", "infra", "its modules work on values; core and system belong to lua-sys"),
    ("lua-sys", "sys", "services belong to lua-svc"),
];

/// Rank of the layer a crate belongs to, lowest 0; none for a name outside the scheme.
#[must_use]
pub fn rank(name: &str) -> Option<usize> {
    LAYERS.iter().position(|group| group.iter().any(|layer| belongs(name, layer)))
}

/// First part of a crate's name as the layers have it, for headings.
#[must_use]
pub fn layer(name: &str) -> &'static str {
    let all = LAYERS.iter().copied().flatten();
    all.copied().find(|layer| belongs(name, layer)).unwrap_or("no layer")
}

fn belongs(name: &str, layer: &str) -> bool {
    name.strip_prefix(layer).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
}

/// Says what is wrong with the edges of `package`; nothing when they follow the architecture.
#[must_use]
pub fn check(package: &Package) -> Vec<String> {
    let name = package.name.as_str();
    let Some(own) = rank(name) else {
        return vec![format!("`{name}` belongs to no layer: start its name with one of {}", names())];
    };
    package.edges.iter().filter_map(|edge| refuse(name, own, edge)).collect()
}

fn refuse(name: &str, own: usize, edge: &Edge) -> Option<String> {
    let to = edge.to.as_str();
    if edge.dev {
        return None;
    }
    let say = |why: &str| Some(format!("`{name}` may not use `{to}`: {why}"));
    if matches!(to, "test-kit" | "xtask") {
        return say("only as a dev-dependency");
    }
    // A target without a layer is reported for itself.
    let below = rank(to)?;
    if below > own {
        return say(&format!("{} lies below {}", layer(name), layer(to)));
    }
    if let Some((_, _, why)) = HIDDEN.iter().find(|(from, hidden, _)| *from == name && hidden.contains(&to)) {
        return say(why);
    }
    if below == own {
        let listed = name == to || reaches(name, to);
        return if listed { None } else { say("the edge inside the layer is not on the list `SIDEWAYS`") };
    }
    if layer(to) == "drv" && name != "wippy" {
        return say("drivers are named only by `wippy`");
    }
    let (_, highest, why) = CEILINGS.iter().find(|(from, _, _)| *from == name)?;
    if below > rank(highest).unwrap_or(own) { say(why) } else { None }
}

/// True when `to` is on the list of `from`, directly or through others.
fn reaches(from: &str, to: &str) -> bool {
    let direct = SIDEWAYS.iter().find(|(name, _)| *name == from).map_or(&[][..], |(_, uses)| uses);
    direct.iter().any(|via| *via == to || reaches(via, to))
}

fn names() -> String {
    LAYERS.iter().copied().flatten().copied().collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edge(from: &str, to: &str) -> Vec<String> {
        check(&package(from, to, false))
    }

    fn package(from: &str, to: &str, dev: bool) -> Package {
        Package { name: from.into(), edges: vec![Edge { to: to.into(), dev }], ..Package::default() }
    }

    #[track_caller]
    fn refused(from: &str, to: &str, why: &str) {
        let found = edge(from, to);
        assert!(found.len() == 1 && found[0].contains(why), "{from} -> {to}: {found:?}");
    }

    #[test]
    fn edges_point_down() {
        refused("svc-store", "lua-api", "svc lies below lua");
        refused("infra-base", "core-relay", "infra lies below core");
        assert!(edge("sys-process", "core-sched").is_empty());
        assert!(edge("wippy", "lua-engine").is_empty());
    }

    #[test]
    fn sideways_edges_follow_the_list_directly_or_through_others() {
        refused("sys-entries", "sys-security", "SIDEWAYS");
        refused("lua-syntax", "lua-vm", "SIDEWAYS");
        refused("lua-vm", "lua-types", "SIDEWAYS");
        assert!(edge("sys-functions", "sys-process").is_empty());
        assert!(edge("sys-functions", "sys-services").is_empty(), "reachable through process and entries");
        assert!(edge("lua-engine", "lua-vm").is_empty());
    }

    #[test]
    fn modules_see_the_api_only() {
        for name in ["lua-std", "lua-sys", "lua-svc"] {
            refused(name, "lua-vm", "lua-api only");
            refused(name, "lua-engine", "SIDEWAYS");
            assert!(edge(name, "lua-api").is_empty());
        }
    }

    #[test]
    fn drivers_are_named_by_the_binary_only() {
        refused("lua-svc", "drv-sqlite", "only by `wippy`");
        assert!(edge("wippy", "drv-sqlite").is_empty());
    }

    #[test]
    fn language_crates_know_nothing_of_the_system() {
        refused("lua-vm", "core-sched", "knows nothing");
        refused("lua-std", "sys-process", "lua-sys");
        refused("lua-sys", "svc-http", "lua-svc");
        assert!(edge("lua-sys", "sys-process").is_empty());
    }

    #[test]
    fn test_code_is_a_dev_dependency() {
        refused("wippy", "test-kit", "dev-dependency");
        refused("xtask", "test-kit", "dev-dependency");
        assert!(check(&package("infra-base", "test-kit", true)).is_empty());
    }

    #[test]
    fn a_name_outside_the_scheme_is_refused() {
        assert!(check(&Package { name: "utils".into(), ..Package::default() })[0].contains("no layer"));
        assert_eq!(rank("luau"), None);
        assert_eq!(layer("test-kit"), "test-kit");
    }

    #[test]
    fn the_list_is_free_of_cycles_and_strays() {
        for (from, uses) in SIDEWAYS {
            for to in *uses {
                assert_eq!(rank(from), rank(to), "{from} -> {to} is no sideways edge");
                assert!(!reaches(to, from), "{from} and {to} need each other");
            }
        }
    }
}
