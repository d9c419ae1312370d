-- Takes the lease of a shard and gives the subjects that are due.
-- KEYS lease due def state   ARGV holder lease_ms now limit
-- Gives false when another holds the lease, else {subject, due, definition, state, …}.
local call, chunk = redis.call, 500 -- unpack has a limit of some thousand
local holder = call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return false end
local out, n, due = {}, 0, nil
repeat
  due = call('ZRANGEBYSCORE', KEYS[2], '-inf', ARGV[3], 'WITHSCORES', 'LIMIT', 0, ARGV[4])
  for first = 1, #due / 2, chunk do
    local subjects, last = {}, math.min(first + chunk - 1, #due / 2)
    for i = first, last do subjects[i - first + 1] = due[2 * i - 1] end
    local defs = call('HMGET', KEYS[3], unpack(subjects))
    local states = call('HMGET', KEYS[4], unpack(subjects))
    for i, subject in ipairs(subjects) do
      if defs[i] and states[i] then
        out[n + 1], out[n + 2], out[n + 3], out[n + 4] = subject, due[2 * (first + i - 1)], defs[i], states[i]
        n = n + 4
      else
        call('ZREM', KEYS[2], subject) -- there is no such subject: others may be due behind it
      end
    end
  end
until n > 0 or #due == 0
if n > 0 then
  call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
elseif holder then
  call('DEL', KEYS[1])
end
return out
