"""Experiments: the arms of a campaign, and which of them a member is in."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

ARM_KEY_LENGTH_MAX = 32
WEIGHT_MAX = 10_000
DRAW_BYTES = 8


class Arm(BaseModel):
    """One arm: its share of the members, and what is different for them.

    `override` is a merge patch (RFC 7396) on the config; the merged config must be one that the type accepts. An arm of
    weight 0 takes in nobody new.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    key: Annotated[str, Field(pattern=rf"^[a-zA-Z0-9_-]{{1,{ARM_KEY_LENGTH_MAX}}}$")]
    weight: Annotated[int, Field(ge=0, le=WEIGHT_MAX)]
    override: dict[str, Any] = Field(default_factory=dict)


def draw_arm(campaign_id: UUID, member_id: UUID, weights: Sequence[tuple[str, int]]) -> str:
    """The arm of a member who is in none yet: equal in every process, and in the weights' proportion over many members.

    `weights` are keys with their weights, at least one of which is positive.
    """
    digest = hashlib.blake2b(campaign_id.bytes + member_id.bytes, digest_size=DRAW_BYTES).digest()
    place = int.from_bytes(digest, "big") % sum(weight for _, weight in weights)
    for key, weight in weights:
        if place < weight:
            return key
        place -= weight
    raise AssertionError("the place is less than the weights' sum")


def merged(config: Mapping[str, Any], override: Mapping[str, Any]) -> dict[str, Any]:
    """The config with a merge patch applied: null removes a field, objects are merged, all else replaces.

    >>> merged({"a": 1, "b": {"c": 2, "d": 3}}, {"a": None, "b": {"c": 4}})
    {'b': {'c': 4, 'd': 3}}
    """
    result = dict(config)
    for name, value in override.items():
        if value is None:
            result.pop(name, None)
        elif isinstance(value, Mapping):
            present = result.get(name)
            result[name] = merged(present if isinstance(present, Mapping) else {}, value)
        else:
            result[name] = value
    return result
