local io = require("io")
local registry = require("registry")

local GOOD = "return { size = function(text: string): integer return #text end }"
local OTHER = "return { size = function(text: integer): integer return text end }"
local USER = "local lib = require(\"lib\")\nreturn function(): integer return lib.size(\"four\") end"

local function library(source)
  return { id = "made:lib", kind = "library.lua", data = { source = source } }
end

local function main()
  -- Syntax is checked in any case.
  local _, syntax = registry.snapshot():changes():create{ id = "made:x", kind = "library.lua", data = { source = "return =" } }:apply()
  io.print("syntax", syntax and syntax:kind())
  -- One wrong entry refuses the change as a whole.
  local done, err = registry.snapshot():changes()
    :create{ id = "made:kept", kind = "registry.entry", data = {} }
    :create{ id = "made:wrong", kind = "library.lua", data = { source = "local n: number = \"three\"\nreturn n" } }
    :apply()
  if done then
    io.print("applied")
  else
    local details = assert(err:details())
    io.print("refused", err:kind(), details.error_count)
  end
  io.print("kept", registry.get("made:kept") and "there")
  -- A library that changes is checked with those that import it.
  assert(registry.snapshot():changes()
    :create(library(GOOD))
    :create{ id = "made:user", kind = "function.lua", data = { source = USER, imports = { lib = "made:lib" } } }
    :apply())
  io.print("library", registry.snapshot():changes():update(library(OTHER)):apply() and "applied" or "refused")
  io.print("library", registry.snapshot():changes():update(library(GOOD .. "\n")):apply() and "applied" or "refused")
end

return { main = main }
