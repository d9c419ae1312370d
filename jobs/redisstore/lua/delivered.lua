-- Notes the results of deliveries: moves a destination's cursor, sets actions aside or strikes them out, and drops
-- the entries that all destinations have had. Renews the lease, or gives it back.
-- KEYS lease out cursor aside runs
-- ARGV holder lease_ms ('0' gives it back), destination, from, to ('' leaves the cursor),
--      number of actions set aside, number of them no longer aside,
--      name of the work, the run or '', then seq and value of each, seq of each, all…
-- Gives 0, and does nothing, when another holds the lease, or another run has had it since, or has moved the cursor elsewhere.
local call = redis.call
local holder = call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return 0 end
if ARGV[9] ~= '' and (call('HGET', KEYS[5], ARGV[8]) or ARGV[9]) ~= ARGV[9] then return 0 end
local name, from, to = ARGV[3], ARGV[4], ARGV[5]
local cursor = call('HGET', KEYS[3], name) or '0-0'
if to ~= '' and cursor ~= from and cursor ~= to then return 0 end
if ARGV[2] == '0' then
  call('DEL', KEYS[1])
else
  call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
end
local i = 10
for _ = 1, tonumber(ARGV[6]) do
  call('HSET', KEYS[4], ARGV[i], ARGV[i + 1])
  i = i + 2
end
for _ = 1, tonumber(ARGV[7]) do
  call('HDEL', KEYS[4], ARGV[i])
  i = i + 1
end
if to == '' then return 1 end
call('HSET', KEYS[3], name, to)
local ms, seq
for n = i, #ARGV do
  cursor = call('HGET', KEYS[3], ARGV[n])
  if not cursor then return 1 end
  local m, s = string.match(cursor, '^(%d+)-(%d+)$')
  m, s = tonumber(m), tonumber(s)
  if not ms or m < ms or (m == ms and s < seq) then ms, seq = m, s end
end
if ms then call('XTRIM', KEYS[2], 'MINID', string.format('%.0f-%.0f', ms, seq + 1)) end
return 1
