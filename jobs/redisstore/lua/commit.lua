-- Writes decisions with their due times and actions; all of one decision or nothing. Publishes the subjects whose states were written.
-- KEYS state due out notices wake wishes recent heard chatting waits waiting dues runs serves…
-- ARGV for how many seconds the set of heard events is kept, the run of the sweep that decided or '', then per decision, of distinct subjects:
--      subject, token before ('' when there must be none),
--      value after ('' leaves it, '-' removes it, without a space it is the new revision of the old state), due or '',
--      index of its serves key in KEYS or 0 (below 0: to stir them, and not to wake them), number of actions, number of events heard, '1' to tell of it,
--      '+' for a visitor who chats from now on, '-' for one who no longer does ('' leaves it), when it was decided in ms,
--      how many messages wait for a visitor ('' leaves it), then per action:
--      body, and its destinations, '' for all, a JSON list of shares, '@' for a notice, or '-' for none, behind '@@' for one that is a notice, too; then per event: its member of heard
-- Gives the subjects whose token had changed: their decisions are not written. None is, when another sweep has claimed the shard since.
local call, sub, find, chunk = redis.call, string.sub, string.find, 500 -- unpack has a limit of some thousand
local most, shown = 10, 86400 -- actions kept to be shown: of one commit, and of a shard; and for how many seconds
local lost, served, acted, i, last = {}, {}, {}, 3, #ARGV
local late = ARGV[2] ~= '' and (call('HGET', KEYS[13], 'sweep') or ARGV[2]) ~= ARGV[2]
while i <= last do
  local subjects, at, n = {}, {}, 0
  while i <= last and n < chunk do
    n = n + 1
    subjects[n], at[n] = ARGV[i], i
    i = i + 11 + 2 * ARGV[i + 5] + ARGV[i + 6]
  end
  local now = call('HMGET', KEYS[1], unpack(subjects))
  local states, dues, done, gone, changed, heard, chat, quiet, more, s, d = {}, {}, {}, {}, {}, {}, {}, {}, {}, 0, 0
  for k = 1, n do
    local subject, a, before = subjects[k], at[k], now[k]
    local token, after, due, serves = ARGV[a + 1], ARGV[a + 2], ARGV[a + 3], ARGV[a + 4]
    if late or (token == '' and before) or (token ~= '' and (not before or sub(before, 1, #token) ~= token)) then
      lost[#lost + 1] = subject
    else
      if after == '-' then
        gone[#gone + 1] = subject
      elseif after ~= '' then
        if not find(after, ' ', 1, true) then after = after .. sub(before, #token) end
        states[s + 1], states[s + 2] = subject, after
        s = s + 2
      end
      if after ~= '' and ARGV[a + 7] == '1' then changed[#changed + 1] = subject end
      if due ~= '' and after ~= '-' then
        dues[d + 1], dues[d + 2] = due, subject
        d = d + 2
      else
        done[#done + 1] = subject
      end
      if ARGV[a + 8] == '+' then
        chat[#chat + 1], chat[#chat + 2] = 0, sub(subject, 9) -- after 'visitor/'
      elseif ARGV[a + 8] == '-' then
        quiet[#quiet + 1] = sub(subject, 9)
      end
      local waits, who = ARGV[a + 10], sub(subject, 9)
      if waits ~= '' then
        local property, was = string.match(who, '^[^/]*'), call('ZSCORE', KEYS[10], who) or 0
        more[property] = (more[property] or 0) + waits - was
        if waits == '0' then call('ZREM', KEYS[10], who) else call('ZADD', KEYS[10], waits, who) end
      end
      if serves ~= '0' then served[#served + 1] = tonumber(serves) end
      local first = a + 11 + 2 * ARGV[a + 5] -- of the events
      for b = first, first - 1 + ARGV[a + 6] do heard[#heard + 1] = ARGV[b] end
      for b = a + 11, first - 2, 2 do
        local to = ARGV[b + 1]
        if to == '@' then
          call('XADD', KEYS[4], '*', 'a', ARGV[b], 't', ARGV[a + 9])
          to = '-'
        elseif sub(to, 1, 2) == '@@' then
          call('XADD', KEYS[4], '*', 'a', ARGV[b], 't', ARGV[a + 9], 'push', '1')
          to = sub(to, 3)
        end
        if to == '' then
          call('XADD', KEYS[3], '*', 'a', ARGV[b], 't', ARGV[a + 9])
        elseif sub(to, 1, 1) == '[' then
          call('XADD', KEYS[3], '*', 'a', ARGV[b], 'for', to, 't', ARGV[a + 9])
        elseif to ~= '-' then
          call('XADD', KEYS[3], '*', 'a', ARGV[b], 'to', to, 't', ARGV[a + 9])
        end
        acted[#acted + 1] = {ARGV[b], ARGV[a + 9]}
      end
    end
  end
  if s > 0 then call('HSET', KEYS[1], unpack(states)) end
  if #changed > 0 then call('PUBLISH', 'deskbell:changed', table.concat(changed, '\n')) end
  if #gone > 0 then call('HDEL', KEYS[1], unpack(gone)) end
  for b = 1, #heard, chunk do call('SADD', KEYS[8], unpack(heard, b, math.min(b + chunk - 1, #heard))) end
  if #heard > 0 and call('TTL', KEYS[8]) < 0 then call('EXPIRE', KEYS[8], ARGV[1]) end
  if #chat > 0 then call('ZADD', KEYS[9], unpack(chat)) end
  if #quiet > 0 then call('ZREM', KEYS[9], unpack(quiet)) end
  for property, n in pairs(more) do
    if n ~= 0 and call('HINCRBY', KEYS[11], property, n) <= 0 then call('HDEL', KEYS[11], property) end
  end
  if d > 0 then call('ZADD', KEYS[2], unpack(dues)) end
  if #done > 0 then call('ZREM', KEYS[2], unpack(done)) end
  if d + #done > 0 then call('INCR', KEYS[12]) end
end
if #served > 0 then
  local wish
  for _, serves in ipairs(served) do
    local members, sign = call('SMEMBERS', KEYS[math.abs(serves)]), serves < 0 and '~' or ''
    if #members > 0 then wish = wish or call('INCR', KEYS[6]) end
    for first = 1, #members, chunk do
      local marks = {}
      for m = first, math.min(first + chunk - 1, #members) do
        marks[#marks + 1] = wish
        marks[#marks + 1] = sign .. members[m]
      end
      call('ZADD', KEYS[5], unpack(marks))
    end
  end
end
for a = math.max(1, #acted - most + 1), #acted do
  call('XADD', KEYS[7], 'MAXLEN', most, '*', 'a', acted[a][1], 't', acted[a][2])
end
if #acted > 0 then
  call('XTRIM', KEYS[7], 'MINID', string.format('%.0f', (call('TIME')[1] - shown) * 1000))
  call('EXPIRE', KEYS[7], shown)
end
return lost
