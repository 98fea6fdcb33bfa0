//! The syntax tree, types included.
//!
//! Plain boxes, no interning: a tree lives for one compilation. Its height is bounded by the parser
//! ([`MAX_HEIGHT`](crate::MAX_HEIGHT) levels, chains of operators and suffixes included), so recursion over a tree is safe.

#![allow(missing_docs, reason = "the fields of a form are named by the example above it")]

use crate::span::Span;

/// A whole source text.
#[derive(Debug, Default, PartialEq)]
pub struct Chunk {
    /// Its statements.
    pub block: Block,
}

/// A sequence of statements with a scope of its own.
#[derive(Debug, Default, PartialEq)]
pub struct Block {
    /// In source order.
    pub stats: Vec<Stat>,
    /// From the first to the last byte between the delimiters.
    pub span: Span,
}

/// An identifier where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// ASCII letters, digits and `_`.
    pub text: Box<str>,
    /// Where.
    pub span: Span,
}

/// A statement.
#[derive(Debug, PartialEq)]
pub struct Stat {
    /// What it is.
    pub kind: StatKind,
    /// All its bytes.
    pub span: Span,
}

/// The forms of a statement.
#[derive(Debug, PartialEq)]
pub enum StatKind {
    /// `local a: T, b = …`
    Local { names: Vec<TypedName>, values: Vec<Expr> },
    /// `a, b.c = …`; targets are `Name`, `Field` or `Index` expressions.
    Assign { targets: Vec<Expr>, values: Vec<Expr> },
    /// A call as a statement; the expression is `Call` or `Method`.
    Call(Expr),
    /// `do … end`
    Do(Block),
    /// `while cond do … end`
    While { cond: Expr, body: Block },
    /// `repeat … until cond`; `cond` sees the locals of `body`.
    Repeat { body: Block, cond: Expr },
    /// `if … then … elseif … else … end`
    If { arms: Vec<(Expr, Block)>, otherwise: Option<Block> },
    /// `for v = start, limit, step do … end`
    NumericFor { var: Name, start: Expr, limit: Expr, step: Option<Expr>, body: Block },
    /// `for a, b in … do … end`
    GenericFor { vars: Vec<Name>, exprs: Vec<Expr>, body: Block },
    /// `function a.b.c:m() … end`
    Function { root: Name, fields: Vec<Name>, method: Option<Name>, body: Box<Function> },
    /// `local function f() … end`
    LocalFunction { name: Name, body: Box<Function> },
    /// `return …`
    Return(Vec<Expr>),
    /// `break`
    Break,
    /// `goto name`
    Goto(Name),
    /// `::name::`
    Label(Name),
    /// `type Name<P> = T`
    Type(TypeDecl),
    /// `interface Name: Base … end`
    Interface(InterfaceDecl),
}

/// A local or parameter with its optional annotation.
#[derive(Debug, PartialEq)]
pub struct TypedName {
    /// The name.
    pub name: Name,
    /// The type behind `:`.
    pub ty: Option<TypeExpr>,
}

/// An expression.
#[derive(Debug, PartialEq)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// All its bytes.
    pub span: Span,
}

/// The forms of an expression.
#[derive(Debug, PartialEq)]
pub enum ExprKind {
    /// `nil`
    Nil,
    /// `true`, `false`
    Bool(bool),
    /// `...`
    VarArg,
    /// A literal without fraction or exponent that fits 64 bits; hexadecimal ones wrap.
    Int(i64),
    /// Every other number.
    Float(f64),
    /// A string, escapes resolved; any bytes.
    Str(Box<[u8]>),
    /// A variable.
    Name(Name),
    /// `object.name`
    Field { object: Box<Expr>, name: Name },
    /// `object[key]`
    Index { object: Box<Expr>, key: Box<Expr> },
    /// `func(args)`
    Call { func: Box<Expr>, args: Vec<Expr> },
    /// `object:name(args)`
    Method { object: Box<Expr>, name: Name, args: Vec<Expr> },
    /// `function(…) … end`
    Function(Box<Function>),
    /// `{ … }`
    Table(Vec<Item>),
    /// `op x`
    Unary { op: UnOp, expr: Box<Expr> },
    /// `a op b`; `op_span` is the operator's own place.
    Binary { op: BinOp, left: Box<Expr>, right: Box<Expr>, op_span: Span },
    /// `a .. b .. c`, flattened; at least two parts.
    Concat(Vec<Expr>),
    /// `(x)`: truncates to one value.
    Paren(Box<Expr>),
    /// `x as T`, `x :: T`; no effect at run time.
    Cast { expr: Box<Expr>, ty: Box<TypeExpr> },
    /// `x!`; no effect at run time.
    NonNil(Box<Expr>),
}

/// Unary operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnOp {
    /// `-`
    Neg,
    /// `not`
    Not,
    /// `#`
    Len,
    /// `~`
    BitNot,
}

/// Binary operators except `..`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[rustfmt::skip]
pub enum BinOp {
    /// Arithmetic.
    Add, Sub, Mul, Div, IDiv, Mod, Pow,
    /// Bitwise.
    BitAnd, BitOr, BitXor, Shl, Shr,
    /// Comparison.
    Eq, Ne, Lt, Le, Gt, Ge,
    /// Short-circuit.
    And, Or,
}

/// An item of a table constructor.
#[derive(Debug, PartialEq)]
pub enum Item {
    /// `value`; the last one may expand to several.
    Positional(Expr),
    /// `name = value`
    Named { name: Name, value: Expr },
    /// `[key] = value`
    Keyed { key: Expr, value: Expr },
}

/// Parameters, result types and body of a function.
#[derive(Debug, PartialEq)]
pub struct Function {
    /// `<T: Bound, …>`
    pub type_params: Vec<TypeParam>,
    /// Without the implicit `self` of `function a:m()`.
    pub params: Vec<TypedName>,
    /// `...` with its optional annotation.
    pub vararg: Option<VarArgParam>,
    /// The annotation behind `)`: `None` = absent, empty = `()`.
    pub returns: Option<Vec<TypeExpr>>,
    /// The statements.
    pub body: Block,
    /// The closing `end`, where errors of falling off the end point.
    pub end: Span,
}

/// `...: T` as a parameter.
#[derive(Debug, PartialEq)]
pub struct VarArgParam {
    /// The dots.
    pub span: Span,
    /// The type of each value.
    pub ty: Option<TypeExpr>,
}

/// A type parameter with its optional constraint.
#[derive(Debug, PartialEq)]
pub struct TypeParam {
    /// `T`
    pub name: Name,
    /// The type behind `:`.
    pub bound: Option<TypeExpr>,
}

/// `type Name<P> = T`
#[derive(Debug, PartialEq)]
pub struct TypeDecl {
    /// The declared name.
    pub name: Name,
    /// Its parameters.
    pub params: Vec<TypeParam>,
    /// What it stands for.
    pub ty: TypeExpr,
}

/// `interface Name: Base, … function m(…): T … end`
#[derive(Debug, PartialEq)]
pub struct InterfaceDecl {
    /// The declared name.
    pub name: Name,
    /// Named types that it extends.
    pub bases: Vec<TypeExpr>,
    /// Its methods.
    pub methods: Vec<MethodSig>,
}

/// A method of an interface.
#[derive(Debug, PartialEq)]
pub struct MethodSig {
    /// Its name.
    pub name: Name,
    /// Its parameters.
    pub params: Vec<TypedName>,
    /// `...` with its optional annotation.
    pub vararg: Option<VarArgParam>,
    /// `None` = absent, empty = `()`.
    pub returns: Option<Vec<TypeExpr>>,
}

/// A type.
#[derive(Debug, PartialEq)]
pub struct TypeExpr {
    /// What it is.
    pub kind: TypeKind,
    /// `@name(args)` behind it.
    pub annotations: Vec<Annotation>,
    /// All its bytes.
    pub span: Span,
}

/// A validator: `@min(0)`.
#[derive(Debug, PartialEq)]
pub struct Annotation {
    /// `min`
    pub name: Name,
    /// Constant expressions.
    pub args: Vec<Expr>,
}

/// The forms of a type.
#[derive(Debug, PartialEq)]
pub enum TypeKind {
    /// `nil`
    Nil,
    /// `true`, `false`
    Bool(bool),
    /// `"text"`
    Str(Box<[u8]>),
    /// `42`, `-1`
    Int(i64),
    /// `1.5`
    Float(f64),
    /// `a.b.C<T, U>`: at least one part.
    Named { path: Vec<Name>, args: Vec<TypeExpr> },
    /// `{T}` and `T[]`
    Array { elem: Box<TypeExpr>, readonly: bool },
    /// `{[K]: V}`
    Map { key: Box<TypeExpr>, value: Box<TypeExpr>, readonly: bool },
    /// `{a: T, readonly b?: U}`
    Record { fields: Vec<Field>, readonly: bool },
    /// `interface {…}`
    Interface(Vec<Field>),
    /// `(a: T, ...U) -> R` and `fun(a: T): R`
    Function(FunctionType),
    /// `T?`
    Optional(Box<TypeExpr>),
    /// `A | B`, flattened.
    Union(Vec<TypeExpr>),
    /// `A & B`, flattened; binds tighter than `|`.
    Intersection(Vec<TypeExpr>),
    /// `T[K]`
    Indexed { object: Box<TypeExpr>, key: Box<TypeExpr> },
    /// `asserts x is T`
    Asserts { name: Name, ty: Option<Box<TypeExpr>> },
    /// `typeof(expr)`
    TypeOf(Box<Expr>),
    /// `keyof(T)`
    KeyOf(Box<TypeExpr>),
    /// `A extends B ? C : D`
    Conditional { check: Box<TypeExpr>, bound: Box<TypeExpr>, then: Box<TypeExpr>, otherwise: Box<TypeExpr> },
    /// `(T)`
    Group(Box<TypeExpr>),
}

/// A field of a record type.
#[derive(Debug, PartialEq)]
pub struct Field {
    /// Its name.
    pub name: Name,
    /// `name?: T`
    pub optional: bool,
    /// `readonly name: T`
    pub readonly: bool,
    /// Its type.
    pub ty: TypeExpr,
}

/// A function type.
#[derive(Debug, PartialEq)]
pub struct FunctionType {
    /// Named or bare parameter types.
    pub params: Vec<(Option<Name>, TypeExpr)>,
    /// `...T`
    pub vararg: Option<Box<TypeExpr>>,
    /// Empty = `()`.
    pub returns: Vec<TypeExpr>,
    /// `...T` behind the last result: any number of further ones.
    pub rest: Option<Box<TypeExpr>>,
}

/// A function without a body, as a library declares it: `a.b.name<P>(x: T, y?: U, ...V): (R, ...S)`.
#[derive(Debug, PartialEq)]
pub struct Signature {
    /// At least one part.
    pub path: Vec<Name>,
    /// `<T: Bound, …>`
    pub type_params: Vec<TypeParam>,
    /// In order, without the `self` of a method.
    pub params: Vec<SigParam>,
    /// `...T` or `...: T` behind them.
    pub vararg: Option<TypeExpr>,
    /// Empty = absent or `()`.
    pub returns: Vec<TypeExpr>,
    /// `...T` behind the last result.
    pub rest: Option<TypeExpr>,
}

/// `name: T` or `name?: T`
#[derive(Debug, PartialEq)]
pub struct SigParam {
    /// The name.
    pub name: Name,
    /// May be left out.
    pub optional: bool,
    /// What it takes.
    pub ty: TypeExpr,
}
