-- Takes subjects without a record out of the timetable: others may be
-- due behind them.
-- KEYS def state due dues   ARGV subject, '1' when it needs a definition, …
local forgot = 0
for i = 1, #ARGV, 2 do
  local subject = ARGV[i]
  local state = redis.call('HGET', KEYS[2], subject)
  if not state or not string.find(state, '^%d+!? ') or (ARGV[i + 1] == '1' and redis.call('HEXISTS', KEYS[1], subject) == 0) then
    forgot = forgot + redis.call('ZREM', KEYS[3], subject)
  end
end
if forgot > 0 then redis.call('INCR', KEYS[4]) end
return 1
