"""All that a campaign may import.

A campaign type is a `CampaignType`: typed config and state, the facts it listens to, the effects it may use and a
pure function `decide(fact, view)` that yields effects. It is handed over by one hook:

    from siyu.sdk import CampaignType, hookimpl

    @hookimpl
    def siyu_campaign_types():
        return [MY_CAMPAIGN]

`plugins/purchase` is the smaller of two complete examples, `plugins/check_in` the other.
"""

from siyu.sdk.arms import Arm
from siyu.sdk.audience import Audience, Features, Privileges
from siyu.sdk.campaign import SDK_VERSION, Action, CampaignType, Progress
from siyu.sdk.caps import Cap, Measure
from siyu.sdk.codes import member_code, member_of_code
from siyu.sdk.compliance import ActionKind, ConfigProblem, RewardRule
from siyu.sdk.counters import Counter, Period, Scope, bucket_of
from siyu.sdk.draws import Draw
from siyu.sdk.effects import (
    EFFECT_TYPES,
    Cancel,
    Confirm,
    Effect,
    Emit,
    Grant,
    Hold,
    Once,
    Refuse,
    Release,
    Reserve,
    Reverse,
    Schedule,
    Score,
    SetState,
    SetTeam,
    Settle,
    Spend,
)
from siyu.sdk.facts import Fact
from siyu.sdk.hooks import ENTRY_POINT_GROUP, PROJECT, CampaignHooks, hookimpl
from siyu.sdk.member_effects import Invite, Tag, Untag
from siyu.sdk.model import ActionInput, CampaignConfig, CampaignState, FactData
from siyu.sdk.read_fields import ReadField, Reading, ReadInput, ReadOutput
from siyu.sdk.reads import References
from siyu.sdk.reviews import Reviewed
from siyu.sdk.shop_effects import Issue, Notify, Refund, Review, Revoke
from siyu.sdk.teams import TeamOf
from siyu.sdk.terms import CampaignTerms
from siyu.sdk.text import Text
from siyu.sdk.view import Granted, Held, MemberView, NotDeclared, OrderView, Reserved, View

__all__ = [
    "EFFECT_TYPES",
    "ENTRY_POINT_GROUP",
    "PROJECT",
    "SDK_VERSION",
    "Action",
    "ActionInput",
    "ActionKind",
    "Arm",
    "Audience",
    "CampaignConfig",
    "CampaignHooks",
    "CampaignState",
    "CampaignTerms",
    "CampaignType",
    "Cancel",
    "Cap",
    "ConfigProblem",
    "Confirm",
    "Counter",
    "Draw",
    "Effect",
    "Emit",
    "Fact",
    "FactData",
    "Features",
    "Grant",
    "Granted",
    "Held",
    "Hold",
    "Invite",
    "Issue",
    "Measure",
    "MemberView",
    "NotDeclared",
    "Notify",
    "Once",
    "OrderView",
    "Period",
    "Privileges",
    "Progress",
    "ReadField",
    "ReadInput",
    "ReadOutput",
    "Reading",
    "References",
    "Refund",
    "Refuse",
    "Release",
    "Reserve",
    "Reserved",
    "Reverse",
    "Review",
    "Reviewed",
    "Revoke",
    "RewardRule",
    "Schedule",
    "Scope",
    "Score",
    "SetState",
    "SetTeam",
    "Settle",
    "Spend",
    "Tag",
    "TeamOf",
    "Text",
    "Untag",
    "View",
    "bucket_of",
    "hookimpl",
    "member_code",
    "member_of_code",
]
