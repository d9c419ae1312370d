-- Writes decisions with their due times and actions; all of one decision or nothing.
-- KEYS state due out wake serves…
-- ARGV per decision: subject, token before, new value or '', due or '',
--      index of its serves key in KEYS or 0, number of actions, then per action: body, destinations or ''
-- Gives the subjects whose token had changed: their decisions are not written.
local subjects, at = {}, {}
local i = 1
while i <= #ARGV do
  subjects[#subjects + 1] = ARGV[i]
  at[#at + 1] = i
  i = i + 6 + 2 * tonumber(ARGV[i + 5])
end
local now = redis.call('HMGET', KEYS[1], unpack(subjects))
local states, dues, done, lost = {}, {}, {}, {}
for n, subject in ipairs(subjects) do
  local a = at[n]
  local token = ARGV[a + 1] .. ' '
  if not now[n] or string.sub(now[n], 1, #token) ~= token then
    lost[#lost + 1] = subject
  else
    if ARGV[a + 2] ~= '' then
      states[#states + 1] = subject
      states[#states + 1] = ARGV[a + 2]
    end
    if ARGV[a + 3] ~= '' then
      dues[#dues + 1] = ARGV[a + 3]
      dues[#dues + 1] = subject
    else
      done[#done + 1] = subject
    end
    local serves = tonumber(ARGV[a + 4])
    if serves > 0 then redis.call('ZUNIONSTORE', KEYS[4], 2, KEYS[4], KEYS[serves]) end
    for k = 1, tonumber(ARGV[a + 5]) do
      local body, to = ARGV[a + 4 + 2 * k], ARGV[a + 5 + 2 * k]
      if to == '' then
        redis.call('XADD', KEYS[3], '*', 'a', body)
      else
        redis.call('XADD', KEYS[3], '*', 'a', body, 'to', to)
      end
    end
  end
end
if #states > 0 then redis.call('HSET', KEYS[1], unpack(states)) end
if #dues > 0 then redis.call('ZADD', KEYS[2], unpack(dues)) end
if #done > 0 then redis.call('ZREM', KEYS[2], unpack(done)) end
return lost
