"""All that a campaign may import.

A campaign type is a `CampaignType`: typed config and state, the facts it listens to, the effects it may use and a
pure function `decide(fact, view)` that yields effects. It is handed over by one hook:

    from siyu.sdk import CampaignType, hookimpl

    @hookimpl
    def siyu_campaign_types():
        return [MY_CAMPAIGN]

`plugins/check_in` is the smallest complete example.
"""

from siyu.sdk.campaign import SDK_VERSION, Action, CampaignType, Progress
from siyu.sdk.effects import (
    EFFECT_TYPES,
    Effect,
    Grant,
    Hold,
    Issue,
    Notify,
    Once,
    Refuse,
    Reverse,
    Revoke,
    Score,
    SetState,
    Settle,
    Spend,
)
from siyu.sdk.facts import Fact
from siyu.sdk.hooks import ENTRY_POINT_GROUP, PROJECT, CampaignHooks, hookimpl
from siyu.sdk.model import ActionInput, CampaignConfig, CampaignState
from siyu.sdk.reads import References
from siyu.sdk.text import Text
from siyu.sdk.view import Granted, Held, MemberView, OrderView, View

__all__ = [
    "EFFECT_TYPES",
    "ENTRY_POINT_GROUP",
    "PROJECT",
    "SDK_VERSION",
    "Action",
    "ActionInput",
    "CampaignConfig",
    "CampaignHooks",
    "CampaignState",
    "CampaignType",
    "Effect",
    "Fact",
    "Grant",
    "Granted",
    "Held",
    "Hold",
    "Issue",
    "MemberView",
    "Notify",
    "Once",
    "OrderView",
    "Progress",
    "References",
    "Refuse",
    "Reverse",
    "Revoke",
    "Score",
    "SetState",
    "Settle",
    "Spend",
    "Text",
    "View",
    "hookimpl",
]
