//! Locks by name, each with the process that holds it.

use infra_base::{Error, Kind, Pid, Result, Salted};
use parking_lot::Mutex;
use std::collections::HashMap;

/// The locks of this node. Nobody waits for one: who does not get it is told so. A holder that ends must release what it
/// holds; nothing here watches it.
#[derive(Default)]
pub struct Locks(Mutex<HashMap<Box<str>, Pid, Salted>>);

impl Locks {
    /// Takes a lock. `AlreadyExists` names the holder, the process itself too; `Invalid` for an empty name.
    pub fn acquire(&self, name: &str, pid: Pid) -> Result<()> {
        if name.is_empty() {
            return Err(Error::invalid("the name of a lock must not be empty"));
        }
        let mut locks = self.0.lock();
        if let Some(holder) = locks.get(name) {
            let held = format!("lock \"{name}\" is held by {holder}");
            return Err(Error::new(Kind::AlreadyExists, held).with_retryable(Some(true)));
        }
        locks.insert(name.into(), pid);
        Ok(())
    }

    /// Gives a lock back. `false`: nobody holds it, or somebody else.
    pub fn release(&self, name: &str, pid: Pid) -> bool {
        let mut locks = self.0.lock();
        let held = locks.get(name) == Some(&pid);
        if held {
            locks.remove(name);
        }
        held
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use infra_base::Name;

    #[test]
    fn a_lock_has_one_holder() {
        let (locks, a, b) =
            (Locks::default(), Pid::draw(Name::intern("t:a")), Pid::draw(Name::intern("t:a")));
        assert!(locks.acquire("x", a).is_ok());
        for pid in [a, b] {
            let held = locks.acquire("x", pid).unwrap_err();
            assert_eq!(
                (held.kind(), held.message()),
                (Kind::AlreadyExists, &*format!("lock \"x\" is held by {a}"))
            );
        }
        assert!(!locks.release("x", b) && locks.release("x", a) && !locks.release("x", a));
        assert!(locks.acquire("x", b).is_ok());
        assert_eq!(locks.acquire("", b).map_err(|e| e.kind()), Err(Kind::Invalid));
    }
}
