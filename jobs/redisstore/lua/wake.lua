-- Makes subjects due, and gives each a new revision, so that a decision on the
-- old one is lost. A subject that is due already stays so.
-- KEYS state due dues   ARGV now, the same in µs, '!' to note of each that it was woken ('' leaves that as it is), subject…
local call, chunk = redis.call, 500 -- unpack has a limit of some thousand
local micros = tonumber(ARGV[2]) -- numbers are exact up to 2^53, which is the year 2255
for first = 4, #ARGV, chunk do
  local subjects = {unpack(ARGV, first, math.min(first + chunk - 1, #ARGV))}
  local values = call('HMGET', KEYS[1], unpack(subjects))
  local states, dues = {}, {}
  for i, subject in ipairs(subjects) do
    if values[i] then
      local rev, woken, state = string.match(values[i], '^(%d+)(!?) (.*)$')
      if woken == '' then woken = ARGV[3] end
      states[#states + 1] = subject
      states[#states + 1] = string.format('%.0f', math.max(rev + 1, micros)) .. woken .. ' ' .. state
      dues[#dues + 1] = ARGV[1]
      dues[#dues + 1] = subject
    end
  end
  if #states > 0 then
    call('HSET', KEYS[1], unpack(states))
    call('ZADD', KEYS[2], 'LT', unpack(dues))
    call('INCR', KEYS[3])
  end
end
return 1
