"""The terms of a campaign as they are given."""

from enum import Enum
from typing import Any

import strawberry
from strawberry.scalars import JSON

from schema.scalars import BigInt, WalletUnit
from schema.types.enums import CapMeasure, CapPeriod, CapScope


@strawberry.input(description="Whom a campaign is for: the members for whom a rule holds.")
class AudienceInput:
    """An audience."""

    rule: str = strawberry.field(description="In the language of rules; days are those of the campaign's time zone.")


@strawberry.input(description="One arm of an experiment.")
class CampaignArmInput:
    """An arm."""

    key: str
    weight: int = strawberry.field(description="Its share of the members; 0 takes in nobody new.")
    override: JSON = strawberry.field(description="A merge patch (RFC 7396) on the config.")


@strawberry.input(description="A cap: a decision that would go beyond it is refused as a whole.")
class CampaignCapInput:
    """A cap."""

    measure: CapMeasure
    unit: WalletUnit | None = strawberry.field(default=None, description="Of a cap of VALUE; null for COUNT.")
    scope: CapScope
    period: CapPeriod
    limit: BigInt = strawberry.field(description="0 lets nothing through.")


@strawberry.input(description="What any campaign can have. On an update they replace the terms as a whole.")
class CampaignTermsInput:
    """Terms."""

    lane: str | None = None
    priority: int = 0
    stops_further: bool = False
    audience: AudienceInput | None = None
    arms: list[CampaignArmInput] = strawberry.field(default_factory=list)
    time_zone: str | None = strawberry.field(default=None, description="An IANA name; null: the shop's.")
    caps: list[CampaignCapInput] = strawberry.field(default_factory=list)
    commission_levels: int = 1


def terms_json(given: CampaignTermsInput) -> dict[str, Any]:
    """The terms as JSON, to be checked."""
    json: dict[str, Any] = _json(given)
    return json


def _json(value: Any) -> Any:
    if isinstance(value, AudienceInput | CampaignArmInput | CampaignCapInput | CampaignTermsInput):
        return {name: _json(each) for name, each in vars(value).items()}
    if isinstance(value, list):
        return [_json(each) for each in value]
    return value.value if isinstance(value, Enum) else value
