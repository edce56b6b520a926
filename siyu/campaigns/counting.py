"""Which counters a fact names: of whom, and of which period."""

from collections.abc import Mapping
from datetime import datetime
from itertools import islice
from typing import Any, Protocol
from uuid import UUID
from zoneinfo import ZoneInfo

from siyu.campaigns.counters import CounterKey, Counters, NamedCounter
from siyu.campaigns.live import LiveCampaign
from siyu.campaigns.needs import AnyCounter
from siyu.inputs import is_storable
from siyu.sdk import CampaignConfig, Period, Scope, bucket_of
from siyu.sdk.counters import SUBJECTS_MAX

# Looked up for every fact and counter: as members of their class they would cost more than all else does here.
EVER, SLOT = Period.EVER, Period.SLOT
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
    """The key of the team that a fact's data names, or else that the type tells, if it can be one.

    Raises whatever the type's `TeamOf.key` raises.
    """
    team = campaign.needs.team
    if team is None:
        return None
    if team.field in fact.data or team.key is None:
        key = fact.data.get(team.field)
    else:
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
    if isinstance(named, str):
        return (named,) if is_subject(named) else ()
    several = named if isinstance(named, list | tuple) else (named,)
    return tuple([subject for subject in several[:SUBJECTS_NAMED_MAX] if is_subject(subject)])


def item_named(
    counters: Counters, campaign: LiveCampaign, counter: AnyCounter, data: Mapping[str, Any], bucket: str
) -> NamedCounter | None:
    """The number that a fact names by one item, as most facts do that name any; else None.

    Worked out once a batch, which decides about few items and many facts.
    """
    item = data.get(counter.field) if counter.field is not None else None
    if type(item) is not str:
        return None
    place = campaign.id, counter.name, item, bucket
    found = counters.named.get(place)
    if found is None and is_subject(item):
        found = counters.named[place] = NamedCounter(counter, item, CounterKey(*place))
    return found


def is_subject(value: object) -> bool:
    """Whether a value can name a team or an item."""
    return isinstance(value, str) and 1 <= len(value) <= SUBJECT_LENGTH_MAX and is_storable(value)


def bucket_named(
    counters: Counters, campaign: LiveCampaign, counter: AnyCounter, at: datetime, zone: ZoneInfo
) -> str | None:
    """Which period of a counter a moment falls into; None outside of every slot.

    Raises BadCounter, and whatever the type's `slot_of` raises; it is asked once a batch and moment.
    """
    period = counter.period
    if period is EVER:
        return ""
    if period is not SLOT:
        return bucket_of(period, at.astimezone(zone))
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


def present_bucket(live: LiveCampaign, counter: AnyCounter, now: datetime, zone: ZoneInfo) -> str | None:
    """The period of a counter that a moment falls into; None outside of every slot. Raises as `bucket_named`."""
    if counter.period is Period.EVER:
        return ""
    local = now.astimezone(zone)
    return slot_named(live, local) if counter.period is Period.SLOT else bucket_of(counter.period, local)


def limit_named(counters: Counters, campaign: LiveCampaign, counter: AnyCounter, subject: str) -> int | None:
    """The limit of a counter by the campaign's config; None: there is none.

    Raises BadCounter, and whatever the type's `limit` raises; it is asked once a batch.
    """
    key = campaign.id, campaign.revision, counter.name, subject
    if key not in counters.limits:
        counters.limits[key] = checked_limit(counter, counter.limit(campaign.lent_config(), subject))
    return counters.limits[key]


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
