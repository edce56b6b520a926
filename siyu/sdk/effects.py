"""The closed union of what a campaign may ask for; the engine alone carries it out.

Every `amount` is a whole number from 1 to 1,000,000,000,000, every `key` a text of 1 to 64 characters, every
`reference` one of 1 to 80, every `unit` one of the shop's wallet units (`points`, or
`commission` in fen), every `code` one of the type's `refusals`.
"""

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime
from typing import Any, Literal, get_args
from uuid import UUID

from pydantic import BaseModel

from siyu.sdk.member_effects import Invite, Tag, Untag
from siyu.sdk.records import record
from siyu.sdk.shop_effects import Issue, Notify, Refund, Review, Revoke


@record
class Grant:
    """Give the member `amount` of a wallet unit, paid by the campaign.

    `reference` names the order that the grant is for by its number: when that order is refunded, `Reverse` can take
    the grant back and `View.granted` can read it. Where the type declares `rewards`, they allow the unit for this fact.

    >>> Grant("points", 5)
    Grant(unit='points', amount=5, reference=None)
    """

    unit: str
    amount: int
    reference: str | None = None


@record
class Spend:
    """Take `amount` of a wallet unit from the member, into the campaign.

    Guarded: the balance before this decision bears all its spends, what it takes back and grants in between aside;
    otherwise the whole decision becomes the refusal `code`, with `unit`, `balance` and what is `missing`. Under a
    `reference` it can be given back by `Reverse(…, of="spend")`.
    """

    unit: str
    amount: int
    code: str
    reference: str | None = None


@record
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


@record
class Hold:
    """Promise the member `amount` of a wallet unit that is not theirs yet, under a `key`.

    Guarded: the key is new for this member in this campaign, whatever became of an earlier hold; otherwise the whole
    decision becomes the refusal `code`, with the `key`. `Settle` ends the hold; the grant that it posts carries the
    `reference`. A member has at most 256 open holds of a campaign; one more is an invalid effect.
    """

    unit: str
    amount: int
    key: str
    code: str
    reference: str | None = None


@record
class Settle:
    """End the hold of this `key`: grant `amount` of it (None: all of it) and drop the rest; 0 drops it all.

    Never more than was held: of a greater amount all is granted. Where no hold of the key is open, nothing happens.
    The decision log keeps what was asked for and what was granted.
    """

    key: str
    amount: int | None = None


@record
class SetState:
    """Replace the participation's state by an instance of the campaign type's `state`.

    One a decision; at most 65,536 characters of JSON.
    """

    state: BaseModel


@record
class Score:
    """Put a score on a leaderboard that keeps each member's best (`streak`, `invitees`), in every window the fact falls
    into.

    `value` is bounded as an amount is.
    """

    board: str
    value: int


@record
class Once:
    """Let this decision stand once for a `key` of this member in this campaign.

    A database constraint, not only a look at the state: a second decision with the same key becomes the refusal
    `code`, whatever the participation's state says. One a decision.
    """

    key: str
    code: str


@record
class Schedule:
    """Enter the fact `<campaign key>.<type>` about this member at `at` (aware, at most three years ahead).

    A moment in the past means now. `type` is one of the campaign type's `timers`, whose model `data` must fit, in at
    most 8,192 bytes of JSON. Timers have names: a second `Schedule` with the `key` replaces the first, `Cancel` takes
    it back. A timer fires once, in whatever state its campaign is then, and `Fact.at` is when it was due.
    """

    key: str
    at: datetime
    type: str
    data: Mapping[str, Any] = field(default_factory=dict)


@record
class Cancel:
    """Take this member's timer of that key back; nothing happens where there is none, or it has fired."""

    key: str


@record
class Emit:
    """Enter the fact `<campaign key>.<type>` once this decision is committed, about this member or another.

    `type` is one of the campaign type's `emits`, whose model `data` must fit, in at most 8,192 bytes of JSON. The
    campaign itself decides about it in whatever state it is, and so does every open campaign that listens to it. It
    happened when this fact happened. Facts that follow from one another this way, or by timers of less than a minute,
    are at most four after the first; one more is an invalid effect.
    """

    type: str
    data: Mapping[str, Any] = field(default_factory=dict)
    member_id: UUID | None = None


@record
class Refuse:
    """Say no: with one of the campaign type's `refusals` codes and what is `missing`, JSON that fills its sentence.

    One a decision, which then has no other effect.
    """

    code: str
    missing: Mapping[str, Any] = field(default_factory=dict)


@record
class Reserve:
    """Take `amount` from a declared counter; never more than is left, whoever else takes at the same moment.

    Guarded: where the counter has less, the whole decision becomes the refusal `code` (by default the counter's own),
    with `counter`, `amount` and what is `left`. Without `key` it is taken for good, as a limit's use. With a `key` of
    the member it is held until `Confirm` or `Release` names that key; a key that is held or confirmed cannot be
    reserved again, and a member has at most 256 of these in a campaign: more is an invalid effect. `subject` says which
    counter, where the fact names several.
    """

    counter: str
    amount: int = 1
    code: str | None = None
    subject: str | None = None
    key: str | None = None


@record
class Release:
    """Give what the member holds under `key` back to its counter. Nothing happens where it is not held (any more).

    What a decision releases, the same decision cannot reserve: guards look at what was there before it.
    """

    key: str


@record
class Confirm:
    """Turn what the member holds under `key` into use for good; to repeat it is possible and changes nothing.

    Guarded: where the key is neither held nor confirmed, the whole decision becomes the refusal `code`, with the `key`.
    """

    key: str
    code: str


@record
class SetTeam:
    """Replace the state of a team: the one that the fact names, which exists, or `fact.new_key`, which is new.

    `state` is an instance of the class that `CampaignType.team` declares. One a decision; at most 65,536 characters of
    JSON.
    """

    team: str
    state: BaseModel


Effect = (
    Grant
    | Reverse
    | SetState
    | Score
    | Once
    | Schedule
    | Cancel
    | Emit
    | Refuse
    | Reserve
    | Release
    | Confirm
    | SetTeam
    | Spend
    | Hold
    | Settle
    | Issue
    | Revoke
    | Notify
    | Review
    | Tag
    | Untag
    | Invite
    | Refund
)
EFFECT_TYPES: tuple[type[Effect], ...] = get_args(Effect)
