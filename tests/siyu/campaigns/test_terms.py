"""Terms, revisions, lanes and the archive, in the database."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from siyu.campaigns import Routes, service
from siyu.campaigns.lanes import LANES_MAX, lanes, set_lanes
from siyu.campaigns.loading import LiveCampaigns
from siyu.campaigns.queries import CampaignRow, CampaignSelection, ShownState, campaign_page
from siyu.campaigns.results import ArmResults, RewardCount, Value, campaign_results
from siyu.campaigns.revisions import revision_page
from siyu.campaigns.service import CampaignSettings
from siyu.db import Pool
from siyu.engine import CAMPAIGN_NOT_OPEN
from siyu.errors import CampaignStateError, InvalidInput
from tests.factories import add_campaign, add_members, paid, refunded, shop_engine, shop_registry, sign
from tests.siyu.campaigns.test_service import NOON
from tests.siyu.engine.till import issue, play, revoke, till_engine


async def create(pool: Pool, kind: str = "check_in", **given: Any) -> CampaignRow:
    """A new draft."""
    settings = CampaignSettings(**{"name": "签到", "config": {}, **given})  # type: ignore[typeddict-item]  # any setting
    return await service.create(pool, shop_registry(), kind, settings, NOON, "lin")


async def update(pool: Pool, campaign: CampaignRow, revision: int, **changes: Any) -> CampaignRow:
    """A new revision, an hour later."""
    later = NOON + timedelta(hours=1)
    return await service.update(pool, shop_registry(), campaign.id, revision, CampaignSettings(**changes), later, "mei")


async def publish(pool: Pool, campaign: CampaignRow) -> CampaignRow:
    """Let it run."""
    return await service.publish(pool, shop_registry(), campaign.id, NOON)


async def test_every_revision_is_kept_whole_with_who_made_it(pool: Pool) -> None:
    campaign = await create(pool)
    await update(pool, campaign, 1, terms={"priority": 3})
    await update(pool, campaign, 2, name="每日", config={"streak_points": [1]})

    page = await revision_page(pool, campaign.id, 2, None)
    first = await revision_page(pool, campaign.id, 2, page.rows[-1].revision)

    kept = [(row.revision, row.name, row.created_by) for row in (*page.rows, *first.rows)]
    assert kept == [(3, "每日", "mei"), (2, "签到", "mei"), (1, "签到", "lin")]
    assert page.has_more
    assert not first.has_more
    assert '"priority": 3' in (page.rows[0].terms or "")
    assert first.rows[0].terms is None
    assert first.rows[0].created_at == NOON


async def test_a_change_that_was_refused_leaves_no_revision(pool: Pool) -> None:
    campaign = await create(pool)

    with pytest.raises(InvalidInput):
        await update(pool, campaign, 1, terms={"lane": "unlisted"})
    with pytest.raises(CampaignStateError):
        await update(pool, campaign, 7, name="从别的版本")

    assert await pool.fetchval("SELECT count(*) FROM campaign_revision") == 1
    assert await pool.fetchval("SELECT revision FROM campaign") == 1


async def test_of_two_edits_from_one_revision_one_is_kept(pool: Pool) -> None:
    campaign = await publish(pool, await create(pool))

    answers = await asyncio.gather(
        *(update(pool, campaign, 1, terms={"priority": n}) for n in (1, 2, 3)), return_exceptions=True
    )

    assert sum(isinstance(answer, CampaignStateError) for answer in answers) == 2
    assert [row.revision for row in (await revision_page(pool, campaign.id, 9, None)).rows] == [2, 1]


async def test_a_batch_decides_by_the_revision_that_was_committed_before_it(pool: Pool) -> None:
    members = await add_members(pool, 8)
    campaign, engines = await publish(pool, await create(pool)), [shop_engine(pool), shop_engine(pool)]

    for number, member in enumerate(members):
        await update(pool, campaign, number + 1, config={"streak_points": [number + 1]})
        [decision] = (await engines[number % 2].submit(sign(campaign.id, member, NOON))).decisions
        assert [effect["amount"] for effect in decision.effects if effect["kind"] == "grant"] == [number + 1]


async def test_campaigns_are_read_again_only_when_something_changed(pool: Pool) -> None:
    first = await publish(pool, await create(pool))
    live = LiveCampaigns(shop_registry())

    async def load() -> Routes:
        async with pool.acquire() as connection:
            return await live.load(connection)

    before = await load()
    assert await load() is before
    await service.pause(pool, first.id, NOON)
    paused = await load()
    await set_lanes(pool, ["first"])
    again = await load()

    assert [campaign.state for campaign in paused.campaigns] == ["paused"]
    assert again is not paused
    assert await load() is again


async def test_a_change_that_is_not_committed_yet_is_seen_once_it_is(pool: Pool) -> None:
    """The race that the clock has to win: read while the change is under way, and again after it."""
    campaign = await publish(pool, await create(pool))
    live = LiveCampaigns(shop_registry())
    async with pool.acquire() as writing, pool.acquire() as reading:
        transaction = writing.transaction()
        await transaction.start()
        await writing.execute("UPDATE campaign SET state = 'paused' WHERE id = $1", campaign.id)
        during = await live.load(reading)
        await transaction.commit()
        after = await live.load(reading)

    assert [c.state for c in during.campaigns] == ["running"]
    assert [c.state for c in after.campaigns] == ["paused"]


async def test_an_archived_campaign_is_out_of_sight_and_still_settles(pool: Pool) -> None:
    [member] = await add_members(pool, 1)
    campaign, engine = await publish(pool, await create(pool, "purchase")), shop_engine(pool)
    await engine.submit(paid(member, "A1", 1_000, NOON))
    await service.end(pool, campaign.id, NOON)
    archived = await service.archive(pool, campaign.id, NOON)

    listened = await engine.submit(paid(member, "A2", 1_000, NOON))
    settled = await engine.submit(refunded(member, "A1", 1_000, NOON))

    assert archived.state is ShownState.ARCHIVED
    assert listened.decisions == ()
    assert [effect["kind"] for effect in settled.decisions[0].effects] == ["reverse"]
    assert (await campaign_page(pool, CampaignSelection(), 9, None, NOON)).rows == ()
    asked_for = CampaignSelection([ShownState.ARCHIVED])
    assert [row.id for row in (await campaign_page(pool, asked_for, 9, None, NOON)).rows] == [campaign.id]


async def test_an_archived_draft_decides_nothing_and_an_archived_campaign_never_runs_again(pool: Pool) -> None:
    [member] = await add_members(pool, 1)
    campaign = await create(pool)
    await service.archive(pool, campaign.id, NOON)

    outcome = await shop_engine(pool).submit(sign(campaign.id, member, NOON))

    assert [d.refusal.code for d in outcome.decisions if d.refusal] == ["CAMPAIGN_NOT_FOUND"]
    for move in (service.pause, service.end, service.archive):
        with pytest.raises(CampaignStateError):
            await move(pool, campaign.id, NOON)
    with pytest.raises(CampaignStateError):
        await publish(pool, campaign)
    with pytest.raises(CampaignStateError):
        await update(pool, campaign, 1, name="归档后")


async def test_running_campaigns_are_archived_only_after_their_window(pool: Pool) -> None:
    campaign = await publish(pool, await create(pool, ends_at=NOON + timedelta(days=1)))

    with pytest.raises(CampaignStateError):
        await service.archive(pool, campaign.id, NOON)
    archived = await service.archive(pool, campaign.id, NOON + timedelta(days=1))

    assert archived.state is ShownState.ARCHIVED


async def test_a_scheduled_campaign_is_not_open_yet(pool: Pool) -> None:
    [member] = await add_members(pool, 1)
    campaign = await publish(pool, await create(pool, starts_at=NOON + timedelta(days=1)))
    assert campaign.state is ShownState.SCHEDULED

    early = await shop_engine(pool).submit(sign(campaign.id, member, NOON))
    in_time = await shop_engine(pool).submit(sign(campaign.id, member, NOON + timedelta(days=1)))

    assert [d.refusal and d.refusal.code for d in (*early.decisions, *in_time.decisions)] == [CAMPAIGN_NOT_OPEN, None]


async def test_lanes_are_set_in_order_and_one_in_use_stays(pool: Pool) -> None:
    assert await lanes(pool) == []
    await set_lanes(pool, ["orders", "gifts"])
    campaign = await create(pool, terms={"lane": "gifts"})

    with pytest.raises(CampaignStateError, match="gifts"):
        await set_lanes(pool, ["orders"])
    assert await set_lanes(pool, ["gifts", "orders"]) == await lanes(pool) == ["gifts", "orders"]

    await service.archive(pool, campaign.id, NOON)
    await set_lanes(pool, [])
    assert await lanes(pool) == []


@pytest.mark.parametrize("keys", [["a", "a"], ["A"], [""], ["x" * 33], [f"l{n}" for n in range(LANES_MAX + 1)]])
async def test_lanes_that_cannot_be_are_refused(pool: Pool, keys: list[str]) -> None:
    with pytest.raises(InvalidInput):
        await set_lanes(pool, keys)


async def test_a_lane_cannot_go_while_a_campaign_is_entering_it(pool: Pool) -> None:
    await set_lanes(pool, ["gifts"])

    answers = await asyncio.gather(
        *(create(pool, terms={"lane": "gifts"}) for _ in range(4)), set_lanes(pool, []), return_exceptions=True
    )

    used = {row[0] for row in await pool.fetch("SELECT terms->>'lane' FROM campaign")}
    assert used <= set(await lanes(pool))
    assert all(isinstance(a, CampaignRow | InvalidInput | CampaignStateError | list) for a in answers)


async def test_what_a_campaign_shares_a_lane_with_decides_in_the_database_too(pool: Pool) -> None:
    [member] = await add_members(pool, 1)
    await set_lanes(pool, ["orders"])
    for priority in (1, 2):
        made = await create(pool, "purchase", name=f"P{priority}", terms={"lane": "orders", "priority": priority})
        await publish(pool, made)

    outcome = await shop_engine(pool).submit(paid(member, "A1", 1_000, NOON))

    names = {row["id"]: row["name"] for row in await pool.fetch("SELECT id, name FROM campaign")}
    told = [(names[d.campaign_id], d.refusal and d.refusal.code) for d in outcome.decisions if d.campaign_id]
    assert told == [("P2", None), ("P1", "LANE_TAKEN")]
    assert await pool.fetchval("SELECT count(*) FROM transfer") == 1


async def test_results_are_counted_by_arm(pool: Pool) -> None:
    members = await add_members(pool, 20)
    terms = {"arms": [{"key": k, "weight": 1, "override": {"points_per_yuan": n}} for k, n in (("a", 1), ("b", 2))]}
    campaign, engine = await publish(pool, await create(pool, "purchase", terms=terms)), shop_engine(pool)
    for number, member in enumerate(members):
        await engine.submit(paid(member, f"A{number}", 1_000, NOON))
    await engine.submit(refunded(members[0], "A0", 1_000, NOON))
    await engine.submit(paid(members[0], "OLD", 1_000, NOON - timedelta(days=60)))

    results = await campaign_results(pool, campaign.id)

    arms = {row[0]: row[1] for row in await pool.fetch("SELECT subject_id, arm FROM participation")}
    back = {"a": 10, "b": 20}
    expected = []
    for key, points in (("a", 10), ("b", 20)):
        count = sum(arm == key for arm in arms.values())
        taken = back[key] if arms[members[0]] == key else 0
        expected.append(ArmResults(key, count, (Value("points", count, count * points, taken),)))
    assert results.arms == tuple(expected)
    assert (results.decisions, results.refusals) == (22, {"TOO_LATE": 1})


async def test_results_count_rewards_by_name(pool: Pool) -> None:
    members = await add_members(pool, 2)
    campaign, other, engine = await add_campaign(pool, "till"), await add_campaign(pool, "till"), till_engine(pool)
    for number, member in enumerate(members):
        await engine.submit(play(campaign, member, NOON, issue("mug", "a"), issue("cup", "b")))
        await engine.submit(play(other, member, NOON, issue("mug", "a")))
        await engine.submit(play(campaign, member, NOON, *([revoke("a")] if number else [issue("mug", "c")])))

    [arm] = (await campaign_results(pool, campaign)).arms

    assert arm.rewards == (RewardCount("cup", 2, 0), RewardCount("mug", 3, 1))


async def test_stored_terms_that_nobody_can_read_keep_a_campaign_from_deciding(pool: Pool) -> None:
    [member] = await add_members(pool, 1)
    odd = await add_campaign(pool, "check_in")
    await pool.execute("""UPDATE campaign SET terms = '{"arms": [{"key": "a", "weight": 1, "override": {"x": 1}}]}'""")
    good = await add_campaign(pool, "check_in")
    engine = shop_engine(pool)

    codes = []
    for campaign in (odd, good):
        [decision] = (await engine.submit(sign(campaign, member, NOON))).decisions
        codes.append(decision.refusal and decision.refusal.code)

    assert codes == ["CAMPAIGN_FAILED", None]
