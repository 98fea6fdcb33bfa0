-- modules: ctx
return require("ctx").all()
