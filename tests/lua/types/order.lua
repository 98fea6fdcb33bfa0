-- `<=` is subtype, `<` strict subtype.
type Num = number
type Int = integer
type Str = string
type Any = any
type Nev = never
type Opt = number?
type Un = number | string
type P = {x: number}
type PQ = {x: number, y: string}
type PO = {x: number, y?: string}
assert(Int <= Num and Int < Num and not (Num <= Int) and Num <= Num and not (Num < Num))
assert(Num >= Int and Num > Int and not (Int > Num))
assert(Num <= Any and Nev <= Num and Nev < Str and not (Str <= Num) and not (Num <= Str))
assert(Num <= Opt and Num < Opt and not (Opt <= Num) and Num <= Un and Str < Un and not (Un <= Num))
assert(PQ <= P and PQ < P and not (P <= PQ) and P <= PO and PQ <= PO and not (PO <= PQ))
type L = "a"
type LL = "a" | "b"
assert(L < Str and LL < Str and L < LL and not (LL <= L))
type One = 1
assert(One < Int and One < Num)
type Ints = {integer}
type Nums = {number}
assert(Ints < Nums and not (Nums <= Ints))
type MapI = {[string]: integer}
type MapN = {[string]: number}
assert(MapI <= MapN and P <= MapN and not (PQ <= MapN))
type T = table
assert(P < T and Nums < T and not (T <= P))
type F1 = (n: number) -> integer
type F2 = (n: integer) -> number
type F3 = () -> integer
assert(F1 < F2 and not (F2 <= F1) and F3 <= F1)
type A = number @min(5)
type B = number @min(0)
assert(A < Num and A < B and not (B <= A) and not (Num <= B))
type Five = 5
assert(Five <= A)
type I = {x: number} & {y: string}
assert(I <= P and PQ <= I)
type R1 = {v: integer, n: R1?}
type R2 = {v: number, n: R2?}
assert(R1 < R2 and not (R2 <= R1))
assert(not pcall(function() return Num < 5 end) and not pcall(function() return "a" <= Num end)) -- lint: ignore E0019
