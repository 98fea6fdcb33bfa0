local calls = 0
return function(how)
  calls = calls + 1
  if how == "hoard" then
    local t = {}
    while true do pcall(function() t[#t + 1] = { #t } end) end
  end
  return calls
end
