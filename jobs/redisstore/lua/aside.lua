-- Acquires the lease of a destination and gives the actions that it has set aside, as {seq, value, …}.
-- KEYS lease aside runs   ARGV holder lease_ms, name of the work, and the run, or ''
-- Gives false when another holds the lease.
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return false end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
if ARGV[4] ~= '' then redis.call('HSET', KEYS[3], ARGV[3], ARGV[4]) end
return redis.call('HGETALL', KEYS[2])
