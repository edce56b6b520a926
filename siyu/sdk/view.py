"""What a campaign may read when it decides: its config, its state, the member and what it declared."""

from datetime import datetime, tzinfo
from typing import Generic, Literal, NamedTuple, Protocol, TypeVar
from uuid import UUID

from siyu.sdk.audience import Features
from siyu.sdk.draws import Draw
from siyu.sdk.model import CampaignConfig, CampaignState

ConfigT = TypeVar("ConfigT", bound=CampaignConfig)
StateT = TypeVar("StateT", bound=CampaignState)
TeamT = TypeVar("TeamT", bound=CampaignState)


class MemberView(NamedTuple):
    """A member: the one the fact is about, or their partner."""

    id: UUID
    joined_at: datetime


class OrderView(NamedTuple):
    """The order an `order.*` fact is about, this fact included; amounts in fen."""

    number: str
    amount_fen: int
    refunded_fen: int
    paid_at: datetime


class Granted(NamedTuple):
    """What this campaign granted a member under one reference and has not taken back, or spent of theirs and not given
    back; `at` is the time of the first."""

    amount: int
    at: datetime


class Held(NamedTuple):
    """An open hold of this campaign for the member; `at` is when it was made."""

    unit: str
    amount: int
    at: datetime


class Reserved(NamedTuple):
    """A reservation under a key that is held, or confirmed; `subject` and `amount` are those of its `Reserve`."""

    counter: str
    subject: str
    amount: int
    confirmed: bool


class NotDeclared(Exception):
    """A campaign read what its type did not declare, or what this fact does not name; its decision fails."""


class Reads(Protocol):
    """What answers the methods of a view, each as the view says: the engine, or a stage of the test kit."""

    def granted(self, unit: str, reference: str, of: Literal["grant", "spend"]) -> Granted | None:
        """As `View.granted`."""

    def balance(self, unit: str) -> int:
        """As `View.balance`."""

    def features(self) -> Features:
        """As `View.features`."""

    def group_size(self, key: str) -> int | None:
        """As `View.group_size`."""

    def partner(self) -> MemberView | None:
        """As `View.partner`."""

    def held(self, key: str) -> Held | None:
        """As `View.held`."""

    def team(self, state: type[TeamT]) -> TeamT | None:
        """As `View.team`."""

    def left(self, counter: str, subject: str | None) -> int | None:
        """As `View.left`."""

    def used(self, counter: str, subject: str | None) -> int:
        """As `View.used`."""

    def on_hold(self, counter: str, subject: str | None) -> int:
        """As `View.on_hold`."""

    def reserved(self, key: str) -> Reserved | None:
        """As `View.reserved`."""

    def team_key(self) -> str | None:
        """As `View.team_key`."""

    def zone(self) -> tzinfo:
        """As `View.zone`."""

    def now(self) -> datetime:
        """As `View.now`."""

    def draw(self, name: str) -> Draw:
        """As `View.draw`."""


class View(NamedTuple, Generic[ConfigT, StateT]):
    """A read-only picture at the moment of decision.

    `state` is the participation's (its defaults before the first effect). `order` is set for `order.*` facts alone. The
    methods ask `reads`; what the type did not declare, or the fact does not name, raises NotDeclared.
    """

    config: ConfigT
    state: StateT
    member: MemberView
    order: OrderView | None
    reads: Reads

    @property
    def features(self) -> Features:
        """What the shop knows of the member: tier, tags, groups; for configs that the type's `features` says yes to."""
        return self.reads.features()

    def group_size(self, key: str) -> int | None:
        """How many members a group has, bots left out; None where the shop has no such group.

        For the groups that the type's `group_sizes` names for the config. Joinings and leavings that were decided
        before count, and so does the one that the fact itself is; nobody is kept from joining meanwhile: what has to
        hold for longer than a decision, keep in a state.
        """
        return self.reads.group_size(key)

    @property
    def partner(self) -> MemberView | None:
        """The member whose code the fact carries in the field that `CampaignType.partner` names.

        None where it carries none, or one that is nobody's. It may be the member's own, and it says nothing about who
        wrote it: what a code is sent for, anybody can send it for.
        """
        return self.reads.partner()

    def granted(self, unit: str, reference: str, of: Literal["grant", "spend"] = "grant") -> Granted | None:
        """What is left of this campaign's grants under a reference, or of its spends; None where nothing is.

        Known for the order of an `order.refunded` fact, and for what the type `reads`.
        """
        return self.reads.granted(unit, reference, of)

    def balance(self, unit: str) -> int:
        """What the member has of a wallet unit, what other campaigns granted included; 0 of a unit nobody has."""
        return self.reads.balance(unit)

    def held(self, key: str) -> Held | None:
        """An open hold of this campaign for the member, or None.

        For types with `Hold` or `Settle` among their effects.
        """
        return self.reads.held(key)

    @property
    def zone(self) -> tzinfo:
        """The shop's time zone, in which counters have their periods and slots, whatever zone `fact.day` goes by."""
        return self.reads.zone()

    @property
    def now(self) -> datetime:
        """When the fact arrived to be decided (aware UTC): later than `fact.at` where it was told late, or where a
        timer could not fire in time. Let time that somebody is given begin here; judge all else by `fact.at`.
        """
        return self.reads.now()

    @property
    def team_key(self) -> str | None:
        """The key of the team that the fact names, or that `TeamOf.key` tells; None where there is none."""
        return self.reads.team_key()

    def draw(self, name: str) -> Draw:
        """The campaign's draw of this name (1 to 64 characters), the same for ever; nobody knows its seed but `decide`.

        `Campaign.draw` in GraphQL shows everybody the hash at any time. The seed is the campaign's to publish: keep it
        in a state once nobody can get into the draw any more, and draw by the seed that is kept. Until then show
        nothing that follows from it. In a preview or a simulation a seed that is not kept yet is another one.
        """
        return self.reads.draw(name)

    def team(self, state: type[TeamT]) -> TeamT | None:
        """The state of the team that the fact names; None where it names none, or one that does not exist.

        `state` is the class that `CampaignType.team` declares.
        """
        return self.reads.team(state)

    def left(self, counter: str, subject: str | None = None) -> int | None:
        """How much of a counter can still be taken, exactly: others wait until this is decided. None: no limit.

        `subject` says which, where the fact names several. What the decision itself has yielded is not taken off yet.
        """
        return self.reads.left(counter, subject)

    def used(self, counter: str, subject: str | None = None) -> int:
        """How much of a counter is taken, what is held for reservations included."""
        return self.reads.used(counter, subject)

    def on_hold(self, counter: str, subject: str | None = None) -> int:
        """How much of what is taken is held for reservations, and can therefore come back."""
        return self.reads.on_hold(counter, subject)

    def reserved(self, key: str) -> Reserved | None:
        """The member's reservation under a key; None where there is none or it was released.

        For types with `Release` or `Confirm` among their effects.
        """
        return self.reads.reserved(key)
