-- Notes a sign of life, or takes it back, and gives the two parts of TIME, and those that count.
-- KEYS beats   ARGV process beat counts_ms ('0' takes it back)
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
if ARGV[3] == '0' then
  redis.call('HDEL', KEYS[1], ARGV[1])
else
  redis.call('HSET', KEYS[1], ARGV[1], string.format('%.0f %s', now + ARGV[3], ARGV[2]))
end
local live, all = {time[1], time[2]}, redis.call('HGETALL', KEYS[1])
for i = 1, #all, 2 do
  local ends, beat = string.match(all[i + 1], '^(%d+) (.*)$')
  if ends and tonumber(ends) > now then
    live[#live + 1] = beat
  else
    redis.call('HDEL', KEYS[1], all[i])
  end
end
return live
