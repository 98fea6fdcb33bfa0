//! The rules of the house and the freshness of the map, on the repository as it stands.

use anyhow::Result;
use xtask::tree::Tree;
use xtask::{map, tidy};

#[test]
fn the_house_is_tidy() -> Result<()> {
    let found = tidy::check(&Tree::load(&xtask::tree::root()?)?);
    let list: Vec<String> = found.iter().map(ToString::to_string).collect();
    assert!(list.is_empty(), "{} violation(s):\n{}", list.len(), list.join("\n"));
    Ok(())
}

#[test]
fn the_map_is_fresh() -> Result<()> {
    let fresh = map::is_fresh(&Tree::load(&xtask::tree::root()?)?);
    assert!(fresh, "docs/MAP.md is stale: run `cargo xtask map`");
    Ok(())
}
