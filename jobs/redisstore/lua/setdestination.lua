-- Writes or removes a destination, if it is still the one that was read and its beginning is still the last.
-- KEYS destinations begun circuits   ARGV name, body before or '', body or '', the destination that begins or '', number of its beginning
-- Gives 1 when written.
local call = redis.call
if (call('HGET', KEYS[1], ARGV[1]) or '') ~= ARGV[2] then return 0 end
if ARGV[4] == '' then
  if ARGV[3] == '' and ARGV[2] ~= '' and call('HLEN', KEYS[1]) == 1 then return 0 end -- the default one has to begin first
elseif call('HGET', KEYS[2], ARGV[4]) ~= ARGV[5] then
  return 0
else
  call('HDEL', KEYS[3], ARGV[4])
end
if ARGV[3] == '' then
  call('HDEL', KEYS[1], ARGV[1])
else
  call('HSET', KEYS[1], ARGV[1], ARGV[3])
end
return 1
