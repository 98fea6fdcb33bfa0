type Age = integer @min("0")
return {Age = Age}
