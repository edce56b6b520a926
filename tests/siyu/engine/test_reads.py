"""A campaign that reads what its type does not declare fails by name; it is never told that there is nothing."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from siyu.campaigns import LiveCampaign
from siyu.engine import CAMPAIGN_FAILED
from siyu.engine.deciding import decide_fact
from siyu.engine.facts import ArrivedFact
from siyu.engine.world import World
from siyu.ids import new_id
from siyu.sdk import CampaignState, MemberView, View
from tests.factories import LONG_AGO, SHANGHAI, paid, shop_registry

NOON = datetime(2026, 11, 21, 4, tzinfo=UTC)
MEMBER = UUID(int=7)


@pytest.mark.parametrize(
    "read",
    [
        pytest.param(lambda view: view.held("k"), id="held"),
        pytest.param(lambda view: view.granted("points", "A1"), id="granted"),
        pytest.param(lambda view: view.team(CampaignState), id="team"),
        pytest.param(lambda view: view.group_size("tea"), id="group_size"),
        pytest.param(lambda view: view.left("mugs"), id="left"),
        pytest.param(lambda view: view.used("mugs"), id="used"),
        pytest.param(lambda view: view.on_hold("mugs"), id="on_hold"),
        pytest.param(lambda view: view.reserved("k"), id="reserved"),
    ],
)
def test_what_is_not_declared_cannot_be_read(read: Callable[[View[Any, Any]], object]) -> None:
    kind = replace(shop_registry().types["purchase"], decide=lambda fact, view: read(view) or ())
    campaign = LiveCampaign(new_id(), kind, 1, "running", None, None, kind.config(), {"points": new_id()})
    world = World([campaign], {MEMBER: MemberView(MEMBER, LONG_AGO)}, SHANGHAI, new_id)
    fact = paid(MEMBER, "A1", 1_200, NOON)

    outcome = decide_fact(world, ArrivedFact(new_id(), fact.fingerprint(), NOON, fact))

    assert outcome.decisions[0].refusal == (CAMPAIGN_FAILED, {"fault": "invalid"})
