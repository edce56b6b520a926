"""The pluggy hook through which a plugin hands over its campaign types."""

from collections.abc import Sequence
from typing import Any

import pluggy

from siyu.sdk.campaign import CampaignType

PROJECT = "siyu"
ENTRY_POINT_GROUP = "siyu.campaigns"

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


class CampaignHooks:
    """The hooks a plugin can implement."""

    @hookspec
    def siyu_campaign_types(self) -> Sequence[CampaignType[Any, Any]]:  # type: ignore[empty-body]  # pluggy: a spec has no body
        """Hand over the campaign types of this plugin.

        Called once, when siyu starts. What it raises, and a type that siyu cannot use, leave the whole plugin out.
        """
