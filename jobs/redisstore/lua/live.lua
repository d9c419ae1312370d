-- Gives the two parts of TIME, and the signs of life that count. It writes nothing: a Redis that takes no writes answers it, too.
-- KEYS beats
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local live, all = {time[1], time[2]}, redis.call('HVALS', KEYS[1])
for i = 1, #all do
  local ends, beat = string.match(all[i], '^(%d+) (.*)$')
  if ends and tonumber(ends) > now then
    live[#live + 1] = beat
  end
end
return live
