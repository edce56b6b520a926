"""Where effects happen on a stage, and what any effect is checked by."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, tzinfo
from itertools import islice
from typing import Any, NamedTuple

from siyu.sdk.campaign import CampaignType
from siyu.sdk.core_facts import ORDER_REFUNDED
from siyu.sdk.effects import SetTeam
from siyu.sdk.facts import Fact
from siyu.sdk.model import CampaignConfig
from siyu.sdk.reads import GROUP_SIZES_MAX
from siyu.sdk.testing.limits import AMOUNT_MAX, REFERENCE_LENGTH_MAX
from siyu.sdk.testing.shop import CounterKey, Shop
from siyu.sdk.testing.storable import is_text

AnyCampaignType = CampaignType[Any, Any]
Logged = dict[str, Any]


class InvalidEffect(Exception):
    """A campaign asked for what it may not ask for, or for what makes no sense; in a shop: CAMPAIGN_FAILED."""


class Refusal(NamedTuple):
    """No, and why: a code, and what is missing."""

    code: str
    missing: Mapping[str, Any]


@dataclass(slots=True)
class Draft:
    """What the effects before this one would take and change, so that two of a decision cannot share what is left.

    `keys` are reservations of the member: "held", "confirmed" or "released". `balances` are what
    spends leave of the balances that they have looked at, by unit. `hold_keys` and `reward_keys` are newly used. `tags`
    are the member's as they would be.
    """

    taken: Counter[CounterKey] = field(default_factory=Counter)
    keys: dict[str, str] = field(default_factory=dict)
    balances: dict[str, int] = field(default_factory=dict)
    hold_keys: set[str] = field(default_factory=set)
    reward_keys: set[str] = field(default_factory=set)
    tags: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Scene:
    """Where effects happen: the campaign type, the shop, the fact, the config and the shop's zone.

    `now` is when the fact is decided, and `depth` how many facts it follows from without a pause.
    """

    kind: AnyCampaignType
    shop: Shop
    fact: Fact
    config: CampaignConfig
    zone: tzinfo
    now: datetime
    depth: int = 0
    draft: Draft = field(default_factory=Draft)

    def is_readable(self, reference: object) -> bool:
        """Whether a decision about the fact may use the reference: a refunded order, or what the type reads."""
        if not is_text(reference, REFERENCE_LENGTH_MAX):
            return False
        if self.fact.type == ORDER_REFUNDED and self.fact.data.get("order") == reference:
            return True
        fields = [read.field for read in self.kind.reads if self.fact.type in read.facts]
        return any(self.fact.data.get(field) == reference for field in fields)


def under(kind: AnyCampaignType, config: CampaignConfig) -> AnyCampaignType:
    """The type as it is under a config: with the effects that the config has, and teams where it can have any."""
    if kind.effects_of is None:
        return kind
    effects = kind.effects_under(config)
    return replace(kind, effects=effects, team=kind.team if SetTeam in effects else None)


def groups_sized(kind: AnyCampaignType, config: CampaignConfig) -> tuple[str, ...]:
    """The groups whose size decisions under a config may look at. Raises InvalidEffect for too many."""
    named = tuple(islice(kind.group_sizes(config), GROUP_SIZES_MAX + 1)) if kind.group_sizes is not None else ()
    if len(set(named)) > GROUP_SIZES_MAX:
        raise InvalidEffect(f"the config looks at the size of more groups than the {GROUP_SIZES_MAX} it may")
    return named


def is_amount(value: object) -> bool:
    """Whether it can be an amount of anything."""
    return type(value) is int and 1 <= value <= AMOUNT_MAX
