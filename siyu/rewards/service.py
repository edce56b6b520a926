"""The life of a reward: created as a draft, changed, put on sale, taken off; and the libraries that rewards are in."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

import orjson

from siyu.db import Connection, Pool
from siyu.errors import InvalidInput, NotFound, Problem, RewardStateError
from siyu.ids import new_id
from siyu.inputs import check_text, parse_json
from siyu.rewards.catalogue import Library, Measure, Reward, RewardKind, RewardState
from siyu.rewards.catalogue_rows import REWARD_COLUMNS, REWARDS, library_of, reward_of
from siyu.rewards.terms import NewReward, RewardTerms, columns_of, parse_details, stored_columns, terms_json

TITLE_LENGTH_MAX = 100

FIRST = ("id", "key", "kind", "stock", "state", "revision", "created_at")
SAID = tuple(name for name in RewardTerms.model_fields if name != "library")
CHANGING = (*SAID, "details", "library_id")
PLACES = ", ".join(f"${place}" for place in range(1, len(FIRST) + len(CHANGING) + 1))
CREATE = f"INSERT INTO reward ({', '.join((*FIRST, *CHANGING))}) VALUES ({PLACES}) ON CONFLICT (key) DO NOTHING"

SET = ", ".join(f"{name} = ${place}" for place, name in enumerate(CHANGING, start=3))
UPDATE = f"UPDATE reward SET {SET}, revision = revision + 1 WHERE id = $1 AND revision = $2 RETURNING true"

MOVE = "UPDATE reward SET state = $2, revision = revision + 1 WHERE id = $1 AND state = ANY($3::text[])"

BY_ID = f"SELECT {REWARD_COLUMNS} FROM {REWARDS} WHERE reward.id = $1"
BY_KEY = f"SELECT {REWARD_COLUMNS} FROM {REWARDS} WHERE reward.key = $1"
# What it was created with; null where there is no end of it.
FIRST_STOCK = """
SELECT stock - coalesce((SELECT sum(difference)::bigint FROM reward_stock_change WHERE reward_id = reward.id), 0)
FROM reward WHERE id = $1
"""

LIBRARY_KEY = "SELECT key FROM reward_library WHERE id = $1"
LIBRARY_ID = "SELECT id FROM reward_library WHERE key = $1"
SAVE_LIBRARY = """
INSERT INTO reward_library (id, key, title_zh, title_en, measure, created_at) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (key) DO UPDATE SET title_zh = excluded.title_zh, title_en = excluded.title_en, measure = excluded.measure
RETURNING id, key, title_zh, title_en, measure
"""


async def create(
    pool: Pool,
    named: Mapping[str, object],
    kind: RewardKind,
    details: object,
    terms: Mapping[str, object],
    now: datetime,
) -> Reward:
    """A new draft; created again with the same key and the same words, it is the first.

    `named` is NewReward as JSON, `terms` are RewardTerms. Raises InvalidInput.
    """
    new, said = parse_json(NewReward, named, ()), parse_json(RewardTerms, terms, ())
    given = parse_details(kind, details)
    async with pool.acquire() as connection, connection.transaction():
        columns = columns_of(said, given, await _library_id(connection, said.library))
        first = new_id(), new.key, kind.value, new.stock, RewardState.DRAFT.value, 1, now
        await connection.execute(CREATE, *first, *_encoded(columns))
        stored = reward_of(await connection.fetchrow(BY_KEY, new.key))
        stock = await connection.fetchval(FIRST_STOCK, stored.id)
    if (stored.kind, stock, stored_columns(stored)) != (kind, new.stock, columns):
        raise InvalidInput([Problem(("key",), "is another reward's", "KEY_TAKEN")])
    return stored


async def update(pool: Pool, reward_id: UUID, revision: int, changes: Mapping[str, object]) -> Reward:
    """Change what is said of a reward, as in RewardTerms, or its `details`; what is left out stays.

    What members have is as it was when they asked. The same words again change nothing. Raises NotFound, InvalidInput,
    and RewardStateError where the reward is not at `revision` any more.
    """
    async with pool.acquire() as connection, connection.transaction():
        old = await _reward(connection, reward_id)
        library = await connection.fetchval(LIBRARY_KEY, old.library_id)
        said = {name: value for name, value in changes.items() if name != "details"}
        terms = parse_json(RewardTerms, terms_json(old, library) | said, ())
        given = parse_details(old.kind, changes.get("details", dict(old.details)))
        columns = columns_of(terms, given, await _library_id(connection, terms.library))
        if columns == stored_columns(old):
            return old
        if not await connection.fetchval(UPDATE, reward_id, revision, *_encoded(columns)):
            present = await _reward(connection, reward_id)
            raise RewardStateError(f"the reward is at revision {present.revision}")
        return await _reward(connection, reward_id)


async def publish(pool: Pool, reward_id: UUID) -> Reward:
    """Put a reward on sale, within its window; one that is on sale stays as it is. Raises NotFound."""
    return await _move(pool, reward_id, RewardState.ON_SALE, (RewardState.DRAFT, RewardState.OFF))


async def withdraw(pool: Pool, reward_id: UUID) -> Reward:
    """Take a reward off; what members have of it stays theirs. Raises NotFound."""
    return await _move(pool, reward_id, RewardState.OFF, (RewardState.DRAFT, RewardState.ON_SALE))


async def save_library(pool: Pool, key: str, title_zh: str, title_en: str, measure: Measure, now: datetime) -> Library:
    """The library of this key, new or changed. Raises InvalidInput."""
    named = parse_json(NewReward, {"key": key, "stock": None}, ())
    titles = [
        check_text(title, (name,), TITLE_LENGTH_MAX) for name, title in (("title_zh", title_zh), ("title_en", title_en))
    ]
    row = await pool.fetchrow(SAVE_LIBRARY, new_id(), named.key, *titles, measure.value, now)
    return library_of(row)


async def _move(pool: Pool, reward_id: UUID, to: RewardState, allowed: Sequence[RewardState]) -> Reward:
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute(MOVE, reward_id, to.value, [state.value for state in allowed])
        return await _reward(connection, reward_id)


async def _reward(connection: Connection, reward_id: UUID) -> Reward:
    row = await connection.fetchrow(BY_ID, reward_id)
    if row is None:
        raise NotFound("there is no such reward")
    return reward_of(row)


async def _library_id(connection: Connection, key: str | None) -> UUID | None:
    if key is None:
        return None
    found: UUID | None = await connection.fetchval(LIBRARY_ID, key)
    if found is None:
        raise InvalidInput([Problem(("library",), "there is no such library")])
    return found


def _encoded(columns: Mapping[str, object]) -> list[object]:
    """The values of CHANGING."""
    encoded = dict(columns) | {"details": orjson.dumps(columns["details"]).decode()}
    return [encoded[name] for name in CHANGING]
