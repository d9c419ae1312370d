-- Acquires the lease of a shard and gives the subjects that are due, as {subject, due, …}: as many as fit into some bytes of
-- definitions and states, and at least one.
-- If there are none, it gives the lease back; in the same step, so that no subject that is
-- woken at that moment is missed.
-- KEYS lease due def state runs   ARGV holder lease_ms now limit bytes, and the run, or ''
-- Gives false when another holds the lease.
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return false end
local due = redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', ARGV[3], 'WITHSCORES', 'LIMIT', 0, ARGV[4])
if #due > 0 then
  redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
  if ARGV[6] ~= '' then redis.call('HSET', KEYS[5], 'sweep', ARGV[6]) end
elseif holder then
  redis.call('DEL', KEYS[1])
end
local bytes, fit = tonumber(ARGV[5]), {}
for i = 1, #due, 2 do
  bytes = bytes - redis.call('HSTRLEN', KEYS[3], due[i]) - redis.call('HSTRLEN', KEYS[4], due[i])
  if bytes < 0 and i > 1 then break end
  fit[i], fit[i + 1] = due[i], due[i + 1]
end
return fit
