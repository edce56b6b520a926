"""The life of a campaign, in the database."""

import asyncio
from datetime import UTC, datetime

import pytest

from siyu.campaigns import service
from siyu.campaigns.queries import CampaignRow, ShownState
from siyu.campaigns.service import CampaignSettings
from siyu.db import Pool
from siyu.engine import CAMPAIGN_NOT_OPEN
from siyu.errors import CampaignStateError, InvalidInput
from siyu.ids import new_id
from tests.factories import add_members, shop_engine, shop_registry, sign

NOON = datetime(2026, 11, 21, 4, tzinfo=UTC)


async def draft(pool: Pool) -> CampaignRow:
    """A new check-in."""
    settings = CampaignSettings(name="签到", config={})
    return await service.create(pool, shop_registry(), "check_in", settings, NOON)


async def test_a_campaign_made_by_the_service_can_pay(pool: Pool) -> None:
    [member] = await add_members(pool, 1)
    campaign, engine = await draft(pool), shop_engine(pool)
    await service.publish(pool, shop_registry(), campaign.id, NOON)

    outcome = await engine.submit(sign(campaign.id, member, NOON))

    assert outcome.decisions[0].refusal is None


async def test_a_new_config_decides_the_facts_after_it(pool: Pool) -> None:
    one, other = await add_members(pool, 2)
    campaign, engine = await draft(pool), shop_engine(pool)
    await service.publish(pool, shop_registry(), campaign.id, NOON)
    await engine.submit(sign(campaign.id, one, NOON))

    changes = CampaignSettings(config={"streak_points": [77]})
    await service.update(pool, shop_registry(), campaign.id, 1, changes, NOON)
    outcome = await engine.submit(sign(campaign.id, other, NOON))

    assert [effect["amount"] for effect in outcome.decisions[0].effects if effect["kind"] == "grant"] == [77]


async def test_a_paused_campaign_is_not_open(pool: Pool) -> None:
    [member] = await add_members(pool, 1)
    campaign = await draft(pool)
    await service.publish(pool, shop_registry(), campaign.id, NOON)
    await service.pause(pool, campaign.id, NOON)

    outcome = await shop_engine(pool).submit(sign(campaign.id, member, NOON))

    assert [d.refusal.code for d in outcome.decisions if d.refusal] == [CAMPAIGN_NOT_OPEN]


async def test_of_two_updates_from_one_revision_one_wins(pool: Pool) -> None:
    campaign = await draft(pool)
    names = ("甲", "乙")

    answers = await asyncio.gather(
        *(service.update(pool, shop_registry(), campaign.id, 1, CampaignSettings(name=name), NOON) for name in names),
        return_exceptions=True,
    )

    assert sum(isinstance(answer, CampaignStateError) for answer in answers) == 1


async def test_of_two_publishers_one_wins(pool: Pool) -> None:
    campaign = await draft(pool)

    answers = await asyncio.gather(
        *(service.publish(pool, shop_registry(), campaign.id, NOON) for _ in range(2)), return_exceptions=True
    )

    assert [getattr(answer, "state", None) for answer in answers].count(ShownState.RUNNING) == 1


async def test_a_config_that_its_plugin_no_longer_accepts_is_not_published(pool: Pool) -> None:
    campaign = await draft(pool)
    await pool.execute("""UPDATE campaign SET config = '{"streak_points": []}'""")

    with pytest.raises(InvalidInput, match=r"config\.streak_points"):
        await service.publish(pool, shop_registry(), campaign.id, NOON)


async def test_a_refused_draft_leaves_no_account_behind(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(connection: object, campaign_id: object) -> None:
        raise RuntimeError("between the campaign and its accounts")

    monkeypatch.setattr(service, "open_issuer_accounts", fail)
    with pytest.raises(RuntimeError):
        await draft(pool)

    assert await pool.fetchval("SELECT count(*) FROM campaign") == 0


async def test_a_shop_has_a_bounded_number_of_campaigns(pool: Pool) -> None:
    await pool.execute(
        """
        INSERT INTO campaign (id, type_key, name, state, revision, config, created_at)
        SELECT unnest($1::uuid[]), 'check_in', 'x', 'draft', 1, '{}', now()
        """,
        [new_id() for _ in range(1_000)],
    )

    with pytest.raises(CampaignStateError, match="1000"):
        await draft(pool)
