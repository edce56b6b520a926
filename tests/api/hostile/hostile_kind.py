"""What the hostile plugins have in common: a campaign type that decides about paid orders."""

from collections.abc import Callable
from typing import Any

from pydantic import Field

from siyu.sdk import CampaignConfig, CampaignState, CampaignType, Grant, Progress, SetState, Text

TITLE = Text(zh="坏活动", en="Hostile")


class HostileConfig(CampaignConfig):
    """Can be changed in place."""

    words: list[str] = Field(default_factory=lambda: ["one"])


class HostileState(CampaignState):
    """Can be changed in place."""

    lines: list[str] = Field(default_factory=list)
    anything: Any = None


def describe(config: HostileConfig, state: HostileState) -> Progress:
    """Nothing to tell."""
    return Progress(0, None, TITLE)


def kind(key: str, decide: Callable[..., Any], **changes: Any) -> CampaignType[Any, Any]:
    """A campaign type that calls itself so and decides so."""
    fields = {
        "title": TITLE,
        "sdk": ">=1.0,<2",
        "version": "6.6.6",
        "config": HostileConfig,
        "state": HostileState,
        "effects": frozenset({Grant, SetState}),
        "listens": frozenset({"order.paid"}),
        "describe": describe,
    }
    return CampaignType(key=key, decide=decide, **(fields | changes))
