-- Corrects the numbers of messages that wait for visitors, where they are still as they were read, and adds up those of each property anew.
-- KEYS waits waiting   ARGV per visitor: "PROPERTY/VISITOR", number as it was read, right number
local call, chunk, sums, first = redis.call, 500, {}, 0
for i = 1, #ARGV, 3 do
  local was = call('ZSCORE', KEYS[1], ARGV[i])
  if was and tonumber(was) == tonumber(ARGV[i + 1]) then
    if ARGV[i + 2] == '0' then call('ZREM', KEYS[1], ARGV[i]) else call('ZADD', KEYS[1], ARGV[i + 2], ARGV[i]) end
  end
end
while true do
  local some = call('ZRANGE', KEYS[1], first, first + chunk - 1, 'WITHSCORES')
  if #some == 0 then break end
  for i = 1, #some, 2 do
    local property = string.match(some[i], '^[^/]*')
    sums[property] = (sums[property] or 0) + some[i + 1]
  end
  first = first + chunk
end
local wrong = 0
local before = call('HGETALL', KEYS[2])
for i = 1, #before, 2 do
  local right = sums[before[i]]
  sums[before[i]] = nil
  if right ~= tonumber(before[i + 1]) then
    wrong = wrong + 1
    if right then call('HSET', KEYS[2], before[i], right) else call('HDEL', KEYS[2], before[i]) end
  end
end
for property, n in pairs(sums) do
  wrong = wrong + 1
  call('HSET', KEYS[2], property, n)
end
return wrong
