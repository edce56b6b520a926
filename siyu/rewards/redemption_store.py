"""Redemptions from and to the database, many at a time; stock rows, which members share, are locked last."""

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson

from siyu.db import Connection, append_rows
from siyu.rewards import standings
from siyu.rewards.catalogue import RewardKind
from siyu.rewards.catalogue_rows import REWARD_COLUMNS, REWARDS, reward_of
from siyu.rewards.redemption import Redemption, RedemptionState
from siyu.rewards.redemption_book import IssuedReward, Privilege, RedemptionBook

# The fields of Redemption in their order.
COLUMNS = (
    "id",
    "reward_id",
    "member_id",
    "kind",
    "gives",
    "state",
    "points",
    "price_fen",
    "code",
    "fact_id",
    "created_at",
    "expires_at",
    "deliver_at",
    "attempts",
    "issued_id",
    "library_id",
    "step",
    "order_number",
    "confirmed_at",
    "used_at",
    "used_by",
    "used_fact_id",
    "ended_at",
)

LOAD = f"SELECT {', '.join(COLUMNS)} FROM redemption WHERE id = ANY($1::uuid[]) OR order_number = ANY($2::text[])"

ISSUED = f"""
SELECT issued.id, issued.member_id, issued.state = 'revoked', {REWARD_COLUMNS}
FROM issued_reward issued JOIN reward ON reward.key = issued.reward
    LEFT JOIN reward_library library ON library.id = reward.library_id
WHERE issued.id = ANY($1::uuid[]) AND issued.opened_at IS NULL
"""

# Of confirmed ones alone: what was given stays given.
REVOKED = """
SELECT redemption.id FROM redemption JOIN issued_reward ON issued_reward.id = issued_id
WHERE redemption.id = ANY($1::uuid[]) AND issued_reward.state = 'revoked'
"""

READ_REWARDS = f"SELECT {REWARD_COLUMNS} FROM {REWARDS} WHERE reward.id = ANY($1::uuid[])"
# In one order for every process, so that two batches never wait for each other in a circle.
LOCK_REWARDS = f"{READ_REWARDS} ORDER BY reward.id FOR NO KEY UPDATE OF reward"

WORN = """
SELECT member_id, kind, name, CASE WHEN bool_or(until IS NULL) THEN NULL ELSE max(until) END FROM privilege
WHERE member_id = ANY($1::uuid[]) GROUP BY member_id, kind, name
"""

UPDATE = """
UPDATE redemption SET state = change.state, expires_at = change.expires_at, deliver_at = change.deliver_at,
    attempts = change.attempts, order_number = change.order_number, confirmed_at = change.confirmed_at,
    used_at = change.used_at, used_by = change.used_by, used_fact_id = change.used_fact_id, ended_at = change.ended_at
FROM unnest($1::uuid[], $2::text[], $3::timestamptz[], $4::timestamptz[], $5::int[], $6::text[], $7::timestamptz[],
            $8::timestamptz[], $9::text[], $10::uuid[], $11::timestamptz[])
    AS change (id, state, expires_at, deliver_at, attempts, order_number, confirmed_at, used_at, used_by, used_fact_id,
               ended_at)
WHERE redemption.id = change.id
"""

TAKE = """
UPDATE reward SET taken = reward.taken + change.taken
FROM unnest($1::uuid[], $2::bigint[]) AS change (id, taken) WHERE reward.id = change.id
"""

OPEN = """
UPDATE issued_reward SET opened_at = change.at
FROM unnest($1::uuid[], $2::timestamptz[]) AS change (id, at) WHERE issued_reward.id = change.id
"""


class Wanted(NamedTuple):
    """What a batch's facts name: rewards that members ask for, redemptions, orders, issued rewards.

    `asking` are members and the rewards they ask for, with the moments. `ending` says of the redemptions which may come
    to nothing; `giving`, whose members are given something.
    """

    asking: Sequence[tuple[UUID, UUID, Any]]
    redemptions: Collection[UUID]
    orders: Collection[str]
    ending: Collection[UUID]
    giving: Collection[UUID]
    issued: Collection[UUID]


async def load_redemptions(connection: Connection, book: RedemptionBook, wanted: Wanted) -> list[Redemption]:
    """Put what members own of what the facts name into the book, and return the redemptions; the members are locked."""
    loaded = await _load_named(connection, book, wanted)
    if wanted.issued:
        await _load_issued(connection, book, wanted.issued)
    if wanted.giving:
        await _load_giving(connection, book, wanted.giving)
    return loaded


async def load_stock(
    connection: Connection,
    book: RedemptionBook,
    wanted: Wanted,
    loaded: Sequence[Redemption],
    zone: ZoneInfo,
    *,
    lock: bool,
) -> None:
    """Put the rewards whose stock the facts may change into the book, and what their members have of what they ask for.

    With `lock`, the rewards stay locked until the transaction ends: so this comes last.
    """
    shared = {reward_id for _, reward_id, _ in wanted.asking}
    shared |= {each.reward_id for each in loaded if each.id in wanted.ending and each.issued_id is None}
    if shared:
        sql = LOCK_REWARDS if lock else READ_REWARDS
        for row in await connection.fetch(sql, list(shared)):
            book.rewards[row[0]] = reward_of(row)
    if wanted.asking:
        await _load_standings(connection, book, wanted.asking, zone)


async def _load_named(connection: Connection, book: RedemptionBook, wanted: Wanted) -> list[Redemption]:
    if not wanted.redemptions:
        return []
    rows = await connection.fetch(LOAD, list(wanted.redemptions), list(wanted.orders))
    loaded = [redemption_of(row) for row in rows]
    for redemption in loaded:
        book.put(redemption)
    issued = [each.id for each in loaded if each.issued_id is not None]
    if issued:
        book.revoked |= {row[0] for row in await connection.fetch(REVOKED, issued)}
    return loaded


async def _load_issued(connection: Connection, book: RedemptionBook, issued: Collection[UUID]) -> None:
    for issued_id, member_id, is_revoked, *row in await connection.fetch(ISSUED, list(issued)):
        reward = reward_of(row)
        book.rewards[reward.id] = reward
        if is_revoked:
            book.revoked.add(issued_id)
        else:
            book.issued[issued_id] = IssuedReward(issued_id, member_id, reward.id)


async def _load_giving(connection: Connection, book: RedemptionBook, member_ids: Collection[UUID]) -> None:
    for member_id, kind, name, until in await connection.fetch(WORN, list(member_ids)):
        book.worn_until[member_id, kind, name] = until


async def _load_standings(
    connection: Connection, book: RedemptionBook, asking: Sequence[tuple[UUID, UUID, Any]], zone: ZoneInfo
) -> None:
    """After the rewards, which say what they ask for: members' own rows, under the members' locks."""
    known = [
        (member_id, book.rewards[reward_id], at) for member_id, reward_id, at in asking if reward_id in book.rewards
    ]
    book.counts += await standings.counts(
        connection, {(member_id, reward.id, reward.period.start(at, zone)) for member_id, reward, at in known}
    )
    if any(reward.tiers for _, reward, _ in known):
        book.tiers |= await standings.tiers(connection, [member_id for member_id, _, _ in known])
    in_steps = [(member_id, reward) for member_id, reward, _ in known if reward.library_id is not None]
    if in_steps:
        book.progress |= await standings.progress(
            connection, {(member_id, reward.measure) for member_id, reward in in_steps if reward.measure}
        )
        libraries = {reward.library_id for _, reward in in_steps if reward.library_id}
        book.picks |= await standings.picks(connection, [member for member, _ in in_steps], list(libraries))


def redemption_of(row: Any) -> Redemption:
    """A row of COLUMNS; any sequence of them."""
    redemption_id, reward_id, member_id, kind, gives, state, *rest = row
    named = redemption_id, reward_id, member_id
    return Redemption(*named, RewardKind(kind), orjson.loads(gives), RedemptionState(state), *rest)


async def write_redemptions(connection: Connection, book: RedemptionBook) -> None:
    """Write what changed. The database itself refuses more than the stock, and whatever is to happen once."""
    await append_rows(connection, "redemption", COLUMNS, [_row(made) for made in book.new.values()])
    if book.changed:
        changes = [_change(changed) for changed in book.changed.values()]
        await connection.execute(UPDATE, *(list(column) for column in zip(*changes, strict=True)))
    taken = sorted((reward_id, taken) for reward_id, taken in book.taken.items() if taken)
    if taken:
        await connection.execute(TAKE, *(list(column) for column in zip(*taken, strict=True)))
    await append_rows(connection, "privilege", Privilege._fields, book.privileges)
    if book.opened:
        await connection.execute(OPEN, list(book.opened), list(book.opened.values()))


def _row(made: Redemption) -> tuple[object, ...]:
    values = {name: getattr(made, name) for name in COLUMNS}
    values |= {"kind": made.kind.value, "state": made.state.value, "gives": orjson.dumps(made.gives).decode()}
    return tuple(values.values())


def _change(changed: Redemption) -> tuple[object, ...]:
    paid = changed.order_number, changed.confirmed_at
    due = changed.expires_at, changed.deliver_at, changed.attempts
    used = changed.used_at, changed.used_by, changed.used_fact_id
    return changed.id, changed.state.value, *due, *paid, *used, changed.ended_at
