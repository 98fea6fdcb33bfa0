-- Backtracking: the queens on a board, and a solver of small sudokus of size four.
local Board = {}
Board.__index = Board

function Board.new(n)
    return setmetatable({ n = n, columns = {}, up = {}, down = {}, placed = {} }, Board)
end

function Board:free(row, col)
    return not (self.columns[col] or self.up[row + col] or self.down[row - col])
end

function Board:mark(row, col, value)
    self.columns[col] = value
    self.up[row + col] = value
    self.down[row - col] = value
    self.placed[row] = value and col or nil
end

local function search(board, row, found)
    if row > board.n then
        found[#found + 1] = table.concat(board.placed, "")
        return
    end
    for col = 1, board.n do
        if board:free(row, col) then
            board:mark(row, col, true)
            search(board, row + 1, found)
            board:mark(row, col, nil)
        end
    end
end

local function queens(n)
    local found = {}
    search(Board.new(n), 1, found)
    return found
end

local function draw(solution)
    local lines = {}
    for i = 1, #solution do
        local col = tonumber(solution:sub(i, i)) or 0
        lines[i] = string.rep(".", col - 1) .. "Q" .. string.rep(".", #solution - col)
    end
    return table.concat(lines, "\n")
end

local function allowed(cells, at, digit)
    local row, col = (at - 1) // 4, (at - 1) % 4
    for i = 0, 3 do
        if cells[row * 4 + i + 1] == digit or cells[i * 4 + col + 1] == digit then
            return false
        end
    end
    local top, left = row // 2 * 2, col // 2 * 2
    for i = 0, 3 do
        if cells[(top + i // 2) * 4 + left + i % 2 + 1] == digit then
            return false
        end
    end
    return true
end

local function solve(cells, at)
    at = at or 1
    if at > 16 then
        return true
    end
    if cells[at] ~= 0 then
        return solve(cells, at + 1)
    end
    for digit = 1, 4 do
        if allowed(cells, at, digit) then
            cells[at] = digit
            if solve(cells, at + 1) then
                return true
            end
        end
    end
    cells[at] = 0
    return false
end

--@ run: assert(#queens(6) == 4 and #queens(3) == 0)
--@ run: local four = queens(4)
--@ run: assert(four[1] == "2413" and draw(four[1]) == ".Q..\n...Q\nQ...\n..Q.")
--@ run: local cells = { 1, 0, 0, 0, 0, 0, 3, 0, 0, 1, 0, 0, 0, 0, 0, 2 }
--@ run: assert(solve(cells) and not allowed(cells, 2, 1))
--@ twin E0001: "search(Board.new(n), 1, found)" => "serch(Board.new(n), 1, found)"
--@ twin E0023: "local col = tonumber(solution:sub(i, i)) or 0" => "local col = string.match("a", "b").size"
--@ twin E0019: "lines[i] = string.rep(".", col - 1) .. "Q" .. string.rep(".", #solution - col)" => "lines[i] = string.rep(".", col - 1) .. lines"
--@ twin E0004: "return not (self.columns[col] or self.up[row + col] or self.down[row - col])" => "return not (self.column[col] or self.up[row + col] or self.down[row - col])"
