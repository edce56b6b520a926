"""A stage for one campaign type without a database: facts go in, effects come out, state and grants are kept."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any
from uuid import UUID

from siyu.sdk import (
    CampaignConfig,
    CampaignState,
    CampaignType,
    Effect,
    Fact,
    Grant,
    Granted,
    MemberView,
    OrderView,
    Refuse,
    Reverse,
    SetState,
    View,
)

MEMBER = MemberView(UUID(int=7), datetime(2020, 1, 1, tzinfo=UTC))


@dataclass
class Stage:
    """One member in one campaign."""

    kind: CampaignType[Any, Any]
    config: CampaignConfig
    state: CampaignState = field(init=False)
    grants: dict[str, Granted] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.state = self.kind.state()

    def decide(self, fact_type: str, day: date, order: OrderView | None = None) -> list[Effect]:
        """The effects on a fact of that day's noon; what they say of state and grants is remembered."""
        at = datetime.combine(day, time(12), UTC)
        fact = Fact(UUID(int=1), fact_type, MEMBER.id, at, day, {})
        view = View(self.config, self.state, MEMBER, order, lambda unit, reference: self.grants.get(reference))
        effects = list(self.kind.decide(fact, view))
        for effect in effects:
            self._remember(effect, at)
        return effects

    def _remember(self, effect: Effect, at: datetime) -> None:
        if isinstance(effect, SetState):
            assert isinstance(effect.state, self.kind.state)
            self.state = effect.state
        elif isinstance(effect, Grant) and effect.reference is not None:
            self.grants[effect.reference] = Granted(effect.amount, at)
        elif isinstance(effect, Reverse):
            self._take(effect)

    def _take(self, effect: Reverse) -> None:
        granted = self.grants.pop(effect.reference)
        assert effect.amount <= granted.amount
        if effect.amount < granted.amount:
            self.grants[effect.reference] = granted._replace(amount=granted.amount - effect.amount)


def points(effects: list[Effect]) -> int:
    """The points that effects give, less those they take back."""
    return sum(e.amount if isinstance(e, Grant) else -e.amount for e in effects if isinstance(e, Grant | Reverse))


def refusals(effects: list[Effect]) -> list[str]:
    """The codes of the refusals among effects."""
    return [effect.code for effect in effects if isinstance(effect, Refuse)]
