-- Lets a destination begin at the end of a shard's outbox: it gets nothing that is there by now, and whatever an earlier destination
-- of its name had set aside is dropped. A run that still delivers to the earlier one has lost the lane, until its lease has run out.
-- KEYS lease out cursor aside begun   ARGV destination, number of this beginning
-- Does nothing when the same beginning, or a later one, was here before.
local call = redis.call
if tonumber(call('HGET', KEYS[5], ARGV[1]) or 0) >= tonumber(ARGV[2]) then return 0 end
call('HSET', KEYS[5], ARGV[1], ARGV[2])
local last = call('XREVRANGE', KEYS[2], '+', '-', 'COUNT', 1)
call('HSET', KEYS[3], ARGV[1], last[1] and last[1][1] or '0-0')
call('DEL', KEYS[4])
local left = call('PTTL', KEYS[1])
if left > 0 then call('SET', KEYS[1], 'an earlier ' .. ARGV[1], 'PX', left) end
return 1
