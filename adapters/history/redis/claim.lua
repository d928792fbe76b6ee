-- Begins to keep a snapshot, which one host does at a time.
--
-- Input
--   KEYS  the history (hash), who keeps a snapshot now (string)
--   ARGV  1 count and 2 mark of the snapshot's position
--         3 milliseconds after which another may try
-- Output
--   'saved' where it is there; 'claimed', or 'older' where another is at it

local place = redis.call('HGET', KEYS[1], 'snapshot')
local count, mark = string.match(place or '', '^(%d+) %d+ (.*)$')
if count == ARGV[1] and mark == ARGV[2] then return 'saved' end
return redis.call('SET', KEYS[2], '1', 'NX', 'PX', ARGV[3]) and 'claimed' or 'older'
