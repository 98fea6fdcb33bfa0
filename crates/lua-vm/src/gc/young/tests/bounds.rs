//! No piece of a young collection is long, whatever a process has made.

#![allow(unsafe_code, reason = "fills tables outside a program")]

use super::*;

/// A heap with a table as its root, all of it old.
fn aged(live: impl FnOnce(&mut Heap, *mut Table)) -> (Heap, Value) {
    let mut heap = Heap::new(1 << 30);
    let root = heap.new_table(0, 0);
    live(&mut heap, root);
    let root = Value::table(root);
    heap.collect_full(&Roots { values: &[root], current: ptr::null_mut() });
    heap.begin_young();
    assert!(heap.has_old());
    (heap, root)
}

/// Most units of a piece: a mark, what was traversed when its goal was reached, and a sweep.
const PIECE_AT_MOST: usize = UNITS + crate::gc::MAX_STEP + 4 * crate::gc::CHUNK;

#[test]
fn much_garbage_is_no_piece_of_a_young_collection() {
    // A long string lives, so that a whole collection begins late.
    let (mut heap, root) = aged(|heap, root| {
        let long = heap.new_str(&vec![b'x'; number(8 << 20, 1 << 17)]);
        // SAFETY: the table and the string are live.
        unsafe { Table::set(heap, root, Value::int(1), Value::str(long)).expect("it can be written") }
    });
    for _ in 0..number(100_000, 3000) {
        heap.new_table(0, 0);
    }
    let swept = heap.swept;
    let roots = [root];
    let work = heap.collect_young(&Roots { values: &roots, current: ptr::null_mut() });
    assert!(work <= PIECE_AT_MOST, "{work} units");
    assert!((heap.swept - swept) as usize <= 2 * MOST, "{} objects were freed", heap.swept - swept);
    assert!(!heap.has_old(), "a whole collection has to free the others");
    heap.collect_full(&Roots { values: &roots, current: ptr::null_mut() });
    assert_eq!(heap.objects, 2);
}

#[test]
fn long_garbage_is_no_piece_of_a_young_collection() {
    let (mut heap, root) = aged(|_, _| {});
    let text = vec![b'x'; number(200_000, 50_000)];
    for _ in 0..400 {
        heap.new_str(&text);
    }
    let roots = [root];
    let work = heap.collect_young(&Roots { values: &roots, current: ptr::null_mut() });
    assert!(work <= PIECE_AT_MOST, "{work} units");
    assert!(!heap.has_old(), "what was not looked at is not old");
    heap.collect_full(&Roots { values: &roots, current: ptr::null_mut() });
    assert_eq!(heap.objects, 1);
}

#[test]
fn many_touched_tables_are_no_piece_of_a_young_collection() {
    let many = 400;
    let (mut heap, root) = aged(|heap, root| {
        for i in 1..=many {
            let t = heap.new_table(1000, 0);
            // SAFETY: the tables are live.
            unsafe {
                for n in 1..=number(1000, 20) {
                    Table::set(heap, t, Value::int(n as i64), Value::TRUE).expect("it can be written");
                }
                Table::set(heap, root, Value::int(i), Value::table(t)).expect("it can be written");
            }
        }
    });
    // SAFETY: what the root holds is live.
    unsafe {
        for i in 1..=many {
            let t = Table::get_int(root.as_table(), i).as_table();
            let young = Value::table(heap.new_table(0, 0));
            Table::set(&mut heap, t, Value::int(1), young).expect("it can be written");
        }
    }
    let objects = heap.objects;
    let roots = [root];
    let work = heap.collect_young(&Roots { values: &roots, current: ptr::null_mut() });
    assert!(work <= PIECE_AT_MOST, "{work} units");
    heap.collect_full(&Roots { values: &roots, current: ptr::null_mut() });
    assert_eq!(heap.objects, objects);
}
