//! The library `math`.

use super::{constants, plain};
use crate::declare::{ConstType, ModuleDecl, Reach, TableDecl};

pub(super) fn library() -> ModuleDecl<'static> {
    let functions = [
        ("abs(x: integer): integer", "The value without its sign."),
        ("abs(x: number): number", "The value without its sign."),
        ("acos(x: number): number", "The arc cosine, in radians."),
        ("asin(x: number): number", "The arc sine, in radians."),
        (
            "atan(y: number, x?: number): number",
            "The angle of the point (x, y), in radians; `x` is 1 if left out.",
        ),
        ("atan2(y: number, x: number): number", "The angle of the point (x, y), in radians."),
        ("ceil(x: number): integer", "The smallest integer that is not below `x`."),
        ("cos(x: number): number", "The cosine of an angle in radians."),
        ("cosh(x: number): number", "The hyperbolic cosine."),
        ("deg(x: number): number", "Radians as degrees."),
        ("exp(x: number): number", "e to the power of `x`."),
        ("floor(x: number): integer", "The largest integer that is not above `x`."),
        ("fmod(x: integer, y: integer): integer", "The remainder of a division that rounds towards zero."),
        ("fmod(x: number, y: number): number", "The remainder of a division that rounds towards zero."),
        (
            "frexp(x: number): (number, integer)",
            "Mantissa and exponent: `x` is mantissa times 2 to the power of the exponent.",
        ),
        (
            "ldexp(mantissa: number, exponent: integer): number",
            "`mantissa` times 2 to the power of `exponent`.",
        ),
        ("log(x: number, base?: number): number", "The logarithm, the natural one without `base`."),
        ("log10(x: number): number", "The logarithm to base 10."),
        ("max(x: integer, ...integer): integer", "The largest argument."),
        ("max(x: number, ...number): number", "The largest argument."),
        ("min(x: integer, ...integer): integer", "The smallest argument."),
        ("min(x: number, ...number): number", "The smallest argument."),
        ("mod(x: integer, y: integer): integer", "The same as `fmod`."),
        ("mod(x: number, y: number): number", "The same as `fmod`."),
        ("modf(x: number): (number, number)", "The whole part and the fraction."),
        ("pow(x: number, y: number): number", "`x` to the power of `y`."),
        ("rad(x: number): number", "Degrees as radians."),
        ("random(): number", "A float from 0 to below 1."),
        ("random(high: number): integer", "An integer from 1 to `high`."),
        ("random(low: number, high: number): integer", "An integer from `low` to `high`."),
        ("randomseed(seed?: number)", "Has no effect: each process has a seed of its own."),
        ("sin(x: number): number", "The sine of an angle in radians."),
        ("sinh(x: number): number", "The hyperbolic sine."),
        ("sqrt(x: number): number", "The square root."),
        ("tan(x: number): number", "The tangent of an angle in radians."),
        ("tanh(x: number): number", "The hyperbolic tangent."),
        ("tointeger(x: any): integer?", "The integer with that value; nil if there is none."),
        (
            "type(x: any): (\"integer\" | \"float\")?",
            "How a number is represented; nil for what is no number.",
        ),
        ("ult(a: integer, b: integer): boolean", "Whether `a` is below `b` as unsigned integers."),
    ];
    let top = TableDecl::of("math", "Numbers.", &functions);
    let list = [
        ("huge", ConstType::Number),
        ("maxinteger", ConstType::Integer),
        ("mininteger", ConstType::Integer),
        ("pi", ConstType::Number),
    ];
    plain(Reach::Library, constants(top, &list))
}
