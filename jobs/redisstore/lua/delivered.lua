-- Moves a destination's cursor, and drops the entries that all destinations have had.
-- KEYS out cursor   ARGV destination from to all…
-- Gives 0 when another has moved the cursor elsewhere.
local cursor = redis.call('HGET', KEYS[2], ARGV[1]) or '0-0'
if cursor ~= ARGV[2] and cursor ~= ARGV[3] then return 0 end
redis.call('HSET', KEYS[2], ARGV[1], ARGV[3])
local ms, seq
for i = 4, #ARGV do
  cursor = redis.call('HGET', KEYS[2], ARGV[i])
  if not cursor then return 1 end
  local m, s = string.match(cursor, '^(%d+)-(%d+)$')
  m, s = tonumber(m), tonumber(s)
  if not ms or m < ms or (m == ms and s < seq) then ms, seq = m, s end
end
if ms then redis.call('XTRIM', KEYS[1], 'MINID', string.format('%.0f-%.0f', ms, seq + 1)) end
return 1
