-- Appends batches with the records of their clients: all of them, or nothing.
--
-- Input
--   KEYS  the history (hash), its batches (stream), records (hash), clients by last use (sorted set), snapshot (string)
--   ARGV  1 count and 2 mark of the position that the first batch follows
--         3 the document with which a history begins, as JSON; empty where it must have begun
--         4 the channel for the notice; empty where what is appended is not durable yet
--         5 the most characters that a notice has, 6 the command that publishes it
--         then for each batch: its client, after, last, and the count where it ends; its mark; the count and mark of
--         sentFrom, both empty where it has none; its hashes, with spaces between; what the record holds beside numbers
--         and hashes; the batch as JSON
-- Output
--   {'appended', number of the last batch}
--   {'not_at_head'} or {'not_at_head', count, mark}
--   {'refused', for each batch: verdict, record}, the record empty where there is none
--
-- Texts are opaque, but for the numbers in front of a record. Everything is checked before anything is written.

local meta, batches, records, clients, snapshot = unpack(KEYS)
local size = 10

local function split(spot)
  local count, number, mark = string.match(spot, '^(%d+) (%d+) (.*)$')
  return { count = tonumber(count), number = tonumber(number), mark = mark }
end

local function join(count, number, mark) return string.format('%.0f %.0f %s', count, number, mark) end

local at = { count = tonumber(ARGV[1]), number = 0, mark = ARGV[2] }
local known = redis.call('HMGET', meta, 'head', 'floor', 'forgotten', 'records')
local begins = not known[1]
local head = begins and at or split(known[1])
local floor = begins and at or split(known[2])
local forgotten = begins and at.count or tonumber(known[3])

if begins then
  if ARGV[3] == '' then return { 'not_at_head' } end
  if redis.call('EXISTS', batches, records, clients, snapshot) > 0 then
    return redis.error_reply('DAMAGED its head is gone')
  end
else
  if head.count ~= at.count or head.mark ~= at.mark then
    return { 'not_at_head', string.format('%.0f', head.count), head.mark }
  end
  if redis.call('XLEN', batches) ~= head.number - floor.number then return redis.error_reply('DAMAGED batches are gone') end
  if redis.call('HLEN', records) ~= tonumber(known[4]) then return redis.error_reply('DAMAGED records are gone') end
end

-- Whether a position is held, or may have been before batches were trimmed.
local function mayBeHeld(count, mark)
  if floor.number > 0 and count <= floor.count then return true end
  if (count == head.count and mark == head.mark) or (count == floor.count and mark == floor.mark) then return true end
  local id = string.format('%.0f', count)
  for _, entry in ipairs(redis.call('XRANGE', batches, id, id)) do
    if entry[2][2] == mark then return true end
  end
  return false
end

local function hashesOf(text)
  local hashes = {}
  for hash in string.gmatch(text, '%S+') do hashes[#hashes + 1] = hash end
  return hashes
end

-- Whether a seq that both know has another content in each.
local function isOther(after, sent, first, kept)
  for i, hash in ipairs(hashesOf(sent)) do
    local other = kept[after + 1 + i - first]
    if other and other ~= hash then return true end
  end
  return false
end

local function verdictOn(after, count, mark, hashes, record)
  local isElsewhere = count ~= nil and count > 0 and not mayBeHeld(count, mark)
  if record == '' then
    if isElsewhere or (count ~= nil and count < forgotten) then return 'expired' end
    if after == 0 then return 'fits' end
    return 'gap'
  end
  local seq, first, kept = string.match(record, '^(%d+) (%d+) %d+ %d+([^\n]*)')
  seq, first = tonumber(seq), tonumber(first)
  if after == seq then return isElsewhere and 'expired' or 'fits' end
  if after > seq then return 'gap' end
  return isOther(after, hashes, first, hashesOf(kept)) and 'conflict' or 'seen'
end

local written, order, added, verdicts, isRefused = {}, {}, 0, { 'refused' }, false
local number = head.number
for i = 7, #ARGV, size do
  local client, after, last, count = ARGV[i], tonumber(ARGV[i + 1]), ARGV[i + 2], ARGV[i + 3]
  local record = written[client]
  if not record then
    record = redis.call('HGET', records, client) or ''
    if record == '' then added = added + 1 end
    order[#order + 1] = client
  end
  local verdict = verdictOn(after, tonumber(ARGV[i + 5]), ARGV[i + 6], ARGV[i + 7], record)
  verdicts[#verdicts + 1], verdicts[#verdicts + 2] = verdict, record
  if verdict == 'fits' then
    number = number + 1
    local numbers = string.format('%s %.0f %s %.0f', last, after + 1, count, number)
    written[client] = numbers .. (ARGV[i + 7] == '' and '' or ' ' .. ARGV[i + 7]) .. '\n' .. ARGV[i + 8]
  else
    isRefused = true
    written[client] = written[client] or record
  end
end
if isRefused then return verdicts end

if begins then
  local spot = join(at.count, 0, at.mark)
  redis.call('SET', snapshot, ARGV[3])
  redis.call('HSET', meta, 'floor', spot, 'snapshot', spot, 'forgotten', ARGV[1], 'records', '0', 'durable', spot)
end
local from, follows, notice = head.count, head.mark, {}
number = head.number
for i = 7, #ARGV, size do
  number = number + 1
  local count, mark, text = ARGV[i + 3], ARGV[i + 4], ARGV[i + 9]
  local id = string.format('%s-%.0f', count, number)
  redis.call('XADD', batches, id, 'mark', mark, 'from', join(from, number - 1, follows), 'batch', text)
  from, follows = tonumber(count), mark
  notice[#notice + 1] = text
end
for _, client in ipairs(order) do
  redis.call('HSET', records, client, written[client])
  redis.call('ZADD', clients, string.match(written[client], '^%d+ %d+ %d+ (%d+)'), client)
end
local spot = join(from, number, follows)
redis.call('HSET', meta, 'head', spot)
if added > 0 then redis.call('HINCRBY', meta, 'records', added) end
local last = string.format('%.0f', number)
if ARGV[4] ~= '' then
  redis.call('HSET', meta, 'durable', spot)
  local told = last .. '\n' .. table.concat(notice, '\n')
  if #notice > 0 then redis.call(ARGV[6], ARGV[4], #told <= tonumber(ARGV[5]) and told or last) end
end
return { 'appended', last }
