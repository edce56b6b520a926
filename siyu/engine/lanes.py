"""Which campaigns may reward the same fact together: one a lane, in the shop's order, until one stops the rest."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from siyu.campaigns.live import LiveCampaign
from siyu.engine.outcome import Decision
from siyu.engine.refusals import LANE_TAKEN, STOPPED
from siyu.sdk import Effect, Grant, Hold, Issue

# The effects that give something, and what they are called in the log: whoever has one of them has taken the lane.
REWARDS: frozenset[type[Effect]] = frozenset({Grant, Hold, Issue})
REWARD_KINDS = frozenset(kind.__name__.lower() for kind in REWARDS)

Decide = Callable[[LiveCampaign], Decision]
Skip = Callable[[LiveCampaign, str, Mapping[str, Any]], Decision]


def walk(campaigns: Iterable[LiveCampaign], decide: Decide, skip: Skip) -> list[Decision]:
    """The decisions of campaigns in their declared order; `skip` records those that another one kept from deciding.

    A campaign that refuses or gives nothing keeps nobody from anything.
    """
    decisions: list[Decision] = []
    taken: dict[str, LiveCampaign] = {}
    stopper: LiveCampaign | None = None
    for campaign in campaigns:
        terms = campaign.terms
        lane = terms.lane if terms else None
        if stopper is not None:
            decisions.append(skip(campaign, STOPPED, {"by": str(stopper.id)}))
        elif lane is not None and lane in taken:
            decisions.append(skip(campaign, LANE_TAKEN, {"lane": lane, "by": str(taken[lane].id)}))
        else:
            decision = decide(campaign)
            decisions.append(decision)
            if terms is not None and any(effect["kind"] in REWARD_KINDS for effect in decision.effects):
                if lane is not None:
                    taken[lane] = campaign
                if terms.stops_further:
                    stopper = campaign
    return decisions
