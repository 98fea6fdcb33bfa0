//! The name of the node among others: as configured, else made of machine and directory.

use infra_config::Config;
use std::path::Path;
use uuid::Uuid;

/// The name of this node.
pub(crate) fn name(config: &Config) -> Box<str> {
    if let Some(name) = &config.node_name {
        return name.as_str().into();
    }
    let machine = std::fs::read_to_string("/etc/machine-id").ok().filter(|id| !id.trim().is_empty());
    let machine =
        machine.unwrap_or_else(|| rustix::system::uname().nodename().to_string_lossy().into_owned());
    derived(machine.trim(), &std::env::current_dir().unwrap_or_default())
}

fn derived(machine: &str, directory: &Path) -> Box<str> {
    let place = format!("{machine}:{}", directory.display());
    Uuid::new_v5(&Uuid::NAMESPACE_OID, place.as_bytes()).to_string().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_depends_on_machine_and_directory() {
        let name = derived("m", Path::new("/srv/app"));
        assert_eq!(name, derived("m", Path::new("/srv/app")));
        assert!(name != derived("m", Path::new("/srv/other")) && name != derived("n", Path::new("/srv/app")));
        assert_eq!(Uuid::parse_str(&name).map(|id| id.get_version_num()), Ok(5));
    }
}
