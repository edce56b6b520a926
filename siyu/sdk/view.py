"""What a campaign may read when it decides: its config, its state, the member and what it declared."""

from collections.abc import Callable
from datetime import datetime
from typing import Generic, NamedTuple, TypeVar
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
    """What this campaign granted a member under one reference and has not taken back; `at` is the grant's time."""

    amount: int
    at: datetime


class View(NamedTuple, Generic[ConfigT, StateT]):
    """A read-only picture at the moment of decision.

    `state` is the participation's (its defaults before the first effect). `order` is set for `order.*` facts alone.
    `granted(unit, reference)` is known for the order of an `order.refunded` fact; it is None where nothing is left.
    """

    config: ConfigT
    state: StateT
    member: MemberView
    order: OrderView | None
    granted: Callable[[str, str], Granted | None]
