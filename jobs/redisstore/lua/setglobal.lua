-- Writes or removes a named schedule or a key, if it is still the one that was read, and notes that a schedule
-- was edited.
-- KEYS hash edited edits   ARGV name, body before or '', body or '', '1' when its users are to be woken
-- Gives 1 when written.
if (redis.call('HGET', KEYS[1], ARGV[1]) or '') ~= ARGV[2] then return 0 end
if ARGV[3] == '' then
  redis.call('HDEL', KEYS[1], ARGV[1])
else
  redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
end
if ARGV[4] == '1' then
  redis.call('ZADD', KEYS[2], redis.call('INCR', KEYS[3]), ARGV[1])
  redis.call('PUBLISH', 'deskbell:changed', 'schedule/' .. ARGV[1])
end
return 1
