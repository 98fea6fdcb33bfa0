//! What a module author sees: modules, arguments, results, waiting, channels, conversions.
//!
//! A function of a module is a plain `fn(&mut Cx<'_>) -> NativeResult`: it reads arguments with the `check_*` getters
//! (a wrong type raises `bad argument #1 to 'get' (string expected, got nil)`), asks permission, works, and returns with
//! `ret` or [`Guest::fail`] (`nil, err`). What takes time is a future: [`Guest::wait_for`] suspends only the calling
//! coroutine. The names, signatures and sentences of a [`Module`] feed the linter, the language server and the reference.

#![forbid(unsafe_code)]

mod channel;
mod convert;
mod coroutines;
mod errors;
mod guest;
mod host;
mod json;
mod mailroom;
mod module;
mod node;
mod outgoing;
mod peer;
mod plain;

pub use channel::{Channel, Item, Make, channel_module};
pub use convert::{
    PayloadObject, Portable, Traveller, arg_to_payload, args_to_payloads, begin_payload, begun_payload,
    data_to_val, format_of, payload_object, payload_object_as, payload_to_data, payload_to_val,
    payloads_to_data, push_payloads, val_to_data, val_to_kept_data, val_to_payload,
};
pub use coroutines::Coroutines;
pub use errors::{error_from_val, error_to_val};
pub use guest::{Answer, Guest};
pub use host::{Binding, Finish, Host, Names, Operation, System, WaitId, Wake};
pub use json::{SHORT_TEXT, decode_json, decode_top, encode_json, from_json};
pub use mailroom::{Mailroom, message_object};
pub use module::{Class, Const, Func, Group, Module, Object, Record, install};
pub use node::{Held, ImageInfo, ListImages, Memory, ModuleInfo, Node, Pace, Total};
pub use outgoing::{WithBytes, json_bytes, string_bytes};
pub use peer::{Peer, pid_text};
pub use plain::{plain_json, push_bytes};

pub use lua_vm::{
    Cx, ErrorObject, Flow, NativeFn, NativeResult, Num, Pin, Raise, Table, Userdata, Val, View,
};
pub use lua_vm::{Portable as TravelForm, SymbolStats, Transfer, shared, symbols};
