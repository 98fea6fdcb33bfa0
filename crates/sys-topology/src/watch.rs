//! What stands in the record of a process: who watches it, whom it watches, its names.

use infra_base::Pid;
use rustc_hash::FxHashSet;
use smallvec::SmallVec;

/// Both ends of a relation stand in the records of both processes, so the end of either finds the other.
#[derive(Default)]
pub(crate) struct Watch {
    /// Who is told of the end of this process.
    pub(crate) monitors: Pids,
    /// Whose end this process is told of.
    pub(crate) monitored: Pids,
    /// In both directions.
    pub(crate) links: Pids,
    pub(crate) names: SmallVec<[Box<str>; 1]>,
}

/// A set of pids: most have one or two, a supervisor has a hundred thousand.
#[derive(Debug)]
pub(crate) enum Pids {
    Few(SmallVec<[Pid; 2]>),
    Many(FxHashSet<Pid>),
}

/// More than these are looked up by hash.
const FEW: usize = 16;

impl Default for Pids {
    fn default() -> Self {
        Pids::Few(SmallVec::new())
    }
}

impl Pids {
    /// `false`: it is there already.
    pub(crate) fn add(&mut self, pid: Pid) -> bool {
        match self {
            Pids::Many(pids) => pids.insert(pid),
            Pids::Few(pids) if pids.contains(&pid) => false,
            Pids::Few(pids) if pids.len() < FEW => {
                pids.push(pid);
                true
            }
            Pids::Few(pids) => {
                let mut many: FxHashSet<Pid> = pids.drain(..).collect();
                many.insert(pid);
                *self = Pids::Many(many);
                true
            }
        }
    }

    /// `false`: it is not there.
    pub(crate) fn remove(&mut self, pid: Pid) -> bool {
        match self {
            Pids::Many(pids) => pids.remove(&pid),
            Pids::Few(pids) => {
                let at = pids.iter().position(|p| *p == pid);
                at.map(|at| pids.swap_remove(at)).is_some()
            }
        }
    }

    /// All of them; those of a big set in no order.
    pub(crate) fn into_vec(self) -> SmallVec<[Pid; 2]> {
        match self {
            Pids::Few(pids) => pids,
            Pids::Many(pids) => pids.into_iter().collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use infra_base::Name;

    #[test]
    fn few_and_many_are_the_same_set() {
        let pids: Vec<_> = (0..100).map(|_| Pid::draw(Name::intern("app:host"))).collect();
        let mut set = Pids::default();
        for pid in &pids {
            assert!(set.add(*pid) && !set.add(*pid));
        }
        for pid in &pids[..50] {
            assert!(set.remove(*pid) && !set.remove(*pid));
        }
        let mut rest = set.into_vec();
        rest.sort();
        assert_eq!(rest[..], pids[50..]);
    }
}
