"""The effects that the shop carries out in the end: rewards, messages, money to pay back, something to look at."""

from collections.abc import Mapping
from dataclasses import field

from siyu.sdk.records import record


@record
class Issue:
    """Give the member a `reward` by its name (1 to 64 characters), once for a `key`.

    Guarded: the key is new for this member in this campaign, even where an earlier reward was revoked; otherwise the
    whole decision becomes the refusal `code`, with the `key`. What the name means and how it is delivered is up to the
    shop.
    """

    reward: str
    key: str
    code: str


@record
class Revoke:
    """Take back the reward that was issued for this `key`; nothing happens where none is."""

    key: str


@record
class Notify:
    """Leave the member a message: one of the type's `messages`, each `{name}` filled from `params`.

    At most 16 params: whole numbers of 64 bits, and texts of at most 200 characters.

    >>> Notify("pickup_ready", {"counter": 3})
    Notify(message='pickup_ready', params={'counter': 3})
    """

    message: str
    params: Mapping[str, str | int] = field(default_factory=dict)


@record
class Refund:
    """Ask the shop to pay money of an order of the member back, until `amount_fen` of it is back in all.

    The amount is absolute, in fen: what has gone back already counts, to ask twice is to ask once, and of several
    amounts that a campaign asks for an order the greatest stands. `order` is the order's number (1 to 64 characters),
    `reason` a key of the type's `refunds`, which says why. With the decision siyu enters the fact `refund.requested`
    about the member, and a moment later it is among the shop's open refunds: of more than the order's amount, all of
    it. Where the member has no such order, that fact is refused with `ORDER_NOT_FOUND`, while the decision stands. The
    shop pays and reports `order.refunded`. No lane and no cap counts a refund.

    >>> Refund("A-1001", 9_900, "no_team")
    Refund(order='A-1001', amount_fen=9900, reason='no_team')
    """

    order: str
    amount_fen: int
    reason: str


@record
class Review:
    """Ask an operator to look at something of the member's before the campaign goes on.

    `key` is new for this member in this campaign; else nothing happens, whatever became of the earlier review.
    `reason` is one of the type's `reviews`, `evidence` what the operator is shown besides: at most 16 entries, whole
    numbers of 64 bits and texts of at most 500 characters. The first verdict counts and is the campaign's own fact
    `<campaign key>.reviewed` about this member, with the data `Reviewed`, decided at any time after publishing: a
    decision about it that fails leaves the review open. A member has at most 256 open reviews of a campaign; one more
    is an invalid effect.

    >>> Review("2026-11-22", "photo", {"url": "https://example.com/photo.jpg"})
    Review(key='2026-11-22', reason='photo', evidence={'url': 'https://example.com/photo.jpg'})
    """

    key: str
    reason: str
    evidence: Mapping[str, str | int] = field(default_factory=dict)
