-- Gives the number of the beginning of a destination that an edit of destinations will bring about: of one that is new, or of the
-- default one when the last is removed. It is above all before.
-- KEYS destinations begun   ARGV name, body before or '', '1' when it is to be removed, name of the default one
-- Gives {destination, number}; {'', 0} when none begins, and false when the stored one is not the one before.
local call = redis.call
if (call('HGET', KEYS[1], ARGV[1]) or '') ~= ARGV[2] then return false end
local begins = ''
if ARGV[3] ~= '1' and ARGV[2] == '' then
  begins = ARGV[1]
elseif ARGV[3] == '1' and ARGV[2] ~= '' and call('HLEN', KEYS[1]) == 1 then
  begins = ARGV[4]
end
if begins == '' then return {'', 0} end
return {begins, call('HINCRBY', KEYS[2], begins, 1)}
