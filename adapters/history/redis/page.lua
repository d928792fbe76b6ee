-- Reads the batches behind a position, as many as make a page.
--
-- Input
--   KEYS  the history (hash), its batches (stream)
--   ARGV  1 count and 2 mark of the position; 3 its number, empty where that is to be found
--         4 how many batches and 5 how many characters make a page
-- Output
--   {'none'} where no history has begun
--   {'lost', count of the floor, number of the floor} where the position is not held
--   {'page', 1 or 0 whether there is more, the number of the position, for each batch: its number, the batch as JSON}

local meta, batches = unpack(KEYS)
local count, mark, number = ARGV[1], ARGV[2], tonumber(ARGV[3])

local known = redis.call('HMGET', meta, 'durable', 'floor', 'head')
if not known[1] then return { 'none' } end

local function split(spot)
  local c, n, m = string.match(spot, '^(%d+) (%d+) (.*)$')
  return { count = c, number = tonumber(n), mark = m }
end
local durable, floor, head = split(known[1]), split(known[2]), split(known[3])
local lost = { 'lost', floor.count, string.format('%.0f', floor.number) }

if redis.call('XLEN', batches) ~= head.number - floor.number then return redis.error_reply('DAMAGED batches are gone') end

if not number then
  for _, spot in ipairs({ floor, durable }) do
    if spot.count == count and spot.mark == mark then number = spot.number end
  end
  for _, entry in ipairs(number and {} or redis.call('XRANGE', batches, count, count)) do
    if entry[2][2] == mark then number = tonumber(string.match(entry[1], '%-(%d+)$')) end
  end
end
if not number or number < floor.number or number > durable.number then return lost end
local page = { 'page', 0, string.format('%.0f', number) }
if number == durable.number then return durable.mark == mark and page or lost end

local first = string.format('(%s-%.0f', count, number)
local last = string.format('%s-%.0f', durable.count, durable.number)
local characters = 0
local most = tonumber(ARGV[4])
local entries = redis.call('XRANGE', batches, first, last, 'COUNT', most)
-- A history that was put back may have grown past the number, and not to the count.
if #entries == 0 then return lost end
for i, entry in ipairs(entries) do
  if characters >= tonumber(ARGV[5]) then break end
  local values = entry[2]
  if i == 1 and values[4] ~= string.format('%s %.0f %s', count, number, mark) then return lost end
  page[#page + 1] = string.match(entry[1], '%-(%d+)$')
  page[#page + 1] = values[6]
  characters = characters + #values[6]
end
if tonumber(page[#page - 1]) < durable.number then page[2] = 1 end
return page
