-- Acquires the lease of a destination and gives what a run begins with: the entries that it has not had, and the actions set aside.
-- KEYS lease out cursor runs aside   ARGV holder lease_ms destination limit, name of the work, and the run, or ''
-- Gives false when another holds the lease, else {cursor, entries, {seq, value, …}}.
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return false end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
if ARGV[6] ~= '' then redis.call('HSET', KEYS[4], ARGV[5], ARGV[6]) end
local cursor = redis.call('HGET', KEYS[3], ARGV[3]) or '0-0'
return {cursor, redis.call('XRANGE', KEYS[2], '(' .. cursor, '+', 'COUNT', ARGV[4]), redis.call('HGETALL', KEYS[5])}
