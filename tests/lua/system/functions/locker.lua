-- function: takes a lock and does not give it back.
-- modules: system
return require("system").lock.acquire((...))
