-- Reads the record of a client, and where the history stands.
--
-- Input
--   KEYS  the history (hash), its records (hash)
--   ARGV  1 the client
-- Output
--   {} where no history has begun
--   {head, durable, record}: both as 'count number mark', the record empty where there is none

local meta, records = unpack(KEYS)
local known = redis.call('HMGET', meta, 'head', 'durable', 'records')
if not known[1] then return {} end
if redis.call('HLEN', records) ~= tonumber(known[3]) then return redis.error_reply('DAMAGED records are gone') end
return { known[1], known[2], redis.call('HGET', records, ARGV[1]) or '' }
