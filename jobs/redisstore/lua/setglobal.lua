-- Writes or removes a named schedule or a destination, and notes that it was edited.
-- KEYS hash edited edits   ARGV name, definition or '', '1' when its users are to be woken
if ARGV[2] == '' then
  redis.call('HDEL', KEYS[1], ARGV[1])
else
  redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
end
if ARGV[3] == '1' then
  redis.call('ZADD', KEYS[2], redis.call('INCR', KEYS[3]), ARGV[1])
  redis.call('PUBLISH', 'deskbell:changed', 'schedule/' .. ARGV[1])
end
return 1
