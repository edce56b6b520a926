"""Sold-out hints: what the refusals of a batch say to everybody who comes next, and which of them concern an action."""

from collections.abc import Mapping
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from siyu.campaigns.counters import CounterKey
from siyu.campaigns.counting import key_of, limit_named, present_bucket
from siyu.campaigns.live import LiveCampaign
from siyu.campaigns.needs import AnyCounter
from siyu.deadline import DEADLINE, Patience
from siyu.engine.facts import NewFact
from siyu.engine.outcome import Refusal
from siyu.engine.world import World


class HintKey(NamedTuple):
    """An action, by the type of its fact, and the counter of which nothing is left for it."""

    fact_type: str
    counter: CounterKey


class Hint(NamedTuple):
    """What an action is refused with while nothing is left, in the campaign's own words."""

    key: HintKey
    refusal: Refusal


def hints_of(world: World) -> list[Hint]:
    """The last refusal of each action for each counter of which the batch leaves nothing.

    It is the truth as long as the batch holds the counters' locks.
    """
    hints: list[Hint] = []
    seen: set[tuple[UUID, str, str, str]] = set()
    for logged in reversed(world.decisions):
        campaign, refusal, new = logged.campaign, logged.decision.refusal, logged.fact.new
        if campaign is None or refusal is None or logged.fact.pending is not None:
            continue
        for counter in campaign.needs.hinting:
            subject = _subject(counter, new.data) if refusal.code in counter.hints else None
            if subject is None or (place := (campaign.id, new.type, counter.name, subject)) in seen:
                continue
            seen.add(place)
            key = _key(campaign, counter, subject, new, world.zone)
            if key is not None and _is_used_up(world, campaign, counter, key.counter):
                hints.append(Hint(key, refusal))
    return hints


def hint_keys(campaign: LiveCampaign, new: NewFact, zone: ZoneInfo) -> list[HintKey]:
    """The hints that could keep an action from being decided."""
    named = [(counter, _subject(counter, new.data)) for counter in campaign.needs.hinting]
    keys = [_key(campaign, counter, subject, new, zone) for counter, subject in named if subject is not None]
    return [key for key in keys if key is not None]


def _subject(counter: AnyCounter, data: Mapping[str, Any]) -> str | None:
    """Whose number the fact names; None where that is not exactly one."""
    if counter.field is None:
        return ""
    named = data.get(counter.field)
    return named if isinstance(named, str) else None


def _key(campaign: LiveCampaign, counter: AnyCounter, subject: str, new: NewFact, zone: ZoneInfo) -> HintKey | None:
    try:
        bucket = DEADLINE.ask(Patience(), present_bucket, campaign, counter, new.at, zone)
    except Exception:  # a plugin's code; decisions ask it too, and tell
        return None
    return None if bucket is None else HintKey(new.type, key_of(campaign, counter, subject, bucket))


def _is_used_up(world: World, campaign: LiveCampaign, counter: AnyCounter, key: CounterKey) -> bool:
    try:
        limit = DEADLINE.ask(Patience(), limit_named, world.counters, campaign, counter, key.subject)
        row = world.counters.row(key)
    except Exception:  # as above; or the refusal is about a number that the batch did not need
        return False
    return limit is not None and limit + row.extra <= row.taken
