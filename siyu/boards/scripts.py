"""The Lua scripts that keep and read a board's copy in Redis; each runs alone, so nobody sees half a change.

A window's copy is three keys: `rank` (sorted set), `seen` (hash: member id → 8 bytes of time, then the version) and
`ready` (hash: the board's epoch when it was built, the sizes of the other two, the revision). It is valid while its
epoch is the board's and the sizes agree; anything else is cold, whatever flushed, evicted or brought back a key.
A board's `meta` (hash) holds the epoch, the run id of the Redis that began it, the last projection and a counter.
"""

VALID = """
local function valid(meta, ready, rank, seen)
    local epoch = redis.call('HGET', meta, 'epoch')
    local kept = redis.call('HMGET', ready, 'epoch', 'ranked', 'known')
    return epoch and kept[1] == epoch
        and tonumber(kept[2]) == redis.call('ZCARD', rank)
        and tonumber(kept[3]) == redis.call('HLEN', seen)
end
local function stamp(meta, ready, rank, seen)
    redis.call('HSET', ready, 'ranked', redis.call('ZCARD', rank), 'known', redis.call('HLEN', seen),
        'revision', redis.call('HINCRBY', meta, 'revision', 1))
end
"""

# KEYS meta; ARGV a fresh token. Answers the epoch. A Redis that restarted may have lost its last writes, so a copy
# from before is not trusted: the run id tells, on the very node that holds the board.
OPEN_BOARD = """
local run = string.match(redis.call('INFO', 'server'), 'run_id:(%x+)')
if redis.call('HGET', KEYS[1], 'run') ~= run then
    redis.call('UNLINK', KEYS[1])
    redis.call('HSET', KEYS[1], 'run', run, 'epoch', ARGV[1])
end
return redis.call('HGET', KEYS[1], 'epoch')
"""

# KEYS meta, then ready, rank, seen of each window. Answers 1 for each window that has a valid copy, else 0.
WARM_WINDOWS = (
    VALID
    + """
local warm = {}
for i = 2, #KEYS, 3 do
    warm[#warm + 1] = valid(KEYS[1], KEYS[i], KEYS[i + 1], KEYS[i + 2]) and 1 or 0
end
return warm
"""
)

# KEYS meta, ready, rank, seen; ARGV member, time, version, score of each entry, no member twice. Answers how many were
# newer. One command for all entries of a kind: a call from Lua costs more than what it does to one entry.
# Until the pass is closed the board holds a part of its changes: `drained` says so.
APPLY = (
    VALID
    + """
if not valid(unpack(KEYS)) then return 0 end
local meta, ready, rank, seen = unpack(KEYS)
local members, outdated, ranked, known = {}, {}, {}, {}
for i = 1, #ARGV, 4 do members[#members + 1] = ARGV[i] end
for n, old in ipairs(redis.call('HMGET', seen, unpack(members))) do
    local member, time, version, score = unpack(ARGV, n * 4 - 3, n * 4)
    if not old or tonumber(string.sub(old, 9)) < tonumber(version) then
        if old then outdated[#outdated + 1] = string.sub(old, 1, 8) .. member end
        if tonumber(score) > 0 then
            ranked[#ranked + 1] = score
            ranked[#ranked + 1] = time .. member
        end
        known[#known + 1] = member
        known[#known + 1] = time .. version
    end
end
local applied = #known / 2
if #outdated > 0 then redis.call('ZREM', rank, unpack(outdated)) end
if #ranked > 0 then redis.call('ZADD', rank, unpack(ranked)) end
if applied > 0 then
    redis.call('HSET', seen, unpack(known))
    stamp(meta, ready, rank, seen)
    redis.call('HSET', meta, 'drained', 0)
    local expires_at = redis.call('PEXPIRETIME', ready)
    if expires_at > 0 then
        redis.call('PEXPIREAT', rank, expires_at)
        redis.call('PEXPIREAT', seen, expires_at)
    end
end
return applied
"""
)

# KEYS meta; ARGV epoch, microseconds or nothing, drained (0 or 1). Nothing when the board began anew in the meantime.
MARK_PROJECTED = """
if redis.call('HGET', KEYS[1], 'epoch') == ARGV[1] then
    redis.call('HSET', KEYS[1], 'drained', ARGV[3])
    if ARGV[2] ~= '' then
        redis.call('HSET', KEYS[1], 'as_of', ARGV[2])
    end
end
"""

# KEYS meta, ready, rank, seen, cold, built rank, built seen; ARGV epoch, window, lifetime in ms (0: for ever), sizes of
# the two that were built. Answers 1, or 0 when Redis lost a part of them and there is nothing to publish.
PUBLISH = (
    VALID
    + """
local meta, ready, rank, seen, cold, built_rank, built_seen = unpack(KEYS)
if redis.call('HGET', meta, 'epoch') ~= ARGV[1]
    or redis.call('ZCARD', built_rank) ~= tonumber(ARGV[4])
    or redis.call('HLEN', built_seen) ~= tonumber(ARGV[5]) then return 0 end
redis.call('UNLINK', ready, rank, seen)
if redis.call('EXISTS', built_rank) == 1 then redis.call('RENAME', built_rank, rank) end
if redis.call('EXISTS', built_seen) == 1 then redis.call('RENAME', built_seen, seen) end
redis.call('HSET', ready, 'epoch', ARGV[1])
stamp(meta, ready, rank, seen)
local now = redis.call('TIME')
local expires_at = now[1] * 1000 + math.floor(now[2] / 1000) + ARGV[3]
for _, key in ipairs({ready, rank, seen}) do
    if ARGV[3] == '0' then redis.call('PERSIST', key) else redis.call('PEXPIREAT', key, expires_at) end
end
redis.call('SREM', cold, ARGV[2])
return 1
"""
)

# KEYS meta, ready, rank, seen, cold; ARGV window, bound of the cold set, then four for each stretch of lines that is
# read: nothing, offset, number of lines and the revision that the reader knows them of; or a member, nothing, how many
# lines on both sides and nothing. All are of one moment; of lines that the reader knows nothing is sent. A cold window
# is answered by nothing, after asking the projector for it.
READ = (
    VALID
    + """
local meta, ready, rank, seen, cold = unpack(KEYS)
if not valid(meta, ready, rank, seen) then
    if redis.call('SCARD', cold) < tonumber(ARGV[2]) then redis.call('SADD', cold, ARGV[1]) end
    return false
end
local header = redis.call('HMGET', meta, 'as_of', 'drained', 'epoch')
if not header[1] then return false end
local function around(member, radius)
    local known = redis.call('HGET', seen, member)
    local place = known and redis.call('ZREVRANK', rank, string.sub(known, 1, 8) .. member)
    if not place then return 0, -1 end
    return math.max(0, place - radius), place + radius
end
local revision = redis.call('HGET', ready, 'revision')
local answer = {header[1], header[2], header[3], revision, redis.call('ZCARD', rank)}
for i = 3, #ARGV, 4 do
    local first, last = tonumber(ARGV[i + 1]), 0
    if ARGV[i] == '' then
        last = first + ARGV[i + 2] - 1
    else
        first, last = around(ARGV[i], ARGV[i + 2])
    end
    local known = ARGV[i + 3] == header[3] .. '.' .. revision
    local lines = not known and (first <= last and redis.call('ZREVRANGE', rank, first, last, 'WITHSCORES') or {})
    answer[#answer + 1] = {first, lines}
end
return answer
"""
)
