"""The in-memory view that a batch of facts is decided on, and what the decisions changed in it."""

from collections.abc import Callable, Iterator, Sequence
from copy import copy
from dataclasses import InitVar, dataclass, field
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from siyu.boards.changes import BoardChange
from siyu.campaigns.counters import Counters
from siyu.campaigns.live import LiveCampaign
from siyu.campaigns.participations import Participations
from siyu.campaigns.pending import PendingFacts
from siyu.campaigns.reservations import Reservations
from siyu.campaigns.routes import Route, Routes
from siyu.coupons.book import CouponBook
from siyu.engine.facts import ArrivedFact
from siyu.engine.faults import Faults
from siyu.engine.outcome import Decision
from siyu.groups.book import GroupBook
from siyu.ledger.book import Book
from siyu.ledger.expiry import Expiries
from siyu.ledger.holds import HoldBook
from siyu.members.invitations import InvitationBook
from siyu.members.kinship import NO_KIN, Kin
from siyu.members.merging import MergeBook
from siyu.members.tags import TagChanges
from siyu.messaging.book import NewMessage
from siyu.orders.book import OrderBook
from siyu.reviews.book import ReviewBook
from siyu.rewards.book import RewardBook
from siyu.rewards.redemption_book import RedemptionBook
from siyu.rules.closures import Row
from siyu.sdk import Features, MemberView
from siyu.sdk.records import record
from siyu.talk.chats import Chats
from siyu.tiers.book import TierBook
from siyu.wallets.book import WalletBook

# A campaign, a subject and the key of a `Once`.
OnceKey = tuple[UUID, UUID, str]


@record
class LoggedDecision:
    """A decision with what the log keeps beside it."""

    fact: ArrivedFact
    campaign: LiveCampaign | None
    decision: Decision
    once_key: str | None


class Possessions(NamedTuple):
    """What a person has that is neither used up nor over: redemptions and coupons, each with the member it is of."""

    redemptions: Sequence[tuple[UUID, UUID]] = ()
    coupons: Sequence[tuple[UUID, UUID]] = ()


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
    reservations: Reservations = field(init=False)
    holds: HoldBook = field(init=False)
    rewards: RewardBook = field(init=False)
    redemptions: RedemptionBook = field(init=False)
    coupons: CouponBook = field(init=False)
    reviews: ReviewBook = field(init=False)
    once: set[OnceKey] = field(default_factory=set)
    decisions: list[LoggedDecision] = field(default_factory=list)
    scores: list[BoardChange] = field(default_factory=list)
    pending: PendingFacts = field(default_factory=PendingFacts)
    faults: Faults = field(default_factory=Faults)
    counters: Counters = field(default_factory=Counters)
    messages: list[NewMessage] = field(default_factory=list)
    # Who does not agree to marketing, of those about whom a campaign decides that advertises.
    unwilling: set[UUID] = field(default_factory=set)
    # Of those members alone about whom a campaign decides that has an audience, reads features or changes tags.
    features: dict[UUID, Features] = field(default_factory=dict)
    # What rules ask besides, as the worker left it; of those alone for whom an audience asks that.
    rows: dict[UUID, Row] = field(default_factory=dict)
    tags: TagChanges = field(default_factory=TagChanges)
    # Members whom facts name and who are not in `members`: what is read of them never changes, and they are not locked.
    partners: dict[UUID, MemberView] = field(default_factory=dict)
    # Holds, adjustments, payouts and freezes of the members whose facts ask for them.
    wallets: WalletBook = field(default_factory=WalletBook)
    invitations: InvitationBook = field(default_factory=InvitationBook)
    # The groups that the facts name, and their members in them.
    groups: GroupBook = field(default_factory=GroupBook)
    # How many members those groups have whose size campaigns look at, by key.
    sizes: dict[str, int] = field(default_factory=dict)
    # The groups that facts about chats name, and what members posted.
    chats: Chats = field(default_factory=Chats)
    # Of those members alone whose tier the facts may change, and where the shop has a ladder.
    tiers: TierBook = field(default_factory=TierBook)
    # Which of the members are one person, and the merge that a fact asks for.
    kin: Kin = NO_KIN
    merges: MergeBook = field(default_factory=MergeBook)
    # Of members who are to be erased what they have, and those of this batch who are erased, by which fact.
    erasing: dict[UUID, Possessions] = field(default_factory=dict)
    erased: dict[UUID, ArrivedFact] = field(default_factory=dict)
    routes: Routes = field(init=False)
    known_routes: InitVar[Routes | None] = None
    _days: dict[datetime, date] = field(default_factory=dict)

    def __post_init__(self, known_routes: Routes | None) -> None:
        self.routes = known_routes or Routes(self.campaigns)
        self.participations = Participations(self.new_id)
        units = self.routes.units
        policies = {key: unit.expiry for key, unit in units.items() if unit.expiry is not None}
        self.book = Book(
            self.new_id,
            Expiries(policies, self.zone),
            has_lots=any(unit.has_lots for unit in units.values()),
            has_debts=any(unit.has_debts for unit in units.values()),
            shortfalls={key: unit.shortfall for key, unit in units.items()},
        )
        self.know(self.kin)
        self.orders = OrderBook(self.new_id)
        self.reservations = Reservations(self.new_id)
        self.holds = HoldBook(self.new_id)
        self.rewards = RewardBook(self.new_id)
        self.redemptions = RedemptionBook(self.new_id)
        self.coupons = CouponBook(self.new_id, self.zone)
        self.reviews = ReviewBook(self.new_id)

    def know(self, kin: Kin) -> None:
        """Make known who of the members is one person."""
        self.kin = self.invitations.kin = kin
        self.book.absorbed = kin.absorbed

    def day(self, at: datetime) -> date:
        """The shop's date of a moment; remembered, since boards ask again for what campaigns judged by."""
        day = self._days.get(at)
        if day is None:
            day = self._days[at] = at.astimezone(self.zone).date()
        return day

    def note_order(self, member_id: UUID) -> None:
        """The member has ordered: the next order of this batch is not their first."""
        known = self.features.get(member_id)
        if known is not None:
            self.features[member_id] = known._replace(has_ordered=True)

    def note_groups(self, member_id: UUID) -> None:
        """The member has joined or left a group: who joins is in it when campaigns decide about the joining."""
        known = self.features.get(member_id)
        if known is not None and self.groups.is_loaded:
            self.features[member_id] = known._replace(groups=self.groups.keys_of(member_id))

    def note_stay(self, member_id: UUID, key: str) -> None:
        """The member has joined or left a group: what they pay next counts in it, or no longer."""
        group = self.groups.find(key)
        known = self.groups.membership(group, member_id) if group is not None else None
        if known is not None and known.joined_at is not None:
            self.orders.stay(member_id, known.community_id, known.joined_at, is_in=known.counts)

    def group_size(self, key: str) -> int | None:
        """How many members a group has after what was decided so far; None for one that there is not."""
        moving = self.groups.find(key)
        return moving.member_count if moving is not None else self.sizes.get(key)

    def campaign(self, campaign_id: UUID) -> LiveCampaign | None:
        """A published campaign by id."""
        return self.routes.by_id.get(campaign_id)

    def route(self, fact_type: str) -> Route:
        """The campaigns that decide about such facts which are not actions, in their order."""
        return self.routes.route(fact_type)

    def listeners(self, fact_type: str, at: datetime) -> Iterator[LiveCampaign]:
        """The campaigns that decide about a fact which is not an action."""
        route = self.routes.route(fact_type)
        yield from route.settling
        for campaign in route.listening:
            if campaign.is_open(at):
                yield campaign

    def judged_by(self, campaigns: Sequence[LiveCampaign]) -> "World":
        """The same members, books and participations, decided by other campaigns."""
        other = copy(self)
        other.campaigns, other.routes = campaigns, Routes(campaigns)
        other.counters = self.counters.judged_anew()
        other.pending = PendingFacts()
        return other

    def forget_changes(self) -> None:
        """Drop what a commit would write; what later decisions read stays."""
        self.decisions.clear()
        self.scores.clear()
        self.messages.clear()
        self.reviews.forget_changes()
        self.coupons.forget_changes()
        self.tags.clear()
        self.invitations.new.clear()
        self.groups.forget_changes()
        self.tiers.forget_changes()
        self.book.transfers.clear()
        self.orders.changed.clear()
        self.orders.spendings.clear()
        self.orders.refunds.changed.clear()
        self._days.clear()
        self.counters.forget_slots()
        self.pending = PendingFacts()
