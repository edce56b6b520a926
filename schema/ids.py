"""Global ids: opaque to clients, the type's name and a key inside."""

import binascii
from base64 import urlsafe_b64decode
from binascii import b2a_base64
from typing import TYPE_CHECKING, cast
from uuid import UUID

if TYPE_CHECKING:
    import strawberry

MEMBER = "Member"
WALLET = "Wallet"
CAMPAIGN = "Campaign"
PARTICIPATION = "Participation"
DECISION = "Decision"
FACT = "Fact"
LEDGER_ENTRY = "LedgerEntry"
ISSUED_REWARD = "IssuedReward"
MESSAGE = "Message"
REFUND_REQUEST = "RefundRequest"
REVIEW = "Review"
VALUE_HOLD = "ValueHold"
ADJUSTMENT = "Adjustment"
PAYOUT = "Payout"
WALLET_FREEZE = "WalletFreeze"
REWARD = "Reward"
REWARD_LIBRARY = "RewardLibrary"
REDEMPTION = "Redemption"
PRIVILEGE = "Privilege"
COUPON = "Coupon"
COUPON_TEMPLATE = "CouponTemplate"
SEGMENT = "Segment"
MEMBER_MERGE = "MemberMerge"
TAG_RULE = "TagRule"
GROUP = "Group"
METRIC_ALERT = "MetricAlert"
EXPENSE = "Expense"

ID_LENGTH_MAX = 200
URL_SAFE = bytes.maketrans(b"+/", b"-_")
# The key that no object has.
NOBODY = UUID(int=0)


def pack(text: str) -> str:
    """Text as base64url without padding."""
    # What base64.urlsafe_b64encode does, without its two calls in Python: every object of an answer has an id.
    return b2a_base64(text.encode(), newline=False).translate(URL_SAFE, b"=").decode()


def unpack(packed: str) -> str | None:
    """The inverse of `pack`; None for anything that it cannot have made."""
    if len(packed) > ID_LENGTH_MAX:
        return None
    try:
        text = urlsafe_b64decode(packed + "=" * (-len(packed) % 4)).decode()
    except (binascii.Error, ValueError):
        return None
    return text if pack(text) == packed else None


def encode_id(type_name: str, key: UUID | str) -> "strawberry.ID":
    """The global id of an object.

    >>> encode_id("Board", "points")
    'Qm9hcmQ6cG9pbnRz'
    """
    return cast("strawberry.ID", pack(f"{type_name}:{key}"))


def decode_id(global_id: str) -> tuple[str, str] | None:
    """The type's name and the key, or None for what is no id of ours."""
    type_name, separator, key = (unpack(global_id) or "").partition(":")
    return (type_name, key) if separator else None


def decode_uuid(type_name: str, global_id: str) -> UUID | None:
    """The key of an object of this type; None for another type's id and for no id at all."""
    decoded = decode_id(global_id)
    if decoded is None or decoded[0] != type_name:
        return None
    return parse_uuid(decoded[1])


def decode_or_nobody(type_name: str, global_id: str) -> UUID:
    """The key of an object of this type; for another type's id, and for no id at all, one that no object has."""
    return decode_uuid(type_name, global_id) or NOBODY


def parse_uuid(text: str) -> UUID | None:
    """A UUID from its one usual spelling."""
    try:
        parsed = UUID(text)
    except ValueError:
        return None
    return parsed if str(parsed) == text else None
