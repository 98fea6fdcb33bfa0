-- Dialect: lower and upper know Unicode when the text is UTF-8, and bytes otherwise.
assert(("äÖß"):upper() == "ÄÖSS" or ("äÖß"):upper() == "ÄÖß")
assert(("ÄÖ"):lower() == "äö" and ("Σ"):lower() == "σ" and ("привет"):upper() == "ПРИВЕТ")
assert(("a\xff"):upper() == "A\xff" and ("A\xff"):lower() == "a\xff")
