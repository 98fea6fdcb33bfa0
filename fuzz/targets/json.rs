//! Any bytes decode to a value or an error; what was decoded encodes to one text, again and again.
#![no_main]

use std::sync::{Arc, LazyLock};

use libfuzzer_sys::fuzz_target;
use lua_api::{from_json, to_json};
use lua_vm::{Lua, Options, Statics, StaticsBuilder};

static STATICS: LazyLock<Arc<Statics>> = LazyLock::new(|| StaticsBuilder::new().build());

fuzz_target!(|text: &[u8]| {
    let mut lua = Lua::new(Arc::clone(&STATICS), Options { quota: 16 << 20, ..Options::default() });
    lua.enter(&mut (), |cx| {
        let Ok(Ok(value)) = from_json(cx, text) else { return };
        // Holes of an array are refused, nothing else.
        let Ok(once) = to_json(cx, value) else { return };
        let Ok(Ok(value)) = from_json(cx, &once) else { panic!("own text is refused: {once:?}") };
        let twice = to_json(cx, value).expect("it was encoded before");
        assert_eq!(String::from_utf8_lossy(&once), String::from_utf8_lossy(&twice));
    });
});
