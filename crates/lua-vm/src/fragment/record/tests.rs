//! Records: what is one, and that the receiver's table is like one that was copied value by value.

#![allow(unsafe_code, reason = "makes tables that programs can hardly make")]

use std::sync::{Arc, LazyLock};

use super::*;
use crate::fragment::{Form, Fragment};
use crate::image::{Image, Rehearsal};
use crate::native::{Cx, Table as Handle, Val};
use crate::statics::{Lib, Statics, StaticsBuilder};
use crate::{Lua, Options};

fn statics() -> Arc<Statics> {
    static STATICS: LazyLock<Arc<Statics>> = LazyLock::new(|| {
        let mut b = StaticsBuilder::new();
        b.module("leaves", Lib::new().value("one", 1_i64));
        b.build()
    });
    STATICS.clone()
}

fn process() -> Lua {
    Lua::new(statics(), Options::default())
}

/// Interpreted by Miri, small numbers are enough.
fn number(of: usize, under_miri: usize) -> usize {
    if cfg!(miri) { under_miri } else { of }
}

fn is_record(fragment: &Fragment) -> bool {
    matches!(fragment.0, Form::Record(_))
}

/// A string that is no symbol.
fn text<'cx>(cx: &mut Cx<'cx>, text: &str) -> Val<'cx> {
    cx.string(text.as_bytes())
}

/// A value in words, with its type.
fn shown(cx: &mut Cx<'_>, v: Val<'_>) -> String {
    // SAFETY: nothing is collected meanwhile.
    let v = Val::new(v.raw);
    format!("{} {}", v.type_name(), cx.plain_text(v))
}

/// Keys and values in the order of `pairs`.
fn entries<'cx>(cx: &mut Cx<'cx>, t: Handle<'cx>) -> Vec<(String, String)> {
    let (mut out, mut cursor) = (Vec::new(), 0);
    while let Some((next, k, v)) = t.entry_at(cursor) {
        out.push((shown(cx, k), shown(cx, v)));
        cursor = next;
    }
    out
}

/// Each entry is found by its key, and strings by others with their bytes.
fn finds_all<'cx>(cx: &mut Cx<'cx>, t: Handle<'cx>) {
    let mut cursor = 0;
    while let Some((next, k, v)) = t.entry_at(cursor) {
        let mut keys = vec![k];
        keys.extend(k.as_bytes().map(|bytes| cx.string(bytes)));
        for k in keys {
            let found = t.get(k);
            let same = found.raw_eq(v) || shown(cx, found) == shown(cx, v);
            assert!(same, "{}", shown(cx, k));
        }
        cursor = next;
    }
    for absent in [Val::int(-7777), Val::float(0.125), text(cx, "absent"), Val::int(7777)] {
        assert!(t.get(absent).is_nil());
    }
}

/// Writes to two equal tables; they stay equal.
fn stay_equal<'cx>(cx: &mut Cx<'cx>, a: Handle<'cx>, b: Handle<'cx>) {
    for i in 0..40 {
        let key = match i % 4 {
            0 => text(cx, &format!("new {i}")),
            1 => Val::int(1 + a.array_len() as i64),
            2 => Val::int(100 - i),
            _ => a.entry_at(0).map_or(Val::bool(true), |(_, k, _)| k),
        };
        let v = if i % 8 == 7 { Val::NIL } else { Val::int(i) };
        for t in [a, b] {
            cx.set(t, key, v).expect("it can be written");
        }
        assert_eq!(a.len(), b.len());
    }
    assert_eq!(entries(cx, a), entries(cx, b));
    finds_all(cx, a);
}

fn shapes(fragment: &Fragment) -> Vec<String> {
    let shown = |shape| match shape {
        Shape::Nil => "nil".to_owned(),
        Shape::Bool(b) => format!("{b}"),
        Shape::Int(i) => format!("{i}"),
        Shape::Float(f) => format!("{:x}", f.to_bits()),
        Shape::Str(s) => format!("{s:?}"),
        Shape::Table { array, pairs } => format!("table {array} {pairs}"),
        Shape::Seen(_) | Shape::Static(_) | Shape::Foreign(_) => "another".to_owned(),
    };
    fragment.shapes().map(shown).collect()
}

/// Copies a table out, alone and as one of two values, which makes items of it, and looks at what each gives in another
/// process. Whether it is a record.
fn travels(make: impl for<'cx> FnOnce(&mut Cx<'cx>) -> Handle<'cx>) -> bool {
    let mut from = process();
    let (alone, other, expected, len, text_keyed) = from.enter(&mut (), |cx| {
        let t = make(cx);
        let alone = cx.copy_out(&[t.val()]).expect("plain data");
        let other = cx.copy_out(&[t.val(), Val::NIL]).expect("plain data");
        assert!(!is_record(&other));
        (alone, other, entries(cx, t), t.len(), t.held_text_key())
    });
    // Nothing of it is left but the copies.
    drop(from);
    let second = alone.share();
    assert_eq!((alone.len(), second.size()), (1, alone.size()));
    let mut items = shapes(&other);
    assert_eq!(items.pop().as_deref(), Some("nil"));
    assert_eq!((shapes(&alone), shapes(&second)), (items.clone(), items));
    let record = is_record(&alone);
    assert_eq!(is_record(&second), record);

    let mut to = process();
    to.collect();
    let empty = to.stats();
    let (mut alone, mut other) = (alone, other);
    to.enter(&mut (), |cx| {
        let (before, size) = (cx.heap(), alone.size());
        let a = cx.adopt_one(&mut alone).expect("it fits").as_table().expect("a table");
        let after = cx.heap();
        assert!(alone.is_empty());
        if record {
            assert_eq!(after.bytes - before.bytes, size - size_of::<Fragment>());
            // SAFETY: the handle is live.
            assert_eq!(unsafe { ((*a.raw).number, (*a.raw).hdr.small, (*a.raw).hdr.word) }, (0, 0, 0));
        }
        let b = cx.adopt_all(&mut other).expect("it fits")[0].as_table().expect("a table");
        let c = cx.adopt(&second).expect("it fits")[0].as_table().expect("a table");
        for t in [a, b, c] {
            assert_eq!(entries(cx, t), expected);
            assert!(t.metatable().is_none() && !t.is_frozen());
            finds_all(cx, t);
        }
        // An array that ends in nil may have several borders.
        assert!(!record || a.len() == len);
        assert_eq!(c.len(), a.len());
        if expected.is_empty() {
            assert_eq!((a.held_text_key(), b.held_text_key()), (text_keyed, text_keyed));
        }
        stay_equal(cx, a, c);
        let d = cx.adopt(&second).expect("it fits")[0].as_table().expect("a table");
        assert_eq!(entries(cx, d), expected, "another one is not written");
        for t in [b, d] {
            while let Some((_, key, _)) = t.entry_at(0) {
                cx.set(t, key, Val::NIL).expect("it can be written");
            }
        }
        assert_eq!(b.held_text_key(), d.held_text_key());
    });
    to.collect();
    let left = to.stats();
    assert_eq!((left.bytes - left.stacks, left.objects), (empty.bytes - empty.stacks, empty.objects));
    assert_eq!(shapes(&second).len() > 1, !expected.is_empty());
    record
}

fn array<'cx>(cx: &mut Cx<'cx>, n: usize) -> Handle<'cx> {
    let t = cx.table(0, 0);
    for i in 1..=n as i64 {
        let v = if i % 3 == 0 { text(cx, &format!("element {i}")) } else { Val::int(i * 10) };
        cx.set_int(t, i, v).expect("it can be written");
    }
    t
}

/// Adds fields, whose names are symbols by turns.
fn add_fields<'cx>(cx: &mut Cx<'cx>, t: Handle<'cx>, n: usize) {
    for i in 0..n {
        let name = format!("field_{i}");
        let key = if i % 2 == 0 {
            let symbol = crate::symbol::intern(name.as_bytes()).expect("there is room");
            Val::new(Value::str(symbol))
        } else {
            text(cx, &name)
        };
        let v = if i % 3 == 0 { text(cx, &format!("value {i}")) } else { Val::float(i as f64 / 2.0) };
        cx.set(t, key, v).expect("it can be written");
    }
}

#[test]
fn up_to_32_entries_are_a_record() {
    for n in [0, 1, 2, 8, 9, 16, 17, 31, 32] {
        assert!(travels(|cx| array(cx, n)), "{n} elements");
        assert!(
            travels(|cx| {
                let t = cx.table(0, 0);
                add_fields(cx, t, n);
                t
            }),
            "{n} fields"
        );
        assert!(
            travels(|cx| {
                let t = array(cx, n / 2);
                add_fields(cx, t, n - n / 2);
                t
            }),
            "{n} of both"
        );
    }
    assert!(!travels(|cx| array(cx, 33)));
    assert!(!travels(|cx| {
        let t = array(cx, 16);
        add_fields(cx, t, 17);
        t
    }));
}

#[test]
fn room_that_a_table_has_is_not_copied() {
    for room in [8, 16, 64] {
        let mut sizes = [0, room].map(|room| {
            let mut lua = process();
            lua.enter(&mut (), |cx| {
                let t = cx.table(room, 0);
                cx.set_int(t, 1, 1).expect("it can be written");
                cx.copy_out(&[t.val()]).expect("plain data").size()
            })
        });
        sizes.sort_unstable();
        assert_eq!(sizes[0], sizes[1]);
        // The index is as large as the room is.
        assert!(travels(|cx| {
            let t = cx.table(0, room);
            add_fields(cx, t, 3);
            t
        }));
    }
    assert!(!travels(|cx| {
        let t = cx.table(0, 200);
        add_fields(cx, t, 3);
        t
    }));
}

#[test]
fn holes_and_keys_of_all_kinds_stay() {
    assert!(travels(|cx| {
        let t = array(cx, 9);
        for i in [1, 2, 5] {
            cx.set_int(t, i, Val::NIL).expect("it can be written");
        }
        t
    }));
    assert!(travels(|cx| {
        let t = cx.table(0, 0);
        let text = text(cx, "text");
        let keys = [
            Val::float(1.5),
            Val::bool(false),
            Val::int(0),
            Val::int(-3),
            Val::int(i64::MAX),
            Val::int(7),
            Val::float(f64::INFINITY),
            Val::float(-0.5),
            Val::bool(true),
            text,
        ];
        for (i, key) in keys.into_iter().enumerate() {
            let values = [Val::bool(false), Val::float(f64::NAN), Val::float(-0.0), Val::int(i64::MIN), text];
            cx.set(t, key, values[i % 5]).expect("it can be written");
        }
        t
    }));
}

#[test]
fn arrays_whose_end_is_not_known_stay_so() {
    // Its last slots are nil: a store gives up some only.
    let mut ends = Vec::new();
    assert!(travels(|cx| {
        let t = array(cx, 280);
        for i in (2..=280).rev().skip(1).chain([280]) {
            cx.set_int(t, i, Val::NIL).expect("it can be written");
        }
        // SAFETY: the handle is live.
        ends.push(unsafe { ((*t.raw).arr_len, (*t.raw).hdr.mark & UNSETTLED != 0) });
        t
    }));
    let [(len, true)] = ends[..] else { panic!("{ends:?}") };
    assert!((2..=32).contains(&len), "{len}");
    // The hash part holds the keys that follow.
    for following in [1, 3, 10] {
        assert!(travels(|cx| {
            let t = array(cx, 4);
            // SAFETY: the handle is live; tables whose keys are fetched in slices look like that.
            unsafe {
                for i in 0..following {
                    let heap = &mut cx.lua().heap;
                    Table::set_key(heap, t.raw, Value::int(5 + i), Value::int(i)).expect("it can be written");
                }
                (*t.raw).hdr.mark |= UNSETTLED;
            }
            assert_eq!((t.len(), t.array_len()), (4 + following, 4));
            t
        }));
    }
}

#[test]
fn removed_entries_are_left_out() {
    for removed in [&[0][..], &[1], &[0, 1, 2], &[8], &[0, 4, 8]] {
        let record = travels(|cx| {
            let t = cx.table(0, 0);
            add_fields(cx, t, 9);
            for i in removed {
                cx.set_field(t, &format!("field_{i}"), Val::NIL).expect("it can be written");
            }
            t
        });
        assert!(!record, "what the hash part keeps of them is not copied");
    }
}

#[test]
fn empty_tables_say_whether_they_are_objects() {
    let empty = |cx: &mut Cx<'_>| cx.table(0, 0).held_text_key();
    assert!(!process().enter(&mut (), empty));
    assert!(travels(|cx| cx.table(0, 4)));
    assert!(travels(|cx| {
        let t = cx.table(0, 0);
        cx.mark_text_keyed(t);
        assert!(t.held_text_key());
        t
    }));
    assert!(!travels(|cx| {
        let t = cx.table(0, 0);
        cx.set_field(t, "name", 1).expect("it can be written");
        cx.set_field(t, "name", Val::NIL).expect("it can be written");
        assert!(t.is_empty() && t.held_text_key());
        t
    }));
    assert!(travels(|cx| {
        let t = cx.table(0, 0);
        cx.mark_text_keyed(t);
        cx.set_int(t, 50, 1).expect("it can be written");
        t
    }));
    // A list that was an object goes as items would give it, whether it is empty or not.
    assert!(travels(|cx| {
        let t = array(cx, 2);
        cx.mark_text_keyed(t);
        t
    }));
}

#[test]
fn strings_fill_a_block_and_no_more() {
    let longest = packed::SHEET - crate::object::STR_BYTES;
    for (lengths, record) in [
        (&[0][..], true),
        (&[longest], true),
        (&[longest + 1], false),
        (&[1 << 17], false),
        (&[2020, 2012], true),
        (&[2020, 2013], false),
        (&[2020, 2021], false),
    ] {
        let strides: usize = lengths.iter().map(|n| packed::stride(*n)).sum();
        assert_eq!(strides <= packed::SHEET, record, "{lengths:?}");
        for keyed in [false, true] {
            let is = travels(|cx| {
                let t = cx.table(0, 0);
                for (i, n) in lengths.iter().enumerate() {
                    let text = cx.string(&vec![b'a' + i as u8; *n]);
                    if keyed {
                        cx.set(t, text, i as i64).expect("it can be written");
                    } else {
                        cx.set_int(t, 1 + i as i64, text).expect("it can be written");
                    }
                }
                t
            });
            assert_eq!(is, record, "{lengths:?}");
        }
    }
}

#[test]
fn what_holds_others_is_no_record() {
    for make in [
        |cx: &mut Cx<'_>| cx.table(0, 0).val().raw,
        |cx: &mut Cx<'_>| {
            let inner = cx.table(0, 0);
            cx.freeze(inner);
            inner.val().raw
        },
    ] {
        let mut lua = process();
        let fragment = lua.enter(&mut (), |cx| {
            let t = array(cx, 3);
            let inner = Val::new(make(cx));
            cx.set_int(t, 2, inner).expect("it can be written");
            cx.copy_out(&[t.val()]).expect("plain data")
        });
        assert!(!is_record(&fragment));
    }
    let mut lua = process();
    lua.enter(&mut (), |cx| {
        let t = array(cx, 3);
        let print = cx.globals().get_field("type");
        cx.set_int(t, 2, print).expect("it can be written");
        assert_eq!(cx.copy_out(&[t.val()]).unwrap_err().path, "[2]");
        // A frozen table of the statics goes by reference.
        let library = cx.module("leaves").expect("it was registered");
        let fragment = cx.copy_out(&[library]).expect("a library");
        assert!(!is_record(&fragment));
        assert!(cx.adopt(&fragment).expect("it fits")[0].raw_eq(library));
    });
}

#[test]
fn metatables_and_freezing_stay_behind() {
    assert!(travels(|cx| {
        let (t, meta) = (array(cx, 3), cx.table(0, 0));
        add_fields(cx, t, 2);
        cx.set_field(meta, "__index", meta.val()).expect("it can be written");
        cx.set_metatable(t, Some(meta)).expect("it can be written");
        // SAFETY: the handle is live: what it is known to lack, its number, where `__index` is.
        unsafe { ((*t.raw).hdr.small, (*t.raw).hdr.word, (*t.raw).number) = (7, 1, 5) }
        cx.freeze(t);
        t
    }));
}

fn image(make: impl for<'cx> FnOnce(&mut Cx<'cx>) -> Handle<'cx>) -> Arc<Image> {
    let mut rehearsal = Rehearsal::new(statics(), Options::default());
    let pin = rehearsal.lua().enter(&mut (), |cx| {
        let t = make(cx);
        cx.pin(t.val())
    });
    rehearsal.seal(vec![pin]).finish().expect("it can be shared")
}

#[test]
fn tables_of_an_image_travel_as_their_process_sees_them() {
    let image = image(|cx| {
        let (t, meta) = (array(cx, 5), cx.table(0, 0));
        add_fields(cx, t, 10);
        cx.set_metatable(t, Some(meta)).expect("it can be written");
        cx.set_int(t, 2, Val::NIL).expect("it can be written");
        t
    });
    let mut to = process();
    let mut look = |lua: &mut Lua, written: bool| {
        let (mut fragment, expected, len) = lua.enter(&mut (), |cx| {
            let t = cx.image_value(0).as_table().expect("a table");
            if written {
                cx.set_field(t, "field_1", 77).expect("it can be written");
                let text = text(cx, "a new one");
                cx.set_field(t, "more", text).expect("it can be written");
            }
            (cx.copy_out(&[t.val()]).expect("plain data"), entries(cx, t), t.len())
        });
        assert!(is_record(&fragment));
        to.enter(&mut (), |cx| {
            let t = cx.adopt_one(&mut fragment).expect("it fits").as_table().expect("a table");
            assert_eq!((entries(cx, t), t.len()), (expected.clone(), len));
            assert!(t.metatable().is_none() && !t.is_frozen());
            finds_all(cx, t);
        });
        expected
    };
    let mut processes = [(); 2].map(|()| Lua::from_image(Arc::clone(&image), Options::default()));
    let shared = look(&mut processes[0], false);
    let own = look(&mut processes[0], true);
    assert_ne!(shared, own);
    assert_eq!(look(&mut processes[1], false), shared);
    processes[0].detach();
    assert_eq!(look(&mut processes[0], false), own);
}

#[test]
fn a_record_of_an_image_is_a_table_of_it() {
    let image = image(|cx| {
        let t = array(cx, 4);
        add_fields(cx, t, 12);
        let mut fragment = cx.copy_out(&[t.val()]).expect("plain data");
        cx.adopt_one(&mut fragment).expect("it fits").as_table().expect("a table")
    });
    for _ in 0..2 {
        let mut lua = Lua::from_image(Arc::clone(&image), Options::default());
        lua.enter(&mut (), |cx| {
            let t = cx.image_value(0).as_table().expect("a table");
            finds_all(cx, t);
            cx.set_field(t, "field_0", 1).expect("it can be written");
            cx.set_field(t, "more", 1).expect("it can be written");
            finds_all(cx, t);
            assert_eq!(t.slots(), 17);
        });
        lua.collect();
        lua.detach();
        lua.enter(&mut (), |cx| {
            let t = cx.image_value(0).as_table().expect("a table");
            assert_eq!((t.slots(), t.get_field("field_0").as_int()), (17, Some(1)));
            finds_all(cx, t);
        });
    }
}

#[test]
fn processes_on_several_threads_share_a_record() {
    let mut lua = process();
    let fragments = lua.enter(&mut (), |cx| {
        let t = array(cx, 6);
        add_fields(cx, t, 12);
        // Without a hash yet, and asked for as a key by all of them.
        let word = text(cx, "a value without a hash");
        cx.set_int(t, 1, word).expect("it can be written");
        [cx.copy_out(&[t.val()]), cx.copy_out(&[word])].map(|copy| copy.expect("plain data"))
    });
    let expected = shapes(&fragments[0]);
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                let mut lua = process();
                for _ in 0..number(100, 2) {
                    let mut own = fragments[0].share();
                    assert_eq!(shapes(&fragments[0]), expected);
                    lua.enter(&mut (), |cx| {
                        let a = cx.adopt(&fragments[0]).expect("it fits")[0].as_table().expect("a table");
                        let b = cx.adopt_one(&mut own).expect("it fits").as_table().expect("a table");
                        let word = cx.adopt(&fragments[1]).expect("it fits")[0];
                        for t in [a, b] {
                            let first = t.get_int(1);
                            assert!(first.raw_eq(word));
                            cx.set(t, first, true).expect("it can be written");
                            assert!(t.get(word).truthy());
                        }
                        stay_equal(cx, a, b);
                    });
                    lua.collect();
                }
            });
        }
    });
}

#[test]
fn single_strings_are_forms_of_their_own() {
    let symbol = crate::symbol::intern(b"a_symbol_that_travels").expect("there is room");
    for n in [0, 1, 20, packed::SHEET, packed::SHEET + 1, 5000, packed::WHOLE + 1] {
        let mut from = process();
        let fragment = from.enter(&mut (), |cx| {
            let text = cx.string(&vec![b's'; n]);
            cx.copy_out(&[text]).expect("plain data")
        });
        drop(from);
        assert_eq!(matches!(fragment.0, Form::Text(_)), n <= packed::SHEET);
        assert_eq!((fragment.len(), shapes(&fragment).len()), (1, 1));
        let mut to = process();
        to.collect();
        let empty = to.stats();
        to.enter(&mut (), |cx| {
            for _ in 0..2 {
                let mut own = fragment.share();
                for v in [cx.adopt(&fragment).expect("it fits")[0], cx.adopt_one(&mut own).expect("it fits")]
                {
                    assert_eq!(v.as_bytes(), Some(&vec![b's'; n][..]));
                }
                assert!(own.is_empty() && cx.adopt_one(&mut own).expect("nothing").is_nil());
            }
        });
        to.collect();
        assert_eq!((to.stats().objects, to.stats().bytes), (empty.objects, empty.bytes));
    }
    let mut lua = process();
    lua.enter(&mut (), |cx| {
        let mut fragment = cx.copy_out(&[Val::new(Value::str(symbol))]).expect("plain data");
        assert!(matches!(fragment.0, Form::Symbol(_)));
        assert_eq!(shapes(&fragment), [format!("{:?}", b"a_symbol_that_travels")]);
        let before = cx.heap();
        let v = cx.adopt_one(&mut fragment).expect("it fits");
        assert!(std::ptr::eq(v.raw.as_str(), symbol));
        assert_eq!(cx.heap(), before, "it takes no memory");
    });
}

#[test]
fn what_does_not_fit_stays_a_record() {
    let mut lua = process();
    let mut fragment = lua.enter(&mut (), |cx| {
        let t = array(cx, 30);
        cx.copy_out(&[t.val()]).expect("plain data")
    });
    let mut small = process();
    small.set_quota(200);
    small.enter(&mut (), |cx| {
        let before = cx.heap();
        assert!(cx.adopt_one(&mut fragment).is_err() && cx.adopt(&fragment).is_err());
        assert_eq!(cx.heap(), before);
    });
    assert!(is_record(&fragment));
    lua.enter(&mut (), |cx| {
        let t = cx.adopt_one(&mut fragment).expect("it fits").as_table().expect("a table");
        assert_eq!(t.len(), 30);
    });
}

/// Numbers that look random.
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % n
    }

    fn leaf<'cx>(&mut self, cx: &mut Cx<'cx>) -> Val<'cx> {
        match self.below(8) {
            0 => Val::bool(self.below(2) == 0),
            1 => Val::float(self.below(40) as f64 / 4.0 - 3.0),
            2 => Val::int(self.below(1000) as i64 - 500),
            3 => cx.key(["name", "id", "string", "sub"][self.below(4)]),
            4 => {
                let n = self.below(300);
                cx.string(&vec![b'a' + (n % 26) as u8; n])
            }
            5 => text(cx, &format!("text {}", self.below(30))),
            _ => Val::int(self.below(12) as i64),
        }
    }
}

#[test]
fn random_tables_travel_like_deep_copies() {
    let (mut records, mut others) = (0, 0);
    for seed in 0..number(600, 40) as u64 {
        let record = travels(|cx| {
            let mut random = Random(seed);
            let t = cx.table(random.below(3) * random.below(6), random.below(3) * random.below(20));
            for _ in 0..random.below(45) {
                let key = random.leaf(cx);
                // Some of them remove an entry.
                let v = if random.below(60) == 0 { Val::NIL } else { random.leaf(cx) };
                cx.set(t, key, v).expect("it can be written");
            }
            if random.below(5) == 0 {
                cx.mark_text_keyed(t);
            }
            t
        });
        if record { records += 1 } else { others += 1 }
    }
    assert!(records > number(100, 5) && others > number(20, 1), "{records} records, {others} others");
}
