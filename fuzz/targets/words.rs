//! Changes Lua for the fuzzer: words and lines mostly, since changed bytes hardly ever compile.

use libfuzzer_sys::fuzzer_mutate;

#[path = "../../crates/lua-vm/tests/programs/mutate.rs"]
#[allow(dead_code, reason = "the other generator is for comparisons")]
mod mutate;

/// Changes the first `size` bytes of `data`; how many there are then, at most `max_size`.
pub(crate) fn change(data: &mut [u8], size: usize, max_size: usize, seed: u32) -> usize {
    let mut state = u64::from(seed) << 1 | 1;
    let mut choose = |n: usize| {
        state = state.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
        (state >> 33) as usize % n
    };
    match std::str::from_utf8(&data[..size]) {
        Ok(text) if choose(4) > 0 => {
            let edited = mutate::edit(text, choose);
            let size = edited.len().min(max_size);
            data[..size].copy_from_slice(&edited.as_bytes()[..size]);
            size
        }
        _ => fuzzer_mutate(data, size, max_size),
    }
}
