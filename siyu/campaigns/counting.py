"""Which counters a fact names: of whom, and of which period."""

from collections.abc import Mapping
from datetime import datetime
from itertools import islice
from typing import Any, Protocol
from uuid import UUID
from zoneinfo import ZoneInfo

from siyu.campaigns.counters import CounterKey, Counters
from siyu.campaigns.live import LiveCampaign
from siyu.campaigns.needs import AnyCounter
from siyu.inputs import is_storable
from siyu.sdk import CampaignConfig, Period, Scope, bucket_of
from siyu.sdk.counters import SUBJECTS_MAX

SUBJECT_LENGTH_MAX = 64
# As the greatest amount of an effect.
COUNTED_MAX = 1_000_000_000_000
SLOT_LENGTH_MAX = 32
# Of one fact and counter; each is a row to lock.
SUBJECTS_NAMED_MAX = 32


class BadCounter(Exception):
    """A campaign type names a slot that is no short text, a limit that is no number, or more items than may be."""


class Happened(Protocol):
    """What counters and teams are named by: a fact as it is submitted, or as campaigns see it."""

    @property
    def member_id(self) -> UUID:
        """Whom it is about."""

    @property
    def at(self) -> datetime:
        """When it happened."""

    @property
    def data(self) -> Mapping[str, Any]:
        """What it carries."""


def team_named(campaign: LiveCampaign, fact: Happened, zone: ZoneInfo) -> str | None:
    """The key of the team that a fact's data names, or that the type tells, if it can be one. Raises as `team_told`."""
    team = campaign.needs.team
    if team is None:
        return None
    key = fact.data[team.field] if team.field in fact.data else team_told(campaign, fact, zone)
    return key if is_subject(key) else None


def team_told(campaign: LiveCampaign, fact: Happened, zone: ZoneInfo) -> str | None:
    """The key that the type tells for a fact whose data name no team: of one that is there from the start.

    Raises whatever the type's `TeamOf.key` raises.
    """
    team = campaign.needs.team
    if team is None or team.key is None or team.field in fact.data:
        return None
    key = team.key(campaign.lent_config(), fact.data, fact.at.astimezone(zone))
    return key if is_subject(key) else None


def subjects_named(
    counters: Counters, campaign: LiveCampaign, counter: AnyCounter, fact: Happened, zone: ZoneInfo
) -> tuple[str, ...]:
    """Whose number of this counter a fact names; none, or at most SUBJECTS_NAMED_MAX.

    Raises as `items_named`, which is asked once a batch, and as `team_named`.
    """
    if counter.scope is Scope.CAMPAIGN:
        return ("",)
    if counter.scope is Scope.MEMBER:
        return (str(fact.member_id),)
    if counter.scope is Scope.TEAM:
        team = team_named(campaign, fact, zone)
        return (team,) if team is not None else ()
    if counter.field is None:
        key = campaign.id, campaign.revision, counter.name
        if key not in counters.items:
            counters.items[key] = items_named(counter, campaign.lent_config())
        return counters.items[key]
    named = fact.data.get(counter.field)
    several = named if isinstance(named, list | tuple) else (named,)
    return tuple([subject for subject in several[:SUBJECTS_NAMED_MAX] if is_subject(subject)])


def is_subject(value: object) -> bool:
    """Whether a value can name a team or an item."""
    return isinstance(value, str) and 1 <= len(value) <= SUBJECT_LENGTH_MAX and is_storable(value)


def bucket_named(
    counters: Counters, campaign: LiveCampaign, counter: AnyCounter, at: datetime, zone: ZoneInfo
) -> str | None:
    """Which period of a counter a moment falls into; None outside of every slot.

    Raises BadCounter, and whatever the type's `slot_of` raises; it is asked once a batch and moment.
    """
    if counter.period is not Period.SLOT:
        return "" if counter.period is Period.EVER else bucket_of(counter.period, at.astimezone(zone))
    key = campaign.id, campaign.revision, at
    if key not in counters.slots:
        counters.slots[key] = slot_named(campaign, at.astimezone(zone))
    return counters.slots[key]


def slot_named(campaign: LiveCampaign, local: datetime) -> str | None:
    """The slot of a local time, as the campaign type says. Raises as `bucket_named`."""
    slot_of = campaign.type.slot_of
    slot: object = slot_of(campaign.lent_config(), local) if slot_of else None
    if slot is None:
        return None
    if isinstance(slot, str) and 1 <= len(slot) <= SLOT_LENGTH_MAX and is_storable(slot):
        return slot
    raise BadCounter(f"the slot {slot!r} is no text of 1 to {SLOT_LENGTH_MAX} characters")


def checked_limit(counter: AnyCounter, limit: object) -> int | None:
    """What a type's limit function answered. Raises BadCounter unless it is None or 0 to COUNTED_MAX."""
    if limit is None or (type(limit) is int and 0 <= limit <= COUNTED_MAX):
        return limit
    raise BadCounter(f"the limit of the counter {counter.name!r} is {limit!r}")


def item_subjects(counter: AnyCounter, config: CampaignConfig) -> tuple[str, ...]:
    """The items a counter has, at most SUBJECTS_MAX; those that no fact could name are left out."""
    items = counter.subjects(config) if counter.subjects else ()
    return tuple([item for item in items if is_subject(item)][:SUBJECTS_MAX])


def items_named(counter: AnyCounter, config: CampaignConfig) -> tuple[str, ...]:
    """The items of a counter without a field: every fact names them all, in their order.

    Raises BadCounter for more than SUBJECTS_NAMED_MAX, and whatever the type's `subjects` raises.
    """
    items = tuple(islice(counter.subjects(config), SUBJECTS_NAMED_MAX + 1)) if counter.subjects else ()
    if len(items) > SUBJECTS_NAMED_MAX:
        told = f"the counter {counter.name!r} has more items than the {SUBJECTS_NAMED_MAX} that a fact may name"
        raise BadCounter(told)
    return tuple([item for item in items if is_subject(item)])


def key_of(campaign: LiveCampaign, counter: AnyCounter, subject: str, bucket: str) -> CounterKey:
    """The key of one number."""
    return CounterKey(campaign.id, counter.name, subject, bucket)
