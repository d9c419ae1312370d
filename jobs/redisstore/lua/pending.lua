-- What a shard has waiting.
-- KEYS due wake notices out   ARGV now
return {
  #redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ARGV[1], 'LIMIT', 0, 1),
  redis.call('EXISTS', KEYS[2]),
  redis.call('XLEN', KEYS[3]),
  redis.call('XLEN', KEYS[4]),
}
