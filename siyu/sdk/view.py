"""What a campaign may read when it decides: its config, its state, the member and what it declared."""

from collections.abc import Callable
from datetime import datetime
from typing import Generic, Literal, NamedTuple, Protocol, TypeVar
from uuid import UUID

from siyu.sdk.model import CampaignConfig, CampaignState

ConfigT = TypeVar("ConfigT", bound=CampaignConfig)
StateT = TypeVar("StateT", bound=CampaignState)


class MemberView(NamedTuple):
    """The member the fact is about."""

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


class GrantedReader(Protocol):
    """Reads what is left of grants, or of spends."""

    def __call__(self, unit: str, reference: str, of: Literal["grant", "spend"] = "grant") -> Granted | None:
        """None where nothing is left. Raises for a reference that the type did not declare to read."""


class View(NamedTuple, Generic[ConfigT, StateT]):
    """A read-only picture at the moment of decision.

    `state` is the participation's (its defaults before the first effect). `order` is set for `order.*` facts alone.
    `granted(unit, reference)` is known for the order of an `order.refunded` fact and for what the type `reads`; it is
    None where nothing is left; `of="spend"` asks for spends. `balance(unit)` is what the member has, what other
    campaigns granted included; `held(key)` an open hold of this campaign, for types that declare `Hold` or `Settle`.
    """

    config: ConfigT
    state: StateT
    member: MemberView
    order: OrderView | None
    granted: GrantedReader
    balance: Callable[[str], int] = lambda unit: 0  # noqa: ARG005 - the signature
    held: Callable[[str], Held | None] = lambda key: None  # noqa: ARG005 - the signature
