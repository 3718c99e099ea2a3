/**
 * What Redis does as one step, in Lua. Every key begins with the prefix and has a time to live, so that what
 * a killed node leaves goes by itself:
 *
 *   room:<token>, rejoin:<id>     a meeting, as JSON                     until it is over, and a minute
 *   place:<socket>                the key of the meeting it is in        as its meeting
 *   slot:<slot>                   the key of the room to join            as its room
 *   slots:<digits>                sorted set: slot → free again          two lifetimes of a room
 *   due:rooms, :pairs, :waits     sorted set: meeting → when it is over  two lifetimes of a room
 *   door:<id>, knocks:<id>        a door's token and socket; who waits   eleven minutes; a minute
 *   present:<id>                  the socket of a page that can be rung  twenty minutes
 *   nodes                         sorted set: node → its last beat       two lifetimes of a room
 *   sockets:<node>                set: its sockets that have a place     two lifetimes of a room
 *   stream                        what nodes hand to one another         an entry a minute, all of it two
 *   limit:<attempt>:<address>     counter                                the limit's window
 *   failures, alarm               the newest failed joins; a flag        a minute; ten minutes
 *
 * A socket's name begins with its node's and a dot. Times are the calling node's, in Unix milliseconds; times
 * to live are Redis's own, counted from then. Keys are made up inside the scripts, so one Redis holds all
 * (with replicas, but no Redis Cluster).
 */
import { Script } from './redis-link.ts';

/** ARGV: prefix, random, first digits, last digits, now, rests until, time to live → slot or ''. */
export const CLAIM_SLOT = new Script(`
  for digits = tonumber(ARGV[3]), tonumber(ARGV[4]) do
    local key = ARGV[1] .. 'slots:' .. digits
    redis.call('ZREMRANGEBYSCORE', key, '-inf', ARGV[5])
    local first = 10 ^ (digits - 1)
    local size = 9 * first
    if redis.call('ZCARD', key) * 2 < size then
      local offset = math.floor(tonumber(ARGV[2]) * size) % size
      local slot = string.format('%d', first + offset)
      while redis.call('ZSCORE', key, slot) do
        offset = (offset + 1) % size
        slot = string.format('%d', first + offset)
      end
      redis.call('ZADD', key, ARGV[6], slot)
      redis.call('PEXPIRE', key, ARGV[7])
      return slot
    end
  end
  return ''
`);

/**
 * ARGV: prefix, socket, slot, key → key and JSON of the socket's meeting and of the one that is asked for, by
 * slot or by key ('' where there is none), and how many meetings there are.
 */
export const READ = new Script(`
  local p = ARGV[1]
  local function get(key) return redis.call('GET', p .. key) or '' end
  local own = ARGV[2] ~= '' and get('place:' .. ARGV[2]) or ''
  local target = ARGV[4]
  if ARGV[3] ~= '' then target = get('slot:' .. ARGV[3]) end
  local many = 0
  for _, phase in ipairs({'rooms', 'pairs', 'waits'}) do
    many = many + redis.call('ZCARD', p .. 'due:' .. phase)
  end
  return {own, own ~= '' and get(own) or '', target, target ~= '' and get(target) or '', many}
`);

/**
 * ARGV: prefix, JSON of a list of changes, time to live of the sorted sets. Nothing is written when a meeting
 * is not what it was when it was read → 1 or 0.
 */
export const COMMIT = new Script(`
  local p = ARGV[1]
  local changes = cjson.decode(ARGV[2])
  for _, change in ipairs(changes) do
    if (redis.call('GET', p .. change.key) or '') ~= change.before then return 0 end
  end
  for _, change in ipairs(changes) do
    local key = change.key
    for _, phase in ipairs({'rooms', 'pairs', 'waits'}) do
      local due = p .. 'due:' .. phase
      if phase == change.phase then
        redis.call('ZADD', due, change.due, key)
        redis.call('PEXPIRE', due, ARGV[3])
      else
        redis.call('ZREM', due, key)
      end
    end
    if change.after == '' then
      redis.call('DEL', p .. key)
    else
      redis.call('SET', p .. key, change.after, 'PX', change.ttl)
    end
    for _, socket in ipairs(change.left) do
      local place = p .. 'place:' .. socket
      if redis.call('GET', place) == key then
        redis.call('DEL', place)
        redis.call('SREM', p .. 'sockets:' .. string.match(socket, '^[^.]*'), socket)
      end
    end
    for _, socket in ipairs(change.sockets) do
      local sockets = p .. 'sockets:' .. string.match(socket, '^[^.]*')
      redis.call('SET', p .. 'place:' .. socket, key, 'PX', change.ttl)
      redis.call('SADD', sockets, socket)
      redis.call('PEXPIRE', sockets, ARGV[3])
    end
    if change.closed then
      local slots = p .. 'slots:' .. #change.closed
      redis.call('DEL', p .. 'slot:' .. change.closed)
      redis.call('ZADD', slots, change.rests, change.closed)
      redis.call('PEXPIRE', slots, ARGV[3])
    end
    if change.slot then redis.call('SET', p .. 'slot:' .. change.slot, key, 'PX', change.ttl) end
  end
  return 1
`);

/**
 * ARGV: prefix, node, count, time to live, how long the stream keeps an entry → 1 when the node was not
 * known, then every node and its count. A node that lives counts on, so that others see that it does,
 * whatever their clocks say.
 */
export const BEAT = new Script(`
  local new = redis.call('ZADD', ARGV[1] .. 'nodes', ARGV[3], ARGV[2])
  redis.call('PEXPIRE', ARGV[1] .. 'nodes', ARGV[4])
  local time = redis.call('TIME')
  local stream = ARGV[1] .. 'stream'
  redis.call('XTRIM', stream, 'MINID', time[1] * 1000 + math.floor(time[2] / 1000) - ARGV[5])
  redis.call('PEXPIRE', stream, 2 * ARGV[5])
  redis.call('PEXPIRE', ARGV[1] .. 'sockets:' .. ARGV[2], ARGV[4])
  return {new, redis.call('ZRANGE', ARGV[1] .. 'nodes', 0, -1, 'WITHSCORES')}
`);

/** ARGV: prefix, node → the sockets of a node that is dead; of several that ask, one is given them. */
export const BURY = new Script(`
  if redis.call('ZREM', ARGV[1] .. 'nodes', ARGV[2]) == 0 then return {} end
  local sockets = redis.call('SMEMBERS', ARGV[1] .. 'sockets:' .. ARGV[2])
  redis.call('DEL', ARGV[1] .. 'sockets:' .. ARGV[2])
  return sockets
`);

/** ARGV: prefix, now, how many at most → keys of meetings that are due. */
export const DUE = new Script(`
  local keys = {}
  for _, phase in ipairs({'rooms', 'pairs', 'waits'}) do
    local due = redis.call('ZRANGEBYSCORE', ARGV[1] .. 'due:' .. phase, '-inf', ARGV[2], 'LIMIT', 0, ARGV[3])
    for _, key in ipairs(due) do keys[#keys + 1] = key end
  end
  return keys
`);

/** ARGV: prefix → rooms, pairs, waits. */
export const COUNT = new Script(`
  local counts = {}
  for i, phase in ipairs({'rooms', 'pairs', 'waits'}) do
    counts[i] = redis.call('ZCARD', ARGV[1] .. 'due:' .. phase)
  end
  return counts
`);

/** ARGV: prefix, id, token, socket, time to live → who knocked lately; nothing when it is another's. */
export const OPEN_DOOR = new Script(`
  local door = ARGV[1] .. 'door:' .. ARGV[2]
  local token = redis.call('HGET', door, 'token')
  if token and token ~= ARGV[3] then return false end
  redis.call('HSET', door, 'token', ARGV[3], 'socket', ARGV[4])
  redis.call('PEXPIRE', door, ARGV[5])
  return redis.call('LRANGE', ARGV[1] .. 'knocks:' .. ARGV[2], 0, -1)
`);

/** ARGV: prefix, id, token. */
export const CLOSE_DOOR = new Script(`
  local door = ARGV[1] .. 'door:' .. ARGV[2]
  if redis.call('HGET', door, 'token') ~= ARGV[3] then return 0 end
  if redis.call('HGET', door, 'socket') ~= ARGV[4] then return 0 end
  return redis.call('DEL', door, ARGV[1] .. 'knocks:' .. ARGV[2])
`);

/** ARGV: prefix, id, knock, how many at most, time to live → the host's socket, or ''. */
export const KNOCK = new Script(`
  local socket = redis.call('HGET', ARGV[1] .. 'door:' .. ARGV[2], 'socket')
  if not socket then return '' end
  local knocks = ARGV[1] .. 'knocks:' .. ARGV[2]
  redis.call('RPUSH', knocks, ARGV[3])
  redis.call('LTRIM', knocks, -tonumber(ARGV[4]), -1)
  redis.call('PEXPIRE', knocks, ARGV[5])
  return socket
`);

/** ARGV: prefix, socket, time to live, how many ids it had, pages at an id, these, then those it has now. */
export const ANNOUNCE = new Script(`
  local old = tonumber(ARGV[4])
  for i = 6, #ARGV do
    local key = ARGV[1] .. 'pages:' .. ARGV[i]
    redis.call('LREM', key, 0, ARGV[2])
    if i > 5 + old then
      redis.call('RPUSH', key, ARGV[2])
      redis.call('LTRIM', key, -tonumber(ARGV[5]), -1)
      redis.call('PEXPIRE', key, ARGV[3])
    end
  end
  return 1
`);

/** ARGV: prefix, then ids → the place in the list of the first at which a page is, and its socket. */
export const FIND_PRESENT = new Script(`
  for i = 2, #ARGV do
    local socket = redis.call('LINDEX', ARGV[1] .. 'pages:' .. ARGV[i], -1)
    if socket then return {i - 2, socket} end
  end
  return {}
`);

/** ARGV: prefix, socket → 1 or 0. */
export const HAS_PLACE = new Script(`return redis.call('EXISTS', ARGV[1] .. 'place:' .. ARGV[2])`);

/** ARGV: prefix, window, then key and points of each limit → 1 when none is exceeded with this attempt. */
export const COUNT_ATTEMPT = new Script(`
  local allowed = 1
  for i = 3, #ARGV, 2 do
    local key = ARGV[1] .. 'limit:' .. ARGV[i]
    local count = redis.call('INCR', key)
    if count == 1 then redis.call('PEXPIRE', key, ARGV[2]) end
    if count > tonumber(ARGV[i + 1]) then allowed = 0 end
  end
  return allowed
`);

/** ARGV: prefix, then key and points of each limit → 1 when none is used up. */
export const MAY_ATTEMPT = new Script(`
  for i = 2, #ARGV, 2 do
    local count = tonumber(redis.call('GET', ARGV[1] .. 'limit:' .. ARGV[i]) or '0')
    if count >= tonumber(ARGV[i + 1]) then return 0 end
  end
  return 1
`);

/** ARGV: prefix, now, window, failures that raise the alarm, how long it stays → 1 when it goes up. */
export const FAIL = new Script(`
  local failures = ARGV[1] .. 'failures'
  local many = tonumber(ARGV[4])
  redis.call('LPUSH', failures, ARGV[2])
  redis.call('LTRIM', failures, 0, many - 1)
  redis.call('PEXPIRE', failures, ARGV[3])
  if redis.call('LLEN', failures) < many then return 0 end
  if tonumber(redis.call('LINDEX', failures, -1)) <= tonumber(ARGV[2]) - tonumber(ARGV[3]) then return 0 end
  local up = redis.call('EXISTS', ARGV[1] .. 'alarm')
  redis.call('SET', ARGV[1] .. 'alarm', '1', 'PX', ARGV[5])
  return 1 - up
`);

/** ARGV: prefix → for how many milliseconds the alarm stays; not above 0 without one. */
export const ALARM = new Script(`return redis.call('PTTL', ARGV[1] .. 'alarm')`);
