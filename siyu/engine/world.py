"""The in-memory view that a batch of facts is decided on, and what the decisions changed in it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from siyu.boards.changes import BoardChange
from siyu.campaigns.live import LiveCampaign
from siyu.campaigns.participations import Participations
from siyu.engine.facts import ArrivedFact
from siyu.engine.outcome import Decision
from siyu.ledger.book import Book
from siyu.ledger.holds import HoldBook
from siyu.messaging.book import NewMessage
from siyu.orders.book import OrderBook
from siyu.rewards.book import RewardBook
from siyu.sdk import MemberView

# A campaign, a subject and the key of a `Once`.
OnceKey = tuple[UUID, UUID, str]


class LoggedDecision(NamedTuple):
    """A decision with what the log keeps beside it."""

    fact: ArrivedFact
    campaign: LiveCampaign | None
    decision: Decision
    once_key: str | None


@dataclass(slots=True)
class World:
    """Everything decisions read and change; time, ids and the shop's zone come in from outside."""

    campaigns: Sequence[LiveCampaign]
    members: dict[UUID, MemberView]
    zone: ZoneInfo
    new_id: Callable[[], UUID]
    participations: Participations = field(init=False)
    book: Book = field(init=False)
    orders: OrderBook = field(init=False)
    holds: HoldBook = field(init=False)
    rewards: RewardBook = field(init=False)
    once: set[OnceKey] = field(default_factory=set)
    decisions: list[LoggedDecision] = field(default_factory=list)
    scores: list[BoardChange] = field(default_factory=list)
    messages: list[NewMessage] = field(default_factory=list)
    _by_id: dict[UUID, LiveCampaign] = field(init=False)
    _days: dict[datetime, date] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.participations = Participations(self.new_id)
        self.book = Book(self.new_id)
        self.orders = OrderBook(self.new_id)
        self.holds = HoldBook(self.new_id)
        self.rewards = RewardBook(self.new_id)
        self._by_id = {campaign.id: campaign for campaign in self.campaigns}

    def day(self, at: datetime) -> date:
        """The shop's date of a moment; remembered, since boards ask again for what campaigns judged by."""
        day = self._days.get(at)
        if day is None:
            day = self._days[at] = at.astimezone(self.zone).date()
        return day

    def campaign(self, campaign_id: UUID) -> LiveCampaign | None:
        """A published campaign by id."""
        return self._by_id.get(campaign_id)

    def listeners(self, fact_type: str, at: datetime) -> Iterator[LiveCampaign]:
        """The campaigns that decide about a fact which is not an action, in order of their creation."""
        for campaign in self.campaigns:
            kind = campaign.type
            if fact_type in kind.settles or (fact_type in kind.listens and campaign.is_open(at)):
                yield campaign
