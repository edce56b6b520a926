"""A plugin whose mutation would be called as another one is called."""

from collections.abc import Sequence
from typing import Any

from hostile_kind import TITLE, kind

from siyu.sdk import Action, CampaignType, hookimpl


@hookimpl
def siyu_campaign_types() -> Sequence[CampaignType[Any, Any]]:
    """`check` and `inSign` make `checkInSign`."""
    return [kind("check", lambda fact, view: [], actions=(Action("inSign", TITLE),))]
