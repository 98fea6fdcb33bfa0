//! Each rule of the reader is broken once, by a tree built by hand or by bytes that no tree gives.

use super::super::{MAX_BYTES, Remark, decode, encode, remarks};
use super::bytes;
use crate::ast::*;
use crate::{LineIndex, Span, parse};

type Change = fn(&mut Chunk);

fn stat(chunk: &mut Chunk) -> &mut StatKind {
    &mut chunk.block.stats[0].kind
}

/// The first value of the first statement: `return …`.
fn value(chunk: &mut Chunk) -> &mut ExprKind {
    match stat(chunk) {
        StatKind::Return(values) => &mut values[0].kind,
        other => panic!("{other:?}"),
    }
}

/// The type of the first statement: `type T = …`.
fn ty(chunk: &mut Chunk) -> &mut TypeKind {
    match stat(chunk) {
        StatKind::Type(decl) => &mut decl.ty.kind,
        other => panic!("{other:?}"),
    }
}

fn function(chunk: &mut Chunk) -> &mut Function {
    match stat(chunk) {
        StatKind::LocalFunction { body, .. } => body,
        other => panic!("{other:?}"),
    }
}

fn at(span: Span, kind: ExprKind) -> Expr {
    Expr { kind, span }
}

/// Takes the parentheses away.
fn bare(e: &mut Expr) {
    if let ExprKind::Paren(inner) = std::mem::replace(&mut e.kind, ExprKind::Nil) {
        *e = *inner;
    }
}

fn bare_type(t: &mut TypeExpr) {
    if let TypeKind::Group(inner) = std::mem::replace(&mut t.kind, TypeKind::Nil) {
        *t = *inner;
    }
}

const RULES: &[(&str, Change, &str)] = &[
    // Names.
    ("local xyzuvwpq", |c| rename(c, "end"), "'end' is a reserved word and cannot be a name"),
    ("local xyzuvwpq", |c| rename(c, "function"), "'function' is a reserved word and cannot be a name"),
    ("local xyzuvwpq", |c| rename(c, ""), "a name is not made of ASCII letters, digits and '_'"),
    ("local xyzuvwpq", |c| rename(c, "1a"), "a name is not made of"),
    ("local xyzuvwpq", |c| rename(c, "type 1"), "a name is not made of"),
    ("local xyzuvwpq", |c| rename(c, "é"), "a name is not made of"),
    ("local xyzuvwpq", |c| rename(c, "a\0"), "a name is not made of"),
    (
        "type T = abcdefgh.b",
        |c| match ty(c) {
            TypeKind::Named { path, .. } => path[0].text = "function".into(),
            other => panic!("{other:?}"),
        },
        "'function' is a reserved word",
    ),
    (
        "type T = abcdefgh<B>",
        |c| match ty(c) {
            TypeKind::Named { path, .. } => path[0].text = "function".into(),
            other => panic!("{other:?}"),
        },
        "'function' is a reserved word",
    ),
    // Places.
    ("local x = 1", |c| c.block.stats[0].span.start = 99, "a place lies behind the end of the source"),
    ("local x = 1", |c| c.block.span.end = 5, "a place lies behind the end of the source"),
    ("return 11", |c| value_span(c).end = 7, "a literal spans no bytes"),
    ("return 11", |c| value_span(c).end = 5, "a place lies behind"),
    ("return 11", |c| value_span(c).end = 10, "a place lies behind"),
    ("return 'x'", |c| value_span(c).end = 9, "a place lies behind"),
    ("return 1.5", |c| value_span(c).end = 7, "a literal spans no bytes"),
    ("return (x)", |c| value_span(c).end = 8, "a place lies behind"),
    ("return f(x)", |c| value_span(c).end = 8, "a place lies behind"),
    ("return {x}", |c| value_span(c).end = 8, "a place lies behind"),
    (
        "return f(a, b)",
        |c| match value(c) {
            ExprKind::Call { args, .. } => args.swap(0, 1),
            other => panic!("{other:?}"),
        },
        "a place lies behind",
    ),
    ("local x local y", |c| c.block.stats[1].span.start = 0, "a place lies behind"),
    (
        "type T = readonly A[]",
        |c| match stat(c) {
            StatKind::Type(decl) => decl.ty.span.start = 0,
            other => panic!("{other:?}"),
        },
        "'readonly' does not stand in front of its type",
    ),
    // Blocks and statements.
    (
        "return",
        |c| c.block.stats.push(Stat { kind: StatKind::Break, span: Span::new(6, 6) }),
        "'return' is not the last statement of its block",
    ),
    (
        "local x",
        |c| match stat(c) {
            StatKind::Local { names, .. } => names.clear(),
            _ => panic!(),
        },
        "a 'local' has no name",
    ),
    (
        "x = 1",
        |c| match stat(c) {
            StatKind::Assign { targets, .. } => targets.clear(),
            _ => panic!(),
        },
        "an assignment has no target",
    ),
    (
        "x = 1",
        |c| match stat(c) {
            StatKind::Assign { values, .. } => values.clear(),
            _ => panic!(),
        },
        "an assignment has no value",
    ),
    (
        "x     = 1",
        |c| match stat(c) {
            StatKind::Assign { targets, .. } => {
                targets.clear();
                let span = Span::new(1, 2);
                let inner = Box::new(at(span, ExprKind::Name(Name { text: "x".into(), span })));
                targets.push(at(Span::new(0, 3), ExprKind::Paren(inner)));
            }
            _ => panic!(),
        },
        "the target of an assignment is no name, field or index",
    ),
    (
        "x     = 1",
        |c| match stat(c) {
            StatKind::Assign { targets, .. } => {
                let inner = Box::new(targets.remove(0));
                targets.push(at(Span::new(0, 2), ExprKind::NonNil(inner)));
            }
            _ => panic!(),
        },
        "the target of an assignment is no name, field or index",
    ),
    (
        "x() y = 1",
        |c| match stat(c) {
            StatKind::Call(e) => e.kind = ExprKind::Name(Name { text: "x".into(), span: e.span }),
            _ => panic!(),
        },
        "an expression that is no call stands as a statement",
    ),
    (
        "if x then end",
        |c| match stat(c) {
            StatKind::If { arms, .. } => arms.clear(),
            _ => panic!(),
        },
        "an 'if' has no arm",
    ),
    (
        "for x in y do end",
        |c| match stat(c) {
            StatKind::GenericFor { vars, .. } => vars.clear(),
            _ => panic!(),
        },
        "a 'for' has no variable",
    ),
    (
        "for x in y do end",
        |c| match stat(c) {
            StatKind::GenericFor { exprs, .. } => exprs.clear(),
            _ => panic!(),
        },
        "a 'for' runs over no expression",
    ),
    (
        "interface A: B end",
        |c| match stat(c) {
            StatKind::Interface(decl) => decl.bases[0].kind = TypeKind::Nil,
            _ => panic!(),
        },
        "the base of an interface is no named type",
    ),
    (
        "interface A: B  end",
        |c| match stat(c) {
            StatKind::Interface(decl) => {
                let name = Name { text: "x".into(), span: Span::new(15, 16) };
                decl.bases[0].span.end = 16;
                decl.bases[0].annotations.push(Annotation { name, args: vec![] });
            }
            _ => panic!(),
        },
        "the base of an interface is no named type",
    ),
    // Operators.
    (
        "return (a + b) * c",
        |c| match value(c) {
            ExprKind::Binary { left, .. } => bare(left),
            _ => panic!(),
        },
        "an operator that binds looser stands in one",
    ),
    (
        "return a - (b - c)",
        |c| match value(c) {
            ExprKind::Binary { right, .. } => bare(right),
            _ => panic!(),
        },
        "an operator that binds looser",
    ),
    (
        "return (a ^ b) ^ c",
        |c| match value(c) {
            ExprKind::Binary { left, .. } => bare(left),
            _ => panic!(),
        },
        "an operator that binds looser",
    ),
    (
        "return -(a + b)",
        |c| match value(c) {
            ExprKind::Unary { expr, .. } => bare(expr),
            _ => panic!(),
        },
        "an operator that binds looser",
    ),
    (
        "return (-a) ^ b",
        |c| match value(c) {
            ExprKind::Binary { left, .. } => bare(left),
            _ => panic!(),
        },
        "an operator that binds looser",
    ),
    (
        "return (a .. b) + c",
        |c| match value(c) {
            ExprKind::Binary { left, .. } => bare(left),
            _ => panic!(),
        },
        "an operator that binds looser",
    ),
    (
        "return (a == b) .. c",
        |c| match value(c) {
            ExprKind::Concat(parts) => bare(&mut parts[0]),
            _ => panic!(),
        },
        "an operator that binds looser",
    ),
    (
        "return (a .. b) .. c",
        |c| match value(c) {
            ExprKind::Concat(parts) => bare(&mut parts[0]),
            _ => panic!(),
        },
        "a concatenation is the first part of one",
    ),
    (
        "return a .. (b .. c)",
        |c| match value(c) {
            ExprKind::Concat(parts) => bare(&mut parts[1]),
            _ => panic!(),
        },
        "an operator that binds looser",
    ),
    (
        "return a .. b",
        |c| match value(c) {
            ExprKind::Concat(parts) => parts.truncate(1),
            _ => panic!(),
        },
        "a concatenation has fewer than two parts",
    ),
    (
        "return a .. b",
        |c| match value(c) {
            ExprKind::Concat(parts) => parts.clear(),
            _ => panic!(),
        },
        "a concatenation has fewer than two parts",
    ),
    (
        "return ('x').y",
        |c| match value(c) {
            ExprKind::Field { object, .. } => bare(object),
            _ => panic!(),
        },
        "a suffix or cast stands behind what takes none",
    ),
    (
        "return (...)[1]",
        |c| match value(c) {
            ExprKind::Index { object, .. } => bare(object),
            _ => panic!(),
        },
        "a suffix or cast",
    ),
    (
        "return ({})()",
        |c| match value(c) {
            ExprKind::Call { func, .. } => bare(func),
            _ => panic!(),
        },
        "a suffix or cast",
    ),
    (
        "return (x as T):m()",
        |c| match value(c) {
            ExprKind::Method { object, .. } => bare(object),
            _ => panic!(),
        },
        "a suffix or cast",
    ),
    (
        "return (-x) as T",
        |c| match value(c) {
            ExprKind::Cast { expr, .. } => bare(expr),
            _ => panic!(),
        },
        "a suffix or cast",
    ),
    (
        "return (a + b)!",
        |c| match value(c) {
            ExprKind::NonNil(expr) => bare(expr),
            _ => panic!(),
        },
        "a suffix or cast",
    ),
    // Literals.
    ("return 1.5", |c| *value(c) = ExprKind::Float(f64::NAN), "a literal is NaN"),
    ("return 1.5", |c| *value(c) = ExprKind::Float(-1.5), "a literal is negative"),
    ("return 1.5", |c| *value(c) = ExprKind::Float(-0.0), "a literal is negative"),
    ("type T = 1.5", |c| *ty(c) = TypeKind::Float(f64::NAN), "a literal is NaN"),
    // Types.
    (
        "type T = (A | B) & C",
        |c| match ty(c) {
            TypeKind::Intersection(list) => bare_type(&mut list[0]),
            _ => panic!(),
        },
        "a union stands without parentheses in what binds tighter",
    ),
    (
        "type T = A & (B | C)",
        |c| match ty(c) {
            TypeKind::Intersection(list) => bare_type(&mut list[1]),
            _ => panic!(),
        },
        "a union stands without",
    ),
    (
        "type T = (A | B) | C",
        |c| match ty(c) {
            TypeKind::Union(list) => bare_type(&mut list[0]),
            _ => panic!(),
        },
        "a union stands without",
    ),
    (
        "type T = A | (B | C)",
        |c| match ty(c) {
            TypeKind::Union(list) => bare_type(&mut list[1]),
            _ => panic!(),
        },
        "a union stands without",
    ),
    (
        "type T = (A & B) & C",
        |c| match ty(c) {
            TypeKind::Intersection(list) => bare_type(&mut list[0]),
            _ => panic!(),
        },
        "an intersection stands without",
    ),
    (
        "type T = A & (B & C)",
        |c| match ty(c) {
            TypeKind::Intersection(list) => bare_type(&mut list[1]),
            _ => panic!(),
        },
        "an intersection stands without",
    ),
    (
        "type T = (A | B)?",
        |c| match ty(c) {
            TypeKind::Optional(inner) => bare_type(inner),
            _ => panic!(),
        },
        "a union stands without",
    ),
    (
        "type T = (A | B)[K]",
        |c| match ty(c) {
            TypeKind::Indexed { object, .. } => bare_type(object),
            _ => panic!(),
        },
        "a union stands without",
    ),
    (
        "type T = A | (B extends C ? D : E)",
        |c| match ty(c) {
            TypeKind::Union(list) => bare_type(&mut list[1]),
            _ => panic!(),
        },
        "a conditional type stands without",
    ),
    (
        "type T = (A extends B ? C : D) extends E ? F : G",
        |c| match ty(c) {
            TypeKind::Conditional { check, .. } => bare_type(check),
            _ => panic!(),
        },
        "a conditional type stands without",
    ),
    (
        "type T = A extends (B extends C ? D : E) ? F : G",
        |c| match ty(c) {
            TypeKind::Conditional { bound, .. } => bare_type(bound),
            _ => panic!(),
        },
        "a conditional type stands without",
    ),
    (
        "return x as (A extends B ? C : D)",
        |c| match value(c) {
            ExprKind::Cast { ty, .. } => bare_type(ty),
            _ => panic!(),
        },
        "a conditional type stands without",
    ),
    (
        "type T = A | B",
        |c| match ty(c) {
            TypeKind::Union(list) => list.truncate(1),
            _ => panic!(),
        },
        "a union or intersection has fewer than two members",
    ),
    (
        "type T = A | B",
        |c| match ty(c) {
            TypeKind::Union(list) => list.clear(),
            _ => panic!(),
        },
        "a union or intersection has fewer",
    ),
    (
        "type T = A & B",
        |c| match ty(c) {
            TypeKind::Intersection(list) => list.truncate(1),
            _ => panic!(),
        },
        "a union or intersection has fewer",
    ),
    (
        "type T = A & B",
        |c| match ty(c) {
            TypeKind::Intersection(list) => list.clear(),
            _ => panic!(),
        },
        "a union or intersection has fewer",
    ),
    (
        "type T = A",
        |c| match ty(c) {
            TypeKind::Named { path, .. } => path.clear(),
            _ => panic!(),
        },
        "a named type has no name",
    ),
    (
        "type T = abc<B>",
        |c| match ty(c) {
            TypeKind::Named { path, .. } => path[0].text = "any".into(),
            _ => panic!(),
        },
        "the primitive type 'any' has arguments",
    ),
];

fn rename(chunk: &mut Chunk, text: &str) {
    match stat(chunk) {
        StatKind::Local { names, .. } => names[0].name.text = text.into(),
        other => panic!("{other:?}"),
    }
}

fn value_span(chunk: &mut Chunk) -> &mut Span {
    match stat(chunk) {
        StatKind::Return(values) => &mut values[0].span,
        other => panic!("{other:?}"),
    }
}

#[test]
fn each_rule_is_kept() {
    for (source, change, wanted) in RULES {
        let mut parsed = parse(source.as_bytes());
        assert_eq!(parsed.errors, [], "{source}");
        let lines = LineIndex::new(source.as_bytes());
        assert!(decode(&encode(&parsed.chunk, &lines, &[])).is_ok(), "{source}");
        change(&mut parsed.chunk);
        match decode(&encode(&parsed.chunk, &lines, &[])) {
            Ok(tree) => panic!("{wanted}: {source} gave {:?}", tree.chunk),
            Err(e) => assert!(e.to_string().starts_with(wanted), "{source}: {e}, not {wanted}"),
        }
    }
}

#[test]
fn places_are_held_against_the_source() {
    let source = b"local x = 1\nlocal y\n";
    let chunk = parse(source).chunk;
    let told = |lines: LineIndex, remarks: &[Remark]| {
        decode(&encode(&chunk, &lines, remarks)).map(drop).unwrap_err().to_string()
    };
    assert!(
        told(LineIndex::of_starts(vec![0, 30]), &[])
            .starts_with("a place lies behind the end of the source at byte 8")
    );
    assert!(
        told(LineIndex::of_starts(vec![0, 12, 12]), &[]).starts_with("a number does not fit")
            || told(LineIndex::of_starts(vec![0, 12, 12]), &[]).starts_with("a place lies behind")
    );
    assert!(told(LineIndex::of_starts(vec![0, 12, 3]), &[]).starts_with("a place lies behind"));
    let lines = || LineIndex::new(source);
    let mut remark = remarks(b"-- lint: x").remove(0);
    assert!(decode(&encode(&chunk, &lines(), std::slice::from_ref(&remark))).is_ok());
    assert!(told(lines(), &[remark.clone(), remark.clone()]).starts_with("a place lies behind"));
    remark.comment.long = true;
    assert!(
        told(lines(), std::slice::from_ref(&remark))
            .starts_with("the text of a comment is not that of a short one")
    );
    remark.comment.long = false;
    remark.text[3] = b'\n';
    assert!(told(lines(), std::slice::from_ref(&remark)).starts_with("the text of a comment"));
    remark.text = Box::default();
    remark.comment.span.end = 1;
    assert!(told(lines(), &[remark]).starts_with("a comment has fewer than two bytes"));
}

#[test]
fn height_is_counted() {
    let mut chunk = parse(b"return x").chunk;
    let StatKind::Return(values) = stat(&mut chunk) else { panic!() };
    let span = Span::new(300, 301);
    values[0] = at(span, ExprKind::Name(Name { text: "x".into(), span }));
    for start in (50..300).rev() {
        let expr = Box::new(values.remove(0));
        values.push(at(Span::new(start, 301), ExprKind::Unary { op: UnOp::Neg, expr }));
    }
    chunk.block.span.end = 1000;
    chunk.block.stats[0].span.end = 1000;
    let error = decode(&encode(&chunk, &LineIndex::new(b""), &[])).map(drop).unwrap_err().to_string();
    assert!(error.starts_with("nesting is deeper than 200 levels at byte"), "{error}");
}

/// What no tree has.
#[test]
fn other_bytes_are_refused() {
    let told = |bytes: &[u8]| decode(bytes).map(drop).unwrap_err().to_string();
    assert_eq!(told(b""), "the bytes are no syntax tree");
    assert_eq!(told(b"local x = 1"), "the bytes are no syntax tree");
    assert_eq!(told(b"\x1bLua\x53"), "the bytes are no syntax tree");
    assert_eq!(told(b"\x1bLT\n"), "syntax tree without a version");
    assert_eq!(told(b"\x1bLT\n\x03"), "syntax tree of version 3, this wippy reads version 1");
    assert_eq!(told(b"\x1bLT\n\x01"), "the bytes end too early at byte 5 of the syntax tree");
    let long = [&b"\x1bLT\n\x01"[..], &vec![0; MAX_BYTES]].concat();
    assert_eq!(told(&long), "syntax tree of 4194309 bytes, 4194304 at most are read");
    let whole = bytes(b"local f: a = b");
    let place = |text: &[u8]| whole.windows(text.len()).position(|found| found == text).unwrap();
    let with = |at: usize, bytes: &[u8]| [&whole[..at], bytes, &whole[at + 1..]].concat();
    // The number of names, and the name of the variable.
    let (count, name) = (10, place(b"\x01f") + 1);
    assert_eq!(whole[count], 1);
    for (bytes, wanted) in [
        (with(count, b"\x81\x00"), "a number is longer than it needs to be at byte 12"),
        (with(count, b"\x81\x80\x80\x00"), "a number is longer than it needs to be"),
        (with(count, b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02"), "a number does not fit 64 bits"),
        (with(count, b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"), "a number does not fit 64 bits"),
        (
            with(count, b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"),
            "a list of 18446744073709551615 is longer",
        ),
        (with(name, b"\xff"), "a name is not made of ASCII letters"),
        (with(name - 2, b"\x09"), "name 9 is referred to, there are 0"),
        (with(name + 1, b"\x02"), "an unknown flag is set"),
        (with(count - 1, b"\x1f"), "31 is no form of a statement"),
    ] {
        let found = told(&bytes);
        assert!(found.starts_with(wanted), "{found}, not {wanted}");
    }
    for (source, behind, other, wanted) in [
        ("return nil", 2, 15, "15 is no form of an expression"),
        ("return {nil}", 4, 9, "9 is no form of an item of a table"),
    ] {
        let mut bytes = bytes(source.as_bytes());
        let at = bytes.len() - behind;
        bytes[at] = other;
        let found = told(&bytes);
        assert!(found.starts_with(wanted), "{bytes:?}: {found}");
    }
}

/// Flags of functions that contradict each other.
#[test]
fn flags_of_functions_are_held_against_each_other() {
    let mut chunk = parse(b"local function f(a) end").chunk;
    assert!(function(&mut chunk).vararg.is_none());
    let whole = encode(&chunk, &LineIndex::new(b""), &[]);
    let flags = whole.windows(2).position(|pair| pair == [1, b'f']).unwrap() + 2;
    assert_eq!(whole[flags], 0);
    for (value, wanted) in [(4, "a type of '...' stands without '...'"), (16, "an unknown flag is set")] {
        let mut bytes = whole.clone();
        bytes[flags] = value;
        let found = decode(&bytes).map(drop).unwrap_err().to_string();
        assert!(found.starts_with(wanted), "{value}: {found}");
    }
    let mut bytes = whole;
    bytes.splice(flags..=flags, [1, 0]);
    let found = decode(&bytes).map(drop).unwrap_err().to_string();
    assert!(found.starts_with("a list of type parameters is empty"), "{found}");
}
