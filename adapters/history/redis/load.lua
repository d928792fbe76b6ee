-- Reads the newest snapshot.
--
-- Input
--   KEYS  the history (hash), its snapshot (string)
-- Output
--   {} where no history has begun
--   {its place as 'count number mark', the document as JSON}

local place = redis.call('HGET', KEYS[1], 'snapshot')
if not place then return {} end
local document = redis.call('GET', KEYS[2])
if not document then return redis.error_reply('DAMAGED its snapshot is gone') end
return { place, document }
