"""The terms of a campaign, and its revisions."""

from datetime import datetime

import orjson
import strawberry
from strawberry.scalars import JSON

from schema.fields import field
from schema.scalars import BigInt, WalletUnit
from schema.types.enums import CapMeasure, CapPeriod, CapScope
from siyu.campaigns.revisions import RevisionRow
from siyu.sdk import CampaignTerms as SdkTerms
from siyu.sdk import Cap as SdkCap


@strawberry.type(description="Whom a campaign is for: the members for whom a rule holds.")
class Audience:
    """An audience as a GraphQL object."""

    rule: str


@strawberry.type(description="One arm of an experiment. `override` is a merge patch (RFC 7396) on the config.")
class CampaignArm:
    """An arm as a GraphQL object."""

    key: str
    weight: int
    override: JSON


@strawberry.type(description="A cap: a decision that would go beyond it is refused as a whole, with CAP_REACHED.")
class CampaignCap:
    """A cap as a GraphQL object."""

    measure: CapMeasure
    unit: WalletUnit | None = strawberry.field(description="Null for COUNT.")
    scope: CapScope
    period: CapPeriod
    limit: BigInt


@strawberry.type(description="What any campaign can have, whatever its type.")
class CampaignTerms:
    """Terms as a GraphQL object."""

    lane: str | None = strawberry.field(description="Of the campaigns of one lane, one rewards a fact.")
    priority: int = strawberry.field(description="Within a lane the higher goes first; of equal ones the older.")
    stops_further: bool = strawberry.field(description="Once it has rewarded a fact, no later campaign decides on it.")
    audience: Audience | None = strawberry.field(description="Null: everybody.")
    arms: list[CampaignArm]
    time_zone: str | None = strawberry.field(description="Whose days it counts; null: the shop's.")
    caps: list[CampaignCap] = strawberry.field(description="What it may give at most; `counters` tells what is left.")
    commission_levels: int


def terms_object(text: str | None) -> CampaignTerms:
    """Stored terms as an object."""
    terms = SdkTerms.model_validate_json(text or "{}")
    audience = Audience(rule=terms.audience.rule) if terms.audience else None
    arms = [CampaignArm(key=arm.key, weight=arm.weight, override=JSON(arm.override)) for arm in terms.arms]
    return CampaignTerms(
        lane=terms.lane,
        priority=terms.priority,
        stops_further=terms.stops_further,
        audience=audience,
        arms=arms,
        time_zone=terms.time_zone,
        caps=list(map(_cap, terms.caps)),
        commission_levels=terms.commission_levels,
    )


def _cap(given: SdkCap) -> CampaignCap:
    return CampaignCap(
        measure=CapMeasure(given.measure.value),
        unit=WalletUnit(given.unit) if given.unit is not None else None,
        scope=CapScope(given.scope.value),
        period=CapPeriod(given.period.value),
        limit=BigInt(given.limit),
    )


@strawberry.type(description="What a campaign was from one change to the next.")
class CampaignRevision:
    """A revision as a GraphQL object."""

    row: strawberry.Private[RevisionRow]

    @strawberry.field
    def revision(self) -> int:
        return self.row.revision

    @strawberry.field
    def name(self) -> str:
        return self.row.name

    @strawberry.field
    def starts_at(self) -> datetime | None:
        return self.row.starts_at

    @strawberry.field
    def ends_at(self) -> datetime | None:
        return self.row.ends_at

    @strawberry.field
    def config(self) -> JSON:
        return JSON(orjson.loads(self.row.config))

    @strawberry.field
    def terms(self) -> CampaignTerms:
        return terms_object(self.row.terms)

    @strawberry.field
    def created_at(self) -> datetime:
        return self.row.created_at

    @field("Who made it: the subject of an operator's token, or siyu.")
    def created_by(self) -> str:
        return self.row.created_by
