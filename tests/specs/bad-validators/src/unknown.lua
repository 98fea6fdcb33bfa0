type Name = string @minlen(1)
return {Name = Name}
