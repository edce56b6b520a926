"""The check-in on a database: rivals, previews, states of the version before."""

import asyncio
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

import orjson

from plugins.check_in.campaign import CHECK_IN
from siyu.campaigns.drafts import Draft
from siyu.db import Pool
from siyu.engine import NewFact, Outcome
from siyu.engine.preview import Previewer, PreviewFact
from siyu.ids import new_id
from tests.factories import SHANGHAI, add_campaign, add_members, points_of, shop_engine, shop_registry, sign

NOON = datetime(2026, 11, 21, 4, tzinfo=UTC)  # noon in Shanghai
TODAY = date(2026, 11, 21)
RIVALS = 50
FULL = {
    "streak_points": [1, 2, 3],
    "after_table": "stay",
    "restart": "month",
    "continuous_milestones": [{"days": 2, "points": 20, "reward": "cup"}, {"days": 4, "points": 40}],
    "cumulative_milestones": [{"days": 3, "reward": "tea"}],
    "make_up": {"days_back": 9, "per_month": 2, "cost_points": 1},
}


def make_up(campaign: UUID, member: UUID, at: datetime, day: date) -> NewFact:
    """A member makes a day up."""
    return NewFact("check_in.makeUp", member, at, {"day": day.isoformat()}, new_id().hex, campaign, stamped=True)


def codes(outcomes: list[Outcome]) -> Counter[str]:
    """How often each refusal was answered; "" for what was not refused."""
    refusals = [outcome.decisions[0].refusal for outcome in outcomes]
    return Counter(refusal.code if refusal else "" for refusal in refusals)


async def test_of_fifty_at_once_on_two_engines_one_signs_and_one_makes_the_day_up(pool: Pool) -> None:
    [member] = await add_members(pool, 1)
    campaign = await add_campaign(pool, "check_in", FULL)
    engines = [shop_engine(pool) for _ in range(2)]
    for days in (4, 2):
        await engines[0].submit(sign(campaign, member, NOON - timedelta(days=days)))

    outcomes = await asyncio.gather(
        *(engines[n % 2].submit(sign(campaign, member, NOON)) for n in range(RIVALS)),
        *(engines[n % 2].submit(make_up(campaign, member, NOON, TODAY - timedelta(days=3))) for n in range(RIVALS)),
    )

    assert codes(outcomes[:RIVALS]) == {"": 1, "ALREADY_SIGNED": RIVALS - 1}
    assert codes(outcomes[RIVALS:]) == {"": 1, "DAY_IS_SIGNED": RIVALS - 1}
    # Three days of one point, less the card, and the milestone that the joined days reach.
    assert await points_of(pool, member) == 3 - 1 + 20
    state = orjson.loads(await pool.fetchval("SELECT state FROM participation"))
    assert (state["days"], state["recent"]) == (4, "10121")
    rewards = await pool.fetch("SELECT reward, count(*) FROM issued_reward GROUP BY 1 ORDER BY 1")
    assert [tuple(row) for row in rewards] == [("cup", 1), ("tea", 1)]


async def test_what_a_preview_says_is_then_committed(pool: Pool) -> None:
    [member] = await add_members(pool, 1)
    campaign, engine = await add_campaign(pool, "check_in", FULL), shop_engine(pool)
    previewer = Previewer(pool, shop_registry(), SHANGHAI)
    random = Random(7)  # noqa: S311 - to be the same again is its purpose
    seen: Counter[str] = Counter()
    for day in range(40):
        now = NOON + timedelta(days=day)
        facts = [sign(campaign, member, now)] if random.random() < 0.7 else []
        backs = random.choices(range(-1, 11), k=3)
        facts += [make_up(campaign, member, now, TODAY + timedelta(days=day - back)) for back in backs]
        asked = [PreviewFact(f.at, f.member_id, action=f.type.split(".")[1], data=f.data) for f in facts]

        preview = await previewer.preview(Draft(campaign), asked, now)
        decisions = [(await engine.submit(fact)).decisions[0] for fact in facts]

        assert [(s.effects, s.refusal) for s in preview.steps] == [(d.effects, d.refusal) for d in decisions]
        seen.update(d.refusal.code if d.refusal else fact.type for d, fact in zip(decisions, facts, strict=True))

    # What was compared is most of what there is.
    assert {"check_in.sign", "check_in.makeUp", "DAY_IS_SIGNED", "NO_CARDS_LEFT", "DAY_IS_NOT_OVER"} <= seen.keys()


async def test_a_state_of_version_one_goes_on(pool: Pool) -> None:
    [member] = await add_members(pool, 1)
    campaign = await add_campaign(pool, "check_in", {"streak_points": [1, 2, 3, 4, 5], "make_up": {}})
    old: dict[str, Any] = {"last_day": "2026-11-20", "streak": 3, "best_streak": 9, "days": 40}
    await pool.execute(
        """
        INSERT INTO participation (id, campaign_id, subject_id, state, state_version, created_at, updated_at)
        VALUES ($1, $2, $3, $4, 1, now(), now())
        """,
        new_id(),
        campaign,
        member,
        orjson.dumps(old).decode(),
    )

    outcome = await shop_engine(pool).submit(sign(campaign, member, NOON))

    assert codes([outcome]) == {"": 1}
    assert await points_of(pool, member) == 4
    row = await pool.fetchrow("SELECT state, state_version FROM participation")
    assert row is not None
    assert row["state_version"] == CHECK_IN.state_version
    assert orjson.loads(row["state"]) == {
        "last_day": "2026-11-21",
        "streak": 4,
        "best_streak": 9,
        "days": 41,
        "recent": "1111",
        "run_before": 0,
        "given": "4,",
        "waiting": [],
        "tried_on": None,
        "tries": 0,
    }
