"""A synthetic crowd: members who sign in, buy and bring back, a little like people; all of it follows from a seed."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from math import log
from random import Random
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from siyu.campaigns.live import LiveCampaign
from siyu.engine.drawing import CannotDraw, draw
from siyu.engine.facts import ArrivedFact, NewFact
from siyu.orders import AMOUNT_FEN_MAX, ORDER_FACTS, ORDER_PAID, ORDER_REFUNDED
from siyu.sdk import MemberView

# How likely somebody does something on a day: a few nearly always, most now and then.
ACTIVITY_LEAST, ACTIVITY_TAIL, ACTIVITY_MAX = 0.05, 1.2, 0.95
# On an active day: a second time, by impatience or mistake; an order.
AGAIN, ORDERS = 0.1, 0.3
# Half of all orders are above it; two thirds lie within a factor of e ** SPREAD.
MEDIAN_FEN, SPREAD = 8_000, 0.9
REFUNDED, WHOLLY_REFUNDED, REFUND_DAYS_MAX = 0.03, 0.5, 7
DAY_S = 86_400


@dataclass(frozen=True, slots=True)
class CrowdPlan:
    """How many come, for how many days, from which day of the shop's zone on; equal plans make equal crowds."""

    members: int
    days: int
    seed: int
    starts_on: date
    zone: ZoneInfo


class Person(NamedTuple):
    """A member and how likely they do something on a day."""

    member: MemberView
    activity: float


class Happening(NamedTuple):
    """Something that is about to happen: when, to whom, and what."""

    at: datetime
    member_id: UUID
    type: str
    data: dict[str, Any]


class Crowd:
    """The people of a plan and what they do about one campaign.

    `unplayed` names what the campaign hears and the crowd cannot do: facts of a shape that nobody declared, actions
    whose input could not be drawn.
    """

    def __init__(self, campaign: LiveCampaign, plan: CrowdPlan) -> None:
        self._campaign, self._plan = campaign, plan
        # A seed of its own for each use, so that more members do not change what the first ones are.
        self._rng = Random(f"{plan.seed}/facts")  # noqa: S311 - nothing is kept secret by it
        self.people = list(self._people(Random(f"{plan.seed}/people")))  # noqa: S311 - as above
        kind = campaign.type
        heard = kind.listens | kind.settles
        self._orders, self._refunds = bool(heard & ORDER_FACTS.keys()), ORDER_REFUNDED in heard
        self._inputs = {kind.fact_type(action): action.input for action in kind.actions}
        self.unplayed = sorted(heard - ORDER_FACTS.keys()) + self._drop_what_cannot_be_drawn()
        self._due: dict[int, list[Happening]] = {}
        self._orders_made = 0

    def day(self, number: int) -> Iterator[ArrivedFact]:
        """The facts of one day, counted from 0, in the order of their times; days are asked for in order, once each."""
        happenings = self._due.pop(number, [])
        for person in self.people:
            if self._rng.random() < person.activity:
                happenings.extend(self._act(person.member.id, number))
        happenings.sort(key=lambda happening: (happening.at, happening.member_id.int))
        yield from map(self._fact, happenings)

    def end_of(self, number: int) -> datetime:
        """The last moment of a day."""
        return self._moment(number + 1, 0.0) - datetime.resolution

    def _people(self, rng: Random) -> Iterator[Person]:
        joined_at = self._moment(0, 0.0)
        for _ in range(self._plan.members):
            activity = min(ACTIVITY_MAX, ACTIVITY_LEAST * rng.paretovariate(ACTIVITY_TAIL))
            yield Person(MemberView(UUID(int=rng.getrandbits(128)), joined_at), activity)

    def _drop_what_cannot_be_drawn(self) -> list[str]:
        failed = []
        for fact_type, model in list(self._inputs.items()):
            try:
                draw(model, Random(self._plan.seed))  # noqa: S311 - as above
            except CannotDraw:
                del self._inputs[fact_type]
                failed.append(fact_type)
        return failed

    def _act(self, member_id: UUID, day: int) -> Iterator[Happening]:
        moment = partial(self._moment, day)
        for fact_type, model in self._inputs.items():
            for _ in range(2 if self._rng.random() < AGAIN else 1):
                # An input that is hard to find is left out this time.
                with suppress(CannotDraw):
                    yield Happening(moment(self._rng.random()), member_id, fact_type, draw(model, self._rng))
        if self._orders and self._rng.random() < ORDERS:
            yield self._buy(member_id, day, moment(self._rng.random()))

    def _buy(self, member_id: UUID, day: int, at: datetime) -> Happening:
        self._orders_made += 1
        number = f"S{self._orders_made:07}"
        amount_fen = min(AMOUNT_FEN_MAX, max(1, round(self._rng.lognormvariate(log(MEDIAN_FEN), SPREAD))))
        if self._refunds and self._rng.random() < REFUNDED:
            later = day + self._rng.randint(1, REFUND_DAYS_MAX)
            part = amount_fen if self._rng.random() < WHOLLY_REFUNDED else self._rng.randint(1, amount_fen)
            data = {"order": number, "amount_fen": part}
            back = Happening(self._moment(later, self._rng.random()), member_id, ORDER_REFUNDED, data)
            self._due.setdefault(later, []).append(back)
        return Happening(at, member_id, ORDER_PAID, {"order": number, "amount_fen": amount_fen})

    def _moment(self, day: int, share: float) -> datetime:
        """A moment of a day of the plan, some share of it over."""
        midnight = datetime.combine(self._plan.starts_on + timedelta(days=day), time(), self._plan.zone)
        return midnight.astimezone(UTC) + timedelta(seconds=int(share * DAY_S))

    def _fact(self, happening: Happening) -> ArrivedFact:
        campaign_id = self._campaign.id if happening.type in self._inputs else None
        new = NewFact(happening.type, happening.member_id, happening.at, happening.data, "", campaign_id)
        return ArrivedFact(UUID(int=self._rng.getrandbits(128)), b"", happening.at, new)
