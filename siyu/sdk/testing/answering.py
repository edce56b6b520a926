"""A read field asked on a stage: the input checked, the answer too."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from siyu.sdk.audience import Features
from siyu.sdk.model import CampaignConfig, CampaignState
from siyu.sdk.read_fields import ReadField, Reading, ReadOutput
from siyu.sdk.testing.bounds import shown
from siyu.sdk.testing.errors import InvalidAnswer
from siyu.sdk.testing.limits import STATE_LENGTH_MAX
from siyu.sdk.testing.scene import AnyCampaignType

AnyField = ReadField[Any, Any]


def read_now(
    kind: AnyCampaignType,
    name: str,
    config: CampaignConfig,
    state: CampaignState,
    asked: Mapping[str, Any],
    now: datetime,
    features: Features,
) -> ReadOutput:
    """What the field of the name answers about a member, `now` in the campaign's zone. Raises as the two it asks."""
    reading = Reading(now.astimezone(UTC), now.date(), known_to(kind, config, features))
    return answer(field_named(kind, name), config, state, asked, reading)


def field_named(kind: AnyCampaignType, name: str) -> AnyField:
    """The field of this name. Raises LookupError."""
    found = next((field for field in kind.fields if field.name == name), None)
    if found is None:
        names = ", ".join(field.name for field in kind.fields)
        raise LookupError(f"{kind.key} has no field {name!r}; it has: {names or 'none'}")
    return found


def answer(
    field: AnyField, config: CampaignConfig, state: CampaignState, asked: Mapping[str, Any], reading: Reading
) -> ReadOutput:
    """What the field answers. Raises pydantic's ValidationError for a bad input, and InvalidAnswer."""
    found: object = field.read(config, state, field.input.model_validate(dict(asked)), reading)
    if type(found) is not field.output:
        raise InvalidAnswer(f"{field.name} must answer a {field.output.__name__}, and answered {shown(found)}")
    if len(found.model_dump_json()) > STATE_LENGTH_MAX:
        raise InvalidAnswer(f"{field.name} must answer at most {STATE_LENGTH_MAX:,} characters of JSON")
    return found


def known_to(kind: AnyCampaignType, config: CampaignConfig, features: Features) -> Features | None:
    """The member's features, for configs that look at them."""
    return features if kind.features is not None and kind.features(config) is True else None
