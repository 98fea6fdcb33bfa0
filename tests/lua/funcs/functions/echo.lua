-- Gives its arguments back: one as it is, several as a table.
if select("#", ...) == 1 then return (...) end
return {n = select("#", ...), ...}
