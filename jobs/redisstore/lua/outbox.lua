-- Acquires the lease of a destination and gives the entries that it has not had.
-- KEYS lease out cursor runs   ARGV holder lease_ms destination limit, name of the work, and the run, or ''
-- Gives false when another holds the lease, else {cursor, entries}.
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return false end
local cursor = redis.call('HGET', KEYS[3], ARGV[3]) or '0-0'
local entries = redis.call('XRANGE', KEYS[2], '(' .. cursor, '+', 'COUNT', ARGV[4])
if #entries == 0 then
  if holder then redis.call('DEL', KEYS[1]) end
else
  redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
  if ARGV[6] ~= '' then redis.call('HSET', KEYS[4], ARGV[5], ARGV[6]) end
end
return {cursor, entries}
