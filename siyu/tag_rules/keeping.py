"""The worker's side of tag rules: after every count of a member's features, and of all members once a day."""

import asyncio
from collections.abc import Collection, Sequence
from functools import partial
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg

from siyu.clock import Clock
from siyu.db import Connection, Pool
from siyu.features.queries import feature_rows
from siyu.loops import DATABASE_OUTAGES, repeat
from siyu.members import lock_members, write_tags
from siyu.members.persons import PRESENT
from siyu.members.tags import TagChange, TagFamily
from siyu.rules import BadRule, Rule, RuleClock, SqlWriter, compile_rule
from siyu.sdk.audience import LABELS_MAX

# Members of one step: it takes well under a second even where all of them change.
MEMBERS_A_STEP = 5_000
# ASCII "siyu", then a number, as the lock of the features: who changes tags by rules does it alone.
TAG_RULES_LOCK = 0x73697975_00000003

TRY_LOCK = "SELECT pg_try_advisory_xact_lock($1)"
LOCK = "SELECT pg_advisory_xact_lock($1)"
# Every statement is planned for its values, as segments' are.
PLAN = "SELECT set_config('plan_cache_mode', 'force_custom_plan', true), set_config('jit', 'off', true)"
RULES = "SELECT id, tag, rule FROM tag_rule WHERE NOT is_deleted ORDER BY tag"
HAD = "SELECT member_id, tag FROM member_tag WHERE member_id = ANY($1::uuid[]) AND family = 'rule'"
NEXT = """
SELECT id, tag, rule, is_deleted, coalesce(scanned_to, '00000000-0000-0000-0000-000000000000') AS after FROM tag_rule
WHERE settled_on IS NULL OR settled_on < $1 ORDER BY settled_on NULLS FIRST, tag LIMIT 1 FOR UPDATE
"""
STRETCH = "SELECT max(id::text)::uuid, count(*) FROM (SELECT id FROM member WHERE id > $1 ORDER BY id LIMIT $2) AS next"
# Whom the rule means and who have its tag, of a stretch of members: those in one alone are what changes.
DIFFERENT = """
SELECT coalesce(meant.id, had.member_id), meant.id IS NOT NULL
FROM (
    SELECT m.id FROM member AS m JOIN member_feature AS f ON f.member_id = m.id
    WHERE m.id > {after} AND m.id <= {until} AND {present} AND {condition}
) AS meant
FULL JOIN (
    SELECT member_id FROM member_tag
    WHERE member_id > {after} AND member_id <= {until} AND tag = {tag} AND family = 'rule'
) AS had ON had.member_id = meant.id
WHERE meant.id IS NULL OR had.member_id IS NULL
"""
HERE = f"SELECT m.id FROM member AS m WHERE m.id = ANY($1::uuid[]) AND {PRESENT}"
FULL = "SELECT id FROM member WHERE id = ANY($1::uuid[]) AND cardinality(tags) >= $2"
REACHED = "UPDATE tag_rule SET scanned_to = $2 WHERE id = $1"
SETTLED = "UPDATE tag_rule SET scanned_to = NULL, settled_on = $2 WHERE id = $1"
GONE = "DELETE FROM tag_rule WHERE id = $1"


class _Ruled(NamedTuple):
    """A tag and the rule that gives it; None for one that asks what siyu no longer knows."""

    id: UUID
    tag: str
    rule: Rule | None


async def run_tag_rules(pool: Pool, zone: ZoneInfo, clock: Clock, stop: asyncio.Event) -> None:
    """Ask all members about new rules, and each day about all, until `stop` is set; in any number of processes."""
    await repeat("tag rules", partial(settle_some, pool, zone, clock), DATABASE_OUTAGES, stop)


async def settle_some(pool: Pool, zone: ZoneInfo, clock: Clock) -> bool:
    """Ask the next members about one rule; False if more is waiting for this process."""
    async with pool.acquire() as connection, connection.transaction():
        if not await connection.fetchval(TRY_LOCK, TAG_RULES_LOCK):
            return True
        return await _settle(connection, RuleClock(clock(), zone))


async def settle_everything(pool: Pool, clock: RuleClock) -> None:
    """Ask all members about every rule for the clock's day, waiting for another process's step."""
    is_done = False
    while not is_done:
        async with pool.acquire() as connection, connection.transaction():
            await connection.execute(LOCK, TAG_RULES_LOCK)
            is_done = await _settle(connection, clock)


async def follow_features(connection: Connection, member_ids: Collection[UUID], clock: RuleClock) -> None:
    """Give and take tags of members whose features were just counted; a follower of `siyu.features`."""
    if not await connection.fetchval("SELECT EXISTS (SELECT FROM tag_rule WHERE NOT is_deleted)"):
        return
    await connection.execute(LOCK, TAG_RULES_LOCK)
    ruled = [_ruled(row) for row in await connection.fetch(RULES)]
    rows = await feature_rows(connection, member_ids)
    here = {member_id for [member_id] in await connection.fetch(HERE, list(member_ids))}
    had = {(member_id, tag) for member_id, tag in await connection.fetch(HAD, list(member_ids))}
    for id_, tag, rule in ruled:
        if rule is None:
            continue
        changed = []
        for member_id, row in rows.items():
            holds = member_id in here and rule.holds_for(row, clock)
            if holds is not ((member_id, tag) in had):
                changed.append((member_id, holds))
        await _change(connection, _Ruled(id_, tag, rule), changed, clock)


async def _settle(connection: Connection, clock: RuleClock) -> bool:
    """One stretch of members of the rule that waits longest; whether nothing was waiting."""
    row = await connection.fetchrow(NEXT, clock.today)
    if row is None:
        return True
    ruled = _ruled(row)
    [(until, count)] = await connection.fetch(STRETCH, row["after"], MEMBERS_A_STEP)
    if count and (ruled.rule is not None or row["is_deleted"]):
        await connection.execute(PLAN)
        writer = SqlWriter(clock)
        meant = "false" if row["is_deleted"] or ruled.rule is None else writer.condition(ruled.rule.condition)
        statement = DIFFERENT.format(
            present=PRESENT,
            condition=meant,
            after=writer.bind(row["after"], "uuid"),
            until=writer.bind(until, "uuid"),
            tag=writer.bind(ruled.tag, "text"),
        )
        changed = [(member_id, holds) for member_id, holds in await connection.fetch(statement, *writer.parameters)]
        await _change(connection, ruled, changed, clock)
    if count == MEMBERS_A_STEP:
        await connection.execute(REACHED, ruled.id, until)
    elif row["is_deleted"]:
        await connection.execute(GONE, ruled.id)
    else:
        await connection.execute(SETTLED, ruled.id, clock.today)
    return False


async def _change(
    connection: Connection, ruled: _Ruled, changed: Sequence[tuple[UUID, bool]], clock: RuleClock
) -> None:
    """Give the tag to those for whom the rule holds, but for who has as many as a member may have, and take it."""
    if not changed:
        return
    members = [member_id for member_id, _ in changed]
    await lock_members(connection, members)
    full = {row[0] for row in await connection.fetch(FULL, members, LABELS_MAX)}
    author = f"tag rule {ruled.id}"
    await write_tags(
        connection,
        [
            TagChange(member_id, ruled.tag, holds, TagFamily.RULE, author, clock.now)
            for member_id, holds in changed
            if not (holds and member_id in full)
        ],
    )


def _ruled(row: asyncpg.Record) -> _Ruled:
    try:
        return _Ruled(row["id"], row["tag"], compile_rule(row["rule"]))
    except BadRule:
        return _Ruled(row["id"], row["tag"], None)
