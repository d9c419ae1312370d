-- Writes or removes the circuit of a destination, if it is still the one that was read.
-- KEYS circuits   ARGV destination, before or '', after or ''
-- Gives 1 when the circuit is as wanted, also when it was so before.
local now = redis.call('HGET', KEYS[1], ARGV[1]) or ''
if now == ARGV[3] then return 1 end
if now ~= ARGV[2] then return 0 end
if ARGV[3] == '' then
  redis.call('HDEL', KEYS[1], ARGV[1])
else
  redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
end
return 1
