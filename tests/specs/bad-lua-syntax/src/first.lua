local x = = 1
local text = "not closed
local function main()
  goto nowhere
  return "日本語" .. = 1
