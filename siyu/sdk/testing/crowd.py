"""A crowd: random things that happen to the members of one campaign, the same for the same generator."""

from collections.abc import Mapping
from datetime import timedelta
from random import Random
from types import MappingProxyType
from typing import Any, NamedTuple

from pydantic import BaseModel

from siyu.sdk.testing.drawing import draw
from siyu.sdk.testing.limits import ORDER_AMOUNT_FEN_MAX, ORDER_PAID, ORDER_REFUNDED
from siyu.sdk.testing.orders import ORDER_FACTS
from siyu.sdk.testing.played import Played
from siyu.sdk.testing.scene import AnyCampaignType
from siyu.sdk.testing.stage import Stage

MEMBERS = ("lin", "wang", "zhao")
# How much time passes before a step: often none or a day, for what counts by days.
PAUSES = (timedelta(0), timedelta(minutes=7), timedelta(hours=5), *[timedelta(days=1)] * 4, timedelta(days=40))
LATE_SHARE = 0.1
LATE_DAYS_MAX = 90
# The median order is 100 yuan, one in forty is above 1,500.
AMOUNT_MU, AMOUNT_SIGMA = 9.21, 1.4
WHOLE_REFUND_SHARE = 0.5
NO_FACTS: Mapping[str, type[BaseModel]] = MappingProxyType({})


class Step(NamedTuple):
    """Something that happens: to whom, how long after the step before, how late it is told, and what."""

    member: str
    after: timedelta
    late: timedelta
    type: str
    data: Mapping[str, Any]


class Crowd:
    """Steps for one campaign type, drawn from `random`; refunds are of orders that the crowd has paid.

    Actions and orders it makes up by itself; `facts` are the models of other facts' data, by type. What it hears and
    nobody described does not happen.
    """

    def __init__(self, kind: AnyCampaignType, random: Random, facts: Mapping[str, type[BaseModel]] = NO_FACTS) -> None:
        self._random = random
        self._models = {kind.fact_type(action): action.input for action in kind.actions} | dict(facts)
        self._types = sorted(heard_types(kind) & (self._models.keys() | ORDER_FACTS.keys()))
        # By number: who paid, and what is left of it in fen.
        self._open: dict[str, tuple[str, int]] = {}
        self._paid = 0

    def __bool__(self) -> bool:
        """Whether anything can happen."""
        return bool(self._types)

    def step(self) -> Step:
        """The next thing that happens, where anything can. Raises CannotDraw for data that the kit cannot make up."""
        random = self._random
        after, late = random.choice(PAUSES), timedelta(0)
        if random.random() < LATE_SHARE:
            late = timedelta(days=random.randint(1, LATE_DAYS_MAX))
        type_ = random.choice(self._types)
        member, data = random.choice(MEMBERS), {}
        if type_ in self._models:
            data = draw(self._models[type_], random).model_dump(mode="json")
        elif type_ == ORDER_REFUNDED and self._open:
            member, data = self._refund()
        else:
            type_, data = ORDER_PAID, self._pay(member)
        return Step(member, after, late, type_, data)

    def _pay(self, member: str) -> dict[str, Any]:
        self._paid += 1
        number = f"CROWD-{self._paid}"
        amount_fen = int(min(ORDER_AMOUNT_FEN_MAX, self._random.lognormvariate(AMOUNT_MU, AMOUNT_SIGMA)))
        if amount_fen:
            self._open[number] = member, amount_fen
        return {"order": number, "amount_fen": amount_fen}

    def _refund(self) -> tuple[str, dict[str, Any]]:
        number = self._random.choice(sorted(self._open))
        member, left_fen = self._open.pop(number)
        whole = self._random.random() < WHOLE_REFUND_SHARE
        amount_fen = left_fen if whole else self._random.randint(1, left_fen)
        if amount_fen < left_fen:
            self._open[number] = member, left_fen - amount_fen
        return member, {"order": number, "amount_fen": amount_fen}


def heard_types(kind: AnyCampaignType) -> set[str]:
    """Every type of fact the campaign type decides about."""
    return {kind.fact_type(action) for action in kind.actions} | kind.listens | kind.settles


def play(stage: Stage[Any, Any], step: Step) -> Played:
    """Let the step happen on a stage; the clock then stands where it stood when it was told."""
    stage.wait(minutes=step.after // timedelta(minutes=1))
    return tell(stage, step)


def tell(stage: Stage[Any, Any], step: Step) -> Played:
    """Let the step happen without any time passing before."""
    told_at = stage.now
    stage.go_to(told_at - step.late)
    try:
        return stage.fact(step.member, step.type, **step.data)
    finally:
        stage.go_to(told_at)
