"""Referral (邀请有礼): members bring newcomers; both sides are rewarded for what a newcomer then really does."""

from collections.abc import Sequence
from typing import Any

from plugins.referral.campaign import REFERRAL
from siyu.sdk import CampaignType, hookimpl


@hookimpl
def siyu_campaign_types() -> Sequence[CampaignType[Any, Any]]:
    """Hand over the referral."""
    return [REFERRAL]
