"""What docs/campaigns/reference.md explains, section by section."""

import inspect
from collections.abc import Mapping
from typing import Any, NamedTuple

import siyu.sdk.effects
from siyu import sdk
from siyu.sdk import testing as kit
from siyu.sdk.testing import orders, strategies


class Section(NamedTuple):
    """A heading, its text, names with a sentence each, and the classes and functions explained below it."""

    title: str
    text: str
    values: tuple[Any, ...] = ()
    rows: Mapping[str, str] = {}


INTRODUCTION = """# Reference of the campaign SDK

All that `siyu.sdk` and `siyu.sdk.testing` offer, generated from their docstrings by `make docs`: do not edit it here.
How a campaign is written is told in [the guide](README.md), what stays the same over versions in
[compatibility](compatibility.md)."""

EFFECTS = f"""{inspect.getdoc(siyu.sdk.effects)}

A decision has at most 32 of them. What is undeclared or out of its bounds is an invalid effect: the decision fails,
`CAMPAIGN_FAILED` with the fault `invalid`, and changes nothing. `Effect` is the type of them all, `EFFECT_TYPES` their
tuple."""

SECTIONS = (
    Section(
        "The hook",
        "A plugin is a module that implements this hook of pluggy, marked with `@hookimpl`.",
        (sdk.CampaignHooks,),
        {
            "PROJECT": f"`{sdk.PROJECT}`: the project of pluggy that `hookimpl` marks for",
            "ENTRY_POINT_GROUP": f"`{sdk.ENTRY_POINT_GROUP}`: where a distribution names its module",
            "SDK_VERSION": f"`{sdk.SDK_VERSION}`: what `CampaignType.sdk` has to allow",
        },
    ),
    Section(
        "The campaign type",
        "What a plugin hands over.",
        (
            sdk.CampaignType,
            sdk.Action,
            sdk.ActionKind,
            sdk.CampaignConfig,
            sdk.CampaignState,
            sdk.FactData,
            sdk.ActionInput,
            sdk.Progress,
            sdk.ReadField,
            sdk.Reading,
            sdk.ReadInput,
            sdk.ReadOutput,
            sdk.Text,
            sdk.References,
            sdk.TeamOf,
            sdk.ConfigProblem,
            sdk.RewardRule,
        ),
    ),
    Section("The fact", "What a decision is about.", (sdk.Fact, sdk.Reviewed)),
    Section(
        "Members' codes",
        "What members share so that a fact can name them as somebody's partner; it fits a mini program's scene.",
        (sdk.member_code, sdk.member_of_code),
    ),
    Section(
        "Facts of the core",
        "Every shop has these, and `listens` and `settles` may name them. They may tell more one day; a campaign that "
        "reads\nwhat it knows goes on as before.",
        (orders.OrderFact, *orders.CORE_FACTS.values()),
    ),
    Section(
        "The view",
        "What a decision may read: all of it was loaded beforehand.",
        (sdk.View, sdk.MemberView, sdk.OrderView, sdk.Granted, sdk.Held, sdk.Reserved, sdk.Draw, sdk.NotDeclared),
    ),
    Section(
        "Effects",
        EFFECTS,
        tuple(sorted(sdk.EFFECT_TYPES, key=lambda effect: effect.__name__)),
    ),
    Section(
        "Counters",
        "Numbers that a campaign shares out.",
        (sdk.Counter, sdk.Scope, sdk.Period, sdk.bucket_of),
    ),
    Section(
        "Terms",
        "What an operator sets on any campaign. The code of a campaign does not see them.",
        (sdk.CampaignTerms, sdk.Audience, sdk.Features, sdk.Privileges, sdk.Arm, sdk.Cap, sdk.Measure),
    ),
    Section(
        "The test kit",
        "`siyu.sdk.testing`: a shop in memory, and what plays on it.",
        (
            kit.Stage,
            kit.Member,
            kit.Played,
            kit.OpenReview,
            kit.given,
            kit.Given,
            kit.stage_of,
            kit.InvalidEffect,
            kit.InvalidAnswer,
            kit.NotHeard,
            kit.NoEnd,
        ),
    ),
    Section(
        "Random lives",
        "What the checks, `simulate` and your own properties play.",
        (kit.Crowd, kit.Step, kit.play, strategies.lives_of, kit.CannotDraw),
    ),
    Section(
        "The suite",
        "What every campaign type has to pass.",
        (kit.check_campaign, kit.campaign_tests, kit.Report, kit.CampaignIsNotSound, kit.CannotCheck),
    ),
    Section(
        "Checks",
        "`CHECKS`, in the order they run, and what holds of a campaign type that passes.",
        rows={name: (inspect.getdoc(check) or "").split("\n", 1)[0] for name, check in kit.CHECKS.items()},
    ),
)
