type User = {
  name: string @min(1),
}
return {User = User}
