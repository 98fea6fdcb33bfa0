local limit <const> = 5
return { main = function() break end }
