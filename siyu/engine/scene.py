"""Where effects happen, and what any effect is checked by."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from siyu.campaigns.counters import NamedCounters
from siyu.campaigns.live import LiveCampaign
from siyu.campaigns.participations import ParticipationRecord
from siyu.engine.facts import ArrivedFact
from siyu.engine.references import readable_references
from siyu.engine.world import World
from siyu.inputs import is_storable
from siyu.ledger.transfers import Cause
from siyu.sdk import Fact
from siyu.sdk.records import record

# The greatest order at the greatest rate and multiplier of `purchase`; thousands of such stay exact in Redis.
AMOUNT_MAX = 1_000_000_000_000
KEY_LENGTH_MAX = 64

INTEGER_MAX = 2**63 - 1

# An effect as the decision log keeps it.
Logged = dict[str, Any]


class InvalidEffect(Exception):
    """A campaign asked for something it may not ask for, or that makes no sense."""


@record
class Scene:
    """Where effects happen: the view, the campaign, the fact (also as it arrived) and the participation.

    `named` and `carried` remember, for this decision, which counters its fact names, by name and subject, and what its
    timers and emitted facts carry, by the effect's `id`: views, checks and effects ask for them again and again.
    """

    world: World
    campaign: LiveCampaign
    fact: Fact
    participation: ParticipationRecord
    arrived: ArrivedFact
    named: NamedCounters
    carried: dict[int, Mapping[str, Any]]

    def cause(self, unit: str) -> Cause:
        """Who pays for a movement of value, and why."""
        campaign, fact = self.campaign, self.fact
        return Cause(campaign.id, campaign.issuers[unit], unit, fact.id, fact.at)

    def key(self, text: str) -> tuple[UUID, UUID, str]:
        """What a hold, a reward or a review of this member in this campaign is found by."""
        return self.campaign.id, self.fact.member_id, text

    def is_readable(self, reference: str) -> bool:
        """Whether the campaign may read and reverse under this reference now."""
        return reference in readable_references(self.campaign.type, self.fact.type, self.fact.data)


def is_amount(value: object) -> bool:
    """Whether it can be an amount of anything."""
    return type(value) is int and 1 <= value <= AMOUNT_MAX


def is_text(value: object, length_max: int) -> bool:
    """Whether it is text that can be stored, of 1 to `length_max` characters."""
    return isinstance(value, str) and 1 <= len(value) <= length_max and is_storable(value)


def are_values(values: Mapping[str, object], count_max: int, length_max: int) -> bool:
    """Whether they are few, each under a short name: whole numbers and texts that can be stored, the empty one too."""
    if len(values) > count_max:
        return False
    return all(is_text(name, KEY_LENGTH_MAX) and _is_value(value, length_max) for name, value in values.items())


def _is_value(value: object, length_max: int) -> bool:
    if type(value) is int:
        return -INTEGER_MAX <= value <= INTEGER_MAX
    return type(value) is str and len(value) <= length_max and is_storable(value)
