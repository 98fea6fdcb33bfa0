//! The images of a node: which there are, and how many processes hold each.
//!
//! An image belongs to a program, and a changed entry makes another program. Processes keep the one that they started from, so
//! several generations of an entry may live at once; the older ones go with their last process.

use crate::program::Program;
use lua_api::ImageInfo;
use parking_lot::Mutex;
use std::collections::BTreeMap;
use std::sync::{Arc, Weak};
use sys_entries::Entries;

/// Programs that have an image, by the number of that, which grows.
#[derive(Default)]
pub(crate) struct Images(Mutex<List>);

#[derive(Default)]
struct List {
    programs: BTreeMap<u64, Weak<Program>>,
    last: u64,
    /// Size at which those that are gone are taken out, so that it costs little for each that is added.
    full: usize,
}

impl Images {
    /// A program has got its image.
    pub(crate) fn add(&self, program: &Arc<Program>) {
        let mut list = self.0.lock();
        if list.programs.len() >= list.full {
            list.programs.retain(|_, program| program.strong_count() > 0);
            list.full = 2 * list.programs.len() + 16;
        }
        list.last += 1;
        let number = list.last;
        list.programs.insert(number, Arc::downgrade(program));
    }

    /// Up to `most` images with numbers above `after`, in their order.
    pub(crate) fn behind(&self, after: u64, most: usize, entries: &Entries) -> Vec<ImageInfo> {
        // A program that ends meanwhile is freed without the lock.
        let programs: Vec<(u64, Arc<Program>)> = {
            let list = self.0.lock();
            let behind = list.programs.range(after + 1..);
            behind.filter_map(|(n, program)| Some((*n, program.upgrade()?))).take(most).collect()
        };
        programs.iter().filter_map(|(number, program)| info(*number, program, entries)).collect()
    }
}

fn info(generation: u64, program: &Arc<Program>, entries: &Entries) -> Option<ImageInfo> {
    let image = &program.made.get()?.image;
    let entry = program.root().id.clone();
    let current = entries.get::<Program>(&entry).is_ok_and(|now| Arc::ptr_eq(&now, program));
    // One more holds it: the program.
    let holders = Arc::strong_count(image) - 1;
    let (bytes, objects) = (image.bytes(), image.objects());
    Some(ImageInfo { entry, generation, bytes, objects, holders, current })
}
