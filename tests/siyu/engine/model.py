"""A shop in plain Python: what facts should do, as simply as it can be said."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from siyu.engine import NewFact

# China has had one zone and no summer time since 1991.
SHANGHAI_OFFSET = timedelta(hours=8)
RECENT_DAYS = 62


class Expected(NamedTuple):
    """One decision: who decided (None: the core), the refusal, and the points that moved to the member."""

    campaign_id: UUID | None
    refusal: str | None = None
    points: int = 0


@dataclass
class ModelCampaign:
    """A campaign: a check-in where it has a table of points, else points for purchases (rates in hundredths)."""

    table: tuple[int, ...] = ()
    rate_hundredths: int = 100
    multiplier_hundredths: int = 100
    cap_per_day: int | None = None
    lateness_days: int | None = 31
    state: str = "running"
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    # By member, in the shape that is stored.
    states: dict[UUID, dict[str, Any]] = field(default_factory=dict)
    # By member: a character a day from the last one signed to the first, 1 where it was signed.
    histories: dict[UUID, str] = field(default_factory=dict)
    # What those days brought, in the same order; empty where they were missed.
    given: dict[UUID, list[str]] = field(default_factory=dict)
    # What was granted for an order and not taken back.
    left: Counter[str] = field(default_factory=Counter)

    @property
    def type_key(self) -> str:
        """The plugin that runs it."""
        return "check_in" if self.table else "purchase"

    def config(self) -> Mapping[str, Any]:
        """The config that the real campaign gets."""
        if self.table:
            return {"streak_points": self.table}
        return {
            "points_per_yuan": f"{self.rate_hundredths / 100:.2f}",
            "multiplier": f"{self.multiplier_hundredths / 100:.2f}",
            "cap_per_day": self.cap_per_day,
            "lateness_days": self.lateness_days,
        }

    def is_open(self, at: datetime) -> bool:
        """Whether it decides about what happens at that moment."""
        started = self.starts_at is None or self.starts_at <= at
        return self.state == "running" and started and (self.ends_at is None or at < self.ends_at)

    def worth(self, amount_fen: int) -> int:
        """The points an amount is worth."""
        return amount_fen * self.rate_hundredths * self.multiplier_hundredths // 1_000_000

    def sign(self, member_id: UUID, day: date) -> tuple[str | None, int]:
        """A check-in: the refusal, and the points."""
        state = self.states.get(member_id, {"last_day": None, "streak": 0, "best_streak": 0, "days": 0})
        last = date.fromisoformat(state["last_day"]) if state["last_day"] else date.min
        if day <= last:
            return ("ALREADY_SIGNED" if day == last else "DAY_IS_PAST"), 0
        gap_days = (day - last).days if state["days"] else 1
        streak = state["streak"] + 1 if gap_days == 1 else 1
        history = self.histories[member_id] = "1" + "0" * (gap_days - 1) + self.histories.get(member_id, "")
        beyond, points = history[RECENT_DAYS:], self.table[(streak - 1) % len(self.table)]
        given = self.given[member_id] = [str(points), *[""] * (gap_days - 1), *self.given.get(member_id, [])]
        self.states[member_id] = {
            "last_day": day.isoformat(),
            "streak": streak,
            "best_streak": max(streak, state["best_streak"]),
            "days": state["days"] + 1,
            "recent": history[:RECENT_DAYS],
            "run_before": len(beyond) - len(beyond.lstrip("1")),
            "given": ",".join(given[:RECENT_DAYS]),
            "waiting": [],
            "tried_on": None,
            "tries": 0,
        }
        return None, points

    def reward(self, member_id: UUID, number: str, amount_fen: int, day: date) -> tuple[str | None, int]:
        """A paid order: the refusal, and the points."""
        state = self.states.get(member_id, {"newest_day": None, "earned_by_day": {}, "orders": 0})
        newest = max(day.isoformat(), state["newest_day"] or "")
        oldest = ""
        if self.lateness_days is not None:
            oldest = (date.fromisoformat(newest) - timedelta(days=self.lateness_days)).isoformat()
        if day.isoformat() < oldest:
            return "TOO_LATE", 0
        points, earned = self.worth(amount_fen), {}
        if self.cap_per_day is not None:
            earned = {earlier: sum_ for earlier, sum_ in state["earned_by_day"].items() if earlier >= oldest}
            before = earned.get(day.isoformat(), 0)
            points = max(0, min(points, self.cap_per_day - before))
            earned[day.isoformat()] = before + points
        self.left[number] += points
        self.states[member_id] = {"newest_day": newest, "earned_by_day": earned, "orders": state["orders"] + 1}
        return None, points

    def take_back(self, number: str, rest_fen: int) -> int:
        """A refund that leaves `rest_fen` of the order: the points that go back."""
        taken = max(0, self.left[number] - self.worth(rest_fen))
        self.left[number] -= taken
        return taken


@dataclass
class ModelOrder:
    """One order; amounts in fen."""

    member_id: UUID
    amount_fen: int
    refunded_fen: int = 0


@dataclass
class Model:
    """Campaigns in the order of their creation, what members have, and the orders."""

    campaigns: dict[UUID, ModelCampaign]
    balances: Counter[UUID] = field(default_factory=Counter)
    orders: dict[str, ModelOrder] = field(default_factory=dict)

    def submit(self, fact: NewFact) -> list[Expected]:
        """What the engine should answer to a fact it has not seen."""
        day = (fact.at + SHANGHAI_OFFSET).date()
        if fact.type == "check_in.sign":
            decisions = [self._sign(fact, day)]
        elif fact.type == "order.paid":
            decisions = self._pay(fact, day)
        else:
            decisions = self._refund(fact)
        self.balances[fact.member_id] += sum(decision.points for decision in decisions)
        return decisions

    def _sign(self, fact: NewFact, day: date) -> Expected:
        assert fact.campaign_id is not None
        campaign = self.campaigns.get(fact.campaign_id)
        if campaign is None or not campaign.table:
            return Expected(None, "CAMPAIGN_NOT_FOUND")
        if not campaign.is_open(fact.at):
            return Expected(fact.campaign_id, "CAMPAIGN_NOT_OPEN")
        return Expected(fact.campaign_id, *campaign.sign(fact.member_id, day))

    def _pay(self, fact: NewFact, day: date) -> list[Expected]:
        number, amount_fen = fact.data["order"], fact.data["amount_fen"]
        if number in self.orders:
            return [Expected(None, "ORDER_ALREADY_PAID")]
        self.orders[number] = ModelOrder(fact.member_id, amount_fen)
        return [
            Expected(campaign_id, *campaign.reward(fact.member_id, number, amount_fen, day))
            for campaign_id, campaign in self.campaigns.items()
            if not campaign.table and campaign.is_open(fact.at)
        ]

    def _refund(self, fact: NewFact) -> list[Expected]:
        number, amount_fen = fact.data["order"], fact.data["amount_fen"]
        order = self.orders.get(number)
        if order is None or order.member_id != fact.member_id:
            return [Expected(None, "ORDER_NOT_FOUND")]
        if order.refunded_fen + amount_fen > order.amount_fen:
            return [Expected(None, "REFUND_EXCEEDS_ORDER")]
        order.refunded_fen += amount_fen
        return [
            Expected(campaign_id, None, -campaign.take_back(number, order.amount_fen - order.refunded_fen))
            for campaign_id, campaign in self.campaigns.items()
            if not campaign.table
        ]
