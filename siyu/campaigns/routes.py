"""Which published campaigns hear a type of fact, and in which order they decide about it."""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple
from uuid import UUID

from siyu.campaigns.live import LiveCampaign
from siyu.ledger.units import NO_UNITS, UnitTerms
from siyu.sdk import Effect, Tag, Untag

NONE_UNREADABLE: Mapping[UUID, str] = MappingProxyType({})
TAGGING: frozenset[type[Effect]] = frozenset({Tag, Untag})


class Route(NamedTuple):
    """Who decides about facts of one type: at any time the settling, then those of the listening that are open.

    `laned`: what one of them decides can keep another from deciding.
    """

    settling: tuple[LiveCampaign, ...]
    listening: tuple[LiveCampaign, ...]
    laned: bool


UNHEARD = Route((), (), laned=False)


def needs_features(campaign: LiveCampaign) -> bool:
    """Whether features of the member decide if the campaign is for them, or are read or changed by it."""
    has_audience = campaign.terms is not None and campaign.terms.audience is not None
    return has_audience or campaign.reads_features or not campaign.effects.isdisjoint(TAGGING)


def needs_row(campaign: LiveCampaign) -> bool:
    """Whether its audience asks what the worker keeps of members, besides what a fact reads of them anyway."""
    terms = campaign.terms
    return terms is not None and terms.audience is not None and terms.audience.needs_row


class Routes:
    """The published campaigns of one moment; built once for each version of them.

    The order is declared, never that of registration: lanes as the shop orders them, within a lane the higher priority
    first, of equal ones the older campaign. Campaigns without a lane, or of one that the shop no longer has, come last.

    `unreadable` are the others that are published, by id with the key of their type, which is loaded and no longer
    accepts what is stored of them. `units` are the shop's terms of what campaigns give, by key.
    """

    __slots__ = (
        "_heard",
        "_routes",
        "by_id",
        "campaigns",
        "lanes",
        "need_features",
        "need_rows",
        "units",
        "unreadable",
    )

    def __init__(
        self,
        campaigns: Iterable[LiveCampaign],
        lanes: Sequence[str] = (),
        unreadable: Mapping[UUID, str] = NONE_UNREADABLE,
        units: Mapping[str, UnitTerms] = NO_UNITS,
    ) -> None:
        self.lanes, self.unreadable, self.units = lanes, unreadable, units
        places = {lane: place for place, lane in enumerate(lanes)}

        def order(campaign: LiveCampaign) -> tuple[int, int, UUID]:
            terms = campaign.terms
            lane, priority = (terms.lane, terms.priority) if terms else (None, 0)
            return places.get(lane or "", len(places)), -priority, campaign.id

        self.campaigns = tuple(sorted(campaigns, key=order))
        self.by_id = {campaign.id: campaign for campaign in self.campaigns}
        self.need_features = any(map(needs_features, self.campaigns))
        self.need_rows = any(map(needs_row, self.campaigns))
        self._heard = frozenset(key for c in self.campaigns for key in c.type.listens | c.type.settles)
        self._routes: dict[str, Route] = {}

    def with_campaign(self, campaign: LiveCampaign) -> "Routes":
        """The same with this campaign among them, in the place of the one that has its id."""
        return Routes({**self.by_id, campaign.id: campaign}.values(), self.lanes, self.unreadable, self.units)

    def route(self, fact_type: str) -> Route:
        """Who decides about facts of this type which are not actions."""
        if fact_type not in self._heard:
            return UNHEARD
        found = self._routes.get(fact_type)
        if found is None:
            found = self._routes[fact_type] = self._build(fact_type)
        return found

    def _build(self, fact_type: str) -> Route:
        settling = tuple(c for c in self.campaigns if fact_type in c.type.settles)
        listening = tuple(c for c in self.campaigns if fact_type in c.type.listens and fact_type not in c.type.settles)
        laned = any(c.terms is not None and (c.terms.lane is not None or c.terms.stops_further) for c in listening)
        return Route(settling, listening, laned)
