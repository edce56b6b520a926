"""The core facts that metrics are counted from and nobody else tells: what was sent, opened, read and shared."""

import binascii
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from siyu.sdk.core_facts import CONTENT_DELIVERED, CONTENT_OPENED, CONTENT_READ, CONTENT_SHARED, PAYMENT_OPENED

CONTENT_LENGTH_MAX = 64
CHANNEL_LENGTH_MAX = 64
ORDER_LENGTH_MAX = 64
CAMPAIGN_LENGTH_MAX = 100


def campaign_key(text: str) -> str:
    """The UUID of a campaign from its id as GraphQL shows it, or as it is. Raises ValueError for what is neither."""
    try:
        return str(UUID(text))
    except ValueError:
        pass
    try:
        type_name, _, key = urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode().partition(":")
        found = UUID(key)
    except (binascii.Error, ValueError):
        raise ValueError("must be a campaign's id") from None
    if type_name != "Campaign":
        raise ValueError("must be a campaign's id")
    return str(found)


CampaignKey = Annotated[str, Field(max_length=CAMPAIGN_LENGTH_MAX), AfterValidator(campaign_key)]


class _Told(BaseModel):
    """What each of these facts may tell: the campaign it is for, and the channel it came by."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)
    campaign: CampaignKey | None = None
    channel: Annotated[str, Field(min_length=1, max_length=CHANNEL_LENGTH_MAX)] | None = None


class ContentFact(_Told):
    """Something was sent to a member, opened, read to the end or shared: which, by the shop's own name for it."""

    content: Annotated[str, Field(min_length=1, max_length=CONTENT_LENGTH_MAX)]


class PaymentOpened(_Told):
    """A member was shown a payment page."""

    order: Annotated[str, Field(min_length=1, max_length=ORDER_LENGTH_MAX)] | None = None


METRIC_FACTS: Mapping[str, type[BaseModel]] = {
    CONTENT_DELIVERED: ContentFact,
    CONTENT_OPENED: ContentFact,
    CONTENT_READ: ContentFact,
    CONTENT_SHARED: ContentFact,
    PAYMENT_OPENED: PaymentOpened,
}
