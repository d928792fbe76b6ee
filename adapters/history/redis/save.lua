-- Keeps a snapshot, trims the batches that lie far behind it, and forgets clients that were last here long before.
--
-- Input
--   KEYS  the history (hash), its batches (stream), records (hash), clients by last use (sorted set), snapshot (string)
--   ARGV  1 count and 2 mark of the snapshot's position, 3 the document as JSON
--         4 how many commands, or batches, of batches and 5 of records are kept behind it
--         6 how many records are forgotten at most
-- Output
--   'saved', 'older' or 'regressed'

local meta, batches, records, clients, snapshot = unpack(KEYS)
local count, mark = tonumber(ARGV[1]), ARGV[2]

local function split(spot)
  local c, n, m = string.match(spot, '^(%d+) (%d+) (.*)$')
  return { count = tonumber(c), number = tonumber(n), mark = m }
end

local known = redis.call('HMGET', meta, 'durable', 'floor', 'snapshot', 'head', 'forgotten', 'records')
if not known[1] then return 'regressed' end
local durable, floor, newest, head = split(known[1]), split(known[2]), split(known[3]), split(known[4])
if redis.call('XLEN', batches) ~= head.number - floor.number then return redis.error_reply('DAMAGED batches are gone') end
if redis.call('HLEN', records) ~= tonumber(known[6]) or redis.call('ZCARD', clients) ~= tonumber(known[6]) then
  return redis.error_reply('DAMAGED records are gone')
end

local number
for _, spot in ipairs({ floor, durable }) do
  if spot.count == count and spot.mark == mark then number = spot.number end
end
local id = string.format('%.0f', count)
for _, entry in ipairs(number and {} or redis.call('XRANGE', batches, id, id)) do
  if entry[2][2] == mark then number = tonumber(string.match(entry[1], '%-(%d+)$')) end
end
if not number or number > durable.number then
  return floor.number > 0 and count <= floor.count and 'older' or 'regressed'
end
if number < newest.number then return 'older' end

redis.call('SET', snapshot, ARGV[3])
redis.call('HSET', meta, 'snapshot', string.format('%.0f %.0f %s', count, number, mark))

-- Batches up to a number, or up to a count, whichever is more; none behind the snapshot.
local kept = tonumber(ARGV[4])
if number - kept > floor.number then redis.call('XTRIM', batches, 'MAXLEN', string.format('%.0f', head.number - (number - kept))) end
if count - kept >= 0 then
  local above = kept > 0 and string.format('%.0f', count - kept + 1) or string.format('%.0f-%.0f', count, number + 1)
  redis.call('XTRIM', batches, 'MINID', above)
end
local first = redis.call('XRANGE', batches, '-', '+', 'COUNT', 1)[1]
redis.call('HSET', meta, 'floor', first and first[2][4] or known[4])

local most = tonumber(ARGV[6])
local keptRecords = tonumber(ARGV[5])
local forgotten, gone = tonumber(known[5]), {}
for _, client in ipairs(redis.call('ZRANGE', clients, '-inf', string.format('%.0f', number), 'BYSCORE', 'LIMIT', 0, most)) do
  local used, usedNumber = string.match(redis.call('HGET', records, client), '^%d+ %d+ (%d+) (%d+)')
  used, usedNumber = tonumber(used), tonumber(usedNumber)
  if used > count - keptRecords and usedNumber > number - keptRecords then break end
  gone[#gone + 1] = client
  if used > forgotten then forgotten = used end
end
if #gone > 0 then
  redis.call('HDEL', records, unpack(gone))
  redis.call('ZREM', clients, unpack(gone))
  redis.call('HSET', meta, 'forgotten', string.format('%.0f', forgotten))
  redis.call('HINCRBY', meta, 'records', -#gone)
end
return 'saved'
