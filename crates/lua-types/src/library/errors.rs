//! The library `errors` and error objects.

use super::constants;
use crate::declare::{ConstType, FuncDecl, ModuleDecl, ObjectDecl, Reach, RecordDecl, TableDecl};

pub(super) fn library() -> ModuleDecl<'static> {
    let functions = [
        (
            "call_stack(value: any): CallStack?",
            "The Lua calls under way when the error was made; nil for what is no error.",
        ),
        ("is(value: any, kind: string): boolean", "Whether a value is an error of that kind."),
        (
            "new(what: string | number | error | ErrorFields, message?: string | number | error): error",
            "An error from a message, from a kind and a message, or from a table of fields. Its text, with that of its causes, is cut at 64 KiB.",
        ),
        (
            "wrap(cause: string | number | error, context: string | number | error): error",
            "An error with the message, kind and details of its cause, and a context.",
        ),
    ];
    let kinds = [
        ("UNKNOWN", ""),
        ("INVALID", "Invalid"),
        ("NOT_FOUND", "NotFound"),
        ("ALREADY_EXISTS", "AlreadyExists"),
        ("PERMISSION_DENIED", "PermissionDenied"),
        ("TIMEOUT", "Timeout"),
        ("CANCELED", "Canceled"),
        ("UNAVAILABLE", "Unavailable"),
        ("INTERNAL", "Internal"),
        ("CONFLICT", "Conflict"),
        ("RATE_LIMITED", "RateLimited"),
    ];
    let top = TableDecl::of("errors", "Errors with a kind, details and a cause.", &functions);
    let kinds = kinds.map(|(name, text)| (name, ConstType::Text(text)));
    let methods = [
        ("cause(): error?", "The error that it wraps."),
        ("details(): {[string]: any}?", "Its details, the same table each time; nil if there are none."),
        ("kind(): string", "Its kind, empty if it has none."),
        ("message(): string", "Its message."),
        ("retryable(): boolean?", "Whether to try again is worth it; nil if nobody said."),
        ("stack(): string", "Its text and the Lua calls under way when it was made."),
    ];
    let error = ObjectDecl {
        name: "error",
        params: "",
        doc: "An error object; wherever a text is expected, it is its message.",
        methods: methods.map(|(signature, doc)| FuncDecl { signature, doc }).to_vec(),
        metas: vec!["__tostring", "__concat"],
    };
    let fields = RecordDecl {
        name: "ErrorFields",
        ty: "{message: string, kind?: string, retryable?: boolean, details?: table}",
        doc: "What `errors.new` makes an error of.",
        taken: true,
    };
    let stack = RecordDecl {
        name: "CallStack",
        ty: "{thread: string, frames: {{level: integer, source: string, line: integer, name: string, type: string}}}",
        doc: "What `errors.call_stack` gives.",
        taken: false,
    };
    ModuleDecl {
        reach: Reach::Library,
        top: constants(top, &kinds),
        objects: vec![error],
        records: vec![fields, stack],
        instance_of: None,
        globals: vec![],
    }
}
