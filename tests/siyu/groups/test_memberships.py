"""Joining and leaving groups by facts: late and repeated ones, full groups, and what rules see of it."""

import asyncio
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siyu.db import Pool
from siyu.engine import BatchLimits, Engine
from siyu.groups.record import MOVES_MAX, Membership
from siyu.ids import new_id
from siyu.sdk import Effect, Fact, Grant, View, member_code
from tests.clock import NOON
from tests.factories import SHANGHAI, add_campaign, add_members, points_of, registry_of, shop_engine
from tests.siyu.engine.stage import paying
from tests.siyu.groups.shop import add_group, codes, groups_of, joined, left, refusal_of, size_of, standing

MOVES = st.lists(st.tuples(st.integers(0, 12), st.booleans()), max_size=14)


def moment(hour: int) -> datetime:
    """A moment of the story."""
    return NOON + timedelta(hours=hour)


def told(moves: list[tuple[int, bool]]) -> Membership:
    """A membership that was told these moves, in their order."""
    membership = Membership(new_id(), new_id())
    for hour, has_joined in moves:
        membership.note(moment(hour), joined=has_joined)
    return membership


def walked(moves: list[tuple[int, bool]]) -> tuple[datetime | None, datetime | None]:
    """The last stay, found by walking through the moves as they happened; at one moment, joining comes first."""
    is_in, began, ended = False, None, None
    for hour, has_left in sorted({(hour, not has_joined) for hour, has_joined in moves}):
        if has_left and (is_in or began is None):
            is_in, ended = False, ended if began is None and ended else moment(hour)
        elif not has_left and not is_in:
            is_in, began, ended = True, moment(hour), None
    return began, ended


@given(MOVES, st.randoms(use_true_random=False))
def test_whatever_the_order_the_last_stay_is_that_of_the_moves_as_they_happened(moves, random) -> None:  # type: ignore[no-untyped-def]
    shuffled = moves + moves[: len(moves) // 2]
    random.shuffle(shuffled)
    membership = told(shuffled)

    assert (membership.joined_at, membership.left_at) == walked(moves)
    assert membership.is_in == (membership.joined_at is not None and membership.left_at is None)


def test_no_more_moves_are_kept_than_a_row_holds() -> None:
    membership = told([(hour, hour % 2 == 0) for hour in range(MOVES_MAX + 51)])

    assert len(membership.joins) + len(membership.leaves) == MOVES_MAX
    assert membership.joined_at == moment(MOVES_MAX + 50)


async def test_who_joins_is_in_and_who_leaves_is_out(pool: Pool) -> None:
    [lin, wang] = await add_members(pool, 2)
    await add_group(pool, "tea")
    engine = shop_engine(pool)

    assert await codes(engine, joined(lin, "tea"), joined(wang, "tea", inviter=member_code(lin))) == [None, None]
    assert (await size_of(pool, "tea"), await groups_of(pool, lin)) == (2, ["tea"])
    assert await pool.fetchval("SELECT inviter_id FROM membership WHERE member_id = $1", wang) == lin

    assert await codes(engine, left(lin, "tea", moment(1))) == [None]
    assert (await size_of(pool, "tea"), await groups_of(pool, lin)) == (1, [])
    assert await standing(pool, "tea", lin) == (NOON, moment(1), "member")

    assert await codes(engine, joined(lin, "tea", moment(2))) == [None]
    assert await standing(pool, "tea", lin) == (moment(2), None, "member")


async def test_what_is_no_move_is_refused_and_kept_as_a_fact(pool: Pool) -> None:
    [lin] = await add_members(pool, 1)
    await add_group(pool, "tea")
    engine = shop_engine(pool)

    refused = await codes(
        engine, left(lin, "tea"), joined(lin, "tea", moment(1)), joined(lin, "tea", moment(2)), joined(lin, "moon")
    )

    assert refused == ["NOT_IN_GROUP", None, "ALREADY_IN_GROUP", "GROUP_NOT_FOUND"]
    assert await pool.fetchval("SELECT count(*) FROM fact") == 4
    assert await size_of(pool, "tea") == 1


async def test_a_leaving_before_the_latest_joining_does_not_end_it(pool: Pool) -> None:
    [lin] = await add_members(pool, 1)
    await add_group(pool, "tea")
    engine = shop_engine(pool)

    await codes(engine, joined(lin, "tea", moment(1)), joined(lin, "tea", moment(5)), left(lin, "tea", moment(3)))

    assert await standing(pool, "tea", lin) == (moment(5), None, "member")
    assert (await size_of(pool, "tea"), await groups_of(pool, lin)) == (1, ["tea"])


async def test_the_same_key_is_one_joining(pool: Pool) -> None:
    [lin] = await add_members(pool, 1)
    await add_group(pool, "tea")
    engine = shop_engine(pool)

    assert await codes(engine, *[joined(lin, "tea", key="wecom/1")] * 3) == [None] * 3
    assert await pool.fetchval("SELECT cardinality(joins) FROM membership") == 1


async def test_a_full_group_refuses_the_next_and_has_room_again_when_somebody_leaves(pool: Pool) -> None:
    [lin, wang, zhao] = await add_members(pool, 3)
    await add_group(pool, "tea", capacity=2)
    engine = shop_engine(pool)

    assert await codes(engine, *(joined(each, "tea") for each in (lin, wang, zhao))) == [None, None, "GROUP_FULL"]
    assert await groups_of(pool, zhao) == []
    assert await codes(engine, left(lin, "tea", moment(1)), joined(zhao, "tea", moment(2))) == [None, None]
    assert await size_of(pool, "tea") == 2


async def test_a_bot_takes_no_place_and_is_in_no_audience(pool: Pool) -> None:
    [bot, lin] = await add_members(pool, 2)
    await add_group(pool, "tea", capacity=1)

    assert await codes(shop_engine(pool), joined(bot, "tea", role="bot"), joined(lin, "tea")) == [None, None]
    assert (await size_of(pool, "tea"), await groups_of(pool, bot)) == (1, [])


async def test_nobody_joins_an_archived_group(pool: Pool) -> None:
    [lin] = await add_members(pool, 1)
    await add_group(pool, "tea")
    await pool.execute("UPDATE community SET archived_at = $1", NOON)

    assert await codes(shop_engine(pool), joined(lin, "tea")) == ["GROUP_ARCHIVED"]


@pytest.mark.parametrize("inviter", ["herself", "nobody"])
async def test_an_inviter_there_is_not_is_left_out(pool: Pool, inviter: str) -> None:
    [lin] = await add_members(pool, 1)
    await add_group(pool, "tea")
    code = member_code(lin if inviter == "herself" else new_id())

    assert await codes(shop_engine(pool), joined(lin, "tea", inviter=code, source="poster")) == [None]
    assert tuple(await pool.fetchrow("SELECT inviter_id, source FROM membership")) == (None, "poster")


async def test_a_campaign_for_the_group_hears_who_joins_it(pool: Pool) -> None:
    def decide(fact: Fact, view: View) -> list[Effect]:  # type: ignore[type-arg]
        return [Grant("points", 5)]

    [lin] = await add_members(pool, 1)
    await add_group(pool, "tea")
    kind = paying(decide, listens=frozenset({"group.joined"}))
    await add_campaign(pool, kind.key)
    await pool.execute("UPDATE campaign SET terms = $1", '{"audience": {"groups_any": ["tea"]}}')
    engine = Engine(pool, registry_of(kind), SHANGHAI)

    await codes(engine, joined(lin, "tea"), joined(lin, "tea", moment(1)))

    assert await points_of(pool, lin) == 5


async def test_a_race_for_the_last_places_never_overfills_the_group(pool: Pool, other_pool: Pool) -> None:
    members = await add_members(pool, 60)
    await add_group(pool, "tea", capacity=20)
    limits = BatchLimits(facts_max=7)
    engines = [shop_engine(each, limits) for each in (pool, other_pool)]

    outcomes = await asyncio.gather(
        *(engines[place % 2].submit(joined(member, "tea")) for place, member in enumerate(members))
    )

    told_full = [refusal_of(outcome) for outcome in outcomes]
    assert (told_full.count(None), told_full.count("GROUP_FULL")) == (20, 40)
    assert await size_of(pool, "tea") == 20
    assert await pool.fetchval("SELECT count(*) FROM membership WHERE left_at IS NULL") == 20
    assert await pool.fetchval("SELECT count(*) FROM member WHERE groups = '{tea}'") == 20
