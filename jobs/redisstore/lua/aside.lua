-- Acquires the lease of a destination and gives the actions that it has set aside, as {seq, value, …}.
-- KEYS lease aside   ARGV holder lease_ms
-- Gives false when another holds the lease.
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return false end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return redis.call('HGETALL', KEYS[2])
