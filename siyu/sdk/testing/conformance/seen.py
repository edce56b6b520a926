"""What was seen of a campaign type while it was led through lives."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel

from siyu.sdk.effects import Confirm, Effect, Hold, Once, Refuse, Reserve, SetState, Spend
from siyu.sdk.member_effects import Invite
from siyu.sdk.model import CampaignConfig
from siyu.sdk.shop_effects import Issue, Notify
from siyu.sdk.testing.asking import AnyView
from siyu.sdk.testing.scene import AnyCampaignType

# A code or a message's key, and what fills in its sentence.
Told = tuple[str, Mapping[str, Any]]


@dataclass(slots=True)
class Seen:
    """Effects asked for, states with the config they arose under, refusals, messages, errors and where.

    A refusal is a code with what is missing; those of guards count before they are needed.
    """

    used: set[type[Effect]] = field(default_factory=set)
    states: list[tuple[CampaignConfig, BaseModel]] = field(default_factory=list)
    refusals: list[Told] = field(default_factory=list)
    messages: list[Told] = field(default_factory=list)
    errors: list[tuple[str, Exception]] = field(default_factory=list)

    def note(self, kind: AnyCampaignType, view: AnyView, effects: Sequence[Effect]) -> None:
        """Keep what one decision asked for."""
        self.used |= set(map(type, effects))
        self.states += [(view.config, effect.state) for effect in effects if isinstance(effect, SetState)]
        self.refusals += [told for effect in effects if (told := refusal_of(kind, effect)) is not None]
        self.messages += [(effect.message, effect.params) for effect in effects if isinstance(effect, Notify)]


def refusal_of(kind: AnyCampaignType, effect: Effect) -> Told | None:
    """What the effect refuses the decision with, or would if its guard did not hold."""
    missing: Mapping[str, Any]
    match effect:
        case Refuse():
            missing = effect.missing
        case Once():
            missing = {}
        case Confirm() | Hold() | Issue():
            missing = {"key": effect.key}
        case Invite():
            missing = {"reason": "self"}
        case Spend():
            missing = {"unit": effect.unit, "balance": 0, "missing": effect.amount}
        case Reserve():
            codes = {counter.name: counter.refusal for counter in kind.counters}
            code = effect.code or codes.get(effect.counter, "")
            return code, {"counter": effect.counter, "left": 0, "amount": 1}
        case _:
            return None
    return effect.code, missing
