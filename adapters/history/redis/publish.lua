-- Publishes a message on a channel, which is named as a key: then a cluster sends all messages of it by one node, in order.
--
-- Input
--   KEYS  the channel
--   ARGV  1 the message, 2 the command that publishes it

return redis.call(ARGV[2], KEYS[1], ARGV[1])
