//! Validators: `@min @max @min_len @max_len @pattern`, what they are written on, and what they say.

use std::sync::{Arc, OnceLock};

use lua_syntax::SyntaxError;
use lua_syntax::ast::{Annotation, Expr, ExprKind, TypeExpr, TypeKind, UnOp};
use regex::bytes::{Regex, RegexBuilder};

use crate::arith;
use crate::native::Num;
use crate::value::Value;

/// A validator.
#[derive(Clone, Debug)]
pub(crate) enum Check {
    /// Of numbers, inclusive.
    Min(Num),
    Max(Num),
    /// Of the bytes of a string and the border of a table; negative: none.
    MinLen(i64),
    MaxLen(i64),
    /// Of strings.
    Pattern(Arc<Pattern>),
}

/// A regular expression, compiled when a text is first held against it.
#[derive(Debug)]
pub(crate) struct Pattern {
    text: Box<str>,
    compiled: OnceLock<Result<Regex, String>>,
}

/// Bytes that a compiled expression may take.
const COMPILED: usize = 256 << 10;
/// Bytes of the longest text that is searched: a search cannot stop in the middle.
pub(crate) const SEARCHED: usize = 256 << 10;

impl Pattern {
    pub(crate) fn new(text: &str) -> Pattern {
        Pattern { text: text.into(), compiled: OnceLock::new() }
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    fn compiled(&self) -> &Result<Regex, String> {
        self.compiled.get_or_init(|| {
            let built = RegexBuilder::new(&self.text).size_limit(COMPILED).dfa_size_limit(COMPILED).build();
            // The last line of a message says what is wrong, those before show where.
            built.map_err(|e| match e {
                regex::Error::CompiledTooBig(_) => "it is too large".to_owned(),
                e => {
                    e.to_string().lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned()
                }
            })
        })
    }
}

impl Check {
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Check::Min(_) => "min",
            Check::Max(_) => "max",
            Check::MinLen(_) => "min_len",
            Check::MaxLen(_) => "max_len",
            Check::Pattern(_) => "pattern",
        }
    }

    /// What is between its parentheses.
    pub(crate) fn argument(&self) -> String {
        match self {
            Check::Min(n) | Check::Max(n) => number(*n),
            Check::MinLen(n) | Check::MaxLen(n) => n.to_string(),
            Check::Pattern(p) => format!("{:?}", p.text),
        }
    }

    /// What is wrong with a number.
    pub(crate) fn on_number(&self, v: Value) -> Option<String> {
        match self {
            Check::Min(n) => {
                (!arith::num_le(value(*n), v)).then(|| format!("value below minimum {}", number(*n)))
            }
            Check::Max(n) => {
                (!arith::num_le(v, value(*n))).then(|| format!("value above maximum {}", number(*n)))
            }
            _ => None,
        }
    }

    /// What is wrong with a text.
    pub(crate) fn on_text(&self, text: &[u8]) -> Option<String> {
        let Check::Pattern(pattern) = self else { return self.on_length(text.len() as i64) };
        let regex = match pattern.compiled() {
            Ok(regex) => regex,
            Err(why) => return Some(format!("invalid regex {:?}: {why}", pattern.text)),
        };
        if text.len() > SEARCHED {
            return Some(format!("pattern mismatch: texts of more than {SEARCHED} bytes are not searched"));
        }
        (!regex.is_match(text)).then(|| format!("pattern mismatch, expected {:?}", pattern.text))
    }

    /// What is wrong with a length.
    pub(crate) fn on_length(&self, len: i64) -> Option<String> {
        match self {
            Check::MinLen(n) => (*n >= 0 && len < *n).then(|| format!("length below minimum {n}")),
            Check::MaxLen(n) => (*n >= 0 && len > *n).then(|| format!("length above maximum {n}")),
            _ => None,
        }
    }
}

pub(crate) fn number(n: Num) -> String {
    crate::coerce::number_text(value(n))
}

pub(crate) fn value(n: Num) -> Value {
    match n {
        Num::Int(i) => Value::int(i),
        Num::Float(f) => Value::float(f),
    }
}

/// What a validator may be written on.
#[derive(Clone, Copy, PartialEq)]
enum On {
    Numbers,
    Lengths,
    Texts,
}

const ALL: [(&str, On); 5] = [
    ("min", On::Numbers),
    ("max", On::Numbers),
    ("min_len", On::Lengths),
    ("max_len", On::Lengths),
    ("pattern", On::Texts),
];

/// Validators behind one type.
const MOST: usize = 8;

/// The validators behind a type; the errors say what is wrong with each that is, and which would be right.
pub(crate) fn read(ty: &TypeExpr) -> Result<Box<[Check]>, Vec<SyntaxError>> {
    if let Some(more) = ty.annotations.get(MOST) {
        let help = Some("give the type a name and write the rest behind that".to_owned());
        let message = format!("a type has more than {MOST} validators");
        return Err(vec![SyntaxError { message, span: more.name.span, help }]);
    }
    let (mut checks, mut mistakes) = (Vec::new(), Vec::new());
    for annotation in &ty.annotations {
        match one(annotation, &ty.kind) {
            Ok(check) => checks.push(check),
            Err(mistake) => mistakes.push(mistake),
        }
    }
    if mistakes.is_empty() { Ok(checks.into()) } else { Err(mistakes) }
}

fn one(a: &Annotation, on: &TypeKind) -> Result<Check, SyntaxError> {
    let name = &*a.name.text;
    let wrong = |message: String, help: Option<String>| SyntaxError { message, span: a.name.span, help };
    let Some((_, place)) = ALL.iter().find(|(known, _)| *known == name) else {
        let near = ALL.iter().map(|(known, _)| *known).min_by_key(|known| distance(known, name));
        let near = near.filter(|known| distance(known, name) <= 3);
        let known = "validators are @min, @max, @min_len, @max_len and @pattern".to_owned();
        let help = near.map_or(known, |near| format!("did you mean '@{near}'?"));
        return Err(wrong(format!("unknown validator '@{name}'"), Some(help)));
    };
    if let Some(help) = misplaced(on, *place, name) {
        return Err(wrong(format!("'@{name}' does not fit the type in front of it"), Some(help)));
    }
    let usage = match place {
        On::Numbers => format!("write '@{name}(0)', with one number"),
        On::Lengths => format!("write '@{name}(1)', with one integer"),
        On::Texts => "write '@pattern(\"^[a-z]+$\")', with one string".to_owned(),
    };
    let check = match (&*a.args, place) {
        ([arg], On::Numbers) => {
            constant(arg).map(|n| if name == "min" { Check::Min(n) } else { Check::Max(n) })
        }
        ([arg], On::Lengths) => match constant(arg) {
            Some(Num::Int(n)) => Some(if name == "min_len" { Check::MinLen(n) } else { Check::MaxLen(n) }),
            _ => None,
        },
        ([Expr { kind: ExprKind::Str(text), .. }], On::Texts) => {
            std::str::from_utf8(text).ok().map(|text| Check::Pattern(Arc::new(Pattern::new(text))))
        }
        _ => None,
    };
    check.ok_or_else(|| wrong(format!("'@{name}' has the wrong argument"), Some(usage)))
}

fn constant(e: &Expr) -> Option<Num> {
    match &e.kind {
        ExprKind::Int(i) => Some(Num::Int(*i)),
        ExprKind::Float(f) => Some(Num::Float(*f)),
        ExprKind::Paren(e) => constant(e),
        ExprKind::Unary { op: UnOp::Neg, expr } => constant(expr).map(|n| match n {
            Num::Int(i) => Num::Int(i.wrapping_neg()),
            Num::Float(f) => Num::Float(-f),
        }),
        _ => None,
    }
}

/// Why a validator cannot stand on a type; none if it can, or if that depends on what a name means.
fn misplaced(on: &TypeKind, place: On, name: &str) -> Option<String> {
    let lengths = if name == "min" { "@min_len" } else { "@max_len" };
    let values = if name == "min_len" { "@min" } else { "@max" };
    match on {
        TypeKind::Named { path, args } if path.len() == 1 && args.is_empty() => match (&*path[0].text, place)
        {
            ("string", On::Numbers) => Some(format!("for the length of a string write '{lengths}'")),
            ("number" | "integer", On::Lengths) => Some(format!("for numbers write '{values}'")),
            ("number" | "integer", On::Texts) => Some("'@pattern' belongs to strings".to_owned()),
            ("table", On::Numbers) => Some(format!("for the length of a table write '{lengths}'")),
            ("table", On::Texts) => Some("'@pattern' belongs to strings".to_owned()),
            ("boolean" | "never", _) => Some("a boolean has no validators".to_owned()),
            _ => None,
        },
        TypeKind::Array { .. } if place == On::Numbers => Some(format!(
            "for the length of an array write '{lengths}'; for its values write it inside of the braces"
        )),
        TypeKind::Array { .. } if place == On::Texts => Some(
            "'@pattern' belongs to strings; for values of the array write it inside of the braces".to_owned(),
        ),
        TypeKind::Map { .. } | TypeKind::Record { .. } if place != On::Lengths => {
            Some("numbers and strings have it; write it behind the type of a field".to_owned())
        }
        TypeKind::Nil | TypeKind::Bool(_) | TypeKind::Str(_) | TypeKind::Int(_) | TypeKind::Float(_) => {
            Some("a literal has no validators".to_owned())
        }
        TypeKind::Function(_) | TypeKind::Asserts { .. } => {
            Some("a function has no validators; write it behind the type of a value".to_owned())
        }
        TypeKind::Interface(_) => Some("an interface has no validators".to_owned()),
        TypeKind::Optional(inner) | TypeKind::Group(inner) => misplaced(&inner.kind, place, name),
        _ => None,
    }
}

/// Letters to change, add or take away.
fn distance(a: &str, b: &str) -> usize {
    let b = b.as_bytes();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.bytes().enumerate() {
        let mut before = i;
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let change = before + usize::from(x != *y);
            before = row[j + 1];
            row[j + 1] = change.min(before + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}
