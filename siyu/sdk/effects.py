"""The closed union of what a campaign may ask for; the engine alone carries it out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import BaseModel


@dataclass(frozen=True, slots=True)
class Grant:
    """Give the member `amount` (a positive integer) of a wallet unit, paid by the campaign.

    `reference` names the order that the grant is for by its number: when that order is refunded, `Reverse` can take
    the grant back and `View.granted` can read it.

    >>> Grant("points", 5)
    Grant(unit='points', amount=5, reference=None)
    """

    unit: str
    amount: int
    reference: str | None = None


@dataclass(frozen=True, slots=True)
class Spend:
    """Take `amount` (a positive integer) of a wallet unit from the member, into the campaign.

    Guarded: the balance before this decision bears all its spends, what it takes back and grants in between aside;
    otherwise the whole decision becomes the refusal `code`, with `unit`, `balance` and what is `missing`. Under a
    `reference` it can be given back by `Reverse(…, of="spend")`.
    """

    unit: str
    amount: int
    code: str
    reference: str | None = None


@dataclass(frozen=True, slots=True)
class Reverse:
    """Take back at most `amount` of what this campaign granted the member under `reference`, or give back what it
    spent of theirs.

    Guarded: never more than is left of those grants or spends, and of grants never more than the member still has; the
    decision log keeps both what was asked for and what was moved. The reference is one that the type may read: see
    `CampaignType.reads`.
    """

    unit: str
    amount: int
    reference: str
    of: Literal["grant", "spend"] = "grant"


@dataclass(frozen=True, slots=True)
class Hold:
    """Promise the member `amount` of a wallet unit that is not theirs yet, under a `key` (at most 64 characters).

    Guarded: the key is new for this member in this campaign, whatever became of an earlier hold; otherwise the whole
    decision becomes the refusal `code`. `Settle` ends the hold; the grant that it posts carries the `reference`.
    """

    unit: str
    amount: int
    key: str
    code: str
    reference: str | None = None


@dataclass(frozen=True, slots=True)
class Settle:
    """End the hold of this `key`: grant `amount` of it (None: all of it) and drop the rest; 0 drops it all.

    Never more than was held; where no hold of the key is open, nothing happens. The decision log keeps what was asked
    for and what was granted.
    """

    key: str
    amount: int | None = None


@dataclass(frozen=True, slots=True)
class Issue:
    """Give the member a `reward` by name, once for a `key` (both at most 64 characters).

    Guarded: the key is new for this member in this campaign, even where an earlier reward was revoked; otherwise the
    whole decision becomes the refusal `code`. What the name means and how it is delivered is the shop's.
    """

    reward: str
    key: str
    code: str


@dataclass(frozen=True, slots=True)
class Revoke:
    """Take back the reward that was issued for this `key`; nothing happens where none is."""

    key: str


@dataclass(frozen=True, slots=True)
class Notify:
    """Leave the member a message: one of the type's `messages`, each `{name}` filled from `params`.

    >>> Notify("pickup_ready", {"counter": 3})
    Notify(message='pickup_ready', params={'counter': 3})
    """

    message: str
    params: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SetState:
    """Replace the participation's state by an instance of the campaign type's `State`."""

    state: BaseModel


@dataclass(frozen=True, slots=True)
class Score:
    """Put a score (≥ 1) on a leaderboard that keeps each member's best, in every window the fact falls into."""

    board: str
    value: int


@dataclass(frozen=True, slots=True)
class Once:
    """Let this decision stand once for a `key` (at most 64 characters) of this member in this campaign.

    A database constraint, not only a look at the state: a second decision with the same key becomes the refusal
    `code`, whatever the participation's state says.
    """

    key: str
    code: str


@dataclass(frozen=True, slots=True)
class Refuse:
    """Say no: with one of the campaign type's `refusals` codes and what is missing, if anything is.

    A decision that refuses has no other effect.
    """

    code: str
    missing: Mapping[str, Any] = field(default_factory=dict)


Effect = Grant | Spend | Reverse | Hold | Settle | Issue | Revoke | Notify | SetState | Score | Once | Refuse
EFFECT_TYPES: tuple[type[Effect], ...] = (
    Grant,
    Spend,
    Reverse,
    Hold,
    Settle,
    Issue,
    Revoke,
    Notify,
    SetState,
    Score,
    Once,
    Refuse,
)
