"""What holds of every campaign type that siyu ships."""

from dataclasses import replace

import pytest

from siyu.campaigns import AnyCampaignType
from siyu.sdk.testing import NotHeard, Stage, campaign_tests
from tests.factories import SHIPPED_PLUGINS, shop_registry

TYPES = shop_registry().types
EVERY_TYPE = pytest.mark.parametrize("kind", TYPES.values(), ids=TYPES)


def test_every_folder_is_a_campaign_type() -> None:
    folders = {path.parent.name for path in SHIPPED_PLUGINS.glob("*/__init__.py")}

    assert folders == set(TYPES)


@pytest.mark.parametrize("key", TYPES)
def test_every_campaign_type_has_passed_the_suite(key: str) -> None:
    """Its own tests run the suite: they know the configs to play it with."""
    tests = (SHIPPED_PLUGINS.parent / "tests" / "plugins" / f"test_{key}.py").read_text(encoding="utf-8")

    assert f"test_conformance = {campaign_tests.__name__}(" in tests


@EVERY_TYPE
def test_a_member_who_has_done_nothing_has_got_nowhere(kind: AnyCampaignType) -> None:
    assert kind.describe(kind.config(), kind.state()).current == 0


@EVERY_TYPE
@pytest.mark.parametrize("fact_type", ["order.shipped", "member.joined"])
def test_a_fact_it_knows_nothing_of_reaches_no_campaign(kind: AnyCampaignType, fact_type: str) -> None:
    with pytest.raises(NotHeard):
        Stage(kind).fact("lin", fact_type)


def test_purchase_has_no_effect_without_an_order() -> None:
    purchase = TYPES["purchase"]
    stage = Stage(replace(purchase, listens=frozenset({"order.shipped"})))

    assert stage.fact("lin", "order.shipped").effects == ()
