//! What was recorded: a tree of values by stack.

use rustc_hash::FxHashMap;

/// A place in a program, as whoever is there says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Site<'a> {
    /// Entry or file.
    pub file: &'a str,
    /// Name of the function.
    pub function: &'a str,
    /// Where the function begins.
    pub begins: u32,
    /// The line that runs.
    pub line: u32,
}

/// What was done at some place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Values {
    /// Samples taken.
    pub samples: u64,
    /// Fuel used.
    pub fuel: u64,
    /// Nanoseconds that it took; other processes of the machine may have had some of them.
    pub nanos: u64,
    /// Bytes allocated.
    pub bytes: u64,
    /// Objects allocated.
    pub objects: u64,
}

impl Values {
    pub(crate) fn add(&mut self, more: Values) {
        self.samples += more.samples;
        self.fuel += more.fuel;
        self.nanos += more.nanos;
        self.bytes += more.bytes;
        self.objects += more.objects;
    }
}

/// Different stacks that are kept; what comes after them counts for its innermost place alone.
const STACKS: usize = 1 << 15;

/// Frames of a stack that are kept, innermost first.
const DEPTH: usize = 128;

/// A function of a profile.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Function {
    pub(crate) file: Box<str>,
    pub(crate) name: Box<str>,
    pub(crate) begins: u32,
}

/// A line of a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Place {
    /// Index of the function.
    pub(crate) function: u32,
    pub(crate) line: u32,
}

/// Samples by stack.
#[derive(Default)]
pub struct Profile {
    pub(crate) functions: Vec<Function>,
    known: FxHashMap<Function, u32>,
    pub(crate) places: Vec<Place>,
    numbers: FxHashMap<Place, u32>,
    /// Indices of places, innermost first.
    pub(crate) stacks: FxHashMap<Box<[u32]>, Values>,
    total: Values,
}

impl Profile {
    /// Everything together.
    pub fn total(&self) -> Values {
        self.total
    }

    pub(crate) fn add(&mut self, values: Values, stack: impl FnOnce(&mut dyn FnMut(Site<'_>))) {
        let mut frames = Vec::with_capacity(16);
        stack(&mut |site| {
            if frames.len() < DEPTH {
                frames.push(self.place(site));
            }
        });
        if self.stacks.len() >= STACKS && !self.stacks.contains_key(&*frames) {
            frames.truncate(1);
        }
        self.total.add(values);
        self.stacks.entry(frames.into()).or_default().add(values);
    }

    fn place(&mut self, site: Site<'_>) -> u32 {
        let function = Function { file: site.file.into(), name: site.function.into(), begins: site.begins };
        let function = match self.known.get(&function) {
            Some(index) => *index,
            None => {
                let index = self.functions.len() as u32;
                self.functions.push(function.clone());
                self.known.insert(function, index);
                index
            }
        };
        let place = Place { function, line: site.line };
        *self.numbers.entry(place).or_insert_with(|| {
            self.places.push(place);
            self.places.len() as u32 - 1
        })
    }
}
