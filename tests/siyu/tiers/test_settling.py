"""A ladder for all members at once: what SQL says equals the rule, for each of them, whatever they did."""

import asyncio
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from random import Random
from uuid import UUID

import pytest

from siyu.db import Pool, open_database
from siyu.ids import new_id
from siyu.tiers.book import LiveLadder
from siyu.tiers.ladder import Ladder
from siyu.tiers.live import load_ladder
from siyu.tiers.periods import midnight
from siyu.tiers.queries import tiers_held
from siyu.tiers.record import SetByHand
from siyu.tiers.review import review_all
from siyu.tiers.rule import earned_days, standing_on
from siyu.tiers.service import TierByHand, set_ladder, set_tier
from siyu.tiers.settling import Estimate, estimate_moves, preview_ladder, settle, settle_all
from tests.factories import SHANGHAI, add_members
from tests.siyu.tiers.history import Bought, Deed, random_deeds, record_of, write_deeds
from tests.siyu.tiers.ladders import COMMUNITY, LADDERS, RETAIL

FIRST, DAYS, MEMBERS = date(2023, 12, 1), 300, 80
NOW = datetime(2024, 10, 31, 4, tzinfo=UTC)
# Ends of months, of quarters and of the year, a leap day, and a day each before and after.
BOUNDARIES = [date(2025, 2, 28), date(2025, 3, 31), date(2025, 6, 30), date(2025, 12, 31), date(2028, 2, 29)]


async def a_crowd(pool: Pool) -> dict[UUID, list[Deed]]:
    """Members who did all kinds of things."""
    random = Random(5)  # noqa: S311 - a crowd, no secret
    deeds = {member: random_deeds(random, SHANGHAI, FIRST, DAYS, 25) for member in await add_members(pool, MEMBERS)}
    await write_deeds(pool, deeds)
    return deeds


async def standings(pool: Pool) -> dict[UUID, tuple[str, date | None, tuple[date | None, ...]]]:
    """How members stand in the database; their own row and that of the ladder say the same."""
    rows = await pool.fetch(
        "SELECT member_id, standing.tier, valid_until, earned_on FROM tier_standing AS standing "
        "JOIN member ON member.id = member_id AND member.tier = standing.tier"
    )
    return {row[0]: (row[1], row[2], tuple(row[3])) for row in rows}


def by_the_rule(
    ladder: Ladder, deeds: dict[UUID, list[Deed]], day: date
) -> dict[UUID, tuple[str, date | None, tuple[date | None, ...]]]:
    """How they stand on a day by the rule."""
    told = {}
    for member, done in deeds.items():
        earned = earned_days(ladder, record_of(done, SHANGHAI))
        standing = standing_on(ladder, earned, day)
        told[member] = ladder.tiers[standing.place].key, standing.valid_until, earned
    return told


@pytest.mark.parametrize("ladder", LADDERS.values(), ids=LADDERS)
async def test_all_members_stand_as_the_rule_says_after_settling_and_at_every_boundary(
    pool: Pool, ladder: Ladder
) -> None:
    deeds = await a_crowd(pool)
    expected = await preview_ladder(pool, ladder, SHANGHAI, NOW)
    live = await set_ladder(pool, ladder, SHANGHAI, NOW, "lin")

    moves = await settle_all(pool, live, NOW)

    assert moves == expected
    assert await standings(pool) == by_the_rule(ladder, deeds, NOW.date())
    for day in BOUNDARIES:
        for moment, judged in (
            (midnight(day + timedelta(days=1), SHANGHAI) - timedelta.resolution, day),
            (midnight(day + timedelta(days=1), SHANGHAI), day + timedelta(days=1)),
        ):
            await review_all(pool, live, moment)
            assert await standings(pool) == by_the_rule(ladder, deeds, judged), moment


async def test_of_many_members_a_sample_is_tried_and_always_the_same(pool: Pool) -> None:
    members = await add_members(pool, 400)
    await write_deeds(pool, {member: [Bought(NOW, 30_000)] for member in members[:200]})

    whole, *samples = [
        await estimate_moves(pool, COMMUNITY, SHANGHAI, NOW, members_max=most) for most in (400, 100, 100)
    ]

    assert whole == Estimate(Counter({("bronze", "silver"): 200, ("bronze", "bronze"): 200}), is_exact=True)
    assert samples[0] == samples[1]
    assert not samples[0].is_exact
    assert abs(samples[0].moves.total() - 400) <= len(whole.moves)
    # What it tells of each half is five standard deviations of such a sample off at most.
    assert all(abs(samples[0].moves[move] - 200) <= 100 for move in whole.moves)


async def test_a_preview_changes_nothing(pool: Pool) -> None:
    await a_crowd(pool)

    moves = await preview_ladder(pool, COMMUNITY, SHANGHAI, NOW)

    assert sum(moves.values()) == MEMBERS
    assert {before for before, _ in moves} == {"bronze"}
    assert await tiers_held(pool) == {None: MEMBERS}


async def test_another_ladder_moves_members_and_says_so_in_their_history(pool: Pool) -> None:
    [rich, poor] = await add_members(pool, 2)
    await write_deeds(pool, {rich: [Bought(NOW - timedelta(days=2), 500_000)], poor: []})
    await settle_all(pool, await set_ladder(pool, COMMUNITY, SHANGHAI, NOW, "lin"), NOW)

    moves = await settle_all(pool, await set_ladder(pool, RETAIL, SHANGHAI, NOW, "lin"), NOW)

    assert moves == Counter({("gold", "silver"): 1, ("bronze", "regular"): 1})
    history = (
        "SELECT number, from_tier, to_tier, reason, revision FROM tier_change WHERE member_id = $1 ORDER BY number"
    )
    assert [tuple(row) for row in await pool.fetch(history, rich)] == [
        (1, "bronze", "gold", "ladder", 1),
        (2, "gold", "silver", "ladder", 2),
    ]
    assert await tiers_held(pool) == {"silver": 1, "regular": 1}


async def test_the_ladder_that_the_shop_has_is_not_set_again(pool: Pool) -> None:
    first = await set_ladder(pool, COMMUNITY, SHANGHAI, NOW, "lin")

    assert await set_ladder(pool, COMMUNITY, SHANGHAI, NOW, "wang") == first
    assert (await set_ladder(pool, RETAIL, SHANGHAI, NOW, "wang")).revision == 2


async def test_settling_goes_on_where_it_stopped_and_an_old_ladder_settles_nobody(
    pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("siyu.tiers.settling.CHUNK_MEMBERS", 3)
    await add_members(pool, 7)
    old = await set_ladder(pool, RETAIL, SHANGHAI, NOW, "lin")
    live = await set_ladder(pool, COMMUNITY, SHANGHAI, NOW, "lin")

    sizes = [step.total() if (step := await settle(pool, live, NOW)) is not None else None for _ in range(4)]

    assert sizes == [3, 3, 1, None]
    assert await settle(pool, old, NOW) is None
    assert await tiers_held(pool) == {"bronze": 7}


async def test_what_an_operator_gave_outlives_another_ladder(pool: Pool) -> None:
    [member, other] = await add_members(pool, 2)
    await write_deeds(pool, {member: [Bought(NOW - timedelta(days=2), 500_000)]})
    live = await set_ladder(pool, COMMUNITY, SHANGHAI, NOW, "lin")
    await settle_all(pool, live, NOW)
    await set_tier(pool, SHANGHAI, TierByHand(member, "silver", "fraud", "lin", "operator/lin/12345678"), NOW)
    expected = await preview_ladder(pool, RETAIL, SHANGHAI, NOW)

    moves = await settle_all(pool, await set_ladder(pool, RETAIL, SHANGHAI, NOW, "lin"), NOW)

    record = record_of([Bought(NOW - timedelta(days=2), 500_000)], SHANGHAI)
    record.by_hand = SetByHand("silver", NOW.date())
    assert moves == expected == Counter({("silver", "silver"): 1, ("bronze", "regular"): 1})
    assert (await standings(pool))[member] == ("silver", None, earned_days(RETAIL, record))
    assert isinstance(await load_ladder(pool, SHANGHAI), LiveLadder)
    assert (await standings(pool))[other][0] == "regular"


async def test_settling_waits_for_what_is_being_decided_about_a_member(pool: Pool, database_url: str) -> None:
    [member] = await add_members(pool, 1)
    live = await set_ladder(pool, COMMUNITY, SHANGHAI, NOW, "lin")
    async with open_database(database_url, 1) as other, other.acquire() as connection:
        deciding = connection.transaction()
        await deciding.start()
        await connection.fetch("SELECT FROM member WHERE id = $1 FOR NO KEY UPDATE", member)
        columns = "id, number, member_id, amount_fen, refunded_fen, paid_at"
        order = f"INSERT INTO shop_order ({columns}) VALUES ($1, 'A', $2, 30000, 0, $3)"
        await connection.execute(order, new_id(), member, NOW)

        settling = asyncio.create_task(settle(pool, live, NOW))
        done, _ = await asyncio.wait([settling], timeout=0.3)
        await deciding.commit()

    assert not done
    assert await settling == Counter({("bronze", "silver"): 1})
