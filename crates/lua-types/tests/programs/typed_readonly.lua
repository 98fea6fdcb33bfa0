-- Settings that nobody may change: readonly records, arrays and maps.
-- annotated
type Theme = readonly { name: string, accent: string }
type Palette = readonly {[string]: string}
type User = { readonly id: integer, name: string }

local DARK: Theme = { name = "dark", accent = "blue" }
local LIGHT: Theme = { name = "light", accent = "red" }

local COLORS: Palette = { blue = "#00f", red = "#f00" }

local ORDER: readonly {string} = { "dark", "light" }

local function theme(name: string): Theme
    if name == DARK.name then
        return DARK
    end
    return LIGHT
end

local function accent(t: Theme): string
    return COLORS[t.accent] or "#000"
end

local function next_theme(name: string): Theme
    for i, candidate in ipairs(ORDER) do
        if candidate == name then
            local following = ORDER[i % #ORDER + 1]
            if following then
                return theme(following)
            end
        end
    end
    return DARK
end

local function user(id: integer, name: string): User
    return { id = id, name = name }
end

local function rename(who: User, name: string): User
    who.name = name
    return who
end

local function with_accent(t: Theme, color: string): Theme
    return { name = t.name, accent = color }
end

local function css(t: Theme): string
    local lines: {string} = {}
    lines[#lines + 1] = "theme: " .. t.name
    lines[#lines + 1] = "accent: " .. accent(t)
    return table.concat(lines, "; ")
end

--@ run: assert(css(theme("dark")) == "theme: dark; accent: #00f" and next_theme("light") == DARK and next_theme("dark") == LIGHT)
--@ run: assert(rename(user(1, "a"), "b").name == "b" and accent(with_accent(DARK, "pink")) == "#000")
--@ twin E0008: "who.name = name" => "who.id = 5"
--@ twin E0008: "return { name = t.name, accent = color }" => "t.accent = color return t"
--@ twin E0000: "return { id = id, name = name }" => "return { id = name, name = name }"
--@ twin E0004: "return COLORS[t.accent] or "#000"" => "return COLORS[t.akzent] or "#000""
