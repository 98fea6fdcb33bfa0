//! Admission: how many slices of a host's processes run at once.

/// A gate on concurrent slices, taken by the outermost process within one poll and never held across `Pending`.
pub struct Gate {
    slots: usize,
}

impl Gate {
    /// At most `slots` slices at once.
    pub fn new(slots: usize) -> Gate {
        Gate { slots }
    }

    /// Its width.
    pub fn slots(&self) -> usize {
        self.slots
    }
}
