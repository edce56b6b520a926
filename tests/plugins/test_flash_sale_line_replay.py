"""A replay of a draw and of a queue decides what was decided: by the same seed, with the same offers."""

from datetime import timedelta
from typing import Any

import pytest

from plugins.flash_sale.campaign import FLASH_SALE
from siyu.campaigns.drafts import Draft, DraftChanges
from siyu.db import Pool
from siyu.engine import BatchLimits, Engine
from siyu.engine.preview import PreviewFact
from siyu.engine.replay import Replay, ReplaySummary
from tests.clock import NOON, TestClock
from tests.factories import SHANGHAI, add_campaign, add_members, registry_of
from tests.siyu.engine.happening import happen

REGISTRY = registry_of(FLASH_SALE)
SALE: dict[str, Any] = {
    "items": [{"key": "mug", "stock": 2}],
    "slots": [{"start": "12:00", "end": "12:20"}],
    "standby": 3,
    "standby_minutes": 40,
}


@pytest.mark.parametrize(("allocation", "action"), [("lottery", "enter"), ("queue", "join")])
async def test_a_replay_draws_and_offers_as_it_was(pool: Pool, allocation: str, action: str) -> None:
    members = await add_members(pool, 6)
    config = {**SALE, "allocation": allocation}
    campaign = await add_campaign(pool, "flash_sale", config, draw_secret=b"of this campaign")
    clock = TestClock()
    engine = Engine(pool, REGISTRY, SHANGHAI, BatchLimits(), clock)
    entries = [
        PreviewFact(NOON + timedelta(seconds=place), member, action=action, data={"item": "mug"})
        for place, member in enumerate(members)
    ]
    # Nobody pays: in an hour whatever comes back is offered to all who wait, and lost.
    end = PreviewFact(NOON + timedelta(hours=2), members[0], action="leave", data={"line": "none"})
    await happen(pool, engine, clock, FLASH_SALE, campaign, [*entries, end])

    unchanged, summary = await differences(pool, Draft(campaign))
    other = {**config, "items": [{"key": "mug", "stock": 2, "slot_stock": 1}]}
    changed, _ = await differences(pool, Draft(campaign, None, DraftChanges(config=other)))

    assert (unchanged, summary.compared > len(members)) == (0, True)
    assert changed > 0


async def differences(pool: Pool, draft: Draft) -> tuple[int, ReplaySummary]:
    """How many there are, and the summary."""
    summary = ReplaySummary()
    plan = Replay(pool, REGISTRY, SHANGHAI, draft, None, None)
    found = [one async for one in plan.differences(summary, lambda done, total: None)]
    return len(found), summary
