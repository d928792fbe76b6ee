-- Says that what a history holds up to a place is durable. With no place it only writes, for what follows to wait for.
--
-- Input
--   KEYS  the history (hash), its batches (stream)
--   ARGV  1 the place as 'count number mark', or empty
--         2 the channel for the notice, 3 the command that publishes it
-- Output
--   where it stands as 'count number mark'; nothing where there is no history, or another

local meta, batches = unpack(KEYS)
local known = redis.call('HMGET', meta, 'head', 'durable')
if not known[1] then return false end
if ARGV[1] == '' then
  redis.call('HINCRBY', meta, 'asked', 1)
  return known[1]
end
local count, number, mark = string.match(ARGV[1], '^(%d+) (%d+) (.*)$')
local isHeld = known[1] == ARGV[1]
if not isHeld then
  local entry = redis.call('XRANGE', batches, count .. '-' .. number, count .. '-' .. number)[1]
  isHeld = entry and entry[2][2] == mark
end
if not isHeld then return false end
if tonumber(number) > tonumber(string.match(known[2], '^%d+ (%d+)')) then
  redis.call('HSET', meta, 'durable', ARGV[1])
  redis.call(ARGV[3], ARGV[2], number)
end
return known[1]
