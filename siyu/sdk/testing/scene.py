"""Where effects happen on a stage, and what any effect is checked by."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from siyu.sdk.campaign import CampaignType
from siyu.sdk.facts import Fact
from siyu.sdk.testing.limits import AMOUNT_MAX
from siyu.sdk.testing.shop import Shop

AnyCampaignType = CampaignType[Any, Any]
Logged = dict[str, Any]


class InvalidEffect(Exception):
    """A campaign asked for what it may not ask for, or for what makes no sense; in a shop: CAMPAIGN_FAILED."""


class Refusal(NamedTuple):
    """No, and why: a code, and what is missing."""

    code: str
    missing: Mapping[str, Any]


class Scene(NamedTuple):
    """Where effects happen: the campaign type, the shop and the fact.

    `now` is when the fact is decided, and `depth` how many facts it follows from without a pause.
    """

    kind: AnyCampaignType
    shop: Shop
    fact: Fact
    now: datetime
    depth: int = 0


def is_amount(value: object) -> bool:
    """Whether it can be an amount of anything."""
    return type(value) is int and 1 <= value <= AMOUNT_MAX
