-- payload: long values and texts through every format, as short ones.
local f = payload.format
local text = string.rep("ab\n\u{e4}", 10000)
local rows = {}
for i = 1, 700 do rows[i] = {id = i, name = "n" .. i, flags = {i % 2 == 0, i / 2}, [text:sub(1, 3000)] = {}} end
local value = {rows = rows, text = text, [text] = {text, 1}}
local function check(back)
  assert(#back.rows == 700 and back.rows[700].id == 700 and back.rows[3].name == "n3" and back.rows[3].flags[2] == 1.5)
  assert(back.text == text and back[text][1] == text and back[text][2] == 1)
end
local p = payload.new(value)
local json = assert(p:transcode(f.JSON))
assert(json:get_format() == f.JSON and p:get_format() == f.LUA)
check(assert(json:data()))
assert(json:data() == json:data() and json:unmarshal() == json:data())
-- the same text as STRING and BYTES
local as_text, as_bytes = p:transcode(f.STRING):data(), p:transcode(f.BYTES):data() -- lint: ignore E0023
assert(as_text == as_bytes and as_text == p:transcode(f.JSON):transcode(f.BYTES):data()) -- lint: ignore E0023
-- a payload that was opened
p:data().rows[701] = {id = 701}
assert(#p:transcode(f.JSON):data().rows == 701) -- lint: ignore E0023
check(value)
-- back to a value of Lua
check(payload.new(value):transcode(f.JSON):transcode(f.LUA):data()) -- lint: ignore E0023
-- YAML, which is made and read beside the workers
local yaml = assert(p:transcode(f.YAML))
assert(yaml:get_format() == f.YAML and #yaml:data().rows == 701 and yaml:data() == yaml:unmarshal())
check(payload.new(value):transcode(f.YAML):transcode(f.LUA):data()) -- lint: ignore E0023
assert(payload.new(value):transcode(f.YAML):transcode(f.JSON):transcode(f.YAML):data().text == text) -- lint: ignore E0023
assert(payload.new(text):transcode(f.YAML):data() == text) -- lint: ignore E0023
-- a long text is a text
for _, format in ipairs{f.STRING, f.BYTES} do
  assert(payload.new(text):transcode(format):data() == text) -- lint: ignore E0023
end
assert(payload.new(text):transcode(f.JSON):data() == text) -- lint: ignore E0023
assert(payload.new("\xff" .. text):transcode(f.JSON):data() == "\u{fffd}" .. text) -- lint: ignore E0023
-- what has no plain form says where
local function refused(bad, says)
  for _, format in ipairs{f.JSON, f.STRING, f.BYTES} do
    local got, err = payload.new(bad):transcode(format)
    assert(got == nil and errors.is(err, errors.INVALID), tostring(err))
    assert(err:message():find(says, 1, true), err:message():sub(-200))
  end
end
local shared = {}
refused({text, a = text}, "a table with both text and number keys has no plain form")
refused({text, {text, {[text] = 1, [2.5] = 1}}}, "a table with other keys than text or 1..n has no plain form (at [2][2])")
refused({text, {a = {b = {text, shared}, c = shared}}}, "a table that is shared or contains itself has no plain form (at [2].a")
local deep = {text}
for _ = 1, 140 do deep = {deep} end
refused(deep, "nested deeper than 128")
-- texts that are no JSON
local bad = payload.new("[" .. text):transcode(f.STRING)
assert(bad:data() == "[" .. text) -- lint: ignore E0023
