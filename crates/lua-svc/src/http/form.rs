//! Forms of a request and their files.

use super::give_bytes;
use super::request::asked;
use crate::stream::Source;
use bytes::Bytes;
use lua_api::{Answer, Cx, Guest, NativeResult, Object};
use svc_http::{Form, Upload};

/// Bytes of a form that are held in memory when the caller names no limit.
const FORM_MEMORY: i64 = 32 << 20;

/// `req:parse_multipart(max_memory?)`
pub(super) fn parse_multipart(cx: &mut Cx<'_>) -> NativeResult {
    let request = asked(cx)?;
    let max_memory = u64::try_from(cx.opt_int(1, FORM_MEMORY)?).unwrap_or(0);
    let reading = request.exchange.multipart(request.limits, max_memory);
    cx.wait_for(reading, |cx, form| match form {
        Ok(form) => give_form(cx, form),
        Err(error) => cx.fail(error),
    })
}

/// `{values, files}`: a field that came once is a text, one that came again a list; files are always a list.
fn give_form(cx: &mut Cx<'_>, form: Form) -> Answer {
    let values = cx.table(0, form.values.len());
    for (field, texts) in &form.values {
        cx.reserve(texts.iter().map(Bytes::len).sum())?;
        let value = match &texts[..] {
            [only] => cx.string(only),
            several => {
                let list = cx.table(several.len(), 0);
                for (i, text) in (1..).zip(several) {
                    let text = cx.string(text);
                    cx.set_int(list, i, text)?;
                }
                list.val()
            }
        };
        cx.set_field(values, field, value)?;
    }
    let files = cx.table(0, form.files.len());
    for (field, uploads) in form.files {
        let list = cx.table(uploads.len(), 0);
        for (i, upload) in (1..).zip(uploads) {
            let file = cx.userdata(Uploaded(upload), &[]);
            cx.set_int(list, i, file)?;
        }
        cx.set_field(files, &field, list)?;
    }
    let result = cx.table(0, 2);
    cx.set_field(result, "values", values)?;
    cx.set_field(result, "files", files)?;
    cx.ret(result)
}

/// An UploadedFile object.
struct Uploaded(Upload);

fn upload_name(cx: &mut Cx<'_>) -> NativeResult {
    let file = cx.check_userdata::<Uploaded>(0)?;
    cx.give_text(file.0.name())
}

fn upload_size(cx: &mut Cx<'_>) -> NativeResult {
    let size = cx.check_userdata::<Uploaded>(0)?.0.size();
    cx.ret(size as i64)
}

fn upload_header(cx: &mut Cx<'_>) -> NativeResult {
    let file = cx.check_userdata::<Uploaded>(0)?;
    let name = cx.check_bytes(1)?;
    give_bytes(cx, file.0.header(name))
}

fn upload_stream(cx: &mut Cx<'_>) -> NativeResult {
    let file = cx.check_userdata::<Uploaded>(0)?;
    let source = Source::Upload { stream: file.0.stream(), size: file.0.size() as i64 };
    let object = crate::stream::stream(cx, source);
    cx.ret(object)
}

pub(super) fn object() -> Object {
    Object::new::<Uploaded>("UploadedFile", "A file of a form.")
        .method("name(): string", "The name that the client gave; not a path to be trusted.", upload_name)
        .method("size(): integer", "Its length in bytes.", upload_size)
        .method("header(name: string): string?", "A header of its part of the form.", upload_header)
        .method("stream(): (Stream, error?)", "Its content, from the start each time.", upload_stream)
}
