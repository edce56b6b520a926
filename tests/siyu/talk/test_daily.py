"""What is said in chats counts once a day and kind, however much of it a worker has counted already."""

import asyncio
from collections.abc import Collection
from datetime import date, datetime, timedelta
from random import Random
from uuid import UUID

import pytest

from siyu.db import Connection, Pool
from siyu.engine import NewFact
from siyu.features import CountedTalk, keep_everything, keep_features
from siyu.features import keeping as features
from siyu.features.refreshing import refresh
from siyu.metrics.keeping import keep_metrics, rebuild
from siyu.rules import RuleClock
from tests.clock import NOON
from tests.factories import SHANGHAI, add_members, shop_engine
from tests.siyu.features.test_keeping import kept
from tests.siyu.groups.shop import add_group
from tests.siyu.talk.chatting import posted

DAY = timedelta(days=1)
FACTS = (
    ("message.posted", {"group": "tea", "kind": "text", "length": 9}),
    ("message.liked", {"group": "tea"}),
    ("poll.answered", {"group": "tea"}),
    ("link.clicked", {"url": "https://shop.example/a"}),
    ("link.clicked", {"group": "tea", "campaign": "spring"}),
)
ROUNDS, FACTS_A_ROUND = 8, 20
METRICS = "SELECT * FROM metric_member_day ORDER BY member_id, day, campaign_id"


def now() -> datetime:
    return NOON


@pytest.mark.parametrize("remembered_max", [0, 7, 1_000])
async def test_what_a_process_remembers_changes_no_count(pool: Pool, remembered_max: int) -> None:
    members, random = await add_members(pool, 4), Random(remembered_max)  # noqa: S311 - a test's
    await add_group(pool, "tea")
    engine, counted = shop_engine(pool), (CountedTalk(remembered_max), CountedTalk(remembered_max))
    for number in range(ROUNDS):
        facts = [
            NewFact(
                type_, random.choice(members), NOON - random.randint(0, 40) * DAY / 9, data, f"service/{number}/{i}"
            )
            for i, (type_, data) in enumerate(random.choices(FACTS, k=FACTS_A_ROUND))
        ]
        await asyncio.gather(*map(engine.submit, facts))
        await keep_features(pool, SHANGHAI, now, None, counted[0])
        await keep_metrics(pool, SHANGHAI, now, counted[1])
    found = await kept(pool), await pool.fetch(METRICS)

    await pool.execute("UPDATE member_feature SET due_on = '1970-01-01'")
    await keep_everything(pool, RuleClock(NOON, SHANGHAI))
    await rebuild(pool, SHANGHAI, NOON, date(2026, 1, 1), date(2027, 1, 1), lambda _: None)

    assert found == (await kept(pool), await pool.fetch(METRICS))
    assert any(row["clicks"] > 1 for row in found[1])


async def test_who_posts_again_is_not_counted_anew(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    [member] = await add_members(pool, 1)
    await add_group(pool, "tea")
    engine, counted, refreshed = shop_engine(pool), CountedTalk(), list[int]()

    async def count(connection: Connection, members: Collection[UUID], clock: RuleClock) -> None:
        refreshed.append(len(members))
        await refresh(connection, members, clock)

    monkeypatch.setattr(features, "refresh", count)
    for minutes in (9, 6, 3):
        await engine.submit(posted(member, "tea", NOON - timedelta(minutes=minutes)))
        await keep_features(pool, SHANGHAI, now, None, counted)

    assert refreshed == [1, 0, 0]
    row = (await kept(pool))[member]
    assert (row["interactions_7d"], row["last_interaction_at"]) == (1, NOON - timedelta(minutes=3))
