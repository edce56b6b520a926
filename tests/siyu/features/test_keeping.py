"""Members' features are what happened to them, after every commit and on every day."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from random import Random
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from siyu.db import Connection, Pool
from siyu.engine import running
from siyu.features import keep_everything, keep_features
from siyu.features.keeping import FEATURES_LOCK
from siyu.features.presets import LAYERS, STAGES, turning_days
from siyu.features.refreshing import COLUMNS, refresh
from siyu.ids import new_id
from siyu.rules import RuleClock
from siyu.sdk.core_facts import TALK_FACT_TYPES
from tests.factories import SHANGHAI, add_campaign, add_members, paid, refunded, shop_engine, sign
from tests.siyu.features.plain_features import PlainMember
from tests.siyu.rules.rule_makers import NOON

MEMBERS = 40
DAY = timedelta(days=1)
ADD_FACT = """
INSERT INTO fact (id, type, member_id, campaign_id, at, arrived_at, idempotency_key, fingerprint, data)
VALUES ($1, $2, $3, NULL, $4, $4, $5, '', '{}')
"""
ADD_TALK = """
INSERT INTO fact (id, type, member_id, campaign_id, at, arrived_at, idempotency_key, fingerprint, data)
SELECT gen_random_uuid(), 'message.posted', who, NULL, $2, $2, 'service/' || gen_random_uuid(), '', '{}'
FROM unnest($1::uuid[]) AS who CROSS JOIN generate_series(1, 400)
"""
ADD_ORDER = """
INSERT INTO shop_order (id, number, member_id, amount_fen, refunded_fen, paid_at) VALUES ($1, $2, $3, $4, $5, $6)
"""
JOINED_DAYS_AGO = (1, 6, 8, 29, 60, 100, 200, 430)
ADD_INVITATION = """
INSERT INTO invitation (member_id, id, member_joined_at, inviter_id, inviter_joined_at, campaign_id, fact_id, at)
SELECT member.id, gen_random_uuid(), member.joined_at, inviter.id, inviter.joined_at, $3, gen_random_uuid(), $4
FROM member, member AS inviter WHERE member.id = $1 AND inviter.id = $2
"""
# Of a member's facts those that are no interactions: the core's, what a campaign asked for, an operator's verdict.
NO_INTERACTIONS = (
    ("order.paid", "service/till/1"),
    ("check_in.sign", "timer/1"),
    ("check_in.verdict", "operator/lin/1"),
)


async def kept(pool: Pool) -> dict[UUID, Mapping[str, object]]:
    """Every member's row, as the worker left it."""
    columns = ", ".join(column for column in COLUMNS if column != "due_on")
    rows = await pool.fetch(f"SELECT member_id, {columns} FROM member_feature")
    return {row["member_id"]: {name: value for name, value in row.items() if name != "member_id"} for row in rows}


async def add_random_shop(connection: Connection, random: Random, campaign: UUID) -> dict[UUID, PlainMember]:
    """Members with orders, interactions and invitations in the days before NOON."""
    members: dict[UUID, PlainMember] = {}

    def some_time(days: int = 420) -> datetime:
        return NOON - timedelta(
            days=random.choice((random.randint(0, 10), random.randint(0, days))), hours=random.randint(0, 23)
        )

    for number in range(MEMBERS):
        member_id, joined_at = (
            new_id(),
            NOON - timedelta(days=random.choice((1, 6, 8, 29, 60, 100, 200, 430)), hours=number % 24),
        )
        await connection.execute("INSERT INTO member (id, joined_at) VALUES ($1, $2)", member_id, joined_at)
        plain = members[member_id] = PlainMember(joined_at)
        for _ in range(random.choice((0, 0, 1, 3, 8))):
            amount = random.choice((0, 100_00, 250_00, 600_00))
            order = some_time(), amount, random.choice((0, 0, amount // 3, amount))
            plain.orders.append(order)
            await connection.execute(ADD_ORDER, new_id(), new_id().hex, member_id, order[1], order[2], order[0])
        for _ in range(random.choice((0, 0, 2, 6))):
            plain.interactions.append(some_time(120))
            key = f"{random.choice(('member', 'service'))}/{new_id()}"
            await connection.execute(ADD_FACT, new_id(), "check_in.sign", member_id, plain.interactions[-1], key)
        for _ in range(random.choice((0, 0, 3, 12))):
            # Several of a day count once, each kind for itself.
            said = NOON - timedelta(hours=random.randint(0, 24 * 120)), random.choice(sorted(TALK_FACT_TYPES))
            plain.talk += [said, said]
            for _ in range(2):
                await connection.execute(ADD_FACT, new_id(), said[1], member_id, said[0], f"service/{new_id()}")
        for fact_type, key in NO_INTERACTIONS:
            await connection.execute(ADD_FACT, new_id(), fact_type, member_id, some_time(), f"{key}/{number}")
    await add_invitations(connection, members, random, campaign)
    return members


async def add_invitations(
    connection: Connection, members: Mapping[UUID, PlainMember], random: Random, campaign: UUID
) -> None:
    """About half of the members were invited by one who joined before them."""
    in_order = sorted(members, key=lambda member_id: (members[member_id].joined_at, member_id))
    for place, member_id in enumerate(in_order):
        if place and random.random() < 0.5:
            inviter, at = random.choice(in_order[:place]), NOON - timedelta(days=random.randint(0, 40))
            members[inviter].invitees.append(at)
            members[member_id].is_invited = True
            await connection.execute(ADD_INVITATION, member_id, inviter, campaign, at)


def plainly(members: Mapping[UUID, PlainMember], today: date, zone: ZoneInfo) -> dict[UUID, Mapping[str, object]]:
    """What every member's row must be on a day."""
    return {member_id: member.features(today, zone) for member_id, member in members.items()}


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("zone_name", ["Asia/Shanghai", "America/New_York"])
async def test_features_are_right_on_every_day_that_somebodys_change(pool: Pool, seed: int, zone_name: str) -> None:
    random, zone = Random(seed), ZoneInfo(zone_name)  # noqa: S311 - a test's
    campaign = await add_campaign(pool, "referral")
    async with pool.acquire() as connection, connection.transaction():
        members = await add_random_shop(connection, random, campaign)

    # Nothing tells the worker of anybody: it finds the newcomers by itself, and later whose day has come.
    for days in (0, 1, 2, 3, 7, 8, 29, 30, 31, 60, 89, 90, 120, 200, 364, 366, 500):
        clock = RuleClock(NOON + days * DAY, zone)
        await keep_everything(pool, clock)
        assert await kept(pool) == plainly(members, clock.today, zone), days


async def test_who_does_nothing_costs_nothing(pool: Pool) -> None:
    await add_members(pool, 3)
    await keep_everything(pool, RuleClock(NOON, SHANGHAI))
    before = await pool.fetch("SELECT xmin::text, due_on::text, stage, layer FROM member_feature")

    await keep_everything(pool, RuleClock(NOON + 400 * DAY, SHANGHAI))

    assert await pool.fetch("SELECT xmin::text, due_on::text, stage, layer FROM member_feature") == before
    assert {tuple(row)[1:] for row in before} == {("infinity", "decline", "silent")}


async def test_what_the_engine_commits_is_in_the_features_after_a_step(pool: Pool) -> None:
    lin, wang, idle = await add_members(pool, 3)
    campaign = await add_campaign(pool, "check_in")
    await keep_everything(pool, RuleClock(NOON, SHANGHAI))
    async with running(shop_engine(pool)) as engine:
        for fact in (
            paid(lin, "A", 300_00, NOON),
            paid(lin, "B", 100_00, NOON - 20 * DAY),
            refunded(lin, "A", 50_00, NOON),
            sign(campaign, wang, NOON, f"member/{wang}/1"),
        ):
            await engine.submit(fact)

    assert await keep_features(pool, SHANGHAI, lambda: NOON)

    rows = await kept(pool)
    assert [rows[lin][name] for name in ("orders", "orders_7d", "spend_7d_fen", "spend_30d_fen", "last_order_at")] == [
        2,
        1,
        250_00,
        350_00,
        NOON,
    ]
    assert [rows[wang][name] for name in ("orders", "interactions_7d", "last_interaction_at")] == [0, 1, NOON]
    assert rows[idle]["interactions_90d"] == 0
    assert await pool.fetchval("SELECT count(*) FROM outbox WHERE topic = 'features'") == 0


async def test_the_time_of_joining_is_the_members_own_even_where_it_is_corrected(pool: Pool) -> None:
    [lin] = await add_members(pool, 1)

    await pool.execute("UPDATE member SET joined_at = $2 WHERE id = $1", lin, NOON)

    assert await pool.fetchval("SELECT joined_at FROM member_feature WHERE member_id = $1", lin) == NOON


async def test_a_fact_that_is_not_committed_leaves_nothing_to_do(pool: Pool) -> None:
    [lin] = await add_members(pool, 1)
    async with running(shop_engine(pool)) as engine:
        await engine.submit(paid(lin, "A", 100, NOON, "the-same"))
        left = await pool.fetchval("SELECT count(*) FROM outbox WHERE topic = 'features'")

        await engine.submit(paid(lin, "A", 100, NOON, "the-same"))

    assert left == 1
    assert await pool.fetchval("SELECT count(*) FROM outbox WHERE topic = 'features'") == 1


async def test_one_process_keeps_at_a_time_and_nothing_is_lost(pool: Pool) -> None:
    members = await add_members(pool, 5)
    async with running(shop_engine(pool)) as engine:
        for number, member in enumerate(members * 8):
            await engine.submit(paid(member, str(number), 100, NOON))
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute("SELECT pg_advisory_xact_lock($1)", FEATURES_LOCK)
        assert await keep_features(pool, SHANGHAI, lambda: NOON)
        assert await pool.fetchval("SELECT sum(orders) FROM member_feature") == 0

    await asyncio.gather(*(keep_everything(pool, RuleClock(NOON, SHANGHAI)) for _ in range(3)))

    assert {row["orders"] for row in (await kept(pool)).values()} == {8}


async def test_buyers_are_ranked_once_a_day_and_equal_buyers_equally(pool: Pool) -> None:
    members = await add_members(pool, 12)

    async def ranks() -> Sequence[object]:
        rows = await pool.fetch("SELECT * FROM member_feature ORDER BY member_id")
        by_id = {row["member_id"]: (row["rfm_recency"], row["rfm_frequency"], row["rfm_monetary"]) for row in rows}
        return [by_id[member] for member in members]

    for place, member in enumerate(members[:10]):
        at = NOON - place * DAY
        await pool.execute(ADD_ORDER, new_id(), f"first of {place}", member, 100 + place, 0, at)
    await pool.execute(ADD_ORDER, new_id(), "second", members[9], 100, 0, NOON - 9 * DAY)
    await pool.execute(ADD_ORDER, new_id(), "long ago", members[10], 100, 0, NOON - 400 * DAY)
    await keep_everything(pool, RuleClock(NOON, SHANGHAI))
    first = await ranks()
    await pool.execute(ADD_ORDER, new_id(), "late", members[11], 10_000, 0, NOON)
    await pool.execute("UPDATE member_feature SET due_on = '2000-01-01'")
    await keep_everything(pool, RuleClock(NOON, SHANGHAI))
    same_day = await ranks()
    assert await keep_features(pool, SHANGHAI, lambda: NOON + DAY)

    assert [rank[0] for rank in first[:10]] == [5, 5, 4, 4, 3, 3, 2, 2, 1, 1]  # type: ignore[index]  # ranks
    assert [rank[1] for rank in first[:10]] == [1] * 9 + [5]  # type: ignore[index]  # ranks
    assert first[10:] == [(None, None, None)] * 2
    assert same_day == first
    assert (await ranks())[11] == (5, 1, 5)
    await keep_everything(pool, RuleClock(NOON + 400 * DAY, SHANGHAI))
    assert set(await ranks()) == {(None, None, None)}


def test_presets_ask_for_nothing_that_changes_between_their_days() -> None:
    asked = {feature.name for each in (*LAYERS, *STAGES) for feature in each.rule.features}

    assert all(name.endswith(("d", "d_fen")) or name in {"member.joined_days", "member.has_ordered"} for name in asked)
    assert "now" not in " ".join(each.rule.text for each in (*LAYERS, *STAGES))
    assert turning_days() == [7, 8, 30, 90, 180]


async def test_a_member_costs_no_walk_along_the_keys_of_all_facts_however_old_statistics_are(pool: Pool) -> None:
    members = await add_members(pool, 20)
    await pool.execute("ANALYZE fact, member")
    await pool.execute(ADD_TALK, members, NOON)

    async with pool.acquire() as connection, connection.transaction():
        await refresh(connection, members, RuleClock(NOON, SHANGHAI))
        walks = await connection.fetchval("SELECT pg_stat_get_xact_numscans('fact_idempotency_key_key'::regclass)")

    assert walks == 0
    assert {row["interactions_7d"] for row in (await kept(pool)).values()} == {1}
