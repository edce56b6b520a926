"""Tiers in the engine: raised with the fact that earns them, and the same whatever order facts come in."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from uuid import UUID

import orjson
import pytest

from siyu.campaigns.drafts import Draft
from siyu.db import Pool, open_database
from siyu.engine import BatchLimits, Engine, NewFact
from siyu.engine.preview import Previewer, PreviewFact
from siyu.ids import new_id
from siyu.members import load_features
from siyu.members.joining import Joiner, ensure_members
from siyu.sdk import CampaignConfig, CampaignState, Effect, Fact, Privileges, View
from siyu.tiers.book import LiveLadder, TierBook
from siyu.tiers.ladder import Ladder
from siyu.tiers.presets import COMMUNITY, RETAIL
from siyu.tiers.rule import earned_days, standing_on
from siyu.tiers.service import set_ladder
from siyu.tiers.settling import settle_all
from siyu.tiers.store import load_tiers
from tests.factories import (
    SHANGHAI,
    add_campaign,
    add_members,
    paid,
    refunded,
    registry_of,
    shop_engine,
    shop_registry,
    sign,
)
from tests.siyu.engine import till
from tests.siyu.tiers.ladders import LADDERS, MIXED

NOON = datetime(2024, 2, 29, 4, tzinfo=UTC)
HISTORY = "SELECT from_tier, to_tier, at, reason, fact_id FROM tier_change WHERE member_id = $1 ORDER BY number"
SMALL = BatchLimits(facts_max=8, share_min=2)


async def with_ladder(pool: Pool, ladder: Ladder = COMMUNITY) -> LiveLadder:
    """The shop's ladder from now on."""
    return await set_ladder(pool, ladder, SHANGHAI, NOON, "lin")


async def check_everybody(pool: Pool, live: LiveLadder) -> None:
    """Every standing is what the rule makes of all that the database has of the member."""
    rows = await pool.fetch("SELECT member_id, earned_on, valid_until, judged_on, tier, changes FROM tier_standing")
    book = TierBook(live)
    await load_tiers(pool, book, [row[0] for row in rows], whole=True)
    for member_id, earned_on, valid_until, judged_on, tier, changes in rows:
        member = book.find(member_id)
        assert member is not None
        earned = earned_days(live.ladder, member.record)
        standing = standing_on(live.ladder, earned, judged_on)
        assert (tuple(earned_on), valid_until) == (earned, standing.valid_until)
        assert tier == live.ladder.tiers[standing.place].key == await tier_of(pool, member_id)
        history = await pool.fetch(HISTORY, member_id)
        assert len(history) == changes
        assert [row[0] for row in history[1:]] == [row[1] for row in history[:-1]]
        assert (history[-1][1] if history else live.ladder.base.key) == tier


async def tier_of(pool: Pool, member_id: UUID) -> str | None:
    """What campaigns see."""
    found: str | None = await pool.fetchval("SELECT tier FROM member WHERE id = $1", member_id)
    return found


async def test_a_tier_is_raised_by_the_commit_of_the_fact_that_earns_it(pool: Pool) -> None:
    await with_ladder(pool)
    [member] = await add_members(pool, 1)
    engine = shop_engine(pool)
    await engine.submit(paid(member, "A", 29_999, NOON))
    assert await tier_of(pool, member) == "bronze"

    outcome = await engine.submit(paid(member, "B", 1, NOON))

    assert await tier_of(pool, member) == "silver"
    assert [tuple(row) for row in await pool.fetch(HISTORY, member)] == [
        ("bronze", "silver", NOON, "upgrade", outcome.fact_id)
    ]
    numbers = orjson.loads(await pool.fetchval("SELECT numbers FROM tier_change"))
    assert numbers == [{"measure": "spend_month", "days": None, "need": 30_000, "have": 30_000}]


async def test_the_next_fact_of_the_batch_finds_the_tier(pool: Pool) -> None:
    await with_ladder(pool)
    [member] = await add_members(pool, 1)
    campaign = await add_campaign(pool, "purchase")
    terms = orjson.dumps({"audience": {"rule": "member.tier == 'silver'"}}).decode()
    await pool.execute("UPDATE campaign SET terms = $2 WHERE id = $1", campaign, terms)
    engine = shop_engine(pool)

    first, second = await asyncio.gather(
        engine.submit(paid(member, "A", 30_000, NOON)), engine.submit(paid(member, "B", 100, NOON))
    )

    assert engine.timings.batches == 1
    assert [outcome.decisions[0].refusal is None for outcome in (first, second)] == [False, True]


async def test_campaigns_read_what_the_tier_gives(pool: Pool) -> None:
    await with_ladder(pool)
    lin, wang = await add_members(pool, 2)
    engine = shop_engine(pool)
    await engine.submit(paid(lin, "A", 200_001, NOON))

    known = await load_features(pool, [lin, wang])

    assert known[lin].privileges == Privileges(discount_percent=10, gates=frozenset({"first_pick"}))
    assert known[wang].privileges == Privileges()


async def test_the_next_fact_of_the_batch_finds_the_privileges(pool: Pool) -> None:
    await with_ladder(pool, MIXED)
    [member] = await add_members(pool, 1)
    seen: list[Privileges | None] = []

    def look(_fact: Fact, view: View[CampaignConfig, CampaignState]) -> Iterator[Effect]:
        seen.append(view.features.privileges)
        yield from ()

    kind = replace(till.TILL, decide=look, listens=frozenset({"order.paid"}), features=lambda _: True)
    await add_campaign(pool, "till")
    engine = Engine(pool, registry_of(kind), SHANGHAI)
    await asyncio.gather(*(engine.submit(paid(member, number, 60_000, NOON)) for number in ("A", "B")))
    await engine.submit(paid(member, "C", 60_000, NOON))

    assert engine.timings.batches == 2
    assert seen == [Privileges(), Privileges(), Privileges(5, 200)]


async def test_a_preview_raises_tiers_as_a_commit_would(pool: Pool) -> None:
    await with_ladder(pool)
    [member] = await add_members(pool, 1)
    campaign = await add_campaign(pool, "purchase")
    terms = orjson.dumps({"audience": {"rule": "member.tier == 'silver'"}}).decode()
    await pool.execute("UPDATE campaign SET terms = $2 WHERE id = $1", campaign, terms)
    facts = [
        PreviewFact(NOON, who, type="order.paid", data={"order": f"{who}/{place}", "amount_fen": 30_000})
        for who in (member, None)
        for place in range(2)
    ]

    preview = await Previewer(pool, shop_registry(), SHANGHAI).preview(Draft(campaign), facts, NOON)

    refusals = [step.refusal.code if step.refusal else None for step in preview.steps]
    assert refusals == ["NOT_IN_AUDIENCE", None] * 2
    assert await pool.fetchval("SELECT count(*) FROM tier_standing") == 0


async def test_a_refund_takes_the_tier_back_at_once(pool: Pool) -> None:
    live = await with_ladder(pool)
    [member] = await add_members(pool, 1)
    engine = shop_engine(pool)
    await engine.submit(paid(member, "A", 200_001, NOON))
    assert await tier_of(pool, member) == "gold"

    await engine.submit(refunded(member, "A", 1, NOON + timedelta(days=3)))
    assert await tier_of(pool, member) == "silver"
    await engine.submit(refunded(member, "A", 200_000, NOON + timedelta(days=3)))

    assert [row["reason"] for row in await pool.fetch(HISTORY, member)] == ["upgrade", "refund", "refund"]
    assert await tier_of(pool, member) == "bronze"
    await check_everybody(pool, live)


async def test_an_order_that_is_told_late_counts_for_its_day(pool: Pool) -> None:
    live = await with_ladder(pool)
    [member] = await add_members(pool, 1)
    engine = shop_engine(pool)
    await engine.submit(paid(member, "A", 20_000, NOON))
    await engine.submit(paid(member, "B", 20_000, NOON + timedelta(days=30)))
    assert await tier_of(pool, member) == "bronze"

    await engine.submit(paid(member, "C", 10_000, NOON - timedelta(days=10)))

    assert await tier_of(pool, member) == "silver"
    assert [row["reason"] for row in await pool.fetch(HISTORY, member)] == ["late_fact"]
    await check_everybody(pool, live)


async def test_what_time_took_is_written_down_before_what_a_fact_brings(pool: Pool) -> None:
    live = await with_ladder(pool)
    [member] = await add_members(pool, 1)
    engine = shop_engine(pool)
    for days in (0, 400):
        await engine.submit(paid(member, f"A{days}", 30_000, NOON + timedelta(days=days)))

    changes = [(row["to_tier"], row["reason"]) for row in await pool.fetch(HISTORY, member)]
    assert changes == [("silver", "upgrade"), ("bronze", "review"), ("silver", "upgrade")]
    await check_everybody(pool, live)


async def test_without_a_ladder_tiers_are_the_shops(pool: Pool) -> None:
    [member] = await add_members(pool, 1)
    await pool.execute("UPDATE member SET tier = 'vip'")

    await shop_engine(pool).submit(paid(member, "A", 10_000_000, NOON))

    assert await tier_of(pool, member) == "vip"
    assert await pool.fetchval("SELECT count(*) FROM tier_standing") == 0


async def test_a_new_ladder_holds_for_the_next_fact_in_every_process(pool: Pool, other_pool: Pool) -> None:
    await with_ladder(pool)
    [member] = await add_members(pool, 1)
    engines = [shop_engine(pool), shop_engine(other_pool)]
    for place, engine in enumerate(engines):
        await engine.submit(paid(member, f"A{place}", 200_000, NOON))
    assert await tier_of(pool, member) == "gold"

    live = await with_ladder(pool, RETAIL)
    await engines[1].submit(paid(member, "B", 1, NOON))

    assert [tuple(row)[:2] for row in await pool.fetch(HISTORY, member)] == [
        ("bronze", "silver"),
        ("silver", "gold"),
        ("gold", "silver"),
    ]
    await check_everybody(pool, live)


async def test_members_begin_at_the_foot_of_the_ladder(pool: Pool) -> None:
    await with_ladder(pool)
    async with pool.acquire() as connection, connection.transaction():
        members = await ensure_members(connection, [Joiner("shop", "7", NOON)])

    assert await tier_of(pool, members["shop", "7"]) == "bronze"


async def test_orders_of_one_member_from_two_processes_are_all_counted(pool: Pool, database_url: str) -> None:
    live = await with_ladder(pool)
    members = await add_members(pool, 4)
    async with open_database(database_url, 5) as other:
        engines = [shop_engine(pool, SMALL), shop_engine(other, SMALL)]
        facts = [paid(member, f"{member}/{place}", 10_001, NOON) for place in range(20) for member in members]
        await asyncio.gather(*(engines[place % 2].submit(fact) for place, fact in enumerate(facts)))

    assert {await tier_of(pool, member) for member in members} == {"gold"}
    changes = await pool.fetch("SELECT member_id, to_tier FROM tier_change ORDER BY member_id, number")
    assert [tuple(row) for row in changes] == [(m, tier) for m in sorted(members) for tier in ("silver", "gold")]
    await check_everybody(pool, live)


def random_facts(random: Random, members: list[UUID], desk: UUID, check_in: UUID) -> list[NewFact]:
    """Orders, refunds, growth and check-ins of two years, in any order but that refunds follow their orders."""
    facts: list[NewFact] = []
    for number in range(random.randint(5, 60)):
        at = NOON + timedelta(days=random.randrange(500), hours=random.choice((0, 11, 12, 13)))
        member, kind = random.choice(members), random.random()
        if kind < 0.5:
            amount = random.choice((0, 10_000, 30_000, 120_000))
            facts.append(paid(member, f"N{number}", amount, at))
            if amount and random.random() < 0.3:
                back = random.choice((1, amount))
                facts.append(refunded(member, f"N{number}", back, at + timedelta(days=random.randrange(60))))
        elif kind < 0.75:
            grant = ("Grant", {"unit": "growth", "amount": random.choice((50, 100, 500)), "reference": "x"})
            back = ("Reverse", {"unit": "growth", "amount": 60, "reference": "x"})
            facts.append(till.play(desk, member, at, *random.choice(([grant], [grant], [back]))))
        else:
            facts.append(sign(check_in, member, at))
    paids = [fact for fact in facts if fact.type != "order.refunded"]
    random.shuffle(paids)
    return paids + [fact for fact in facts if fact.type == "order.refunded"]


async def play_out(engine: Engine, facts: list[NewFact], random: Random) -> None:
    """Submit the facts, a few at once, under numbers and keys of their own."""
    prefix = new_id().hex
    own = [
        replace(
            fact,
            idempotency_key=f"{prefix}/{place}",
            data=fact.data | {"order": f"{prefix}{fact.data['order']}"} if "order" in fact.data else fact.data,
        )
        for place, fact in enumerate(facts)
    ]
    while own:
        some = random.randint(1, 8)
        await asyncio.gather(*(engine.submit(fact) for fact in own[:some]))
        del own[:some]


@pytest.mark.parametrize("name", LADDERS)
@pytest.mark.parametrize("seed", range(2))
async def test_whatever_order_facts_come_in_members_stand_as_the_rule_says(pool: Pool, name: str, seed: int) -> None:
    random = Random(f"{name}/{seed}")  # noqa: S311 - to be the same again
    live = await with_ladder(pool, LADDERS[name])
    members = await add_members(pool, 3)
    desk, check_in = await add_campaign(pool, "till"), await add_campaign(pool, "check_in")
    registry = registry_of(till.TILL, shop_registry().types["check_in"])
    engine = Engine(pool, registry, SHANGHAI, SMALL, lambda: NOON + timedelta(days=600))
    for _ in range(3):
        await play_out(engine, random_facts(random, members, desk, check_in), random)
        await check_everybody(pool, live)


async def test_growth_and_interactions_raise_tiers(pool: Pool) -> None:
    live = await with_ladder(pool, MIXED)
    [member] = await add_members(pool, 1)
    desk, check_in = await add_campaign(pool, "till"), await add_campaign(pool, "check_in")
    registry = registry_of(till.TILL, shop_registry().types["check_in"])
    engine = Engine(pool, registry, SHANGHAI)
    for days in (0, 1):
        await engine.submit(sign(check_in, member, NOON + timedelta(days=days)))
    assert await tier_of(pool, member) == "regular"
    await engine.submit(sign(check_in, member, NOON + timedelta(days=1)))

    await engine.submit(paid(member, "A", 20_000, NOON + timedelta(days=1)))
    grant = ("Grant", {"unit": "growth", "amount": 150})
    await engine.submit(till.play(desk, member, NOON + timedelta(days=2), grant))

    assert await tier_of(pool, member) == "friend"
    assert await pool.fetchval("SELECT earned_on[1] FROM tier_standing") == date(2024, 3, 2)
    await check_everybody(pool, live)


async def test_settling_leaves_those_who_were_judged_meanwhile_as_they_are(pool: Pool) -> None:
    live = await with_ladder(pool)
    [member, _] = await add_members(pool, 2)
    await shop_engine(pool).submit(paid(member, "A", 30_000, NOON))

    moves = await settle_all(pool, live, NOON)

    assert moves == {("silver", "silver"): 1, ("bronze", "bronze"): 1}
    await check_everybody(pool, live)
