"""A crowd: random things that happen to the members of one campaign, the same for the same generator."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from random import Random
from types import MappingProxyType
from typing import Any, NamedTuple

from pydantic import BaseModel

from siyu.sdk.codes import member_code
from siyu.sdk.core_facts import ORDER_PAID, ORDER_REFUNDED
from siyu.sdk.testing.drawing import draw
from siyu.sdk.testing.limits import ORDER_AMOUNT_FEN_MAX
from siyu.sdk.testing.member import id_on_stage
from siyu.sdk.testing.orders import ORDER_FACTS
from siyu.sdk.testing.played import Played
from siyu.sdk.testing.scene import AnyCampaignType
from siyu.sdk.testing.stage import Stage

MEMBERS = ("lin", "wang", "zhao")
CODES = tuple(member_code(id_on_stage(name)) for name in MEMBERS)
# Of what names a partner: whatever the field can hold, which is hardly ever a code.
JUNK_SHARE = 0.2
# How much time passes before a step: often none or a day, for what counts by days.
PAUSES = (timedelta(0), timedelta(minutes=7), timedelta(hours=5), *[timedelta(days=1)] * 4, timedelta(days=40))
LATE_SHARE = 0.1
LATE_DAYS_MAX = 90
# The median order is 100 yuan, one in forty is above 1,500.
AMOUNT_MU, AMOUNT_SIGMA = 9.21, 1.4
WHOLE_REFUND_SHARE = 0.5
APPROVED_SHARE = 0.7
# A verdict is on one of so many open reviews, counted over all members and beginning anew after the last.
NTH_MAX = 63
NO_FACTS: Mapping[str, type[BaseModel]] = MappingProxyType({})


class Step(NamedTuple):
    """Something that happens: to whom, how long after the step before, how late it is told, and what."""

    member: str
    after: timedelta
    late: timedelta
    type: str
    data: Mapping[str, Any]


class Crowd:
    """What happens to the members of one campaign type, drawn from `random`.

    Actions, orders and verdicts it makes up by itself; `facts` are the models of other facts' data, by type. `types`
    are those that it plays, `unplayed` what the type hears and nobody described. `codes` are those of the members, who
    name each other and themselves where the type has a `partner`; now and then they send junk.
    """

    def __init__(
        self,
        kind: AnyCampaignType,
        random: Random,
        facts: Mapping[str, type[BaseModel]] = NO_FACTS,
        codes: Sequence[str] = CODES,
    ) -> None:
        self._random, self._partner, self._codes = random, kind.partner, codes
        actions = {kind.fact_type(action): action.input for action in kind.actions}
        self._models = {**actions, **facts}
        self._verdict = kind.verdict_fact()
        verdicts = set() if self._verdict is None else {self._verdict}
        heard = actions.keys() | kind.listens | kind.settles | verdicts
        known = self._models.keys() | ORDER_FACTS.keys() | verdicts
        self.types, self.unplayed = sorted(heard & known), sorted(heard - known)
        # By number: who paid, and what is left of it in fen.
        self._open: dict[str, tuple[str, int]] = {}
        self._paid = 0

    def __bool__(self) -> bool:
        """Whether anything can happen."""
        return bool(self.types)

    def step(self) -> Step:
        """The next thing that happens, where anything can; refunds are of orders that a step has paid. The `key` of a
        verdict is a number: `play` takes it for a place among the reviews that are open then.

        Raises CannotDraw for data that the kit cannot make up.
        """
        random = self._random
        after, late = random.choice(PAUSES), timedelta(0)
        if random.random() < LATE_SHARE:
            late = timedelta(days=random.randint(1, LATE_DAYS_MAX))
        type_, member = random.choice(self.types), random.choice(MEMBERS)
        if type_ == self._verdict:
            data = self.verdict()
        elif type_ in self._models:
            data = self.data(type_)
        elif type_ == ORDER_REFUNDED and self._open:
            number = random.choice(sorted(self._open))
            member, left_fen = self._open.pop(number)
            data = self.refund(number, left_fen)
            self._note(number, member, left_fen - data["amount_fen"])
        else:
            type_, data = ORDER_PAID, self.pay()
            self._note(data["order"], member, data["amount_fen"])
        return Step(member, after, late, type_, data)

    def data(self, type_: str) -> dict[str, Any]:
        """The data of an action or a described fact. Raises CannotDraw."""
        model = self._models[type_]
        drawn = draw(model, self._random).model_dump(mode="json")
        if self._codes and self._partner in model.model_fields and self._random.random() >= JUNK_SHARE:
            drawn[self._partner] = self._random.choice(self._codes)
        return drawn

    def verdict(self) -> dict[str, Any]:
        """The data of a verdict, on whichever review its `key` will stand for."""
        approved = self._random.random() < APPROVED_SHARE
        return {"key": str(self._random.randint(0, NTH_MAX)), "approved": approved, "note": ""}

    def pay(self) -> dict[str, Any]:
        """The data of an order that is paid, with the next number."""
        self._paid += 1
        amount_fen = int(min(ORDER_AMOUNT_FEN_MAX, self._random.lognormvariate(AMOUNT_MU, AMOUNT_SIGMA)))
        return {"order": f"CROWD-{self._paid}", "amount_fen": amount_fen}

    def refund(self, number: str, left_fen: int) -> dict[str, Any]:
        """The data of a refund of an order, whole or a part of what is left of it: at least 1 fen."""
        whole = self._random.random() < WHOLE_REFUND_SHARE
        return {"order": number, "amount_fen": left_fen if whole else self._random.randint(1, left_fen)}

    def _note(self, number: str, member: str, left_fen: int) -> None:
        if left_fen:
            self._open[number] = member, left_fen


def play(stage: Stage[Any, Any], step: Step) -> Played:
    """Let the step happen on a stage; the clock then stands where it stood when it was told."""
    stage.wait(minutes=step.after // timedelta(minutes=1))
    return tell(stage, step)


def tell(stage: Stage[Any, Any], step: Step) -> Played:
    """Let the step happen without any time passing before."""
    told_at = stage.now
    stage.go_to(told_at - step.late)
    try:
        member, data = step.member, step.data
        if step.type == stage.kind.verdict_fact():
            member, data = _on_something_open(stage, member, data)
        return stage.fact(member, step.type, **data)
    finally:
        stage.go_to(told_at)


def _on_something_open(
    stage: Stage[Any, Any], member: str, verdict: Mapping[str, Any]
) -> tuple[str, Mapping[str, Any]]:
    """Whom the verdict is about, and its data with the key of a review that is open; as it was where none is."""
    waiting = [(name, key) for name in MEMBERS for key in stage.reviews(name)]
    if not waiting:
        return member, verdict
    member, key = waiting[int(verdict["key"]) % len(waiting)]
    return member, {**verdict, "key": key}
