-- Writes or removes a definition, if its record is still the one that was edited.
-- KEYS def state due serves dues uses…   ARGV subject, rev before, new rev, definition or '', due, number of uses added
-- (the first so many keys of uses… gain the subject, the others lose it). Gives 1 when written.
local value = redis.call('HGET', KEYS[2], ARGV[1])
local rev = value and string.match(value, '^%d+') or '0'
if rev ~= ARGV[2] then return 0 end
for i = 6, #KEYS do
  redis.call(i - 5 <= tonumber(ARGV[6]) and 'SADD' or 'SREM', KEYS[i], ARGV[1])
end
if ARGV[4] == '' then
  redis.call('HDEL', KEYS[1], ARGV[1])
  redis.call('HDEL', KEYS[2], ARGV[1])
  redis.call('ZREM', KEYS[3], ARGV[1])
  redis.call('DEL', KEYS[4])
  redis.call('INCR', KEYS[5]) -- after what needs no memory: a full Redis takes that, and then the rest of a script
  redis.call('PUBLISH', 'deskbell:changed', ARGV[1])
  return 1
end
local state = value and string.match(value, '^%d+!? (.*)$') or ''
redis.call('HSET', KEYS[1], ARGV[1], ARGV[4])
redis.call('HSET', KEYS[2], ARGV[1], ARGV[3] .. '! ' .. state)
redis.call('ZADD', KEYS[3], ARGV[5], ARGV[1])
redis.call('INCR', KEYS[5])
redis.call('PUBLISH', 'deskbell:changed', ARGV[1])
return 1
