"""The people of a simulation: who comes on which day, and when; what they then do, the test kit's crowd makes up."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from siyu.campaigns.live import LiveCampaign
from siyu.engine.facts import ArrivedFact, NewFact
from siyu.orders import ORDER_FACTS
from siyu.reviews import ReviewKey
from siyu.sdk import MemberView, member_code
from siyu.sdk.core_facts import ORDER_PAID, ORDER_REFUNDED
from siyu.sdk.testing import CannotDraw, Crowd

# How likely somebody does something on a day: a few nearly always, most now and then.
ACTIVITY_LEAST, ACTIVITY_TAIL, ACTIVITY_MAX = 0.05, 1.2, 0.95
# On an active day: a second time, by impatience or mistake; an order.
AGAIN, ORDERS = 0.1, 0.3
REFUNDED, REFUND_DAYS_MAX = 0.03, 7
DAY_S = 86_400


@dataclass(frozen=True, slots=True)
class CrowdPlan:
    """How many come, for how many days, from which day of the shop's zone on; equal plans make equal crowds.

    `given` is what each has from elsewhere when they come, by unit; `approved`, from 0 to 1, the share of reviews that
    operators approve. `groups` are groups with how many members they have, the first of the crowd among them.
    """

    members: int
    days: int
    seed: int
    starts_on: date
    zone: ZoneInfo
    given: Mapping[str, int] = field(default_factory=dict)
    approved: float = 1.0
    groups: Mapping[str, int] = field(default_factory=dict)

    def random(self, use: str) -> Random:
        """A generator for one use: more members do not change what the first ones are."""
        return Random(f"{self.seed}/{use}")  # noqa: S311 - nothing is kept secret by it

    def groups_of(self, place: int) -> frozenset[str]:
        """The groups that the person in this place of the crowd is in."""
        return frozenset([key for key, size in self.groups.items() if place < size])


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


class Population:
    """The people of a plan and what they do about one campaign.

    `unplayed` names what the campaign hears and they cannot do: facts of a shape that nobody declared, actions whose
    input could not be drawn.
    """

    def __init__(self, campaign: LiveCampaign, plan: CrowdPlan) -> None:
        self._campaign_id, self._plan, self._rng = campaign.id, plan, plan.random("facts")
        self._verdict_type, self._operators = campaign.type.verdict_fact(), plan.random("verdicts")
        self.people = list(self._people(plan.random("people")))
        codes = [member_code(person.member.id) for person in self.people] if campaign.type.partner is not None else []
        self._crowd = Crowd(campaign.type, self._rng, codes=codes)
        types = self._crowd.types
        self._orders, self._refunds = not ORDER_FACTS.keys().isdisjoint(types), ORDER_REFUNDED in types
        known = ORDER_FACTS.keys() | {self._verdict_type}
        actions = [type_ for type_ in types if type_ not in known]
        self._actions = [type_ for type_ in actions if self._can_draw(type_)]
        self.unplayed = [*self._crowd.unplayed, *(type_ for type_ in actions if type_ not in self._actions)]
        self._due: dict[int, list[Happening]] = {}

    def day(self, number: int) -> Iterator[ArrivedFact]:
        """The facts of one day, counted from 0, in the order of their times; days are asked for in order, once each."""
        happenings = self._due.pop(number, [])
        for person in self.people:
            if self._rng.random() < person.activity:
                happenings.extend(self._act(person.member.id, number))
        happenings.sort(key=lambda happening: (happening.at, happening.member_id.int))
        yield from map(self._fact, happenings)

    def verdicts(self, number: int, waiting: Callable[[], Iterable[ReviewKey]]) -> Iterator[ArrivedFact]:
        """What operators say at the end of a day about all that is `waiting` then, which is asked for only then."""
        if self._verdict_type is None:
            return
        at = self.end_of(number)
        for campaign_id, member_id, key in waiting():
            approved = self._operators.random() < self._plan.approved
            data = {"key": key, "approved": approved, "note": ""}
            new = NewFact(self._verdict_type, member_id, at, data, "", campaign_id)
            yield ArrivedFact(UUID(int=self._operators.getrandbits(128)), b"", at, new)

    def end_of(self, number: int) -> datetime:
        """The last moment of a day."""
        return self._midnight(number + 1) - datetime.resolution

    def _people(self, rng: Random) -> Iterator[Person]:
        joined_at = self._midnight(0)
        for _ in range(self._plan.members):
            activity = min(ACTIVITY_MAX, ACTIVITY_LEAST * rng.paretovariate(ACTIVITY_TAIL))
            yield Person(MemberView(UUID(int=rng.getrandbits(128)), joined_at), activity)

    def _can_draw(self, action: str) -> bool:
        try:
            self._crowd.data(action)
        except CannotDraw:
            return False
        return True

    def _act(self, member_id: UUID, day: int) -> Iterator[Happening]:
        for action in self._actions:
            for _ in range(2 if self._rng.random() < AGAIN else 1):
                # An input that is hard to find is left out this time.
                with suppress(CannotDraw):
                    yield Happening(self._some_moment(day), member_id, action, self._crowd.data(action))
        if self._orders and self._rng.random() < ORDERS:
            order = Happening(self._some_moment(day), member_id, ORDER_PAID, self._crowd.pay())
            yield order
            if self._refunds and order.data["amount_fen"] and self._rng.random() < REFUNDED:
                self._bring_back(order, day + self._rng.randint(1, REFUND_DAYS_MAX))

    def _bring_back(self, order: Happening, day: int) -> None:
        data = self._crowd.refund(order.data["order"], order.data["amount_fen"])
        back = Happening(self._some_moment(day), order.member_id, ORDER_REFUNDED, data)
        self._due.setdefault(day, []).append(back)

    def _midnight(self, day: int) -> datetime:
        starts_on = self._plan.starts_on + timedelta(days=day)
        return datetime.combine(starts_on, time(), self._plan.zone).astimezone(UTC)

    def _some_moment(self, day: int) -> datetime:
        return self._midnight(day) + timedelta(seconds=int(self._rng.random() * DAY_S))

    def _fact(self, happening: Happening) -> ArrivedFact:
        campaign_id = None if happening.type in ORDER_FACTS else self._campaign_id
        new = NewFact(happening.type, happening.member_id, happening.at, happening.data, "", campaign_id)
        return ArrivedFact(UUID(int=self._rng.getrandbits(128)), b"", happening.at, new)
