//! Names of processes on this node.

use infra_base::{Error, Kind, Pid, Result, Salted};
use parking_lot::RwLock;
use std::collections::HashMap;

#[derive(Default)]
pub(crate) struct Names(RwLock<HashMap<Box<str>, Pid, Salted>>);

impl Names {
    pub(crate) fn get(&self, name: &str) -> Option<Pid> {
        self.0.read().get(name).copied()
    }

    /// `Ok(false)`: the pid has that name already.
    pub(crate) fn take(&self, name: &str, pid: Pid) -> Result<bool> {
        let mut names = self.0.write();
        match names.get(name) {
            Some(owner) if *owner == pid => Ok(false),
            Some(owner) => {
                let taken = format!("name \"{name}\" is taken by {owner}");
                Err(Error::new(Kind::AlreadyExists, taken).with_retryable(Some(false)))
            }
            None => {
                names.insert(name.into(), pid);
                Ok(true)
            }
        }
    }

    /// `false`: nobody, or somebody else, has that name.
    pub(crate) fn release(&self, name: &str, pid: Pid) -> bool {
        let mut names = self.0.write();
        let owned = names.get(name) == Some(&pid);
        if owned {
            names.remove(name);
        }
        owned
    }
}
