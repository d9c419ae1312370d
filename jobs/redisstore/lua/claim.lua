-- Acquires the lease of a shard and gives the subjects that are due, as {subject, due, …}.
-- If there are none, it gives the lease back; in the same step, so that no subject that is
-- woken at that moment is missed.
-- KEYS lease due   ARGV holder lease_ms now limit
-- Gives false when another holds the lease.
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return false end
local due = redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', ARGV[3], 'WITHSCORES', 'LIMIT', 0, ARGV[4])
if #due > 0 then
  redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
elseif holder then
  redis.call('DEL', KEYS[1])
end
return due
