-- Sleeps, then says so.
-- modules: time
require("time").sleep((...))
return "woke"
