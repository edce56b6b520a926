"""The test kit of campaign authors: a shop in memory, and a suite that every campaign type has to pass.

    from siyu.sdk.testing import Stage, campaign_tests, given

    test_conformance = campaign_tests(MY_CAMPAIGN)

    def test_the_first_day_gives_five_points() -> None:
        given(MY_CAMPAIGN).when("lin", "sign").then(Grant("points", 5))

It is a second, plain implementation of what effects mean; siyu's own tests hold it to the engine. It needs pydantic and
pluggy alone; `campaign_tests` needs pytest and `siyu.sdk.testing.strategies` needs hypothesis, when they are used.
"""

from siyu.sdk.testing.conformance import (
    CHECKS,
    CampaignIsNotSound,
    CannotCheck,
    Report,
    campaign_tests,
    check_campaign,
)
from siyu.sdk.testing.crowd import Crowd, Step, play
from siyu.sdk.testing.drawing import CannotDraw
from siyu.sdk.testing.errors import NoEnd, NotHeard
from siyu.sdk.testing.given import Given, given, stage_of
from siyu.sdk.testing.member import Member
from siyu.sdk.testing.played import Played
from siyu.sdk.testing.scene import InvalidEffect
from siyu.sdk.testing.shop import OpenReview
from siyu.sdk.testing.stage import Stage

__all__ = [
    "CHECKS",
    "CampaignIsNotSound",
    "CannotCheck",
    "CannotDraw",
    "Crowd",
    "Given",
    "InvalidEffect",
    "Member",
    "NoEnd",
    "NotHeard",
    "OpenReview",
    "Played",
    "Report",
    "Stage",
    "Step",
    "campaign_tests",
    "check_campaign",
    "given",
    "play",
    "stage_of",
]
