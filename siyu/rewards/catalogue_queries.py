"""The catalogue as it is read: pages of it, rewards by id, and what members have that they ask for."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from siyu.db import Pool
from siyu.paging import Page, cut_page
from siyu.rewards import standings
from siyu.rewards.catalogue import Library, Reward, RewardKind, RewardState
from siyu.rewards.catalogue_rows import REWARD_COLUMNS, REWARDS, library_of, reward_of
from siyu.rewards.redeeming import Standing

# A shop has a handful.
LIBRARIES_MAX = 100

BY_IDS = f"SELECT {REWARD_COLUMNS} FROM {REWARDS} WHERE reward.id = ANY($1::uuid[])"

LIBRARIES = "SELECT id, key, title_zh, title_en, measure FROM reward_library"


@dataclass(frozen=True, slots=True)
class RewardsWanted:
    """A page of the catalogue, newest first, beyond `after`; of these states and kinds, of a library. None: of all."""

    limit: int
    states: Collection[RewardState] | None = None
    kinds: Collection[RewardKind] | None = None
    library: str | None = None
    after: UUID | None = None


async def reward_page(pool: Pool, wanted: RewardsWanted) -> Page[Reward]:
    """The wanted rewards."""
    conditions, arguments = ["true"], list[object]()

    def ask(condition: str, argument: object) -> None:
        arguments.append(argument)
        conditions.append(condition.format(place=f"${len(arguments)}"))

    if wanted.states is not None:
        ask("reward.state = ANY({place}::text[])", [state.value for state in wanted.states])
    if wanted.kinds is not None:
        ask("reward.kind = ANY({place}::text[])", [kind.value for kind in wanted.kinds])
    if wanted.library is not None:
        ask("library.key = {place}", wanted.library)
    if wanted.after is not None:
        ask("reward.id < {place}", wanted.after)
    sql = f"SELECT {REWARD_COLUMNS} FROM {REWARDS} WHERE {' AND '.join(conditions)} ORDER BY reward.id DESC"
    rows = await pool.fetch(f"{sql} LIMIT {wanted.limit + 1:d}", *arguments)
    return cut_page([reward_of(row) for row in rows], wanted.limit)


async def rewards_by_id(pool: Pool, ids: Collection[UUID]) -> dict[UUID, Reward]:
    """Those of these rewards that exist."""
    return {row[0]: reward_of(row) for row in await pool.fetch(BY_IDS, list(ids))}


async def libraries_by_id(pool: Pool, ids: Collection[UUID]) -> dict[UUID, Library]:
    """Those of these libraries that exist."""
    rows = await pool.fetch(f"{LIBRARIES} WHERE id = ANY($1::uuid[])", list(ids))
    return {row[0]: library_of(row) for row in rows}


async def all_libraries(pool: Pool) -> list[Library]:
    """Every library, by key."""
    rows = await pool.fetch(f"{LIBRARIES} ORDER BY key LIMIT {LIBRARIES_MAX}")
    return [library_of(row) for row in rows]


async def standings_of(
    pool: Pool, wanted: Sequence[tuple[UUID, Reward]], at: datetime, zone: ZoneInfo
) -> list[Standing]:
    """What the members have that the rewards ask for, in their order: with as many statements for a page as for one.

    Their points are the ledger's to tell: 0 here.
    """
    members = list({member_id for member_id, _ in wanted})
    starts = {reward.id: reward.period.start(at, zone) for _, reward in wanted}
    counts = await standings.counts(
        pool, {(member_id, each.id, starts[each.id]) for member_id, each in wanted if each.per_member is not None}
    )
    measured = {(member_id, each.measure) for member_id, each in wanted if each.measure is not None}
    progress = await standings.progress(pool, measured)
    picks = await standings.picks(pool, members, list({r.library_id for _, r in wanted if r.library_id is not None}))
    tiers = await standings.tiers(pool, members)
    return [
        Standing(
            0,
            tiers.get(member_id),
            counts[member_id, reward.id, starts[reward.id]],
            progress.get((member_id, reward.measure), 0) if reward.measure is not None else 0,
            reward.step is not None and (member_id, reward.library_id, reward.step) in picks,
            reward.left,
        )
        for member_id, reward in wanted
    ]
