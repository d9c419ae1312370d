-- Makes subjects due, and gives each a new revision, so that a decision that was
-- made on what was known before is lost.
-- KEYS state due   ARGV now, subject…
local subjects = {unpack(ARGV, 2)}
local values = redis.call('HMGET', KEYS[1], unpack(subjects))
local states, dues = {}, {}
for i, subject in ipairs(subjects) do
  if values[i] then
    local rev, state = string.match(values[i], '^(%d+)!? (.*)$')
    states[#states + 1] = subject
    states[#states + 1] = string.format('%.0f', tonumber(rev) + 1) .. '! ' .. state
    dues[#dues + 1] = ARGV[1]
    dues[#dues + 1] = subject
  end
end
if #states > 0 then
  redis.call('HSET', KEYS[1], unpack(states))
  redis.call('ZADD', KEYS[2], unpack(dues))
end
return #states / 2
