"""Reviewed photos and groups on a database: rivals, verdicts, previews with what follows."""

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

import orjson

from plugins.check_in.campaign import CHECK_IN
from siyu.campaigns.drafts import Draft
from siyu.db import Pool
from siyu.engine import BatchLimits, Engine, NewFact
from siyu.engine.preview import Previewer, PreviewFact
from siyu.engine.verdict_intake import GivenVerdict, give_verdict
from siyu.errors import AlreadyReviewed
from siyu.ids import new_id
from tests.clock import NOON, TestClock
from tests.factories import SHANGHAI, add_campaign, add_members, points_of, shop_engine, shop_registry
from tests.plugins.test_check_in_on_a_shop import codes
from tests.siyu.engine.happening import decided, happen, told
from tests.siyu.engine.relay import fire_all

RIVALS = 50
RUNNERS, GOAL = 40, 25
PHOTO = "https://photos.example.com/1.jpg"
REVIEWED = {"streak_points": [1, 2, 3, 4, 5], "proof": "photo", "review": True}
TOGETHER = {
    **REVIEWED,
    "review": False,
    "groups": {"goals": [{"group": "runners", "goal": GOAL}], "bonus_points": [100]},
}
TEAM = "SELECT state FROM participation WHERE team = 'runners'"
STATE = "SELECT state FROM participation WHERE subject_id = $1"


def sign(campaign: UUID, member: UUID, at: datetime) -> NewFact:
    """A member signs in with a photo."""
    return NewFact("check_in.sign", member, at, {"photo": PHOTO}, new_id().hex, campaign, stamped=True)


def engines_of(pool: Pool, clock: TestClock, batch: int = 256) -> list[Engine]:
    """Two, as two processes have them."""
    return [shop_engine(pool, BatchLimits(facts_max=batch, share_min=1), clock) for _ in range(2)]


async def verdict(engine: Engine, review_id: UUID, *, approved: bool, by: str = "lin") -> bool:
    """Whether an operator's verdict is the first."""
    try:
        await give_verdict(engine, GivenVerdict(review_id, approved, "", by, f"operator/{by}/{new_id().hex}"))
    except AlreadyReviewed:
        return False
    return True


async def state_of(pool: Pool, member: UUID) -> dict[str, Any]:
    """A member's state as it is stored."""
    state: dict[str, Any] = orjson.loads(await pool.fetchval(STATE, member))
    return state


async def test_of_fifty_at_once_one_waits_and_of_twenty_verdicts_one_pays(pool: Pool, clock: TestClock) -> None:
    [member] = await add_members(pool, 1)
    campaign, engines = await add_campaign(pool, "check_in", REVIEWED), engines_of(pool, clock)

    outcomes = await asyncio.gather(*(engines[n % 2].submit(sign(campaign, member, NOON)) for n in range(RIVALS)))
    assert codes(outcomes) == {"": 1, "ALREADY_SIGNED": RIVALS - 1}
    assert (await points_of(pool, member), await pool.fetchval("SELECT count(*) FROM review")) == (0, 1)
    review_id = await pool.fetchval("SELECT id FROM review")
    first = await asyncio.gather(*(verdict(engines[n % 2], review_id, approved=True, by=f"o{n}") for n in range(20)))
    for engine in engines:
        await engine.drain()

    assert sum(first) == 1
    assert (await points_of(pool, member), (await state_of(pool, member))["days"]) == (1, 1)


async def test_verdicts_that_come_at_once_in_any_order_end_as_days_signed_in_turn(pool: Pool, clock: TestClock) -> None:
    [member] = await add_members(pool, 1)
    campaign, engines = await add_campaign(pool, "check_in", REVIEWED), engines_of(pool, clock)
    for day in range(12):
        clock.now = NOON + timedelta(days=day)
        await engines[0].submit(sign(campaign, member, clock.now))
    reviews = await pool.fetch("SELECT id, key FROM review ORDER BY key")
    said = [(row["id"], number not in {4, 9}) for number, row in enumerate(reviews)]
    Random(3).shuffle(said)  # noqa: S311 - to be the same again is its purpose

    first = await asyncio.gather(*(verdict(engines[n % 2], each, approved=ok) for n, (each, ok) in enumerate(said)))
    for engine in engines:
        await engine.drain()

    state = await state_of(pool, member)
    assert (all(first), state["recent"], state["streak"], state["waiting"]) == (True, "110111101111", 2, [])
    # Four days, four days and two.
    assert await points_of(pool, member) == 10 + 10 + 3


async def test_a_group_that_comes_at_once_is_counted_and_rewarded_to_the_last_member(
    pool: Pool, clock: TestClock
) -> None:
    members = await add_members(pool, RUNNERS)
    await pool.execute("UPDATE member SET groups = '{runners}'")
    campaign, engines = await add_campaign(pool, "check_in", TOGETHER), engines_of(pool, clock, batch=5)

    await asyncio.gather(*(engines[n % 2].submit(sign(campaign, each, NOON)) for n, each in enumerate(members)))
    for engine in engines:
        await engine.drain()

    [day] = orjson.loads(await pool.fetchval(TEAM))["days"]
    assert (day["signed"], day["streak"], day["bonus"]) == (RUNNERS, 1, 100)
    bonuses = Counter([await points_of(pool, member) - 1 for member in members])
    assert bonuses == {100: RUNNERS - GOAL + 1, 0: GOAL - 1}
    clock.now = datetime(2026, 11, 22, 13, tzinfo=UTC)
    await fire_all(engines[0])
    assert Counter([await points_of(pool, member) for member in members]) == {101: RUNNERS}
    assert await pool.fetchval("SELECT count(*) FROM pending_fact") == 0


async def test_a_cap_that_refuses_what_a_verdict_brings_leaves_the_day_to_be_paid_later(
    pool: Pool, clock: TestClock
) -> None:
    [member] = await add_members(pool, 1)
    campaign, [engine, _] = await add_campaign(pool, "check_in", REVIEWED), engines_of(pool, clock)
    cap = {"measure": "value", "unit": "points", "scope": "campaign", "period": "day", "limit": 1}
    await pool.execute("UPDATE campaign SET terms = $1", orjson.dumps({"caps": [cap]}).decode())
    for day in range(2):
        clock.now = NOON + timedelta(days=day)
        await engine.submit(sign(campaign, member, clock.now))

    for row in await pool.fetch("SELECT id FROM review ORDER BY key"):
        assert await verdict(engine, row["id"], approved=True)
        await engine.drain()
    capped = await points_of(pool, member), len((await state_of(pool, member))["waiting"])
    await pool.execute("UPDATE campaign SET terms = NULL, revision = revision + 1")
    clock.now = NOON + timedelta(days=2)
    await engine.submit(sign(campaign, member, clock.now))
    await engine.drain()

    assert capped == (1, 1)
    state = await state_of(pool, member)
    assert (await points_of(pool, member), state["streak"], len(state["waiting"])) == (3, 2, 1)


async def test_what_a_preview_says_of_proofs_and_groups_is_then_committed(pool: Pool, clock: TestClock) -> None:
    members = await add_members(pool, 3)
    await pool.execute("UPDATE member SET groups = '{runners}' WHERE id <> $1", members[0])
    groups = {"goals": [{"group": "runners", "goal": 2}], "bonus_points": [10, 20]}
    place = {"name": "Bund", "latitude": 31.24, "longitude": 121.49}
    config = {**TOGETHER, "proof": "photo_and_place", "places": [place], "groups": groups, "make_up": {}}
    random = Random(5)  # noqa: S311 - to be the same again is its purpose
    seen: Counter[str] = Counter()
    for review in (False, True):
        campaign = await add_campaign(pool, "check_in", {**config, "review": review})
        engine, previewer = shop_engine(pool, clock=clock), Previewer(pool, shop_registry(), SHANGHAI)
        for _ in range(6):
            passed, facts = len(await decided(pool, campaign, 0)), []
            for step in range(8):
                at = clock.now + timedelta(hours=5 * step)
                shown = {"photo": PHOTO, "latitude": 31.24, "longitude": random.choice([121.49, 121.5, None])}
                back = (at.astimezone(SHANGHAI) - timedelta(days=random.randint(0, 3))).date()
                action, data = random.choice([("sign", shown)] * 3 + [("makeUp", {"day": back.isoformat()})])
                facts.append(PreviewFact(at, random.choice(members), action=action, data=data))
            # Timers are known of those alone whom the preview is about.
            facts += [PreviewFact(facts[-1].at, member, action="sign", data={}) for member in members]

            steps = (await previewer.preview(Draft(campaign), facts, clock.now)).steps
            await happen(pool, engine, clock, CHECK_IN, campaign, facts)

            assert told(steps) == await decided(pool, campaign, passed)
            seen.update(step.refusal.code if step.refusal else step.fact.type for step in steps)
            clock.move(3_600)

    expected = {"check_in.sign", "check_in.makeUp", "check_in.groupSign", "check_in.groupBonus"}
    assert expected | {"TOO_FAR_AWAY", "PLACE_NEEDED", "PHOTO_NEEDED", "ALREADY_SIGNED"} <= seen.keys()
