"""The references under which a campaign may read and reverse its grants and spends when it decides about a fact."""

from collections.abc import Mapping
from typing import Any

from siyu.campaigns import AnyCampaignType
from siyu.inputs import is_storable
from siyu.sdk.core_facts import ORDER_REFUNDED

REFERENCE_LENGTH_MAX = 80


def readable_references(kind: AnyCampaignType, fact_type: str, data: Mapping[str, Any]) -> set[str]:
    """What the fact refers to in the fields that the type reads: the number of a refunded order, and what it declared.

    These alone are loaded, so these alone may be used: else a decision would depend on what shares its batch.
    """
    values = [data["order"]] if fact_type == ORDER_REFUNDED else []
    values += [data.get(read.field) for read in kind.reads if fact_type in read.facts]
    return {value for value in values if is_reference(value)}


def is_reference(value: object) -> bool:
    """Whether it can be what a grant, a spend or a hold is for."""
    return isinstance(value, str) and 1 <= len(value) <= REFERENCE_LENGTH_MAX and is_storable(value)
