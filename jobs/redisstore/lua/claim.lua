-- Takes the lease of a shard and gives the subjects that are due.
-- KEYS lease due def state   ARGV holder lease_ms now limit
-- Gives false when another holds the lease, else {subject, due, definition, state, …}.
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return false end
local due = redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', ARGV[3], 'WITHSCORES', 'LIMIT', 0, ARGV[4])
if #due == 0 then
  if holder then redis.call('DEL', KEYS[1]) end
  return {}
end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
local subjects, out = {}, {}
for i = 1, #due, 2 do subjects[#subjects + 1] = due[i] end
local defs = redis.call('HMGET', KEYS[3], unpack(subjects))
local states = redis.call('HMGET', KEYS[4], unpack(subjects))
for i = 1, #subjects do
  if states[i] then
    out[#out + 1] = subjects[i]
    out[#out + 1] = due[2 * i]
    out[#out + 1] = defs[i]
    out[#out + 1] = states[i]
  else
    redis.call('ZREM', KEYS[2], subjects[i]) -- removed while it was due
  end
end
return out
