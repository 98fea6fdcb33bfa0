local logger = require("logger")
return function()
    logger:info("method", { n = 1 })
    logger.info("function", { n = 2 })
    logger:debug("below the level")
    logger:named("app.part"):with({ id = 7 }):warn("named", { n = 3 })
    print("printed", 4, nil)
end
