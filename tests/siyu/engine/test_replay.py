"""Replays: the differences are those that the new config makes, no more, whatever came before."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import NamedTuple
from uuid import UUID

import pytest

from siyu.campaigns import Registry
from siyu.campaigns.drafts import Draft, DraftChanges
from siyu.campaigns.stock import StockChange, adjust_stock
from siyu.db import Pool
from siyu.engine import CAMPAIGN_NOT_OPEN, BatchLimits, Engine
from siyu.engine.replay import Difference, Replay, ReplaySummary
from siyu.engine.replay_verdicts import Verdict
from siyu.engine.totals import by_unit, net
from siyu.errors import InvalidInput, NotFound
from siyu.ids import new_id
from tests.factories import (
    SHANGHAI,
    add_campaign,
    add_members,
    paid,
    points_of,
    refunded,
    registry_of,
    shop_engine,
    shop_registry,
    sign,
)
from tests.siyu.engine.stall import STALL, buy
from tests.siyu.engine.till import TILL, grant, hold, play, reverse, settle, spend, till_engine

NOON = datetime(2026, 11, 1, 4, tzinfo=UTC)
DAY = timedelta(days=1)


class Played(NamedTuple):
    """What a replay answered."""

    differences: list[Difference]
    summary: ReplaySummary
    progress: list[tuple[int, int]]


async def replay(
    pool: Pool,
    campaign_id: UUID,
    changes: DraftChanges | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    registry: Registry | None = None,
) -> Played:
    """Replay to the end."""
    progress: list[tuple[int, int]] = []
    summary = ReplaySummary()
    draft = Draft(campaign_id, None, changes or DraftChanges())
    plan = Replay(pool, registry or shop_registry(), SHANGHAI, draft, since, until)
    found = [one async for one in plan.differences(summary, lambda done, total: progress.append((done, total)))]
    return Played(found, summary, progress)


def amounts(verdict: Verdict, kind: str = "grant") -> list[int]:
    """The amounts of a verdict's effects of one kind."""
    return [effect["amount"] for effect in verdict.effects if effect["kind"] == kind]


async def orders(engine: Engine, member: UUID, amounts_fen: Sequence[int]) -> None:
    """An order a day."""
    for day, amount_fen in enumerate(amounts_fen):
        await engine.submit(paid(member, f"{member}/{day}", amount_fen, NOON + day * DAY))


async def test_another_multiplier_differs_in_the_grants_it_changes(pool: Pool) -> None:
    members = await add_members(pool, 5)
    campaign = await add_campaign(pool, "purchase")
    await add_campaign(pool, "purchase", {"multiplier": 3})
    engine = shop_engine(pool, BatchLimits(facts_max=8))
    rng = Random(3)  # noqa: S311 - a test's numbers
    amounts_fen = {member: [rng.choice([0, 49, 50, 99, 100, 12_345]) for _ in range(10)] for member in members}
    for member in members:
        await orders(engine, member, amounts_fen[member])

    played = await replay(pool, campaign, DraftChanges(config={"multiplier": "2"}))

    def points(amount_fen: int, multiplier: int) -> list[int]:
        whole = int(Decimal(amount_fen) / 100 * multiplier)
        return [whole] if whole else []

    expected = [
        (member, NOON + day * DAY, points(amount_fen, 1), points(amount_fen, 2))
        for member in members
        for day, amount_fen in enumerate(amounts_fen[member])
        if points(amount_fen, 1) != points(amount_fen, 2)
    ]
    assert [(d.member_id, d.at, amounts(d.before), amounts(d.after)) for d in played.differences] == expected
    assert played.summary.compared == played.summary.facts == 50
    assert played.summary.differing == len(expected)
    assert played.summary.before["points", "granted"] == sum(sum(before) for _, _, before, _ in expected)
    assert played.summary.after["points", "granted"] == sum(sum(after) for _, _, _, after in expected)
    assert played.progress == [(50, 50)]


async def test_the_config_as_it_is_differs_in_nothing(pool: Pool) -> None:
    [member] = await add_members(pool, 1)
    check_in, purchase = await add_campaign(pool, "check_in"), await add_campaign(pool, "purchase")
    engine = shop_engine(pool)
    for day in (0, 1, 1, 2, 5, 4, 6):
        await engine.submit(sign(check_in, member, NOON + day * DAY))
    await orders(engine, member, [500, 12_000, 700])
    await engine.submit(refunded(member, f"{member}/1", 4_000, NOON + 3 * DAY))
    await engine.submit(refunded(member, f"{member}/1", 9_000, NOON + 3 * DAY))
    await engine.submit(paid(member, f"{member}/1", 12_000, NOON, key="again"))

    for campaign, facts in ((check_in, 7), (purchase, 6)):
        played = await replay(pool, campaign)
        assert (played.differences, played.summary.facts, played.summary.drifted) == ([], facts, 0)


async def test_only_what_happened_in_the_time_is_compared_and_what_came_before_counts(pool: Pool) -> None:
    [member] = await add_members(pool, 1)
    campaign = await add_campaign(pool, "check_in", {"streak_points": [1, 2, 3, 4, 5, 6]})
    engine = shop_engine(pool)
    for day in range(6):
        await engine.submit(sign(campaign, member, NOON + day * DAY))
    tenfold = DraftChanges(config={"streak_points": [10, 20, 30, 40, 50, 60]})

    played = await replay(pool, campaign, tenfold, NOON + 2 * DAY, NOON + 4 * DAY)

    assert [(amounts(d.before), amounts(d.after)) for d in played.differences] == [([3], [30]), ([4], [40])]
    assert (played.summary.facts, played.summary.compared, played.summary.drifted) == (6, 2, 0)


async def test_a_refund_takes_back_what_the_draft_would_have_granted(pool: Pool) -> None:
    [member] = await add_members(pool, 1)
    campaign = await add_campaign(pool, "purchase")
    engine = shop_engine(pool)
    await orders(engine, member, [10_000])
    await engine.submit(refunded(member, f"{member}/0", 10_000, NOON + DAY))

    whole = await replay(pool, campaign, DraftChanges(config={"multiplier": 2}))
    refund_alone = await replay(pool, campaign, DraftChanges(config={"multiplier": 2}), since=NOON + DAY)

    assert [amounts(d.after, "reverse") for d in whole.differences] == [[], [200]]
    # What was granted before stays as it was granted then.
    assert refund_alone.differences == []
    assert refund_alone.summary.before["points", "reversed"] == 100


async def test_spends_and_what_was_given_back_of_them_are_in_the_totals(pool: Pool) -> None:
    [member] = await add_members(pool, 1)
    campaign, engine = await add_campaign(pool, "till"), till_engine(pool)
    for effect in (
        grant(10, "x"),
        spend(6, "x"),
        reverse(2, "x", of="spend"),
        reverse(3, "x"),
        hold(9, "k"),
        settle("k", 4),
    ):
        await engine.submit(play(campaign, member, NOON, effect))

    played = await replay(pool, campaign, registry=registry_of(TILL))

    points = {"granted": 10 + 4, "reversed": 3, "spent": 6, "returned": 2}
    assert (played.differences, by_unit(played.summary.before)) == ([], {"points": points})
    assert by_unit(played.summary.after) == {"points": points}
    assert net(played.summary.after, "points") == await points_of(pool, member) == 7


async def test_members_have_what_other_campaigns_gave_and_took_when_they_did(pool: Pool) -> None:
    [member] = await add_members(pool, 1)
    campaign, other, engine = await add_campaign(pool, "till"), await add_campaign(pool, "till"), till_engine(pool)
    for place, effect, code in (
        (campaign, spend(5), "POOR"),
        (other, grant(20, "x"), None),
        (campaign, spend(15), None),
        (campaign, spend(6), "POOR"),
        (campaign, grant(10), None),
        (other, spend(8), None),
        (campaign, spend(8), "POOR"),
        (other, reverse(4, "x"), None),
        (campaign, spend(4), "POOR"),
        (campaign, spend(3), None),
    ):
        [decision] = (await engine.submit(play(place, member, NOON, effect))).decisions
        assert (decision.refusal and decision.refusal.code) == code

    for place, facts in ((campaign, 7), (other, 3)):
        played = await replay(pool, place, registry=registry_of(TILL))
        assert (played.differences, played.summary.compared) == ([], facts)


async def test_nobody_falls_below_nothing_where_the_draft_gives_less_than_others_took(pool: Pool) -> None:
    [member] = await add_members(pool, 1)
    campaign, other = await add_campaign(pool, "purchase"), await add_campaign(pool, "till")
    registry = registry_of(TILL, shop_registry().types["purchase"])
    engine = Engine(pool, registry, SHANGHAI)
    await engine.submit(paid(member, "A", 5_000, NOON))
    await engine.submit(play(other, member, NOON, spend(50)))
    await engine.submit(paid(member, "B", 2_000, NOON + DAY))
    await engine.submit(refunded(member, "B", 2_000, NOON + 2 * DAY))

    played = await replay(pool, campaign, DraftChanges(config={"multiplier": "0.5"}), registry=registry)

    found = [(amounts(found.after), amounts(found.after, "reverse")) for found in played.differences]
    assert found == [([25], []), ([10], []), ([], [10])], "of 25 points 50 were spent; the next 10 are there"


async def test_stock_is_what_operators_had_made_of_it(pool: Pool) -> None:
    members = await add_members(pool, 4)
    campaign, registry = await add_campaign(pool, "stall", {"stock": 1}), registry_of(STALL)
    engine = Engine(pool, registry, SHANGHAI)

    async def hold_one(member: UUID) -> str | None:
        [decision] = (await engine.submit(buy(campaign, member, NOON, held_ms=10**10))).decisions
        return decision.refusal and decision.refusal.code

    async def adjust(difference: int) -> None:
        change = StockChange(campaign, "units", None, None, difference, new_id().hex, "tests")
        await adjust_stock(pool, registry, change, NOON, SHANGHAI)

    codes = [await hold_one(members[0]), await hold_one(members[1])]
    await adjust(2)
    codes.append(await hold_one(members[2]))
    await adjust(-1)
    codes.append(await hold_one(members[3]))

    played = await replay(pool, campaign, registry=registry)

    assert codes == [None, "NONE", None, "NONE"]
    assert (played.differences, played.summary.compared) == ([], 4)


async def test_a_changed_past_is_told(pool: Pool) -> None:
    [member] = await add_members(pool, 1)
    campaign = await add_campaign(pool, "check_in", {"streak_points": [1]})
    engine = shop_engine(pool)
    for day in range(3):
        await engine.submit(sign(campaign, member, NOON + day * DAY))
    await pool.execute("""UPDATE campaign SET config = '{"streak_points": [5]}', revision = 2""")

    played = await replay(pool, campaign, since=NOON + 2 * DAY)

    assert played.summary.drifted == 2
    assert [(amounts(d.before), amounts(d.after)) for d in played.differences] == [([1], [5])]


@pytest.mark.parametrize("state", ["draft", "paused", "ended"])
async def test_a_campaign_that_was_not_running_is_replayed_as_though_it_had_been(pool: Pool, state: str) -> None:
    [member] = await add_members(pool, 1)
    campaign = await add_campaign(pool, "purchase", state=state)
    check_in = await add_campaign(pool, "check_in", state=state)
    engine = shop_engine(pool)
    await orders(engine, member, [500, 20])
    await engine.submit(sign(check_in, member, NOON))

    bought, signed = await replay(pool, campaign), await replay(pool, check_in)

    assert [(amounts(d.before), amounts(d.after)) for d in bought.differences] == [([], [5]), ([], [])]
    [difference] = signed.differences
    assert (difference.before.refusal, amounts(difference.after)) == (
        CAMPAIGN_NOT_OPEN if state != "draft" else "CAMPAIGN_NOT_FOUND",
        [5],
    )


async def test_a_replay_writes_nothing(pool: Pool) -> None:
    [member] = await add_members(pool, 1)
    campaign = await add_campaign(pool, "purchase")
    await orders(shop_engine(pool), member, [500])
    tables = [row[0] for row in await pool.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]

    async def rows() -> list[object]:
        return [await pool.fetch(f'SELECT * FROM "{table}" ORDER BY 1') for table in tables]

    before = await rows()
    assert (await replay(pool, campaign, DraftChanges(config={"multiplier": 9}))).summary.differing == 1
    assert await rows() == before


async def test_what_cannot_be_replayed_is_told(pool: Pool) -> None:
    campaign = await add_campaign(pool, "purchase")

    with pytest.raises(NotFound):
        await replay(pool, new_id())
    with pytest.raises(InvalidInput):
        await replay(pool, campaign, DraftChanges(config={"multiplier": 0}))
