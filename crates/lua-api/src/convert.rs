//! Values in and out of a heap: plain data, payloads, fragments.

use crate::errors::{error_from_val, error_to_val};
use infra_base::{Data, Error, Format, Kind, Map, Payload, Payloads, Result};
use lua_vm::{Cx, Fragment, NotPortable, Raise, Shape, Val, View};
use std::any::Any;
use std::cell::RefCell;

/// A copied-out value as a payload.
pub struct Portable(Fragment);

impl Portable {
    pub(crate) fn fragment(&self) -> &Fragment {
        &self.0
    }
}

impl infra_base::Portable for Portable {
    fn size(&self) -> usize {
        self.0.size()
    }

    fn to_data(&self) -> Result<Data> {
        fragment_to_data(&self.0)
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn as_any_mut(&mut self) -> &mut dyn Any {
        self
    }

    fn share(&self) -> Box<dyn infra_base::Portable> {
        Box::new(Portable(self.0.share()))
    }
}

/// A Payload object: a value in transit that is opened on demand. Slot 0 keeps the opened value.
pub struct PayloadObject {
    pub(crate) payload: RefCell<Option<Payload>>,
    /// Its format before it was opened.
    pub format: Format,
    /// An argument of a native that was copied out in steps: only that native sees the object.
    once: bool,
}

impl PayloadObject {
    /// Takes out what has not been opened yet.
    pub fn take(&self) -> Option<Payload> {
        self.payload.borrow_mut().take()
    }

    /// A copy of what has not been opened yet.
    pub fn unopened(&self) -> Option<Payload> {
        self.payload.borrow().clone()
    }
}

/// The format that a payload shows. Plain numbers and booleans are what Lua sends without a fragment.
pub fn format_of(payload: &Payload) -> Format {
    match payload {
        Payload::Data(Data::Null | Data::Bool(_) | Data::Int(_) | Data::Float(_)) => Format::Lua,
        Payload::Data(_) => Format::Host,
        Payload::Encoded(format, _) => *format,
        Payload::Error(_) => Format::Error,
        Payload::Portable(_) => Format::Lua,
    }
}

/// A Payload object.
pub fn payload_object<'cx>(cx: &mut Cx<'cx>, payload: Payload) -> Val<'cx> {
    let format = format_of(&payload);
    payload_object_as(cx, payload, format)
}

/// A Payload object that shows `format`.
pub fn payload_object_as<'cx>(cx: &mut Cx<'cx>, payload: Payload, format: Format) -> Val<'cx> {
    let held = payload.size();
    let payload = RefCell::new(Some(payload));
    let object = cx.userdata(PayloadObject { payload, format, once: false }, &[Val::NIL]);
    cx.weigh(object, held);
    object.val()
}

/// Whether it is a value of Lua that is opened at once, without steps or mistakes.
pub(crate) fn opens_at_once(payload: &Payload) -> bool {
    match payload {
        Payload::Data(_) => format_of(payload) == Format::Lua,
        Payload::Portable(value) => {
            value.as_any().downcast_ref::<Portable>().is_some_and(|value| !value.0.is_large())
        }
        Payload::Encoded(..) | Payload::Error(_) => false,
    }
}

/// A Payload object of a value of Lua that was opened already.
pub(crate) fn opened_payload<'cx>(cx: &mut Cx<'cx>, value: Val<'cx>) -> Val<'cx> {
    let object = PayloadObject { payload: RefCell::new(None), format: Format::Lua, once: false };
    cx.userdata(object, &[value]).val()
}

/// The value of a payload; a large table is filled before the program goes on, so nobody looks into it here. Data and fragments
/// become Lua values, text becomes a string, an error an error object. Encoded JSON and YAML stay strings here; the `payload`
/// module decodes them.
pub fn payload_to_val<'cx>(cx: &mut Cx<'cx>, payload: Payload) -> Result<Val<'cx>, Raise> {
    match payload {
        Payload::Data(data) => data_to_val(cx, &data),
        Payload::Encoded(_, bytes) => {
            cx.reserve(bytes.len())?;
            Ok(cx.string(&bytes))
        }
        Payload::Error(error) => Ok(error_to_val(cx, &error)),
        Payload::Portable(mut portable) => {
            let Some(own) = portable.as_any_mut().downcast_mut::<Portable>() else {
                return Err(cx.error("a value of another engine has no form here"));
            };
            cx.adopt_one(&mut own.0)
        }
    }
}

/// Copies a value out, however large it is; `Invalid` names the path of what cannot leave its process.
pub fn val_to_payload<'cx>(cx: &mut Cx<'cx>, value: Val<'cx>) -> Result<Payload> {
    let payload = to_payload(cx, value, &|cx, value| cx.copy_out(&[value]).map(Some))?;
    payload.ok_or_else(|| Error::internal("a copy in one piece is complete"))
}

/// The same, for a host; a large value is only begun: `None`. When [`Lua::settle`](lua_vm::Lua::settle) says that it is done,
/// [`begun_payload`] has it. The value has to be reachable meanwhile.
pub fn begin_payload<'cx>(cx: &mut Cx<'cx>, value: Val<'cx>) -> Result<Option<Payload>> {
    to_payload(cx, value, &|cx, value| cx.begin_copy(value, 0))
}

/// What [`begin_payload`] began.
pub fn begun_payload(cx: &mut Cx<'_>) -> Result<Payload> {
    match cx.take_copy() {
        Some((_, copied)) => copied.map(portable).map_err(not_portable),
        None => Err(Error::internal("no copy was begun")),
    }
}

fn portable(fragment: Fragment) -> Payload {
    Payload::Portable(Box::new(Portable(fragment)))
}

#[inline]
fn to_payload<'cx>(
    cx: &mut Cx<'cx>,
    value: Val<'cx>,
    copy: &impl Fn(&mut Cx<'cx>, Val<'cx>) -> Result<Option<Fragment>, NotPortable>,
) -> Result<Option<Payload>> {
    Ok(Some(match value.view() {
        View::Nil => Payload::Data(Data::Null),
        View::Bool(b) => Payload::Data(Data::Bool(b)),
        View::Int(i) => Payload::Data(Data::Int(i)),
        View::Float(f) => Payload::Data(Data::Float(f)),
        View::Userdata(u) if let Some(object) = u.payload::<PayloadObject>() => match object.unopened() {
            Some(payload) => payload,
            None => return to_payload(cx, u.slot(0), copy),
        },
        View::Userdata(u) if u.payload::<lua_vm::ErrorObject>().is_some() => {
            Payload::Error(error_from_val(value))
        }
        _ => return Ok(copy(cx, value).map_err(not_portable)?.map(portable)),
    }))
}

/// Arguments `from..` of the running native as payloads. `None`: one is large, and is copied before the process goes on; the native
/// has had no effect yet and returns [`Cx::retry`].
pub fn args_to_payloads(cx: &mut Cx<'_>, from: usize) -> Result<Option<Payloads>> {
    let mut payloads = Payloads::new();
    Ok(push_payloads(cx, from, &mut payloads)?.then_some(payloads))
}

/// Adds arguments `from..` of the running native to `payloads`. False: not yet, as above.
pub fn push_payloads(cx: &mut Cx<'_>, from: usize, payloads: &mut Payloads) -> Result<bool> {
    let copied = take_copied(cx)?;
    for i in from..cx.nargs() {
        let value = cx.arg(i);
        let data = match value.view() {
            View::Nil => Data::Null,
            View::Bool(b) => Data::Bool(b),
            View::Int(n) => Data::Int(n),
            View::Float(f) => Data::Float(f),
            _ => match other_payload(cx, i)? {
                Some(payload) => {
                    payloads.push(payload);
                    continue;
                }
                None => return Ok(false),
            },
        };
        payloads.push(Payload::Data(data));
    }
    if copied {
        (from..cx.nargs()).for_each(|i| release(cx, i));
    }
    Ok(true)
}

/// An argument that is no plain number or the like.
#[inline(never)]
fn other_payload(cx: &mut Cx<'_>, i: usize) -> Result<Option<Payload>> {
    let value = cx.arg(i);
    to_payload(cx, value, &|cx, value| cx.begin_copy(value, i)).map_err(|e| in_argument(e, i))
}

/// Argument `i` in the same way.
pub fn arg_to_payload(cx: &mut Cx<'_>, i: usize) -> Result<Option<Payload>> {
    let copied = take_copied(cx)?;
    let value = cx.arg(i);
    let payload = to_payload(cx, value, &|cx, value| cx.begin_copy(value, i))?;
    if copied {
        release(cx, i);
    }
    Ok(payload)
}

fn in_argument(error: Error, i: usize) -> Error {
    error.context(format_args!("argument {}", i + 1))
}

/// A copy that was made since takes the place of its argument. False: there is none.
fn take_copied(cx: &mut Cx<'_>) -> Result<bool> {
    let Some((i, copied)) = cx.take_copy() else { return Ok(false) };
    let payload = copied.map(portable).map_err(|e| in_argument(not_portable(e), i))?;
    let held = payload.size();
    let object = PayloadObject { payload: RefCell::new(Some(payload)), format: Format::Lua, once: true };
    let object = cx.userdata(object, &[Val::NIL]);
    cx.weigh(object, held);
    cx.set_slot(i, object.val());
    Ok(true)
}

/// Who receives the payload shares it with nobody.
fn release(cx: &Cx<'_>, i: usize) {
    let value = cx.arg(i);
    if let Some(object) = value.as_userdata().and_then(|u| u.payload::<PayloadObject>())
        && object.once
    {
        object.take();
    }
}

pub(crate) fn not_portable(e: NotPortable) -> Error {
    Error::invalid(e.to_string())
}

/// A value as plain data: arrays of keys `1..n` become lists, tables with text keys maps, an empty table an empty list.
/// `Invalid` names the path of a function, coroutine, cycle, mixed keys, nesting beyond 128, or says that there is too much: plain data
/// is made and copied in one piece, so it is bounded. What may be larger travels as a payload.
pub fn val_to_data<'cx>(cx: &mut Cx<'cx>, value: Val<'cx>) -> Result<Data> {
    let too_large =
        "too large for plain data (at most some 1,000 tables, 15,000 other values or 2 MB of text)";
    bounded_data(cx, value, 1, too_large)
}

/// The same for what is kept and not passed around, as the data of an entry: sixteen times as much is not too large.
pub fn val_to_kept_data<'cx>(cx: &mut Cx<'cx>, value: Val<'cx>) -> Result<Data> {
    let too_large =
        "too large for an entry (at most some 16,000 tables, 240,000 other values or 32 MB of text)";
    bounded_data(cx, value, 16, too_large)
}

fn bounded_data<'cx>(cx: &mut Cx<'cx>, value: Val<'cx>, times: u8, too_large: &str) -> Result<Data> {
    match cx.copy_bounded(value, times) {
        Some(fragment) => fragment_to_data(&fragment.map_err(not_portable)?),
        None => Err(Error::invalid(too_large).with_retryable(Some(false))),
    }
}

/// All payloads as data: none is nil, one is itself, several are a list.
pub fn payloads_to_data(payloads: Payloads) -> Result<Data> {
    let mut list = payloads.into_iter().map(payload_to_data).collect::<Result<Vec<Data>>>()?;
    Ok(if list.len() > 1 { Data::List(list) } else { list.pop().unwrap_or_default() })
}

/// A payload as plain data.
pub fn payload_to_data(payload: Payload) -> Result<Data> {
    match payload {
        Payload::Data(data) => Ok(data),
        Payload::Encoded(_, bytes) => Ok(text_or_bytes(&bytes)),
        Payload::Error(error) => Ok(Data::text(error.message())),
        Payload::Portable(portable) => portable.to_data(),
    }
}

fn text_or_bytes(bytes: &[u8]) -> Data {
    match std::str::from_utf8(bytes) {
        Ok(text) => Data::text(text),
        Err(_) => Data::Bytes(bytes::Bytes::copy_from_slice(bytes)),
    }
}

/// Plain data as a new value.
pub fn data_to_val<'cx>(cx: &mut Cx<'cx>, data: &Data) -> Result<Val<'cx>, Raise> {
    Ok(match data {
        Data::Null => Val::NIL,
        Data::Bool(b) => Val::bool(*b),
        Data::Int(i) => Val::int(*i),
        Data::Float(f) => Val::float(*f),
        Data::Text(text) => {
            cx.reserve(text.len())?;
            cx.string(text.as_bytes())
        }
        Data::Bytes(bytes) => {
            cx.reserve(bytes.len())?;
            cx.string(bytes)
        }
        Data::List(items) => {
            cx.reserve(items.len() * 16)?;
            let table = cx.table(items.len(), 0);
            for (i, item) in items.iter().enumerate() {
                let value = data_to_val(cx, item)?;
                cx.set_int(table, i as i64 + 1, value)?;
            }
            table.val()
        }
        Data::Map(map) => {
            cx.reserve(map.len() * 32)?;
            let table = cx.table(0, map.len());
            cx.mark_text_keyed(table);
            for (key, item) in map {
                let value = data_to_val(cx, item)?;
                cx.set_field(table, key, value)?;
            }
            table.val()
        }
    })
}

/// Data as a fragment, by way of the heap at hand; `None` if the quota forbids it.
pub(crate) fn data_to_fragment(cx: &mut Cx<'_>, data: &Data) -> Option<Fragment> {
    let value = data_to_val(cx, data).ok()?;
    cx.copy_out(&[value]).ok()
}

/// The first value of a fragment as plain data.
pub(crate) fn fragment_to_data(fragment: &Fragment) -> Result<Data> {
    let mut shapes = fragment.shapes();
    let mut path = Vec::new();
    match shapes.next() {
        Some(first) => read(first, &mut shapes, &mut path),
        None => Ok(Data::Null),
    }
}

/// A step on the way to a value.
pub(crate) enum Step {
    Index(usize),
    Key(String),
}

pub(crate) fn refuse(path: &[Step], what: &str) -> Error {
    let mut at = String::new();
    for step in path {
        match step {
            Step::Index(i) => at.push_str(&format!("[{i}]")),
            Step::Key(k) if at.is_empty() => at.push_str(k),
            Step::Key(k) => at.push_str(&format!(".{k}")),
        }
    }
    let place = if at.is_empty() { String::new() } else { format!(" (at {at})") };
    Error::new(Kind::Invalid, format!("{what} has no plain form{place}")).with_retryable(Some(false))
}

fn read<'f>(
    shape: Shape<'f>,
    rest: &mut dyn Iterator<Item = Shape<'f>>,
    path: &mut Vec<Step>,
) -> Result<Data> {
    if path.len() > Data::MAX_DEPTH {
        return Err(too_deep());
    }
    Ok(match shape {
        Shape::Nil => Data::Null,
        Shape::Bool(b) => Data::Bool(b),
        Shape::Int(i) => Data::Int(i),
        Shape::Float(f) => Data::Float(f),
        Shape::Str(s) => text_or_bytes(s),
        Shape::Table { array, pairs } => return read_table(array, pairs, rest, path),
        other => leaf(other).map_err(|what| refuse(path, &what))?,
    })
}

pub(crate) fn too_deep() -> Error {
    Error::invalid(format!("a value nested deeper than {} levels has no plain form", Data::MAX_DEPTH))
}

/// What is neither a value of JSON nor a table; else what it is.
pub(crate) fn leaf(shape: Shape<'_>) -> Result<Data, String> {
    match shape {
        Shape::Seen(_) => Err("a table that is shared or contains itself".to_owned()),
        Shape::Static(name) => Err(format!("a {name} of the system")),
        Shape::Foreign(portable) => match portable.as_any().downcast_ref::<lua_vm::ErrorObject>() {
            Some(error) => Ok(Data::text(error.message())),
            None => match portable.as_any().downcast_ref::<Data>() {
                Some(plain) => Ok(plain.clone()),
                None if portable.as_any().is::<lua_vm::Type>() => Err("a type".to_owned()),
                None => Err("an object".to_owned()),
            },
        },
        _ => Err("a value".to_owned()),
    }
}

/// The travelling form of a payload that can be cloned, with its plain form.
pub struct Traveller<T> {
    payload: T,
    plain: Data,
}

impl<T: Any + Clone + Send + Sync> Traveller<T> {
    /// The form of `payload`; `plain` is what it becomes where there is no Lua.
    pub fn boxed(payload: T, plain: Data) -> Box<dyn lua_vm::Portable> {
        Box::new(Traveller { payload, plain })
    }
}

impl<T: Any + Clone + Send + Sync> lua_vm::Portable for Traveller<T> {
    fn size(&self) -> usize {
        size_of::<Self>() + self.plain.size()
    }

    fn adopt<'cx>(&self, cx: &mut Cx<'cx>) -> Result<Val<'cx>, Raise> {
        Ok(cx.userdata(self.payload.clone(), &[]).val())
    }

    fn as_any(&self) -> &dyn Any {
        &self.plain
    }
}

fn read_table<'f>(
    array: usize,
    pairs: usize,
    rest: &mut dyn Iterator<Item = Shape<'f>>,
    path: &mut Vec<Step>,
) -> Result<Data> {
    let mut list = Vec::with_capacity(array.min(4096));
    for i in 1..=array {
        path.push(Step::Index(i));
        let shape = rest.next().unwrap_or(Shape::Nil);
        list.push(read(shape, rest, path)?);
        path.pop();
    }
    if pairs == 0 {
        return Ok(Data::List(list));
    }
    let mut map = Map::default();
    for _ in 0..pairs {
        let key = match rest.next() {
            Some(Shape::Str(key)) if list.is_empty() => String::from_utf8_lossy(key).into_owned(),
            Some(Shape::Str(_)) => return Err(refuse(path, "a table with both text and number keys")),
            _ => return Err(refuse(path, "a table with other keys than text or 1..n")),
        };
        path.push(Step::Key(key));
        let shape = rest.next().unwrap_or(Shape::Nil);
        let value = read(shape, rest, path)?;
        if let Some(Step::Key(key)) = path.pop() {
            map.insert(key.into(), value);
        }
    }
    Ok(Data::Map(map))
}
